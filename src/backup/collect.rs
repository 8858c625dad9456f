//! Which files of a project a backup holds.
//!
//! Links are followed, as a build follows them: what counts is what a build reads, and a link would lead nowhere on
//! another machine. Two kinds hold nothing and are left out as a build leaves them out: a link to nothing, and one that
//! leads back to a folder above itself. A link into a place that is not to be backed up is refused, because that is how
//! keys would get into a backup by another name.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::manifest::{FILES, FOLDERS, NOT_STATE};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::publish::real_path;

/// What stands below a project, by path with `/`, in order.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub folders: Vec<String>,
    pub files: Vec<(String, PathBuf)>,
    /// Links that hold nothing.
    pub left_out: Vec<String>,
}

/// Which half of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// Written by publishes; to be read while the project is locked.
    State,
    /// Written by people and tills.
    Input,
}

/// The walk through a project for one backup.
pub(super) struct Collector<'a> {
    root: &'a Path,
    /// Places that no link may lead into or around, links resolved.
    closed: Vec<PathBuf>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(project: &'a Project, repository: &Path) -> Collector<'a> {
        let state = project.state();
        let mut closed = vec![
            project.cache(),
            project.quarantine(),
            project.output(),
            project.deploy(),
            project.root.join(".git"),
            repository.to_path_buf(),
        ];
        closed.extend(NOT_STATE.map(|name| state.join(name)));
        Collector { root: &project.root, closed: closed.iter().map(|place| real_path(place)).collect() }
    }

    pub(super) fn find(&self, half: Half) -> Result<Found> {
        let mut found = Found::default();
        if half == Half::Input {
            for name in FILES {
                let path = self.root.join(name);
                if path.is_file() {
                    self.check_link(&path)?;
                    found.files.push((name.to_owned(), path));
                }
            }
        }
        for name in FOLDERS.into_iter().filter(|name| (*name == "state") == (half == Half::State)) {
            self.walk(&self.root.join(name), &mut found)?;
        }
        Ok(found)
    }

    fn walk(&self, folder: &Path, found: &mut Found) -> Result<()> {
        if !folder.is_dir() {
            return Ok(());
        }
        let state = self.root.join("state");
        let wanted = |entry: &DirEntry| {
            entry.file_name() != ".git"
                && !(entry.depth() == 1
                    && entry.path().parent() == Some(&state)
                    && NOT_STATE.iter().any(|name| entry.file_name() == *name))
        };
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(wanted) {
            match entry {
                Ok(entry) => self.take(&entry, found)?,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_path_buf();
                    let nothing = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
                    if error.loop_ancestor().is_some() || (nothing && path.is_symlink()) {
                        found.left_out.push(self.name(&path)?);
                    } else {
                        return Err(Problem::io("list the project", &path, &error.into()));
                    }
                }
            }
        }
        Ok(())
    }

    fn take(&self, entry: &DirEntry, found: &mut Found) -> Result<()> {
        let name = self.name(entry.path())?;
        if entry.path_is_symlink() {
            self.check_link(entry.path())?;
        }
        if entry.file_type().is_dir() {
            found.folders.push(name);
        } else if entry.file_type().is_file() {
            found.files.push((name, entry.path().to_path_buf()));
        } else {
            return Err(Problem::failed("this is neither a file nor a folder and cannot be backed up")
                .at(entry.path())
                .hint("take the device, socket or pipe out of the project"));
        }
        Ok(())
    }

    fn check_link(&self, path: &Path) -> Result<()> {
        let target = real_path(path);
        let meets = |place: &PathBuf| target.starts_with(place) || place.starts_with(&target);
        if path.is_symlink() && self.closed.iter().any(meets) {
            return Err(Problem::refused("this link leads to keys, cache, output or the backup itself")
                .at(path)
                .hint("these are never backed up with the data: remove the link"));
        }
        Ok(())
    }

    /// The path below the project, with `/`.
    fn name(&self, path: &Path) -> Result<String> {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
        parts.map(|parts| parts.join("/")).ok_or_else(|| {
            Problem::failed("the name of this file is not Unicode text, and a backup could not give it back")
                .at(path)
                .hint("rename the file")
        })
    }
}
