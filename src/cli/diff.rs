//! `storebook diff`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use super::terminal::Bars;
use super::{Dates, Voice};
use crate::pipeline::{self, Diff as Found, Request};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::release::{FigureChange, FileState};

/// Lines of one kind that are written out without `-v`.
const SHOWN: usize = 12;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook diff                                 what a build would change
  storebook diff --json > diff.json              the same for a program
  storebook -v diff                              every line, not the first few of each kind
  storebook diff --today 2026-11-01 --output /srv/book")]
pub struct Diff {
    #[command(flatten)]
    dates: Dates,
    /// The published site [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let bars = Bars::new(voice);
        let request = Request {
            today: self.dates.today,
            as_of: self.dates.as_of,
            output: self.output.clone(),
            ..Request::default()
        };
        let found = pipeline::diff(project, &request, &bars);
        bars.end();
        let found = found?;
        if self.json {
            let text =
                serde_json::to_string_pretty(&found).map_err(|error| Problem::failed(format!("diff: {error}")))?;
            print(&format!("{text}\n"));
        } else {
            print(&shown(&found, if voice.verbose { usize::MAX } else { SHOWN }));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(found: &Found, limit: usize) -> String {
    let mut text = match &found.last {
        Some(last) => format!(
            "Compared with the last release, of {} (data until {}); now {} (data until {})\n",
            last.today, last.as_of, found.now.today, found.now.as_of
        ),
        None => "There is no release yet: everything would be new.\n".to_owned(),
    };
    let data = &found.data;
    if found.last.is_some() && data.is_empty() && found.pages.is_same() {
        text.push_str("Nothing would change.\n");
    }
    let files = data.files.iter().map(|file| {
        let rows = match (file.rows_before, file.rows_now) {
            (Some(was), Some(is)) if was != is => format!("{was} → {is} rows"),
            (Some(rows), _) | (None, Some(rows)) => format!("{rows} rows"),
            (None, None) => String::new(),
        };
        let word = match file.state {
            FileState::New => "new",
            FileState::Changed => "changed",
            FileState::Renamed => "renamed",
            FileState::Gone => "gone",
        };
        let from = file.renamed_from.as_ref().map_or(String::new(), |from| format!(", before {from}"));
        format!("{word:<8} {} ({}, {rows}{from})", file.path, file.table)
    });
    list(&mut text, "Files", files.collect(), limit);
    list(&mut text, "Figures", data.figures.iter().map(figure).collect(), limit);
    let models = data.models.iter().map(|model| match (model.rows_before, model.rows_now) {
        (Some(was), Some(is)) if was != is => format!("{} ({was} → {is} rows)", model.model),
        (Some(was), Some(_)) => format!("{} ({was} rows, other values)", model.model),
        (None, _) => format!("{} (new)", model.model),
        (_, None) => format!("{} (gone)", model.model),
    });
    list(&mut text, "Models", models.collect(), limit);
    let pages = &found.pages;
    let all = [("new", &pages.new), ("changed", &pages.changed), ("gone", &pages.gone)];
    let paths = all.iter().flat_map(|(word, paths)| paths.iter().map(move |path| format!("{word:<8} {path}")));
    list(&mut text, "Pages and their files", paths.collect(), limit);
    if pages.same > 0 {
        let _ = writeln!(text, "{} pages and files would stay as they are.", pages.same);
    }
    gate(&mut text, found);
    text
}

/// The gate as a plain build would hear it.
fn gate(text: &mut String, found: &Found) {
    if found.gate.findings.is_empty() {
        return;
    }
    text.push_str(if found.gate.refused { "Gate: a build would be refused\n" } else { "Gate: a build would pass\n" });
    for finding in &found.gate.findings {
        let word = match finding {
            finding if finding.accepted => "accepted",
            finding if finding.stops(false) => "refused",
            finding if finding.stops(true) => "strict",
            _ => "note",
        };
        let _ = writeln!(text, "  {word:<8} {}: {}", finding.code.name(), super::output::one_line(&finding.message));
    }
}

fn figure(change: &FigureChange) -> String {
    let whose = match (&change.store, &change.name) {
        (Some(id), Some(name)) if id != name => format!("{id} {name}"),
        (Some(id), _) => id.clone(),
        (None, _) => "chain".to_owned(),
    };
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let share = change.share().map_or(String::new(), |share| format!(" ({:+.1} %)", share * 100.0));
    format!("{whose}: {} {} → {}{share}", change.figure, value(&change.before), value(&change.now))
}

fn list(text: &mut String, title: &str, lines: Vec<String>, limit: usize) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}: {}", lines.len());
    for line in lines.iter().take(limit) {
        let _ = writeln!(text, "  {}", super::output::one_line(line));
    }
    if lines.len() > limit {
        let _ = writeln!(text, "  … and {} more (-v shows all)", lines.len() - limit);
    }
}
