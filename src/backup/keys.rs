//! The keys of sealed pages in a file of their own: `state/keys/`, encrypted for a recipient of their own.
//!
//! Kept apart from the snapshots, so that one thief has either the data or the keys. Inside the age file is plain
//! JSON with the bytes in base64, so that `age` and any tool can take the keys out.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::crypt::{Identities, Recipients};
use super::manifest::key_path_fault;
use super::{refuse_inside, stable};
use crate::access::Keys;
use crate::pipeline;
use crate::problem::{Problem, Result};
use crate::project::lock::Wait;
use crate::project::{Project, private};
use crate::publish::read_small;

const FORMAT: u32 = 1;
/// Keys are small; a folder of more than this does not hold keys.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Archive {
    format: u32,
    about: String,
    files: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    /// Below `state/keys/`, with `/`.
    path: String,
    base64: String,
}

/// Writes all keys of a project into a new file; returns how many there are.
///
/// # Errors
/// Usage when the project has no keys; refused when the file is there already, because it may be the only copy of keys
/// that the project has lost.
pub fn back_up(project: &Project, to: &Path, recipients: &Recipients, wait: Wait) -> Result<u64> {
    refuse_inside(project, to)?;
    if to.symlink_metadata().is_ok() {
        return Err(Problem::refused("this file is there already, and may hold keys that exist nowhere else")
            .at(to)
            .hint("name a new file, for example with the date in it"));
    }
    let lock = pipeline::lock_for(project, "backing up the keys", wait)?;
    let files = collect(&project.state().join("keys"))?;
    drop(lock);
    let count = files.len() as u64;
    let about = "state/keys/ of a Storebook project".to_owned();
    let text = serde_json::to_vec(&Archive { format: FORMAT, about, files })
        .map_err(|error| Problem::failed(format!("archive of the keys: {error}")))?;
    let sealed = recipients.encrypt(&text)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = folder.join(format!(".storebook-keys-{}", super::random_hex(8)?));
    // A link cannot replace what came there meanwhile, as a rename would; a stick for cameras and tills knows no links.
    let written = private::write(&scratch, &sealed).and_then(|()| match fs::hard_link(&scratch, to) {
        Err(_) if to.symlink_metadata().is_err() => fs::rename(&scratch, to),
        done => done,
    });
    let _ = fs::remove_file(&scratch);
    written.map_err(|error| Problem::io("write the keys", to, &error))?;
    private::sync_folder(folder);
    Ok(count)
}

fn collect(folder: &Path) -> Result<Vec<Key>> {
    let mut files = Vec::new();
    let mut total = 0;
    if folder.is_dir() {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| Problem::io("list the keys", folder, &error.into()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            if !entry.file_type().is_file() {
                return Err(Problem::refused("a key must be a file of its own, not a link").at(entry.path()));
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
            let Some(parts) = parts else {
                return Err(Problem::failed("the name of this key is not Unicode text").at(entry.path()));
            };
            let bytes = stable::read(entry.path(), &mut |source| {
                let mut bytes = Vec::new();
                let copied = source.copy((&mut bytes, folder))?;
                Ok(copied.map(|_| bytes))
            })?;
            total += bytes.len() as u64;
            files.push(Key { path: parts.join("/"), base64: STANDARD.encode(bytes) });
        }
    }
    if files.is_empty() {
        let hint = match Keys::of_environment()? {
            Some(_) => "the keys stand in the environment: back them up where state/keys/ lies",
            None => "keys come with sealed pages",
        };
        return Err(Problem::usage("this project has no keys yet").at(folder).hint(hint));
    }
    if total > MAX_BYTES {
        return Err(Problem::refused(format!("{total} bytes of keys are more than keys can be")).at(folder));
    }
    Ok(files)
}

/// Puts the keys of an archive into a folder that is not there yet; returns how many there are.
pub(super) fn restore(archive: &Path, folder: &Path, identities: &Identities) -> Result<u64> {
    let limit = 2 * MAX_BYTES;
    let sealed = read_small(archive, limit).map_err(|error| Problem::io("read the keys", archive, &error))?;
    let plain = identities.decrypt(&sealed, limit).map_err(|fault| fault.problem(archive))?;
    let damaged = |fault: &str| Problem::failed(format!("damaged: {fault}")).at(archive);
    let found: Archive = serde_json::from_slice(&plain).map_err(|_| damaged("this is no archive of keys"))?;
    if found.format != FORMAT {
        return Err(damaged("it was written by another version of Storebook"));
    }
    for folder in [folder.parent().unwrap_or(folder), folder] {
        private::folder(folder).map_err(|error| Problem::io("restore the keys", folder, &error))?;
    }
    for key in &found.files {
        if let Some(fault) = key_path_fault(&key.path) {
            return Err(damaged(&format!("it names {:?}: {fault}", key.path)));
        }
        let bytes = STANDARD.decode(&key.base64).map_err(|_| damaged("a key of it is not base64"))?;
        let target = folder.join(&key.path);
        let parent = target.parent().unwrap_or(folder);
        private::folder(parent)
            .and_then(|()| private::write(&target, &bytes))
            .map_err(|error| Problem::io("restore a key", &target, &error))?;
    }
    Ok(found.files.len() as u64)
}
