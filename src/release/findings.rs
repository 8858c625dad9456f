//! What in a build's data looks damaged, beside the release before and the limits of the settings.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::gate::{Code, Finding, Level};
use super::schema;
use super::summary::{FileFacts, Summary};
use crate::project;

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
pub(super) fn of(case: &Case<'_>) -> Vec<Finding> {
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
    let subject = listed_in_pages(gone.iter().map(|(path, _)| path.as_str()));
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
    let subject = listed_in_pages(stale.iter().copied());
    let finding = Finding { rows_now: Some(late), ..Finding::new(Code::StaleStores, Level::Strict, subject, message) };
    findings.push(finding.limited(share, limit, "gate.max_stale_share"));
}

/// The first few names, and how many more.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let (text, more) = first_few(names);
    if more == 0 { text } else { format!("{text} and {more} more") }
}

/// The same without a word of any language: the subject stands in the pages of every locale.
fn listed_in_pages<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let (text, more) = first_few(names);
    if more == 0 { text } else { format!("{text}, … (+{more})") }
}

fn first_few<'a>(names: impl Iterator<Item = &'a str>) -> (String, usize) {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.collect();
    let text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    (text, names.len().saturating_sub(SHOWN))
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
fn grouped(n: u64) -> String {
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
#[path = "findings_tests.rs"]
mod tests;
