//! Rows of the quarantine that somebody put right and gave back: each takes the place of the row that was turned away.
//!
//! A mended row does not come as a row of its own file: an order of three lines of which one was broken would then be
//! replaced by that one. It is put where the broken row stood, and the file is read as if it had been sound.
//! Which row that was is told by a mark, the hash of its text, so that a file that changed meanwhile is not spoiled.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::discover::Found;
use super::intake::{self, Format, Plain, Told};
use super::records::{Delimiter, End, Record, cells, walk, walk_text};
use super::shape::{self, Opened, Shape};
use super::structure::{self, Sequential};
use super::{Warnings, json};
use crate::problem::{Problem, Result};
use crate::project::{SourceConfig, private};
use crate::warehouse::{DuckDb, TableStore};

/// The columns of a quarantine file.
pub const HEADER: [&str; 8] = ["file", "line", "column", "value", "rule", "hint", "row", "mark"];
/// Those without which a row cannot be put back.
const NEEDED: [&str; 5] = ["file", "line", "rule", "row", "mark"];
/// Bytes; of a longer row the quarantine holds the beginning, and it cannot come back.
pub const LONGEST: u64 = 64 << 10;

/// Names a row by its text. A letter stands in front, so that no spreadsheet takes it for a number.
pub fn mark(text: &str) -> String {
    format!("r{}", &blake3::hash(text.as_bytes()).to_hex()[..12])
}

/// A row that was put right.
#[derive(Debug, Clone)]
struct Mend {
    /// Where it was given: `data/mended.csv:3`.
    given: String,
    /// Line of the row it replaces.
    line: u64,
    text: String,
}

/// What is to be replaced in one file.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// By the mark of the row that was turned away, in the order they were given.
    mends: BTreeMap<String, Vec<Mend>>,
    /// Names all of it.
    pub key: String,
}

/// The mended rows of a project, by the name of the file they belong to.
#[derive(Debug, Clone, Default)]
pub struct Mends {
    files: BTreeMap<String, Arc<Patch>>,
    /// The files that bring mended rows, with how many.
    pub brought: Vec<(String, usize)>,
}

impl Mends {
    /// A file with what is to be replaced in it.
    pub fn on(&self, file: Found) -> Found {
        let mended = self.files.get(&file.name).cloned();
        Found { mended, ..file }
    }
}

/// Takes the files with mended rows out of `found`, and tells the others what of them is to be replaced.
pub fn gather(found: Vec<Found>, store: &TableStore, warnings: &mut Warnings) -> Result<(Vec<Found>, Mends)> {
    let (mut files, mut mends) = (Vec::new(), Mends::default());
    let mut patches: BTreeMap<String, Patch> = BTreeMap::new();
    for file in found {
        if brings_rows(&file)? {
            let count = read(&file, store, &mut patches, warnings)?;
            mends.brought.push((file.name.clone(), count));
        } else {
            files.push(file);
        }
    }
    for (name, patch) in &mut patches {
        if !files.iter().any(|file| file.name == *name) {
            for mend in patch.mends.values().flatten() {
                warnings.push(format!("{}: mends a row of data/{name}, which is not there: not used", mend.given));
            }
        }
        patch.key = TableStore::key(&[&format!("{:?}", patch.mends)]);
        mends.files.insert(name.clone(), Arc::new(patch.clone()));
    }
    copies(&files, &mut mends, store)?;
    Ok((files.into_iter().map(|file| mends.on(file)).collect(), mends))
}

