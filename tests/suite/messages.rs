//! C26, C27: the words of the care calendar, the files that go out, and what is remembered of them. Every expected text is written down
//! by hand.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

/// A: birthday on 8 November, by text message. B: birthday, by mail. C: revisit 30 days after 6 October, by telephone.
fn chain() -> TestProject {
    TestProject::empty()
        .file(
            "storebook.toml",
            "[site]\ntitle = \"禾木\"\n[campaigns]\nholdout_share = 0\n[care]\nholiday_audience = \"false\"\n",
        )
        .file("data/stores.csv", "store_id,name,phone\nS1,东湖店,0571-88880000\n")
        .file(
            "data/members.csv",
            "record_id,name,phone,email,birthday,preferred_channel,consent_marketing,joined_on\n\
             A,艾一平,13900000101,,1980-11-08,sms,true,2026-01-01\n\
             B,贝二娘,13900000102,bei@example.com,1981-11-08,email,true,2026-01-01\n\
             C,蔡三光,13900000103,,,phone,true,2026-01-01\n",
        )
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,kind,quantity,amount\n\
             T1,2026-01-05 10:00,S1,A,P1,sale,1,50\nT2,2026-01-05 10:00,S1,B,P1,sale,1,50\n\
             T3,2026-10-06 10:00,S1,C,P1,sale,1,50\nT4,2026-11-05 10:00,S1,,P1,sale,1,5\n",
        )
        .file(
            "content/messages/birthday.zh-CN.txt",
            "subject: {{ name }}，生日快乐\n\n{{ name }}，{{ age }} 岁生日快乐！{{ store }} {{ store_phone }}\n",
        )
        .today(DAY)
}

/// 【禾木】艾一平，46 岁生日快乐！东湖店 0571-88880000拒收请回复R: 4 + 4 + 10 + 4 + 14 + 7 characters, the blank before 岁 and after 店 among them.
#[test]
fn c26_everybody_gets_the_words_of_the_occasion() {
    let project = chain();
    let text = project.query("select p.name, title, text, characters, parts from care_messages m join people p using (person_id) order by p.phone");
    let text = text.trim_start_matches('\u{feff}');
    let sms = "【禾木】艾一平，46 岁生日快乐！东湖店 0571-88880000拒收请回复R";
    assert!(
        text.starts_with(&format!(
            "name,title,text,characters,parts\n艾一平,艾一平，生日快乐,{sms},{},1\n贝二娘,贝二娘，生日快乐,贝二娘，45 岁生日快乐！东湖店 0571-88880000,",
            sms.chars().count()
        )),
        "{text}"
    );
    project.build();
    assert!(project.read("output/messages/index.html").contains("王女士，36 岁生日快乐"));
    // A word that does not exist stops the build at its place.
    let project = project.file("content/messages/revisit.zh-CN.txt", "好吗？\n{{ prodct }}\n");
    let ran = project.try_build(&[]);
    assert!(
        ran.code == 1 && ran.err.contains("revisit.zh-CN.txt:2") && ran.err.contains("product"),
        "{} {}",
        ran.code,
        ran.err
    );
}

