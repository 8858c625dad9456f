//! One output file: its dialect (delimiter, byte-order mark, compression, or NDJSON), its header and its rows.
//! Counts physical lines, so that a deliberately bad row can be listed with its place.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use crate::problem::{Problem, Result};

const BUFFER: usize = 1 << 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Text separated by this character.
    Delimited(char),
    /// One JSON object a line.
    Ndjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pack {
    None,
    Gzip,
    Zstd,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub format: Format,
    pub bom: bool,
    pub pack: Pack,
}

impl Dialect {
    pub(super) const CSV: Dialect = Dialect { format: Format::Delimited(','), bom: false, pack: Pack::None };

    /// The ending of a file's name, with its dot.
    pub(super) fn ending(self) -> &'static str {
        match (self.format, self.pack) {
            (Format::Delimited('\t'), Pack::None) => ".tsv",
            (Format::Delimited('\t'), Pack::Gzip) => ".tsv.gz",
            (Format::Delimited('\t'), Pack::Zstd) => ".tsv.zst",
            (Format::Delimited(_), Pack::None) => ".csv",
            (Format::Delimited(_), Pack::Gzip) => ".csv.gz",
            (Format::Delimited(_), Pack::Zstd) => ".csv.zst",
            (Format::Ndjson, Pack::None) => ".ndjson",
            (Format::Ndjson, Pack::Gzip) => ".ndjson.gz",
            (Format::Ndjson, Pack::Zstd) => ".ndjson.zst",
        }
    }
}

/// The cells of one row in one buffer, used again for every row.
#[derive(Debug, Default, Clone)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(super) fn push(&mut self, cell: &str) {
        self.cell(|text| text.push_str(cell));
    }

    /// Appends a cell that `write` pushes onto the buffer.
    pub(super) fn cell(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().enumerate().map(|(at, end)| {
            let start = if at == 0 { 0 } else { self.ends[at - 1] };
            &self.text[start..*end]
        })
    }

    /// A copy in which the cells at `changes` are replaced.
    pub(super) fn with(&self, changes: &[(usize, &str)]) -> Cells {
        let mut copy = Cells::default();
        for (at, cell) in self.iter().enumerate() {
            let replaced = changes.iter().find(|(index, _)| *index == at);
            copy.push(replaced.map_or(cell, |(_, value)| *value));
        }
        copy
    }
}

/// A column of a file: its header, and whether NDJSON writes its values as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub name: &'static str,
    pub number: bool,
}

impl Head {
    pub(super) const fn text(name: &'static str) -> Head {
        Head { name, number: false }
    }

    pub(super) const fn number(name: &'static str) -> Head {
        Head { name, number: true }
    }
}

enum Out {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

/// A file being written.
pub(super) struct Sheet {
    path: PathBuf,
    out: Out,
    dialect: Dialect,
    head: Vec<Head>,
    buffer: String,
    lines: u64,
}

impl Sheet {
    /// Creates the file (its folders too) and writes the header.
    ///
    /// # Errors
    /// Refused when the file exists; failed when it cannot be written.
    pub(super) fn create(path: PathBuf, dialect: Dialect, head: &[Head]) -> Result<Sheet> {
        let file = BufWriter::with_capacity(BUFFER, create_new(&path)?);
        let out = match dialect.pack {
            Pack::None => Out::Plain(file),
            Pack::Gzip => Out::Gzip(GzEncoder::new(file, flate2::Compression::new(6))),
            Pack::Zstd => Out::Zstd(
                zstd::Encoder::new(file, 9).map_err(|error| Problem::io("compress this file", &path, &error))?,
            ),
        };
        let mut sheet = Sheet { path, out, dialect, head: head.to_vec(), buffer: String::new(), lines: 0 };
        if dialect.bom {
            sheet.write("\u{feff}")?;
        }
        if let Format::Delimited(delimiter) = dialect.format {
            let mut line = String::new();
            join(&mut line, head.iter().map(|column| column.name), delimiter);
            line.push('\n');
            sheet.write(&line)?;
            sheet.lines = 1;
        }
        Ok(sheet)
    }

