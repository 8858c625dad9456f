//! What a build did, for people and for `--json`.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::Warehouse;
use crate::problem::Problem;
use crate::publish::Published;
use crate::release::Verdict;
use crate::site::{LeftOut, Rendered};
use crate::sources::{Counts, FileReport, Quarantined};

/// What a build did, for people and for `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub as_of: String,
    pub today: String,
    pub rows: Counts,
    pub files: Vec<FileReport>,
    pub models: ModelCounts,
    pub pages: u64,
    /// Of these, pages taken over from the last release because nothing they are made from changed.
    pub reused: u64,
    pub left_out: Vec<LeftOut>,
    /// What the gate found beside the release before, and whether it refused the build.
    pub gate: Verdict,
    /// Nothing was published by a dry run.
    pub published: Option<PublishedReport>,
    /// Months whose figures were frozen by this build.
    pub closed: Vec<String>,
    pub warnings: Vec<String>,
    /// Seconds of each stage, in order.
    pub seconds: Vec<(String, f64)>,
    /// Seconds of each step of loading, then of each model that was computed, the longest first. Some run side by side.
    pub steps: Vec<(String, f64)>,
    pub usage: Usage,
    /// Rows that were turned away, the first thousand; their values are personal and are not part of the report.
    #[serde(skip)]
    pub turned_away: Vec<Quarantined>,
}

/// A build that came to its end: published, or refused by the gate.
pub struct Outcome {
    pub report: Report,
    pub refusal: Option<Problem>,
}

/// What the build took from the machine; `None` where the system does not tell.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Usage {
    pub peak_memory_bytes: Option<u64>,
    pub cpu_seconds: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ModelCounts {
    pub all: usize,
    /// Computed by this build; the others were taken from the cache.
    pub computed: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct PublishedReport {
    pub release: String,
    /// False: the output held this very release already and was left alone.
    pub swapped: bool,
    pub output: PathBuf,
    pub written: u64,
    pub unchanged: u64,
    pub removed: u64,
    pub bytes: u64,
}

pub(super) fn report(
    warehouse: &Warehouse,
    left_out: Vec<LeftOut>,
    rendered: Rendered,
    published: Option<Published>,
    watch: Stopwatch,
) -> Report {
    Report {
        as_of: warehouse.as_of.to_string(),
        today: warehouse.clocks.today.to_string(),
        rows: warehouse.loaded.counts,
        files: warehouse.loaded.files.clone(),
        models: ModelCounts {
            all: warehouse.ran.len(),
            computed: warehouse.ran.values().filter(|ran| ran.fresh).count(),
        },
        pages: rendered.pages,
        reused: rendered.reused,
        left_out,
        gate: warehouse.verdict.clone(),
        published: published.map(|published| PublishedReport {
            release: published.release_id,
            swapped: published.swap.is_some(),
            output: published.output,
            written: published.written,
            unchanged: published.unchanged,
            removed: published.removed,
            bytes: published.bytes,
        }),
        closed: Vec::new(),
        warnings: warehouse.loaded.warnings.clone(),
        seconds: watch.laps,
        steps: steps(warehouse),
        usage: usage(),
        turned_away: warehouse.loaded.quarantined.clone(),
    }
}

pub(super) fn steps(warehouse: &Warehouse) -> Vec<(String, f64)> {
    let computed = warehouse.ran.iter().filter(|(_, ran)| ran.fresh);
    let mut models: Vec<(String, f64)> =
        computed.map(|(name, ran)| (format!("model {name}"), ran.took.as_secs_f64())).collect();
    models.sort_by(|a, b| b.1.total_cmp(&a.1));
    warehouse.loaded.seconds.iter().cloned().chain(models).collect()
}

/// Linux tells both in `/proc`; elsewhere nothing is claimed.
pub(super) fn usage() -> Usage {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    // Fields 14 and 15 of stat, counted after the name in parentheses: user and system time in hundredths of a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    let cpu = ticks(11).zip(ticks(12)).map(|(user, system)| (user + system) / 100.0);
    Usage { peak_memory_bytes: peak.map(|kilobytes| kilobytes * 1024), cpu_seconds: cpu }
}

pub(super) struct Stopwatch {
    laps: Vec<(String, f64)>,
    last: Instant,
}

impl Default for Stopwatch {
    fn default() -> Self {
        Stopwatch { laps: Vec::new(), last: Instant::now() }
    }
}

impl Stopwatch {
    pub(super) fn lap(&mut self, name: &str) {
        self.laps.push((name.to_owned(), self.last.elapsed().as_secs_f64()));
        self.last = Instant::now();
    }
}
