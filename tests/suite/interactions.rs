//! C28, C29: contacts with customers, what came of them, and what is to be followed up. Every expected figure is worked out by
//! hand in the comments.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// One line of 100.00 for every person and day. The newest day, 2026-10-31, is as_of; the first is 2026-08-01.
const DAYS: &[(&str, &str, &str)] = &[
    ("A", "S1", "2026-09-20"),
    ("A", "S1", "2026-10-05"),
    ("A", "S1", "2026-10-10"),
    ("B", "S1", "2026-09-28"),
    ("C", "S2", "2026-08-01"),
    ("D", "S2", "2026-10-31"),
];

const STORES: &str = "store_id,name\nS1,一店\nS2,二店\n";
const STAFF: &str = "staff_id,name,store_id,left_on\nE1,王店员,S1,\nE2,离职员,S1,2026-10-20\n";
const HEAD: &str =
    "interaction_id,at,record_id,store_id,staff_id,channel,direction,content,result,next_step,next_step_on\n";

fn chain(contacts: &[&str]) -> TestProject {
    let mut sales = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n".to_owned();
    for (at, (person, store, day)) in DAYS.iter().enumerate() {
        sales += &format!("T{at},{day} 12:00,{store},{person},X,1,100\n");
    }
    TestProject::empty()
        .file("data/sales.csv", sales)
        .file("data/stores.csv", STORES)
        .file("data/staff.csv", STAFF)
        .file("data/interactions.csv", HEAD.to_owned() + &contacts.join("\n"))
        .today(DAY)
}

const CONTACTS: &[&str] = &[
    "I1,2026-10-01 10:00,A,S1,E1,phone,out,,已接通,,",
    "I2,2026-10-01 11:00,B,S1,E1,phone,out,,没人接,,",
    "I3,2026-10-01 12:00,C,S2,,phone,,,会来,,",
    "I4,2026-10-20 10:00,D,S2,,wechat,out,,已回复,,",
    "I5,2026-10-28 10:00,B,S1,E9,phone,out,,,,",
    "I6,2026-10-10 18:00,A,S1,E1,visit,out,,reached,,",
    "I7,2026-09-10 10:00,D,S2,,phone,in,,complaint,,",
    "I8,2026-08-10 10:00,C,,E1,phone,out,,No answer,,",
    "I9,2026-10-02 10:00,Z,S1,E1,phone,out,,空号,,",
    "I10,2026-10-03 10:00,,S1,E1,sms,out,,下次再说,,",
];

/// After are the 14 days after the day of the contact, before the 14 before it.
#[test]
fn c28_what_was_bought_around_a_contact() {
    // I1: 2 to 15 October holds the 5th and the 10th (200.00), 17 to 30 September the 20th. I2: nothing after, 28 September
    // before. I4: 31 October, though its days end on 3 November. I5: bought nothing, but the days are not over. I6: 5 October
    // before; the purchase of the day itself is neither. I8: its days before begin on 27 July, before all data.
    assert_eq!(
        asked(
            &chain(CONTACTS),
            "select interaction_id as id, outcome, is_reached as reached, cast(previous_on as varchar) as previous,
                cast(bought_on as varchar) as first_on, bought_after as after, net_sales_after as sales, bought_before as before,
                bought_on_day as that_day, is_judged as judged, store_id as store, home_store_id as home, staff_name as staff
            from interaction_log order by contacted_at, interaction_id"
        ),
        "id,outcome,reached,previous,first_on,after,sales,before,that_day,judged,store,home,staff\n\
         I8,not_reached,false,,,false,0.00,,false,false,S1,S2,王店员\n\
         I7,complaint,true,,,false,0.00,false,false,false,S2,S2,\n\
         I1,reached,true,,2026-10-05,true,200.00,true,false,true,S1,S1,王店员\n\
         I2,not_reached,false,,,false,0.00,true,false,true,S1,S1,王店员\n\
         I3,coming,true,2026-08-10,,false,0.00,false,false,true,S2,S2,\n\
         I9,wrong_number,false,,,,,,,false,S1,,王店员\n\
         I10,other,,,,,,,,false,S1,,王店员\n\
         I6,reached,true,2026-10-01,,false,0.00,true,true,true,S1,S1,王店员\n\
         I4,reached,true,2026-09-10,2026-10-31,true,100.00,false,false,false,S2,S2,\n\
         I5,,,2026-10-01,,,,false,false,false,S1,S1,\n"
    );
}

