//! Presets: what is known of the exports of tills, shops and platforms, as data files.
//!
//! A file is an export when it has all the columns that together only this export has. Its preset then stands below
//! whatever a `[[source]]` says. A project may bring its own in `presets/`; one of the same name replaces a built-in one.

use std::collections::BTreeMap;
use std::path::Path;

use rust_embed::RustEmbed;
use serde::Deserialize;

use super::contract::TableSpec;
use super::{binding, headers};
use crate::problem::{Problem, Result};
use crate::project::{Project, SourceConfig};
use crate::warehouse::TableStore;

#[derive(RustEmbed)]
#[folder = "src/sources/presets"]
#[include = "*.toml"]
struct BuiltIn;

/// Where a project keeps its own.
const FOLDER: &str = "presets";

/// A known export.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    #[serde(skip)]
    pub name: String,
    /// Path of the file it stands in, for errors.
    #[serde(skip)]
    pub place: String,
    /// One line per language: what it is, and where it is made.
    #[serde(default)]
    pub about: BTreeMap<String, String>,
    /// Where the names of the columns are documented.
    #[serde(default)]
    pub reference: String,
    /// Names of columns that together only this export has. Without any, it is used only where it is named.
    #[serde(default)]
    pub headers: Vec<String>,
    #[serde(default)]
    pub source: SourceConfig,
}

impl Preset {
    /// The columns of this export that a file with these columns lacks.
    pub fn missing(&self, names: &[String]) -> Vec<&str> {
        let names: std::collections::BTreeSet<String> = names.iter().map(|name| headers::normal(name)).collect();
        // An array that became rows left its name in front of its keys.
        let exploded = |header: &&String| self.source.explode.as_ref() == Some(*header);
        self.headers
            .iter()
            .filter(|header| !exploded(header) && !names.contains(&headers::normal(header)))
            .map(String::as_str)
            .collect()
    }
}

/// Every preset, by name.
#[derive(Debug)]
pub struct Presets {
    all: BTreeMap<String, Preset>,
    fingerprint: String,
}

impl Presets {
    /// The built-in ones and those of the project.
    ///
    /// # Errors
    /// A file that cannot be read, or names what does not exist, with its line.
    pub fn of(project: &Project) -> Result<Presets> {
        let mut texts: BTreeMap<String, (String, String)> = BTreeMap::new();
        for file in BuiltIn::iter() {
            let Some(bytes) = BuiltIn::get(&file) else { continue };
            let text = String::from_utf8_lossy(&bytes.data).into_owned();
            texts.insert(file.trim_end_matches(".toml").to_owned(), (format!("the built-in preset {file}"), text));
        }
        for (name, text) in own(&project.root.join(FOLDER))? {
            texts.insert(name.clone(), (format!("{FOLDER}/{name}.toml"), text));
        }
        let parts: Vec<&str> = texts.iter().flat_map(|(name, (_, text))| [name.as_str(), text.as_str()]).collect();
        let fingerprint = TableStore::key(&parts);
        let mut all = BTreeMap::new();
        for (name, (place, text)) in texts {
            let preset = parsed(&name, &place, &text)?;
            all.insert(name, preset);
        }
        Ok(Presets { all, fingerprint })
    }

    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
    pub fn get(&self, name: &str) -> Option<&Preset> {
        self.all.get(name)
    }
    pub fn all(&self) -> impl Iterator<Item = &Preset> {
        self.all.values()
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The export a file with these columns is, for any table or for this one: of several the one that asks for most.
    pub fn matching(&self, names: &[String], table: Option<&TableSpec>) -> Option<&Preset> {
        (self.all.values())
            .filter(|preset| !preset.headers.is_empty())
            .filter(|preset| table.is_none_or(|table| preset.source.table == table.name))
            .filter(|preset| preset.missing(names).is_empty())
            .max_by_key(|preset| (preset.headers.len(), std::cmp::Reverse(preset.name.as_str())))
    }
}

/// The files of a folder: name without the ending, and text.
fn own(folder: &Path) -> Result<Vec<(String, String)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Problem::io("read the presets", folder, &error)),
    };
    let mut own = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Problem::io("read the presets", folder, &error))?.path();
        if path.extension().is_some_and(|ending| ending == "toml")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            let text = std::fs::read_to_string(&path).map_err(|error| Problem::io("read a preset", &path, &error))?;
            own.push((name.to_owned(), text));
        }
    }
    Ok(own)
}

