//! The outbox: what has become of each entry, in a file that only grows.
//!
//! `state/outbox/journal.ndjson` has a line for everything that happens to an entry; the last one says how it stands. A line
//! is on the disk before anything follows from it, so whatever ends the program, nothing that was sent is taken for unsent.
//! A line that a crash cut off never led to anything: it is left out, and taken away before the next one is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::outreach::tidy;
use crate::problem::{Problem, Result};
use crate::project::lock::{Lock, Wait};

/// The name of the journal inside the outbox.
const JOURNAL: &str = "journal.ndjson";
/// Hexadecimal digits of an entry's id: those that say who, and those that say what about.
const ID: usize = PERSON + 8;
const PERSON: usize = 12;

/// What has become of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Somebody has seen to it, by telephone or otherwise.
    Done,
    /// It was about to be sent. Left like this, it is not known whether it went.
    Sending,
    /// A server has taken it.
    Sent,
    /// A server has refused it for good.
    Refused,
    /// No server has it; it may be tried again.
    Unsent,
}

impl What {
    /// How people are told.
    pub fn words(self) -> &'static str {
        match self {
            What::Done => "done",
            What::Sending => "not known whether it went",
            What::Sent => "sent",
            What::Refused => "refused",
            What::Unsent => "unsent",
        }
    }

    /// As the journal writes it.
    pub fn code(self) -> &'static str {
        match self {
            What::Done => "done",
            What::Sending => "sending",
            What::Sent => "sent",
            What::Refused => "refused",
            What::Unsent => "unsent",
        }
    }

    /// Whether the entry may be sent without anybody's word.
    pub fn open(self) -> bool {
        self == What::Unsent
    }
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    #[serde(with = "instant")]
    pub at: Timestamp,
    pub id: String,
    pub what: What,
    /// What a server said, or why it was not asked; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An instant as RFC 3339 writes it.
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

/// What an entry is about. The same care of the same person is the same entry, however often the list is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub person: &'a str,
    pub kind: &'a str,
    /// As 2026-11-04.
    pub due_on: &'a str,
    /// A product, a holiday; empty when there is none.
    pub subject: &'a str,
    pub channel: &'a str,
}

impl Entry<'_> {
    /// 20 hexadecimal digits. The first twelve are those of `mark_of_person`, so that a journal of ids alone tells who was
    /// contacted to those who know the people, and to nobody else.
    pub fn id(&self) -> String {
        let what = [self.person, self.kind, self.due_on, self.subject, self.channel];
        mark_of_person(self.person) + &hash("storebook outbox entry 1", &what, ID - PERSON)
    }
}

/// What the ids of all entries of a person begin with.
pub fn mark_of_person(person: &str) -> String {
    hash("storebook outbox person 1", &[person], PERSON)
}

fn hash(about: &str, parts: &[&str], digits: usize) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(about);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut hash = hasher.finalize().to_hex().to_string();
    hash.truncate(digits);
    hash
}

/// How every entry stands, for reading; needs no lock.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    last: BTreeMap<String, Line>,
    /// Bytes of whole lines.
    length: u64,
}

impl Entries {
    /// Reads the outbox in `folder`; one that does not exist is empty.
    ///
    /// # Errors
    /// Failed, with the line, when the journal was changed by something else.
    pub fn read(folder: &Path) -> Result<Entries> {
        let path = folder.join(JOURNAL);
        match std::fs::read(&path) {
            Ok(bytes) => Entries::parse(&bytes, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Entries::default()),
            Err(error) => Err(Problem::io("read the journal of the outbox", &path, &error)),
        }
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Entries> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut entries = Entries { length: whole as u64, ..Entries::default() };
        for (at, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let line: Line = serde_json::from_slice(line).map_err(|error| {
                // The error's own words can hold what the line says.
                let column = error.column().max(1);
                Problem::failed("this line is not one of the outbox").at(path).line(at + 1).column(column).hint(
                    "the journal tells what was sent: put it back as it was, or repair this line, before anything is sent",
                )
            })?;
            entries.last.insert(line.id.clone(), line);
        }
        Ok(entries)
    }

    /// How an entry stands; `None` when nothing has happened to it.
    pub fn state_of(&self, id: &str) -> Option<What> {
        self.last.get(id).map(|line| line.what)
    }

    /// What the entries of one person, whose mark is given, have come to; by id.
    pub fn of_person<'a>(&'a self, mark: &str) -> impl Iterator<Item = &'a Line> + use<'a> {
        let of = mark.to_owned();
        self.last.range(of.clone()..).take_while(move |(id, _)| id.starts_with(&of)).map(|(_, line)| line)
    }

    /// The last line of each entry, by id.
    pub fn list(&self) -> impl Iterator<Item = &Line> {
        self.last.values()
    }
}

