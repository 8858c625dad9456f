//! Putting a finished tree in the place of the old one, the best way its place allows.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::failpoint::failpoint;
use super::manifest::{Card, Manifest};
use super::{copy, system};
use crate::problem::{Problem, Result};

/// How a new site takes the place of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapMode {
    /// Both directories change names in one step of the kernel.
    Exchange,
    /// The output is a symbolic link into a folder of releases; a new link is renamed over it.
    Symlink,
    /// File by file, assets first, pages next, the release's card last: for mount points. The only mode in which a
    /// kill can leave files of two releases side by side; the next build completes it.
    OrderedCopy,
}

/// Where everything lies: the output, the tree behind it, the staging directory.
#[derive(Debug)]
pub(super) struct Place {
    /// As the caller named it, made absolute.
    pub output: PathBuf,
    /// The directory with the files: the output, or what the symbolic link leads to. May not exist.
    pub site: PathBuf,
    pub staging: PathBuf,
    /// The text of the symbolic link, if the output is one.
    link: Option<PathBuf>,
}

impl Place {
    pub(super) fn find(output: &Path) -> Result<Place> {
        let output =
            std::path::absolute(output).map_err(|error| Problem::io("find the output directory", output, &error))?;
        // `a/../b` and `a/.` have no name of their own to build a sibling's name from.
        let output = if output.components().any(|part| part.as_os_str() == "..") || output.file_name().is_none() {
            super::guard::real_path(&output)
        } else {
            output
        };
        let link = output.read_link().ok();
        let site = match &link {
            None => output.clone(),
            // Only the last name may be missing: the link may lead to a release that is not there yet.
            Some(text) => super::guard::real_path(&parent(&output).join(text)),
        };
        let staging = parent(&site).join(sibling(&output, "stage", std::process::id()));
        Ok(Place { output, site, staging, link })
    }

    /// Removes the staging directories and links of dead processes; refuses when a living one is at work.
    pub(super) fn clean_stale(&self) -> Result<()> {
        for dir in [parent(&self.site), parent(&self.output)] {
            let Ok(entries) = dir.read_dir() else { continue };
            for entry in entries.flatten() {
                self.clean_entry(&entry.path())?;
            }
        }
        Ok(())
    }

