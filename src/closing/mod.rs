//! Closing a month: its figures are frozen in `state/closed/`, and what becomes of its rows afterwards is shown as
//! prior-period adjustments (跨期调整).
//!
//! For every closed month two files of state: `2026-09.csv`, the figures as its page shows them, and
//! `2026-09.orders.csv`, what each order posted, so that a later change can be found row by row. What is found is
//! entered once in the ledger `adjustments.csv`, in the month that is open then, and never moves again:
//! frozen + entries = current, to the cent. Nobody's data stand there but order numbers.

mod adjust;
mod folder;
mod freeze;
mod orders;

use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Result};
use crate::project::state::Changes;
use crate::project::{Month, Project};
use crate::sources::Loaded;
use crate::warehouse::{DuckDb, Table, TableStore};
use folder::Folder;

/// Tables that are made from the state; SQL reads them as `source('closed_figures')`, empty ones too.
pub const TABLES: [&str; 2] = ["closed_figures", "adjustment_ledger"];

/// What a build works with while it settles the closed months.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub project: &'a Project,
    pub store: &'a TableStore,
    /// May read files.
    pub engine: &'a DuckDb,
    pub as_of: Date,
}

/// The closed months of a build.
#[derive(Debug, Clone)]
pub struct Closing {
    folder: Folder,
    as_of: Date,
}

/// The tables made from the state: what the cache remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    figures: Table,
    ledger: Table,
}

/// Refuses a build that would give up frozen months without the word for it.
///
/// `reopen` is the first month that is open again. Errors: refused without it, usage when nothing or another month
/// would be reopened.
pub fn refuse_reopened(project: &Project, reopen: Option<Month>) -> Result<()> {
    let folder = Folder::read(project, project.config.periods.closed())?;
    match (folder.reopened.first(), reopen) {
        (None, None) => Ok(()),
        (Some(first), Some(named)) if *first == named => Ok(()),
        (Some(first), _) => Err(project.placed(
            Problem::refused(format!(
                "periods.closed_through = \"{}\" would open months again whose figures are frozen: {}",
                project.config.periods.closed_through,
                months(&folder.reopened)
            ))
            .hint(format!(
                "to give up their frozen figures, build once with --reopen {first}; to keep them, set closed_through back; \
                 nothing was published"
            )),
        )),
        (None, Some(named)) => Err(Problem::usage(format!("--reopen {named}: there is no closed month to open again"))
            .hint("set periods.closed_through to the month before it first")),
    }
}

fn months(list: &[Month]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Closing {
    /// Reads the frozen months, finds what became of their orders, and puts the tables into `loaded`.
    pub fn open(desk: Desk<'_>, loaded: &mut Loaded) -> Result<Closing> {
        let through = desk.project.config.periods.closed();
        if let Some(month) = through
            && !month.is_over_on(desk.as_of)
        {
            return Err(unfinished(desk.project, month, desk.as_of));
        }
        let folder = Folder::read(desk.project, through)?;
        let made = adjust::tables(desk, &folder, through, loaded)?;
        loaded.tables.insert("closed_figures".into(), made.figures);
        loaded.tables.insert("adjustment_ledger".into(), made.ledger);
        Ok(Closing { folder, as_of: desk.as_of })
    }

    /// Puts what this build closes, finds or opens again into the changes; returns the newly closed months.
    pub fn changes(&self, engine: &DuckDb, store: &TableStore, changes: &mut Changes) -> Result<Vec<Month>> {
        freeze::changes(self, engine, store, changes)
    }

    /// Says so when a month that was published closed has lost its frozen figures.
    pub fn lost(&self, newly: &[Month], output: &Path) -> Option<String> {
        let gone: Vec<Month> = newly
            .iter()
            .copied()
            .filter(|month| {
                let published = output.join("months").join(month.to_string()).join("index.html").exists();
                published || self.folder.frozen.iter().any(|later| later > month) && self.folder.has_earlier(*month)
            })
            .collect();
        (!gone.is_empty()).then(|| {
            format!(
                "the frozen figures of {} are not in state/closed: closed anew with today's figures. If a backup of \
                 state/ has them, restore it and build again",
                months(&gone)
            )
        })
    }
}

fn unfinished(project: &Project, month: Month, as_of: Date) -> Problem {
    let newest = Month::of(as_of);
    let newest = if newest.is_over_on(as_of) { newest } else { newest.previous() };
    project.placed(
        Problem::usage(format!("periods.closed_through = \"{month}\" is not over: the data reach to {as_of} (as_of)"))
            .hint(format!("the newest month that can be closed is {newest}")),
    )
}
