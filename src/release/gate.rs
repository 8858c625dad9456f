//! The gate: what in a build's data looks damaged, beside the release before and the limits of the settings.
//!
//! Findings are facts with numbers; whether one stops a build depends on its level, on `--strict` and on what is accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::schema;
use super::summary::{FileFacts, Summary};
use crate::problem::{Problem, Result};
use crate::project;

/// Why a build may be refused. The codes are stable: `--accept` and reports name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    RowDrop,
    QuarantineShare,
    SchemaChange,
    FilesGone,
    StaleStores,
    Warnings,
}

/// Every code with its name.
pub const CODES: [(Code, &str); 6] = [
    (Code::RowDrop, "row-drop"),
    (Code::QuarantineShare, "quarantine-share"),
    (Code::SchemaChange, "schema-change"),
    (Code::FilesGone, "files-gone"),
    (Code::StaleStores, "stale-stores"),
    (Code::Warnings, "warnings"),
];

impl Code {
    pub fn name(self) -> &'static str {
        CODES.iter().find(|(code, _)| *code == self).map_or("", |(_, name)| name)
    }
}

/// What a finding stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every build.
    Refuse,
    /// A build with `--strict`.
    Strict,
    /// Nothing.
    Note,
}

/// One thing the gate found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub code: Code,
    pub level: Level,
    /// A table (`transactions`), a source (`pos (transactions)`), files or stores; empty for the whole.
    pub subject: String,
    /// Column of the contract or of the file, for `schema-change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// In plain words, with the numbers, the limit and the name of its setting.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_before: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_now: Option<u64>,
    /// What is compared with `limit`: the share that fell, stands in quarantine or is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// Published although it was found.
    pub accepted: bool,
}

impl Finding {
    pub(super) fn new(code: Code, level: Level, subject: impl Into<String>, message: String) -> Finding {
        Finding {
            code,
            level,
            subject: subject.into(),
            // A file's name may hold a line end; a reason is one line.
            message: message.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
            column: None,
            rows_before: None,
            rows_now: None,
            share: None,
            limit: None,
            setting: None,
            accepted: false,
        }
    }

    pub(super) fn column(mut self, name: &str) -> Finding {
        self.column = Some(name.to_owned());
        self
    }

    /// The one file it is about.
    pub fn file(&self) -> Option<&str> {
        let of_a_file = matches!(self.code, Code::RowDrop | Code::SchemaChange);
        (of_a_file && self.subject.starts_with("data/")).then_some(self.subject.as_str())
    }

    fn rows(mut self, before: u64, now: u64) -> Finding {
        (self.rows_before, self.rows_now) = (Some(before), Some(now));
        self
    }

    fn limited(mut self, share: f64, limit: f64, setting: &str) -> Finding {
        // Six digits: enough to read, and the same text on every machine.
        self.share = Some((share * 1e6).round() / 1e6);
        self.limit = Some(limit);
        self.setting = Some(setting.to_owned());
        self
    }

    /// Whether it stops a build.
    pub fn stops(&self, strict: bool) -> bool {
        !self.accepted && (self.level == Level::Refuse || (strict && self.level == Level::Strict))
    }

    /// Whether an acceptance of this one holds for `other`: the same thing with the same numbers.
    pub(super) fn covers(&self, other: &Finding) -> bool {
        self.accepted && self.code == other.code && self.subject == other.subject && self.message == other.message
    }
}

/// What may be published although the gate found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Accept {
    #[default]
    Nothing,
    All,
    Only(BTreeSet<Code>),
}

