//! What a file looks like to the program, before anything is loaded: `storebook inspect`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::binding;
use super::discover::{self, Found};
use super::headers;
use super::intake::{self, Format};
use super::mapping::{From, Mapping, Part};
use super::presets::Presets;
use super::recognise::{Rules, Unread};
use super::shape::Shape;
use super::{Warnings, clean, mended, unpack};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, TableStore};

/// One column of the contract and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedColumn {
    pub column: String,
    /// The file's column, a constant or a composed text, as `[[source]]` would write it.
    pub from: String,
    pub reason: String,
    /// First three values in the file.
    pub samples: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Relative to the project.
    pub path: String,
    pub rows: u64,
    /// Rows that cannot be read.
    pub broken: u64,
    pub format: String,
    pub delimiter: Option<String>,
    /// Line of the header row.
    pub header_line: Option<usize>,
    /// `None`: no table was recognised; `note` says what is missing.
    pub table: Option<String>,
    pub source: Option<String>,
    /// The known export it is.
    pub preset: Option<String>,
    pub columns: Vec<MappedColumn>,
    /// Columns that become `extra_…`: name, name in the table, first three values.
    pub unmatched: Vec<(String, String, Vec<String>)>,
    pub note: Option<String>,
    /// A `[[source]]` section takes this file.
    pub bound: bool,
    /// None of the column names means anything: they may be a row of data.
    pub strange: bool,
    has_header: bool,
    names: Vec<String>,
}

/// Looks at these files, or at all of `data/` when none are named.
pub fn inspect(project: &Project, store: &TableStore, engine: &DuckDb, files: &[PathBuf]) -> Result<Vec<Inspection>> {
    clean::define(project, engine)?;
    let presets = Presets::of(project)?;
    let bindings = binding::bindings(project, &presets)?;
    let mut warnings = Warnings::default();
    let found = if files.is_empty() {
        discover::files(&project.data(), &mut warnings)?
    } else {
        files.iter().map(|file| named(project, file)).collect::<Result<Vec<_>>>()?
    };
    let mut inspections = Vec::new();
    let rules = Rules { project, bindings: &bindings, presets: &presets };
    let (found, mends) = mended::gather(unpack::expand(found, store)?, store, &mut warnings)?;
    for file in found {
        let format = match (intake::format_of(&file), rules.binding(&file).is_some() || !files.is_empty()) {
            (Some(format), _) => format?,
            (None, true) => intake::Format::Text,
            (None, false) => continue,
        };
        let looked = rules.look(&file, format, (store, engine))?;
        let mapping = looked.mapping.map_err(|why| match why {
            Unread::Unknown(note) => note,
            Unread::Misfit(problem) => problem.message().to_owned(),
            Unread::Hidden => "the sheet is hidden: name it with sheet = \"…\" in a [[source]] to read it".to_owned(),
            Unread::Empty => "the file is empty".to_owned(),
        });
        inspections.push(Inspection { bound: looked.bound, ..one(&file, &looked.opened.shape, mapping) });
    }
    inspections.extend(mends.brought.into_iter().map(|(name, rows)| of_mended(&name, rows)));
    Ok(inspections)
}

fn named(project: &Project, file: &Path) -> Result<Found> {
    let path = if file.is_absolute() { file.to_path_buf() } else { project.root.join(file) };
    let path = path.canonicalize().map_err(|error| Problem::io("find a data file", file, &error))?;
    let name = path.strip_prefix(project.data()).unwrap_or(&path);
    let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
    Ok(Found::whole(path, name))
}

/// Rows of the quarantine that were put right.
fn of_mended(name: &str, rows: usize) -> Inspection {
    let note = "mended rows of the quarantine: each stands in the place of the row that was turned away";
    Inspection {
        path: format!("data/{name}"),
        rows: rows as u64,
        broken: 0,
        format: Format::Text.name().to_owned(),
        delimiter: None,
        header_line: Some(1),
        table: None,
        source: None,
        preset: None,
        columns: Vec::new(),
        unmatched: Vec::new(),
        note: Some(note.to_owned()),
        bound: true,
        strange: false,
        has_header: true,
        names: Vec::new(),
    }
}

