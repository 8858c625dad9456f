//! A page as it is sealed: title, body and downloads, packed, and padded so that its length says little.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;

use super::VERSION;
use super::primitive::{Sealed, Secret, seal};
use crate::problem::{Problem, Result};

/// What a reader with the key gets to see.
#[derive(Debug, Serialize)]
pub struct Page<'a> {
    pub title: &'a str,
    /// Class of the body element.
    pub class: &'a str,
    /// What stands in the body, without scripts.
    pub body: &'a str,
    /// The downloads beside the page, by the name their links use.
    pub files: Vec<Attached>,
}

/// A download.
#[derive(Debug, Serialize)]
pub struct Attached {
    pub name: String,
    /// Base 64.
    pub bytes: String,
}

impl Attached {
    pub fn new(name: &str, bytes: &[u8]) -> Attached {
        Attached { name: name.to_owned(), bytes: STANDARD.encode(bytes) }
    }
}

impl Page<'_> {
    /// Seals the page for the place `path` under the key of `scope` in its `epoch`.
    pub fn seal(&self, mac: &Secret, key: &Secret, path: &str, (scope, epoch): (&str, u32)) -> Result<Sealed> {
        let about = ["storebook page", VERSION, path, scope, &epoch.to_string()];
        seal(mac, key, &about, &pack(&serde_json::to_vec(self).map_err(|error| unwritable(&error))?)?)
    }
}

/// Length in four bytes, the deflated message (RFC 1951), zeros up to a size of few kinds. Packing comes first, because
/// nothing can be packed once it is sealed.
pub(super) fn pack(message: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(vec![0; 4], Compression::new(6));
    encoder.write_all(message).map_err(|error| unwritable(&error))?;
    let mut packed = encoder.finish().map_err(|error| unwritable(&error))?;
    let length = u32::try_from(packed.len() - 4).map_err(|error| unwritable(&error))?;
    packed[..4].copy_from_slice(&length.to_be_bytes());
    packed.resize(padded(packed.len()), 0);
    Ok(packed)
}

/// The length a message of `length` bytes is padded to: at least 2 KiB, then by Padmé (Nikitin et al. 2019, section 4.3),
/// which adds at most 12 % and leaves about log log n bits of the length to be seen.
pub fn padded(length: usize) -> usize {
    let length = length.max(2048);
    let exponent = length.ilog2();
    let bits = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - bits)) - 1;
    (length + mask) & !mask
}

fn unwritable(error: &dyn std::fmt::Display) -> Problem {
    Problem::failed(format!("a page could not be packed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn few_lengths_are_seen() {
        // Padmé by hand: 2^11 has E = 11, S = 4, so the last 7 bits are zero: steps of 128.
        assert_eq!(padded(1), 2048);
        assert_eq!(padded(2048), 2048);
        assert_eq!(padded(2049), 2176);
        // 100,000: E = 16, S = 5, steps of 2^11 = 2,048; 49 steps are 100,352.
        assert_eq!(padded(100_000), 100_352);
        assert!((1..200_000).all(|length| padded(length) >= length && padded(length) <= length.max(2048) * 112 / 100));
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        for message in [Vec::new(), b"page".repeat(10_000), vec![9; 3]] {
            let packed = pack(&message).unwrap();
            assert_eq!(packed.len(), padded(packed.len()));
            let length = u32::from_be_bytes(packed[..4].try_into().unwrap()) as usize;
            let mut back = Vec::new();
            flate2::read::DeflateDecoder::new(&packed[4..4 + length]).read_to_end(&mut back).unwrap();
            assert_eq!(back, message);
        }
    }
}