#[test]
fn c28_shares_have_intervals_and_a_baseline_of_the_same_people() {
    // By phone: seven contacts with A, B, C, D and Z. Staff's own with a telling result: I1, I2, I3, I8, I9; reached I1 and I3.
    // Wilson for 2 of 5: 0.117621 to 0.769276 (Newcombe's formula by hand: centre 0.443448, reach 0.325827).
    // Judged: A by I1, B by I2, C by I3. After: A. Before: A and B. Agresti and Min: n + 2 = 5, (0 − 1) / 5 = −0.2,
    // √((0 + 1 + 1) − 1/5) / 5 = 0.268328, times 1.959964 = 0.525914.
    let sql = "select contacts, people, told, reached, reached_share as share, reached_low as low, reached_high as high, judged,
        bought_after as after, bought_before as before, difference, difference_low as dlow, difference_high as dhigh,
        net_sales_after as sales, verdict
        from interaction_summary where level = 'channel' and channel = 'phone'";
    let head = "contacts,people,told,reached,share,low,high,judged,after,before,difference,dlow,dhigh,sales,verdict\n";
    let figures = "7,5,5,2,0.400000,0.117621,0.769276,3,1,2,-0.333333,-0.725914,0.325914,200.00";
    assert_eq!(asked(&chain(CONTACTS), sql), format!("{head}{figures},too_few\n"));
    let project = chain(CONTACTS).file("storebook.toml", "[interactions]\nmin_judged = 3\n");
    assert_eq!(asked(&project, sql), format!("{head}{figures},unclear\n"));
    // A counts once in the chain, by I1; the visit is judged by I6.
    let sql = "select level, coalesce(channel, '') as channel, contacts, people, unnamed, judged, bought_after as after
        from interaction_summary where level in ('chain', 'channel') order by all";
    assert_eq!(
        asked(&chain(CONTACTS), sql),
        "level,channel,contacts,people,unnamed,judged,after\n\
         chain,,10,5,1,3,1\nchannel,phone,7,5,0,3,1\nchannel,sms,1,0,1,0,0\nchannel,visit,1,1,0,1,0\nchannel,wechat,1,1,0,0,0\n"
    );
}

