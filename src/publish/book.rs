//! The files of a site in the making: no two at one address, on any file system.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::manifest::{Entry, Manifest};
use super::paths;
use crate::problem::{Problem, Result};

/// The files so far. An entry without size and hash is being written, or failed to be.
#[derive(Default)]
pub(super) struct Book {
    pub files: BTreeMap<String, Option<Entry>>,
    /// Files and their folders by folded path: the spelling in use, and whether it is a file.
    names: HashMap<String, (String, bool)>,
    /// Files that will be those of the published site, by a second name.
    pub carried: Vec<String>,
    /// Files that are not those of the published site.
    pub written: HashSet<String>,
}

impl Book {
    /// Enters a path, or says why it cannot be there.
    pub fn reserve(&mut self, path: &str, spellings: Vec<(String, &str, bool)>) -> Result<()> {
        self.claim(path, spellings)?;
        self.files.insert(path.to_owned(), None);
        Ok(())
    }

    pub fn record(&mut self, path: &str, entry: Entry) {
        if let Some(slot) = self.files.get_mut(path) {
            *slot = Some(entry);
        }
    }

    /// Gives up a path.
    pub fn forget(&mut self, path: &str) {
        self.files.remove(path);
        self.names.remove(&paths::fold(path));
        self.carried.retain(|carried| carried != path);
    }

    pub fn manifest(&self) -> Result<Manifest> {
        let mut files = BTreeMap::new();
        for (path, entry) in &self.files {
            let Some(entry) = entry else {
                return Err(Problem::failed(format!(
                    "{path} was not written to the end, so the site is not published"
                )));
            };
            files.insert(path.clone(), entry.clone());
        }
        Ok(Manifest::new(files))
    }
    fn claim(&mut self, path: &str, spellings: Vec<(String, &str, bool)>) -> Result<()> {
        for (folded, name, is_file) in &spellings {
            match self.names.get(folded) {
                None => {}
                Some((taken, false)) if taken == name && !is_file => {}
                Some((taken, _)) if taken == path => {
                    return Err(Problem::failed(format!(
                        "{path} was written already: two pages have the same address"
                    )));
                }
                Some((taken, _)) => {
                    let message = format!("{path} collides with {taken}, which was written already");
                    let hint = "some file systems ignore case, and a name cannot be a file and a folder: rename one of the pages";
                    return Err(Problem::failed(message).hint(hint));
                }
            }
        }
        for (folded, name, is_file) in spellings {
            self.names.entry(folded).or_insert_with(|| (name.to_owned(), is_file));
        }
        Ok(())
    }
}

/// A path and its folders: folded, as written, and whether it is the file.
pub(super) fn spellings(path: &str) -> Vec<(String, &str, bool)> {
    let folders = path.match_indices('/').map(|(at, _)| (&path[..at], false));
    folders.chain([(path, true)]).map(|(name, is_file)| (paths::fold(name), name, is_file)).collect()
}
