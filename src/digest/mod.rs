//! The message after a build: how many stores have arrived, how many rows, how many alerts, and a link. Counts only:
//! nobody's data stand in it.
//!
//! A build leaves the figures in `state/digest.json` when it publishes; `storebook notify` reads them there, so it needs
//! neither the data nor a rebuild, and speaks of exactly what was published.

mod message;
mod robot;
mod send;
mod words;

use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use message::{Message, Status};
pub use robot::{Outgoing, outgoing};
pub use send::{Destination, send};

use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::state::Changes;
use crate::sources::Counts;
use crate::warehouse::{Engine, Row};

const FILE: &str = "digest.json";

/// Missing stores that are named.
const NAMED: usize = 10;

/// What was published, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Digest {
    pub version: u32,
    pub as_of: String,
    pub today: String,
    pub stores: Stores,
    pub rows: Rows,
    pub alerts: Alerts,
    /// Pages in all languages.
    pub pages: u64,
    pub closed_through: String,
    /// Entries in the ledger of prior-period adjustments.
    pub adjustments: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stores {
    /// The newest business day that should have arrived.
    pub due_on: String,
    pub expected: u64,
    pub arrived: u64,
    pub thin: u64,
    /// Names of the first ten that have not arrived, the latest first.
    pub missing: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rows {
    pub files: u64,
    pub loaded: u64,
    pub quarantined: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    pub critical: u64,
    pub warning: u64,
}

/// What a digest takes from the build besides the models.
#[derive(Debug, Clone, Copy)]
pub struct Built<'a> {
    pub as_of: Date,
    pub today: Date,
    pub counts: Counts,
    pub files: usize,
    pub pages: u64,
    pub closed_through: &'a str,
}

impl Digest {
    /// Asks the models of a build that ran.
    pub fn of(engine: &dyn Engine, built: &Built<'_>) -> Result<Digest> {
        let arrivals = one(
            engine,
            "select count(*), count(*) filter (where arrived), count(*) filter (where thin), max(due_on)::varchar
             from main.store_arrivals",
        )?;
        let missing = engine.query(&format!(
            "select name from main.store_arrivals where not arrived order by days_late desc nulls first, store_id limit {NAMED}"
        ))?;
        let alerts = one(
            engine,
            "select count(*) filter (where severity = 'critical'), count(*) filter (where severity <> 'critical') from main.alerts",
        )?;
        let adjustments = one(engine, "select count(*) from main.period_adjustments")?;
        Ok(Digest {
            version: 1,
            as_of: built.as_of.to_string(),
            today: built.today.to_string(),
            stores: Stores {
                due_on: arrivals.get(3).map(crate::warehouse::Value::plain).unwrap_or_default(),
                expected: count(&arrivals, 0),
                arrived: count(&arrivals, 1),
                thin: count(&arrivals, 2),
                missing: missing.rows.iter().map(|row| row[0].plain()).collect(),
            },
            rows: Rows {
                files: built.files as u64,
                loaded: built.counts.loaded,
                quarantined: built.counts.quarantined,
            },
            alerts: Alerts { critical: count(&alerts, 0), warning: count(&alerts, 1) },
            pages: built.pages,
            closed_through: built.closed_through.to_owned(),
            adjustments: count(&adjustments, 0),
        })
    }

    /// Leaves the figures for the next `notify`.
    pub fn leave(&self, changes: &mut Changes) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| Problem::failed(format!("digest: {error}")))?;
        bytes.push(b'\n');
        changes.put(FILE, bytes);
        Ok(())
    }

    /// The figures of the last published build; `None` when nothing was published yet.
    pub fn read(project: &Project) -> Result<Option<Digest>> {
        let path = project.state().join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => parse(&bytes, &path).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::io("read the figures of the last build", &path, &error)),
        }
    }
}

fn parse(bytes: &[u8], path: &Path) -> Result<Digest> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::failed(format!("the figures of the last build cannot be read: {error}"))
            .at(path)
            .hint("the next successful build writes them anew")
    })
}

fn one(engine: &dyn Engine, sql: &str) -> Result<Row> {
    engine.query(sql)?.rows.into_iter().next().ok_or_else(|| Problem::failed("a count gave no row"))
}

fn count(row: &Row, at: usize) -> u64 {
    row.get(at).and_then(crate::warehouse::Value::as_i64).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}
