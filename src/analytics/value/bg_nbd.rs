//! BG/NBD and MBG/NBD: how often somebody buys, and whether they still do.
//!
//! Fader, Hardie and Lee, ‘"Counting Your Customers" the Easy Way’, Marketing Science 24 (2005); Batislam, Denizel and
//! Filiztekin, ‘Empirical validation and comparison of models for customer base analysis’, IJRM 24 (2007). In both a
//! customer buys at an own rate (gamma over customers) until they stop, with an own chance (beta over customers) after
//! every purchase. BG/NBD lets nobody stop after the first one, so that it calls every one-time buyer alive; MBG/NBD does.

use rayon::prelude::*;
use statrs::function::gamma::{digamma, ln_gamma};

use super::fitting::{self, Fitted, Likelihood};
use super::hypergeometric::expectation_numerator;

/// Rows summed by one worker at a time: sums do not depend on the number of threads.
const CHUNK: usize = 8_192;

/// What one customer did: weeks since the first purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// Purchase days after the first one.
    pub repeats: u32,
    /// From the first to the last purchase day, weeks.
    pub last: f64,
    /// From the first purchase day to the reference day, weeks.
    pub age: f64,
}

/// Which of the two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    BgNbd,
    MbgNbd,
}

/// Parameters r, alpha (weeks), a, b.
pub type Parameters = [f64; 4];

/// A model with its parameters.
#[derive(Debug, Clone, Copy)]
pub struct PurchaseModel {
    pub kind: Kind,
    pub parameters: Parameters,
}

impl PurchaseModel {
    /// Probability that the customer has not stopped, 0 to 1.
    pub fn p_alive(&self, of: &History) -> f64 {
        1.0 / (1.0 + self.log_odds(of).exp())
    }

    /// Logarithm of the odds of having stopped: `a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)`; MBG/NBD has `b+x`.
    fn log_odds(&self, of: &History) -> f64 {
        let [r, alpha, a, b] = self.parameters;
        let x = f64::from(of.repeats);
        let chances = match self.kind {
            Kind::BgNbd if of.repeats == 0 => return f64::NEG_INFINITY,
            Kind::BgNbd => b + x - 1.0,
            Kind::MbgNbd => b + x,
        };
        a.ln() - chances.ln() + (r + x) * ((alpha + of.age) / (alpha + of.last)).ln()
    }

    /// Purchase days to be expected of the customer in the next `weeks` (equation 10 of Fader, Hardie and Lee 2005):
    /// what somebody alive would buy, times the probability of being alive. BG/NBD only.
    pub fn expected(&self, of: &History, weeks: f64) -> f64 {
        self.if_alive(of.repeats, of.age, weeks) * self.p_alive(of)
    }

    /// The same for somebody known to be alive. It does not depend on the last purchase, so it is worked out once for
    /// all customers with the same `repeats` and `age`.
    pub fn if_alive(&self, repeats: u32, age: f64, weeks: f64) -> f64 {
        let [r, alpha, a, b] = self.parameters;
        expectation_numerator((r, a, b), f64::from(repeats), weeks / (alpha + age + weeks))
    }

    /// Repeat purchases to be expected of a new customer within `weeks` of the first purchase (equation 9).
    pub fn expected_of_new(&self, weeks: f64) -> f64 {
        self.if_alive(0, 0.0, weeks)
    }
}

/// Fits a model by maximum likelihood; `None` when the histories single out no parameters (nobody came back, everybody
/// on one day).
pub fn fit(kind: Kind, histories: &[History]) -> Option<Fitted<4>> {
    let sample = Sample::new(kind, histories);
    let mean_age = histories.iter().map(|of| of.age).sum::<f64>() / sample.customers;
    if !(mean_age.is_finite() && mean_age > 0.0) || histories.iter().all(|of| of.repeats == 0) {
        return None;
    }
    fitting::fit(&sample, [0.5, (mean_age / 4.0).max(0.1), 0.8, 2.0])
}

/// Equal histories once, with their number, and everything that depends on the repeats alone once per number of repeats.
struct Sample {
    kind: Kind,
    rows: Vec<(History, f64)>,
    /// Repeats and how many customers have them.
    counts: Vec<(f64, f64)>,
    customers: f64,
}

