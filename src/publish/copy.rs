//! The swap for outputs that cannot be renamed, such as mount points: file by file, in an order readers survive.
//!
//! All bytes are first brought onto the output's own file system, so that a full disk is met before anything
//! changes; what remains are renames: assets first, since old pages do not miss the new ones; pages next; the
//! release's card and manifest; last the removal of what no page needs any more.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
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

/// Names, inside the folder of arrivals, the release whose files are being renamed into the site.
const BEGUN: &str = "begun";
/// The manifest of the release before, beside it.
const OLD: &str = "old.json";

/// Makes `site` equal to `source`, the owner's dot-files excepted.
pub(super) fn ordered(source: &Path, site: &Path, new: &Manifest, old: &Manifest, release_id: &str) -> Result<()> {
    let problem = |error: io::Error| Problem::io("copy the new site into place", site, &error);
    fs::create_dir_all(site).map_err(problem)?;
    let incoming = site.join(INCOMING);
    if incoming.symlink_metadata().is_ok() {
        // Its name for what it holds goes first: from here on there is nothing to complete.
        match fs::remove_file(incoming.join(BEGUN)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(problem(error)),
            _ => fs::remove_dir_all(&incoming).map_err(problem)?,
        }
    }
    fs::create_dir(&incoming).map_err(problem)?;
    let arrivals = match fetch(source, site, &incoming, new) {
        Ok(arrivals) => arrivals,
        Err(error) => {
            let _ = fs::remove_dir_all(&incoming);
            return Err(problem(error));
        }
    };
    let begin = || {
        fs::write(incoming.join(OLD), old.to_bytes())?;
        system::sync_tree(site)?;
        failpoint("copy-incoming");
        let scratch = incoming.join("begin");
        fs::write(&scratch, release_id)?;
        File::open(&scratch)?.sync_all()?;
        fs::rename(&scratch, incoming.join(BEGUN))?;
        system::sync_dir(&incoming);
        failpoint("copy-begun");
        Ok(())
    };
    begin().map_err(problem)?;
    settle_all(&arrivals, site, (new, old)).map_err(problem)
}

/// The release an earlier run began to rename into the site and did not end with.
pub(super) fn begun(site: &Path) -> Option<String> {
    fs::read_to_string(site.join(INCOMING).join(BEGUN)).ok().filter(|id| id.len() == 16)
}

/// Goes on where a killed [`ordered`] stopped.
pub(super) fn complete(source: &Path, site: &Path, new: &Manifest) -> Result<()> {
    let problem = |error: io::Error| Problem::io("complete the copy of a site that was cut short", site, &error);
    let incoming = site.join(INCOMING);
    let old = fs::read(incoming.join(OLD)).ok().and_then(|bytes| Manifest::parse(&bytes).ok());
    let old = old.unwrap_or_else(|| Manifest::new(BTreeMap::new()));
    let arrivals = fetch(source, site, &incoming, new).map_err(problem)?;
    settle_all(&arrivals, site, (new, &old)).map_err(problem)
}

fn settle_all(arrivals: &[Arrival], site: &Path, (new, old): (&Manifest, &Manifest)) -> io::Result<()> {
    for (rank, group) in [(Rank::Asset, "copy-assets"), (Rank::Page, "copy-pages"), (Rank::Card, "copy-card")] {
        for arrival in arrivals.iter().filter(|arrival| arrival.rank == rank) {
            settle(site, arrival)?;
        }
        failpoint(group);
    }
    remove_orphans(site, new, old)?;
    failpoint("copy-orphans");
    system::sync_tree(site)?;
    let incoming = site.join(INCOMING);
    fs::remove_file(incoming.join(BEGUN))?;
    fs::remove_dir_all(&incoming)
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
fn fetch(source: &Path, site: &Path, incoming: &Path, new: &Manifest) -> io::Result<Vec<Arrival>> {
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
            let _ = fs::remove_file(&from);
            link_or_copy(&source.join(path), &from)?;
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
