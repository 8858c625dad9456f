//! What a release leaves for the next one: a summary in `state/`, the gate that judges a build against it, and the
//! differences a reader is shown.
//!
//! A build stands beside a *baseline*: the newest release whose data were not those of this build. A build of the same
//! data replaces the newest summary and keeps its baseline, so that building twice gives the same bytes.

mod diff;
mod figures;
mod findings;
mod gate;
mod gather;
mod history;
mod schema;
mod summary;
mod tables;

pub use diff::{Difference, FigureChange, FileChange, FileState, ModelChange, PageChanges, pages};
pub use gate::{Accept, CODES, Code, Finding, GateRequest, Level, Verdict};
pub use summary::Summary;
pub use tables::TABLES;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::models::Ran;
use crate::problem::Result;
use crate::project::Project;
use crate::project::state::Changes;
use crate::project::state::proven::Proven;
use crate::sources::Loaded;
use crate::warehouse::{Engine, Table, TableStore};
use history::History;

/// What a build's own figures are taken from.
pub struct Build<'a> {
    pub project: &'a Project,
    pub loaded: &'a Loaded,
    pub as_of: Date,
    pub today: Date,
    pub engine: &'a dyn Engine,
    pub store: &'a TableStore,
}

/// Where a build stands among the releases: what it brings, what it is compared with, what the gate found.
#[derive(Debug, Clone)]
pub struct Standing {
    history: History,
    now: Summary,
    findings: Vec<Finding>,
    /// The last restore that was proven.
    proven: Option<Proven>,
}

impl Standing {
    /// Reads the history and judges the loaded data; models may not have run yet.
    pub fn of(build: &Build<'_>) -> Result<Standing> {
        let history = History::read(&build.project.state())?;
        let now = gather::of_sources(build)?;
        let repeated = history.newest().filter(|newest| newest.digest == now.digest);
        let mut findings = findings::of(&findings::Case {
            settings: &build.project.config.gate,
            stale_days: build.project.config.alerts.stale_days,
            today: build.today,
            before: history.baseline(&now.digest),
            now: &now,
            root: &build.project.root,
            warnings: build.loaded.warnings.len(),
        });
        // What was accepted for these very data stays accepted.
        for finding in &mut findings {
            finding.accepted = repeated.is_some_and(|newest| newest.findings.iter().any(|old| old.covers(finding)));
        }
        let proven = Proven::read(&build.project.state());
        Ok(Standing { history, now, findings, proven })
    }

    /// Marks what the request accepts and says whether the build may be published.
    pub fn judge(&mut self, request: &GateRequest) -> Verdict {
        for finding in &mut self.findings {
            finding.accepted |= finding.level != Level::Note && request.accept.takes(finding.code);
        }
        Verdict::new(request.strict, self.before(), self.findings.clone())
    }

    /// The release this build is compared with; none for the first one.
    pub fn before(&self) -> Option<&Summary> {
        self.history.baseline(&self.now.digest)
    }

    /// The releases of other data than these, oldest first, with their numbers.
    pub fn earlier(&self) -> impl Iterator<Item = (u64, &Summary)> {
        self.history.others(&self.now.digest)
    }

    /// The last release, also when its data were those of this build.
    pub fn last(&self) -> Option<&Summary> {
        self.history.newest()
    }

    /// The tables that pages and models read as `source('release_…')` and `source('backups')`, by name.
    pub fn tables(&self, engine: &dyn Engine, store: &TableStore) -> Result<BTreeMap<String, Table>> {
        tables::make(self, engine, store)
    }

    /// The whole summary of this build, now that its models have run.
    pub fn summary(&self, engine: &dyn Engine, ran: &BTreeMap<String, Ran>) -> Result<Summary> {
        let mut summary = self.now.clone();
        figures::add(&mut summary, engine, ran)?;
        // A release that was not refused has accepted what the gate holds against it, or was not asked.
        summary.findings = self.findings.clone();
        Ok(summary)
    }

    /// Puts the summary into the state changes of a publish and shortens the history.
    pub fn record(&self, summary: &Summary, changes: &mut Changes) -> Result<()> {
        self.history.record(summary, changes)
    }
}
