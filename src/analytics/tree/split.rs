//! The best split of a node: every column, every threshold between two neighbouring values.

use std::ops::Range;

use super::orders::Orders;
use super::table::Table;

/// A split that is as good as another to this share of it is no better. Rounding differs with the order of additions, and
/// the choice between equally good splits must not depend on it.
const EQUAL: f64 = 1e-12;

/// Where to split a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best {
    pub feature: usize,
    /// Rows at or below it go left.
    pub threshold: f64,
    /// How many rows go left.
    pub lefts: usize,
    /// What is made as large as possible, see [`best`].
    score: f64,
}

/// Room for the counts of both sides.
struct Sides {
    left: Vec<u64>,
    right: Vec<u64>,
}

/// The split with the lowest Gini impurity, weighted by rows; of equal ones the first column's, there the lowest
/// threshold. None, if no column has two values with `least` rows on either side.
///
/// With n rows on a side and n_c of them of class c, the weighted impurity is n·(1 − Σ(n_c/n)²) = n − Σn_c²/n, summed over
/// both sides (Breiman, Friedman, Olshen and Stone 1984, section 4.3). The n of both sides sum to the same for every
/// split, so the best one has the largest Σn_c²/n. The sums are integers, kept up to date row by row.
pub(super) fn best(table: &Table<'_>, orders: &Orders, node: &Range<usize>, wants: (&[usize], usize)) -> Option<Best> {
    let (counts, least) = wants;
    let mut sides = Sides { left: vec![0; counts.len()], right: vec![0; counts.len()] };
    let mut best: Option<Best> = None;
    for (feature, column) in table.columns.iter().enumerate() {
        sides.left.fill(0);
        sides.right.iter_mut().zip(counts).for_each(|(right, count)| *right = *count as u64);
        let rows = orders.rows(feature, node);
        // A constant column is common and costs a look.
        let ends = rows.first().zip(rows.last()).map(|(a, b)| (column[*a as usize], column[*b as usize]));
        if ends.is_some_and(|(lowest, highest)| lowest < highest) {
            along((feature, column, rows), (table.classes, least.max(1)), &mut sides, &mut best);
        }
    }
    best
}

/// All thresholds of one column: rows go over from the right to the left one by one.
fn along(
    (feature, column, rows): (usize, &[f64], &[u32]),
    (classes, least): (&[usize], usize),
    sides: &mut Sides,
    best: &mut Option<Best>,
) {
    let (mut left_squares, mut right_squares) = (0u64, sides.right.iter().map(|count| count * count).sum::<u64>());
    let mut value = rows.first().map_or(0.0, |row| column[*row as usize]);
    for (before, pair) in rows.windows(2).enumerate() {
        let (lefts, class) = (before + 1, classes[pair[0] as usize]);
        let (left, right) = (&mut sides.left[class], &mut sides.right[class]);
        left_squares += 2 * *left + 1;
        right_squares -= 2 * *right - 1;
        *left += 1;
        *right -= 1;
        let below = value;
        value = column[pair[1] as usize];
        let rights = rows.len() - lefts;
        if value <= below || lefts < least || rights < least {
            continue;
        }
        let score = left_squares as f64 / lefts as f64 + right_squares as f64 / rights as f64;
        if best.as_ref().is_none_or(|best| score > best.score * (1.0 + EQUAL)) {
            *best = Some(Best { feature, threshold: between(below, value), lefts, score });
        }
    }
}

/// The middle of two neighbouring values, as in scikit-learn. Halves are added, because the sum could overflow; where
/// there is no number in between, the lower one does the same.
fn between(below: f64, above: f64) -> f64 {
    let middle = below / 2.0 + above / 2.0;
    if (below..above).contains(&middle) { middle } else { below }
}
