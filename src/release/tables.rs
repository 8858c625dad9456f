//! The release before as tables: what pages and models read through `source('release_…')`; and the last proven restore
//! of a backup, `source('backups')`.

use std::collections::BTreeMap;

use super::Standing;
use super::diff::{Difference, FileState};
use super::figures;
use super::gate::{Code, Finding};
use super::summary::{Shares, Summary};
use crate::problem::Result;
use crate::project::state::proven::Proven;
use crate::warehouse::{self, Engine, Row, Table, TableStore, Value};

/// Names of the tables; all of them exist in every build, empty before the first release.
pub const TABLES: [&str; 8] = [
    "backups",
    "release_before",
    "release_figures",
    "release_files",
    "release_findings",
    "release_months",
    "release_quality",
    "release_tables",
];

struct Content {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
    rows: Vec<Row>,
}

pub(super) fn make(standing: &Standing, engine: &dyn Engine, store: &TableStore) -> Result<BTreeMap<String, Table>> {
    let (before, now) = (standing.before(), &standing.now);
    let contents = [
        backups(standing.proven.as_ref()),
        release(before),
        values(before),
        files(before, now),
        found(&standing.findings),
        months(before),
        quality(standing.earlier()),
        tables(before, now),
    ];
    contents
        .into_iter()
        .map(|Content { name, columns, rows }| {
            Ok((name.to_owned(), warehouse::keep_rows(engine, store, (name, columns), rows)?))
        })
        .collect()
}

fn backups(proven: Option<&Proven>) -> Content {
    let rows = proven
        .into_iter()
        .map(|proven| vec![text(&proven.last_drill), text(&proven.snapshot), whole(Some(proven.files))]);
    Content {
        name: "backups",
        columns: &[("last_drill_on", "date"), ("snapshot", "varchar"), ("files", "bigint")],
        rows: rows.collect(),
    }
}

fn release(before: Option<&Summary>) -> Content {
    let rows = before.iter().map(|before| vec![text(&before.as_of), text(&before.today), text(&before.program)]);
    Content {
        name: "release_before",
        columns: &[("as_of", "date"), ("today", "date"), ("program", "varchar")],
        rows: rows.collect(),
    }
}

fn values(before: Option<&Summary>) -> Content {
    let mut rows = Vec::new();
    if let Some(before) = before {
        let mut add = |store: Value, name: &str, value: &str| {
            rows.push(vec![store, text(name), text(value)]);
        };
        for (name, value) in &before.chain {
            add(Value::Null, name, value);
        }
        for (id, store) in &before.stores {
            for name in figures::STORE {
                if let Some(value) = store.figures.get(name) {
                    add(text(id), name, value);
                }
            }
        }
    }
    Content {
        name: "release_figures",
        columns: &[("store_id", "varchar"), ("figure", "varchar"), ("value", "decimal(18,2)")],
        rows,
    }
}

fn files(before: Option<&Summary>, now: &Summary) -> Content {
    let changes = before.map(|before| Difference::files(before, now)).unwrap_or_default();
    let rows = changes.into_iter().map(|change| {
        vec![
            text(&change.path),
            text(&change.table),
            text(match change.state {
                FileState::New => "new",
                FileState::Changed => "changed",
                FileState::Renamed => "renamed",
                FileState::Gone => "gone",
            }),
            optional(change.renamed_from.as_deref()),
            whole(change.rows_before),
            whole(change.rows_now),
        ]
    });
    Content {
        name: "release_files",
        columns: &[
            ("file", "varchar"),
            ("table_name", "varchar"),
            ("change", "varchar"),
            ("renamed_from", "varchar"),
            ("rows_before", "bigint"),
            ("rows_now", "bigint"),
        ],
        rows: rows.collect(),
    }
}

fn found(findings: &[Finding]) -> Content {
    // A count of warnings says nothing to a reader of the book.
    let rows = findings.iter().filter(|finding| finding.code != Code::Warnings).enumerate().map(|(at, finding)| {
        vec![
            Value::Int(i64::try_from(at).unwrap_or(i64::MAX)),
            text(finding.code.name()),
            text(&finding.subject),
            optional(finding.column.as_deref()),
            whole(finding.rows_before),
            whole(finding.rows_now),
            finding.share.map_or(Value::Null, Value::Float),
            finding.limit.map_or(Value::Null, Value::Float),
            Value::Bool(finding.accepted),
        ]
    });
    Content {
        name: "release_findings",
        columns: &[
            ("position", "integer"),
            ("code", "varchar"),
            ("subject", "varchar"),
            ("column_name", "varchar"),
            ("rows_before", "bigint"),
            ("rows_now", "bigint"),
            ("share", "decimal(9,6)"),
            ("limit_share", "decimal(9,6)"),
            ("accepted", "boolean"),
        ],
        rows: rows.collect(),
    }
}

fn months(before: Option<&Summary>) -> Content {
    let mut rows = Vec::new();
    for (store, months) in before.iter().flat_map(|before| &before.months) {
        for (month, value) in months {
            rows.push(vec![text(store), text(&format!("{month}-01")), text(value)]);
        }
    }
    Content {
        name: "release_months",
        columns: &[("store_id", "varchar"), ("month", "date"), ("net_sales", "decimal(18,2)")],
        rows,
    }
}

/// Of the releases of other data, oldest first: the whole chain by field, and stores over all fields.
fn quality<'a>(earlier: impl Iterator<Item = (u64, &'a Summary)>) -> Content {
    let mut rows = Vec::new();
    for (number, summary) in earlier {
        let mut add = |store: Value, field: &str, shares: &Shares| {
            let share = |share: &str| optional(Some(share).filter(|share| !share.is_empty()));
            let number = Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
            rows.push(vec![
                number,
                text(&summary.as_of),
                store,
                text(field),
                share(&shares.completeness),
                share(&shares.validity),
            ]);
        };
        summary.quality.chain.iter().for_each(|(field, shares)| add(Value::Null, field, shares));
        summary.quality.stores.iter().for_each(|(store, shares)| add(text(store), "all", shares));
    }
    Content {
        name: "release_quality",
        columns: &[
            ("release", "bigint"),
            ("as_of", "date"),
            ("store_id", "varchar"),
            ("field", "varchar"),
            ("completeness", "decimal(18,6)"),
            ("validity", "decimal(18,6)"),
        ],
        rows,
    }
}

fn tables(before: Option<&Summary>, now: &Summary) -> Content {
    let rows = before.into_iter().flat_map(|before| {
        now.tables.iter().map(|(name, is)| {
            let was = before.tables.get(name).copied().unwrap_or_default();
            let mut row = vec![text(name)];
            row.extend([was.rows, is.rows, was.quarantined, is.quarantined].map(|n| whole(Some(n))));
            row
        })
    });
    Content {
        name: "release_tables",
        columns: &[
            ("table_name", "varchar"),
            ("rows_before", "bigint"),
            ("rows_now", "bigint"),
            ("quarantined_before", "bigint"),
            ("quarantined_now", "bigint"),
        ],
        rows: rows.collect(),
    }
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::text)
}

fn whole(n: Option<u64>) -> Value {
    n.and_then(|n| i64::try_from(n).ok()).map_or(Value::Null, Value::Int)
}
