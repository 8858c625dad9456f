//! C49: whatever kills a backup, and whenever, every earlier snapshot is whole, no half one shows, and the next run
//! goes on.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use storebook::failpoint::{self, Leaves, Way};

use super::{Bench, furnished, ran};
use crate::support::TODAY;

/// Two snapshots stand there; the next one brings a changed file and gives the older of them up.
fn before() -> Bench {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    change(&bench, "2");
    bench.back_up(&[]);
    change(&bench, "3");
    bench
}

fn change(bench: &Bench, edition: &str) {
    std::fs::write(bench.project.path("data/stores.csv"), format!("edition {edition}")).expect("write");
}

/// The snapshots that stand are whole, and the next run completes what was cut short.
fn sound(bench: &Bench, what: &str) {
    let ids = bench.list();
    assert!(!ids.is_empty() && ids.len() <= 3, "{what}: {ids:?}");
    bench.whole(what);
    for id in &ids {
        let edition = match &id[..6] {
            "000001" => "store_id,name".to_owned(),
            number => format!("edition {}", number.trim_start_matches('0')),
        };
        let to = format!("{what} {id}").replace(['/', ':'], "-");
        let found = bench.restore(&to, &["--snapshot", id]);
        assert_eq!(found.len(), 11, "{what}");
        assert!(String::from_utf8_lossy(&found["data/stores.csv"]).starts_with(&edition), "{what}: {id}");
    }
    let next = bench.back_up(&["--keep", "2"]);
    assert_eq!(next["files"], 11, "{what}");
    let said = bench.whole(what);
    assert!(!said.contains("Loose"), "{what}: {said}");
    assert_eq!(bench.list().len(), 2, "{what}");
    assert!(!bench.path("repository/tmp").exists(), "{what}");
    assert_eq!(bench.restore(&format!("{what} next").replace('/', "-"), &[])["data/stores.csv"], b"edition 3");
}

#[test]
fn a_kill_at_every_failpoint_leaves_whole_snapshots() {
    let mut tried = 0;
    for point in failpoint::ALL.iter().filter(|point| matches!(point.way, Way::Backup | Way::BackupRead)) {
        let bench = before();
        let mut command = bench.command(&["--keep", "2"]);
        let status =
            command.env("STOREBOOK_FAILPOINT", point.name).stderr(Stdio::null()).stdout(Stdio::null()).status();
        assert_eq!(status.expect("start storebook").signal(), Some(9), "{} was not reached", point.name);
        let newest = bench.list().pop().expect("a snapshot");
        let expected = if point.leaves == Leaves::Old { "000002" } else { "000003" };
        assert!(newest.starts_with(expected), "{}: {newest}", point.name);
        sound(&bench, point.name);
        tried += 1;
    }
    assert!(tried >= 10, "{tried}");
}

#[test]
fn a_kill_of_the_first_backup_leaves_a_repository_that_the_next_run_fills() {
    for name in ["backup-locked", "backup-read", "backup-blob-placed", "backup-index", "backup-snapshot"] {
        let bench = Bench::of(furnished());
        let mut command = bench.command(&[]);
        let status = command.env("STOREBOOK_FAILPOINT", name).stderr(Stdio::null()).stdout(Stdio::null()).status();
        assert_eq!(status.expect("start storebook").signal(), Some(9), "{name} was not reached");
        bench.whole(name);
        assert_eq!(bench.list().len(), usize::from(name == "backup-snapshot"), "{name}");
        bench.back_up(&[]);
        bench.whole(name);
        assert_eq!(bench.restore("copy", &[]).len(), 11);
    }
}

/// Xorshift: a few random moments need no more.
fn moment(state: &mut u64, most: Duration) -> Duration {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    #[allow(clippy::cast_precision_loss)]
    most.mul_f64((*state % 1_000_003) as f64 / 1_000_003.0)
}

#[test]
fn twenty_kills_at_random_moments_leave_whole_snapshots() {
    // From the moment the repository is locked: before that there is nothing to break.
    let start = || {
        let bench = before();
        let sign = bench.path("hold");
        let child = held(bench.command(&["--keep", "2"]), "backup-locked", &sign);
        std::fs::write(sign.with_extension("go"), "").expect("give the sign");
        (bench, child, Instant::now())
    };
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        let (_bench, mut child, began) = start();
        assert!(child.wait().expect("wait").success());
        longest = longest.max(began.elapsed());
    }
    let (mut seed, mut hit, mut missed, mut new) = (20_261_149_u64, 0, 0, 0);
    while hit < 20 {
        assert!(missed < 120, "{missed} backups ended before they were killed");
        let delay = moment(&mut seed, longest);
        let (bench, mut child, began) = start();
        // This is the moment, not a wait for something to happen.
        while began.elapsed() < delay && child.try_wait().expect("wait").is_none() {
            std::thread::park_timeout(Duration::from_micros(200));
        }
        let _ = child.kill();
        if child.wait().expect("wait").signal() != Some(9) {
            missed += 1;
            continue;
        }
        hit += 1;
        new += u32::from(bench.list().iter().any(|id| id.starts_with("000003")));
        sound(&bench, &format!("kill {hit}"));
    }
    eprintln!("{hit} kills in backups of {longest:?}, {new} of them after the snapshot; {missed} came too late");
}

