//! `[[source]]` sections, checked: unknown tables, columns, globs and patterns are errors with their line.

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use regex::Regex;

use super::contract::{self, TABLES, TableSpec, Type};
use super::discover::Found;
use super::presets::{Preset, Presets};
use super::{decode, presets};
use crate::problem::{Problem, Result};
use crate::project::{CONFIG_FILE, Project, SourceConfig};

/// Where settings of a source are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Place among the sections of `storebook.toml`, from 0.
    Section(usize),
    /// Path of the preset.
    Preset(String),
}

impl Origin {
    /// Puts a problem where `needle` is written.
    pub fn place(&self, project: &Project, needle: &str, problem: Problem) -> Problem {
        match self {
            Origin::Section(index) => place(project, *index, needle, problem),
            Origin::Preset(path) => problem.at(path.as_str()),
        }
    }
}

#[derive(Debug)]
pub struct Binding {
    pub config: SourceConfig,
    /// Where it is written, for errors.
    pub origin: Origin,
    pub table: &'static TableSpec,
    pub source: String,
    pub id_space: String,
    globs: GlobSet,
    sheet: Option<GlobMatcher>,
    pub pattern: Option<Regex>,
}

impl Binding {
    /// A part of a file is taken by its own name, or by that of the whole file. Of a workbook, hidden sheets are taken by
    /// their own name only.
    pub fn takes(&self, file: &Found) -> bool {
        let named = self.globs.is_match(&file.name)
            || file.inside.as_ref().is_some_and(|_| self.globs.is_match(file.whole_name()));
        let Some(inside) = file.inside.as_ref().filter(|inside| inside.sheet.is_some()) else { return named };
        let sheet = inside.sheet.as_deref().unwrap_or_default();
        named && self.sheet.as_ref().map_or(!inside.hidden, |glob| glob.is_match(sheet))
    }
}

/// Every `[[source]]` of the project, in order; the first whose glob matches takes a file.
pub fn bindings(project: &Project, presets: &Presets) -> Result<Vec<Binding>> {
    let binding = |(index, config): (usize, &SourceConfig)| {
        let wrong = |needle: &str, message: String| place(project, index, needle, Problem::usage(message));
        let mut whole = config.clone();
        if let Some(name) = config.preset.as_deref().filter(|name| *name != NO_PRESET) {
            let preset = presets.get(name).ok_or_else(|| {
                wrong("preset", format!("there is no preset \"{name}\"")).nearest(name, presets.names())
            })?;
            whole = presets::under(&preset.source, config);
        }
        if config.files.is_empty() {
            return Err(wrong("", "a [[source]] needs files".into()).hint("files = [\"pos/*.csv\"], below data/"));
        }
        binding(&whole, Origin::Section(index), &wrong)
    };
    project.config.source.iter().enumerate().map(binding).collect()
}

/// `preset = "none"`.
pub const NO_PRESET: &str = "none";

/// What takes a file of a known export that no section binds.
pub fn of_preset(preset: &Preset) -> Result<Binding> {
    let config = SourceConfig { name: or(&preset.source.name, &preset.name), ..preset.source.clone() };
    let wrong = |_: &str, message: String| Problem::usage(message).at(preset.place.as_str());
    binding(&config, Origin::Preset(preset.place.clone()), &wrong)
}

/// A section with what is known of the export below it.
pub fn with_preset(project: &Project, own: &Binding, preset: &Preset) -> Result<Binding> {
    let wrong = |needle: &str, message: String| own.origin.place(project, needle, Problem::usage(message));
    binding(&presets::under(&preset.source, &own.config), own.origin.clone(), &wrong)
}

/// Tables, columns and words that exist.
pub fn check(config: &SourceConfig, wrong: &impl Fn(&str, String) -> Problem) -> Result<&'static TableSpec> {
    let table = contract::table(&config.table).ok_or_else(|| {
        let names = TABLES.iter().map(|table| table.name);
        if config.table.is_empty() {
            wrong("", "a [[source]] needs a table".into()).hint("table = \"transactions\"")
        } else {
            wrong("table", format!("there is no contract table \"{}\"", config.table)).nearest(&config.table, names)
        }
    })?;
    let named = config.columns.keys().chain(config.constants.keys()).chain(config.expressions.keys());
    for name in named.chain(config.codes.keys()) {
        if table.column(name).is_none_or(|column| !column.kind.mapped()) {
            return Err(wrong(name, format!("table {} has no column \"{name}\"", table.name))
                .nearest(name, table.mapped().map(|column| column.name)));
        }
    }
    check_words(config, wrong)?;
    check_codes(table, config, wrong)?;
    Ok(table)
}

