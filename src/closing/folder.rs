//! The folder `state/closed/`: which months are frozen, and whether their files can be believed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};
use crate::project::{Month, Project};
use crate::warehouse::literal;

/// Columns of a file and their SQL types, in order.
pub type Columns = &'static [(&'static str, &'static str)];

pub const LEDGER_FILE: &str = "closed/adjustments.csv";

/// The figures of a month, as its page shows them: its own, and those beside which they stand.
pub const FIGURES: Columns = &[
    ("month", "date"),
    ("closed_as_of", "date"),
    ("scope", "varchar"),
    ("scope_id", "varchar"),
    ("name", "varchar"),
    ("region", "varchar"),
    ("figures_month", "date"),
    ("net_sales", "decimal(18, 2)"),
    ("sales_amount", "decimal(18, 2)"),
    ("refund_amount", "decimal(18, 2)"),
    ("orders", "integer"),
    ("items", "decimal(18, 3)"),
    ("customers", "integer"),
    ("new_customers", "integer"),
    ("stores", "integer"),
    ("member_share", "decimal(18, 6)"),
    ("avg_basket", "decimal(18, 2)"),
    ("items_per_order", "decimal(18, 2)"),
    ("refund_share", "decimal(18, 6)"),
    ("adjustments", "decimal(18, 2)"),
];

/// What one order posted in one store in the month.
pub const ORDERS: Columns = &[
    ("source", "varchar"),
    ("transaction_id", "varchar"),
    ("store_id", "varchar"),
    ("ordered_on", "date"),
    ("lines", "integer"),
    ("orders", "integer"),
    ("net_amount", "decimal(18, 2)"),
    ("content", "varchar"),
];

/// The ledger of adjustments; `no` counts the entries.
pub const LEDGER: Columns = &[
    ("no", "integer"),
    ("posted_month", "date"),
    ("noticed_on", "date"),
    ("month", "date"),
    ("source", "varchar"),
    ("transaction_id", "varchar"),
    ("store_id", "varchar"),
    ("ordered_on", "date"),
    ("kind", "varchar"),
    ("amount_before", "decimal(18, 2)"),
    ("amount_now", "decimal(18, 2)"),
    ("difference", "decimal(18, 2)"),
    ("orders_before", "integer"),
    ("orders_now", "integer"),
    ("lines_now", "integer"),
    ("content_now", "varchar"),
    ("file", "varchar"),
    ("line", "bigint"),
];

pub fn figures_file(month: Month) -> String {
    format!("closed/{month}.csv")
}

pub fn orders_file(month: Month) -> String {
    format!("closed/{month}.orders.csv")
}

/// What the state holds about closed months.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    state: PathBuf,
    /// Frozen and still closed, in order.
    pub frozen: Vec<Month>,
    /// Frozen, but no longer closed by the settings, in order.
    pub reopened: Vec<Month>,
    pub has_ledger: bool,
}

impl Folder {
    /// Looks at the names and headers; the content is read by the engine.
    pub fn read(project: &Project, through: Option<Month>) -> Result<Folder> {
        let state = project.state();
        let mut found: BTreeMap<Month, BTreeSet<bool>> = BTreeMap::new();
        let folder = state.join("closed");
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Folder { state, ..Folder::default() });
            }
            Err(error) => return Err(Problem::io("read the closed months", &folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| Problem::io("read the closed months", &folder, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".csv") else { continue };
            let (stem, orders) = stem.strip_suffix(".orders").map_or((stem, false), |stem| (stem, true));
            if let Some(month) = Month::parse(stem) {
                found.entry(month).or_default().insert(orders);
            }
        }
        let mut all = Folder { state, ..Folder::default() };
        for (month, files) in found {
            if files.len() < 2 {
                let gone = if files.contains(&true) { figures_file(month) } else { orders_file(month) };
                return Err(damaged(&all.state.join(gone), "one of the two files of a closed month is missing"));
            }
            let closed = through.is_some_and(|through| month <= through);
            if closed { all.frozen.push(month) } else { all.reopened.push(month) }
        }
        for month in &all.frozen {
            expect_header(&all.path(&figures_file(*month)), FIGURES)?;
            expect_header(&all.path(&orders_file(*month)), ORDERS)?;
        }
        let ledger = all.path(LEDGER_FILE);
        all.has_ledger = ledger.exists();
        if all.has_ledger {
            expect_header(&ledger, LEDGER)?;
        }
        Ok(all)
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.state.join(file)
    }
    /// Whether a month before this one is frozen, so that its own figures should be, too.
    pub fn has_earlier(&self, month: Month) -> bool {
        self.frozen.iter().any(|frozen| *frozen < month)
    }
    /// Hash of every file that is read.
    pub fn hash(&self) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        for month in &self.frozen {
            for file in [figures_file(*month), orders_file(*month)] {
                self.add(&mut hasher, &file)?;
            }
        }
        if self.has_ledger {
            self.add(&mut hasher, LEDGER_FILE)?;
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
    fn add(&self, hasher: &mut blake3::Hasher, file: &str) -> Result<()> {
        let path = self.path(file);
        hasher.update(file.as_bytes());
        File::open(&path)
            .and_then(|file| hasher.update_reader(file).map(|_| ()))
            .map_err(|error| Problem::io("read a closed month", &path, &error))
    }
    /// A table function that reads all files of one kind, or nothing as the same columns.
    pub fn all(&self, name: fn(Month) -> String, columns: Columns) -> String {
        let files: Vec<PathBuf> = self.frozen.iter().map(|month| self.path(&name(*month))).collect();
        read_csv(&files, columns)
    }
    pub fn ledger(&self) -> String {
        let files = if self.has_ledger { vec![self.path(LEDGER_FILE)] } else { Vec::new() };
        read_csv(&files, LEDGER)
    }
}

/// A SELECT over CSV files as this room writes them; texts are never null.
fn read_csv(files: &[PathBuf], columns: Columns) -> String {
    if files.is_empty() {
        let empty: Vec<String> = columns.iter().map(|(name, kind)| format!("null::{kind} as {name}")).collect();
        return format!("(select {} where false)", empty.join(", "));
    }
    let files: Vec<String> = files.iter().map(|file| literal(&file.to_string_lossy())).collect();
    let kinds: Vec<String> =
        columns.iter().map(|(name, kind)| format!("{}: {}", literal(name), literal(kind))).collect();
    let cells: Vec<String> = columns
        .iter()
        .map(
            |(name, kind)| {
                if *kind == "varchar" { format!("coalesce({name}, '') as {name}") } else { (*name).to_owned() }
            },
        )
        .collect();
    format!(
        "(select {} from read_csv([{}], header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', \
         parallel = false, columns = {{{}}}))",
        cells.join(", "),
        files.join(", "),
        kinds.join(", ")
    )
}

fn expect_header(path: &Path, columns: Columns) -> Result<()> {
    let mut line = String::new();
    File::open(path)
        .and_then(|file| BufReader::new(file).read_line(&mut line))
        .map_err(|error| Problem::io("read a closed month", path, &error))?;
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    if line.trim_end() == names.join(",") {
        Ok(())
    } else {
        Err(damaged(path, "this file does not begin with its header"))
    }
}

/// A file of closed months that cannot be believed.
pub fn damaged(path: &Path, what: &str) -> Problem {
    Problem::failed(what).at(path).hint("restore state/closed from a backup; nothing was published")
}
