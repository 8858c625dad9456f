//! The directory a new site grows in, beside the one it will replace.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::dotfiles::{self, link_or_copy};
use super::facts::{Facts, one_file};
use super::keep::{Keep, Kept};
use super::manifest::{Card, Entry, MANIFEST, Manifest, RELEASE, Release, measure, release_id, sha256};
use super::spare::Ground;
use super::swap::{Place, SwapMode, Wish};
use super::verify::{VerifyReport, extra_files, verify_listed};
use super::{guard, paths, spare, system, verify};
use rayon::prelude::*;

use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
use crate::project::state::pending::Ticket;

/// What a link or a new file meets where a spare tree has something else.
const IN_THE_WAY: [io::ErrorKind; 3] =
    [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory, io::ErrorKind::IsADirectory];

/// `manifest.json` and `release.json`, which count against a host's limit too.
const OWN_FILES: u64 = 2;

/// What a static host accepts. The defaults are those of Cloudflare Pages, the tightest of the common hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files of a site, `manifest.json` and `release.json` included.
    pub max_files: u64,
    /// Size of one file in bytes.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_files: 20_000, max_file_bytes: 25 << 20 }
    }
}

impl Limits {
    /// Refuses a plan of `files` pages and assets before anything is rendered.
    pub fn check_count(&self, files: u64) -> Result<()> {
        if files.saturating_add(OWN_FILES) <= self.max_files {
            return Ok(());
        }
        let message = format!(
            "the site has {files} files and two of the release, more than the {} that max_files allows",
            self.max_files
        );
        let hint = "static hosts such as Cloudflare Pages take 20,000 files: publish fewer pages, or raise max_files if yours takes more";
        Err(Problem::refused(message).hint(hint))
    }

    fn check_size(&self, path: &str, bytes: u64) -> Result<()> {
        if bytes <= self.max_file_bytes {
            return Ok(());
        }
        let message =
            format!("{path} has {bytes} bytes, more than the {} that max_file_bytes allows", self.max_file_bytes);
        let hint = "static hosts such as Cloudflare Pages take files up to 25 MiB: split the table, or raise max_file_bytes if yours takes more";
        Err(Problem::refused(message).hint(hint))
    }
}

/// How to open a [`Stage`]; `Limits` alone convert into it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub limits: Limits,
    /// Places the output must keep away from. The home directory and `/` always count.
    pub forbidden: guard::Places,
    /// The way to swap; `None` chooses: `symlink` when the output is a link to a release, else `exchange`, else
    /// `ordered-copy`.
    pub swap: Option<SwapMode>,
    /// Which old releases stay; `None` removes the old site.
    pub keep: Option<Keep>,
    /// A file of the cache that remembers what the published files look like, so that those taken over are read once
    /// and not twice.
    pub facts: Option<PathBuf>,
}

impl From<Limits> for Options {
    fn from(limits: Limits) -> Self {
        Options { limits, ..Options::default() }
    }
}

/// What a publish did, compared with the release that stood there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// First 16 hexadecimal digits of the manifest's SHA-256.
    pub release_id: String,
    /// Files that are new or differ.
    pub written: u64,
    /// Files with the same bytes as before.
    pub unchanged: u64,
    /// Files of the last release that are gone.
    pub removed: u64,
    /// Size of all files but the release's own two.
    pub bytes: u64,
    pub output: PathBuf,
    /// `None`: the output held this very release already and was left alone.
    pub swap: Option<SwapMode>,
}

/// A site in the making. Shared by the threads that render it; dropped without [`Stage::finish`], it leaves nothing.
pub struct Stage {
    place: Place,
    options: Options,
    previous: Manifest,
    previous_release: Option<String>,
    facts: Facts,
    book: Mutex<Book>,
    ground: Ground,
    /// Held for the life of the stage, so that others see it is alive.
    _lock: Option<File>,
    /// Bytes left on a pretended disk.
    #[cfg(test)]
    room: std::sync::atomic::AtomicI64,
}

/// A site that is complete, proved and on the disk, a step away from being published. Dropped without
/// [`Ready::swap`], it leaves nothing.
pub struct Ready {
    stage: Stage,
    manifest: Manifest,
    seal: Seal,
}

