//! References to stores, and the stores that rows create.

use std::collections::BTreeMap;

use super::sound::Fresh;
use super::{Merge, Work, keyed};
use crate::problem::Result;
use crate::warehouse::Table;

/// Turns away the rows of a store nobody named; files that are not `fresh` have none.
pub fn check(merge: &Merge, work: &Work, stores: &Work, fresh: &Fresh) -> Result<()> {
    if work.files.is_empty() || work.table.column("store_id").is_none() || merge.creates_stores(stores) {
        return Ok(());
    }
    merge.engine.batch(&format!(
        "create table loading.strangers as select distinct store_id from {standing}
             where {fresh} and store_id is not null and store_id not in (select store_id from {known});
         insert into {drops} select _id, 'quarantine', null, 'store_id', store_id, 'foreign_key' from {standing}
             where store_id in (select store_id from loading.strangers);
         drop table loading.strangers;",
        drops = work.drops(),
        standing = work.standing(),
        known = stores.standing(),
        fresh = fresh.condition(),
    ))
}

/// The stores of the files, and, if rows may create stores, those that only rows name.
pub fn finish(merge: &Merge, stores: &Work, tables: &BTreeMap<String, Table>) -> Result<Table> {
    let select = keyed::select(stores);
    if !merge.creates_stores(stores) {
        return merge.keep(&select, "stores");
    }
    let named: Vec<String> = ["transactions", "customers", "feedback"]
        .iter()
        .filter_map(|name| tables.get(*name))
        .map(|table| format!("select store_id from ({}) where store_id is not null", merge.store.select(table)))
        .collect();
    merge.keep(
        &format!(
            "with known as ({select}), named as ({})
             select * from known union all by name
             select store_id, store_id as name from (select distinct store_id from named) where store_id not in (select store_id from known)
             order by store_id",
            named.join(" union all ")
        ),
        "stores",
    )
}
