//! Takes a file in: its hash, its format, and a plain UTF-8 copy when it came compressed or in another encoding.
//!
//! A file whose size, time and inode are those of the last visit keeps its hash and is not opened (`visits`).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::discover::Found;
use super::{decode, json, unpack};
use crate::problem::{Problem, Result};
use crate::warehouse::TableStore;

const CHUNK: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Format {
    Text,
    Json,
    Parquet,
    /// A sheet of a workbook.
    Sheet,
    /// The table of a web page.
    Html,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "CSV",
            Format::Json => "JSON",
            Format::Parquet => "Parquet",
            Format::Sheet => "spreadsheet",
            Format::Html => "HTML",
        }
    }
    /// Whether it becomes CSV of which each row of the original is one record.
    pub fn is_table(self) -> bool {
        matches!(self, Format::Sheet | Format::Html)
    }
}

/// Endings of workbooks.
pub fn is_workbook(ending: &str) -> bool {
    matches!(ending, "xlsx" | "xls" | "ods" | "xlsm" | "xlsb" | "xltx" | "et")
}

/// What the ending of a file says. `None`: not a data file (a README, an image).
pub fn format_of(file: &Found) -> Option<Result<Format>> {
    if let Some(format) = file.inside.as_ref().and_then(|inside| inside.format) {
        return Some(Ok(format));
    }
    let ending = file.ending();
    Some(match ending.as_str() {
        "csv" | "tsv" | "tab" | "psv" => Ok(Format::Text),
        "json" | "ndjson" | "jsonl" => Ok(Format::Json),
        "parquet" | "pq" => Ok(Format::Parquet),
        "numbers" => Err(Problem::failed("workbooks of Numbers are not read")
            .at(&file.path)
            .hint("export it as Excel (.xlsx) or CSV, and put that file here instead")),
        "rar" | "7z" | "bz2" | "xz" | "tar" | "tgz" => Err(Problem::failed("this kind of archive is not read")
            .at(&file.path)
            .hint("unpack it here, or use .zip, .gz or .zst")),
        _ => return None,
    })
}

/// Name of the file's bytes; of a part, with its place in the file.
pub fn hash(file: &Found, store: &TableStore) -> Result<String> {
    let hash = whole_hash(file, store)?;
    Ok(match &file.inside {
        None => hash,
        Some(inside) => TableStore::key(&["part", &hash, &format!("{:?} {:?}", inside.member, inside.sheet)]),
    })
}

fn whole_hash(file: &Found, store: &TableStore) -> Result<String> {
    let seen = stat_key(&file.path)?;
    let large = fs::metadata(&file.path).is_ok_and(|data| data.len() > super::shape::SMALL);
    if large && let Some(hash) = store.made::<String>(&seen) {
        return Ok(hash);
    }
    let mut hasher = blake3::Hasher::new();
    File::open(&file.path)
        .and_then(|input| hasher.update_reader(input).map(|_| ()))
        .map_err(|error| Problem::io("read a data file", &file.path, &error))?;
    let hash = hasher.finalize().to_hex()[..32].to_owned();
    if large {
        store.remember(&seen, &hash)?;
    }
    Ok(hash)
}

/// SHA-256 of a file's bytes, for manifests; computed once for a file that stays as it is.
pub fn sha256(path: &Path, store: &TableStore) -> Result<String> {
    let seen = TableStore::key(&["sha256", &stat_key(path)?]);
    if let Some(hash) = store.made::<String>(&seen) {
        return Ok(hash);
    }
    let hash = super::drops::sha256(path).map_err(|error| Problem::io("read a data file", path, &error))?;
    store.remember(&seen, &hash)?;
    Ok(hash)
}

/// Size, time of change and inode; where there are no inodes, the path.
pub fn stat_key(path: &Path) -> Result<String> {
    let data = fs::metadata(path).map_err(|error| Problem::io("look at a data file", path, &error))?;
    let changed = data
        .modified()
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    Ok(TableStore::key(&[
        "stat",
        &path.to_string_lossy(),
        &data.len().to_string(),
        &changed.to_string(),
        &inode(&data),
    ]))
}

#[cfg(unix)]
fn inode(data: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}:{}", data.dev(), data.ino())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> String {
    String::new()
}

/// A plain file DuckDB can read: the file itself, or a copy that goes away with this value.
#[derive(Debug)]
pub struct Plain {
    pub path: PathBuf,
    /// What the text was before; none for tables.
    pub encoding: Option<&'static str>,
    copy: bool,
}

/// A path nobody else writes to: copies of one file may be read side by side.
pub fn fresh(store: &TableStore, name: &str) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    store.scratch(&format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
}

