//! From files to contract tables: discover, decode, map, validate, quarantine.
//!
//! [`load`] reads every file below `data/` into one stored table each (`stage`), then joins them table by table
//! (`merge`). On every load: rows in = loaded + quarantined + identical duplicates + superseded.

mod arrive;
mod binding;
mod chunks;
mod clean;
pub mod contract;
mod dates;
mod decode;
mod discover;
pub mod drops;
mod headers;
mod inspect;
mod intake;
mod json;
mod mapping;
mod mended;
mod merge;
mod places;
mod presets;
mod quarantine;
mod recognise;
mod records;
mod rejected;
mod report;
mod returned;
mod schema;
mod shape;
mod sniff;
mod stage;
mod structure;
mod unpack;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
pub use crate::progress::Progress;
use crate::project::Project;
use crate::warehouse::{DuckDb, Table, TableStore};
use arrive::Arrival;
use binding::Binding;
use discover::Found;
use recognise::Rules;
use stage::Stager;

pub use discover::unfinished;
pub use inspect::{Inspection, MappedColumn, inspect, toml};
pub use places::{OrderKey, Origin, order_places};
pub use presets::{Preset, Presets};
pub use quarantine::{begins_formula, write_quarantine};
pub use rejected::{Reason, RejectedRows, reason, rejected};
pub use returned::{FIELD_NOTES, SCHEMA_FORMAT};
pub use schema::{Columns, FileSchema, MappedFrom};

/// What a load gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Loaded {
    /// Contract tables, every one present, also empty; and `quarantine`, `files`, `row_history`, `store_files`.
    pub tables: BTreeMap<String, Table>,
    pub files: Vec<FileReport>,
    /// The first thousand; the table `quarantine` holds all.
    pub quarantined: Vec<Quarantined>,
    pub counts: Counts,
    /// Newest accepted business day of a sale.
    #[serde(with = "day")]
    pub newest: Option<Date>,
    pub warnings: Vec<String>,
    /// The store that a `store_id` of a file means, as SQL, where stores have further names.
    #[serde(default)]
    pub home: Option<String>,
    /// The files of sales, to find the place of an order again; found anew by every load.
    #[serde(skip)]
    pub origins: Vec<Origin>,
    /// Seconds of each step of this load, in order.
    #[serde(skip)]
    pub seconds: Vec<(String, f64)>,
    /// By the path of the file; found anew by every load.
    #[serde(skip)]
    pub schemas: BTreeMap<String, FileSchema>,
    /// Rows that were put right; found anew by every load.
    #[serde(skip)]
    mends: mended::Mends,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// Relative to the project: `data/pos/s01.csv`.
    pub path: String,
    pub source: String,
    pub table: String,
    pub rows_in: u64,
    pub loaded: u64,
    pub quarantined: u64,
    pub duplicates: u64,
    pub superseded: u64,
    /// Rows of the quarantine that were put right and stand in the place of those that were turned away.
    #[serde(default)]
    pub mended: u64,
    /// Newest business day it brought.
    pub newest: Option<String>,
    /// It was not read again.
    pub cached: bool,
}

/// One row that was turned away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    pub source: String,
    pub table: String,
    pub file: String,
    pub line: u64,
    pub record: u64,
    pub column: String,
    pub value: String,
    pub rule: String,
}

/// Sums over all files. `filtered` rows are not among `rows_in`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub rows_in: u64,
    pub loaded: u64,
    pub quarantined: u64,
    pub duplicates: u64,
    pub superseded: u64,
    pub filtered: u64,
    pub rounded: u64,
    /// Of `rows_in`.
    #[serde(default)]
    pub mended: u64,
}

/// A day in a cache record: text, or nothing.
mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(serializer)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}

/// Remarks, each once, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Vec<String>);

impl Warnings {
    fn push(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.0.contains(&text) {
            self.0.push(text);
        }
    }
    fn list(&self) -> &[String] {
        &self.0
    }
}

