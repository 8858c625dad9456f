//! `storebook audit`

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::live::Open;
use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Dates, Voice};
use crate::pipeline::{self, Request, Warehouse};
use crate::privacy::{
    Attacked, Declared, ExposedCell, Limits, Origin, Promise, PublicModel, Publication, Report, report,
};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, Engine};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook audit export.csv --quasi birthday,city,gender --k 10
  storebook audit export.parquet --quasi age,postcode --sensitive level --k 10 --l 2 --t 0.2 --json
  storebook audit customer_summary --quasi home_store --k 5     a model, or source.NAME
  storebook audit                                               attack the tables that public pages may show

Exit codes: 0 everything that is wanted holds, 1 it does not, 2 usage")]
pub struct Audit {
    /// A .csv, .tsv or .parquet file, a model, or source.NAME; without it, the publishable models of the project
    #[arg(value_name = "FILE|TABLE")]
    table: Option<String>,
    /// Columns by which somebody could be recognised, together
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "table")]
    quasi: Vec<String>,
    /// Columns nobody should learn of somebody
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "table")]
    sensitive: Vec<String>,
    /// At least so many rows must be alike
    #[arg(long, value_name = "ROWS", requires = "table", value_parser = clap::value_parser!(u64).range(1..))]
    k: Option<u64>,
    /// At least so many sensitive values among them
    #[arg(long, value_name = "VALUES", requires = "sensitive", value_parser = clap::value_parser!(u64).range(1..))]
    l: Option<u64>,
    /// At most so far may their sensitive values be from those of the whole table, from 0 to 1
    #[arg(long, value_name = "DISTANCE", requires = "sensitive", value_parser = fraction)]
    t: Option<f64>,
    /// Published counts below this are suppressed
    #[arg(long, value_name = "COUNT", default_value_t = 10, conflicts_with = "table")]
    threshold: u64,
    /// Published counts are rounded to multiples of this
    #[arg(long, value_name = "COUNT", default_value_t = 5, conflicts_with = "table", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    base: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dates: Dates,
}

/// A share on the command line.
pub(super) fn fraction(text: &str) -> std::result::Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "write a number from 0 to 1, for example 0.2".to_owned())
}

impl Audit {
    pub fn run(&self, open: Open<'_>, voice: Voice) -> Result<ExitCode> {
        let Some(table) = &self.table else { return self.publication(&open()?, voice) };
        if is_file(table) {
            let engine = DuckDb::loading(&crate::project::Engine::default())?;
            return self.measure(&Origin::file(&engine, Path::new(table))?);
        }
        let warehouse = warehouse(&open()?, &self.dates, voice)?;
        self.measure(&table_of(&warehouse, table)?)
    }

    fn measure(&self, origin: &Origin<'_>) -> Result<ExitCode> {
        let limits = Limits { k: self.k, l: self.l, t: self.t };
        let report = report(&origin.sample(&self.quasi, &self.sensitive)?, &self.sensitive, &limits);
        let short = report.shortfalls(&limits);
        if self.json {
            let measured = Measured { table: &origin.name, quasi: &self.quasi, report: &report, not_held: &short };
            print(&json(&measured)?);
        } else {
            let mut text = format!("{}\n{}", one_line(&origin.name), words(&report, &self.quasi));
            for line in &short {
                let _ = writeln!(text, "Not held: {}", one_line(line));
            }
            if short.is_empty() && (limits.k.is_some() || limits.l.is_some() || limits.t.is_some()) {
                text.push_str("Everything that is wanted holds.\n");
            }
            print(&text);
        }
        Ok(code(short.is_empty()))
    }

    fn publication(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let warehouse = warehouse(project, &self.dates, voice)?;
        let mut publication = Publication::default();
        for plan in warehouse.graph.order.iter().filter(|plan| plan.model.header.publishable) {
            let (name, header) = (&plan.model.name, &plan.model.header);
            let declared = Declared { key: &header.key, counts: &header.counts };
            publication
                .add(&warehouse.engine, name, &declared)
                .map_err(|problem| if problem.place().is_some() { problem } else { problem.at(&plan.model.file) })?;
        }
        let figures = publication.attack(&Promise { threshold: self.threshold, base: self.base })?;
        let people = publication.models.iter().all(|model| model.people.is_empty());
        let safe = people && figures.iter().all(|figure| figure.exposed.is_empty() && !figure.contradictory);
        if self.json {
            print(&json(&Published { models: &publication.models, figures: &figures, safe })?);
        } else {
            print(&self.published_words(&publication.models, &figures, safe));
        }
        Ok(code(safe))
    }