impl Plain {
    pub fn own(path: PathBuf) -> Plain {
        Plain { path, encoding: None, copy: true }
    }
    pub fn borrowed(path: &Path) -> Plain {
        Plain { path: path.to_path_buf(), encoding: None, copy: false }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        if self.copy {
            // A copy left behind is only a waste of space: the cache folder may be deleted at any time.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What the settings say of a file before it is opened.
#[derive(Debug, Default)]
pub struct Told<'a> {
    pub encoding: Option<&'a str>,
    /// The array of a JSON file whose elements are the rows.
    pub explode: Option<&'a str>,
}

/// Opens, decompresses if need be, and gives text as UTF-8.
pub fn open(file: &Found, format: Format, told: &Told, hash: &str, store: &TableStore) -> Result<Plain> {
    let plain = unpack::unpacked(file, hash, store)?;
    if format == Format::Parquet {
        return Ok(plain);
    }
    if format == Format::Sheet {
        return table(&plain, file, format, (hash, store));
    }
    let of_page = if format == Format::Html { unpack::told_encoding(&plain.path)? } else { None };
    let text = text(plain, file, told.encoding.or(of_page.as_deref()), (hash, store))?;
    if format == Format::Html {
        return table(&text, file, format, (hash, store));
    }
    let Some(array) = told.explode else { return Ok(text) };
    let mut rows = Plain::own(fresh(store, &format!("rows-{hash}")).with_extension("ndjson"));
    json::explode(&text.path, array, &rows.path).map_err(|problem| problem.at(&file.path))?;
    rows.encoding = text.encoding;
    Ok(rows)
}

/// A sheet, or the table of a page in UTF-8, as CSV.
fn table(plain: &Plain, file: &Found, format: Format, (hash, store): (&str, &TableStore)) -> Result<Plain> {
    let mut table = Plain::own(fresh(store, &format!("table-{hash}")).with_extension("csv"));
    unpack::table(file, format, plain, &table.path)?;
    table.encoding = plain.encoding;
    Ok(table)
}

fn text(mut plain: Plain, file: &Found, told: Option<&str>, (hash, store): (&str, &TableStore)) -> Result<Plain> {
    let found = match decode::find(&plain.path, told)? {
        Some(encoding) if encoding != encoding_rs::UTF_8 => Some((encoding, false)),
        _ => match check(File::open(&plain.path), file)? {
            None => None,
            Some((wrong, _)) if told.is_some() => return Err(wrong),
            Some((wrong, at)) => Some((decode::guess(&plain.path, at)?.ok_or(wrong)?, true)),
        },
    };
    let Some(encoding) = found else {
        plain.encoding = Some(encoding_rs::UTF_8.name());
        return Ok(plain);
    };
    let mut text = Plain::own(fresh(store, &format!("text-{hash}")).with_extension("txt"));
    decode::decode(&plain.path, encoding, &text.path, &file.path)?;
    text.encoding = Some(encoding.0.name());
    Ok(text)
}

/// What is wrong with a text as UTF-8; nothing, or the first byte that does not fit.
///
/// # Errors
/// It is no text at all.
fn check(input: io::Result<File>, file: &Found) -> Result<Option<Wrong>> {
    let problem = |error: io::Error| Problem::io("read a data file", &file.path, &error);
    let mut input = input.map_err(problem)?;
    let mut checker = Checker::default();
    let mut chunk = vec![0u8; CHUNK];
    loop {
        let read = input.read(&mut chunk).map_err(problem)?;
        if read == 0 {
            return Ok(checker.wrong.take().or_else(|| checker.end(file)));
        }
        checker.take(&chunk[..read], file)?;
    }
}

/// Looks for the first byte that is not UTF-8, and refuses what is no text.
#[derive(Default)]
struct Checker {
    /// Bytes before the current chunk.
    before: u64,
    lines: usize,
    /// An unfinished character at the end of the last chunk.
    tail: Vec<u8>,
    wrong: Option<Wrong>,
}

/// What is wrong, and at which byte.
type Wrong = (Problem, u64);

impl Checker {
    fn take(&mut self, chunk: &[u8], file: &Found) -> Result<()> {
        if let Some(at) = chunk.iter().position(|byte| *byte == 0) {
            return Err(Problem::failed(format!(
                "this is not a text file: byte {} is zero",
                self.before + at as u64 + 1
            ))
            .at(&file.path)
            .line(self.lines + newlines(&chunk[..at]) + 1)
            .hint("give the file the ending of what it is (.xlsx, .zip, .parquet), or export it as CSV"));
        }
        if self.wrong.is_some() {
            self.before += chunk.len() as u64;
            self.lines += newlines(chunk);
            return Ok(());
        }
        let joined;
        let (bytes, start) = if self.tail.is_empty() {
            (chunk, self.before)
        } else {
            joined = [self.tail.as_slice(), chunk].concat();
            (joined.as_slice(), self.before - self.tail.len() as u64)
        };
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => {
                let wrong = self.wrong_at(file, start + error.valid_up_to() as u64, &bytes[..error.valid_up_to()]);
                self.lines += newlines(bytes);
                self.before += chunk.len() as u64;
                self.wrong = Some(wrong);
                return Ok(());
            }
        };
        let (whole, tail) = bytes.split_at(valid);
        let (lines, tail) = (newlines(whole), tail.to_vec());
        self.lines += lines;
        self.tail = tail;
        self.before += chunk.len() as u64;
        Ok(())
    }

    fn end(&self, file: &Found) -> Option<Wrong> {
        (!self.tail.is_empty()).then(|| self.wrong_at(file, self.before - self.tail.len() as u64, &[]))
    }

    fn wrong_at(&self, file: &Found, offset: u64, seen: &[u8]) -> Wrong {
        let problem = Problem::failed(format!("this file is not UTF-8: byte {} cannot be read", offset + 1))
            .at(&file.path)
            .line(self.lines + newlines(seen) + 1)
            .hint(SAVE_AS);
        (problem, offset)
    }
}

const SAVE_AS: &str = "save it as UTF-8, in Excel: Save as, CSV UTF-8";

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// The first bytes of a text file, without a byte order mark, cut at a character.
pub fn head(path: &Path, most: usize) -> Result<String> {
    let problem = |error: io::Error| Problem::io("read a data file", path, &error);
    let mut input = File::open(path).map_err(problem)?;
    let mut bytes = vec![0u8; most];
    let read = read_full(&mut input, &mut bytes).map_err(problem)?;
    bytes.truncate(read);
    let valid = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
    bytes.truncate(valid);
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::failed("this file is not UTF-8").at(path).hint(SAVE_AS))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