/// What tells this release from every other.
struct Seal {
    release_id: String,
    card_sha256: String,
}

impl Ready {
    /// By which a later run can tell whether the swap has happened.
    pub fn ticket(&self) -> Ticket {
        Ticket {
            release_id: self.seal.release_id.clone(),
            card_sha256: self.seal.card_sha256.clone(),
            output: self.stage.place.output.clone(),
            staging: self.stage.place.staging.clone(),
        }
    }

    /// Puts the new site in the place of the old one. To be called once; what is left of the staging directory goes
    /// when this is dropped.
    pub fn swap(&self) -> Result<Published> {
        let Ready { stage, manifest, seal } = self;
        if self.stands() {
            stage.place.leave(stage.options.keep);
            return Ok(stage.summary(manifest, seal.release_id.clone(), None));
        }
        let mode = stage.place.swap(&Wish {
            mode: stage.options.swap,
            new: manifest,
            old: &stage.previous,
            release_id: &seal.release_id,
            keep: stage.options.keep,
        })?;
        if let Some(facts) = &stage.options.facts {
            let site = &stage.place.output;
            stage.facts.write(facts, site, &seal.release_id, (manifest, &stage.book().written));
        }
        Ok(stage.summary(manifest, seal.release_id.clone(), Some(mode)))
    }

    /// Whether the output holds this release, file for file and card included.
    fn stands(&self) -> bool {
        let Ready { stage, seal, .. } = self;
        stage.book().written.is_empty()
            && stage.previous_release.as_ref() == Some(&seal.release_id)
            && stage.options.swap.is_none()
            && measure(&stage.place.site.join(RELEASE)).is_ok_and(|card| card.sha256 == seal.card_sha256)
    }
}

