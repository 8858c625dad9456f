//! The engine trait and DuckDB behind it.
//!
//! Two phases: `loading` may read the project's files; then the database is opened anew behind a fence (no file
//! access but the table store, no extensions, configuration locked), and only then do models and pages run.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use duckdb::arrow::array::{Array, StructArray};
use duckdb::{Config, Connection};

use super::TableStore;
use super::limits::{self, Limits, Watchdog};
use super::references::{References, references};
use super::spill::Spill;
use super::value::{Column, Frame, Row, Value, kind_of, value_at};
use crate::discreet;
use crate::problem::{Problem, Result, line_column};
use crate::project;

/// Takes a function that takes rows.
pub type Fill<'a> = &'a mut dyn FnMut(&mut dyn FnMut(Row) -> Result<()>) -> Result<()>;

/// Takes the columns and a batch of rows, again and again.
pub type Take<'a> = &'a mut dyn FnMut(&Arc<[Column]>, Vec<Row>) -> Result<()>;

/// What the models and pages need from a SQL engine; wide enough for a second one.
pub trait Engine: Send + Sync {
    /// Makes a stored table visible under `schema.name`.
    fn register(&self, schema: &str, name: &str, path: &Path) -> Result<()>;
    /// Makes the rows of a SELECT over stored tables visible under `schema.name`.
    fn define(&self, schema: &str, name: &str, select: &str) -> Result<()>;
    /// Runs one SELECT and stores its rows as a Parquet file; returns the number of rows.
    fn store(&self, select: &str, path: &Path) -> Result<u64>;
    /// Refuses what is not exactly one SELECT, and tells what it reads; the error has line and column in `select`.
    fn check(&self, select: &str) -> Result<References>;
    /// Stores the rows that `fill` gives, one value per column (name and SQL type), as a Parquet file.
    fn write(&self, columns: &[(&str, &str)], fill: Fill<'_>, path: &Path) -> Result<u64>;
    /// Keeps the rows of one SELECT, in order, as the table `name` for the rest of this build.
    fn materialise(&self, name: &str, select: &str) -> Result<()>;
    /// Runs one SELECT and gives its rows in batches to `take`, in order, without holding them all.
    fn stream(&self, select: &str, take: Take<'_>) -> Result<()>;
    /// Names and kinds of the columns of a SELECT, without running it.
    fn describe(&self, select: &str) -> Result<Arc<[Column]>>;
    /// Runs one SELECT whole.
    fn query(&self, select: &str) -> Result<Frame> {
        let mut frame = Frame::default();
        self.stream(select, &mut |columns, mut rows| {
            frame.columns = Arc::clone(columns);
            frame.rows.append(&mut rows);
            Ok(())
        })?;
        Ok(frame)
    }
}

/// DuckDB, one database in memory; each call works on a connection of its own, so calls may run in parallel.
pub struct DuckDb {
    root: Mutex<Connection>,
    watchdog: Watchdog,
    /// Dropped after the connection, because fields are dropped in order.
    _spill: Option<Spill>,
}

/// What DuckDB may hold unless told otherwise; beyond it, it puts rows aside on the disk. Its own default, 80 % of the
/// machine, leaves nothing for whatever else runs there, and is no faster on tens of millions of rows.
const MEMORY: &str = "1100MB";

impl DuckDb {
    /// For loading: may read files.
    pub fn loading(settings: &project::Engine) -> Result<DuckDb> {
        Self::open(base(settings)?, settings, Limits::default())
    }

    /// For models and pages: fenced in. Only the table store can be read or written.
    pub fn fenced(settings: &project::Engine, store: &TableStore) -> Result<DuckDb> {
        let engine = Self::open(base(settings)?, settings, limits_of(settings))?;
        if !settings.max_disk.is_empty() {
            engine.batch(&format!("set max_temp_directory_size = {}", super::literal(&settings.max_disk)))?;
        }
        let folder = format!("{}/", store.root().display());
        engine.batch(&format!(
            "set allowed_directories = [{}]; set enable_external_access = false; set lock_configuration = true;",
            super::literal(&folder)
        ))?;
        Ok(engine)
    }

    fn open(config: Config, settings: &project::Engine, limits: Limits) -> Result<DuckDb> {
        let connection = Connection::open_in_memory_with_flags(config)
            .map_err(|error| Problem::failed(format!("DuckDB did not start: {error}")))?;
        // Without a project (in tests) nothing is put aside: what does not fit fails.
        let spill = match settings.spill.as_os_str().is_empty() {
            true => None,
            false => Some(Spill::open(&settings.spill)?),
        };
        let aside = spill.as_ref().map(|spill| spill.path().to_string_lossy().into_owned()).unwrap_or_default();
        let engine = DuckDb { root: Mutex::new(connection), watchdog: Watchdog::new(limits), _spill: spill };
        engine.batch(&format!("set temp_directory = {}", super::literal(&aside)))?;
        engine.batch("set preserve_insertion_order = true; set enable_progress_bar = false;")?;
        if settings.memory_limit.is_empty() {
            engine.batch(&format!("set memory_limit = {}", super::literal(MEMORY)))?;
        } else {
            engine.batch(&format!("set memory_limit = {}", super::literal(&settings.memory_limit))).map_err(
                |problem| problem.at(project::CONFIG_FILE).hint("engine.memory_limit is written like \"2GB\""),
            )?;
        }
        Ok(engine)
    }

    /// A connection of its own to the same database.
    pub fn connection(&self) -> Result<Connection> {
        let root = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        root.try_clone().map_err(|error| sql_problem(&error.to_string(), None))
    }

    /// Appends rows to a table of the database: for thousands of rows, which are slow to read as SQL text.
    pub fn append(&self, schema: &str, table: &str, rows: impl Iterator<Item = Row>) -> Result<()> {
        let connection = self.connection()?;
        let problem = |error: duckdb::Error| sql_problem(&error.to_string(), None);
        let mut appender = connection.appender_to_db(table, schema).map_err(problem)?;
        for row in rows {
            let cells: Vec<duckdb::types::Value> = row.into_iter().map(bound).collect();
            appender.append_row(duckdb::appender_params_from_iter(cells)).map_err(problem)?;
        }
        appender.flush().map_err(problem)
    }

    /// Runs statements of the program's own.
    pub fn batch(&self, sql: &str) -> Result<()> {
        self.connection()?.execute_batch(sql).map_err(|error| sql_problem(&error.to_string(), Some(sql)))
    }
}

fn base(settings: &project::Engine) -> Result<Config> {
    let configure = || {
        let config = Config::default()
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?;
        if settings.threads > 0 { config.with("threads", settings.threads.to_string()) } else { Ok(config) }
    };
    configure().map_err(|error: duckdb::Error| Problem::failed(format!("DuckDB settings: {error}")))
}

/// What models and pages may take.
fn limits_of(settings: &project::Engine) -> Limits {
    Limits {
        time: (settings.max_seconds > 0).then(|| Duration::from_secs(settings.max_seconds)),
        disk: project::Size::bytes(&settings.max_disk),
        memory: project::Size::bytes(&settings.max_memory).map(limits::memory_limit),
    }
}

impl Engine for DuckDb {
    fn register(&self, schema: &str, name: &str, path: &Path) -> Result<()> {
        self.define(schema, name, &format!("from read_parquet({})", super::literal(&path.to_string_lossy())))
    }

    fn define(&self, schema: &str, name: &str, select: &str) -> Result<()> {
        self.batch(&format!(
            "create schema if not exists {schema}; create or replace view {schema}.{name} as {select}",
            schema = super::quoted(schema),
            name = super::quoted(name),
        ))
    }

    fn store(&self, select: &str, path: &Path) -> Result<u64> {
        let sql = format!(
            "copy (\n{select}\n) to {} (format parquet, compression zstd, compression_level 1)",
            super::literal(&path.to_string_lossy())
        );
        let connection = self.connection()?;
        let watch = self.watchdog.watch(connection.interrupt_handle(), select, Some(path));
        let rows = connection
            .execute(&sql, [])
            .map_err(|error| watch.reason(relative(sql_problem(&error.to_string(), Some(&sql)), 1)))?;
        Ok(rows as u64)
    }

    fn check(&self, select: &str) -> Result<References> {
        let connection = self.connection()?;
        let sql = format!("select json_serialize_sql({})::varchar", super::literal(select));
        let answer: String =
            connection.query_row(&sql, [], |row| row.get(0)).map_err(|error| sql_problem(&error.to_string(), None))?;
        let answer: serde_json::Value = serde_json::from_str(&answer).map_err(|_| {
            Problem::failed("SQL: a number in this query is too large to be written down")
                .hint("write 'infinity'::double where you mean it")
        })?;
        if answer["error"].as_bool() == Some(true) {
            let mut problem =
                Problem::failed(format!("SQL: {}", answer["error_message"].as_str().unwrap_or("not a SELECT")));
            let position = answer["position"].as_str().and_then(|text| text.parse::<usize>().ok());
            if let Some(position) = position {
                let message = answer["error_message"].as_str().unwrap_or_default();
                let (line, column) = line_column(select, byte_of(select, position, message));
                problem = problem.line(line).column(column);
            }
            return Err(problem);
        }
        match answer["statements"].as_array().map_or(0, Vec::len) {
            1 => Ok(references(&answer["statements"])),
            count => Err(Problem::failed(format!("SQL: one SELECT is wanted, not {count} statements"))),
        }
    }

    fn write(&self, columns: &[(&str, &str)], fill: Fill<'_>, path: &Path) -> Result<u64> {
        let connection = self.connection()?;
        let problem = |error: duckdb::Error| sql_problem(&error.to_string(), None);
        let definitions: Vec<String> =
            columns.iter().map(|(name, kind)| format!("{} {kind}", super::quoted(name))).collect();
        connection
            .execute_batch(&format!("create temp table native_rows ({})", definitions.join(", ")))
            .map_err(problem)?;
        {
            let mut appender = connection.appender("native_rows").map_err(problem)?;
            fill(&mut |row| {
                let cells: Vec<duckdb::types::Value> = row.into_iter().map(bound).collect();
                appender.append_row(duckdb::appender_params_from_iter(cells)).map_err(problem)
            })?;
            appender.flush().map_err(problem)?;
        }
        let sql = format!(
            "copy native_rows to {} (format parquet, compression zstd, compression_level 1)",
            super::literal(&path.to_string_lossy())
        );
        connection.execute(&sql, []).map(|rows| rows as u64).map_err(problem)
    }

    fn materialise(&self, name: &str, select: &str) -> Result<()> {
        self.check(select)?;
        let sql = format!("create or replace table main.{} as\n{select}", super::quoted(name));
        let connection = self.connection()?;
        let watch = self.watchdog.watch(connection.interrupt_handle(), select, None);
        let relative = |error: duckdb::Error| relative(sql_problem(&error.to_string(), Some(&sql)), 1);
        connection.execute_batch(&sql).map_err(|error| watch.reason(relative(error)))
    }

    fn stream(&self, select: &str, take: Take<'_>) -> Result<()> {
        let connection = self.connection()?;
        let watch = self.watchdog.watch(connection.interrupt_handle(), select, None);
        let problem = |error: duckdb::Error| watch.reason(sql_problem(&error.to_string(), Some(select)));
        let mut statement = connection.prepare(select).map_err(problem)?;
        // `stream_arrow` starts the query; its iterator would panic on a failing fetch, `step` returns the error.
        drop(statement.stream_arrow([]).map_err(problem)?);
        let columns = columns_of(&statement.schema());
        watch.aside(|| take(&columns, Vec::new()))?;
        while let Some(batch) = statement.step().map_err(problem)? {
            watch.aside(|| take(&columns, rows_of(&batch)))?;
        }
        Ok(())
    }

    fn describe(&self, select: &str) -> Result<Arc<[Column]>> {
        let mut found = None;
        self.stream(&format!("from (\n{select}\n) limit 0"), &mut |columns, _| {
            found = Some(Arc::clone(columns));
            Ok(())
        })
        .map_err(|problem| relative(problem, 1))?;
        Ok(found.unwrap_or_default())
    }
}

/// A problem in a wrapped statement, told in lines of what was wrapped.
fn relative(problem: Problem, before: usize) -> Problem {
    match problem.place().and_then(|place| place.line) {
        Some(line) => problem.line(line.saturating_sub(before).max(1)),
        None => problem,
    }
}

/// A cell as the appender takes it; exact numbers and dates go as text and are cast by the column's type.
fn bound(value: Value) -> duckdb::types::Value {
    use duckdb::types::Value as Bound;
    match value {
        Value::Null => Bound::Null,
        Value::Bool(value) => Bound::Boolean(value),
        Value::Int(value) => Bound::BigInt(value),
        Value::Float(value) => Bound::Double(value),
        other => Bound::Text(other.plain()),
    }
}

fn columns_of(schema: &duckdb::arrow::datatypes::Schema) -> Arc<[Column]> {
    schema
        .fields()
        .iter()
        .map(|field| Column { name: field.name().clone(), kind: kind_of(field.data_type()) })
        .collect()
}

fn rows_of(batch: &StructArray) -> Vec<Row> {
    let columns = batch.columns();
    (0..batch.len()).map(|row| columns.iter().map(|column| value_at(column.as_ref(), row)).collect()).collect()
}

/// The byte a position of the parser means. A syntax error counts characters, what its transformer refuses counts bytes:
/// the message names the word it stopped at, which tells the two apart where a text has characters of several bytes.
fn byte_of(select: &str, position: usize, message: &str) -> usize {
    let by_characters = select.char_indices().nth(position).map_or(select.len(), |(at, _)| at);
    let near = message.split_once("at or near \"").and_then(|(_, rest)| rest.rsplit_once('"')).map(|(word, _)| word);
    match near {
        Some(word) if select[by_characters..].starts_with(word) => by_characters,
        None if message.contains("syntax error") => by_characters,
        _ => position,
    }
}

/// DuckDB's message without its trailing excerpt, with the line of the SQL it points at (`LINE 3:`), if it does.
pub(super) fn sql_problem(message: &str, sql: Option<&str>) -> Problem {
    let clean = discreet::scrub(message, sql.unwrap_or_default());
    let mut lines = clean.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> =
        lines.clone().take_while(|line| !line.starts_with("LINE ")).filter(|line| !line.trim().is_empty()).collect();
    let mut problem = Problem::failed(format!("SQL: {first}"));
    let hints: Vec<&str> = rest.iter().copied().map(str::trim).collect();
    if !hints.is_empty() {
        problem = problem.hint(hints.join(" "));
    }
    if message.contains("max_temp_directory_size") {
        problem = problem.hint(
            "more had to be put aside on the disk than [engine] max_disk allows: a join without a condition does that",
        );
    }
    if message.contains("file system operations are disabled") || message.contains("Permission Error") {
        problem = problem.hint("models and pages may read other models and sources only, through ref() and source()");
    }
    let mut pointer = message.lines().skip_while(|line| !line.starts_with("LINE "));
    if let (Some(excerpt), Some(sql)) = (pointer.next(), sql) {
        let number = excerpt.trim_start_matches("LINE ").split(':').next().and_then(|text| text.parse::<usize>().ok());
        if let Some(number) = number {
            let caret = pointer.next().map_or(0, |line| line.chars().count());
            let prefix = format!("LINE {number}: ").chars().count();
            problem = problem.line(number.min(sql.lines().count().max(1)));
            if caret > prefix && !excerpt.contains("...") {
                problem = problem.column(caret - prefix);
            }
        }
    }
    problem
}
