//! The build from start to end: the table of contents of the program.

mod authored;
mod diff;
mod keys;
mod load;
mod publishing;
mod report;
mod request;
mod rollback;

use std::sync::Arc;

use jiff::civil::Date;

use crate::closing;
use crate::failpoint::failpoint;
use crate::identity::Registry;
use crate::identity::overrides::Overrides;
use crate::models::{self, Graph};
use crate::problem::Result;
use crate::progress::Progress;
use crate::project::lock::Lock;
use crate::project::state::Changes;
use crate::project::{AtRest, Clocks, Project, private};
use crate::publish::{Published, Stage};
use crate::release;
use crate::site::{self, Plan, Rendered, Site, Wish};
use crate::sources;
use crate::warehouse::{DuckDb, TableStore};
use authored::Authored;
use keys::Access;
use load::{People, compiler, facts, natives, open, people, tables};
use publishing::{
    Nowhere, Staged, Writing, deploy, digest, finish, known_page, lock, open_stage, remember, remembered,
};
use report::Stopwatch;

pub use diff::{Diff, diff};
pub use keys::{first as first_keys, staff};
pub use load::Warehouse;
pub use publishing::{lock_for, recover_if_free};
pub use report::{ModelCounts, Outcome, PublishedReport, Report, Usage};
pub use request::Request;
pub use rollback::{RollbackRequest, rollback};

