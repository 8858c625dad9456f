//! The table of a web page: what many tills call an Excel file.
//!
//! Of several tables the one with the most rows counts. A cell over several rows stands in each of them; one over
//! several columns stands in the first.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::problem::{Problem, Result};
use crate::project::private;

/// Bytes; a table is gathered in memory.
const LARGEST: u64 = 512 << 20;
/// Columns a cell may span, and a row may have.
const WIDEST: usize = 1000;

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    /// Cells that reach into the rows to come: column, rows left, text.
    reaching: Vec<(usize, usize, String)>,
    row: Option<Vec<String>>,
    cell: Option<Cell>,
}

struct Cell {
    text: String,
    columns: usize,
    rows: usize,
}

impl Table {
    fn open_row(&mut self) {
        self.close_row();
        self.row = Some(Vec::new());
    }

    fn open_cell(&mut self, tag: &Tag) {
        self.close_cell();
        if self.row.is_none() {
            self.open_row();
        }
        let span = |name: &str| {
            let value = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            value.and_then(|attribute| attribute.value.trim().parse::<usize>().ok()).unwrap_or(1).max(1)
        };
        self.cell = Some(Cell { text: String::new(), columns: span("colspan").min(WIDEST), rows: span("rowspan") });
    }

    fn close_cell(&mut self) {
        let (Some(cell), Some(row)) = (self.cell.take(), self.row.as_mut()) else { return };
        reached(&mut self.reaching, row);
        if row.len() + cell.columns > WIDEST {
            return;
        }
        let text = cell.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if cell.rows > 1 && !text.is_empty() {
            self.reaching.push((row.len(), cell.rows, text.clone()));
        }
        row.push(text);
        row.extend(std::iter::repeat_n(String::new(), cell.columns - 1));
    }

    fn close_row(&mut self) {
        self.close_cell();
        let Some(mut row) = self.row.take() else { return };
        reached(&mut self.reaching, &mut row);
        for reach in &mut self.reaching {
            reach.1 -= 1;
        }
        self.reaching.retain(|(_, left, _)| *left > 0);
        self.rows.push(row);
    }
}

/// Puts the texts of cells above, at the place that comes next, into a row.
fn reached(reaching: &mut [(usize, usize, String)], row: &mut Vec<String>) {
    while let Some((_, _, text)) = reaching.iter().find(|(column, ..)| *column == row.len()) {
        row.push(text.clone());
    }
}

/// The tables that are open, and the largest that was closed.
#[derive(Default)]
struct Tables {
    open: Vec<Table>,
    largest: Vec<Vec<String>>,
}

impl Tables {
    fn start(&mut self, tag: &Tag) {
        match &*tag.name {
            "table" => self.open.push(Table::default()),
            "tr" => self.open.last_mut().map_or((), Table::open_row),
            "td" | "th" => self.open.last_mut().map_or((), |table| table.open_cell(tag)),
            "br" | "p" | "div" => self.text(" "),
            _ => {}
        }
    }

    fn end(&mut self, tag: &Tag) {
        match &*tag.name {
            "table" => self.close(),
            "tr" => self.open.last_mut().map_or((), Table::close_row),
            "td" | "th" => self.open.last_mut().map_or((), Table::close_cell),
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(mut table) = self.open.pop() else { return };
        table.close_row();
        if table.rows.len() > self.largest.len() {
            self.largest = table.rows;
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.open.last_mut().and_then(|table| table.cell.as_mut()) {
            cell.text.push_str(text);
        }
    }
}

struct Sink(RefCell<Tables>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut tables = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                tables.start(&tag);
                match &*tag.name {
                    "style" | "xml" => return TokenSinkResult::RawData(RawKind::Rawtext),
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    _ => {}
                }
            }
            Token::TagToken(tag) => tables.end(&tag),
            Token::CharacterTokens(text) => tables.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Writes the largest table of a page in UTF-8 to `to` as CSV.
pub fn write(path: &Path, to: &Path) -> Result<()> {
    let written = |error: std::io::Error| Problem::io("copy a table to the cache", to, &error);
    let mut text = String::new();
    let file = File::open(path).map_err(|error| Problem::io("read a data file", path, &error))?;
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| Problem::io("read a data file", path, &error))?;
    if text.len() as u64 > LARGEST {
        return Err(Problem::failed("this web page is larger than 512 MiB").hint("export it as .xlsx or CSV"));
    }
    let rows = rows(&text);
    if rows.is_empty() {
        return Err(Problem::failed("this is a web page without a table").hint(
            "a page that asks for a password, or tells of an error, was saved instead of the export: export again",
        ));
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    for row in &rows {
        if row.iter().any(|cell| !cell.is_empty()) {
            for at in 0..width {
                if at > 0 {
                    output.write_all(b",").map_err(written)?;
                }
                if let Some(cell) = row.get(at).filter(|cell| !cell.is_empty()) {
                    write!(output, "\"{}\"", cell.replace('"', "\"\"")).map_err(written)?;
                }
            }
        }
        output.write_all(b"\n").map_err(written)?;
    }
    output.flush().map_err(written)
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(text));
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    let mut tables = tokenizer.sink.0.borrow_mut();
    while !tables.open.is_empty() {
        tables.close();
    }
    std::mem::take(&mut tables.largest)
}

/// The encoding a page says it has.
pub fn told_encoding(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let rest = &text[text.find("charset=")? + "charset=".len()..];
    let name = rest.trim_start_matches(['"', '\'', ' ']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':')).unwrap_or(name.len());
    (end > 0).then(|| name[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_the_largest_table_counts_and_spans_are_followed() {
        let page = "<html><table><tr><td>title</table><TABLE border=1><tr><th>单号<th>金额&amp;税</th></tr>\
            <tr><td rowspan=2>T1<td> 1 <br> 2 <tr><td>3</td></tr><tr><td colspan=2>x</table>";
        assert_eq!(rows(page), [vec!["单号", "金额&税"], vec!["T1", "1 2"], vec!["T1", "3"], vec!["x", ""]]);
    }

    #[test]
    fn a_hostile_span_costs_nothing() {
        let page = "<table><tr><td rowspan=99999999999 colspan=99999999>a<td>b</tr><tr><td>c";
        assert_eq!(rows(page).len(), 2);
    }

    #[test]
    fn a_page_names_its_encoding() {
        let page = b"<meta http-equiv=Content-Type content=\"text/html; charset=gb2312\">";
        assert_eq!(told_encoding(page).as_deref(), Some("gb2312"));
    }
}
