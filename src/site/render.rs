//! Renders the plan: queries run once each, pages side by side, memory flat in the number of pages.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::cursor::Cursor;
use super::globals::Globals;
use super::navigation::Sidebar;
use super::page::{Finished, Input, Shared, common_head, finish, not_found};
use super::plan::{Item, Plan, PlannedPage, query_problem};
use super::{Site, crawlers};
use crate::content::{Page, Query};
use crate::problem::{Problem, Result, nearest};
use crate::progress::Progress;
use crate::warehouse::{Column, Frame, quoted};

/// Where finished files go; called from many threads.
pub trait Sink: Sync {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()>;
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rendered {
    pub pages: u64,
    pub files: u64,
}

/// Pages rendered between two reads of the cursors: enough to keep all cores busy, few enough to stay small.
const CHUNK: usize = 128;

/// Renders every page of the plan in every language and writes the theme's assets. `only` keeps the pages it names, by
/// id or address.
pub fn render(
    site: &Site<'_>,
    plan: &Plan,
    only: Option<&str>,
    sink: &dyn Sink,
    progress: &dyn Progress,
) -> Result<Rendered> {
    progress.start("pages", plan.count(site.locales.len()) as u64);
    let sidebar = Sidebar::of(site, plan);
    let globals = Globals::of(site);
    let heads = site.locales.iter().map(|(code, locale)| (code.clone(), common_head(site, locale))).collect();
    let shared = Shared { site, links: Arc::clone(&plan.links), sidebar: &sidebar, globals: &globals, heads };
    let renderer = Renderer { shared: &shared, plan, only, sink, progress };
    let mut total = Rendered::default();
    for (path, bytes) in &site.theme.files {
        sink.write(path, bytes)?;
        total.files += 1;
    }
    if only.is_none()
        && let Some(locale) = site.config.site.locales.first().and_then(|code| site.locales.get(code))
    {
        sink.write("404.html", not_found(&shared, locale)?.as_bytes())?;
        total.files += 1;
    }
    if only.is_none() {
        for (path, text) in crawlers::files(site, plan) {
            sink.write(path, text.as_bytes())?;
            total.files += 1;
        }
    }
    let (sets, singles): (Vec<&PlannedPage>, Vec<&PlannedPage>) =
        plan.pages.iter().partition(|page| page.table.is_some());
    let parts: Result<Vec<Rendered>> = singles.par_iter().map(|planned| renderer.single(planned)).collect();
    for part in parts?.into_iter().chain(sets.iter().map(|planned| renderer.set(planned)).collect::<Result<Vec<_>>>()?)
    {
        total.pages += part.pages;
        total.files += part.files;
    }
    Ok(total)
}

struct Renderer<'a> {
    shared: &'a Shared<'a>,
    plan: &'a Plan,
    only: Option<&'a str>,
    sink: &'a dyn Sink,
    progress: &'a dyn Progress,
}

impl Renderer<'_> {
    fn wanted(&self, page: &Page, item: &Item) -> bool {
        self.only.is_none_or(|only| self.plan.is(page, item, only))
    }

    fn single(&self, planned: &PlannedPage) -> Result<Rendered> {
        let page = &self.shared.site.pages[planned.page];
        let Some(item) = planned.items.first().filter(|item| self.wanted(page, item)) else {
            return Ok(Rendered::default());
        };
        let frames = Arc::new(self.shared_frames(page, planned)?);
        self.write_all(&Input { planned, item, row: None, frames })
    }

    /// Queries without `by`: run once.
    fn shared_frames(&self, page: &Page, planned: &PlannedPage) -> Result<BTreeMap<String, Arc<Frame>>> {
        let mut frames = BTreeMap::new();
        for (name, query) in page.front.queries.iter().filter(|(_, query)| query.by.is_empty()) {
            let sql = self.ordered(page, query, &planned.queries[name], None)?;
            let frame =
                self.shared.site.engine.query(&sql).map_err(|problem| query_problem(problem, page, &query.sql))?;
            frames.insert(name.clone(), Arc::new(frame));
        }
        Ok(frames)
    }

    /// One page per row: the queries split by page stream beside each other.
    fn set(&self, planned: &PlannedPage) -> Result<Rendered> {
        let site = self.shared.site;
        let page = &site.pages[planned.page];
        let Some(table) = &planned.table else { return Ok(Rendered::default()) };
        let shared_frames = self.shared_frames(page, planned)?;
        let mut statements = Vec::new();
        for (name, query) in page.front.queries.iter().filter(|(_, query)| !query.by.is_empty()) {
            statements.push((name, query, self.ordered(page, query, &planned.queries[name], Some(table))?));
        }
        std::thread::scope(|scope| {
            let mut rows = Cursor::start(scope, site.engine, format!("from main.{} order by __page", quoted(table)));
            let mut cursors: Vec<(&String, &Query, Cursor)> = statements
                .into_iter()
                .map(|(name, query, sql)| (name, query, Cursor::start(scope, site.engine, sql)))
                .collect();
            let mut total = Rendered::default();
            for (number, chunk) in planned.items.chunks(CHUNK).enumerate() {
                let mut inputs = Vec::with_capacity(chunk.len());
                for (at, item) in chunk.iter().enumerate() {
                    let place = i64::try_from(number * CHUNK + at).unwrap_or(i64::MAX);
                    let row = rows.page(place)?;
                    let mut frames = shared_frames.clone();
                    for (name, query, cursor) in &mut cursors {
                        let frame = cursor.page(place).map_err(|problem| query_problem(problem, page, &query.sql))?;
                        frames.insert((*name).clone(), frame);
                    }
                    if self.wanted(page, item) {
                        inputs.push(Input { planned, item, row: Some(row), frames: Arc::new(frames) });
                    }
                }
                let parts: Result<Vec<Rendered>> = inputs.par_iter().map(|input| self.write_all(input)).collect();
                for part in parts? {
                    total.pages += part.pages;
                    total.files += part.files;
                }
            }
            Ok(total)
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

    fn write_all(&self, input: &Input<'_>) -> Result<Rendered> {
        let mut total = Rendered::default();
        for locale in self.shared.site.locales.values() {
            let Finished { address, html, extras } = finish(self.shared, input, locale)?;
            self.sink.write(&format!("{address}index.html"), html.as_bytes())?;
            total.files += 1 + extras.len() as u64;
            total.pages += 1;
            for (name, bytes) in &extras {
                self.sink.write(&format!("{address}{name}"), bytes)?;
            }
            self.progress.step(1, &address);
        }
        Ok(total)
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
