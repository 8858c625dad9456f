//! The releases that were published before: kept beside the output, so that one of them can be put back.
//!
//! They stand in the *shelf*, a hidden folder named after the output (`.output.releases`), one folder per release
//! under its id; with the swap mode symlink the shelf holds links to the release folders that are there anyway. Files
//! that did not change are hard links, which is safe because nothing ever writes into a published file.
//!
//! What a kill can leave is told apart by one file, `publishing`: it names the release that was about to be published,
//! and the tree that must go if it was not.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::copy;
use super::manifest::{Card, Manifest, RELEASE};
use super::swap::{Place, parent, same, sibling};
use super::verify::slashed;
use super::{guard, system, verify};
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};

/// How many old releases stay, and for how long. The newest one always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    pub releases: u32,
    pub days: u32,
}

/// A release that stands in the output or in the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    /// The directory with its files.
    pub dir: PathBuf,
    pub as_of: String,
    pub today: String,
    pub files: u64,
    pub bytes: u64,
    /// When it was published first.
    pub published: SystemTime,
    /// It is the one in the output.
    pub current: bool,
}

/// What `publishing` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    release_id: String,
    /// A tree this publish adds to the shelf or to the releases folder before its swap.
    fresh: Option<PathBuf>,
}

const NOTICE: &str = "publishing";

impl Place {
    /// Every release, the newest first; a site that was published by other means is not one.
    pub(super) fn releases(&self) -> Vec<Kept> {
        let current = kept(&self.output, true);
        let unpublished = self.notice().and_then(|notice| notice.fresh);
        let mut all: Vec<Kept> = (self.shelf.read_dir().into_iter().flatten().flatten())
            .filter_map(|entry| {
                let release = kept(&entry.path().canonicalize().ok()?, false)?;
                (entry.file_name() == *release.id).then_some(release)
            })
            .filter(|release| current.as_ref().is_none_or(|current| current.id != release.id))
            .filter(|release| unpublished.as_ref().is_none_or(|fresh| !same(fresh, &release.dir)))
            .chain(current.clone())
            .collect();
        all.sort_by(|a, b| (b.published, &b.id).cmp(&(a.published, &a.id)));
        all
    }

    /// Says that the release is about to be published.
    pub(super) fn announce(&self, release_id: &str, fresh: Option<PathBuf>) -> Result<()> {
        let io = |error: io::Error| Problem::io("prepare the folder of old releases", &self.shelf, &error);
        if self.shelf.symlink_metadata().is_err() {
            fs::create_dir(&self.shelf).map_err(io)?;
            // Old releases are as private as the site.
            if let Ok(about) = self.site.metadata() {
                fs::set_permissions(&self.shelf, about.permissions()).map_err(io)?;
            }
        }
        let notice = Notice { release_id: release_id.to_owned(), fresh };
        let scratch = self.shelf.join(format!("{NOTICE}-{}", std::process::id()));
        let bytes = serde_json::to_vec(&notice).map_err(|error| io(error.into()))?;
        fs::write(&scratch, bytes)
            .and_then(|()| fs::File::open(&scratch)?.sync_all())
            .and_then(|()| fs::rename(&scratch, self.shelf.join(NOTICE)))
            .map_err(io)?;
        system::sync_dir(&self.shelf);
        failpoint("swap-announced");
        Ok(())
    }

    fn notice(&self) -> Option<Notice> {
        serde_json::from_slice(&fs::read(self.shelf.join(NOTICE)).ok()?).ok()
    }

    /// Whether a publish of this release was announced and did not come to its end.
    pub(super) fn announced(&self, release_id: &str) -> bool {
        self.notice().is_some_and(|notice| notice.release_id == release_id)
    }

    /// Ends what [`Place::announce`] began.
    pub(super) fn told(&self) {
        let _ = fs::remove_file(self.shelf.join(NOTICE));
        system::sync_dir(&self.shelf);
        failpoint("keep-told");
    }

