//! C5, C7, C9: checks of customer records, their completeness and validity, and tags. Figures worked out by hand.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

const SALES: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n\
    T1,2026-10-01,S1,M1,A,1,100\nT2,2026-10-02,S1,M2,A,1,50\nT3,2026-10-03,S1,M3,A,1,20\nT4,2024-10-03,S1,M4,A,1,900\nT5,2026-10-05,S2,M5,A,1,10\n";

const MEMBERS: &str = "会员卡号,姓名,手机号,邮箱,生日,地址,入会日期,归属门店编码,会员标签\n\
    M1,张伟,13912340001,zhang.wei@a.cn,1990-03-04,人民路12号3室,2020-01-01,S1,爱喝茶；老客\n\
    M2,先生,138****8000,a@b@c,1900-01-01,人民路,2021-01-01,S1,\n\
    M3,李娜,,lina@a.cn,2021-05-06,和平小区甲区,2021-05-06,S1,爱喝茶\n\
    M4,王强,12012345670,,1905-01-01,,2019-01-01,S1,\n\
    M5,赵敏,13800138000,test@a.cn,2016-02-03,中山大道 8 号,2025-01-01,S2,\n\
    M6,钱进,13912340006,,2030-01-01,,2026-10-20,S2,\n";

fn project() -> TestProject {
    TestProject::empty().file("data/sales.csv", SALES).file("data/会员.csv", MEMBERS)
}

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

#[test]
fn c7_every_doubt_has_its_reason() {
    assert_eq!(
        asked(&project(), "select record_id, field, status, reason from record_checks order by record_id, field"),
        "record_id,field,status,reason\n\
         M2,address,suspicious,address_short\n\
         M2,birthday,placeholder,birthday_placeholder\n\
         M2,email,invalid,email_form\n\
         M2,name,placeholder,name_placeholder\n\
         M2,phone,masked,phone_masked\n\
         M3,address,suspicious,address_no_number\n\
         M3,birthday,suspicious,birthday_is_joining\n\
         M4,birthday,invalid,birthday_old\n\
         M4,phone,invalid,phone_no_such_range\n\
         M5,birthday,suspicious,birthday_child\n\
         M5,email,placeholder,email_placeholder\n\
         M5,phone,placeholder,phone_placeholder\n\
         M6,birthday,invalid,birthday_future\n"
    );
}

#[test]
fn c5_completeness_and_validity_of_a_store_and_a_field() {
    let project = project();
    // S1 has four records: three telephones, of which M1's is right; four birthdays, of which M1's and M3's can be.
    assert_eq!(
        asked(
            &project,
            "select field, records, filled, completeness, validity, masked, wrong, suspicious from store_quality where store_id = 'S1' and field in ('phone', 'birthday') order by field"
        ),
        "field,records,filled,completeness,validity,masked,wrong,suspicious\n\
         birthday,4,4,1.000000,0.500000,0,2,1\n\
         phone,4,3,0.750000,0.333333,1,1,0\n"
    );
    // Of five fields × four records: names 4, birthdays 4, telephones 3, e-mails 3, addresses 3 = 17 of 20; right are names 3,
    // birthdays 2, telephones 1, e-mails 2 and addresses 3 = 11 of 17.
    assert_eq!(
        asked(&project, "select completeness, validity, to_confirm from store_quality_overall where store_id = 'S1'"),
        "completeness,validity,to_confirm\n0.850000,0.647059,2\n"
    );
    assert_eq!(
        asked(&project, "select filled, completeness, validity from chain_quality where field = 'email'"),
        "filled,completeness,validity\n4,0.666667,0.500000\n"
    );
}