fn one(file: &Found, shape: &Shape, mapping: std::result::Result<Mapping, String>) -> Inspection {
    let samples = |at: usize| -> Vec<String> {
        shape
            .samples
            .iter()
            .filter_map(|row| row.get(at))
            .filter(|cell| !cell.trim().is_empty())
            .take(3)
            .map(|cell| cell.chars().take(80).collect())
            .collect()
    };
    let mut inspection = Inspection {
        path: format!("data/{}", file.name),
        rows: shape.structure.rows,
        broken: shape.structure.broken,
        format: shape.described(),
        delimiter: shape.layout.as_ref().map(|layout| layout.delimiter.name()),
        header_line: shape.layout.as_ref().and_then(|layout| layout.header_line),
        table: None,
        source: None,
        preset: None,
        columns: Vec::new(),
        unmatched: Vec::new(),
        note: None,
        bound: false,
        strange: matches!(
            headers::recognise(&shape.names, &file.words()),
            headers::Verdict::Unknown { nearest: None, .. }
        ),
        has_header: shape.layout.as_ref().is_none_or(|layout| layout.header_line.is_some()),
        names: shape.names.clone(),
    };
    match mapping {
        Ok(mapping) => {
            inspection.table = Some(mapping.table.name.to_owned());
            inspection.source = Some(mapping.source.clone());
            inspection.preset.clone_from(&mapping.preset);
            for mapped in &mapping.columns {
                let (from, values) = match &mapped.from {
                    From::Header(at) => (shape.names[*at].clone(), samples(*at)),
                    From::Constant(text) => (format!("\"{text}\""), vec![text.clone()]),
                    From::Expression(sql) => {
                        (format!("= {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")), Vec::new())
                    }
                    From::Composed(parts) => (composed(parts, shape), Vec::new()),
                };
                inspection.columns.push(MappedColumn {
                    column: mapped.column.name.to_owned(),
                    from,
                    reason: mapped.reason.clone(),
                    samples: values,
                });
            }
            inspection.unmatched = mapping
                .extras
                .iter()
                .map(|(at, name)| (shape.names[*at].clone(), name.clone(), samples(*at)))
                .collect();
        }
        Err(note) => {
            inspection.unmatched =
                shape.names.iter().enumerate().map(|(at, name)| (name.clone(), String::new(), samples(at))).collect();
            inspection.note = Some(note);
        }
    }
    inspection
}

fn composed(parts: &[Part], shape: &Shape) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Header(at) => format!("{{{}}}", shape.names[*at]),
            Part::Number => "{n}".into(),
        })
        .collect()
}

/// The `[[source]]` that says what was found, for `storebook.toml`.
pub fn toml(inspection: &Inspection) -> String {
    let quote = |text: &str| ::toml::Value::String(text.to_owned()).to_string();
    let mut text = String::from("[[source]]\n");
    let table = inspection.table.as_deref().unwrap_or("transactions");
    let file = inspection.path.strip_prefix("data/").unwrap_or(&inspection.path);
    let _ = writeln!(text, "table = {}", quote(table));
    let _ = writeln!(text, "files = [{}]", quote(&globset::escape(file)));
    if let Some(preset) = &inspection.preset {
        // What the preset says stays in it, where it is kept up.
        let _ = writeln!(text, "preset = {}", quote(preset));
        if let Some(source) = &inspection.source {
            let _ = writeln!(text, "name = {}", quote(source));
        }
        return text;
    }
    if let Some(delimiter) = inspection.delimiter.as_deref().filter(|delimiter| *delimiter != ",") {
        let _ = writeln!(text, "delimiter = {}", quote(delimiter));
    }
    if !inspection.has_header {
        let names: Vec<String> = inspection.names.iter().map(|name| quote(name)).collect();
        let _ = writeln!(text, "header = false\nfields = [{}]", names.join(", "));
    }
    let (constants, columns): (Vec<_>, Vec<_>) =
        inspection.columns.iter().partition(|column| column.reason.ends_with("constants"));
    for (name, list) in [("columns", columns), ("constants", constants)] {
        let pairs: Vec<String> = list
            .iter()
            .map(|mapped| {
                let from = if name == "constants" { mapped.from.trim_matches('"') } else { &mapped.from };
                format!("{} = {}", mapped.column, quote(from))
            })
            .collect();
        if !pairs.is_empty() {
            let _ = writeln!(text, "{name} = {{ {} }}", pairs.join(", "));
        }
    }
    if let Some(note) = &inspection.note {
        let _ = writeln!(text, "# {}", note.replace('\n', " "));
    }
    text
}
