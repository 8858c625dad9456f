//! Dot-files at the root of the output belong to its owner (`.git`, `.well-known`): they outlive a swap.
//!
//! They are linked into the new tree before the swap, never moved, so that no kill can lose them.

use std::fs;
use std::io;
use std::path::Path;

use super::guard::INCOMING;
use super::manifest::Manifest;
use super::verify::slashed;
use crate::problem::{Problem, Result};

/// Brings the owner's dot-files of `site` into `staging`. What the last release itself wrote is not the owner's.
pub(super) fn carry_over(site: &Path, staging: &Path, previous: &Manifest) -> Result<()> {
    let problem = |error: io::Error| Problem::io("take over the dot-files of the output directory", site, &error);
    let entries = match site.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(problem(error)),
    };
    for entry in entries {
        let name = entry.map_err(problem)?.file_name();
        if name.as_encoded_bytes().starts_with(b".") && name != INCOMING {
            link_tree(site, &site.join(&name), staging, previous).map_err(problem)?;
        }
    }
    Ok(())
}

fn link_tree(site: &Path, from: &Path, staging: &Path, previous: &Manifest) -> io::Result<()> {
    let path = slashed(site, from);
    let Ok(below) = from.strip_prefix(site) else { return Ok(()) };
    let to = staging.join(below);
    let kind = from.symlink_metadata()?.file_type();
    if kind.is_dir() {
        match fs::create_dir(&to) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        for entry in from.read_dir()? {
            link_tree(site, &entry?.path(), staging, previous)?;
        }
    } else if previous.files.contains_key(&path) || to.symlink_metadata().is_ok() {
        // Ours and perhaps gone on purpose, or written anew.
    } else if kind.is_symlink() {
        super::system::symlink(&from.read_link()?, &to)?;
    } else if kind.is_file() {
        link_or_copy(from, &to)?;
    } else {
        tracing::warn!(path, "a socket, pipe or device in the output directory is not taken over");
    }
    Ok(())
}

/// A second name for a file, or a copy where links are not possible.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Err(error),
        Err(_) => fs::copy(from, to).map(|_| ()),
    }
}
