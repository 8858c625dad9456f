//! Gamma-Gamma: what somebody spends on a purchase day.
//!
//! Fader and Hardie, ‘The Gamma-Gamma Model of Monetary Value’ (2013). Every purchase is worth a gamma variable with
//! shape p and an own scale, which is a gamma variable over customers (q, v). The mean of few purchases is drawn towards
//! the mean of all customers, that of many stays where it is. Spending must not depend on how often somebody comes.

use rayon::prelude::*;
use statrs::function::gamma::{digamma, ln_gamma};

use super::fitting::{self, Fitted, Likelihood};

const CHUNK: usize = 8_192;

/// Repeat purchase days of one customer and their mean value, in the project's currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spending {
    pub repeats: u32,
    pub mean: f64,
}

/// Parameters p, q, v.
#[derive(Debug, Clone, Copy)]
pub struct SpendingModel {
    pub parameters: [f64; 3],
}

impl SpendingModel {
    /// Value of one purchase day to be expected of the customer: `p (v + x m̄) / (p x + q − 1)`. A mean below zero (more
    /// given back than bought) counts as zero. `None` when customers differ so much that the mean has no end (q ≤ 1 and
    /// nothing known of this one).
    pub fn expected(&self, of: Spending) -> Option<f64> {
        let [p, q, v] = self.parameters;
        let x = f64::from(of.repeats);
        let below = p * x + q - 1.0;
        (below > 0.0).then(|| p * (v + x * of.mean.max(0.0)) / below)
    }
}

/// Fits the model to the customers with at least one repeat day and a mean above zero; `None` when they single out no
/// parameters (all spend the same).
pub fn fit(spendings: &[Spending]) -> Option<Fitted<3>> {
    let mut rows: Vec<(f64, f64)> = spendings
        .iter()
        .filter(|of| of.repeats > 0 && of.mean > 0.0)
        .map(|of| (f64::from(of.repeats), of.mean))
        .collect();
    rows.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let customers = u32::try_from(rows.len()).map_or(f64::MAX, f64::from);
    let typical = rows.iter().map(|(_, mean)| mean).sum::<f64>() / customers;
    if rows.is_empty() || !typical.is_finite() || rows.iter().all(|row| row.1 == rows[0].1) {
        return None;
    }
    fitting::fit(&Sample { rows, customers }, [3.0, 3.0, typical * 2.0 / 3.0])
}

struct Sample {
    rows: Vec<(f64, f64)>,
    customers: f64,
}

impl Sample {
    /// `ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln v + (px−1) ln m̄ + px ln x − (px+q) ln(x m̄ + v)` and its slope, without
    /// the terms in q alone; those of one number of repeats are handed in.
    fn of_customer([p, q, v]: [f64; 3], (x, mean): (f64, f64), of_count: &OfCount) -> (f64, [f64; 3]) {
        let total = x * mean;
        let (ln_total, ln_reach) = (total.ln(), (total + v).ln());
        let value = of_count.value + (p * x - 1.0) * ln_total + x.ln() - (p * x + q) * ln_reach;
        let slope =
            [of_count.by_p + x * (ln_total - ln_reach), of_count.by_q - ln_reach, q / v - (p * x + q) / (total + v)];
        (value, slope)
    }
}

/// What depends on the number of repeats only.
struct OfCount {
    value: f64,
    by_p: f64,
    by_q: f64,
}

impl OfCount {
    fn new([p, q, v]: [f64; 3], x: f64) -> OfCount {
        let (shape, both) = (p * x, p * x + q);
        OfCount {
            value: ln_gamma(both) - ln_gamma(shape) - ln_gamma(q) + q * v.ln(),
            by_p: x * (digamma(both) - digamma(shape)),
            by_q: digamma(both) - digamma(q) + v.ln(),
        }
    }
}

impl Likelihood<3> for Sample {
    fn evaluate(&self, parameters: &[f64; 3]) -> (f64, [f64; 3]) {
        let chunks: Vec<(f64, [f64; 3])> = self
            .rows
            .par_chunks(CHUNK)
            .map(|rows| {
                let mut known: Option<(f64, OfCount)> = None;
                let (mut sum, mut slope) = (0.0, [0.0; 3]);
                for row in rows {
                    // Rows are sorted by their repeats.
                    let (_, of_count) = match known.take() {
                        Some(same) if same.0 == row.0 => known.insert(same),
                        _ => known.insert((row.0, OfCount::new(*parameters, row.0))),
                    };
                    let (value, by) = Sample::of_customer(*parameters, *row, of_count);
                    sum += value;
                    slope.iter_mut().zip(by).for_each(|(part, by)| *part += by);
                }
                (sum, slope)
            })
            .collect();
        chunks.into_iter().fold((0.0, [0.0; 3]), |(sum, slope), (value, by)| {
            (sum + value, std::array::from_fn(|at| slope[at] + by[at]))
        })
    }
    fn customers(&self) -> f64 {
        self.customers
    }
}
