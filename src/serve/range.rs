//! `Range: bytes=…` (RFC 9110, section 14): one range of one file.

/// What of a file to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    Whole,
    /// First byte and length, which is at least 1.
    Part(u64, u64),
    /// No byte of the file lies in the range.
    Outside,
}

/// Reads the header. What is not understood, and more than one range, is the whole file, as the RFC allows.
pub fn slice(header: Option<&str>, size: u64) -> Slice {
    let Some(text) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Slice::Whole };
    let Some((first, last)) = text.trim().split_once('-') else { return Slice::Whole };
    let number = |text: &str| -> Option<Option<u64>> {
        if text.is_empty() {
            return Some(None);
        }
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
    };
    match (number(first), number(last)) {
        (Some(Some(first)), Some(last)) => {
            let last = last.unwrap_or(u64::MAX).min(size.saturating_sub(1));
            match (first < size, first <= last) {
                (true, true) => Slice::Part(first, last - first + 1),
                (true, false) => Slice::Whole,
                (false, _) => Slice::Outside,
            }
        }
        (Some(None), Some(Some(0))) => Slice::Outside,
        (Some(None), Some(Some(_))) if size == 0 => Slice::Outside,
        (Some(None), Some(Some(tail))) => {
            let length = tail.min(size);
            Slice::Part(size - length, length)
        }
        _ => Slice::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_by_the_book() {
        for (header, expected) in [
            ("bytes=0-0", Slice::Part(0, 1)),
            ("bytes=2-5", Slice::Part(2, 4)),
            ("bytes=8-", Slice::Part(8, 2)),
            ("bytes=8-99", Slice::Part(8, 2)),
            ("bytes=-3", Slice::Part(7, 3)),
            ("bytes=-99", Slice::Part(0, 10)),
            ("bytes=10-", Slice::Outside),
            ("bytes=-0", Slice::Outside),
            ("bytes=99999999999999999999-", Slice::Outside),
            ("bytes=5-2", Slice::Whole),
            ("bytes=-", Slice::Whole),
            ("bytes=0-1,3-4", Slice::Whole),
            ("bytes=a-b", Slice::Whole),
            ("lines=0-1", Slice::Whole),
            ("bytes=+1-2", Slice::Whole),
        ] {
            assert_eq!(slice(Some(header), 10), expected, "{header}");
        }
        assert_eq!(slice(None, 10), Slice::Whole);
        assert_eq!(slice(Some("bytes=0-"), 0), Slice::Outside);
        assert_eq!(slice(Some("bytes=-5"), 0), Slice::Outside);
    }
}
