//! `storebook quarantine`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::print;
use crate::problem::{Problem, Result};
use crate::project::{AtRest, Project, private};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook quarantine                                     which sources have rows in quarantine
  storebook quarantine transactions                        the rows, as CSV: place, reason, and their own text
  storebook quarantine transactions --out mend.csv

Works on an encrypted quarantine too ([at_rest] encrypt = true).")]
pub struct Quarantine {
    /// A source, as the list names it
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    /// Write the rows into this file, readable by its owner only
    #[arg(long, value_name = "FILE", requires = "source")]
    out: Option<PathBuf>,
}

impl Quarantine {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let rest = AtRest::of(project)?;
        let folder = project.quarantine();
        let ending = if rest.encrypted() { ".csv.age" } else { ".csv" };
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(ending)?.to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        let Some(source) = &self.source else {
            match names.as_slice() {
                [] if voice.quiet => {}
                [] => print("Nothing is in quarantine.\n"),
                _ => print(&names.iter().map(|name| format!("{name}\n")).collect::<String>()),
            }
            return Ok(ExitCode::SUCCESS);
        };
        if !names.contains(source) {
            return Err(Problem::usage(format!("the last build put no rows of \"{source}\" into quarantine"))
                .nearest(source, names.iter().map(String::as_str)));
        }
        let path = rest.place(&folder.join(format!("{source}.csv")));
        let damaged = |error: &io::Error| {
            Problem::io("read the quarantine", &path, error).hint("`storebook build` writes it anew")
        };
        let mut rows = rest.open(&path).map_err(|error| damaged(&error))?;
        match &self.out {
            Some(out) => {
                let mut file = private::create(out).map_err(|error| Problem::io("write the rows", out, &error))?;
                io::copy(&mut rows, &mut file).map_err(|error| damaged(&error))?;
            }
            None => match io::copy(&mut rows, &mut io::stdout().lock()).and_then(|_| io::stdout().flush()) {
                // A reader that has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(damaged(&error)),
                Ok(()) => {}
            },
        }
        Ok(ExitCode::SUCCESS)
    }
}
