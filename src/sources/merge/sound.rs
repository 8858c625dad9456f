//! What an earlier load found sound: files without a row that was turned away, repeated or corrected when they were set
//! beside each other. Such files need not be compared with each other again, only with those that are new.
//!
//! Nothing is remembered of a load in which a row was dropped: what became of it would have to be known too.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Known, Merge, Work};
use crate::problem::Result;
use crate::warehouse::{Table, TableStore};

/// Rows of these files are compared with all; the others are sound among themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh {
    All,
    /// Places of files.
    Some(Vec<usize>),
}

impl Fresh {
    /// A condition on `_f`.
    pub fn condition(&self) -> String {
        match self {
            Fresh::All => "true".to_owned(),
            Fresh::Some(places) if places.is_empty() => "false".to_owned(),
            Fresh::Some(places) => {
                let places: Vec<String> = places.iter().map(ToString::to_string).collect();
                format!("_f in ({})", places.join(", "))
            }
        }
    }
}

/// What the files of sales that were sound together are made from.
#[derive(Debug, Default, Serialize, Deserialize)]
struct SoundFiles(BTreeSet<String>);

/// What decides, beside the rows of a table themselves, whether they are sound.
fn rules(merge: &Merge, known: Known) -> Vec<String> {
    let stores = known.stores.files.iter().chain(&known.aliases.files).map(|file| file.staged().content.clone());
    let settings = [super::super::program().to_owned(), format!("{:?}", merge.project.config.contract)];
    settings.into_iter().chain(stores).collect()
}

fn key_of(parts: &[String]) -> String {
    TableStore::key(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn sales_key(merge: &Merge, known: Known) -> String {
    let mut parts = rules(merge, known);
    parts.push("sound sales".to_owned());
    key_of(&parts)
}

/// The files of sales that must be compared. To be asked when rows of the future have been turned away, and nothing
/// else.
pub fn fresh_sales(merge: &Merge, work: &Work, known: Known) -> Result<Fresh> {
    let Some(SoundFiles(sound)) = merge.store.made(&sales_key(merge, known)) else { return Ok(Fresh::All) };
    if dropped(merge, work)? {
        return Ok(Fresh::All);
    }
    let fresh: Vec<usize> = (work.files.iter().enumerate())
        .filter(|(_, file)| !sound.contains(&file.staged().content))
        .map(|(place, _)| place)
        .collect();
    // Comparing many with all takes longer than comparing all at once.
    Ok(if fresh.len() * 4 > work.files.len() { Fresh::All } else { Fresh::Some(fresh) })
}

/// Remembers the files of sales, if they were sound.
pub fn remember_sales(merge: &Merge, work: &Work, known: Known) -> Result<()> {
    if work.files.is_empty() || dropped(merge, work)? {
        return Ok(());
    }
    let files = work.files.iter().map(|file| file.staged().content.clone()).collect();
    merge.store.remember(&sales_key(merge, known), &SoundFiles(files))
}

/// A table with keys of its own (customers, products, feedback) that the same files gave before without a drop.
pub fn known(merge: &Merge, work: &Work, known: Known) -> Result<Option<Table>> {
    let table: Option<Table> = merge.store.made(&table_key(merge, work, known));
    Ok(table.filter(|table| merge.store.has(table)))
}

/// Remembers such a table, if no row was dropped.
pub fn remember(merge: &Merge, work: &Work, known: Known, table: &Table) -> Result<()> {
    if dropped(merge, work)? {
        return Ok(());
    }
    merge.store.remember(&table_key(merge, work, known), table)
}

fn table_key(merge: &Merge, work: &Work, known: Known) -> String {
    let mut parts = rules(merge, known);
    parts.push(format!("sound {}", work.table.name));
    let today = merge.today.to_string();
    let future = work.files.iter().any(|file| file.staged().newest.as_ref().is_some_and(|newest| *newest > today));
    parts.push(if future { today } else { String::new() });
    parts.extend(work.plain_columns());
    parts.extend(work.files.iter().map(|file| file.staged().content.clone()));
    key_of(&parts)
}

fn dropped(merge: &Merge, work: &Work) -> Result<bool> {
    Ok(merge.count(&format!("select count(*) from {}", work.drops()))? > 0)
}
