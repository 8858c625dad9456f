//! The engine: DuckDB over content-addressed Parquet tables, with typed results.

mod engine;
mod references;
mod spill;
mod store;
mod value;

pub use engine::{DuckDb, Engine, Fill, Take};
pub use references::References;
pub use store::{Parts, Table, TableStore};
pub use value::{Column, ColumnKind, Frame, Row, Value, decimal_text};

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
