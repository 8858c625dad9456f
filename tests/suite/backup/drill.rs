//! C49: the drill proves a backup by building the book from it.

use super::{Bench, joined};
use crate::support::{TODAY, TestProject, tree};

/// One language and the built-in book.
fn book() -> Bench {
    Bench::of(TestProject::small().file("storebook.toml", "[site]\nlocales = [\"en\"]\n"))
}

const PAGE: &str = "output/data/quality/index.html";

#[test]
fn c49_a_drill_proves_the_backup_and_the_book_says_so() {
    let bench = book();
    bench.project.build();
    let never = bench.project.read(PAGE);
    assert!(never.contains("No restore was ever proven") && never.contains("--drill"), "{never}");
    bench.back_up(&[]);
    let before = tree(&bench.project.path("output"));

    let proven = bench.drill(&[]);
    assert_eq!(proven.code, 0, "{}{}", proven.out, proven.err);
    assert!(proven.out.contains("Proven") && proven.out.contains("state/backup.json"), "{}", proven.out);
    let record: serde_json::Value = serde_json::from_str(&bench.project.read("state/backup.json")).expect("JSON");
    let release: serde_json::Value = serde_json::from_slice(&before["release.json"]).expect("JSON");
    assert_eq!(record["files"], release["files"]);
    assert_eq!(record["snapshot"], bench.list()[0].as_str());
    let day: jiff::civil::Date = record["last_drill"].as_str().expect("a day").parse().expect("a day");
    assert!(day >= "2026-01-01".parse().expect("a day"));
    // Neither the book nor the rest of the state was touched, and the scratch folder is gone.
    assert_eq!(tree(&bench.project.path("output")), before);
    assert!(tree(&bench.project.path(".storebook/drill")).keys().all(|name| name == "lock"));

    // The record is input: the page shows it, and building again gives the same bytes.
    bench.project.build();
    let shown = bench.project.read(PAGE);
    assert!(shown.contains("Last proven restore") && !shown.contains("ever proven"), "{shown}");
    let after = tree(&bench.project.path("output"));
    std::fs::remove_dir_all(bench.project.path(".storebook")).expect("remove the cache");
    bench.project.build();
    assert!(tree(&bench.project.path("output")) == after, "the same input gives other bytes");

    // The snapshot of the first book knows of no drill, the published book does; that is no difference.
    let again = bench.drill(&["--snapshot", "000001"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let rows = bench.project.query("select snapshot from {{ source('backups') }}");
    assert_eq!(rows, format!("snapshot\n{}\n", bench.list()[0]));
}

#[test]
fn c49_a_backup_of_other_data_is_not_proven() {
    let bench = book();
    bench.project.build();
    let project = &bench.project;
    let sales = std::fs::read_to_string(project.path("data/transactions.csv")).expect("read");
    std::fs::write(project.path("data/transactions.csv"), sales.replace("1,10.00", "1,11.00")).expect("write");
    bench.back_up(&[]);
    let failed = bench.drill(&[]);
    assert_eq!(failed.code, 1, "{}{}", failed.out, failed.err);
    let said = joined(&failed.err);
    assert!(said.contains("not proven") && said.contains("index.html") && said.contains("build, back up"), "{said}");
    assert!(!project.path("state/backup.json").exists());
    assert!(tree(&project.path(".storebook/drill")).keys().all(|name| name == "lock"));
}

#[test]
fn a_drill_without_a_book_or_with_a_wrong_key_records_nothing() {
    let bench = book();
    bench.back_up(&[]);
    let nothing = bench.drill(&[]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    bench.project.build();
    super::key(bench.folder.path(), "other.key");
    let (repository, other) = (bench.repository(), bench.text("other.key"));
    let wrong = bench.project.run(&["backup", "restore", &repository, "--drill", "--identity", &other]);
    assert_eq!(wrong.code, 3, "{}", wrong.err);
    assert!(!bench.project.path("state/backup.json").exists());
}

#[test]
fn a_damaged_record_proves_nothing() {
    let bench = book();
    let project = bench.project.file("state/backup.json", "{\"last_drill\": \"tomorrow\"}");
    let ran = project.run(&["build", "--unsealed", "--today", TODAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(project.read(PAGE).contains("No restore was ever proven"));
}
