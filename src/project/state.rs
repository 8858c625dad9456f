//! What a build wants to change in `state/`: collected while it runs, written only when the site is published.

use std::collections::BTreeMap;
use std::path::Path;

use crate::problem::{Problem, Result};

/// Files of the state folder by relative path (`people.csv`, `closed/2026-09.csv`): their new bytes, or `None` for a
/// file that goes away.
#[derive(Debug, Default)]
pub struct Changes {
    files: BTreeMap<String, Option<Vec<u8>>>,
}

impl Changes {
    pub fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), Some(bytes));
    }
    pub fn remove(&mut self, path: &str) {
        self.files.insert(path.to_owned(), None);
    }
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Makes the changes, each file whole or not at all.
    pub fn apply(&self, state: &Path) -> Result<()> {
        for (path, bytes) in &self.files {
            match bytes {
                Some(bytes) => write(state, path, bytes)?,
                None => match std::fs::remove_file(state.join(path)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(Problem::io("remove a file of the state", &state.join(path), &error));
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }
}

/// Replaces one file of the state folder, whole or not at all.
fn write(state: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = state.join(name);
    let folder = path.parent().unwrap_or(state);
    std::fs::create_dir_all(folder).map_err(|error| Problem::io("create the state folder", folder, &error))?;
    let scratch = path.with_extension("tmp");
    std::fs::write(&scratch, bytes)
        .and_then(|()| std::fs::File::open(&scratch)?.sync_all())
        .and_then(|()| std::fs::rename(&scratch, &path))
        .map_err(|error| Problem::io("write the state", &path, &error))
}
