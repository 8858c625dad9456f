//! The folder a backup lies in: what is where, how a file comes into it, which snapshots there are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::crypt::{Fault, Identities};
use super::key::{self, OpenKey};
use super::manifest::{FORMAT, Index, MAX_LIST, Manifest};
use crate::problem::{Kind, Problem, Result};
use crate::project::lock::{Lock, Wait};
use crate::project::private;
use crate::publish::read_small;

const CARD: &str = "repository.json";
const MANIFEST: &str = "manifest.age";
const INDEX: &str = "index.json";
/// A key file holds three lines; an id card two.
const MAX_SMALL: u64 = 1 << 20;
/// What a run that was killed before it wrote the card may have left.
const OURS: [&str; 3] = ["lock", "lock.name", "tmp"];

#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    format: u32,
    /// Random; tells the repositories of a project apart.
    id: String,
    about: String,
}

/// A snapshot as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    pub snapshot: String,
    /// UTC.
    pub made: String,
    pub files: u64,
    /// Of the files themselves.
    pub bytes: u64,
}

impl Repository {
    /// Opens a repository that is there.
    ///
    /// # Errors
    /// Usage when the folder is none.
    pub fn open(root: &Path) -> Result<Repository> {
        let file = root.join(CARD);
        let bytes = match read_small(&file, MAX_SMALL) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(Problem::usage("this is no backup repository: it has no repository.json")
                    .at(root)
                    .hint("`storebook backup DIR --recipient age1…` makes one"));
            }
            Err(error) => return Err(Problem::io("read the backup repository", &file, &error)),
        };
        let card: Card = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::failed(format!("damaged: this is no card of a repository: {error}")).at(&file))?;
        if card.format != FORMAT {
            return Err(Problem::failed(format!("format {} is not known to this version", card.format)).at(&file));
        }
        Ok(Repository { root: root.to_path_buf(), id: card.id })
    }

    /// The same, with the lock; a folder that is new or empty becomes a repository.
    ///
    /// # Errors
    /// Refused when the folder holds something else, or another run is at work in it.
    pub(super) fn create(root: &Path, wait: Wait) -> Result<(Repository, Lock)> {
        if root.join(CARD).symlink_metadata().is_err() {
            check_empty(root)?;
        }
        let lock = Lock::of_folder(root, "a backup", wait)?;
        let made = root.join(CARD).symlink_metadata().is_ok();
        let repository = if made { Repository::open(root)? } else { Repository::make(root)? };
        for folder in ["keys", "blobs", "snapshots"] {
            let path = root.join(folder);
            private::folder(&path).map_err(|error| Problem::io("make the repository", &path, &error))?;
        }
        // Whoever holds the lock is the only one at work: what stands there was left by a killed run.
        match fs::remove_dir_all(repository.root.join("tmp")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Problem::io("remove what a killed run left", root, &error));
            }
            _ => {}
        }
        Ok((repository, lock))
    }

    fn make(root: &Path) -> Result<Repository> {
        let about = "an encrypted backup of a Storebook project; see `storebook backup --help`".to_owned();
        let repository = Repository { root: root.to_path_buf(), id: super::random_hex(8)? };
        let card = Card { format: FORMAT, id: repository.id.clone(), about };
        let bytes = serde_json::to_vec_pretty(&card)
            .map_err(|error| Problem::failed(format!("{CARD} cannot be written: {error}")))?;
        repository.put(&root.join(CARD), &bytes)?;
        Ok(repository)
    }

    /// The lock for whoever only reads. On a medium that cannot be written nobody else is at work.
    pub(super) fn lock_to_read(&self, wait: Wait) -> Result<Option<Lock>> {
        match Lock::of_folder(&self.root, "reading a backup", wait) {
            Ok(lock) => Ok(Some(lock)),
            Err(problem) if problem.kind() == Kind::Failed => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }
    pub fn root(&self) -> &Path {
        &self.root
    }
    pub(super) fn key_file(&self, key: &str) -> PathBuf {
        self.root.join("keys").join(format!("{key}.age"))
    }
    /// `name` must have been checked.
    pub(super) fn blob(&self, name: &str) -> PathBuf {
        self.root.join("blobs").join(name.get(..2).unwrap_or("00")).join(format!("{name}.age"))
    }
    pub(super) fn snapshot(&self, id: &str) -> PathBuf {
        self.root.join("snapshots").join(id)
    }
    pub(super) fn manifest_file(&self, id: &str) -> PathBuf {
        self.snapshot(id).join(MANIFEST)
    }

    /// A new file on its way into the repository.
    pub(super) fn scratch(&self) -> Result<(PathBuf, File)> {
        let folder = self.root.join("tmp");
        let path = folder.join(super::random_hex(8)?);
        let made = private::folder(&folder).and_then(|()| private::create(&path));
        made.map(|file| (path.clone(), file)).map_err(|error| Problem::io("write the backup", &path, &error))
    }

    /// Brings a whole file or folder to its place in one step, durable before this returns.
    pub(super) fn place(&self, scratch: &Path, target: &Path) -> io::Result<()> {
        let parent = target.parent().unwrap_or(&self.root);
        if !parent.is_dir() {
            private::folder(parent)?;
            private::sync_folder(parent.parent().unwrap_or(&self.root));
        }
        fs::rename(scratch, target)?;
        private::sync_folder(parent);
        Ok(())
    }

    /// Writes a small file.
    pub(super) fn put(&self, target: &Path, bytes: &[u8]) -> Result<()> {
        let (scratch, _) = self.scratch()?;
        private::write(&scratch, bytes)
            .and_then(|()| self.place(&scratch, target))
            .map_err(|error| Problem::io("write the backup", target, &error))
    }

    /// Makes a snapshot visible: both lists at once.
    pub(super) fn publish(&self, index: &Index, manifest: &[u8]) -> Result<()> {
        let target = self.snapshot(&index.snapshot);
        let folder = self.root.join("tmp").join(&index.snapshot);
        let text = serde_json::to_vec_pretty(index)
            .map_err(|error| Problem::failed(format!("{INDEX} cannot be written: {error}")))?;
        private::folder(&folder)
            .and_then(|()| private::write(&folder.join(MANIFEST), manifest))
            .and_then(|()| {
                crate::failpoint::failpoint("backup-manifest");
                private::write(&folder.join(INDEX), &text)
            })
            .and_then(|()| {
                private::sync_folder(&folder);
                crate::failpoint::failpoint("backup-index");
                self.place(&folder, &target)
            })
            .map_err(|error| Problem::io("write the snapshot", &target, &error))
    }

    /// Ids of the snapshots, the oldest first.
    pub(super) fn ids(&self) -> Result<Vec<String>> {
        let folder = self.root.join("snapshots");
        let mut ids = names(&folder).map_err(|error| Problem::io("list the snapshots", &folder, &error))?;
        ids.retain(|name| is_id(name));
        ids.sort_unstable();
        Ok(ids)
    }

    /// The snapshots, the oldest first.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let listed = |id: String| {
            let index = self.index(&id)?;
            Ok(Listed { snapshot: id, made: index.made, files: index.files, bytes: index.bytes })
        };
        self.ids()?.into_iter().map(listed).collect()
    }

    /// The newest snapshot, or the one whose id begins so.
    pub(super) fn choose(&self, wish: Option<&str>) -> Result<String> {
        let ids = self.ids()?;
        let Some(wish) = wish else {
            return ids.into_iter().next_back().ok_or_else(|| {
                Problem::usage("there is no snapshot in this repository").at(&self.root).hint("back up first")
            });
        };
        let mut found = ids.iter().filter(|id| !wish.is_empty() && id.starts_with(wish));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id.clone()),
            (Some(_), Some(_)) => Err(Problem::usage(format!("more than one snapshot begins with \"{wish}\""))
                .at(&self.root)
                .hint("`storebook backup list` shows them")),
            (None, _) => Err(Problem::usage(format!("there is no snapshot \"{wish}\""))
                .at(&self.root)
                .nearest(wish, ids.iter().map(String::as_str))),
        }
    }

    pub(super) fn index(&self, id: &str) -> Result<Index> {
        let file = self.snapshot(id).join(INDEX);
        let bytes = read_small(&file, MAX_LIST).map_err(|error| Problem::io("read the index", &file, &error))?;
        Index::parse(&bytes, &self.id, id)
            .map_err(|fault| Problem::failed(format!("damaged: this is no index of its snapshot: {fault}")).at(file))
    }

    pub(super) fn manifest(&self, id: &str, key: &OpenKey) -> Result<Manifest> {
        let file = self.manifest_file(id);
        let sealed = read_small(&file, MAX_LIST).map_err(|error| Problem::io("read the manifest", &file, &error))?;
        let plain = key.identities.decrypt(&sealed, MAX_LIST).map_err(|fault| unreadable(fault).problem(&file))?;
        Manifest::parse(&plain, &self.id, id)
            .map_err(|fault| Problem::failed(format!("damaged: this is no manifest of its snapshot: {fault}")).at(file))
    }

    /// Opens a key of the repository.
    pub(super) fn open_key(&self, key: &str, with: &Identities) -> Result<OpenKey> {
        let file = self.key_file(key);
        let sealed =
            read_small(&file, MAX_SMALL).map_err(|error| Problem::io("read the repository's key", &file, &error))?;
        let plain = with.decrypt(&sealed, MAX_SMALL).map_err(|fault| fault.problem(&file))?;
        OpenKey::parse(&plain).filter(|open| open.write.id == key).ok_or_else(|| key::damaged(&file))
    }

    /// Ids of the keys that are there.
    pub(super) fn keys(&self) -> Result<Vec<String>> {
        let folder = self.root.join("keys");
        let names = names(&folder).map_err(|error| Problem::io("list the keys", &folder, &error))?;
        let ids = names.iter().filter_map(|name| name.strip_suffix(".age")).filter(|id| key::is_id(id));
        let mut ids: Vec<String> = ids.map(ToOwned::to_owned).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Every blob that lies there with its size, whether a snapshot lists it or not.
    pub(super) fn blobs(&self) -> Result<BTreeMap<String, u64>> {
        let folder = self.root.join("blobs");
        let io = |error: io::Error| Problem::io("list the blobs", &folder, &error);
        let mut found = BTreeMap::new();
        for part in names(&folder).map_err(io)? {
            for name in names(&folder.join(&part)).map_err(io)? {
                let path = folder.join(&part).join(&name);
                if let Some(blob) = name.strip_suffix(".age").filter(|blob| self.blob(blob) == path) {
                    found.insert(blob.to_owned(), path.symlink_metadata().map_err(io)?.len());
                }
            }
        }
        Ok(found)
    }
}

/// Whether a name is that of a snapshot: its number and its time.
fn is_id(name: &str) -> bool {
    let whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name.split_once('-').is_some_and(|(number, time)| {
        number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit()) && !time.is_empty() && whole(time)
    })
}

/// What the key of the repository does not open was not written for it: that is damage, not a wrong identity.
pub(super) fn unreadable(fault: Fault) -> Fault {
    match fault {
        Fault::Closed => Fault::Damaged("it was not encrypted for this repository".to_owned()),
        damaged @ Fault::Damaged(_) => damaged,
    }
}

fn check_empty(root: &Path) -> Result<()> {
    let found = names(root).map_err(|error| Problem::io("look into the target of the backup", root, &error))?;
    match found.iter().find(|name| !OURS.contains(&name.as_str())) {
        Some(name) => {
            Err(Problem::refused(format!("this folder is no backup repository, and it is not empty: {name}"))
                .at(root)
                .hint("choose a new or an empty folder"))
        }
        None => Ok(()),
    }
}

/// Names in a folder; none when there is no such folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    match folder.read_dir() {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
