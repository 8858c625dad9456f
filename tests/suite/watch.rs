//! `storebook watch`: what wakes a build, what it waits for, and how it ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sha2::{Digest, Sha256};

use crate::live::{Running, aged, stages, until};
use crate::support::{TODAY, TestProject};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n";

/// A page that says the sum of all sales: 100.00 in the small project.
const TOTAL: &str = "+++\ntitle = \"Total\"\n[queries.total]\nsql = \"select sum(net_sales) as n from {{ ref('store_months') }}\"\n+++\n{% for row in total %}total={{ row.n }};{% endfor %}\n";

fn project() -> TestProject {
    aged(TestProject::small().file("content/total.md", TOTAL))
}

fn watch(project: &TestProject, more: &[&str]) -> Running {
    let mut arguments = vec!["watch", "--unsealed", "--today", TODAY];
    arguments.extend(more);
    Running::start(project.command(&arguments))
}

fn sale(id: &str, amount: &str) -> String {
    format!("{id},2026-10-20 10:00:00,S1,R1,A,茶,饮品,1,{amount}\n")
}

fn total(project: &TestProject) -> String {
    let page = project.read("output/total/index.html");
    let text = page.split("total=").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default();
    // How many decimals a page shows is not what is tested here.
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |sum| format!("{sum:.2}"))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn manifest(name: &str, bytes: &[u8]) -> String {
    format!(r#"{{"files":[{{"path":"{name}","size":{},"sha256":"{}"}}]}}"#, bytes.len(), sha256(bytes))
}

#[test]
fn c2_markers_manifests_and_renames_complete_a_drop_at_once() {
    let project = project();
    // Nothing but what the sender says can make these files whole within the test.
    let run = watch(&project, &["--settle", "80000"]);
    let mut heard = run.hears(0, "first build");
    assert_eq!(total(&project), "100.00");

    fs::write(project.path("data/more.csv.part"), HEADER.to_owned() + &sale("P1", "1.00")).expect("write");
    // An edit of a page shows that the watcher has looked, and that the unfinished copy does not hold it up.
    fs::write(project.path("content/total.md"), TOTAL.replace("Total", "Sum")).expect("write");
    heard = run.hears(heard, "content/total.md: ");
    assert_eq!(total(&project), "100.00");
    fs::rename(project.path("data/more.csv.part"), project.path("data/more.csv")).expect("rename");
    heard = run.hears(heard, "data/more.csv: ");
    assert_eq!(total(&project), "101.00");

    let day = project.path("data/day.csv");
    fs::write(&day, HEADER).expect("write");
    heard = run.hears(heard, "waiting: data/day.csv may still be arriving");
    fs::write(&day, HEADER.to_owned() + &sale("D1", "10.00")).expect("write");
    fs::write(project.path("data/day.csv.done"), "").expect("write");
    heard = run.hears(heard, "data/day.csv: ");
    assert_eq!(total(&project), "111.00");

    let text = HEADER.to_owned() + &sale("M1", "100.00");
    fs::create_dir(project.path("data/in")).expect("a folder");
    fs::write(project.path("data/in/manifest.json"), manifest("west.csv", text.as_bytes())).expect("write");
    heard = run.hears(heard, "waiting: data/in/west.csv is not there, says data/in/manifest.json");
    fs::write(project.path("data/in/west.csv"), &text[..text.len() - 9]).expect("write");
    heard = run.hears(heard, "bytes instead of");
    fs::write(project.path("data/in/west.csv"), &text).expect("write");
    heard = run.hears(heard, "data/in/manifest.json, data/in/west.csv: ");
    assert_eq!(total(&project), "211.00");

    fs::rename(project.path("data/more.csv"), project.path("data/still-more.csv")).expect("rename");
    run.hears(heard, "data/more.csv, data/still-more.csv: ");
    assert_eq!(total(&project), "211.00");
    assert_eq!(run.builds().len(), 6, "{}", run.said());
    assert!(!run.said().contains("warning"), "{}", run.said());
    assert_eq!(run.interrupt(), 0);
}

#[test]
fn c2_a_growing_file_is_built_when_it_is_stable_and_a_removed_one_after_a_while() {
    // Rows that go again are what this test is about: the gate is to let them.
    let project = project().file("storebook.toml", "[gate]\nmax_row_drop = 1.0\n");
    let run = watch(&project, &["--settle", "3", "--poll", "0.2"]);
    let mut heard = run.hears(0, "first build");
    let path = project.path("data/till.csv");
    let mut file = fs::File::create(&path).expect("create");
    file.write_all(HEADER.as_bytes()).expect("write");
    heard = run.hears(heard, "waiting: data/till.csv");
    let start = Instant::now();
    let mut rows = 0;
    // Longer than the file would have to be still.
    while start.elapsed() < Duration::from_secs(5) {
        rows += 1;
        file.write_all(sale(&format!("G{rows}"), "1.00").as_bytes()).expect("write");
        std::thread::park_timeout(Duration::from_millis(100));
    }
    assert_eq!(run.builds().len(), 1, "{}", run.said());
    drop(file);
    heard = run.hears(heard, "data/till.csv: ");
    assert_eq!(total(&project), format!("{}.00", 100 + rows));
    fs::remove_file(&path).expect("remove");
    heard = run.hears(heard, "data/till.csv was removed");
    run.hears(heard, "data/till.csv: ");
    assert_eq!(total(&project), "100.00");
    assert_eq!(run.interrupt(), 0);
}

#[test]
fn pages_are_built_after_edits_saves_by_renaming_deletions_and_bursts() {
    let project = project();
    for n in 0..10_000 {
        let path = project.path(&format!("models/notes/{}/{n}.txt", n % 10));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "note").expect("write");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("..", project.path("models/notes/up")).expect("link");
        std::os::unix::fs::symlink("self", project.path("content/self")).expect("link");
    }
    let run = watch(&project, &[]);
    let mut heard = run.hears(0, "first build");

    // As editors do: a hidden scratch file, a backup, and a new file under the old name.
    fs::write(project.path("content/.total.md.swp"), "x").expect("write");
    fs::write(project.path("content/new~"), TOTAL.replace("total=", "whole=")).expect("write");
    fs::rename(project.path("content/new~"), project.path("content/total.md")).expect("rename");
    heard = run.hears(heard, "content/total.md: ");
    assert!(project.read("output/total/index.html").contains("whole=100.0"));

    let now = std::time::SystemTime::now();
    for n in 0..10_000 {
        let path = project.path(&format!("models/notes/{}/{n}.txt", n % 10));
        fs::File::options().write(true).open(path).and_then(|file| file.set_modified(now)).expect("touch");
    }
    heard = run.hears(heard, "models/notes/0/0.txt, models/notes/0/10.txt, 9998 more: ");

    fs::remove_file(project.path("content/total.md")).expect("remove");
    heard = run.hears(heard, "content/total.md: ");
    assert!(!project.path("output/total").exists());
    // A new folder is watched from the moment it is there.
    fs::create_dir(project.path("themes")).expect("a folder");
    let style = project.path("themes/default/static/style.css");
    fs::create_dir_all(style.parent().expect("a folder")).expect("a folder");
    fs::write(&style, "body { color: #111 }\n").expect("write");
    heard = run.hears(heard, "themes/default/static/style.css: ");
    fs::write(&style, "body { color: #222 }\n").expect("write");
    run.hears(heard, "themes/default/static/style.css: ");
    assert_eq!(run.builds().len(), 6, "{}", run.said());
    assert_eq!(run.interrupt(), 0);
}

