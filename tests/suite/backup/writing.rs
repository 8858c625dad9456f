//! What is in a snapshot, what is written anew, who can read it, what is given up.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};

use super::{Bench, HELD, THEME, furnished, joined, key, ran};
use crate::support::{TestProject, tree};

#[test]
fn c49_a_snapshot_holds_input_and_state_and_comes_back_as_it_was() {
    let bench = Bench::of(furnished());
    let private = bench.project.path("state/people.csv");
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).expect("close the file");
    let script = bench.project.path("content/own.md");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o754)).expect("open the file");
    std::fs::create_dir(bench.project.path("data/empty")).expect("a folder");

    let ran = bench.try_back_up(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("11 files") && ran.out.contains("Written  11 files"), "{}", ran.out);
    assert!(ran.out.contains("Keys     not in it") && ran.out.contains("--keys FILE"), "{}", ran.out);

    let found = bench.restore("copy", &[]);
    let mut held: Vec<&str> = HELD.into_iter().chain([THEME]).collect();
    held.sort_unstable();
    assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), held);
    for (path, bytes) in &found {
        assert_eq!(*bytes, std::fs::read(bench.project.path(path)).expect("read"), "{path}");
    }
    assert!(bench.path("copy/data/empty").is_dir());
    let mode = |path: &str| bench.path(path).metadata().expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("copy/state/people.csv"), mode("copy/content/own.md")), (0o600, 0o754));
    assert_eq!((mode("copy"), mode("copy/state")), (0o700, 0o700));
}

#[test]
fn the_repository_is_closed_to_others_and_shows_nothing() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    let mut files = 0;
    for entry in walkdir::WalkDir::new(bench.path("repository")) {
        let entry = entry.expect("walk");
        let mode = entry.metadata().expect("look").permissions().mode() & 0o777;
        if entry.file_type().is_dir() {
            assert_eq!(mode, 0o700, "{}", entry.path().display());
        } else {
            files += 1;
            assert_eq!(mode, 0o600, "{}", entry.path().display());
        }
    }
    assert!(files > 10, "{files}");

    let sales = std::fs::read(bench.project.path("data/transactions.csv")).expect("read");
    let plain = blake3::hash(&sales).to_hex().to_string();
    for (path, bytes) in tree(&bench.path("repository")) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["transactions", "销售", "the key of all pages", "record,person", plain.as_str()] {
            assert!(!text.contains(secret) && !path.contains(secret), "{path} shows {secret}");
        }
    }
    // The same content has another name elsewhere: a name cannot be computed from a guessed file.
    let other = Bench::of(furnished());
    other.back_up(&[]);
    let (ours, theirs) = (bench.blobs(), other.blobs());
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.keys().all(|name| !theirs.contains_key(name)));
}

#[test]
fn c49_what_did_not_change_is_not_written_again() {
    let bench = Bench::of(furnished());
    let first = bench.back_up(&[]);
    assert_eq!((&first["files"], &first["written"], &first["new_key"]), (&11.into(), &11.into(), &true.into()));
    let inodes = || {
        let blobs = walkdir::WalkDir::new(bench.path("repository/blobs")).into_iter().map(|entry| entry.expect("walk"));
        let files = blobs.filter(|entry| entry.file_type().is_file());
        files.map(|entry| (entry.path().to_path_buf(), entry.metadata().expect("look").ino())).collect::<Vec<_>>()
    };
    let mut before = inodes();
    let second = bench.back_up(&[]);
    assert_eq!((&second["written"], &second["new_key"]), (&0.into(), &false.into()));
    let mut after = inodes();
    before.sort();
    after.sort();
    assert_eq!(before, after);

    std::fs::write(bench.project.path("data/stores.csv"), "store_id\nS1\n").expect("write");
    // The same content under another name is there already.
    std::fs::copy(bench.project.path("data/transactions.csv"), bench.project.path("data/copy.csv")).expect("copy");
    let third = bench.back_up(&[]);
    assert_eq!((&third["files"], &third["written"]), (&12.into(), &1.into()));
    assert_eq!(inodes().len(), before.len() + 1);
    bench.whole("three snapshots");
    let ids = bench.list();
    assert_eq!(ids.len(), 3);
    assert!(ids[0].starts_with("000001-") && ids[2].starts_with("000003-"), "{ids:?}");
    let old = bench.restore("old", &["--snapshot", "000001"]);
    assert_eq!(old.len(), 11);
    assert!(String::from_utf8_lossy(&old["data/stores.csv"]).contains("东湖店"));
    assert_eq!(bench.restore("new", &[])["data/stores.csv"], b"store_id\nS1\n");
    assert_eq!(bench.try_restore("none", &["--snapshot", "7"]).code, 2);
    assert_eq!(bench.try_restore("none", &["--snapshot", "0000"]).code, 2, "more than one begins so");
}

