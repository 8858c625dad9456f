//! The records of a delimited text file: where each one starts and ends, how many cells it has, and which are broken.
//!
//! One pass without holding the file. DuckDB then reads either the file itself, when every record is sound, or a
//! clean copy without the broken ones (see `structure`), so that one bad quotation mark costs one row.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::problem::{Problem, Result};

/// Records longer than this are broken: no line of a shop's export is.
pub const LONGEST: u64 = 1 << 20;

/// What separates the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Delimiter {
    Byte(u8),
    /// Runs of blanks; blanks at the start and end of a line do not count.
    Blanks,
}

impl Delimiter {
    /// The byte that `walk` looks for.
    fn byte(self) -> u8 {
        match self {
            Delimiter::Byte(byte) => byte,
            Delimiter::Blanks => b'\n',
        }
    }
    pub fn name(self) -> String {
        match self {
            Delimiter::Byte(b'\t') => "tab".into(),
            Delimiter::Byte(byte) => char::from(byte).to_string(),
            Delimiter::Blanks => "space".into(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quotation mark that is not closed, or text after a closing one.
    Quote,
    Long,
}

/// What was seen in the cells of a column; what was not seen needs no cleaning.
pub mod mark {
    /// A blank at the start or end, or quotation marks.
    pub const EDGE: u8 = 1;
    /// A tab or line end.
    pub const CONTROL: u8 = 2;
    /// Anything but ASCII.
    pub const WIDE: u8 = 4;
    pub const EQUALS: u8 = 8;
    pub const PLUS: u8 = 16;
    pub const LETTER: u8 = 32;
    pub const ALL: u8 = 63;

    pub(super) static OF: [u8; 256] = table();

    const fn table() -> [u8; 256] {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = match byte as u8 {
                b'\t' | b'\r' | b'\n' => CONTROL,
                b'"' => EDGE,
                b'=' => EQUALS,
                b'+' => PLUS,
                b'A'..=b'Z' | b'a'..=b'z' => LETTER,
                128.. => WIDE,
                _ => 0,
            };
            byte += 1;
        }
        table
    }
}

/// One record; offsets in bytes, `end` before the line end; `line` counts from 1.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    pub start: u64,
    pub end: u64,
    pub line: u64,
    /// Lines it spans.
    pub lines: u64,
    pub cells: usize,
    /// Something other than blanks, delimiters and quotation marks.
    pub content: bool,
    pub fault: Option<Fault>,
    /// Quotation marks in unusual places, which readers understand differently.
    pub odd: bool,
    pub quoted: bool,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Whole,
    /// A broken quotation mark joined lines; walk again line by line.
    Swallowed,
    /// `each` asked to stop.
    Stopped,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    After,
}

struct Walker<F> {
    record: Record,
    state: State,
    by_line: bool,
    /// Marks of the columns so far.
    marks: Vec<u8>,
    last: u8,
    each: F,
}

/// Gives every record, blank ones too, to `each` until it returns false, with the marks of the columns up to it. `by_line`: a line end always ends a record.
pub fn walk(
    path: &Path,
    delimiter: Delimiter,
    by_line: bool,
    each: impl FnMut(&Record, &mut Vec<u8>) -> Result<bool>,
) -> Result<End> {
    let problem = |error: std::io::Error| Problem::io("read a data file", path, &error);
    let mut input = File::open(path).map_err(problem)?;
    walk_through((&mut input, 1 << 20), (delimiter, by_line), problem, each)
}

/// The same of a short text.
pub fn walk_text(
    text: &str,
    delimiter: Delimiter,
    by_line: bool,
    each: impl FnMut(&Record, &mut Vec<u8>) -> Result<bool>,
) -> Result<End> {
    let problem = |error: std::io::Error| Problem::failed(error.to_string());
    walk_through((&mut text.as_bytes(), 1 << 12), (delimiter, by_line), problem, each)
}

/// `input` comes with the size of what is read at a time.
fn walk_through(
    (input, size): (&mut impl Read, usize),
    (delimiter, by_line): (Delimiter, bool),
    problem: impl Fn(std::io::Error) -> Problem,
    each: impl FnMut(&Record, &mut Vec<u8>) -> Result<bool>,
) -> Result<End> {
    let mut chunk = vec![0u8; size];
    let mut offset = 0u64;
    let mut after_return = false;
    let delimiter = delimiter.byte();
    let mut walker = Walker { record: fresh(0, 1), state: State::Start, by_line, marks: vec![0], last: 0, each };
    loop {
        let read = input.read(&mut chunk).map_err(&problem)?;
        if read == 0 {
            break;
        }
        let mut from = 0;
        if offset == 0 && chunk[..read].starts_with(b"\xef\xbb\xbf") {
            from = 3;
            walker.record.start = 3;
        }
        for (at, &byte) in chunk[..read].iter().enumerate().skip(from) {
            if after_return {
                after_return = false;
                if byte == b'\n' {
                    walker.record.start = offset + at as u64 + 1;
                    continue;
                }
            }
            if byte == b'\n' || byte == b'\r' {
                if walker.state == State::Quoted && !by_line {
                    walker.marks[walker.record.cells - 1] |= mark::CONTROL;
                    walker.record.lines += u64::from(byte == b'\n');
                    continue;
                }
                after_return = byte == b'\r';
                if let Some(end) = walker.finish(offset + at as u64, 1)? {
                    return Ok(end);
                }
            } else if byte == delimiter {
                walker.delimiter();
            } else {
                walker.byte(byte);
            }
        }
        offset += read as u64;
        if walker.state == State::Quoted && !by_line && offset - walker.record.start > LONGEST {
            return Ok(End::Swallowed);
        }
    }
    if offset > walker.record.start
        && let Some(end) = walker.finish(offset, 0)?
    {
        return Ok(end);
    }
    Ok(End::Whole)
}

fn fresh(start: u64, line: u64) -> Record {
    Record { start, end: start, line, lines: 1, cells: 1, content: false, fault: None, odd: false, quoted: false }
}

impl<F: FnMut(&Record, &mut Vec<u8>) -> Result<bool>> Walker<F> {
    fn delimiter(&mut self) {
        if self.state != State::Quoted {
            self.edge();
            self.record.cells += 1;
            if self.record.cells > self.marks.len() {
                self.marks.push(0);
            }
            self.state = State::Start;
        }
    }

