//! Decides the order of day and month in a column, and whether its numbers are a spreadsheet's days, by what the
//! whole column shows.

use std::collections::BTreeMap;

use regex::Regex;

use super::contract::Type;
use super::mapping::{From, Mapping};
use super::shape::Shape;
use crate::problem::{Problem, Result};
use crate::warehouse::{DuckDb, Engine, quoted};

#[derive(Debug, Default)]
pub struct Orders {
    /// `dmy`, `mdy` or `serial` for columns that need it.
    pub by_column: BTreeMap<&'static str, String>,
    pub warnings: Vec<String>,
}

/// Looks at the whole column where its first rows show dates such as 1/2/2026 or numbers such as 46326.
pub fn orders(engine: &DuckDb, reader: &str, shape: &Shape, mapping: &Mapping) -> Result<Orders> {
    static PATTERNS: std::sync::OnceLock<Option<(Regex, Regex)>> = std::sync::OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| {
        let day_first = Regex::new(r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}").ok()?;
        Some((day_first, Regex::new(r"^\s*\d{5}(\.\d+)?\s*$").ok()?))
    });
    let Some((day_first, serial)) = patterns else {
        return Err(Problem::failed("a pattern of the program cannot be read"));
    };
    let mut orders = Orders::default();
    for mapped in &mapping.columns {
        let From::Header(at) = mapped.from else { continue };
        if !matches!(mapped.column.kind, Type::Date | Type::Month | Type::DateTime) {
            continue;
        }
        let name = mapped.column.name;
        let cells: Vec<&str> = shape
            .samples
            .iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect();
        let column = quoted(&shape.names[at]);
        if cells.iter().any(|cell| day_first.is_match(cell)) {
            match mapping.config.date_order.as_deref() {
                Some(order) => {
                    orders.by_column.insert(name, order.to_owned());
                }
                None => match evidence(engine, reader, &column)? {
                    (true, false) => drop(orders.by_column.insert(name, "dmy".into())),
                    (false, true) => drop(orders.by_column.insert(name, "mdy".into())),
                    (first, _) => orders.warnings.push(format!(
                        "column {}: {}; set date_order = \"dmy\" or \"mdy\" in its [[source]]",
                        shape.names[at],
                        if first {
                            "some dates are day first, others month first"
                        } else {
                            "nothing tells whether 1/2/2026 is in January or February"
                        }
                    )),
                },
            }
        } else if !cells.is_empty() && cells.iter().all(|cell| serial.is_match(cell)) {
            let all = format!(
                "select coalesce(bool_and(try_cast({column} as double) between 10000 and 80000), false) from {reader} \
                 where sb_trim({column}::varchar) is not null"
            );
            if engine.query(&all)?.rows[0][0] == crate::warehouse::Value::Bool(true) {
                orders.by_column.insert(name, "serial".into());
            }
        }
    }
    Ok(orders)
}

/// Whether some first number is above 12, and whether some second one is.
fn evidence(engine: &DuckDb, reader: &str, column: &str) -> Result<(bool, bool)> {
    let frame = engine.query(&format!(
        "with parts as (select regexp_extract({column}::varchar, '^\\s*([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.][0-9]{{4}}', ['a', 'b']) as p from {reader}) \
         select coalesce(bool_or(p.a::integer > 12), false), coalesce(bool_or(p.b::integer > 12), false) from parts where p.a <> ''"
    ))?;
    let yes = |at: usize| frame.rows[0][at] == crate::warehouse::Value::Bool(true);
    Ok((yes(0), yes(1)))
}