    /// Writes one row; the cells stand in the order of the header.
    pub(super) fn row(&mut self, cells: &Cells) -> Result<()> {
        let mut line = std::mem::take(&mut self.buffer);
        line.clear();
        match self.dialect.format {
            Format::Delimited(delimiter) => join(&mut line, cells.iter(), delimiter),
            Format::Ndjson => object(&mut line, &self.head, cells),
        }
        line.push('\n');
        let written = self.write(&line);
        self.buffer = line;
        self.lines += 1;
        written
    }

    /// The number of physical lines so far: after a [`Sheet::row`], the line of that row.
    pub(super) fn line(&self) -> u64 {
        self.lines
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn finish(self) -> Result<PathBuf> {
        let closed = match self.out {
            Out::Plain(mut file) => file.flush(),
            Out::Gzip(packer) => packer.finish().and_then(|mut file| file.flush()),
            Out::Zstd(packer) => packer.finish().and_then(|mut file| file.flush()),
        };
        closed.map_err(|error| Problem::io("write this file", &self.path, &error))?;
        Ok(self.path)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let written = match &mut self.out {
            Out::Plain(file) => file.write_all(text.as_bytes()),
            Out::Gzip(packer) => packer.write_all(text.as_bytes()),
            Out::Zstd(packer) => packer.write_all(text.as_bytes()),
        };
        written.map_err(|error| Problem::io("write this file", &self.path, &error))
    }
}

/// Creates a file that must not exist yet, and the folders above it.
pub(super) fn create_new(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Problem::io("create this folder", folder, &error))?;
    }
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::refused("this file exists already").at(path).hint("choose an empty or a new directory")
        }
        _ => Problem::io("create this file", path, &error),
    })
}

fn join<'a>(line: &mut String, cells: impl Iterator<Item = &'a str>, delimiter: char) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            line.push(delimiter);
        }
        if cell.contains([delimiter, '"', '\n', '\r']) {
            line.push('"');
            for letter in cell.chars() {
                if letter == '"' {
                    line.push('"');
                }
                line.push(letter);
            }
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
}

/// One JSON object; blank cells are left out, as exporting programs do.
fn object(line: &mut String, head: &[Head], cells: &Cells) {
    line.push('{');
    let mut first = true;
    for (column, cell) in head.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty()) {
        if !first {
            line.push(',');
        }
        first = false;
        json_text(line, column.name);
        line.push(':');
        if column.number && is_json_number(cell) {
            line.push_str(cell);
        } else {
            json_text(line, cell);
        }
    }
    line.push('}');
}

fn json_text(line: &mut String, text: &str) {
    line.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => line.extend(['\\', letter]),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            // The generator writes no other control characters.
            _ => line.push(letter),
        }
    }
    line.push('"');
}

/// Digits with an optional sign and one optional point, no leading zeros: what JSON calls a number.
fn is_json_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let only_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits(whole) && only_digits(part) && (whole == "0" || !whole.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Cells {
        let mut cells = Cells::default();
        for text in texts {
            cells.push(text);
        }
        cells
    }

    #[test]
    fn a_cell_is_quoted_only_when_it_must_be() {
        let mut line = String::new();
        join(&mut line, ["a", "b,c", "d\"e", "", "f;g"].into_iter(), ',');
        assert_eq!(line, "a,\"b,c\",\"d\"\"e\",,f;g");
    }

    #[test]
    fn an_object_leaves_blanks_out_and_keeps_ids_as_text() {
        let head = [Head::text("id"), Head::number("n"), Head::number("m"), Head::text("x"), Head::number("bad")];
        let mut line = String::new();
        object(&mut line, &head, &cells(&["007", "-12.50", "", "say \"hi\"\\", "1,5"]));
        assert_eq!(line, r#"{"id":"007","n":-12.50,"x":"say \"hi\"\\","bad":"1,5"}"#);
    }

    #[test]
    fn changed_cells_leave_the_others_alone() {
        let copy = cells(&["a", "b", "c"]).with(&[(1, ""), (2, "long")]);
        assert_eq!(copy.iter().collect::<Vec<_>>(), ["a", "", "long"]);
    }

    #[test]
    fn an_existing_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "mine").unwrap();
        let problem = Sheet::create(path.clone(), Dialect::CSV, &[Head::text("x")]).err().unwrap();
        assert_eq!(problem.kind(), crate::problem::Kind::Refused);
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
    }
}
