//! Files to stored tables: typed columns, the number of each record, and what is wrong with it.
//!
//! A table's content depends on the bytes of its files and their mappings alone, so a file seen before is not read
//! again. Files of one shape are read by one query: planning it takes longer than reading a small file.

mod query;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contract::Type;
use super::dates::{self, Orders};
use super::discover::Found;
use super::intake::{self, Format, Plain};
use super::mapping::{From, Mapping};
use super::mended::Mended;
use super::shape::{Opened, Shape};
use super::{json, schema, structure};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, Engine, Frame, Table, TableStore, literal, quoted};
use query::{Query, reader};

/// What one file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// The stored rows of this file and of those that were read together with it.
    pub part: Table,
    /// Place of this file in the part (its column `_file`), and how many there are.
    pub slot: u64,
    pub slots: u64,
    /// Names what the rows were made from: the bytes of the file and how they are read.
    pub content: String,
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
    /// Some key may stand twice.
    pub repeats: bool,
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
    /// What all tables depend on beside files and mappings.
    settings: String,
}

/// A sound text file that may be read together with others.
pub struct Ready {
    pub found: Found,
    pub shape: Shape,
    pub mapping: Mapping,
    /// Taken before the first rows go, which tell the form of each column.
    pub columns: schema::Columns,
    pub hash: String,
    pub key: String,
    orders: Orders,
}

/// What one query reads.
struct Batch<'a> {
    source: Source,
    shape: &'a Shape,
    mapping: &'a Mapping,
    orders: &'a Orders,
    files: Vec<Slot<'a>>,
    constants: BTreeMap<&'static str, Vec<String>>,
}

struct Slot<'a> {
    found: &'a Found,
    key: &'a str,
    rows: u64,
    warnings: &'a [String],
}

