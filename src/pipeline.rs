//! The build from start to end: the table of contents of the program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;
use serde::Serialize;

use crate::content::{self, Templates};
use crate::deploy;
use crate::identity::{PersonRecords, Registry};
use crate::models::{self, Compiler, Graph, NativeModel, Ran, Scope};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::state::Changes;
use crate::project::{self, Clocks, Project};
use crate::publish::{self, Published, Release, Stage};
use crate::site::{self, LeftOut, ModelFacts, Rendered, Sink, Site, Theme};
use crate::sources::{self, Counts, FileReport, Loaded};
use crate::warehouse::{DuckDb, TableStore};

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
    pub left_out: Vec<LeftOut>,
    /// Nothing was published by a dry run.
    pub published: Option<PublishedReport>,
    pub warnings: Vec<String>,
    /// Seconds of each stage, in order.
    pub seconds: Vec<(String, f64)>,
    pub usage: Usage,
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
    store: TableStore,
    registry: Arc<Registry>,
}

/// Builds and publishes the book.
pub fn build(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Report> {
    let mut watch = Stopwatch::default();
    let pages = content::load(project)?;
    let templates = Templates::compile(&pages)?;
    let locales = site::locales(project)?;
    let theme = Theme::load(project, &locales)?;
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let stage = if request.dry_run { None } else { Some(open_stage(project, &output)?) };
    watch.lap("read the pages and the theme");

    let warehouse = open(project, request, progress, &mut watch)?;
    let facts = facts(&warehouse);
    let site = Site {
        config: &project.config,
        pages: &pages,
        templates: &templates,
        compiler: &warehouse.compiler,
        engine: &warehouse.engine,
        locales: &locales,
        theme: &theme,
        models: &facts,
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

    let mut host_files = deploy::Written::default();
    let (rendered, published) = match stage {
        Some(stage) => {
            stage.check_count(plan.count(locales.len()) as u64)?;
            let rendered = site::render(&site, &plan, request.only.as_deref(), &Staged(&stage), progress)?;
            let mut changes = Changes::default();
            warehouse.registry.changes(&warehouse.engine, &mut changes)?;
            let published = finish(&site, stage, request)?;
            changes.apply(&project.state())?;
            host_files = deploy(project, &site, &plan, &published, request)?;
            (rendered, Some(published))
        }
        None => (site::render(&site, &plan, request.only.as_deref(), &Nowhere, progress)?, None),
    };
    watch.lap("render and publish");
    let mut report = report(&warehouse, plan.left_out, rendered, published, watch);
    report.warnings.extend(host_files.kept);
    Ok(report)
}

/// Loads the sources and runs the models; what has not changed comes from the cache.
pub fn warehouse(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Warehouse> {
    open(project, request, progress, &mut Stopwatch::default())
}

/// The models of a project in running order, without loading any data.
pub fn graph(project: &Project) -> Result<Graph> {
    let names: Vec<String> = sources::contract::TABLES
        .iter()
        .map(|table| table.name.to_owned())
        .chain(["quarantine", "files", "row_history"].map(ToOwned::to_owned))
        .collect();
    let day = Date::constant(2000, 1, 1);
    let models = models::load(project, natives(&Arc::default()))?;
    let compiler = compiler(project, &models, &names, (day, day))?;
    Graph::plan(&models, &compiler)
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
    let loaded = {
        let engine = DuckDb::loading(&project.config.engine)?;
        sources::load(project, &store, &engine, clocks.today, progress)?
    };
    some_sales(&loaded)?;
    watch.lap("load the sources");

    let as_of = clocks.as_of.or(loaded.newest).unwrap_or(clocks.today);
    let registry = Arc::new(Registry::read(&project.state())?);
    let models = models::load(project, natives(&registry))?;
    let names: Vec<String> = loaded.tables.keys().cloned().collect();
    let compiler = compiler(project, &models, &names, (as_of, clocks.today))?;
    let graph = Graph::plan(&models, &compiler)?;
    let engine = DuckDb::fenced(&project.config.engine, &store)?;
    let ran = models::run(&graph, &engine, &store, &loaded.tables, progress)?;
    watch.lap("run the models");
    Ok(Warehouse { engine, compiler, graph, ran, loaded, clocks, as_of, store, registry })
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

fn open_stage(project: &Project, output: &std::path::Path) -> Result<Stage> {
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
        swap: None,
    };
    Stage::open(output, options)
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
    if request.output.is_some() {
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

fn finish(site: &Site<'_>, stage: Stage, request: &Request) -> Result<Published> {
    if request.only.is_some() {
        stage.carry_rest()?;
    }
    stage.finish(&Release {
        generator: format!("storebook {}", env!("CARGO_PKG_VERSION")),
        as_of: site.as_of.clone(),
        today: site.today.clone(),
        unsealed: request.unsealed,
        ..Release::default()
    })
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
        left_out,
        published: published.map(|published| PublishedReport {
            release: published.release_id,
            output: published.output,
            written: published.written,
            unchanged: published.unchanged,
            removed: published.removed,
            bytes: published.bytes,
        }),
        warnings: warehouse.loaded.warnings.clone(),
        seconds: watch.laps,
        usage: usage(),
    }
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