    /// A blank before the end of a cell.
    fn edge(&mut self) {
        if matches!(self.last, b' ' | b'\t') {
            self.marks[self.record.cells - 1] |= mark::EDGE;
        }
        self.last = 0;
    }

    fn byte(&mut self, byte: u8) {
        self.marks[self.record.cells - 1] |= mark::OF[usize::from(byte)];
        self.last = byte;
        match (self.state, byte) {
            (State::Start, b'"') => {
                self.record.quoted = true;
                self.state = State::Quoted;
            }
            (State::Quoted, b'"') => self.state = State::After,
            (State::After, b'"') => self.state = State::Quoted,
            // Readers differ on blanks beside quotation marks.
            (State::Start | State::After, b' ' | b'\t') => {
                self.record.odd = true;
                self.marks[self.record.cells - 1] |= mark::EDGE;
            }
            (State::Plain, b'"') => {
                self.record.odd = true;
                self.record.quoted = true;
            }
            (State::After, _) => {
                self.record.fault = Some(Fault::Quote);
                self.state = State::Plain;
            }
            (State::Plain | State::Quoted, b' ' | b'\t') => {}
            (State::Start, _) => {
                self.state = State::Plain;
                self.record.content = true;
            }
            (State::Plain | State::Quoted, _) => self.record.content = true,
        }
    }

    /// Ends the record at `end`; the next one starts `gap` bytes later.
    fn finish(&mut self, end: u64, gap: u64) -> Result<Option<End>> {
        self.edge();
        let record = &mut self.record;
        record.end = end;
        if self.state == State::Quoted {
            record.fault = Some(Fault::Quote);
        }
        if !self.by_line && record.fault.is_some() && (record.lines > 1 || (self.state == State::Quoted && gap == 1)) {
            return Ok(Some(End::Swallowed));
        }
        if record.end - record.start > LONGEST {
            record.fault = Some(Fault::Long);
        }
        let go_on = (self.each)(record, &mut self.marks)?;
        self.record = fresh(end + gap, self.record.line + self.record.lines);
        self.state = State::Start;
        Ok((!go_on).then_some(End::Stopped))
    }
}

/// The cells of one sound record.
pub fn cells(text: &str, delimiter: Delimiter) -> Vec<String> {
    let Delimiter::Byte(delimiter) = delimiter else {
        return text.split_whitespace().map(str::to_owned).collect();
    };
    let delimiter = char::from(delimiter);
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut state = State::Start;
    for c in text.chars() {
        match (state, c) {
            (State::Quoted, '"') => state = State::After,
            (State::Quoted, _) => cell.push(c),
            (State::After, '"') => {
                cell.push('"');
                state = State::Quoted;
            }
            (_, c) if c == delimiter => {
                cells.push(std::mem::take(&mut cell));
                state = State::Start;
            }
            (State::Start, '"') => {
                cell.clear();
                state = State::Quoted;
            }
            (State::Start, ' ' | '\t') => cell.push(c),
            (State::After, _) => {}
            (_, c) => {
                cell.push(c);
                state = State::Plain;
            }
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str, by_line: bool) -> (End, Vec<(u64, usize, bool)>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut seen = Vec::new();
        let end = walk(file.path(), Delimiter::Byte(b','), by_line, |record, _| {
            seen.push((record.line, record.cells, record.fault.is_some()));
            Ok(true)
        });
        (end.unwrap(), seen)
    }

    #[test]
    fn records_span_lines_and_blank_ones_count() {
        let (end, seen) = walked("\u{feff}a,b\r\n\"x\ny\",2\r\n\r\nlast,1", false);
        assert_eq!(end, End::Whole);
        assert_eq!(seen, [(1, 2, false), (2, 2, false), (4, 1, false), (5, 2, false)]);
    }

    #[test]
    fn an_open_quote_is_noticed_and_costs_one_line() {
        let text = "a,b\n\"x,1\ny,2\nz,\"3\"\n";
        assert_eq!(walked(text, false).0, End::Swallowed);
        assert_eq!(walked(text, true).1, [(1, 2, false), (2, 1, true), (3, 2, false), (4, 2, false)]);
    }

    #[test]
    fn cells_unquote() {
        assert_eq!(cells("a, \"b,\"\"c\"\"\" ,,5\" x, y", Delimiter::Byte(b',')), ["a", "b,\"c\"", "", "5\" x", " y"]);
        assert_eq!(cells(" 00004  0001 ", Delimiter::Blanks), ["00004", "0001"]);
    }
}
