//! What is bought together, and what comes next: pairs, rules, similar items, recommendations and how often they hit.
//!
//! Everything here is a pure function of ids, days and limits. Ids may be any `u32`: inside they are numbered densely in
//! their own order, so that nothing is allocated by an id, and order by number is order by id. Results do not depend on
//! the order of the input nor on the number of threads.

use rayon::prelude::*;

mod affinity;
mod counting;
mod fp_growth;
mod hit_rate;
mod interval;
mod native;
mod native_offers;
mod purchases;
mod recommend;
mod replenish;
mod rules;
mod similar;

pub use affinity::{Affinities, Affinity, Thresholds, affinities};
pub use fp_growth::{ItemSet, ItemSets, Mining, TooMany, frequent};
pub use hit_rate::{HitRates, Trial, hit_rates};
pub use interval::{Paired, Share};
pub use native::{BasketRules, ProductAffinity};
pub use native_offers::{RecommendationQuality, Recommendations};
pub use purchases::{Over, Purchases};
pub use recommend::{Exclusions, Reason, Recommendation, Recommender, Wish};
pub use replenish::{Due, Replenishment, due};
pub use rules::{Measures, Rule, RuleLimits, least_count, rules};
pub use similar::{Neighbour, Neighbours, Similarity, neighbours};

#[cfg(test)]
mod affinity_tests;
#[cfg(test)]
mod hit_rate_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod recommend_tests;
#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod support;

/// Baskets of distinct items, row after row (compressed sparse rows).
///
/// `starts` has one place more than there are baskets; the items of basket `at` are `lines[starts[at]..starts[at + 1]]`,
/// as numbers into `names`, ascending and distinct.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baskets {
    ids: Vec<u32>,
    starts: Vec<usize>,
    lines: Vec<u32>,
    names: Vec<u32>,
    counts: Vec<u32>,
}

impl Baskets {
    /// Builds the baskets from pairs (basket id, item id), in any order; ascending basket ids save the sorting. A pair that
    /// comes twice counts once. A basket without items cannot be told from none and is not counted.
    pub fn of(pairs: impl IntoIterator<Item = (u32, u32)>) -> Baskets {
        let mut packed: Vec<u64> = pairs.into_iter().map(|(basket, item)| pack(basket, item)).collect();
        sort(&mut packed);
        packed.dedup();
        let numbering = Numbering::of(&packed);
        let lines: Vec<u32> = packed.par_iter().map(|pair| numbering.number(item_of(*pair))).collect();
        let (mut ids, mut starts) = (Vec::new(), Vec::new());
        for (at, pair) in packed.iter().enumerate() {
            let basket = basket_of(*pair);
            if ids.last() != Some(&basket) {
                ids.push(basket);
                starts.push(at);
            }
        }
        starts.push(packed.len());
        let mut counts = vec![0; numbering.names.len()];
        for number in &lines {
            counts[*number as usize] += 1;
        }
        Baskets { ids, starts, lines, names: numbering.names, counts }
    }

    /// Number of baskets.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Ids of the baskets, ascending.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Ids of all items in any basket, ascending.
    pub fn items(&self) -> &[u32] {
        &self.names
    }

    /// Number of baskets with each item, in the order of [`Baskets::items`].
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Item ids of the basket at a place, ascending; nothing beyond the last basket.
    pub fn basket(&self, at: usize) -> impl Iterator<Item = u32> {
        self.row(at).iter().map(|number| self.names[*number as usize])
    }

    /// Item numbers of the basket at a place, ascending.
    fn row(&self, at: usize) -> &[u32] {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => &self.lines[*start..*end],
            _ => &[],
        }
    }

    /// All rows, one after the other.
    fn rows(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.lines[ends[0]..ends[1]])
    }

    /// Number of baskets as a divisor. There are as many basket ids as a `u32` has values, so at most one is lost.
    fn total(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }
}

/// One word per pair sorts faster than two numbers, in the same order.
fn pack(basket: u32, item: u32) -> u64 {
    u64::from(basket) << 32 | u64::from(item)
}

fn basket_of(packed: u64) -> u32 {
    (packed >> 32) as u32
}

fn item_of(packed: u64) -> u32 {
    (packed & u64::from(u32::MAX)) as u32
}

/// Sorts pairs. Where the baskets are in order already, only each of them has to be.
fn sort(packed: &mut [u64]) {
    if !packed.is_sorted_by_key(|pair| basket_of(*pair)) {
        packed.par_sort_unstable();
    } else if !packed.is_sorted() {
        packed.par_chunk_by_mut(|one, other| basket_of(*one) == basket_of(*other)).for_each(<[u64]>::sort_unstable);
    }
}

/// Items are numbered by their place in the ascending list of distinct ids.
struct Numbering {
    names: Vec<u32>,
    /// The number of each id, where ids are small enough for a table.
    table: Option<Vec<u32>>,
}

impl Numbering {
    /// A table is used where it takes no more room than a few times the pairs; sparse ids are searched instead.
    fn of(packed: &[u64]) -> Numbering {
        let greatest = packed.iter().map(|pair| item_of(*pair)).max().map_or(0, |id| id as usize);
        if greatest / 4 > packed.len() {
            let mut names: Vec<u32> = packed.iter().map(|pair| item_of(*pair)).collect();
            names.par_sort_unstable();
            names.dedup();
            return Numbering { names, table: None };
        }
        let mut table = vec![0; if packed.is_empty() { 0 } else { greatest + 1 }];
        for pair in packed {
            table[item_of(*pair) as usize] = 1;
        }
        let mut names = Vec::new();
        for (id, place) in (0u32..).zip(table.iter_mut()) {
            if *place == 1 {
                *place = names.len() as u32;
                names.push(id);
            }
        }
        Numbering { names, table: Some(table) }
    }

    /// Only asked for ids that were numbered.
    fn number(&self, id: u32) -> u32 {
        match &self.table {
            Some(table) => table[id as usize],
            None => self.names.partition_point(|name| *name < id) as u32,
        }
    }
}
