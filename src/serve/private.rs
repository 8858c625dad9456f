//! A directory that only its owner can read and that is gone afterwards: a preview may hold what no one else may see.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::problem::{Problem, Result};

const PREFIX: &str = "storebook-serve-";
/// A directory younger than this may not be locked yet.
const YOUNG: Duration = Duration::from_secs(60);

/// Removed when dropped. One that a killed server left is removed by the next server.
#[derive(Debug)]
pub struct PrivateDir {
    dir: TempDir,
    _lock: Option<File>,
}

impl PrivateDir {
    pub fn new() -> Result<PrivateDir> {
        Self::below(&std::env::temp_dir())
    }

    fn below(parent: &Path) -> Result<PrivateDir> {
        clean(parent);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let dir = builder.tempdir_in(parent).map_err(|error| {
            Problem::io("make a private directory for the preview", parent, &error)
                .hint("name another place with --output DIR, or set TMPDIR")
        })?;
        let lock = lock(dir.path());
        Ok(PrivateDir { dir, _lock: lock })
    }

    /// The directory itself, to remove it in a hurry.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the site goes; what a build makes beside it is private too.
    pub fn site(&self) -> PathBuf {
        self.dir.path().join("site")
    }
}

/// Held until the handle is dropped or the process dies.
fn lock(dir: &Path) -> Option<File> {
    let handle = File::open(dir).ok()?;
    handle.try_lock().ok()?;
    Some(handle)
}

/// Removes what killed servers of this user left.
fn clean(parent: &Path) {
    let Ok(entries) = parent.read_dir() else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let Ok(about) = entry.path().symlink_metadata() else { continue };
        let old = about.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > YOUNG);
        if is_ours && about.is_dir() && old && lock(&entry.path()).is_some() {
            // Another user's cannot be opened, let alone removed.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::SystemTime;

    #[test]
    fn only_the_owner_can_read_it_and_it_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let dir = PrivateDir::below(parent.path()).unwrap();
        assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let path = dir.path().to_path_buf();
        drop(dir);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_server_left_is_removed_and_a_living_one_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join("storebook-serve-dead");
        let other = parent.path().join("other");
        let alive = PrivateDir::below(parent.path()).unwrap();
        for dir in [&dead, &other] {
            fs::create_dir(dir).unwrap();
        }
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        for dir in [&dead, &other, &alive.path().to_path_buf()] {
            File::open(dir).unwrap().set_modified(long_ago).unwrap();
        }
        let _new = PrivateDir::below(parent.path()).unwrap();
        assert!(!dead.exists() && other.exists() && alive.path().exists());
    }
}
