//! NDJSON for programs: one object per line, every key in each. Decimals, days and moments are text, so that no reader
//! makes a binary fraction of an amount; whole numbers and yes or no are what JSON has for them.

use std::io::Write;

use serde_json::{Map, Value as Json};

use super::{Sheet, Writer, exact};
use crate::problem::{Problem, Result};
use crate::warehouse::Value;

/// Whole numbers beyond this lose their end in readers that know binary fractions only (RFC 8259, 6).
const SAFE: u64 = 1 << 53;

/// Writes one table.
pub struct Ndjson<W> {
    output: W,
    names: Vec<String>,
}

impl<W: Write> Ndjson<W> {
    pub fn new(output: W) -> Ndjson<W> {
        Ndjson { output, names: Vec::new() }
    }
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::failed(format!("the NDJSON file could not be written: {error}"))
}

impl<W: Write> Writer for Ndjson<W> {
    fn sheet(&mut self, sheet: &Sheet) -> Result<()> {
        self.names = sheet.fields.iter().map(|field| field.name.clone()).collect();
        Ok(())
    }

    fn row(&mut self, row: &[Value]) -> Result<()> {
        let object: Map<String, Json> = self.names.iter().cloned().zip(row.iter().map(json)).collect();
        serde_json::to_writer(&mut self.output, &object).map_err(|error| failed(&error))?;
        self.output.write_all(b"\n").map_err(|error| failed(&error))
    }

    fn finish(&mut self) -> Result<()> {
        self.output.flush().map_err(|error| failed(&error))
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) if value.unsigned_abs() <= SAFE => (*value).into(),
        Value::Float(value) if value.is_finite() => (*value).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::DateTime(_) => exact(value).replacen(' ', "T", 1).into(),
        other => exact(other).into(),
    }
}
