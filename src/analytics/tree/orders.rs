//! The rows in the order of each column. They are sorted once; a split only deals them out, which keeps their order.

use std::ops::Range;

use super::table::Table;

/// For each column, all rows by ascending value. The rows of a node stand together, at the same place in every column.
pub(super) struct Orders {
    columns: Vec<Vec<u32>>,
    /// For each row: whether it goes left in the split at hand.
    left: Vec<bool>,
    scratch: Vec<u32>,
}

impl Orders {
    /// Sorts; rows of equal values stay in their order. At most 2³² rows, which a [`Table`] guarantees.
    pub fn of(table: &Table<'_>) -> Orders {
        let sorted = |column: &Vec<f64>| {
            // Keys beside the rows: sorting row numbers alone would look up a value far away for each comparison.
            let mut keys: Vec<(u64, u32)> = column.iter().map(|value| key(*value)).zip(0u32..).collect();
            keys.sort_unstable();
            keys.into_iter().map(|(_, row)| row).collect()
        };
        let columns = table.columns.iter().map(sorted).collect();
        Orders { columns, left: vec![false; table.rows()], scratch: Vec::new() }
    }

    /// The rows of a node by ascending value of a column.
    pub fn rows(&self, column: usize, node: &Range<usize>) -> &[u32] {
        self.columns.get(column).and_then(|order| order.get(node.clone())).unwrap_or_default()
    }

    /// Deals out the rows of a node: the first `lefts` rows in the order of `by` to the left.
    pub fn deal(&mut self, node: &Range<usize>, by: usize, lefts: usize) {
        let Some(order) = self.columns.get(by).and_then(|order| order.get(node.clone())) else { return };
        for (at, row) in order.iter().enumerate() {
            self.left[*row as usize] = at < lefts;
        }
        for (at, order) in self.columns.iter_mut().enumerate() {
            // The column of the split is in order on both sides as it is.
            if at == by {
                continue;
            }
            let order = &mut order[node.clone()];
            self.scratch.clear();
            let mut place = 0;
            for from in 0..order.len() {
                let row = order[from];
                if self.left[row as usize] {
                    order[place] = row;
                    place += 1;
                } else {
                    self.scratch.push(row);
                }
            }
            order[place..].copy_from_slice(&self.scratch);
        }
    }
}

/// An integer that sorts as the number does; minus zero before zero, which no threshold can tell apart.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    let sign = 1 << 63;
    if bits & sign == 0 { bits | sign } else { !bits }
}
