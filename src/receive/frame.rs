//! Frames: how submissions stand in a segment of the log, so that whatever ends the program in the middle of a write, what
//! was written before can still be told from what was not.
//!
//! A frame is `SBF1`, the length of the payload and a CRC-32 (IEEE 802.3) of length and payload, both as 32 bits little
//! endian, then the payload. A payload is JSON, which never holds the zero bytes that every length has, so that no text
//! somebody submits can be taken for a frame.

use std::ops::Range;

/// What every frame begins with.
const MAGIC: &[u8; 4] = b"SBF1";
/// Bytes before the payload.
const HEAD: usize = 12;
/// Bytes of a payload; below 2^24, so that the last byte of a length is zero.
pub const LONGEST: usize = 256 * 1024;

/// What a segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The payloads, in order.
    pub payloads: Vec<Range<usize>>,
    /// Bytes up to the end of the last whole frame; what follows was being written when something ended the program.
    pub whole: usize,
    /// Places between whole frames that are none: not a torn write but damage.
    pub damage: Vec<Range<usize>>,
}

/// Puts a frame around `payload`.
///
/// # Errors
/// The payload's length, where it is longer than [`LONGEST`].
pub fn put(out: &mut Vec<u8>, payload: &[u8]) -> Result<(), usize> {
    let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= LONGEST).ok_or(payload.len())?;
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&sum(length, payload).to_le_bytes());
    out.extend_from_slice(payload);
    Ok(())
}

/// Finds the frames of a segment.
pub fn scan(bytes: &[u8]) -> Scan {
    let mut found = Scan { payloads: Vec::new(), whole: 0, damage: Vec::new() };
    let mut at = 0;
    while let Some((start, payload)) = next(bytes, at) {
        if start > at {
            found.damage.push(at..start);
        }
        at = payload.end;
        found.whole = at;
        found.payloads.push(payload);
    }
    found
}

/// The next whole frame from `from` on: where it begins, and its payload.
fn next(bytes: &[u8], from: usize) -> Option<(usize, Range<usize>)> {
    let mut at = from;
    loop {
        if let Some(payload) = frame(bytes, at) {
            return Some((at, payload));
        }
        let rest = bytes.get(at + 1..)?;
        at += 1 + rest.windows(MAGIC.len()).position(|window| window == MAGIC)?;
    }
}

fn frame(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let head = bytes.get(at..at.checked_add(HEAD)?)?;
    if &head[..4] != MAGIC {
        return None;
    }
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let length = number(4);
    let size = usize::try_from(length).ok().filter(|size| *size <= LONGEST)?;
    let payload = at + HEAD..at + HEAD + size;
    (sum(length, bytes.get(payload.clone())?) == number(8)).then_some(payload)
}

fn sum(length: u32, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(payloads: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for payload in payloads {
            put(&mut bytes, payload).expect("it is short enough");
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    fn texts(bytes: &[u8], scan: &Scan) -> Vec<Vec<u8>> {
        scan.payloads.iter().map(|payload| bytes[payload.clone()].to_vec()).collect()
    }

    /// `123456789` has the CRC-32 CBF43926 by every catalogue; here four bytes of the length, 01 00 00 00, and `a` are
    /// summed, for which Python's `zlib.crc32(b"\x01\0\0\0a")` gives C1F78F63.
    #[test]
    fn a_frame_is_as_it_is_described() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        let (bytes, _) = segment(&[b"a".to_vec()]);
        let sum = 0xC1F7_8F63_u32.to_le_bytes();
        assert_eq!(bytes, [b"SBF1".as_slice(), &[1, 0, 0, 0], &sum, b"a"].concat());
    }

    #[test]
    fn a_payload_that_is_too_long_is_no_frame() {
        let mut bytes = Vec::new();
        assert_eq!(put(&mut bytes, &vec![b'x'; LONGEST + 1]), Err(LONGEST + 1));
        assert!(bytes.is_empty());
        assert_eq!(put(&mut bytes, &vec![b'x'; LONGEST]), Ok(()));
        assert_eq!(scan(&bytes).payloads.len(), 1);
    }

    #[test]
    fn damage_in_the_middle_costs_the_frames_it_touches_only() {
        let (mut bytes, ends) = segment(&[b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
        bytes[ends[0] + HEAD] ^= 1;
        let found = scan(&bytes);
        assert_eq!(texts(&bytes, &found), [b"one".to_vec(), b"three".to_vec()]);
        let damaged = ends[0]..ends[1];
        assert_eq!(found.damage, std::slice::from_ref(&damaged));
        assert_eq!(found.whole, ends[2]);
    }

    proptest! {
        #[test]
        fn whatever_is_torn_off_the_frames_before_it_stand(
            payloads in proptest::collection::vec(proptest::collection::vec(1_u8.., 0..40), 1..8), cut in 0.0..1.0_f64,
            rubbish in proptest::collection::vec(any::<u8>(), 0..30),
        ) {
            let (bytes, ends) = segment(&payloads);
            let cut = (bytes.len() as f64 * cut) as usize;
            let kept = ends.iter().filter(|end| **end <= cut).count();
            // A file system may leave zeros, or what stood there before.
            let torn = [&bytes[..cut], &rubbish].concat();
            let found = scan(&torn);
            prop_assert!(found.payloads.len() >= kept);
            prop_assert_eq!(&texts(&torn, &found)[..kept], &payloads[..kept]);
            if rubbish.is_empty() {
                prop_assert_eq!(found.payloads.len(), kept);
                prop_assert_eq!(found.whole, if kept == 0 { 0 } else { ends[kept - 1] });
            }
            prop_assert!(found.damage.is_empty() || !rubbish.is_empty());
        }

        #[test]
        fn no_bytes_bring_the_program_down(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let found = scan(&bytes);
            prop_assert!(found.whole <= bytes.len());
        }
    }
}
