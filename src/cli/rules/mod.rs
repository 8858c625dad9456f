//! `storebook rules`: the rules of the membership programme in a workbook, and limits written into the settings.

mod check;
mod freeze;
mod preview;
mod template;
mod undated;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Voice;
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::project::{Project, rulebook};

#[derive(Debug, Args)]
pub struct Rules {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a workbook of the rules as they are, with drop-downs, for people who do not write settings
    Template(template::Template),
    /// Look for what is wrong in the workbook, and name its sheet and cell
    Check(check::Check),
    /// Show who would move up or down a tier, and what the points would cost, before rules are used
    Preview(preview::Preview),
    /// Write today's limits into storebook.toml, so that they stay
    Freeze(freeze::Freeze),
}

impl Rules {
    pub fn run(&self, root: &Path, open: &dyn Fn() -> Result<Project>, voice: Voice) -> Result<ExitCode> {
        match &self.what {
            What::Template(command) => command.run(root, voice),
            What::Check(command) => command.run(root),
            What::Preview(command) => command.run(root, voice),
            What::Freeze(command) => command.run(&open()?, voice),
        }
    }
}

/// In which language a command speaks.
#[derive(Debug, Args)]
struct Speech {
    /// Language of headings and messages [default: the first of site.locales]
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,
}

impl Speech {
    fn locale(&self, project: &Project) -> Result<Locale> {
        let code = self.locale.as_deref().unwrap_or_else(|| project.default_locale());
        if !matches!(code, "zh-CN" | "en") {
            return Err(
                Problem::usage(format!("rules cannot be told in \"{code}\"")).hint("--locale zh-CN or --locale en")
            );
        }
        let section = &project.config.project;
        Locale::built_in(code, &section.currency, section.money_scale)
    }
}

/// The workbook that is meant: the one named, else that of the project.
fn workbook(named: Option<&Path>, project: &Project, locale: &Locale) -> Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.to_path_buf());
    }
    match rulebook::find(&project.root) {
        Ok(Some(path)) => Ok(path),
        Ok(None) => Err(Problem::usage(format!("there is no workbook of rules ({})", rulebook::FILES.join(" or ")))
            .hint("write one with `storebook rules template`")),
        Err(fault) => Err(Problem::usage(fault.say(locale))),
    }
}