/// Words as staff write them; the first rule that fits decides.
#[test]
fn c28_results_are_sorted_by_their_words() {
    let results = [
        ("do_not_contact", &["不要再联系", "请勿打扰", "DO-NOT-CONTACT", "don’t call me again", "已退订", "拒绝"][..]),
        ("wrong_number", &["空号", "号码不对", "不是本人", "wrong_number", "Number disconnected"]),
        (
            "not_reached",
            &["没联系上", "未接通", "无人接听", "关机", "not reached", "didn’t pick up", "已联系，未接", "busy"],
        ),
        ("complaint", &["有投诉", "已接通，不满意", "complained about the price"]),
        ("coming", &["会来", "接通了，周末来", "约了周六", "will come on Friday"]),
        (
            "reached",
            &[
                "已联系上",
                "没有投诉，满意",
                "没接受邀请，已沟通",
                "会来电确认",
                "No complaints, satisfied",
                "not interested",
            ],
        ),
        ("other", &["下次再说", "不会来", "will not come", "<script>", "?", "没有投诉"]),
    ];
    let mut lines = Vec::new();
    let mut expected = "outcome,results\n".to_owned();
    for (outcome, words) in results {
        expected += &format!("{outcome},{}\n", words.len());
        for word in words {
            lines.push(format!("W{},2026-10-01 10:00,A,S1,,phone,out,,\"{word}\",,", lines.len()));
        }
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let sql = "select outcome, count(*) as results from interaction_log group by outcome
        order by list_position(['do_not_contact', 'wrong_number', 'not_reached', 'complaint', 'coming', 'reached', 'other'], outcome)";
    assert_eq!(asked(&chain(&lines), sql), expected);
}

/// Members M and W are one person: name and telephone are the same.
const MEMBERS: &str = "record_id,name,phone,store_id\nM,张小梅,13900001234,S1\nW,张小梅,13900001234,S1\n\
    F,李拒绝,13900005678,S1\nA,陈早到,13900004321,S1\n";

const PROMISES: &[&str] = &[
    "F1,2026-10-01 10:00,A,S1,E1,phone,out,,已接通,再问尺码,2026-10-11",
    "F1b,2026-10-08 10:00,A,S1,E9,phone,out,,没人接,,",
    "F2,2026-10-01 10:00,B,S1,E1,phone,out,,已接通,再打,2026-10-10",
    "F2b,2026-10-06 10:00,B,S1,E1,phone,out,,没人接,,",
    "F2c,2026-10-12 10:00,B,S1,E1,phone,out,,已接通,,",
    "F3,2026-10-01 10:00,C,S2,E1,phone,out,,已接通,到货了打电话 13812345678,2026-10-10",
    "F4,2026-10-20 10:00,D,S2,,wechat,out,,已回复,<b>今天</b>,2026-11-05",
    "F5,2026-10-21 10:00,D,S2,E1,wechat,out,,已回复,送礼,2026-11-20",
    "F6,2026-10-15 10:00,B,S1,E2,phone,out,,已接通,日期写反了,2026-10-01",
    "F7,2026-10-02 10:00,F,S1,E1,phone,out,,已接通,停办的事,2026-10-30",
    "F7b,2026-10-03 10:00,F,S1,E1,phone,in,,不要再联系,,",
    "F8,2026-10-02 10:00,M,S1,E1,phone,out,,已接通,合并的事,2026-10-20",
    "F8b,2026-10-20 10:00,W,S1,E1,phone,out,,已接通,,",
    "F9,2026-10-02 10:00,,S1,E1,phone,out,,已接通,没写是谁,2026-10-20",
];

fn promises() -> TestProject {
    chain(PROMISES).file("data/会员.csv", MEMBERS)
}

#[test]
fn c29_follow_ups_are_done_by_the_next_contact_with_the_same_person() {
    // F1: three days early is early enough. F2: four days early is not, two days late does it. F3: overdue since 10 October, and
    // on the list of the customer's store, where E1 does not work. F6: counts as the day of the contact; E2 has left.
    // F7: refused since. F8: done under the other card, on the day. F9: nobody can know.
    assert_eq!(
        asked(
            &promises(),
            "select interaction_id as id, cast(due_on as varchar) as due, status, store_id as store, coalesce(staff_id, '-') as staff,
                coalesce(handed_over, '-') as moved, is_blocked as blocked, is_traceable as known, done_by, days_overdue as late,
                days_to_done as took, is_on_time as on_time
            from follow_ups order by interaction_id"
        ),
        "id,due,status,store,staff,moved,blocked,known,done_by,late,took,on_time\n\
         F1,2026-10-11,done,S1,E1,-,false,true,F1b,,-3,true\n\
         F2,2026-10-10,done,S1,E1,-,false,true,F2c,,2,false\n\
         F3,2026-10-10,overdue,S2,-,other_store,false,true,,26,,false\n\
         F4,2026-11-05,due,S2,-,-,false,true,,,,\n\
         F5,2026-11-20,open,S2,-,other_store,false,true,,,,\n\
         F6,2026-10-15,overdue,S1,-,left,false,true,,21,,false\n\
         F7,2026-10-30,overdue,S1,E1,-,true,true,,6,,false\n\
         F8,2026-10-20,done,S1,E1,-,false,true,F8b,,0,true\n\
         F9,2026-10-20,overdue,S1,E1,-,false,false,,16,,false\n"
    );
}

/// A purchase is no follow-up: C bought on 11 October, the day after F3 was due.
#[test]
fn c29_a_purchase_does_not_close_a_follow_up() {
    let more = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\nT99,2026-10-11 12:00,S2,C,X,1,5\n";
    let project = promises().file("data/more.csv", more);
    assert_eq!(
        asked(&project, "select status, days_overdue as late from follow_ups where interaction_id = 'F3'"),
        "status,late\noverdue,26\n"
    );
}

#[test]
fn c28_staff_have_no_share_of_few() {
    // E1 in 90 days: thirteen contacts but F1b and F4 and F6: 11, with A, B, C, D, F and M/W: 6 people (F9 names nobody). Telling
    // and its own: all but F7b, 10; reached all but F2b: 9. Follow-ups due and with E1: F1, F2, F8 (F7 is called off, F9 cannot be
    // known); on time F1 and F8.
    let sql = "select staff_id as id, has_left, contacts, people, told, reached, reached_share as share, due, on_time, on_time_share as kept,
        overdue, upcoming from staff_contacts order by staff_id";
    let head = "id,has_left,contacts,people,told,reached,share,due,on_time,kept,overdue,upcoming\n";
    assert_eq!(
        asked(&promises(), sql),
        format!("{head}E1,false,11,6,10,9,,3,2,,0,0\nE2,true,1,1,1,1,,0,0,,0,0\nE9,false,1,1,1,0,,0,0,,0,0\n")
    );
    let project = promises().file("storebook.toml", "[interactions]\nmin_contacts = 3\n");
    assert_eq!(
        asked(&project, sql),
        format!(
            "{head}E1,false,11,6,10,9,0.900000,3,2,0.666667,0,0\nE2,true,1,1,1,1,,0,0,,0,0\nE9,false,1,1,1,0,,0,0,,0,0\n"
        )
    );
}

/// With every buyer of expected value a valued one: A was spoken to on 1 October, B only called in vain, D has refused.
#[test]
fn c28_valued_customers_nobody_has_spoken_to() {
    let contacts = [
        "G1,2026-10-01 10:00,A,S1,E1,phone,out,,已接通,,",
        "G2,2026-10-01 10:00,B,S1,E1,phone,out,,没人接,,",
        "G3,2026-10-01 10:00,D,S2,,phone,out,,不要再联系,,",
    ];
    let project = chain(&contacts).file("storebook.toml", "[value]\nhigh = 1.0\npotential = 0.0\n");
    let sql = "select p.home_store_id as store, count(*) as valued from value_classes v join people p using (person_id)
        where v.class = 'high' group by 1 order by 1";
    assert_eq!(asked(&project, sql), "store,valued\nS1,2\nS2,2\n");
    // S1: A and B, B neglected and never spoken to. S2: C never spoken to; D refuses.
    let sql = "select store_id as store, valued, refusing, neglected, never, neglected_share as share from contact_gaps order by 1";
    assert_eq!(
        asked(&project, sql),
        "store,valued,refusing,neglected,never,share\nS1,2,0,1,1,0.500000\nS2,2,1,1,1,1.000000\n"
    );
    // 1 October is 35 days ago: with that limit A is neglected, too.
    let project =
        project.file("storebook.toml", "[value]\nhigh = 1.0\npotential = 0.0\n[interactions]\ngap_days = 35\n");
    assert_eq!(asked(&project, "select neglected from contact_gaps where store_id = 'S1'"), "neglected\n2\n");
}

#[test]
fn c29_a_store_reads_its_own_list_and_texts_stay_texts() {
    let project = promises();
    project.build();
    let list = project.read("output/follow-ups/s2/index.html");
    assert!(list.contains("&lt;b&gt;今天&lt;/b&gt;") && !list.contains("<b>今天"));
    // A number in the words of staff is masked, on the page and in the data of the page.
    assert!(list.contains("138****5678") && !list.contains("13812345678"));
    assert!(!list.contains("合并的事") && !list.contains("日期写反了"));
    let list = project.read("output/follow-ups/s1/index.html");
    assert!(list.contains("日期写反了") && !list.contains("停办的事") && !list.contains("到货了"));
    // The same as a calendar for the phone: what is past stands on today.
    assert!(list.contains("href=\"tasks-table-1.ics\""), "{list}");
    let calendar = project.read("output/follow-ups/s1/tasks-table-1.ics");
    assert!(
        calendar.contains("UID:F6@storebook\r\nDTSTAMP:20261105T000000Z\r\nDTSTART;VALUE=DATE:20261105\r\n"),
        "{calendar}"
    );
    assert!(calendar.contains("SUMMARY:日期写反了：") && !calendar.contains("停办的事"), "{calendar}");
    let log = project.read("output/interactions/s1/index.html");
    assert!(log.contains("陈早到") && log.contains("139****4321") && !log.contains("13900004321"));
    // The head office sees counts: no customer, no telephone, no words.
    let chain = project.read("output/interactions/index.html");
    assert!(chain.contains("王店员") && !chain.contains("陈早到") && !chain.contains("再问尺码"));
}

#[test]
fn c28_without_contacts_there_are_no_pages() {
    let project = TestProject::small();
    let ran = project.build();
    assert!(!project.path("output/interactions").exists() && !project.path("output/follow-ups").exists());
    assert!(ran.out.contains("interactions/index"), "{}", ran.out);
    // Contacts without a next step make a log and no list.
    let project = chain(CONTACTS);
    project.build();
    assert!(project.path("output/interactions/s1/index.html").exists() && !project.path("output/follow-ups").exists());
}

/// Ends of every kind: nothing named, a text as long as a book, days at the ends of the calendar.
#[test]
fn c28_poor_records_harm_nothing() {
    let long = "很长".repeat(40_000);
    let line = format!("L,2026-10-01 10:00,A,S1,E1,phone,out,{long},{long},{long},2100-12-31");
    let lines = [
        line.as_str(),
        "N,2026-10-02,,,,,,,,,",
        "O,1900-01-01 00:00,A,S9,E9,Ω <i>,,,会来,x,1900-01-01",
        "P,2026-11-05 23:59,B,S1,E1,phone,out,,会来,y,2026-11-05",
    ];
    let project = chain(&lines).file("storebook.toml", "[contract]\nunknown_store = \"create\"\n");
    project.build();
    let sql = "select interaction_id as id, status from follow_ups order by 1";
    assert_eq!(asked(&project, sql), "id,status\nL,open\nO,done\nP,due\n");
    let page = project.read("output/interactions/s1/index.html");
    assert!(page.len() < 200_000 && page.contains("…"));
}