/// An exact copy of a file is mended with it: its rows would otherwise correct those that were put right.
fn copies(files: &[Found], mends: &mut Mends, store: &TableStore) -> Result<()> {
    let size = |file: &Found| std::fs::metadata(&file.path).map(|data| data.len()).ok();
    let originals: Vec<&Found> = files.iter().filter(|file| mends.files.contains_key(&file.name)).collect();
    for original in originals {
        let (Some(patch), own) = (mends.files.get(&original.name).cloned(), size(original)) else { continue };
        let mut hash = None;
        for other in files.iter().filter(|file| size(file) == own) {
            if mends.files.contains_key(&other.name) {
                continue;
            }
            if hash.is_none() {
                hash = Some(intake::hash(original, store)?);
            }
            if hash.as_ref() == Some(&intake::hash(other, store)?) {
                mends.files.insert(other.name.clone(), Arc::clone(&patch));
            }
        }
    }
    Ok(())
}

/// Whether a text file begins as a quarantine file does, whatever a spreadsheet made of its encoding and separators.
fn brings_rows(file: &Found) -> Result<bool> {
    if file.inside.is_some() || !matches!(intake::format_of(file), Some(Ok(Format::Text))) {
        return Ok(false);
    }
    let mut head = Vec::new();
    File::open(&file.path)
        .and_then(|input| input.take(256).read_to_end(&mut head))
        .map_err(|error| Problem::io("read a data file", &file.path, &error))?;
    let text: String = head.iter().filter(|byte| (1..128).contains(*byte)).map(|byte| char::from(*byte)).collect();
    let line = text.trim_start().lines().next().unwrap_or_default();
    Ok(is_header(&cells(line, separator(line))))
}

/// Whether these are the columns of a quarantine file.
pub fn is_header<S: AsRef<str>>(names: &[S]) -> bool {
    NEEDED.iter().all(|needed| names.iter().any(|name| name.as_ref().trim() == *needed))
}

fn separator(line: &str) -> Delimiter {
    let first = line.bytes().find(|byte| matches!(byte, b',' | b';' | b'\t'));
    Delimiter::Byte(first.unwrap_or(b','))
}

/// Gathers the rows of one file; how many.
fn read(
    file: &Found,
    store: &TableStore,
    patches: &mut BTreeMap<String, Patch>,
    warnings: &mut Warnings,
) -> Result<usize> {
    let plain = intake::open(file, Format::Text, &Told::default(), &intake::hash(file, store)?, store)?;
    let head = intake::head(&plain.path, 4096)?;
    let delimiter = separator(head.lines().next().unwrap_or_default());
    let mut input = Sequential::open(&plain.path)?;
    let mut names: Vec<String> = Vec::new();
    let mut count = 0;
    let end = walk(&plain.path, delimiter, false, |record, _| {
        if !record.content {
            return Ok(true);
        }
        let row = cells(&input.text(record, false)?, delimiter);
        if names.is_empty() {
            names = row.into_iter().map(|name| name.trim().to_owned()).collect();
            return Ok(true);
        }
        let given = format!("data/{}:{}", file.name, record.line);
        let cell = |name: &str| {
            let at = names.iter().position(|own| own == name);
            at.and_then(|at| row.get(at)).map(|cell| unguarded(cell)).unwrap_or_default()
        };
        let (of, mark, text) = (cell("file"), cell("mark"), cell("row"));
        if of.is_empty() || mark.is_empty() || text.trim().is_empty() {
            let lacks = if text.trim().is_empty() { "row" } else { "file or mark" };
            warnings.push(format!("{given}: the cell {lacks} is empty: this row stays in quarantine"));
            return Ok(true);
        }
        count += 1;
        let name = of.strip_prefix("data/").unwrap_or(&of).to_owned();
        let mend = Mend {
            given,
            line: cell("line").trim().parse().unwrap_or(0),
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
        };
        let same = patches.entry(name).or_default().mends.entry(mark.trim().to_owned()).or_default();
        // A later file has the last word about a row.
        match same.iter_mut().find(|other| other.line == mend.line) {
            Some(other) => *other = mend,
            None => same.push(mend),
        }
        Ok(true)
    })?;
    if end == End::Swallowed {
        return Err(Problem::failed("a quotation mark of this file with mended rows is not closed")
            .at(&file.path)
            .hint("take the rows from the quarantine again, and save them as CSV"));
    }
    Ok(count)
}

