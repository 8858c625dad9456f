//! C24 to C27: whom to contact, who is left alone and why, and the list of the day. Every expected figure is worked out by hand in
//! the comments.

use calamine::Reader;

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

const SALES: &str = "transaction_id,ordered_at,store_id,record_id,sku,category,kind,quantity,amount\n";

/// One sale of each letter on a day, and one of nobody on 5 November, so that the data reach today.
fn sales(days: &[(&str, &str)]) -> String {
    let rows = days.iter().enumerate();
    let rows: String = rows.map(|(n, (who, day))| format!("T{n},{day} 10:00,S1,{who},P1,茶,sale,1,50\n")).collect();
    format!("{SALES}{rows}T999,2026-11-05 10:00,S1,,P1,茶,sale,1,5\n")
}

/// No hold-out, and nobody is greeted on holidays: what a test is not about.
const PLAIN: &str = "[campaigns]\nholdout_share = 0\n[care]\nholiday_audience = \"false\"\n";

/// A: consent on the card. B: none anywhere. C: on the card, taken back for sms. D: refused, granted again later by the ledger, but the card says no.
/// E: 13 years old. F asked not to be contacted on 1 October, and agreed again on 10 October. G asked on 1 October. H: wrong number on 1
/// October, I: wrong number, then reached. J: a masked number and no other address. K: two cards, one of which refuses; M: e-mail only.
const MEMBERS: &str = "record_id,name,phone,email,birthday,consent_marketing,joined_on\n\
    A,艾一,13900000101,,1980-01-02,true,2026-01-01\n\
    B,贝二,13900000102,,1981-01-02,,2026-01-01\n\
    C,蔡三,13900000103,,1982-01-02,true,2026-01-01\n\
    D,戴四,13900000104,,1983-01-02,false,2026-01-01\n\
    E,鄂五,13900000105,,2013-01-02,true,2026-01-01\n\
    F,方六,13900000106,,1984-01-02,true,2026-01-01\n\
    G,高七,13900000107,,1985-01-02,true,2026-01-01\n\
    H,韩八,13900000108,,1986-01-02,true,2026-01-01\n\
    I,易九,13900000109,,1987-01-02,true,2026-01-01\n\
    J,金十,139****0110,,1988-01-02,true,2026-01-01\n\
    K1,孔甲,13900000111,,1989-01-02,true,2026-01-01\n\
    K2,孔甲,13900000111,,1989-01-02,false,2026-02-01\n\
    M,马乙,,ma@example.com,1990-01-02,true,2026-01-01\n";
const CONSENTS: &str = "record_id,purpose,at,granted\n\
    C,sms,2026-09-01 10:00,false\n\
    D,marketing,2026-09-01 10:00,true\n\
    F,marketing,2026-10-10 10:00,true\n\
    G,marketing,2026-09-10 10:00,true\n";
const SAID: &str = "interaction_id,at,record_id,store_id,channel,direction,result\n\
    X1,2026-10-01 10:00,F,S1,phone,out,不要再联系\n\
    X2,2026-10-01 10:00,G,S1,phone,out,不要再联系\n\
    X3,2026-10-01 10:00,H,S1,phone,out,号码不对\n\
    X4,2026-10-01 10:00,I,S1,phone,out,号码不对\n\
    X5,2026-10-02 10:00,I,S1,phone,out,联系上了\n";

#[test]
fn c25_who_may_be_contacted_by_which_channel() {
    let project = TestProject::empty()
        .file("data/members.csv", MEMBERS)
        .file("data/consents.csv", CONSENTS)
        .file("data/interactions.csv", SAID)
        .file("data/sales.csv", sales(&[("A", "2026-01-05")]))
        .today(DAY);
    assert_eq!(
        asked(
            &project,
            "select p.name, max(coalesce(reason, 'ok')) filter (where channel = 'phone') as phone, max(coalesce(reason, 'ok')) filter (where channel = 'sms') as sms,
                max(coalesce(reason, 'ok')) filter (where channel = 'mail') as mail, max(coalesce(service_reason, 'ok')) filter (where channel = 'phone') as service
             from contact_consent c join people p using (person_id) group by p.name, p.person_id order by p.person_id"
        ),
        "name,phone,sms,mail,service\n\
         艾一,ok,ok,no_address,ok\n\
         贝二,no_consent,no_consent,no_consent,ok\n\
         蔡三,ok,withdrawn,no_address,ok\n\
         戴四,withdrawn,withdrawn,withdrawn,ok\n\
         鄂五,under_14,under_14,under_14,under_14\n\
         方六,ok,ok,no_address,ok\n\
         高七,do_not_contact,do_not_contact,do_not_contact,do_not_contact\n\
         韩八,wrong_number,wrong_number,no_address,wrong_number\n\
         易九,ok,ok,no_address,ok\n\
         金十,no_address,no_address,no_address,no_address\n\
         孔甲,withdrawn,withdrawn,withdrawn,ok\n\
         马乙,no_address,no_address,ok,no_address\n"
    );
}

