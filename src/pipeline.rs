//! The build from start to end: the table of contents of the program.

mod diff;
mod rollback;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;
use serde::Serialize;

use crate::closing::{self, Closing, Desk};
use crate::content::{self, Templates};
use crate::deploy;
use crate::digest::{Built, Digest};
use crate::failpoint::failpoint;
use crate::identity::{PersonRecords, Registry};
use crate::models::{self, Compiler, Graph, Input, NativeModel, Ran, Scope};
use crate::problem::{Kind, Problem, Result};
use crate::progress::Progress;
use crate::project::lock::{Lock, Wait};
use crate::project::state::pending::{self, Pending, Recovered, Ticket};
use crate::project::state::{Changes, published};
use crate::project::{self, Clocks, Month, Project};
use crate::publish::{self, Published, Ready, Release, Stage};
use crate::release::{self, GateRequest, Standing, Verdict};
use crate::site::{self, LeftOut, Memory, ModelFacts, Rendered, Sink, Site, Theme, Wish};
use crate::sources::{self, Counts, FileReport, Loaded, Quarantined};
use crate::warehouse::{DuckDb, TableStore};

pub use diff::{Diff, diff};
pub use rollback::{RollbackRequest, rollback};

/// What a build is asked to do beyond its settings.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub today: Option<Date>,
    pub as_of: Option<Date>,
    pub output: Option<PathBuf>,
    /// Write pages that are not public although they cannot be sealed yet.
    pub unsealed: bool,
    /// Render this page only (its id or address); everything else is taken over from the published site.
    pub only: Option<String>,
    /// Do everything but publish.
    pub dry_run: bool,
    /// The first of the closed months that may be opened again.
    pub reopen: Option<Month>,
    /// What to do while another run is at work on the project.
    pub wait: Wait,
    /// The site goes to a private place and is no release: the state stays as it is.
    pub preview: bool,
    /// How strict the gate is, and what is published although it was found.
    pub gate: GateRequest,
}

/// What a build did, for people and for `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub as_of: String,
    pub today: String,
    pub rows: Counts,
    pub files: Vec<FileReport>,
    pub models: ModelCounts,
    pub pages: u64,
    /// Of these, pages taken over from the last release because nothing they are made from changed.
    pub reused: u64,
    pub left_out: Vec<LeftOut>,
    /// What the gate found beside the release before, and whether it refused the build.
    pub gate: Verdict,
    /// Nothing was published by a dry run.
    pub published: Option<PublishedReport>,
    /// Months whose figures were frozen by this build.
    pub closed: Vec<String>,
    pub warnings: Vec<String>,
    /// Seconds of each stage, in order.
    pub seconds: Vec<(String, f64)>,
    /// Seconds of each step of loading, then of each model that was computed, the longest first. Some run side by side.
    pub steps: Vec<(String, f64)>,
    pub usage: Usage,
    /// Rows that were turned away, the first thousand; their values are personal and are not part of the report.
    #[serde(skip)]
    pub turned_away: Vec<Quarantined>,
}

/// A build that came to its end: published, or refused by the gate.
pub struct Outcome {
    pub report: Report,
    pub refusal: Option<Problem>,
}

