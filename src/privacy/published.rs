//! The tables that public pages may show: which of their columns are counts, and what they say.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CountTable, Exposed, Figures, Identity, Promise, Shown, Why, attack, of_column};
use crate::problem::{Problem, Result};
use crate::warehouse::{Column, ColumnKind, Engine, Value, literal, quoted};

/// The publishable models of a project, figure by figure. Counts of the same name are one figure: a table with fewer
/// dimensions holds the totals of one with more.
#[derive(Debug, Default)]
pub struct Publication {
    figures: BTreeMap<String, (Vec<String>, Vec<CountTable>)>,
    pub models: Vec<PublicModel>,
}

/// What a model says of its columns; either may be empty.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    pub key: &'a [String],
    pub counts: &'a [String],
}

/// A model that public pages may query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicModel {
    pub model: String,
    pub dimensions: Vec<String>,
    pub counts: Vec<String>,
    /// Columns that tell of single people.
    pub people: Vec<String>,
}

/// What the attack on one figure found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attacked {
    pub figure: String,
    pub models: Vec<String>,
    pub cells: usize,
    pub suppressed: usize,
    /// The sums do not come out, so nothing is proved.
    pub contradictory: bool,
    pub exposed: Vec<ExposedCell>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExposedCell {
    pub cell: BTreeMap<String, String>,
    /// `suppressed`, `rounded`, `below_threshold` or `not_rounded`.
    pub why: &'static str,
    pub lowest: u64,
    pub highest: Option<u64>,
}

impl Publication {
    /// Adds the model `name`, whose rows the engine has.
    ///
    /// Errors: a header that names a column the model does not have, a count that is none.
    pub fn add(&mut self, engine: &dyn Engine, name: &str, columns: &Declared<'_>) -> Result<()> {
        let declared = columns;
        let columns = engine.describe(&format!("from main.{}", quoted(name)))?;
        let counts = counts(name, declared, &columns)?;
        let names = columns.iter().map(|column| column.name.clone());
        let keys = names.clone().filter(|column| declared.key.is_empty() || declared.key.contains(column));
        let dimensions: Vec<String> = keys.filter(|column| !counts.contains(column)).collect();
        let personal = |column: &String| matches!(of_column(column), Some(Identity::Person | Identity::Birth));
        let people = names.filter(personal).collect();
        for figure in &counts {
            let table = read(engine, name, (&dimensions, figure))?;
            let (models, tables) = self.figures.entry(figure.clone()).or_default();
            models.push(name.to_owned());
            tables.push(table);
        }
        self.models.push(PublicModel { model: name.to_owned(), dimensions, counts, people });
        Ok(())
    }

    /// Attacks every figure.
    pub fn attack(&self, promise: &Promise) -> Result<Vec<Attacked>> {
        let one = |(figure, (models, tables)): (&String, &(Vec<String>, Vec<CountTable>))| {
            let figures = Figures::of(tables);
            let found = attack(&figures, promise)?;
            let suppressed = figures.cells.iter().filter(|(_, shown)| *shown == Shown::Suppressed).count();
            Ok(Attacked {
                figure: figure.clone(),
                models: models.clone(),
                cells: figures.cells.len(),
                suppressed,
                contradictory: found.contradictory,
                exposed: found.exposed.iter().map(|exposed| told(&figures, exposed)).collect(),
            })
        };
        self.figures.iter().map(one).collect()
    }
}

fn told(figures: &Figures, exposed: &Exposed) -> ExposedCell {
    let why = match exposed.why {
        Why::BelowThreshold => "below_threshold",
        Why::NotRounded => "not_rounded",
        Why::Suppressed => "suppressed",
        Why::Rounded => "rounded",
    };
    let cell = figures.cells[exposed.cell].0.clone();
    ExposedCell { cell, why, lowest: exposed.lowest, highest: exposed.highest }
}

fn counts(name: &str, declared: &Declared<'_>, columns: &[Column]) -> Result<Vec<String>> {
    let known = || columns.iter().map(|column| column.name.as_str());
    if declared.counts.is_empty() {
        let counted = |column: &&Column| column.kind == ColumnKind::Int && !declared.key.contains(&column.name);
        return Ok(columns.iter().filter(counted).map(|column| column.name.clone()).collect());
    }
    match declared.counts.iter().find(|count| !known().any(|column| column == count.as_str())) {
        Some(wrong) => {
            Err(Problem::usage(format!("the model {name} has no column \"{wrong}\" to count")).nearest(wrong, known()))
        }
        None => Ok(declared.counts.to_vec()),
    }
}

fn read(engine: &dyn Engine, name: &str, (dimensions, figure): (&[String], &str)) -> Result<CountTable> {
    let list: Vec<String> = dimensions.iter().map(|name| quoted(name)).chain([quoted(figure)]).collect();
    let frame = engine.query(&format!("select {} from main.{} order by all", list.join(", "), quoted(name)))?;
    let wrong = || {
        Problem::failed(format!("{} of {name} is no count: a whole number from 0, or empty", literal(figure)))
            .hint("say in the model's header which columns count: -- counts: visits, people")
    };
    let rows = frame.rows.iter().map(|row| {
        let (count, values) = row.split_last().ok_or_else(wrong)?;
        let shown = match count {
            Value::Null => Shown::Suppressed,
            Value::Int(count) => Shown::Count(u64::try_from(*count).map_err(|_| wrong())?),
            _ => return Err(wrong()),
        };
        let values = values.iter().map(|value| (!value.is_null()).then(|| value.plain()));
        Ok((values.collect(), shown))
    });
    Ok(CountTable { dimensions: dimensions.to_vec(), rows: rows.collect::<Result<_>>()? })
}
