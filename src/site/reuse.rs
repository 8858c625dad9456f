//! Which pages are taken over from the published site, and why the others are rendered.

use std::collections::{BTreeMap, BTreeSet};

use super::key::{self, Common, FOR_EACH};
use super::links::{SiteLinks, addresses};
use super::memory::{ItemMemory, PageMemory, Parts, QueryMemory};
use super::plan::PlannedPage;
use super::{Sink, Site};
use crate::problem::Result;

/// One content page: what it is made from now, and what the last build remembers of it.
pub struct Work<'a> {
    pub planned: &'a PlannedPage,
    before: Option<&'a PageMemory>,
    pub fixed: BTreeMap<String, Parts>,
    pub queries: BTreeMap<String, QueryMemory>,
    /// Locales in which everything but the rows is as before.
    same: BTreeSet<String>,
    /// The rows cannot have changed, because no table they come from has.
    pub same_rows: bool,
    links_changed: bool,
}

impl<'a> Work<'a> {
    pub fn of(
        site: &Site<'_>,
        (planned, links): (&'a PlannedPage, &SiteLinks),
        common: &BTreeMap<String, Common>,
        before: Option<&'a PageMemory>,
    ) -> Work<'a> {
        let fixed: BTreeMap<String, Parts> =
            common.iter().map(|(code, common)| (code.clone(), common.parts(site, planned, code))).collect();
        let queries = key::queries(site, planned);
        let links_changed =
            before.is_some_and(|before| before.links.iter().any(|(target, hash)| addresses(links, target) != *hash));
        let same = before.map_or_else(BTreeSet::new, |before| {
            let codes = fixed.iter().filter(|(code, parts)| !links_changed && before.fixed.get(*code) == Some(parts));
            codes.map(|(code, _)| code.clone()).collect()
        });
        let same_rows = before.is_some_and(|before| before.queries == queries);
        Work { planned, before, fixed, queries, same, same_rows, links_changed }
    }

    /// Whether every page can be taken over without reading a row.
    pub fn untouched(&self) -> bool {
        self.same_rows && self.same.len() == self.fixed.len()
    }

    /// Takes over an item in all languages; `None` when one of its files is not as it was published.
    pub fn take_over(
        &self,
        slug: &str,
        sink: &dyn Sink,
        address: &dyn Fn(&str) -> String,
    ) -> Result<Option<ItemMemory>> {
        let Some(item) = self.item(slug) else { return Ok(None) };
        let files: Vec<String> = self.fixed.keys().flat_map(|code| files(item, code, &address(code))).collect();
        Ok(sink.carry(&files)?.then(|| ItemMemory { rendered: BTreeMap::new(), ..item.clone() }))
    }

    /// Takes over an item in one language whose rows have the hash `rows`.
    pub fn take_over_one(
        &self,
        slug: &str,
        (code, rows): (&str, &str),
        sink: &dyn Sink,
        address: &str,
    ) -> Result<bool> {
        match self.item(slug) {
            Some(item) if item.rows == rows && self.same.contains(code) => sink.carry(&files(item, code, address)),
            _ => Ok(false),
        }
    }

    /// The files beside the page of an item as the last build left them.
    pub fn beside(&self, slug: &str, code: &str) -> Option<Vec<String>> {
        self.item(slug)?.beside.get(code).cloned()
    }

    /// Why an item is rendered in one language; `each` are the hashes of its queries' rows.
    pub fn why(&self, slug: &str, code: &str, now: &ItemMemory) -> Vec<String> {
        let Some(before) = self.before else { return vec!["nothing is known of an earlier build of this page".into()] };
        let Some(item) = before.items.get(slug) else { return vec!["the page is new".into()] };
        let mut why = Vec::new();
        match (before.fixed.get(code), self.fixed.get(code)) {
            (Some(old), Some(new)) => {
                let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                why.extend(names.into_iter().filter(|name| old.get(*name) != new.get(*name)).map(|name| part(name)));
            }
            _ => why.push(format!("the language {code} is new")),
        }
        if self.links_changed {
            why.push("an address it may link to changed".into());
        }
        if item.rows != now.rows {
            let names = self.names();
            let same_queries = before.queries.keys().eq(self.queries.keys()) && item.each.len() == now.each.len();
            if same_queries {
                let pairs = names.iter().zip(item.each.iter().zip(&now.each));
                why.extend(pairs.filter(|(_, (old, new))| old != new).map(|(name, _)| changed_rows(name)));
            } else {
                why.push("it has other queries than before".into());
            }
        }
        if why.is_empty() {
            why.push(
                if item.rows == now.rows {
                    "its file in the output was changed or removed"
                } else {
                    "its title changed"
                }
                .into(),
            );
        }
        why
    }

    /// Names of the queries in the order their rows are hashed: the row of the page first.
    pub fn names(&self) -> Vec<&str> {
        let own = self.queries.keys().map(String::as_str).filter(|name| *name != FOR_EACH);
        self.planned.for_each.iter().map(|_| FOR_EACH).chain(own).collect()
    }

    fn item(&self, slug: &str) -> Option<&ItemMemory> {
        self.before?.items.get(slug)
    }
}

fn part(name: &str) -> String {
    match name {
        "program" => "the program changed".into(),
        "theme" => "the theme changed".into(),
        "strings" => "the strings of the language changed".into(),
        "site" => "the settings of [site] or [portal] changed".into(),
        "navigation" => "the navigation changed".into(),
        "text" => "its text changed".into(),
        "keys" => "the keys it is sealed with changed".into(),
        "settings" => "a setting that it names changed".into(),
        other => format!("{other} changed"),
    }
}

fn changed_rows(query: &str) -> String {
    if query == FOR_EACH {
        "the row of the page changed".into()
    } else {
        format!("the rows of the query \"{query}\" changed")
    }
}

fn files(item: &ItemMemory, code: &str, address: &str) -> Vec<String> {
    let beside = item.beside.get(code).into_iter().flatten();
    std::iter::once("index.html").chain(beside.map(String::as_str)).map(|name| format!("{address}{name}")).collect()
}
