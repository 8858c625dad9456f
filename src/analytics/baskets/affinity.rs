//! Pairs of items in the same basket: how often, and how much more often than if they had nothing to do with each other.
//!
//! With N baskets, n(a) of them with a and n(a, b) with both (Agrawal, Imieliński and Swami, "Mining association rules
//! between sets of items in large databases", SIGMOD 1993; lift as "interest" in Brin, Motwani, Ullman and Tsur, "Dynamic
//! itemset counting and implication rules for market basket data", SIGMOD 1997):
//!
//! - support = n(a, b) / N
//! - confidence a → b = n(a, b) / n(a)
//! - lift = N · n(a, b) / (n(a) · n(b)); 1: independent

use std::cmp::Ordering;

use rayon::prelude::*;

use super::Baskets;
use super::counting::{Inverted, Side};
use super::rules::ratio;

/// Which pairs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Thresholds {
    /// At least so many baskets with both; 0 is the same as 1, for pairs that never met are not listed.
    pub baskets: u32,
    /// Only pairs that are, for one of the two items, among so many with the greatest lift (then the most baskets, then
    /// the smallest id of the partner). Absent: all.
    pub per_item: Option<usize>,
}

/// A pair of items, `a` < `b`, and its measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affinity {
    pub a: u32,
    pub b: u32,
    /// Baskets with both.
    pub baskets: u32,
    /// Share of all baskets, 0 to 1.
    pub support: f64,
    /// Share of the baskets with a that have b too.
    pub confidence_ab: f64,
    /// Share of the baskets with b that have a too.
    pub confidence_ba: f64,
    pub lift: f64,
}

/// Item numbers and the baskets with both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pair {
    a: u32,
    b: u32,
    baskets: u32,
}

/// All kept pairs. There can be millions, so they are held as counts, and the measures are worked out on the way out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affinities {
    total: u32,
    names: Vec<u32>,
    counts: Vec<u32>,
    pairs: Vec<Vec<Pair>>,
}

impl Affinities {
    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.iter().map(Vec::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pairs by `a`, then `b`.
    pub fn iter(&self) -> impl Iterator<Item = Affinity> {
        self.pairs.iter().flatten().map(|pair| self.measured(*pair))
    }

    fn measured(&self, pair: Pair) -> Affinity {
        let both = u64::from(pair.baskets);
        let (of_a, of_b) = (u64::from(self.counts[pair.a as usize]), u64::from(self.counts[pair.b as usize]));
        Affinity {
            a: self.names[pair.a as usize],
            b: self.names[pair.b as usize],
            baskets: pair.baskets,
            support: ratio(both, u64::from(self.total)),
            confidence_ab: ratio(both, of_a),
            confidence_ba: ratio(both, of_b),
            lift: ratio(both * u64::from(self.total), of_a * of_b),
        }
    }

    /// Keeps the best pairs of every item.
    fn keep_best(&mut self, most: usize) {
        let pairs: Vec<Pair> = self.pairs.iter().flatten().copied().collect();
        let mut of_item: Vec<Vec<usize>> = vec![Vec::new(); self.counts.len()];
        for (at, pair) in pairs.iter().enumerate() {
            of_item[pair.a as usize].push(at);
            of_item[pair.b as usize].push(at);
        }
        let best = (0u32..).zip(of_item).collect::<Vec<_>>().into_par_iter().map(|(item, mut own)| {
            if most < own.len() {
                own.select_nth_unstable_by(most, |x, y| self.better(item, pairs[*x], pairs[*y]));
                own.truncate(most);
            }
            own
        });
        let mut kept: Vec<usize> = best.collect::<Vec<_>>().concat();
        kept.sort_unstable();
        kept.dedup();
        self.pairs = vec![kept.into_iter().map(|at| pairs[at]).collect()];
    }

    /// Order of two pairs of one item, the better first. Its lifts are n(a, b) / n(b) times the same number, and are
    /// compared as whole numbers.
    fn better(&self, item: u32, one: Pair, other: Pair) -> Ordering {
        let partner = |pair: Pair| if pair.a == item { pair.b } else { pair.a };
        let (p, q) = (partner(one), partner(other));
        let scaled = |pair: Pair, divisor: u32| u64::from(pair.baskets) * u64::from(self.counts[divisor as usize]);
        let lift = scaled(other, p).cmp(&scaled(one, q));
        lift.then(other.baskets.cmp(&one.baskets)).then(p.cmp(&q))
    }
}

/// Counts all pairs of items that share a basket.
///
/// Time: one addition for every pair of lines of a basket; room: 12 bytes for every kept pair.
pub fn affinities(baskets: &Baskets, thresholds: &Thresholds) -> Affinities {
    let pairs = Inverted::of(baskets, Side::After).each(thresholds.baskets, |a, partners, out| {
        out.extend(partners.iter().map(|(b, count)| Pair { a, b: *b, baskets: *count }));
    });
    let (names, counts) = (baskets.names.clone(), baskets.counts.clone());
    let mut found = Affinities { total: baskets.total(), names, counts, pairs };
    if let Some(most) = thresholds.per_item {
        found.keep_best(most);
    }
    found
}
