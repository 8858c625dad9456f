//! All files of a table to one table: references, dates, duplicates and corrections, set-wise in SQL.
//!
//! Rows are named by `_id` = place of the file × 2⁴⁰ + record, so the order of files and records is a number. What
//! leaves a table stands in `drops` with its reason; what is left is loaded.

mod keyed;
mod parts;
mod sales;
mod sound;
mod stores;
mod successions;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use jiff::civil::Date;

use super::contract::{TABLES, TableSpec, Type};
use super::report;
use super::{Arrival, Loaded, Progress, Warnings};
use crate::problem::{Problem, Result};
use crate::project::{Project, UnknownStore};
use crate::warehouse::{DuckDb, Engine, Table, TableStore, Value, literal, quoted};

/// What the stage works with.
pub(super) struct Merge<'a> {
    pub project: &'a Project,
    pub store: &'a TableStore,
    pub engine: &'a DuckDb,
    pub today: Date,
    pub progress: &'a dyn Progress,
}

/// A table being merged: the files that bring rows, and the names of its work tables.
pub(super) struct Work<'a> {
    pub table: &'static TableSpec,
    /// In path order; their places are `file_index` in `rows`.
    pub files: Vec<&'a Arrival>,
    /// Files whose table is that of an earlier file: every row is a duplicate.
    pub copies: Vec<&'a Arrival>,
    /// Every `extra_` column of any file, in order of name.
    pub extras: Vec<String>,
    /// The store a row belongs to, as SQL, where stores have further names (`stores::home`).
    pub home: Option<String>,
}

impl Work<'_> {
    /// View of all rows: `_id`, `_f`, `_record`, `_error` and the columns.
    pub fn rows(&self) -> String {
        format!("loading.{}_rows", self.table.name)
    }
    /// `_id`, `why` (duplicate, superseded, quarantine), `by` (`_id` of the row that stays), column, value, rule.
    pub fn drops(&self) -> String {
        format!("loading.{}_drops", self.table.name)
    }
    /// Rows that still stand.
    pub fn standing(&self) -> String {
        format!("loading.{}_standing", self.table.name)
    }
    /// The stored files of its rows, each once.
    pub fn parts(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let parts = self.files.iter().map(|arrival| arrival.staged().part.hash.clone());
        parts.filter(|part| seen.insert(part.clone())).collect()
    }
    /// Not every file has every column.
    pub fn uneven(&self) -> bool {
        self.files.iter().any(|arrival| arrival.staged().extras != self.files[0].staged().extras)
    }
    /// Names of the output columns.
    pub fn plain_columns(&self) -> Vec<String> {
        let own = self.table.columns.iter().map(|column| column.name.to_owned());
        own.chain(self.extras.iter().cloned()).collect()
    }
    /// A quoted column of the stored rows, `p`.
    fn column(&self, name: &str) -> String {
        match &self.home {
            Some(home) if name == "\"store_id\"" => format!("{home} as {name}"),
            Some(home) if name == "\"successor_id\"" => format!("{} as {name}", stores::over(home, "successor_id")),
            _ => format!("p.{name}"),
        }
    }
    /// The same, quoted.
    pub fn columns(&self) -> Vec<String> {
        self.plain_columns().iter().map(|name| quoted(name)).collect()
    }
}

/// What a store id may be: one of the stores, or another name of one.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub stores: &'a Work<'a>,
    pub aliases: &'a Work<'a>,
}

/// A number of rows or files as a cell.
pub(super) fn integer<N: TryInto<i64>>(number: N) -> Value {
    Value::Int(number.try_into().unwrap_or(i64::MAX))
}

