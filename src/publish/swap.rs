//! Putting a finished tree in the place of the old one, the best way its place allows.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::keep::{self, Keep};
use super::manifest::{Card, Manifest};
use super::spare::Ground;
use super::{copy, guard, system};
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
use crate::project::lock::alive;

/// Ends the name of a release that follows one with the same bytes: both must stand side by side for a moment.
const SECOND: &str = "-2";

/// How a new site takes the place of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapMode {
    /// Both directories change names in one step of the kernel.
    Exchange,
    /// The output is a symbolic link to a folder that bears its release's name; a new link is renamed over it.
    Symlink,
    /// File by file, assets first, pages next, the release's card last: for mount points. The only mode in which a
    /// kill can leave files of two releases side by side; the next build completes it.
    OrderedCopy,
}

/// What a swap is to put in place, and how.
pub(super) struct Wish<'a> {
    pub mode: Option<SwapMode>,
    pub new: &'a Manifest,
    pub old: &'a Manifest,
    pub release_id: &'a str,
    pub keep: Option<Keep>,
}

/// Where everything lies: the output, the tree behind it, the staging directory.
#[derive(Debug)]
pub(super) struct Place {
    /// As the caller named it, made absolute.
    pub output: PathBuf,
    /// The directory with the files: the output, or what the symbolic link leads to. May not exist.
    pub site: PathBuf,
    pub staging: PathBuf,
    /// The text of the symbolic link, if the output is one and names a release of ours: only such a link may be turned.
    release_link: Option<PathBuf>,
    /// What the hidden names beside the site are built from: equal for all builds that publish to one place.
    pub stem: OsString,
    /// The folder of old releases; may not exist.
    pub shelf: PathBuf,
}

impl Place {
    pub(super) fn find(output: &Path) -> Result<Place> {
        let output =
            std::path::absolute(output).map_err(|error| Problem::io("find the output directory", output, &error))?;
        // `a/../b` leads elsewhere when `a` is a link; `a/..` has no name of its own to build a sibling's name from.
        let output = match output.file_name() {
            Some(name) => guard::real_path(parent(&output)).join(name),
            None => guard::real_path(&output),
        };
        let release_link = output.read_link().ok().filter(|text| names_release(&parent(&output).join(text)));
        // Any other link stays as it is, and the directory behind it is treated like an output without a link:
        // a server may have been told its real name.
        let site = guard::real_path(&output);
        let stem = name_of(if release_link.is_some() { &output } else { &site });
        let staging = parent(&site).join(sibling(&stem, "stage", std::process::id()));
        let beside = parent(if release_link.is_some() { &output } else { &site });
        let shelf = beside.join(format!(".{}.releases", stem.to_string_lossy()));
        Ok(Place { output, site, staging, release_link, stem, shelf })
    }

    /// Removes the staging directories and links of dead processes; refuses when a living one is at work.
    pub(super) fn clean_stale(&self) -> Result<()> {
        let beside_link = self.release_link.is_some().then(|| parent(&self.output));
        for dir in std::iter::once(parent(&self.site)).chain(beside_link).chain([self.shelf.as_path()]) {
            let Ok(entries) = dir.read_dir() else { continue };
            for entry in entries.flatten() {
                self.clean_entry(&entry.path())?;
            }
        }
        Ok(())
    }

    fn clean_entry(&self, found: &Path) -> Result<()> {
        let Some(name) = found.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
        let start = format!(".{}.", self.stem.to_string_lossy());
        let Some((role, pid)) = name.strip_prefix(&start).and_then(|rest| rest.split_once('-')) else { return Ok(()) };
        let Ok(pid) = pid.parse::<u32>() else { return Ok(()) };
        let is_dir = found.symlink_metadata().is_ok_and(|about| about.is_dir());
        match role {
            // A number can belong to a new process by now; the lock cannot.
            "stage" if is_dir && alive(pid) && system::try_lock(found).is_none() => {
                let message = format!("another build (process {pid}) is publishing to {}", self.output.display());
                let hint = format!("wait for it to end; if there is none, remove {}", found.display());
                Err(Problem::refused(message).hint(hint))
            }
            "new" if is_dir && alive(pid) && pid != std::process::id() => Ok(()),
            // Killed between the swap and the shelf.
            "stage" if is_dir && self.replaced(found) && self.shelve(found).is_ok_and(|kept| kept) => Ok(()),
            role if role.starts_with("doomed") && alive(pid) && pid != std::process::id() => Ok(()),
            role if is_dir && (role == "stage" || role == "new" || role.starts_with("doomed")) => {
                match fs::remove_dir_all(found) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        Err(Problem::io("remove what a dead build left", found, &error))
                    }
                    _ => Ok(()),
                }
            }
            "link" if !is_dir && (!alive(pid) || pid == std::process::id()) => {
                let _ = fs::remove_file(found);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Makes the staging directory, locked from the first moment it bears its name, and says what it stands on.
    pub(super) fn create_staging(&self) -> Result<(Option<File>, Ground)> {
        let beside = parent(&self.site);
        let problem = |error: io::Error| {
            let problem = Problem::io("make the directory the new site is built in", &self.staging, &error);
            match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => problem.hint(format!(
                    "the new site is built beside the old one, so {} must be writable",
                    beside.display()
                )),
                _ => problem,
            }
        };
        fs::create_dir_all(beside).map_err(problem)?;
        let fresh = beside.join(sibling(&self.stem, "new", std::process::id()));
        let ground = match self.take_spare(&fresh) {
            Some(ground) => ground,
            None => fs::create_dir(&fresh).map(|()| Ground::Empty).map_err(problem)?,
        };
        let lock = system::try_lock(&fresh);
        if let Err(error) = fs::rename(&fresh, &self.staging) {
            let _ = fs::remove_dir(&fresh);
            return Err(problem(error));
        }
        Ok((lock, ground))
    }

