//! Backups: encrypted, incremental snapshots of what a rebuild needs, and proof that they can be restored.
//!
//! What is in a snapshot: `storebook.toml`, `ejected.toml`, `data/`, `content/`, `models/`, `themes/` and `state/`
//! without `state/keys/`. Keys go into a file of their own ([`keys`]), so that whoever gets hold of the backup does not
//! hold the keys of the sealed pages too. The cache, the quarantine and the published book are left out: a build makes
//! them again.
//!
//! A repository is a folder:
//!
//! ```text
//! repository.json              its id; in clear
//! keys/<key>.age               a repository key, encrypted for the recipients or with the passphrase
//! blobs/<2>/<name>.age         one file's content each, encrypted for the repository key
//! snapshots/<id>/manifest.age  paths, sizes, modes, hashes, blobs; encrypted for the repository key
//! snapshots/<id>/index.json    which blobs it needs and how large they are; in clear
//! tmp/                         what is being written
//! ```
//!
//! - **A run can write without being able to read.** With recipients, the machine that backs up holds no identity: it
//!   remembers the public half of the repository key in its cache. When that memory is gone, it makes a further key and
//!   writes everything once more; old snapshots stay readable.
//! - **A blob's name is a keyed hash** of its content under a secret derived from the repository key: equal contents
//!   are stored once, and nobody without the key can tell whether a guessed file is in the backup.
//! - **The clear index** lets a run without an identity find what is there, prune, and check structure and sizes. It
//!   says no more than a look at the folder does.
//! - **Whatever kills a run, and whenever**: files are written to `tmp/`, brought to the disk and renamed; a snapshot is
//!   one rename of a folder, after all its blobs. A blob that no snapshot lists is not trusted but written again.
//! - age proves that nothing was changed by somebody without the public key, not who wrote it. Whoever may write to
//!   the repository can put a made-up snapshot there; the drill, which compares with the published book, tells.

mod collect;
mod crypt;
mod drill;
pub mod keys;
mod key;
mod manifest;
mod prune;
mod repository;
mod restore;
mod snapshot;
mod stable;
mod verify;

pub use crypt::{Identities, Recipients};
pub use drill::{Drill, Drilled, drill};
pub use repository::{Listed, Repository};
pub use restore::{Order as RestoreOrder, Restored, restore};
pub use snapshot::{Done, Order, run};
pub use verify::{Verified, verify};

use std::path::Path;

use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::publish::real_path;

/// A backup that lies in the project is lost with it, and would be backed up itself.
fn refuse_inside(project: &Project, to: &Path) -> Result<()> {
    if real_path(to).starts_with(&project.root) {
        return Err(Problem::refused("the target of the backup lies inside the project")
            .at(to)
            .hint("choose a folder outside of it, best on another disk or machine"));
    }
    Ok(())
}

/// A random name in hexadecimal digits, for ids and scratch files.
fn random_hex(bytes: usize) -> Result<String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| Problem::failed(format!("no random numbers: {error}")))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