/// Everything found, to tables and a report.
pub(super) fn merge(merge: &Merge, arrivals: &[Arrival], warnings: &Warnings) -> Result<Loaded> {
    let key = merge.key(arrivals, warnings)?;
    if let Some(loaded) = merge.made_before(&key, arrivals) {
        return Ok(loaded);
    }
    merge.progress.start("tables", TABLES.len() as u64);
    merge.engine.batch("drop schema if exists loading cascade; create schema loading;")?;
    let mut works: BTreeMap<&str, Work> =
        TABLES.iter().map(|table| (table.name, merge.work(table, arrivals))).collect();
    // Stores first, then their other names, for all others refer to them; the stores that others create come last.
    merge.open(&works["stores"])?;
    merge.open(&works["store_aliases"])?;
    keyed::settle(merge, &works["stores"])?;
    let mut tables = BTreeMap::new();
    let mut notes = Vec::new();
    let mut seconds = Vec::new();
    let known = Known { stores: &works["stores"], aliases: &works["store_aliases"] };
    let aliases = merge.keyed(known.aliases, known)?;
    let home = stores::home(merge, &aliases)?;
    tables.insert("store_aliases".to_owned(), aliases);
    let others = || TABLES.iter().map(|table| table.name).filter(|name| !matches!(*name, "stores" | "store_aliases"));
    for name in others() {
        if let Some(work) = works.get_mut(name) {
            work.home.clone_from(&home);
            merge.open(work)?;
        }
    }
    let known = Known { stores: &works["stores"], aliases: &works["store_aliases"] };
    // Who took over from whom is judged by the stores that all other rows leave.
    for name in others().filter(|name| *name != "store_successions") {
        let start = Instant::now();
        let work = &works[name];
        merge.progress.step(1, name);
        let table =
            if name == "transactions" { merge.sales(work, known, &mut notes)? } else { merge.keyed(work, known)? };
        tables.insert(name.to_owned(), table);
        seconds.push((format!("join the {name}"), start.elapsed().as_secs_f64()));
    }
    let start = Instant::now();
    merge.progress.step(1, "stores");
    let all = stores::finish(merge, &works["stores"], &tables)?;
    merge.progress.step(1, "store_successions");
    let successions = successions::table(merge, &works["store_successions"], &all)?;
    tables.insert("stores".to_owned(), successions::close(merge, all, &successions)?);
    tables.insert("store_successions".to_owned(), successions);
    let mut loaded = report::report(merge, &works, arrivals, tables, warnings)?;
    loaded.home = home;
    loaded.warnings.extend(notes);
    merge.engine.batch("drop schema loading cascade;")?;
    merge.store.remember(&key, &loaded)?;
    seconds.push(("settle stores and quarantine".to_owned(), start.elapsed().as_secs_f64()));
    loaded.seconds = seconds;
    Ok(loaded)
}

