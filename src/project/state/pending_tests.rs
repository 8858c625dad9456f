use tempfile::TempDir;

use super::*;
use crate::problem::Kind;

fn ticket() -> Ticket {
    Ticket {
        release_id: "0123456789abcdef".into(),
        card_sha256: "00".into(),
        output: "/srv/site".into(),
        staging: "/srv/.site.stage-1".into(),
    }
}

/// A state with `a` = 1, `b` = 1, and the changes `a` = 2, `deep/c` = 2, `b` removed.
fn state() -> (TempDir, PathBuf, Changes) {
    let temp = tempfile::tempdir().unwrap();
    let state = temp.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("a"), "1").unwrap();
    fs::write(state.join("b"), "1").unwrap();
    let mut changes = Changes::default();
    changes.put("a", b"2".to_vec());
    changes.put("deep/c", b"2".to_vec());
    changes.remove("b");
    (temp, state, changes)
}

/// Paths and contents of the whole folder, hidden ones included.
fn tree(state: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(state)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(state).unwrap().to_string_lossy().into_owned();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn is(state: &Path, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    assert_eq!(tree(state), expected);
}

const OLD: &[(&str, &str)] = &[("a", "1"), ("b", "1")];
const NEW: &[(&str, &str)] = &[("a", "2"), ("deep/c", "2")];

#[test]
fn changes_come_into_the_state_together_with_the_site() {
    let (_temp, state, changes) = state();
    let pending = Pending::write(&state, &changes, ticket()).unwrap().unwrap();
    assert_eq!(fs::read_to_string(state.join("a")).unwrap(), "1");
    assert!(waits(&state));
    pending.commit().unwrap();
    is(&state, NEW);
    assert!(!waits(&state));
    // What the state has already is no change.
    assert!(Pending::write(&state, &changes, ticket()).unwrap().is_none());
    assert!(!waits(&state));
    assert!(Pending::write(&state.join("none"), &Changes::default(), ticket()).unwrap().is_none());
    assert!(!state.join("none").exists());
}

#[test]
fn a_recovery_asks_the_output_which_way_to_go() {
    for published in [true, false] {
        let (_temp, state, changes) = state();
        drop(Pending::write(&state, &changes, ticket()).unwrap());
        let asked = |found: &Ticket| {
            assert_eq!(*found, ticket());
            Ok(published)
        };
        let recovered = recover(&state, &asked).unwrap();
        assert_eq!(recovered, if published { Recovered::Forward } else { Recovered::Discarded });
        is(&state, if published { NEW } else { OLD });
        assert_eq!(recover(&state, &|_| panic!("nothing is pending")).unwrap(), Recovered::Nothing);
    }
}

#[test]
fn a_recovery_that_was_cut_short_goes_on() {
    let (_temp, state, changes) = state();
    drop(Pending::write(&state, &changes, ticket()).unwrap());
    // As a kill after the first rename leaves it: the changes are listed in the order of their paths.
    fs::rename(state.join(".pending/0"), state.join("a")).unwrap();
    assert_eq!(recover(&state, &|_| Ok(true)).unwrap(), Recovered::Forward);
    is(&state, NEW);
    // Without its record, whatever waits is nothing; nobody is asked.
    drop(
        Pending::write(
            &state,
            &{
                let mut changes = Changes::default();
                changes.put("a", b"3".to_vec());
                changes
            },
            ticket(),
        )
        .unwrap(),
    );
    fs::remove_file(state.join(".pending/record.json")).unwrap();
    assert_eq!(recover(&state, &|_| panic!("there is no record")).unwrap(), Recovered::Cleaned);
    is(&state, NEW);
}

#[test]
fn a_damaged_set_is_never_applied_by_halves() {
    for (file, bytes) in [
        ("record.json", "{"),
        (
            "record.json",
            "{\"format\":2,\"ticket\":{\"release_id\":\"\",\"card_sha256\":\"\",\"output\":\"\",\"staging\":\"\"},\"changes\":[]}",
        ),
        (
            "record.json",
            "{\"format\":1,\"ticket\":{\"release_id\":\"\",\"card_sha256\":\"\",\"output\":\"\",\"staging\":\"\"},\"changes\":[{\"path\":\"../x\",\"hash\":null}]}",
        ),
        ("2", "torn"),
    ] {
        let (temp, state, changes) = state();
        fs::write(temp.path().join("x"), "mine").unwrap();
        drop(Pending::write(&state, &changes, ticket()).unwrap());
        fs::write(state.join(".pending").join(file), bytes).unwrap();
        let problem = recover(&state, &|_| Ok(true)).unwrap_err();
        assert_eq!(problem.kind(), Kind::Refused, "{file}");
        assert!(problem.hint_text().unwrap().contains("backup"));
        assert_eq!(fs::read_to_string(state.join("a")).unwrap(), "1", "{file}");
        assert!(state.join("b").exists() && temp.path().join("x").exists(), "{file}");
    }
    // What is damaged and was never published may go.
    let (_temp, state, changes) = state();
    drop(Pending::write(&state, &changes, ticket()).unwrap());
    fs::write(state.join(".pending/2"), "torn").unwrap();
    assert_eq!(recover(&state, &|_| Ok(false)).unwrap(), Recovered::Discarded);
    is(&state, OLD);
}

#[cfg(unix)]
#[test]
fn the_state_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let (_temp, state, changes) = state();
    let mode = |path: &str| state.join(path).metadata().unwrap().permissions().mode() & 0o777;
    let pending = Pending::write(&state, &changes, ticket()).unwrap().unwrap();
    assert_eq!(
        (mode(""), mode(".pending"), mode(".pending/0"), mode(".pending/record.json")),
        (0o700, 0o700, 0o600, 0o600)
    );
    pending.commit().unwrap();
    assert_eq!((mode("a"), mode("deep"), mode("deep/c")), (0o600, 0o700, 0o600));
}
