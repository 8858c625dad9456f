//! **C2** The gate: a drop that looks damaged is refused, with numbers, and nothing is published.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::support::{Ran, TestProject, tree};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n";

/// `n` sales of 10.00 in October, one a minute, named `<name>1` and so on.
fn sales(name: &str, n: usize) -> String {
    let mut text = HEADER.to_owned();
    for at in 1..=n {
        let (hour, minute) = (8 + at / 60, at % 60);
        let _ = writeln!(text, "{name}{at},2026-10-31 {hour:02}:{minute:02}:00,S{},R{at},A,1,10.00", 1 + at % 2);
    }
    text
}

/// The same, of which the last `bad` have an amount that is none.
fn broken(name: &str, n: usize, bad: usize) -> String {
    let good = sales(name, n);
    let lines: Vec<&str> = good.lines().collect();
    let from = lines.len() - bad;
    let lines = lines.iter().enumerate().map(|(at, line)| {
        if at >= from { format!("{}abc\n", line.trim_end_matches("10.00")) } else { format!("{line}\n") }
    });
    lines.collect()
}

fn chain() -> TestProject {
    TestProject::empty().today("2026-11-01").file("data/stores.csv", "store_id,name\nS1,东湖店\nS2,西街店\n")
}

/// Output and state as they stand.
fn standing(project: &TestProject) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, Vec<u8>>) {
    (project.tree(), tree(&project.path("state")))
}

fn refused(project: &TestProject, more: &[&str]) -> Ran {
    let before = standing(project);
    let ran = project.try_build(more);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(standing(project) == before, "a refused build changed the site or the state");
    ran
}

fn passes(project: &TestProject, more: &[&str]) -> Ran {
    let ran = project.try_build(more);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    ran
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.out, ran.err))
}

