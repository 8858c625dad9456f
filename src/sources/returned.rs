//! Files that `storebook export` wrote and somebody put back: the same rows again.
//!
//! Such a file names every column of its table as the contract does, those too that the program fills, in the order of
//! the contract, and behind them columns `extra_…` only. What other files cannot say, it says: which source a row came
//! from, whose ids it uses, and its business day.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::contract::{TABLES, TableSpec};
use super::headers::is_extra;
use crate::project::SourceConfig;

/// Names of the sheet with field notes, in every language: it holds no rows.
pub const FIELD_NOTES: [&str; 2] = ["字段说明", "Field notes"];
/// What the description of an export calls itself.
pub const SCHEMA_FORMAT: &str = "storebook-export";

/// How a file that was exported brings back what the program filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Column of the contract and place of its header.
    pub filled: Vec<(&'static str, usize)>,
    /// Places of all columns that no file supplies, also where the settings win.
    pub own: Vec<usize>,
}

impl Returned {
    /// What a `[[source]]` says of its name and ids wins.
    pub fn of(table: &'static TableSpec, names: &[String], config: Option<&SourceConfig>) -> Option<Returned> {
        if !is_whole(table, names) {
            return None;
        }
        let told = |name: &str| match name {
            "source" => config.is_some_and(|config| !config.name.is_empty()),
            "id_space" => config.is_some_and(|config| !config.id_space.is_empty()),
            _ => false,
        };
        let unmapped = table.columns.iter().enumerate().filter(|(_, column)| !column.kind.mapped());
        let own: Vec<(&'static str, usize)> = unmapped.map(|(at, column)| (column.name, at)).collect();
        Some(Returned {
            own: own.iter().map(|(_, at)| *at).collect(),
            filled: own.into_iter().filter(|(name, _)| !told(name)).collect(),
        })
    }
}

/// The table whose export has these columns.
pub fn table(names: &[String]) -> Option<&'static TableSpec> {
    TABLES.iter().copied().find(|table| is_whole(table, names))
}

fn is_whole(table: &TableSpec, names: &[String]) -> bool {
    let (own, more) = names.split_at(names.len().min(table.columns.len()));
    own.iter().map(String::as_str).eq(table.columns.iter().map(|column| column.name))
        && more.iter().all(|name| is_extra(name))
}

/// Whether a file may be the description that lies beside an export: `schema.json`, `hq.schema.json`.
pub fn is_schema_name(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    name == "schema.json" || name.ends_with(".schema.json")
}

/// Whether a file is the description that lies beside an export.
pub fn is_schema(path: &Path) -> bool {
    if !path.file_name().is_some_and(|name| is_schema_name(&name.to_string_lossy())) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(200).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(SCHEMA_FORMAT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(table: &TableSpec) -> Vec<String> {
        table.columns.iter().map(|column| column.name.to_owned()).collect()
    }

    #[test]
    fn every_table_is_known_by_its_own_columns() {
        for spec in TABLES {
            let mut names = names(spec);
            assert_eq!(table(&names).map(|table| table.name), Some(spec.name));
            names.push("extra_职业".to_owned());
            assert_eq!(table(&names).map(|table| table.name), Some(spec.name));
            names.push("note".to_owned());
            assert!(table(&names).is_none(), "a column of somebody else");
        }
    }

    #[test]
    fn settings_win_over_what_a_file_brings_back() {
        let customers = super::super::contract::table("customers").unwrap();
        let filled = |config: SourceConfig| Returned::of(customers, &names(customers), Some(&config)).unwrap().filled;
        assert_eq!(filled(SourceConfig::default()), [("source", 0), ("id_space", 1)]);
        let named = SourceConfig { name: "crm".into(), ..SourceConfig::default() };
        assert_eq!(filled(named), [("id_space", 1)]);
    }
}
