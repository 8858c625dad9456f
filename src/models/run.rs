//! Runs the graph: independent models side by side, each stored as a content-addressed table and seen by the others as
//! a view.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Body, Graph, Input, Planned, public, verify};
use crate::discreet;
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::Month;
use crate::warehouse::{Engine, Table, TableStore, quoted};

/// A model's table and whether it had to be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub table: Table,
    pub fresh: bool,
    /// What it took to compute, or to find in the cache.
    pub took: Duration,
}

struct Runner<'a> {
    graph: &'a Graph,
    engine: &'a dyn Engine,
    store: &'a TableStore,
    sources: &'a BTreeMap<String, Table>,
    /// The first month that is not closed.
    open: Month,
    progress: &'a dyn Progress,
    /// How many inputs each model still waits for, and who waits for it.
    waiting: Vec<AtomicUsize>,
    dependents: Vec<Vec<usize>>,
    done: Mutex<BTreeMap<String, Ran>>,
    failed: Mutex<Vec<Problem>>,
    stop: AtomicBool,
}

/// Runs every model of the graph over the loaded `sources` (registered as `source.<name>`). From the month `open` on,
/// nothing may be counted in public.
pub fn run(
    graph: &Graph,
    engine: &dyn Engine,
    store: &TableStore,
    sources: &BTreeMap<String, Table>,
    open: Month,
    progress: &dyn Progress,
) -> Result<BTreeMap<String, Ran>> {
    for (name, table) in sources {
        engine.define("source", name, &store.select(table))?;
    }
    progress.start("models", graph.order.len() as u64);
    let position: BTreeMap<&str, usize> =
        graph.order.iter().enumerate().map(|(at, plan)| (plan.model.name.as_str(), at)).collect();
    let needs: Vec<Vec<usize>> = graph.order.iter().map(|plan| model_inputs(plan, &position)).collect();
    let mut dependents = vec![Vec::new(); needs.len()];
    for (at, needed) in needs.iter().enumerate() {
        for need in needed {
            dependents[*need].push(at);
        }
    }
    let runner = Runner {
        graph,
        engine,
        store,
        sources,
        open,
        progress,
        waiting: needs.iter().map(|needed| AtomicUsize::new(needed.len())).collect(),
        dependents,
        done: Mutex::default(),
        failed: Mutex::default(),
        stop: AtomicBool::new(false),
    };
    rayon::scope(|scope| {
        for (at, needed) in needs.iter().enumerate() {
            if needed.is_empty() {
                let runner = &runner;
                scope.spawn(move |scope| runner.visit(scope, at));
            }
        }
    });
    let failed = runner.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    match failed.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(runner.done.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

fn model_inputs(plan: &Planned, position: &BTreeMap<&str, usize>) -> Vec<usize> {
    let models = plan.inputs.iter().filter_map(|input| match input {
        Input::Model(name) => position.get(name.as_str()).copied(),
        Input::Source(_) => None,
    });
    models.collect()
}

impl<'a> Runner<'a> {
    fn visit<'s>(&'s self, scope: &rayon::Scope<'s>, at: usize)
    where
        'a: 's,
    {
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        let plan = &self.graph.order[at];
        match self.make(plan) {
            Ok(ran) => {
                self.progress.step(1, &plan.model.name);
                self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(plan.model.name.clone(), ran);
                for next in &self.dependents[at] {
                    if self.waiting[*next].fetch_sub(1, Ordering::AcqRel) == 1 {
                        let next = *next;
                        scope.spawn(move |scope| self.visit(scope, next));
                    }
                }
            }
            Err(problem) => {
                self.stop.store(true, Ordering::Relaxed);
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
            }
        }
    }

    fn make(&self, plan: &Planned) -> Result<Ran> {
        let start = Instant::now();
        let key = self.key(plan);
        if let Some(table) = self.store.made::<Table>(&key)
            && self.store.has(&table)
        {
            self.engine.register("main", &plan.model.name, &self.store.path(&table))?;
            return Ok(Ran { table, fresh: false, took: start.elapsed() });
        }
        let scratch = self.store.scratch(&key);
        let rows = match &plan.model.body {
            Body::Sql(text) => {
                let ordered = ordered(&plan.sql, &plan.model.header.key);
                self.engine
                    .check(&plan.sql)
                    .and_then(|found| verify(&found, &plan.inputs))
                    .map_err(|problem| locate(problem, plan, text, 0))?;
                if plan.model.header.protected {
                    let public = public::Public { header: &plan.model.header, open: self.open, engine: self.engine };
                    public.store(&ordered, &scratch).map_err(|problem| locate(problem, plan, text, 1))?
                } else {
                    self.engine.store(&ordered, &scratch).map_err(|problem| locate(problem, plan, text, 1))?
                }
            }
            Body::Native(native) => self
                .engine
                .write(&native.columns(), &mut |put| native.run(self.engine, put), &scratch)
                .map_err(|problem| problem.at(plan.model.file.clone()))?,
        };
        let table = self.store.keep(&scratch, rows)?;
        self.store.remember(&key, &table)?;
        self.engine.register("main", &plan.model.name, &self.store.path(&table))?;
        self.check_key(plan)?;
        Ok(Ran { table, fresh: true, took: start.elapsed() })
    }

    fn key(&self, plan: &Planned) -> String {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parts = vec![plan.model.name.clone(), plan.sql.clone(), plan.model.header.key.join(",")];
        if let Body::Native(native) = &plan.model.body {
            parts.push(native.fingerprint());
        }
        let header = &plan.model.header;
        if header.protected {
            parts.push(format!("{} {} {}", self.open, header.totals, header.counts.join(",")));
        }
        for input in &plan.inputs {
            parts.push(match input {
                Input::Model(name) => done.get(name).map(|ran| ran.table.hash.clone()).unwrap_or_default(),
                Input::Source(name) => self.sources.get(name).map(|table| table.hash.clone()).unwrap_or_default(),
            });
        }
        TableStore::key(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// A project's own model that breaks its declared key would double rows wherever it is joined: an error. (The
    /// built-in ones are proved by tests.)
    fn check_key(&self, plan: &Planned) -> Result<()> {
        let key = &plan.model.header.key;
        if key.is_empty() || plan.model.file.starts_with("built-in") {
            return Ok(());
        }
        let columns = key.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        let name = quoted(&plan.model.name);
        let frame = self.engine.query(&format!(
            "select {columns}, count(*) as n from main.{name} group by all having count(*) > 1 order by all limit 1"
        ))?;
        match frame.rows.first() {
            None => Ok(()),
            Some(row) => {
                let values: Vec<String> =
                    row.iter().take(key.len()).map(|value| discreet::outline(&value.plain())).collect();
                Err(Problem::failed(format!(
                    "the key ({}) of model {} is not unique: a value of the form ({}) stands more than once",
                    key.join(", "),
                    plan.model.name,
                    values.join(", ")
                ))
                .at(plan.model.file.clone())
                .hint("correct the `-- key:` line or the query"))
            }
        }
    }
}

/// A total order, so that the stored bytes do not depend on threads.
fn ordered(sql: &str, key: &[String]) -> String {
    let order = if key.is_empty() {
        "all".to_owned()
    } else {
        key.iter().map(|column| format!("{} nulls last", quoted(column))).collect::<Vec<_>>().join(", ")
    };
    format!("select * from (\n{sql}\n) order by {order}")
}

/// Whether every line of the SQL stands where it stands in its template. A loop may write several lines, and another none:
/// as many lines are not enough.
fn agree(template: &str, sql: &str) -> bool {
    let template = template.trim();
    let plain = |line: &str| !["{{", "{%", "{#", "%}"].iter().any(|mark| line.contains(mark));
    template.lines().count() == sql.lines().count()
        && template.lines().zip(sql.lines()).all(|(ours, theirs)| !plain(ours) || ours.trim_end() == theirs.trim_end())
}

/// Puts a SQL problem into the model's file; `before` lines were put in front of the model's SQL. Where template and SQL do
/// not agree in their lines, the SQL is shown.
fn locate(problem: Problem, plan: &Planned, text: &std::sync::Arc<str>, before: usize) -> Problem {
    let line = problem.place().and_then(|place| place.line);
    let skipped = text.lines().take_while(|line| line.trim().is_empty()).count();
    let same_lines = agree(text, &plan.sql);
    let problem = problem.at(plan.model.file.clone());
    match line {
        Some(line) if same_lines => {
            problem.text(std::sync::Arc::clone(text)).line(line.saturating_sub(before).max(1) + skipped)
        }
        Some(line) => problem.text(plan.sql.as_str()).line(line.saturating_sub(before).max(1)),
        None => problem,
    }
}
