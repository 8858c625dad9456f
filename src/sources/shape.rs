//! The shape of a file: its columns, first rows and number of records, whatever its format.

use serde::{Deserialize, Serialize};

use super::discover::Found;
use super::intake::{self, Format, Plain, Told};
use super::json;
use super::mended::{self, Mended};
use super::sniff::{self, Layout};
use super::structure::{self, Structure};
use crate::problem::{Problem, Result};
use crate::project::SourceConfig;
use crate::warehouse::{DuckDb, Engine, TableStore, literal, quoted};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub format: Format,
    /// Of the file as it came; none for tables.
    pub encoding: Option<String>,
    pub names: Vec<String>,
    pub samples: Vec<Vec<String>>,
    pub structure: Structure,
    /// Delimited text only.
    pub layout: Option<Layout>,
    /// JSON only: one array instead of lines.
    pub array: bool,
    /// The engine reads a copy: the file is packed, lies in another one, or is no UTF-8 text.
    pub copied: bool,
    /// JSON only: the array whose elements are the rows.
    pub exploded: Option<String>,
}

impl Shape {
    /// `CSV`, or `CSV, GBK`.
    pub fn described(&self) -> String {
        match &self.encoding {
            Some(encoding) if self.is_decoded() => format!("{}, {encoding}", self.format.name()),
            _ => self.format.name().to_owned(),
        }
    }

    /// What was known of the file when it was opened.
    fn told(&self) -> Told<'_> {
        Told { encoding: self.encoding.as_deref(), explode: self.exploded.as_deref() }
    }

    /// Whether the file as it came is not what the engine can read.
    pub fn is_decoded(&self) -> bool {
        self.encoding.as_deref().is_some_and(|name| name != encoding_rs::UTF_8.name())
    }
}

/// A file with its hash, its shape, and, if it had to be opened, its plain form.
#[derive(Debug)]
pub struct Opened {
    pub hash: String,
    pub shape: Shape,
    pub plain: Option<Plain>,
    /// What came of rows that were put right.
    pub mended: Mended,
}

impl Opened {
    /// The plain form, opened now if the shape came from the cache.
    pub fn plain(&mut self, file: &Found, store: &TableStore) -> Result<&Plain> {
        if self.plain.is_none() {
            self.plain = Some(intake::open(file, self.shape.format, &self.shape.told(), &self.hash, store)?);
        }
        self.plain.as_ref().ok_or_else(|| Problem::failed("a file that was opened is open").at(&file.path))
    }
}

/// What the settings say that decides the shape of a file.
pub fn told_of(config: &SourceConfig) -> String {
    format!("{:?} {:?} {:?} {:?} {:?}", config.delimiter, config.header, config.fields, config.encoding, config.explode)
}

/// Reads the shape of a file, or finds it in the cache. No columns: the file is empty.
pub fn open(
    file: &Found,
    format: Format,
    config: Option<&SourceConfig>,
    store: &TableStore,
    engine: &DuckDb,
) -> Result<Opened> {
    if let Some(patch) = &file.mended {
        return mended::open(file, patch, format, config, (store, engine));
    }
    let hash = intake::hash(file, store)?;
    let told = config.map(told_of).unwrap_or_default();
    let key = TableStore::key(&["shape", super::program(), format.name(), &hash, &told]);
    if let Some(shape) = store.made::<Shape>(&key) {
        return Ok(Opened { hash, shape, plain: None, mended: Mended::default() });
    }
    let told = Told {
        encoding: config.and_then(|config| config.encoding.as_deref()),
        explode: config.and_then(|config| config.explode.as_deref()).filter(|_| format == Format::Json),
    };
    let plain = intake::open(file, format, &told, &hash, store)?;
    let mut shape = match format {
        Format::Text | Format::Sheet | Format::Html => {
            text(&plain, format, config).map_err(|problem| problem.at(&file.path))?
        }
        Format::Json => {
            let json = json::scan(&plain.path, &file.path)?;
            Shape {
                format,
                encoding: plain.encoding.map(ToOwned::to_owned),
                names: json.keys,
                samples: json.samples,
                structure: json.structure,
                layout: None,
                array: json.array,
                copied: false,
                exploded: None,
            }
        }
        Format::Parquet => parquet(&plain, engine).map_err(|problem| {
            Problem::failed(format!("this is not a Parquet file that can be read: {}", problem.message()))
                .at(&file.path)
                .hint("export it again, or save it as CSV")
        })?,
    };
    shape.copied = plain.path != file.path;
    shape.exploded = told.explode.map(ToOwned::to_owned);
    if worth_keeping(&plain) {
        store.remember(&key, &shape)?;
    }
    Ok(Opened { hash, shape, plain: Some(plain), mended: Mended::default() })
}

