//! One run of a backup: blobs for what is new, then the snapshot, then the pruning of old ones.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use serde::Serialize;

use super::collect::{Collector, Found, Half};
use super::crypt::{Identities, Recipients, encrypt_into};
use super::key::{Memory, WriteKey};
use super::manifest::{FORMAT, File, Index, Manifest};
use super::repository::Repository;
use super::{prune, refuse_inside, stable};
use crate::failpoint::failpoint;
use crate::pipeline;
use crate::problem::{Kind, Problem, Result};
use crate::progress::Progress;
use crate::project::lock::Wait;
use crate::project::{Project, private};

/// What a run is asked to do.
pub struct Order<'a> {
    pub to: &'a Path,
    pub recipients: &'a Recipients,
    /// Opens the repository's key when the cache has forgotten it; without it a further key is made.
    pub identities: Option<&'a Identities>,
    /// How many snapshots stay, this one included; `None`: all of them.
    pub keep: Option<usize>,
    /// What to do while another run is at work on the project or in the repository.
    pub wait: Wait,
}

/// What a run did.
#[derive(Debug, Clone, Serialize)]
pub struct Done {
    pub snapshot: String,
    pub files: u64,
    pub bytes: u64,
    /// Files whose content was not in the repository, and their bytes.
    pub written: u64,
    pub written_bytes: u64,
    /// Snapshots that were given up, and blobs that nothing needs any more.
    pub pruned: Vec<String>,
    pub pruned_blobs: u64,
    /// A key was made for this run: contents of earlier keys were written once more.
    pub new_key: bool,
    /// The project has keys; they are not in the snapshot.
    pub keys_left_out: bool,
    /// Links that hold nothing.
    pub left_out: Vec<String>,
}

/// Backs a project up.
///
/// # Errors
/// Refused when the target lies in the project or is a foreign folder, when another run is at work, when a passphrase
/// is not that of the repository. Failed, with the file, when something cannot be read or written; earlier snapshots
/// are whole in every case.
pub fn run(project: &Project, order: &Order<'_>, progress: &dyn Progress) -> Result<Done> {
    refuse_inside(project, order.to)?;
    if order.keep == Some(0) {
        return Err(Problem::usage("--keep 0 would give up the snapshot it is about to make").hint("keep at least one"));
    }
    let (repository, _lock) = Repository::create(order.to, order.wait)?;
    failpoint("backup-locked");
    let (key, new_key) = key(project, &repository, order)?;
    let writer = Writer::new(&repository, &key, known(&repository)?);
    let collector = Collector::new(project, repository.root());

    progress.start("back up", 0);
    // The state must be that of one moment, so no build may publish while it is read. The input needs no lock: builds
    // only read it, and would have to wait for as long as gigabytes take.
    let lock = pipeline::lock_for(project, "backing up", order.wait)?;
    let state = collector.find(Half::State)?;
    let mut files = writer.store_all(&state, progress)?;
    drop(lock);
    let input = collector.find(Half::Input)?;
    files.append(&mut writer.store_all(&input, progress)?);
    failpoint("backup-files");

    let (written, written_bytes) = (writer.files.load(Ordering::Relaxed), writer.bytes.load(Ordering::Relaxed));
    let found = (state, input);
    let index = writer.finish(files, &found)?;
    failpoint("backup-snapshot");
    let gone = match order.keep {
        Some(keep) => prune::prune(&repository, keep, &key.id)?,
        None => prune::Gone::default(),
    };
    Ok(Done {
        snapshot: index.snapshot,
        files: index.files,
        bytes: index.bytes,
        written,
        written_bytes,
        pruned: gone.snapshots,
        pruned_blobs: gone.blobs,
        new_key,
        keys_left_out: project.state().join("keys").is_dir(),
        left_out: [found.0.left_out, found.1.left_out].concat(),
    })
}

