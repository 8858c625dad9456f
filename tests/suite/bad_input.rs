//! Bad input: a clear error with file, line and hint, the documented exit code, the published site untouched.

use std::io::Write;

use crate::support::{Ran, TestProject};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n";

/// A built project whose data then goes bad: after the failing build its site is still the old one.
fn after_a_good_build(spoil: impl FnOnce(TestProject) -> TestProject) -> (TestProject, Ran) {
    let project = TestProject::small();
    project.build();
    let before = project.tree();
    let project = spoil(project);
    let ran = project.try_build(&[]);
    if ran.code != 0 {
        assert!(before == project.tree(), "the published site changed although the build failed");
    }
    (project, ran)
}

fn without_transactions(project: TestProject) -> TestProject {
    std::fs::remove_file(project.path("data/transactions.csv")).expect("remove");
    project
}

#[test]
fn no_data_at_all() {
    let (_project, ran) = after_a_good_build(|project| {
        let project = without_transactions(project);
        std::fs::remove_file(project.path("data/stores.csv")).expect("remove");
        project
    });
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("no data") && ran.err.contains("storebook demo"), "{}", ran.err);
}

#[test]
fn an_empty_file_and_a_header_only_are_told() {
    for content in ["", HEADER] {
        let project = TestProject::small().file("data/more.csv", content);
        let ran = project.build();
        assert!(ran.out.contains("more.csv"), "{}", ran.out);
        assert_eq!(project.query("select count(*) as n from order_lines"), "n\n4\n");
    }
}

#[test]
fn a_chain_of_nothing_but_a_header_is_an_error_that_names_the_file() {
    let project = TestProject::empty().file("data/transactions.csv", HEADER);
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("transactions.csv") && !ran.err.contains("panicked"), "{}", ran.err);
    assert!(!project.path("output/index.html").exists());
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let (_project, ran) =
        after_a_good_build(|project| project.file("data/transactions.csv", [0_u8, 159, 146, 150, 0, 255, 1, 2, 3]));
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("transactions.csv"), "{}", ran.err);
}

#[test]
fn a_100_mb_line_neither_hangs_nor_eats_the_memory() {
    let project = TestProject::small();
    let path = project.path("data/long.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("create"));
    file.write_all(HEADER.as_bytes()).expect("write");
    file.write_all(b"T9,2026-10-05 10:00:00,S1,R1,").expect("write");
    for _ in 0..1600 {
        file.write_all(&[b'x'; 65_536]).expect("write");
    }
    file.write_all(b",1,1.00\nT10,2026-10-05 10:00:00,S1,R1,A,1,5.00\n").expect("write");
    file.flush().expect("flush");
    drop(file);
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // The long line is quarantined with its place, the rest is loaded.
    assert!(project.query("select file, line from source.quarantine").contains("data/long.csv,2"));
    assert_eq!(project.query("select count(*) as n from order_lines"), "n\n5\n");
}

#[test]
fn an_unknown_column_in_the_mapping_is_named() {
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"transactions.csv\"]\ncolumns = { transaction_id = \"transaction_nr\" }\n";
    let (_project, ran) = after_a_good_build(|project| project.file("storebook.toml", settings));
    assert!(ran.code == 1 || ran.code == 2, "{}", ran.out);
    assert!(ran.err.contains("transaction_nr") && ran.err.contains("transaction_id"), "{}", ran.err);
    assert!(ran.err.contains("storebook.toml"), "{}", ran.err);
}

#[test]
fn a_wrong_setting_is_named_with_its_line() {
    let (_project, ran) = after_a_good_build(|project| project.file("storebook.toml", "[rfm]\nwindw = 90\n"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("storebook.toml:2") && ran.err.contains("window"), "{}", ran.err);
}

#[test]
fn a_cycle_between_models_is_shown() {
    let (_project, ran) = after_a_good_build(|project| {
        project
            .file("models/a.sql", "select * from {{ ref('b') }}")
            .file("models/b.sql", "select * from {{ ref('a') }}")
    });
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("a → b → a") && ran.err.contains("models/a.sql"), "{}", ran.err);
}

#[test]
fn a_model_that_reads_a_file_is_refused() {
    for sql in [
        "select * from read_csv('/etc/passwd', header=false)",
        "select content from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
    ] {
        let (_project, ran) = after_a_good_build(|project| project.file("models/thief.sql", sql));
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!(ran.err.contains("models/thief.sql") && !ran.err.contains("root:"), "{}", ran.err);
    }
}

#[test]
fn a_model_is_one_select() {
    for sql in [
        "select 1; select 2",
        "copy (select 1) to 'x.csv'",
        "select 1) to 'x.csv'; copy (select 2",
        "set threads = 1",
        "selec 1",
    ] {
        let (_project, ran) = after_a_good_build(|project| project.file("models/odd.sql", sql));
        assert_eq!(ran.code, 1, "{sql}: {}", ran.out);
        assert!(ran.err.contains("models/odd.sql"), "{sql}: {}", ran.err);
    }
}

#[test]
fn a_model_that_breaks_its_key_is_an_error() {
    let (_project, ran) = after_a_good_build(|project| {
        project.file("models/twice.sql", "-- twice: x\n-- key: a\nselect 1 as a union all select 1")
    });
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("models/twice.sql") && ran.err.contains("not unique"), "{}", ran.err);
}

