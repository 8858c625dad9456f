//! A tree that would be removed is the ground the next site grows on.
//!
//! A site of ten thousand pages has ten thousand folders. Making them anew for every publish, and removing those of the
//! release that is given up, is most of the work when little has changed; what is worse, Linux' ext4 looks past every
//! inode that was freed in the last minutes before it gives out a new one. So one tree stays in the shelf, called
//! `spare`: its folders, and of its files only those that the current site holds with the same content (mostly they are
//! one file by two names). Nothing of an old release outlives its removal there.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::facts::{Fact, folder_fact};
use super::keep::strip;
use super::manifest::{MANIFEST, Manifest, RELEASE};
use super::swap::{Place, parent};
use super::verify::slashed;
use crate::failpoint::failpoint;

const SPARE: &str = "spare";
/// In the spare tree: what it holds. Hidden, so that no page can bear the name.
const LISTING: &str = ".listing";

/// The ground a new site grows on.
#[derive(Debug)]
pub(super) enum Ground {
    /// A new directory.
    Empty,
    /// The spare tree, with the files it holds; `None` where its folders must be walked to find out.
    Spare(Option<Vec<String>>),
}

#[derive(Default, Serialize, Deserialize)]
struct Listing {
    files: Vec<String>,
    /// A file that someone else adds or removes changes its folder.
    folders: Vec<(String, Fact)>,
}

impl Place {
    /// Where the spare tree lies, if a rename can bring it there.
    fn spare(&self) -> Option<PathBuf> {
        (parent(&self.shelf) == parent(&self.site) && self.shelf.is_dir()).then(|| self.shelf.join(SPARE))
    }

    /// Gives the spare tree the name `to`; `None` where there is none.
    pub(super) fn take_spare(&self, to: &Path) -> Option<Ground> {
        let spare = self.spare()?;
        let is_dir = spare.symlink_metadata().is_ok_and(|about| about.is_dir());
        (is_dir && fs::rename(spare, to).is_ok()).then(|| Ground::Spare(Listing::take(to)))
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

impl Place {
    /// The spare tree was not needed and nothing has changed in it.
    pub(super) fn give_back(&self, tree: &Path, held: &[String]) -> io::Result<()> {
        let folders = held.iter().flat_map(|path| above(path)).collect();
        match self.spare() {
            Some(spare) if Listing::write(tree, held.to_vec(), &folders).is_ok() => fs::rename(tree, spare),
            _ => fs::remove_dir_all(tree),
        }
    }
}

impl Listing {
    fn write(tree: &Path, files: Vec<String>, folders: &BTreeSet<&str>) -> io::Result<()> {
        let folders: Vec<&str> = folders.iter().copied().collect();
        let folders = folders.par_iter().map(|folder| Some(((*folder).to_owned(), folder_fact(&tree.join(folder))?)));
        let folders = folders.collect::<Option<Vec<_>>>().ok_or(io::ErrorKind::Unsupported)?;
        fs::write(tree.join(LISTING), serde_json::to_vec(&Listing { files, folders })?)
    }

    /// The files of the tree, if nobody has touched its folders since; the listing goes.
    fn take(tree: &Path) -> Option<Vec<String>> {
        let file = tree.join(LISTING);
        let listing: Listing = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        fs::remove_file(file).ok()?;
        let as_left = |(folder, fact): &(String, Fact)| folder_fact(&tree.join(folder)).as_ref() == Some(fact);
        let firsts = listing.files.iter().filter_map(|path| path.split('/').next());
        let firsts: HashSet<&str> = firsts.chain(listing.folders.iter().map(|(folder, _)| folder.as_str())).collect();
        let known = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(|name| firsts.contains(name));
        let whole = tree.read_dir().ok()?.all(|entry| entry.is_ok_and(|entry| known(&entry)));
        (whole && listing.folders.par_iter().all(as_left)).then_some(listing.files)
    }
}

/// Removes everything from `tree` but what `site` holds too: files of the same content, and folders.
fn reduce(tree: &Path, site: &Path) -> io::Result<()> {
    // A site that was not finished has no manifest.
    let (Ok((current, _)), Ok((old, _))) = (Manifest::read(site), Manifest::read(tree)) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    strip(tree)?;
    let (kept, gone): (Vec<_>, Vec<_>) =
        old.files.iter().partition(|(path, entry)| current.files.get(*path) == Some(*entry));
    for path in gone.into_iter().map(|(path, _)| path.as_str()).chain([MANIFEST, RELEASE]) {
        present(fs::remove_file(tree.join(path)))?;
    }
    let (stays, all) = (folders(&current), folders(&old));
    // A folder comes before what is in it.
    for folder in all.iter().filter(|folder| !stays.contains(*folder)).rev() {
        present(fs::remove_dir(tree.join(folder)))?;
    }
    let files = kept.into_iter().map(|(path, _)| path.clone()).collect();
    Listing::write(tree, files, &all.intersection(&stays).copied().collect())
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
        for folder in above(path) {
            if !folders.insert(folder) {
                break;
            }
        }
    }
    folders
}

/// The folders of a path, the innermost first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/')).map(|(folder, _)| folder)
}

/// Removes from a tree that grew on the spare one what the new release does not hold.
pub(super) fn clear(tree: &Path, held: Option<&[String]>, manifest: &Manifest) -> io::Result<()> {
    let Some(held) = held else { return sweep(tree, manifest) };
    let stays = folders(manifest);
    let mut left = BTreeSet::new();
    for path in held.iter().filter(|path| !manifest.files.contains_key(*path)) {
        // Its folder may be a file by now.
        match fs::remove_file(tree.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
            Err(error) if is_folder(&error) && stays.contains(path.as_str()) => {}
            other => present(other)?,
        }
        left.extend(above(path).filter(|folder| !stays.contains(folder) && !manifest.files.contains_key(*folder)));
    }
    left.into_iter().rev().try_for_each(|folder| present(fs::remove_dir(tree.join(folder))))
}

/// Linux says that a folder is one; POSIX, that it may not be removed so.
fn is_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::IsADirectory | io::ErrorKind::PermissionDenied)
}

fn sweep(tree: &Path, manifest: &Manifest) -> io::Result<()> {
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
