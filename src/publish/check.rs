//! Reads a finished site as a strict browser would, and lists what a reader or a host would stumble over.
//!
//! Pages are read in parallel, a few at a time: what stays in memory of a page is its findings, a hash of each of
//! its anchors, and the anchors it wants from other pages.

mod css;
mod links;
mod nesting;
mod page;
mod position;
mod report;
mod rules;
mod tokens;
mod tree;

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use report::Findings;
pub use report::{CheckReport, Finding, Severity};
use tree::{Kind, SiteTree};

use crate::problem::{Problem, Result};

/// Files read between two reports of progress.
const BATCH: usize = 64;

/// What is kept of one checked file.
#[derive(Default)]
struct Checked {
    findings: Vec<Finding>,
    links: u64,
    /// Hashes of the ids and anchor names of a page, sorted.
    anchors: Vec<u64>,
    wanted: Vec<Wanted>,
}

/// An anchor of another page that a link leads to.
struct Wanted {
    /// Number of the target among the files of the tree.
    target: usize,
    anchor: u64,
    line: u64,
    column: u64,
    link: Box<str>,
}

/// Checks every page and stylesheet below `dir`. `progress` hears (files done, files in all) now and then.
///
/// Fails only when the directory cannot be listed; whatever is wrong with a file is a finding.
pub fn check_site(dir: &Path, progress: &dyn Fn(u64, u64)) -> Result<CheckReport> {
    let dir = dir.canonicalize().map_err(|error| Problem::io("open the site", dir, &error))?;
    let tree = SiteTree::read(&dir)?;
    let files: Vec<usize> = tree.to_check();
    let mut checked: Vec<(usize, Checked)> = Vec::with_capacity(files.len());
    for batch in files.chunks(BATCH) {
        checked.par_extend(batch.par_iter().map(|number| (*number, check_file(&dir, &tree, *number))));
        progress(checked.len() as u64, files.len() as u64);
    }
    Ok(conclude(&tree, checked))
}

fn check_file(dir: &Path, tree: &SiteTree, number: usize) -> Checked {
    let path = tree.path(number);
    let mut findings = Findings::new(path);
    match tree.kind(number) {
        Kind::Special => {
            findings.error(
                rules::SPECIAL_FILE,
                (0, 0),
                "neither a file nor a folder: static hosts do not serve links, pipes or devices",
            );
            return Checked { findings: findings.into_vec(), ..Checked::default() };
        }
        Kind::Other => return Checked::default(),
        Kind::Page | Kind::Style => {}
    }
    let text = match fs::read(dir.join(path)).map(String::from_utf8) {
        Ok(Ok(text)) if !text.contains('\0') => text,
        Ok(_) => {
            findings.error(rules::NOT_TEXT, (0, 0), "not UTF-8 text");
            return Checked { findings: findings.into_vec(), ..Checked::default() };
        }
        Err(error) => {
            findings.error(rules::UNREADABLE, (0, 0), format!("could not be read: {error}"));
            return Checked { findings: findings.into_vec(), ..Checked::default() };
        }
    };
    if tree.kind(number) == Kind::Style {
        css::check(tree, number, &text, findings)
    } else {
        page::check(tree, number, &text, findings)
    }
}

/// Resolves the anchors wanted across pages and puts all findings in order.
fn conclude(tree: &SiteTree, checked: Vec<(usize, Checked)>) -> CheckReport {
    let mut anchors: Vec<&[u64]> = vec![&[]; tree.len()];
    for (number, of) in &checked {
        anchors[*number] = &of.anchors;
    }
    let mut report = CheckReport::default();
    let mut broken = Vec::new();
    for (number, of) in &checked {
        report.pages += u64::from(tree.kind(*number) == Kind::Page);
        report.links += of.links;
        for wanted in &of.wanted {
            if tree.kind(wanted.target) == Kind::Page && anchors[wanted.target].binary_search(&wanted.anchor).is_err() {
                let message =
                    format!("{:?} leads to an anchor that {} does not have", wanted.link, tree.path(wanted.target));
                broken.push(Finding {
                    file: tree.path(*number).to_owned(),
                    line: wanted.line,
                    column: wanted.column,
                    rule: rules::BROKEN_ANCHOR,
                    message,
                    severity: Severity::Error,
                });
            }
        }
    }
    report.findings = checked.into_iter().flat_map(|(_, of)| of.findings).chain(broken).collect();
    report.findings.sort();
    report
}

#[cfg(test)]
#[path = "check/tests.rs"]
mod tests;