/// A small file is looked at again as fast as its record is read.
fn worth_keeping(plain: &Plain) -> bool {
    std::fs::metadata(&plain.path).is_ok_and(|data| data.len() > SMALL)
}

/// Columns.
const WIDEST: usize = 2000;

/// Bytes.
pub const SMALL: u64 = 4 << 20;

fn text(plain: &Plain, format: Format, config: Option<&SourceConfig>) -> Result<Shape> {
    let mut layout = if format.is_table() {
        // What the settings say of delimiters is meant for texts.
        let config = config.map(|config| SourceConfig { delimiter: Some(",".into()), ..config.clone() });
        sniff::layout(
            &plain.path,
            Some(&config.unwrap_or_else(|| SourceConfig { delimiter: Some(",".into()), ..SourceConfig::default() })),
        )?
    } else {
        sniff::layout(&plain.path, config)?
    };
    if let Some(layout) = layout.as_mut().filter(|_| format.is_table()) {
        layout.by_record = true;
        layout.header_line = layout.header_line.map(|_| layout.skip);
    }
    if let Some(columns) = layout.as_ref().map(|layout| layout.names.len()).filter(|columns| *columns > WIDEST) {
        return Err(Problem::failed(format!("this file has {columns} columns, and a table has at most {WIDEST}"))
            .line(layout.as_ref().and_then(|layout| layout.header_line).unwrap_or(1))
            .hint("if that is not so, say what separates them: delimiter = \"…\" in a [[source]]"));
    }
    let structure = match &layout {
        Some(layout) => structure::scan(&plain.path, layout)?,
        None => Structure::default(),
    };
    Ok(Shape {
        format,
        encoding: plain.encoding.map(ToOwned::to_owned),
        names: layout.as_ref().map(|layout| layout.names.clone()).unwrap_or_default(),
        samples: layout.as_mut().map(|layout| std::mem::take(&mut layout.samples)).unwrap_or_default(),
        structure,
        layout,
        array: false,
        copied: false,
        exploded: None,
    })
}

fn parquet(plain: &Plain, engine: &DuckDb) -> Result<Shape> {
    let from = format!("read_parquet({})", literal(&plain.path.to_string_lossy()));
    let names: Vec<String> =
        engine.describe(&format!("from {from}"))?.iter().map(|column| column.name.clone()).collect();
    let texts: Vec<String> = names.iter().map(|name| format!("{}::varchar", quoted(name))).collect();
    let rows = engine.query(&format!("select count(*) from {from}"))?.rows[0][0].as_i64().unwrap_or(0);
    let samples = engine.query(&format!("select {} from {from} limit 200", texts.join(", ")))?;
    let structure = Structure { rows: u64::try_from(rows).unwrap_or(0), lines: vec![(1, 1)], ..Structure::default() };
    Ok(Shape {
        format: Format::Parquet,
        encoding: None,
        names,
        samples: samples.rows.iter().map(|row| row.iter().map(crate::warehouse::Value::plain).collect()).collect(),
        structure,
        layout: None,
        array: false,
        copied: false,
        exploded: None,
    })
}
