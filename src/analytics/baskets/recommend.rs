//! What to offer a customer next: what is due again in front, then what goes with what they have (Sarwar et al. 2001: the
//! score of an item is the sum of its similarities to the customer's own items).

use std::collections::HashSet;

use rayon::prelude::*;

use super::purchases::History;
use super::replenish::{Due, Replenishment, all_due};
use super::{Neighbours, Purchases};

/// What must not be offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// Items that nobody needs twice: excluded for those who bought them.
    pub durables: HashSet<u32>,
    /// Items that cannot be sold now.
    pub unavailable: HashSet<u32>,
    /// (customer, item): given back. The item is not offered to them again, and is no reason to offer another.
    pub refunded: HashSet<(u32, u32)>,
}

/// The list that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// At most so many items.
    pub n: usize,
    /// Only items the customer has never bought; then nothing is replenished.
    pub new_only: bool,
    /// Absent: no replenishment.
    pub replenish: Option<Replenishment>,
}

impl Default for Wish {
    fn default() -> Self {
        Wish { n: 10, new_only: false, replenish: Some(Replenishment::default()) }
    }
}

/// Why an item is offered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// Bought regularly, and due.
    Replenish(Due),
    /// The customer's own item that it is most similar to (of equal ones the smallest id).
    Similar { source: u32, similarity: f64 },
}

/// One place of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommendation {
    pub item: u32,
    /// 1, 2, 3 …
    pub rank: u32,
    /// Of the due: how late, in intervals; of the similar: the sum of similarities. The two are not comparable.
    pub score: f64,
    pub reason: Reason,
}

/// Makes lists of recommendations.
#[derive(Debug, Clone, Copy)]
pub struct Recommender<'a> {
    pub neighbours: &'a Neighbours,
    pub exclusions: &'a Exclusions,
    pub wish: Wish,
}

impl Exclusions {
    /// Whether an item may be offered to a customer with this history.
    pub(super) fn allow(&self, history: &History<'_>, item: u32, new_only: bool) -> bool {
        let barred = self.unavailable.contains(&item) || self.refunded.contains(&(history.customer, item));
        let once = new_only || self.durables.contains(&item);
        !(barred || once && history.bought(item))
    }
}

impl Recommender<'_> {
    /// The list of every customer, customers ascending; a list may be empty.
    pub fn lists(&self, purchases: &Purchases, today: i32) -> Vec<(u32, Vec<Recommendation>)> {
        let places = (0..purchases.len()).into_par_iter();
        let lists = places.map(|at| {
            let history = purchases.history(at);
            (history.customer, self.of_history(&history, today))
        });
        lists.collect()
    }

    /// The list of one customer; empty for one who bought nothing.
    pub fn list(&self, purchases: &Purchases, customer: u32, today: i32) -> Vec<Recommendation> {
        purchases.history_of(customer).map_or_else(Vec::new, |history| self.of_history(&history, today))
    }

    fn of_history(&self, history: &History<'_>, today: i32) -> Vec<Recommendation> {
        let mut list = self.due(history, today);
        let due: HashSet<u32> = list.iter().map(|offer| offer.item).collect();
        let similar = self.similar(history).into_iter().filter(|offer| !due.contains(&offer.item));
        list.extend(similar);
        list.truncate(self.wish.n);
        for (rank, offer) in (1u32..).zip(&mut list) {
            offer.rank = rank;
        }
        list
    }

    /// What is due again, in front.
    fn due(&self, history: &History<'_>, today: i32) -> Vec<Recommendation> {
        let Some(wanted) = &self.wish.replenish else { return Vec::new() };
        let allowed =
            history.by_item().filter(|lines| self.exclusions.allow(history, lines[0].item, self.wish.new_only));
        let offers = all_due(allowed, today, wanted).into_iter().take(wanted.places);
        offers.map(|(item, due)| offer(item, due.score, Reason::Replenish(due))).collect()
    }

    /// All candidates from the neighbours of the customer's items, the best first, then by id.
    fn similar(&self, history: &History<'_>) -> Vec<Recommendation> {
        let mut votes: Vec<(u32, f64, u32)> = Vec::new();
        for source in history.items().filter(|item| !self.exclusions.refunded.contains(&(history.customer, *item))) {
            let near = self.neighbours.of(source).iter();
            votes.extend(near.map(|neighbour| (neighbour.item, neighbour.similarity, source)));
        }
        // The strongest first: it is the reason, and the same similarities give the same sum whatever item they are of.
        votes.sort_unstable_by(|x, y| x.0.cmp(&y.0).then(y.1.total_cmp(&x.1)).then(x.2.cmp(&y.2)));
        let candidates = votes.chunk_by(|x, y| x.0 == y.0);
        let allowed = candidates.filter(|votes| self.exclusions.allow(history, votes[0].0, self.wish.new_only));
        let mut offers: Vec<Recommendation> = allowed
            .map(|votes| {
                let (item, similarity, source) = votes[0];
                let score = votes.iter().map(|(_, similarity, _)| similarity).sum();
                offer(item, score, Reason::Similar { source, similarity })
            })
            .collect();
        offers.sort_by(|x, y| grid(y.score).total_cmp(&grid(x.score)).then(x.item.cmp(&y.item)));
        offers
    }
}

/// A score to twelve decimals: sums that are equal but were reached from different similarities are ties.
fn grid(score: f64) -> f64 {
    (score * 1e12).round()
}

/// An offer that has no place yet.
fn offer(item: u32, score: f64, reason: Reason) -> Recommendation {
    Recommendation { item, rank: 0, score, reason }
}
