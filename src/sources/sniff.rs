//! Decides how a delimited file is laid out: what separates its cells, and which line names its columns.
//!
//! DuckDB's own sniffer guesses types too and changes its mind with the sample; this one looks at nothing but the
//! shape of the first records and at names it knows.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::headers;
use super::intake;
use super::records::{Delimiter, cells};
use crate::problem::Result;
use crate::project::SourceConfig;

/// Bytes and records that are looked at.
const HEAD: usize = 256 * 1024;
const RECORDS: usize = 200;
/// A header stands within this many records; above it may stand titles.
const TITLES: usize = 20;

/// Layout of a delimited file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub delimiter: Delimiter,
    /// Names of the columns, unique.
    pub names: Vec<String>,
    /// Records before the data: titles and the header row, blank ones counted.
    pub skip: usize,
    /// Line of the header row, counted from 1; none when the file has no header.
    pub header_line: Option<usize>,
    /// Rows of a sheet: the place of a record is its number, whatever lines it spans.
    pub by_record: bool,
    /// First data rows; not kept in the cache a second time.
    #[serde(skip)]
    pub samples: Vec<Vec<String>>,
}

/// The layout of a plain file, with what `[[source]]` says about it. `None`: the file has no records at all.
pub fn layout(path: &Path, config: Option<&SourceConfig>) -> Result<Option<Layout>> {
    let text = intake::head(path, HEAD)?;
    let whole = text.len() < HEAD - 4;
    let mut records = split(&text, RECORDS + 1);
    if !whole && records.len() > 1 {
        records.pop();
    }
    records.truncate(RECORDS);
    if records.iter().all(|record| record.text.trim().is_empty()) {
        return Ok(None);
    }
    let told = config.and_then(|config| config.delimiter.as_deref()).map(told_delimiter);
    let delimiter = told.unwrap_or_else(|| delimiter(&records));
    let rows: Vec<Vec<String>> = records.iter().map(|record| cells(&record.text, delimiter)).collect();
    let width = usual_width(&rows);
    let has_header = config.and_then(|config| config.header);
    let fields = config.map_or(&[][..], |config| &config.fields);
    let header = match has_header {
        Some(false) => None,
        Some(true) => header_row(&rows, width).or_else(|| first_content(&rows)),
        None if !fields.is_empty() => None,
        None => header_row(&rows, width),
    };
    let (names, skip) = match header {
        _ if !fields.is_empty() => (unique(fields.to_vec(), width), header.map_or(0, |at| at + 1)),
        Some(at) => {
            let (names, rows) = names(&rows, at);
            (unique(names, width), at + rows)
        }
        None => (unique(Vec::new(), width), 0),
    };
    let samples = rows.into_iter().skip(skip).filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
    Ok(Some(Layout {
        delimiter,
        names,
        skip,
        header_line: header.map(|at| records[at].line),
        by_record: false,
        samples,
    }))
}

/// `delimiter = "…"`; checked before (see `binding`).
fn told_delimiter(text: &str) -> Delimiter {
    match text {
        "space" | " " => Delimiter::Blanks,
        "tab" | "\\t" => Delimiter::Byte(b'\t'),
        other => Delimiter::Byte(other.as_bytes().first().copied().unwrap_or(b',')),
    }
}

struct Piece {
    line: usize,
    text: String,
}

/// The first records of the head: lines, joined while a quotation mark is open.
fn split(text: &str, most: usize) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open = false;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in text.split('\n').enumerate() {
        let odd = line.matches('"').count() % 2 == 1;
        let full = pieces.len() == most;
        match pieces.last_mut() {
            Some(piece) if open => {
                piece.text.push('\n');
                piece.text.push_str(line);
            }
            _ if full => return pieces,
            _ => pieces.push(Piece { line: number + 1, text: line.to_owned() }),
        }
        open ^= odd;
    }
    if pieces.last().is_some_and(|piece| piece.text.is_empty()) {
        pieces.pop();
    }
    pieces
}

/// The separator that gives most records the same number of cells, two at least.
fn delimiter(records: &[Piece]) -> Delimiter {
    let mut best = (0.0, 1, Delimiter::Byte(b','));
    for byte in [b',', b'\t', b';', b'|', 1] {
        // What stands nowhere separates nothing.
        if !records.iter().any(|record| record.text.as_bytes().contains(&byte)) {
            continue;
        }
        let candidate = Delimiter::Byte(byte);
        let rows: Vec<Vec<String>> = records
            .iter()
            .filter(|record| !record.text.trim().is_empty())
            .map(|record| cells(&record.text, candidate))
            .collect();
        let width = usual_width(&rows);
        if width < 2 {
            continue;
        }
        let fitting = rows.iter().filter(|row| row.len() == width).count();
        let score = ratio(fitting, rows.len()) + if headers_known(&rows) >= 2 { 1.0 } else { 0.0 };
        if score > best.0 + 1e-9 || ((score - best.0).abs() <= 1e-9 && width > best.1) {
            best = (score, width, candidate);
        }
    }
    if best.1 == 1 {
        let rows: Vec<Vec<String>> = records.iter().map(|record| cells(&record.text, Delimiter::Blanks)).collect();
        let width = usual_width(&rows);
        if width >= 3 && rows.len() > 1 && rows.iter().all(|row| row.len() == width || row.is_empty()) {
            return Delimiter::Blanks;
        }
    }
    best.2
}

