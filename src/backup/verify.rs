//! Proof that a repository is whole: by its lists, or by reading everything.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::crypt::Identities;
use super::key::OpenKey;
use super::manifest::{File, Index};
use super::repository::{Repository, unreadable};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::lock::Wait;

/// What was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verified {
    pub snapshots: u64,
    /// Blobs that snapshots need.
    pub blobs: u64,
    /// Blobs that were decrypted and compared with what was backed up; 0 without reading all.
    pub read: u64,
    /// Blobs no snapshot needs: left by runs that were cut short, or by pruned snapshots.
    pub loose: u64,
    /// One line each; empty when all is well.
    pub faults: Vec<String>,
}

/// Checks structure and sizes; with identities everything is decrypted and compared too.
///
/// # Errors
/// When it cannot look at all: no repository, another run at work, an identity that does not open it. Damage is no
/// error but a list of faults.
pub fn verify(
    repository: &Repository,
    read_all: Option<&Identities>,
    wait: Wait,
    progress: &dyn Progress,
) -> Result<Verified> {
    let _lock = repository.lock_to_read(wait)?;
    let mut report = Verified::default();
    let lying = repository.blobs()?;
    let mut sizes = BTreeMap::new();
    let mut indexes = Vec::new();
    for id in repository.ids()? {
        report.snapshots += 1;
        match repository.index(&id) {
            Ok(index) => {
                check_files(repository, &index, &mut report);
                sizes.extend(index.blobs.clone());
                indexes.push(index);
            }
            Err(problem) => report.faults.push(problem.to_string()),
        }
    }
    for (name, size) in &sizes {
        match lying.get(name) {
            None => report.faults.push(format!("{}: missing", repository.blob(name).display())),
            Some(found) if found != size => {
                let path = repository.blob(name);
                report.faults.push(format!("{}: {found} bytes, not {size}", path.display()));
            }
            Some(_) => {}
        }
    }
    report.blobs = sizes.len() as u64;
    report.loose = lying.keys().filter(|name| !sizes.contains_key(*name)).count() as u64;
    if let Some(identities) = read_all {
        read_everything(repository, &indexes, identities, &mut report, progress)?;
    }
    report.faults.sort_unstable();
    report.faults.dedup();
    Ok(report)
}

fn check_files(repository: &Repository, index: &Index, report: &mut Verified) {
    let manifest = repository.manifest_file(&index.snapshot);
    match manifest.symlink_metadata() {
        Ok(about) if about.is_file() && about.len() == index.manifest => {}
        Ok(about) => {
            report.faults.push(format!("{}: {} bytes, not {}", manifest.display(), about.len(), index.manifest));
        }
        Err(error) => report.faults.push(format!("{}: {error}", manifest.display())),
    }
    let key = repository.key_file(&index.key);
    if !key.is_file() {
        report.faults.push(format!("{}: missing; snapshots of this key cannot be opened", key.display()));
    }
}

fn read_everything(
    repository: &Repository,
    indexes: &[Index],
    identities: &Identities,
    report: &mut Verified,
    progress: &dyn Progress,
) -> Result<()> {
    let mut keys: BTreeMap<&str, OpenKey> = BTreeMap::new();
    for index in indexes.iter().filter(|index| repository.key_file(&index.key).is_file()) {
        if !keys.contains_key(index.key.as_str()) {
            match repository.open_key(&index.key, identities) {
                Ok(key) => drop(keys.insert(&index.key, key)),
                // Not to be able to look is another thing than having found damage.
                Err(problem) if problem.kind() == crate::problem::Kind::Refused => return Err(problem),
                Err(problem) => report.faults.push(problem.to_string()),
            }
        }
    }
    // Each content once, however many snapshots and names it has.
    let mut contents: BTreeMap<String, (&OpenKey, File)> = BTreeMap::new();
    for index in indexes {
        let Some(key) = keys.get(index.key.as_str()) else { continue };
        match repository.manifest(&index.snapshot, key) {
            Ok(manifest) => {
                for file in manifest.files {
                    if !index.blobs.contains_key(&file.blob) {
                        let place = repository.snapshot(&index.snapshot);
                        report.faults.push(format!("{}: the index does not list {:?}", place.display(), file.path));
                    }
                    contents.insert(file.blob.clone(), (key, file));
                }
            }
            Err(problem) => report.faults.push(problem.to_string()),
        }
    }
    progress.start("verify", contents.len() as u64);
    let results: Vec<Option<String>> = contents
        .par_iter()
        .map(|(_, (key, file))| {
            let result = read_blob(repository, key, file, &mut std::io::sink());
            progress.step(1, "");
            result.err().map(|problem| problem.to_string())
        })
        .collect();
    report.read = results.len() as u64;
    report.faults.extend(results.into_iter().flatten());
    Ok(())
}

/// Decrypts the content of a file and compares it with what was backed up.
pub(super) fn read_blob(repository: &Repository, key: &OpenKey, file: &File, out: &mut dyn Write) -> Result<()> {
    let path = repository.blob(&file.blob);
    let damaged = |fault: String| {
        Problem::failed(format!("damaged: {fault}; it is the content of {:?}", file.path)).at(&path).hint(
            "take this snapshot from another copy of the repository; a backup without the damaged file writes it anew",
        )
    };
    let sealed = std::fs::File::open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => damaged("it is missing".to_owned()),
        _ => Problem::io("read the backup", &path, &error),
    })?;
    let plain = key.identities.open(std::io::BufReader::new(sealed)).map_err(|fault| match unreadable(fault) {
        super::crypt::Fault::Damaged(fault) => damaged(fault),
        super::crypt::Fault::Closed => damaged("it was not encrypted for this repository".to_owned()),
    })?;
    // One byte more than there may be is enough to know.
    let mut plain = plain.take(file.size.saturating_add(1));
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = match plain.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(error.to_string())),
        };
        hasher.update(&buffer[..read]);
        size += read as u64;
        out.write_all(&buffer[..read])
            .map_err(|error| Problem::io("write the restored file", Path::new(&file.path), &error))?;
    }
    if size != file.size || hasher.finalize().to_hex().as_str() != file.hash {
        return Err(damaged("it holds another content".to_owned()));
    }
    Ok(())
}
