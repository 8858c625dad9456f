//! Giving old snapshots up.
//!
//! First the snapshots go out of sight, each by one rename; then what no snapshot lists any more is removed. A kill in
//! between leaves blobs that nobody needs, and the next pruning takes them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::repository::Repository;
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
use crate::project::private;

#[derive(Debug, Default)]
pub(super) struct Gone {
    pub snapshots: Vec<String>,
    pub blobs: u64,
}

/// Keeps the newest `keep` snapshots, what they need, and the key that is in use.
///
/// # Errors
/// When an index of a snapshot that stays cannot be read, nothing is removed that it might need.
pub(super) fn prune(repository: &Repository, keep: usize, key: &str) -> Result<Gone> {
    let ids = repository.ids()?;
    let (old, kept) = ids.split_at(ids.len().saturating_sub(keep));
    let mut blobs = BTreeSet::new();
    let mut keys = BTreeSet::from([key.to_owned()]);
    for id in kept {
        let index = repository.index(id)?;
        blobs.extend(index.blobs.into_keys());
        keys.insert(index.key);
    }
    let bin = repository.root().join("tmp");
    let io = |path: &Path, error: &io::Error| Problem::io("give up an old snapshot", path, error);
    private::folder(&bin).map_err(|error| io(&bin, &error))?;
    for id in old {
        let from = repository.snapshot(id);
        fs::rename(&from, bin.join(format!("gone-{id}"))).map_err(|error| io(&from, &error))?;
        failpoint("prune-hidden");
    }
    // What follows may not reach the disk before the renames did.
    private::sync_folder(&repository.root().join("snapshots"));
    failpoint("prune-snapshots");
    let mut gone = Gone { snapshots: old.to_vec(), blobs: 0 };
    for name in repository.blobs()?.into_keys().filter(|name| !blobs.contains(name)) {
        let path = repository.blob(&name);
        fs::remove_file(&path).map_err(|error| io(&path, &error))?;
        failpoint("prune-blob");
        gone.blobs += 1;
    }
    for id in repository.keys()?.into_iter().filter(|id| !keys.contains(id)) {
        let path = repository.key_file(&id);
        fs::remove_file(&path).map_err(|error| io(&path, &error))?;
    }
    fs::remove_dir_all(&bin).map_err(|error| io(&bin, &error))?;
    Ok(gone)
}