/// A code may only become a word the column has.
fn check_codes(table: &TableSpec, config: &SourceConfig, wrong: &impl Fn(&str, String) -> Problem) -> Result<()> {
    for (name, words) in &config.codes {
        let Some(Type::Code { allowed, open: false }) = table.column(name).map(|column| column.kind) else { continue };
        for word in words.values() {
            if !allowed.iter().any(|(known, _)| known == word) {
                return Err(wrong(word, format!("codes.{name}: the contract has no word \"{word}\""))
                    .nearest(word, allowed.iter().map(|(known, _)| *known)));
            }
        }
    }
    Ok(())
}

fn binding(config: &SourceConfig, origin: Origin, wrong: &impl Fn(&str, String) -> Problem) -> Result<Binding> {
    let table = check(config, wrong)?;
    let mut globs = GlobSetBuilder::new();
    for text in &config.files {
        let glob =
            Glob::new(text).map_err(|error| wrong("files", format!("\"{text}\" is not a glob: {}", error.kind())))?;
        globs.add(glob);
    }
    let globs = globs.build().map_err(|error| wrong("files", error.to_string()))?;
    let pattern = if config.path_pattern.is_empty() {
        None
    } else {
        Some(Regex::new(&config.path_pattern).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            wrong("path_pattern", format!("path_pattern is not a regular expression: {reason}"))
        })?)
    };
    let sheet = match &config.sheet {
        None => None,
        Some(text) => {
            let glob = Glob::new(text)
                .map_err(|error| wrong("sheet", format!("\"{text}\" is not a glob: {}", error.kind())))?;
            Some(glob.compile_matcher())
        }
    };
    Ok(Binding {
        config: config.clone(),
        origin,
        table,
        source: or(&config.name, table.name),
        id_space: or(&config.id_space, "main"),
        globs,
        sheet,
        pattern,
    })
}

fn or(text: &str, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text.to_owned() }
}

fn check_words(config: &SourceConfig, wrong: &impl Fn(&str, String) -> Problem) -> Result<()> {
    if let Some(text) = config.delimiter.as_deref() {
        let named = matches!(text, "space" | "tab" | "\\t");
        if !named && (text.len() != 1 || text == "\"" || text == "\n") {
            return Err(wrong("delimiter", format!("delimiter \"{text}\" cannot be used"))
                .hint("one character such as \",\", \";\", \"|\", or \"tab\" or \"space\""));
        }
    }
    if let Some(text) = config.encoding.as_deref()
        && decode::named(text).is_none()
    {
        return Err(wrong("encoding", format!("encoding \"{text}\" is not known"))
            .nearest(text, ["utf-8", "gbk", "gb18030", "big5", "utf-16le", "utf-16be", "windows-1252"]));
    }
    if let Some(text) = config.date_order.as_deref()
        && !matches!(text, "ymd" | "dmy" | "mdy")
    {
        return Err(
            wrong("date_order", format!("date_order \"{text}\" cannot be used")).nearest(text, ["ymd", "dmy", "mdy"])
        );
    }
    if let Some(text) = config.unit.as_deref()
        && text != "fen"
        && text != "yuan"
    {
        return Err(wrong("unit", format!("unit \"{text}\" cannot be used")).nearest(text, ["fen", "yuan"]));
    }
    if config.fill.is_empty() != config.fill_by.is_none() {
        return Err(wrong("fill", "fill and fill_by go together".into()).hint(
            "fill_by = \"Order\" and fill = [\"Date\", …]: what a row lacks is taken from the rows of its order",
        ));
    }
    if config.header == Some(false) && config.fields.is_empty() {
        return Err(wrong("header", "a source without a header needs fields".into())
            .hint("fields = [\"record_id\", \"ordered_at\", …], one name per column of the file"));
    }
    Ok(())
}

/// Puts a problem at the line of the n-th `[[source]]` where `needle` is set, or at the section's own line.
pub fn place(project: &Project, index: usize, needle: &str, problem: Problem) -> Problem {
    let Ok(text) = std::fs::read_to_string(project.root.join(CONFIG_FILE)) else {
        return problem.at(CONFIG_FILE);
    };
    let sections: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.split('#').next().unwrap_or("").replace(' ', "").starts_with("[[source]]"))
        .map(|(number, _)| number)
        .collect();
    let Some(&start) = sections.get(index) else {
        return problem.at(CONFIG_FILE).text(text);
    };
    let end = sections.get(index + 1).copied().unwrap_or(usize::MAX);
    let inside = text.lines().enumerate().skip(start).take(end - start);
    let line = if needle.is_empty() {
        None
    } else {
        inside.filter(|(_, line)| line.contains(needle)).map(|(number, _)| number).next()
    };
    let line = line.unwrap_or(start) + 1;
    problem.at(CONFIG_FILE).line(line).text(text)
}
