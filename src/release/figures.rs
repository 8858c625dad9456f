//! The part of a summary that the models give: key figures of the chain and its stores, and months already closed.
//!
//! A project may put its own model in the place of a built-in one: a column it does not have is left out, never an error.

use std::collections::BTreeMap;

use super::summary::{Figures, ModelFacts, Shares, Summary};
use crate::models::Ran;
use crate::problem::Result;
use crate::warehouse::{Engine, Frame, quoted};

/// Figures of the current period, as the pages show them.
pub(super) const STORE: [&str; 3] = ["net_sales", "orders", "customers"];
const CHAIN: [&str; 5] = ["net_sales", "orders", "customers", "people", "open_stores"];
/// Months whose net sales are kept.
const MONTHS: u32 = 24;

pub(super) fn add(summary: &mut Summary, engine: &dyn Engine, ran: &BTreeMap<String, Ran>) -> Result<()> {
    summary.models = ran
        .iter()
        .map(|(name, ran)| (name.clone(), ModelFacts { rows: ran.table.rows, hash: ran.table.hash.clone() }))
        .collect();
    if let Some(frame) = read(engine, ran, "chain_summary", &[], &CHAIN)?
        && let Some(row) = frame.rows.first()
    {
        summary.chain = named(&frame, row);
    }
    if let Some(frame) = read(engine, ran, "store_summary", &["store_id"], &STORE)? {
        for row in &frame.rows {
            if let Some(store) = summary.stores.get_mut(&row[0].plain()) {
                store.figures = named(&frame, row);
                store.figures.remove("store_id");
            }
        }
    }
    summary.months = months(summary, engine, ran)?;
    summary.quality.chain = shares(read(engine, ran, "chain_quality", &["field"], &["completeness", "validity"])?);
    summary.quality.stores =
        shares(read(engine, ran, "store_quality_overall", &["store_id"], &["completeness", "validity"])?);
    Ok(())
}

/// Rows of a name and its two shares.
fn shares(frame: Option<Frame>) -> BTreeMap<String, Shares> {
    let cell = |row: &[crate::warehouse::Value], at: usize| row.get(at).map(crate::warehouse::Value::plain);
    let rows = frame.into_iter().flat_map(|frame| frame.rows);
    rows.map(|row| {
        let [completeness, validity] = [1, 2].map(|at| cell(&row, at).unwrap_or_default());
        (row[0].plain(), Shares { completeness, validity })
    })
    .collect()
}

/// The columns of `wanted` that a model has, beside those of `key`; nothing when it lacks a key or all of them.
fn read(
    engine: &dyn Engine,
    ran: &BTreeMap<String, Ran>,
    model: &str,
    key: &[&str],
    wanted: &[&str],
) -> Result<Option<Frame>> {
    if !ran.contains_key(model) {
        return Ok(None);
    }
    let from = format!("from main.{}", quoted(model));
    let there = engine.describe(&from)?;
    let has = |name: &&str| there.iter().any(|column| column.name == **name);
    let wanted: Vec<&str> = wanted.iter().copied().filter(|name| has(name)).collect();
    if wanted.is_empty() || !key.iter().all(has) {
        return Ok(None);
    }
    let columns: Vec<String> = key.iter().copied().chain(wanted).map(quoted).collect();
    engine.query(&format!("select {} {from} order by all", columns.join(", "))).map(Some)
}

fn named(frame: &Frame, row: &[crate::warehouse::Value]) -> Figures {
    let cells = frame.columns.iter().zip(row);
    cells.map(|(column, value)| (column.name.clone(), value.plain())).filter(|(_, value)| !value.is_empty()).collect()
}

/// Net sales of the complete months before the one of `as_of`.
fn months(
    summary: &Summary,
    engine: &dyn Engine,
    ran: &BTreeMap<String, Ran>,
) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut months: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let Some(frame) = read(engine, ran, "store_months", &["store_id", "month", "is_complete"], &["net_sales"])? else {
        return Ok(months);
    };
    let first = first_month(&summary.as_of);
    for row in &frame.rows {
        let month: String = row[1].plain().chars().take(7).collect();
        if row[2] == crate::warehouse::Value::Bool(true) && month >= first {
            months.entry(row[0].plain()).or_default().insert(month, row[3].plain());
        }
    }
    Ok(months)
}

/// The month `MONTHS` before that of `as_of`, as `2024-10`.
fn first_month(as_of: &str) -> String {
    let day: Option<jiff::civil::Date> = as_of.parse().ok();
    let first = day.and_then(|day| day.checked_sub(jiff::Span::new().months(MONTHS)).ok());
    first.map(|day| day.strftime("%Y-%m").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_years_of_months_are_kept() {
        assert_eq!(super::first_month("2026-10-31"), "2024-10");
        assert_eq!(super::first_month("2024-02-29"), "2022-02");
    }
}
