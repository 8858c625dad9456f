//! Which column of a file fills which column of the contract, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::binding::{Binding, Origin};
use super::contract::{ColumnSpec, TableSpec};
use super::discover::Found;
use super::headers::{self, Verdict};
use super::mended;
use super::returned::{self, Returned};
use super::shape::Shape;
use crate::discreet;
use crate::problem::{Problem, Result};
use crate::project::{Project, SourceConfig};

/// Where a contract column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// Position of the file's column.
    Header(usize),
    /// Text around parts.
    Composed(Vec<Part>),
    Constant(String),
    /// SQL over the columns of the file.
    Expression(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Header(usize),
    /// Number of the record in its file.
    Number,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    pub column: &'static ColumnSpec,
    pub from: From,
    /// Why, for `inspect`.
    pub reason: String,
}

/// How one file fills one contract table.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub table: &'static TableSpec,
    pub source: String,
    pub id_space: String,
    pub columns: Vec<Mapped>,
    /// Position of the file's column, and its name in the table.
    pub extras: Vec<(usize, String)>,
    /// Where its settings are written.
    pub origin: Option<Origin>,
    /// The known export the file is.
    pub preset: Option<String>,
    /// The file was written by `storebook export`.
    pub returned: Option<Returned>,
    pub config: SourceConfig,
}

impl Mapping {
    /// Everything in which two mappings of one table can differ. With `constants` left out, it is the same for files
    /// that differ in their constants only.
    pub fn fingerprint(&self, constants: bool) -> String {
        let columns: Vec<String> = (self.columns.iter())
            .map(|mapped| match &mapped.from {
                From::Constant(_) if !constants => format!("{} constant", mapped.column.name),
                from => format!("{} {from:?}", mapped.column.name),
            })
            .collect();
        format!(
            "{} {:?} {:?} {columns:?} {:?} {:?} {:?} {:?}",
            self.table.name, self.source, self.id_space, self.extras, self.origin, self.returned, self.config
        )
    }
    /// The same, of a known export.
    pub fn of_export(self, preset: Option<String>) -> Mapping {
        Mapping { preset, ..self }
    }
    pub fn get(&self, name: &str) -> Option<&Mapped> {
        self.columns.iter().find(|mapped| mapped.column.name == name)
    }
}

/// The mapping of a file bound by a `[[source]]`.
pub fn bound(project: &Project, binding: &Binding, file: &Found, shape: &Shape) -> Result<Mapping> {
    let table = binding.table;
    let config = &binding.config;
    let wrong = |needle: &str, message: String| binding.origin.place(project, needle, Problem::usage(message));
    let mut columns: BTreeMap<&str, (From, String)> = BTreeMap::new();
    for (name, text) in &config.constants {
        let value = constant(text, binding, file).map_err(|unknown| {
            wrong(text, format!("\"{{{unknown}}}\" in constants.{name} means nothing for data/{}", file.name))
                .hint("{stem} is the file's name; other names are the named groups of path_pattern")
        })?;
        columns.insert(name, (From::Constant(value), "[[source]] constants".into()));
    }
    let names = discreet::column_names(&shape.names);
    let found = headers::matches(table, &shape.names);
    for (name, text) in config.columns.iter().filter(|(_, text)| !text.is_empty()) {
        let from = if text.contains('{') {
            let constants = columns.iter().filter_map(|(name, (from, _))| match from {
                From::Constant(value) => Some((*name, value.clone())),
                _ => None,
            });
            let parts = parts(text, shape, config, (&found, &constants.collect()));
            From::Composed(parts.map_err(|unknown| {
                wrong(text, format!("data/{} has no column \"{unknown}\"", file.name))
                    .nearest(&unknown, names.iter().map(String::as_str))
            })?)
        } else {
            From::Header(position(shape, text).ok_or_else(|| {
                wrong(text, format!("data/{} has no column \"{text}\"", file.name))
                    .nearest(text, names.iter().map(String::as_str))
            })?)
        };
        columns.insert(name, (from, "[[source]] columns".into()));
    }
    for (name, sql) in &config.expressions {
        columns.insert(name, (From::Expression(sql.clone()), "[[source]] expressions".into()));
    }
    for name in config.fill_by.iter().chain(&config.fill) {
        if position(shape, name).is_none() {
            return Err(wrong(name, format!("data/{} has no column \"{name}\" to fill", file.name))
                .nearest(name, names.iter().map(String::as_str)));
        }
    }
    let taken: BTreeSet<usize> =
        columns.values().filter_map(|(from, _)| if let From::Header(at) = from { Some(*at) } else { None }).collect();
    // A column the settings use for something else is not free for its own meaning.
    for (name, at) in headers_free(table, shape, &taken) {
        if !columns.contains_key(name) && config.columns.get(name).is_none_or(|text| !text.is_empty()) {
            columns.insert(name, (From::Header(at), synonym(shape, at)));
        }
    }
    let missing: Vec<&str> = table
        .mapped()
        .filter(|column| column.required && column.name != "quantity" && !columns.contains_key(column.name))
        .map(|column| column.name)
        .collect();
    if !missing.is_empty() {
        return Err(wrong(
            "columns",
            format!(
                "data/{}: table {} needs {}, and no column of the file means it",
                file.name,
                table.name,
                missing.join(", ")
            ),
        )
        .hint(format!(
            "name it in columns or constants; the file has: {}",
            discreet::column_names(&shape.names).into_iter().take(40).collect::<Vec<_>>().join(", ")
        )));
    }
    Ok(finish(table, columns, shape, binding.source.clone(), binding.id_space.clone(), Some(binding)))
}