#[test]
fn c26_the_outbox_is_taken_along_as_files_and_remembers_what_is_done() {
    let project = chain();
    let lists = tempfile::tempdir().expect("a folder");
    let folder = lists.path().join("lists").to_string_lossy().into_owned();
    let ran = project.run(&["outbox", "export", &folder, "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read = |name: &str| std::fs::read_to_string(lists.path().join("lists/S1").join(name)).expect("a file");
    let sms = read("sms.csv");
    let row = sms.lines().nth(1).expect("a row");
    assert!(row.starts_with("13900000101,【禾木】艾一平，46 岁生日快乐！") && row.contains(",艾一平,东湖店,"), "{sms}");
    assert_eq!(sms.lines().count(), 2);
    let calendar = read("calendar.ics");
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 3, "{calendar}");
    assert!(read("contacts.csv").contains("蔡三光") && lists.path().join("lists/S1/contacts.xlsx").exists());
    let drafts: Vec<_> = std::fs::read_dir(lists.path().join("lists/S1/mail")).expect("drafts").collect();
    assert_eq!(drafts.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(lists.path().join("lists/S1/sms.csv")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Nothing of it may land where it is published.
    let refused = project.run(&["outbox", "export", &project.path("output/lists").to_string_lossy(), "--today", DAY]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    let listed = project.run(&["outbox", "list", "--today", DAY]).out;
    let ids: Vec<&str> =
        listed.lines().filter_map(|line| line.split("  ").next()).filter(|id| id.len() == 20).collect();
    assert_eq!(ids.len(), 3, "{listed}");
    for said in ["1 marked as done, 0 were already\n", "0 marked as done, 1 were already\n"] {
        assert_eq!(project.run(&["outbox", "done", ids[0]]).out, said);
    }
    let left = project.run(&["outbox", "list", "--today", DAY]).out;
    assert!(left.ends_with("2 of 3 entries\n") && !left.contains(ids[0]), "{left}");
    let wrong = project.run(&["outbox", "done", "nonsense"]);
    assert!(wrong.code == 2 && wrong.err.contains("nonsense"), "{}", wrong.err);
    // Without --send nothing is sent, and without a server nothing can be.
    let dry = project.run(&["outbox", "send", "--today", DAY]);
    assert!(dry.code == 0 && dry.out.contains("would be sent") && dry.out.contains("--send"), "{}{}", dry.out, dry.err);
    let none = project.run(&["outbox", "send", "--send", "--today", DAY]);
    assert!(none.code == 2 && none.err.contains("mail"), "{}", none.err);
}

/// A has a birthday on 8 November (due on the 5th) and bought on 6 October (30 days: the 5th). The greeting comes first, the question is
/// held back; when the greeting has gone, the person has been contacted.
#[test]
fn c26_who_was_written_to_is_left_in_peace() {
    let project = TestProject::empty()
        .file("storebook.toml", "[campaigns]\nholdout_share = 0\n[care]\nholiday_audience = \"false\"\npriority = [\"birthday\", \"revisit\"]\n")
        .file(
            "data/members.csv",
            "record_id,name,phone,birthday,preferred_channel,consent_marketing,joined_on\n\
             A,艾一平,13900000101,1980-11-08,sms,true,2026-01-01\nB,贝二娘,13900000102,,sms,true,2026-01-01\n",
        )
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,kind,quantity,amount\n\
             T1,2026-10-06 10:00,S1,A,P1,sale,1,50\nT2,2026-10-06 10:00,S1,B,P1,sale,1,50\nT3,2026-11-05 10:00,S1,,P1,sale,1,5\n",
        )
        .today(DAY);
    project.build();
    let held = |project: &TestProject| {
        let sql = "select p.name, l.kind, coalesce(l.suppressed_by, 'to do') as held from care_list l join people p using (person_id)
                   where l.kind in ('birthday', 'revisit') order by all";
        let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.trim_start_matches('\u{feff}').to_owned()
    };
    let before = "name,kind,held\n艾一平,birthday,to do\n艾一平,revisit,frequency\n贝二娘,revisit,to do\n";
    assert_eq!(held(&project), before);
    let listed = project.run(&["outbox", "list", "--today", DAY]).out;
    let of = |listed: &str, name: &str| {
        let line = listed.lines().find(|line| line.contains(name)).expect("an entry").to_owned();
        line.split("  ").next().expect("an id").to_owned()
    };
    let id = of(&listed, "艾一平");
    assert!(!id.contains("艾") && id.len() == 20, "{listed}");
    // As it stands after a run of that morning; one that was refused is nobody's contact.
    let after = "name,kind,held\n艾一平,birthday,done\n艾一平,revisit,contacted\n贝二娘,revisit,to do\n";
    for (what, expected) in
        [("sent", after), ("sending", after), ("done", after), ("refused", before), ("unsent", before)]
    {
        let line = format!("{{\"at\":\"2026-11-05T01:30:00Z\",\"id\":\"{id}\",\"what\":\"{what}\"}}\n");
        std::fs::create_dir_all(project.path("state/outbox")).expect("make a folder");
        std::fs::write(project.path("state/outbox/journal.ndjson"), line).expect("write the journal");
        assert_eq!(held(&project), expected, "{what}");
        let all = project.run(&["outbox", "list", "--all", "--today", DAY]).out;
        assert_eq!(all.matches(&id).count(), 1, "{what}: {all}");
    }
    // A journal that was changed stops what would send again, and tells where.
    std::fs::write(project.path("state/outbox/journal.ndjson"), "sent\n").expect("write the journal");
    let ran = project.run(&["outbox", "list", "--today", DAY]);
    assert!(ran.code == 1 && ran.err.contains("journal.ndjson:1"), "{} {}", ran.code, ran.err);
}

/// Six people of two stores bought by 5 November; a campaign by text message to all of them from 1 December, without a hold-out and control arm: everybody gets it.
/// E has no telephone and F never consented (and is in no arm). After the list is fixed, A takes the consent back.
#[test]
fn c23_the_lists_of_a_campaign_have_whom_it_may_be_sent_to() {
    let members = "record_id,store_id,name,phone,email,consent_marketing,joined_on\n\
        A,S1,艾一平,13900000101,,true,2026-01-01\nB,S1,贝二娘,13900000102,,true,2026-01-01\nC,S2,蔡三光,13900000103,,true,2026-01-01\n\
        D,S2,=戴四,13900000104,,true,2026-01-01\nE,S2,鄂五常,,e@example.com,true,2026-01-01\nF,S1,方六合,13900000106,,,2026-01-01\n";
    let sales: String = [("A", "S1"), ("B", "S1"), ("C", "S2"), ("D", "S2"), ("E", "S2"), ("F", "S1")]
        .iter()
        .map(|(who, store)| format!("T{who},2026-11-05 10:00,{store},{who},P1,sale,1,50\n"))
        .collect();
    let project = TestProject::empty()
        .file(
            "storebook.toml",
            "[campaigns]\nholdout_share = 0\ncontrol_share = 0.01\n[[campaigns.plans]]\nid = \"C9\"\nstarts_on = \"2026-12-01\"\n\
             ends_on = \"2026-12-07\"\nchannel = \"sms\"\nseed = \"a\"\n",
        )
        .file("data/members.csv", members)
        .file("data/sales.csv", format!("transaction_id,ordered_at,store_id,record_id,sku,kind,quantity,amount\n{sales}"))
        .today(DAY);
    let lists = tempfile::tempdir().expect("a folder");
    let folder = lists.path().to_string_lossy().into_owned();
    let read = |name: &str| std::fs::read_to_string(lists.path().join(name)).expect("a file").replace('\u{feff}', "");
    let ran = project.run(&["outbox", "campaign", "C9", &folder, "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("4 people of 2 stores") && ran.out.contains("\n1 are on no list"), "{}", ran.out);
    assert!(
        read("S1/C9.csv").ends_with("\r\n艾一平,13900000101,,A\r\n贝二娘,13900000102,,B\r\n"),
        "{}",
        read("S1/C9.csv")
    );
    assert!(
        read("S2/C9.csv").ends_with("\r\n'=戴四,13900000104,,D\r\n蔡三光,13900000103,,C\r\n"),
        "{}",
        read("S2/C9.csv")
    );
    let targets = read("campaign_targets.csv");
    let arms: Vec<&str> = targets.lines().skip(1).collect();
    assert_eq!(
        arms,
        ["C9,main,A,treated", "C9,main,B,treated", "C9,main,C,treated", "C9,main,D,treated", "C9,main,E,treated"]
    );
    // Fixed, and A does not want it any more: still in the arm, on no list.
    std::fs::copy(lists.path().join("campaign_targets.csv"), project.path("data/targets.csv")).expect("copy the list");
    let project =
        project.file("data/consents.csv", "record_id,purpose,at,granted\nA,marketing,2026-11-04 09:00,false\n");
    std::fs::remove_file(lists.path().join("campaign_targets.csv")).expect("remove a file");
    let ran = project.run(&["outbox", "campaign", "C9", &folder, "--today", DAY]);
    assert!(
        ran.code == 0 && ran.out.starts_with("3 people of 2 stores") && ran.out.contains("\n2 are on no list"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(!read("S1/C9.csv").contains("艾一平") && !lists.path().join("campaign_targets.csv").exists());
    let wrong = project.run(&["outbox", "campaign", "C8", &folder, "--today", DAY]);
    assert!(wrong.code == 2 && wrong.err.contains("C9"), "{} {}", wrong.code, wrong.err);
}