/// Sizes of the blobs that snapshots list. The newest list is right: a run that found a blob damaged wrote it again.
fn known(repository: &Repository) -> Result<BTreeMap<String, u64>> {
    let mut known = BTreeMap::new();
    for id in repository.ids()? {
        match repository.index(&id) {
            Ok(index) => known.extend(index.blobs),
            // A damaged old snapshot is no reason to have no new one.
            Err(problem) => tracing::warn!("{problem}"),
        }
    }
    Ok(known)
}

/// The key to write with, and whether it was made for this run.
fn key(project: &Project, repository: &Repository, order: &Order<'_>) -> Result<(WriteKey, bool)> {
    let named = order.recipients.named();
    let memory = project.cache().join("backup").join(format!("{}.json", repository.id()));
    let found = match order.recipients.identities() {
        // A mistyped passphrase must not make a key of its own that nobody can open later.
        Some(identities) => opened(repository, &named, &identities)?,
        None => match recalled(&memory, repository).filter(|key| key.recipients == named) {
            Some(key) => Some(key),
            None => order.identities.map_or(Ok(None), |identities| opened(repository, &named, identities))?,
        },
    };
    let (key, new) = match found {
        Some(key) => (key, false),
        None => {
            let (key, bytes) = WriteKey::make(order.recipients)?;
            repository.put(&repository.key_file(&key.id), &bytes)?;
            (key, true)
        }
    };
    remember(&memory, &key)?;
    Ok((key, new))
}

fn recalled(memory: &Path, repository: &Repository) -> Option<WriteKey> {
    let memory: Memory = serde_json::from_slice(&std::fs::read(memory).ok()?).ok()?;
    WriteKey::recalled(&memory).filter(|key| super::key::is_id(&key.id) && repository.key_file(&key.id).is_file())
}

/// A key of the repository for these very recipients that the identities open.
fn opened(repository: &Repository, named: &str, identities: &Identities) -> Result<Option<WriteKey>> {
    let mut closed = None;
    for id in repository.keys()? {
        match repository.open_key(&id, identities) {
            Ok(open) if open.write.recipients == named => return Ok(Some(open.write)),
            Ok(_) => {}
            Err(problem) if problem.kind() == Kind::Refused => closed = Some(problem),
            Err(problem) => return Err(problem),
        }
    }
    closed.map_or(Ok(None), Err)
}

fn remember(memory: &Path, key: &WriteKey) -> Result<()> {
    let folder = memory.parent().unwrap_or(memory);
    let bytes = serde_json::to_vec_pretty(&key.memory())
        .map_err(|error| Problem::failed(format!("memory of the backup: {error}")))?;
    private::folder(folder)
        .and_then(|()| private::write(memory, &bytes))
        .map_err(|error| Problem::io("remember the key of the backup", memory, &error))
}

/// Brings files into the repository, several at a time: reading, encrypting and waiting for the disk overlap.
struct Writer<'a> {
    repository: &'a Repository,
    key: &'a WriteKey,
    /// Blobs that may be taken for what their name says, with their sizes.
    known: Mutex<BTreeMap<String, u64>>,
    /// Held while a blob of that beginning is looked for and written, so that of two files with one content the second
    /// finds what the first has written.
    turns: Vec<Mutex<()>>,
    files: AtomicU64,
    bytes: AtomicU64,
}

/// More than there are threads, so that different contents rarely wait for each other.
const TURNS: usize = 256;

