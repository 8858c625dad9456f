//! `[[source]]` sections, checked: unknown tables, columns, globs and patterns are errors with their line.

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use regex::Regex;

use super::contract::{self, TABLES, TableSpec};
use super::decode;
use super::discover::Found;
use crate::problem::{Problem, Result};
use crate::project::{CONFIG_FILE, Project, SourceConfig};

#[derive(Debug)]
pub struct Binding {
    pub config: SourceConfig,
    /// Place among the sections, from 0.
    pub index: usize,
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
pub fn bindings(project: &Project) -> Result<Vec<Binding>> {
    project.config.source.iter().enumerate().map(|(index, config)| binding(project, index, config)).collect()
}

fn binding(project: &Project, index: usize, config: &SourceConfig) -> Result<Binding> {
    let wrong = |needle: &str, message: String| place(project, index, needle, Problem::usage(message));
    let table = contract::table(&config.table).ok_or_else(|| {
        let names = TABLES.iter().map(|table| table.name);
        if config.table.is_empty() {
            wrong("", "a [[source]] needs a table".into()).hint("table = \"transactions\"")
        } else {
            wrong("table", format!("there is no contract table \"{}\"", config.table)).nearest(&config.table, names)
        }
    })?;
    let named = config.columns.keys().chain(config.constants.keys()).chain(config.codes.keys());
    for name in named {
        if table.column(name).is_none_or(|column| !column.kind.mapped()) {
            return Err(wrong(name, format!("table {} has no column \"{name}\"", table.name))
                .nearest(name, table.mapped().map(|column| column.name)));
        }
    }
    if config.files.is_empty() {
        return Err(wrong("", "a [[source]] needs files".into()).hint("files = [\"pos/*.csv\"], below data/"));
    }
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
    check_words(config, &wrong)?;
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
        index,
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
