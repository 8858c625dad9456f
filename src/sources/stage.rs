//! One file to one stored table: typed columns, the number of each record, and what is wrong with it.
//!
//! The table's content depends on the file's bytes and the mapping alone, so a file seen before is not read again.

mod query;

use serde::{Deserialize, Serialize};

use super::contract::Type;
use super::dates;
use super::discover::Found;
use super::intake::Plain;
use super::mapping::Mapping;
use super::shape::{Opened, Shape};
use super::{json, structure};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, Engine, Table, TableStore, literal, quoted};
use query::{Query, reader};

/// What one file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    pub table: Table,
    /// Records that passed the filter, broken ones counted.
    pub rows: u64,
    pub filtered: u64,
    pub errors: u64,
    /// Money values that had more decimals than the project's money.
    pub rounded: u64,
    /// Ids that were written like 4.0128e+10 and stand for a whole number.
    pub exact: u64,
    /// Newest business day among the sound rows.
    pub newest: Option<String>,
    pub warnings: Vec<String>,
    /// Names of the `extra_` columns.
    pub extras: Vec<String>,
    /// The file names the lines of its transactions itself.
    pub line_mapped: bool,
}

pub struct Stager<'a> {
    pub project: &'a Project,
    pub store: &'a TableStore,
    pub engine: &'a DuckDb,
}

impl Stager<'_> {
    /// The stored table of a file, and whether it came from the cache.
    pub fn stage(&self, file: &Found, opened: &mut Opened, mapping: &Mapping) -> Result<(Staged, bool)> {
        let section = &self.project.config.project;
        let settings = format!(
            "{} {} {} {} {:?}",
            section.timezone,
            section.currency,
            section.money_scale,
            self.project.day_start()?,
            mapping
        );
        let key = TableStore::key(&["stage", super::program(), &opened.hash, opened.shape.format.name(), &settings]);
        if let Some(staged) = self.store.made::<Staged>(&key)
            && self.store.has(&staged.table)
        {
            return Ok((staged, true));
        }
        opened.plain(file, self.store)?;
        let Some(plain) = &opened.plain else { return Err(Problem::failed("the file is not open").at(&file.path)) };
        let source = self.source(file, plain, &opened.shape, &key)?;
        let staged = self.make(file, &source, &opened.shape, mapping, &key)?;
        self.store.remember(&key, &staged)?;
        Ok((staged, false))
    }

    fn source(&self, file: &Found, plain: &Plain, shape: &Shape, key: &str) -> Result<Source> {
        let mut source = Source { reader: String::new(), numbered: false, broken: None, copies: Vec::new() };
        let mut path = plain.path.clone();
        if shape.structure.copy {
            let copy = Plain::own(self.store.scratch(&format!("copy-{key}")).with_extension("txt"));
            let aside = Plain::own(self.store.scratch(&format!("aside-{key}")).with_extension("txt"));
            match (&shape.layout, shape.format) {
                (Some(layout), _) => {
                    structure::copy(&plain.path, layout, &shape.structure, &copy.path, &aside.path)?;
                }
                _ => json::copy(&plain.path, &copy.path, &aside.path).map_err(|problem| problem.at(&file.path))?,
            }
            path.clone_from(&copy.path);
            source.numbered = true;
            source.broken = Some(format!(
                "read_csv({}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', \
                 columns = {{'record': 'bigint', 'value': 'varchar', 'rule': 'varchar'}})",
                literal(&aside.path.to_string_lossy())
            ));
            source.copies = vec![copy, aside];
        }
        source.reader = reader(&path.to_string_lossy(), shape, source.numbered);
        Ok(source)
    }

    fn make(&self, file: &Found, source: &Source, shape: &Shape, mapping: &Mapping, key: &str) -> Result<Staged> {
        let orders = dates::orders(self.engine, &source.reader, shape, mapping)?;
        let query = Query { project: self.project, source, shape, mapping, orders: &orders.by_column };
        let scratch = self.store.scratch(key);
        let written = self.engine.store(&query.sql()?, &scratch).map_err(|problem| {
            if mapping.config.filter.is_some() && problem.message().contains("inder Error") {
                return super::binding::place(self.project, mapping.section.unwrap_or(0), "filter", problem);
            }
            Problem::failed(format!("this file could not be read: {}", problem.message())).at(&file.path)
        })?;
        let day = mapping.table.columns.iter().find(|column| matches!(column.kind, Type::DayOf(_)));
        let newest = day
            .map_or("null".to_owned(), |day| format!("(max({}) filter (_error is null))::varchar", quoted(day.name)));
        let stats = self.engine.query(&format!(
            "select count(_error), coalesce(sum(_rounded), 0)::bigint, {newest}, coalesce(sum(_exact), 0)::bigint from read_parquet({})",
            literal(&scratch.to_string_lossy())
        ))?;
        let count = |at: usize| stats.rows[0][at].as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        if mapping.config.filter.is_none() && written != shape.structure.rows {
            return Err(Problem::failed(format!(
                "{} records stand in this file, but {written} could be read",
                shape.structure.rows
            ))
            .at(&file.path)
            .hint("check the quotation marks of the file"));
        }
        let table = self.store.keep(&scratch, written)?;
        Ok(Staged {
            table,
            rows: written,
            filtered: shape.structure.rows.saturating_sub(written),
            errors: count(0),
            rounded: count(1),
            exact: count(3),
            newest: stats.rows[0][2].as_str().map(str::to_owned),
            warnings: orders.warnings.iter().map(|text| format!("data/{}: {text}", file.name)).collect(),
            extras: mapping.extras.iter().map(|(_, name)| name.clone()).collect(),
            line_mapped: mapping.get("line_no").is_some(),
        })
    }
}

/// Where the rows of a file are read from.
struct Source {
    reader: String,
    /// The rows carry their number in a first column.
    numbered: bool,
    /// The rows that cannot be read.
    broken: Option<String>,
    /// Files that live as long as this value.
    #[allow(dead_code)]
    copies: Vec<Plain>,
}
