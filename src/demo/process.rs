//! When a customer buys: the BG/NBD process, also the one the book's value model is fitted with, so that the demo's
//! figures can be judged against known parameters.
//!
//! Source: P. S. Fader, B. G. S. Hardie, K. L. Lee, "“Counting Your Customers” the Easy Way: An Alternative to the
//! Pareto/NBD Model", Marketing Science 24(2), 2005, 275–284. A customer first buys at time 0; while active, purchases
//! follow at the customer's own rate λ ~ Gamma(r, α); after each repeat purchase the customer leaves for good with
//! the customer's own probability p ~ Beta(a, b).

use rand::RngExt;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use crate::problem::{Problem, Result};

/// Shape and rate (in weeks) of the purchase rate, and the two shapes of the dropout probability.
pub(super) const R: f64 = 0.8;
pub(super) const ALPHA_WEEKS: f64 = 6.0;
pub(super) const A: f64 = 0.8;
pub(super) const B: f64 = 3.2;

/// A bound on the purchases of one customer, so that their numbers fit 15 bits.
const MOST_PURCHASES: u32 = 30_000;

#[derive(Debug)]
pub(super) struct Process {
    rate: Gamma<f64>,
    dropout: Beta<f64>,
}

impl Process {
    pub(super) fn new() -> Result<Process> {
        let wrong = |what: &str| Problem::failed(format!("the demo's {what} parameters are out of range"));
        Ok(Process {
            rate: Gamma::new(R, 1.0 / ALPHA_WEEKS).map_err(|_| wrong("purchase rate"))?,
            dropout: Beta::new(A, B).map_err(|_| wrong("dropout"))?,
        })
    }

    /// A customer who has just bought for the first time.
    pub(super) fn customer(&self, rng: &mut impl RngExt) -> Repeats {
        Repeats { rate: self.rate.sample(rng), dropout: self.dropout.sample(rng), at: 0.0, purchases: 0, active: true }
    }
}

/// The repeat purchases of one customer.
#[derive(Debug)]
pub(super) struct Repeats {
    /// Purchases a week.
    rate: f64,
    dropout: f64,
    at: f64,
    purchases: u32,
    active: bool,
}

impl Repeats {
    /// The next repeat purchase in weeks after the first one; none after `weeks` or once the customer has left.
    pub(super) fn next(&mut self, rng: &mut impl RngExt, weeks: f64) -> Option<f64> {
        if !self.active || self.purchases == MOST_PURCHASES {
            return None;
        }
        let gap: f64 = Exp1.sample(rng);
        self.at += gap / self.rate;
        self.purchases += 1;
        // A rate of zero makes the time infinite or not a number: no purchase either way.
        let within = self.at < weeks;
        self.active = within && rng.random::<f64>() >= self.dropout;
        within.then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// E[X(t)] = (a+b−1)/(a−1) · [1 − (α/(α+t))^r · ₂F₁(r, b; a+b−1; t/(α+t))] (equation 9 of the paper), evaluated
    /// with SciPy's `hyp2f1` for r = .8, α = 6, a = .8, b = 3.2: t = 52 gives 3.5536, t = 540/7 gives 4.5160.
    #[test]
    fn the_mean_number_of_repeats_is_the_papers() {
        let process = Process::new().unwrap();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for (weeks, theory) in [(52.0, 3.5536), (540.0 / 7.0, 4.5160)] {
            let customers = 40_000;
            let mut purchases = 0;
            for _ in 0..customers {
                let mut repeats = process.customer(&mut rng);
                while repeats.next(&mut rng, weeks).is_some() {
                    purchases += 1;
                }
            }
            let mean = f64::from(purchases) / f64::from(customers);
            assert!((mean / theory - 1.0).abs() < 0.05, "{mean} purchases in {weeks} weeks, expected {theory}");
        }
    }

    #[test]
    fn no_time_means_no_repeat() {
        let process = Process::new().unwrap();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        assert_eq!(process.customer(&mut rng).next(&mut rng, 0.0), None);
        assert_eq!(process.customer(&mut rng).next(&mut rng, f64::NAN), None);
    }
}
