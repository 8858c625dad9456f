//! Which pages this build has: single pages, one page per row, and those left out because a model has no rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::Value as Template;

use super::Site;
use super::globals::Globals;
use super::links::SiteLinks;
use crate::access;
use crate::content::context::{Links, PageContext};
use crate::content::{Audience, Page, RowOf, Rows};
use crate::locale::slug::Slugs;
use crate::models::{Input, verify};
use crate::problem::{Problem, Result, nearest};
use crate::warehouse::{Frame, quoted};

/// The pages of a build.
pub struct Plan {
    pub pages: Vec<PlannedPage>,
    pub left_out: Vec<LeftOut>,
    pub links: Arc<SiteLinks>,
}

/// A page that has nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    pub page: String,
    pub because: String,
}

/// One content page with its items: one, or one per row.
pub struct PlannedPage {
    /// Position in the site's pages.
    pub page: usize,
    /// Table of the engine that holds the rows of `for_each`, numbered by `__page`.
    pub table: Option<String>,
    pub items: Vec<Item>,
    /// Each query, compiled.
    pub queries: BTreeMap<String, PlannedQuery>,
    pub for_each: Option<PlannedQuery>,
    /// Whether any query or `for_each` reads a model or source: then the page shows a date.
    pub reads_data: bool,
}

/// A compiled query and what it reads.
#[derive(Debug, Clone)]
pub struct PlannedQuery {
    pub sql: String,
    pub inputs: BTreeSet<Input>,
}

/// One page in all languages.
pub struct Item {
    pub slug: Option<String>,
    /// Who may read it: `public`, `staff`, `hq`, `store:S001`, `region:…`.
    pub audience: String,
    /// By locale.
    pub titles: BTreeMap<String, String>,
}

impl Plan {
    /// Pages in all languages.
    pub fn count(&self, locales: usize) -> usize {
        self.pages.iter().map(|page| page.items.len()).sum::<usize>() * locales
    }
    /// Whether `--only` names this page, by its id or its address in the default language.
    pub fn is(&self, page: &Page, item: &Item, only: &str) -> bool {
        let address = self.links.address(&self.links.default_locale, &page.id, item.slug.as_deref());
        page.id == only || address.trim_end_matches('/') == only.trim_matches('/')
    }
    /// Whether any page is meant by `only`.
    pub fn has(&self, site: &Site<'_>, only: &str) -> bool {
        self.pages.iter().any(|planned| planned.items.iter().any(|item| self.is(&site.pages[planned.page], item, only)))
    }
    /// Addresses of all pages for this audience, in every language.
    pub fn addresses(&self, site: &Site<'_>, public: bool) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for planned in &self.pages {
            let page = &site.pages[planned.page];
            if (page.front.audience == Audience::Public) != public {
                continue;
            }
            for item in &planned.items {
                let addresses =
                    site.locales.keys().map(|code| self.links.address(code, &page.id, item.slug.as_deref()));
                found.extend(addresses);
            }
        }
        found
    }
}

/// Plans all pages; runs the queries of `for_each`, nothing else.
pub fn plan(site: &Site<'_>) -> Result<Plan> {
    let mut links = SiteLinks {
        default_locale: site.config.site.locales.first().cloned().unwrap_or_default(),
        ..SiteLinks::default()
    };
    let globals = Globals::of(site);
    let mut pages = Vec::new();
    let mut left_out = Vec::new();
    for (number, page) in site.pages.iter().enumerate() {
        if let Some(because) = missing(site, page)? {
            links.left_out.insert(page.id.clone());
            left_out.push(LeftOut { page: page.id.clone(), because });
            continue;
        }
        pages.push(planned(site, &globals, number, &mut links)?);
    }
    let plan = Plan { pages, left_out, links: Arc::new(links) };
    no_address_twice(site, &plan)?;
    Ok(plan)
}

/// The model because of which a page has nothing to show.
fn missing(site: &Site<'_>, page: &Page) -> Result<Option<String>> {
    for name in &page.front.requires {
        let Some(facts) = site.models.get(name) else {
            let line = page.source.lines().position(|line| line.contains("requires")).map_or(1, |at| at + 1);
            return Err(Problem::failed(format!("requires names a model \"{name}\" that does not exist"))
                .at(page.file.clone())
                .line(line)
                .text(Arc::clone(&page.source))
                .nearest(name, site.models.keys().map(String::as_str)));
        };
        if facts.rows == 0 {
            return Ok(Some(format!("model {name} has no rows")));
        }
    }
    Ok(None)
}

