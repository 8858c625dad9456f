//! Where the engine puts what does not fit into memory, and the store what is being written: a folder of its own for
//! each, readable by the owner only, gone when its owner ends. A killed build cannot clean up after itself, so the next
//! one does.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::problem::{Problem, Result};

const PREFIX: &str = "storebook-";

/// A folder that lives as long as this value.
#[derive(Debug)]
pub(super) struct Spill {
    path: PathBuf,
    /// Held while the folder is in use, so that others leave it alone.
    _lock: File,
}

impl Spill {
    /// Makes a folder below `parent`, and removes those of engines that are no more.
    pub fn open(parent: &Path) -> Result<Spill> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let problem = |path: &Path, error: &std::io::Error| {
            Problem::io("prepare the engine's folder for what does not fit into memory", path, error)
                .hint("engine.temp_dir names it; choose a folder that can be written")
        };
        if !parent.is_dir() {
            make_parent(parent).map_err(|error| problem(parent, &error))?;
        }
        remove_dead(parent);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        let lock = create(&path).and_then(|()| File::open(&path)).map_err(|error| problem(&path, &error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => problem(&path, &error),
            TryLockError::WouldBlock => Problem::failed("another engine took this folder").at(&path),
        })?;
        Ok(Spill { path, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(dir = %self.path.display(), %error, "could not remove the engine's folder; the next build will");
        }
    }
}

/// The folder itself is private too where it is made here; one that stands already is its owner's matter.
fn make_parent(parent: &Path) -> std::io::Result<()> {
    if let Some(above) = parent.parent() {
        fs::create_dir_all(above)?;
    }
    match create(parent) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Only folders that bear our name, of processes that are gone, and that nobody holds (a process of another container
/// has a number that means nothing here). A link is not followed, and what is not ours to remove stays.
fn remove_dead(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        let (Some(owner), true) = (owner, entry.file_type().is_ok_and(|kind| kind.is_dir())) else { continue };
        if !alive(owner) && File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(unix)]
fn alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(unix)]
fn create(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn alive(_: u32) -> bool {
    true
}

#[cfg(not(unix))]
fn create(folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn c47_folders_of_the_dead_are_removed_and_nothing_else() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        // No process can have a number this high.
        let dead = parent.path().join("storebook-2000000000-0");
        let held = parent.path().join("storebook-2000000001-0");
        let link = parent.path().join("storebook-2000000002-0");
        let foreign = parent.path().join("photos");
        for folder in [&dead, &held, &foreign] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("x"), "x").unwrap();
        }
        fs::write(elsewhere.path().join("x"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
        let lock = File::open(&held).unwrap();
        lock.try_lock().unwrap();
        let spill = Spill::open(parent.path()).unwrap();
        let other = Spill::open(parent.path()).unwrap();
        assert_eq!(fs::metadata(spill.path()).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(!dead.exists() && held.exists() && foreign.join("x").exists());
        assert!(elsewhere.path().join("x").exists());
        fs::write(spill.path().join("block"), "x").unwrap();
        let path = spill.path().to_owned();
        drop(spill);
        assert!(!path.exists() && other.path().exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "x").unwrap();
        let problem = Spill::open(&file.join("below")).map(|_| ()).unwrap_err();
        assert!(problem.hint_text().unwrap().contains("engine.temp_dir"), "{problem}");
    }
}
