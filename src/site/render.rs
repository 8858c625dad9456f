//! Renders the plan: queries run once each, pages side by side, memory flat in the number of pages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::cursor::Cursor;
use super::globals::Globals;
use super::key::{self, Common};
use super::links;
use super::memory::{ItemMemory, Memory, PageMemory};
use super::menu::Menus;
use super::navigation::Sidebar;
use super::page::{Finished, Input, Shared, common_head, finish, not_found};
use super::plan::{Item, Plan, PlannedPage, query_problem};
use super::reuse::Work;
use super::{Site, crawlers, sealed};
use crate::content::{Page, Query};
use crate::problem::{Problem, Result, nearest};
use crate::progress::Progress;
use crate::warehouse::{Column, Frame, quoted};

/// Where finished files go; called from many threads.
pub trait Sink: Sync {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()>;
    /// Takes files over from the site published before, all or none of them; `false` when one is not there as it was
    /// published.
    fn carry(&self, _paths: &[String]) -> Result<bool> {
        Ok(false)
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rendered {
    pub pages: u64,
    /// Of these pages, those taken over from the published site because nothing they are made from changed.
    pub reused: u64,
    pub files: u64,
}

impl Rendered {
    fn add(&mut self, other: Rendered) {
        self.pages += other.pages;
        self.reused += other.reused;
        self.files += other.files;
    }
}

/// Pages rendered between two reads of the cursors: enough to keep all cores busy, few enough to stay small.
const CHUNK: usize = 128;

/// Which pages to render, and what the last build knows of those that stand in the output.
#[derive(Clone, Copy, Default)]
pub struct Wish<'a> {
    /// Keeps the pages it names, by id or address.
    pub only: Option<&'a str>,
    pub memory: Option<&'a Memory>,
}

/// Renders every page of the plan in every language and writes the theme's assets. Pages whose key is that of `memory`
/// are taken over. Gives what the next build should know.
pub fn render(
    site: &Site<'_>,
    plan: &Plan,
    wish: Wish<'_>,
    sink: &dyn Sink,
    progress: &dyn Progress,
) -> Result<(Rendered, Memory)> {
    progress.start("pages", plan.count(site.locales.len()) as u64);
    let sidebar = Sidebar::of(site, plan);
    let globals = Globals::of(site);
    let heads = site.locales.iter().map(|(code, locale)| (code.clone(), common_head(site, locale))).collect();
    let menus = Menus::of_sets(site, plan);
    let shared = Shared { site, links: Arc::clone(&plan.links), sidebar: &sidebar, globals: &globals, heads, menus };
    let common = site
        .locales
        .iter()
        .map(|(code, locale)| (code.clone(), Common::of(site, &plan.links, &sidebar, locale)))
        .collect();
    let renderer = Renderer { shared: &shared, common, plan, wish, sink, progress };
    let mut total = Rendered::default();
    for (path, bytes) in &site.theme.files {
        sink.write(path, bytes)?;
        total.files += 1;
    }
    if wish.only.is_none()
        && let Some(locale) = site.config.site.locales.first().and_then(|code| site.locales.get(code))
    {
        sink.write("404.html", not_found(&shared, locale)?.as_bytes())?;
        total.files += 1;
    }
    total.files += sealed::beside(&shared, plan, sink)?;
    if wish.only.is_none() {
        for (path, text) in crawlers::files(site, plan) {
            sink.write(path, text.as_bytes())?;
            total.files += 1;
        }
    }
    let (sets, singles): (Vec<&PlannedPage>, Vec<&PlannedPage>) =
        plan.pages.iter().partition(|page| page.table.is_some());
    let parts: Result<Vec<(Rendered, PageMemory)>> = singles.par_iter().map(|planned| renderer.page(planned)).collect();
    let mut parts = parts?;
    for planned in &sets {
        parts.push(renderer.page(planned)?);
    }
    let mut memory = Memory::default();
    for ((rendered, page), planned) in parts.into_iter().zip(singles.into_iter().chain(sets)) {
        total.add(rendered);
        memory.pages.insert(site.pages[planned.page].id.clone(), page);
    }
    Ok((total, memory))
}

struct Renderer<'a> {
    shared: &'a Shared<'a>,
    common: BTreeMap<String, Common>,
    plan: &'a Plan,
    wish: Wish<'a>,
    sink: &'a dyn Sink,
    progress: &'a dyn Progress,
}

