//! `storebook rollback`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use super::{Voice, wait};
use crate::pipeline::{self, RollbackRequest};
use crate::problem::Result;
use crate::project::Project;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook rollback             back to the release before
  storebook rollback 43b3        to the release whose id begins so; `storebook releases` lists them")]
pub struct Rollback {
    /// Id of the release, or its beginning [default: the next older one]
    release: Option<String>,
    /// The published folder [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Also to a release that opens to codes which were taken away since
    #[arg(long)]
    reopen: bool,
    /// Wait while another run is at work on the project: so many seconds, or until it ends
    #[arg(long, value_name = "SECONDS", num_args = 0..=1)]
    wait: Option<Option<u64>>,
}

impl Rollback {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let request = RollbackRequest {
            output: self.output.clone(),
            release: self.release.clone(),
            reopen: self.reopen,
            wait: wait(self.wait),
        };
        let published = pipeline::rollback(project, &request)?;
        if !voice.quiet {
            print(&format!(
                "Files    {} changed or new, {} unchanged, {} removed\nSite     {} (release {})\n",
                published.written,
                published.unchanged,
                published.removed,
                published.output.display(),
                published.release_id
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
