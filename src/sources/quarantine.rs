//! `quarantine/<source>.csv`, encrypted where the cache is: every row that was turned away, with its place, its reason and its own text, so that
//! it can be put right and given again.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::intake::{self, Format};
use super::mended::{self, HEADER};
use super::presets::Presets;
use super::recognise::Rules;
use super::records::{Delimiter, walk};
use super::rejected::reason;
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
    let mut kept = Vec::new();
    if table.rows > 0 {
        let io = |error: std::io::Error| Problem::io("write the quarantine folder", &folder, &error);
        private::folder(&folder).map_err(io)?;
        let path = literal(&store.path(table).to_string_lossy());
        for (source, name) in file_names(engine, &path)? {
            let file = folder.join(format!("{name}.csv"));
            Writer { project, store, engine, loaded, table: &path }.write(&source, &file)?;
            kept.extend(store.rest().place(&file).file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    clear(&folder, &kept)
}

/// Every source with rows in quarantine, with the name of its file; `table` is the quarantine table as a SQL literal.
pub fn file_names(engine: &dyn Engine, table: &str) -> Result<Vec<(String, String)>> {
    let sources = engine.query(&format!("select distinct source from read_parquet({table}) order by source"))?;
    let mut names: Vec<(String, String)> = Vec::new();
    for row in &sources.rows {
        let source = row[0].plain();
        let name = file_name(&source, &names);
        names.push((source, name));
    }
    Ok(names)
}

/// A source's name as a file name: what a file system could refuse is replaced.
fn file_name(source: &str, taken: &[(String, String)]) -> String {
    let safe: String =
        source.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).take(80).collect();
    let mut name = safe.clone();
    let mut number = 2;
    while taken.iter().any(|(_, taken)| *taken == name) || name.is_empty() {
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
    loaded: &'a Loaded,
    /// The quarantine table, as a SQL literal.
    table: &'a str,
}

impl Writer<'_> {
    fn write(&self, source: &str, path: &Path) -> Result<()> {
        let io = |error: std::io::Error| Problem::io("write a quarantine file", path, &error);
        let temporary = path.with_extension("csv.part");
        let mut output = BufWriter::new(self.store.rest().create(&temporary).map_err(io)?);
        write!(output, "\u{feff}{}\r\n", HEADER.join(",")).map_err(io)?;
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
                    self.rows(&mut output, &std::mem::take(&mut waiting))?;
                }
                waiting.push(row);
            }
            Ok(())
        })?;
        self.rows(&mut output, &waiting)?;
        let output = output.into_inner().map_err(|error| io(error.into_error()))?;
        output.finish().map_err(io)?;
        fs::rename(&temporary, self.store.rest().place(path)).map_err(io)
    }

    /// Writes rows of one file, with their text, which is read anew from the file.
    fn rows(&self, output: &mut impl Write, rows: &[Vec<Value>]) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let mut waiting = rows.iter().peekable();
        self.texts(&first[0].plain(), |number, text| {
            while let Some(row) = waiting.next_if(|row| number_of(row) < number) {
                line(output, row, None)?;
            }
            if let Some(row) = waiting.next_if(|row| number_of(row) == number) {
                line(output, row, Some(text()?))?;
            }
            Ok(waiting.peek().is_some())
        })?;
        // Formats without lines have no text.
        waiting.try_for_each(|row| line(output, row, None))
    }

    /// Goes through the records of a file, with their number and what gives their text, until `each` has enough.
    fn texts(
        &self,
        shown: &str,
        mut each: impl FnMut(u64, &mut dyn FnMut() -> Result<RowText>) -> Result<bool>,
    ) -> Result<()> {
        let name = shown.strip_prefix("data/").unwrap_or(shown).to_owned();
        let file = self.loaded.mends.on(unpack::named(&self.project.data(), &name, self.store)?);
        let presets = Presets::of(self.project)?;
        let bindings = super::binding::bindings(self.project, &presets)?;
        let format = match intake::format_of(&file) {
            Some(format) => format?,
            None => Format::Text,
        };
        let rules = Rules { project: self.project, bindings: &bindings, presets: &presets };
        let mut opened = rules.look(&file, format, (self.store, self.engine))?.opened;
        let by_line = opened.shape.structure.by_line;
        let (delimiter, skip, by_line) = match &opened.shape.layout {
            Some(layout) => (layout.delimiter, layout.skip, by_line),
            None if format == Format::Json && !opened.shape.array => (Delimiter::Byte(1), 0, true),
            None => return Ok(()),
        };
        let plain = opened.plain(&file, self.store)?;
        let mut input = Sequential::open(&plain.path)?;
        let (mut seen, mut number) = (0usize, 0u64);
        walk(&plain.path, delimiter, by_line, |record, _| {
            seen += 1;
            if seen <= skip || (!record.content && record.fault.is_none()) {
                return Ok(true);
            }
            number += 1;
            let whole = record.end - record.start <= mended::LONGEST;
            each(number, &mut || Ok(RowText { text: input.text(record, !whole)?, whole }))
        })?;
        Ok(())
    }
}

struct RowText {
    text: String,
    /// Not its beginning only.
    whole: bool,
}

fn number_of(row: &[Value]) -> u64 {
    row[2].as_i64().and_then(|record| u64::try_from(record).ok()).unwrap_or(0)
}

/// One row of a quarantine file. Only a row of which the whole text stands there has a mark, and can come back.
fn line(output: &mut impl Write, row: &[Value], text: Option<RowText>) -> Result<()> {
    let rule = row[5].plain();
    let hint = reason(&rule).hint.to_owned();
    let mark = text.as_ref().filter(|text| text.whole).map(|text| mended::mark(&text.text)).unwrap_or_default();
    let text = text.map(|text| text.text).unwrap_or_default();
    let cells = [row[0].plain(), row[1].plain(), row[3].plain(), row[4].plain(), rule, hint, text, mark];
    let line: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    write!(output, "{}\r\n", line.join(","))
        .map_err(|error| Problem::failed(format!("a quarantine file could not be written: {error}")))
}

/// Quoted, and safe from being taken for a formula; plain negative numbers stay as they are.
fn csv_cell(text: &str) -> String {
    let number = text.strip_prefix('-').unwrap_or(text);
    let number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    // A guard that stood there before is guarded again, so that one can be taken off.
    let guard =
        !number && begins_formula(text) || text.starts_with('\'') && begins_formula(text.trim_start_matches('\''));
    let text = if guard { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Whether a spreadsheet could take the text of a cell for a formula: some take the wide signs of Chinese keyboards for
/// the plain ones, and some drop blanks and line ends before them.
pub fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
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
        assert_eq!(csv_cell("'=1"), "''=1");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
