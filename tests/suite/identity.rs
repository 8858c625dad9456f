//! Which records are one person: judged against data whose truth is known, and as a user meets it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use storebook::identity::matching::{
    Block, Cell, Column, Forced, Key, Kind, Options, Outcome, RecordsBuilder, Schema, resolve,
};
use storebook::identity::normalise::text;

use crate::support::TestProject;

/// Precision, recall and F1 of the pairs that lie within one cluster.
struct Judged {
    precision: f64,
    recall: f64,
    f1: f64,
}

/// Counts the pairs one by one, from who is who by record.
fn judged<K: Ord, T: Ord, F: Ord>(truth: &BTreeMap<K, T>, found: &BTreeMap<K, F>) -> Judged {
    let (people, clusters) = (numbered(truth.values()), numbered(found.values()));
    let records: Vec<(usize, Option<usize>)> = truth
        .iter()
        .map(|(record, person)| (people[person], found.get(record).map(|cluster| clusters[cluster])))
        .collect();
    let (mut right, mut wrong, mut missed) = (0_u64, 0_u64, 0_u64);
    for (at, (person, cluster)) in records.iter().enumerate() {
        for (other, other_cluster) in &records[at + 1..] {
            match (person == other, cluster.is_some() && cluster == other_cluster) {
                (true, true) => right += 1,
                (true, false) => missed += 1,
                (false, true) => wrong += 1,
                (false, false) => {}
            }
        }
    }
    let (right, wrong, missed) = (right as f64, wrong as f64, missed as f64);
    Judged {
        precision: right / (right + wrong),
        recall: right / (right + missed),
        f1: 2.0 * right / (2.0 * right + wrong + missed),
    }
}

fn numbered<'a, T: Ord>(values: impl Iterator<Item = &'a T>) -> BTreeMap<&'a T, usize> {
    let distinct: BTreeSet<&T> = values.collect();
    distinct.into_iter().zip(0..).collect()
}

const FEBRL: [(&str, Kind, Option<usize>); 10] = [
    ("given_name", Kind::Text, Some(1)),
    ("surname", Kind::Text, Some(0)),
    ("street_number", Kind::Code, None),
    ("address_1", Kind::Text, Some(4)),
    ("address_2", Kind::Text, Some(3)),
    ("suburb", Kind::Text, None),
    ("postcode", Kind::Code, None),
    ("state", Kind::Category, None),
    ("date_of_birth", Kind::Date, None),
    ("soc_sec_id", Kind::Code, None),
];

/// Every column is an ordinary comparison; none decides alone.
fn febrl_schema() -> Schema {
    use Key::{Head, Whole};
    let block = |keys: &[Key]| Block { keys: keys.to_vec(), refine: vec![Whole(1)] };
    Schema {
        columns: FEBRL
            .iter()
            .map(|(name, kind, crosses)| Column { name: (*name).to_owned(), kind: *kind, crosses: *crosses })
            .collect(),
        blocks: vec![
            block(&[Whole(9)]),
            block(&[Whole(8)]),
            block(&[Whole(0), Whole(1)]),
            block(&[Whole(1), Whole(6)]),
            block(&[Whole(0), Whole(6)]),
            block(&[Whole(3), Head(0, 1)]),
            block(&[Whole(5), Whole(2)]),
            block(&[Whole(4), Whole(6)]),
        ],
        ..Schema::default()
    }
}

fn febrl_cell(column: usize, value: &str) -> Option<Cell> {
    if value.is_empty() {
        return None;
    }
    match FEBRL[column].1 {
        Kind::Date => value.as_bytes().try_into().ok().map(|digits| Cell::Date(digits, None)),
        _ => Some(Cell::text(text::letters(value))),
    }
}

fn febrl(threads: usize) -> (Vec<String>, Outcome) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/febrl3/febrl3.csv");
    let schema = febrl_schema();
    let mut builder = RecordsBuilder::new(&schema.columns);
    let mut entities = Vec::new();
    for line in std::fs::read_to_string(path).expect("the data").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        entities.push(fields[11].to_owned());
        builder.push((0..10).map(|column| febrl_cell(column, fields[column + 1])));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let outcome = pool.install(|| resolve(&schema, &mut builder.finish(), &Forced::default(), &Options::default()));
    (entities, outcome)
}

#[test]
fn c06_febrl3_is_resolved_with_an_f1_of_at_least_0_993() {
    let (entities, outcome) = febrl(2);
    let truth: BTreeMap<usize, &String> = entities.iter().enumerate().collect();
    let found: BTreeMap<usize, u32> = outcome.people.iter().copied().enumerate().collect();
    let judged = judged(&truth, &found);
    println!("febrl3: precision {:.5}, recall {:.5}, F1 {:.5}", judged.precision, judged.recall, judged.f1);
    assert!(judged.f1 >= 0.993, "F1 {}", judged.f1);
    assert!(judged.precision >= 0.999, "precision {}", judged.precision);
    let (_, alone) = febrl(1);
    assert_eq!(outcome.people, alone.people);
    assert_eq!(outcome.links, alone.links);
}

