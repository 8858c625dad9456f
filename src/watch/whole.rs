//! Whether a file in `data/` is whole: what is known of it, and what the markers beside it say.

use std::time::Duration;

use super::scan::{Kind, Scan, Stat};

/// One data file as it was last seen.
#[derive(Debug, Clone, Copy)]
pub struct Arriving {
    pub stat: Stat,
    /// Since when it has been like this.
    pub since: Duration,
    /// It is known to be whole without waiting.
    pub whole: bool,
}

/// Whether a marker says that the file is whole: `sales.csv.done`, or `.done`, `_DONE`, `_SUCCESS` in a folder above.
/// A marker older than the file speaks of an earlier drop.
pub fn marked(scan: &Scan, name: &str, stat: &Stat) -> bool {
    let newer = |marker: &str| {
        scan.entries.get(marker).is_some_and(|entry| entry.kind == Kind::Marker && entry.stat.modified >= stat.modified)
    };
    if [".done", ".DONE"].iter().any(|ending| newer(&format!("{name}{ending}"))) {
        return true;
    }
    let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
    folders
        .into_iter()
        .any(|folder| [".done", "_DONE", "_SUCCESS"].iter().any(|marker| newer(&format!("{folder}/{marker}"))))
}
