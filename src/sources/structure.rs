//! Makes a delimited file safe to read: finds its broken records, and writes a clean copy when there are any.
//!
//! A sound file is read by DuckDB as it stands. Otherwise the copy holds the sound records only, each with its number
//! in front, quoted in one plain way; the broken ones are kept aside with their reason.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::records::{Delimiter, End, Fault, LONGEST, Record, cells, walk};
use super::sniff::Layout;
use crate::problem::{Problem, Result};
use crate::project::private;

/// Characters of a broken record that are kept.
const EXCERPT: u64 = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// Data records, broken ones counted, blank ones not.
    pub rows: u64,
    pub broken: u64,
    /// (record, line): from this record on, lines run in step with records, until the next entry.
    pub lines: Vec<(u64, u64)>,
    pub quotes: bool,
    /// Some cell holds a line end.
    pub spanning: bool,
    /// Only a clean copy can be read.
    pub copy: bool,
    pub by_line: bool,
    /// What the cells of each column hold (`records::mark`); columns without an entry may hold anything.
    pub marks: Vec<u8>,
}

/// Looks at every record once; twice when a broken quotation mark had joined lines.
pub fn scan(path: &Path, layout: &Layout) -> Result<Structure> {
    let mut structure = Structure::default();
    if !pass(path, layout, &mut structure)? {
        structure = Structure { by_line: true, ..Structure::default() };
        pass(path, layout, &mut structure)?;
    }
    structure.copy |= structure.broken > 0
        || layout.delimiter == Delimiter::Blanks
        || layout.header_line.is_some_and(|line| line != 1)
        || layout.skip > 1;
    Ok(structure)
}

fn pass(path: &Path, layout: &Layout, structure: &mut Structure) -> Result<bool> {
    let width = layout.names.len();
    let mut seen = 0usize;
    let mut expected = 0;
    let mut columns = Vec::new();
    let end = walk(path, layout.delimiter, structure.by_line, |record, marks| {
        seen += 1;
        if seen <= layout.skip {
            marks.fill(0);
            structure.copy |= record.lines > 1;
            return Ok(true);
        }
        if !record.content && record.fault.is_none() {
            // DuckDB passes over empty lines itself, but not over lines of blanks or delimiters.
            structure.copy |= record.end > record.start || width == 1;
            return Ok(true);
        }
        if marks != &columns {
            columns.clone_from(marks);
        }
        structure.rows += 1;
        structure.spanning |= record.lines > 1;
        structure.copy |= record.odd && record.quoted;
        structure.quotes |= record.quoted;
        let line = if layout.by_record { seen as u64 } else { record.line };
        if line != expected {
            structure.lines.push((structure.rows, line));
        }
        expected = line + 1;
        if fault(record, layout).is_some() {
            structure.broken += 1;
        }
        Ok(true)
    })?;
    // Cells apart from each other by blanks are not seen one by one.
    structure.marks = if layout.delimiter == Delimiter::Blanks { Vec::new() } else { columns };
    Ok(end != End::Swallowed)
}

fn fault(record: &Record, layout: &Layout) -> Option<&'static str> {
    match record.fault {
        Some(Fault::Quote | Fault::Long) => Some("columns"),
        // The cells of a line of blanks are counted when it is copied.
        None if layout.delimiter == Delimiter::Blanks => None,
        None => (record.cells != layout.names.len()).then_some("columns"),
    }
}

/// Writes the sound records, numbered, to `to` as plain CSV, and the broken ones to `aside`.
/// Returns the number of broken ones.
pub fn copy(path: &Path, layout: &Layout, structure: &Structure, to: &Path, aside: &Path) -> Result<u64> {
    let written = |error: std::io::Error| Problem::io("write a clean copy to the cache", to, &error);
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let mut broken = BufWriter::new(private::create(aside).map_err(written)?);
    let mut input = Sequential::open(path)?;
    let (mut seen, mut number, mut faults) = (0usize, 0u64, 0u64);
    walk(path, layout.delimiter, structure.by_line, |record, _| {
        seen += 1;
        if seen <= layout.skip || (!record.content && record.fault.is_none()) {
            return Ok(true);
        }
        number += 1;
        let mut rule = fault(record, layout);
        let text = input.text(record, rule.is_some())?;
        let row = if rule.is_none() { cells(&text, layout.delimiter) } else { Vec::new() };
        if rule.is_none() && row.len() != layout.names.len() {
            rule = Some("columns");
        }
        if let Some(rule) = rule {
            faults += 1;
            let excerpt: String = text.chars().take(usize::try_from(EXCERPT).unwrap_or(200)).collect();
            line(&mut broken, number, &[excerpt, rule.to_owned()]).map_err(written)?;
        } else {
            line(&mut output, number, &row).map_err(written)?;
        }
        Ok(true)
    })?;
    output.flush().map_err(written)?;
    broken.flush().map_err(written)?;
    Ok(faults)
}

fn line(output: &mut impl Write, number: u64, cells: &[String]) -> std::io::Result<()> {
    write!(output, "{number}")?;
    for cell in cells {
        // Nothing between commas is null; nothing between quotation marks would be text.
        if cell.is_empty() {
            output.write_all(b",")?;
        } else {
            write!(output, ",\"{}\"", cell.replace('"', "\"\""))?;
        }
    }
    output.write_all(b"\n")
}

/// Reads the text of records that come in order.
pub struct Sequential<'a> {
    path: &'a Path,
    input: BufReader<File>,
    at: u64,
}

impl<'a> Sequential<'a> {
    pub fn open(path: &'a Path) -> Result<Sequential<'a>> {
        let file = File::open(path).map_err(|error| Problem::io("read a data file", path, &error))?;
        Ok(Sequential { path, input: BufReader::with_capacity(1 << 18, file), at: 0 })
    }

    /// The record's text; only its start when it is too long, or when an `excerpt` is enough.
    pub fn text(&mut self, record: &Record, excerpt: bool) -> Result<String> {
        let problem = |error: std::io::Error| Problem::io("read a data file", self.path, &error);
        let ahead = i64::try_from(record.start - self.at).unwrap_or(i64::MAX);
        self.input.seek_relative(ahead).map_err(problem)?;
        let most = if excerpt { EXCERPT * 4 } else { LONGEST };
        let length = (record.end - record.start).min(most);
        let mut bytes = vec![0u8; usize::try_from(length).unwrap_or(0)];
        self.input.read_exact(&mut bytes).map_err(problem)?;
        self.at = record.start + length;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
