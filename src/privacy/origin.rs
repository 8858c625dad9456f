//! Where the rows come from that are measured or exported: a file by itself, or a table of the project.

use std::path::Path;

use super::Sample;
use super::sample::Columns;
use crate::discreet;
use crate::problem::{Problem, Result};
use crate::warehouse::{Column, ColumnKind, Engine, Frame, literal, quoted};

/// What a file must be.
const READABLE: &str =
    "a table is wanted: CSV in UTF-8 with a header line and the same columns in every row, or Parquet";

/// A readable table.
pub struct Origin<'a> {
    engine: &'a dyn Engine,
    /// What follows `from` in SQL.
    from: String,
    file: bool,
    untyped: bool,
    columns: Vec<Column>,
    /// For messages.
    pub name: String,
}

impl<'a> Origin<'a> {
    /// A CSV file (with a header line) or a Parquet file, by its ending. The engine must be one that may read files.
    ///
    /// Errors: another ending, an unreadable file, no columns.
    pub fn file(engine: &'a dyn Engine, path: &Path) -> Result<Origin<'a>> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let meta = std::fs::metadata(path).map_err(|error| Problem::io("read the file", path, &error))?;
        if !meta.is_file() || meta.len() == 0 {
            return Err(Problem::failed("there is nothing in it to look at").at(path));
        }
        let text = literal(&escaped(&path.to_string_lossy()));
        // Texts as they are: a guessed number would make 007 and 7 one value, and the audit too kind.
        // Nor may the engine skip lines that it takes for something else than rows.
        let from = match ending.as_str() {
            "csv" | "tsv" => format!(
                "read_csv({text}, header = true, skip = 0, all_varchar = true, null_padding = false, \
                 ignore_errors = false, strict_mode = true, comment = '')"
            ),
            "parquet" => format!("read_parquet({text})"),
            _ => return Err(Problem::usage("a .csv, .tsv or .parquet file is wanted").at(path)),
        };
        Self::open(engine, from, ending != "parquet", path.display().to_string())
            .map_err(|problem| problem.at(path).hint(READABLE))
    }

    /// A table the engine knows.
    pub fn table(engine: &'a dyn Engine, schema: &str, name: &str) -> Result<Origin<'a>> {
        let from = format!("{}.{}", quoted(schema), quoted(name));
        let shown = if schema == "source" { format!("source.{name}") } else { name.to_owned() };
        Self::open(engine, from, false, shown)
    }

    fn open(engine: &'a dyn Engine, from: String, untyped: bool, name: String) -> Result<Origin<'a>> {
        let columns = engine.describe(&format!("from {from}")).map_err(|problem| Problem::failed(problem.message()))?;
        if columns.is_empty() {
            return Err(Problem::failed("there is not one column in it"));
        }
        let file = from.starts_with("read_");
        Ok(Origin { engine, from, file, untyped, columns: columns.to_vec(), name })
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The kind of a column that must be there.
    ///
    /// Errors: usage, with the nearest name.
    pub fn kind(&self, column: &str) -> Result<ColumnKind> {
        if let Some(found) = self.columns.iter().find(|one| one.name == column) {
            return Ok(found.kind);
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        // The names may be the first row of a file without a header.
        let names = discreet::column_names(&names);
        Err(Problem::usage(format!("{} has no column \"{column}\"", self.name))
            .nearest(column, names.iter().map(String::as_str)))
    }

    /// The classes of the table. Equal rows are counted by the engine, so a large table is never held.
    pub fn sample(&self, quasi: &[String], sensitive: &[String]) -> Result<Sample> {
        self.distinct(quasi, sensitive)?;
        let names: Vec<&String> = quasi.iter().chain(sensitive).collect();
        let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let list = list.join(", ");
        // Positions, because a column may be called like the count.
        let groups: Vec<String> = (1..=names.len()).map(|at| at.to_string()).collect();
        let groups = groups.join(", ");
        let sql = format!("select {list}, count(*) from {} group by {groups} order by {groups}", self.from);
        let frame = self.query(&sql)?;
        let at: Vec<usize> = (0..names.len()).collect();
        let (quasi, sensitive) = at.split_at(quasi.len());
        Sample::of(&frame, Columns { quasi, sensitive, rows: Some(names.len()), untyped: self.untyped })
    }

    /// The rows of some columns.
    pub fn rows(&self, columns: &[String]) -> Result<Frame> {
        let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        self.query(&format!("select {} from {} order by all", list.join(", "), self.from))
    }

    /// All of it, in the order of the file.
    pub fn whole(&self) -> Result<Frame> {
        self.query(&format!("from {}", self.from))
    }

    /// The engine's words point into a query nobody wrote, so they are told of the table.
    fn query(&self, sql: &str) -> Result<Frame> {
        let frame = self.engine.query(sql).map_err(|problem| {
            let plain = Problem::failed(problem.message()).at(&self.name);
            if self.file { plain.hint(READABLE) } else { plain }
        })?;
        if frame.rows.is_empty() {
            return Err(Problem::failed("there is not one row to look at").at(&self.name));
        }
        Ok(frame)
    }

    /// Every column is there, and none is named twice.
    pub fn distinct(&self, quasi: &[String], sensitive: &[String]) -> Result<()> {
        let all: Vec<&String> = quasi.iter().chain(sensitive).collect();
        for (at, name) in all.iter().enumerate() {
            self.kind(name)?;
            if all[..at].contains(name) {
                return Err(Problem::usage(format!("the column \"{name}\" is named twice"))
                    .hint("a column is either a quasi-identifier or sensitive"));
            }
        }
        if quasi.is_empty() {
            return Err(Problem::usage("which columns could tell who somebody is?")
                .hint("name them: --quasi birthday,city,gender"));
        }
        Ok(())
    }
}

/// The engine takes some characters of a path for a pattern; a class of one character is that character.
fn escaped(path: &str) -> String {
    path.chars().map(|c| if matches!(c, '*' | '?' | '[') { format!("[{c}]") } else { c.to_string() }).collect()
}
