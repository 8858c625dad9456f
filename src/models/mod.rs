//! The models: named tables computed from the contract tables, by SQL or natively, in the order of their references.

mod catalog;
mod compile;
mod graph;
mod header;
mod library;
mod memory;
mod native;
mod public;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use compile::{Compiled, Compiler, Scope, template_problem};
pub use header::Header;
pub use library::{built_in, dialect, load};
pub use memory::{ModelMemory, Models, SourceMemory};
pub use native::NativeModel;
pub use run::{Ran, run};

use crate::problem::Problem;
use crate::warehouse::References;

/// What a model or page reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    Model(String),
    Source(String),
}

/// Refuses a SELECT that reads what it did not name through `ref` or `source`: the cache and the rules for public pages
/// know only what was named. Also refuses what would give another answer on the next run.
pub fn verify(found: &References, inputs: &BTreeSet<Input>) -> crate::problem::Result<()> {
    if let Some(function) = found.reaching_function() {
        return Err(Problem::failed(format!("the function {function} is not allowed here"))
            .hint("models and pages read other models and sources only, through ref() and source()"));
    }
    if let Some(function) = found.unstable.first() {
        return Err(Problem::failed(format!("{function} gives another answer on the next run"))
            .hint("use {{ var('today') }} or {{ var('as_of') }}; the same input gives the same book"));
    }
    for (schema, table) in &found.tables {
        let named = |input: &Input| match input {
            Input::Model(name) => (schema.is_empty() || schema == "main") && name == table,
            Input::Source(name) => schema == "source" && name == table,
        };
        if !inputs.iter().any(named) {
            let word = if schema == "source" { "source" } else { "ref" };
            let shown = if schema.is_empty() { table.clone() } else { format!("{schema}.{table}") };
            return Err(Problem::failed(format!("{shown} is read without being named"))
                .hint(format!("write {{{{ {word}('{table}') }}}} instead, so that the program knows of it")));
        }
    }
    Ok(())
}

/// One model before it is compiled.
#[derive(Clone)]
pub struct Model {
    pub name: String,
    /// Where its text stands, for messages: `models/x.sql`, or `built-in models/stores/x.sql`.
    pub file: String,
    pub header: Header,
    pub body: Body,
}

#[derive(Clone)]
pub enum Body {
    Sql(Arc<str>),
    Native(Arc<dyn NativeModel>),
}

/// A compiled graph: models in running order.
pub struct Graph {
    pub order: Vec<Planned>,
}

pub struct Planned {
    pub model: Model,
    /// Empty for native models.
    pub sql: String,
    pub inputs: BTreeSet<Input>,
    /// Settings and dates it reads, with their values as SQL.
    pub variables: BTreeMap<String, String>,
}

impl Graph {
    /// Compiles every model and puts them in order.
    pub fn plan(models: &BTreeMap<String, Model>, compiler: &Compiler) -> crate::problem::Result<Graph> {
        let mut planned = BTreeMap::new();
        for (name, model) in models {
            let compiled = match &model.body {
                Body::Sql(text) => compiler.compile(&model.file, text, 0)?,
                Body::Native(native) => {
                    let inputs = native.inputs().into_iter().collect();
                    Compiled { sql: String::new(), inputs, variables: BTreeMap::new() }
                }
            };
            let Compiled { sql, inputs, variables } = compiled;
            planned.insert(name.clone(), Planned { model: model.clone(), sql, inputs, variables });
        }
        let dependencies = planned
            .iter()
            .map(|(name, plan)| {
                let needs = plan.inputs.iter().filter_map(|input| match input {
                    Input::Model(name) => Some(name.clone()),
                    Input::Source(_) => None,
                });
                (name.clone(), needs.collect())
            })
            .collect();
        let order = graph::sorted(&dependencies).map_err(|problem| place_cycle(problem, &planned))?;
        Ok(Graph { order: order.iter().filter_map(|name| planned.remove(name)).collect() })
    }

    /// The graph in Graphviz' language.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph models {\n  rankdir = LR;\n  node [shape = box];\n");
        for plan in &self.order {
            for input in &plan.inputs {
                let from = match input {
                    Input::Model(name) => format!("\"{name}\""),
                    Input::Source(name) => format!("\"source.{name}\""),
                };
                text.push_str(&format!("  {from} -> \"{}\";\n", plan.model.name));
            }
        }
        text.push_str("}\n");
        text
    }
}

/// A cycle is reported at the file of its first model.
fn place_cycle(problem: Problem, planned: &BTreeMap<String, Planned>) -> Problem {
    let first = problem.message().split(": ").nth(1).and_then(|path| path.split(" → ").next()).map(ToOwned::to_owned);
    match first.and_then(|name| planned.get(&name)) {
        Some(plan) => {
            let (file, second) =
                (plan.model.file.clone(), problem.message().split(" → ").nth(1).map(ToOwned::to_owned));
            let line = match (&plan.model.body, second) {
                (Body::Sql(text), Some(second)) => text
                    .lines()
                    .position(|line| line.contains("ref(") && line.contains(second.as_str()))
                    .map(|at| at + 1),
                _ => None,
            };
            let text = match &plan.model.body {
                Body::Sql(text) => Some(Arc::clone(text)),
                Body::Native(_) => None,
            };
            let problem = problem.at(file);
            match (line, text) {
                (Some(line), Some(text)) => problem.line(line).text(text),
                _ => problem,
            }
        }
        None => problem,
    }
}
