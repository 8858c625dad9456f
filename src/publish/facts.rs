//! What the files of a published site looked like on the disk: a file with the same size, time and inode is taken over
//! without reading it, being a second name of the published file itself. Cache, not state: without it, or where files
//! cannot be linked, every such file is read again. `storebook releases --verify` reads every file of every release.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::manifest::{Entry, Manifest};
use crate::project::private;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Facts {
    release: String,
    files: HashMap<String, Fact>,
}

/// Size in bytes, time of the last change of the content in nanoseconds, inode.
pub(super) type Fact = (u64, i64, u64);

impl Facts {
    /// What was written for this release; nothing when it was another one.
    pub(super) fn read(file: Option<&Path>, release: Option<&str>) -> Facts {
        let (Some(file), Some(release)) = (file, release) else { return Facts::default() };
        let facts: Option<Facts> = fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        facts.filter(|facts| facts.release == release).unwrap_or_default()
    }

    /// Looks at every file of a site that was just published: one taken over may have been copied.
    pub(super) fn write(file: &Path, site: &Path, release: &str, manifest: &Manifest) {
        let paths: Vec<&String> = manifest.files.keys().collect();
        let files = paths.par_iter().filter_map(|path| Some(((*path).clone(), look(&site.join(path))?))).collect();
        let written = (|| {
            let bytes = serde_json::to_vec(&Facts { release: release.to_owned(), files })?;
            private::folder(file.parent().unwrap_or(site))?;
            let scratch = file.with_extension(format!("{}.tmp", std::process::id()));
            private::put(&scratch, &bytes)?;
            fs::rename(&scratch, file)
        })();
        if let Err(error) = written {
            tracing::debug!(file = %file.display(), %error, "the next build will read every file it takes over");
        }
    }

    /// Whether a file is the one that was published.
    pub(super) fn hold(&self, path: &str, file: &Path, entry: &Entry) -> bool {
        self.files.get(path).is_some_and(|fact| fact.0 == entry.size && look(file) == Some(*fact))
    }
}

/// Whether two names on one file system lead to one file.
pub(super) fn one_file(one: &Path, other: &Path) -> bool {
    look(other).is_some_and(|found| look(one) == Some(found))
}

fn look(file: &Path) -> Option<Fact> {
    seen(&file.symlink_metadata().ok().filter(fs::Metadata::is_file)?)
}

/// What a folder looks like: its time changes with every name that comes or goes in it.
pub(super) fn folder_fact(folder: &Path) -> Option<Fact> {
    seen(&folder.symlink_metadata().ok().filter(fs::Metadata::is_dir)?)
}

#[cfg(unix)]
fn seen(about: &fs::Metadata) -> Option<Fact> {
    use std::os::unix::fs::MetadataExt;
    Some((about.len(), about.mtime().checked_mul(1_000_000_000)?.checked_add(about.mtime_nsec())?, about.ino()))
}

/// Without inodes nothing is trusted.
#[cfg(not(unix))]
fn seen(_: &fs::Metadata) -> Option<Fact> {
    None
}
