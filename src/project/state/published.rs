//! `state/published.json`: the release that stands, and those before it, each with the last summary of its time.
//!
//! A rollback leads to an older release. What later builds compare themselves with must follow: the summaries that
//! came after it go. What is only ever added to (people, closed months) stays: an id that was shown once is never
//! given again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Changes;
use crate::problem::{Problem, Result};

const FILE: &str = "published.json";
/// Summaries of releases, `000001.json` and so on.
const SUMMARIES: &str = "releases";
/// More releases than any output keeps.
const MOST: usize = 100;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Published {
    /// The last one is the one that stands.
    releases: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    release_id: String,
    /// The newest summary when it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

/// Adds the record of a release that is about to be published with these changes.
pub fn record(state: &Path, release_id: &str, changes: &mut Changes) -> Result<()> {
    let mut names = summaries(state);
    for (path, bytes) in &changes.files {
        if let Some(name) = path.strip_prefix(SUMMARIES).and_then(|rest| rest.strip_prefix('/')) {
            if bytes.is_some() {
                names.insert(name.to_owned());
            } else {
                names.remove(name);
            }
        }
    }
    put(state, Entry { release_id: release_id.to_owned(), summary: names.last().cloned() }, changes)
}

/// Makes an older release the one that stands.
pub fn put_back(state: &Path, release_id: &str, changes: &mut Changes) -> Result<()> {
    let known = read(state).releases.into_iter().rev().find(|entry| entry.release_id == release_id);
    let entry = known.unwrap_or_else(|| Entry { release_id: release_id.to_owned(), summary: None });
    if let Some(last) = &entry.summary {
        for name in summaries(state).into_iter().filter(|name| name > last) {
            changes.remove(&format!("{SUMMARIES}/{name}"));
        }
    }
    put(state, entry, changes)
}

fn put(state: &Path, entry: Entry, changes: &mut Changes) -> Result<()> {
    let mut published = read(state);
    published.releases.retain(|other| other.release_id != entry.release_id);
    published.releases.push(entry);
    let surplus = published.releases.len().saturating_sub(MOST);
    published.releases.drain(..surplus);
    let mut bytes = serde_json::to_vec_pretty(&published)
        .map_err(|error| Problem::failed(format!("{FILE} cannot be written: {error}")))?;
    bytes.push(b'\n');
    changes.put(FILE, bytes);
    Ok(())
}

/// A damaged file counts as none: it only helps a rollback to choose what later builds compare themselves with.
fn read(state: &Path) -> Published {
    let bytes = fs::read(state.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Names of equal length, so that their order is that of their numbers.
fn summaries(state: &Path) -> BTreeSet<String> {
    let entries = state.join(SUMMARIES).read_dir().into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".json") && name.len() == "000001.json".len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(state: &Path, changes: &Changes) {
        for (path, bytes) in &changes.files {
            let path = state.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
    }

    #[test]
    fn a_rollback_takes_the_summaries_after_its_release_away_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let state = temp.path();
        fs::write(state.join("people.csv"), "x").unwrap();
        for (release, summary) in [("aa", "000001"), ("bb", "000002"), ("cc", "000003")] {
            let mut changes = Changes::default();
            changes.put(&format!("releases/{summary}.json"), b"{}".to_vec());
            record(state, release, &mut changes).unwrap();
            apply(state, &changes);
        }
        let mut changes = Changes::default();
        put_back(state, "bb", &mut changes).unwrap();
        apply(state, &changes);
        assert_eq!(summaries(state).into_iter().collect::<Vec<_>>(), ["000001.json", "000002.json"]);
        let ids: Vec<String> = read(state).releases.into_iter().map(|entry| entry.release_id).collect();
        assert_eq!(ids, ["aa", "cc", "bb"]);
        // A release nobody has a record of, such as one from before there were records.
        let mut changes = Changes::default();
        put_back(state, "zz", &mut changes).unwrap();
        apply(state, &changes);
        assert_eq!(summaries(state).len(), 2);
        assert!(state.join("people.csv").exists());
    }
}
