//! Which files the rows of a store or an order came from: for the board of arrivals and for adjustments.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use jiff::civil::Date;

use super::Arrival;
use crate::problem::Result;
use crate::warehouse::{DuckDb, Engine, Table, TableStore, Value, literal};

/// A file of sales as it was staged.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Relative to the project: `data/pos/s01.csv`.
    pub file: String,
    pub source: String,
    stored: Table,
    /// (record, line): from this record on, lines run in step with records, until the next entry.
    lines: Vec<(u64, u64)>,
}

/// Where an order's first line stands: file, and line for formats that have lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPlace {
    pub file: String,
    pub line: Option<u64>,
}

/// Source, transaction and store.
pub type OrderKey = (String, String, String);

impl Origin {
    /// The files of sales, in the order in which later ones win; a file that repeats another one whole is left out.
    pub(super) fn all(arrivals: &[Arrival]) -> Vec<Origin> {
        let mut origins: Vec<Origin> = Vec::new();
        for arrival in arrivals.iter().filter(|arrival| arrival.mapping.table.name == "transactions") {
            if origins.iter().all(|earlier| earlier.stored != arrival.staged.table) {
                origins.push(Origin {
                    file: super::report::shown(arrival),
                    source: arrival.mapping.source.clone(),
                    stored: arrival.staged.table.clone(),
                    lines: arrival.shape.structure.lines.clone(),
                });
            }
        }
        origins
    }

    /// The line of a record: `None` for formats without lines.
    fn line(&self, record: u64) -> Option<u64> {
        let start = self.lines.iter().rev().find(|(first, _)| *first <= record)?;
        Some(start.1 + (record - start.0))
    }
}

fn paths(store: &TableStore, origins: &[Origin]) -> String {
    let paths: Vec<String> =
        origins.iter().map(|origin| literal(&store.path(&origin.stored).to_string_lossy())).collect();
    format!("[{}]", paths.join(", "))
}

/// The table `store_files`: which files brought sales of which store, how many rows, and until which day.
pub(super) fn store_files(store: &TableStore, engine: &DuckDb, origins: &[Origin], today: Date) -> Result<Table> {
    let today = today.to_string();
    let mut parts = vec!["store-files", super::program(), &today];
    for origin in origins {
        parts.extend([origin.file.as_str(), origin.stored.hash.as_str()]);
    }
    let key = TableStore::key(&parts);
    if let Some(table) = store.made::<Table>(&key)
        && store.has(&table)
    {
        return Ok(table);
    }
    let empty = "select '' as store_id, '' as file, null::date as newest, 0::bigint as rows where false";
    let select = if origins.is_empty() {
        empty.to_owned()
    } else {
        let mut names = String::new();
        for (place, origin) in origins.iter().enumerate() {
            let _ = write!(names, "{}({place}, {})", if place == 0 { "" } else { ", " }, literal(&origin.file));
        }
        format!(
            "with found as (
                 select store_id, file_index::bigint as place, max(ordered_on) as newest, count(*)::bigint as rows
                 from read_parquet({}, union_by_name = true)
                 where _error is null and store_id is not null and ordered_on <= date {}
                 group by all)
             select f.store_id, n.file, f.newest, f.rows from found f join (values {names}) n(place, file) using (place)
             order by f.store_id, f.newest, n.file",
            paths(store, origins),
            literal(&today)
        )
    };
    let scratch = store.scratch(&key);
    let rows = engine.store(&select, &scratch)?;
    let table = store.keep(&scratch, rows)?;
    store.remember(&key, &table)?;
    Ok(table)
}

/// Where these orders stand now: in the newest file that holds them. For few orders: every file is looked through.
pub fn order_places(
    store: &TableStore,
    engine: &DuckDb,
    origins: &[Origin],
    wanted: &[OrderKey],
) -> Result<HashMap<OrderKey, OrderPlace>> {
    let mut places = HashMap::new();
    let mut by_source: BTreeMap<&str, Vec<&OrderKey>> = BTreeMap::new();
    for key in wanted {
        by_source.entry(key.0.as_str()).or_default().push(key);
    }
    for (source, keys) in by_source {
        let files: Vec<Origin> = origins.iter().filter(|origin| origin.source == source).cloned().collect();
        if files.is_empty() {
            continue;
        }
        let values: Vec<String> =
            keys.iter().map(|(_, order, shop)| format!("({}, {})", literal(order), literal(shop))).collect();
        let frame = engine.query(&format!(
            "select t.transaction_id, t.store_id, t.file_index::bigint, min(t._record)::bigint
             from (select transaction_id, store_id, _record, file_index
                   from read_parquet({}, union_by_name = true) where _error is null) t
             semi join (values {}) w(transaction_id, store_id)
                 on w.transaction_id = t.transaction_id and w.store_id = t.store_id
             group by all order by all",
            paths(store, &files),
            values.join(", ")
        ))?;
        for row in &frame.rows {
            let number = |value: &Value| value.as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            let Some(origin) = usize::try_from(number(&row[2])).ok().and_then(|place| files.get(place)) else {
                continue;
            };
            // Later files come later and win.
            places.insert(
                (source.to_owned(), row[0].plain(), row[1].plain()),
                OrderPlace { file: origin.file.clone(), line: origin.line(number(&row[3])) },
            );
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_leads_to_its_line() {
        let origin = |lines| Origin {
            file: "data/a.csv".into(),
            source: "pos".into(),
            stored: Table { hash: String::new(), rows: 0 },
            lines,
        };
        // A header on line 1; the second record holds a line end, so the third stands on line 5.
        let sound = origin(vec![(1, 2), (3, 5)]);
        assert_eq!([1, 2, 3, 4].map(|record| sound.line(record)), [Some(2), Some(3), Some(5), Some(6)]);
        assert_eq!(origin(Vec::new()).line(1), None);
    }
}
