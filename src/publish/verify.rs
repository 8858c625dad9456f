//! Proof that a tree is exactly the release its manifest describes.

use std::io;
use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::manifest::{Card, Entry, MANIFEST, Manifest, RELEASE, measure, release_id};
use crate::problem::{Problem, Result};

/// What [`verify`] found; the lists are sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// First 16 hexadecimal digits of the manifest's SHA-256.
    pub release_id: String,
    /// Files in the manifest.
    pub files: u64,
    /// Their total size.
    pub bytes: u64,
    /// In the manifest and not in the directory.
    pub missing: Vec<String>,
    /// Of another size or hash, or no longer a regular file.
    pub changed: Vec<String>,
    /// In the directory and not in the manifest, files whose path has a name with a leading dot excepted.
    pub extra: Vec<String>,
    /// `release.json` is ours and names this very manifest.
    pub card_matches: bool,
}

impl VerifyReport {
    /// Nothing is missing, changed or extra, and the card belongs to the manifest.
    pub fn ok(&self) -> bool {
        self.card_matches && self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }
}

/// Knows some files without reading them.
pub(super) type Known<'a> = &'a (dyn Fn(&str, &Path, &Entry) -> bool + Sync);

/// Compares a published directory with its manifest by reading every file. Fails when the manifest cannot be read.
pub fn verify(dir: &Path) -> Result<VerifyReport> {
    let (manifest, manifest_sha256) = Manifest::read(dir)?;
    let mut report = verify_listed(dir, (&manifest, &manifest_sha256), &|_, _, _| false);
    report.extra = extra_files(dir, &manifest)?;
    Ok(report)
}

/// The same for the files that the manifest lists alone; those that `known` names (by path, place and entry) are not
/// read.
pub(super) fn verify_listed(dir: &Path, (manifest, sha256): (&Manifest, &str), known: Known<'_>) -> VerifyReport {
    let faults: Vec<(&String, Fault)> = manifest
        .files
        .par_iter()
        .filter(|(path, entry)| !known(path, &dir.join(path), entry))
        .filter_map(|(path, entry)| match measure(&dir.join(path)) {
            Ok(found) if found == *entry => None,
            Ok(_) => Some((path, Fault::Changed)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Some((path, Fault::Missing))
            }
            Err(error) => {
                tracing::debug!(path, %error, "file not readable");
                Some((path, Fault::Changed))
            }
        })
        .collect();
    let of = |wanted: Fault| {
        let mut paths: Vec<String> =
            faults.iter().filter(|(_, fault)| *fault == wanted).map(|(path, _)| (*path).clone()).collect();
        paths.sort_unstable();
        paths
    };
    VerifyReport {
        release_id: release_id(sha256),
        files: manifest.files.len() as u64,
        bytes: manifest.bytes(),
        missing: of(Fault::Missing),
        changed: of(Fault::Changed),
        extra: Vec::new(),
        card_matches: Card::read(dir).is_some_and(|card| card.manifest_sha256 == sha256),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Changed,
}

pub(super) fn extra_files(dir: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let mut extra = Vec::new();
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let walk = WalkDir::new(dir).follow_root_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| Problem::failed(format!("could not list the site: {error}")).at(dir))?;
        if entry.depth() == 0 || entry.file_type().is_dir() {
            continue;
        }
        let path = slashed(dir, entry.path());
        if !manifest.files.contains_key(&path) && path != MANIFEST && path != RELEASE {
            extra.push(path);
        }
    }
    extra.sort_unstable();
    Ok(extra)
}

/// The path below `dir` with `/` between its components.
pub(super) fn slashed(dir: &Path, file: &Path) -> String {
    let below = file.strip_prefix(dir).unwrap_or(file);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