#[test]
fn c7_those_who_can_still_be_asked_are_asked_and_the_unreachable_first() {
    // M4 was last seen two years ago. M3 has no telephone; M6 joined without buying.
    assert_eq!(
        asked(
            &project(),
            "select store_id, field, reason, priority from confirm_details order by store_id, priority, net_sales desc, field"
        ),
        "store_id,field,reason,priority\n\
         S1,phone,phone_masked,1\n\
         S1,phone,phone_missing,1\n\
         S1,birthday,birthday_placeholder,2\n\
         S1,email,email_form,2\n\
         S1,name,name_placeholder,2\n\
         S1,address,address_short,3\n\
         S1,address,address_no_number,3\n\
         S1,birthday,birthday_is_joining,3\n\
         S2,phone,phone_placeholder,1\n\
         S2,email,email_placeholder,2\n\
         S2,birthday,birthday_future,2\n\
         S2,birthday,birthday_child,3\n"
    );
}

#[test]
fn c5_a_birthday_that_many_have_and_a_telephone_of_four_people_are_doubted() {
    let mut members = String::from("会员卡号,姓名,手机号,生日,入会日期\n");
    for n in 0..1000 {
        let birthday = if n < 21 {
            "1980-01-01".to_owned()
        } else {
            format!("19{:02}-{:02}-{:02}", 40 + n % 60, 1 + n % 12, 2 + n % 27)
        };
        let phone = if n < 4 { "13912340000".to_owned() } else { format!("139{n:08}") };
        // The four bear names that nobody takes for one person's; a figure behind a name would not tell people apart.
        let name = ["赵敏", "孙悦", "周涛", "吴迪"].get(n).map_or(format!("顾客姓{n}"), |name| (*name).to_owned());
        members.push_str(&format!("M{n},{name},{phone},{birthday},2020-01-01\n"));
    }
    let project = TestProject::empty().file("data/sales.csv", SALES).file("data/会员.csv", members);
    assert_eq!(
        asked(
            &project,
            "select reason, count(*) as n from record_checks where record_id <> 'M999' group by reason order by reason"
        ),
        "reason,n\nbirthday_usual,21\nphone_shared,4\n"
    );
}

const TAGS: &str = "会员卡号,标签,打标日期,失效日期,打标人\nM1,老客,2026-01-01,,店长\nM2,退货多,2026-01-01,2026-11-05,店长\nM2,试吃,2026-01-01,2026-11-06,店长\nM3,下月活动,2026-12-01,,总部\n";

#[test]
fn c9_tags_come_from_files_records_and_rules_and_end() {
    let rules = "[[tags]]\nname = \"大额\"\ncondition = \"net_sales >= 100\"\n[[tags]]\nname = \"老客\"\ncondition = \"true\"\nuntil = \"2026-11-04\"\n";
    let project = project().file("data/标签.csv", TAGS).file("storebook.toml", rules);
    // M2's 退货多 ended today; the rule for 老客 ended yesterday; M3's 下月活动 is to come.
    assert_eq!(
        asked(
            &project,
            "select p.name, t.tag, t.origin, t.expires_on, t.added_by from person_tags t join people p using (person_id) order by p.name, t.tag"
        ),
        "name,tag,origin,expires_on,added_by\n\
         先生,试吃,manual,2026-11-06,店长\n\
         张伟,大额,rule,,\n\
         张伟,爱喝茶,imported,,\n\
         张伟,老客,manual,,店长\n\
         李娜,爱喝茶,imported,,\n\
         王强,大额,rule,,\n"
    );
    // As a scheme: four people bear six tags, and shares are of people.
    assert_eq!(
        asked(&project, "select segment, customers, share from segment_summary where scheme = 'tag' order by segment"),
        "segment,customers,share\n大额,2,0.500000\n爱喝茶,2,0.500000\n老客,1,0.250000\n试吃,1,0.250000\n"
    );
    assert_eq!(
        asked(
            &project,
            "select segment, customers, share from store_segments where scheme = 'tag' and store_id = 'S1' order by segment"
        ),
        "segment,customers,share\n大额,2,0.500000\n爱喝茶,2,0.500000\n老客,1,0.250000\n试吃,1,0.250000\n"
    );
}