/// The mapping of a file known by its headers alone.
pub fn recognised(file: &Found, shape: &Shape) -> std::result::Result<Mapping, String> {
    if mended::is_header(&shape.names) {
        return Err(format!(
            "data/{}: mended rows of the quarantine come back as CSV: save it as CSV UTF-8, without compression",
            file.name
        ));
    }
    let verdict = match returned::table(&shape.names) {
        Some(table) => Verdict::Table(table),
        None => headers::recognise(&shape.names, &file.words()),
    };
    match verdict {
        Verdict::Table(table) => {
            let columns = headers::matches(table, &shape.names)
                .into_iter()
                .map(|(name, at)| (name, (From::Header(at), synonym(shape, at))))
                .collect();
            Ok(finish(table, columns, shape, table.name.to_owned(), "main".to_owned(), None))
        }
        Verdict::Unknown { nearest: Some(table), missing } if missing.is_empty() => Err(format!(
            "data/{}: one column alone does not tell the table (nearest: {}); bind the file in [[source]]",
            file.name, table.name
        )),
        Verdict::Unknown { nearest: Some(table), missing } => Err(format!(
            "data/{}: not recognised; nearest table {}, but no column means {}; bind the file in [[source]]",
            file.name,
            table.name,
            missing.join(", ")
        )),
        Verdict::Unknown { nearest: None, .. } => Err(format!(
            // A first row of data may have been taken for names: they are not told here.
            "data/{0}: not recognised, none of its columns is known; `storebook inspect --values data/{0}` shows them; bind the file in [[source]]",
            file.name
        )),
    }
}

fn headers_free(table: &'static TableSpec, shape: &Shape, taken: &BTreeSet<usize>) -> Vec<(&'static str, usize)> {
    let free: Vec<String> = shape
        .names
        .iter()
        .enumerate()
        .map(|(at, name)| if taken.contains(&at) { String::new() } else { name.clone() })
        .collect();
    headers::matches(table, &free).into_iter().collect()
}

fn synonym(shape: &Shape, at: usize) -> String {
    format!("header synonym {}", shape.names[at])
}

fn finish(
    table: &'static TableSpec,
    columns: BTreeMap<&str, (From, String)>,
    shape: &Shape,
    source: String,
    id_space: String,
    binding: Option<&Binding>,
) -> Mapping {
    let mut used = BTreeSet::new();
    for (from, _) in columns.values() {
        if let From::Header(at) = from {
            used.insert(*at);
        }
    }
    let returned = Returned::of(table, &shape.names, binding.map(|binding| &binding.config));
    used.extend(returned.iter().flat_map(|returned| returned.own.clone()));
    let dropped = |name: &String| {
        let dropped = binding.map_or(&[][..], |binding| &binding.config.drop);
        dropped.iter().any(|drop| headers::normal(drop) == headers::normal(name))
    };
    let mut taken = BTreeSet::new();
    let extras = shape
        .names
        .iter()
        .enumerate()
        .filter(|(at, name)| !used.contains(at) && !dropped(name))
        .map(|(at, name)| (at, headers::extra_name(name, &mut taken)))
        .collect();
    let columns = table
        .mapped()
        .filter_map(|column| {
            let (from, reason) = columns.get(column.name)?;
            Some(Mapped { column, from: from.clone(), reason: reason.clone() })
        })
        .collect();
    Mapping {
        table,
        source,
        id_space,
        columns,
        extras,
        origin: binding.map(|binding| binding.origin.clone()),
        preset: None,
        returned,
        config: binding.map(|binding| binding.config.clone()).unwrap_or_default(),
    }
}

/// Position of a column by its exact name, else by its normal form.
pub fn position(shape: &Shape, name: &str) -> Option<usize> {
    shape.names.iter().position(|header| header == name).or_else(|| {
        let wanted = headers::normal(name);
        shape.names.iter().position(|header| !wanted.is_empty() && headers::normal(header) == wanted)
    })
}

/// Fills `{stem}` and the groups of `path_pattern`; the error is the name that means nothing.
fn constant(text: &str, binding: &Binding, file: &Found) -> std::result::Result<String, String> {
    let captures = binding.pattern.as_ref().and_then(|pattern| pattern.captures(&file.name));
    let mut value = String::new();
    for piece in pieces(text) {
        match piece {
            Ok(text) => value.push_str(text),
            Err("stem") => value.push_str(file.stem()),
            Err("sheet") => value.push_str(file.sheet().ok_or_else(|| "sheet".to_owned())?),
            Err(name) => {
                let group = captures.as_ref().and_then(|captures| captures.name(name));
                value.push_str(group.ok_or_else(|| name.to_owned())?.as_str());
            }
        }
    }
    Ok(value)
}

/// Parts of `"{a}-{b}-{n}"`: names of the file's columns first, then of contract columns mapped to one or constant.
fn parts(
    text: &str,
    shape: &Shape,
    config: &SourceConfig,
    (found, constants): (&BTreeMap<&'static str, usize>, &BTreeMap<&str, String>),
) -> std::result::Result<Vec<Part>, String> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Ok(text) => Ok(Part::Text(text.to_owned())),
            Err("n") => Ok(Part::Number),
            Err(name) => position(shape, name)
                .or_else(|| position(shape, config.columns.get(name)?))
                .or_else(|| found.get(name).copied())
                .map(Part::Header)
                .or_else(|| constants.get(name).cloned().map(Part::Text))
                .ok_or_else(|| name.to_owned()),
        })
        .collect()
}

/// Cuts `a{b}c` into text (`Ok`) and names (`Err`). An open brace without its end is text.
fn pieces(text: &str) -> Vec<std::result::Result<&str, &str>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Ok(before));
        }
        pieces.push(Err(name.trim()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Ok(rest));
    }
    pieces
}
