//! What a build wants to change in `state/`: collected while it runs, written only when the site is published.

pub mod pending;
pub mod proven;
pub mod published;

use std::collections::BTreeMap;

/// Files of the state folder by relative path (`people.csv`, `closed/2026-09.csv`): their new bytes, or `None` for a
/// file that goes away. [`pending::Pending`] brings them into the folder together with the site.
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

    /// Writes them at once, for tests that have no site to publish with them.
    #[cfg(test)]
    pub fn apply(&self, state: &std::path::Path) -> std::io::Result<()> {
        for (path, bytes) in &self.files {
            let path = state.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(state))?;
            match bytes {
                Some(bytes) => std::fs::write(path, bytes)?,
                None => std::fs::remove_file(path)?,
            }
        }
        Ok(())
    }
}