/// The text of a cell that was kept from being taken for a formula.
fn unguarded(cell: &str) -> String {
    let guarded = cell.starts_with('\'') && super::begins_formula(cell.trim_start_matches('\''));
    if guarded { cell[1..].to_owned() } else { cell.to_owned() }
}

/// What came of the mended rows of a file.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    pub rows: u64,
    /// Of those that could not be used.
    pub remarks: Vec<String>,
}

/// Opens a file and puts the mended rows in their places.
pub fn open(
    file: &Found,
    patch: &Patch,
    format: Format,
    config: Option<&SourceConfig>,
    (store, engine): (&TableStore, &DuckDb),
) -> Result<Opened> {
    let bare = Found { mended: None, ..file.clone() };
    let mut opened = shape::open(&bare, format, config, store, engine)?;
    if opened.shape.names.is_empty() {
        return Ok(opened);
    }
    opened.plain(&bare, store)?;
    let Some(plain) = &opened.plain else { return Ok(opened) };
    if format == Format::Parquet || opened.shape.array {
        opened.mended.remarks = patch
            .mends
            .values()
            .flatten()
            .map(|mend| {
                format!(
                    "{}: rows of {} cannot be put back one by one: mend data/{} itself",
                    mend.given,
                    format.name(),
                    file.name
                )
            })
            .collect();
        return Ok(opened);
    }
    let mut to =
        Plain::own(intake::fresh(store, &format!("mended-{}-{}", opened.hash, patch.key)).with_extension("txt"));
    let mended = Patcher::new(patch, file, &opened.shape, &plain.path)?.write(&to.path)?;
    if mended.rows > 0 {
        opened.shape.structure = match &opened.shape.layout {
            Some(layout) => structure::scan(&to.path, layout)?,
            None => json::scan(&to.path, &file.path)?.structure,
        };
        opened.shape.copied = true;
        opened.hash = TableStore::key(&["mended", &opened.hash, &patch.key]);
        to.encoding = plain.encoding;
        opened.plain = Some(to);
    }
    opened.mended = mended;
    Ok(opened)
}

/// Copies a plain file, with some of its rows replaced.
struct Patcher<'a> {
    patch: &'a Patch,
    file: &'a Found,
    shape: &'a Shape,
    delimiter: Delimiter,
    from: &'a Path,
    input: File,
    /// Bytes of the file that are written, or replaced.
    at: u64,
    used: Vec<&'a str>,
    mended: Mended,
}