/// The files so far. An entry without size and hash is being written, or failed to be.
#[derive(Default)]
struct Book {
    files: BTreeMap<String, Option<Entry>>,
    /// Files and their folders by folded path: the spelling in use, and whether it is a file.
    names: HashMap<String, (String, bool)>,
    /// Files that are not those of the published site.
    written: HashSet<String>,
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
        self.record(path, entry);
        self.book().written.insert(path.to_owned());
        failpoint("write-file");
        Ok(())
    }

    /// Takes a file over from the published site unchanged; `false` when it is not there or no longer what its
    /// manifest says, and has to be written.
    pub fn carry(&self, path: &str) -> Result<bool> {
        paths::check_path(path)?;
        let Some(entry) = self.previous.files.get(path) else { return Ok(false) };
        let from = self.place.site.join(path);
        if !self.facts.hold(path, &from, entry) && !measure(&from).is_ok_and(|found| found == *entry) {
            return Ok(false);
        }
        self.options.limits.check_size(path, entry.size)?;
        self.reserve(path)?;
        let to = self.place.staging.join(path);
        let there = self.grown() && one_file(&from, &to);
        if !there {
            self.place_file(&to, || link_or_copy(&from, &to)).map_err(|error| self.write_problem(path, &error))?;
        }
        self.record(path, entry.clone());
        Ok(true)
    }

    /// Takes files over like [`Stage::carry`], all of them or none.
    pub fn carry_all(&self, paths: &[String]) -> Result<bool> {
        for (at, path) in paths.iter().enumerate() {
            if !self.carry(path)? {
                paths[..at].iter().for_each(|path| self.put_back(path));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives up a file that was taken over.
    fn put_back(&self, path: &str) {
        let _ = fs::remove_file(self.place.staging.join(path));
        let mut book = self.book();
        book.files.remove(path);
        book.names.remove(&paths::fold(path));
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
        let written = self.manifest()?.files;
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

    /// Writes the manifest, proves the tree against it and makes it durable: all that is left is the swap.
    pub fn prepare(self, release: &Release) -> Result<Ready> {
        let manifest = self.manifest()?;
        failpoint("finish-begin");
        let seal = self.seal(&manifest, release)?;
        self.ready(manifest, seal)
    }

    /// Takes a whole release that was published before, card and all, to be put back into the output.
    ///
    /// # Errors
    /// A release that is not what its manifest says.
    pub fn restore(self, release: &Kept) -> Result<Ready> {
        let report = verify(&release.dir)?;
        if !report.ok() {
            return Err(damaged(release, &report));
        }
        let (manifest, _) = Manifest::read(&release.dir)?;
        let paths: Vec<&str> = manifest.files.keys().map(String::as_str).chain([RELEASE, MANIFEST]).collect();
        paths.par_iter().try_for_each(|path| {
            let to = self.place.staging.join(path);
            let from = release.dir.join(path);
            if self.grown() && one_file(&from, &to) {
                return Ok(());
            }
            self.place_file(&to, || link_or_copy(&from, &to)).map_err(|error| self.write_problem(path, &error))
        })?;
        self.book().written.extend(paths.into_iter().map(ToOwned::to_owned));
        failpoint("finish-begin");
        let card = measure(&release.dir.join(RELEASE))
            .map_err(|error| Problem::io("read the card of the release", &release.dir, &error))?;
        self.ready(manifest, Seal { release_id: release.id.clone(), card_sha256: card.sha256 })
    }

    /// What stands in the output and what stood there before, the newest first.
    pub fn releases(&self) -> Vec<Kept> {
        self.place.releases()
    }

    fn ready(self, manifest: Manifest, seal: Seal) -> Result<Ready> {
        let proof = self.proof(&manifest)?;
        if !proof.ok() {
            let message = format!(
                "the staged site is not what was written: missing {:?}, changed {:?}, extra {:?}",
                proof.missing, proof.changed, proof.extra
            );
            // The next build must not take the same file over by sight again.
            if let Some(facts) = &self.options.facts {
                let _ = fs::remove_file(facts);
            }
            return Err(Problem::failed(message)
                .at(&self.place.staging)
                .hint("another program may have written there, or a disk failed; run the build again"));
        }
        failpoint("finish-verified");
        guard::check_contents(&self.place.site)?;
        dotfiles::carry_over(&self.place.site, &self.place.staging, &self.previous)?;
        self.place.keep_permissions()?;
        failpoint("finish-dotfiles");
        system::sync_tree(&self.place.staging)
            .map_err(|error| Problem::io("bring the new site to the disk", &self.place.staging, &error))?;
        failpoint("finish-synced");
        Ok(Ready { stage: self, manifest, seal })
    }

    /// What was written now is read again; what was taken over is the published file itself, known by sight.
    fn proof(&self, manifest: &Manifest) -> Result<VerifyReport> {
        let staging = &self.place.staging;
        let extra = match &self.ground {
            Ground::Empty => extra_files(staging, manifest)?,
            Ground::Spare(held) => spare::clear(staging, held.as_deref(), manifest)
                .map(|()| Vec::new())
                .map_err(|error| Problem::io("clear the directory the new site is built in", staging, &error))?,
        };
        let (read, sha256) = Manifest::read(staging)?;
        let report = verify_listed(staging, (&read, &sha256), &|path, file, entry| self.facts.hold(path, file, entry));
        Ok(VerifyReport { extra, ..report })
    }

    /// [`Stage::prepare`] and [`Ready::swap`] in one.
    pub fn finish(self, release: &Release) -> Result<Published> {
        self.prepare(release)?.swap()
    }

    fn summary(&self, manifest: &Manifest, release_id: String, swap: Option<SwapMode>) -> Published {
        let before = &self.previous.files;
        let unchanged = manifest.files.iter().filter(|(path, entry)| before.get(*path) == Some(entry)).count() as u64;
        Published {
            release_id,
            written: manifest.files.len() as u64 - unchanged,
            unchanged,
            removed: before.keys().filter(|path| !manifest.files.contains_key(*path)).count() as u64,
            bytes: manifest.bytes(),
            output: self.place.output.clone(),
            swap,
        }
    }

    fn manifest(&self) -> Result<Manifest> {
        let mut files = BTreeMap::new();
        for (path, entry) in &self.book().files {
            let Some(entry) = entry else {
                return Err(Problem::failed(format!(
                    "{path} was not written to the end, so the site is not published"
                )));
            };
            files.insert(path.clone(), entry.clone());
        }
        Ok(Manifest::new(files))
    }

    /// Writes `release.json`, then `manifest.json` as the last file of all.
    fn seal(&self, manifest: &Manifest, release: &Release) -> Result<Seal> {
        let bytes = manifest.to_bytes();
        let card = Card::new(release, manifest, &bytes)?;
        let card_bytes = card.to_bytes()?;
        let card_sha256 = sha256(&card_bytes);
        for (name, bytes) in [(RELEASE, card_bytes), (MANIFEST, bytes)] {
            let file = self.place.staging.join(name);
            self.put(&file, &bytes).map_err(|error| self.write_problem(name, &error))?;
            failpoint(if name == RELEASE { "finish-release" } else { "finish-manifest" });
        }
        Ok(Seal { release_id: card.release_id, card_sha256 })
    }

    fn put(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        {
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            if self.room.fetch_sub(size, std::sync::atomic::Ordering::Relaxed) < size {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
        self.place_file(file, || File::create_new(file))?.write_all(bytes)
    }

    /// What is in the way on the spare tree may go.
    fn grown(&self) -> bool {
        matches!(self.ground, Ground::Spare(_))
    }

    /// Does `place`, which puts a file into the staging directory, once its folder is there and, on a spare tree, what
    /// stood in its place is gone.
    fn place_file<T>(&self, file: &Path, place: impl Fn() -> io::Result<T>) -> io::Result<T> {
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

    fn write_problem(&self, path: &str, error: &io::Error) -> Problem {
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

    fn book(&self) -> MutexGuard<'_, Book> {
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
        book.claim(path, spellings)?;
        book.files.insert(path.to_owned(), None);
        Ok(())
    }

    fn record(&self, path: &str, entry: Entry) {
        if let Some(slot) = self.book().files.get_mut(path) {
            *slot = Some(entry);
        }
    }
}

/// A path and its folders: folded, as written, and whether it is the file.
fn spellings(path: &str) -> Vec<(String, &str, bool)> {
    let folders = path.match_indices('/').map(|(at, _)| (&path[..at], false));
    folders.chain([(path, true)]).map(|(name, is_file)| (paths::fold(name), name, is_file)).collect()
}

impl Book {
    fn claim(&mut self, path: &str, spellings: Vec<(String, &str, bool)>) -> Result<()> {
        for (folded, name, is_file) in &spellings {
            match self.names.get(folded) {
                None => {}
                Some((taken, false)) if taken == name && !is_file => {}
                Some((taken, _)) if taken == path => {
                    return Err(Problem::failed(format!(
                        "{path} was written already: two pages have the same address"
                    )));
                }
                Some((taken, _)) => {
                    let message = format!("{path} collides with {taken}, which was written already");
                    let hint = "some file systems ignore case, and a name cannot be a file and a folder: rename one of the pages";
                    return Err(Problem::failed(message).hint(hint));
                }
            }
        }
        for (folded, name, is_file) in spellings {
            self.names.entry(folded).or_insert_with(|| (name.to_owned(), is_file));
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // After a swap the staging directory is gone or holds the old site; either way its time is over.
        let ended = match self.options.keep {
            Some(_) if self.place.staging.is_dir() => self.place.put_aside(&self.place.staging),
            _ => fs::remove_dir_all(&self.place.staging),
        };
        if let Err(error) = ended
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(dir = %self.place.staging.display(), %error, "could not remove the staging directory; the next build will");
        }
    }
}

fn damaged(release: &Kept, report: &VerifyReport) -> Problem {
    let message = format!(
        "the release {} is not what its manifest says: missing {:?}, changed {:?}, extra {:?}{}",
        release.id,
        report.missing,
        report.changed,
        report.extra,
        if report.card_matches { "" } else { ", another release.json" }
    );
    Problem::failed(message)
        .at(&release.dir)
        .hint("choose another release; `storebook releases --verify` tries them all")
}

fn make_parent(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

#[cfg(all(test, unix))]
#[path = "stage_tests.rs"]
mod tests;