/// How many names of columns in the first records of a text are known.
pub fn known_names(text: &str) -> usize {
    let records = split(text, TITLES);
    let delimiter = delimiter(&records);
    headers_known(&records.iter().map(|record| cells(&record.text, delimiter)).collect::<Vec<_>>())
}

fn headers_known(rows: &[Vec<String>]) -> usize {
    rows.iter().take(TITLES).map(|row| headers::known_names(row)).max().unwrap_or(0)
}

#[allow(clippy::cast_precision_loss)]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The most frequent number of cells among records with content; the larger one of a tie.
fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for row in rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())) {
        *counts.entry(row.len()).or_insert(0usize) += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(1, |(width, _)| width)
}

/// The row that names the columns: the one with most names known to us, else the first if it looks like names.
fn header_row(rows: &[Vec<String>], width: usize) -> Option<usize> {
    let known = rows
        .iter()
        .take(TITLES)
        .enumerate()
        .map(|(at, row)| (headers::known_names(row), std::cmp::Reverse(at)))
        .max()
        .filter(|(count, _)| *count >= 2 || (*count == 1 && width == 1));
    if let Some((_, std::cmp::Reverse(at))) = known {
        return Some(at);
    }
    let at = rows.iter().position(|row| row.len() == width && row.iter().any(|cell| !cell.trim().is_empty()))?;
    let mut seen = std::collections::BTreeSet::new();
    let names = rows[at].iter().all(|cell| {
        let cell = cell.trim();
        !cell.is_empty() && !cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') && seen.insert(cell)
    });
    names.then_some(at)
}

/// The names of the columns whose header stands at `at`, and the number of rows they take: two where names of groups
/// stand above those of their columns.
///
/// The row below belongs to the header when it holds text, a name we know among it, and nothing under any name we know: a
/// row of data has at least its key. The row above belongs to it when it fills every gap; titles stand in one cell.
fn names(rows: &[Vec<String>], at: usize) -> (Vec<String>, usize) {
    let cell = |row: usize, column: usize| {
        rows.get(row).and_then(|cells| cells.get(column)).map(|cell| clean_name(cell)).unwrap_or_default()
    };
    let own: Vec<String> = (0..rows[at].len()).map(|column| cell(at, column)).collect();
    let known = |name: &str| headers::known_names(std::slice::from_ref(&name.to_owned())) > 0;
    let text = |cell: &str| !cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '='));
    let below: Vec<String> = (0..own.len()).map(|column| cell(at + 1, column)).collect();
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).count();
    let apart = own.iter().zip(&below).all(|(name, under)| under.is_empty() || !known(name));
    let named = below.iter().any(|name| known(name));
    if named && filled(&below) >= 2 && apart && below.iter().all(|cell| text(cell)) && filled(&own) > 1 {
        let joined = own.iter().zip(below).map(|(name, under)| if under.is_empty() { name.clone() } else { under });
        return (joined.collect(), 2);
    }
    let gaps: Vec<usize> = (0..own.len()).filter(|column| own[*column].is_empty()).collect();
    let above = |column: &usize| at.checked_sub(1).map(|row| cell(row, *column)).unwrap_or_default();
    if !gaps.is_empty() && gaps.iter().all(|column| text(&above(column)) && !above(column).is_empty()) {
        let name = |(column, name): (usize, String)| if name.is_empty() { above(&column) } else { name };
        return (own.into_iter().enumerate().map(name).collect(), 1);
    }
    (own, 1)
}

fn first_content(rows: &[Vec<String>]) -> Option<usize> {
    rows.iter().position(|row| row.iter().any(|cell| !cell.trim().is_empty()))
}

fn clean_name(name: &str) -> String {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned()
}

/// `width` names (or more, if more are given), each once and none empty.
fn unique(mut names: Vec<String>, width: usize) -> Vec<String> {
    names.resize(names.len().max(width), String::new());
    let mut taken = std::collections::BTreeSet::new();
    for (at, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = format!("column_{}", at + 1);
        }
        let base = name.clone();
        let mut number = 2;
        // DuckDB compares names without regard to case.
        while !taken.insert(name.to_lowercase()) {
            *name = format!("{base}_{number}");
            number += 1;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> Layout {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        layout(file.path(), None).unwrap().unwrap()
    }

    #[test]
    fn c2_delimiters_are_found() {
        for (delimiter, name) in [(',', ","), (';', ";"), ('\t', "tab"), ('|', "|")] {
            let text = "store_id;name;city\nS1;a,b;x\nS2;\"c;d\";y\n".replace(';', &delimiter.to_string());
            let found = sniffed(&text);
            assert_eq!(found.delimiter.name(), name);
            assert_eq!(found.names, ["store_id", "name", "city"]);
            assert_eq!(found.samples[1][1], format!("c{delimiter}d"));
        }
        let blanks = sniffed(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n");
        assert_eq!((blanks.delimiter, blanks.skip, blanks.names.len()), (Delimiter::Blanks, 0, 5));
    }

    #[test]
    fn titles_above_the_header_are_passed_over() {
        let found = sniffed("2026年10月销售明细,,\n\n门店编码,订单编号,实付金额\nS1,1,2\n");
        assert_eq!((found.skip, found.header_line), (3, Some(3)));
        assert_eq!(found.samples, [["S1", "1", "2"]]);
    }

    #[test]
    fn names_become_unique() {
        assert_eq!(sniffed("sku,Name,name,\n1,2,3,4\n").names, ["sku", "Name", "name_2", "column_4"]);
    }
}
