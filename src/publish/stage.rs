//! The directory a new site grows in, beside the one it will replace.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::book::{Book, spellings};
use super::facts::Facts;
use super::keep::Kept;
use super::manifest::{Entry, MANIFEST, Manifest, RELEASE, measure, release_id, sha256};
use super::options::Options;
use super::spare::Ground;
use super::swap::Place;
use super::{guard, paths, spare};
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};

/// What a link or a new file meets where a spare tree has something else.
const IN_THE_WAY: [io::ErrorKind; 3] =
    [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory, io::ErrorKind::IsADirectory];

/// A site in the making. Shared by the threads that render it; dropped without [`Stage::finish`], it leaves nothing.
pub struct Stage {
    pub(super) place: Place,
    pub(super) options: Options,
    pub(super) previous: Manifest,
    pub(super) previous_release: Option<String>,
    pub(super) facts: Facts,
    book: Mutex<Book>,
    pub(super) ground: Ground,
    /// The files taken over have been, or are being, linked into the staging directory.
    pub(super) linked: bool,
    /// Held for the life of the stage, so that others see it is alive.
    _lock: Option<File>,
    /// Bytes left on a pretended disk.
    #[cfg(test)]
    room: std::sync::atomic::AtomicI64,
}

impl Stage {
    /// Prepares to publish into `output`, which may not exist yet. Removes what dead builds left beside it.
    ///
    /// Refuses a place that must not be replaced, a directory with foreign files, and an output that another living
    /// build is publishing to.
    pub fn open(output: &Path, options: impl Into<Options>) -> Result<Stage> {
        let options = options.into();
        guard::check_place(output, &options.forbidden)?;
        let place = Place::find(output)?;
        guard::check_contents(&place.site)?;
        place.clean_stale()?;
        place.settle()?;
        let (lock, ground) = place.create_staging()?;
        failpoint("open-created");
        let (previous, previous_release) = match Manifest::read(&place.site) {
            Ok((manifest, hash)) => (manifest, Some(release_id(&hash))),
            Err(_) => (Manifest::new(BTreeMap::new()), None),
        };
        Ok(Stage {
            place,
            previous,
            facts: Facts::read(options.facts.as_deref(), previous_release.as_deref()),
            previous_release,
            options,
            book: Mutex::default(),
            ground,
            linked: false,
            _lock: lock,
            #[cfg(test)]
            room: i64::MAX.into(),
        })
    }

    /// Refuses a plan of `files` pages and assets that the host would not take.
    pub fn check_count(&self, files: u64) -> Result<()> {
        self.options.limits.check_count(files)
    }

