//! The swap for outputs that cannot be renamed, such as mount points: file by file, in an order readers survive.
//!
//! All bytes are first brought onto the output's own file system, so that a full disk is met before anything
//! changes; what remains are renames: assets first, since old pages do not miss the new ones; pages next; the
//! release's card and manifest; last the removal of what no page needs any more.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::dotfiles::link_or_copy;
use super::guard::INCOMING;
use super::manifest::{MANIFEST, Manifest, RELEASE, measure};
use super::system;
use super::verify::slashed;
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};

/// Makes `site` equal to `staging`, the owner's dot-files excepted.
pub(super) fn ordered(staging: &Path, site: &Path, new: &Manifest, old: &Manifest) -> Result<()> {
    let problem = |error: io::Error| Problem::io("copy the new site into place", site, &error);
    fs::create_dir_all(site).map_err(problem)?;
    let incoming = site.join(INCOMING);
    if incoming.symlink_metadata().is_ok() {
        fs::remove_dir_all(&incoming).map_err(problem)?;
    }
    fs::create_dir(&incoming).map_err(problem)?;
    let arrivals = match fetch(staging, site, &incoming, new) {
        Ok(arrivals) => arrivals,
        Err(error) => {
            let _ = fs::remove_dir_all(&incoming);
            return Err(problem(error));
        }
    };
    system::sync_tree(site).map_err(problem)?;
    failpoint("copy-incoming");
    for (rank, group) in [(Rank::Asset, "copy-assets"), (Rank::Page, "copy-pages"), (Rank::Card, "copy-card")] {
        for arrival in arrivals.iter().filter(|arrival| arrival.rank == rank) {
            settle(site, arrival).map_err(problem)?;
        }
        failpoint(group);
    }
    remove_orphans(site, new, old).map_err(problem)?;
    failpoint("copy-orphans");
    system::sync_tree(site).map_err(problem)?;
    fs::remove_dir_all(&incoming).map_err(problem)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Asset,
    Page,
    Card,
}

struct Arrival {
    rank: Rank,
    path: String,
    from: PathBuf,
}

/// Brings each file that differs from the site's into `incoming`, numbered.
fn fetch(staging: &Path, site: &Path, incoming: &Path, new: &Manifest) -> io::Result<Vec<Arrival>> {
    let listed = new.files.iter().map(|(path, entry)| (path.as_str(), Some(entry)));
    let all: Vec<_> = listed.chain([(RELEASE, None), (MANIFEST, None)]).collect();
    let arrivals: io::Result<Vec<Option<Arrival>>> = all
        .par_iter()
        .enumerate()
        .map(|(number, (path, entry))| {
            if entry.is_some_and(|entry| measure(&site.join(path)).is_ok_and(|found| found == *entry)) {
                return Ok(None);
            }
            let from = incoming.join(number.to_string());
            link_or_copy(&staging.join(path), &from)?;
            let rank = match entry {
                None => Rank::Card,
                Some(_) if is_page(path) => Rank::Page,
                Some(_) => Rank::Asset,
            };
            Ok(Some(Arrival { rank, path: (*path).to_owned(), from }))
        })
        .collect();
    Ok(arrivals?.into_iter().flatten().collect())
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html"))
}

/// Renames one file over its predecessor. Where the last release had a file for a folder or the reverse, the old
/// one gives way: nothing of it is in the new release.
fn settle(site: &Path, arrival: &Arrival) -> io::Result<()> {
    let to = site.join(&arrival.path);
    if to.symlink_metadata().is_ok_and(|about| about.is_dir()) {
        fs::remove_dir_all(&to)?;
    }
    let folders: Vec<&str> = arrival.path.match_indices('/').map(|(at, _)| &arrival.path[..at]).collect();
    for folder in folders {
        let dir = site.join(folder);
        match dir.symlink_metadata() {
            Ok(about) if about.is_dir() => continue,
            Ok(_) => fs::remove_file(&dir)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        fs::create_dir(&dir)?;
    }
    fs::rename(&arrival.from, &to)
}

/// Removes what the new release does not have, then folders that are left empty.
fn remove_orphans(site: &Path, new: &Manifest, old: &Manifest) -> io::Result<()> {
    let mut folders: HashSet<&str> = HashSet::new();
    for path in new.files.keys() {
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let owners = |path: &str| path.starts_with('.') && !old.files.contains_key(path);
    for entry in WalkDir::new(site).follow_root_links(true).min_depth(1).contents_first(true) {
        let entry = entry?;
        let path = slashed(site, entry.path());
        if owners(&path) || new.files.contains_key(&path) || path == MANIFEST || path == RELEASE {
            continue;
        }
        if !entry.file_type().is_dir() {
            fs::remove_file(entry.path())?;
        } else if !folders.contains(path.as_str()) {
            // Not empty when it keeps a file of the owner.
            let _ = fs::remove_dir(entry.path());
        }
    }
    Ok(())
}
