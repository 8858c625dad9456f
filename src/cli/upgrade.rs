//! `storebook upgrade`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::{print, unified};
use crate::problem::{Problem, Result};
use crate::project::{CONFIG_FILE, upgrade};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook upgrade --dry-run      what would change in storebook.toml
  storebook upgrade                change it; comments stay")]
pub struct Upgrade {
    /// Show the changes as a diff; write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Upgrade {
    pub fn run(&self, project: &Path, voice: Voice) -> Result<ExitCode> {
        let path = project.join(CONFIG_FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| Problem::io("read the settings", &path, &error))?;
        let upgraded = upgrade::upgrade(&text).map_err(|problem| problem.at(CONFIG_FILE).text(text.as_str()))?;
        let Some(upgraded) = upgraded else {
            if !voice.quiet {
                print(&format!("{CONFIG_FILE} is up to date (config_version {})\n", upgrade::CURRENT));
            }
            return Ok(ExitCode::SUCCESS);
        };
        if self.dry_run {
            print(&unified((CONFIG_FILE, &text), (CONFIG_FILE, &upgraded.text)));
            return Ok(ExitCode::SUCCESS);
        }
        let scratch = path.with_extension("toml.tmp");
        std::fs::write(&scratch, &upgraded.text)
            .and_then(|()| std::fs::rename(&scratch, &path))
            .map_err(|error| Problem::io("write the settings", &path, &error))?;
        if !voice.quiet {
            let mut said = format!("{CONFIG_FILE}: config_version {} → {}\n", upgraded.from, upgraded.to);
            for change in &upgraded.changes {
                said.push_str(&format!("  {change}\n"));
            }
            print(&said);
        }
        Ok(ExitCode::SUCCESS)
    }
}
