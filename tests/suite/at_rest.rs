//! C49: cache, quarantine and state are readable by their owner only, whatever rights the shell gives away; with
//! `[at_rest] encrypt = true` cache and quarantine are ciphertext between two runs.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aho_corasick::AhoCorasick;

use crate::sealing_proof::{demo, personal};
use crate::support::{Ran, TODAY, TestProject, tree, unmasked};

/// Something of every folder that a build writes: sales in several files, a spreadsheet's leftovers, rows that are
/// turned away, a closed month, people.
fn furnished() -> TestProject {
    TestProject::small()
        .file("storebook.toml", "[site]\nlocales = [\"en\"]\n[periods]\nclosed_through = \"2026-10\"\n[gate]\nmax_quarantine_share = 1.0\n")
        .file("data/staff.csv", "staff_id,name,store_id,role,left_on\nE1,Wang,S1,店长,\n")
        .file("data/customers.csv", "record_id,name,phone,email\nR1,王丽华,13800138000,wang@example.com\nR2,\"broken\n")
        .file(
            "data/november.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n\
             T9,2026-11-01 10:00:00,S1,R1,A,茶,饮品,1,10.00\nT10,2026-11-01 10:00:00,S9,R1,A,茶,饮品,1,much\nT11,short\n",
        )
}

/// Runs the program where every right is given away.
fn open_handed(project: &TestProject, arguments: &[&str]) {
    let done = unmasked(&project.command(arguments)).output().expect("start storebook");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// What of a folder others may do anything with.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut open = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("walk the folder");
        let mode = entry.metadata().expect("it is there").permissions().mode() & 0o777;
        let wanted = if entry.file_type().is_dir() { 0o700 } else { 0o600 };
        if mode != wanted {
            open.push(format!("{} {mode:o}", entry.path().display()));
        }
    }
    open
}

#[test]
fn c49_cache_quarantine_and_state_are_closed_to_others_under_any_umask() {
    let project = furnished();
    let backup = tempfile::tempdir().expect("a folder");
    let repository = backup.path().join("repository").to_string_lossy().into_owned();
    std::fs::write(backup.path().join("word"), "correct horse").expect("write");
    let word = backup.path().join("word").to_string_lossy().into_owned();
    open_handed(&project, &["build", "--today", TODAY]);
    open_handed(&project, &["keys", "grant", "--staff", "all"]);
    open_handed(&project, &["build", "--today", TODAY]);
    open_handed(&project, &["query", "select 1", "--today", TODAY]);
    open_handed(&project, &["inspect"]);
    open_handed(&project, &["backup", &repository, "--passphrase-file", &word]);
    for (folder, holds) in [(".storebook", "store/tables"), ("quarantine", ""), ("state", "keys/keys.json")] {
        let path = project.path(folder);
        assert!(path.join(holds).exists(), "{folder}/{holds}");
        assert!(
            walkdir::WalkDir::new(&path).into_iter().flatten().any(|entry| entry.file_type().is_file()),
            "{folder}"
        );
        assert_eq!(open_to_others(&path), Vec::<String>::new());
    }
    for folder in ["closed", "keys"] {
        assert!(project.path("state").join(folder).is_dir(), "state/{folder}");
    }
    assert_eq!(open_to_others(Path::new(&repository)), Vec::<String>::new());
}

#[test]
fn c49_what_an_older_version_left_open_is_closed_by_the_next_build() {
    let project = furnished();
    open_handed(&project, &["build", "--today", TODAY]);
    for folder in [".storebook", "quarantine", "state"] {
        for entry in walkdir::WalkDir::new(project.path(folder)).contents_first(true) {
            let entry = entry.expect("walk the folder");
            let mode = if entry.file_type().is_dir() { 0o777 } else { 0o666 };
            std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode)).expect("open it");
        }
    }
    open_handed(&project, &["build", "--today", TODAY]);
    for folder in [".storebook", "quarantine", "state"] {
        assert_eq!(open_to_others(&project.path(folder)), Vec::<String>::new());
    }
}

/// Not a person of the project: only the umask of the tests' own shell.
#[test]
fn the_shell_of_these_tests_gives_every_right_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("open");
    let mut touch = Command::new("touch");
    touch.arg(&path);
    assert!(unmasked(&touch).status().expect("start touch").success());
    assert_eq!(std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o666);
}

#[test]
fn c49_what_killed_runs_left_in_the_store_is_removed() {
    let project = furnished();
    build(&project);
    // What an older version left, and what this one leaves when it is killed; no process has a number this high.
    let project = project
        .file(".storebook/store/tmp/plain-0123.txt", "13800138000")
        .file(".storebook/store/tmp/storebook-2000000000-0/x.parquet", "13800138000");
    build(&project);
    assert_eq!(tree(&project.path(".storebook/store/tmp")).into_keys().collect::<Vec<_>>(), Vec::<String>::new());
}

// ---- Encrypted ----

const ENCRYPT: &str = "[at_rest]\nencrypt = true\n";
/// The first line of every age file.
const AGE: &[u8] = b"age-encryption.org/v1\n";

