//! Key files of any kind: a damaged one is refused in plain words, and whatever is taken can be used.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Grant, Role};
use crate::problem::Kind;

/// A key file with everything in it that one can hold; deriving its codes is slow, so it is made once.
fn file() -> &'static str {
    static FILE: OnceLock<String> = OnceLock::new();
    FILE.get_or_init(|| {
        let mut keys = Keys::create().unwrap();
        for (id, name) in [("owner", ""), ("service", "Fang \"F\" <Li>"), ("finance", "财务")] {
            let role = Some(Role::ALL.into_iter().find(|role| role.word() == id).unwrap());
            keys.grant(Grant { id: id.into(), name: name.into(), role, ..Grant::default() }, "2026-10-01").unwrap();
        }
        keys.revoke("finance", "2026-10-02").unwrap();
        keys.renew("store:S1");
        String::from_utf8(keys.to_bytes().unwrap()).unwrap()
    })
}

/// What a build does with keys it was given.
fn use_all(mut keys: Keys) {
    for audience in ["*", "hq", "store:S1"] {
        keys.renew(audience);
        assert!(keys.epoch(audience) > 1);
    }
    for person in &keys.people {
        assert!(person.is_active() == (person.code().is_some() && person.unlock().is_some()));
        assert!(person.unlock().is_none_or(|unlock| unlock.id.len() == 32));
    }
    let again = Keys::parse(&keys.to_bytes().unwrap()).unwrap();
    assert_eq!((again.fingerprint(), again.salt), (keys.fingerprint(), keys.salt));
}

/// No message holds a piece of a secret, and every message says what to do.
fn refused(problem: &Problem, text: &str) {
    assert_eq!(problem.kind(), Kind::Failed);
    let said = format!("{problem} {problem:?}");
    for secret in file().split('"').filter(|piece| piece.len() >= 32) {
        assert!(!said.contains(&secret[..8]), "{said}");
    }
    let lines = text.matches('\n').count() + 1;
    assert!(problem.place().and_then(|place| place.line).is_none_or(|line| (1..=lines).contains(&line)), "{said}");
}

proptest! {
    #[test]
    fn c47_any_bytes_are_no_keys(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[\\[\\]{}:,\"a-z0-9 \n]{0,200}".prop_map(String::into_bytes),
        (0..400_usize).prop_map(|depth| format!("{{\"people\":{}", "[".repeat(depth)).into_bytes()),
    ]) {
        let problem = Keys::parse(&bytes).unwrap_err();
        refused(&problem, &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn c47_a_changed_byte_of_a_secret_is_noticed(at in any::<prop::sample::Index>(), digit in "[0-9a-fA-F+/=\" ]") {
        let text = file();
        // The text of every value that is a key, a code, a salt or a name of a keyring.
        let secret = |piece: &&str| piece.len() >= 32 && !piece.contains(' ');
        let places: Vec<usize> = text
            .split('"')
            .filter(secret)
            .flat_map(|piece| {
                let start = piece.as_ptr() as usize - text.as_ptr() as usize;
                start..start + piece.len()
            })
            .collect();
        prop_assert!(places.len() > 400, "{}", places.len());
        let at = places[at.index(places.len())];
        prop_assume!(text[at..=at] != digit);
        let mut changed = text.to_owned();
        changed.replace_range(at..=at, &digit);
        let problem = Keys::parse(changed.as_bytes()).expect_err("a secret was changed");
        refused(&problem, text);
        prop_assert!(problem.hint_text().is_some_and(|hint| hint.contains("backup")));
    }

    #[test]
    fn c47_a_damaged_key_file_is_refused_or_usable(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[\\PC]{0,3}|4294967295|null|-1|\"\\.\\./x\""), 1..4),
    ) {
        let mut text: Vec<char> = file().chars().collect();
        for (at, cut, put) in edits {
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, put.chars());
        }
        let text: String = text.into_iter().collect();
        match Keys::parse(text.as_bytes()) {
            Ok(keys) => use_all(keys),
            Err(problem) => refused(&problem, &text),
        }
    }
}

#[test]
fn c47_keys_of_an_earlier_version_need_no_check_and_get_one() {
    let start = file().find(",\n  \"check\"").unwrap();
    let end = start + file()[start..].find("\n}").unwrap();
    let without = [&file()[..start], &file()[end..]].concat();
    assert!(!without.contains("check"));
    let keys = Keys::parse(without.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(keys.to_bytes().unwrap()).unwrap(), file());
    use_all(keys);
}

#[test]
fn c47_a_name_of_a_keyring_is_no_path() {
    let text = file();
    let name = text.split("\"id\": \"").find(|piece| piece.as_bytes()[..32].iter().all(u8::is_ascii_hexdigit)).unwrap();
    let start = text.find("\n  \"check\"").unwrap();
    let without = format!("{}\n}}", text[..start].trim_end_matches(','));
    assert!(Keys::parse(without.as_bytes()).is_ok());
    for wrong in ["../../../index", "", &name[..30], "\\\");alert(1);(\\\""] {
        assert!(Keys::parse(without.replace(&name[..32], wrong).as_bytes()).is_err(), "{wrong}");
    }
    // A count that would run over.
    assert!(Keys::parse(without.replace("\"store:S1\": 1", "\"store:S1\": 4294967295").as_bytes()).is_err());
    // Two people by one name: who is meant?
    assert!(
        Keys::parse(without.replace("\"service\",\n      \"name\"", "\"owner\",\n      \"name\"").as_bytes()).is_err()
    );
}
