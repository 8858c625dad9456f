//! `storebook rules check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Speech, workbook};
use crate::cli::output::print;
use crate::locale::{Arg, Locale};
use crate::problem::Result;
use crate::project::rulebook::{self, Fault, Rulebook, What};
use crate::project::{CONFIG_FILE, Project};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook rules check                     the workbook of the project
  storebook rules check new.xlsx            another one, before it takes its place
  storebook rules check --locale en         in English

Ends with 1 where something is wrong.")]
pub struct Check {
    /// Workbook to look at [default: 会员规则.xlsx or membership-rules.xlsx of the project]
    file: Option<PathBuf>,
    #[command(flatten)]
    speech: Speech,
}

impl Check {
    pub fn run(&self, root: &Path) -> Result<ExitCode> {
        let project = Project::without_rulebook(root)?;
        let locale = self.speech.locale(&project)?;
        let path = workbook(self.file.as_deref(), &project, &locale)?;
        let mut book = rulebook::read(&path)?;
        let (counts, unread) = (book.counts(), std::mem::take(&mut book.unread));
        let mut faults = std::mem::take(&mut book.faults);
        if faults.is_empty() {
            faults.extend(tried(&project, book, self.file.is_none()));
        }
        let mut said = String::new();
        for fault in &faults {
            let place = fault.place();
            said += &if place.is_empty() { fault.say(&locale) } else { format!("{place}  {}", fault.say(&locale)) };
            said.push('\n');
        }
        for sheet in unread {
            said += &locale.t("rules-unread", &[("sheet", Arg::Text(&sheet))]);
            said.push('\n');
        }
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if faults.is_empty() {
            let chinese = locale.code().starts_with("zh");
            for (sheet, rules) in counts.iter().filter(|(_, rules)| *rules > 0) {
                said += &format!("{}  {}\n", sheet.name(chinese), count(&locale, "rules-count", *rules));
            }
            let key = if counts.iter().all(|(_, rules)| *rules == 0) { "rules-empty" } else { "rules-fine" };
            said += &locale.t(key, &[("file", Arg::Text(&file))]);
        } else {
            said += &count(&locale, "rules-faults", faults.len());
        }
        print(&(said + "\n"));
        Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

#[allow(clippy::cast_precision_loss)]
fn count(locale: &Locale, key: &str, number: usize) -> String {
    locale.t(key, &[("count", Arg::Number(number as f64))])
}

/// What only shows when the rules stand in the place of those of the settings.
fn tried(project: &Project, book: Rulebook, own: bool) -> Option<Fault> {
    // Another workbook is to take the place of the rules of the settings.
    let settings = || std::fs::read_to_string(project.root.join(CONFIG_FILE)).unwrap_or_default();
    let text = if own { settings() } else { String::new() };
    let mut config = project.config.clone();
    let whole = |what| Fault { sheet: String::new(), cell: String::new(), what };
    if let Err(fault) = book.put_into(&mut config, &text) {
        return Some(fault);
    }
    crate::project::check(&config).err().map(|problem| whole(What::Other(problem.message().to_owned())))
}