    /// Writes one file. `path` is relative with `/` separators; two paths that differ in case only collide.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.options.limits.check_size(path, bytes.len() as u64)?;
        let entry = Entry { size: bytes.len() as u64, sha256: sha256(bytes) };
        // The same bytes again stay the same file, for mirrors and backups too.
        if self.previous.files.get(path) == Some(&entry) && self.carry(path)? {
            return Ok(());
        }
        self.reserve(path)?;
        let file = self.place.staging.join(path);
        self.put(&file, bytes).map_err(|error| self.write_problem(path, &error))?;
        let mut book = self.book();
        book.record(path, entry);
        book.written.insert(path.to_owned());
        drop(book);
        failpoint("write-file");
        Ok(())
    }

    /// Takes a file over from the published site unchanged; `false` when it is not there or no longer what its
    /// manifest says, and has to be written. Its second name is made at the end, when it is known that there will be a
    /// new site.
    pub fn carry(&self, path: &str) -> Result<bool> {
        paths::check_path(path)?;
        let Some(entry) = self.previous.files.get(path) else { return Ok(false) };
        let from = self.place.site.join(path);
        if !self.facts.hold(path, &from, entry) && !measure(&from).is_ok_and(|found| found == *entry) {
            return Ok(false);
        }
        self.options.limits.check_size(path, entry.size)?;
        self.reserve(path)?;
        let mut book = self.book();
        book.record(path, entry.clone());
        book.carried.push(path.to_owned());
        Ok(true)
    }

    /// Takes files over like [`Stage::carry`], all of them or none.
    pub fn carry_all(&self, paths: &[String]) -> Result<bool> {
        for (at, path) in paths.iter().enumerate() {
            if !self.carry(path)? {
                let mut book = self.book();
                paths[..at].iter().for_each(|path| book.forget(path));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Id of the release that stands in the output; `None` when there is none.
    pub fn previous_release(&self) -> Option<&str> {
        self.previous_release.as_deref()
    }

    /// Takes every file of the published site over that was not written anew; how many.
    ///
    /// # Errors
    /// A file that is gone or no longer what its manifest says: the published site was changed by someone else.
    pub fn carry_rest(&self) -> Result<u64> {
        let written = self.book().manifest()?.files;
        let rest: Vec<&String> = self.previous.files.keys().filter(|path| !written.contains_key(*path)).collect();
        rest.par_iter().try_for_each(|path| {
            if self.carry(path)? {
                return Ok(());
            }
            Err(Problem::failed("this file of the published site is not what its manifest says")
                .at(self.place.site.join(path))
                .hint("build the whole site once, without --only"))
        })?;
        Ok(rest.len() as u64)
    }

    /// What stands in the output and what stood there before, the newest first.
    pub fn releases(&self) -> Vec<Kept> {
        self.place.releases()
    }

    pub(super) fn put(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        {
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            if self.room.fetch_sub(size, std::sync::atomic::Ordering::Relaxed) < size {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
        self.place_file(file, || File::create_new(file))?.write_all(bytes)
    }

    /// Nothing has been put into the staging directory.
    pub(super) fn untouched(&self) -> bool {
        let book = self.book();
        !self.linked && book.written.is_empty() && book.files.values().all(Option::is_some)
    }

    /// What is in the way on the spare tree may go.
    pub(super) fn grown(&self) -> bool {
        matches!(self.ground, Ground::Spare(_))
    }

    /// Does `place`, which puts a file into the staging directory, once its folder is there and, on a spare tree, what
    /// stood in its place is gone.
    pub(super) fn place_file<T>(&self, file: &Path, place: impl Fn() -> io::Result<T>) -> io::Result<T> {
        match place() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_parent(file).and_then(|()| place()),
            Err(error) if self.grown() && IN_THE_WAY.contains(&error.kind()) => {
                spare::clear_way(&self.place.staging, file)?;
                make_parent(file)?;
                place()
            }
            other => other,
        }
    }

    pub(super) fn write_problem(&self, path: &str, error: &io::Error) -> Problem {
        let problem = Problem::io("write a file of the new site", &self.place.staging.join(path), error);
        match error.kind() {
            io::ErrorKind::StorageFull => problem
                .hint("the disk is full: free some space and run the build again; the published site is untouched"),
            io::ErrorKind::QuotaExceeded => problem.hint(
                "the disk quota is used up: free some space and run the build again; the published site is untouched",
            ),
            _ => problem,
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        // A panic elsewhere cannot leave the book half-written: each change is one insertion into each map.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a path into the book, or says why it cannot be there.
    fn reserve(&self, path: &str) -> Result<()> {
        paths::check_path(path)?;
        if [MANIFEST, RELEASE, guard::INCOMING].contains(&paths::fold(path.split('/').next().unwrap_or(path)).as_str())
        {
            return Err(Problem::failed(format!("{path} is a name the release itself uses")));
        }
        let spellings = spellings(path);
        let mut book = self.book();
        self.options.limits.check_count(book.files.len() as u64 + 1)?;
        book.reserve(path, spellings)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // After a swap the staging directory is gone or holds the old site; either way its time is over.
        let staging = &self.place.staging;
        let ended = match (self.options.keep, &self.ground) {
            (Some(_), Ground::Spare(Some(held))) if self.untouched() => self.place.give_back(staging, held),
            (Some(_), _) if staging.is_dir() => self.place.put_aside(staging),
            _ => fs::remove_dir_all(staging),
        };
        if let Err(error) = ended
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(dir = %staging.display(), %error, "could not remove the staging directory; the next build will");
        }
    }
}

fn make_parent(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

#[cfg(all(test, unix))]
#[path = "stage_tests.rs"]
mod tests;
