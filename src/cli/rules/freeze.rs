//! `storebook rules freeze`: limits that follow the customers, written into the settings so that they stay.

use std::process::ExitCode;

use clap::Args;
use toml_edit::{Array, DocumentMut, Item, Table, Value as Toml};

use crate::cli::output::{print, unified};
use crate::cli::terminal::Bars;
use crate::cli::{Dates, Voice};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::project::{CONFIG_FILE, Project};
use crate::warehouse::Engine;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook rules freeze rfm --dry-run     what would be written
  storebook rules freeze rfm               [rfm.cuts] of storebook.toml holds today's limits; comments stay")]
pub struct Freeze {
    #[arg(value_enum)]
    rule: Rule,
    /// Show the changes as a diff; write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    dates: Dates,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Rule {
    /// The limits between the scores 1 to 5
    Rfm,
}

impl Freeze {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        match self.rule {
            Rule::Rfm => self.rfm(project, voice),
        }
    }

    fn rfm(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let path = project.root.join(CONFIG_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Problem::io("read the settings", &path, &error)),
        };
        let cuts = self.cuts(project, voice)?;
        let frozen = write(&text, &cuts)?;
        if self.dry_run {
            print(&unified((CONFIG_FILE, &text), (CONFIG_FILE, &frozen)));
            return Ok(ExitCode::SUCCESS);
        }
        let scratch = path.with_extension("toml.tmp");
        std::fs::write(&scratch, &frozen)
            .and_then(|()| std::fs::rename(&scratch, &path))
            .map_err(|error| Problem::io("write the settings", &path, &error))?;
        if !voice.quiet {
            let shown = cuts.iter().map(|(name, values)| format!("  {name} = {values:?}\n")).collect::<String>();
            print(&format!(
                "{CONFIG_FILE}, [rfm.cuts]:\n{shown}From the next build on customers move, not the limits.\n"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Today's cuts by dimension, ascending.
    fn cuts(&self, project: &Project, voice: Voice) -> Result<Vec<(String, Vec<f64>)>> {
        let bars = Bars::new(voice);
        let request = Request { today: self.dates.today, as_of: self.dates.as_of, ..Request::default() };
        let warehouse = pipeline::warehouse(project, &request, &bars);
        bars.end();
        let frame = warehouse?.engine.query("select dimension, value from main.rfm_cuts order by dimension, cut_no")?;
        let mut cuts: Vec<(String, Vec<f64>)> = Vec::new();
        for row in &frame.rows {
            let (name, value) = (row[0].plain(), row[1].as_f64().unwrap_or(0.0));
            match cuts.last_mut() {
                Some((last, values)) if *last == name => values.push(value),
                _ => cuts.push((name, vec![value])),
            }
        }
        if cuts.iter().map(|(_, values)| values.len()).ne([4, 4, 4]) {
            return Err(Problem::failed("there are no limits to freeze: nobody bought in the window")
                .hint("build the book first and look at its RFM page"));
        }
        if let Some((name, values)) = cuts.iter().find(|(_, values)| values.windows(2).any(|pair| pair[0] >= pair[1])) {
            return Err(Problem::failed(format!("the limits of {name} are not apart: {values:?}"))
                .hint("too many customers are alike; write [rfm.cuts] by hand"));
        }
        Ok(cuts)
    }
}

/// The settings with `[rfm.cuts]` replaced; everything else, comments too, stays as it is.
fn write(text: &str, cuts: &[(String, Vec<f64>)]) -> Result<String> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| Problem::failed(error.message()).at(CONFIG_FILE))?;
    let table = |item: &Item| item.is_table_like() || item.is_none();
    let rfm = document.entry("rfm").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    if !table(rfm) {
        return Err(Problem::usage("rfm is no table").at(CONFIG_FILE));
    }
    match rfm.get("cuts") {
        Some(old) if !table(old) => return Err(Problem::usage("rfm.cuts is no table").at(CONFIG_FILE)),
        Some(old) if !old.is_none() => {}
        _ => rfm["cuts"] = Item::Table(Table::new()),
    }
    for (name, values) in cuts {
        let array: Array = values.iter().map(|value| number(*value)).collect();
        rfm["cuts"][name.as_str()] = Item::Value(Toml::Array(array));
    }
    Ok(document.to_string())
}

/// Whole numbers without a decimal point: 14, not 14.0.
#[allow(clippy::cast_possible_truncation)]
fn number(value: f64) -> Toml {
    if value.fract() == 0.0 && value.abs() < 1e15 { Toml::from(value as i64) } else { Toml::from(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c15_frozen_cuts_leave_the_rest_of_the_file_alone() {
        let cuts =
            vec![("monetary".to_owned(), vec![1.5, 2.0, 3.0, 4.25]), ("recency".to_owned(), vec![1.0, 2.0, 3.0, 4.0])];
        assert_eq!(
            write("# mine\n[rfm]\nwindow = 730 # two years\n", &cuts).unwrap(),
            "# mine\n[rfm]\nwindow = 730 # two years\n\n[rfm.cuts]\nmonetary = [1.5, 2, 3, 4.25]\nrecency = [1, 2, 3, 4]\n"
        );
        assert_eq!(
            write("[rfm.cuts]\nrecency = [9, 10, 11, 12]\n", &cuts).unwrap(),
            "[rfm.cuts]\nrecency = [1, 2, 3, 4]\nmonetary = [1.5, 2, 3, 4.25]\n"
        );
        assert_eq!(write("", &cuts[1..]).unwrap(), "[rfm.cuts]\nrecency = [1, 2, 3, 4]\n");
        assert!(write("rfm = 3\n", &cuts).is_err());
        assert!(write("rfm.cuts = 3\n", &cuts).is_err());
    }
}