#[test]
fn c49_equal_files_that_are_read_at_once_are_written_once() {
    let mut project = TestProject::small();
    for at in 0..40 {
        project = project.file(&format!("data/day-{at}.csv"), "the same every day\n".repeat(10_000));
    }
    let bench = Bench::of(project);
    let done = bench.back_up(&[]);
    // The two files of the project, and one for all days.
    assert_eq!((&done["files"], &done["written"]), (&42.into(), &3.into()), "{done}");
    assert_eq!(bench.blobs().len(), 3);
    bench.whole("equal files");
    assert_eq!(bench.restore("copy", &[]).len(), 42);
}

#[test]
fn a_lost_cache_costs_time_and_no_snapshot() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    let forget = || std::fs::remove_dir_all(bench.project.path(".storebook")).expect("remove the cache");
    forget();
    let identity = bench.text("me.key");
    let opened = bench.back_up(&["--identity", &identity]);
    assert_eq!((&opened["written"], &opened["new_key"]), (&0.into(), &false.into()));
    forget();
    let anew = bench.back_up(&[]);
    assert_eq!((&anew["written"], &anew["new_key"]), (&11.into(), &true.into()), "{anew}");
    bench.whole("two keys");
    for (at, id) in bench.list().iter().enumerate() {
        assert_eq!(bench.restore(&format!("copy{at}"), &["--snapshot", id]).len(), 11);
    }
    // With the snapshots of the first key its contents and the key itself go.
    let kept = bench.back_up(&["--keep", "1"]);
    assert_eq!((kept["pruned"].as_array().map(Vec::len), &kept["pruned_blobs"]), (Some(3), &11.into()));
    assert_eq!(tree(&bench.path("repository/keys")).len(), 1);
    bench.whole("one key");
}

#[test]
fn other_recipients_can_read_all_of_the_next_snapshot() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    let second = key(bench.folder.path(), "second.key");
    let done = bench.back_up(&["--recipient", &second]);
    // What only the first could read is written for both.
    assert_eq!((&done["written"], &done["new_key"]), (&11.into(), &true.into()));
    let (repository, to, opens) = (bench.repository(), bench.text("copy"), bench.text("second.key"));
    let restore = |more: &[&str]| {
        let arguments = ["backup", "restore", &repository, "--to", &to, "--identity", &opens];
        bench.project.run(&[&arguments, more].concat())
    };
    let old = restore(&["--snapshot", "000001"]);
    assert_eq!(old.code, 3, "{}", old.err);
    assert!(joined(&old.err).contains("does not open"), "{}", old.err);
    assert_eq!(restore(&[]).code, 0);
    assert_eq!(tree(&bench.path("copy")).len(), 11);
}

