//! What differs between two releases: files, models, key figures; and between two sets of pages.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::figures::STORE;
use super::findings;
use super::summary::{Figures, Summary};

/// From one release to the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    pub files: Vec<FileChange>,
    pub models: Vec<ModelChange>,
    /// The chain first, then the stores whose net sales changed most.
    pub figures: Vec<FigureChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    pub path: String,
    pub table: String,
    pub state: FileState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    pub rows_before: Option<u64>,
    pub rows_now: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    New,
    Changed,
    Renamed,
    Gone,
}

/// A model whose table is another one; no rows: the model is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelChange {
    pub model: String,
    pub rows_before: Option<u64>,
    pub rows_now: Option<u64>,
}

/// A key figure that changed; exact, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureChange {
    /// None: the whole chain.
    pub store: Option<String>,
    pub name: Option<String>,
    pub figure: String,
    pub before: Option<String>,
    pub now: Option<String>,
}

/// Pages (and the files beside them) by what became of them, in order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageChanges {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub gone: Vec<String>,
    pub same: u64,
}

impl Difference {
    pub fn of(before: &Summary, now: &Summary) -> Difference {
        Difference { files: Self::files(before, now), models: models(before, now), figures: figures(before, now) }
    }

    /// Files that came, changed or went, in order of their paths.
    pub(super) fn files(before: &Summary, now: &Summary) -> Vec<FileChange> {
        let mut changes = Vec::new();
        let mut taken = BTreeSet::new();
        let newcomers = findings::newcomers(before, now);
        for (path, was) in &before.files {
            let is = now.files.get(path);
            let (state, path, renamed_from, is) = match is {
                Some(is) if is.hash == was.hash => continue,
                Some(is) => (FileState::Changed, path.clone(), None, Some(is)),
                None => match new_name(&newcomers, &was.hash, &mut taken) {
                    Some(name) => (FileState::Renamed, name.clone(), Some(path.clone()), now.files.get(&name)),
                    None => (FileState::Gone, path.clone(), None, None),
                },
            };
            changes.push(FileChange {
                path,
                table: is.unwrap_or(was).table.clone(),
                state,
                renamed_from,
                rows_before: Some(was.rows_in),
                rows_now: is.map(|is| is.rows_in),
            });
        }
        for (path, is) in
            now.files.iter().filter(|(path, _)| !before.files.contains_key(*path) && !taken.contains(*path))
        {
            changes.push(FileChange {
                path: path.clone(),
                table: is.table.clone(),
                state: FileState::New,
                renamed_from: None,
                rows_before: None,
                rows_now: Some(is.rows_in),
            });
        }
        changes.sort_by(|one, other| (one.state, &one.path).cmp(&(other.state, &other.path)));
        changes
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.models.is_empty() && self.figures.is_empty()
    }
}

/// A newcomer with these bytes that is not yet the new name of another file.
fn new_name(newcomers: &BTreeMap<&str, Vec<&String>>, hash: &str, taken: &mut BTreeSet<String>) -> Option<String> {
    let name = newcomers.get(hash)?.iter().find(|name| !taken.contains(**name))?;
    taken.insert((*name).clone());
    Some((*name).clone())
}

fn models(before: &Summary, now: &Summary) -> Vec<ModelChange> {
    let names: BTreeSet<&String> = before.models.keys().chain(now.models.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let (was, is) = (before.models.get(name), now.models.get(name));
        (was != is).then(|| ModelChange {
            model: name.clone(),
            rows_before: was.map(|facts| facts.rows),
            rows_now: is.map(|facts| facts.rows),
        })
    });
    changed.collect()
}

fn figures(before: &Summary, now: &Summary) -> Vec<FigureChange> {
    let mut changes = changed(&before.chain, &now.chain, None);
    let ids: BTreeSet<&String> = before.stores.keys().chain(now.stores.keys()).collect();
    let empty = Figures::new();
    let mut stores: Vec<(i128, Vec<FigureChange>)> = Vec::new();
    for id in ids {
        let (was, is) = (before.stores.get(id), now.stores.get(id));
        let name = is.or(was).map(|store| store.name.clone()).unwrap_or_default();
        let (was, is) = (was.map_or(&empty, |store| &store.figures), is.map_or(&empty, |store| &store.figures));
        let money = |figures: &Figures| figures.get("net_sales").and_then(|text| hundredths(text)).unwrap_or(0);
        let found = changed(was, is, Some((id, &name)));
        if !found.is_empty() {
            stores.push(((money(is) - money(was)).abs(), found));
        }
    }
    // Stable: equal changes stay in order of the stores' ids.
    stores.sort_by_key(|(moved, _)| std::cmp::Reverse(*moved));
    changes.extend(stores.into_iter().flat_map(|(_, found)| found));
    changes
}

