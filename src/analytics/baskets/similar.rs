//! Items that the same people buy: item-item similarity (Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative
//! filtering recommendation algorithms", WWW 2001), on who bought an item at all, not on ratings.
//!
//! With n(i) observations (customers, or days of customers) of item i and n(i, j) of both, the vectors of 0 and 1 have the
//! cosine n(i, j) / √(n(i) · n(j)). Two items that met once in one basket each have cosine 1 and mean little, so it is
//! shrunk by n(i, j) / (n(i, j) + λ) (Bell and Koren, "Improved neighborhood-based collaborative filtering", KDD Cup 2007).

use std::cmp::Ordering;

use super::counting::{Inverted, Partner, Side};
use super::rules::ratio;
use super::{Baskets, Over, Purchases};

/// How similarity is measured, and how much of it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    pub over: Over,
    /// λ, in observations; negative or not a number is the same as 0.
    pub shrinkage: f64,
    /// At least so many observations of both items; 0 is the same as 1.
    pub least: u32,
    /// At most so many neighbours of each item.
    pub neighbours: usize,
    /// Observations of more items than this are left out: somebody who buys everything says nothing about what goes
    /// together, at a cost of the square of the items. 0: none is.
    pub widest: usize,
}

impl Default for Similarity {
    fn default() -> Self {
        Similarity { over: Over::Customers, shrinkage: 10.0, least: 2, neighbours: 50, widest: 2_000 }
    }
}

/// An item next to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    pub item: u32,
    /// Above 0, at most 1.
    pub similarity: f64,
    /// Observations of both.
    pub common: u32,
}

/// The neighbours of all items, the most similar first, then by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbours {
    items: Vec<u32>,
    starts: Vec<usize>,
    list: Vec<Neighbour>,
}

impl Neighbours {
    /// Items that were bought, ascending.
    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// Neighbours of an item; none of an item that nobody bought.
    pub fn of(&self, item: u32) -> &[Neighbour] {
        match self.items.binary_search(&item) {
            Ok(at) => &self.list[self.starts[at]..self.starts[at + 1]],
            Err(_) => &[],
        }
    }
}

/// Finds the neighbours of every item.
///
/// Time: one addition for every ordered pair of items of an observation; room: the neighbours.
pub fn neighbours(purchases: &Purchases, similarity: &Similarity) -> Neighbours {
    let baskets = purchases.baskets(similarity.over, similarity.widest);
    let inverted = Inverted::of(&baskets, Side::Both);
    let found = inverted.each(similarity.least, |item, partners, out: &mut Vec<(u32, Neighbour)>| {
        let near = partners.iter().filter_map(|partner| near(&baskets, item, *partner, similarity));
        let mut near: Vec<Neighbour> = near.collect();
        if similarity.neighbours < near.len() {
            near.select_nth_unstable_by(similarity.neighbours, order);
            near.truncate(similarity.neighbours);
        }
        near.sort_unstable_by(order);
        out.extend(near.into_iter().map(|neighbour| (item, neighbour)));
    });
    let (mut starts, mut list) = (vec![0; baskets.items().len() + 1], Vec::new());
    for (item, neighbour) in found.into_iter().flatten() {
        list.push(neighbour);
        starts[item as usize + 1] = list.len();
    }
    // An item without neighbours ends where the one before it ended.
    for at in 1..starts.len() {
        starts[at] = starts[at].max(starts[at - 1]);
    }
    Neighbours { items: baskets.items().to_vec(), starts, list }
}

/// The partner of an item as a neighbour, unless nothing is left of the similarity.
fn near(baskets: &Baskets, item: u32, (partner, common): Partner, similarity: &Similarity) -> Option<Neighbour> {
    let of = |number: u32| u64::from(baskets.counts[number as usize]);
    // The root of one quotient of whole numbers: 2/√12 and 1/√3 are then the same float, and ties are ties.
    let both = u64::from(common);
    let cosine = ratio(both * both, of(item) * of(partner)).sqrt();
    // `max` also replaces what is not a number.
    let shrunk = cosine * (f64::from(common) / (f64::from(common) + similarity.shrinkage.max(0.0)));
    let neighbour = Neighbour { item: baskets.names[partner as usize], similarity: shrunk, common };
    (shrunk > 0.0).then_some(neighbour)
}

fn order(one: &Neighbour, other: &Neighbour) -> Ordering {
    other.similarity.total_cmp(&one.similarity).then(one.item.cmp(&other.item))
}
