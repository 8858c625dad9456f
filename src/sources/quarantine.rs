//! `quarantine/<source>.csv`, encrypted where the cache is: every row that was turned away, with its place, its reason and its own text, so that
//! it can be put right and given again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::intake::{self, Format};
use super::presets::Presets;
use super::recognise::Rules;
use super::records::walk;
use super::structure::Sequential;
use super::{Loaded, unpack};
use crate::problem::{Problem, Result};
use crate::project::{Project, private};
use crate::warehouse::{DuckDb, Engine, TableStore, Value, literal};

/// Rows of one file that are held at a time.
const BATCH: usize = 50_000;

/// Writes one file per source and removes those of sources that have nothing left in quarantine.
pub fn write_quarantine(project: &Project, store: &TableStore, engine: &DuckDb, loaded: &Loaded) -> Result<()> {
    let Some(table) = loaded.tables.get("quarantine") else { return Ok(()) };
    let folder = project.quarantine();
    let (mut names, mut kept) = (Vec::new(), Vec::new());
    if table.rows > 0 {
        let io = |error: std::io::Error| Problem::io("write the quarantine folder", &folder, &error);
        private::folder(&folder).map_err(io)?;
        let path = literal(&store.path(table).to_string_lossy());
        let sources = engine.query(&format!("select distinct source from read_parquet({path}) order by source"))?;
        for row in &sources.rows {
            let source = row[0].plain();
            let file = folder.join(format!("{}.csv", file_name(&source, &names)));
            let writer = Writer { project, store, engine, table: &path };
            writer.write(&source, &file)?;
            let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
            kept.extend(name(&store.rest().place(&file)));
            names.extend(name(&file));
        }
    }
    clear(&folder, &kept)
}

/// A source's name as a file name: what a file system could refuse is replaced.
fn file_name(source: &str, taken: &[String]) -> String {
    let safe: String =
        source.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).take(80).collect();
    let mut name = safe.clone();
    let mut number = 2;
    while taken.contains(&format!("{name}.csv")) || name.is_empty() {
        name = format!("{safe}-{number}");
        number += 1;
    }
    name
}

fn clear(folder: &Path, kept: &[String]) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if (name.ends_with(".csv") || name.ends_with(".csv.age")) && !kept.contains(&name) {
            fs::remove_file(entry.path())
                .map_err(|error| Problem::io("remove an old quarantine file", &entry.path(), &error))?;
        }
    }
    Ok(())
}

struct Writer<'a> {
    project: &'a Project,
    store: &'a TableStore,
    engine: &'a DuckDb,
    /// The quarantine table, as a SQL literal.
    table: &'a str,
}

