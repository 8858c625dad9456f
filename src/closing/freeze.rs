//! The files of a newly closed month, and the ledger, as changes of the state.

use super::folder::{Columns, FIGURES, LEDGER, LEDGER_FILE, ORDERS, figures_file, orders_file};
use super::{Closing, orders};
use crate::problem::{Problem, Result};
use crate::project::Month;
use crate::project::state::Changes;
use crate::warehouse::{DuckDb, Engine, TableStore, literal};

/// Months that this build closes, with their files put into `changes`; frozen ones are never written again.
pub fn changes(closing: &Closing, engine: &DuckDb, store: &TableStore, changes: &mut Changes) -> Result<Vec<Month>> {
    let frame = engine.query("select distinct month::varchar from main.closed_month_report order by 1")?;
    let closed = frame.rows.iter().filter_map(|row| Month::parse(row[0].plain().get(..7)?));
    let newly: Vec<Month> = closed.filter(|month| !closing.folder.frozen.contains(month)).collect();
    for month in &newly {
        let figures = format!(
            "select {} from main.closed_month_report where month = date '{}' order by scope, scope_id, figures_month",
            cells(FIGURES),
            month.first_day()
        );
        changes.put(&figures_file(*month), csv(engine, store, &figures)?);
        let posted = orders::select("source.transactions", &closing.as_of.to_string(), &[*month]);
        let orders = format!("select {} from ({posted}) order by source, store_id, transaction_id", cells(ORDERS));
        changes.put(&orders_file(*month), csv(engine, store, &orders)?);
    }
    for month in &closing.folder.reopened {
        changes.remove(&figures_file(*month));
        changes.remove(&orders_file(*month));
    }
    ledger(closing, engine, store, changes)?;
    Ok(newly)
}

fn ledger(closing: &Closing, engine: &DuckDb, store: &TableStore, changes: &mut Changes) -> Result<()> {
    let select = format!("select {} from source.adjustment_ledger order by no", cells(LEDGER));
    let count = engine.query("select count(*) from source.adjustment_ledger")?;
    if count.rows.first().and_then(|row| row[0].as_i64()) == Some(0) {
        if closing.folder.has_ledger {
            changes.remove(LEDGER_FILE);
        }
        return Ok(());
    }
    changes.put(LEDGER_FILE, csv(engine, store, &select)?);
    Ok(())
}

fn cells(columns: Columns) -> String {
    columns.iter().map(|(name, kind)| format!("{name}::{kind} as {name}")).collect::<Vec<_>>().join(", ")
}

/// A SELECT as the bytes of a CSV file, written by the engine that will read it again.
fn csv(engine: &DuckDb, store: &TableStore, select: &str) -> Result<Vec<u8>> {
    let scratch = store.scratch("closing").with_extension("csv");
    engine.batch(&format!(
        "copy ({select}) to {} (format csv, header, delimiter ',', quote '\"', escape '\"')",
        literal(&scratch.to_string_lossy())
    ))?;
    let bytes = std::fs::read(&scratch)
        .map_err(|error| Problem::io("read what was written of a closed month", &scratch, &error));
    // Left behind, it would only take room in the cache.
    let _ = std::fs::remove_file(&scratch);
    bytes
}