    /// Puts a tree that stood in the output into the shelf; `false` when it is none to keep.
    pub(super) fn shelve(&self, tree: &Path) -> io::Result<bool> {
        let Some(old) = kept(tree, false) else { return Ok(false) };
        if Card::read(&self.site).is_some_and(|card| card.release_id == old.id) {
            return Ok(false);
        }
        strip(tree)?;
        failpoint("keep-stripped");
        let to = self.shelf.join(&old.id);
        if to.symlink_metadata().is_ok() {
            self.doom(&to)?;
        }
        fs::rename(tree, &to)?;
        system::sync_dir(&self.shelf);
        failpoint("keep-moved");
        Ok(true)
    }

    /// Puts the staged tree itself into the shelf, to be copied from there into the output: where the output cannot be
    /// renamed, the shelf holds every release, the current one among them. Gives the tree to copy from.
    pub(super) fn shelve_staged(&self, release_id: &str) -> Result<PathBuf> {
        let io = |error: io::Error| Problem::io("keep the new release", &self.shelf, &error);
        let to = self.shelf.join(release_id);
        let intact = |tree: &Path| {
            let card = |dir: &Path| fs::read(dir.join(RELEASE)).ok();
            card(tree) == card(&self.staging) && verify(tree).is_ok_and(|report| report.ok())
        };
        if to.symlink_metadata().is_ok() {
            if intact(&to) {
                return Ok(to);
            }
            self.doom(&to).map_err(io)?;
        }
        // The notice is about this tree from now on.
        self.announce(release_id, Some(to.clone()))?;
        fs::rename(&self.staging, &to).map_err(io)?;
        strip(&to).map_err(io)?;
        system::sync_dir(&self.shelf);
        failpoint("copy-kept");
        Ok(to)
    }

    /// Notes in the shelf where the release folder lies that a link is about to be turned away from.
    pub(super) fn note(&self, text: &Path) -> io::Result<()> {
        let Some(current) = kept(&self.site, true) else { return Ok(()) };
        // The shelf lies one folder deeper than the link.
        let target = if text.is_absolute() { text.to_path_buf() } else { Path::new("..").join(text) };
        let scratch = self.shelf.join(format!("link-{}", std::process::id()));
        let _ = fs::remove_file(&scratch);
        system::symlink(&target, &scratch)?;
        fs::rename(&scratch, self.shelf.join(&current.id))?;
        system::sync_dir(&self.shelf);
        failpoint("swap-noted");
        Ok(())
    }

    /// Removes what is more or older than is kept. `replaced` is the release that has just left the output: it counts
    /// as the newest, and the newest stays.
    pub(super) fn prune(&self, keep: Keep, replaced: Option<&str>) -> io::Result<()> {
        let mut old: Vec<Kept> = self.releases().into_iter().filter(|release| !release.current).collect();
        // The sort is stable: the others stay in the order of their age.
        old.sort_by_key(|release| Some(release.id.as_str()) != replaced);
        let limit = Duration::from_secs(u64::from(keep.days) * 24 * 60 * 60);
        for (at, release) in old.iter().enumerate() {
            let young = SystemTime::now().duration_since(release.published).is_ok_and(|age| age <= limit);
            if at > 0 && (at >= keep.releases as usize || !young) {
                self.doom(&self.shelf.join(&release.id))?;
            }
        }
        Ok(())
    }

    /// The release in the output needs no second copy.
    pub(super) fn unshelve_current(&self) -> io::Result<()> {
        let Some(card) = Card::read(&self.output) else { return Ok(()) };
        let entry = self.shelf.join(card.release_id);
        if entry.symlink_metadata().is_ok() { self.doom(&entry) } else { Ok(()) }
    }

