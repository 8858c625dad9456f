//! Which store took over from which. A row that cannot be meant is turned away before it moves anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Merge, Work, keyed};
use crate::problem::Result;
use crate::warehouse::{Engine, Table, Value};

/// A row as it was read.
#[derive(Debug, Clone)]
struct Succession {
    /// Place among all rows; a later one speaks for its store.
    id: i64,
    file: i64,
    store: String,
    successor: String,
    effective_on: String,
}

/// A row that is turned away: its id, the column to look at, the value there, and the rule.
type Refusal = (i64, &'static str, String, &'static str);

/// The successions of the files; `stores` are all that are known.
pub fn table(merge: &Merge, work: &Work, stores: &Table) -> Result<Table> {
    if work.files.is_empty() {
        return merge.empty(work);
    }
    let drops = refused(rows(merge, work)?, &known(merge, stores)?);
    let drop = |(id, column, value, rule): Refusal| {
        let text = |text: &str| Value::Text(text.into());
        vec![Value::Int(id), text("quarantine"), Value::Null, text(column), text(&value), text(rule)]
    };
    // Before the keys are settled: a row that is turned away supersedes none.
    merge.engine.append("loading", "store_successions_drops", drops.into_iter().map(drop))?;
    keyed::settle(merge, work)?;
    merge.finish(work)
}

fn rows(merge: &Merge, work: &Work) -> Result<Vec<Succession>> {
    let frame = merge.engine.query(&format!(
        "select _id, _f, store_id, successor_id, effective_on::varchar from {} order by _id",
        work.standing()
    ))?;
    let row = |row: &Vec<Value>| Succession {
        id: row[0].as_i64().unwrap_or_default(),
        file: row[1].as_i64().unwrap_or_default(),
        store: row[2].plain(),
        successor: row[3].plain(),
        effective_on: row[4].plain(),
    };
    Ok(frame.rows.iter().map(row).collect())
}

fn known(merge: &Merge, stores: &Table) -> Result<BTreeSet<String>> {
    let frame = merge.engine.query(&format!("select store_id from ({})", merge.store.select(stores)))?;
    Ok(frame.rows.iter().map(|row| row[0].plain()).collect())
}

/// The stores with the day on which another one took over as the day of closing, where their file names none.
pub fn close(merge: &Merge, stores: Table, successions: &Table) -> Result<Table> {
    if successions.rows == 0 {
        return Ok(stores);
    }
    merge.keep(
        &format!(
            "select t.* replace (coalesce(t.closed_on, s.effective_on) as closed_on)
             from ({}) t left join ({}) s on s.store_id = t.store_id order by t.store_id",
            merge.store.select(&stores),
            merge.store.select(successions)
        ),
        "stores",
    )
}

/// Rows with an unknown store, of a store that succeeds itself, and all of a circle.
fn refused(rows: Vec<Succession>, known: &BTreeSet<String>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut sound = Vec::new();
    for row in rows {
        if !known.contains(&row.store) {
            refusals.push((row.id, "store_id", row.store, "foreign_key"));
        } else if !known.contains(&row.successor) {
            refusals.push((row.id, "successor_id", row.successor, "foreign_key"));
        } else if row.store == row.successor {
            refusals.push((row.id, "successor_id", row.successor, "succession_self"));
        } else {
            sound.push(row);
        }
    }
    // Where one file says two things of a store, neither counts.
    let mut said: BTreeMap<(i64, &str), BTreeSet<(&str, &str)>> = BTreeMap::new();
    for row in &sound {
        said.entry((row.file, &row.store)).or_default().insert((&row.successor, &row.effective_on));
    }
    let unclear: BTreeSet<i64> =
        sound.iter().filter(|row| said[&(row.file, row.store.as_str())].len() > 1).map(|row| row.id).collect();
    sound.retain(|row| !unclear.contains(&row.id));
    loop {
        // Rows come in order of their ids: the last one of a store speaks for it.
        let next: BTreeMap<&str, &str> = sound.iter().map(|row| (row.store.as_str(), row.successor.as_str())).collect();
        let turning: BTreeSet<String> = turning(&next).into_iter().map(ToOwned::to_owned).collect();
        if turning.is_empty() {
            return refusals;
        }
        // The rows that say the same go with it; what an older row said of the store may hold.
        let next: BTreeMap<String, String> =
            next.into_iter().map(|(store, successor)| (store.to_owned(), successor.to_owned())).collect();
        let (out, rest): (Vec<Succession>, Vec<Succession>) = sound
            .into_iter()
            .partition(|row| turning.contains(&row.store) && next.get(&row.store) == Some(&row.successor));
        refusals.extend(out.into_iter().map(|row| (row.id, "successor_id", row.successor, "succession_circle")));
        sound = rest;
    }
}

/// The stores from which the way leads back to themselves.
fn turning<'a>(next: &BTreeMap<&'a str, &'a str>) -> BTreeSet<&'a str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut turning = BTreeSet::new();
    for start in next.keys().copied() {
        let mut way: Vec<&str> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut at = start;
        while seen.insert(at) {
            places.insert(at, way.len());
            way.push(at);
            match next.get(at) {
                Some(further) => at = further,
                None => break,
            }
        }
        if let Some(place) = places.get(at).filter(|_| next.contains_key(at)) {
            turning.extend(&way[*place..]);
        }
    }
    turning
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rows: &[(i64, &str, &str, &str)]) -> Vec<(i64, &'static str)> {
        let known = ["A", "B", "C", "D"].map(ToOwned::to_owned).into();
        let row = |(at, (file, store, successor, day)): (usize, &(i64, &str, &str, &str))| Succession {
            id: i64::try_from(at).unwrap() + 1,
            file: *file,
            store: (*store).into(),
            successor: (*successor).into(),
            effective_on: (*day).into(),
        };
        let mut rules: Vec<(i64, &str)> = refused(rows.iter().enumerate().map(row).collect(), &known)
            .into_iter()
            .map(|(id, _, _, rule)| (id, rule))
            .collect();
        rules.sort_unstable();
        rules
    }

    #[test]
    fn a_chain_stands_and_a_circle_falls_with_all_its_rows() {
        assert_eq!(rules(&[(0, "A", "B", "d"), (0, "B", "C", "d"), (0, "C", "D", "d")]), []);
        // D leads into the circle of B and C, and is no part of it.
        assert_eq!(
            rules(&[
                (0, "D", "B", "d"),
                (0, "B", "C", "d"),
                (0, "C", "B", "d"),
                (0, "A", "A", "d"),
                (0, "X", "A", "d"),
                (0, "A", "Y", "d")
            ]),
            [
                (2, "succession_circle"),
                (3, "succession_circle"),
                (4, "succession_self"),
                (5, "foreign_key"),
                (6, "foreign_key")
            ]
        );
    }

    #[test]
    fn what_is_turned_away_supersedes_nothing_and_what_is_unclear_makes_no_circle() {
        // The later file would lead A and C in a circle; what the earlier one said of A holds.
        assert_eq!(
            rules(&[(0, "A", "B", "d"), (1, "A", "C", "d"), (1, "C", "A", "d")]),
            [(2, "succession_circle"), (3, "succession_circle")]
        );
        // Two successors of A in one file: neither counts, so B may lead to A.
        assert_eq!(rules(&[(0, "A", "B", "d"), (0, "A", "C", "d"), (0, "B", "A", "d")]), []);
        // The same row twice is one row.
        assert_eq!(rules(&[(0, "A", "B", "d"), (0, "A", "B", "d"), (1, "B", "A", "d")]).len(), 3);
    }
}