    /// Gives the new tree the access rights of the old one: a site may be private to a group.
    pub(super) fn keep_permissions(&self) -> Result<()> {
        let Ok(about) = self.site.metadata() else { return Ok(()) };
        fs::set_permissions(&self.staging, about.permissions())
            .map_err(|error| Problem::io("set the permissions of the new site", &self.staging, &error))
    }

    /// Puts the staged tree in place. The old one goes to the shelf, or, unless `keep` is set, away.
    pub(super) fn swap(&self, wish: &Wish<'_>) -> Result<SwapMode> {
        let mode = match wish.mode {
            Some(SwapMode::Symlink) if self.release_link.is_none() => {
                let message = "the swap mode symlink needs an output that is a symbolic link to a release";
                let hint =
                    "make it a link to a folder that bears the release_id of its release.json, or choose another mode";
                return Err(Problem::usage(message).at(&self.output).hint(hint));
            }
            Some(mode) => mode,
            None if self.release_link.is_some() => SwapMode::Symlink,
            None => SwapMode::Exchange,
        };
        let replaced = Card::read(&self.site).map(|card| card.release_id);
        if wish.keep.is_some() && mode != SwapMode::Symlink {
            self.announce(wish.release_id, None)?;
        }
        failpoint("swap-before");
        let done = match mode {
            SwapMode::Symlink => self.swap_link(wish).map(|()| mode),
            SwapMode::Exchange => self.swap_exchange(wish),
            SwapMode::OrderedCopy => self.swap_copy(wish).map(|()| mode),
        };
        let done = match done {
            Ok(done) => done,
            Err(problem) => {
                if let Err(further) = self.settle() {
                    tracing::warn!("{further}");
                }
                return Err(problem);
            }
        };
        failpoint("swap-done");
        if let Some(keep) = wish.keep
            && let Err(error) = self.put_by(done, keep, replaced.as_deref())
        {
            // The site is published: old releases are no reason to say that it is not.
            tracing::warn!(dir = %self.shelf.display(), %error, "could not tidy the old releases");
        }
        Ok(done)
    }

    /// The output holds the new release already, file for file: it stays as it is, only the old ones are pruned.
    pub(super) fn leave(&self, keep: Option<Keep>) {
        if let Some(keep) = keep
            && let Err(error) = self.prune(keep, None)
        {
            tracing::warn!(dir = %self.shelf.display(), %error, "could not tidy the old releases");
        }
    }

    /// The release that has left the output takes its place among the old ones.
    fn put_by(&self, mode: SwapMode, keep: Keep, replaced: Option<&str>) -> io::Result<()> {
        match mode {
            SwapMode::Exchange => drop(self.shelve(&self.staging)?),
            SwapMode::Symlink => keep::strip(&self.site)?,
            SwapMode::OrderedCopy => {}
        }
        self.told();
        if mode != SwapMode::OrderedCopy {
            self.unshelve_current()?;
        }
        self.prune(keep, replaced)
    }

    fn swap_copy(&self, wish: &Wish<'_>) -> Result<()> {
        let source = match wish.keep {
            Some(_) => self.shelve_staged(wish.release_id)?,
            None => self.staging.clone(),
        };
        copy::ordered(&source, &self.site, wish.new, wish.old, wish.release_id)
    }

