//! The engine: DuckDB over content-addressed Parquet tables, with typed results.

mod engine;
mod limits;
mod references;
mod spill;
mod store;
mod value;

use crate::problem::Result;

pub use engine::{DuckDb, Engine, Fill, Take};
pub use limits::before_ending;
pub use references::References;
pub use store::{Parts, Table, TableStore};
pub use value::{Column, ColumnKind, Frame, Row, Value, decimal_text};

/// Stores a small table of the program's own, or finds it in the cache: its name, its columns with their SQL types, and
/// its rows in the order in which they are to stand.
pub fn keep_rows(
    engine: &dyn Engine,
    store: &TableStore,
    (name, columns): (&str, &[(&str, &str)]),
    rows: Vec<Row>,
) -> Result<Table> {
    let text = format!("{columns:?} {rows:?}");
    let key = TableStore::key(&["own-table", name, &text]);
    if let Some(table) = store.made::<Table>(&key)
        && store.has(&table)
    {
        return Ok(table);
    }
    let scratch = store.scratch(&key);
    let mut rows = Some(rows);
    let count =
        engine.write(columns, &mut |put| rows.take().into_iter().flatten().try_for_each(&mut *put), &scratch)?;
    let table = store.keep(&scratch, count)?;
    store.remember(&key, &table)?;
    Ok(table)
}

/// A SQL text literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A quoted SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
