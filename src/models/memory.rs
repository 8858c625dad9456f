//! What the last run knew of each model and source: `storebook explain` says from it what a table depends on and why it
//! was computed. Cache, not state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Body, Graph, Input, Planned, Ran};
use crate::problem::{Problem, Result};
use crate::project::AtRest;
use crate::warehouse::{Table, TableStore};

const FILE: &str = "models.json";

/// All models and sources as the last run left them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    pub models: BTreeMap<String, ModelMemory>,
    /// By contract table.
    pub sources: BTreeMap<String, SourceMemory>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelMemory {
    /// Where its text stands.
    pub file: String,
    /// Hash of its text; for a native model, of what it keeps beside its inputs.
    pub text: String,
    /// Hash of its SQL with all values put in.
    pub sql: String,
    pub variables: BTreeMap<String, String>,
    /// By name (`orders`, `source.transactions`): the table it read.
    pub inputs: BTreeMap<String, Table>,
    pub table: Table,
    /// Whether the last run computed it; else it came from the cache.
    pub computed: bool,
    /// Why it was computed when it last was.
    pub why: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMemory {
    pub table: Table,
    /// Files that gave its rows.
    pub files: Vec<String>,
    /// Those that the last run read; the others were known.
    pub read: Vec<String>,
    /// Whether its rows differ from those of the run before.
    pub changed: bool,
}

impl Models {
    /// What is known; nothing when there is no such file, or it cannot be read.
    pub fn read(rest: &AtRest) -> Models {
        let bytes = rest.read(&rest.cache().join(FILE)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Keeps it for the next run.
    pub fn write(&self, rest: &AtRest) -> Result<()> {
        let path = rest.cache().join(FILE);
        let scratch = path.with_extension(format!("{}.tmp", std::process::id()));
        let bytes = serde_json::to_vec(self).map_err(|error| Problem::failed(format!("model memory: {error}")))?;
        rest.put(&path, &scratch, &bytes).map_err(|error| Problem::io("write to the cache", &path, &error))
    }

    /// What this run knows, compared with what `self`, the run before, knew. `files` gives, by contract table, each
    /// file and whether it was read.
    pub fn after(
        &self,
        graph: &Graph,
        ran: &BTreeMap<String, Ran>,
        sources: &BTreeMap<String, Table>,
        files: &BTreeMap<String, Vec<(String, bool)>>,
    ) -> Models {
        let models = graph.order.iter().filter_map(|plan| {
            let now = known(plan, ran, sources)?;
            Some((plan.model.name.clone(), self.judged(&plan.model.name, now)))
        });
        let sources = sources.iter().map(|(name, table)| {
            let own = files.get(name).map(Vec::as_slice).unwrap_or_default();
            let names =
                |wanted: bool| own.iter().filter(move |(_, read)| *read || !wanted).map(|(name, _)| name.clone());
            let memory = SourceMemory {
                table: bare(table),
                files: names(false).collect(),
                read: names(true).collect(),
                changed: self.sources.get(name).is_none_or(|before| before.table.hash != table.hash),
            };
            (name.clone(), memory)
        });
        Models { models: models.collect(), sources: sources.collect() }
    }

    fn judged(&self, name: &str, mut now: ModelMemory) -> ModelMemory {
        let before = self.models.get(name);
        now.why = match (now.computed, before) {
            (false, before) => before.map(|before| before.why.clone()).unwrap_or_default(),
            (true, None) => vec!["nothing is known of an earlier run of this model".into()],
            (true, Some(before)) => why(before, &now),
        };
        now
    }
}

fn known(plan: &Planned, ran: &BTreeMap<String, Ran>, sources: &BTreeMap<String, Table>) -> Option<ModelMemory> {
    let done = ran.get(&plan.model.name)?;
    let text = match &plan.model.body {
        Body::Sql(text) => TableStore::key(&[text]),
        Body::Native(native) => TableStore::key(&[&native.fingerprint()]),
    };
    let inputs = plan.inputs.iter().filter_map(|input| match input {
        Input::Model(name) => Some((name.clone(), bare(&ran.get(name)?.table))),
        Input::Source(name) => Some((format!("source.{name}"), bare(sources.get(name)?))),
    });
    Some(ModelMemory {
        file: plan.model.file.clone(),
        text,
        sql: TableStore::key(&[&plan.sql]),
        variables: plan.variables.clone(),
        inputs: inputs.collect(),
        table: bare(&done.table),
        computed: done.fresh,
        why: Vec::new(),
    })
}

/// A table without the list of its files.
fn bare(table: &Table) -> Table {
    Table { hash: table.hash.clone(), rows: table.rows, parts: None }
}

/// What differs between two runs of a model.
fn why(before: &ModelMemory, now: &ModelMemory) -> Vec<String> {
    let mut why = Vec::new();
    if before.text != now.text {
        why.push(format!("its text ({}) changed", now.file));
    }
    for (name, value) in &now.variables {
        match before.variables.get(name) {
            Some(old) if old != value => why.push(format!("{name} changed from {old} to {value}")),
            None if before.text == now.text => why.push(format!("it reads {name} now")),
            _ => {}
        }
    }
    for (name, table) in &now.inputs {
        match before.inputs.get(name) {
            Some(old) if old.hash != table.hash => {
                why.push(format!("its input {name} changed ({} rows, {} before)", table.rows, old.rows));
            }
            None => why.push(format!("it reads {name} now")),
            _ => {}
        }
    }
    if why.is_empty() {
        why.push(
            if before.sql == now.sql { "its table was gone from the cache" } else { "the SQL it becomes changed" }
                .into(),
        );
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(hash: &str, rows: u64) -> Table {
        Table { hash: hash.into(), rows, parts: None }
    }

    fn model() -> ModelMemory {
        ModelMemory {
            file: "models/a.sql".into(),
            text: "t".into(),
            sql: "s".into(),
            variables: [("as_of".to_owned(), "date '2026-10-31'".to_owned())].into(),
            inputs: [("orders".to_owned(), table("o", 5)), ("source.stores".to_owned(), table("s", 2))].into(),
            table: table("r", 5),
            computed: true,
            why: Vec::new(),
        }
    }

    #[test]
    fn each_change_is_named() {
        let mut now = model();
        assert_eq!(why(&model(), &now), ["its table was gone from the cache"]);
        now.variables.insert("as_of".into(), "date '2026-11-01'".into());
        now.sql = "s2".into();
        assert_eq!(why(&model(), &now), ["as_of changed from date '2026-10-31' to date '2026-11-01'"]);
        let mut now = model();
        now.inputs.insert("orders".into(), table("p", 7));
        assert_eq!(why(&model(), &now), ["its input orders changed (7 rows, 5 before)"]);
        let mut now = model();
        now.text = "u".into();
        assert_eq!(why(&model(), &now), ["its text (models/a.sql) changed"]);
    }

    #[test]
    fn a_model_from_the_cache_keeps_the_reason_of_its_last_run() {
        let mut before = model();
        before.why = vec!["its text (models/a.sql) changed".into()];
        let memory = Models { models: [("a".to_owned(), before)].into(), ..Models::default() };
        let now = ModelMemory { computed: false, ..model() };
        assert_eq!(memory.judged("a", now).why, ["its text (models/a.sql) changed"]);
    }
}