impl Merge<'_> {
    /// What an earlier run stored for the same files, where all of it still stands.
    fn made_before(&self, key: &str, arrivals: &[Arrival]) -> Option<Loaded> {
        let mut loaded: Loaded = self.store.made(key)?;
        if !loaded.tables.values().all(|table| self.store.has(table)) {
            return None;
        }
        for (report, arrival) in loaded.files.iter_mut().zip(arrivals) {
            report.cached = arrival.cached;
        }
        Some(loaded)
    }

    /// Hash of everything the result depends on. `today` counts only where a row lies after it.
    fn key(&self, arrivals: &[Arrival], warnings: &Warnings) -> Result<String> {
        let today = self.today.to_string();
        let future = arrivals.iter().any(|arrival| arrival.staged().newest.as_ref().is_some_and(|day| *day > today));
        let mut parts = vec![
            "merge".to_owned(),
            super::program().to_owned(),
            if future { today } else { String::new() },
            format!("{:?}", self.project.config.contract),
            format!("{}", self.project.config.project.money_scale),
            format!("{:?}", warnings.list()),
        ];
        for arrival in arrivals {
            let known = &arrival.known;
            parts.push(format!("{} {} {} {:?}", arrival.found.name, known.table, known.source, known.staged));
        }
        Ok(TableStore::key(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn sales(&self, work: &Work, known: Known, notes: &mut Vec<String>) -> Result<Table> {
        self.turn_away(work)?;
        let fresh = sound::fresh_sales(self, work, known)?;
        stores::check(self, work, known, &fresh)?;
        notes.extend(sales::settle(self, work, &fresh)?);
        sound::remember_sales(self, work, known)?;
        self.finish(work)
    }

    fn keyed(&self, work: &Work, known: Known) -> Result<Table> {
        if work.files.is_empty() {
            return self.empty(work);
        }
        if let Some(table) = sound::known(self, work, known)? {
            return Ok(table);
        }
        self.turn_away(work)?;
        stores::check(self, work, known, &sound::Fresh::All)?;
        keyed::settle(self, work)?;
        let table = self.finish(work)?;
        sound::remember(self, work, known, &table)?;
        Ok(table)
    }

    /// A table no file fills; most of the contract is, so it is written once.
    fn empty(&self, work: &Work) -> Result<Table> {
        let scale = self.project.config.project.money_scale.to_string();
        let key = TableStore::key(&["empty", super::program(), work.table.name, &scale]);
        if let Some(table) = self.store.made::<Table>(&key).filter(|table| self.store.has(table)) {
            return Ok(table);
        }
        let table = self.finish(work)?;
        self.store.remember(&key, &table)?;
        Ok(table)
    }

    fn work<'a>(&self, table: &'static TableSpec, arrivals: &'a [Arrival]) -> Work<'a> {
        let mut files: Vec<&Arrival> = Vec::new();
        let mut copies = Vec::new();
        let mut seen = BTreeSet::new();
        for arrival in arrivals.iter().filter(|arrival| std::ptr::eq(arrival.table, table)) {
            if seen.insert(&arrival.staged().content) {
                files.push(arrival);
            } else {
                copies.push(arrival);
            }
        }
        let mut extras: Vec<String> = files.iter().flat_map(|arrival| arrival.staged().extras.clone()).collect();
        extras.sort();
        extras.dedup();
        Work { table, files, copies, extras, home: None }
    }

    /// Creates the views and the empty list of drops.
    fn open(&self, work: &Work) -> Result<()> {
        let scale = self.project.config.project.money_scale;
        let mut columns = String::new();
        for column in work.table.columns {
            let _ = write!(columns, ", null::{} as {}", column.kind.sql(scale), quoted(column.name));
        }
        let from = if work.files.is_empty() {
            format!(
                "select 0::bigint as _id, 0::bigint as _f, 0::bigint as _record, null::varchar as _error{columns} where false"
            )
        } else {
            self.slots(work)?;
            format!(
                "select s._f * 1099511627776 + p._record as _id, s._f, p._record, p._error{}, {} \
                 from (select *, file_index::bigint as _part from {}) p \
                 join loading.{}_slots s on s._part = p._part and s._slot = p._file",
                if work.table.name == "transactions" { ", p._key" } else { "" },
                work.columns().iter().map(|name| work.column(name)).collect::<Vec<_>>().join(", "),
                self.reader(work, &work.parts()),
                work.table.name
            )
        };
        self.engine.batch(&format!(
            "create view {rows} as {from};
             create table {drops} (_id bigint, why varchar, by_id bigint, column_name varchar, value varchar, rule varchar);
             create view {standing} as select * from {rows} where _error is null and _id not in (select _id from {drops});",
            rows = work.rows(),
            drops = work.drops(),
            standing = work.standing(),
        ))
    }

    /// The table that leads from a file's rows (part and place in it) to the file's place.
    fn slots(&self, work: &Work) -> Result<()> {
        let parts: BTreeMap<String, usize> =
            work.parts().into_iter().enumerate().map(|(at, part)| (part, at)).collect();
        let name = format!("{}_slots", work.table.name);
        self.engine.batch(&format!("create table loading.{name} (_part bigint, _slot integer, _f bigint)"))?;
        let row = |(place, arrival): (usize, &&Arrival)| {
            let staged = arrival.staged();
            vec![integer(parts[&staged.part.hash]), integer(staged.slot), integer(place)]
        };
        self.engine.append("loading", &name, work.files.iter().enumerate().map(row))?;
        Ok(())
    }

    /// Reads stored parts of a table.
    fn reader(&self, work: &Work, parts: &[String]) -> String {
        let paths: Vec<String> = (parts.iter())
            .map(|hash| {
                let table = Table { hash: hash.clone(), rows: 0, parts: None };
                literal(&self.store.path(&table).to_string_lossy())
            })
            .collect();
        format!("read_parquet([{}], union_by_name = {})", paths.join(", "), work.uneven())
    }

    /// Rows dated after today.
    fn turn_away(&self, work: &Work) -> Result<()> {
        let Some(day) = work.table.columns.iter().find(|column| matches!(column.kind, Type::DayOf(_))) else {
            return Ok(());
        };
        let today = self.today.to_string();
        if !work.files.iter().any(|arrival| arrival.staged().newest.as_ref().is_some_and(|newest| *newest > today)) {
            return Ok(());
        }
        let Type::DayOf(moment) = day.kind else { return Ok(()) };
        self.engine.batch(&format!(
            "insert into {} select _id, 'quarantine', null, '{moment}', {}::varchar, 'future_date' from {} where {} > date {}",
            work.drops(),
            quoted(moment),
            work.standing(),
            day.name,
            literal(&today)
        ))
    }

    /// Writes what still stands, in order of file and record.
    fn finish(&self, work: &Work) -> Result<Table> {
        if work.table.name == "transactions" && !work.files.is_empty() {
            return parts::table(self, work);
        }
        self.keep(&keyed::select(work), work.table.name)
    }

    /// Stores a SELECT as a table.
    pub fn keep(&self, sql: &str, name: &str) -> Result<Table> {
        let scratch = self.store.scratch(&format!("merge-{name}"));
        let rows = self.engine.store(sql, &scratch)?;
        self.store.keep(&scratch, rows)
    }

    pub fn count(&self, sql: &str) -> Result<u64> {
        let frame = self.engine.query(sql)?;
        let value = frame.rows.first().and_then(|row| row.first()).and_then(crate::warehouse::Value::as_i64);
        u64::try_from(value.unwrap_or(0)).map_err(|_| Problem::failed("a count cannot be negative"))
    }

    /// Whether stores are made from the rows that name them.
    pub fn creates_stores(&self, stores: &Work) -> bool {
        stores.files.is_empty() || self.project.config.contract.unknown_store == UnknownStore::Create
    }
}
