//! `storebook build`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::annotations::{self, Remarks, Target};
use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Dates, Voice, wait};
use crate::pipeline::{self, Outcome, Report, Request};
use crate::problem::{Problem, Result};
use crate::project::{Month, Project};
use crate::release::{Accept, Code, GateRequest, Level};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook build                                  sealed, for any host
  storebook build --unsealed                       readable, for a look on this machine
  storebook build --output /srv/book               somewhere else
  storebook build --only stores/s001               one page; the rest stays as published
  storebook build --dry-run --json                 check everything, publish nothing
  storebook build --strict                         refuse warnings, late stores and missing files too
  storebook build --accept row-drop                publish although rows are missing
  storebook build --reopen 2026-09                 after periods.closed_through was set back to 2026-08
  storebook build --today 2026-11-01 --as-of 2026-10-31")]
pub struct Build {
    #[command(flatten)]
    dates: Dates,
    /// Where the site goes [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Write pages that are not public readable for everyone: for a preview only
    #[arg(long)]
    unsealed: bool,
    /// Render one page, by its id or address
    #[arg(long, value_name = "PAGE")]
    only: Option<String>,
    /// Do everything but publish
    #[arg(long)]
    dry_run: bool,
    /// Give up the frozen figures of the closed months from this one on
    #[arg(long, value_name = "MONTH", value_parser = month)]
    reopen: Option<Month>,
    /// Wait while another run is at work on the project: so many seconds, or until it ends
    #[arg(long, value_name = "SECONDS", num_args = 0..=1)]
    wait: Option<Option<u64>>,
    /// Let the gate refuse warnings, late stores and missing files too
    #[arg(long)]
    strict: bool,
    /// Publish although the gate finds this; without a REASON: whatever it finds
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "all", value_delimiter = ',')]
    accept: Vec<String>,
    /// Tell the CI where problems are: github, gitlab, gitlab=FILE or none [default: as the environment shows]
    #[arg(long, value_name = "FORM")]
    annotations: Option<String>,
}

/// A month on the command line.
fn month(text: &str) -> std::result::Result<Month, String> {
    Month::parse(text).ok_or_else(|| "write a month as YYYY-MM, for example 2026-09".to_owned())
}

impl Build {
    pub fn run(&self, project: Result<Project>, folder: &Path, voice: Voice) -> Result<ExitCode> {
        let target = Target::chosen(self.annotations.as_deref())?;
        let root = project.as_ref().map_or_else(|_| folder.to_path_buf(), |project| project.root.clone());
        let outcome = project.and_then(|project| self.build(&project, voice));
        let (report, problem) = match outcome {
            Ok(outcome) => (Some(outcome.report), outcome.refusal),
            Err(problem) => (None, Some(problem)),
        };
        if let Some(report) = &report {
            self.show(report, voice)?;
        }
        let remarks = Remarks { root: &root, report: report.as_ref(), problem: problem.as_ref() };
        let told = annotations::write(&target, &remarks, self.json);
        // What stopped the build is told before what stopped its annotations.
        problem.map_or(told, Err)?;
        Ok(ExitCode::SUCCESS)
    }

    fn build(&self, project: &Project, voice: Voice) -> Result<Outcome> {
        let bars = Bars::new(voice);
        let request = Request {
            today: self.dates.today,
            as_of: self.dates.as_of,
            output: self.output.clone(),
            unsealed: self.unsealed,
            only: self.only.clone(),
            dry_run: self.dry_run,
            reopen: self.reopen,
            wait: wait(self.wait),
            gate: GateRequest { strict: self.strict, accept: Accept::parse(&self.accept)? },
            ..Request::default()
        };
        let outcome = pipeline::judged(project, &request, &bars);
        bars.end();
        outcome
    }

    fn show(&self, report: &Report, voice: Voice) -> Result<()> {
        if self.json {
            let text =
                serde_json::to_string_pretty(report).map_err(|error| Problem::failed(format!("report: {error}")))?;
            print(&format!("{text}\n"));
        } else if !voice.quiet {
            print(&summary(report, voice));
        }
        Ok(())
    }
}

