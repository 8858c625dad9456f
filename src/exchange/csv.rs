//! CSV for spreadsheets: UTF-8 with a byte order mark, so that they read Chinese; CRLF lines.
//!
//! Text that a spreadsheet would take for a formula gets an apostrophe before it, and so does such text with apostrophes
//! before it: taking one away gives back what stood there. Numbers stay as they are, also negative ones.

use std::io::Write;

use super::{Sheet, Writer, exact};
use crate::problem::{Problem, Result};
use crate::sources::begins_formula;
use crate::warehouse::Value;

/// The byte order mark.
pub const MARK: &str = "\u{feff}";

/// Writes one table.
pub struct Csv<W> {
    output: W,
    line: String,
}

impl<W: Write> Csv<W> {
    pub fn new(output: W) -> Csv<W> {
        Csv { output, line: String::new() }
    }

    fn put(&mut self) -> Result<()> {
        self.line.push_str("\r\n");
        let written = self.output.write_all(self.line.as_bytes());
        self.line.clear();
        written.map_err(|error| Problem::failed(format!("the CSV file could not be written: {error}")))
    }
}

impl<W: Write> Writer for Csv<W> {
    fn sheet(&mut self, sheet: &Sheet) -> Result<()> {
        self.line.push_str(MARK);
        line(&mut self.line, sheet.fields.iter().map(|field| guarded(&field.name)));
        self.put()
    }

    fn row(&mut self, row: &[Value]) -> Result<()> {
        line(&mut self.line, row.iter().map(cell));
        self.put()
    }

    fn finish(&mut self) -> Result<()> {
        self.output.flush().map_err(|error| Problem::failed(format!("the CSV file could not be written: {error}")))
    }
}

/// A line of texts with its end; none of them is taken for a formula.
pub fn text_line<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    line(&mut text, fields.into_iter().map(guarded));
    text + "\r\n"
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => guarded(text),
        Value::List(_) => guarded(&value.plain()),
        other => exact(other),
    }
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
}

fn guarded(text: &str) -> String {
    if begins_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_no_text_begins_a_formula() {
        for text in ["=1", "+1", "-a", "@a", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        // With one apostrophe taken away, each is what it was.
        assert_eq!(guarded("'=1"), "''=1");
        assert_eq!(guarded("'t Huis"), "'t Huis");
        assert_eq!(guarded("a=1"), "a=1");
        assert_eq!(guarded(""), "");
    }
}
