//! What a page's bytes are made from, part by part: equal parts give equal bytes.
//!
//! The parts are the program, the theme, the strings, the site's settings, the navigation, the page's own text, the
//! settings and dates it names, the addresses it links to and the rows it reads. The rows come last: they are only
//! read when a table behind them changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Site;
use super::links::SiteLinks;
use super::memory::{Parts, QueryMemory};
use super::navigation::Sidebar;
use super::plan::{Item, PlannedPage};
use crate::content::{Audience, Page};
use crate::locale::Locale;
use crate::models::Input;
use crate::warehouse::{Frame, Value};

/// Hash of the program's own source, set when it is built.
const PROGRAM: &str = env!("STOREBOOK_PROGRAM");
/// Stands for the query that gives the pages of a set; no query of a page can be called so.
pub const FOR_EACH: &str = "(for_each)";

/// What all pages of a language share.
pub struct Common {
    parts: Parts,
    navigation_public: String,
    navigation_all: String,
}

impl Common {
    pub fn of(site: &Site<'_>, links: &SiteLinks, sidebar: &Sidebar, locale: &Locale) -> Common {
        let names: Vec<String> = site.locales.values().map(|locale| locale.name()).collect();
        let theme = (&site.theme.fingerprint, &site.theme.assets);
        let section = (&site.config.site, &site.config.portal, site.unsealed, names);
        let parts = [
            ("program", PROGRAM.to_owned()),
            ("theme", of(&theme)),
            ("strings", locale.fingerprint().to_owned()),
            ("site", of(&section)),
        ];
        let pages = (&links.single, links.sets.keys().collect::<Vec<_>>(), &links.left_out);
        Common {
            parts: parts.map(|(name, hash)| (name.to_owned(), hash)).into(),
            navigation_public: of(&(sidebar.fingerprint(locale.code(), true), &pages)),
            navigation_all: of(&(sidebar.fingerprint(locale.code(), false), &pages)),
        }
    }

    /// The parts of one page that do not differ between its items.
    pub fn parts(&self, site: &Site<'_>, planned: &PlannedPage, code: &str) -> Parts {
        let page = &site.pages[planned.page];
        let mut parts = self.parts.clone();
        let mut put = |name: &str, hash: String| parts.insert(name.to_owned(), hash);
        let public = page.front.audience == Audience::Public;
        if let Some(sealing) = site.sealing.filter(|_| !public) {
            let audiences: BTreeSet<&str> = planned.items.iter().map(|item| item.audience.as_str()).collect();
            let keys: Vec<String> = audiences.into_iter().map(|audience| sealing.fingerprint(audience)).collect();
            put("keys", of(&keys));
        }
        put("navigation", if public { self.navigation_public.clone() } else { self.navigation_all.clone() });
        put("text", of(&(&page.id, &*page.source, &*page.texts[code].source)));
        match site.templates.globals(page, code) {
            Some(named) => {
                if let Some(hash) = settings(site, &named) {
                    put("settings", hash);
                }
                if planned.reads_data || named.iter().any(|name| name == "as_of") {
                    put("as_of", site.as_of.clone());
                }
                if named.iter().any(|name| name == "today") {
                    put("today", site.today.clone());
                }
            }
            // It takes in other pages' texts: any of them, any setting and any date may stand in it.
            None => {
                let all: Vec<&str> =
                    site.pages.iter().flat_map(|page| page.texts.values()).map(|text| &*text.source).collect();
                put("text", of(&(&page.id, &all)));
                put("settings", of(site.config));
                put("as_of", site.as_of.clone());
                put("today", site.today.clone());
            }
        }
        parts
    }
}

/// Of the settings that the templates of a page name: `settings.rfm.window`.
fn settings(site: &Site<'_>, named: &BTreeSet<String>) -> Option<String> {
    let tree = serde_json::to_value(site.config).ok()?;
    let mut found = BTreeMap::new();
    for name in named {
        let Some(path) = name.strip_prefix("settings") else { continue };
        let mut value = Some(&tree);
        for part in path.split('.').filter(|part| !part.is_empty()) {
            // A path that leads through a list or to a method: the value it was reached from.
            match value.and_then(|value| value.get(part)) {
                Some(next) => value = Some(next),
                None => break,
            }
        }
        found.insert(name, value);
    }
    (!found.is_empty()).then(|| of(&found))
}

