//! `storebook inspect`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Voice, quarantine};
use crate::discreet;
use crate::problem::{Problem, Result};
use crate::project::{CONFIG_FILE, Clocks, Project};
use crate::sources::{self, Inspection, Presets};
use crate::warehouse::{DuckDb, TableStore};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook inspect                        every file in data/
  storebook inspect data/pos/s01.csv
  storebook inspect data/pos/s01.csv --values  with the first values as they are, also personal ones
  storebook inspect --presets              the exports that are known
  storebook inspect --quarantine           which rows are turned away, why, and how they go back
  storebook inspect data/pos/s01.csv --write   put the mapping into storebook.toml, to edit it there")]
pub struct Inspect {
    /// Files to look at [default: all of data/]
    files: Vec<PathBuf>,
    /// Show the first values as they are, not their form (9 a digit, a a letter): they may be personal
    #[arg(long)]
    values: bool,
    /// Append the mapping to storebook.toml
    #[arg(long)]
    write: bool,
    /// List the exports that are known, those in presets/ of the project among them
    #[arg(long, conflicts_with_all = ["files", "values", "write"])]
    presets: bool,
    /// Explain the rows that are turned away: how many, where, why, what to do, and how fixed ones go back
    #[arg(long, conflicts_with_all = ["write", "presets"])]
    quarantine: bool,
    /// The day dates are compared with, for --quarantine [default: today in the project's time zone]
    #[arg(long, value_name = "DATE", value_parser = super::date, requires = "quarantine")]
    today: Option<jiff::civil::Date>,
}

impl Inspect {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        if self.presets {
            print(&presets(&Presets::of(project)?));
            return Ok(ExitCode::SUCCESS);
        }
        if self.quarantine {
            return self.explain(project, voice);
        }
        let store = TableStore::of(project)?;
        let engine = DuckDb::loading(&project.config.engine)?;
        let inspections = sources::inspect(project, &store, &engine, &self.files)?;
        print(&inspections.iter().map(|inspection| shown(inspection, self.values)).collect::<Vec<_>>().join("\n"));
        if self.write {
            write(project, &inspections)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The rows a build of today's files turns away.
    fn explain(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let clocks = Clocks::of(project, self.today, None)?;
        let store = TableStore::of(project)?;
        let engine = DuckDb::loading(&project.config.engine)?;
        let bars = Bars::new(voice);
        let loaded = sources::load(project, &store, &engine, clocks.today, &bars);
        bars.end();
        let loaded = loaded?;
        let mut rejected = sources::rejected(&loaded, &store, &engine)?;
        if !self.files.is_empty() {
            let asked = self.files.iter().map(|file| named(project, file)).collect::<Result<Vec<String>>>()?;
            let within = |file: &str| {
                let rest = |name: &String| file.strip_prefix(name.as_str()).map(str::to_owned);
                asked.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
            };
            rejected.retain(|rows| within(&rows.file));
        }
        print(&quarantine::explained(&rejected, &loaded, self.values));
        Ok(ExitCode::SUCCESS)
    }
}

/// The name a report has for a file.
fn named(project: &Project, file: &Path) -> Result<String> {
    let path = project.root.join(file);
    let path = path.canonicalize().map_err(|error| Problem::io("find a data file", file, &error))?;
    let data = project.data();
    let name = path.strip_prefix(data.canonicalize().unwrap_or(data)).map(Path::to_path_buf).unwrap_or(path);
    Ok(format!("data/{}", name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")))
}

fn presets(presets: &Presets) -> String {
    let mut text = String::new();
    for preset in presets.all() {
        let about = preset.about.get("en").or_else(|| preset.about.values().next()).map_or("", String::as_str);
        let table = if preset.source.table.is_empty() { "any table" } else { &preset.source.table };
        let _ = writeln!(text, "{:<24} {table}: {}", one_line(&preset.name), one_line(about));
        if !preset.headers.is_empty() {
            let _ = writeln!(text, "{:<24} known by {}", "", one_line(&preset.headers.join(", ")));
        }
        if !preset.reference.is_empty() {
            let _ = writeln!(text, "{:<24} see {}", "", one_line(&preset.reference));
        }
    }
    text
}

fn shown(inspection: &Inspection, values: bool) -> String {
    let samples = |samples: &[String]| {
        let shown: Vec<String> =
            samples.iter().map(|value| if values { value.clone() } else { discreet::outline(value) }).collect();
        one_line(&shown.join(" | "))
    };
    let mut text = format!("{}\n", one_line(&inspection.path));
    let _ = write!(text, "  {} rows, {}", inspection.rows, inspection.format);
    if let Some(delimiter) = &inspection.delimiter {
        let _ = write!(text, ", separated by \"{delimiter}\"");
    }
    if let Some(line) = inspection.header_line {
        let _ = write!(text, ", header on line {line}");
    }
    if inspection.broken > 0 {
        let _ = write!(text, ", {} rows cannot be read", inspection.broken);
    }
    text.push('\n');
    match &inspection.table {
        Some(table) => {
            let export = inspection.preset.as_ref().map(|preset| format!(", preset {preset}")).unwrap_or_default();
            let _ = writeln!(text, "  table {table}{export}");
        }
        None => text.push_str("  no table recognised\n"),
    }
    for column in &inspection.columns {
        let _ = writeln!(
            text,
            "  {:<24} ← {}  ({}) {}",
            column.column,
            one_line(&column.from),
            one_line(&column.reason),
            samples(&column.samples)
        );
    }
    let names: Vec<String> = inspection.unmatched.iter().map(|(name, ..)| name.clone()).collect();
    let names = match (values, inspection.strange) {
        (true, _) => names,
        (false, true) => names.iter().map(|name| discreet::outline(name)).collect(),
        (false, false) => discreet::column_names(&names),
    };
    for (name, (_, extra, first)) in names.iter().zip(&inspection.unmatched) {
        let name = one_line(name);
        if extra.is_empty() {
            let _ = writeln!(text, "  column {name}: {}", samples(first));
        } else {
            let _ = writeln!(text, "  {extra:<24} ← {name}  (kept as it is) {}", samples(first));
        }
    }
    if let Some(note) = &inspection.note {
        let _ = writeln!(text, "  note: {}", one_line(note));
    }
    text
}

/// Appends to the settings; the text a person wrote stays as it is.
fn write(project: &Project, inspections: &[Inspection]) -> Result<()> {
    let path = project.root.join(CONFIG_FILE);
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Problem::io("read the settings", &path, &error)),
    };
    let mut added = 0;
    for inspection in inspections.iter().filter(|inspection| !inspection.bound) {
        if inspection.table.is_none() {
            // A section without a table would only make the next build fail.
            print(&format!("{}: not written, because no table was recognised\n", one_line(&inspection.path)));
            continue;
        }
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text.push_str(&sources::toml(inspection));
        added += 1;
    }
    crate::project::parse(&text).map_err(|problem| problem.at(CONFIG_FILE).text(text.as_str()))?;
    std::fs::write(&path, &text).map_err(|error| Problem::io("write the settings", &path, &error))?;
    print(&format!("{added} [[source]] sections added to {CONFIG_FILE}\n"));
    Ok(())
}