/// Of A to I: people whose names differ by one sign only would be taken for one.
const NAMES: [&str; 9] = ["艾一平", "贝二娘", "蔡三光", "戴四海", "鄂五常", "方六合", "高七星", "韩八方", "易九歌"];

fn members(rows: &[(&str, &str, &str)]) -> String {
    let rows: String = rows
        .iter()
        .enumerate()
        .map(|(n, (who, birthday, calendar))| {
            let name = NAMES[n % NAMES.len()];
            format!("{who},{name},139000002{n:02},{birthday},{calendar},true,2026-01-01\n")
        })
        .collect();
    format!("record_id,name,phone,birthday,birthday_calendar,consent_marketing,joined_on\n{rows}")
}

/// Today is 5 November 2026. The 20th day of the tenth lunar month of 2012 was 3 December 2012: A is 13. B was 14 on 20 October. C, born in the
/// eighth month, on 4 October 2012, has been 14 for a month.
#[test]
fn c25_children_by_the_lunar_calendar_are_children_until_their_day_has_come() {
    let people = [("A", "2012-10-20", "lunar"), ("B", "2012-10-20", "solar"), ("C", "2012-08-19", "lunar")];
    let project = TestProject::empty()
        .file("data/members.csv", members(&people))
        .file("data/sales.csv", sales(&[("A", "2026-01-05"), ("B", "2026-01-05"), ("C", "2026-01-05")]))
        .today(DAY);
    let sql = "select coalesce(reason, 'ok') as reason from contact_consent c join people p using (person_id)
               where channel = 'phone' order by p.phone";
    assert_eq!(asked(&project, sql), "reason\nunder_14\nok\nok\n");
}

/// Today is 5 November 2026; the calendar covers 29 October to 19 November. A: 10 November, due on the 7th. B: lunar 9/30; the ninth month of 2026 begins
/// on 10 October and has 30 days, so 8 November, due on the 5th. C: 3 November is over. D: 25 November, due on the 22nd, is too far. Revisits: E bought on 2 November
/// (3 days: today), F on 6 October (30 days: today), G on 7 August (90 days: today), H on 20 October (3 days: 23 October, too late; 30 days: 19
/// November), I on 6 October and again on 20 October, which starts anew.
#[test]
fn c26_birthdays_and_revisits_fall_on_their_days() {
    let project = TestProject::empty()
        .file("storebook.toml", PLAIN)
        .file(
            "data/members.csv",
            members(&[
                ("A", "1980-11-10", "solar"),
                ("B", "1980-09-30", "lunar"),
                ("C", "1980-11-03", "solar"),
                ("D", "1980-11-25", "solar"),
                ("E", "", ""),
                ("F", "", ""),
                ("G", "", ""),
                ("H", "", ""),
                ("I", "", ""),
            ]),
        )
        .file(
            "data/sales.csv",
            sales(&[
                ("A", "2026-01-05"),
                ("B", "2026-01-05"),
                ("C", "2026-01-05"),
                ("D", "2026-01-05"),
                ("E", "2026-11-02"),
                ("F", "2026-10-06"),
                ("G", "2026-08-07"),
                ("H", "2026-10-20"),
                ("I", "2026-10-06"),
                ("I", "2026-10-20"),
            ]),
        )
        .today(DAY);
    assert_eq!(
        asked(
            &project,
            "select p.name, kind, due_on, event_on, days from care_candidates c join people p using (person_id) where kind in ('birthday', 'revisit') order by p.phone, 2, 3"
        ),
        "name,kind,due_on,event_on,days\n\
         艾一平,birthday,2026-11-07,2026-11-10,46\n\
         贝二娘,birthday,2026-11-05,2026-11-08,46\n\
         鄂五常,revisit,2026-11-05,,3\n\
         方六合,revisit,2026-11-05,,30\n\
         高七星,revisit,2026-11-05,,90\n\
         韩八方,revisit,2026-11-19,,30\n\
         易九歌,revisit,2026-11-19,,30\n"
    );
}

