//! From files to computed tables: sources, state, models.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::Request;
use super::keys::{self, Held, REGISTER, staff_of};
use super::report::Stopwatch;
use crate::analytics::baskets::{BasketRules, ProductAffinity, RecommendationQuality, Recommendations};
use crate::analytics::calendar::ComparisonDays;
use crate::analytics::clusters::{ClusterCentres, ClusterChoice, CustomerClusters};
use crate::analytics::tree::{TreeNodes, TreeQuality, TreeRules};
use crate::analytics::value::{ClvBacktest, ClvParameters, ClvTracking, CustomerValue, Until};
use crate::closing::{Closing, Desk};
use crate::identity::overrides::Overrides;
use crate::identity::{IdentityLinks, PersonAliases, PersonRecords, Registry};
use crate::locale::Locale;
use crate::loyalty::{LoyaltyVersions, PointMultipliers, PointsLedger, TierLevels, TierSpells};
use crate::models::{self, Compiler, Graph, Input, NativeModel, Ran, Scope};
use crate::outbox::{Entries, OutboxMarks};
use crate::outreach::{self, BirthdayDays, CareMessages, HolidayDays, MessagePreviews, Messages};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::programme::Programme;
use crate::project::state::Changes;
use crate::project::{self, AtRest, Clocks, Month, Project};
use crate::release::{self, Standing, Verdict};
use crate::site::ModelFacts;
use crate::sources::{self, FileReport, Loaded};
use crate::warehouse::{DuckDb, TableStore};

/// The loaded and modelled data of a project, ready for queries.
pub struct Warehouse {
    pub engine: DuckDb,
    pub compiler: Compiler,
    pub graph: Graph,
    pub ran: BTreeMap<String, Ran>,
    pub loaded: Loaded,
    pub clocks: Clocks,
    pub as_of: Date,
    pub(super) release: Standing,
    pub(super) verdict: Verdict,
    pub(super) store: TableStore,
    pub(super) registry: Arc<Registry>,
    pub(super) closing: Closing,
    pub(super) held: Held,
}

impl Warehouse {
    /// Where its tables lie.
    pub fn store(&self) -> &TableStore {
        &self.store
    }
}

/// With `seals`, keys are made where there are none.
pub(super) fn open(
    project: &Project,
    request: &Request,
    seals: bool,
    progress: &dyn Progress,
    watch: &mut Stopwatch,
) -> Result<Warehouse> {
    let clocks = Clocks::of(project, request.today, request.as_of)?;
    let store = TableStore::of(project)?;
    let engine = DuckDb::loading(&project.config.engine)?;
    let mut loaded = sources::load(project, &store, &engine, clocks.today, progress)?;
    some_sales(&loaded)?;
    let as_of = clocks.as_of.or(loaded.newest).unwrap_or(clocks.today);
    let closing = Closing::open(Desk { project, store: &store, engine: &engine, as_of }, &mut loaded)?;
    drop(engine);
    watch.lap("load the sources");

    let engine = DuckDb::fenced(&project.config.engine, &store)?;
    let (release, verdict) = compare(project, request, &mut loaded, (as_of, clocks.today), (&engine, &store))?;
    let staff = staff_of(&loaded.tables, &engine, &store, clocks.today)?;
    let held = Held::open(keys::wanted(project, request, seals)?, seals, &staff, clocks.today)?;
    loaded.tables.insert(REGISTER.to_owned(), held.register(&engine, &store)?);
    let registry = Arc::new(Registry::read(&project.state())?);
    let overrides = Overrides::read(&project.state())?;
    let people = People { registry: &registry, overrides, today: clocks.today, as_of };
    let models = models::load(project, natives(project, people)?)?;
    let names: Vec<String> = loaded.tables.keys().cloned().collect();
    let compiler = compiler(project, &models, &names, (as_of, clocks.today))?;
    let graph = Graph::plan(&models, &compiler)?;
    let ran = models::run(&graph, &engine, &store, &loaded.tables, open_month(project, as_of), progress)?;
    remember_models(store.rest(), &graph, &ran, &loaded);
    watch.lap("run the models");
    Ok(Warehouse {
        engine,
        compiler,
        graph,
        ran,
        loaded,
        clocks,
        as_of,
        release,
        verdict,
        store,
        registry,
        closing,
        held,
    })
}

/// Writes the people this build met for the first time into the registry. That the registry holds everybody of a table
/// is remembered, so that a build without new people does not compare them all.
pub(super) fn people(warehouse: &Warehouse, changes: &mut Changes) -> Result<()> {
    let records = warehouse.ran.get("person_records").map(|ran| ran.table.hash.clone()).unwrap_or_default();
    let complete = TableStore::key(&["people are registered", &warehouse.registry.fingerprint(), &records]);
    if warehouse.store.made::<bool>(&complete) == Some(true) {
        return Ok(());
    }
    if warehouse.registry.changes(&warehouse.engine, warehouse.clocks.today, changes)? {
        return Ok(());
    }
    warehouse.store.remember(&complete, &true)
}