/// What the build took from the machine; `None` where the system does not tell.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Usage {
    pub peak_memory_bytes: Option<u64>,
    pub cpu_seconds: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ModelCounts {
    pub all: usize,
    /// Computed by this build; the others were taken from the cache.
    pub computed: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct PublishedReport {
    pub release: String,
    pub output: PathBuf,
    pub written: u64,
    pub unchanged: u64,
    pub removed: u64,
    pub bytes: u64,
}

/// The loaded and modelled data of a project, ready for queries.
pub struct Warehouse {
    pub engine: DuckDb,
    pub compiler: Compiler,
    pub graph: Graph,
    pub ran: BTreeMap<String, Ran>,
    pub loaded: Loaded,
    pub clocks: Clocks,
    pub as_of: Date,
    release: Standing,
    verdict: Verdict,
    store: TableStore,
    registry: Arc<Registry>,
    closing: Closing,
}

/// Builds and publishes the book. A refusal of the gate is an error.
pub fn build(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Report> {
    let outcome = judged(project, request, progress)?;
    outcome.refusal.map_or(Ok(outcome.report), Err)
}

/// Builds and publishes the book, unless the gate refuses; the report is there either way.
pub fn judged(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Outcome> {
    let mut watch = Stopwatch::default();
    let pages = content::load(project)?;
    let templates = Templates::compile(&pages)?;
    let locales = site::locales(project)?;
    let theme = Theme::load(project, &locales)?;
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let lock = lock(project, &output, request)?;
    closing::refuse_reopened(project, request.reopen)?;
    let stage = if request.dry_run { None } else { Some(open_stage(project, &output, request)?) };
    watch.lap("read the pages and the theme");

    let mut warehouse = open(project, request, progress, &mut watch)?;
    let facts = facts(&warehouse);
    let tables = tables(&warehouse);
    let site = Site {
        config: &project.config,
        pages: &pages,
        templates: &templates,
        compiler: &warehouse.compiler,
        engine: &warehouse.engine,
        locales: &locales,
        theme: &theme,
        models: &facts,
        tables: &tables,
        as_of: warehouse.as_of.to_string(),
        today: warehouse.clocks.today.to_string(),
        unsealed: request.unsealed,
    };
    let plan = site::plan(&site)?;
    refuse_unsealed(&site, &plan, request)?;
    known_page(&site, &plan, request)?;
    if !request.dry_run {
        sources::write_quarantine(project, &warehouse.store, &warehouse.engine, &warehouse.loaded)?;
    }
    watch.lap("plan the pages");
    if let Some(refusal) = warehouse.verdict.refusal() {
        let report = report(&warehouse, plan.left_out, Rendered::default(), None, watch);
        return Ok(Outcome { report, refusal: Some(refusal) });
    }
    failpoint("build-planned");

    let mut closed = Vec::new();
    let mut host_files = deploy::Written::default();
    let (rendered, published) = match stage {
        Some(stage) => {
            stage.check_count(plan.count(locales.len()) as u64)?;
            let before = remembered(project, &output, &stage);
            let wish = Wish { only: request.only.as_deref(), memory: before.as_ref() };
            let (rendered, memory) = site::render(&site, &plan, wish, &Staged(&stage), progress)?;
            let mut changes = Changes::default();
            people(&warehouse, &mut changes)?;
            closed = warehouse.closing.changes(&warehouse.engine, &warehouse.store, &mut changes)?;
            let lost = warehouse.closing.lost(&closed, &output);
            digest(&warehouse, project, plan.count(locales.len()) as u64)?.leave(&mut changes)?;
            // A single page is no release: the next whole build is compared with the last whole one.
            if request.only.is_none() {
                let summary = warehouse.release.summary(&warehouse.engine, &warehouse.ran)?;
                warehouse.release.record(&summary, &mut changes)?;
            }
            // A preview is no release: the state stays as it is.
            let changes = if request.preview { Changes::default() } else { changes };
            let published = finish(&site, stage, request, Writing { project, changes, lock })?;
            remember(project, &output, (before, memory), request, &published.release_id);
            warehouse.loaded.warnings.extend(lost);
            host_files = deploy(project, &site, &plan, &published, request)?;
            (rendered, Some(published))
        }
        None => {
            let wish = Wish { only: request.only.as_deref(), memory: None };
            (site::render(&site, &plan, wish, &Nowhere, progress)?.0, None)
        }
    };
    watch.lap("render and publish");
    let mut report = report(&warehouse, plan.left_out, rendered, published, watch);
    report.closed = closed.iter().map(ToString::to_string).collect();
    report.warnings.extend(host_files.kept);
    Ok(Outcome { report, refusal: None })
}

/// Loads the sources and runs the models; what has not changed comes from the cache.
pub fn warehouse(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Warehouse> {
    recover_if_free(project)?;
    open(project, request, progress, &mut Stopwatch::default())
}

/// The models of a project in running order, without loading any data.
pub fn graph(project: &Project) -> Result<Graph> {
    let names: Vec<String> = sources::contract::TABLES
        .iter()
        .map(|table| table.name.to_owned())
        .chain(["quarantine", "files", "row_history", "store_files"].map(ToOwned::to_owned))
        .chain(closing::TABLES.map(ToOwned::to_owned))
        .chain(release::TABLES.map(ToOwned::to_owned))
        .collect();
    let day = Date::constant(2000, 1, 1);
    let models = models::load(project, natives(&Arc::default()))?;
    let compiler = compiler(project, &models, &names, (day, day))?;
    Graph::plan(&models, &compiler)
}

/// The models as they would run on the data, with its dates; none is run.
pub fn planned(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Graph> {
    let clocks = Clocks::of(project, request.today, request.as_of)?;
    let store = TableStore::open(&project.cache())?;
    let engine = DuckDb::loading(&project.config.engine)?;
    let loaded = sources::load(project, &store, &engine, clocks.today, progress)?;
    let as_of = clocks.as_of.or(loaded.newest).unwrap_or(clocks.today);
    let models = models::load(project, natives(&Arc::default()))?;
    let names: Vec<String> = loaded.tables.keys().cloned().collect();
    Graph::plan(&models, &compiler(project, &models, &names, (as_of, clocks.today))?)
}

/// Reads everything a person wrote (pages, theme, strings, models) without loading any data; an error is what a build
/// would say.
pub fn check(project: &Project) -> Result<()> {
    Templates::compile(&content::load(project)?)?;
    Theme::load(project, &site::locales(project)?)?;
    graph(project).map(|_| ())
}

fn open(project: &Project, request: &Request, progress: &dyn Progress, watch: &mut Stopwatch) -> Result<Warehouse> {
    let clocks = Clocks::of(project, request.today, request.as_of)?;
    let store = TableStore::open(&project.cache())?;
    let engine = DuckDb::loading(&project.config.engine)?;
    let mut loaded = sources::load(project, &store, &engine, clocks.today, progress)?;
    some_sales(&loaded)?;
    let as_of = clocks.as_of.or(loaded.newest).unwrap_or(clocks.today);
    let closing = Closing::open(Desk { project, store: &store, engine: &engine, as_of }, &mut loaded)?;
    drop(engine);
    watch.lap("load the sources");

    let engine = DuckDb::fenced(&project.config.engine, &store)?;
    let (release, verdict) = compare(project, request, &mut loaded, (as_of, clocks.today), (&engine, &store))?;
    let registry = Arc::new(Registry::read(&project.state())?);
    let models = models::load(project, natives(&registry))?;
    let names: Vec<String> = loaded.tables.keys().cloned().collect();
    let compiler = compiler(project, &models, &names, (as_of, clocks.today))?;
    let graph = Graph::plan(&models, &compiler)?;
    let ran = models::run(&graph, &engine, &store, &loaded.tables, progress)?;
    remember_models(project, &graph, &ran, &loaded);
    watch.lap("run the models");
    Ok(Warehouse { engine, compiler, graph, ran, loaded, clocks, as_of, release, verdict, store, registry, closing })
}

/// Writes the people this build met for the first time into the registry. That the registry holds everybody of a table
/// is remembered, so that a build without new people does not compare them all.
fn people(warehouse: &Warehouse, changes: &mut Changes) -> Result<()> {
    let records = warehouse.ran.get("person_records").map(|ran| ran.table.hash.clone()).unwrap_or_default();
    let complete = TableStore::key(&["people are registered", &warehouse.registry.fingerprint(), &records]);
    if warehouse.store.made::<bool>(&complete) == Some(true) {
        return Ok(());
    }
    if warehouse.registry.changes(&warehouse.engine, changes)? {
        return Ok(());
    }
    warehouse.store.remember(&complete, &true)
}

/// Keeps what was computed and why, for `explain`; without it only the reasons are missing.
fn remember_models(project: &Project, graph: &Graph, ran: &BTreeMap<String, Ran>, loaded: &Loaded) {
    let mut files: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for file in &loaded.files {
        files.entry(file.table.clone()).or_default().push((file.path.clone(), !file.cached));
    }
    let memory = models::Models::read(&project.cache()).after(graph, ran, &loaded.tables, &files);
    if let Err(problem) = memory.write(&project.cache()) {
        tracing::warn!("`storebook explain` will not know of this run: {problem}");
    }
}

/// Sets the loaded data beside the release before: the tables `release_…`, and what the gate says.
fn compare(
    project: &Project,
    request: &Request,
    loaded: &mut Loaded,
    (as_of, today): (Date, Date),
    (engine, store): (&DuckDb, &TableStore),
) -> Result<(Standing, Verdict)> {
    let mut release = Standing::of(&release::Build { project, loaded, as_of, today, engine, store })?;
    let verdict = release.judge(&request.gate);
    loaded.tables.extend(release.tables(engine, store)?);
    Ok((release, verdict))
}

/// A drop without one usable sale is a broken drop, not an empty chain: it must not replace a good book.
fn some_sales(loaded: &Loaded) -> Result<()> {
    if loaded.tables.get("transactions").is_some_and(|table| table.rows > 0) {
        return Ok(());
    }
    let sales: Vec<&FileReport> = loaded.files.iter().filter(|file| file.table == "transactions").collect();
    let first = loaded.quarantined.iter().find(|row| row.table == "transactions");
    let problem = match (sales.first(), first) {
        (_, Some(row)) => Problem::failed(format!(
            "not one sale could be loaded: {} rows were turned away, the first because of {} ({})",
            loaded.counts.quarantined, row.column, row.rule
        ))
        .at(row.file.clone())
        .line(usize::try_from(row.line).unwrap_or(1).max(1)),
        (Some(file), None) => Problem::failed("there is no sale in this file, nor in any other").at(file.path.clone()),
        (None, None) => {
            let seen = loaded.warnings.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
            Problem::failed(format!("there is no data on sales{}{seen}", if seen.is_empty() { "" } else { ": " }))
        }
    };
    Err(problem.hint("`storebook inspect` shows how each file is understood; the published site was left as it is"))
}

fn natives(registry: &Arc<Registry>) -> Vec<Arc<dyn NativeModel>> {
    vec![Arc::new(PersonRecords::new(Arc::clone(registry)))]
}

fn compiler(
    project: &Project,
    models: &BTreeMap<String, models::Model>,
    sources: &[String],
    (as_of, today): (Date, Date),
) -> Result<Compiler> {
    let mut variables = serde_json::to_value(&project.config)
        .map_err(|error| Problem::failed(format!("settings: {error}")).at(project::CONFIG_FILE))?;
    // The project's own variables stand beside the settings.
    let own = variables.get("vars").cloned().unwrap_or_default();
    if let (Some(tree), Some(own)) = (variables.as_object_mut(), own.as_object()) {
        tree.extend(own.clone());
    }
    let scope = Scope {
        models: models.keys().cloned().collect(),
        sources: sources.iter().cloned().collect(),
        variables,
        as_of: as_of.to_string(),
        today: today.to_string(),
    };
    Compiler::new(&scope, &models::dialect())
}

fn facts(warehouse: &Warehouse) -> BTreeMap<String, ModelFacts> {
    let plans = warehouse.graph.order.iter();
    plans
        .filter_map(|plan| {
            let ran = warehouse.ran.get(&plan.model.name)?;
            let facts = ModelFacts { rows: ran.table.rows, publishable: plan.model.header.publishable };
            Some((plan.model.name.clone(), facts))
        })
        .collect()
}

/// Hash of the content of every table that a page may read.
fn tables(warehouse: &Warehouse) -> BTreeMap<Input, String> {
    let models = warehouse.ran.iter().map(|(name, ran)| (Input::Model(name.clone()), ran.table.hash.clone()));
    let sources = warehouse.loaded.tables.iter();
    models.chain(sources.map(|(name, table)| (Input::Source(name.clone()), table.hash.clone()))).collect()
}

/// What the last build knew of the pages that stand in the output now.
fn remembered(project: &Project, output: &Path, stage: &Stage) -> Option<Memory> {
    let release = stage.previous_release()?;
    Memory::read(&project.cache(), output).filter(|memory| memory.release == release)
}

/// Keeps what this build knows of its pages; without it the next one only takes longer.
fn remember(
    project: &Project,
    output: &Path,
    (before, after): (Option<Memory>, Memory),
    request: &Request,
    release: &str,
) {
    let mut memory = match (before, &request.only) {
        (Some(before), Some(_)) => before.forget(&after),
        (None, Some(_)) => return,
        (_, None) => after,
    };
    if let Err(problem) = memory.write(&project.cache(), output, release) {
        tracing::warn!("the next build will render every page: {problem}");
    }
}

fn open_stage(project: &Project, output: &Path, request: &Request) -> Result<Stage> {
    let section = &project.config.publish;
    let root = |name: &str| project.root.join(name);
    let inputs = vec![
        project.data(),
        project.content(),
        project.models(),
        root("themes"),
        project.state(),
        project.quarantine(),
        project.cache(),
        project.deploy(),
        root(".git"),
    ];
    let options = publish::Options {
        limits: publish::Limits { max_files: section.max_files, max_file_bytes: section.max_file_bytes },
        forbidden: publish::Places { whole: vec![project.root.clone()], inputs },
        swap: forced_swap(),
        facts: Some(cached_facts(project, output)),
        keep: (!request.preview).then_some(publish::Keep { releases: section.keep_releases, days: section.keep_days }),
    };
    Stage::open(output, options)
}

/// One file per output, as with the memory of the pages.
fn cached_facts(project: &Project, output: &Path) -> PathBuf {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_path_buf());
    let name = blake3::hash(output.to_string_lossy().as_bytes()).to_hex()[..16].to_owned();
    project.cache().join("published").join(format!("{name}.json"))
}

/// Tests try the copying of mount points on every folder.
fn forced_swap() -> Option<publish::SwapMode> {
    let forced = cfg!(debug_assertions) && std::env::var_os("STOREBOOK_SWAP").is_some_and(|way| way == "ordered-copy");
    forced.then_some(publish::SwapMode::OrderedCopy)
}

/// Until pages can be sealed, a page that is not public needs the explicit word of whoever builds.
fn refuse_unsealed(site: &Site<'_>, plan: &site::Plan, request: &Request) -> Result<()> {
    match plan.first_private(site.pages) {
        Some(page) if !request.unsealed => Err(Problem::refused(format!(
            "pages such as \"{}\" are not public, and this build would write them readable for everyone",
            page.id
        ))
        .at(page.file.clone())
        .hint("add --unsealed for a preview on this machine or in a private directory; nothing was published")),
        _ => Ok(()),
    }
}

/// `--only` must name a page of the plan.
fn known_page(site: &Site<'_>, plan: &site::Plan, request: &Request) -> Result<()> {
    match &request.only {
        Some(only) if !plan.has(site, only) => {
            let names = site.pages.iter().map(|page| page.id.as_str());
            Err(Problem::usage(format!("no page is called \"{only}\"")).nearest(only, names))
        }
        _ => Ok(()),
    }
}

/// The configurations for web servers serve the project's own output; a build elsewhere leaves them alone.
fn deploy(
    project: &Project,
    site: &Site<'_>,
    plan: &site::Plan,
    published: &Published,
    request: &Request,
) -> Result<deploy::Written> {
    if request.output.is_some() || request.preview {
        return Ok(deploy::Written::default());
    }
    let facts = deploy::Facts {
        root: project.output(),
        base_url: site.config.site.base_url.clone(),
        policy: site::content_security_policy(&site.config.portal.feedback_endpoint),
        public: plan.addresses(site, true),
        private: plan.addresses(site, false),
        endings: publish::endings(&published.output)?,
        unsealed: request.unsealed,
    };
    deploy::write(&project.deploy(), &facts)
}

/// The figures of this build for `storebook notify`.
fn digest(warehouse: &Warehouse, project: &Project, pages: u64) -> Result<Digest> {
    let built = Built {
        as_of: warehouse.as_of,
        today: warehouse.clocks.today,
        counts: warehouse.loaded.counts,
        files: warehouse.loaded.files.len(),
        pages,
        closed_through: &project.config.periods.closed_through,
    };
    Digest::of(&warehouse.engine, &built)
}

/// The state a publish writes, and the right to write it.
struct Writing<'a> {
    project: &'a Project,
    changes: Changes,
    lock: Option<Lock>,
}

/// Site and state change together: the state waits, complete and durable, until the site is swapped in.
fn finish(site: &Site<'_>, stage: Stage, request: &Request, mut writing: Writing<'_>) -> Result<Published> {
    if request.only.is_some() {
        stage.carry_rest()?;
    }
    let ready = stage.prepare(&Release {
        generator: format!("storebook {}", env!("CARGO_PKG_VERSION")),
        as_of: site.as_of.clone(),
        today: site.today.clone(),
        unsealed: request.unsealed,
        ..Release::default()
    })?;
    if request.preview {
        return ready.swap();
    }
    published::record(&writing.project.state(), &ready.ticket().release_id, &mut writing.changes)?;
    writing.publish(&ready)
}

impl Writing<'_> {
    fn publish(&self, ready: &Ready) -> Result<Published> {
        if let Some(lock) = &self.lock {
            lock.check()?;
        }
        let state = self.project.state();
        let pending = Pending::write(&state, &self.changes, ready.ticket())?;
        match ready.swap() {
            Ok(published) => {
                pending.map_or(Ok(()), Pending::commit)?;
                Ok(published)
            }
            Err(problem) => {
                // What failed may have failed after the swap; the output knows.
                recover(self.project, &publish::stands)?;
                Err(problem)
            }
        }
    }
}

/// The lock of a build that publishes. What a killed run left is settled before anything is read.
fn lock(project: &Project, output: &std::path::Path, request: &Request) -> Result<Option<Lock>> {
    if request.dry_run {
        recover_if_free(project)?;
        return Ok(None);
    }
    lock_for(project, &format!("building into {}", output.display()), request.wait).map(Some)
}

fn lock_for(project: &Project, task: &str, wait: Wait) -> Result<Lock> {
    let lock = Lock::take(project, task, wait)?;
    failpoint("build-locked");
    recover(project, &publish::published)?;
    Ok(lock)
}

/// For what only reads: a run that is at work settles its own state.
pub fn recover_if_free(project: &Project) -> Result<()> {
    if !pending::waits(&project.state()) {
        return Ok(());
    }
    match Lock::take(project, "settling what a killed run left", Wait::No) {
        Ok(_lock) => recover(project, &publish::published),
        Err(problem) if problem.kind() == Kind::Refused => Ok(()),
        Err(problem) => Err(problem),
    }
}

fn recover(project: &Project, published: &dyn Fn(&Ticket) -> Result<bool>) -> Result<()> {
    match pending::recover(&project.state(), published)? {
        Recovered::Nothing | Recovered::Cleaned => {}
        Recovered::Forward => tracing::warn!("a run was killed after it had published: its state was completed"),
        Recovered::Discarded => tracing::warn!("a run was killed before it had published: its state was thrown away"),
    }
    Ok(())
}

fn report(
    warehouse: &Warehouse,
    left_out: Vec<LeftOut>,
    rendered: Rendered,
    published: Option<Published>,
    watch: Stopwatch,
) -> Report {
    Report {
        as_of: warehouse.as_of.to_string(),
        today: warehouse.clocks.today.to_string(),
        rows: warehouse.loaded.counts,
        files: warehouse.loaded.files.clone(),
        models: ModelCounts {
            all: warehouse.ran.len(),
            computed: warehouse.ran.values().filter(|ran| ran.fresh).count(),
        },
        pages: rendered.pages,
        reused: rendered.reused,
        left_out,
        gate: warehouse.verdict.clone(),
        published: published.map(|published| PublishedReport {
            release: published.release_id,
            output: published.output,
            written: published.written,
            unchanged: published.unchanged,
            removed: published.removed,
            bytes: published.bytes,
        }),
        closed: Vec::new(),
        warnings: warehouse.loaded.warnings.clone(),
        seconds: watch.laps,
        steps: steps(warehouse),
        usage: usage(),
        turned_away: warehouse.loaded.quarantined.clone(),
    }
}

fn steps(warehouse: &Warehouse) -> Vec<(String, f64)> {
    let computed = warehouse.ran.iter().filter(|(_, ran)| ran.fresh);
    let mut models: Vec<(String, f64)> =
        computed.map(|(name, ran)| (format!("model {name}"), ran.took.as_secs_f64())).collect();
    models.sort_by(|a, b| b.1.total_cmp(&a.1));
    warehouse.loaded.seconds.iter().cloned().chain(models).collect()
}

/// Linux tells both in `/proc`; elsewhere nothing is claimed.
fn usage() -> Usage {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    // Fields 14 and 15 of stat, counted after the name in parentheses: user and system time in hundredths of a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    let cpu = ticks(11).zip(ticks(12)).map(|(user, system)| (user + system) / 100.0);
    Usage { peak_memory_bytes: peak.map(|kilobytes| kilobytes * 1024), cpu_seconds: cpu }
}

struct Staged<'a>(&'a Stage);

impl Sink for Staged<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.0.write(path, bytes)
    }
    fn carry(&self, paths: &[String]) -> Result<bool> {
        self.0.carry_all(paths)
    }
}

/// Takes pages and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&self, _: &str, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

struct Stopwatch {
    laps: Vec<(String, f64)>,
    last: Instant,
}

impl Default for Stopwatch {
    fn default() -> Self {
        Stopwatch { laps: Vec::new(), last: Instant::now() }
    }
}

impl Stopwatch {
    fn lap(&mut self, name: &str) {
        self.laps.push((name.to_owned(), self.last.elapsed().as_secs_f64()));
        self.last = Instant::now();
    }
}
