//! The table store: Parquet files named by the hash of what they were made from.
//!
//! A table is written beside the store under a temporary name, hashed and renamed into place, so a killed build never
//! leaves half a table under a name that a later build would trust. `made/<key>.json` says which table a recipe (text,
//! inputs, variables, program) gave; the table itself is named by the hash of its bytes, so two recipes with the same
//! result share a file and everything above it stays valid.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{literal, quoted};
use crate::problem::{Problem, Result};

/// A stored table: the hash of its Parquet bytes and its number of rows. The hash of a table in parts stands for what
/// its rows were made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub hash: String,
    pub rows: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
}

/// A table that lies in several files of the store, so that a change rewrites one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Hashes of the files, in the order of the rows.
    pub files: Vec<String>,
    /// The table's columns; a file may hold more, or, if `uneven`, fewer.
    pub columns: Vec<String>,
    pub uneven: bool,
    /// Rows for which this does not hold are none of the table.
    pub filter: Option<String>,
}

#[derive(Debug, Clone)]
pub struct TableStore {
    root: PathBuf,
    /// Files found sound by this process; hashed once.
    sound: Arc<Mutex<BTreeSet<String>>>,
}

impl TableStore {
    /// Opens (and creates, readable by the owner only) the store below the project's cache folder.
    pub fn open(cache: &Path) -> Result<TableStore> {
        let root = cache.join("store");
        for folder in [cache.to_path_buf(), root.clone(), root.join("tables"), root.join("made"), root.join("tmp")] {
            fs::create_dir_all(&folder).map_err(|error| Problem::io("create the cache folder", &folder, &error))?;
        }
        private(cache)?;
        Ok(TableStore { root, sound: Arc::default() })
    }
    /// The folder DuckDB is allowed to read and write.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The file of a table that is not in parts.
    pub fn path(&self, table: &Table) -> PathBuf {
        self.file(&table.hash)
    }
    fn file(&self, hash: &str) -> PathBuf {
        self.root.join("tables").join(format!("{hash}.parquet"))
    }
    /// A SELECT of the table's rows, in order.
    pub fn select(&self, table: &Table) -> String {
        let Some(parts) = &table.parts else {
            return format!("from read_parquet({})", literal(&self.path(table).to_string_lossy()));
        };
        let files: Vec<String> = parts.files.iter().map(|hash| literal(&self.file(hash).to_string_lossy())).collect();
        let columns: Vec<String> = parts.columns.iter().map(|name| quoted(name)).collect();
        format!(
            "select {} from read_parquet([{}], union_by_name = {}){}",
            columns.join(", "),
            files.join(", "),
            parts.uneven,
            parts.filter.as_ref().map(|filter| format!(" where {filter}")).unwrap_or_default()
        )
    }
    /// A fresh path for a table that is being written.
    pub fn scratch(&self, key: &str) -> PathBuf {
        self.root.join("tmp").join(format!("{key}-{}.parquet", std::process::id()))
    }
    /// The record `T` that this recipe left, if its tables are still there. A damaged record counts as absent.
    pub fn made<T: for<'de> Deserialize<'de>>(&self, key: &str) -> Option<T> {
        let bytes = fs::read(self.root.join("made").join(format!("{key}.json"))).ok()?;
        let (sum, record) = bytes.split_at_checked(SUM)?;
        if sum != checksum(record).as_bytes() {
            return None;
        }
        serde_json::from_slice(record).ok()
    }
    /// Whether the table is there and is what its name says. A damaged file (a full disk, a failing one) counts as
    /// absent and is removed, so that it is made anew instead of giving a wrong figure.
    pub fn has(&self, table: &Table) -> bool {
        match &table.parts {
            Some(parts) => parts.files.iter().all(|hash| self.has_file(hash)),
            None => self.has_file(&table.hash),
        }
    }
    fn has_file(&self, named: &str) -> bool {
        let sound = || self.sound.lock().unwrap_or_else(PoisonError::into_inner);
        if sound().contains(named) {
            return true;
        }
        let path = self.file(named);
        match hash_of(&path) {
            Ok(hash) if hash == named => {
                sound().insert(hash);
                true
            }
            Ok(_) => {
                tracing::warn!("a damaged table of the cache is made anew: {}", path.display());
                // If it cannot be removed, the new table takes its name anyway.
                let _ = fs::remove_file(&path);
                false
            }
            Err(_) => false,
        }
    }
    /// Takes a finished scratch file into the store.
    pub fn keep(&self, scratch: &Path, rows: u64) -> Result<Table> {
        let hash = hash_of(scratch).map_err(|error| Problem::io("read a table of the cache", scratch, &error))?;
        let table = Table { hash, rows, parts: None };
        fs::rename(scratch, self.path(&table)).map_err(|error| Problem::io("store a table", scratch, &error))?;
        self.sound.lock().unwrap_or_else(PoisonError::into_inner).insert(table.hash.clone());
        Ok(table)
    }
    /// Remembers what a recipe gave.
    pub fn remember<T: Serialize>(&self, key: &str, record: &T) -> Result<()> {
        let path = self.root.join("made").join(format!("{key}.json"));
        let scratch = self.root.join("tmp").join(format!("{key}-{}.json", std::process::id()));
        let record = serde_json::to_vec(record).map_err(|error| Problem::failed(format!("cache record: {error}")))?;
        let bytes = [checksum(&record).as_bytes(), &record].concat();
        fs::write(&scratch, bytes).map_err(|error| Problem::io("write to the cache", &scratch, &error))?;
        fs::rename(&scratch, &path).map_err(|error| Problem::io("write to the cache", &path, &error))
    }
    /// Hash of a recipe's parts, in order; the program's version is always one of them.
    pub fn key(parts: &[&str]) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [env!("CARGO_PKG_VERSION")].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Length of the line in front of a record.
const SUM: usize = 33;

/// The line in front of a record: a flipped digit in a count must not pass for the count.
fn checksum(record: &[u8]) -> String {
    format!("{}\n", &blake3::hash(record).to_hex()[..SUM - 1])
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

/// Readable by the owner only: the cache holds personal data.
#[cfg(unix)]
fn private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(|error| Problem::io("protect the cache folder", folder, &error))
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<()> {
    Ok(())
}