/// Keeps what was computed and why, for `explain`; without it only the reasons are missing.
pub(super) fn remember_models(rest: &AtRest, graph: &Graph, ran: &BTreeMap<String, Ran>, loaded: &Loaded) {
    let mut files: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for file in &loaded.files {
        files.entry(file.table.clone()).or_default().push((file.path.clone(), !file.cached));
    }
    let memory = models::Models::read(rest).after(graph, ran, &loaded.tables, &files);
    if let Err(problem) = memory.write(rest) {
        tracing::warn!("`storebook explain` will not know of this run: {problem}");
    }
}

/// Sets the loaded data beside the release before: the tables `release_…`, and what the gate says.
pub(super) fn compare(
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
pub(super) fn some_sales(loaded: &Loaded) -> Result<()> {
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

/// The first month that public figures do not show: it is not over, or not closed where months are closed by hand.
fn open_month(project: &Project, as_of: Date) -> Month {
    let running = as_of.tomorrow().map_or(Month::of(as_of), Month::of);
    let closed = Month::parse(&project.config.periods.closed_through);
    closed.map_or(running, |closed| running.min(closed.next()))
}

/// What the models of people need besides the settings.
pub(super) struct People<'a> {
    pub registry: &'a Arc<Registry>,
    pub overrides: Overrides,
    pub today: Date,
    pub as_of: Date,
}

pub(super) fn natives(project: &Project, people: People<'_>) -> Result<Vec<Arc<dyn NativeModel>>> {
    let (clusters, offers) = (&project.config.clusters, &project.config.recommendations);
    let programme = Arc::new(Programme::of(&project.config.tiers, &project.config.loyalty)?);
    let voice = Arc::new(voice(project)?);
    Ok(vec![
        Arc::new(IdentityLinks::new(project.config.identity.clone(), people.overrides)),
        Arc::new(PersonRecords::new(Arc::clone(people.registry))),
        Arc::new(PersonAliases::new(Arc::clone(people.registry), people.today)),
        Arc::new(comparison_days(&project.config, people.as_of)),
        Arc::new(ClvParameters { until: Until::AsOf }),
        Arc::new(ClvParameters { until: Until::Split }),
        Arc::new(CustomerValue { settings: project.config.value.clone() }),
        Arc::new(ClvBacktest { settings: project.config.value.clone() }),
        Arc::new(ClvTracking),
        Arc::new(ClusterChoice { settings: clusters.clone() }),
        Arc::new(CustomerClusters { settings: clusters.clone() }),
        Arc::new(ClusterCentres { settings: clusters.clone() }),
        Arc::new(TreeNodes { settings: clusters.clone() }),
        Arc::new(TreeRules { settings: clusters.clone() }),
        Arc::new(TreeQuality { settings: clusters.clone() }),
        Arc::new(ProductAffinity { settings: offers.clone() }),
        Arc::new(BasketRules { settings: offers.clone() }),
        Arc::new(Recommendations { settings: offers.clone() }),
        Arc::new(RecommendationQuality),
        Arc::new(LoyaltyVersions(Arc::clone(&programme))),
        Arc::new(TierLevels(Arc::clone(&programme))),
        Arc::new(PointMultipliers(Arc::clone(&programme))),
        Arc::new(BirthdayDays { today: people.today }),
        Arc::new(CareMessages(Arc::clone(&voice))),
        Arc::new(MessagePreviews { voice, today: people.today }),
        Arc::new(OutboxMarks { entries: Entries::read(&project.state().join("outbox"))?, zone: zone(project)? }),
        Arc::new(HolidayDays { today: people.today, holidays: project.config.care.holidays.clone() }),
        Arc::new(PointsLedger { programme: Arc::clone(&programme), today: people.today }),
        Arc::new(TierSpells { programme, as_of: people.as_of }),
    ])
}

fn zone(project: &Project) -> Result<jiff::tz::TimeZone> {
    let name = &project.config.project.timezone;
    jiff::tz::TimeZone::get(name).map_err(|error| Problem::usage(format!("timezone {name}: {error}")))
}

/// How the chain writes to its customers: in the first language of the site.
fn voice(project: &Project) -> Result<outreach::Voice> {
    let (site, section) = (&project.config.site, &project.config.project);
    let written = &project.config.messages;
    let code = project.default_locale();
    Ok(outreach::Voice {
        messages: Messages::load(&project.root, &site.locales)?,
        code: code.to_owned(),
        locale: Locale::built_in(code, &section.currency, section.money_scale)?,
        chain: site.title.clone(),
        signature: outreach::signature(&written.signature, &site.title)?,
        opt_out: written.opt_out,
    })
}

/// The Spring Festival matters where people pay in yuan, unless the project says otherwise.
fn comparison_days(config: &project::Config, as_of: Date) -> ComparisonDays {
    let period = &config.period;
    ComparisonDays {
        as_of,
        period_days: period.days,
        shift: period.last_year_shift,
        spring_festival: period.spring_festival.unwrap_or(config.project.currency == "CNY"),
    }
}

pub(super) fn compiler(
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

pub(super) fn facts(warehouse: &Warehouse) -> BTreeMap<String, ModelFacts> {
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
pub(super) fn tables(warehouse: &Warehouse) -> BTreeMap<Input, String> {
    let models = warehouse.ran.iter().map(|(name, ran)| (Input::Model(name.clone()), ran.table.hash.clone()));
    let sources = warehouse.loaded.tables.iter();
    models.chain(sources.map(|(name, table)| (Input::Source(name.clone()), table.hash.clone()))).collect()
}
