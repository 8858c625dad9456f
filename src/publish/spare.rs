//! A tree that would be removed is the ground the next site grows on.
//!
//! A site of ten thousand pages has ten thousand folders. Making them anew for every publish, and removing those of the
//! release that is given up, is most of the work when little has changed; what is worse, Linux' ext4 looks past every
//! inode that was freed in the last minutes before it gives out a new one. So one tree stays in the shelf, called
//! `spare`: its folders, and of its files only those that the current site holds with the same content (mostly they are
//! one file by two names). Nothing of an old release outlives its removal there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::keep::strip;
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

/// Removes everything from `tree` but what `site` holds too: files of the same content, and folders.
fn reduce(tree: &Path, site: &Path) -> io::Result<()> {
    let Ok((current, _)) = Manifest::read(site) else { return Err(io::ErrorKind::NotFound.into()) };
    strip(tree)?;
    match Manifest::read(tree) {
        Ok((old, _)) => {
            let gone = old.files.iter().filter(|(path, entry)| current.files.get(*path) != Some(entry));
            for (path, _) in gone {
                present(fs::remove_file(tree.join(path)))?;
            }
            let stays = folders(&current);
            // A folder comes before what is in it.
            for folder in folders(&old).into_iter().filter(|folder| !stays.contains(folder)).rev() {
                present(fs::remove_dir(tree.join(folder)))?;
            }
        }
        // A site that was not finished.
        Err(_) => sweep(tree, &current)?,
    }
    [MANIFEST, RELEASE].iter().try_for_each(|name| present(fs::remove_file(tree.join(name))))
}

/// What is gone already is no error.
fn present(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The folders of a release, each before those within it.
fn folders(manifest: &Manifest) -> BTreeSet<&str> {
    let mut folders = BTreeSet::new();
    for path in manifest.files.keys() {
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            rest = folder;
        }
    }
    folders
}

/// Removes from a tree that grew on a spare one what the new release does not hold.
pub(super) fn sweep(tree: &Path, manifest: &Manifest) -> io::Result<()> {
    let folders = folders(manifest);
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

#[cfg(all(test, unix))]
#[path = "spare_tests.rs"]
mod tests;
