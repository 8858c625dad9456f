//! The part of a summary that the loaded data give, before any model has run.

use std::collections::BTreeMap;

use super::Build;
use super::summary::{FORMAT, FileFacts, StoreFacts, Summary, TableFacts};
use crate::problem::{Problem, Result};
use crate::sources::{Columns, contract};
use crate::warehouse::{TableStore, Value};

pub(super) fn of_sources(build: &Build<'_>) -> Result<Summary> {
    let mut summary = Summary {
        format: FORMAT,
        as_of: build.as_of.to_string(),
        today: build.today.to_string(),
        program: format!("storebook {}", env!("CARGO_PKG_VERSION")),
        ..Summary::default()
    };
    files(build, &mut summary)?;
    tables(build, &mut summary);
    summary.stores = stores(build)?;
    summary.digest = digest(build, &summary)?;
    Ok(summary)
}

fn files(build: &Build<'_>, summary: &mut Summary) -> Result<()> {
    for report in &build.loaded.files {
        let schema = build.loaded.schemas.get(&report.path).cloned().unwrap_or_default();
        let columns = columns(&schema.columns)?;
        summary.columns.entry(columns.clone()).or_insert(schema.columns);
        let facts = FileFacts {
            table: report.table.clone(),
            source: report.source.clone(),
            hash: schema.hash,
            rows_in: report.rows_in,
            loaded: report.loaded,
            quarantined: report.quarantined,
            columns,
        };
        summary.files.insert(report.path.clone(), facts);
    }
    Ok(())
}

/// The key of a set of columns.
fn columns(columns: &Columns) -> Result<String> {
    let text = serde_json::to_string(columns).map_err(|error| Problem::failed(format!("columns: {error}")))?;
    Ok(blake3::hash(text.as_bytes()).to_hex()[..12].to_owned())
}

fn tables(build: &Build<'_>, summary: &mut Summary) {
    for table in contract::TABLES {
        let rows = build.loaded.tables.get(table.name).map_or(0, |table| table.rows);
        let mut facts = TableFacts { rows, ..TableFacts::default() };
        for report in build.loaded.files.iter().filter(|report| report.table == table.name) {
            facts.rows_in += report.rows_in;
            facts.quarantined += report.quarantined;
        }
        summary.tables.insert(table.name.to_owned(), facts);
    }
}

/// Every store with the day of its newest line; its figures come from the models.
fn stores(build: &Build<'_>) -> Result<BTreeMap<String, StoreFacts>> {
    let rows = |name: &str| build.loaded.tables.get(name).map(|table| build.store.select(table));
    let (Some(stores), Some(sales)) = (rows("stores"), rows("transactions")) else { return Ok(BTreeMap::new()) };
    let frame = build.engine.query(&format!(
        "select s.store_id, coalesce(s.name, s.store_id), s.closed_on is null or s.closed_on > date '{}', t.newest
         from ({stores}) s
         left join (select store_id, max(ordered_on) as newest from ({sales}) group by store_id) t
             on t.store_id = s.store_id
         order by s.store_id",
        build.today
    ))?;
    let stores = frame.rows.iter().map(|row| {
        let facts = StoreFacts {
            name: row[1].plain(),
            open: row[2] == Value::Bool(true),
            newest: Some(row[3].plain()).filter(|day| !day.is_empty()),
            figures: BTreeMap::new(),
        };
        (row[0].plain(), facts)
    });
    Ok(stores.collect())
}

/// Of the data and how they are read, not of the day of the build: a build of the same drop on the next morning is the
/// same release to whoever asks what changed.
fn digest(build: &Build<'_>, summary: &Summary) -> Result<String> {
    let config = &build.project.config;
    let parts = (&summary.program, &summary.as_of, &summary.files, &summary.tables);
    let settings = (&config.source, &config.contract, &config.project);
    let text = |error: serde_json::Error| Problem::failed(format!("digest of the data: {error}"));
    Ok(TableStore::key(&[
        "release",
        &serde_json::to_string(&parts).map_err(text)?,
        &serde_json::to_string(&settings).map_err(text)?,
    ]))
}
