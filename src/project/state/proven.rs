//! `state/backup.json`: the last restore that was proven, and the one file of the state that no publish writes.
//!
//! A drill says something about the project as it stands, and there may be no publish for weeks that could carry it. The
//! exception is safe: no build ever changes this file, so the two writers cannot meet; it is written under the
//! project's lock and replaced in one step. For builds it is input like the rest of the state.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Result};
use crate::project::lock::Lock;
use crate::project::private;

/// Below `state/`.
const FILE: &str = "backup.json";
/// Its name among the notes of a release's card.
const NOTE: &str = "last_drill";

/// A restore that gave the published book again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// The day of the drill in the project's time zone, `YYYY-MM-DD`.
    pub last_drill: String,
    /// Id of the snapshot that was restored.
    pub snapshot: String,
    /// Files of the book that came out as they were published.
    pub files: u64,
}

impl Proven {
    /// The record of a project. One that cannot be read proves nothing.
    pub fn read(state: &Path) -> Option<Proven> {
        let file = state.join(FILE);
        let text = fs::read_to_string(&file).ok()?;
        let proven = Proven::parse(&text);
        if proven.is_none() {
            tracing::warn!(file = %file.display(), "not a record of a proven restore: it counts as none");
        }
        proven
    }

    fn parse(text: &str) -> Option<Proven> {
        let proven: Proven = serde_json::from_str(text).ok()?;
        proven.last_drill.parse::<jiff::civil::Date>().ok().map(|_| proven)
    }

    /// Writes the record; only the holder of the project's lock may.
    pub fn write(&self, state: &Path, lock: &Lock) -> Result<()> {
        lock.check()?;
        let file = state.join(FILE);
        let mut bytes = self.to_text()?.into_bytes();
        bytes.push(b'\n');
        let scratch = state.join(format!("{FILE}.tmp"));
        private::folder(state)
            .and_then(|()| private::write(&scratch, &bytes))
            .and_then(|()| fs::rename(&scratch, &file))
            .map_err(|error| Problem::io("record the drill", &file, &error))?;
        private::sync_folder(state);
        Ok(())
    }

    /// Makes the state say what the card of a release said; without a note, that nothing was ever proven.
    pub fn put_back(state: &Path, notes: &BTreeMap<String, String>) -> std::io::Result<()> {
        let file = state.join(FILE);
        match notes.get(NOTE) {
            Some(text) => private::folder(state).and_then(|()| private::write(&file, text.as_bytes())),
            None => match fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }

    /// What the card of a release says of it.
    pub fn into_note(self) -> (String, String) {
        // Three plain fields always make a text.
        (NOTE.to_owned(), self.to_text().unwrap_or_default())
    }

    fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Problem::failed(format!("record of the drill: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_proves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Proven::read(folder.path()), None);
        for text in ["", "{}", "{\"last_drill\":\"soon\",\"snapshot\":\"x\",\"files\":1}", "[]"] {
            fs::write(folder.path().join(FILE), text).unwrap();
            assert_eq!(Proven::read(folder.path()), None, "{text}");
        }
    }

    #[test]
    fn a_card_carries_the_record_there_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let proven = Proven { last_drill: "2026-11-05".into(), snapshot: "000001".into(), files: 7 };
        let notes = BTreeMap::from([proven.clone().into_note()]);
        Proven::put_back(folder.path(), &notes).unwrap();
        assert_eq!(Proven::read(folder.path()), Some(proven));
        Proven::put_back(folder.path(), &BTreeMap::new()).unwrap();
        assert_eq!(Proven::read(folder.path()), None);
    }
}
