//! The journal, whole, torn and changed; and who may write it.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use proptest::prelude::*;

use super::journal::{Entries, Entry, Outbox, What};
use crate::problem::Kind;
use crate::project::lock::Wait;

/// As the module calls it.
const JOURNAL: &str = "journal.ndjson";

fn at() -> Timestamp {
    "2026-11-04T08:30:00Z".parse().unwrap()
}

fn open(folder: &Path) -> Outbox {
    Outbox::open(folder, "test", Wait::No).unwrap()
}

fn entry_id(person: &str, kind: &str, due_on: &str, subject: &str, channel: &str) -> String {
    Entry { person, kind, due_on, subject, channel }.id()
}

fn ids(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| format!("{number:020x}")).collect()
}

#[test]
fn c26_an_id_is_of_the_entry_and_of_nothing_else() {
    let id = entry_id("P1", "birthday", "2026-11-04", "", "sms");
    assert_eq!(id.len(), 20);
    assert_eq!(id, entry_id("P1", "birthday", "2026-11-04", "", "sms"));
    let others = [
        entry_id("P2", "birthday", "2026-11-04", "", "sms"),
        entry_id("P1", "holiday", "2026-11-04", "", "sms"),
        entry_id("P1", "birthday", "2027-11-04", "", "sms"),
        entry_id("P1", "birthday", "2026-11-04", "x", "sms"),
        entry_id("P1", "birthday", "2026-11-04", "", "email"),
        // The same letters, cut differently.
        entry_id("P1b", "irthday", "2026-11-04", "", "sms"),
    ];
    assert!(!others.contains(&id));
    assert_eq!(BTreeSet::from(others).len(), 6);
}

#[test]
fn c26_marking_twice_is_harmless() {
    let temp = tempfile::tempdir().unwrap();
    let mut outbox = open(temp.path());
    assert_eq!(outbox.mark_done(&ids(1..4), at()).unwrap(), 3);
    assert_eq!(outbox.mark_done(&ids(2..5), at()).unwrap(), 1);
    let twice = [ids(7..8), ids(7..8)].concat();
    assert_eq!(outbox.mark_done(&twice, at()).unwrap(), 1);
    let bytes = std::fs::read(temp.path().join(JOURNAL)).unwrap();
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 5);
    drop(outbox);
    let outbox = open(temp.path());
    assert_eq!(outbox.state_of(&ids(4..5)[0]), Some(What::Done));
    assert_eq!(outbox.state_of(&ids(5..6)[0]), None);
    assert_eq!(Entries::read(temp.path()).unwrap().list().count(), 5);
}

#[test]
fn c26_only_what_is_not_known_can_be_given_back() {
    let temp = tempfile::tempdir().unwrap();
    let mut outbox = open(temp.path());
    let all = ids(1..6);
    for (id, what) in all.iter().zip([What::Sending, What::Sent, What::Refused, What::Done, What::Unsent]) {
        outbox.note(id, what, "", at()).unwrap();
    }
    assert_eq!(outbox.mark(&all[1..2], false, at()).unwrap_err().kind(), Kind::Refused);
    // One that cannot be marked keeps the others as they are.
    assert!(outbox.mark(&all, false, at()).is_err());
    assert_eq!(outbox.state_of(&all[0]), Some(What::Sending));
    assert_eq!(outbox.mark(&ids(9..10), true, at()).unwrap_err().kind(), Kind::Refused);
    assert_eq!(outbox.mark(&["x".into()], true, at()).unwrap_err().kind(), Kind::Usage);
    assert_eq!(outbox.mark(&[all[0].clone(), all[2].clone(), all[4].clone()], false, at()).unwrap(), 2);
    assert_eq!(outbox.mark(&all[..1], true, at()).unwrap(), 1);
    assert_eq!(outbox.state_of(&all[0]), Some(What::Sent));
    assert_eq!(outbox.mark(&all[..1], true, at()).unwrap(), 0);
}

#[test]
fn c26_a_torn_last_line_is_left_out_wherever_it_is_torn() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(JOURNAL);
    let two = ids(1..3);
    let mut outbox = open(temp.path());
    outbox.note(&two[0], What::Sent, "250 好", at()).unwrap();
    let first = std::fs::read(&path).unwrap().len();
    outbox.note(&two[1], What::Sending, "", at()).unwrap();
    drop(outbox);
    let whole = std::fs::read(&path).unwrap();
    for end in first..whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        let mut outbox = open(temp.path());
        assert_eq!(outbox.state_of(&two[0]), Some(What::Sent));
        assert_eq!(outbox.state_of(&two[1]), None, "torn at {end}");
        outbox.note(&two[1], What::Unsent, "", at()).unwrap();
        drop(outbox);
        assert_eq!(Entries::read(temp.path()).unwrap().state_of(&two[1]), Some(What::Unsent));
    }
    // Zeros are what some file systems leave after the power has gone.
    std::fs::write(&path, [&whole[..first], &[0; 40]].concat()).unwrap();
    assert_eq!(Entries::read(temp.path()).unwrap().list().count(), 1);
}

#[test]
fn c26_a_journal_that_was_changed_is_told_by_its_line() {
    let temp = tempfile::tempdir().unwrap();
    let good = r#"{"at":"2026-11-04T08:30:00Z","id":"0000000000000001","what":"sent"}"#;
    std::fs::write(temp.path().join(JOURNAL), format!("{good}\nli.lei@example.com\n{good}\n")).unwrap();
    let problem = Entries::read(temp.path()).unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(2));
    assert!(!problem.to_string().contains("li.lei"), "{problem}");
    assert!(Outbox::open(temp.path(), "test", Wait::No).is_err());
}

#[test]
fn c26_two_at_once_are_refused() {
    let temp = tempfile::tempdir().unwrap();
    let outbox = open(temp.path());
    let problem = Outbox::open(temp.path(), "second", Wait::No).unwrap_err();
    assert_eq!(problem.kind(), Kind::Refused);
    // Reading needs no lock.
    assert_eq!(Entries::read(temp.path()).unwrap().list().count(), 0);
    drop(outbox);
    open(temp.path());
}

#[cfg(unix)]
#[test]
fn c26_the_outbox_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("state/outbox");
    drop(open(&folder));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join(JOURNAL)), 0o600);
}

proptest! {
    #[test]
    fn c26_no_bytes_in_the_journal_bring_the_program_down(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join(JOURNAL), bytes).unwrap();
        drop(Entries::read(temp.path()));
    }
}
