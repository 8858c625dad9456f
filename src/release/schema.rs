//! What changed in the columns of the files: a column that is gone is damage, a value of another form is a warning, a
//! column that means nothing yet is worth a note.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::findings::gone;
use super::gate::{Code, Finding, Level};
use super::summary::{FileFacts, Summary};
use crate::sources::Columns;

pub(super) fn changes(before: &Summary, now: &Summary, root: &Path, findings: &mut Vec<Finding>) {
    for (path, file) in gone(before, now).filter(|(path, _)| root.join(path).is_file()) {
        let message = format!(
            "{path} is there, but can no longer be read as a file of {}: it is empty, or its columns are others",
            file.table
        );
        findings.push(Finding::new(Code::SchemaChange, Level::Refuse, path.clone(), message));
    }
    let expected = expected(before);
    for (path, file) in &now.files {
        let Some(columns) = now.columns_of(file) else { continue };
        match before.files.get(path) {
            Some(old) if old.table != file.table => {
                let message = format!("{path} was read as {}, and is now read as {}", old.table, file.table);
                findings.push(Finding::new(Code::SchemaChange, Level::Refuse, path.clone(), message));
            }
            Some(old) if old.columns != file.columns => {
                if let Some(old) = before.columns_of(old) {
                    compare(path, old, columns, findings);
                }
            }
            Some(_) => {}
            None => newcomer(path, file, columns, &expected, findings),
        }
    }
}

fn compare(path: &str, old: &Columns, new: &Columns, findings: &mut Vec<Finding>) {
    let mut add = |level, column: &str, message| {
        findings.push(Finding::new(Code::SchemaChange, level, path, message).column(column));
    };
    for (column, was) in &old.mapped {
        match new.mapped.get(column) {
            None => add(
                Level::Refuse,
                column,
                format!("{path}: column {column} is gone (it came from \"{}\"; now no column means it)", was.from),
            ),
            Some(is) => {
                if was.from != is.from {
                    add(
                        Level::Note,
                        column,
                        format!("{path}: column {column} came from \"{}\", and now from \"{}\"", was.from, is.from),
                    );
                }
                if was.form != is.form && !was.form.is_empty() && !is.form.is_empty() {
                    add(
                        Level::Strict,
                        column,
                        format!("{path}: the values of column {column} look different: {} → {}", was.form, is.form),
                    );
                }
            }
        }
    }
    for name in new.unmapped.iter().filter(|name| !old.unmapped.contains(*name)) {
        // A column that lost its meaning has been named.
        if !old.mapped.values().any(|was| was.from == **name) {
            add(
                Level::Note,
                name,
                format!("{path}: new column \"{name}\"; it is kept and means nothing to the contract"),
            );
        }
    }
}

/// Columns that every file of a table and source had.
type Expected<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

fn expected(before: &Summary) -> Expected<'_> {
    let mut expected: Expected<'_> = BTreeMap::new();
    for file in before.files.values() {
        let Some(columns) = before.columns_of(file) else { continue };
        let names: BTreeSet<&str> = columns.mapped.keys().map(String::as_str).collect();
        expected
            .entry((file.table.as_str(), file.source.as_str()))
            .and_modify(|all| all.retain(|name| names.contains(name)))
            .or_insert(names);
    }
    expected
}

/// A new file lacks what every file of its source had. It may come from another system: a warning.
fn newcomer(path: &str, file: &FileFacts, columns: &Columns, expected: &Expected<'_>, findings: &mut Vec<Finding>) {
    let Some(all) = expected.get(&(file.table.as_str(), file.source.as_str())) else { return };
    let lacking: Vec<&str> = all.iter().copied().filter(|name| !columns.mapped.contains_key(*name)).collect();
    if !lacking.is_empty() {
        let message = format!(
            "{path} is new and has no column for {}, which every file of {} had",
            lacking.join(", "),
            file.source
        );
        findings.push(Finding::new(Code::SchemaChange, Level::Strict, path, message).column(&lacking.join(", ")));
    }
}