impl Accept {
    /// From `all` or a list of codes.
    ///
    /// # Errors
    /// A code that does not exist, with the nearest one.
    pub fn parse(words: &[String]) -> Result<Accept> {
        let mut codes = BTreeSet::new();
        for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            if word == "all" {
                return Ok(Accept::All);
            }
            let Some((code, _)) = CODES.iter().find(|(_, name)| *name == word) else {
                return Err(Problem::usage(format!("--accept: no reason is called \"{word}\""))
                    .nearest(word, CODES.iter().map(|(_, name)| *name)));
            };
            codes.insert(*code);
        }
        Ok(if codes.is_empty() { Accept::Nothing } else { Accept::Only(codes) })
    }

    pub(super) fn takes(&self, code: Code) -> bool {
        match self {
            Accept::Nothing => false,
            Accept::All => true,
            Accept::Only(codes) => codes.contains(&code),
        }
    }
}

/// How a build asks the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateRequest {
    pub strict: bool,
    pub accept: Accept,
}

/// What the gate says of a build; part of its report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    pub refused: bool,
    pub strict: bool,
    /// Codes of the findings that stop the build.
    pub reasons: Vec<String>,
    /// Day and newest data of the release that was compared with; none for the first.
    pub before: Option<Before>,
    pub findings: Vec<Finding>,
}

/// The release a build was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    pub as_of: String,
    pub today: String,
    pub program: String,
}

impl Verdict {
    pub(super) fn new(strict: bool, before: Option<&Summary>, findings: Vec<Finding>) -> Verdict {
        let mut reasons: Vec<String> = Vec::new();
        for finding in findings.iter().filter(|finding| finding.stops(strict)) {
            if !reasons.iter().any(|name| name == finding.code.name()) {
                reasons.push(finding.code.name().to_owned());
            }
        }
        let before = before.map(|before| Before {
            as_of: before.as_of.clone(),
            today: before.today.clone(),
            program: before.program.clone(),
        });
        Verdict { refused: !reasons.is_empty(), strict, reasons, before, findings }
    }

    /// The refusal with every reason (exit 3), if there is one.
    pub fn refusal(&self) -> Option<Problem> {
        /// Findings of one code that are written out.
        const SHOWN: usize = 10;
        if !self.refused {
            return None;
        }
        let mut text = String::from("the gate refused this build, and nothing was published:");
        for code in &self.reasons {
            let stopping: Vec<&Finding> = self
                .findings
                .iter()
                .filter(|finding| finding.code.name() == code && finding.stops(self.strict))
                .collect();
            for finding in stopping.iter().take(SHOWN) {
                text.push_str(&format!("\n{code}: {}", finding.message));
            }
            if stopping.len() > SHOWN {
                text.push_str(&format!("\n{code}: and {} more (--json lists all)", stopping.len() - SHOWN));
            }
        }
        Some(Problem::refused(text).hint(format!(
            "correct the data and build again, or publish all the same with --accept {}",
            self.reasons.join(",")
        )))
    }
}

/// What is judged.
pub(super) struct Case<'a> {
    pub settings: &'a project::Gate,
    pub stale_days: u32,
    pub today: Date,
    pub before: Option<&'a Summary>,
    pub now: &'a Summary,
    /// Of the project: to tell a file that is gone from one that is no longer understood.
    pub root: &'a Path,
    /// Remarks of the load.
    pub warnings: usize,
}

/// Everything the gate finds, in order of its codes.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(before) = case.before {
        row_drops(case, before, &mut findings);
    }
    quarantine(case, &mut findings);
    if let Some(before) = case.before {
        schema::changes(before, case.now, case.root, &mut findings);
        files_gone(case, before, &mut findings);
    }
    stale_stores(case, &mut findings);
    if case.warnings > 0 {
        let message = format!("{}; --strict takes none", counted(case.warnings as u64, "warning", "warnings"));
        findings.push(Finding {
            rows_now: Some(case.warnings as u64),
            ..Finding::new(Code::Warnings, Level::Strict, "", message)
        });
    }
    findings
}