impl<'a> Patcher<'a> {
    fn new(patch: &'a Patch, file: &'a Found, shape: &'a Shape, from: &'a Path) -> Result<Patcher<'a>> {
        let input = File::open(from).map_err(|error| Problem::io("read a data file", &file.path, &error))?;
        // Lines of JSON have one cell: all of them.
        let delimiter = shape.layout.as_ref().map_or(Delimiter::Byte(1), |layout| layout.delimiter);
        let (used, mended) = (Vec::new(), Mended::default());
        Ok(Patcher { patch, file, shape, delimiter, from, input, at: 0, used, mended })
    }

    fn write(mut self, to: &Path) -> Result<Mended> {
        let written = |error: std::io::Error| Problem::io("write a mended copy to the cache", to, &error);
        let mut output = BufWriter::new(private::create(to).map_err(written)?);
        let mut texts = Sequential::open(self.from)?;
        let (skip, by_record) = self.shape.layout.as_ref().map_or((0, false), |layout| (layout.skip, layout.by_record));
        let by_line = self.shape.layout.is_none() || self.shape.structure.by_line;
        let mut seen = 0usize;
        walk(self.from, self.delimiter, by_line, |record, _| {
            seen += 1;
            if seen <= skip || (!record.content && record.fault.is_none()) || record.end - record.start > LONGEST {
                return Ok(true);
            }
            let line = if by_record { seen as u64 } else { record.line };
            let text = texts.text(record, false)?;
            if let Some(new) = self.instead(&text, line, by_line) {
                self.copy(record.start, &mut output)?;
                output.write_all(new.as_bytes()).map_err(written)?;
                // The lines below keep their numbers.
                let lines = new.lines().count() as u64;
                if !by_record && lines < record.lines {
                    output
                        .write_all("\n".repeat(usize::try_from(record.lines - lines).unwrap_or(0)).as_bytes())
                        .map_err(written)?;
                }
                self.at = record.end;
                self.mended.rows += 1;
            }
            Ok(true)
        })?;
        self.copy(u64::MAX, &mut output)?;
        output.flush().map_err(written)?;
        for mend in self.patch.mends.values().flatten().filter(|mend| !self.used.contains(&mend.given.as_str())) {
            self.mended
                .remarks
                .push(format!("{}: the row it mends is no longer in data/{}: not used", mend.given, self.file.name));
        }
        Ok(self.mended)
    }

    /// What is to stand in the place of a row; what was mended may have been turned away and mended again.
    fn instead(&mut self, text: &str, line: u64, by_line: bool) -> Option<String> {
        let mut now = text.to_owned();
        while let Some(mends) = self.patch.mends.get(&mark(&now)) {
            let free = |mend: &&Mend| !self.used.contains(&mend.given.as_str());
            let Some(mend) =
                mends.iter().filter(free).find(|mend| mend.line == line).or_else(|| mends.iter().find(free))
            else {
                break;
            };
            self.used.push(&mend.given);
            if let Some(why) = self.unfit(&mend.text, by_line) {
                self.mended.remarks.push(format!("{}: {why}: this row stays in quarantine", mend.given));
                break;
            }
            if mend.text == now {
                break;
            }
            now.clone_from(&mend.text);
        }
        (now != text).then_some(now)
    }

    /// Why a text is not one row.
    fn unfit(&self, text: &str, by_line: bool) -> Option<&'static str> {
        if self.shape.layout.is_none() {
            let whole = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
            return (!whole || text.contains(['\n', '\r'])).then_some("the row is not one JSON object on one line");
        }
        let mut rows: Vec<Record> = Vec::new();
        let end = walk_text(text, self.delimiter, by_line, |record, _| {
            rows.push(*record);
            Ok(true)
        });
        match (end, rows.as_slice()) {
            (Ok(End::Whole), [row]) if row.fault.is_none() => None,
            (Ok(End::Whole), [_, _, ..]) => Some("there are several rows in one cell"),
            _ => Some("a quotation mark of the row is not closed"),
        }
    }

    /// Copies what stands before `end` and was not written yet.
    fn copy(&mut self, end: u64, output: &mut impl Write) -> Result<()> {
        let problem = |error: std::io::Error| Problem::io("copy a data file to the cache", &self.file.path, &error);
        self.input.seek(SeekFrom::Start(self.at)).map_err(problem)?;
        std::io::copy(&mut (&self.input).take(end.saturating_sub(self.at)), output).map_err(problem)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c4_a_mark_is_no_number_and_a_guard_comes_off() {
        assert!(mark("a,b").starts_with('r') && mark("a,b").len() == 13 && mark("a,b") != mark("a,c"));
        assert_eq!(unguarded("'=1+1,x"), "=1+1,x");
        assert_eq!(unguarded("''=1+1"), "'=1+1");
        assert_eq!(unguarded("'plain"), "'plain");
    }

    #[test]
    fn c4_a_quarantine_file_is_known_by_its_columns() {
        assert!(is_header(&HEADER));
        assert!(is_header(&["row", "mark", "file", "line", "rule", "remark"]));
        assert!(!is_header(&["file", "line", "column", "value", "rule", "hint", "row"]));
    }
}
