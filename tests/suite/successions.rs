//! C1, C48: a store that another one took over from. Its people, lists and keys go, its sales and its page stay. Figures by
//! hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use storebook::seal::{self, Code, Sealed, Secret, Unlock};

use crate::support::TestProject;

/// R1 bought on two days in S1 and one in S3; R2 on one in S1, one in S2 and two, earlier, in S3; R3 in S3. R9 stands in
/// the customers' file alone, with S1.
fn chain(successions: &str) -> TestProject {
    TestProject::empty()
        .file("data/stores.csv", "store_id,name,region\nS1,东湖店,华东\nS2,西街店,华南\nS3,南门店,华南\n")
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n\
             T1,2026-10-01,S1,R1,A,1,10\nT2,2026-10-02,S1,R1,A,1,20\nT3,2026-10-03,S3,R1,A,1,40\n\
             T4,2026-09-06,S3,R2,A,1,80\nT5,2026-09-07,S3,R2,A,1,160\nT6,2026-10-01,S1,R2,A,1,320\n\
             T7,2026-10-05,S2,R2,A,1,640\nT8,2026-10-06,S3,R3,A,1,1280\n",
        )
        .file(
            "data/customers.csv",
            "record_id,name,phone,store_id,joined_on\nR1,张伟,13912340001,S1,2026-01-01\nR2,李娜,,S3,2026-01-01\n\
             R3,王强,13912340003,S3,2026-01-01\nR9,赵敏,,S1,2026-10-01\n",
        )
        .file(
            "data/feedback.csv",
            "feedback_id,at,record_id,store_id,kind,text,status\nF1,2026-09-01,R1,S1,complaint,等太久,open\n",
        )
        .file("data/store_successions.csv", format!("store_id,successor_id,effective_on\n{successions}"))
}