fn parsed(name: &str, place: &str, text: &str) -> Result<Preset> {
    let mut preset: Preset = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Problem::usage(error.message().to_owned()).at(place).line(line).text(text)
    })?;
    preset.name = name.to_owned();
    preset.place = place.to_owned();
    let wrong = |needle: &str, message: String| {
        let line = text.lines().position(|line| !needle.is_empty() && line.contains(needle)).map_or(1, |at| at + 1);
        Problem::usage(message).at(place).line(line).text(text)
    };
    let source = &preset.source;
    if !source.files.is_empty() || source.preset.is_some() {
        return Err(wrong("files", "a preset names no files and no other preset".into())
            .hint("files and preset belong into a [[source]] of storebook.toml"));
    }
    // One without headers may leave the table to the section that names it.
    if !source.table.is_empty() || !preset.headers.is_empty() {
        binding::check(source, &wrong)?;
    }
    Ok(preset)
}

/// What a section says, and below it what the preset says.
pub fn under(preset: &SourceConfig, own: &SourceConfig) -> SourceConfig {
    let maps = |below: &BTreeMap<String, String>, above: &BTreeMap<String, String>| {
        below.iter().chain(above).map(|(name, text)| (name.clone(), text.clone())).collect::<BTreeMap<_, _>>()
    };
    let text = |below: &String, above: &String| if above.is_empty() { below.clone() } else { above.clone() };
    let list = |below: &Vec<String>, above: &Vec<String>| if above.is_empty() { below.clone() } else { above.clone() };
    let mut merged = SourceConfig {
        table: text(&preset.table, &own.table),
        name: text(&preset.name, &own.name),
        id_space: text(&preset.id_space, &own.id_space),
        columns: maps(&preset.columns, &own.columns),
        expressions: maps(&preset.expressions, &own.expressions),
        constants: maps(&preset.constants, &own.constants),
        path_pattern: text(&preset.path_pattern, &own.path_pattern),
        header: own.header.or(preset.header),
        fields: list(&preset.fields, &own.fields),
        encoding: own.encoding.clone().or_else(|| preset.encoding.clone()),
        delimiter: own.delimiter.clone().or_else(|| preset.delimiter.clone()),
        date_order: own.date_order.clone().or_else(|| preset.date_order.clone()),
        unit: own.unit.clone().or_else(|| preset.unit.clone()),
        codes: preset.codes.clone(),
        filter: own.filter.clone().or_else(|| preset.filter.clone()),
        fill_by: own.fill_by.clone().or_else(|| preset.fill_by.clone()),
        drop: preset.drop.iter().chain(&own.drop).cloned().collect(),
        fill: list(&preset.fill, &own.fill),
        explode: own.explode.clone().or_else(|| preset.explode.clone()),
        ..own.clone()
    };
    for (column, words) in &own.codes {
        merged.codes.entry(column.clone()).or_default().extend(words.clone());
    }
    // A column is filled in one way: what the section says replaces what the preset says.
    let said =
        |column: &String| [&own.columns, &own.expressions, &own.constants].iter().any(|map| map.contains_key(column));
    merged.columns.retain(|column, _| own.columns.contains_key(column) || !said(column));
    merged.expressions.retain(|column, _| own.expressions.contains_key(column) || !said(column));
    merged.constants.retain(|column, _| own.constants.contains_key(column) || !said(column));
    merged
}