/// Starts a command that waits at a failpoint.
fn held(mut command: std::process::Command, name: &str, sign: &std::path::Path) -> Child {
    let hold = format!("{name}={}", sign.display());
    let mut child = command
        .env("STOREBOOK_HOLD", hold)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start storebook");
    let deadline = Instant::now() + Duration::from_secs(120);
    while !sign.with_extension("reached").exists() {
        assert!(Instant::now() < deadline, "{name} was not reached in two minutes");
        assert!(child.try_wait().expect("wait").is_none(), "the program ended before {name}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    child
}

#[test]
fn a_file_that_changes_while_it_is_read_is_backed_up_as_it_is_then() {
    let bench = Bench::of(furnished());
    std::fs::remove_dir_all(bench.project.path("state")).expect("no state");
    let sign = bench.path("hold");
    // The first file that is read is `storebook.toml`.
    let mut child = held(bench.command(&[]), "backup-read", &sign);
    std::fs::write(bench.project.path("storebook.toml"), "[site]\nlocales = [\"en\"]\ntitle = \"New\"\n")
        .expect("write");
    std::fs::write(sign.with_extension("go"), "").expect("give the sign");
    assert!(child.wait().expect("wait").success());
    bench.whole("a changed file");
    assert!(String::from_utf8_lossy(&bench.restore("copy", &[])["storebook.toml"]).contains("New"));
}

#[test]
fn a_file_that_goes_away_is_named_and_no_snapshot_is_made() {
    let bench = Bench::of(furnished());
    std::fs::remove_dir_all(bench.project.path("state")).expect("no state");
    let sign = bench.path("hold");
    let mut command = bench.command(&[]);
    command.env("STOREBOOK_HOLD", format!("backup-read={}", sign.display()));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("start storebook");
    let deadline = Instant::now() + Duration::from_secs(120);
    while !sign.with_extension("reached").exists() {
        assert!(Instant::now() < deadline, "the backup did not begin in two minutes");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    std::fs::remove_file(bench.project.path("data/transactions.csv")).expect("remove");
    std::fs::write(sign.with_extension("go"), "").expect("give the sign");
    let output = child.wait_with_output().expect("wait");
    let said = super::joined(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("transactions.csv") && said.contains("went away"), "{said}");
    assert!(bench.list().is_empty());
}

#[test]
fn two_backups_at_once_and_a_backup_beside_a_build_wait_for_each_other() {
    let bench = before();
    let sign = bench.path("hold");
    let mut first = held(bench.command(&[]), "backup-files", &sign);
    let second = bench.try_back_up(&[]);
    assert_eq!(second.code, 3, "{}", second.err);
    assert!(super::joined(&second.err).contains("a backup"), "{}", second.err);
    assert_eq!(bench.verify(false).code, 3);
    // The project is free again as soon as its state was read.
    let build = bench.project.run(&["build", "--unsealed", "--today", TODAY, "--dry-run"]);
    assert!(!build.err.contains("at work"), "{}", build.err);
    std::fs::write(sign.with_extension("go"), "").expect("give the sign");
    assert!(first.wait().expect("wait").success());
    assert_eq!(bench.list().len(), 3);

    for name in ["hold.go", "hold.reached"] {
        std::fs::remove_file(bench.path(name)).expect("remove the sign");
    }
    let mut building = held(bench.project.command(&["build", "--unsealed", "--today", TODAY]), "build-locked", &sign);
    let refused = bench.try_back_up(&[]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    let waiting = bench.command(&["--wait"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    std::fs::write(sign.with_extension("go"), "").expect("give the sign");
    building.wait().expect("wait");
    assert!(waiting.expect("start storebook").wait().expect("wait").success());
    bench.whole("after waiting");
}

/// The state of a release whose build was killed after its swap is completed before it is backed up.
#[test]
fn what_a_killed_publish_left_is_settled_before_the_state_is_read() {
    let bench = Bench::of(crate::support::TestProject::small());
    let mut build = bench.project.command(&["-q", "build", "--unsealed", "--today", TODAY]);
    let status = build.env("STOREBOOK_FAILPOINT", "swap-done").status().expect("start storebook");
    assert_eq!(status.signal(), Some(9));
    assert!(!bench.project.path("state/people.csv").exists() && bench.project.path("state/.pending").exists());
    assert_eq!(ran(bench.command(&[])).code, 0);
    let found = bench.restore("copy", &[]);
    assert!(String::from_utf8_lossy(&found["state/people.csv"]).contains(",P0000003"));
    assert!(found.keys().all(|path| !path.contains(".pending")), "{:?}", found.keys());
}