#[test]
fn recipients_are_read_from_a_file_and_must_be_recipients() {
    let bench = Bench::of(TestProject::small());
    let repository = bench.repository();
    let list = bench.text("owners.txt");
    std::fs::write(&list, format!("# the owner\n{}\n\n", bench.recipient)).expect("write");
    let run = |arguments: &[&str]| bench.project.run(&[&["backup", &repository], arguments].concat());
    let none = run(&[]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.err.contains("--recipient"), "{}", none.err);
    assert_eq!(run(&["--recipients-file", &list]).code, 0);
    assert_eq!(bench.restore("copy", &[]).len(), 2);
    std::fs::write(&list, format!("{}\nage1nobody\n", bench.recipient)).expect("write");
    let wrong = run(&["--recipients-file", &list]);
    assert!(wrong.code == 2 && joined(&wrong.err).contains("owners.txt:2"), "{}", wrong.err);
    // The secret half in the place of the public one is not repeated.
    let secret = std::fs::read_to_string(bench.path("me.key")).expect("read");
    let mixed = run(&["--recipient", secret.trim()]);
    assert_eq!(mixed.code, 2);
    assert!(!mixed.err.contains("AGE-SECRET-KEY-1"), "{}", mixed.err);
    assert_eq!(run(&["--recipients-file", &list, "--passphrase-file", &list]).code, 2);
    assert_eq!(run(&["--passphrase", "secret"]).code, 2, "a passphrase is no argument");
}

#[test]
fn a_passphrase_opens_what_it_closed_and_a_wrong_one_changes_nothing() {
    let bench = Bench::of(furnished());
    let (repository, right, wrong) = (bench.repository(), bench.text("right"), bench.text("wrong"));
    std::fs::write(&right, "correct horse 电池\n").expect("write");
    std::fs::write(&wrong, "correct horse\n").expect("write");
    let back_up = |file: &str| bench.project.run(&["backup", &repository, "--passphrase-file", file, "--json"]);
    let first = back_up(&right);
    assert_eq!(first.code, 0, "{}", first.err);
    let mistyped = back_up(&wrong);
    assert_eq!(mistyped.code, 3, "{}", mistyped.err);
    // Also without the cache: the passphrase opens the key that lies in the repository.
    std::fs::remove_dir_all(bench.project.path(".storebook")).expect("remove the cache");
    let second: serde_json::Value = serde_json::from_str(&back_up(&right).out).expect("JSON");
    assert_eq!((&second["written"], &second["new_key"]), (&0.into(), &false.into()));
    assert_eq!(bench.list().len(), 2);
    let open = |file: &str| {
        bench.project.run(&["backup", "verify", &repository, "--read-all", "--passphrase-file", file]).code
    };
    assert_eq!((open(&right), open(&wrong)), (0, 3));
}

