//! Cuts the files of a table, in their order, into chunks of some hundred thousand rows.
//!
//! A chunk's files are read in one go and stored in one file. Where a cut falls depends on the files beside it alone,
//! so a changed, new or deleted file moves no cut but its own, and only its chunk is written anew.

/// Rows of a chunk on average, and at most (but for one large file).
const USUAL: u64 = 150_000;
const MOST: u64 = 450_000;
const FILES: usize = 1500;

/// Ranges of files, in order; each file is its name and its number of rows.
pub fn cut<'a>(files: impl Iterator<Item = (&'a str, u64)>) -> Vec<std::ops::Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut rows, mut end) = (0, 0, 0);
    for (at, (name, more)) in files.enumerate() {
        // A file that would burst the chunk begins the next one.
        if at > start && rows + more > MOST {
            chunks.push(start..at);
            (start, rows) = (at, 0);
        }
        (rows, end) = (rows + more, at + 1);
        if end - start >= FILES || draw(name) < more {
            chunks.push(start..end);
            (start, rows) = (end, 0);
        }
    }
    if start < end {
        chunks.push(start..end);
    }
    chunks
}

/// A number below `USUAL` that the name alone decides: a file of n rows ends a chunk with a chance of n / `USUAL`.
fn draw(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    let bytes = hash.as_bytes();
    u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], 0, 0]) % USUAL
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(count: usize, rows: u64) -> Vec<(String, u64)> {
        (0..count).map(|at| (format!("pos/{at}.csv"), rows)).collect()
    }
    fn cuts(files: &[(String, u64)]) -> Vec<std::ops::Range<usize>> {
        cut(files.iter().map(|(name, rows)| (name.as_str(), *rows)))
    }

    #[test]
    fn chunks_cover_every_file_once_and_stay_small() {
        assert!(cuts(&[]).is_empty());
        let files = files(6000, 800);
        let chunks = cuts(&files);
        assert_eq!(chunks[0].start, 0);
        assert!(chunks.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(chunks.last().unwrap().end, 6000);
        assert!(chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() as u64 * 800 <= MOST));
    }

    #[test]
    fn a_new_file_moves_no_cut_but_its_own() {
        let before = files(3000, 800);
        let mut after = before.clone();
        after.insert(1500, ("pos/new.csv".into(), 800));
        let names = |files: &[(String, u64)]| -> Vec<String> {
            cuts(files).iter().map(|chunk| files[chunk.end - 1].0.clone()).collect()
        };
        let (before, after) = (names(&before), names(&after));
        let lost = before.iter().filter(|name| !after.contains(name)).count();
        assert!(lost <= 3, "{lost} of {} cuts moved", before.len());
    }

    #[test]
    fn a_large_file_is_a_chunk_of_its_own() {
        let files = [("a".to_owned(), 5_000_000), ("b".to_owned(), 5_000_000), ("c".to_owned(), 10)];
        assert_eq!(cuts(&files), [0..1, 1..2, 2..3]);
    }
}
