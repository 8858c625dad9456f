//! Counting which items share baskets: for one item at a time, over the baskets that hold it, into an array with a place
//! per partner.
//!
//! A join would build and group every pair of lines; here a pair of lines costs one addition in an array that stays in
//! the cache. Ranges of items are counted in parallel, each with an array of its own, and put together in order.

use std::ops::Range;

use rayon::prelude::*;

use super::Baskets;

/// So many ranges of items, whatever the number of threads: enough to even out the work.
const RANGES: usize = 64;

/// Which partners of an item are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Items with a greater number: every pair once.
    After,
    /// All others: every pair from both ends.
    Both,
}

/// Where an item stands: in which basket, and at which place of it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    basket: u32,
    at: u32,
}

/// The baskets of every item (inverted lists).
pub(super) struct Inverted<'a> {
    baskets: &'a Baskets,
    side: Side,
    starts: Vec<usize>,
    places: Vec<Place>,
    /// Number of additions each item costs.
    work: Vec<usize>,
}

/// A partner's number and the number of baskets with both.
pub(super) type Partner = (u32, u32);

impl<'a> Inverted<'a> {
    pub(super) fn of(baskets: &'a Baskets, side: Side) -> Inverted<'a> {
        let mut starts = Vec::with_capacity(baskets.counts.len() + 1);
        let mut end = 0;
        for count in &baskets.counts {
            starts.push(end);
            end += *count as usize;
        }
        starts.push(end);
        let mut next = starts.clone();
        let mut places = vec![Place::default(); end];
        let mut work = vec![0; baskets.counts.len()];
        for (basket, row) in (0u32..).zip(baskets.rows()) {
            for (at, item) in row.iter().enumerate() {
                let next = &mut next[*item as usize];
                places[*next] = Place { basket, at: at as u32 };
                *next += 1;
                work[*item as usize] += match side {
                    Side::After => row.len() - at - 1,
                    Side::Both => row.len(),
                };
            }
        }
        Inverted { baskets, side, starts, places, work }
    }

    /// What `told` makes of each item and its partners in at least so many baskets (ascending), in the order of the
    /// items. Items without such partners may be left out.
    pub(super) fn each<T, F>(&self, least: u32, told: F) -> Vec<Vec<T>>
    where
        T: Send,
        F: Fn(u32, &[Partner], &mut Vec<T>) + Sync,
    {
        let least = least.max(1);
        let counted = self.ranges().into_par_iter().map(|range| {
            let mut scratch = Scratch::of(self.baskets.counts.len());
            let mut out = Vec::new();
            for item in range {
                // An item in fewer baskets has no partner in as many.
                if self.baskets.counts[item] >= least {
                    self.partners(item, least, &mut scratch);
                    told(item as u32, &scratch.partners[..scratch.met], &mut out);
                }
            }
            out
        });
        counted.collect()
    }

    /// Consecutive ranges of items of about equal work.
    fn ranges(&self) -> Vec<Range<usize>> {
        let share = self.work.iter().sum::<usize>() / RANGES + 1;
        let (mut found, mut start, mut sum) = (Vec::new(), 0, 0);
        for (item, work) in self.work.iter().enumerate() {
            sum += work;
            if sum >= share {
                found.push(start..item + 1);
                (start, sum) = (item + 1, 0);
            }
        }
        found.push(start..self.work.len());
        found
    }

    /// The partners of an item, basket by basket; with [`Side::Both`] the item itself is among them.
    fn rows(&self, item: usize) -> impl Iterator<Item = &[u32]> {
        self.places[self.starts[item]..self.starts[item + 1]].iter().map(|place| {
            let row = self.baskets.row(place.basket as usize);
            match self.side {
                Side::After => &row[place.at as usize + 1..],
                Side::Both => row,
            }
        })
    }

    /// Fills the partners of an item. Where the additions are few against the items, sorting them is cheaper than an
    /// array with a place per item.
    fn partners(&self, item: usize, least: u32, scratch: &mut Scratch) {
        let items = self.baskets.counts.len();
        scratch.met = 0;
        let first = if self.side == Side::After { item + 1 } else { 0 };
        if self.work[item] < (items - first) / 8 {
            scratch.few.clear();
            for row in self.rows(item) {
                scratch.few.extend_from_slice(row);
            }
            scratch.few.sort_unstable();
            let few = std::mem::take(&mut scratch.few);
            for run in few.chunk_by(|one, other| one == other) {
                let count = run.len() as u32;
                scratch.note((run[0], count), count >= least && run[0] as usize != item);
            }
            scratch.few = few;
            return;
        }
        for row in self.rows(item) {
            for partner in row {
                scratch.dense[*partner as usize] += 1;
            }
        }
        // The item itself is among its partners.
        scratch.dense[item] = 0;
        for partner in first..items {
            let count = std::mem::take(&mut scratch.dense[partner]);
            scratch.note((partner as u32, count), count >= least);
        }
    }
}

/// What one range counts in, used again for every item.
struct Scratch {
    /// A place per item, all 0 between two items.
    dense: Vec<u32>,
    few: Vec<u32>,
    /// The first `met` are the partners of the item.
    partners: Vec<Partner>,
    met: usize,
}

impl Scratch {
    fn of(items: usize) -> Scratch {
        Scratch { dense: vec![0; items], few: Vec::new(), partners: vec![(0, 0); items], met: 0 }
    }

    /// Writes every partner and goes on only from the kept ones: which are kept cannot be foreseen, and a branch would
    /// cost more than the writing.
    fn note(&mut self, partner: Partner, kept: bool) {
        self.partners[self.met] = partner;
        self.met += usize::from(kept);
    }
}