#[test]
fn old_snapshots_are_given_up_and_the_others_stay_whole() {
    let bench = Bench::of(furnished());
    for edition in 1..=5 {
        std::fs::write(bench.project.path("data/stores.csv"), format!("edition {edition}")).expect("write");
        bench.back_up(&[]);
    }
    let before = bench.blobs().len();
    std::fs::write(bench.project.path("data/stores.csv"), "edition 6").expect("write");
    let done = bench.back_up(&["--keep", "2"]);
    let pruned: Vec<&str> = done["pruned"].as_array().expect("a list").iter().filter_map(|id| id.as_str()).collect();
    assert_eq!(pruned.iter().map(|id| &id[..6]).collect::<Vec<_>>(), ["000001", "000002", "000003", "000004"]);
    // One new content, four that no snapshot needs.
    assert_eq!((bench.blobs().len(), &done["pruned_blobs"]), (before + 1 - 4, &4.into()));
    assert_eq!(bench.list().len(), 2);
    assert!(!bench.whole("after pruning").contains("Loose"));
    assert_eq!(bench.restore("five", &["--snapshot", "000005"])["data/stores.csv"], b"edition 5");
    assert_eq!(bench.restore("six", &[])["data/stores.csv"], b"edition 6");
    let nothing = bench.try_back_up(&["--keep", "0"]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    assert_eq!(bench.list().len(), 2);
}

#[test]
fn c49_keys_go_into_a_file_of_their_own_and_come_back() {
    let bench = Bench::of(furnished().file("state/keys/old/2025", [0_u8, 255, 10, 13]));
    let recipient = key(bench.folder.path(), "safe.key");
    let (archive, opens) = (bench.text("keys.age"), bench.text("safe.key"));
    let save = || bench.project.run(&["backup", "--keys", &archive, "--recipient", &recipient]);
    let saved = save();
    assert_eq!(saved.code, 0, "{}", saved.err);
    assert!(saved.out.contains("2 in"), "{}", saved.out);
    let sealed = std::fs::read(&archive).expect("read");
    assert!(!String::from_utf8_lossy(&sealed).contains("the key of all pages"));
    assert_eq!(std::fs::metadata(&archive).expect("look").permissions().mode() & 0o777, 0o600);
    let again = save();
    assert_eq!(again.code, 3, "a file of keys is never replaced: {}", again.err);
    assert_eq!(std::fs::read(&archive).expect("read"), sealed);

    bench.back_up(&[]);
    let keyed = bench.restore("copy", &["--keys", &archive, "--identity", &opens]);
    assert_eq!(keyed["state/keys/master"], b"the key of all pages");
    assert_eq!(keyed["state/keys/old/2025"], [0, 255, 10, 13]);
    let mode = |path: &str| bench.path(path).metadata().expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("copy/state/keys/master"), mode("copy/state/keys")), (0o600, 0o700));
    // The recipient of the data alone does not open the keys.
    let closed = bench.try_restore("closed", &["--keys", &archive]);
    assert_eq!(closed.code, 3, "{}", closed.err);
    assert!(!bench.path("closed").exists());

    let none = Bench::of(TestProject::small());
    let nothing =
        none.project.run(&["backup", "--keys", &archive.replace("keys.age", "x.age"), "--recipient", &recipient]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    assert!(nothing.err.contains("no keys yet"), "{}", nothing.err);
}

/// With Debian's own `age`: nothing of ours is needed to get at the data.
#[test]
fn the_age_program_opens_it_without_storebook() {
    if Command::new("age").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("not tested: the program age is not installed (apt-get install age)");
        return;
    }
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    let age = |identity: &str, file: &str| {
        let output = Command::new("age").args(["-d", "-i", identity, file]).output().expect("start age");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let only = |folder: &str| {
        let mut found = tree(&bench.path(folder)).into_keys();
        bench.text(&format!("{folder}/{}", found.next().expect("a file")))
    };
    let repository_key = age(&bench.text("me.key"), &only("repository/keys"));
    std::fs::write(bench.path("repository.key"), repository_key).expect("write");
    let opens = bench.text("repository.key");
    let id = bench.list().remove(0);
    let manifest = age(&opens, &bench.text(&format!("repository/snapshots/{id}/manifest.age")));
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let files = manifest["files"].as_array().expect("files");
    assert_eq!(files.len(), 11);
    for file in files {
        let (path, blob) = (file["path"].as_str().expect("a path"), file["blob"].as_str().expect("a blob"));
        let plain = age(&opens, &bench.text(&format!("repository/blobs/{}/{blob}.age", &blob[..2])));
        assert_eq!(plain, std::fs::read(bench.project.path(path)).expect("read"), "{path}");
    }

    let archive = bench.text("keys.age");
    let saved = ran(bench.project.command(&["backup", "--keys", &archive, "--recipient", &bench.recipient]));
    assert_eq!(saved.code, 0, "{}", saved.err);
    let keys: serde_json::Value = serde_json::from_slice(&age(&bench.text("me.key"), &archive)).expect("JSON");
    // "the key of all pages" in base64, by coreutils.
    assert_eq!(keys["files"][0]["base64"], "dGhlIGtleSBvZiBhbGwgcGFnZXM=");
}