fn row_drops(case: &Case<'_>, before: &Summary, findings: &mut Vec<Finding>) {
    let mut judge = |what: &str, subject: String, was: u64, is: u64| {
        if too_few(case, was, is) {
            findings.push(dropped(case, what, subject, was, is));
        }
    };
    for (name, was) in &before.tables {
        judge("table ", name.clone(), was.rows, case.now.tables.get(name).map_or(0, |table| table.rows));
    }
    let (was, is) = (sources(before), sources(case.now));
    for ((table, source), rows) in &was {
        // A table with one source only has been judged.
        if was.keys().filter(|(other, _)| other == table).count() > 1 {
            let now = is.get(&(*table, *source)).copied().unwrap_or(0);
            judge("source ", format!("{source} ({table})"), *rows, now);
        }
    }
    files_that_shrank(case, before, findings);
}

/// Files with far fewer rows. Where new files of the table bring as many as were lost, rows may just have moved (a file
/// of the current month begins anew): a warning.
fn files_that_shrank(case: &Case<'_>, before: &Summary, findings: &mut Vec<Finding>) {
    let (mut lost, mut brought): (BTreeMap<&str, u64>, BTreeMap<&str, u64>) = Default::default();
    let mut shrunk = Vec::new();
    for (path, is) in &case.now.files {
        match before.files.get(path).filter(|was| was.table == is.table) {
            Some(was) if too_few(case, was.rows_in, is.rows_in) => {
                *lost.entry(&is.table).or_default() += was.rows_in - is.rows_in;
                shrunk.push((path, was, is));
            }
            Some(_) => {}
            None => *brought.entry(&is.table).or_default() += is.rows_in,
        }
    }
    for (path, was, is) in shrunk {
        let table = is.table.as_str();
        let moved = brought.get(table).copied().unwrap_or(0);
        let mut finding = dropped(case, "", path.clone(), was.rows_in, is.rows_in);
        if moved >= lost.get(table).copied().unwrap_or(0) {
            finding.level = Level::Strict;
            finding.message.push_str(&format!("; new files of {table} brought {}", counted(moved, "row", "rows")));
        }
        findings.push(finding);
    }
}

/// Whether so many rows are gone that it is a reason.
fn too_few(case: &Case<'_>, was: u64, is: u64) -> bool {
    let lost = was.saturating_sub(is);
    lost >= case.settings.min_rows.max(1) && share(lost, was) > case.settings.max_row_drop
}

fn dropped(case: &Case<'_>, what: &str, subject: String, was: u64, is: u64) -> Finding {
    let (share, limit) = (share(was.saturating_sub(is), was), case.settings.max_row_drop);
    let message = format!(
        "{what}{subject}: {} → {} rows, {} fewer; at most {} may go (gate.max_row_drop)",
        grouped(was),
        grouped(is),
        percent(share),
        percent(limit)
    );
    let finding = Finding::new(Code::RowDrop, Level::Refuse, subject, message);
    finding.rows(was, is).limited(share, limit, "gate.max_row_drop")
}

/// Rows of the files of each source, by table and source.
fn sources(summary: &Summary) -> BTreeMap<(&str, &str), u64> {
    let mut rows = BTreeMap::new();
    for file in summary.files.values() {
        *rows.entry((file.table.as_str(), file.source.as_str())).or_default() += file.rows_in;
    }
    rows
}