fn changed(was: &Figures, is: &Figures, store: Option<(&String, &String)>) -> Vec<FigureChange> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    // In the order a reader expects: net sales, orders, customers, then the rest.
    names.sort_by_key(|name| STORE.iter().position(|figure| figure == name).unwrap_or(STORE.len()));
    let differing = names.into_iter().filter(|name| was.get(*name) != is.get(*name));
    differing
        .map(|name| FigureChange {
            store: store.map(|(id, _)| id.clone()),
            name: store.map(|(_, name)| name.clone()),
            figure: name.clone(),
            before: was.get(name).cloned(),
            now: is.get(name).cloned(),
        })
        .collect()
}

/// `-12.5` as −1250; a third decimal is cut.
fn hundredths(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    format!("{whole}{part}").parse().ok()
}

impl FigureChange {
    /// The change as a share of the value before; none when that was nothing.
    #[allow(clippy::cast_precision_loss)]
    pub fn share(&self) -> Option<f64> {
        let was = hundredths(self.before.as_deref()?).filter(|was| *was != 0)?;
        let is = hundredths(self.now.as_deref()?)?;
        Some((is - was) as f64 / was.abs() as f64)
    }
}

impl PageChanges {
    pub fn is_same(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// Compares the files of a published site with those a build would give, both by path with the hash of their bytes.
pub fn pages(published: &BTreeMap<String, String>, built: &BTreeMap<String, String>) -> PageChanges {
    let mut changes = PageChanges::default();
    for (path, hash) in built {
        match published.get(path) {
            None => changes.new.push(path.clone()),
            Some(was) if was == hash => changes.same += 1,
            Some(_) => changes.changed.push(path.clone()),
        }
    }
    changes.gone = published.keys().filter(|path| !built.contains_key(*path)).cloned().collect();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::summary::{FileFacts, StoreFacts};

    fn files(entries: &[(&str, &str)]) -> Summary {
        let file = |hash: &str| FileFacts { hash: hash.into(), rows_in: 5, ..FileFacts::default() };
        let files = entries.iter().map(|(path, hash)| ((*path).to_owned(), file(hash))).collect();
        Summary { files, ..Summary::default() }
    }

    #[test]
    fn a_file_under_a_new_name_is_neither_gone_nor_new() {
        let before = files(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
        let now = files(&[("a", "1"), ("b", "9"), ("z", "3"), ("e", "5")]);
        let found: Vec<(String, FileState)> =
            Difference::files(&before, &now).into_iter().map(|change| (change.path, change.state)).collect();
        let expected = [
            ("e".to_owned(), FileState::New),
            ("b".to_owned(), FileState::Changed),
            ("z".to_owned(), FileState::Renamed),
            ("d".to_owned(), FileState::Gone),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_store_that_moved_most_comes_first() {
        let chain = |entries: &[(&str, &str)]| {
            let store = |value: &str| StoreFacts {
                figures: Figures::from([("net_sales".to_owned(), value.to_owned())]),
                ..StoreFacts::default()
            };
            let stores = entries.iter().map(|(id, value)| ((*id).to_owned(), store(value))).collect();
            Summary { stores, ..Summary::default() }
        };
        let before = chain(&[("A", "10.00"), ("B", "10.00"), ("C", "5.00"), ("D", "100.00")]);
        let now = chain(&[("A", "9.99"), ("B", "10.00"), ("C", "50.00"), ("D", "60.00")]);
        let found = figures(&before, &now);
        let order: Vec<&str> = found.iter().filter_map(|change| change.store.as_deref()).collect();
        // 45.00, 40.00, 0.01.
        assert_eq!(order, ["C", "D", "A"]);
        assert_eq!(found[1].share(), Some(-0.4));
    }

    #[test]
    fn hundredths_are_exact() {
        for (text, expected) in [("1", 100), ("-0.5", -50), ("12.34", 1234), ("0.00", 0)] {
            assert_eq!(hundredths(text), Some(expected), "{text}");
        }
        assert_eq!(hundredths("x"), None);
    }
}
