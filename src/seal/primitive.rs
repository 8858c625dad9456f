//! Deterministic authenticated encryption from standard parts: HMAC-SHA256, HKDF-SHA256 (RFC 5869), AES-256-GCM
//! (NIST SP 800-38D).
//!
//! The tag is a MAC over everything that goes in; key and nonce are derived from the scope's key and the tag. Two
//! different messages therefore never meet under one key and nonce (the idea of SIV, Rogaway and Shrimpton 2006), and
//! no random numbers are needed while building.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use crate::problem::{Problem, Result};

/// 32 secret bytes; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(super) [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    pub fn new(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    /// From the system's source of randomness.
    pub fn random() -> Result<Secret> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Problem::failed(format!("the system gives no random numbers: {error}")))?;
        Ok(Secret(bytes))
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key of its own for each purpose and each list of names.
    pub fn derive(&self, purpose: &str, names: &[&str]) -> Secret {
        let mut info = vec![purpose.as_bytes()];
        info.extend(names.iter().map(|name| name.as_bytes()));
        Secret(expand::<32>(&self.0, b"", &fields(&info)))
    }

    /// A short name for the key that gives nothing of it away.
    pub fn name(&self) -> String {
        hex(&expand::<8>(&self.0, b"", b"storebook key name"))
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        // The value itself must not reach a message.
        bytes.map(Secret).ok_or_else(|| serde::de::Error::custom("a key is 32 bytes in base64"))
    }
}

/// A sealed message: the tag stands in clear beside the ciphertext, which ends with the 16 bytes of GCM's own tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub tag: [u8; 32],
    pub bytes: Vec<u8>,
}

/// Seals `plain` under `key`. `about` is authenticated with it and must be known to the reader. `mac` is known to the
/// builder alone.
pub fn seal(mac: &Secret, key: &Secret, about: &[&str], plain: &[u8]) -> Result<Sealed> {
    let about = about_fields(about);
    let mut hmac = Hmac::<Sha256>::new_from_slice(&mac.0).map_err(|_| impossible())?;
    hmac.update(&about);
    hmac.update(plain);
    let tag: [u8; 32] = hmac.finalize().into_bytes().into();
    let (cipher, nonce) = cipher(key, &tag)?;
    let bytes = cipher.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &about }).map_err(|_| impossible())?;
    Ok(Sealed { tag, bytes })
}

/// Opens what [`seal`] made; `None` when the key is another one or anything was changed.
pub fn open(key: &Secret, about: &[&str], sealed: &Sealed) -> Option<Vec<u8>> {
    let (cipher, nonce) = cipher(key, &sealed.tag).ok()?;
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: &sealed.bytes, aad: &about_fields(about) }).ok()
}

fn cipher(key: &Secret, tag: &[u8; 32]) -> Result<(Aes256Gcm, [u8; 12])> {
    let both = expand::<44>(&key.0, tag, b"storebook message");
    let (key, nonce) = both.split_at(32);
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| impossible())?;
    Ok((cipher, nonce.try_into().map_err(|_| impossible())?))
}

/// HKDF-SHA256. Lengths here are far below the limit of 8,160 bytes, the only thing that can fail.
pub(super) fn expand<const N: usize>(key: &[u8], salt: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let expanded = Hkdf::<Sha256>::new(Some(salt), key).expand(info, &mut out);
    debug_assert!(expanded.is_ok());
    out
}

fn about_fields(about: &[&str]) -> Vec<u8> {
    fields(&about.iter().map(|field| field.as_bytes()).collect::<Vec<_>>())
}

/// Each field after its length in four bytes, the highest first: no two lists give the same bytes.
fn fields(list: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in list {
        out.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(*field);
    }
    out
}

fn impossible() -> Problem {
    Problem::failed("a page could not be sealed: it is larger than AES-GCM takes")
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a hexadecimal text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    // A sign before a digit is a number to Rust, and no pair of digits.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hkdf_is_that_of_rfc_5869() {
        // RFC 5869, appendix A.1 and A.3.
        let okm = expand::<42>(
            &[0x0b; 22],
            &unhex("000102030405060708090a0b0c").unwrap(),
            &unhex("f0f1f2f3f4f5f6f7f8f9").unwrap(),
        );
        assert_eq!(hex(&okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
        let okm = expand::<42>(&[0x0b; 22], b"", b"");
        assert_eq!(hex(&okm), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_its_words_only() {
        let (mac, key, other) = (Secret([1; 32]), Secret([2; 32]), Secret([3; 32]));
        let sealed = seal(&mac, &key, &["page", "a/"], b"hello").unwrap();
        assert_eq!(open(&key, &["page", "a/"], &sealed).unwrap(), b"hello");
        assert_eq!(open(&other, &["page", "a/"], &sealed), None);
        assert_eq!(open(&key, &["page", "b/"], &sealed), None);
        // The border between two fields is part of what is authenticated.
        assert_eq!(open(&key, &["pagea", "/"], &sealed), None);
        for at in 0..sealed.bytes.len() {
            let mut wrong = sealed.clone();
            wrong.bytes[at] ^= 1;
            assert_eq!(open(&key, &["page", "a/"], &wrong), None);
        }
        assert_eq!(seal(&mac, &key, &["page", "a/"], b"hello").unwrap(), sealed);
        let changed = seal(&mac, &key, &["page", "a/"], b"hellp").unwrap();
        assert_ne!((changed.tag, changed.bytes), (sealed.tag, sealed.bytes));
    }

    #[test]
    fn the_vector_of_the_documentation() {
        // docs/sealing.md, worked out with WebCrypto in Node.
        let about = ["storebook page", "1", "a/index.html", "store:S001", "1"];
        let sealed = seal(&Secret([1; 32]), &Secret([2; 32]), &about, b"hello").unwrap();
        assert_eq!(hex(&sealed.tag), "2286b5e35cf5f141906a46d9c6bd0688b370072091e4211526d42c8ec64764f6");
        assert_eq!(hex(&sealed.bytes), "1e24bfce0e49a4ad0f20dba5993b53210e3eab5877");
        assert_eq!(Secret([2; 32]).name(), "da70a1d4577975e1");
    }

    #[test]
    fn keys_do_not_show_themselves() {
        let key = Secret([7; 32]);
        assert!(!format!("{key:?}").contains('7'));
        let error = serde_json::from_str::<Secret>("\"c2VjcmV0\"").unwrap_err().to_string();
        assert!(error.contains("32 bytes") && !error.contains("c2VjcmV0"), "{error}");
        assert_eq!(serde_json::from_str::<Secret>(&serde_json::to_string(&key).unwrap()).unwrap(), key);
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("+a"), None);
    }
}
