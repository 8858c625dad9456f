//! C50: releases are signed, and a copy anywhere can be compared with what was published.

use std::fs;

use crate::deploy::nginx;
use crate::support::{Ran, TestProject, storebook};

const TODAY: &str = "2026-11-05";

fn published() -> TestProject {
    let project = TestProject::small();
    let ran = project.run(&["build", "--today", TODAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    project
}

fn verify(project: &TestProject, more: &[&str]) -> Ran {
    let output = project.path("output").to_string_lossy().into_owned();
    project.run(&[&["verify", &output], more].concat())
}

/// From a machine that knows nothing of the project.
fn elsewhere(project: &TestProject, more: &[&str]) -> Ran {
    let empty = tempfile::tempdir().expect("a folder");
    let output = project.path("output").to_string_lossy().into_owned();
    storebook(&[&["--project", &empty.path().to_string_lossy(), "verify", &output], more].concat())
}

fn key(project: &TestProject) -> String {
    let card: serde_json::Value = serde_json::from_str(&project.read("output/release.json")).expect("a card");
    card["signed"]["key"].as_str().expect("the key stands on the card").to_owned()
}

#[test]
fn c47_a_sealed_release_is_signed_and_proves_itself() {
    let project = published();
    let ran = verify(&project, &[]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("good:") && ran.out.contains("all as they were published"), "{}", ran.out);
    let stranger = elsewhere(&project, &[]);
    assert!(stranger.code == 0 && stranger.out.contains("--key tells"), "{}", stranger.out);
    assert_eq!(elsewhere(&project, &["--key", &key(&project)]).code, 0);
    let wrong = elsewhere(&project, &["--key", &"ab".repeat(32)]);
    assert!(wrong.code == 1 && wrong.out.contains("another key"), "{}", wrong.out);
    assert_eq!(elsewhere(&project, &["--key", "abc"]).code, 2);
}

#[test]
fn c47_whatever_was_changed_is_named() {
    let project = published();
    let page = project.path("output/privacy/index.html");
    let good = fs::read(&page).expect("the page");
    fs::write(&page, [good.as_slice(), b"<script src=//evil.example></script>"].concat()).expect("change it");
    fs::remove_file(project.path("output/feedback/index.html")).expect("remove one");
    fs::write(project.path("output/new.html"), "x").expect("add one");
    let ran = verify(&project, &[]);
    assert_eq!(ran.code, 1);
    for said in ["1 missing", "feedback/index.html", "1 changed", "privacy/index.html", "1 added", "new.html"] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let json: serde_json::Value = serde_json::from_str(&verify(&project, &["--json"]).out).expect("JSON");
    assert_eq!(json["changed"], serde_json::json!(["privacy/index.html"]));
}

#[test]
fn c47_a_forged_card_and_a_missing_signature_are_found() {
    let project = published();
    let card = project.path("output/release.json");
    let text = fs::read_to_string(&card).expect("the card");
    // Pretending to be newer, everything else as it was.
    fs::write(&card, text.replace(TODAY, "2026-12-05")).expect("write");
    let forged = verify(&project, &[]);
    assert!(forged.code == 1 && forged.out.contains("does not belong"), "{}", forged.out);
    let mut bare: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    bare.as_object_mut().expect("an object").remove("signed");
    fs::write(&card, bare.to_string()).expect("write");
    let unsigned = verify(&project, &[]);
    assert!(unsigned.code == 1 && unsigned.out.contains("not signed"), "{}", unsigned.out);
    assert_eq!(elsewhere(&project, &["--key", &"ab".repeat(32)]).code, 1);
    let nothing = storebook(&["verify", &project.path("data").to_string_lossy()]);
    assert!(nothing.code == 1 && nothing.err.contains("no release"), "{}", nothing.err);
}

#[test]
fn c47_what_a_host_serves_is_compared_with_what_was_published() {
    let project = published();
    let server = nginx(&project);
    let address = format!("http://127.0.0.1:{}/", server.port);
    let ran = project.run(&["verify", &address]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("good:"), "{}", ran.out);
    // The host keeps its manifest back; another machine brings a copy.
    let bare = storebook(&["--project", &project.path("data").to_string_lossy(), "verify", &address]);
    assert!(bare.code == 1 && bare.err.contains("--manifest"), "{}", bare.err);
    let manifest = project.path("output/manifest.json").to_string_lossy().into_owned();
    let brought =
        storebook(&["--project", &project.path("data").to_string_lossy(), "verify", &address, "--manifest", &manifest]);
    assert_eq!(brought.code, 0, "{}\n{}", brought.out, brought.err);
    let page = project.path("output/index.html");
    let text = fs::read_to_string(&page).expect("the page");
    fs::write(&page, text.replace("<title>", "<title>!")).expect("the host changes a page");
    let changed = project.run(&["verify", &address]);
    assert_eq!(changed.code, 1);
    assert!(changed.out.contains("1 changed") && changed.out.contains("index.html"), "{}", changed.out);
    let away = project.run(&["verify", "http://127.0.0.1:9/"]);
    assert!(away.code == 1 && away.err.contains("could not fetch release.json"), "{}", away.err);
    assert_eq!(project.run(&["verify", "ftp://x.example/"]).code, 2);
}
