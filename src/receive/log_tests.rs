//! The log: whole, torn, full, and opened again.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::log::{Log, Submission, id_of};
use crate::problem::Kind;
use crate::project::lock::Wait;

fn moment(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-05T02:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_secs(second)
}

fn submission(number: u32) -> Submission {
    Submission {
        id: id_of("feedback", &number.to_string()),
        ticket: format!("{number:026}"),
        at: moment(number.into()),
        form: "feedback".into(),
        score: 0,
        doubts: Vec::new(),
        fields: BTreeMap::from([("text".to_owned(), format!("第{number}条\nSBF1"))]),
    }
}

fn open(folder: &Path) -> Log {
    Log::open(folder, Wait::No).expect("it opens").0
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = (std::fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("0000"))
        .collect();
    names.sort();
    names
}

/// Everything of the sealed segments, in order.
fn sealed(log: &Log) -> Vec<Submission> {
    log.sealed().expect("a list").into_iter().flat_map(|number| log.read(number).expect("a segment")).collect()
}

#[test]
fn c41_what_was_written_is_there_however_the_program_ended() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut log = open(temp.path());
    log.append(&[submission(1), submission(2)]).expect("room");
    log.append(&[submission(3)]).expect("room");
    // Without a word of goodbye; the next one finds it sealed.
    drop(log);
    let (log, recovery) = Log::open(temp.path(), Wait::No).expect("it opens");
    assert_eq!((recovery.waiting, recovery.torn, recovery.damaged.len()), (3, 0, 0));
    assert_eq!(sealed(&log), [1, 2, 3].map(submission));
    assert_eq!(log.ticket(&submission(2).id), Some(submission(2).ticket.as_str()));
    assert_eq!(log.ticket("x"), None);
    assert_eq!(names(temp.path()), ["000000000001.sealed", "000000000002.open"]);
    log.delivered(1).expect("renamed");
    assert!(sealed(&log).is_empty());
    drop(log);
    // Of a delivered segment the ids are still known; nothing of it waits.
    let (log, recovery) = Log::open(temp.path(), Wait::No).expect("it opens");
    assert_eq!(recovery.waiting, 0);
    assert!(log.ticket(&submission(3).id).is_some());
    assert_eq!(names(temp.path()), ["000000000001.delivered", "000000000003.open"]);
}

#[test]
fn c41_old_segments_are_forgotten_when_all_of_them_is_old() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut log = open(temp.path());
    for part in [[1, 50], [60, 70]] {
        log.append(&part.map(submission)).expect("room");
        log.seal().expect("sealed");
    }
    log.delivered(1).expect("renamed");
    log.forget(moment(50)).expect("looked at");
    assert!(log.ticket(&submission(1).id).is_some());
    log.forget(moment(51)).expect("looked at");
    assert!(log.ticket(&submission(1).id).is_none() && log.ticket(&submission(60).id).is_some());
    // What is not delivered is never forgotten.
    log.forget(moment(1000)).expect("looked at");
    assert_eq!(sealed(&log).len(), 2);
}

#[test]
fn c41_damage_is_told_and_kept_and_the_rest_is_read() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut log = open(temp.path());
    log.append(&[submission(1), submission(2), submission(3)]).expect("room");
    drop(log);
    let path = temp.path().join("000000000001.open");
    let mut bytes = std::fs::read(&path).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    std::fs::write(&path, &bytes).expect("write it");
    let (log, recovery) = Log::open(temp.path(), Wait::No).expect("it opens");
    assert_eq!(sealed(&log), [submission(1), submission(3)]);
    assert_eq!(recovery.damaged, [temp.path().join("000000000001.damaged")]);
    assert_eq!(std::fs::read(&recovery.damaged[0]).expect("the copy"), bytes);
}

#[test]
fn c41_two_receivers_of_one_folder_are_refused() {
    let temp = tempfile::tempdir().expect("a folder");
    let log = open(temp.path());
    assert_eq!(Log::open(temp.path(), Wait::No).expect_err("refused").kind(), Kind::Refused);
    drop(log);
    open(temp.path());
}

#[cfg(unix)]
#[test]
fn c41_what_customers_wrote_is_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let temp = tempfile::tempdir().expect("a folder");
    let folder = temp.path().join("received");
    let mut log = open(&folder);
    log.append(&[submission(1)]).expect("room");
    log.seal().expect("sealed");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("000000000001.sealed")), 0o600);
}

proptest! {
    /// Batches are written, the end is torn off at any byte: what was written before the last batch is there, whole.
    #[test]
    fn c41_a_torn_tail_costs_nothing_that_was_acknowledged(sizes in proptest::collection::vec(1_u32..5, 1..6), cut in 0.0..1.0_f64) {
        let temp = tempfile::tempdir().expect("a folder");
        let mut log = open(temp.path());
        let (mut next, mut before, mut kept) = (0, 0, 0);
        for size in &sizes {
            (before, kept) = (log.length(), next);
            let batch: Vec<Submission> = (next..next + size).map(submission).collect();
            log.append(&batch).expect("room");
            next += size;
        }
        let end = log.length();
        drop(log);
        let path = temp.path().join("000000000001.open");
        let cut = before + ((end - before) as f64 * cut) as u64;
        std::fs::OpenOptions::new().write(true).open(&path).expect("a segment").set_len(cut).expect("cut");
        let (log, recovery) = Log::open(temp.path(), Wait::No).expect("it opens");
        let found = sealed(&log);
        prop_assert!(found.len() as u32 >= kept && recovery.damaged.is_empty());
        prop_assert_eq!(&found, &(0..found.len() as u32).map(submission).collect::<Vec<_>>());
    }
}
