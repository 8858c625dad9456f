//! `storebook quarantine`

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::{one_line, print};
use crate::discreet;
use crate::problem::{Problem, Result};
use crate::project::{AtRest, Project, private};
use crate::sources::{Loaded, RejectedRows, reason};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook quarantine                                     which sources have rows in quarantine
  storebook quarantine transactions                        the rows, as CSV: place, reason, and their own text
  storebook quarantine transactions --out mend.csv

`storebook inspect --quarantine` explains them. Put right in their cell `row` and put back as a file of their own below
data/, each row takes the place of the one that was turned away.
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

/// What was turned away, in words.
pub(super) fn explained(rejected: &[RejectedRows], loaded: &Loaded, values: bool) -> String {
    if rejected.is_empty() {
        return "Nothing is turned away.\n".to_owned();
    }
    let mut text = String::new();
    let mut before: Option<&RejectedRows> = None;
    for rows in rejected {
        if before.is_none_or(|before| before.source != rows.source) {
            let all: u64 = rejected.iter().filter(|other| other.source == rows.source).map(|other| other.rows).sum();
            let _ = writeln!(text, "{}: {} turned away", one_line(&rows.source), counted(all, "row"));
        }
        if before.is_none_or(|before| (&before.source, &before.file) != (&rows.source, &rows.file)) {
            let read = loaded.files.iter().find(|file| file.path == rows.file).map_or(0, |file| file.rows_in);
            let _ = writeln!(text, "  {}, of {} for table {}", one_line(&rows.file), counted(read, "row"), rows.table);
        }
        entry(&mut text, rows, values);
        before = Some(rows);
    }
    back(&mut text, rejected);
    text
}

fn entry(text: &mut String, rows: &RejectedRows, values: bool) {
    let reason = reason(&rows.rule);
    let column = match (&rows.column, &rows.header) {
        (Some(column), Some(header)) => {
            format!("{column} ← {}: ", one_line(&discreet::column_names(std::slice::from_ref(header))[0]))
        }
        (Some(column), None) => format!("{column}: "),
        (None, _) => String::new(),
    };
    let _ = writeln!(text, "    {}  {column}{} ({})", counted(rows.rows, "row"), reason.why, rows.rule);
    let lines: Vec<String> = rows.lines.iter().map(u64::to_string).collect();
    let more = if rows.rows > rows.lines.len() as u64 { " and on" } else { "" };
    let _ = write!(text, "      at line {}{more}", lines.join(", "));
    if !rows.value.is_empty() {
        let value: String = rows.value.chars().take(80).collect();
        let _ = write!(text, ", such as {}", one_line(&if values { value } else { discreet::outline(&value) }));
    }
    text.push('\n');
    if reason.hint != reason.why {
        let _ = writeln!(text, "      do: {}", reason.hint);
    }
}

/// How rows go back.
fn back(text: &mut String, rejected: &[RejectedRows]) {
    let mut kept: Vec<&str> = rejected.iter().map(|rows| rows.kept_in.as_str()).collect();
    kept.dedup();
    text.push_str(
        "\nHow they go back: either put the files in data/ right, or take the rows as a build left them in quarantine/\n",
    );
    for name in kept {
        let _ = writeln!(text, "  storebook quarantine {0} --out mended-{0}.csv", one_line(name));
    }
    text.push_str(
        "put the text in the cells \"row\" right, leave \"file\", \"line\" and \"mark\" as they are, move the file below data/ under a\n\
         name no other file has, and build. Each row then stands where the one stood that was turned away, and counts once.\n\
         Rows that are deleted from that file stay in quarantine.\n",
    );
}

fn counted(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
