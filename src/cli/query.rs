//! `storebook query`

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};

use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Dates, Voice};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{ColumnKind, Engine, Frame, Value};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook query 'select * from store_summary order by net_sales desc limit 10'
  storebook query 'select count(*) from source.transactions' --format csv
  storebook query \"select name, {{ var('rfm.window') }} as days from {{ ref('people') }}\" --format json")]
pub struct Query {
    /// One SELECT over models (by name) and contract tables (source.NAME)
    sql: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    dates: Dates,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

impl Query {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let bars = Bars::new(voice);
        let request = Request { today: self.dates.today, as_of: self.dates.as_of, ..Request::default() };
        let warehouse = pipeline::warehouse(project, &request, &bars);
        bars.end();
        let warehouse = warehouse?;
        let sql = warehouse.compiler.compile("query", &self.sql, 0)?.sql;
        let place = |problem: Problem| problem.at("query").text(sql.as_str());
        let found = warehouse.engine.check(&sql).map_err(place)?;
        if let Some(function) = found.reaching_function() {
            let problem = Problem::failed(format!("the function {function} is not allowed here"));
            return Err(place(problem.hint("a query reads models and sources only")));
        }
        let frame = warehouse.engine.query(&sql).map_err(place)?;
        print(&match self.format {
            Format::Table => table(&frame),
            Format::Csv => csv(&frame),
            Format::Json => json(&frame)?,
        });
        Ok(ExitCode::SUCCESS)
    }
}

fn table(frame: &Frame) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(frame.columns.iter().map(|column| column.name.clone()));
    for (at, column) in frame.columns.iter().enumerate() {
        if matches!(column.kind, ColumnKind::Int | ColumnKind::Decimal | ColumnKind::Float)
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in &frame.rows {
        // Control characters of the data must not reach the terminal.
        table.add_row(row.iter().map(|value| one_line(&value.plain())));
    }
    format!("{table}\n{} rows\n", frame.rows.len())
}

fn csv(frame: &Frame) -> String {
    let mut text = String::new();
    let mut line = |fields: &mut dyn Iterator<Item = String>| {
        for (at, field) in fields.enumerate() {
            if at > 0 {
                text.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                text.push_str(&format!("\"{}\"", field.replace('"', "\"\"")));
            } else {
                text.push_str(&field);
            }
        }
        text.push('\n');
    };
    line(&mut frame.columns.iter().map(|column| column.name.clone()));
    for row in &frame.rows {
        line(&mut row.iter().map(Value::plain));
    }
    text
}

fn json(frame: &Frame) -> Result<String> {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = frame
        .rows
        .iter()
        .map(|row| {
            frame.columns.iter().zip(row).map(|(column, value)| (column.name.clone(), json_value(value))).collect()
        })
        .collect();
    serde_json::to_string_pretty(&rows)
        .map(|text| format!("{text}\n"))
        .map_err(|error| Problem::failed(format!("the result cannot be written as JSON: {error}")))
}

/// Exact decimals and dates are text in JSON, so that no reader rounds them.
fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::List(items) => items.iter().map(json_value).collect(),
        other => other.plain().into(),
    }
}
