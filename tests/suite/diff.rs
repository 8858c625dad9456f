//! **C2** What a build would change, beside the last release.

use serde_json::{Value, json};

use crate::support::{TestProject, tree};

const TODAY: [&str; 2] = ["--today", "2026-11-05"];

fn diff(project: &TestProject) -> Value {
    let ran = project.run(&["diff", "--json", TODAY[0], TODAY[1]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

/// One more sale of 5.00 in the store S1, by somebody new, within the current 28 days.
fn with_one_sale(project: TestProject) -> TestProject {
    project.file(
        "data/october.csv",
        "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n\
         T5,2026-10-20 10:00:00,S1,R9,A,茶,饮品,1,5.00\n",
    )
}

#[test]
fn c2_before_the_first_release_everything_is_new() {
    let project = TestProject::small();
    let found = diff(&project);
    assert_eq!(found["last"], Value::Null);
    assert_eq!(found["data"], json!({ "files": [], "models": [], "figures": [] }));
    assert!(found["pages"]["new"].as_array().is_some_and(|pages| pages.contains(&json!("overview/index.html"))));
    assert!(!project.path("output").exists() && !project.path("state").exists());
}

#[test]
fn c2_without_a_change_nothing_differs() {
    let project = TestProject::small();
    project.build();
    let before = (project.tree(), tree(&project.path("state")));
    let ran = project.run(&["diff", TODAY[0], TODAY[1]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Nothing would change."), "{}", ran.out);
    let found = diff(&project);
    assert_eq!(found["pages"]["changed"], json!([]));
    // release.json and manifest.json are not pages.
    assert_eq!(found["pages"]["same"], json!(before.0.len() - 2));
    assert!(before == (project.tree(), tree(&project.path("state"))));
}

#[test]
fn c2_a_new_file_shows_in_figures_models_and_pages() {
    let project = TestProject::small();
    project.build();
    let project = with_one_sale(project);
    let before = (project.tree(), tree(&project.path("state")));
    let found = diff(&project);
    let file = json!({ "path": "data/october.csv", "table": "transactions", "state": "new", "rows_before": null, "rows_now": 1 });
    assert_eq!(found["data"]["files"], json!([file]));
    // The 28 days to 2026-10-31 held T4 alone: 40.00, one order, one customer, all in S2.
    let line = |store: Value, name: Value, figure: &str, before: &str, now: &str| json!({ "store": store, "name": name, "figure": figure, "before": before, "now": now });
    let (s1, name) = (json!("S1"), json!("东湖店"));
    assert_eq!(
        found["data"]["figures"],
        json!([
            line(Value::Null, Value::Null, "net_sales", "40.00", "45.00"),
            line(Value::Null, Value::Null, "orders", "1", "2"),
            line(Value::Null, Value::Null, "customers", "1", "2"),
            line(Value::Null, Value::Null, "people", "3", "4"),
            line(s1.clone(), name.clone(), "net_sales", "0.00", "5.00"),
            line(s1.clone(), name.clone(), "orders", "0", "1"),
            line(s1, name, "customers", "0", "1"),
        ])
    );
    let models: Vec<&str> = found["data"]["models"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|model| model["model"].as_str())
        .collect();
    assert!(models.contains(&"order_lines") && !models.contains(&"feedback_recent"), "{models:?}");
    let changed = found["pages"]["changed"].as_array().expect("a list");
    assert!(changed.contains(&json!("stores/s1/index.html")) && !changed.contains(&json!("privacy/index.html")));
    let text = project.run(&["diff", TODAY[0], TODAY[1]]).out;
    assert!(text.contains("chain: net_sales 40.00 → 45.00 (+12.5 %)"), "{text}");
    assert!(text.contains("new      data/october.csv (transactions, 1 rows)"), "{text}");
    assert!(before == (project.tree(), tree(&project.path("state"))), "diff wrote something");
    // After the build it is the last release.
    project.build();
    assert!(project.run(&["diff", TODAY[0], TODAY[1]]).out.contains("Nothing would change."));
}

#[test]
fn c2_a_page_of_the_project_is_new_then_gone() {
    let project = TestProject::small();
    project.build();
    let project = project.file("content/notes.md", "+++\ntitle = \"Notes\"\n+++\nHello\n");
    assert_eq!(diff(&project)["pages"]["new"], json!(["en/notes/index.html", "notes/index.html"]));
    project.build();
    std::fs::remove_file(project.path("content/notes.md")).expect("remove the page");
    assert_eq!(diff(&project)["pages"]["gone"], json!(["en/notes/index.html", "notes/index.html"]));
}

#[test]
fn c2_what_the_gate_would_say_is_part_of_it() {
    let project = TestProject::small();
    project.build();
    let project = project.change("data/transactions.csv", "record_id", "whatever");
    let found = diff(&project);
    assert_eq!(found["gate"]["reasons"], json!(["schema-change"]));
    assert!(project.run(&["diff", TODAY[0], TODAY[1]]).out.contains("Gate: a build would be refused"));
}