    fn published_words(&self, models: &[PublicModel], figures: &[Attacked], safe: bool) -> String {
        let mut text = String::from("Models that public pages may query\n");
        for model in models {
            let counts = if model.counts.is_empty() { "no counts".to_owned() } else { model.counts.join(", ") };
            let _ = writeln!(text, "  {}: {counts}", model.model);
            for column in &model.people {
                let _ = writeln!(text, "    NOT SAFE: {} tells of single people", one_line(column));
            }
        }
        for figure in figures {
            let (cells, hidden) = (figure.cells, figure.suppressed);
            let _ = writeln!(
                text,
                "{} in {}: {cells} cells, {hidden} suppressed",
                one_line(&figure.figure),
                figure.models.join(", ")
            );
            if figure.contradictory {
                text.push_str("  NOT PROVED: the totals are not the sums of their parts; counts of people who stand in several cells cannot be published with their total\n");
            }
            for cell in figure.exposed.iter().take(SHOWN) {
                let _ = writeln!(text, "  NOT SAFE: {}", self.exposed_words(cell));
            }
            if figure.exposed.len() > SHOWN {
                let _ = writeln!(text, "  … and {} more; --json lists all", figure.exposed.len() - SHOWN);
            }
        }
        let verdict =
            if safe { "No cell can be narrowed down further than published." } else { "Not fit to be published." };
        let _ = writeln!(text, "{verdict}");
        text
    }

    fn exposed_words(&self, exposed: &ExposedCell) -> String {
        let pairs: Vec<String> = exposed.cell.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cell = if pairs.is_empty() { "the total".to_owned() } else { one_line(&pairs.join(", ")) };
        let between = match exposed.highest {
            Some(highest) if highest == exposed.lowest => format!("is exactly {highest}"),
            Some(highest) => format!("is between {} and {highest}", exposed.lowest),
            None => format!("is at least {}", exposed.lowest),
        };
        match exposed.why {
            "suppressed" => format!("{cell} is suppressed, but {between}"),
            "rounded" => format!("{cell} is rounded, but {between}"),
            "below_threshold" => format!("{cell} shows {}, which is below {}", exposed.lowest, self.threshold),
            _ => format!("{cell} shows {}, which is not rounded to {}", exposed.lowest, self.base),
        }
    }
}

/// Cells that are told one by one.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct Measured<'a> {
    table: &'a str,
    quasi: &'a [String],
    #[serde(flatten)]
    report: &'a Report,
    not_held: &'a [String],
}

#[derive(Serialize)]
struct Published<'a> {
    models: &'a [PublicModel],
    figures: &'a [Attacked],
    safe: bool,
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map(|text| format!("{text}\n"))
        .map_err(|error| Problem::failed(format!("the result cannot be written as JSON: {error}")))
}

fn code(held: bool) -> ExitCode {
    if held { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn is_file(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.contains(['/', '\\']) || [".csv", ".tsv", ".parquet"].iter().any(|ending| lower.ends_with(ending))
}

pub(super) fn warehouse(project: &Project, dates: &Dates, voice: Voice) -> Result<Warehouse> {
    let bars = Bars::new(voice);
    let request = Request { today: dates.today, as_of: dates.as_of, ..Request::default() };
    let warehouse = pipeline::warehouse(project, &request, &bars);
    bars.end();
    warehouse
}

/// A model, or a contract table as `source.NAME`.
pub(super) fn table_of<'a>(warehouse: &'a Warehouse, name: &str) -> Result<Origin<'a>> {
    let engine: &dyn Engine = &warehouse.engine;
    if warehouse.ran.contains_key(name) {
        return Origin::table(engine, "main", name);
    }
    if let Some(table) = name.strip_prefix("source.").filter(|table| warehouse.loaded.tables.contains_key(*table)) {
        return Origin::table(engine, "source", table);
    }
    let sources: Vec<String> = warehouse.loaded.tables.keys().map(|name| format!("source.{name}")).collect();
    let names = warehouse.ran.keys().map(String::as_str).chain(sources.iter().map(String::as_str));
    Err(Problem::usage(format!("no table is called \"{name}\"")).nearest(name, names))
}

/// The measures in plain words.
pub(super) fn words(report: &Report, quasi: &[String]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  {} rows in {} classes of rows that are alike in {}",
        report.rows,
        report.classes,
        one_line(&quasi.join(", "))
    );
    let _ = writeln!(text, "  k = {}: the smallest class has so many rows", report.k);
    let _ = writeln!(text, "  uniques: {} of {} rows are alone in their class", report.uniques, report.rows);
    for column in &report.sensitive {
        let recursive = match column.recursive_c {
            Some(c) => format!("recursive (c, {}) for every c above {c:.2}", column.recursive_l),
            None => format!("recursive (c, {}) for no c", column.recursive_l),
        };
        let kind = if column.ordered { "ordered values" } else { "values without order" };
        let _ = writeln!(
            text,
            "  {}: l = {} different values at least in every class, entropy l = {:.2}, {recursive}; t = {:.4} ({kind})",
            one_line(&column.column),
            column.distinct_l,
            column.entropy_l,
            column.t
        );
    }
    text
}
