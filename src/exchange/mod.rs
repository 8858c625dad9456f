//! Tables as files for others: CSV, NDJSON, Parquet, workbooks and calendars.
//!
//! A [`Sheet`] says what a table's columns are; a [`Writer`] takes sheets one after the other, each followed by its rows.
//! What is written of a contract table is read back as the same rows (`sources::returned`): so ids never become numbers,
//! amounts never floats, and whatever a format cannot hold exactly is text or an error.

pub mod calendar;
#[cfg(test)]
mod calendar_tests;
pub mod csv;
mod export;
mod ndjson;
mod notes;
mod out;
mod schema;
mod sheet;
pub mod workbook;

use crate::problem::Result;
use crate::warehouse::{Value, decimal_text};

pub use export::{Export, Exported, Source, export};
pub use sheet::{Field, Holds, Sheet};

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
    Ndjson,
    Xlsx,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Csv, Format::Parquet, Format::Ndjson, Format::Xlsx];

    /// The ending of its files, which is its name too.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
            Format::Ndjson => "ndjson",
            Format::Xlsx => "xlsx",
        }
    }

    /// The format a file's ending stands for.
    pub fn of_ending(ending: &str) -> Option<Format> {
        match ending.to_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "parquet" | "pq" => Some(Format::Parquet),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            "xlsx" => Some(Format::Xlsx),
            _ => None,
        }
    }
}

/// Takes a table row by row.
pub trait Writer {
    /// Begins a table; a format of one table per file is asked once.
    fn sheet(&mut self, sheet: &Sheet) -> Result<()>;
    /// The next row of the table, one value per field.
    fn row(&mut self, row: &[Value]) -> Result<()>;
    /// Brings everything to the file.
    fn finish(&mut self) -> Result<()>;
}

/// The plain form of a value with nothing cut off: [`Value::plain`] shows moments to the second.
fn exact(value: &Value) -> String {
    match value {
        Value::DateTime(at) if at.subsec_nanosecond() != 0 => {
            at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string().trim_end_matches('0').to_owned()
        }
        Value::Decimal { unscaled, scale } => decimal_text(*unscaled, *scale),
        other => other.plain(),
    }
}

#[cfg(test)]
mod tests;
