//! What was turned away and why, in words: one entry per file, rule and column.

use super::Loaded;
use super::quarantine::file_names;
use crate::problem::Result;
use crate::warehouse::{Engine, TableStore, Value, literal};

/// Lines of rows that are told.
const LINES: usize = 5;

/// Rows of one file that broke the same rule in the same column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRows {
    pub source: String,
    /// Name of the file in `quarantine/` that holds them, without its ending.
    pub kept_in: String,
    pub table: String,
    /// `data/pos/s01.csv`.
    pub file: String,
    pub rule: String,
    /// Column of the contract; none where the whole row is meant.
    pub column: Option<String>,
    /// The header it is read from, where the file has one.
    pub header: Option<String>,
    pub rows: u64,
    /// The first of them, as lines of the file; rows of a sheet.
    pub lines: Vec<u64>,
    /// Of the first row.
    pub value: String,
}

/// Everything a load turned away, by source, file, and number of rows.
pub fn rejected(loaded: &Loaded, store: &TableStore, engine: &dyn Engine) -> Result<Vec<RejectedRows>> {
    let Some(table) = loaded.tables.get("quarantine").filter(|table| table.rows > 0) else { return Ok(Vec::new()) };
    let path = literal(&store.path(table).to_string_lossy());
    let names = file_names(engine, &path)?;
    let frame = engine.query(&format!(
        "with numbered as (
             select *, row_number() over (partition by source, table_name, file, rule, column_name order by record) as place
             from read_parquet({path}))
         select source, table_name, file, rule, column_name, count(*) as n,
             string_agg(line::varchar, ' ' order by place) filter (where place <= {LINES}),
             max(value) filter (where place = 1)
         from numbered group by all order by source, file, n desc, rule, column_name"
    ))?;
    let entry = |row: &Vec<Value>| {
        let (source, file, column) = (row[0].plain(), row[2].plain(), row[4].plain());
        let mapped = loaded.schemas.get(&file).and_then(|schema| schema.columns.mapped.get(&column));
        let kept_in = names.iter().find(|(name, _)| *name == source);
        RejectedRows {
            kept_in: kept_in.map_or_else(|| source.clone(), |(_, name)| name.clone()),
            source,
            table: row[1].plain(),
            header: mapped.map(|mapped| mapped.from.clone()).filter(|from| !from.starts_with('(') && *from != column),
            file,
            rule: row[3].plain(),
            column: Some(column).filter(|column| !column.is_empty()),
            rows: row[5].as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
            lines: row[6].plain().split(' ').filter_map(|line| line.parse().ok()).collect(),
            value: row[7].plain(),
        }
    };
    Ok(frame.rows.iter().map(entry).collect())
}

/// What a rule means, and what to do: for whoever opens the quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    pub why: &'static str,
    pub hint: &'static str,
}

pub fn reason(rule: &str) -> Reason {
    let (why, hint) = match rule {
        "required" => ("this column must have a value, and the cell is blank", "fill this column"),
        "key" => ("the cell that names the row is blank", "give the row its number or code"),
        "type" => (
            "the value cannot be read as what the column holds",
            "write the value in a form that can be read, for example 2026-10-31 or 1234.50",
        ),
        "precision" => (
            "a spreadsheet has cut digits off this number, and nobody can tell which they were",
            "export it again with the column as text",
        ),
        "range" => ("the value is too small or too large", "correct the value"),
        "code" => ("the word is none of those the column knows", "map the word in codes of the [[source]]"),
        "foreign_key" => (
            "no stores file names this store",
            "add the store to the stores file, or set contract.unknown_store = \"create\"",
        ),
        "future_date" => ("the day lies after today", "correct the day, or wait until it has come"),
        "currency" => ("the amount is in another currency", "convert the amount into the currency of the project"),
        "duplicate" => (
            "the same key stands twice in this file, and the rows differ",
            "make the rows equal, or give one of them a key of its own",
        ),
        "columns" => (
            "the row cannot be cut into the columns of the header",
            "give the row as many cells as the header has, and close its quotation marks; it must not be longer than 1 MiB",
        ),
        "total_row" => ("it is a line of totals", "nothing: it is no sale"),
        "repeated_header" => ("the header stands again inside the file", "nothing: it is no row"),
        "sign" => (
            "the sign of the amount does not fit a sale or a refund",
            "make refunds negative and sales positive, or correct the kind",
        ),
        "succession_self" => ("a store cannot take over from itself", "name the store that takes over"),
        "succession_circle" => ("these stores take over from each other in a circle", "take out the row that is wrong"),
        "refund" => ("it takes back what was no sale", "correct the number of the original transaction"),
        _ => ("", ""),
    };
    Reason { why, hint }
}