fn summary(report: &Report, voice: Voice) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "As of {} (today {})", report.as_of, report.today);
    rows(&mut text, report);
    pages(&mut text, report, voice);
    costs(&mut text, report, voice);
    if !report.closed.is_empty() {
        let _ = writeln!(text, "Closed   {}: their figures are frozen in state/closed/", report.closed.join(", "));
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "Warning  {}", one_line(warning));
    }
    gate(&mut text, report);
    if report.rows.quarantined > 0 {
        let _ = writeln!(text, "The quarantined rows stand in quarantine/, with the reason for each.");
    }
    site(&mut text, report);
    text
}

fn rows(text: &mut String, report: &Report) {
    let rows = &report.rows;
    let _ = writeln!(
        text,
        "Rows     {} in {} files: {} loaded, {} quarantined, {} duplicates, {} superseded",
        rows.rows_in,
        report.files.len(),
        rows.loaded,
        rows.quarantined,
        rows.duplicates,
        rows.superseded
    );
    if rows.mended > 0 {
        let _ = writeln!(
            text,
            "           {} of them mended: they stand in the place of rows that were turned away",
            rows.mended
        );
    }
}

/// Models, pages and files; with `--verbose` every file that was read.
fn pages(text: &mut String, report: &Report, voice: Voice) {
    let _ = writeln!(text, "Models   {} ({} computed, the rest unchanged)", report.models.all, report.models.computed);
    let _ = writeln!(
        text,
        "Pages    {} ({} rendered, the rest unchanged), {} left out",
        report.pages,
        report.pages - report.reused,
        report.left_out.len()
    );
    for left in &report.left_out {
        let _ = writeln!(text, "           {}: {}", left.page, one_line(&left.because));
    }
    for file in report.files.iter().filter(|_| voice.verbose) {
        let _ = writeln!(
            text,
            "File     {} → {}: {} rows, {} loaded, {} quarantined{}",
            one_line(&file.path),
            file.table,
            file.rows_in,
            file.loaded,
            file.quarantined,
            if file.cached { " (seen before)" } else { "" }
        );
    }
    if let Some(published) = &report.published {
        let _ = writeln!(
            text,
            "Files    {} written, {} unchanged, {} removed, {:.1} MB",
            published.written,
            published.unchanged,
            published.removed,
            megabytes(published.bytes)
        );
    }
}

/// Time and memory; with `--verbose` the seconds of every step.
fn costs(text: &mut String, report: &Report, voice: Voice) {
    let times: Vec<String> = report.seconds.iter().map(|(stage, seconds)| format!("{stage} {seconds:.1} s")).collect();
    let _ = writeln!(text, "Time     {}", times.join(", "));
    for (step, seconds) in report.steps.iter().filter(|_| voice.verbose) {
        let _ = writeln!(text, "Step     {step} {seconds:.2} s");
    }
    if let Some(peak) = report.usage.peak_memory_bytes {
        let _ = writeln!(text, "Memory   {:.0} MB at most", megabytes(peak));
    }
}

fn site(text: &mut String, report: &Report) {
    match &report.published {
        Some(published) => {
            let as_it_stood = if published.swapped { "" } else { ", as it stood" };
            let _ =
                writeln!(text, "Site     {} (release {}{as_it_stood})", published.output.display(), published.release);
            let _ = writeln!(text, "Open     {}", published.output.join("index.html").display());
        }
        // The refusal itself follows as a problem.
        None if report.gate.refused => {}
        None => text.push_str("Nothing was published (--dry-run).\n"),
    }
}

/// What the gate found and let pass; what it refused is told as a problem.
fn gate(text: &mut String, report: &Report) {
    let passed = report.gate.findings.iter().filter(|finding| !finding.stops(report.gate.strict));
    for finding in passed.filter(|finding| finding.code != Code::Warnings) {
        let word = match finding.level {
            _ if finding.accepted => "accepted",
            Level::Note => "note",
            Level::Refuse | Level::Strict => "with --strict a reason to refuse",
        };
        let _ = writeln!(text, "Gate     {} ({word})", one_line(&finding.message));
    }
}

#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