impl Sample {
    #[allow(clippy::cast_precision_loss)]
    fn new(kind: Kind, histories: &[History]) -> Sample {
        let mut sorted: Vec<History> = histories.to_vec();
        let key = |of: &History| (of.repeats, of.last.to_bits(), of.age.to_bits());
        sorted.par_sort_unstable_by_key(key);
        let mut rows: Vec<(History, f64)> = Vec::new();
        let mut counts: Vec<(f64, f64)> = Vec::new();
        for of in sorted {
            match rows.last_mut() {
                Some((row, weight)) if key(row) == key(&of) => *weight += 1.0,
                _ => rows.push((of, 1.0)),
            }
            let repeats = f64::from(of.repeats);
            match counts.last_mut() {
                Some((last, weight)) if *last == repeats => *weight += 1.0,
                _ => counts.push((repeats, 1.0)),
            }
        }
        Sample { kind, rows, counts, customers: histories.len() as f64 }
    }

    /// The part of the sum that knows the repeats only, and its slope by r, a and b.
    fn of_counts(&self, [r, alpha, a, b]: Parameters) -> (f64, [f64; 4]) {
        // MBG/NBD has one chance to stop more: after the first purchase.
        let more = match self.kind {
            Kind::BgNbd => 0.0,
            Kind::MbgNbd => 1.0,
        };
        let (ln_r, psi_r) = (ln_gamma(r), digamma(r));
        let (ln_b, psi_b) = (ln_gamma(b), digamma(b));
        let (ln_ab, psi_ab) = (ln_gamma(a + b), digamma(a + b));
        let mut sum = 0.0;
        let mut slope = [0.0; 4];
        for &(x, weight) in &self.counts {
            let y = x + more;
            let rate = ln_gamma(r + x) - ln_r + r * alpha.ln();
            let staying = ln_ab + ln_gamma(b + y) - ln_b - ln_gamma(a + b + y);
            let psi_aby = digamma(a + b + y);
            sum += weight * (rate + staying);
            slope[0] += weight * (digamma(r + x) - psi_r + alpha.ln());
            slope[1] += weight * r / alpha;
            slope[2] += weight * (psi_ab - psi_aby);
            slope[3] += weight * (psi_ab - psi_aby + digamma(b + y) - psi_b);
        }
        (sum, slope)
    }

    /// The part of one history: `ln[(α+T)^−(r+x) + a/(b+x−1) · (α+t_x)^−(r+x)]`, and its slope.
    fn of_history(&self, parameters: Parameters, of: &History) -> (f64, [f64; 4]) {
        let [r, alpha, a, b] = parameters;
        let x = f64::from(of.repeats);
        let odds = PurchaseModel { kind: self.kind, parameters }.log_odds(of);
        let alive = 1.0 / (1.0 + odds.exp());
        let stopped = 1.0 - alive;
        let (ln_age, ln_last) = ((alpha + of.age).ln(), (alpha + of.last).ln());
        // ln(1 + e^odds) without overflow.
        let more = if odds > 0.0 { odds + (-odds).exp().ln_1p() } else { odds.exp().ln_1p() };
        let chances = match self.kind {
            Kind::BgNbd => b + x - 1.0,
            Kind::MbgNbd => b + x,
        };
        // Never the logarithm of −1 times zero: one-time buyers of BG/NBD have stopped with probability 0.
        let by_b = if stopped > 0.0 { -stopped / chances } else { 0.0 };
        let slope = [
            -alive * ln_age - stopped * ln_last,
            -(r + x) * (alive / (alpha + of.age) + stopped / (alpha + of.last)),
            stopped / a,
            by_b,
        ];
        (more - (r + x) * ln_age, slope)
    }
}

impl Likelihood<4> for Sample {
    fn evaluate(&self, parameters: &Parameters) -> (f64, [f64; 4]) {
        let chunks: Vec<(f64, [f64; 4])> = self
            .rows
            .par_chunks(CHUNK)
            .map(|rows| {
                rows.iter().fold((0.0, [0.0; 4]), |(sum, slope), (of, weight)| {
                    let (value, by) = self.of_history(*parameters, of);
                    (sum + weight * value, std::array::from_fn(|at| slope[at] + weight * by[at]))
                })
            })
            .collect();
        chunks.into_iter().fold(self.of_counts(*parameters), |(sum, slope), (value, by)| {
            (sum + value, std::array::from_fn(|at| slope[at] + by[at]))
        })
    }
    fn customers(&self) -> f64 {
        self.customers
    }
}
