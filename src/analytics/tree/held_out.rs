//! How far to trust a tree: it is asked about rows that it has not seen.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Unusable;
use super::cart::{Limits, grow, most};
use super::table::Table;

/// The standard normal quantile of .975, for intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// How to hold rows out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    /// The share of rows that the tree does not see, between 0 and 1; rounded to whole rows, and at least one is held out
    /// and one is learnt from.
    pub share: f64,
    pub seed: u64,
}

impl Default for Holding {
    fn default() -> Holding {
        Holding { share: 0.3, seed: 0 }
    }
}

/// How a tree did on rows that it has not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Rows learnt from.
    pub learnt: usize,
    /// Rows held out.
    pub held_out: usize,
    /// Rows held out whose class was predicted.
    pub hits: usize,
    /// `hits` as a share of the rows held out.
    pub accuracy: f64,
    /// Where the accuracy lies with 95 % confidence, by [`wilson`].
    pub interval: (f64, f64),
    /// The accuracy of always saying the most frequent class of the rows learnt from. A tree that is no better knows nothing.
    pub baseline: f64,
    /// Rows held out, by their class and, within, by the predicted one.
    pub confusion: Vec<Vec<usize>>,
}

/// Grows a tree on some rows and counts how often it is right about the others. Rows are drawn by the seed, each as likely
/// as any other, without regard to classes.
///
/// Errors: fewer than two rows, a depth that [`grow`] refuses.
pub fn held_out(table: Table<'_>, limits: Limits, holding: Holding) -> Result<HeldOut, Unusable> {
    let (learnt, held) = divided(table.rows(), holding)?;
    let (columns, classes) = part(&table, &learnt);
    let training = Table { columns: &columns, classes: &classes, ..table };
    let tree = grow(training, limits)?;
    let usual = most(&training.counts());
    let (columns, truth) = part(&table, &held);
    Ok(compared((&truth, &tree.predict(&columns, truth.len())), usual, (table.class_count, learnt.len())))
}

/// Rows to learn from and rows to hold out, both ascending.
fn divided(rows: usize, holding: Holding) -> Result<(Vec<usize>, Vec<usize>), Unusable> {
    if rows < 2 {
        return Err(Unusable::TooFewRows);
    }
    // A share that is no number becomes 0 here, and then one row.
    let wanted = ((rows as f64 * holding.share).round() as usize).clamp(1, rows - 1);
    let mut rng = ChaCha8Rng::seed_from_u64(holding.seed);
    let mut numbers: Vec<usize> = (0..rows).collect();
    for at in 0..wanted {
        numbers.swap(at, rng.random_range(at..rows));
    }
    let mut learnt = numbers.split_off(wanted);
    learnt.sort_unstable();
    numbers.sort_unstable();
    Ok((learnt, numbers))
}

fn part(table: &Table<'_>, rows: &[usize]) -> (Vec<Vec<f64>>, Vec<usize>) {
    let column = |column: &Vec<f64>| rows.iter().map(|row| column[*row]).collect();
    (table.columns.iter().map(column).collect(), rows.iter().map(|row| table.classes[*row]).collect())
}

/// True classes against predicted ones; `usual` is the class that the baseline always says.
pub(super) fn compared(
    (truth, predicted): (&[usize], &[usize]),
    usual: usize,
    (classes, learnt): (usize, usize),
) -> HeldOut {
    let mut confusion = vec![vec![0; classes]; classes];
    for (truth, predicted) in truth.iter().zip(predicted) {
        confusion[*truth][*predicted] += 1;
    }
    let hits = (0..classes).map(|class| confusion[class][class]).sum();
    let share = |part: usize| part as f64 / truth.len().max(1) as f64;
    HeldOut {
        learnt,
        held_out: truth.len(),
        hits,
        accuracy: share(hits),
        interval: wilson(hits, truth.len()),
        baseline: share(truth.iter().filter(|class| **class == usual).count()),
        confusion,
    }
}

/// The 95 % score interval of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference",
/// JASA 22): with p = hits / of and z = 1.96,
/// `(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)`. From 0 to 1 if there is nothing to go by.
pub fn wilson(hits: usize, of: usize) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (hits, n, square) = (hits.min(of) as f64, of as f64, Z * Z);
    let middle = (hits + square / 2.0) / (n + square);
    let half = Z * (hits * (n - hits) / n + square / 4.0).sqrt() / (n + square);
    // At either end the bound is exact, but for rounding.
    let lower = if hits == 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let upper = if hits == n { 1.0 } else { (middle + half).min(1.0) };
    (lower, upper)
}