fn build(project: &TestProject) -> Ran {
    let ran = project.run(&["build", "--today", TODAY]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran
}

/// Models that the next build computes anew; it publishes.
fn computed(project: &TestProject) -> u64 {
    let ran = project.run(&["build", "--today", TODAY, "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    report["models"]["computed"].as_u64().unwrap_or_else(|| panic!("a count: {}", ran.out))
}

fn encrypting(project: TestProject) -> TestProject {
    let config = std::fs::read_to_string(project.path("storebook.toml")).expect("settings");
    project.file("storebook.toml", format!("{config}{ENCRYPT}"))
}

/// Cache and quarantine are closed: what is not ciphertext holds no row of the data.
fn closed(project: &TestProject, values: &[String]) {
    let search = AhoCorasick::new(values).expect("patterns");
    let mut encrypted = 0;
    for folder in [".storebook", "quarantine"] {
        for (path, bytes) in tree(&project.path(folder)) {
            let about_the_site = ["lock", "encrypted-for"].contains(&path.as_str()) || path.starts_with("published/");
            if about_the_site {
                assert!(search.find(&bytes).is_none(), "{folder}/{path} shows a value");
            } else {
                assert!(bytes.starts_with(AGE), "{folder}/{path} is in clear");
                encrypted += 1;
            }
            assert!(search.find(path.as_bytes()).is_none(), "the name {folder}/{path}");
        }
    }
    assert!(encrypted > 20, "{encrypted} files");
}

/// Values of the furnished project, of sales that were loaded and of rows that were turned away.
fn values() -> Vec<String> {
    ["王丽华", "13800138000", "wang@example.com", "东湖店", "T10,2026"].map(ToOwned::to_owned).to_vec()
}

#[test]
fn c49_an_encrypted_cache_shows_nothing_of_the_demos_customers() {
    let project = encrypting(demo());
    let people = personal(&project);
    assert!(people.len() > 500, "{} values", people.len());
    build(&project);
    closed(&project, &people);
}

#[test]
fn c49_encrypting_changes_no_byte_of_the_book() {
    let project = furnished();
    build(&project);
    let book = project.tree();
    assert!(project.path("quarantine/transactions.csv").exists() && project.path(".storebook/store").exists());

    let project = encrypting(project);
    assert!(computed(&project) > 0, "the cache in clear is not used any more");
    closed(&project, &values());
    assert!(project.tree() == book, "cold");
    assert_eq!(computed(&project), 0, "the encrypted cache is used");
    assert!(project.tree() == book, "warm");
    assert_eq!(open_to_others(&project.path(".storebook")), Vec::<String>::new());
    let explained = project.run(&["explain", "store_summary"]);
    assert_eq!(explained.code, 0, "{}", explained.err);

    // A sale more: parts of sales that did not change are opened, not read again.
    let sales = project.read("data/november.csv");
    let more = format!("{sales}T12,2026-11-02 10:00:00,S1,R1,A,茶,饮品,1,10.00\n");
    let project = project.file("data/november.csv", more);
    build(&project);
    let warm = project.tree();
    assert!(warm != book);
    std::fs::remove_dir_all(project.path(".storebook")).expect("remove the cache");
    build(&project);
    assert!(project.tree() == warm, "warm and cold builds differ");

    // And back: nothing encrypted stays, nothing is missing.
    let project = project.change("storebook.toml", "encrypt = true", "encrypt = false");
    build(&project);
    assert!(project.tree() == warm);
    let left: Vec<String> = [".storebook", "quarantine"]
        .iter()
        .flat_map(|folder| tree(&project.path(folder)))
        .filter(|(_, bytes)| bytes.starts_with(AGE))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn c49_rows_in_an_encrypted_quarantine_can_be_read_by_who_has_the_key() {
    let project = furnished();
    build(&project);
    let clear = project.read("quarantine/transactions.csv");
    assert!(clear.contains("much") && clear.contains("T11,short"), "{clear}");
    let shown = |project: &TestProject, arguments: &[&str]| {
        let ran = project.run(&[&["quarantine"], arguments].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let list = shown(&project, &[]);
    assert!(list.lines().any(|line| line == "transactions"), "{list}");
    assert_eq!(shown(&project, &["transactions"]), clear);

    let project = encrypting(project);
    build(&project);
    assert!(!project.path("quarantine/transactions.csv").exists());
    assert_eq!(shown(&project, &[]), list);
    assert_eq!(shown(&project, &["transactions"]), clear);
    let out = project.path("mend.csv");
    shown(&project, &["transactions", "--out", &out.to_string_lossy()]);
    assert_eq!(std::fs::read_to_string(&out).expect("read"), clear);
    assert_eq!(std::fs::metadata(&out).expect("look").permissions().mode() & 0o777, 0o600);
    for wrong in ["transaction", "../data/stores"] {
        assert_eq!(project.run(&["quarantine", wrong]).code, 2, "{wrong}");
    }
    // As the documentation says: with any age program.
    let key: age::x25519::Identity = project.read("state/keys/cache.key").trim().parse().expect("an identity");
    let sealed = std::fs::read(project.path("quarantine/transactions.csv.age")).expect("read");
    assert_eq!(age::decrypt(&key, &sealed).expect("decrypt"), clear.as_bytes());
}

#[test]
fn c49_a_lost_key_of_the_cache_costs_time_and_a_wrong_one_is_told() {
    let project = encrypting(furnished());
    build(&project);
    let book = project.tree();
    let key = project.path("state/keys/cache.key");
    let own = std::fs::read(&key).expect("a key");
    assert_eq!(std::fs::metadata(&key).expect("look").permissions().mode() & 0o777, 0o600);
    assert_eq!(project.read("state/keys/.gitignore"), "*\n");

    std::fs::remove_file(&key).expect("lose the key");
    assert!(computed(&project) > 0);
    assert!(project.tree() == book);
    closed(&project, &values());
    assert!(std::fs::read(&key).expect("a new key") != own);

    // The old key again: not that of this cache.
    std::fs::write(&key, &own).expect("write");
    let before = tree(&project.path(".storebook"));
    let wrong = project.run(&["build", "--today", TODAY]);
    assert_eq!(wrong.code, 3, "{}", wrong.err);
    assert!(
        wrong.err.contains("encrypted with another key") && wrong.err.contains("delete .storebook/"),
        "{}",
        wrong.err
    );
    assert!(without_locks(tree(&project.path(".storebook"))) == without_locks(before) && project.tree() == book);
    std::fs::remove_dir_all(project.path(".storebook")).expect("the way out");
    build(&project);
    assert!(project.tree() == book);

    std::fs::write(&key, "nonsense\n").expect("write");
    let none = project.run(&["build", "--today", TODAY]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.err.contains("cache.key") && !none.err.contains("nonsense"), "{}", none.err);
}

/// Who holds the lock changes with every run.
fn without_locks(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files.retain(|path, _| path != "lock");
    files
}

#[test]
fn c49_the_key_of_the_cache_may_lie_elsewhere() {
    let project = encrypting(furnished());
    let elsewhere = tempfile::tempdir().expect("a folder");
    crate::backup::key(elsewhere.path(), "cache.key");
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("STOREBOOK_CACHE_KEY_FILE", elsewhere.path().join("cache.key")).output().expect("start storebook")
    };
    let built = run(&["build", "--today", TODAY]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(!project.path("state/keys/cache.key").exists());
    closed(&project, &values());
    let rows = run(&["quarantine", "transactions"]);
    assert!(String::from_utf8_lossy(&rows.stdout).contains("T11,short"));
    std::fs::remove_file(elsewhere.path().join("cache.key")).expect("take the key away");
    let gone = run(&["build", "--today", TODAY]);
    assert_eq!(gone.status.code(), Some(1), "a key that was named and is not there is no lost key");
    assert!(!project.path("state/keys/cache.key").exists());
}

#[test]
fn c49_a_kill_leaves_nothing_in_clear_for_longer_than_until_the_next_run() {
    let project = encrypting(furnished());
    let mut command = project.command(&["build", "--today", TODAY]);
    let status =
        command.env("STOREBOOK_FAILPOINT", "build-planned").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert_eq!(status.expect("start storebook").signal(), Some(9));
    let in_clear = tree(&project.path(".storebook/tmp"));
    assert!(in_clear.values().any(|bytes| bytes.starts_with(b"PAR1")), "the kill came while tables were open");
    assert_eq!(open_to_others(&project.path(".storebook/tmp")), Vec::<String>::new());
    build(&project);
    closed(&project, &values());
    let book = project.tree();
    std::fs::remove_dir_all(project.path(".storebook")).expect("remove the cache");
    build(&project);
    assert!(project.tree() == book);
}

#[test]
fn c49_a_damaged_encrypted_table_is_made_anew() {
    let project = encrypting(furnished());
    build(&project);
    let book = project.tree();
    let sealed = project.path(".storebook/sealed");
    for cut in [false, true] {
        for (path, mut bytes) in tree(&sealed) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            let bytes = if cut { &bytes[..last / 2] } else { &bytes };
            std::fs::write(sealed.join(path), bytes).expect("damage");
        }
        std::fs::remove_dir_all(project.path(".storebook/pages")).expect("forget the pages");
        assert!(computed(&project) > 0);
        assert!(project.tree() == book);
    }
}

#[test]
fn c49_a_project_with_an_encrypted_cache_is_drilled() {
    let project = encrypting(furnished());
    let folder = tempfile::tempdir().expect("a folder");
    let word = folder.path().join("word").to_string_lossy().into_owned();
    let repository = folder.path().join("repository").to_string_lossy().into_owned();
    let keys = folder.path().join("keys.age").to_string_lossy().into_owned();
    std::fs::write(&word, "correct horse").expect("write");
    build(&project);
    let pass = ["--passphrase-file", word.as_str()];
    for arguments in [
        &["backup", &repository][..],
        &["backup", "--keys", &keys],
        &["backup", "restore", &repository, "--drill", "--keys", &keys],
    ] {
        let done = project.run(&[arguments, &pass].concat());
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
    }
    assert!(project.path("state/backup.json").exists());
}