impl<'a> Writer<'a> {
    fn new(repository: &'a Repository, key: &'a WriteKey, known: BTreeMap<String, u64>) -> Writer<'a> {
        Writer {
            repository,
            key,
            known: Mutex::new(known),
            turns: (0..TURNS).map(|_| Mutex::default()).collect(),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    fn store_all(&self, found: &Found, progress: &dyn Progress) -> Result<Vec<File>> {
        let files: Vec<(&String, &PathBuf)> = found.files.iter().map(|(name, path)| (name, path)).collect();
        let store = |(name, path): &(&String, &PathBuf)| {
            progress.step(1, name);
            self.store(name, path)
        };
        files.par_iter().map(store).collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self, name: &str, path: &Path) -> Result<File> {
        stable::read(path, &mut |source| {
            let Some(content) = source.hash()? else { return Ok(None) };
            let blob = self.key.name(&content.hash);
            let turn = usize::from(content.hash.as_bytes()[0]) % TURNS;
            let _turn = self.turns[turn].lock().unwrap_or_else(PoisonError::into_inner);
            if !self.has(&blob) && !self.write(&blob, source, content)? {
                return Ok(None);
            }
            let (size, hash) = (content.size, content.hash.to_hex().to_string());
            Ok(Some(File { path: name.to_owned(), size, mode: source.mode(), hash, blob }))
        })
    }

    /// Whether a snapshot, or this run, has this content. A blob without a list was left by a killed run, one of
    /// another size is damaged: both are written again.
    fn has(&self, blob: &str) -> bool {
        let lies = self.repository.blob(blob).symlink_metadata();
        lies.is_ok_and(|about| about.is_file() && self.known().get(blob) == Some(&about.len()))
    }

    /// False when the file is no longer what was found in it.
    fn write(&self, blob: &str, source: &mut stable::Source, content: stable::Content) -> Result<bool> {
        let (scratch, file) = self.repository.scratch()?;
        let io = |error: std::io::Error| Problem::io("write the backup", self.repository.root(), &error);
        let mut out = encrypt_into(&self.key.public, std::io::BufWriter::new(file)).map_err(io)?;
        let copied = source.copy((&mut out, self.repository.root()))?;
        let file = out.finish().and_then(|mut out| out.flush().map(|()| out)).map_err(io)?;
        let file = file.into_inner().map_err(|error| io(error.into_error()))?;
        failpoint("backup-blob");
        if copied != Some(content) {
            std::fs::remove_file(&scratch).map_err(io)?;
            return Ok(false);
        }
        file.sync_all().map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        self.repository.place(&scratch, &self.repository.blob(blob)).map_err(io)?;
        failpoint("backup-blob-placed");
        self.known().insert(blob.to_owned(), size);
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(content.size, Ordering::Relaxed);
        Ok(true)
    }

    /// Writes both lists; from here on there is a snapshot.
    fn finish(self, mut files: Vec<File>, found: &(Found, Found)) -> Result<Index> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut folders = [found.0.folders.clone(), found.1.folders.clone()].concat();
        folders.sort_unstable();
        let now = jiff::Timestamp::now();
        // Counted on, so that a clock that was set back cannot make the newest snapshot the oldest.
        let last = self.repository.ids()?.pop();
        let number = last.and_then(|id| id.split('-').next().and_then(|text| text.parse::<u64>().ok())).unwrap_or(0);
        let snapshot = format!("{:06}-{}", number + 1, now.strftime("%Y%m%dT%H%M%SZ"));
        let (repository, made) = (self.repository.id().to_owned(), now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let known = self.known();
        let blobs = files.iter().filter_map(|file| Some((file.blob.clone(), *known.get(&file.blob)?))).collect();
        drop(known);
        let (count, bytes) = (files.len() as u64, files.iter().map(|file| file.size).sum());
        let manifest = Manifest {
            format: FORMAT,
            repository: repository.clone(),
            snapshot: snapshot.clone(),
            made: made.clone(),
            program: format!("storebook {}", env!("CARGO_PKG_VERSION")),
            folders,
            files,
        };
        let sealed = self.seal(&manifest)?;
        let key = self.key.id.clone();
        let manifest = sealed.len() as u64;
        let index = Index { format: FORMAT, repository, snapshot, made, key, files: count, bytes, manifest, blobs };
        self.repository.publish(&index, &sealed)?;
        Ok(index)
    }

    fn seal(&self, manifest: &Manifest) -> Result<Vec<u8>> {
        let failed = |error: std::io::Error| Problem::failed(format!("manifest of the backup: {error}"));
        let mut out = encrypt_into(&self.key.public, Vec::new()).map_err(failed)?;
        serde_json::to_writer(&mut out, manifest).map_err(|error| failed(error.into()))?;
        out.finish().map_err(failed)
    }
}