fn quarantine(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let limit = case.settings.max_quarantine_share;
    let mut judge = |what: &str, subject: &str, quarantined: u64, rows: u64, was: Option<(u64, u64)>| {
        let now = share(quarantined, rows);
        if quarantined < case.settings.min_rows.max(1) || now <= limit {
            return false;
        }
        let earlier = was.map_or(String::new(), |(bad, rows)| format!("{} → ", percent(share(bad, rows))));
        let message = format!(
            "{what}{subject}: {} of {} rows stand in quarantine, {earlier}{}; at most {} may (gate.max_quarantine_share)",
            grouped(quarantined),
            grouped(rows),
            percent(now),
            percent(limit)
        );
        let finding = Finding::new(Code::QuarantineShare, Level::Refuse, subject, message);
        let finding = Finding { rows_before: was.map(|(bad, _)| bad), rows_now: Some(quarantined), ..finding };
        findings.push(finding.limited(now, limit, "gate.max_quarantine_share"));
        true
    };
    let earlier = |name: &str| {
        let table = case.before.and_then(|before| before.tables.get(name));
        table.filter(|table| table.rows_in > 0).map(|table| (table.quarantined, table.rows_in))
    };
    let (mut found, mut bad, mut all) = (false, 0, 0);
    for (name, table) in &case.now.tables {
        found |= judge("table ", name, table.quarantined, table.rows_in, earlier(name));
        bad += table.quarantined;
        all += table.rows_in;
    }
    if !found {
        judge("all tables", "", bad, all, None);
    }
}

fn files_gone(case: &Case<'_>, before: &Summary, findings: &mut Vec<Finding>) {
    let gone: Vec<(&String, &FileFacts)> =
        gone(before, case.now).filter(|(path, _)| !case.root.join(path).is_file()).collect();
    if gone.is_empty() {
        return;
    }
    let rows: u64 = gone.iter().map(|(_, file)| file.rows_in).sum();
    let message = format!(
        "{} of the release before {} gone, with {}: {}",
        counted(gone.len() as u64, "file", "files"),
        if gone.len() == 1 { "is" } else { "are" },
        counted(rows, "row", "rows"),
        listed(gone.iter().map(|(path, _)| path.as_str()))
    );
    let subject = listed(gone.iter().map(|(path, _)| path.as_str()));
    findings.push(Finding::new(Code::FilesGone, Level::Strict, subject, message).rows(rows, 0));
}

/// Files of the release before that are not among those of now, not even under another name.
pub(super) fn gone<'a>(before: &'a Summary, now: &'a Summary) -> impl Iterator<Item = (&'a String, &'a FileFacts)> {
    let newcomers = newcomers(before, now);
    before
        .files
        .iter()
        .filter(move |(path, file)| !now.files.contains_key(*path) && !newcomers.contains_key(file.hash.as_str()))
}

/// Files that were not there, by the hash of their bytes: the new names of files that were renamed are among them.
pub(super) fn newcomers<'a>(before: &Summary, now: &'a Summary) -> BTreeMap<&'a str, Vec<&'a String>> {
    let mut names: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (path, file) in now.files.iter().filter(|(path, _)| !before.files.contains_key(*path)) {
        names.entry(file.hash.as_str()).or_default().push(path);
    }
    names
}

fn stale_stores(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Ok(latest) = case.today.checked_sub(jiff::Span::new().days(i64::from(case.stale_days))) else { return };
    let latest = latest.to_string();
    let open = case.now.stores.values().filter(|store| store.open).count() as u64;
    let stale: Vec<&str> = case
        .now
        .stores
        .values()
        .filter(|store| store.open && store.newest.as_ref().is_some_and(|day| *day < latest))
        .map(|store| store.name.as_str())
        .collect();
    let (late, limit) = (stale.len() as u64, case.settings.max_stale_share);
    let share = share(late, open);
    if late == 0 || share <= limit {
        return;
    }
    let message = format!(
        "{} of {} sent no data for more than {} days, {}: {}; at most {} may be late (gate.max_stale_share)",
        grouped(late),
        counted(open, "open store", "open stores"),
        case.stale_days,
        percent(share),
        listed(stale.iter().copied()),
        percent(limit)
    );
    let subject = listed(stale.iter().copied());
    let finding = Finding { rows_now: Some(late), ..Finding::new(Code::StaleStores, Level::Strict, subject, message) };
    findings.push(finding.limited(share, limit, "gate.max_stale_share"));
}

/// The first few names, and how many more.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(SHOWN);
    let text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if more == 0 { text } else { format!("{text} and {more} more") }
}

#[allow(clippy::cast_precision_loss)]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `1,234,567`
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