/// One item made: what was written, what to remember, and the sets of pages it links to.
struct Made {
    slug: String,
    rendered: Rendered,
    memory: ItemMemory,
    targets: BTreeSet<String>,
}

impl Renderer<'_> {
    fn wanted(&self, page: &Page, item: &Item) -> bool {
        self.wish.only.is_none_or(|only| self.plan.is(page, item, only))
    }

    fn page(&self, planned: &PlannedPage) -> Result<(Rendered, PageMemory)> {
        let site = self.shared.site;
        let page = &site.pages[planned.page];
        let before = self.wish.memory.and_then(|memory| memory.pages.get(&page.id));
        let work = Work::of(site, (planned, &self.plan.links), &self.common, before);
        let mut total = Rendered::default();
        let mut memory = PageMemory { file: page.file.clone(), ..PageMemory::default() };
        let mut targets: BTreeSet<String> = BTreeSet::new();
        let taken = self.take_over(&work)?;
        let left: Vec<(usize, &Item)> = (planned.items.iter().enumerate())
            .filter(|(_, item)| self.wanted(page, item) && !taken.contains_key(slug_of(item)))
            .collect();
        let made = if left.is_empty() { Vec::new() } else { self.make(&work, &left)? };
        if let Some(before) = before.filter(|_| !taken.is_empty() || made.iter().any(|made| made.rendered.reused > 0)) {
            targets.extend(before.links.keys().cloned());
        }
        let languages = site.locales.len() as u64;
        for (slug, item) in taken {
            let files = item.beside.values().map(|beside| beside.len() as u64).sum::<u64>() + languages;
            total.add(Rendered { pages: languages, reused: languages, files });
            memory.items.insert(slug, item);
        }
        for made in made {
            total.add(made.rendered);
            targets.extend(made.targets);
            memory.items.insert(made.slug, made.memory);
        }
        memory.links = targets
            .into_iter()
            .map(|target| {
                let hash = links::addresses(&self.plan.links, &target);
                (target, hash)
            })
            .collect();
        memory.fixed = work.fixed;
        memory.queries = work.queries;
        Ok((total, memory))
    }

    /// The items that can be taken over in all languages without reading a row.
    fn take_over(&self, work: &Work<'_>) -> Result<BTreeMap<String, ItemMemory>> {
        if !work.untouched() || self.wish.only.is_some() {
            return Ok(BTreeMap::new());
        }
        let page = &self.shared.site.pages[work.planned.page];
        let taken = work.planned.items.par_iter().map(|item| {
            let address = |code: &str| self.plan.links.address(code, &page.id, item.slug.as_deref());
            let taken = work.take_over(slug_of(item), self.sink, &address)?;
            self.progress.step(if taken.is_some() { self.shared.site.locales.len() as u64 } else { 0 }, &page.id);
            Ok(taken.map(|memory| (slug_of(item).to_owned(), memory)))
        });
        Ok(taken.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Reads the rows of the items in `left` and makes their pages.
    fn make(&self, work: &Work<'_>, left: &[(usize, &Item)]) -> Result<Vec<Made>> {
        if work.planned.table.is_some() {
            return self.set(work, left);
        }
        let page = &self.shared.site.pages[work.planned.page];
        let frames = Arc::new(self.shared_frames(page, work.planned)?);
        let hashes = frames.values().map(|frame| key::frame_hash(frame)).collect::<Vec<_>>();
        left.iter()
            .map(|(_, item)| {
                let input = Input { planned: work.planned, item, row: None, frames: Arc::clone(&frames) };
                self.write_all(work, &input, hashes.iter().copied())
            })
            .collect()
    }

    /// Queries without `by`: run once.
    fn shared_frames(&self, page: &Page, planned: &PlannedPage) -> Result<BTreeMap<String, Arc<Frame>>> {
        let mut frames = BTreeMap::new();
        for (name, query) in page.front.queries.iter().filter(|(_, query)| query.by.is_empty()) {
            let sql = self.ordered(page, query, &planned.queries[name].sql, None)?;
            let frame =
                self.shared.site.engine.query(&sql).map_err(|problem| query_problem(problem, page, &query.sql))?;
            frames.insert(name.clone(), Arc::new(frame));
        }
        Ok(frames)
    }

    /// One page per row: the queries split by page stream beside each other.
    fn set(&self, work: &Work<'_>, left: &[(usize, &Item)]) -> Result<Vec<Made>> {
        let site = self.shared.site;
        let planned = work.planned;
        let page = &site.pages[planned.page];
        let Some(table) = &planned.table else { return Ok(Vec::new()) };
        let shared_frames = self.shared_frames(page, planned)?;
        let hashes: BTreeMap<&str, blake3::Hash> =
            shared_frames.iter().map(|(name, frame)| (name.as_str(), key::frame_hash(frame))).collect();
        let mut statements = Vec::new();
        for (name, query) in page.front.queries.iter().filter(|(_, query)| !query.by.is_empty()) {
            statements.push((name, query, self.ordered(page, query, &planned.queries[name].sql, Some(table))?));
        }
        std::thread::scope(|scope| {
            let mut rows = Cursor::start(scope, site.engine, format!("from main.{} order by __page", quoted(table)));
            let mut cursors: Vec<(&String, &Query, Cursor)> = statements
                .into_iter()
                .map(|(name, query, sql)| (name, query, Cursor::start(scope, site.engine, sql)))
                .collect();
            let mut all = Vec::with_capacity(left.len());
            for chunk in left.chunks(CHUNK) {
                let mut inputs = Vec::with_capacity(chunk.len());
                for (place, item) in chunk {
                    let place = i64::try_from(*place).unwrap_or(i64::MAX);
                    let row = rows.page(place)?;
                    let mut frames = shared_frames.clone();
                    for (name, query, cursor) in &mut cursors {
                        let frame = cursor.page(place).map_err(|problem| query_problem(problem, page, &query.sql))?;
                        frames.insert((*name).clone(), frame);
                    }
                    inputs.push(Input { planned, item, row: Some(row), frames: Arc::new(frames) });
                }
                let made: Result<Vec<Made>> = inputs
                    .par_iter()
                    .map(|input| {
                        let own = input.frames.iter().map(|(name, frame)| {
                            hashes.get(name.as_str()).copied().unwrap_or_else(|| key::frame_hash(frame))
                        });
                        let row = input.row.iter().map(|row| key::frame_hash(row));
                        self.write_all(work, input, row.chain(own))
                    })
                    .collect();
                all.extend(made?);
            }
            Ok(all)
        })
    }

    /// A query with a total order. Split by page, it is joined to the plan so that the engine sorts it into the order of
    /// the pages; columns that `order` does not name break ties.
    fn ordered(&self, page: &Page, query: &Query, sql: &str, table: Option<&str>) -> Result<String> {
        let site = self.shared.site;
        let columns = site.engine.describe(sql).map_err(|problem| query_problem(problem, page, &query.sql))?;
        let mut order = Vec::new();
        for wanted in &query.order {
            let (name, direction) = wanted.trim().split_once(' ').unwrap_or((wanted.trim(), "asc"));
            known_column(page, &columns, name, "order")?;
            let direction = if direction.trim().eq_ignore_ascii_case("desc") { "desc" } else { "asc" };
            order.push(format!("q.{} {direction} nulls last", quoted(name)));
        }
        // An author's own `order by` is kept when the front matter asks for no other.
        let own_order = query.order.is_empty() && table.is_none() && sql.to_lowercase().contains("order by");
        if own_order {
            return Ok(sql.to_owned());
        }
        order.extend(columns.iter().map(|column| format!("q.{} nulls last", quoted(&column.name))));
        let order = order.join(", ");
        let Some(table) = table else {
            return Ok(format!("select q.* from (\n{sql}\n) as q order by {order}"));
        };
        known_column(page, &columns, &query.by, "by")?;
        let rows = site.engine.describe(&format!("from main.{}", quoted(table)))?;
        if !rows.iter().any(|column| column.name == query.by) {
            let problem = Problem::failed(format!("by names a column \"{}\" that for_each does not have", query.by))
                .at(page.file.clone())
                .line(
                    page.source
                        .lines()
                        .position(|line| line.trim_start().starts_with("for_each") || line.trim() == "[for_each]")
                        .map_or(1, |at| at + 1),
                )
                .text(Arc::clone(&page.source));
            let names = rows.iter().map(|column| column.name.as_str()).filter(|name| *name != "__page");
            return Err(problem.nearest(&query.by, names));
        }
        let by = quoted(&query.by);
        Ok(format!(
            "select p.__page, q.* from (\n{sql}\n) as q join main.{} as p on q.{by} = p.{by} order by p.__page, {order}",
            quoted(table)
        ))
    }

    /// Makes one item in every language: taken over where nothing changed, rendered where something did.
    fn write_all(&self, work: &Work<'_>, input: &Input<'_>, rows: impl Iterator<Item = blake3::Hash>) -> Result<Made> {
        let site = self.shared.site;
        let slug = slug_of(input.item);
        let (rows, each) = key::rows(input.item, rows);
        let mut memory = ItemMemory { rows, each, ..ItemMemory::default() };
        let mut rendered = Rendered::default();
        let mut targets = BTreeSet::new();
        for (code, locale) in site.locales {
            let here = self.plan.links.address(code, &site.pages[input.planned.page].id, input.item.slug.as_deref());
            rendered.pages += 1;
            if self.wish.only.is_none() && work.take_over_one(slug, (code, &memory.rows), self.sink, &here)? {
                let beside = work.beside(slug, code).unwrap_or_default();
                rendered.reused += 1;
                rendered.files += 1 + beside.len() as u64;
                remember(&mut memory, code, beside);
            } else {
                let Finished { address, html, extras, targets: linked } = finish(self.shared, input, locale)?;
                self.sink.write(&format!("{address}index.html"), html.as_bytes())?;
                for (name, bytes) in &extras {
                    self.sink.write(&format!("{address}{name}"), bytes)?;
                }
                rendered.files += 1 + extras.len() as u64;
                targets.extend(linked);
                remember(&mut memory, code, extras.into_iter().map(|(name, _)| name).collect());
                let why = work.why(slug, code, &memory);
                memory.rendered.insert(code.clone(), why);
            }
            self.progress.step(1, &here);
        }
        Ok(Made { slug: slug.to_owned(), rendered, memory, targets })
    }
}

fn slug_of(item: &Item) -> &str {
    item.slug.as_deref().unwrap_or_default()
}

fn remember(memory: &mut ItemMemory, code: &str, beside: Vec<String>) {
    if !beside.is_empty() {
        memory.beside.insert(code.to_owned(), beside);
    }
}

fn known_column(page: &Page, columns: &[Column], name: &str, field: &str) -> Result<()> {
    if columns.iter().any(|column| column.name == name) {
        return Ok(());
    }
    let line = page.source.lines().position(|line| line.trim_start().starts_with(field) && line.contains(name));
    let problem = Problem::failed(format!("{field} names a column \"{name}\" that its query does not have"))
        .at(page.file.clone())
        .line(line.map_or(1, |at| at + 1))
        .text(Arc::clone(&page.source));
    Err(match nearest(name, columns.iter().map(|column| column.name.as_str())) {
        Some(hint) => problem.hint(hint),
        None => problem,
    })
}