#[test]
fn a_failed_build_keeps_the_site_and_a_mended_page_is_built() {
    let project = project();
    let run = watch(&project, &[]);
    let mut heard = run.hears(0, "first build");
    let before = project.tree();
    fs::write(project.path("content/total.md"), TOTAL.replace("row.n", "row.m")).expect("write");
    heard = run.hears(heard, "content/total.md: the build failed; the last good site stays");
    heard = run.hears(heard, "content/total.md:6");
    assert_eq!(project.tree(), before);
    fs::write(project.path("storebook.toml"), "[site]\ntitel = \"x\"\n").expect("write");
    heard = run.hears(heard, "storebook.toml:2");
    fs::write(project.path("storebook.toml"), "[site]\ntitle = \"Kette\"\n").expect("write");
    heard = run.hears(heard, "content/total.md:6");
    fs::write(project.path("content/total.md"), TOTAL).expect("write");
    run.hears(heard, "content/total.md: ");
    until("the mended site is published", || project.read("output/total/index.html").contains("Kette"));
    assert_eq!(run.interrupt(), 0);
}

#[test]
fn a_change_during_a_build_is_built_next_and_ctrl_c_during_one_leaves_nothing_half_done() {
    let project = project();
    let run = watch(&project, &[]);
    until("a build runs", || !stages(project.root()).is_empty());
    fs::write(project.path("content/total.md"), TOTAL.replace("total=", "later=")).expect("write");
    let heard = run.hears(0, "first build");
    let heard = run.hears(heard, "content/total.md: ");
    assert!(project.read("output/total/index.html").contains("later=100.0"));

    fs::write(project.path("content/total.md"), TOTAL).expect("write");
    until("a build runs", || !stages(project.root()).is_empty());
    run.signal(Signal::INT);
    run.hears(heard, "Ending after the build that runs");
    let mut run = run;
    assert_eq!(run.code(), 0);
    left_whole(&project);
    assert_eq!(total(&project), "100.00");
    assert!(project.path("state/people.csv").exists());
}

