//! Which files the rows of a store or an order came from: for the board of arrivals and for adjustments.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::arrive::Arrival;
use super::merge::integer;
use crate::problem::Result;
use crate::warehouse::{DuckDb, Engine, Row, Table, TableStore, Value, literal};

/// A file of sales as it was staged.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Relative to the project: `data/pos/s01.csv`.
    pub file: String,
    pub source: String,
    /// The stored rows of this file and of those that were read together with it, and its place among them.
    part: Table,
    slot: u64,
    /// Names what the rows were made from.
    content: String,
    /// (record, line): from this record on, lines run in step with records, until the next entry.
    lines: Vec<(u64, u64)>,
    /// The store a row belongs to, as SQL, where stores have further names.
    home: Option<String>,
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
    pub(super) fn all(arrivals: &[Arrival], home: Option<&String>) -> Vec<Origin> {
        let mut seen = BTreeSet::new();
        let mut origins: Vec<Origin> = Vec::new();
        for arrival in arrivals.iter().filter(|arrival| arrival.table.name == "transactions") {
            let staged = arrival.staged();
            if seen.insert(&staged.content) {
                origins.push(Origin {
                    file: super::report::shown(arrival),
                    source: arrival.known.source.clone(),
                    part: staged.part.clone(),
                    slot: staged.slot,
                    content: staged.content.clone(),
                    lines: arrival.known.lines.clone(),
                    home: home.cloned(),
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

/// The files in the order of the list, as a scratch table: their part and slot, place and name.
struct Index {
    path: std::path::PathBuf,
    /// The stored parts, each once.
    parts: Vec<String>,
    home: Option<String>,
}

impl Index {
    fn write(store: &TableStore, engine: &DuckDb, origins: &[Origin]) -> Result<Index> {
        let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut files: Vec<String> = Vec::new();
        let mut rows: Vec<Row> = Vec::with_capacity(origins.len());
        for (place, origin) in origins.iter().enumerate() {
            let part = *parts.entry(origin.part.hash.as_str()).or_insert_with(|| {
                files.push(literal(&store.path(&origin.part).to_string_lossy()));
                files.len() - 1
            });
            rows.push(vec![
                integer(part),
                integer(origin.slot),
                integer(place),
                Value::Text(origin.file.as_str().into()),
            ]);
        }
        let path = store.scratch("origins");
        let columns = [("part", "bigint"), ("slot", "bigint"), ("place", "bigint"), ("file", "varchar")];
        engine.write(&columns, &mut |put| rows.drain(..).try_for_each(put), &path)?;
        Ok(Index { path, parts: files, home: origins.first().and_then(|origin| origin.home.clone()) })
    }

    fn table(&self) -> String {
        format!("read_parquet({})", literal(&self.path.to_string_lossy()))
    }

    /// A SELECT of these columns of the sound rows of the files, with `place`, the file's place in the list.
    fn rows(&self, columns: &str) -> String {
        let home = self.home.as_ref().map(|home| format!(" replace ({home} as store_id)")).unwrap_or_default();
        format!(
            "(select {columns}, s.place from (
                 select *{home}, file_index::bigint as _part from read_parquet([{}], union_by_name = true) where _error is null) p
             join {} s on s.part = p._part and s.slot = p._file)",
            self.parts.join(", "),
            self.table()
        )
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The table `store_files`: which files brought sales of which store, how many rows, and until which day.
pub(super) fn store_files(store: &TableStore, engine: &DuckDb, origins: &[Origin], today: Date) -> Result<Table> {
    let today = today.to_string();
    let mut parts = vec!["store-files", super::program(), &today];
    for origin in origins {
        parts.extend([origin.file.as_str(), origin.content.as_str(), origin.home.as_deref().unwrap_or_default()]);
    }
    let key = TableStore::key(&parts);
    if let Some(table) = store.made::<Table>(&key)
        && store.has(&table)
    {
        return Ok(table);
    }
    let empty = "select '' as store_id, '' as file, null::date as newest, 0::bigint as rows where false";
    let index = Index::write(store, engine, origins)?;
    let select = if origins.is_empty() {
        empty.to_owned()
    } else {
        format!(
            "with found as (
                 select store_id, place, max(ordered_on) as newest, count(*)::bigint as rows
                 from {}
                 where store_id is not null and ordered_on <= date {}
                 group by all)
             select f.store_id, n.file, f.newest, f.rows from found f join {} n using (place)
             order by f.store_id, f.newest, n.file",
            index.rows("p.store_id, p.ordered_on"),
            literal(&today),
            index.table()
        )
    };
    let scratch = store.scratch(&key);
    let count = engine.store(&select, &scratch)?;
    let table = store.keep(&scratch, count)?;
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
        let index = Index::write(store, engine, &files)?;
        let frame = engine.query(&format!(
            "select t.transaction_id, t.store_id, t.place, min(t._record)::bigint
             from {} t
             semi join (values {}) w(transaction_id, store_id)
                 on w.transaction_id = t.transaction_id and w.store_id = t.store_id
             group by all order by all",
            index.rows("p.transaction_id, p.store_id, p._record"),
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
            part: Table::default(),
            slot: 0,
            content: String::new(),
            lines,
            home: None,
        };
        // A header on line 1; the second record holds a line end, so the third stands on line 5.
        let sound = origin(vec![(1, 2), (3, 5)]);
        assert_eq!([1, 2, 3, 4].map(|record| sound.line(record)), [Some(2), Some(3), Some(5), Some(6)]);
        assert_eq!(origin(Vec::new()).line(1), None);
    }
}
