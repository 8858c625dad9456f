//! Rules that are right by themselves and contradict each other.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Placed;
use super::faults::{Fault, What};
use super::rows::{Row, Table};
use crate::project::loyalty_config::{Multiplier, TierLevel};

impl<T> Placed<T> {
    fn holds(&self, on: Option<Date>) -> bool {
        self.from.is_none_or(|from| on.is_some_and(|on| from <= on))
            && self.until.is_none_or(|until| on.is_none_or(|on| on <= until))
    }
}

fn row_of<'a>(table: &'a Table<'a>, number: u32) -> Option<Row<'a>> {
    table.rows().find(|row| row.number() == number)
}

fn push(table: &Table<'_>, number: u32, (key, what): (&str, What), faults: &mut Vec<Fault>) {
    if let Some(row) = row_of(table, number) {
        faults.push(row.fault(key, what));
    }
}

/// Days on which something changes; before the first of them stands `None`, the beginning.
fn edges<T>(rules: &[Placed<T>]) -> Vec<Option<Date>> {
    let from = rules.iter().filter_map(|rule| rule.from);
    let until = rules.iter().filter_map(|rule| rule.until.and_then(|until| until.tomorrow().ok()));
    let days: BTreeSet<Date> = from.chain(until).collect();
    std::iter::once(None).chain(days.into_iter().map(Some)).collect()
}

/// Of rules with the same name that hold together, the one that began last counts: two may not begin on the same day.
pub fn one_at_a_time<T>(table: &Table<'_>, rules: &[Placed<T>], name: impl Fn(&T) -> &str, faults: &mut Vec<Fault>) {
    for (at, rule) in rules.iter().enumerate() {
        let same = |other: &&Placed<T>| other.from == rule.from && name(&other.rule) == name(&rule.rule);
        if let Some(other) = rules[..at].iter().find(same) {
            push(table, rule.row, ("from", What::SameAs(other.row)), faults);
        }
    }
}

/// On every day each level needs more than the one before it, and there is a lowest one.
pub fn levels(table: &Table<'_>, rules: &[Placed<TierLevel>], faults: &mut Vec<Fault>) {
    let before = faults.len();
    one_at_a_time(table, rules, |level| level.name.trim(), faults);
    if faults.len() > before || rules.is_empty() {
        return;
    }
    let mut names: Vec<&str> = Vec::new();
    for level in rules {
        if !names.contains(&level.rule.name.trim()) {
            names.push(level.rule.name.trim());
        }
    }
    let mut told = BTreeSet::new();
    for day in edges(rules) {
        let on = |name: &&str| {
            let holding = rules.iter().filter(|level| level.rule.name.trim() == *name && level.holds(day));
            holding.max_by_key(|level| level.from)
        };
        let standing: Vec<&Placed<TierLevel>> = names.iter().filter_map(on).collect();
        if standing.is_empty() {
            faults.push(table.fault(What::NoLowest));
            return;
        }
        for pair in standing.windows(2) {
            if pair[0].rule.spend >= pair[1].rule.spend && told.insert(pair[1].row) {
                push(table, pair[1].row, ("spend", What::NotHigher(pair[0].row)), faults);
            }
        }
    }
}

/// One multiplier does not hold twice on a day.
pub fn multipliers(table: &Table<'_>, rules: &[Placed<Multiplier>], faults: &mut Vec<Fault>) {
    let days = edges(rules);
    for (at, rule) in rules.iter().enumerate() {
        let same = |other: &&Placed<Multiplier>| {
            let key = |placed: &Placed<Multiplier>| {
                (placed.rule.name.trim().to_owned(), placed.rule.of, placed.rule.is.trim().to_owned())
            };
            key(other) == key(rule) && days.iter().any(|day| other.holds(*day) && rule.holds(*day))
        };
        if let Some(other) = rules[..at].iter().find(same) {
            push(table, rule.row, ("from", What::SameAs(other.row)), faults);
        }
    }
}
