//! C49, C47: the drill of a sealed book proves its keys too, and leaves none of them behind.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Bench, joined, key, ran};
use crate::support::{Ran, TODAY, TestProject, tree, unmasked};

const KEYS: &str = "keys.age";

/// A sealed book with two people who hold codes, and nothing backed up yet.
fn sealed() -> Bench {
    let project = TestProject::small()
        .file("storebook.toml", "[site]\nlocales = [\"en\"]\n")
        .file("data/staff.csv", "staff_id,name,store_id,role,left_on\nE1,Wang,S1,店长,\nE2,Li,S2,店长,\n");
    for arguments in [&["keys", "init"][..], &["keys", "grant", "--staff", "all"], &["build", "--today", TODAY]] {
        let done = project.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
    }
    assert!(project.tree().keys().any(|path| path.starts_with("keys/")), "nothing is sealed");
    Bench::of(project)
}

/// The same with a snapshot, and the keys in a file of their own for an identity of their own.
fn backed_up() -> Bench {
    let bench = sealed();
    bench.back_up(&[]);
    back_up_keys(&bench, &bench.project, KEYS);
    bench
}

fn back_up_keys(bench: &Bench, project: &TestProject, name: &str) {
    let safe = bench.path("safe.key");
    let recipient = match std::fs::read_to_string(&safe) {
        Ok(text) => text.trim().parse::<age::x25519::Identity>().expect("an identity").to_public().to_string(),
        Err(_) => key(bench.folder.path(), "safe.key"),
    };
    let done = project.run(&["backup", "--keys", &bench.text(name), "--recipient", &recipient]);
    assert_eq!(done.code, 0, "{}", done.err);
}

/// Keys of another project, in a file for the same identity.
fn other_keys(bench: &Bench) -> TestProject {
    let other = TestProject::small();
    assert_eq!(other.run(&["keys", "init"]).code, 0);
    back_up_keys(bench, &other, "other.age");
    other
}

/// The drill, with a file of keys or without.
fn drill(bench: &Bench, keys: Option<&str>) -> Command {
    let (repository, me) = (bench.repository(), bench.text("me.key"));
    let mut command = bench.project.command(&["backup", "restore", &repository, "--drill", "--identity", &me]);
    if let Some(keys) = keys {
        command.args(["--keys", &bench.text(keys), "--identity", &bench.text("safe.key")]);
    }
    command
}

/// Everything that a drill could have touched and must not.
fn standing(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(&bench.project.path("output"));
    for folder in ["state", "data", ".storebook/pages", ".storebook/store/made"] {
        files.extend(
            tree(&bench.project.path(folder)).into_iter().map(|(path, bytes)| (format!("{folder}/{path}"), bytes)),
        );
    }
    files
}

fn nothing_is_left(bench: &Bench) {
    let left: Vec<String> = std::fs::read_dir(bench.project.path(".storebook/drill"))
        .expect("the folder of drills")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, ["lock"]);
}

fn proven(what: &str, bench: &Bench, command: Command) {
    let done = ran(command);
    assert_eq!(done.code, 0, "{what}: {}{}", done.out, done.err);
    assert!(done.out.contains("Proven"), "{what}: {}", done.out);
    nothing_is_left(bench);
}

/// The drill ends with this code, says this, records nothing, changes nothing, leaves nothing.
fn refused(what: &str, bench: &Bench, command: Command, (code, said): (i32, &str)) -> Ran {
    let before = standing(bench);
    let done = ran(command);
    assert_eq!(done.code, code, "{what}: {}{}", done.out, done.err);
    assert!(joined(&done.err).contains(said), "{what}: {}", done.err);
    assert!(standing(bench) == before, "{what}: the drill changed the project");
    assert!(!bench.project.path("state/backup.json").exists(), "{what}");
    nothing_is_left(bench);
    done
}

#[test]
fn c49_the_drill_of_a_sealed_book_proves_data_keys_and_signature() {
    let bench = backed_up();
    let before = standing(&bench);
    let mut command = drill(&bench, Some(KEYS));
    command.arg("--json");
    let done = ran(command);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let report: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    let card: serde_json::Value = serde_json::from_str(&bench.project.read("output/release.json")).expect("JSON");
    assert_eq!((&report["release"], &report["files"]), (&card["release_id"], &card["files"]));
    assert_eq!(report["signed"], true);
    let mut after = standing(&bench);
    assert!(after.remove("state/backup.json").is_some(), "the drill is recorded");
    assert!(after == before, "the drill changed more than its record");
    nothing_is_left(&bench);

    // The same by hand: what comes back builds the same bytes, signature and all, and says who made it.
    let (keys, safe, copy) = (bench.text(KEYS), bench.text("safe.key"), bench.text("copy"));
    bench.restore("copy", &["--keys", &keys, "--identity", &safe]);
    let mode = |path: &str| std::fs::metadata(bench.path(path)).expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("copy/state/keys"), mode("copy/state/keys/keys.json")), (0o700, 0o600));
    let rebuilt = crate::support::storebook(&["--project", &copy, "build", "--today", TODAY]);
    assert_eq!(rebuilt.code, 0, "{}", rebuilt.err);
    assert!(tree(&bench.path("copy/output")) == tree(&bench.project.path("output")));
}