fn asked(project: &TestProject, today: &str, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", today]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

const HOMES: &str = "select home_store_id from people p join person_records r using (person_id) order by r.record_id";

#[test]
fn c01_people_go_to_the_successor_on_its_day_and_sales_stay() {
    let project = chain("S1,S2,2026-11-05\n");
    let (eve, day) = ("2026-11-04", "2026-11-05");
    assert_eq!(asked(&project, eve, HOMES), "S1 S3 S3 S1");
    // R1 has two days in S1, which are S2's now; R2 one each in S1 and S2, and the later; R9 the store on the record.
    assert_eq!(asked(&project, day, HOMES), "S2 S2 S3 S2");
    let sales = "select store_id, net_sales from (select store_id, sum(net_sales) as net_sales from store_months group by 1) order by 1";
    for today in [eve, day] {
        assert_eq!(asked(&project, today, sales), "S1,350.00 S2,640.00 S3,1560.00");
    }
    let lists =
        "select distinct store_id from confirm_details union select store_id from store_quality_overall order by 1";
    assert_eq!(asked(&project, eve, lists), "S1 S3");
    assert_eq!(asked(&project, day, lists), "S2 S3");
    // Members, segments and the complaint that waits.
    let homes = "select store_id, home_customers from store_summary order by 1";
    assert_eq!(asked(&project, eve, homes), "S1,1 S2,0 S3,2");
    assert_eq!(asked(&project, day, homes), "S1,0 S2,2 S3,1");
    assert_eq!(asked(&project, day, "select distinct store_id from store_segments order by 1"), "S2 S3");
    let overdue = "select store_id from alerts where rule = 'complaints_overdue'";
    assert_eq!((asked(&project, eve, overdue), asked(&project, day, overdue)), ("S1".into(), "S2".into()));
    // It is closed from that day on.
    assert_eq!(asked(&project, eve, "select store_id from store_directory order by 1"), "S1 S2 S3");
    assert_eq!(asked(&project, day, "select store_id from store_directory order by 1"), "S2 S3");
}

#[test]
fn c01_chains_are_followed_and_a_link_of_tomorrow_is_none() {
    let chained = "S1,S2,2026-10-01\nS2,S3,2026-11-06\n";
    let project = chain(chained);
    let heirs = "select store_id, is_effective, heir_id from store_successors order by 1";
    assert_eq!(asked(&project, "2026-11-05", heirs), "S1,true,S2 S2,false,");
    assert_eq!(asked(&project, "2026-11-06", heirs), "S1,true,S3 S2,true,S3");
    assert_eq!(asked(&project, "2026-11-06", HOMES), "S3 S3 S3 S3");
    // Another name of the successor is the successor.
    let project = chain("S1,WEST,2026-10-01\n").file("data/store_aliases.csv", "alias,store_id\nWEST,S2\n");
    assert_eq!(asked(&project, "2026-11-05", heirs), "S1,true,S2");
}

#[test]
fn c01_a_succession_that_cannot_be_meant_is_turned_away_with_its_line() {
    let turned = "select file, line, column_name, value, rule from source.quarantine order by file, line";
    let project = chain("S1,S1,2026-10-01\nS9,S1,2026-10-01\nS2,S8,2026-10-01\n");
    let file = "data/store_successions.csv";
    assert_eq!(
        asked(&project, "2026-11-05", turned),
        format!(
            "{file},2,successor_id,S1,succession_self {file},3,store_id,S9,foreign_key {file},4,successor_id,S8,foreign_key"
        )
    );
    assert_eq!(asked(&project, "2026-11-05", HOMES), "S1 S3 S3 S1");
    // A circle falls whole; so do two successors of one store.
    let project = chain("S1,S2,2026-10-01\nS2,S1,2026-10-02\n");
    assert_eq!(
        asked(&project, "2026-11-05", turned),
        format!("{file},2,successor_id,S2,succession_circle {file},3,successor_id,S1,succession_circle")
    );
    let project = chain("S1,S2,2026-10-01\nS1,S3,2026-10-01\n");
    assert_eq!(
        asked(&project, "2026-11-05", turned),
        format!("{file},2,store_id,S1,duplicate {file},3,store_id,S1,duplicate")
    );
    assert_eq!(asked(&project, "2026-11-05", HOMES), "S1 S3 S3 S1");
    // A later file corrects; where what it says is turned away, the earlier one holds. Nothing is lost: a build says so.
    let head = "store_id,successor_id,effective_on\n";
    let project = chain("S1,S2,2026-10-01\n").file("data/store_successions2.csv", format!("{head}S1,S3,2026-10-01\n"));
    assert_eq!(asked(&project, "2026-11-05", "select heir_id from store_successors"), "S3");
    let project = project.file("data/store_successions2.csv", format!("{head}S1,S3,2026-10-01\nS3,S1,2026-10-01\n"));
    assert_eq!(asked(&project, "2026-11-05", "select store_id, heir_id from store_successors"), "S1,S2");
    project.build();
    // Where stores come from the sales alone, a succession makes none.
    let project = chain("S1,S7,2026-10-01\n");
    std::fs::remove_file(project.path("data/stores.csv")).expect("it is there");
    assert_eq!(asked(&project, "2026-11-05", turned), format!("{file},2,successor_id,S7,foreign_key"));
}

#[test]
fn c48_the_old_page_says_where_it_went_and_keeps_no_list() {
    let project = chain("S1,S2,2026-11-05\n");
    let build = |today: &str| {
        let ran = project.run(&["build", "--unsealed", "--today", today]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    build("2026-11-04");
    let page = |path: &str| project.read(&format!("output/{path}index.html"));
    assert!(page("stores/s1/").contains("将归") && page("en/stores/s1/").contains("Until then all stays as it is"));
    assert!(page("data/stores/s1/").contains("赵敏"), "the list of the store");
    assert!(!page("stores/s2/").contains("接替"));
    build("2026-11-05");
    for (path, words) in [("stores/s1/", "接替"), ("en/stores/s1/", "took over from this store on")] {
        let text = page(path);
        assert!(text.contains(words) && text.contains("href=\"../s2/index.html\""), "{path}");
        assert!(text.contains("350"), "its sales stand there");
        for person in ["张伟", "赵敏", "13912340001"] {
            assert!(!text.contains(person), "{path} shows {person}");
        }
    }
    assert!(!project.path("output/data/stores/s1/index.html").exists());
    assert!(page("data/stores/s2/").contains("赵敏"));
    assert!(page("stores/s2/").contains("href=\"../s1/index.html\""));
    let checked = project.run(&["check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    // Warm and cold give the same bytes.
    let warm = project.tree();
    std::fs::remove_dir_all(project.path(".storebook")).expect("the cache is there");
    build("2026-11-05");
    assert!(warm == project.tree());
}

/// What somebody's code leads to: the keyring, opened as a reader does.
struct Ring {
    home: String,
    /// Scope, epoch and key by the name of the key.
    keys: BTreeMap<String, (String, u64, Secret)>,
}

fn unpacked(plain: &[u8]) -> serde_json::Value {
    let length = u32::from_be_bytes(plain[..4].try_into().expect("four bytes")) as usize;
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(&plain[4..4 + length]).read_to_end(&mut text).expect("it was packed");
    serde_json::from_slice(&text).expect("JSON")
}

fn sealed(tag: &str, data: &str) -> Sealed {
    let bytes = |text: &str| STANDARD.decode(text).expect("base 64");
    Sealed { tag: bytes(tag).try_into().expect("32 bytes"), bytes: bytes(data) }
}

fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
    text.split_once(&format!("{name}=\"")).expect(name).1.split('"').next().expect("its end")
}

fn ring(project: &TestProject, who: &str) -> Ring {
    let shown = project.run(&["keys", "show", who]);
    let code = Code::read(shown.out.lines().nth(1).expect("a code")).expect("a code");
    let entrance = project.read("output/unlock/index.html");
    let unlock = Unlock::of(&code, &seal::unhex(attribute(&entrance, "data-salt")).expect("digits"));
    let text = project.read(&format!("output/keys/{}.js", unlock.id));
    let parts: Vec<&str> = text.split('"').collect();
    let plain = seal::open(&unlock.key, &["storebook keyring", "1", &unlock.id], &sealed(parts[3], parts[5]));
    let ring = unpacked(&plain.expect("the code opens its keyring"));
    let keys = ring["keys"].as_array().expect("keys").iter().map(|key| {
        let secret = serde_json::from_value(key["key"].clone()).expect("a key");
        let scope = key["scope"].as_str().expect("a scope").to_owned();
        (key["id"].as_str().expect("an id").to_owned(), (scope, key["epoch"].as_u64().expect("an epoch"), secret))
    });
    Ring { home: ring["home"]["zh-CN"].as_str().expect("a home").to_owned(), keys: keys.collect() }
}

impl Ring {
    /// The page as this ring opens it, if it does.
    fn page(&self, files: &BTreeMap<String, Vec<u8>>, path: &str) -> Option<String> {
        let text = String::from_utf8_lossy(files.get(path)?).into_owned();
        text.split("<template class=\"variant\"").skip(1).find_map(|variant| {
            let (scope, epoch, key) = self.keys.get(attribute(variant, "data-key"))?;
            let data = variant.split_once('>')?.1.split('<').next()?.trim();
            let about = ["storebook page", "1", path, scope, &epoch.to_string()];
            let plain = seal::open(key, &about, &sealed(attribute(variant, "data-tag"), data))?;
            Some(unpacked(&plain)["body"].as_str()?.to_owned())
        })
    }
}

#[test]
fn c48_keys_follow_a_succession_and_nobody_gains_more_than_it_gives() {
    let staff = "staff_id,name,store_id,role\nE1,甲,S1,店长\nE2,乙,S2,店长\nE3,丙,S3,店长\n";
    let project = chain("S1,S2,2026-11-05\n").file("data/staff.csv", staff);
    let build = |today: &str| {
        let ran = project.run(&["build", "--today", today]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        project.tree()
    };
    let done = |arguments: &[&str]| {
        let ran = project.run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    // Codes are given on the day of the system's clock, which may be later: before anybody speaks of a successor.
    let file = project.path("data/store_successions.csv");
    let succession = std::fs::read(&file).expect("it is there");
    std::fs::remove_file(&file).expect("it is there");
    done(&["keys", "init"]);
    done(&["keys", "grant", "--staff", "all"]);
    // Somebody who was given S1 by hand, and stands in no staff file; and the lead of S2's region.
    done(&["keys", "grant", "guest", "--role", "manager", "--store", "S1"]);
    done(&["keys", "grant", "lead", "--role", "region", "--region", "华南"]);
    std::fs::write(&file, succession).expect("write it back");
    let eve = build("2026-11-04");
    let who = ["E1", "E2", "E3", "guest", "lead"];
    let readers = |files: &BTreeMap<String, Vec<u8>>, path: &str| -> BTreeSet<&str> {
        who.into_iter().filter(|who| ring(&project, who).page(files, path).is_some()).collect()
    };
    let (old, new, list) = ("stores/s1/index.html", "stores/s2/index.html", "data/stores/s2/index.html");
    assert_eq!(readers(&eve, old), BTreeSet::from(["E1", "guest"]));
    assert_eq!(readers(&eve, new), BTreeSet::from(["E2", "lead"]));
    assert!(ring(&project, "E1").page(&eve, "data/stores/s1/index.html").expect("the list").contains("赵敏"));

    let after = build("2026-11-05");
    // The old manager opens the new store, the new one the history; the guest keeps what was given, the lead gains nothing.
    assert_eq!(readers(&after, old), BTreeSet::from(["E1", "E2", "guest"]));
    assert_eq!(readers(&after, new), BTreeSet::from(["E1", "E2", "lead"]));
    assert_eq!(readers(&after, list), BTreeSet::from(["E1", "E2", "lead"]));
    let history = ring(&project, "E2").page(&after, old).expect("the history");
    assert!(history.contains("接替") && !history.contains("张伟") && !history.contains("赵敏"));
    assert!(ring(&project, "E1").page(&after, list).expect("the list").contains("赵敏"));
    // The book of both begins at the store that is there.
    let home = "today/s2/index.html";
    assert_eq!([ring(&project, "E1").home, ring(&project, "E2").home], [home, home]);
    // With the keys of today nobody opens what was published before: the old list of S1 stays with those who had it.
    for who in who {
        let ring = ring(&project, who);
        assert!(ring.page(&eve, old).is_none() && ring.page(&eve, "data/stores/s1/index.html").is_none(), "{who}");
    }
    // Who leaves the successor takes no key of the history along.
    let e2 = ring(&project, "E2");
    done(&["keys", "revoke", "E2"]);
    let later = build("2026-11-05");
    assert!(e2.page(&after, old).is_some());
    assert!([old, new, list].iter().all(|path| e2.page(&later, path).is_none()));
    // The succession was a mistake: everybody is back where they were, and S2 has new keys.
    let e1 = ring(&project, "E1");
    std::fs::remove_file(&file).expect("it is there");
    let back = build("2026-11-05");
    assert!([old, new, list].iter().all(|path| e1.page(&back, path).is_none()));
    assert!(ring(&project, "E1").page(&back, old).is_some() && ring(&project, "E1").page(&back, new).is_none());
}
