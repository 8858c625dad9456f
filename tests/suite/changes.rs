//! **C2** The page on what changed since the release before, and the state that feeds it.

use std::collections::BTreeMap;

use crate::support::{TestProject, tree};

type Files = BTreeMap<String, Vec<u8>>;

fn standing(project: &TestProject) -> (Files, Files) {
    (project.tree(), tree(&project.path("state")))
}

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n";

/// A file of one sale of 5.00 in S1.
fn one_sale(project: TestProject, name: &str, day: &str) -> TestProject {
    let path = format!("data/{name}.csv");
    project.file(&path, format!("{HEADER}{name},{day} 10:00:00,S1,R9,A,茶,饮品,1,5.00\n"))
}

fn restated(project: &TestProject) -> String {
    project.query(
        "select store_id, month, net_sales_before, net_sales_now, net_sales_change from restated_months order by all",
    )
}

const RESTATED: &str = "store_id,month,net_sales_before,net_sales_now,net_sales_change\n";

#[test]
fn c2_the_first_release_has_nothing_to_compare_and_says_so() {
    let project = TestProject::small();
    project.build();
    assert!(project.read("output/data/changes/index.html").contains("这是第一次发布"));
    assert!(project.read("output/en/data/changes/index.html").contains("This is the first release"));
    assert_eq!(restated(&project), RESTATED);
}

#[test]
fn c2_building_twice_gives_the_same_site_and_state() {
    let project = TestProject::small();
    project.build();
    let first = standing(&project);
    project.build();
    assert!(standing(&project) == first, "the first release, built again, differs");
    let project = one_sale(project, "T5", "2026-10-20");
    project.build();
    let second = standing(&project);
    assert!(second.1.contains_key("releases/000002.json"));
    project.build();
    assert!(standing(&project) == second, "the second release, built again, differs");
    // Neither the cache nor the number of threads counts.
    std::fs::remove_dir_all(project.path(".storebook")).expect("remove the cache");
    let ran = project.run(&["--threads", "1", "build", "--unsealed", "--today", "2026-11-05"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(standing(&project) == second, "a cold build on one thread differs");
    // The next morning without new data is the same release, compared with the same one before.
    let ran = project.run(&["build", "--unsealed", "--today", "2026-11-06"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = "data/changes/index.html";
    assert_eq!(project.tree().get(page), second.0.get(page));
    assert!(!project.path("state/releases/000003.json").exists());
}

#[test]
fn c2_each_release_is_compared_with_the_one_before_it() {
    let project = TestProject::small();
    project.build();
    let project = one_sale(project, "T5", "2026-10-20");
    project.build();
    // S1 sold 10.00 + 20.00 in October; the sale of 5.00 restates the month.
    assert_eq!(restated(&project), format!("{RESTATED}S1,2026-10-01,30.00,35.00,5.00\n"));
    let page = project.read("output/en/data/changes/index.html");
    assert!(page.contains("Files: 1 new, 0 changed, 0 renamed, 0 gone."), "{page}");
    assert!(page.contains("Months already published are others now: 1, in stores: 1"), "{page}");
    for text in ["data/T5.csv", "¥30.00", "¥35.00", "¥5.00"] {
        assert!(page.replace('￥', "¥").contains(text), "{text} is missing");
    }
    // The third release says nothing of the second one's file.
    let project = one_sale(project, "T6", "2026-11-02");
    project.build();
    // October was complete and stays; November was not published.
    assert_eq!(restated(&project), RESTATED);
    let page = project.read("output/en/data/changes/index.html");
    assert!(page.contains("data/T6.csv") && !page.contains("data/T5.csv"));
    assert!(page.contains("No published month changed."));
    assert!(page.contains("with data until 31 Oct 2026; the data now reach 2 Nov 2026"), "{page}");
    // Back to the second drop: compared with the third, whose file is gone.
    std::fs::remove_file(project.path("data/T6.csv")).expect("remove the file");
    project.build();
    let page = project.read("output/en/data/changes/index.html");
    assert!(page.contains("0 new, 0 changed, 0 renamed, 1 gone"), "{page}");
    let names: Vec<String> =
        tree(&project.path("state")).into_keys().filter(|name| name.starts_with("releases/")).collect();
    assert_eq!(names, ["releases/000001.json", "releases/000002.json", "releases/000003.json", "releases/000004.json"]);
}

#[test]
fn c2_figures_rows_and_quarantine_stand_before_and_now() {
    let project = TestProject::small();
    project.build();
    let project = one_sale(project, "T5", "2026-10-20");
    // A row whose amount is none goes to quarantine.
    let project = project.file("data/T7.csv", format!("{HEADER}T7,2026-10-21 10:00:00,S1,R9,A,茶,饮品,1,abc\n"));
    project.build();
    assert_eq!(
        project.query("select * from source.release_tables where table_name = 'transactions'"),
        "table_name,rows_before,rows_now,quarantined_before,quarantined_now\ntransactions,4,5,0,1\n"
    );
    // The 28 days to 2026-10-31 held T4: 40.00 in S2.
    assert_eq!(
        project.query(
            "select store_id, net_sales_before, net_sales_now, sales_growth, orders_before, orders_now, customers_before, \
             customers_now from figure_changes order by store_id nulls first"
        ),
        "store_id,net_sales_before,net_sales_now,sales_growth,orders_before,orders_now,customers_before,customers_now\n\
         ,40.00,45.00,0.125000,1,2,1,2\nS1,0.00,5.00,,0,1,0,1\nS2,40.00,40.00,0.000000,1,1,1,1\n"
    );
}

#[test]
fn c2_a_store_that_sends_old_months_late_restates_them() {
    let project = TestProject::small();
    project.build();
    // The whole chain had sold in October only; the release before stood for nothing in September.
    let project = project.file("data/T8.csv", format!("{HEADER}T8,2026-09-15 10:00:00,S2,R9,A,茶,饮品,1,8.00\n"));
    project.build();
    assert_eq!(restated(&project), format!("{RESTATED}S2,2026-09-01,0.00,8.00,8.00\n"));
}

#[test]
fn c2_what_was_accepted_is_told() {
    let project = TestProject::small();
    project.build();
    let project = project.change("data/transactions.csv", "sku", "whatever");
    assert_eq!(project.try_build(&[]).code, 3);
    assert_eq!(project.try_build(&["--accept", "schema-change"]).code, 0);
    let page = project.read("output/en/data/changes/index.html");
    assert!(page.contains("Findings of the gate") && page.contains("Columns changed"), "{page}");
    assert_eq!(
        project.query("select code, subject, column_name, accepted from source.release_findings where accepted"),
        "code,subject,column_name,accepted\nschema-change,data/transactions.csv,sku,true\n"
    );
    let built = standing(&project);
    project.build();
    assert!(standing(&project) == built);
}
