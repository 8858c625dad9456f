//! Reading a file that may be written meanwhile: either one moment of it, whole, or none.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::problem::{Problem, Result};

/// How often a file that changed while it was read is read again.
const ATTEMPTS: u32 = 3;

/// What one reading of a file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub size: u64,
    pub hash: blake3::Hash,
}

/// A file that is open, as it was when it was opened.
pub(super) struct Source {
    path: PathBuf,
    file: File,
    before: Metadata,
}

/// Opens the file and hands it to `work` until `work` has read it without a change; `None` says that it changed.
///
/// # Errors
/// Failed, naming the file, when it changed at each attempt or went away.
pub(super) fn read<T>(path: &Path, work: &mut dyn FnMut(&mut Source) -> Result<Option<T>>) -> Result<T> {
    for _ in 0..ATTEMPTS {
        let mut source = Source::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Problem::failed("this file went away while the backup ran; nothing was kept")
                .at(path)
                .hint("run the backup again"),
            _ => Problem::io("read a file for the backup", path, &error),
        })?;
        if let Some(done) = work(&mut source)? {
            return Ok(done);
        }
    }
    Err(Problem::failed(format!("this file changed each of the {ATTEMPTS} times it was read; nothing was kept"))
        .at(path)
        .hint("run the backup again when nobody writes to it"))
}

impl Source {
    fn open(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let before = file.metadata()?;
        if !before.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no longer a file"));
        }
        Ok(Source { path: path.to_path_buf(), file, before })
    }

    /// Permissions; 0 where the system has none.
    pub(super) fn mode(&self) -> u32 {
        mode(&self.before)
    }

    /// Reads the content; `None` when it changed since it was opened.
    pub(super) fn hash(&mut self) -> Result<Option<Content>> {
        self.copy((&mut io::sink(), Path::new("")))
    }

    /// Copies the content from its beginning to `out`, which lies at `to`; `None` when it changed since it was opened.
    pub(super) fn copy(&mut self, (out, to): (&mut dyn Write, &Path)) -> Result<Option<Content>> {
        let path = self.path.clone();
        let reading = |error: io::Error| Problem::io("read a file for the backup", &path, &error);
        self.file.rewind().map_err(reading)?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut size = 0;
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    hasher.update(&buffer[..read]);
                    size += read as u64;
                    out.write_all(&buffer[..read]).map_err(|error| Problem::io("write the backup", to, &error))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(reading(error)),
            }
        }
        crate::failpoint::failpoint("backup-read");
        let same = size == self.before.len() && stamp(&self.file.metadata().map_err(reading)?) == stamp(&self.before);
        Ok(same.then(|| Content { size, hash: hasher.finalize() }))
    }
}

/// What changes with every write to a file.
#[cfg(unix)]
fn stamp(about: &Metadata) -> (u64, Option<SystemTime>, (i64, i64)) {
    use std::os::unix::fs::MetadataExt;
    (about.len(), about.modified().ok(), (about.ctime(), about.ctime_nsec()))
}

#[cfg(not(unix))]
fn stamp(about: &Metadata) -> (u64, Option<SystemTime>, (i64, i64)) {
    (about.len(), about.modified().ok(), (0, 0))
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_every_time_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("till.csv");
        std::fs::write(&path, "1").unwrap();
        let mut reads = 0;
        let problem = read::<()>(&path, &mut |source| {
            reads += 1;
            std::fs::write(&path, "x".repeat(reads + 1)).unwrap();
            assert_eq!(source.hash().unwrap(), None);
            Ok(None)
        })
        .unwrap_err();
        assert_eq!(reads, 3);
        assert!(problem.to_string().contains("till.csv") && problem.to_string().contains("changed"), "{problem}");
    }

    #[test]
    fn a_file_that_changed_once_is_read_as_it_is_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("till.csv");
        std::fs::write(&path, "one").unwrap();
        let mut reads = 0;
        let (content, bytes) = read(&path, &mut |source| {
            reads += 1;
            if reads == 1 {
                std::fs::write(&path, "longer").unwrap();
            }
            let mut bytes = Vec::new();
            Ok(source.copy((&mut bytes, Path::new("bytes"))).unwrap().map(|content| (content, bytes)))
        })
        .unwrap();
        assert_eq!((reads, content.size, bytes.as_slice()), (2, 6, &b"longer"[..]));
        assert_eq!(content.hash, blake3::hash(b"longer"));
    }

    #[test]
    fn a_file_that_is_gone_is_named() {
        let problem = read::<()>(Path::new("/nowhere/at/all.csv"), &mut |_| Ok(None)).unwrap_err();
        assert!(problem.to_string().contains("all.csv") && problem.to_string().contains("went away"), "{problem}");
    }
}
