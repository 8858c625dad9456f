//! Files that appear whole or not at all: written beside their place under a name nobody reads, for the owner's eyes
//! only, and renamed when all of them are done.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};
use crate::project::private;

/// A file that is being written; without [`Part::publish`] it goes away.
pub struct Part {
    to: PathBuf,
    part: PathBuf,
    force: bool,
}

impl Part {
    /// # Errors
    /// The file exists already, and `force` does not say to replace it (refused).
    pub fn begin(to: &Path, force: bool) -> Result<Part> {
        if to.is_dir() {
            return Err(Problem::refused("a folder has the name of this file").at(to).hint("choose another name"));
        }
        if !force && to.symlink_metadata().is_ok() {
            return Err(exists(to));
        }
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        Ok(Part { to: to.to_path_buf(), part: part.into(), force })
    }

    /// The file to write to, empty.
    pub fn create(&self) -> Result<File> {
        private::create(&self.part).map_err(|error| Problem::io("write an export", &self.part, &error))
    }

    /// Gives the file its name.
    pub fn publish(self) -> Result<()> {
        let problem = |error: &std::io::Error| Problem::io("write an export", &self.to, error);
        File::open(&self.part).and_then(|file| file.sync_all()).map_err(|error| problem(&error))?;
        if self.force {
            return fs::rename(&self.part, &self.to).map_err(|error| problem(&error));
        }
        // A second name is refused where one came to be meanwhile; renaming would replace it.
        match fs::hard_link(&self.part, &self.to) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(&self.to)),
            Err(_) if self.to.symlink_metadata().is_ok() => Err(exists(&self.to)),
            // Some file systems have no second names.
            Err(_) => fs::rename(&self.part, &self.to).map_err(|error| problem(&error)),
        }
    }

    pub fn to(&self) -> &Path {
        &self.to
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is nothing left of this name.
        let _ = fs::remove_file(&self.part);
    }
}

fn exists(path: &Path) -> Problem {
    Problem::refused("this file exists already").at(path).hint("choose another name, or add --force to replace it")
}

/// A folder for exports: a new one is the owner's alone, one that is there keeps its rights.
pub fn folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    private::folder(path).map_err(|error| Problem::io("create the folder of an export", path, &error))
}