/// What each query of a page reads.
pub fn queries(site: &Site<'_>, planned: &PlannedPage) -> BTreeMap<String, QueryMemory> {
    let page = &site.pages[planned.page];
    let named = planned.queries.iter().map(|(name, query)| (name.as_str(), query));
    let each = named.chain(planned.for_each.as_ref().map(|query| (FOR_EACH, query))).map(|(name, query)| {
        let tables =
            query.inputs.iter().map(|input| (shown(input), site.tables.get(input).cloned().unwrap_or_default()));
        (name.to_owned(), QueryMemory { sql: of(&(&query.sql, front(page, name))), tables: tables.collect() })
    });
    each.collect()
}

/// How a query's rows are split and ordered.
fn front<'a>(page: &'a Page, name: &str) -> Option<(&'a str, &'a [String])> {
    page.front.queries.get(name).map(|query| (query.by.as_str(), query.order.as_slice()))
}

fn shown(input: &Input) -> String {
    match input {
        Input::Model(name) => name.clone(),
        Input::Source(name) => format!("source.{name}"),
    }
}

/// Of an item's titles and rows: the whole, and the start of each query's in the order given.
pub fn rows(item: &Item, frames: impl Iterator<Item = blake3::Hash>) -> (String, Vec<String>) {
    let mut whole = blake3::Hasher::new();
    whole.update(of(&item.titles).as_bytes());
    let mut each = Vec::new();
    for hash in frames {
        whole.update(hash.as_bytes());
        each.push(hash.to_hex()[..8].to_owned());
    }
    (whole.finalize().to_hex()[..32].to_owned(), each)
}

/// Of the columns and rows of one result.
pub fn frame_hash(frame: &Frame) -> blake3::Hash {
    let mut bytes = Vec::with_capacity(frame.rows.len() * frame.columns.len() * 12 + 64);
    for column in frame.columns.iter() {
        text(&mut bytes, &column.name);
        bytes.push(column.kind as u8);
    }
    for row in &frame.rows {
        row.iter().for_each(|value| put(&mut bytes, value));
    }
    blake3::hash(&bytes)
}

/// Each kind has a mark of its own and each text its length, so that no two rows read alike.
fn put(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => bytes.push(0),
        Value::Bool(value) => bytes.extend([1, u8::from(*value)]),
        Value::Int(value) => {
            bytes.push(2);
            bytes.extend(value.to_le_bytes());
        }
        Value::Decimal { unscaled, scale } => {
            bytes.extend([3, *scale]);
            bytes.extend(unscaled.to_le_bytes());
        }
        Value::Float(value) => {
            bytes.push(4);
            bytes.extend(value.to_bits().to_le_bytes());
        }
        Value::Text(value) => {
            bytes.push(5);
            text(bytes, value);
        }
        Value::Date(_) | Value::DateTime(_) => {
            bytes.push(if matches!(value, Value::Date(_)) { 6 } else { 7 });
            text(bytes, &value.plain());
        }
        Value::List(items) => {
            bytes.push(8);
            bytes.extend((items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| put(bytes, item));
        }
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// Hash of anything that has a JSON form.
pub(super) fn of(value: &impl Serialize) -> String {
    // Settings and texts always have one; should a value have none, its debug form would not help either.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    blake3::hash(&bytes).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::warehouse::{Column, ColumnKind};

    fn frame(rows: Vec<Vec<Value>>) -> Frame {
        let columns: Arc<[Column]> = ["a", "b"].map(|name| Column { name: name.into(), kind: ColumnKind::Text }).into();
        Frame { columns, rows }
    }

    #[test]
    fn rows_that_read_alike_have_different_hashes() {
        let text = |text: &str| Value::text(text);
        let pairs = [
            (vec![vec![text("ab"), text("c")]], vec![vec![text("a"), text("bc")]]),
            (vec![vec![Value::Null, text("")]], vec![vec![text(""), Value::Null]]),
            (vec![vec![Value::Int(1), Value::Null]], vec![vec![Value::Float(1.0), Value::Null]]),
            (
                vec![vec![Value::Decimal { unscaled: 10, scale: 1 }, Value::Null]],
                vec![vec![Value::Decimal { unscaled: 100, scale: 2 }, Value::Null]],
            ),
            (
                vec![vec![Value::List(vec![text("a")].into()), text("b")]],
                vec![vec![Value::List(vec![text("a"), text("b")].into()), Value::Null]],
            ),
            (vec![vec![text("a"), text("b")]], vec![vec![text("b"), text("a")]]),
        ];
        for (one, other) in pairs {
            assert_ne!(frame_hash(&frame(one.clone())), frame_hash(&frame(other)), "{one:?}");
        }
    }

    #[test]
    fn equal_rows_have_equal_hashes() {
        let rows = || vec![vec![Value::text("禾木"), Value::Float(-0.5)], vec![Value::Null, Value::Int(7)]];
        assert_eq!(frame_hash(&frame(rows())), frame_hash(&frame(rows())));
    }
}
