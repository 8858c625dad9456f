//! `storebook build`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use super::terminal::Bars;
use super::{Voice, date, wait};
use crate::pipeline::{self, Report, Request};
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook build --unsealed                       a preview on this machine
  storebook build --unsealed --output /srv/book    somewhere else
  storebook build --unsealed --only stores/s001    one page; the rest stays as published
  storebook build --dry-run --unsealed --json      check everything, publish nothing
  storebook build --unsealed --today 2026-11-01 --as-of 2026-10-31")]
pub struct Build {
    /// The day deadlines and freshness count from [default: today in the project's time zone]
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<jiff::civil::Date>,
    /// The day sales figures are seen from [default: the newest day in the data]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<jiff::civil::Date>,
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
    /// Wait while another run is at work on the project: so many seconds, or until it ends
    #[arg(long, value_name = "SECONDS", num_args = 0..=1)]
    wait: Option<Option<u64>>,
}

impl Build {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let bars = Bars::new(voice);
        let request = Request {
            today: self.today,
            as_of: self.as_of,
            output: self.output.clone(),
            unsealed: self.unsealed,
            only: self.only.clone(),
            dry_run: self.dry_run,
            wait: wait(self.wait),
            ..Request::default()
        };
        let report = pipeline::build(project, &request, &bars);
        bars.end();
        let report = report?;
        if self.json {
            let text =
                serde_json::to_string_pretty(&report).map_err(|error| Problem::failed(format!("report: {error}")))?;
            print(&format!("{text}\n"));
        } else if !voice.quiet {
            print(&summary(&report, voice));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn summary(report: &Report, voice: Voice) -> String {
    let mut text = String::new();
    let rows = &report.rows;
    let _ = writeln!(text, "As of {} (today {})", report.as_of, report.today);
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
    let _ = writeln!(text, "Models   {} ({} computed, the rest unchanged)", report.models.all, report.models.computed);
    let _ = writeln!(
        text,
        "Pages    {} ({} rendered, the rest unchanged), {} left out",
        report.pages,
        report.pages - report.reused,
        report.left_out.len()
    );
    for left in &report.left_out {
        let _ = writeln!(text, "           {}: {}", left.page, left.because);
    }
    if voice.verbose {
        for file in &report.files {
            let _ = writeln!(
                text,
                "File     {} → {}: {} rows, {} loaded, {} quarantined{}",
                file.path,
                file.table,
                file.rows_in,
                file.loaded,
                file.quarantined,
                if file.cached { " (seen before)" } else { "" }
            );
        }
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
    let times: Vec<String> = report.seconds.iter().map(|(stage, seconds)| format!("{stage} {seconds:.1} s")).collect();
    let _ = writeln!(text, "Time     {}", times.join(", "));
    if let Some(peak) = report.usage.peak_memory_bytes {
        let _ = writeln!(text, "Memory   {:.0} MB at most", megabytes(peak));
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "Warning  {warning}");
    }
    if rows.quarantined > 0 {
        let _ = writeln!(text, "The quarantined rows stand in quarantine/, with the reason for each.");
    }
    match &report.published {
        Some(published) => {
            let _ = writeln!(text, "Site     {} (release {})", published.output.display(), published.release);
            let _ = writeln!(text, "Open     {}", published.output.join("index.html").display());
        }
        None => text.push_str("Nothing was published (--dry-run).\n"),
    }
    text
}

#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