fn planned(site: &Site<'_>, globals: &Globals, number: usize, links: &mut SiteLinks) -> Result<PlannedPage> {
    let page = &site.pages[number];
    let mut queries = BTreeMap::new();
    let mut reads_data = false;
    for (name, query) in &page.front.queries {
        let compiled = compile(site, page, &query.sql)?;
        reads_data |= !compiled.inputs.is_empty();
        queries.insert(name.clone(), compiled);
    }
    let Some(for_each) = &page.front.for_each else {
        links.single.insert(page.id.clone());
        let audience = audience(site, page, &Template::from_pairs::<_, String, Template>([]))?;
        let item = Item { slug: None, audience, titles: titles(site, globals, page, &[])? };
        return Ok(PlannedPage { page: number, table: None, items: vec![item], queries, for_each: None, reads_data });
    };
    let compiled = compile(site, page, &for_each.query)?;
    let table = format!("__plan_{number}");
    site.engine
        .materialise(
            &table,
            &format!("select row_number() over () - 1 as __page, q.* from (\n{}\n) as q", compiled.sql),
        )
        .map_err(|problem| query_problem(problem, page, &for_each.query))?;
    let frame = Arc::new(site.engine.query(&format!("from main.{} order by __page", quoted(&table)))?);
    let key = key_column(page, &frame)?;
    let items = items(site, globals, page, &frame)?;
    let slugs =
        frame.rows.iter().zip(&items).map(|(row, item)| (row[key].plain(), item.slug.clone().unwrap_or_default()));
    if page.front.for_each.as_ref().is_some_and(|each| each.private) {
        links.private.insert(page.id.clone());
    }
    links.sets.insert(page.id.clone(), (frame.columns[key].name.clone(), slugs.collect()));
    let reads_data = reads_data || !compiled.inputs.is_empty();
    Ok(PlannedPage { page: number, table: Some(table), items, queries, for_each: Some(compiled), reads_data })
}

/// SQL and inputs of a page's query; a public page may only read what is publishable.
fn compile(site: &Site<'_>, page: &Page, sql: &str) -> Result<PlannedQuery> {
    let (line, _) = sql_place(page, sql);
    let compiled = site
        .compiler
        .compile(&page.file, sql, line.saturating_sub(1))
        .map_err(|problem| problem.text(Arc::clone(&page.source)))?;
    if page.front.audience == Audience::Public {
        for input in &compiled.inputs {
            let allowed =
                matches!(input, Input::Model(name) if site.models.get(name).is_some_and(|facts| facts.publishable));
            if !allowed {
                let (Input::Model(name) | Input::Source(name)) = input;
                return Err(Problem::refused(format!("a public page cannot show \"{name}\""))
                    .at(page.file.clone())
                    .line(line)
                    .text(Arc::clone(&page.source))
                    .hint(
                        "only models marked `-- publishable: yes` may stand on public pages; or set audience = \"hq\"",
                    ));
            }
        }
    }
    site.engine
        .check(&compiled.sql)
        .and_then(|found| verify(&found, &compiled.inputs))
        .map_err(|problem| query_problem(problem, page, sql))?;
    Ok(PlannedQuery { sql: compiled.sql, inputs: compiled.inputs })
}

/// Line and column where a query's text begins in the page's file.
pub fn sql_place(page: &Page, sql: &str) -> (usize, usize) {
    // The whole text stands once in the file, unless TOML escapes change it; its first line may stand often.
    let first = sql.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let offset = page.source.find(sql.trim()).or_else(|| page.source.find(first)).unwrap_or(0);
    let before = sql.lines().take_while(|line| line.trim().is_empty()).count();
    let (line, column) = crate::problem::line_column(&page.source, offset);
    (line.saturating_sub(before).max(1), column)
}

/// Puts a problem of a query into the page's file.
pub fn query_problem(problem: Problem, page: &Page, sql: &str) -> Problem {
    let (first, _) = sql_place(page, sql);
    let within = problem.place().and_then(|place| place.line).unwrap_or(1);
    let last = sql.lines().count().max(1);
    problem.at(page.file.clone()).text(Arc::clone(&page.source)).line(first + within.min(last) - 1).column(1)
}

