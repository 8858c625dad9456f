//! From links to people: the surest link first, and no chain that joins what is known to be apart.

use std::collections::HashSet;

use super::blocking::{Pair, pair};
use super::compare::{Pattern, compare};
use super::records::Records;
use super::schema::Schema;
use super::union_find::UnionFind;
use super::weights::Parameters;

/// What clusters are built from.
pub struct Ground<'a> {
    pub schema: &'a Schema,
    pub records: &'a Records,
    pub parameters: &'a Parameters,
    /// log2 of the odds of the prior.
    pub prior: f64,
    /// Pairs a person said are one, and are two.
    pub same: &'a [Pair],
    pub different: &'a HashSet<Pair>,
}

/// A link that may join two clusters.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub a: u32,
    pub b: u32,
}

/// Why a link was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Somebody said that two of the records are different people.
    Override,
    /// Two of the records contradict each other.
    Contradiction,
    /// Too few of the pairs that would come together look alike.
    Chain,
}

/// Of the pairs that a join brings together, so many must be likelier than not to be one person.
const COHESION: f64 = 0.3;
/// Pairs looked at for one join.
const MOST_PAIRS: usize = 20_000;

/// Joins the edges, which stand in order of falling probability; tells for each whether it was followed.
pub fn join(ground: &Ground<'_>, edges: &[Edge]) -> (UnionFind, Vec<Option<Refused>>) {
    let mut sets = UnionFind::new(ground.records.len());
    for same in ground.same {
        let (a, b) = super::blocking::split(*same);
        sets.join(a, b);
    }
    let said: HashSet<u32> =
        ground.different.iter().flat_map(|both| <[u32; 2]>::from(super::blocking::split(*both))).collect();
    let verdicts = edges
        .iter()
        .map(|edge| {
            let (a, b) = (sets.find(edge.a), sets.find(edge.b));
            if a == b {
                return None;
            }
            let (left, right) = (sets.members(a), sets.members(b));
            let refused = refusal(ground, &left, &right, &said);
            if refused.is_none() {
                sets.join(a, b);
            }
            refused
        })
        .collect();
    (sets, verdicts)
}

fn refusal(ground: &Ground<'_>, left: &[u32], right: &[u32], said: &HashSet<u32>) -> Option<Refused> {
    if left.iter().any(|a| said.contains(a)) && right.iter().any(|b| said.contains(b)) {
        let apart = left.iter().any(|a| right.iter().any(|b| ground.different.contains(&pair(*a, *b))));
        if apart {
            return Some(Refused::Override);
        }
    }
    let mut seen = 0_usize;
    let mut alike = 0_usize;
    for a in left {
        for b in right {
            if seen >= MOST_PAIRS {
                break;
            }
            let pattern = compare(&ground.schema.columns, ground.records, *a, *b);
            if pattern.any(&ground.schema.contradictions).is_some() {
                return Some(Refused::Contradiction);
            }
            seen += 1;
            alike += usize::from(likely(ground, (*a, pattern)));
        }
    }
    (seen > 1 && (alike as f64) < COHESION * seen as f64).then_some(Refused::Chain)
}

fn likely(ground: &Ground<'_>, pair: (u32, Pattern)) -> bool {
    if pair.1.any(&ground.schema.certain).is_some() {
        return true;
    }
    if pair.1.any(&ground.schema.held).is_some() {
        return false;
    }
    let weight: f64 = ground.parameters.weights(&ground.schema.columns, ground.records, pair).sum();
    weight + ground.prior > 0.0
}
