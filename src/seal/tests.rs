//! The sealing format under attack: nothing that was changed opens, and everything that was packed comes out as it went
//! in.

use std::io::Read as _;

use proptest::prelude::*;

use super::envelope::pack;
use super::*;

fn secret() -> impl Strategy<Value = Secret> {
    any::<[u8; 32]>().prop_map(Secret::new)
}

/// Words about a message, as pages and keyrings have them.
fn about() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\PC{0,12}|storebook page|1|stores/[a-z0-9]{1,4}/index\\.html", 0..6)
}

/// A change of a list of bytes that is none of the kinds that leave it as it is.
#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    CutFront(prop::sample::Index),
    Extend(Vec<u8>),
    Insert(prop::sample::Index, u8),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => at().prop_map(Change::Cut),
        1 => at().prop_map(Change::CutFront),
        1 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Change::Extend),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        1 => (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(bytes: &[u8], change: &Change) -> Vec<u8> {
    let mut out = bytes.to_vec();
    match change {
        Change::Flip(at, bit) => out[at.index(bytes.len())] ^= 1 << bit,
        Change::Cut(at) => out.truncate(at.index(bytes.len())),
        Change::CutFront(at) => drop(out.drain(..=at.index(bytes.len()))),
        Change::Extend(more) => out.extend(more),
        Change::Insert(at, byte) => out.insert(at.index(bytes.len()), *byte),
        Change::Swap(one, other) => out.swap(one.index(bytes.len()), other.index(bytes.len())),
    }
    out
}

/// What a reader does with an opened message (docs/sealing.md, "Packing").
fn unpacked(packed: &[u8]) -> Vec<u8> {
    let length = u32::from_be_bytes(packed[..4].try_into().unwrap()) as usize;
    assert!(packed[4 + length..].iter().all(|byte| *byte == 0), "only zeros are padding");
    let mut message = Vec::new();
    flate2::read::DeflateDecoder::new(&packed[4..4 + length]).read_to_end(&mut message).unwrap();
    message
}

proptest! {
    #[test]
    fn c47_what_is_sealed_comes_out_as_it_went_in(
        (mac, key) in (secret(), secret()), about in about(), message in prop::collection::vec(any::<u8>(), 0..5000),
    ) {
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        let packed = pack(&message).unwrap();
        prop_assert_eq!(packed.len(), padded(packed.len()));
        let sealed = seal(&mac, &key, &about, &packed).unwrap();
        // GCM's tag is all that is added: the length of what is in it shows by its padding only.
        prop_assert_eq!(sealed.bytes.len(), packed.len() + 16);
        prop_assert_eq!(unpacked(&open(&key, &about, &sealed).unwrap()), message);
    }

    #[test]
    fn c47_no_changed_message_opens(
        (mac, key) in (secret(), secret()), message in prop::collection::vec(any::<u8>(), 0..200), change in change(),
    ) {
        let about = ["storebook page", VERSION, "stores/s001/index.html", "store:S001", "1"];
        let sealed = seal(&mac, &key, &about, &message).unwrap();
        let bytes = changed(&sealed.bytes, &change);
        if bytes != sealed.bytes {
            prop_assert_eq!(open(&key, &about, &Sealed { bytes, tag: sealed.tag }), None);
        }
        // The tag in clear makes key and nonce; it has its length by its type.
        if let Ok(tag) = <[u8; 32]>::try_from(changed(&sealed.tag, &change)) && tag != sealed.tag {
            prop_assert_eq!(open(&key, &about, &Sealed { tag, bytes: sealed.bytes.clone() }), None);
        }
        let wrong = changed(key.bytes(), &change);
        if let Ok(wrong) = <[u8; 32]>::try_from(wrong) && wrong != *key.bytes() {
            prop_assert_eq!(open(&Secret::new(wrong), &about, &sealed), None);
        }
        prop_assert!(open(&key, &about, &sealed).is_some());
    }

    #[test]
    fn c47_a_message_opens_with_its_own_words_only(
        (mac, key) in (secret(), secret()), own in about(), other in about(), cut in any::<prop::sample::Index>(),
    ) {
        let words = |list: &'_ [String]| list.to_vec();
        let own_words: Vec<&str> = own.iter().map(String::as_str).collect();
        let sealed = seal(&mac, &key, &own_words, b"page").unwrap();
        // Another list; the same text with its borders elsewhere; one field more or less.
        let mut others = vec![words(&other), [words(&own), vec![String::new()]].concat()];
        if !own.is_empty() {
            others.push(own[1..].to_vec());
            let mut moved = own.clone();
            let at = cut.index(own.len());
            let next = if at + 1 < own.len() { moved.remove(at + 1) } else { String::new() };
            moved[at].push_str(&next);
            others.push(moved);
        }
        for other in others.iter().filter(|other| **other != own) {
            let other: Vec<&str> = other.iter().map(String::as_str).collect();
            prop_assert_eq!(open(&key, &other, &sealed), None, "{:?}", other);
        }
    }

    #[test]
    fn c47_a_mistyped_code_is_none(
        bytes in any::<[u8; 16]>(), at in 0..27_usize, letter in "[0-9A-HJKMNP-TV-Z]", other in 0..27_usize,
    ) {
        let code = Code::new(bytes);
        let shown = code.shown();
        prop_assert_eq!(Code::read(&shown), Ok(code.clone()));
        prop_assert_eq!(Code::from_hex(&code.to_hex()), Some(code));
        let letters: Vec<char> = shown.replace('-', "").chars().collect();
        let typed = |letters: &[char]| Code::read(&letters.iter().collect::<String>());
        let mut wrong = letters.clone();
        wrong[at] = letter.chars().next().unwrap();
        if wrong != letters {
            prop_assert_eq!(typed(&wrong), Err(Fault::Check));
        }
        let mut swapped = letters.clone();
        swapped.swap(at, other);
        if swapped != letters {
            prop_assert_eq!(typed(&swapped), Err(Fault::Check));
        }
        let mut less = letters.clone();
        less.remove(at);
        prop_assert_eq!(typed(&less), Err(Fault::Length(26)));
    }

    #[test]
    fn c47_whatever_is_typed_is_answered(text in "\\PC{0,60}|.{0,40}|[0-9A-Za-z -]{20,40}") {
        if let Ok(code) = Code::read(&text) {
            prop_assert_eq!(Code::read(&code.shown()), Ok(code));
        }
        let _ = Code::from_hex(&text);
        if let Some(bytes) = unhex(&text) {
            prop_assert_eq!(hex(&bytes), text.to_ascii_lowercase());
        }
    }
}
