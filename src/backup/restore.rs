//! Bringing a snapshot back into a new folder.
//!
//! The folder appears whole or not at all: everything is written beside it and renamed at the end. Files get the
//! permissions they had, folders are readable by their owner only. A snapshot cannot name a link, and every path was
//! checked when the manifest was read, so nothing is written outside.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::crypt::Identities;
use super::keys;
use super::manifest::File;
use super::repository::Repository;
use super::verify::read_blob;
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::lock::Wait;
use crate::project::private;
use crate::publish::real_path;

/// What to bring back.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The newest one without.
    pub snapshot: Option<&'a str>,
    pub identities: &'a Identities,
    /// A file of `storebook backup --keys`.
    pub keys: Option<&'a Path>,
    pub wait: Wait,
}

#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    pub snapshot: String,
    pub files: u64,
    pub bytes: u64,
    /// Files of `state/keys/`.
    pub keys: u64,
}

/// Restores a snapshot into a folder that is new or empty.
pub fn restore(repository: &Repository, to: &Path, order: &Order<'_>, progress: &dyn Progress) -> Result<Restored> {
    let _lock = repository.lock_to_read(order.wait)?;
    let target = real_path(to);
    let io = |error: std::io::Error| Problem::io("restore the backup", to, &error);
    match target.symlink_metadata() {
        Ok(about) if !about.is_dir() || target.read_dir().map_err(io)?.next().is_some() => {
            return Err(Problem::refused("a backup is restored into a new or an empty folder, and this is neither")
                .at(to)
                .hint("restore beside it, compare, and move over what you need"));
        }
        _ => {}
    }
    if target.starts_with(real_path(repository.root())) {
        return Err(Problem::refused("this folder lies in the backup repository").at(to));
    }
    let parent = target.parent().ok_or_else(|| Problem::refused("this is no place for a project").at(to))?;
    fs::create_dir_all(parent).map_err(io)?;
    let scratch = private::scratch(parent, ".storebook-restore-").map_err(io)?;
    let restored = extract(repository, scratch.path(), order, progress)?;
    // Over an empty folder, in one step.
    fs::rename(scratch.path(), &target).map_err(io)?;
    let _ = scratch.keep();
    private::sync_folder(parent);
    Ok(restored)
}

/// Restores into a folder that is there and empty.
pub(super) fn extract(
    repository: &Repository,
    folder: &Path,
    order: &Order<'_>,
    progress: &dyn Progress,
) -> Result<Restored> {
    let snapshot = repository.choose(order.snapshot)?;
    let index = repository.index(&snapshot)?;
    let key = repository.open_key(&index.key, order.identities)?;
    let manifest = repository.manifest(&snapshot, &key)?;
    // Before the files, of which there may be many: an archive that cannot be opened is told at once.
    let keys = match order.keys {
        Some(archive) => keys::restore(archive, &folder.join("state").join("keys"), order.identities)?,
        None => 0,
    };
    for path in &manifest.folders {
        make_folder(folder, path)?;
    }
    progress.start("restore", manifest.files.len() as u64);
    let mut bytes = 0;
    for file in &manifest.files {
        let target = folder.join(&file.path);
        if let Some(parent) = Path::new(&file.path).parent().and_then(Path::to_str) {
            make_folder(folder, parent)?;
        }
        let io = |error: std::io::Error| Problem::io("restore a file", &target, &error);
        // A new file each time: two entries that mean one file on this system are an error, not a mixture.
        let mut out = fs::File::create_new(&target).map_err(io)?;
        close(&target, 0o600).map_err(io)?;
        read_blob(repository, &key, file, &mut out)?;
        out.flush().and_then(|()| out.sync_all()).map_err(io)?;
        close(&target, mode(file)).map_err(io)?;
        bytes += file.size;
        progress.step(1, &file.path);
    }
    Ok(Restored { snapshot, files: manifest.files.len() as u64, bytes, keys })
}

fn make_folder(root: &Path, path: &str) -> Result<()> {
    let mut folder: PathBuf = root.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        folder.push(part);
        if !folder.is_dir() {
            private::folder(&folder).map_err(|error| Problem::io("restore a folder", &folder, &error))?;
        }
    }
    Ok(())
}

/// What the file had, without bits that make a program of it somebody else's; its owner can always read it.
fn mode(file: &File) -> u32 {
    (file.mode & 0o777) | 0o400
}

#[cfg(unix)]
fn close(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}
