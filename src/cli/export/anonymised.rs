//! `storebook export --anonymise`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::audit::{fraction, table_of, warehouse, words};
use crate::cli::output::{one_line, print};
use crate::cli::{Dates, Voice};
use crate::content::component::Download;
use crate::privacy::{Anonymised, Limits, Origin, Report, Shape, Wish, anonymise, pseudonym, report};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::site::downloads::csv;
use crate::warehouse::{DuckDb, Frame};

/// The options of an anonymised export; none of them means anything without `--anonymise`.
#[derive(Debug, Args)]
pub struct Anonymous {
    /// Generalise until the limits hold, so that the file tells of nobody
    #[arg(long, help_heading = "Anonymised")]
    pub anonymise: bool,
    /// Columns by which somebody could be recognised, together; they are generalised
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        required_if_eq("anonymise", "true"),
        requires = "anonymise",
        help_heading = "Anonymised"
    )]
    quasi: Vec<String>,
    /// Columns nobody should learn of somebody; they are written as they are
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "anonymise", help_heading = "Anonymised")]
    sensitive: Vec<String>,
    /// Columns written as a keyed hash; each value may stand in one row only
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "anonymise", help_heading = "Anonymised")]
    pseudonym: Vec<String>,
    /// At least so many rows must be alike
    #[arg(long, value_name = "ROWS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Anonymised")]
    k: u64,
    /// At least so many sensitive values among them
    #[arg(long, value_name = "VALUES", requires = "sensitive", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Anonymised")]
    l: Option<u64>,
    /// How a column is generalised: COLUMN=date, number, prefix, whole, or a CSV file with a value and what it becomes
    #[arg(long, value_name = "COLUMN=HOW", requires = "anonymise", help_heading = "Anonymised")]
    hierarchy: Vec<String>,
    /// Share of the rows that may be left out
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = fraction, help_heading = "Anonymised")]
    suppress: f64,
}

/// One anonymised table to one file.
pub struct Anonymise<'a> {
    pub options: &'a Anonymous,
    pub table: &'a str,
    pub out: &'a Path,
    pub dates: &'a Dates,
}

