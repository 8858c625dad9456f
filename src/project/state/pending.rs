//! The changes of the state on their way: a crash must not leave a new site with an old state, nor the reverse.
//!
//! Before the swap the changed files are written to `state/.pending/` and, last, a record of them that names the
//! release. After the swap they are renamed into place. Whoever comes next after a kill finds the record and asks the
//! output: if it bears the release, the renames are completed, else everything is thrown away. Both can be repeated,
//! so a kill while recovering is nothing new.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Changes;
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
use crate::project::private;

const FOLDER: &str = ".pending";
const RECORD: &str = "record.json";
const FORMAT: u32 = 1;

/// The release the changes belong to, and how to tell whether it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub release_id: String,
    /// SHA-256 of the release's `release.json`: two releases with the same pages can differ in it.
    pub card_sha256: String,
    /// Absolute.
    pub output: PathBuf,
    /// The directory the new site waits in until the swap.
    pub staging: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: u32,
    ticket: Ticket,
    changes: Vec<Change>,
}

/// One file of the state; its bytes wait in `.pending/` under its position in the list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    path: String,
    /// BLAKE3 of the new bytes; `None` for a file that goes away.
    hash: Option<String>,
}

/// What [`recover`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// Nothing was pending.
    Nothing,
    /// The release stands in its output: the state was brought up to it.
    Forward,
    /// The release was never published: its changes are gone.
    Discarded,
    /// A record was not there yet, or not any more: nothing hung on what was left.
    Cleaned,
}

/// Changes that wait for their swap. Dropped without [`Pending::commit`], they wait on.
#[derive(Debug)]
pub struct Pending {
    state: PathBuf,
    record: Record,
}

impl Pending {
    /// Writes the changes beside the state, durable before this returns; `None` when the state has them all already.
    pub fn write(state: &Path, changes: &Changes, ticket: Ticket) -> Result<Option<Pending>> {
        let new = |path: &str, bytes: Option<&[u8]>| match (fs::read(state.join(path)), bytes) {
            (Ok(old), Some(new)) => old != new,
            (Err(error), None) => error.kind() != io::ErrorKind::NotFound,
            _ => true,
        };
        let files: Vec<_> = changes.files.iter().filter(|(path, bytes)| new(path, bytes.as_deref())).collect();
        if files.is_empty() {
            return Ok(None);
        }
        let folder = state.join(FOLDER);
        let written = private::folder(state).and_then(|()| private::folder(&folder)).and_then(|()| {
            failpoint("pending-folder");
            let mut list = Vec::new();
            for (at, (path, bytes)) in files.into_iter().enumerate() {
                if let Some(bytes) = bytes {
                    private::write(&folder.join(at.to_string()), bytes)?;
                }
                failpoint("pending-file");
                list.push(Change { path: path.clone(), hash: bytes.as_deref().map(hash) });
            }
            Ok(list)
        });
        let record = written.and_then(|changes| {
            let record = Record { format: FORMAT, ticket, changes };
            let bytes = serde_json::to_vec_pretty(&record)?;
            private::sync_folder(&folder);
            failpoint("pending-files");
            let scratch = folder.join("record.tmp");
            private::write(&scratch, &bytes)?;
            fs::rename(&scratch, folder.join(RECORD))?;
            private::sync_folder(&folder);
            private::sync_folder(state);
            failpoint("pending-record");
            Ok(record)
        });
        match record {
            Ok(record) => Ok(Some(Pending { state: state.to_path_buf(), record })),
            Err(error) => {
                let _ = remove(state);
                Err(Problem::io("write the pending state", &folder, &error))
            }
        }
    }

    /// Brings the changes into the state: to be called when the release is published.
    pub fn commit(self) -> Result<()> {
        failpoint("commit-begin");
        let hint = "the site is published; the next run of any command completes the state";
        self.forward().map_err(|problem| if problem.hint_text().is_some() { problem } else { problem.hint(hint) })
    }