impl<'a> Stager<'a> {
    pub fn new(project: &'a Project, store: &'a TableStore, engine: &'a DuckDb) -> Result<Stager<'a>> {
        let section = &project.config.project;
        // Rows hold hashes, which another version of the engine may compute in another way.
        let version = engine.query("select version()")?.rows[0][0].plain();
        let settings = format!(
            "{} {} {} {} {version}",
            section.timezone,
            section.currency,
            section.money_scale,
            project.day_start()?
        );
        Ok(Stager { project, store, engine, settings })
    }

    /// Everything that the rows of every file depend on.
    pub fn settings(&self) -> String {
        TableStore::key(&[super::program(), &self.settings])
    }

    /// Names what a file's rows are made from.
    pub fn key(&self, opened: &Opened, mapping: &Mapping) -> String {
        TableStore::key(&[
            "stage",
            &self.settings(),
            &opened.hash,
            opened.shape.format.name(),
            &mapping.fingerprint(true),
        ])
    }

    /// What this key gave before, if its rows are still there.
    pub fn known(&self, key: &str) -> Option<Staged> {
        self.store.made::<Staged>(key).filter(|staged| self.store.has(&staged.part))
    }

    /// Stages a file by itself.
    pub fn alone(&self, file: &Found, opened: &mut Opened, mapping: &Mapping, key: &str) -> Result<Staged> {
        opened.plain(file, self.store)?;
        let Some(plain) = &opened.plain else { return Err(Problem::failed("the file is not open").at(&file.path)) };
        let source = self.source(file, plain, &opened.shape, key)?;
        let orders = dates::orders(self.engine, &source.reader, &opened.shape, mapping)?;
        let rows = opened.shape.structure.rows;
        let batch = Batch {
            source,
            shape: &opened.shape,
            mapping,
            orders: &orders,
            files: vec![Slot { found: file, key, rows, warnings: &orders.warnings }],
            constants: BTreeMap::new(),
        };
        let staged = self.make(&batch)?.pop();
        staged.ok_or_else(|| Problem::failed("this file could not be read").at(&file.path))
    }

    /// Prepares a file for being read with others; gives it back if it must be read alone.
    pub fn ready(&self, found: &Found, opened: &Opened, mapping: &Mapping, key: &str) -> Result<Option<Ready>> {
        let shape = &opened.shape;
        if shape.format != Format::Text || shape.structure.copy || shape.copied || mapping.config.filter.is_some() {
            return Ok(None);
        }
        let from = reader(&[found.path.to_string_lossy().into_owned()], shape, false);
        let orders = dates::orders(self.engine, &from, shape, mapping)?;
        // Without the first rows, which would fill the memory when there are thousands of files.
        let shape = Shape {
            format: shape.format,
            encoding: shape.encoding.clone(),
            names: shape.names.clone(),
            samples: Vec::new(),
            structure: shape.structure.clone(),
            layout: shape.layout.clone(),
            array: shape.array,
            copied: shape.copied,
            exploded: shape.exploded.clone(),
        };
        let columns = schema::columns(mapping, &opened.shape);
        let (hash, key) = (opened.hash.clone(), key.to_owned());
        Ok(Some(Ready { found: found.clone(), shape, mapping: mapping.clone(), columns, hash, key, orders }))
    }

    /// Stages files of one `kind` with one query; each by itself if that fails, so that the message names the file.
    pub fn together(&self, files: &[&Ready]) -> Result<Vec<Staged>> {
        if let [first, _, ..] = files {
            match self.batch(first, files) {
                Ok(staged) => return Ok(staged),
                Err(problem) => {
                    tracing::info!("{} files could not be read together: {}", files.len(), problem.message());
                }
            }
        }
        files
            .iter()
            .map(|file| {
                let mut opened = Opened {
                    hash: file.hash.clone(),
                    shape: file.shape.clone(),
                    plain: Some(Plain::borrowed(&file.found.path)),
                    mended: Mended::default(),
                };
                let batch = [*file];
                match self.batch(file, &batch) {
                    Ok(mut staged) => staged.pop().ok_or_else(|| Problem::failed("no rows").at(&file.found.path)),
                    Err(_) => self.alone(&file.found, &mut opened, &file.mapping, &file.key),
                }
            })
            .collect()
    }

    fn batch(&self, first: &Ready, files: &[&Ready]) -> Result<Vec<Staged>> {
        let mut shape = first.shape.clone();
        for file in files {
            // What is in the cells of any of them.
            let (all, own) = (&mut shape.structure, &file.shape.structure);
            all.quotes |= own.quotes;
            all.spanning |= own.spanning;
            all.marks.truncate(own.marks.len());
            all.marks.iter_mut().zip(&own.marks).for_each(|(mark, own)| *mark |= own);
        }
        let paths: Vec<String> = files.iter().map(|file| file.found.path.to_string_lossy().into_owned()).collect();
        let reader = reader(&paths, &shape, false);
        let mut constants = BTreeMap::new();
        for mapped in first.mapping.columns.iter().filter(|mapped| matches!(mapped.from, From::Constant(_))) {
            let texts: Vec<String> = (files.iter())
                .map(|file| match file.mapping.get(mapped.column.name).map(|mapped| &mapped.from) {
                    Some(From::Constant(text)) => text.clone(),
                    _ => String::new(),
                })
                .collect();
            if texts.iter().any(|text| *text != texts[0]) {
                constants.insert(mapped.column.name, texts);
            }
        }
        self.make(&Batch {
            source: Source { reader, numbered: false, broken: None, copies: Vec::new() },
            shape: &shape,
            mapping: &first.mapping,
            orders: &first.orders,
            files: (files.iter())
                .map(|file| Slot {
                    found: &file.found,
                    key: &file.key,
                    rows: file.shape.structure.rows,
                    warnings: &file.orders.warnings,
                })
                .collect(),
            constants,
        })
    }

    fn source(&self, file: &Found, plain: &Plain, shape: &Shape, key: &str) -> Result<Source> {
        let mut source = Source { reader: String::new(), numbered: false, broken: None, copies: Vec::new() };
        let mut path = plain.path.clone();
        if shape.structure.copy {
            let copy = Plain::own(intake::fresh(self.store, &format!("copy-{key}")).with_extension("txt"));
            let aside = Plain::own(intake::fresh(self.store, &format!("aside-{key}")).with_extension("txt"));
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
        source.reader = reader(&[path.to_string_lossy().into_owned()], shape, source.numbered);
        Ok(source)
    }

    /// Runs the query of a batch and looks at what each file gave.
    fn make(&self, batch: &Batch) -> Result<Vec<Staged>> {
        let mapping = batch.mapping;
        let first = &batch.files[0];
        let mut bases = Vec::new();
        batch.files.iter().fold(0, |before, slot| {
            bases.push(before);
            before + slot.rows
        });
        let query = Query {
            project: self.project,
            source: &batch.source,
            shape: batch.shape,
            mapping,
            orders: &batch.orders.by_column,
            bases: &bases,
            constants: &batch.constants,
        };
        let scratch = intake::fresh(self.store, first.key);
        let written = self.engine.store(&query.sql()?, &scratch).map_err(|problem| {
            if let Some(origin) = &mapping.origin
                && problem.message().contains("inder Error")
            {
                if mapping.config.filter.is_some() {
                    return origin.place(self.project, "filter", problem);
                }
                if !mapping.config.expressions.is_empty() {
                    return origin.place(self.project, "expressions", problem);
                }
            }
            Problem::failed(format!("this file could not be read: {}", problem.message())).at(&first.found.path)
        })?;
        let counted = self.counted(&scratch, mapping)?;
        let part = self.store.keep(&scratch, written)?;
        let mut all = Vec::new();
        for (place, slot) in batch.files.iter().enumerate() {
            let row =
                counted.rows.iter().find(|row| row[0].as_i64().and_then(|n| usize::try_from(n).ok()) == Some(place));
            let count = |at: usize| row.and_then(|row| u64::try_from(row[at].as_i64()?).ok()).unwrap_or(0);
            if mapping.config.filter.is_none() && count(1) != slot.rows {
                return Err(Problem::failed(format!(
                    "{} records stand in this file, but {} could be read",
                    slot.rows,
                    count(1)
                ))
                .at(&slot.found.path)
                .hint("check the quotation marks of the file"));
            }
            let staged = Staged {
                part: part.clone(),
                slot: place as u64,
                slots: batch.files.len() as u64,
                content: slot.key.to_owned(),
                rows: count(1),
                filtered: slot.rows.saturating_sub(count(1)),
                errors: count(2),
                rounded: count(3),
                exact: count(4),
                repeats: count(5) > 0,
                newest: row.and_then(|row| row[6].as_str()).map(str::to_owned),
                warnings: slot.warnings.iter().map(|text| format!("data/{}: {text}", slot.found.name)).collect(),
                extras: mapping.extras.iter().map(|(_, name)| name.clone()).collect(),
                line_mapped: mapping.get("line_no").is_some(),
            };
            self.store.remember(slot.key, &staged)?;
            all.push(staged);
        }
        Ok(all)
    }

    /// One row per file: place, rows, errors, rounded, exact, whether a key may stand twice, newest day.
    fn counted(&self, scratch: &std::path::Path, mapping: &Mapping) -> Result<Frame> {
        let table = mapping.table;
        let day = table.columns.iter().find(|column| matches!(column.kind, Type::DayOf(_)));
        let newest = day
            .map_or("null".to_owned(), |day| format!("(max({}) filter (_error is null))::varchar", quoted(day.name)));
        let key: Vec<String> = table.key.iter().map(|name| quoted(name)).collect();
        let key = match table.name {
            // Lines without a number of their own were counted: no two are the same.
            "transactions" if mapping.get("line_no").is_none() => None,
            "transactions" => Some("_key, line_no".to_owned()),
            _ => Some(key.join(", ")),
        };
        let repeats = key.map_or("0".to_owned(), |key| {
            format!("(count(*) filter (_error is null) - count(distinct hash({key})) filter (_error is null))::bigint")
        });
        self.engine.query(&format!(
            "select _file, count(*), count(_error), coalesce(sum(_rounded), 0)::bigint, coalesce(sum(_exact), 0)::bigint, \
             {repeats}, {newest} from read_parquet({}) group by _file",
            literal(&scratch.to_string_lossy())
        ))
    }
}

impl Ready {
    /// Files of one kind can be read by one query.
    pub fn kind(&self) -> String {
        let layout = self.shape.layout.as_ref();
        format!(
            "{} {:?} {:?} {:?} {:?}",
            self.mapping.fingerprint(false),
            self.shape.names,
            layout.map(|layout| (layout.delimiter, layout.skip, layout.header_line)),
            self.orders.by_column,
            self.shape.structure.marks.len(),
        )
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
