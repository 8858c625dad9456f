//! The log of submissions: segments that only grow, one of them open.
//!
//! `000000000007.open` is being written; when it is full or old enough it becomes `000000000007.sealed`, and once its rows
//! are in the drop folder `000000000007.delivered`. A delivered segment is kept for some days, for the ids of its
//! submissions: who sends one again gets the answer of the first time. A submission is acknowledged when it is on the disk.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::frame;
use crate::problem::{Problem, Result};
use crate::project::lock::{Lock, Wait};
use crate::project::private;

/// What somebody has sent in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Of this submission, made where it was written; sending it again brings the same. See `id_of`.
    pub id: String,
    /// What the sender is told: 26 letters of base 32, of which people use the first ten.
    pub ticket: String,
    #[serde(with = "instant")]
    pub at: Timestamp,
    pub form: String,
    /// How much speaks against it: 0 = nothing. Nothing is thrown away for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: u32,
    /// What speaks against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    pub fields: BTreeMap<String, String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(score: &u32) -> bool {
    *score == 0
}

mod instant {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(at: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(at)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
        String::deserialize(input)?.parse().map_err(D::Error::custom)
    }
}

/// 32 hexadecimal digits for what a form calls its submission; what that is does not matter to the log.
pub fn id_of(form: &str, key: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("storebook submission 1");
    for part in [form, key] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut id = hasher.finalize().to_hex().to_string();
    id.truncate(32);
    id
}

/// Why submissions are not on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is no room. The log stands as before; later there may be.
    Full,
    /// The disk did not say whether it has them. Nothing more can be promised until the program starts anew and reads what
    /// there is: after an error of fsync what the system holds in memory may not be what the disk has.
    Broken,
}

/// What was found when the log was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Submissions in segments that are not delivered yet.
    pub waiting: usize,
    /// Bytes at the end that were being written when the program ended; none of them was acknowledged.
    pub torn: usize,
    /// Segments of which a part cannot be read, kept under this name beside them.
    pub damaged: Vec<PathBuf>,
}

/// The log, open for writing: nobody else writes it until this is dropped.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    lock: Lock,
    file: File,
    number: u64,
    /// Bytes of whole frames in the open segment.
    length: u64,
    /// When the first submission of the open segment came.
    began: Option<Timestamp>,
    /// Ticket and segment of every submission that is remembered.
    known: HashMap<String, (String, u64)>,
    broken: bool,
}

/// How far a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Open,
    Sealed,
    Delivered,
}

impl Stage {
    fn ending(self) -> &'static str {
        match self {
            Stage::Open => "open",
            Stage::Sealed => "sealed",
            Stage::Delivered => "delivered",
        }
    }
}

impl Log {
    /// Opens the log in `folder`, which is made when it does not exist. An open segment left by a run that ended without
    /// closing is cut after its last whole frame and sealed.
    ///
    /// # Errors
    /// Refused while another process has it open; failed when it cannot be read or written.
    pub fn open(folder: &Path, wait: Wait) -> Result<(Log, Recovery)> {
        private::folder(folder).map_err(|error| Problem::io("make the folder of the receiver", folder, &error))?;
        let lock = Lock::of_folder(folder, "receive", wait)?;
        let mut recovery = Recovery::default();
        let mut known = HashMap::new();
        let mut last = 0;
        for (number, stage) in segments(folder)? {
            last = last.max(number);
            let path = path_of(folder, number, stage);
            let bytes = read(&path)?;
            let scan = frame::scan(&bytes);
            let submissions = submissions(&bytes, &scan);
            if stage == Stage::Open {
                recovery.torn += bytes.len() - scan.whole;
                close(folder, number, &path, scan.whole)?;
            }
            if stage != Stage::Delivered {
                recovery.waiting += submissions.len();
                if !scan.damage.is_empty() || submissions.len() < scan.payloads.len() {
                    let kept = folder.join(format!("{number:012}.damaged"));
                    private::write(&kept, &bytes)
                        .map_err(|error| Problem::io("keep a damaged segment", &kept, &error))?;
                    recovery.damaged.push(kept);
                }
            }
            known.extend(submissions.into_iter().map(|one| (one.id, (one.ticket, number))));
        }
        let number = last + 1;
        let file = create(folder, number)?;
        let log = Log { folder: folder.to_owned(), lock, file, number, length: 0, began: None, known, broken: false };
        Ok((log, recovery))
    }

    /// The ticket of a submission that is on the disk.
    pub fn ticket(&self, id: &str) -> Option<&str> {
        self.known.get(id).map(|(ticket, _)| ticket.as_str())
    }

    /// Bytes in the open segment.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// When the first submission of the open segment came; `None` when it is empty.
    pub fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// Writes submissions; they are on the disk when this returns. All of them or none.
    ///
    /// # Errors
    /// `Failure`; then none of them counts as written.
    pub fn append(&mut self, batch: &[Submission]) -> std::result::Result<(), Failure> {
        if self.broken || self.lock.check().is_err() {
            self.broken = true;
            return Err(Failure::Broken);
        }
        let mut bytes = Vec::new();
        for submission in batch {
            let payload = serde_json::to_vec(submission).unwrap_or_default();
            // A form takes far less than a frame can hold.
            if payload.is_empty() || frame::put(&mut bytes, &payload).is_err() {
                return Err(Failure::Full);
            }
        }
        self.write(&bytes)?;
        self.length += bytes.len() as u64;
        self.began = self.began.or_else(|| batch.first().map(|first| first.at));
        let number = self.number;
        self.known.extend(batch.iter().map(|one| (one.id.clone(), (one.ticket.clone(), number))));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> std::result::Result<(), Failure> {
        let written = self.file.seek(SeekFrom::Start(self.length)).and_then(|_| self.file.write_all(bytes));
        if let Err(error) = written {
            let full = matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
            );
            // A part of a frame at the end is no frame; taking it away only gives back its room.
            let undone = self.file.set_len(self.length).is_ok();
            self.broken = !(full && undone);
            return Err(if self.broken { Failure::Broken } else { Failure::Full });
        }
        self.file.sync_data().map_err(|_| {
            self.broken = true;
            Failure::Broken
        })
    }