/// A: birthday due on 5 November and revisit due on 5 November: the birthday comes first, the revisit waits. B: birthday due on the 9th, revisit on the 5th:
/// four days apart, the birthday comes first. C: birthday due on the 14th, revisit on the 5th: nine days apart, both. D was reached on 1 November: the revisit of
/// the 5th is four days later. E was called on 1 November and not reached. F has an open complaint.
#[test]
fn c24_one_contact_in_seven_days() {
    let project = TestProject::empty()
        .file("storebook.toml", PLAIN)
        .file(
            "data/members.csv",
            members(&[
                ("A", "1980-11-08", "solar"),
                ("B", "1980-11-12", "solar"),
                ("C", "1980-11-17", "solar"),
                ("D", "", ""),
                ("E", "", ""),
                ("F", "", ""),
            ]),
        )
        .file(
            "data/interactions.csv",
            "interaction_id,at,record_id,store_id,channel,direction,result\nX1,2026-11-01 10:00,D,S1,phone,out,联系上了\nX2,2026-11-01 10:00,E,S1,phone,out,没人接\n",
        )
        .file("data/feedback.csv", "feedback_id,at,record_id,store_id,kind,text\nF1,2026-11-01 10:00,F,S1,complaint,慢\n")
        .file(
            "data/sales.csv",
            sales(&["A", "B", "C", "D", "E", "F"].map(|who| (who, "2026-11-02"))),
        )
        .today(DAY);
    assert_eq!(
        asked(
            &project,
            "select p.name, kind, on_day, channel, suppressed_by from care_list c join people p using (person_id) where kind in ('birthday', 'revisit') order by p.phone, 2, 3"
        ),
        "name,kind,on_day,channel,suppressed_by\n\
         艾一平,birthday,2026-11-05,phone,\n\
         艾一平,revisit,2026-11-05,phone,frequency\n\
         贝二娘,birthday,2026-11-09,phone,\n\
         贝二娘,revisit,2026-11-05,phone,frequency\n\
         蔡三光,birthday,2026-11-14,phone,\n\
         蔡三光,revisit,2026-11-05,phone,\n\
         戴四海,revisit,2026-11-05,phone,contacted\n\
         鄂五常,revisit,2026-11-05,phone,\n\
         方六合,revisit,2026-11-05,phone,open_complaint\n"
    );
    // On the list of the day stand A, C and E; A with both occasions, E although nobody answered. B's revisit waits for the birthday.
    assert_eq!(
        asked(
            &project,
            "select place, p.name, list_transform(kinds, lambda k: k) as kinds from contact_list l join people p using (person_id) order by p.phone"
        )
        .lines()
        .map(|line| line.split_once(',').map_or("", |(_, rest)| rest))
        .collect::<Vec<_>>(),
        ["name,kinds", "艾一平,\"birthday, revisit\"", "蔡三光,revisit", "鄂五常,revisit"]
    );
    assert_eq!(
        asked(&project, "select reason, people from contact_exclusions order by 1"),
        "reason,people\ncontacted,1\nfrequency,1\nopen_complaint,1\n"
    );
    // The hold-out is drawn by the MD5 of "holdout:" and the person's id; worked out elsewhere, P0000004 has 0.033, P0000005 0.057, all others more than 0.68.
    let project = project.file("storebook.toml", PLAIN.replace("holdout_share = 0", "holdout_share = 0.5"));
    assert_eq!(
        asked(
            &project,
            "select p.person_id, p.name from care_list c join people p using (person_id) where suppressed_by = 'holdout' order by 1"
        ),
        "person_id,name\nP0000004,戴四海\nP0000005,鄂五常\n"
    );
}

/// Two people due, room for one: the other is counted. A store whose newest line is eight days old has no list (alerts.stale_days is 3).
#[test]
fn c27_the_list_of_the_day_has_an_end_and_pauses() {
    let two = |day: &str| {
        TestProject::empty()
            .file("storebook.toml", format!("{PLAIN}list_rows = 1\n"))
            .file("data/members.csv", members(&[("A", "1980-11-08", "solar"), ("B", "1980-11-08", "solar")]))
            .file(
                "data/sales.csv",
                format!("{SALES}T1,2026-01-05 10:00,S1,A,P1,茶,sale,1,900\nT2,2026-01-05 10:00,S1,B,P1,茶,sale,1,50\nT3,{day} 10:00,S1,,P1,茶,sale,1,5\n"),
            )
            .today(DAY)
    };
    let project = two("2026-11-05");
    assert_eq!(asked(&project, "select name from contact_list"), "name\n艾一平\n");
    assert_eq!(asked(&project, "select reason, people from contact_exclusions"), "reason,people\nbeyond_limit,1\n");
    let project = two("2026-10-28");
    assert_eq!(asked(&project, "select count(*) as n from contact_list"), "n\n0\n");
    assert_eq!(asked(&project, "select reason, people from contact_exclusions"), "reason,people\nstale,2\n");
    project.build();
    let page = project.read("output/contacts/s1/index.html");
    assert!(page.contains("今天没有名单") && !page.contains("13900000200"), "{page}");
}