    /// Removes a release of the shelf: first from the list, under another name, then from the disk.
    fn doom(&self, entry: &Path) -> io::Result<()> {
        let is_link = entry.symlink_metadata()?.is_symlink();
        let tree = if is_link { entry.canonicalize().ok() } else { Some(entry.to_path_buf()) };
        if is_link {
            fs::remove_file(entry)?;
        }
        match tree {
            // What the output leads to is never removed, whatever the shelf says.
            Some(tree) if !same(&tree, &self.output) => self.doom_tree(&tree),
            _ => Ok(()),
        }
    }

    /// Removes a tree (or makes it the spare one), renamed first: a half-removed one never bears the name of a release.
    pub(super) fn doom_tree(&self, tree: &Path) -> io::Result<()> {
        let free = (0..100).map(|number| {
            let role = if number == 0 { OsString::from("doomed") } else { OsString::from(format!("doomed{number}")) };
            parent(tree).join(sibling(&self.stem, &role.to_string_lossy(), std::process::id()))
        });
        let Some(doomed) = free.into_iter().find(|path| path.symlink_metadata().is_err()) else {
            return Err(io::Error::other("too many releases wait for their removal"));
        };
        fs::rename(tree, &doomed)?;
        system::sync_dir(parent(tree));
        failpoint("prune-doomed");
        self.put_aside(&doomed)?;
        failpoint("prune-removed");
        Ok(())
    }

    /// Settles what a killed publish left in the shelf and, in an output that is copied into, in the output. No living
    /// build may be at work here.
    pub(super) fn settle(&self) -> Result<()> {
        if let Some(release_id) = copy::begun(&self.site) {
            let source = self.shelf.join(&release_id);
            if kept(&source, false).is_some_and(|release| release.id == release_id) {
                let (new, _) = Manifest::read(&source)?;
                copy::complete(&source, &self.site, &new)?;
            }
        }
        self.clear_scratch();
        let Some(notice) = self.notice() else { return Ok(()) };
        let published = Card::read(&self.output).is_some_and(|card| card.release_id == notice.release_id);
        if let Some(fresh) = notice.fresh.filter(|_| !published)
            && fresh.symlink_metadata().is_ok()
            && !same(&fresh, &self.output)
        {
            guard::check_contents(&fresh)?;
            self.doom_tree(&fresh).map_err(|error| Problem::io("remove what a dead build left", &fresh, &error))?;
        }
        self.told();
        Ok(())
    }

    /// Files on their way into the shelf when their process died.
    fn clear_scratch(&self) {
        for entry in self.shelf.read_dir().into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("publishing-") || name.starts_with("link-") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Whether the staging directory of a dead build holds the site that it had replaced already.
    pub(super) fn replaced(&self, tree: &Path) -> bool {
        let Some(notice) = self.notice() else { return false };
        Card::read(tree).is_some_and(|card| card.release_id != notice.release_id)
            && verify(tree).is_ok_and(|report| report.ok())
    }
}

/// A directory as a release, if it is one.
fn kept(dir: &Path, current: bool) -> Option<Kept> {
    let card = Card::read(dir)?;
    let published = dir.join(RELEASE).metadata().and_then(|about| about.modified()).ok()?;
    Some(Kept {
        id: card.release_id,
        dir: dir.to_path_buf(),
        as_of: card.as_of,
        today: card.today,
        files: card.files,
        bytes: card.bytes,
        published,
        current,
    })
}

/// Removes the owner's dot-files from a tree that left the output: they live on in the new one, some as hard links
/// that their owner may write into.
pub(super) fn strip(tree: &Path) -> io::Result<()> {
    let Ok((manifest, _)) = Manifest::read(tree) else { return Ok(()) };
    for entry in tree.read_dir()? {
        let path = entry?.path();
        if !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            continue;
        }
        for found in walkdir::WalkDir::new(&path).contents_first(true) {
            let found = found?;
            if found.file_type().is_dir() {
                // Not empty when it holds a file of the release.
                let _ = fs::remove_dir(found.path());
            } else if !manifest.files.contains_key(&slashed(tree, found.path())) {
                fs::remove_file(found.path())?;
            }
        }
    }
    Ok(())
}