impl Writer<'_> {
    fn write(&self, source: &str, path: &Path) -> Result<()> {
        let io = |error: std::io::Error| Problem::io("write a quarantine file", path, &error);
        let temporary = path.with_extension("csv.part");
        let mut output = BufWriter::new(self.store.rest().create(&temporary).map_err(io)?);
        output.write_all("\u{feff}file,line,column,value,rule,hint,row\r\n".as_bytes()).map_err(io)?;
        let mut waiting: Vec<Vec<Value>> = Vec::new();
        let select = format!(
            "select file, line, record, column_name, value, rule from read_parquet({}) where source = {} order by file, record",
            self.table,
            literal(source)
        );
        self.engine.stream(&select, &mut |_, rows| {
            for row in rows {
                let full = waiting.len() >= BATCH || waiting.last().is_some_and(|last| last[0] != row[0]);
                if full {
                    self.rows(&mut output, &std::mem::take(&mut waiting), path)?;
                }
                waiting.push(row);
            }
            Ok(())
        })?;
        self.rows(&mut output, &waiting, path)?;
        let output = output.into_inner().map_err(|error| io(error.into_error()))?;
        output.finish().map_err(io)?;
        fs::rename(&temporary, self.store.rest().place(path)).map_err(io)
    }

    /// Writes rows of one file, with their text.
    fn rows(&self, output: &mut impl Write, rows: &[Vec<Value>], path: &Path) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let wanted: Vec<u64> =
            rows.iter().filter_map(|row| row[2].as_i64()).filter_map(|record| u64::try_from(record).ok()).collect();
        let texts = self.texts(&first[0].plain(), &wanted)?;
        for (row, record) in rows.iter().zip(&wanted) {
            let rule = row[5].plain();
            let cells = [
                row[0].plain(),
                row[1].plain(),
                row[3].plain(),
                row[4].plain(),
                rule.clone(),
                hint(&rule).to_owned(),
                texts.get(record).cloned().unwrap_or_default(),
            ];
            let line: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
            write!(output, "{}\r\n", line.join(","))
                .map_err(|error| Problem::io("write a quarantine file", path, &error))?;
        }
        Ok(())
    }

    /// The text of records of a file, by their number; empty for formats without lines.
    fn texts(&self, shown: &str, wanted: &[u64]) -> Result<BTreeMap<u64, String>> {
        let name = shown.strip_prefix("data/").unwrap_or(shown).to_owned();
        let file = unpack::named(&self.project.data(), &name, self.store)?;
        let mut texts = BTreeMap::new();
        let presets = Presets::of(self.project)?;
        let bindings = super::binding::bindings(self.project, &presets)?;
        let format = match intake::format_of(&file) {
            Some(format) => format?,
            None => Format::Text,
        };
        let rules = Rules { project: self.project, bindings: &bindings, presets: &presets };
        let mut opened = rules.look(&file, format, (self.store, self.engine))?.opened;
        let structure = opened.shape.structure.clone();
        let (layout, array) = (opened.shape.layout.clone(), opened.shape.array);
        let plain = opened.plain(&file, self.store)?;
        let mut input = Sequential::open(&plain.path)?;
        let mut next = wanted.iter().copied().peekable();
        let (delimiter, skip, by_line) = match (&layout, format) {
            (Some(layout), _) => (layout.delimiter, layout.skip, structure.by_line),
            (None, Format::Json) if !array => (super::records::Delimiter::Byte(1), 0, true),
            _ => return Ok(texts),
        };
        let (mut seen, mut number) = (0usize, 0u64);
        walk(&plain.path, delimiter, by_line, |record, _| {
            seen += 1;
            if seen <= skip || (!record.content && record.fault.is_none()) {
                return Ok(true);
            }
            number += 1;
            if next.peek() == Some(&number) {
                texts.insert(number, input.text(record, true)?);
                next.next();
            }
            Ok(next.peek().is_some())
        })?;
        Ok(texts)
    }
}

/// Quoted, and safe from being taken for a formula; plain negative numbers stay as they are.
fn csv_cell(text: &str) -> String {
    let number = text.strip_prefix('-').unwrap_or(text);
    let number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let guard = !number && begins_formula(text);
    let text = if guard { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Whether a spreadsheet could take the text of a cell for a formula: some take the wide signs of Chinese keyboards for
/// the plain ones, and some drop blanks and line ends before them.
pub fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
}

/// What to do about a rule, for whoever opens the file.
fn hint(rule: &str) -> &'static str {
    match rule {
        "required" => "fill this column",
        "key" => "give the row its number or code",
        "type" => "write the value in a form that can be read, for example 2026-10-31 or 1234.50",
        "precision" => "a spreadsheet has cut digits off this number: export it again with the column as text",
        "range" => "the value lies outside what this column allows",
        "code" => "map the word in codes of the [[source]]",
        "foreign_key" => "add the store to the stores file, or set contract.unknown_store = \"create\"",
        "future_date" => "the date lies after today",
        "currency" => "amounts must be in the currency of the project",
        "duplicate" => "the same key stands twice in this file with different content",
        "columns" => {
            "the row has not as many cells as the header, a quotation mark is not closed, or the row is longer than 1 MiB"
        }
        "total_row" => "a line of totals is no sale",
        "repeated_header" => "the header stands again inside the file",
        "sign" => "refunds are negative, sales are positive",
        "refund" => "the original transaction is not a sale",
        "succession_self" => "a store cannot take over from itself: name the other one",
        "succession_circle" => "these stores take over from each other in a circle: take out the row that is wrong",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_cells_are_no_formulas() {
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("-12.50"), "-12.50");
        assert_eq!(csv_cell("-cmd"), "'-cmd");
        assert_eq!(csv_cell("＝1+1"), "'＝1+1");
        assert_eq!(csv_cell("\n=1"), "\"'\n=1\"");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