/// The sheet of the day is filled in and comes back: A agreed to come, B asked to be left alone, C was not called.
#[test]
fn c26_the_results_come_back_as_interactions() {
    let birthdays = ["A", "B", "C"].map(|who| (who, "1980-11-08", "solar"));
    let project = TestProject::empty()
        .file("storebook.toml", PLAIN)
        .file("data/members.csv", members(&birthdays))
        .file("data/sales.csv", sales(&["A", "B", "C"].map(|who| (who, "2026-01-05"))))
        .today(DAY);
    project.build();
    let page = project.read("output/contacts/s1/index.html");
    assert!(page.contains("href=\"tel:13900000200\""), "{page}");
    let folder = project.path("output/contacts/s1");
    let sheet = std::fs::read_dir(&folder)
        .expect("the page's folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "xlsx"))
        .expect("a workbook beside the page");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&sheet).expect("open it");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("its cells");
    let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(
        rows[0],
        [
            "联系记录编号",
            "联系时间",
            "门店编号",
            "会员号",
            "顾客",
            "电话",
            "为了什么",
            "可以推荐",
            "联系方式",
            "联系结果",
            "备注",
            "下次联系日期"
        ]
    );
    assert_eq!((rows.len(), rows[1][6].as_str()), (4, "生日"));
    let xml = unpacked(&sheet, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("联系上了,没联系上,会来,不要再联系,号码不对"), "a drop-down");
    // As a person would fill it in.
    let mut filled = rust_xlsxwriter::Workbook::new();
    let page = filled.add_worksheet();
    for (row, cells) in (0u32..).zip(&rows) {
        for (column, cell) in (0u16..).zip(cells) {
            let text = match (row, column, cells[4].as_str()) {
                (1.., 1, _) => "2026-11-05",
                (1.., 9, "艾一平") => "会来",
                (1.., 9, "贝二娘") => "不要再联系",
                (1.., 11, "艾一平") => "2026-11-08",
                _ => cell,
            };
            page.write_string(row, column, text).expect("a cell");
        }
    }
    let bytes = filled.save_to_buffer().expect("a workbook");
    let project = project.file("data/今日联系-1105.xlsx", &bytes).file("data/今日联系-1105 again.xlsx", &bytes);
    assert_eq!(
        asked(
            &project,
            "select p.name, outcome, next_step_on from interaction_log i join people p using (person_id) order by p.phone"
        ),
        "name,outcome,next_step_on\n艾一平,coming,2026-11-08\n贝二娘,do_not_contact,\n"
    );
    assert_eq!(
        asked(
            &project,
            "select p.name, suppressed_by from care_list c join people p using (person_id) order by p.phone"
        ),
        "name,suppressed_by\n艾一平,contacted\n贝二娘,do_not_contact\n蔡三光,\n"
    );
    assert_eq!(
        asked(
            &project,
            "select count(*) as n from contact_consent c join people p using (person_id) where p.name = '贝二娘' and allowed"
        ),
        "n\n0\n"
    );
}

fn unpacked(path: &std::path::Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).expect("open")).expect("a zip");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).expect("the sheet"), &mut text).expect("read");
    text
}

/// Only sales: there is nobody to contact, and the book is whole.
#[test]
fn c26_a_chain_without_names_has_nobody_to_call() {
    let project = TestProject::small().today("2026-11-01");
    project.build();
    let page = project.read("output/contacts/s2/index.html");
    assert!(page.contains("今天没有要打电话的顾客"), "{page}");
    assert_eq!(project.run(&["check"]).code, 0);
}

/// Bought on 20 October: the revisit after 30 days falls on 19 November, and nothing on today.
#[test]
fn c26_a_chain_with_nothing_due_today_has_its_pages() {
    let project = TestProject::empty()
        .file("storebook.toml", PLAIN)
        .file("data/members.csv", members(&[("A", "", "")]))
        .file("data/sales.csv", sales(&[("A", "2026-10-20")]))
        .today(DAY);
    project.build();
    assert!(project.read("output/care/index.html").contains("要联系 <strong>1 次</strong>，今天 0 次"));
    assert!(project.read("output/contacts/s1/index.html").contains("今天没有要打电话的顾客"));
}