/// Builds and publishes the book. A refusal of the gate is an error.
pub fn build(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Report> {
    let outcome = judged(project, request, progress)?;
    outcome.refusal.map_or(Ok(outcome.report), Err)
}

/// Builds and publishes the book, unless the gate refuses; the report is there either way.
pub fn judged(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Outcome> {
    let mut watch = Stopwatch::default();
    let authored = Authored::read(project)?;
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let lock = lock(project, &output, request)?;
    if lock.is_some() {
        [project.cache(), project.quarantine(), project.state()].iter().for_each(|folder| private::close_tree(folder));
        AtRest::of(project)?.tidy()?;
    }
    closing::refuse_reopened(project, request.reopen)?;
    let stage = if request.dry_run { None } else { Some(open_stage(project, &output, request)?) };
    watch.lap("read the pages and the theme");

    let seals = keys::seals(project, &authored, request, &output)?;
    let warehouse = open(project, request, seals, progress, &mut watch)?;
    let facts = facts(&warehouse);
    let tables = tables(&warehouse);
    let access = if seals { Access::ready(project, &warehouse, request)? } else { None };
    let sealing = access.as_ref().map(|access| &access.sealing);
    let site = authored.site(project, &warehouse, (&facts, &tables), sealing, request.unsealed);
    let plan = site::plan(&site)?;
    known_page(&site, &plan, request)?;
    if !request.dry_run {
        sources::write_quarantine(project, &warehouse.store, &warehouse.engine, &warehouse.loaded)?;
    }
    watch.lap("plan the pages");
    if let Some(refusal) = warehouse.verdict.refusal() {
        let report = report::report(&warehouse, plan.left_out, Rendered::default(), None, watch);
        return Ok(Outcome { report, refusal: Some(refusal) });
    }
    failpoint("build-planned");

    let Some(stage) = stage else {
        let wish = Wish { only: request.only.as_deref(), memory: None };
        let (rendered, _) = site::render(&site, &plan, wish, &Nowhere, progress)?;
        watch.lap("render the pages");
        return Ok(Outcome { report: report::report(&warehouse, plan.left_out, rendered, None, watch), refusal: None });
    };
    let book = Book { warehouse: &warehouse, site: &site, plan: &plan, access: access.as_ref() };
    let made = publish(project, request, &book, (stage, lock), (progress, &mut watch))?;
    watch.lap("publish");
    let mut report = report::report(&warehouse, plan.left_out, made.rendered, Some(made.published), watch);
    report.closed = made.closed;
    report.warnings.extend(made.warnings);
    Ok(Outcome { report, refusal: None })
}

/// What is published.
struct Book<'a> {
    warehouse: &'a Warehouse,
    site: &'a Site<'a>,
    plan: &'a Plan,
    access: Option<&'a Access>,
}

/// What a publish adds to the report.
struct Made {
    rendered: Rendered,
    published: Published,
    closed: Vec<String>,
    warnings: Vec<String>,
}

/// Renders into the stage, collects what the state is to remember, and swaps both in.
fn publish(
    project: &Project,
    request: &Request,
    &Book { warehouse, site, plan, access }: &Book<'_>,
    (stage, lock): (Stage, Option<Lock>),
    (progress, watch): (&dyn Progress, &mut Stopwatch),
) -> Result<Made> {
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let pages = plan.count(site.locales.len()) as u64;
    stage.check_count(pages)?;
    let before = remembered(warehouse.store.rest(), &output, &stage);
    let wish = Wish { only: request.only.as_deref(), memory: before.as_ref() };
    let (rendered, memory) = site::render(site, plan, wish, &Staged(&stage), progress)?;
    watch.lap("render the pages");
    let mut changes = Changes::default();
    people(warehouse, &mut changes)?;
    let closed = warehouse.closing.changes(&warehouse.engine, &warehouse.store, &mut changes)?;
    let mut warnings: Vec<String> = warehouse.closing.lost(&closed, &output).into_iter().collect();
    digest(warehouse, project, pages)?.leave(&mut changes)?;
    if let Some(access) = access {
        access.leave(&mut changes)?;
        warnings.extend(access.warnings());
    }
    // A single page is no release: the next whole build is compared with the last whole one.
    if request.only.is_none() {
        let summary = warehouse.release.summary(&warehouse.engine, &warehouse.ran)?;
        warehouse.release.record(&summary, &mut changes)?;
    }
    // A preview is no release: the state stays as it is.
    let changes = if request.preview { Changes::default() } else { changes };
    let published = finish(site, stage, request, Writing { project, changes, lock })?;
    remember(warehouse.store.rest(), &output, (before, memory), request, &published.release_id);
    warnings.extend(deploy(project, site, plan, &published, request)?.kept);
    Ok(Made { rendered, published, closed: closed.iter().map(ToString::to_string).collect(), warnings })
}

/// Loads the sources and runs the models; what has not changed comes from the cache.
pub fn warehouse(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Warehouse> {
    recover_if_free(project)?;
    open(project, request, false, progress, &mut Stopwatch::default())
}

/// The models of a project in running order, without loading any data.
pub fn graph(project: &Project) -> Result<Graph> {
    let names = source_names();
    let day = Date::constant(2000, 1, 1);
    let models = models::load(project, natives(project, nobody(&Arc::default(), (day, day)))?)?;
    let compiler = compiler(project, &models, &names, (day, day))?;
    Graph::plan(&models, &compiler)
}

/// The models as they would run on the data, with its dates; none is run.
pub fn planned(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Graph> {
    let clocks = Clocks::of(project, request.today, request.as_of)?;
    let store = TableStore::of(project)?;
    let engine = DuckDb::loading(&project.config.engine)?;
    let loaded = sources::load(project, &store, &engine, clocks.today, progress)?;
    let as_of = clocks.as_of.or(loaded.newest).unwrap_or(clocks.today);
    let models = models::load(project, natives(project, nobody(&Arc::default(), (clocks.today, as_of)))?)?;
    Graph::plan(&models, &compiler(project, &models, &source_names(), (as_of, clocks.today))?)
}

/// An empty registry, for a graph that is not run.
fn nobody(registry: &Arc<Registry>, (today, as_of): (Date, Date)) -> People<'_> {
    People { registry, overrides: Overrides::default(), today, as_of }
}

/// Every table that models may read with `source()`, with or without rows.
fn source_names() -> Vec<String> {
    (sources::contract::TABLES.iter().map(|table| table.name))
        .chain(["quarantine", "files", "row_history", "store_files"])
        .chain(closing::TABLES)
        .chain(release::TABLES)
        .chain([keys::REGISTER])
        .map(ToOwned::to_owned)
        .collect()
}

/// Reads everything a person wrote (pages, theme, strings, models) without loading any data; an error is what a build
/// would say.
pub fn check(project: &Project) -> Result<()> {
    Authored::read(project)?;
    graph(project).map(|_| ())
}