/// Hash of this module's own text: part of every key, so that no cache outlives the rules that made it.
fn program() -> &'static str {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| {
        let contract = format!("{:?}", contract::TABLES);
        TableStore::key(&[
            &contract,
            include_str!("chunks.rs"),
            include_str!("clean.sql"),
            include_str!("clean.rs"),
            include_str!("dates.rs"),
            include_str!("decode.rs"),
            include_str!("json.rs"),
            include_str!("mended.rs"),
            include_str!("merge.rs"),
            include_str!("merge/keyed.rs"),
            include_str!("merge/parts.rs"),
            include_str!("merge/sales.rs"),
            include_str!("merge/sound.rs"),
            include_str!("merge/stores.rs"),
            include_str!("places.rs"),
            include_str!("records.rs"),
            include_str!("report.rs"),
            include_str!("returned.rs"),
            include_str!("shape.rs"),
            include_str!("sniff.rs"),
            include_str!("stage.rs"),
            include_str!("stage/query.rs"),
            include_str!("stage/query/brought.rs"),
            include_str!("structure.rs"),
            include_str!("unpack/archive.rs"),
            include_str!("unpack/cell.rs"),
            include_str!("unpack/html.rs"),
            include_str!("unpack/mod.rs"),
            include_str!("unpack/workbook.rs"),
        ])
    })
}

/// Loads every file of the project. `engine` may read files; `today` bounds the dates of the rows.
pub fn load(
    project: &Project,
    store: &TableStore,
    engine: &DuckDb,
    today: Date,
    progress: &dyn Progress,
) -> Result<Loaded> {
    let mut warnings = Warnings::default();
    let presets = Presets::of(project)?;
    let bindings = binding::bindings(project, &presets)?;
    let (found, manifests) = discover::all(&project.data(), &mut warnings)?;
    drops::check(&manifests, store)?;
    let (found, mends) = mended::gather(unpack::expand(found, store)?, store, &mut warnings)?;
    failpoint("sources-found");
    warn_of_idle_bindings(&bindings, &found, &mut warnings);
    warn_of_claims(&bindings, &found, &mut warnings);
    clean::define(project, engine)?;
    let stager = Stager::new(project, store, engine)?;
    let mut seconds = Vec::new();
    let arrivals = arrive::arrive(
        &stager,
        &Rules { project, bindings: &bindings, presets: &presets },
        found,
        (&mut warnings, &mut seconds),
        progress,
    )?;
    if arrivals.is_empty() {
        return Err(nothing(project, &warnings));
    }
    let mut loaded = merge::merge(&merge::Merge { project, store, engine, today, progress }, &arrivals, &warnings)?;
    loaded.schemas = arrivals.iter().map(|arrival| (report::shown(arrival), schema::of(arrival))).collect();
    loaded.origins = Origin::all(&arrivals, loaded.home.as_ref());
    loaded.tables.insert("store_files".into(), places::store_files(store, engine, &loaded.origins, today)?);
    loaded.mends = mends;
    seconds.append(&mut loaded.seconds);
    Ok(Loaded { seconds, ..loaded })
}

fn warn_of_idle_bindings(bindings: &[Binding], found: &[Found], warnings: &mut Warnings) {
    let mut idle = BTreeSet::new();
    for binding in bindings {
        if !found.iter().any(|file| binding.takes(file)) && idle.insert(&binding.config.files) {
            warnings.push(format!(
                "storebook.toml: no file below data/ matches files = {:?} of the [[source]] for {}",
                binding.config.files, binding.table.name
            ));
        }
    }
}

/// A file two sections ask for is read by the first one only, which they may not have meant.
fn warn_of_claims(bindings: &[Binding], found: &[Found], warnings: &mut Warnings) {
    for file in found {
        let mut tables = bindings.iter().filter(|binding| binding.takes(file)).map(|binding| binding.table.name);
        if let (Some(first), Some(second)) = (tables.next(), tables.next()) {
            warnings.push(format!(
                "data/{}: two [[source]] sections take it; it is read as {first}, and not again as {second}",
                file.name
            ));
        }
    }
}

fn nothing(project: &Project, warnings: &Warnings) -> Problem {
    let seen = warnings.list();
    let message = if seen.is_empty() {
        "there is no data to load".to_owned()
    } else {
        format!("there is no data to load: {}", seen.join("; "))
    };
    Problem::failed(message)
        .at(project.data())
        .hint("put CSV, TSV, JSON or Parquet exports into data/, or try `storebook demo DIR` for a sample chain")
}

#[cfg(test)]
mod tests;