fn key_column(page: &Page, frame: &Frame) -> Result<usize> {
    let Some(for_each) = &page.front.for_each else { return Ok(0) };
    let name = if for_each.key.is_empty() {
        for_each.slug.rsplit('.').next().unwrap_or_default().trim()
    } else {
        for_each.key.as_str()
    };
    frame.column(name).ok_or_else(|| {
        let problem = Problem::failed(format!("for_each has no column \"{name}\" to link by"))
            .at(page.file.clone())
            .line(1)
            .hint("name it: key = \"store_id\"");
        match nearest(name, frame.columns.iter().map(|column| column.name.as_str())) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

fn items(site: &Site<'_>, globals: &Globals, page: &Page, frame: &Arc<Frame>) -> Result<Vec<Item>> {
    let Some(for_each) = &page.front.for_each else { return Ok(Vec::new()) };
    let rows = Arc::new(Rows { name: for_each.name.as_str().into(), frame: Arc::clone(frame) });
    let mut texts = Vec::with_capacity(frame.rows.len());
    let mut named = Vec::with_capacity(frame.rows.len());
    for row in 0..frame.rows.len() {
        let value = Template::from_object(RowOf { rows: Arc::clone(&rows), row });
        let values = [(for_each.name.clone(), value)];
        let context = Template::from_pairs(values.iter().cloned());
        texts.push(site.templates.expression(page, "slug", &for_each.slug, context.clone())?);
        named.push((audience(site, page, &context)?, titles(site, globals, page, &values)?));
    }
    let slugs = if for_each.private {
        texts.iter().map(|text| access::reference(site.sealing, text)).collect()
    } else {
        Slugs::new().give_all(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let items = slugs.into_iter().zip(named);
    Ok(items.map(|(slug, (audience, titles))| Item { slug: Some(slug), audience, titles }).collect())
}

/// Who may read a page. A value of the data names the store or region, never the kind.
fn audience(site: &Site<'_>, page: &Page, context: &Template) -> Result<String> {
    let word = page.front.audience.word();
    let (Audience::Store(expression) | Audience::Region(expression)) = &page.front.audience else {
        return Ok(word.to_owned());
    };
    let name = site.templates.expression(page, "audience", expression, context.clone())?;
    if name.trim().is_empty() {
        return Err(Problem::failed(format!("the audience of a page names no {word}"))
            .at(page.file.clone())
            .line(page.source.lines().position(|line| line.trim_start().starts_with("audience")).map_or(1, |at| at + 1))
            .text(Arc::clone(&page.source))
            .hint("leave out such rows in the query of for_each, or make the page one for the head office"));
    }
    Ok(format!("{word}:{name}"))
}

/// Titles need a page to speak in its language, but link to nothing.
struct Nowhere;

impl Links for Nowhere {
    fn page(&self, _: &str, _: &str, _: Option<&str>, _: &str) -> std::result::Result<Option<String>, String> {
        Ok(None)
    }
    fn key_column(&self, _: &str) -> Option<&str> {
        None
    }
}

fn titles(
    site: &Site<'_>,
    globals: &Globals,
    page: &Page,
    values: &[(String, Template)],
) -> Result<BTreeMap<String, String>> {
    let mut titles = BTreeMap::new();
    for (code, locale) in site.locales {
        let context = Arc::new(PageContext {
            locale: Arc::clone(locale),
            links: Arc::new(Nowhere),
            here: String::new(),
            portal: Arc::default(),
            download_prefix: String::new(),
            as_of: String::new(),
            people_hidden: false,
            hidden_columns: BTreeSet::new(),
            contact_list: false,
        });
        let values = globals.with(code, values.to_vec());
        titles.insert(code.clone(), site.templates.part(page, code, "title", values, &context)?);
    }
    Ok(titles)
}

/// Two pages cannot stand at one address, also not where letters' case does not count.
fn no_address_twice(site: &Site<'_>, plan: &Plan) -> Result<()> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for planned in &plan.pages {
        let page = &site.pages[planned.page];
        for item in &planned.items {
            let address = plan.links.address(&plan.links.default_locale, &page.id, item.slug.as_deref()).to_lowercase();
            if let Some(other) = seen.insert(address.clone(), &page.file) {
                return Err(Problem::failed(format!("two pages want the address \"{address}\": this one and {other}"))
                    .at(page.file.clone())
                    .hint("rename one of the files, or change its slug"));
            }
        }
    }
    Ok(())
}
