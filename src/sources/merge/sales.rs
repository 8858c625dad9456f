//! Transactions: the same transaction in several files, and refunds of what is no sale.
//!
//! A line has no name of its own unless the file numbers its lines, so transactions are compared whole: the same
//! lines again are duplicates, other lines are a correction of the whole transaction.

use super::sound::Fresh;
use super::{Merge, Work, keyed};
use crate::problem::Result;
use crate::sources::arrive::Arrival;
use crate::warehouse::quoted;

/// Settles duplicates and corrections, of which files that are not `fresh` have none among themselves; the text warns of
/// numbers that two stores seem to share.
pub fn settle(merge: &Merge, work: &Work, fresh: &Fresh) -> Result<Option<String>> {
    if work.files.is_empty() {
        return Ok(None);
    }
    let numbered = places(work, |arrival| arrival.staged().line_mapped);
    let repeating = places(work, |arrival| arrival.staged().line_mapped && arrival.staged().repeats);
    let content: Vec<String> = work
        .columns()
        .into_iter()
        .filter(|name| !["source", "transaction_id", "line_no"].iter().any(|key| quoted(key) == *name))
        .collect();
    let content = content.join(", ");
    if repeating != "false" {
        keyed::within(merge, work, "source, transaction_id, line_no", &content, &repeating)?;
    }
    if work.files.len() > 1 {
        across(merge, work, (&numbered, &content), fresh)?;
    }
    refunds(merge, work, fresh)?;
    shared_numbers(merge, work)
}

/// A condition that is true in the rows of these files.
pub fn places(work: &Work, which: impl Fn(&Arrival) -> bool) -> String {
    let places: Vec<String> = (work.files.iter().enumerate())
        .filter(|(_, arrival)| which(arrival))
        .map(|(place, _)| place.to_string())
        .collect();
    if places.is_empty() {
        "false".to_owned()
    } else if places.len() == work.files.len() {
        "true".to_owned()
    } else {
        format!("_f in ({})", places.join(", "))
    }
}

/// A correction that moves a sale to another store is more likely another sale with the same number.
fn shared_numbers(merge: &Merge, work: &Work) -> Result<Option<String>> {
    let shared = merge.count(&format!(
        "select count(distinct r.transaction_id) from {drops} d join {rows} r on r._id = d._id join {rows} w on w._id = d.by_id
         where d.why = 'superseded' and r.store_id <> w.store_id",
        drops = work.drops(),
        rows = work.rows(),
    ))?;
    Ok((shared > 0).then(|| {
        format!(
            "{shared} transactions were superseded by one of another store: if stores count their tickets on their own, \
             set columns = {{ transaction_id = \"{{store_id}}-{{transaction_id}}\" }} in [[source]]"
        )
    }))
}

/// The same transaction (or numbered line) in several files. Lines are compared by their 64-bit hashes, within one
/// transaction only.
fn across(merge: &Merge, work: &Work, (numbered, content): (&str, &str), fresh: &Fresh) -> Result<()> {
    let unit = format!("case when {numbered} then line_no end");
    // Numbers first: few transactions of a chain stand in two files, and comparing texts takes long.
    merge.engine.batch(&format!(
        "create table loading.shared as select _key from {} {} group by _key having min(_f) <> max(_f)",
        work.standing(),
        among(work, fresh)
    ))?;
    if merge.count("select count(*) from loading.shared")? == 0 {
        return merge.engine.batch("drop table loading.shared");
    }
    merge.engine.batch(&format!(
        "create table loading.again as
             select source, transaction_id, {unit} as unit from (from {standing} semi join loading.shared using (_key))
             group by all having min(_f) <> max(_f);
         create table loading.candidates as
             select r._id, r._f, r.source, r.transaction_id, {unit} as unit, hash(line_no, {content}) as content
             from (from {standing} semi join loading.shared using (_key)) r semi join (select distinct source, transaction_id from loading.again) a using (source, transaction_id);
         insert into {drops}
         with candidates as (
             select c.* from loading.candidates c join loading.again a
                 on c.source = a.source and c.transaction_id = a.transaction_id and c.unit is not distinct from a.unit),
         units as (
             select source, transaction_id, unit, _f, min(_id) as first_id, count(*) as lines,
                 bit_xor(content) as mixed, min(content) as least
             from candidates group by all),
         compared as (
             select *, coalesce((lines, mixed, least) = (lag(lines) over files, lag(mixed) over files, lag(least) over files), false) as same
             from units window files as (partition by source, transaction_id, unit order by _f)),
         runs as (
             select *, max(first_id) filter (not same) over (partition by source, transaction_id, unit) as winner from compared)
         select c._id, case when u.same then 'duplicate' else 'superseded' end, u.winner, null, null, null
         from candidates c join runs u on c.source = u.source and c.transaction_id = u.transaction_id
             and c.unit is not distinct from u.unit and c._f = u._f
         where u.first_id <> u.winner;
         drop table loading.again; drop table loading.candidates; drop table loading.shared;",
        standing = work.standing(),
        drops = work.drops(),
    ))
}

/// A refund must point to a sale. One that points to something else we know (itself, another refund) is turned
/// away; a sale older than the data cannot be checked.
fn refunds(merge: &Merge, work: &Work, fresh: &Fresh) -> Result<()> {
    if !work.files.iter().any(|arrival| arrival.known.linked) {
        return Ok(());
    }
    merge.engine.batch(&format!(
        "insert into {drops}
         with refunds as (
             select * from (
                 select _id, _f, source, original_transaction_id as original, hash(source, original_transaction_id) as _key
                 from {standing} where kind = 'refund' and original_transaction_id is not null)
             where {touched}),
         originals as (
             select r.source, r.transaction_id as original, bool_or(r.kind in ('sale', 'exchange')) as sold
             from {standing} r semi join refunds f on r._key = f._key group by all)
         select f._id, 'quarantine', null, 'original_transaction_id', f.original, 'refund'
         from refunds f join originals o using (source, original) where not o.sold",
        drops = work.drops(),
        standing = work.standing(),
        touched = match fresh {
            Fresh::All => "true".to_owned(),
            // Its own file or that of its sale.
            some => format!("{0} or _key in (select _key from {1} where {0})", some.condition(), work.standing()),
        },
    ))
}

/// Restricts rows to the transactions of fresh files.
fn among(work: &Work, fresh: &Fresh) -> String {
    match fresh {
        Fresh::All => String::new(),
        some => {
            format!("semi join (select _key from {} where {}) using (_key)", work.standing(), some.condition())
        }
    }
}