#[test]
fn the_signal_of_a_service_manager_ends_it_and_a_second_one_at_once() {
    let project = project();
    let mut run = watch(&project, &["--poll"]);
    run.hears(0, "first build");
    run.signal(Signal::TERM);
    assert_eq!(run.code(), 0);
    left_whole(&project);

    fs::write(project.path("content/total.md"), TOTAL.replace("total=", "later=")).expect("write");
    let mut run = watch(&project, &[]);
    until("a build runs", || !stages(project.root()).is_empty());
    run.signal(Signal::INT);
    run.hears(0, "Ending after");
    run.signal(Signal::INT);
    assert_ne!(run.code(), 0);
    // The next build clears what the hard end left.
    project.build();
    left_whole(&project);
}

fn left_whole(project: &TestProject) {
    assert!(stages(project.root()).is_empty(), "{:?}", stages(project.root()));
    let report = storebook::publish::verify(&project.path("output")).expect("a site");
    assert!(report.ok(), "{report:?}");
}

#[test]
fn c2_a_build_refuses_a_drop_that_is_not_what_its_manifest_says() {
    let text = HEADER.to_owned() + &sale("M1", "100.00");
    let project = project()
        .file("data/in/MANIFEST.json", manifest("day/west.csv", text.as_bytes()))
        .file("data/_SUCCESS", "")
        .file("data/stores.csv.done", "");
    let fails = |words: &[&str]| {
        let ran = project.try_build(&[]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        let plain: String = ran.err.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words.iter().chain(&["data/in/MANIFEST.json", "published site was left"]) {
            assert!(plain.contains(word), "expected {word} in:\n{}", ran.err);
        }
        assert!(!project.path("output").exists(), "something was published");
    };
    fails(&["day/west.csv is not there"]);
    fs::create_dir(project.path("data/in/day")).expect("a folder");
    let west = project.path("data/in/day/west.csv");
    fs::write(&west, &text[..40]).expect("write");
    fails(&["day/west.csv has 40 bytes instead of"]);
    fs::write(&west, text.replace("100.00", "900.00")).expect("write");
    fails(&["day/west.csv has another SHA-256"]);
    fs::write(&west, &text).expect("write");
    let ran = project.build();
    assert_eq!(total(&project), "200.00");
    assert!(!ran.out.contains("Warning"), "{}", ran.out);
    fs::write(project.path("data/in/MANIFEST.json"), "[]").expect("write");
    let ran = project.try_build(&[]);
    assert!(ran.code == 1 && ran.err.contains("not a manifest"), "{}", ran.err);
    assert_eq!(total(&project), "200.00");
}

#[test]
fn wrong_times_are_refused() {
    let project = project();
    for arguments in [["watch", "--settle", "soon"], ["watch", "--poll", "-1"], ["serve", "--poll", "0"]] {
        let ran = project.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
    }
    assert!(!Path::new(&project.path("output")).exists());
}
