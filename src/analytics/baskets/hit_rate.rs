//! How often recommendations hit, against the simplest list there is: the best sellers.
//!
//! Purchases are split at a day. Everything is trained on what came before it. For every customer with purchases on both
//! sides the list is made as it would have been made on that day, and hits when they bought at least one of its items
//! from that day on: hit-rate@n (Deshpande and Karypis, "Item-based top-N recommendation algorithms", ACM TOIS 22, 2004,
//! there with one held-out item for each customer).

use rayon::prelude::*;

use super::purchases::History;
use super::{Exclusions, Neighbours, Over, Paired, Purchases, Recommender, Share, Similarity, Wish, neighbours};

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    pub purchases: &'a Purchases,
    /// The first day that the lists know nothing of, and the day they are made for.
    pub day: i32,
    pub similarity: Similarity,
    /// With `new_only` the lists hold, and hit, only items the customer had not bought before; customers who bought
    /// nothing new are left out.
    pub wish: Wish,
    /// As they were known on the day: a refund that came later would tell what was bought.
    pub exclusions: &'a Exclusions,
}

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HitRates {
    pub recommended: Share,
    /// Items most customers bought before the day (of equal ones the smallest id), under the same exclusions.
    pub best_sellers: Share,
    /// Recommended less best sellers.
    pub difference: Paired,
}

/// Tries the recommendations. Absent when no customer can be tried.
pub fn hit_rates(trial: &Trial<'_>) -> Option<HitRates> {
    let (before, after) = trial.purchases.split(trial.day);
    let near = neighbours(&before, &trial.similarity);
    let ranked = best_sellers(&before);
    let tried = (0..before.len()).into_par_iter().filter_map(|at| {
        let history = before.history(at);
        let bought = trial.bought(&history, &after)?;
        Some(trial.hits(&near, &ranked, (&before, &history), &bought))
    });
    let tried: Vec<(bool, bool)> = tried.collect();
    let count = |hit: fn(&(bool, bool)) -> bool| {
        u32::try_from(tried.iter().filter(|pair| hit(pair)).count()).unwrap_or(u32::MAX)
    };
    let of = count(|_| true);
    Some(HitRates {
        recommended: Share::of(count(|hit| hit.0), of)?,
        best_sellers: Share::of(count(|hit| hit.1), of)?,
        difference: Paired::of(count(|hit| hit.0 && !hit.1), count(|hit| !hit.0 && hit.1), of)?,
    })
}

impl Trial<'_> {
    /// What a customer bought from the day on, ascending; absent when there is nothing to hit.
    fn bought(&self, history: &History<'_>, after: &Purchases) -> Option<Vec<u32>> {
        let later = after.history_of(history.customer)?;
        let counted = later.items().filter(|item| !self.wish.new_only || !history.bought(*item));
        let bought: Vec<u32> = counted.collect();
        (!bought.is_empty()).then_some(bought)
    }

    /// Whether the recommendations hit, and whether the best sellers do.
    fn hits(
        &self,
        near: &Neighbours,
        ranked: &[u32],
        (before, history): (&Purchases, &History<'_>),
        bought: &[u32],
    ) -> (bool, bool) {
        let hit = |item: u32| bought.binary_search(&item).is_ok();
        let recommender = Recommender { neighbours: near, exclusions: self.exclusions, wish: self.wish };
        let list = recommender.list(before, history.customer, self.day);
        let allowed = ranked.iter().filter(|item| self.exclusions.allow(history, **item, self.wish.new_only));
        let best_seller = allowed.take(self.wish.n).any(|item| hit(*item));
        (list.iter().any(|offer| hit(offer.item)), best_seller)
    }
}

/// Items by the number of their customers.
fn best_sellers(purchases: &Purchases) -> Vec<u32> {
    let baskets = purchases.baskets(Over::Customers, 0);
    let mut ranked: Vec<(u32, u32)> = baskets.counts().iter().copied().zip(baskets.items().iter().copied()).collect();
    ranked.sort_by_key(|(customers, item)| (std::cmp::Reverse(*customers), *item));
    ranked.into_iter().map(|(_, item)| item).collect()
}