/// The outbox, open for writing: nobody else writes it until this is dropped.
#[derive(Debug)]
pub struct Outbox {
    file: File,
    path: PathBuf,
    entries: Entries,
    lock: Lock,
}

impl Outbox {
    /// Opens the outbox in `folder`, which is made when it does not exist. `task` tells others what it is open for.
    ///
    /// # Errors
    /// Refused while another process has it open; failed when the journal cannot be read or written.
    pub fn open(folder: &Path, task: &str, wait: Wait) -> Result<Outbox> {
        let lock = Lock::of_folder(folder, task, wait)?;
        let path = folder.join(JOURNAL);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed = |error: &io::Error| Problem::io("open the journal of the outbox", &path, error);
        let file = options.open(&path).map_err(|error| failed(&error))?;
        // The file's name lasts only when its folder is on the disk.
        #[cfg(unix)]
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&error))?;
        let entries = Entries::read(folder)?;
        Ok(Outbox { file, path, entries, lock })
    }

    /// How an entry stands; `None` when nothing has happened to it.
    pub fn state_of(&self, id: &str) -> Option<What> {
        self.entries.state_of(id)
    }

    /// All entries something has happened to.
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    /// Marks entries as seen to and gives how many were not already; doing so twice is harmless.
    ///
    /// # Errors
    /// Usage when one of the ids is none; then nothing is marked. Failed when the journal cannot be written.
    pub fn mark_done(&mut self, ids: &[String], at: Timestamp) -> Result<usize> {
        check(ids)?;
        let open: BTreeSet<&String> =
            ids.iter().filter(|id| !matches!(self.state_of(id), Some(What::Done | What::Sent))).collect();
        for id in &open {
            self.note(id, What::Done, "", at)?;
        }
        Ok(open.len())
    }

    /// Says what has become of entries of which it is not known whether they went, and gives back to sending what was
    /// refused or marked by mistake. `went`: they have arrived; else they may be sent (again). Gives how many have changed.
    ///
    /// # Errors
    /// Usage when one of the ids is none; refused when one was sent for certain, or was never tried. Then nothing is marked.
    pub fn mark(&mut self, ids: &[String], went: bool, at: Timestamp) -> Result<usize> {
        check(ids)?;
        let what = if went { What::Sent } else { What::Unsent };
        for id in ids {
            match self.state_of(id) {
                Some(What::Sent) if !went => {
                    return Err(Problem::refused(format!("the entry {id} was sent"))
                        .hint("a server has taken it: sending it again would send it twice"));
                }
                None => {
                    return Err(Problem::refused(format!("the entry {id} was never tried"))
                        .hint("mark it as done when somebody has seen to it"));
                }
                Some(_) => {}
            }
        }
        let changed: BTreeSet<&String> = ids.iter().filter(|id| self.state_of(id) != Some(what)).collect();
        for id in &changed {
            self.note(id, what, "marked", at)?;
        }
        Ok(changed.len())
    }

    /// Writes what has become of an entry; it is on the disk when this returns.
    ///
    /// # Errors
    /// Failed when it cannot be written, or the lock was taken away. Then the entry stands as before.
    pub fn note(&mut self, id: &str, what: What, note: &str, at: Timestamp) -> Result<()> {
        self.lock.check()?;
        let line = Line { at, id: id.to_owned(), what, note: tidy(note) };
        let failed = |error: &io::Error| Problem::io("write the journal of the outbox", &self.path, error);
        let mut bytes = serde_json::to_vec(&line).map_err(|error| failed(&error.into()))?;
        bytes.push(b'\n');
        append(&mut self.file, self.entries.length, &bytes).map_err(|error| failed(&error))?;
        self.entries.length += bytes.len() as u64;
        self.entries.last.insert(line.id.clone(), line);
        Ok(())
    }
}

/// Puts `bytes` after the first `length`; what a broken line has left behind them goes.
fn append(file: &mut File, length: u64, bytes: &[u8]) -> io::Result<()> {
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    file.write_all(bytes)?;
    file.sync_data()
}

fn check(ids: &[String]) -> Result<()> {
    match ids.iter().find(|id| id.len() != ID || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))) {
        Some(wrong) => Err(Problem::usage(format!("\"{}\" is not the id of an entry", tidy(wrong)))
            .hint(format!("the list of the outbox shows the ids, {ID} digits and letters each"))),
        None => Ok(()),
    }
}
