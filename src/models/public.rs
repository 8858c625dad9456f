//! Public counts. A model whose header says `-- publishable: counts` gives true counts by month and other columns;
//! what is stored, and what anybody can query, are closed months, counts of ten and more, rounded to five, and as many
//! suppressed with the small ones as it takes. The true counts are never stored.
//!
//! Each month is protected by itself, without totals over months: what stood in an earlier release then says nothing
//! about the months that came later.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;

use super::Header;
use crate::privacy::{Counts, Identity, Promise, Shown, of_column, protect};
use crate::problem::{Problem, Result};
use crate::project::Month;
use crate::warehouse::{Column, ColumnKind, Engine, Frame, Row, Value};

const MONTH: &str = "month";

pub(super) struct Public<'a> {
    pub header: &'a Header,
    /// The first month that is not closed.
    pub open: Month,
    pub engine: &'a dyn Engine,
}

/// Which columns of the model are what.
struct Shape {
    columns: Vec<Column>,
    month: usize,
    /// The key without the month.
    dimensions: Vec<usize>,
    counts: Vec<usize>,
}

/// A value for each dimension, none where it is a total over it → a figure for each count.
type Cells = BTreeMap<Vec<Option<String>>, Vec<Shown>>;

impl Public<'_> {
    /// Runs `select`, which gives true counts, and stores what may be published of them; returns the number of rows.
    ///
    /// # Errors
    /// The query fails, or its columns are not a month, further keys and counts.
    pub fn store(&self, select: &str, path: &Path) -> Result<u64> {
        let frame = self.engine.query(select)?;
        let shape = self.shape(&frame.columns)?;
        let months = self.months(&shape, &frame)?;
        let protected: Vec<Vec<Row>> =
            months.into_par_iter().map(|(month, rows)| self.month(&shape, month, &rows)).collect::<Result<_>>()?;
        let types: Vec<(&str, &str)> =
            shape.columns.iter().map(|column| (column.name.as_str(), sql_type(column))).collect();
        self.engine.write(&types, &mut |put| protected.iter().flatten().cloned().try_for_each(&mut *put), path)
    }

    fn shape(&self, columns: &[Column]) -> Result<Shape> {
        let header = self.header;
        let problem = |message: String| Problem::failed(format!("this table of public counts {message}"));
        let place = |name: &String| columns.iter().position(|column| column.name == *name);
        let key: Vec<usize> = header.key.iter().filter_map(&place).collect();
        let month = key.iter().copied().find(|at| columns[*at].name == MONTH && columns[*at].kind == ColumnKind::Date);
        let month = month.ok_or_else(|| {
            problem("has no month among its keys".to_owned())
                .hint("give it a column `month`, the first day of the month as a date, and name it in `-- key:`; up to date figures would tell of single visits")
        })?;
        let counts: Vec<usize> = if header.counts.is_empty() {
            (0..columns.len()).filter(|at| !key.contains(at)).collect()
        } else {
            header.counts.iter().filter_map(&place).collect()
        };
        for (at, column) in columns.iter().enumerate() {
            let name = &column.name;
            if matches!(of_column(name), Some(Identity::Person | Identity::Birth)) {
                return Err(problem(format!("tells of single people in its column {name}")));
            }
            if counts.contains(&at) && column.kind != ColumnKind::Int {
                return Err(problem(format!("counts in {name}, which is no whole number")).hint(
                    "averages, shares and money cannot be protected; a count is `count(*)` or `sum(...)::bigint`",
                ));
            }
            let known = matches!(column.kind, ColumnKind::Text | ColumnKind::Date | ColumnKind::Int | ColumnKind::Bool);
            if !(counts.contains(&at) || key.contains(&at) && known) {
                return Err(problem(format!("holds {name}, which is neither a key nor a count"))
                    .hint("select the columns of `-- key:` and the counts, nothing else; keys are text, dates or whole numbers"));
            }
        }
        let dimensions = key.into_iter().filter(|at| *at != month).collect();
        Ok(Shape { columns: columns.to_vec(), month, dimensions, counts })
    }

    /// The rows of each closed month.
    fn months<'f>(&self, shape: &Shape, frame: &'f Frame) -> Result<BTreeMap<Date, Vec<&'f Row>>> {
        let mut months: BTreeMap<Date, Vec<&Row>> = BTreeMap::new();
        for row in &frame.rows {
            let Value::Date(month) = row[shape.month] else { return Err(no_value(MONTH)) };
            if Month::of(month) < self.open {
                months.entry(month.first_of_month()).or_default().push(row);
            }
        }
        Ok(months)
    }

    /// What may be published of one month, in the order of the key, totals last.
    fn month(&self, shape: &Shape, month: Date, rows: &[&Row]) -> Result<Vec<Row>> {
        let mut values: BTreeMap<(usize, String), Value> = BTreeMap::new();
        let mut tables = vec![Counts { dimensions: names(shape), counts: BTreeMap::new() }; shape.counts.len()];
        for row in rows {
            let mut cell = Vec::new();
            for at in &shape.dimensions {
                if row[*at].is_null() {
                    return Err(no_value(&shape.columns[*at].name));
                }
                cell.push(row[*at].plain());
                values.insert((*at, row[*at].plain()), row[*at].clone());
            }
            for (table, at) in tables.iter_mut().zip(&shape.counts) {
                let count = row[*at].as_i64().and_then(|count| u64::try_from(count).ok());
                let count = count.ok_or_else(|| no_count(&shape.columns[*at].name))?;
                if table.counts.insert(cell.clone(), count).is_some() {
                    return Err(Problem::failed("this table of public counts has two rows of one key")
                        .hint("group by the columns of `-- key:`; a month is its first day"));
                }
            }
        }
        let mut cells: Cells = BTreeMap::new();
        for (at, table) in tables.iter().enumerate() {
            for (cell, shown) in self.protect(table)? {
                cells.entry(cell).or_insert_with(|| vec![Shown::Suppressed; shape.counts.len()])[at] = shown;
            }
        }
        let row = |(cell, shown): (&Vec<Option<String>>, &Vec<Shown>)| {
            let mut row = vec![Value::Null; shape.columns.len()];
            row[shape.month] = Value::Date(month);
            for (at, value) in shape.dimensions.iter().zip(cell) {
                let value = value.as_ref().and_then(|value| values.get(&(*at, value.clone())));
                row[*at] = value.cloned().unwrap_or(Value::Null);
            }
            for (at, shown) in shape.counts.iter().zip(shown) {
                row[*at] = match shown {
                    Shown::Count(count) => i64::try_from(*count).map_or(Value::Null, Value::Int),
                    Shown::Suppressed => Value::Null,
                };
            }
            row
        };
        // Totals have no value, and no value comes last.
        let last =
            |cell: &Vec<Option<String>>| cell.iter().map(|value| (value.is_none(), value.clone())).collect::<Vec<_>>();
        let mut ordered: Vec<_> = cells.iter().collect();
        ordered.sort_by_key(|(cell, _)| last(cell));
        Ok(ordered.into_iter().map(row).collect())
    }

    fn protect(&self, table: &Counts) -> Result<Vec<(Vec<Option<String>>, Shown)>> {
        let promise = Promise::default();
        if !self.header.totals {
            let alone = |count: u64| {
                if count < promise.threshold { Shown::Suppressed } else { Shown::Count(promise.rounded(count)) }
            };
            let cell = |values: &[String]| values.iter().cloned().map(Some).collect();
            return Ok(table.counts.iter().map(|(values, count)| (cell(values), alone(*count))).collect());
        }
        let figures = protect(table, &promise)?;
        let values =
            |cell: &BTreeMap<String, String>| table.dimensions.iter().map(|name| cell.get(name).cloned()).collect();
        Ok(figures.cells.iter().map(|(cell, shown)| (values(cell), *shown)).collect())
    }
}

fn names(shape: &Shape) -> Vec<String> {
    shape.dimensions.iter().map(|at| shape.columns[*at].name.clone()).collect()
}

fn no_value(column: &str) -> Problem {
    Problem::failed(format!("this table of public counts has a row without {column}"))
        .hint("no value stands for the total; write coalesce(column, 'unknown')")
}

fn no_count(column: &str) -> Problem {
    Problem::failed(format!("this table of public counts has a {column} that is empty or below 0"))
}

fn sql_type(column: &Column) -> &'static str {
    match column.kind {
        ColumnKind::Int => "bigint",
        ColumnKind::Date => "date",
        ColumnKind::Bool => "boolean",
        _ => "varchar",
    }
}
