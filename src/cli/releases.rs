//! `storebook releases`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::print;
use crate::pipeline;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::publish::{self, Kept};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook releases                   what stands in output/, and what can be put back
  storebook releases --verify          … and whether every file of it is as it was published
  storebook releases --verify 43b3     one of them
  storebook releases --json")]
pub struct Releases {
    /// The published folder [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Compare every file with its manifest: of all releases, or of the one whose id begins so
    #[arg(long, value_name = "ID", num_args = 0..=1)]
    verify: Option<Option<String>>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    release: String,
    current: bool,
    as_of: String,
    today: String,
    /// With the offset of the machine's time zone.
    published: String,
    files: u64,
    bytes: u64,
    folder: PathBuf,
    /// Whether every file is as it was published; only with `--verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    intact: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
}

impl Releases {
    pub fn run(&self, project: &Project) -> Result<ExitCode> {
        let output = self.output.clone().unwrap_or_else(|| project.output());
        pipeline::recover_if_free(project)?;
        let releases = publish::releases(&output)?;
        let wanted = self.verify.as_ref().and_then(Option::as_deref);
        let lines: Vec<Line> = releases
            .iter()
            .filter(|release| wanted.is_none_or(|wanted| release.id.starts_with(wanted)))
            .map(|release| line(release, self.verify.is_some()))
            .collect();
        if let Some(wanted) = wanted
            && lines.is_empty()
        {
            let problem = Problem::usage(format!("no release \"{wanted}\" is kept")).at(output);
            return Err(problem.nearest(wanted, releases.iter().map(|release| release.id.as_str())));
        }
        if self.json {
            let text =
                serde_json::to_string_pretty(&lines).map_err(|error| Problem::failed(format!("list: {error}")))?;
            print(&format!("{text}\n"));
        } else {
            print(&table(&lines));
        }
        let damaged = lines.iter().any(|line| line.intact == Some(false));
        Ok(if damaged { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn line(release: &Kept, verify: bool) -> Line {
    let faults = if verify { faults(release) } else { Vec::new() };
    Line {
        release: release.id.clone(),
        current: release.current,
        as_of: release.as_of.clone(),
        today: release.today.clone(),
        published: jiff::Timestamp::try_from(release.published)
            .map(|moment| moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
            .unwrap_or_default(),
        files: release.files,
        bytes: release.bytes,
        folder: release.dir.clone(),
        intact: verify.then_some(faults.is_empty()),
        faults,
    }
}

fn faults(release: &Kept) -> Vec<String> {
    let report = match publish::verify(&release.dir) {
        Ok(report) => report,
        Err(problem) => return vec![problem.to_string()],
    };
    let named = |word: &str, paths: &[String]| paths.iter().map(|path| format!("{word} {path}")).collect::<Vec<_>>();
    let mut faults = named("missing", &report.missing);
    faults.extend(named("changed", &report.changed));
    faults.extend(named("extra", &report.extra));
    if !report.card_matches {
        faults.push("changed release.json".to_owned());
    }
    faults
}

fn table(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let mark = if line.current { '*' } else { ' ' };
        #[allow(clippy::cast_precision_loss)]
        let megabytes = line.bytes as f64 / 1_000_000.0;
        let _ = write!(
            text,
            "{mark} {}  published {}  as of {} (today {})  {} files, {megabytes:.1} MB",
            line.release, line.published, line.as_of, line.today, line.files
        );
        match line.intact {
            Some(true) => text.push_str("  intact"),
            Some(false) => text.push_str("  DAMAGED"),
            None => {}
        }
        text.push('\n');
        for fault in &line.faults {
            let _ = writeln!(text, "    {fault}");
        }
    }
    if lines.is_empty() {
        text.push_str("Nothing is published here.\n");
    }
    text
}
