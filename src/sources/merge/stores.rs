//! References to stores, and the stores that rows create.

use std::collections::{BTreeMap, BTreeSet};

use super::sound::Fresh;
use super::{Known, Merge, Work, keyed};
use crate::problem::{Problem, Result};
use crate::sources::contract::TABLES;
use crate::warehouse::{Engine, Table, literal};

/// Turns away the rows of a store nobody named; files that are not `fresh` have none.
pub fn check(merge: &Merge, work: &Work, known: Known, fresh: &Fresh) -> Result<()> {
    if work.files.is_empty() || work.table.column("store_id").is_none() || merge.creates_stores(known.stores) {
        return Ok(());
    }
    merge.engine.batch(&format!(
        "create table loading.strangers as select distinct store_id from {standing}
             where {fresh} and store_id is not null
                 and store_id not in (select store_id from {known} union all select alias from {aliases});
         insert into {drops} select _id, 'quarantine', null, 'store_id', store_id, 'foreign_key' from {standing}
             where store_id in (select store_id from loading.strangers);
         drop table loading.strangers;",
        drops = work.drops(),
        standing = work.standing(),
        known = known.stores.standing(),
        aliases = known.aliases.standing(),
        fresh = fresh.condition(),
    ))
}

/// The store that `store_id` means, where stores have further names: SQL over a column of that name.
///
/// # Errors
/// A name that leads back to itself.
pub fn home(merge: &Merge, aliases: &Table) -> Result<Option<String>> {
    if aliases.rows == 0 {
        return Ok(None);
    }
    let frame =
        merge.engine.query(&format!("select alias, store_id from ({}) order by alias", merge.store.select(aliases)))?;
    let names: BTreeMap<String, String> = frame.rows.iter().map(|row| (row[0].plain(), row[1].plain())).collect();
    let mut pairs = (Vec::new(), Vec::new());
    for alias in names.keys() {
        let mut seen = BTreeSet::from([alias]);
        let mut at = alias;
        while let Some(next) = names.get(at) {
            if !seen.insert(next) {
                return Err(Problem::failed(format!("the store alias {alias} leads back to itself"))
                    .hint("an alias leads to a store: correct the file of store_aliases"));
            }
            at = next;
        }
        pairs.0.push(literal(alias));
        pairs.1.push(literal(at));
    }
    Ok(Some(format!("coalesce(map([{}], [{}])[store_id], store_id)", pairs.0.join(", "), pairs.1.join(", "))))
}

/// The same over another column that names a store.
pub fn over(home: &str, column: &str) -> String {
    let names = home.strip_suffix("[store_id], store_id)").unwrap_or(home);
    format!("{names}[{column}], {column})")
}

/// The stores of the files, and, if rows may create stores, those that only rows name.
pub fn finish(merge: &Merge, stores: &Work, tables: &BTreeMap<String, Table>) -> Result<Table> {
    let select = keyed::select(stores);
    if !merge.creates_stores(stores) {
        return merge.keep(&select, "stores");
    }
    // The store an alias leads to counts; the names it leads away from are no stores of their own. A succession makes no
    // store: a slip of the hand in it must not move everybody to nowhere.
    let named: Vec<String> = TABLES
        .iter()
        .filter(|table| table.column("store_id").is_some() && table.name != "store_successions")
        .filter_map(|table| tables.get(table.name))
        .filter(|table| table.rows > 0)
        .map(|table| format!("select store_id from ({}) where store_id is not null", merge.store.select(table)))
        .chain(["select null::varchar as store_id where false".to_owned()])
        .collect();
    let aliases = format!("select alias from ({})", merge.store.select(&tables["store_aliases"]));
    merge.keep(
        &format!(
            "with known as ({select}), named as ({})
             select * from known union all by name
             select store_id, store_id as name from (select distinct store_id from named)
             where store_id not in (select store_id from known union all {aliases})
             order by store_id",
            named.join(" union all ")
        ),
        "stores",
    )
}
