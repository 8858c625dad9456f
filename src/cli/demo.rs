//! `storebook demo`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use super::terminal::Bars;
use super::{Voice, date};
use crate::demo::{self, DemoOptions};
use crate::problem::Result;
use crate::progress::Progress;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook demo chain
  storebook demo big --stores 300 --customers 500000 --days 600 --seed 7
  storebook --project chain build")]
pub struct Demo {
    /// Folder to write into; made if it does not exist
    dir: PathBuf,
    #[arg(long, default_value_t = DemoOptions::default().stores)]
    stores: u32,
    #[arg(long, default_value_t = DemoOptions::default().customers)]
    customers: u32,
    /// Days of history
    #[arg(long, default_value_t = DemoOptions::default().days)]
    days: u32,
    /// The same seed gives the same chain
    #[arg(long, default_value_t = DemoOptions::default().seed)]
    seed: u64,
    /// Last day of the data
    #[arg(long, value_name = "DATE", value_parser = date, default_value_t = DemoOptions::default().end)]
    end: jiff::civil::Date,
    /// Vary formats and headers as real chains do, and break a few rows
    #[arg(long)]
    messy: bool,
    /// People of a hundred who hold further cards in a messy chain; who is who is written to truth/people.csv
    #[arg(long, value_name = "PERCENT", requires = "messy", default_value_t = 12, value_parser = clap::value_parser!(u32).range(..=100))]
    doubles: u32,
}

impl Demo {
    pub fn run(&self, voice: Voice) -> Result<ExitCode> {
        let options = DemoOptions {
            stores: self.stores,
            customers: self.customers,
            days: self.days,
            seed: self.seed,
            end: self.end,
            messy: self.messy,
            doubles: if self.messy { self.doubles } else { 0 },
        };
        let bars = Bars::new(voice);
        bars.start("customers", u64::from(self.customers));
        let mut told = 0;
        let summary = demo::generate(&self.dir, &options, &mut |done, _| {
            bars.step(done.saturating_sub(told), "");
            told = done;
        });
        bars.end();
        let summary = summary?;
        if !voice.quiet {
            print(&format!(
                "{} stores, {} customers, {} transactions ({} lines, {} refunds), {} pieces of feedback in {} files\n\
                 Next: storebook --project {} build\n",
                summary.stores,
                summary.customers,
                summary.transactions,
                summary.lines,
                summary.refunds,
                summary.feedback,
                summary.files.len(),
                self.dir.display()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