    /// Seals the open segment, if it holds anything, and begins the next one.
    ///
    /// # Errors
    /// Failed when a file cannot be made or renamed.
    pub fn seal(&mut self) -> Result<()> {
        if self.length == 0 || self.broken {
            return Ok(());
        }
        self.lock.check()?;
        // The next one first: without it nothing could be taken.
        let file = create(&self.folder, self.number + 1)?;
        let path = path_of(&self.folder, self.number, Stage::Open);
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        close(&self.folder, self.number, &path, length)?;
        (self.file, self.number, self.length, self.began) = (file, self.number + 1, 0, None);
        Ok(())
    }

    /// The sealed segments whose rows are not in the drop folder yet, the oldest first.
    ///
    /// # Errors
    /// Failed when the folder cannot be read.
    pub fn sealed(&self) -> Result<Vec<u64>> {
        Ok(segments(&self.folder)?
            .into_iter()
            .filter(|(_, stage)| *stage == Stage::Sealed)
            .map(|(number, _)| number)
            .collect())
    }

    /// What a sealed segment holds.
    ///
    /// # Errors
    /// Failed when it cannot be read.
    pub fn read(&self, number: u64) -> Result<Vec<Submission>> {
        let bytes = read(&path_of(&self.folder, number, Stage::Sealed))?;
        Ok(submissions(&bytes, &frame::scan(&bytes)))
    }

    /// Says that the rows of a sealed segment are where they belong.
    ///
    /// # Errors
    /// Failed when it cannot be renamed.
    pub fn delivered(&self, number: u64) -> Result<()> {
        rename(&self.folder, number, Stage::Sealed, Stage::Delivered)
    }

    /// Forgets delivered segments that began before `until`; who sends one of their submissions again is taken anew.
    ///
    /// # Errors
    /// Failed when one cannot be removed.
    pub fn forget(&mut self, until: Timestamp) -> Result<()> {
        for (number, stage) in segments(&self.folder)? {
            if stage != Stage::Delivered {
                continue;
            }
            let path = path_of(&self.folder, number, stage);
            let bytes = read(&path)?;
            let newest = submissions(&bytes, &frame::scan(&bytes)).iter().map(|one| one.at).max();
            if newest.is_none_or(|newest| newest < until) {
                std::fs::remove_file(&path).map_err(|error| Problem::io("remove an old segment", &path, &error))?;
                self.known.retain(|_, (_, of)| *of != number);
            }
        }
        Ok(())
    }
}

fn path_of(folder: &Path, number: u64, stage: Stage) -> PathBuf {
    folder.join(format!("{number:012}.{}", stage.ending()))
}

/// The segments of a folder by number.
fn segments(folder: &Path) -> Result<Vec<(u64, Stage)>> {
    let failed = |error: &io::Error| Problem::io("read the folder of the receiver", folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(&error))? {
        let name = entry.map_err(|error| failed(&error))?.file_name();
        let Some((number, ending)) = name.to_str().and_then(|name| name.split_once('.')) else { continue };
        let stage = [Stage::Open, Stage::Sealed, Stage::Delivered].into_iter().find(|stage| stage.ending() == ending);
        if let (Ok(number), Some(stage)) = (number.parse(), stage) {
            found.push((number, stage));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Problem::io("read a segment of the receiver", path, &error))
}

fn submissions(bytes: &[u8], scan: &frame::Scan) -> Vec<Submission> {
    scan.payloads.iter().filter_map(|payload| serde_json::from_slice(&bytes[payload.clone()]).ok()).collect()
}

fn create(folder: &Path, number: u64) -> Result<File> {
    let path = path_of(folder, number, Stage::Open);
    let file = private::create(&path).map_err(|error| Problem::io("make a segment of the receiver", &path, &error))?;
    sync(folder)?;
    Ok(file)
}

/// Ends an open segment after `length` bytes: an empty one goes, another is sealed.
fn close(folder: &Path, number: u64, path: &Path, length: usize) -> Result<()> {
    let failed = |error: &io::Error| Problem::io("seal a segment of the receiver", path, error);
    if length == 0 {
        return std::fs::remove_file(path).map_err(|error| failed(&error));
    }
    let file = OpenOptions::new().write(true).open(path).map_err(|error| failed(&error))?;
    file.set_len(length as u64).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
    rename(folder, number, Stage::Open, Stage::Sealed)
}

fn rename(folder: &Path, number: u64, from: Stage, to: Stage) -> Result<()> {
    let (old, new) = (path_of(folder, number, from), path_of(folder, number, to));
    std::fs::rename(&old, &new).map_err(|error| Problem::io("rename a segment of the receiver", &old, &error))?;
    sync(folder)
}

/// Makes names last. Without it the file of an acknowledged submission could be gone after the power failed.
#[cfg(unix)]
fn sync(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .map_err(|error| Problem::io("bring the folder of the receiver to the disk", folder, &error))
}

#[cfg(not(unix))]
fn sync(_: &Path) -> Result<()> {
    Ok(())
}