/// Who is who by (id space, record id), from the truth of the generator and from the program.
type Who = BTreeMap<(String, String), String>;

fn rows(csv: &str) -> Who {
    let lines = csv.lines().skip(1).map(|line| line.split(',').map(ToOwned::to_owned).collect::<Vec<_>>());
    lines.map(|fields| ((fields[0].clone(), fields[1].clone()), fields[2].clone())).collect()
}

fn messy(seed: &str) -> (Who, Who) {
    let project = TestProject::empty();
    std::fs::remove_dir(project.path("data")).expect("an empty folder");
    let folder = project.root().to_string_lossy().into_owned();
    let options = ["--messy", "--stores", "8", "--customers", "3000", "--days", "40", "--seed", seed];
    let made = project.run(&[&["demo", &folder][..], &options[..]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let people = project.query("select id_space, record_id, person_id from person_records order by all");
    (rows(&project.read("truth/people.csv")), rows(&people))
}

#[test]
fn c06_the_messy_demo_is_resolved_with_its_precision_and_recall() {
    for seed in ["21", "22"] {
        let (truth, people) = messy(seed);
        let judged = judged(&truth, &people);
        println!(
            "messy {seed}: {} records, precision {:.5}, recall {:.5}, F1 {:.5}",
            truth.len(),
            judged.precision,
            judged.recall,
            judged.f1
        );
        assert!(judged.f1 >= 0.97, "seed {seed}: F1 {}", judged.f1);
        assert!(judged.precision >= 0.995, "seed {seed}: precision {}", judged.precision);
    }
}

const SALES: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n\
    T1,2026-10-01 10:00:00,S1,A,A,茶,饮品,1,10.00\n\
    T2,2026-10-02 10:00:00,S1,B,B,饼,零食,2,20.00\n\
    T3,2026-10-03 10:00:00,S1,Z,A,茶,饮品,3,30.00\n";

const CARDS: &str = "record_id,name,phone,birthday,gender,joined_on\n\
    A,张伟,13912340056,1985-03-05,male,2024-01-01\n\
    B,張偉,139-1234-0056,,,2025-01-01\n\
    C,李娜,13812349977,1990-06-07,female,2025-02-01\n\
    D,李强,13812349977,1962-09-01,male,2025-03-01\n";

fn shop() -> TestProject {
    TestProject::empty()
        .file("data/stores.csv", "store_id,name,region,city\nS1,东湖店,华东,杭州\n")
        .file("data/transactions.csv", SALES)
        .file("data/customers.csv", CARDS)
}

fn who(project: &TestProject) -> HashMap<String, String> {
    let answer = project.query("select record_id, person_id from person_records order by all");
    answer.lines().skip(1).filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect()
}

#[test]
fn c06_one_phone_and_name_is_one_person_and_a_family_is_a_household() {
    let project = shop();
    let people = who(&project);
    assert_eq!(people["A"], people["B"]);
    let others: BTreeSet<&String> = ["A", "C", "D", "Z"].map(|record| &people[record]).into();
    assert_eq!(others.len(), 4, "{people:?}");
    assert_eq!(project.query("select links from households"), "links\n1\n");
    let reason = project.query("select reason from person_records where record_id = 'B'");
    assert!(reason.contains("same_phone_and_name, "), "{reason}");
    // The person has what either record knows, and what both bought.
    let person = project.query("select name, birthday, records from people where records = 2");
    assert_eq!(person, "name,birthday,records\n張偉,1985-03-05,2\n");
    assert_eq!(
        project.query("select net_sales from customer_summary order by net_sales desc limit 1"),
        "net_sales\n30.00\n"
    );
}

#[test]
fn c06_ids_survive_a_merge_and_a_split_and_both_are_logged() {
    let project = shop().file("data/customers.csv", CARDS.replace("139-1234-0056", "13912349999"));
    project.build();
    let before = who(&project);
    assert_ne!(before["A"], before["B"]);
    assert!(!project.path("state/identity-log.csv").exists());

    // The slip is corrected: the older id survives, the other leads to it.
    let project = project.file("data/customers.csv", CARDS);
    project.build();
    let merged = who(&project);
    assert_eq!((&merged["A"], &merged["B"]), (&before["A"], &before["A"]));
    let aliases = project.query("select old_id, person_id, merged_on from person_aliases");
    assert_eq!(aliases, format!("old_id,person_id,merged_on\n{},{},2026-11-05\n", before["B"], before["A"]));
    let log = project.read("state/identity-log.csv");
    assert!(log.ends_with(&format!("2026-11-05,merge,{},{},1,main,B\n", before["A"], before["B"])), "{log}");

    // Building again changes nothing.
    let state = project.read("state/people.csv");
    project.build();
    assert_eq!(project.read("state/people.csv"), state);
    assert_eq!(project.read("state/identity-log.csv"), log);

    // Somebody says otherwise: each record takes up the id it began with.
    let said = project.run(&["identity", "different", "A", "B", "--note", "brothers"]);
    assert_eq!(said.code, 0, "{}", said.err);
    project.build();
    assert_eq!(who(&project), before);
    assert_eq!(project.query("select count(*) as n from person_aliases"), "n\n0\n");
    let log = project.read("state/identity-log.csv");
    assert!(log.ends_with(&format!("2026-11-05,split,{},{},1,main,B\n", before["A"], before["B"])), "{log}");
}

#[test]
fn c06_a_person_keeps_the_id_when_new_records_and_files_arrive_or_go() {
    let project = shop();
    project.build();
    let before = who(&project);
    // A file that sorts before all others, with a record that sorts before all others and is the same person.
    let project = project
        .file("data/0-customers.csv", "record_id,name,phone\n0001,张伟,+86 139 1234 0056\n0002,李娜,138 1234 9977\n");
    project.build();
    let after = who(&project);
    assert!(before.iter().all(|(record, person)| after[record] == *person), "{before:?} {after:?}");
    assert_eq!((&after["0001"], &after["0002"]), (&before["A"], &before["C"]));
    // The file that C's id began in goes: the id stays with who is left. A is still known from sales and keeps its own.
    std::fs::remove_file(project.path("data/customers.csv")).expect("remove the file");
    project.build();
    let left = who(&project);
    assert_eq!((&left["0002"], &left["A"]), (&before["C"], &before["A"]));
    assert_ne!(left["0001"], left["A"]);
}

#[test]
fn c06_a_registry_from_before_records_were_joined_is_read() {
    let project = shop().file("state/people.csv", "id_space,record_id,person_id\nmain,B,P0000003\nmain,A,P0000007\n");
    let people = who(&project);
    assert_eq!((people["A"].as_str(), people["B"].as_str()), ("P0000003", "P0000003"));
    project.build();
    let registry = project.read("state/people.csv");
    assert!(
        registry.starts_with(
            "id_space,record_id,person_id,first_person_id\nmain,A,P0000003,P0000007\nmain,B,P0000003,P0000003\n"
        ),
        "{registry}"
    );
}

#[test]
fn c06_decisions_are_made_and_explained_on_the_command_line() {
    let project = shop();
    let why = project.run(&["identity", "why", "A", "B", "--today", "2026-11-05"]);
    assert_eq!(why.code, 0, "{}", why.err);
    assert!(why.out.contains("are one person") && why.out.contains("one telephone, and the same name"), "{}", why.out);
    let why = project.run(&["identity", "why", "C", "D", "--today", "2026-11-05"]);
    assert!(why.out.contains("two people of one home"), "{}", why.out);
    let why = project.run(&["identity", "why", "A", "nobody", "--today", "2026-11-05"]);
    assert_eq!(why.code, 2, "{}", why.out);

    assert_eq!(project.run(&["identity", "same", "C", "D"]).code, 0);
    let people = who(&project);
    assert_eq!(people["C"], people["D"]);
    assert_eq!(project.run(&["identity", "same", "C", "A"]).code, 0);
    // A is C is D: it cannot be that A is not D, and the list stays as it was.
    let before = project.read("state/identity-overrides.csv");
    let refused = project.run(&["identity", "different", "D", "A"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("identity-overrides.csv") && refused.err.contains("line 4 says"), "{}", refused.err);
    assert_eq!(project.read("state/identity-overrides.csv"), before);
    let project = project.change("state/identity-overrides.csv", "same,main,C,main,A", "different,main,D,main,C");
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn c06_settings_that_cannot_be_meant_are_refused() {
    for (settings, words) in [
        ("[identity]\nmerge = 1.5\n", "identity.merge"),
        ("[identity]\nreview = 0.99\n", "identity.review"),
        ("[identity]\nmatch_on = [\"name\"]\n", "identity.match_on"),
        ("[identity]\nmatch_on = [\"extra_jbo\"]\n", "extra_jbo"),
    ] {
        let ran = shop().file("storebook.toml", settings).try_build(&[]);
        assert_eq!(ran.code, 2, "{settings}{}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let off = shop().file("storebook.toml", "[identity]\nenabled = false\n");
    let people = who(&off);
    assert_ne!(people["A"], people["B"]);
}

#[test]
fn c06_a_warm_build_is_a_cold_one_and_threads_change_nothing() {
    let project = shop();
    project.build();
    let warm = project.tree();
    std::fs::remove_dir_all(project.path(".storebook")).expect("the cache");
    let ran = project.try_build(&["--threads", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(warm == project.tree());
}
