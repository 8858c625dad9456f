//! A seeded generator of a whole retail chain: the invented 禾木生活 (Hemu Living) with its stores, products, customers,
//! receipts and feedback, written as the input files of a project. The same options give the same bytes.
//!
//! Customers buy by a known process (`process`), live in a calendar with seasons and festivals (`calendar`) and are
//! drawn one at a time, so that millions of receipts need little memory (`events`). A messy chain writes the same
//! facts the way real tills send them (`style`, `mess`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};

mod basket;
mod calendar;
mod campaigns;
mod cards;
mod catalog;
mod chain;
mod contacts;
mod customer;
mod doubles;
mod events;
mod feedback;
mod mess;
mod points;
mod process;
mod readme;
mod receipts;
mod referrals;
mod sheet;
mod style;
mod tables;
mod targets;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use mess::BadRow;

use calendar::Calendar;
use catalog::Catalog;
use chain::Chain;
use customer::{Stream, Streams, Taste};
use events::Events;
use process::Process;

/// More stores would not fit the numbering of the events.
const MOST_STORES: u32 = 50_000;
/// A hundred years; more seconds would not fit the clock of the events.
const MOST_DAYS: u32 = 36_500;

/// What kind of chain to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOptions {
    pub stores: u32,
    /// People with a card; a few of them hold a second record from an online registration.
    pub customers: u32,
    /// Length of the window of sales.
    pub days: u32,
    pub seed: u64,
    /// Last day of the window.
    pub end: jiff::civil::Date,
    /// Every store writes its files by its own habits, and a few rows are truly bad. Also writes `data/README.md`.
    pub messy: bool,
    /// People of a hundred in a messy chain who hold further cards; with any, families, twins and namesakes appear too,
    /// and `truth/people.csv` says who is who.
    pub doubles: u32,
}

impl Default for DemoOptions {
    fn default() -> Self {
        DemoOptions {
            stores: 12,
            customers: 2000,
            days: 540,
            seed: 1,
            end: jiff::civil::date(2026, 10, 31),
            messy: false,
            doubles: 0,
        }
    }
}

/// What was written. Bad rows and receipts sent twice are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemoSummary {
    pub files: Vec<PathBuf>,
    pub stores: u64,
    /// People, not records.
    pub customers: u64,
    /// Receipts: sales and refunds.
    pub transactions: u64,
    pub lines: u64,
    /// Receipts that are refunds.
    pub refunds: u64,
    pub feedback: u64,
    /// The deliberately bad rows of a messy chain, in the order of writing.
    pub bad_rows: Vec<BadRow>,
}

/// The chain as drawn from the seed; customers are drawn from it when needed.
struct World {
    messy: bool,
    calendar: Calendar,
    process: Process,
    chain: Chain,
    catalog: Catalog,
    streams: Streams,
}

impl World {
    fn new(options: &DemoOptions) -> Result<World> {
        let calendar = Calendar::new(options.end, options.days)?;
        let streams = Streams::new(options.seed);
        Ok(World {
            messy: options.messy,
            process: Process::new()?,
            chain: Chain::draw(options.stores, &calendar, &mut streams.of(Stream::World, 0, 0)),
            catalog: Catalog::draw(&mut streams.of(Stream::World, 1, 0)),
            calendar,
            streams,
        })
    }

    fn taste(&self, customer: u32) -> Taste {
        Taste::draw(&self.chain, &self.catalog, &mut self.streams.of(Stream::Taste, customer, 0))
    }
}

/// Where the files go, and the account of what was written.
struct Output {
    dir: PathBuf,
    summary: DemoSummary,
    /// Receipts that stand in two files.
    sent_again: u64,
    /// Fen by store and month, see [`targets::month_number`].
    sold: BTreeMap<(usize, i32), i64>,
}

impl Output {
    fn path(&self, relative: &str) -> PathBuf {
        self.dir.join(relative)
    }

    /// A path as the read-me shows it: below the directory, with slashes.
    fn relative(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.dir).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    fn bad(&mut self, row: BadRow) {
        self.summary.bad_rows.push(row);
    }
}

/// Writes `storebook.toml` and `data/` of a chain into `dir`, which is created. `progress` is told how many customers
/// are done, of how many.
///
/// # Errors
/// Usage, when an option is out of range; refused, when `dir` holds a project or data already; failed, when a file
/// cannot be written.
pub fn generate(dir: &Path, options: &DemoOptions, progress: &mut dyn FnMut(u64, u64)) -> Result<DemoSummary> {
    check(options)?;
    refuse_existing(dir)?;
    let world = World::new(options)?;
    let customers = u64::from(options.customers);
    let mut out = Output { dir: dir.to_owned(), summary: DemoSummary::default(), sent_again: 0, sold: BTreeMap::new() };
    out.summary.stores = u64::from(options.stores);
    out.summary.customers = customers;

    tables::write_stores(&world, &mut out)?;
    tables::write_products(&world, &mut out)?;
    cards::write(&world, options.customers, &mut out)?;
    let doubles = options.messy && options.doubles > 0;
    if doubles {
        doubles::write(&world, options.customers, options.doubles, &mut out)?;
    }
    // Living takes about a fifth of the time, writing the rest.
    let events = Events::draw(&world, options.customers, &mut |done| progress(u64::from(done) / 5, customers));
    let receipts = (events.receipts.len() as u64).max(1);
    let lived = customers / 5;
    receipts::write(&world, &events, &mut out, &mut |done| {
        progress(lived + (customers - lived) * done / receipts, customers);
    })?;
    targets::write(&world, &mut out)?;
    points::write(&world, &events, options.customers, &mut out)?;
    campaigns::write(&world, options.customers, &mut out)?;
    referrals::write(&world, &events, options.customers, &mut out)?;
    contacts::write(&world, options.customers, &mut out)?;
    feedback::write(&world, &events, &mut out)?;
    readme::write_settings(&world, doubles, &mut out)?;
    if world.messy {
        readme::write(options, &mut out)?;
    }
    progress(customers, customers);
    Ok(out.summary)
}

fn check(options: &DemoOptions) -> Result<()> {
    if !(1..=MOST_STORES).contains(&options.stores) {
        return Err(Problem::usage(format!("a chain of {} stores cannot be written", options.stores))
            .hint(format!("choose 1 to {MOST_STORES} stores")));
    }
    if !(1..=MOST_DAYS).contains(&options.days) {
        return Err(Problem::usage(format!("a window of {} days cannot be written", options.days))
            .hint(format!("choose 1 to {MOST_DAYS} days")));
    }
    Ok(())
}

fn refuse_existing(dir: &Path) -> Result<()> {
    let refuse = |path: PathBuf| {
        Err(Problem::refused("this directory holds a project already; nothing was written")
            .at(path)
            .hint("choose an empty or a new directory"))
    };
    let settings = dir.join("storebook.toml");
    if settings.symlink_metadata().is_ok() {
        return refuse(settings);
    }
    let data = dir.join("data");
    match fs::read_dir(&data).map(|mut entries| entries.next().is_some()) {
        Ok(true) => refuse(data),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::io("look into this folder", &data, &error))
        }
        _ => Ok(()),
    }
}