fn reasons(ran: &Ran) -> Vec<String> {
    let report = report(ran);
    let reasons = report["gate"]["reasons"].as_array().expect("a list");
    reasons.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

#[test]
fn c2_a_table_that_shrinks_beyond_the_limit_is_refused() {
    let project = chain().file("data/sales.csv", sales("T", 100));
    project.build();
    // 21 of 100 rows are gone: more than 20 %.
    let project = project.file("data/sales.csv", sales("T", 79));
    let ran = refused(&project, &[]);
    assert!(ran.err.contains("table transactions: 100 → 79 rows, 21.0 % fewer; at most 20.0 %"), "{}", ran.err);
    assert!(ran.err.contains("gate.max_row_drop") && ran.err.contains("--accept row-drop"), "{}", ran.err);
    refused(&project, &["--dry-run"]);
    // 20 of 100 are just within it, and the limit is a setting.
    let project = project.file("storebook.toml", "[gate]\nmax_row_drop = 0.21\n");
    passes(&project, &["--dry-run"]);
    let project = project.file("storebook.toml", "").file("data/sales.csv", sales("T", 80));
    passes(&project, &[]);
    // Only now are there 80 to compare with: 64 are 20 % less, 19 missing rows of any share are too few to judge.
    let project = project.file("data/sales.csv", sales("T", 64));
    passes(&project, &[]);
    let project = project.file("data/sales.csv", sales("T", 45));
    passes(&project, &[]);
    let project = project.file("data/sales.csv", sales("T", 25));
    refused(&project, &[]);
}

#[test]
fn c2_a_source_and_a_file_that_shrink_are_refused_though_the_table_hardly_does() {
    let bindings = "[[source]]\nname = \"pos\"\ntable = \"transactions\"\nfiles = [\"pos*.csv\"]\n\
                    [[source]]\nname = \"shop\"\ntable = \"transactions\"\nfiles = [\"shop*.csv\"]\n";
    let project = chain()
        .file("storebook.toml", bindings)
        .file("data/pos.csv", sales("P", 300))
        .file("data/shop1.csv", sales("A", 60))
        .file("data/shop2.csv", sales("B", 40));
    project.build();
    // One file of 60 rows has 40: the table lost 5 % and the source 20 %.
    let project = project.file("data/shop1.csv", sales("A", 40));
    let ran = refused(&project, &["--json"]);
    let report = report(&ran);
    let found = &report["gate"]["findings"][0];
    assert_eq!(found["subject"], "data/shop1.csv", "{found}");
    assert_eq!((&found["rows_before"], &found["rows_now"]), (&60.into(), &40.into()));
    assert_eq!((&found["limit"], &found["setting"]), (&0.2.into(), &"gate.max_row_drop".into()));
    // A file that is gone is no shrunken file, but its source lost 40 of 100 rows; 10 % of the table.
    std::fs::remove_file(project.path("data/shop2.csv")).expect("remove the file");
    let project = project.file("data/shop1.csv", sales("A", 60));
    let ran = refused(&project, &[]);
    assert!(ran.err.contains("source shop (transactions): 100 → 60 rows, 40.0 % fewer"), "{}", ran.err);
    assert!(!ran.err.contains("table transactions"), "{}", ran.err);
}

#[test]
fn c2_a_file_that_begins_anew_is_a_warning_when_its_rows_stand_in_another() {
    let project = chain().file("data/current.csv", sales("A", 60));
    project.build();
    // The month is over: its 60 rows moved to a file of their own, and the current one begins with 5.
    let project = project.file("data/october.csv", sales("A", 60)).file("data/current.csv", sales("B", 5));
    let ran = refused(&project, &["--strict", "--json"]);
    let found = report(&ran)["gate"]["findings"][0]["message"].to_string();
    assert!(found.contains("data/current.csv: 60 → 5 rows"), "{found}");
    assert!(found.contains("new files of transactions brought 60 rows"), "{found}");
    passes(&project, &["--dry-run"]);
    // A new file of 54 rows does not make up for 55 that are gone.
    let project = project.file("data/october.csv", sales("A", 54));
    let ran = refused(&project, &[]);
    assert!(ran.err.contains("row-drop: data/current.csv: 60 → 5 rows"), "{}", ran.err);
}

#[test]
fn c2_quarantine_above_its_share_is_refused_from_the_first_build_on() {
    let project = chain().file("data/sales.csv", broken("T", 210, 22));
    // 22 of 210 are 10.5 %; the stores and all tables together are not.
    let ran = refused(&project, &[]);
    assert!(ran.err.contains("table transactions: 22 of 210 rows stand in quarantine, 10.5 %"), "{}", ran.err);
    assert!(ran.err.contains("gate.max_quarantine_share"), "{}", ran.err);
    assert!(!project.path("state").exists() && !project.path("output").exists());
    // What was turned away is written down all the same.
    assert!(project.path("quarantine").is_dir());
    let project = project.file("data/sales.csv", broken("T", 210, 21));
    passes(&project, &[]);
    // Half of a small file is no reason.
    let small = chain().file("data/sales.csv", broken("T", 20, 10));
    passes(&small, &[]);
}

#[test]
fn c2_a_mapped_column_that_is_gone_is_refused_and_a_new_one_is_a_note() {
    let project = chain().file("data/sales.csv", sales("T", 4));
    project.build();
    let project = project.change("data/sales.csv", "record_id", "whatever");
    let ran = refused(&project, &[]);
    assert!(ran.err.contains("data/sales.csv: column record_id is gone"), "{}", ran.err);
    let project = project.file(
        "data/sales.csv",
        sales("T", 4).replace(",amount\n", ",amount,whatever\n").replace("10.00\n", "10.00,x\n"),
    );
    let ran = passes(&project, &["--strict"]);
    assert!(ran.out.contains("new column \"whatever\"") && ran.out.contains("(note)"), "{}", ran.out);
}

#[test]
fn c2_values_that_look_different_stop_a_strict_build_only() {
    let project = chain().file("data/sales.csv", sales("T", 20));
    project.build();
    // Day first, where the year stood first.
    let project = project.file("data/sales.csv", sales("T", 20).replace("2026-10-31 ", "31/10/2026 "));
    let ran = refused(&project, &["--strict"]);
    assert!(ran.err.contains("column ordered_at look different: date Y-9-9 → date 9/9/Y"), "{}", ran.err);
    passes(&project, &[]);
}

#[test]
fn c2_a_file_that_can_no_longer_be_read_is_refused() {
    let project = chain().file("data/a.csv", sales("A", 3)).file("data/b.csv", sales("B", 3));
    project.build();
    for content in ["", "colour,smell\nred,sweet\n"] {
        std::fs::write(project.path("data/b.csv"), content).expect("write the file");
        let ran = refused(&project, &[]);
        assert!(ran.err.contains("schema-change: data/b.csv is there, but can no longer be read"), "{}", ran.err);
    }
}

#[test]
fn c2_files_that_are_gone_stop_a_strict_build_and_renamed_ones_none() {
    let project = chain().file("data/a.csv", sales("A", 30)).file("data/b.csv", sales("B", 3));
    project.build();
    std::fs::rename(project.path("data/b.csv"), project.path("data/c.csv")).expect("rename the file");
    passes(&project, &["--strict", "--dry-run"]);
    std::fs::remove_file(project.path("data/c.csv")).expect("remove the file");
    let ran = refused(&project, &["--strict"]);
    assert!(ran.err.contains("1 file of the release before is gone, with 3 rows: data/b.csv"), "{}", ran.err);
    passes(&project, &["--strict", "--accept", "files-gone", "--dry-run"]);
    passes(&project, &[]);
}

#[test]
fn c2_stale_stores_stop_a_strict_build_only() {
    let project = chain().file("data/sales.csv", sales("T", 4));
    // The newest line is of 2026-10-31; three days later it is not yet stale, four days later it is.
    let project = project.today("2026-11-03");
    passes(&project, &["--strict", "--dry-run"]);
    let project = project.today("2026-11-04");
    let ran = refused(&project, &["--strict"]);
    assert!(
        ran.err.contains("stale-stores: 2 of 2 open stores sent no data for more than 3 days, 100.0 %"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("东湖店, 西街店") && ran.err.contains("gate.max_stale_share"), "{}", ran.err);
    passes(&project, &[]);
}

#[test]
fn c2_any_warning_stops_a_strict_build() {
    let project = chain().file("data/sales.csv", sales("T", 4)).file("data/odd.csv", "colour,smell\nred,sweet\n");
    let ran = refused(&project, &["--strict"]);
    assert!(ran.err.contains("warnings: 1 warning"), "{}", ran.err);
    passes(&project, &["--strict", "--accept", "warnings"]);
    // The same data ask no second time.
    passes(&project, &["--strict"]);
}

#[test]
fn c2_one_reason_may_be_accepted_and_the_other_still_refuses() {
    let project = chain().file("data/sales.csv", sales("T", 100));
    project.build();
    let project = project.file("data/sales.csv", sales("T", 50).replace("record_id", "whatever"));
    let ran = refused(&project, &["--json"]);
    assert_eq!(reasons(&ran), ["row-drop", "schema-change"]);
    let ran = refused(&project, &["--json", "--accept", "row-drop"]);
    assert_eq!(reasons(&ran), ["schema-change"]);
    // The advice names what was accepted already too: without it the next try would be refused again.
    assert!(ran.err.contains("--accept schema-change,row-drop"), "{}", ran.err);
    let found = report(&ran);
    assert_eq!(found["published"], Value::Null);
    assert_eq!(found["gate"]["refused"], true);
    assert_eq!(found["gate"]["before"]["as_of"], "2026-10-31");
    assert!(found.get("turned_away").is_none(), "values of rows are not part of a report");
    let ran = passes(&project, &["--json", "--accept", "row-drop,schema-change"]);
    assert_eq!(reasons(&ran), [""; 0]);
    let summary: Value = serde_json::from_str(&project.read("state/releases/000002.json")).expect("JSON");
    let accepted: Vec<&str> = summary["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["accepted"] == true)
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    // The table and its one file fell; record_id is gone.
    assert_eq!(accepted, ["row-drop", "row-drop", "schema-change"]);
    // The same data ask no second time, and give the same bytes.
    let before = standing(&project);
    passes(&project, &[]);
    assert!(standing(&project) == before);
    // Other data do ask again.
    let project = project.file("data/sales.csv", sales("T", 20).replace("record_id", "whatever"));
    refused(&project, &[]);
    passes(&project, &["--accept"]);
}

#[test]
fn c2_a_reason_that_does_not_exist_is_a_usage_error() {
    let project = chain().file("data/sales.csv", sales("T", 4));
    let ran = project.try_build(&["--accept", "row-drops"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("did you mean \"row-drop\"?"), "{}", ran.err);
    assert_eq!(project.try_build(&["--annotations", "gitlub"]).code, 2);
    let ran = project.file("storebook.toml", "[gate]\nmax_row_drop = 20\n").try_build(&[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn c2_a_damaged_summary_stops_the_build_and_is_named() {
    let project = chain().file("data/sales.csv", sales("T", 4));
    project.build();
    let project = project.file("state/releases/000001.json", "{ not JSON");
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("000001.json") && ran.err.contains("backup"), "{}", ran.err);
}

#[test]
fn c2_a_single_page_is_no_release() {
    let project = chain().file("data/sales.csv", sales("T", 4));
    project.build();
    let before = tree(&project.path("state"));
    let project = project.file("data/more.csv", sales("M", 4));
    passes(&project, &["--only", "overview"]);
    let after = tree(&project.path("state"));
    assert_eq!(before.get("releases/000001.json"), after.get("releases/000001.json"));
    assert!(!after.contains_key("releases/000002.json"));
}

#[test]
fn the_summary_holds_no_personal_data() {
    let project = chain()
        .file("data/sales.csv", sales("T", 4))
        .file("data/customers.csv", "record_id,name,phone\nR1,欧阳某某,13800138000\n");
    project.build();
    let text = project.read("state/releases/000001.json");
    for private in ["欧阳", "13800138000", "\"R1\""] {
        assert!(!text.contains(private), "{private} stands in the summary");
    }
    assert!(text.contains("东湖店"));
}

// --- Annotations ------------------------------------------------------------------------------------------------------

fn with_env(project: &TestProject, arguments: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command: Command = project.command(arguments);
    command.current_dir(project.root()).envs(env.iter().copied());
    let output = command.output().expect("start storebook");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const BUILD: [&str; 4] = ["build", "--unsealed", "--today", "2026-11-01"];

fn commands(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("::")).collect()
}

#[cfg(unix)]
#[test]
fn c2_a_hostile_file_name_cannot_write_commands_for_the_ci() {
    let hostile = "data/a,b:c 50%\n::stop-commands::x.csv";
    let project = chain().file(hostile, broken("T", 30, 2));
    let ran = with_env(&project, &BUILD, &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = commands(&ran.out);
    let expected = "::warning file=data/a%2Cb%3Ac 50%25%0A%3A%3Astop-commands%3A%3Ax.csv,line=30,title=storebook quarantine\
                    ::this row was not loaded: type (amount)";
    assert!(found.contains(&expected), "{}", ran.out);
    assert!(found.iter().all(|line| ["::warning ", "::error ", "::notice "].iter().any(|name| line.starts_with(name))));
    assert!(!ran.out.contains("abc"), "a value stands in the annotations: {}", ran.out);
    // Also where names are told in words: a table that fell by half, with its file.
    let project = project.file(hostile, sales("T", 5));
    let mut arguments = BUILD.to_vec();
    arguments.extend(["--annotations", "github", "-v"]);
    let ran = with_env(&project, &arguments, &[]);
    assert_eq!(ran.code, 3);
    let all = format!("{}\n{}", ran.out, ran.err);
    assert!(!all.lines().any(|line| line.trim_start().starts_with("::stop-commands")), "{all}");
    assert!(commands(&ran.out).iter().any(|line| line.starts_with("::error file=data/a%2C")), "{}", ran.out);
}

#[test]
fn c2_annotations_name_files_as_the_repository_does_and_leave_json_alone() {
    let project = chain().file("data/sales.csv", broken("T", 30, 1));
    let repository = project.root().parent().expect("a folder").to_string_lossy().into_owned();
    let folder = project.root().file_name().expect("a name").to_string_lossy().into_owned();
    let mut arguments = BUILD.to_vec();
    arguments.push("--json");
    let ran = with_env(&project, &arguments, &[("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", &repository)]);
    assert_eq!(report(&ran)["rows"]["quarantined"], 1);
    let expected = format!("::warning file={folder}/data/sales.csv,line=31,");
    assert!(commands(&ran.err).iter().any(|line| line.starts_with(&expected)), "{}", ran.err);
    // A wrong setting is told at its line.
    let project = project.file("storebook.toml", "[site]\ntitel = \"x\"\n");
    let ran = with_env(&project, &BUILD, &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.out.starts_with("::error file=storebook.toml,line=2,col=1,title=storebook build::unknown field"),
        "{}",
        ran.out
    );
    // Nobody asked: nothing is said.
    let ran = with_env(&project, &BUILD, &[]);
    assert_eq!(commands(&ran.out), [""; 0]);
}

#[test]
fn c2_gitlab_gets_a_code_quality_report() {
    let project = chain().file("data/sales.csv", broken("T", 30, 2));
    let ran = with_env(&project, &BUILD, &[("GITLAB_CI", "true")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let issues: Value = serde_json::from_str(&project.read("gl-code-quality-report.json")).expect("JSON");
    let rows: Vec<&Value> = issues
        .as_array()
        .expect("a list")
        .iter()
        .filter(|issue| issue["check_name"] == "storebook/quarantine")
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["location"]["path"], "data/sales.csv");
    assert_eq!(rows[0]["location"]["lines"]["begin"], 30);
    assert_eq!(rows[0]["severity"], "minor");
    assert_ne!(rows[0]["fingerprint"], rows[1]["fingerprint"]);
    // A refusal is critical, and goes where it is asked to.
    let project = project.file("data/sales.csv", sales("T", 2));
    let mut arguments = BUILD.to_vec();
    arguments.extend(["--annotations", "gitlab=quality.json"]);
    assert_eq!(with_env(&project, &arguments, &[]).code, 3);
    let issues: Value = serde_json::from_str(&project.read("quality.json")).expect("JSON");
    assert_eq!(issues[0]["check_name"], "storebook/row-drop");
    assert_eq!(issues[0]["severity"], "critical");
}

#[test]
fn c2_the_job_has_a_summary() {
    let project = chain().file("data/sales.csv", sales("T", 100));
    let file = project.path("summary.md").to_string_lossy().into_owned();
    let env = [("GITHUB_STEP_SUMMARY", file.as_str())];
    assert_eq!(with_env(&project, &BUILD, &env).code, 0);
    let text = project.read("summary.md");
    assert!(text.contains("**Published** release `") && text.contains("| 102 | 102 | 0 | 0 | 0 |"), "{text}");
    let project = project.file("data/sales.csv", sales("T", 50));
    assert_eq!(with_env(&project, &BUILD, &env).code, 3);
    let text = project.read("summary.md");
    assert!(text.contains("**Refused**, nothing was published: row-drop"), "{text}");
    assert!(text.contains("| row-drop | refused | table transactions: 100 → 50 rows, 50.0 % fewer"), "{text}");
}
