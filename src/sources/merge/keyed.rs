//! Tables whose rows have a key of their own: stores, customers, products, feedback.

use super::{Merge, Work};
use crate::problem::Result;
use crate::warehouse::quoted;

/// Columns that are compared: all but the key.
fn content(work: &Work) -> Vec<String> {
    work.columns().into_iter().filter(|name| !work.table.key.iter().any(|key| quoted(key) == *name)).collect()
}

fn key(work: &Work) -> String {
    work.table.key.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Finds repeated keys: within a file the same row twice is a duplicate and two different ones are both turned
/// away; across files the same row is a duplicate and a different one supersedes the earlier.
pub fn settle(merge: &Merge, work: &Work) -> Result<()> {
    if work.files.is_empty() {
        return Ok(());
    }
    let repeating = super::sales::places(work, |arrival| arrival.staged().repeats);
    if repeating != "false" {
        within(merge, work, &key(work), &content(work).join(", "), &repeating)?;
    }
    if work.files.len() > 1 {
        across(merge, work)?;
    }
    Ok(())
}

/// The same key twice in one file, among the rows for which `where_` holds.
pub fn within(merge: &Merge, work: &Work, key: &str, content: &str, where_: &str) -> Result<()> {
    let own = |name: &&str| work.table.column(name).is_some_and(|column| column.kind.mapped());
    let named = work.table.key.iter().copied().find(own).unwrap_or_default();
    merge.engine.batch(&format!(
        "insert into {drops}
         with again as (select {key}, _f from {standing} where {where_} group by all having count(*) > 1),
         candidates as (select _id, _f, {key}, row({content}) as content from {standing} semi join again using ({key}, _f)),
         judged as (
             select *, min(_id) over same as first_id,
                 min(content) over same is distinct from max(content) over same as differ
             from candidates window same as (partition by {key}, _f))
         select _id, case when differ then 'quarantine' else 'duplicate' end, first_id, '{named}', {named}::varchar,
             case when differ then 'duplicate' end
         from judged where differ or _id <> first_id",
        drops = work.drops(),
        standing = work.standing(),
    ))
}

/// The same key in several files.
fn across(merge: &Merge, work: &Work) -> Result<()> {
    let (key, content) = (key(work), content(work).join(", "));
    merge.engine.batch(&format!(
        "insert into {drops}
         with again as (select {key} from {standing} group by all having count(*) > 1),
         candidates as (select _id, {key}, row({content}) as content from {standing} semi join again using ({key})),
         compared as (
             select *, lag(_id) over files is not null and content is not distinct from lag(content) over files as same
             from candidates window files as (partition by {key} order by _id)),
         runs as (select *, max(_id) filter (not same) over (partition by {key}) as winner from compared)
         select _id, case when same then 'duplicate' else 'superseded' end, winner, null, null, null
         from runs where _id <> winner",
        drops = work.drops(),
        standing = work.standing(),
    ))
}

/// What is loaded: one row per key, in order of the key. Where rows were superseded, a blank in the newer row
/// keeps the older value.
pub fn select(work: &Work) -> String {
    let key = key(work);
    let filled: Vec<String> = content(work)
        .iter()
        .map(|name| format!("arg_max(r.{name}, r._id) filter (r.{name} is not null) as {name}"))
        .collect();
    let columns = work.columns().join(", ");
    format!(
        "with merged as (
             select {keys}, {filled}
             from {rows} r semi join (
                 select {key} from {rows} where _id in (select by_id from {drops} where why = 'superseded')) corrected using ({key})
             where r._error is null and r._id not in (select _id from {drops} where why <> 'superseded')
             group by {keys}),
         plain as (
             select {columns} from {standing} where _id not in (select by_id from {drops} where why = 'superseded'))
         select {columns} from plain union all select {columns} from merged order by {key}",
        keys = work.table.key.iter().map(|name| format!("r.{}", quoted(name))).collect::<Vec<_>>().join(", "),
        filled = filled.join(", "),
        rows = work.rows(),
        drops = work.drops(),
        standing = work.standing(),
    )
}
