//! The files of a site, to look links up in.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use walkdir::WalkDir;

use super::super::verify::slashed;
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Page,
    Style,
    Other,
    /// A symbolic link, pipe, socket or device.
    Special,
}

/// What a path of the site is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File(usize),
    Folder,
    Nothing,
}

pub(super) struct SiteTree {
    /// In path order; a file's number is its place here.
    files: Vec<(String, Kind)>,
    numbers: HashMap<String, usize>,
    folders: HashSet<String>,
}

impl SiteTree {
    /// Lists a site. Dot-files at its root belong to the owner of the directory and are not part of the site, but
    /// can be linked to (`.well-known`).
    pub(super) fn read(dir: &Path) -> Result<Self> {
        let mut tree = SiteTree { files: Vec::new(), numbers: HashMap::new(), folders: HashSet::from([String::new()]) };
        let unwanted = |name: &std::ffi::OsStr| name == ".git" || name == super::super::guard::INCOMING;
        for entry in WalkDir::new(dir).min_depth(1).into_iter().filter_entry(|entry| !unwanted(entry.file_name())) {
            let entry = entry.map_err(|error| Problem::failed(format!("could not list the site: {error}")).at(dir))?;
            let path = slashed(dir, entry.path());
            if entry.file_type().is_dir() {
                tree.folders.insert(path);
            } else {
                let kind = if entry.file_type().is_file() { kind_of(&path) } else { Kind::Special };
                tree.files.push((path, kind));
            }
        }
        tree.files.sort();
        tree.numbers = tree.files.iter().enumerate().map(|(number, (path, _))| (path.clone(), number)).collect();
        Ok(tree)
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn path(&self, number: usize) -> &str {
        &self.files[number].0
    }

    pub(super) fn kind(&self, number: usize) -> Kind {
        self.files[number].1
    }

    /// The numbers of the files worth opening.
    pub(super) fn to_check(&self) -> Vec<usize> {
        let hidden = |path: &str| path.starts_with('.');
        (0..self.len()).filter(|number| self.kind(*number) != Kind::Other && !hidden(self.path(*number))).collect()
    }

    /// Looks up a path without leading or trailing slash; the empty path is the root.
    pub(super) fn find(&self, path: &str) -> Found {
        match self.numbers.get(path) {
            Some(number) => Found::File(*number),
            None if self.folders.contains(path) => Found::Folder,
            None => Found::Nothing,
        }
    }
}

fn kind_of(path: &str) -> Kind {
    let extension = Path::new(path).extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("html" | "htm" | "xhtml") => Kind::Page,
        Some("css") => Kind::Style,
        _ => Kind::Other,
    }
}
