//! The table store: Parquet files named by the hash of what they were made from.
//!
//! A table is written beside the store under a temporary name, hashed and renamed into place, so a killed build never
//! leaves half a table under a name that a later build would trust. `made/<key>.json` says which table a recipe (text,
//! inputs, variables, program) gave; the table itself is named by the hash of its bytes, so two recipes with the same
//! result share a file and everything above it stays valid.
//!
//! Where the cache is encrypted ([`AtRest`]), a table lies in the store as an age file under a name that tells nothing,
//! and the engine sees a copy in clear in the folder of this process: made when the table is first asked for, gone with
//! the process.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::spill::Spill;
use super::{literal, quoted};
use crate::problem::{Problem, Result};
use crate::project::{AtRest, Project, private};

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
    /// A column that is not taken as it lies in the files, and the expression that gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct TableStore {
    rest: AtRest,
    root: PathBuf,
    /// Where tables are written until they have a name, and where those of an encrypted store are read; gone with the
    /// process, or removed by the next one.
    work: Arc<Spill>,
    /// The same on the disk of the store, for what is renamed into it.
    aside: Arc<Spill>,
    /// Files found sound by this process; hashed once.
    sound: Arc<Mutex<BTreeSet<String>>>,
}

impl TableStore {
    /// The store of a project, as its settings want it.
    pub fn of(project: &Project) -> Result<TableStore> {
        let rest = AtRest::of(project)?;
        if !rest.encrypted() {
            return TableStore::open(&project.cache());
        }
        // What is in clear goes where the engine puts rows aside: one setting moves both into memory.
        let work = Spill::open(&project.config.engine.spill)?;
        TableStore::ready(rest, "sealed", Some(work))
    }

    /// Opens (and creates, readable by the owner only) a store in clear below the project's cache folder.
    pub fn open(cache: &Path) -> Result<TableStore> {
        TableStore::ready(AtRest::clear(cache), "store", None)
    }

    fn ready(rest: AtRest, name: &str, work: Option<Spill>) -> Result<TableStore> {
        let root = rest.cache().join(name);
        for folder in [rest.cache().to_path_buf(), root.clone(), root.join("tables"), root.join("made")] {
            private::folder(&folder).map_err(|error| Problem::io("create the cache folder", &folder, &error))?;
        }
        let tmp = root.join("tmp");
        let aside = Arc::new(Spill::open(&tmp)?);
        // Versions before this one wrote beside each other here, and a kill left decompressed files for ever.
        for entry in fs::read_dir(&tmp).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let work = work.map_or_else(|| Arc::clone(&aside), Arc::new);
        Ok(TableStore { rest, root, work, aside, sound: Arc::default() })
    }

    /// How the cache rests.
    pub fn rest(&self) -> &AtRest {
        &self.rest
    }
    /// The folder DuckDB is allowed to read and write.
    pub fn root(&self) -> &Path {
        if self.rest.encrypted() { self.work.path() } else { &self.root }
    }
    /// The file of a table that is not in parts.
    pub fn path(&self, table: &Table) -> PathBuf {
        self.file(&table.hash)
    }
    /// What the engine reads.
    fn file(&self, hash: &str) -> PathBuf {
        if self.rest.encrypted() {
            // A table that cannot be opened is missed by the engine, which names it.
            let _ = self.has_file(hash);
            return self.opened(hash);
        }
        self.resting(hash)
    }
    /// What stays.
    fn resting(&self, hash: &str) -> PathBuf {
        self.rest.place(&self.root.join("tables").join(format!("{}.parquet", self.rest.name(hash))))
    }
    /// The copy in clear of an encrypted table.
    fn opened(&self, hash: &str) -> PathBuf {
        self.work.path().join(format!("{hash}.table"))
    }
    /// The file of a record.
    fn record(&self, key: &str) -> PathBuf {
        self.root.join("made").join(format!("{}.json", self.rest.name(key)))
    }
    /// A SELECT of the table's rows, in order.
    pub fn select(&self, table: &Table) -> String {
        let Some(parts) = &table.parts else {
            return format!("from read_parquet({})", literal(&self.path(table).to_string_lossy()));
        };
        let files: Vec<String> = parts.files.iter().map(|hash| literal(&self.file(hash).to_string_lossy())).collect();
        let column = |name: &String| match &parts.instead {
            Some((column, sql)) if column == name => format!("{sql} as {}", quoted(name)),
            _ => quoted(name),
        };
        let columns: Vec<String> = parts.columns.iter().map(column).collect();
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
        self.work.path().join(format!("{key}.parquet"))
    }
    /// The record `T` that this recipe left, if its tables are still there. A damaged record counts as absent.
    pub fn made<T: for<'de> Deserialize<'de>>(&self, key: &str) -> Option<T> {
        let bytes = self.rest.read(&self.record(key))?;
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
        let path = self.resting(named);
        match self.looked_at(named, &path) {
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
        private::close_file(scratch);
        let resting = self.resting(&table.hash);
        if self.rest.encrypted() {
            self.close(scratch, &resting).map_err(|error| Problem::io("encrypt a table", scratch, &error))?;
        }
        let readable = if self.rest.encrypted() { self.opened(&table.hash) } else { resting };
        fs::rename(scratch, readable).map_err(|error| Problem::io("store a table", scratch, &error))?;
        self.sound.lock().unwrap_or_else(PoisonError::into_inner).insert(table.hash.clone());
        Ok(table)
    }
    /// Remembers what a recipe gave.
    pub fn remember<T: Serialize>(&self, key: &str, record: &T) -> Result<()> {
        let path = self.record(key);
        let scratch = fresh(&self.aside);
        let record = serde_json::to_vec(record).map_err(|error| Problem::failed(format!("cache record: {error}")))?;
        let bytes = [checksum(&record).as_bytes(), &record].concat();
        self.rest.put(&path, &scratch, &bytes).map_err(|error| Problem::io("write to the cache", &path, &error))
    }
    /// The hash of a resting file's content. An encrypted one is opened on the way.
    fn looked_at(&self, named: &str, path: &Path) -> std::io::Result<String> {
        if !self.rest.encrypted() {
            return hash_of(path);
        }
        let opened = self.opened(named);
        let scratch = fresh(&self.work);
        let mut source = self.rest.open(path)?;
        let mut out = private::create(&scratch)?;
        let hash = copy(&mut source, &mut out).inspect_err(|_| drop(fs::remove_file(&scratch)));
        // Torn, or changed by somebody: as good as another table.
        let hash = hash.unwrap_or_default();
        if hash == named {
            fs::rename(&scratch, &opened)?
        } else {
            fs::remove_file(&scratch).unwrap_or_default()
        }
        Ok(hash)
    }
    /// Writes the encrypted form of a table.
    fn close(&self, scratch: &Path, resting: &Path) -> std::io::Result<()> {
        let aside = fresh(&self.aside);
        let mut out = self.rest.create(&aside)?;
        copy(&mut fs::File::open(scratch)?, &mut out)?;
        out.finish()?;
        fs::rename(aside, resting)
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

/// A path in a folder of this process that no other thread uses.
fn fresh(folder: &Spill) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    folder.path().join(format!("{}.part", NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// Copies and tells the hash of what was copied.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().to_hex()[..32].to_owned()),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}
