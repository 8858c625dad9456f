//! The summaries of the last releases, one file each: `state/releases/000001.json` and so on.

use std::collections::BTreeMap;
use std::path::Path;

use super::summary::{FORMAT, Summary};
use crate::problem::{Problem, Result};
use crate::project::state::Changes;

/// Summaries that are kept.
const KEPT: usize = 30;
/// Of these, the newest keep their files, columns and months: a baseline is always one of them.
const WHOLE: usize = 2;
const FOLDER: &str = "releases";

/// The summaries by their number; higher is newer.
#[derive(Debug, Clone, Default)]
pub struct History {
    entries: BTreeMap<u64, Summary>,
}

impl History {
    /// Reads the history of a project; empty before the first release.
    ///
    /// # Errors
    /// A summary that cannot be read: without it a build would not notice that data are gone.
    pub fn read(state: &Path) -> Result<History> {
        let folder = state.join(FOLDER);
        let files = match std::fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(History::default()),
            Err(error) => return Err(Problem::io("read the summaries of the releases", &folder, &error)),
        };
        let mut entries = BTreeMap::new();
        for file in files {
            let file = file.map_err(|error| Problem::io("read the summaries of the releases", &folder, &error))?;
            let name = file.file_name().to_string_lossy().into_owned();
            let Some(number) = name.strip_suffix(".json").and_then(|number| number.parse().ok()) else { continue };
            entries.insert(number, read(&file.path())?);
        }
        Ok(History { entries })
    }

    /// The last release.
    pub fn newest(&self) -> Option<&Summary> {
        self.entries.values().next_back()
    }

    /// The newest release of other data than these.
    pub fn baseline(&self, digest: &str) -> Option<&Summary> {
        self.entries.values().rev().find(|entry| entry.digest != digest)
    }

    /// The releases of other data than these, oldest first, with their numbers.
    pub fn others(&self, digest: &str) -> impl Iterator<Item = (u64, &Summary)> {
        let digest = digest.to_owned();
        self.entries.iter().filter(move |(_, entry)| entry.digest != digest).map(|(number, entry)| (*number, entry))
    }

    /// Adds a release, or replaces the newest one of the same data; drops what is too old.
    pub fn record(&self, summary: &Summary, changes: &mut Changes) -> Result<()> {
        let last = self.entries.last_key_value();
        let number = match last {
            Some((number, newest)) if newest.digest == summary.digest => *number,
            Some((number, _)) => number + 1,
            None => 1,
        };
        changes.put(&path(number), summary.to_bytes()?);
        let older: Vec<(&u64, &Summary)> = self.entries.range(..number).rev().collect();
        for (age, (number, entry)) in older.into_iter().enumerate() {
            if age + 1 >= KEPT {
                changes.remove(&path(*number));
            } else if age + 1 >= WHOLE {
                let slim = entry.clone().slim();
                if slim != *entry {
                    changes.put(&path(*number), slim.to_bytes()?);
                }
            }
        }
        Ok(())
    }
}

fn path(number: u64) -> String {
    format!("{FOLDER}/{number:06}.json")
}

fn read(file: &Path) -> Result<Summary> {
    let bytes = std::fs::read(file).map_err(|error| Problem::io("read the summary of a release", file, &error))?;
    let broken = |fault: String| {
        Problem::failed(format!("this is not a summary of a release: {fault}"))
            .at(file)
            .hint("take the file from a backup; without it the build cannot be compared with the release before")
    };
    let summary: Summary = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    if summary.format != FORMAT {
        return Err(broken(format!("format {} is not known to this version", summary.format)));
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::summary::FileFacts;

    fn summary(digest: &str) -> Summary {
        let files = BTreeMap::from([("data/a.csv".to_owned(), FileFacts::default())]);
        Summary { format: FORMAT, digest: digest.into(), files, ..Summary::default() }
    }

    fn publish(state: &Path, digest: &str) {
        let mut changes = Changes::default();
        History::read(state).unwrap().record(&summary(digest), &mut changes).unwrap();
        changes.apply(state).unwrap();
    }

    #[test]
    fn the_same_data_replace_the_newest_entry_and_keep_its_baseline() {
        let state = tempfile::tempdir().unwrap();
        for digest in ["a", "b", "b"] {
            publish(state.path(), digest);
        }
        let history = History::read(state.path()).unwrap();
        assert_eq!(history.entries.len(), 2);
        assert_eq!(history.baseline("b").map(|entry| entry.digest.as_str()), Some("a"));
        assert_eq!(history.baseline("c").map(|entry| entry.digest.as_str()), Some("b"));
        // Back to the first data: compared with the release in between.
        assert_eq!(history.baseline("a").map(|entry| entry.digest.as_str()), Some("b"));
    }

    #[test]
    fn the_history_is_bounded_and_only_the_newest_entries_keep_their_files() {
        let state = tempfile::tempdir().unwrap();
        for number in 0..40 {
            publish(state.path(), &format!("d{number}"));
        }
        let history = History::read(state.path()).unwrap();
        assert_eq!(history.entries.keys().copied().collect::<Vec<_>>(), (11..=40).collect::<Vec<u64>>());
        let whole: Vec<u64> =
            history.entries.iter().filter(|(_, entry)| !entry.files.is_empty()).map(|(number, _)| *number).collect();
        assert_eq!(whole, [39, 40]);
    }

    #[test]
    fn a_damaged_summary_is_named() {
        let state = tempfile::tempdir().unwrap();
        std::fs::create_dir(state.path().join(FOLDER)).unwrap();
        for text in ["", "{", "[]", "{\"format\": 99}"] {
            std::fs::write(state.path().join(FOLDER).join("000001.json"), text).unwrap();
            let problem = History::read(state.path()).unwrap_err();
            assert!(problem.to_string().contains("000001.json"), "{problem}");
        }
    }
}
