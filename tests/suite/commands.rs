//! The commands around the build: help, init, query, models, demo, check.

use crate::support::{TestProject, storebook};

#[test]
fn every_command_has_help_with_examples() {
    let commands = [
        "init",
        "inspect",
        "build",
        "watch",
        "serve",
        "diff",
        "query",
        "audit",
        "export",
        "models",
        "explain",
        "check",
        "notify",
        "releases",
        "rollback",
        "backup",
        "eject",
        "upgrade",
        "completions",
        "man",
        "demo",
    ];
    for command in commands {
        let ran = storebook(&[command, "--help"]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Examples:") && ran.out.contains("storebook"), "{command}: {}", ran.out);
    }
    let top = storebook(&["--help"]);
    assert!(top.out.contains("Exit codes: 0 ok, 1 failed, 2 usage, 3 refused"), "{}", top.out);
}

#[test]
fn wrong_usage_exits_with_2() {
    assert_eq!(storebook(&["biuld"]).code, 2);
    assert_eq!(storebook(&["--project", "/nowhere/at/all", "build"]).code, 2);
    let ran = TestProject::small().run(&["build", "--today", "yesterday"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("YYYY-MM-DD"), "{}", ran.err);
}

#[test]
fn init_starts_a_project_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("chain").to_string_lossy().into_owned();
    let ran = storebook(&["init", &dir]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("storebook --project"), "{}", ran.out);
    let again = storebook(&["init", &dir]);
    assert_eq!(again.code, 3, "{}", again.err);
    let empty = storebook(&["--project", &dir, "build", "--unsealed"]);
    assert_eq!(empty.code, 1, "{}", empty.err);
    assert!(empty.err.contains("no data"), "{}", empty.err);
}

#[test]
fn a_folder_with_only_data_is_a_project() {
    let project = TestProject::small();
    assert!(!project.path("storebook.toml").exists());
    project.build();
    assert!(project.path("output/overview/index.html").exists());
    assert!(project.path("output/en/stores/s1/index.html").exists());
}

#[test]
fn a_query_may_use_plain_names_or_references() {
    let project = TestProject::small();
    assert_eq!(project.query("select sum(net_sales) as n from store_months"), "n\n100.00\n");
    assert_eq!(project.query("select sum(amount) as n from {{ source('transactions') }}"), "n\n100.00\n");
    let json =
        project.run(&["query", "select 1 as a, 2.50::decimal(9,2) as b", "--format", "json", "--today", "2026-11-05"]);
    let rows: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(rows, serde_json::json!([{ "a": 1, "b": "2.50" }]));
}

#[test]
fn the_sql_of_all_models_is_printed_before_any_build() {
    let ran = TestProject::small().run(&["models", "--sql", "--today", "2026-11-05"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let printed = ran.out.matches("create table ").count();
    assert!(printed >= 40 && ran.out.contains("create table closed_month_report as"), "{printed} models");
}

#[test]
fn a_query_can_only_read() {
    let project = TestProject::small();
    for sql in [
        "drop view store_months",
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/x'",
        "attach '/tmp/x.db'",
        "select 1; select 2",
        "install httpfs",
        "set threads = 1",
    ] {
        let ran = project.run(&["query", sql, "--today", "2026-11-05"]);
        assert_eq!(ran.code, 1, "{sql} must be refused: {}", ran.out);
    }
}

#[test]
fn models_are_listed_and_drawn() {
    let project = TestProject::small();
    let list = project.run(&["models"]);
    assert!(list.out.contains("customer_rfm") && list.out.contains("source.transactions"), "{}", list.out);
    let dot = project.run(&["models", "--dot"]);
    assert!(dot.out.starts_with("digraph models {") && dot.out.contains("\"order_lines\" ->"), "{}", dot.out);
}

#[test]
fn a_project_adds_and_overrides_models() {
    let project = TestProject::small()
        .file(
            "models/own.sql",
            "-- own: ours.\n-- key: store_id\nselect store_id, net_sales * 2 as twice from {{ ref('store_summary') }}",
        )
        .file("models/tier_summary.sql", "select 1 as tier_no, 'x' as tier, {{ var('answer') }} as answer")
        .file("storebook.toml", "[vars]\nanswer = 42\n");
    // The 28 days to 2026-10-31 begin on 2026-10-04: only the sale of 40.00 in S2 lies in them.
    assert_eq!(project.query("select store_id, twice from own order by 1"), "store_id,twice\nS1,0.00\nS2,80.00\n");
    assert_eq!(project.query("select answer from tier_summary"), "answer\n42\n");
}

#[test]
fn the_demo_chain_builds_and_passes_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("chain").to_string_lossy().into_owned();
    let ran = storebook(&["demo", &dir, "--stores", "3", "--customers", "120", "--days", "200", "--seed", "7"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let built = storebook(&["--project", &dir, "build", "--unsealed", "--today", "2026-11-05"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let checked = storebook(&["--project", &dir, "check"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    assert!(checked.out.contains("0 errors"), "{}", checked.out);
}

#[test]
fn the_check_finds_what_is_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("index.html"),
        "<!doctype html><html lang=\"en\"><title>t</title><h1>h</h1><a href=\"gone.html\">x</a><img src=\"a.png\">",
    )
    .expect("write");
    let ran = storebook(&["check", &folder.path().to_string_lossy()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("broken-link") && ran.out.contains("img-alt"), "{}", ran.out);
}

#[test]
fn inspect_shows_and_writes_a_mapping_that_builds() {
    let project = TestProject::empty().file(
        "data/till.csv",
        "订单编号,下单时间,门店编码,商品编码,数量,实付金额,天气\nT1,2026-10-05 10:00,S1,A,1,￥10.00,晴\n",
    );
    let shown = project.run(&["inspect"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown.out.contains("table transactions") && shown.out.contains("实付金额") && shown.out.contains("天气"),
        "{}",
        shown.out
    );
    let written = project.run(&["inspect", "--write"]);
    assert!(written.out.contains("1 [[source]] sections added"), "{}", written.out);
    let settings = project.read("storebook.toml");
    assert!(settings.contains("[[source]]") && settings.contains("till.csv"), "{settings}");
    assert_eq!(project.query("select sum(amount) as n from order_lines"), "n\n10.00\n");
    let again = project.run(&["inspect", "--write"]);
    assert!(again.out.contains("0 [[source]] sections added"), "{}", again.out);
}

#[test]
fn a_model_must_name_what_it_reads() {
    let project = TestProject::small();
    for (sql, hint) in [
        ("select sum(amount) as s from source.transactions", "source('transactions')"),
        ("select * from store_months", "ref('store_months')"),
        ("select random() as r", "next run"),
        ("select current_date as d", "next run"),
    ] {
        let project = TestProject::small().file("models/mine.sql", sql);
        let ran = project.run(&["query", "select 1", "--today", "2026-11-05"]);
        assert_eq!(ran.code, 1, "{sql}");
        assert!(ran.err.contains("models/mine.sql") && ran.err.contains(hint), "{sql}: {}", ran.err);
    }
    let project = project.file("models/mine.sql", "with store_months as (select 1 as a) select a from store_months");
    assert_eq!(project.query("select a from mine"), "a\n1\n");
}