#[test]
fn c49_a_sealed_book_is_not_drilled_without_its_keys_or_with_others() {
    let bench = backed_up();
    let asked = refused("none", &bench, drill(&bench, None), (2, "the published book is sealed"));
    assert!(joined(&asked.err).contains("--keys FILE"), "{}", asked.err);
    other_keys(&bench);
    refused(
        "other",
        &bench,
        drill(&bench, Some("other.age")),
        (1, "not proven: the published book was sealed with other keys"),
    );
    // A file of keys that holds only the key of pseudonyms.
    let pseudonyms = TestProject::small().file("state/keys/pseudonym.key", "0".repeat(64));
    back_up_keys(&bench, &pseudonyms, "pseudonyms.age");
    refused("no keys of pages", &bench, drill(&bench, Some("pseudonyms.age")), (1, "holds no keys"));
    // The identity of the data does not open the keys.
    let (repository, me, keys) = (bench.repository(), bench.text("me.key"), bench.text(KEYS));
    let closed =
        bench.project.command(&["backup", "restore", &repository, "--drill", "--identity", &me, "--keys", &keys]);
    refused("closed", &bench, closed, (3, "does not open"));
    std::fs::write(bench.path("torn.age"), &std::fs::read(bench.path(KEYS)).expect("read")[..100]).expect("write");
    refused("torn", &bench, drill(&bench, Some("torn.age")), (1, "damaged"));
    // A failure in the middle of the rebuild, with the keys decrypted.
    let mut failing = drill(&bench, Some(KEYS));
    let blob = bench.blobs().into_iter().max_by_key(|(_, bytes)| bytes.len()).expect("a blob").0;
    let blob = bench.path("repository/blobs").join(blob);
    let whole = std::fs::read(&blob).expect("read");
    std::fs::write(&blob, &whole[..whole.len() - 1]).expect("write");
    failing.stdin(Stdio::null());
    refused("damaged data", &bench, failing, (1, "damaged"));
}

#[test]
fn c49_keys_of_the_environment_serve_a_drill_and_never_hide_those_of_the_file() {
    let bench = backed_up();
    let line = |project: &TestProject| {
        let done = project.run(&["keys", "export"]);
        assert_eq!(done.code, 0, "{}", done.err);
        done.out.trim().to_owned()
    };
    let own = line(&bench.project);
    let others = line(&other_keys(&bench));
    let with = |keys: Option<&str>, name: &str, value: &str| {
        let mut command = drill(&bench, keys);
        command.env(name, value);
        command
    };
    refused("others", &bench, with(None, "STOREBOOK_KEYS", &others), (1, "other keys than those of the environment"));
    refused("no keys", &bench, with(None, "STOREBOOK_KEYS", "nonsense"), (2, "does not hold keys"));
    // What is to be proven is the file: keys that happen to be in the environment say nothing of it.
    refused("a wrong file", &bench, with(Some("other.age"), "STOREBOOK_KEYS", &own), (1, "other keys than those of"));
    proven("a right file", &bench, with(Some(KEYS), "STOREBOOK_KEYS", &others));
    proven("a variable", &bench, with(None, "STOREBOOK_KEYS", &own));
    std::fs::write(bench.path("line"), own).expect("write");
    proven("a file", &bench, with(None, "STOREBOOK_KEYS_FILE", &bench.text("line")));
}

#[test]
fn c49_keys_of_the_environment_are_backed_up_where_they_lie() {
    let bench = sealed();
    let line = bench.project.run(&["keys", "export"]).out;
    let elsewhere = TestProject::small();
    let mut command = elsewhere.command(&["backup", "--keys", &bench.text(KEYS), "--recipient", &bench.recipient]);
    command.env("STOREBOOK_KEYS", line.trim());
    let done = ran(command);
    assert_eq!(done.code, 2, "{}", done.err);
    assert!(joined(&done.err).contains("stand in the environment"), "{}", done.err);
}

#[test]
fn c49_a_card_that_was_changed_is_not_proven() {
    let bench = backed_up();
    let card = bench.project.read("output/release.json");
    let parsed: serde_json::Value = serde_json::from_str(&card).expect("JSON");
    let signature = parsed["signed"]["signature"].as_str().expect("a signature");
    let turned: String = signature.chars().rev().collect();
    std::fs::write(bench.project.path("output/release.json"), card.replace(signature, &turned)).expect("write");
    refused(
        "forged",
        &bench,
        drill(&bench, Some(KEYS)),
        (1, "the signature of the published book does not belong to it"),
    );
}

#[test]
fn c49_what_a_killed_drill_left_is_closed_to_others_and_removed_by_the_next() {
    for point in ["drill-keys", "build-planned"] {
        let bench = backed_up();
        let status = unmasked(&drill(&bench, Some(KEYS)))
            .env("STOREBOOK_FAILPOINT", point)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.expect("start storebook").signal(), Some(9), "{point} was not reached");
        let scratch = left_behind(&bench.project.path(".storebook/drill"));
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        // The scratch folder keeps everything in it from others; the keys are closed themselves as well.
        assert_eq!(mode(&scratch), 0o700, "{point}");
        let keys = scratch.join("project/state/keys");
        assert_eq!((mode(&keys), mode(&keys.join("keys.json"))), (0o700, 0o600), "{point}");
        // Even a drill that gives up at once cleans up.
        refused(point, &bench, drill(&bench, None), (2, "the published book is sealed"));
    }
}

/// The scratch folder of the drill that was killed.
fn left_behind(place: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(place).expect("the folder of drills").flatten();
    let scratch = entries.find(|entry| entry.file_name().to_string_lossy().starts_with("work-"));
    scratch.expect("a scratch folder").path()
}
