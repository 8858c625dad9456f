//! `storebook check`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::{one_line, print};
use super::terminal::Bars;
use crate::problem::Result;
use crate::progress::Progress;
use crate::project::Project;
use crate::publish::{Severity, check_site};
use crate::{eject, pipeline};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook check                 the project, and its output/
  storebook check /srv/book       any built site, nothing else")]
pub struct Check {
    /// Folder of the built site [default: the project's output]
    dir: Option<PathBuf>,
}

impl Check {
    pub fn run(&self, project: &Path, voice: Voice) -> Result<ExitCode> {
        let mut text = String::new();
        let mut warnings = 0;
        let dir = match &self.dir {
            Some(dir) => dir.clone(),
            None => {
                let project = Project::open(project)?;
                pipeline::check(&project)?;
                for drift in eject::drift(&project)? {
                    text.push_str(&format!("{}: warning: {} [ejected-drift]\n", eject::RECORD, drift.message));
                    warnings += 1;
                }
                project.output()
            }
        };
        let bars = Bars::new(voice);
        bars.start("pages", 0);
        let report = check_site(&dir, &|_, _| bars.step(1, ""));
        bars.end();
        if report.is_err() {
            // What was found in the project is worth knowing also where no site stands yet.
            print(&text);
        }
        let report = report?;
        for finding in &report.findings {
            let word = if finding.severity == Severity::Error { "error" } else { "warning" };
            text.push_str(&format!(
                "{}:{}:{}: {word}: {} [{}]\n",
                finding.file,
                finding.line,
                finding.column,
                one_line(&finding.message),
                finding.rule
            ));
        }
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        if !voice.quiet {
            text.push_str(&format!(
                "{} pages, {} links: {errors} errors, {} warnings\n",
                report.pages,
                report.links,
                report.findings.len() - errors + warnings
            ));
        }
        print(&text);
        Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
