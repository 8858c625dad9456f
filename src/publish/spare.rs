//! A tree that would be removed is the ground the next site grows on.
//!
//! A site of ten thousand pages has ten thousand folders. Making them anew for every publish, and removing those of the
//! release that is given up, is most of the work when little has changed; what is worse, Linux' ext4 looks past every
//! inode that was freed in the last minutes before it gives out a new one. So one tree stays in the shelf, called
//! `spare`: its folders, and of its files only those that are the current site's own (hard links to them). Nothing of
//! an old release outlives its removal there.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::manifest::{MANIFEST, Manifest, RELEASE};
use super::swap::{Place, parent};
use super::verify::slashed;
use crate::failpoint::failpoint;

const SPARE: &str = "spare";

impl Place {
    /// Where the spare tree lies, if a rename can bring it there.
    fn spare(&self) -> Option<PathBuf> {
        (parent(&self.shelf) == parent(&self.site) && self.shelf.is_dir()).then(|| self.shelf.join(SPARE))
    }

    /// Gives the spare tree the name `to`; whether there was one.
    pub(super) fn take_spare(&self, to: &Path) -> bool {
        self.spare().is_some_and(|spare| {
            let is_dir = spare.symlink_metadata().is_ok_and(|about| about.is_dir());
            is_dir && fs::rename(spare, to).is_ok()
        })
    }

    /// Removes a tree, or makes it the spare one where there is none.
    pub(super) fn put_aside(&self, tree: &Path) -> io::Result<()> {
        match self.spare().filter(|spare| spare.symlink_metadata().is_err()) {
            Some(spare) if reduce(tree, &self.site).is_ok() => {
                failpoint("spare-reduced");
                fs::rename(tree, spare).or_else(|_| fs::remove_dir_all(tree))
            }
            _ => fs::remove_dir_all(tree),
        }
    }
}

/// Removes everything from `tree` but files that are those of `site`, and folders that `site` has too.
fn reduce(tree: &Path, site: &Path) -> io::Result<()> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(tree).min_depth(1).contents_first(true) {
        let entry = entry?;
        let list = if entry.file_type().is_dir() { &mut folders } else { &mut files };
        list.push(entry.into_path());
    }
    // Dot-files belong to the owner, who may write into them or replace them.
    let twin = |path: &Path| {
        let below = path.strip_prefix(tree).ok()?;
        let first = below.components().next()?.as_os_str();
        (!first.as_encoded_bytes().starts_with(b".") && first != MANIFEST && first != RELEASE).then(|| site.join(below))
    };
    files
        .par_iter()
        .filter(|file| !twin(file).is_some_and(|twin| one_file(file, &twin)))
        .try_for_each(fs::remove_file)?;
    let gone = |folder: &&PathBuf| !twin(folder).is_some_and(|twin| is_folder(&twin));
    folders.iter().filter(gone).try_for_each(fs::remove_dir)
}

/// Removes from a tree that grew on a spare one what the new release does not hold.
pub(super) fn sweep(tree: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut folders: HashSet<&str> = HashSet::new();
    for path in manifest.files.keys() {
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            rest = folder;
        }
    }
    for entry in WalkDir::new(tree).min_depth(1).contents_first(true) {
        let entry = entry?;
        let path = slashed(tree, entry.path());
        if entry.file_type().is_dir() {
            if !folders.contains(path.as_str()) {
                fs::remove_dir(entry.path())?;
            }
        } else if !manifest.files.contains_key(&path) && path != MANIFEST && path != RELEASE {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Removes what stands in the way of a file of the new site: another file, or a folder; or a file where a folder of
/// its path belongs.
pub(super) fn clear_way(tree: &Path, file: &Path) -> io::Result<()> {
    let above: Vec<&Path> = file.ancestors().skip(1).take_while(|folder| *folder != tree).collect();
    for folder in above.into_iter().rev() {
        match folder.symlink_metadata() {
            Ok(about) if !about.is_dir() => return fs::remove_file(folder),
            Ok(_) => {}
            Err(_) => return Ok(()),
        }
    }
    match file.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(file),
        Ok(_) => fs::remove_file(file),
        Err(_) => Ok(()),
    }
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| about.is_dir())
}

/// Whether two names lead to one file.
#[cfg(unix)]
pub(super) fn one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let look = |path: &Path| path.symlink_metadata().ok().filter(fs::Metadata::is_file);
    matches!((look(one), look(other)), (Some(one), Some(other)) if (one.dev(), one.ino()) == (other.dev(), other.ino()))
}

/// Without inodes nothing is known to be the same.
#[cfg(not(unix))]
pub(super) fn one_file(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
#[path = "spare_tests.rs"]
mod tests;