    fn swap_exchange(&self, wish: &Wish<'_>) -> Result<SwapMode> {
        let done = if self.site.symlink_metadata().is_ok() {
            system::exchange(&self.staging, &self.site)
        } else {
            fs::rename(&self.staging, &self.site)
        };
        match done {
            Ok(()) => {
                failpoint("swap-exchanged");
                system::sync_dir(parent(&self.site));
                Ok(SwapMode::Exchange)
            }
            Err(error) if system::cannot_exchange(&error) => {
                tracing::debug!(output = %self.site.display(), %error, "no exchange of directories here, copying in order");
                self.swap_copy(wish)?;
                Ok(SwapMode::OrderedCopy)
            }
            Err(error) => Err(Problem::io("put the new site in place", &self.site, &error)),
        }
    }

    fn swap_link(&self, wish: &Wish<'_>) -> Result<()> {
        let problem = |error: io::Error| Problem::io("put the new site in place", &self.output, &error);
        let releases = parent(&self.site);
        let names = [wish.release_id.to_owned(), format!("{}{SECOND}", wish.release_id)];
        let others: Vec<&String> = names.iter().filter(|name| name_of(&self.site) != OsStr::new(name)).collect();
        let taken = |name: &str| releases.join(name).symlink_metadata().is_ok();
        let Some(name) = others.iter().find(|name| !taken(name)).or(others.first()) else { return Ok(()) };
        let release = releases.join(name);
        // A release of this name that the link does not lead to is what a killed build left, or the one before.
        if taken(name) {
            guard::check_contents(&release)?;
            self.doom_tree(&release).map_err(problem)?;
        }
        if wish.keep.is_some() {
            self.announce(wish.release_id, Some(release.clone()))?;
            self.note(self.release_link.as_deref().unwrap_or(&self.site)).map_err(problem)?;
        }
        fs::rename(&self.staging, &release).map_err(problem)?;
        system::sync_dir(releases);
        failpoint("swap-release");
        if let Err(error) = self.relink(&release, name) {
            // Nothing is removed that the output leads to, whatever went wrong.
            if !same(&self.output, &release) {
                let _ = fs::remove_dir_all(&release);
            }
            return Err(problem(error));
        }
        system::sync_dir(parent(&self.output));
        failpoint("swap-relinked");
        if !same(&self.output, &release) {
            let message = format!("the output does not lead to the new release {}", release.display());
            let hint = "another program may have changed the link; nothing was removed: run the build again";
            return Err(Problem::failed(message).at(&self.output).hint(hint));
        }
        if wish.keep.is_none()
            && Card::read(&self.site).is_some()
            && let Err(error) = fs::remove_dir_all(&self.site)
        {
            tracing::warn!(dir = %self.site.display(), %error, "could not remove the old release");
        }
        Ok(())
    }

    /// Turns the link to its neighbour `name`, which must be `release`: proved on the new link before it takes the
    /// old one's place.
    fn relink(&self, release: &Path, name: &str) -> io::Result<()> {
        let target = match &self.release_link {
            Some(text) => text.with_file_name(name),
            None => release.to_path_buf(),
        };
        let link = parent(&self.output).join(sibling(&self.stem, "link", std::process::id()));
        let turned = system::symlink(&target, &link).and_then(|()| {
            if !same(&link, release) {
                return Err(io::Error::other("a new link would not lead to the new release"));
            }
            failpoint("swap-link");
            fs::rename(&link, &self.output)
        });
        if turned.is_err() {
            let _ = fs::remove_file(&link);
        }
        turned
    }
}

/// Whether a path is a directory, not a link to one, that holds our card and bears the release's name: only folders
/// that were made by the swap mode symlink do, and nobody counts on their staying.
fn names_release(path: &Path) -> bool {
    let is_dir = path.symlink_metadata().is_ok_and(|about| about.is_dir());
    let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_dir) else { return false };
    let id = name.strip_suffix(SECOND).unwrap_or(name);
    let is_id = id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_id && Card::read(path).is_some_and(|card| card.release_id == id)
}

/// Whether two paths lead to one existing file or directory.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// `.<stem>.<role>-<process>`: hidden, beside the site, and told from anyone else's files by its shape.
pub(super) fn sibling(stem: &OsStr, role: &str, pid: u32) -> OsString {
    let mut name = OsString::from(".");
    name.push(stem);
    name.push(format!(".{role}-{pid}"));
    name
}

fn name_of(path: &Path) -> OsString {
    path.file_name().map_or_else(|| OsString::from("site"), OsString::from)
}

pub(super) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

#[cfg(all(test, unix))]
#[path = "swap_tests.rs"]
mod tests;
