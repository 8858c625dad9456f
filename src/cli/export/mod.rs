//! `storebook export`

mod anonymised;
mod tables;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Dates, Voice};
use crate::exchange::Format;
use crate::problem::{Problem, Result};
use crate::project::Project;
use anonymised::{Anonymise, Anonymous};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook export source.customers --out customers.xlsx         one table; the ending tells the format
  storebook export --all --format csv --out export/              every contract table that has rows, a file each
  storebook export --all --workbook --out hq.xlsx                one workbook with a sheet per table
  storebook export store_summary customer_summary --format parquet --out marts/
  storebook export source.customers --anonymise --quasi birthday,city,gender --sensitive level --k 10 --l 2 --out people.csv
  storebook export source.customers --anonymise --quasi city --hierarchy city=cities.csv --pseudonym record_id --out people.csv
  storebook export customer_summary --anonymise --quasi first_order_on --hierarchy first_order_on=date --suppress 0 --out first.csv

Beside the files lies schema.json, which says what each column is. Files of contract tables may be put into the data/ of a
project, and give the same rows again. They hold personal data in clear.

With --anonymise, written are the named columns only. Names, telephone numbers, addresses and the like are refused; ids
become pseudonyms under the key in state/keys/. What is written was audited; when the limits cannot be held, nothing is
written (exit 3).")]
pub struct Export {
    /// Models, or source.NAME
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// Every contract table that has rows
    #[arg(long, conflicts_with = "anonymise")]
    all: bool,
    /// Every model that has rows
    #[arg(long, conflicts_with = "anonymise")]
    marts: bool,
    /// What the files are [default: what the ending of --out says, else csv]
    #[arg(long, value_enum, conflicts_with = "anonymise")]
    format: Option<Kind>,
    /// One workbook with a sheet per table
    #[arg(long, conflicts_with = "anonymise")]
    workbook: bool,
    /// Replace files that are there
    #[arg(long, conflicts_with = "anonymise")]
    force: bool,
    /// Language of headings and field notes [default: the first of site.locales]
    #[arg(long, value_name = "LOCALE", conflicts_with = "anonymise")]
    language: Option<String>,
    /// The file to write, or a folder for several; what is there is not replaced
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    #[command(flatten)]
    anonymous: Anonymous,
    #[command(flatten)]
    dates: Dates,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// UTF-8 with a byte order mark, for spreadsheets
    Csv,
    /// For databases and notebooks
    Parquet,
    /// One JSON object per line, for programs
    Ndjson,
    /// A workbook with field notes
    Xlsx,
}

impl From<Kind> for Format {
    fn from(kind: Kind) -> Format {
        match kind {
            Kind::Csv => Format::Csv,
            Kind::Parquet => Format::Parquet,
            Kind::Ndjson => Format::Ndjson,
            Kind::Xlsx => Format::Xlsx,
        }
    }
}

impl Export {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        if !self.anonymous.anonymise {
            return self.tables(project, voice);
        }
        let [table] = self.tables.as_slice() else {
            return Err(Problem::usage("an anonymised export is of one table")
                .hint("storebook export source.customers --anonymise --quasi city --out people.csv"));
        };
        Anonymise { options: &self.anonymous, table, out: &self.out, dates: &self.dates }.run(project, voice)
    }
}