    fn clean_entry(&self, found: &Path) -> Result<()> {
        let Some(name) = found.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
        let start = format!(".{}.", name_of(&self.output).to_string_lossy());
        let Some((role, pid)) = name.strip_prefix(&start).and_then(|rest| rest.split_once('-')) else { return Ok(()) };
        let Ok(pid) = pid.parse::<u32>() else { return Ok(()) };
        let is_dir = found.symlink_metadata().is_ok_and(|about| about.is_dir());
        match role {
            // A number can belong to a new process by now; the lock cannot.
            "stage" if is_dir && system::alive(pid) && system::try_lock(found).is_none() => {
                let message = format!("another build (process {pid}) is publishing to {}", self.output.display());
                let hint = format!("wait for it to end; if there is none, remove {}", found.display());
                Err(Problem::refused(message).hint(hint))
            }
            "new" if is_dir && system::alive(pid) && pid != std::process::id() => Ok(()),
            "stage" | "new" if is_dir => match fs::remove_dir_all(found) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Problem::io("remove what a dead build left", found, &error))
                }
                _ => Ok(()),
            },
            "link" if !is_dir && (!system::alive(pid) || pid == std::process::id()) => {
                let _ = fs::remove_file(found);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Makes the staging directory, locked from the first moment it bears its name.
    pub(super) fn create_staging(&self) -> Result<Option<File>> {
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
        let fresh = beside.join(sibling(&self.output, "new", std::process::id()));
        fs::create_dir(&fresh).map_err(problem)?;
        let lock = system::try_lock(&fresh);
        if let Err(error) = fs::rename(&fresh, &self.staging) {
            let _ = fs::remove_dir(&fresh);
            return Err(problem(error));
        }
        Ok(lock)
    }

    /// Gives the new tree the access rights of the old one: a site may be private to a group.
    pub(super) fn keep_permissions(&self) -> Result<()> {
        let Ok(about) = self.site.metadata() else { return Ok(()) };
        fs::set_permissions(&self.staging, about.permissions())
            .map_err(|error| Problem::io("set the permissions of the new site", &self.staging, &error))
    }

    /// Puts the staged tree in place and removes the old one.
    pub(super) fn swap(
        &self,
        wish: Option<SwapMode>,
        new: &Manifest,
        old: &Manifest,
        release_id: &str,
    ) -> Result<SwapMode> {
        let mode = match wish {
            Some(SwapMode::Symlink) if self.link.is_none() => {
                let problem =
                    Problem::usage("the swap mode symlink needs an output that is a symbolic link").at(&self.output);
                return Err(problem.hint("make it a link into a folder of releases, or choose another mode"));
            }
            Some(mode) => mode,
            None if self.link.is_some() => SwapMode::Symlink,
            None => SwapMode::Exchange,
        };
        failpoint("swap-before");
        let done = match mode {
            SwapMode::Symlink => self.swap_link(release_id).map(|()| mode),
            SwapMode::Exchange => self.swap_exchange(new, old),
            SwapMode::OrderedCopy => copy::ordered(&self.staging, &self.site, new, old).map(|()| mode),
        }?;
        failpoint("swap-done");
        Ok(done)
    }

    fn swap_exchange(&self, new: &Manifest, old: &Manifest) -> Result<SwapMode> {
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
                copy::ordered(&self.staging, &self.site, new, old)?;
                Ok(SwapMode::OrderedCopy)
            }
            Err(error) => Err(Problem::io("put the new site in place", &self.site, &error)),
        }
    }

    fn swap_link(&self, release_id: &str) -> Result<()> {
        let problem = |error: io::Error| Problem::io("put the new site in place", &self.output, &error);
        let releases = parent(&self.site);
        let current = name_of(&self.site);
        let name = if current == *release_id { format!("{release_id}-2") } else { release_id.to_owned() };
        let release = releases.join(&name);
        // A release of this name that the link does not lead to is what a killed build left, or the one before.
        if release.symlink_metadata().is_ok() {
            super::guard::check_contents(&release)?;
            fs::remove_dir_all(&release).map_err(problem)?;
        }
        fs::rename(&self.staging, &release).map_err(problem)?;
        system::sync_dir(releases);
        failpoint("swap-release");
        let target = match &self.link {
            Some(text) if text.file_name().is_some() => text.with_file_name(&name),
            _ => release.clone(),
        };
        let link = parent(&self.output).join(sibling(&self.output, "link", std::process::id()));
        let relinked = system::symlink(&target, &link).and_then(|()| {
            failpoint("swap-link");
            fs::rename(&link, &self.output)
        });
        if let Err(error) = relinked {
            let _ = fs::remove_file(&link);
            let _ = fs::remove_dir_all(&release);
            return Err(problem(error));
        }
        system::sync_dir(parent(&self.output));
        failpoint("swap-relinked");
        if Card::read(&self.site).is_some()
            && let Err(error) = fs::remove_dir_all(&self.site)
        {
            tracing::warn!(dir = %self.site.display(), %error, "could not remove the old release");
        }
        Ok(())
    }
}

/// `.<output's name>.<role>-<process>`: hidden, beside the output, and told from anyone else's files by its shape.
fn sibling(output: &Path, role: &str, pid: u32) -> OsString {
    let mut name = OsString::from(".");
    name.push(name_of(output));
    name.push(format!(".{role}-{pid}"));
    name
}

fn name_of(path: &Path) -> OsString {
    path.file_name().map_or_else(|| OsString::from("site"), OsString::from)
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}