    /// Renames every file into place. Those that a killed run brought there are told by their hash.
    fn forward(&self) -> Result<()> {
        let folder = self.state.join(FOLDER);
        let mut waiting = Vec::new();
        for (at, change) in self.record.changes.iter().enumerate() {
            let (from, to) = (folder.join(at.to_string()), self.state.join(&change.path));
            if let Some(wanted) = &change.hash {
                match (found(&from)?, found(&to)?) {
                    (Some(hash), _) if hash == *wanted => waiting.push((Some(from), to)),
                    (None, Some(hash)) if hash == *wanted => {}
                    _ => return Err(damaged(&from, "it is not what its record says")),
                }
            } else {
                waiting.push((None, to));
            }
        }
        let io = |path: &Path, error: &io::Error| Problem::io("write the state", path, error);
        for (from, to) in waiting {
            let parent = to.parent().unwrap_or(&self.state);
            private::folder(parent).map_err(|error| io(parent, &error))?;
            let done = match from {
                Some(from) => fs::rename(from, &to),
                None => fs::remove_file(&to),
            };
            match done {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(&to, &error)),
                _ => private::sync_folder(parent),
            }
            failpoint("commit-file");
        }
        failpoint("commit-files");
        remove(&self.state).map_err(|error| io(&folder, &error))
    }
}

/// Settles what a killed publish left: `published` says whether the release stands in its output.
///
/// Only the holder of the project's lock may call this.
pub fn recover(state: &Path, published: &dyn Fn(&Ticket) -> Result<bool>) -> Result<Recovered> {
    let folder = state.join(FOLDER);
    if folder.symlink_metadata().is_err() {
        return Ok(Recovered::Nothing);
    }
    failpoint("recover-begin");
    let discard = || remove(state).map_err(|error| Problem::io("remove the pending state", &folder, &error));
    let Some(record) = read(&folder.join(RECORD))? else { return discard().map(|()| Recovered::Cleaned) };
    if !published(&record.ticket)? {
        return discard().map(|()| Recovered::Discarded);
    }
    failpoint("recover-forward");
    Pending { state: state.to_path_buf(), record }.forward()?;
    Ok(Recovered::Forward)
}

/// Whether something waits for [`recover`].
pub fn waits(state: &Path) -> bool {
    state.join(FOLDER).symlink_metadata().is_ok()
}

/// The record, if it was written to the end.
fn read(path: &Path) -> Result<Option<Record>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Problem::io("read the pending state", path, &error)),
    };
    let record: Record = serde_json::from_slice(&bytes).map_err(|_| damaged(path, "it cannot be read"))?;
    if record.format != FORMAT {
        return Err(damaged(path, "it was written by another version of Storebook"));
    }
    let outside = |path: &str| {
        let parts = Path::new(path).components();
        path.is_empty()
            || path.starts_with(FOLDER)
            || !parts.into_iter().all(|part| matches!(part, Component::Normal(_)))
    };
    match record.changes.iter().find(|change| outside(&change.path)) {
        Some(_) => Err(damaged(path, "it names a file outside of the state")),
        None => Ok(Some(record)),
    }
}

/// The record goes first: without it, the rest is known to be nothing.
fn remove(state: &Path) -> io::Result<()> {
    let folder = state.join(FOLDER);
    match fs::remove_file(folder.join(RECORD)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        done => {
            private::sync_folder(&folder);
            if done.is_ok() {
                failpoint("commit-record");
            }
        }
    }
    fs::remove_dir_all(&folder)?;
    private::sync_folder(state);
    failpoint("pending-removed");
    Ok(())
}

fn damaged(path: &Path, fault: &str) -> Problem {
    Problem::refused(format!("a publish was cut short, and what it left of the state is damaged: {fault}"))
        .at(path)
        .hint("restore state/ from a backup made after the published site, or, if the site is older than state/people.csv, remove state/.pending")
}

/// Hash of a file; `None` when there is none.
fn found(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(hash(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::io("read the state", path, &error)),
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
#[path = "pending_tests.rs"]
mod tests;