#[test]
fn c9_a_rule_that_cannot_be_meant_is_refused() {
    for (rules, words) in [
        ("[[tags]]\nname = \"a\"\ncondition = \"true\"\n[[tags]]\nname = \"a\"\ncondition = \"false\"\n", "two rules"),
        ("[[tags]]\nname = \"a\"\n", "no condition"),
        ("[[tags]]\ncondition = \"true\"\n", "no name"),
        ("[[tags]]\nname = \"a\"\ncondition = \"true\"\nuntil = \"soon\"\n", "soon"),
    ] {
        let ran = project().file("storebook.toml", rules).run(&["query", "select 1", "--today", DAY]);
        assert_ne!(ran.code, 0);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let rules = "[[tags]]\nname = \"a\"\ncondition = \"net_saless > 1\"\n";
    let ran = project().file("storebook.toml", rules).run(&["query", "select * from person_tags", "--today", DAY]);
    assert!(ran.code != 0 && ran.err.contains("net_saless") && ran.err.contains("net_sales"), "{}", ran.err);
    // A rule reads models, never files.
    let rules = "[[tags]]\nname = \"a\"\ncondition = \"(select count(*) from read_csv('/etc/passwd')) > 0\"\n";
    let ran = project().file("storebook.toml", rules).run(&["query", "select * from person_tags", "--today", DAY]);
    assert!(ran.code != 0 && !ran.err.contains("root:"), "{}", ran.err);
}

#[test]
fn c5_the_pages_show_them_and_who_to_ask() {
    let project = project();
    project.build();
    let page = project.read("output/data/stores/s1/index.html");
    assert!(page.contains("先生") && page.contains("138****8000") && !page.contains("王强"), "{page}");
    assert!(page.contains("85.0%"), "{page}");
    assert!(project.read("output/data/quality/index.html").contains("../stores/s1/index.html"));
    // The public pages know nobody.
    assert!(!project.read("output/privacy/index.html").contains("先生"));
}

#[test]
fn c04_of_several_records_the_value_that_can_be_right_speaks() {
    // One person by card: the same telephone and name bring the first two together, a decision the others.
    let members = "record_id,name,phone,email,birthday,birthday_calendar,city,joined_on,id_space_note\n\
        M1,李娜,13912340001,lina@a.cn,1990-03-04,lunar,杭州,2020-01-01,old\n\
        M2,李娜,13912340001,test@test.com,1900-01-01,solar,上海,2025-01-01,newer\n\
        M3,王强,139****0002,wang@a.cn,,,,2024-01-01,masked\n\
        M4,王强,00000000000,wang@@a,2019-01-01,,,2025-01-01,wrong\n\
        M5,赵敏,13800138000,,,,,2025-01-01,alone\n";
    let sales = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n\
        T1,2026-10-01,S1,M1,A,1,100\nT2,2026-10-02,S1,M3,A,1,50\nT3,2026-10-03,S1,M5,A,1,20\n";
    let decisions = "decision,id_space,record_id,other_id_space,other_record_id,note\n\
        same,main,M1,main,M2,\nsame,main,M3,main,M4,\n";
    let project = TestProject::empty()
        .file("data/sales.csv", sales)
        .file("data/members.csv", members)
        .file("state/identity-overrides.csv", decisions);
    assert_eq!(
        asked(
            &project,
            "select name, phone, email, birthday, birthday_calendar, city, records from people order by name"
        ),
        // M2 is newer and speaks where nothing is wrong (the town); of M3 and M4 a masked number is better than none at all, and
        // a child's birthday than no birthday; what is alone stays, so that somebody asks.
        "name,phone,email,birthday,birthday_calendar,city,records\n\
         李娜,13912340001,lina@a.cn,1990-03-04,lunar,上海,2\n\
         王强,139****0002,wang@a.cn,2019-01-01,,,2\n\
         赵敏,13800138000,,,,,1\n"
    );
    // Nobody is asked about what no longer speaks for the person.
    assert_eq!(
        asked(
            &project,
            "select name, field, reason from confirm_details c join people using (person_id) order by 1, 2"
        ),
        "name,field,reason\n王强,birthday,birthday_child\n王强,phone,phone_masked\n赵敏,phone,phone_placeholder\n"
    );
}