impl Anonymise<'_> {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let wish = self.wish()?;
        self.free()?;
        let warehouse = warehouse(project, self.dates, voice)?;
        let origin = table_of(&warehouse, self.table)?;
        let state = project.state();
        let made = anonymise(&origin, &wish, &|| pseudonym::key(&state))?;
        let report = self.write(&made, &wish)?;
        if !voice.quiet {
            print(&self.told(&made, &report));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The file that is to be written does not exist, and could be read again.
    fn free(&self) -> Result<()> {
        if self.out.symlink_metadata().is_ok() {
            return Err(Problem::refused("this file exists already").at(self.out).hint("choose another name"));
        }
        let ending = self.out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if ending.as_deref() != Some("csv") {
            return Err(Problem::usage("an export is a .csv file").at(self.out));
        }
        Ok(())
    }

    fn wish(&self) -> Result<Wish> {
        let mut shapes: BTreeMap<&str, Shape> = BTreeMap::new();
        for text in &self.options.hierarchy {
            let (column, how) = text
                .split_once('=')
                .filter(|(column, how)| !column.is_empty() && !how.is_empty())
                .ok_or_else(|| {
                    Problem::usage(format!("--hierarchy \"{text}\" says no column and how"))
                        .hint("write --hierarchy city=prefix")
                })?;
            if !self.options.quasi.iter().any(|quasi| quasi == column) {
                let names = self.options.quasi.iter().map(String::as_str);
                return Err(Problem::usage(format!("--hierarchy speaks of \"{column}\", which --quasi does not name"))
                    .nearest(column, names));
            }
            if shapes.insert(column, shape(how)?).is_some() {
                return Err(Problem::usage(format!("\"{column}\" has two hierarchies")));
            }
        }
        let mut files = BTreeMap::new();
        for shape in shapes.values() {
            if let Shape::File(path) = shape {
                files.insert(path.clone(), hierarchy_file(path)?);
            }
        }
        let of = |name: &String| shapes.get(name.as_str()).cloned().unwrap_or(Shape::Auto);
        Ok(Wish {
            quasi: self.options.quasi.iter().map(|name| (name.clone(), of(name))).collect(),
            sensitive: self.options.sensitive.clone(),
            pseudonyms: self.options.pseudonym.clone(),
            k: self.options.k,
            l: self.options.l,
            suppress: self.options.suppress,
            files,
        })
    }

    /// Writes the file aside, audits it as whoever gets it would, and only then gives it its name.
    fn write(&self, made: &Anonymised, wish: &Wish) -> Result<Report> {
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let io = |error: &std::io::Error| Problem::io("write the export", self.out, error);
        let mut file = tempfile::Builder::new()
            .prefix(".export-")
            .suffix(".csv")
            .tempfile_in(folder)
            .map_err(|error| io(&error))?;
        let download = Download {
            file: String::new(),
            name: String::new(),
            title: String::new(),
            header: wish.columns(),
            columns: (0..made.frame.columns.len()).collect(),
            choices: Vec::new(),
            frame: Arc::new(made.frame.clone()),
        };
        file.write_all(&csv(&download)?).and_then(|()| file.as_file().sync_all()).map_err(|error| io(&error))?;
        let report = self.audited(made, file.path())?;
        file.persist_noclobber(self.out).map_err(|error| io(&error.error))?;
        Ok(report)
    }

    fn audited(&self, made: &Anonymised, path: &Path) -> Result<Report> {
        let refused = |why: &str| Problem::refused(format!("the export was not written: {why}"));
        let left = made.frame.rows.len() as u64;
        if left == 0 {
            return Err(refused("no row would be left"));
        }
        let engine = DuckDb::loading(&crate::project::Engine::default())?;
        let limits = Limits { k: Some(self.options.k), l: self.options.l, t: None };
        let sample = Origin::file(&engine, path)?.sample(&self.options.quasi, &self.options.sensitive)?;
        let report = report(&sample, &self.options.sensitive, &limits);
        if let Some(short) = report.shortfalls(&limits).first() {
            return Err(refused(short));
        }
        if report.rows != left || made.rows - left != made.choice.suppressed {
            return Err(refused("it does not read back as it was written"));
        }
        Ok(report)
    }

    fn told(&self, made: &Anonymised, report: &Report) -> String {
        let mut text = format!("{}\n", self.out.display());
        for (column, title) in &made.told {
            let _ = writeln!(text, "  {}: {}", one_line(column), one_line(title));
        }
        for column in &self.options.pseudonym {
            let _ = writeln!(text, "  {}: pseudonyms", one_line(column));
        }
        let (choice, rows) = (&made.choice, made.rows);
        let _ = writeln!(text, "  left out: {} of {rows} rows", choice.suppressed);
        let _ = writeln!(
            text,
            "  information loss {:.4} (0 none, 1 all), discernibility {}",
            choice.loss, choice.discernibility
        );
        if choice.cut_short {
            text.push_str("  the search was cut short: a choice with less loss may exist\n");
        }
        if !made.left_out.is_empty() {
            let _ = writeln!(text, "  columns not exported: {}", one_line(&made.left_out.join(", ")));
        }
        text.push_str("Audit of the file\n");
        text.push_str(&words(report, &self.options.quasi));
        text
    }
}

fn shape(how: &str) -> Result<Shape> {
    match how {
        "auto" => Ok(Shape::Auto),
        "date" => Ok(Shape::Dates),
        "number" => Ok(Shape::Numbers),
        "prefix" => Ok(Shape::Prefix),
        "whole" => Ok(Shape::Whole),
        path if path.to_lowercase().ends_with(".csv") => Ok(Shape::File(path.into())),
        other => Err(Problem::usage(format!("there is no hierarchy \"{other}\""))
            .nearest(other, ["auto", "date", "number", "prefix", "whole", "FILE.csv"])),
    }
}

fn hierarchy_file(path: &Path) -> Result<Frame> {
    let engine = DuckDb::loading(&crate::project::Engine::default())?;
    Origin::file(&engine, path)?.whole()
}