#[test]
fn bad_rows_go_to_quarantine_with_their_place_and_nothing_is_lost() {
    let rows = format!(
        "{HEADER}T1,2026-10-01 10:00:00,S1,R1,A,1,10.00\n\
         T2,2026-13-45,S1,R1,A,1,10.00\n\
         T3,2026-10-03 10:00:00,S9,R1,A,1,10.00\n\
         T4,2026-10-04 10:00:00,S1,R1,A,1,ten\n\
         ,2026-10-05 10:00:00,S1,R1,A,1,10.00\n\
         T6,2099-01-01 10:00:00,S1,R1,A,1,10.00\n\
         \"T7\",2026-10-07 10:00:00,S1,\"R\n1\",A,1,10.00\n\
         T8,2026-10-08 10:00:00,S1,R1,A,1,oops\n"
    );
    let project = TestProject::small().file("data/transactions.csv", rows);
    let ran = project.build();
    assert!(ran.out.contains("10 in 2 files: 4 loaded, 6 quarantined"), "{}", ran.out);
    let answer = project.query("select line, column_name, rule from source.quarantine order by line");
    assert_eq!(
        answer,
        "line,column_name,rule\n3,ordered_at,type\n4,store_id,foreign_key\n5,amount,type\n6,transaction_id,key\n7,ordered_at,future_date\n10,amount,type\n"
    );
    let written = project.read("quarantine/transactions.csv");
    assert!(written.contains("2026-13-45") && written.contains("data/transactions.csv"), "{written}");
}

#[test]
fn a_wrong_column_in_a_model_is_shown_on_its_line() {
    let (_project, ran) = after_a_good_build(|project| {
        project.file("models/odd.sql", "-- odd: x\nselect\n    nett_sales\nfrom {{ ref('store_summary') }}\n")
    });
    assert!(ran.err.contains("models/odd.sql:3:5") && ran.err.contains("net_sales"), "{}", ran.err);
}

#[test]
fn a_file_that_is_passed_over_is_told() {
    let project = TestProject::small().file("data/sales.txt", HEADER).file("data/README.md", "notes");
    let ran = project.build();
    assert!(ran.out.contains("sales.txt"), "{}", ran.out);
    assert!(!ran.out.contains("README"), "{}", ran.out);
}

#[test]
fn a_composed_key_may_name_a_constant() {
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"tills/*.csv\"]\n\
                    columns = { transaction_id = \"{store_id}-{nr}\", ordered_at = \"at\", amount = \"paid\" }\n\
                    constants = { store_id = \"{stem}\" }\n";
    let till = "nr,at,paid\n1,2026-10-05 10:00,5.00\n";
    let project = TestProject::empty()
        .file("storebook.toml", settings)
        .file("data/tills/S1.csv", till)
        .file("data/tills/S2.csv", till);
    assert_eq!(project.query("select transaction_id from order_lines order by 1"), "transaction_id\nS1-1\nS2-1\n");
}

#[test]
fn a_drop_without_one_usable_sale_leaves_the_published_book() {
    for sales in [HEADER.to_owned(), format!("{HEADER}T1,2026-13-45,S1,R1,A,1,10.00\nT2,gestern,S1,R1,A,1,10.00\n")] {
        let (_project, ran) = after_a_good_build(|project| project.file("data/transactions.csv", sales));
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!(ran.err.contains("data/transactions.csv"), "{}", ran.err);
    }
}

#[test]
fn a_setting_that_cannot_be_meant_has_its_line() {
    let (_project, ran) =
        after_a_good_build(|project| project.file("storebook.toml", "[site]\ntitle = \"x\"\n[rfm]\nwindow = \"al\"\n"));
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("storebook.toml:4") && ran.err.contains("rfm.window"), "{}", ran.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_error_keeps_the_exit_code() {
    let project = TestProject::empty();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let status = project.command(&["build", "--unsealed"]).stderr(full).status().expect("start storebook");
    assert_eq!(status.code(), Some(1));
}
