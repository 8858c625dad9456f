//! Who bought what on which day: the input of similarity, recommendation and replenishment.

use super::Baskets;

/// An item and the day it was bought, counted from any day zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) item: u32,
    pub(super) day: i32,
}

/// Distinct (customer, item, day), row after row: one row per customer, in it by item, then day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purchases {
    customers: Vec<u32>,
    starts: Vec<usize>,
    lines: Vec<Line>,
}

/// What counts as one observation of items that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Everything a customer ever bought.
    #[default]
    Customers,
    /// What a customer bought on one day.
    Days,
}

/// The purchases of one customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct History<'a> {
    pub(super) customer: u32,
    pub(super) lines: &'a [Line],
}

impl<'a> History<'a> {
    /// Lines of each item, items ascending.
    pub(super) fn by_item(self) -> impl Iterator<Item = &'a [Line]> {
        self.lines.chunk_by(|one, other| one.item == other.item)
    }

    /// Distinct items, ascending.
    pub(super) fn items(self) -> impl Iterator<Item = u32> {
        self.by_item().map(|lines| lines[0].item)
    }

    pub(super) fn bought(self, item: u32) -> bool {
        self.lines.binary_search_by_key(&item, |line| line.item).is_ok()
    }
}

impl Purchases {
    /// Takes (customer, day, item) in any order. What comes twice counts once: two of an item on one day are one purchase.
    pub fn of(rows: impl IntoIterator<Item = (u32, i32, u32)>) -> Purchases {
        let mut rows: Vec<(u32, u32, i32)> =
            rows.into_iter().map(|(customer, day, item)| (customer, item, day)).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut found = Purchases::default();
        for (customer, item, day) in rows {
            if found.customers.last() != Some(&customer) {
                found.customers.push(customer);
                found.starts.push(found.lines.len());
            }
            found.lines.push(Line { item, day });
        }
        found.starts.push(found.lines.len());
        found
    }

    /// Number of customers.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Customers, ascending.
    pub fn customers(&self) -> &[u32] {
        &self.customers
    }

    /// What was bought before a day, and what on it and after.
    pub fn split(&self, day: i32) -> (Purchases, Purchases) {
        let part = |before: bool| {
            let lines =
                self.histories().flat_map(|history| history.lines.iter().map(move |line| (history.customer, *line)));
            let lines = lines.filter(|(_, line)| (line.day < day) == before);
            Purchases::of(lines.map(|(customer, line)| (customer, line.day, line.item)))
        };
        (part(true), part(false))
    }

    pub(super) fn histories(&self) -> impl Iterator<Item = History<'_>> {
        (0..self.len()).map(|at| self.history(at))
    }

    /// The customer at a place below [`Purchases::len`].
    pub(super) fn history(&self, at: usize) -> History<'_> {
        History { customer: self.customers[at], lines: &self.lines[self.starts[at]..self.starts[at + 1]] }
    }

    pub(super) fn history_of(&self, customer: u32) -> Option<History<'_>> {
        self.customers.binary_search(&customer).ok().map(|at| self.history(at))
    }

    /// The observations as baskets; those with more than `widest` items are left out (0: none is).
    pub(super) fn baskets(&self, over: Over, widest: usize) -> Baskets {
        let narrow = |items: usize| widest == 0 || items <= widest;
        match over {
            Over::Customers => {
                let histories = self.histories().filter(|history| narrow(history.items().count()));
                Baskets::of(histories.flat_map(|history| history.items().map(move |item| (history.customer, item))))
            }
            Over::Days => {
                let mut pairs = Vec::new();
                let mut day_number = 0u32;
                for history in self.histories() {
                    let mut lines = history.lines.to_vec();
                    lines.sort_unstable_by_key(|line| (line.day, line.item));
                    for day in lines.chunk_by(|one, other| one.day == other.day) {
                        if narrow(day.len()) {
                            pairs.extend(day.iter().map(|line| (day_number, line.item)));
                            day_number = day_number.saturating_add(1);
                        }
                    }
                }
                Baskets::of(pairs)
            }
        }
    }
}
