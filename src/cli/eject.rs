//! `storebook eject`

use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::{print, unified};
use crate::eject;
use crate::problem::Result;
use crate::project::Project;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook eject                                   what there is
  storebook eject content/overview.md               a page, with its translations
  storebook eject themes/default/static/style.css
  storebook eject store_months                      a model, by its name
  storebook eject --diff content/overview.md        the built-in page and yours")]
pub struct Eject {
    /// The built-in file, as the list names it [default: list them]
    path: Option<String>,
    /// Compare the built-in file of today with the project's
    #[arg(long, requires = "path", conflicts_with = "seen")]
    diff: bool,
    /// Say that today's built-in file has been compared, so that `check` is quiet about it
    #[arg(long, requires = "path")]
    seen: bool,
}

impl Eject {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let Some(path) = &self.path else {
            print(&list(project));
            return Ok(ExitCode::SUCCESS);
        };
        if self.diff {
            for [original, own] in eject::compare(project, path)? {
                print(&unified((&original.0, &original.1), (&own.0, &own.1)));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let paths = if self.seen { eject::seen(project, path)? } else { eject::eject(project, path)? };
        if !voice.quiet {
            let verb = if self.seen { "seen" } else { "copied" };
            print(&paths.iter().map(|path| format!("{verb} {path}\n")).collect::<String>());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Every built-in file; `*` marks those the project has a file of its own for.
fn list(project: &Project) -> String {
    let mark = |path: &str| if project.root.join(path).exists() { '*' } else { ' ' };
    let mut text: String = eject::originals(project)
        .iter()
        .map(|original| format!("{} {}\n", mark(&original.path), original.path))
        .collect();
    text.push_str("* stands in the project\n");
    text
}
