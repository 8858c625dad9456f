//! The summary of a release: facts, rows, columns, figures. No personal data: names of stores and files only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gate::Finding;
use crate::problem::{Problem, Result};
use crate::sources::Columns;

pub(super) const FORMAT: u32 = 1;

/// Key figures by name (`net_sales`, `orders`, …), exact, as text.
pub(super) type Figures = BTreeMap<String, String>;

/// One release. Written to `state/releases/`, read by the builds after it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    pub format: u32,
    /// Of the data: two builds of the same files, bindings, `as_of` and program have the same one.
    pub digest: String,
    pub as_of: String,
    pub today: String,
    pub program: String,
    /// By contract table.
    pub tables: BTreeMap<String, TableFacts>,
    /// Of the whole chain, in the current period.
    pub chain: Figures,
    pub stores: BTreeMap<String, StoreFacts>,
    pub models: BTreeMap<String, ModelFacts>,
    /// Of the records of customers: by field of the chain, and by store over all fields.
    pub quality: Quality,
    /// What the gate found, and what of it was accepted.
    pub findings: Vec<Finding>,
    /// Sets of columns, each once; a file names its own.
    pub columns: BTreeMap<String, Columns>,
    /// By path. Kept of the two newest releases only.
    pub files: BTreeMap<String, FileFacts>,
    /// Net sales by store and complete month (`2026-09`), at most 24 months. Kept of the two newest releases only.
    pub months: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableFacts {
    /// Rows of the contract table.
    pub rows: u64,
    /// Rows of all its files.
    pub rows_in: u64,
    pub quarantined: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileFacts {
    pub table: String,
    pub source: String,
    /// Of its bytes.
    pub hash: String,
    pub rows_in: u64,
    pub loaded: u64,
    pub quarantined: u64,
    /// Key into `columns` of the summary.
    pub columns: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoreFacts {
    pub name: String,
    /// On the day of the build.
    pub open: bool,
    /// Day of its newest line.
    pub newest: Option<String>,
    #[serde(flatten)]
    pub figures: Figures,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFacts {
    pub rows: u64,
    pub hash: String,
}

/// How complete and how right the records of customers are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    pub chain: BTreeMap<String, Shares>,
    pub stores: BTreeMap<String, Shares>,
}

/// Shares of 0 to 1 with six decimals, as text; empty where there is nothing to share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shares {
    pub completeness: String,
    pub validity: String,
}

impl Summary {
    /// The columns that a file showed.
    pub fn columns_of(&self, file: &FileFacts) -> Option<&Columns> {
        self.columns.get(&file.columns)
    }

    /// What of a summary is kept when it is no longer compared with.
    pub(super) fn slim(mut self) -> Summary {
        self.columns.clear();
        self.files.clear();
        self.months.clear();
        self
    }

    /// JSON with one line per table, store, file and so on, in order of their names, so that two releases compare well by line.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let value = serde_json::to_value(self)
            .map_err(|error| Problem::failed(format!("the summary of the release cannot be written: {error}")))?;
        let mut text = String::from("{");
        for (at, (name, part)) in value.as_object().into_iter().flatten().enumerate() {
            text.push_str(if at == 0 { "\n" } else { ",\n" });
            text.push_str(&format!("{}: ", serde_json::Value::from(name.as_str())));
            lines(&mut text, part);
        }
        text.push_str("\n}\n");
        Ok(text.into_bytes())
    }
}

/// A map or list with one line per entry; anything else on one line.
fn lines(text: &mut String, part: &serde_json::Value) {
    let (entries, ends): (Vec<String>, _) = match part {
        serde_json::Value::Object(map) if !map.is_empty() => (
            map.iter().map(|(name, entry)| format!("{}: {entry}", serde_json::Value::from(name.as_str()))).collect(),
            ('{', '}'),
        ),
        serde_json::Value::Array(list) if !list.is_empty() => {
            (list.iter().map(ToString::to_string).collect(), ('[', ']'))
        }
        other => return text.push_str(&other.to_string()),
    };
    text.push_str(&format!("{}\n  {}\n{}", ends.0, entries.join(",\n  "), ends.1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_reads_back_and_has_one_line_per_entry() {
        let store = StoreFacts {
            name: "东湖\"店\"".into(),
            open: true,
            newest: Some("2026-10-31".into()),
            figures: BTreeMap::from([("net_sales".into(), "12.50".into())]),
        };
        let summary = Summary {
            format: FORMAT,
            as_of: "2026-10-31".into(),
            stores: BTreeMap::from([("S1".into(), store.clone()), ("S2".into(), store)]),
            ..Summary::default()
        };
        let bytes = summary.to_bytes().unwrap();
        assert_eq!(serde_json::from_slice::<Summary>(&bytes).unwrap(), summary);
        let text = String::from_utf8(bytes).unwrap();
        let stores: Vec<&str> = text.lines().filter(|line| line.starts_with("  \"S")).collect();
        assert_eq!(
            stores[0],
            r#"  "S1": {"name":"东湖\"店\"","open":true,"newest":"2026-10-31","net_sales":"12.50"},"#
        );
        assert_eq!(stores.len(), 2);
    }
}
