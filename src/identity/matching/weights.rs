//! The model of Fellegi and Sunter (1969): a level of agreement weighs log2(m / u), where m is how often pairs of one
//! person are at that level and u how often strangers are. Weights add up; with the prior they give a probability.
//!
//! A common value weighs less than a rare one: u is adjusted by the frequency of the value the two agree in (Winkler
//! 1989).

use super::compare::Pattern;
use super::levels::name;
use super::records::Records;
use super::schema::{Column, Kind};

/// The parameters of every column, by level (level 1 first).
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    pub m: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
    /// The chance that two records drawn blindly are one person.
    pub lambda: f64,
}

/// How many records' worth of belief stand beside counted frequencies.
const SMOOTHING: f64 = 500.0;

impl Parameters {
    /// What is believed before any data are seen.
    pub fn prior(columns: &[Column], records: usize) -> Parameters {
        let (m, u) = columns.iter().map(|column| column.kind.priors()).map(|(m, u)| (m.to_vec(), u.to_vec())).unzip();
        Parameters { m, u, lambda: prior_lambda(records) }
    }

    /// log2 of the odds before anything is compared.
    pub fn prior_weight(&self) -> f64 {
        (self.lambda / (1.0 - self.lambda)).log2()
    }

    /// log2(m / u) of a level; 0 for a missing value.
    pub fn weight(&self, column: usize, level: u8) -> f64 {
        match usize::from(level).checked_sub(1) {
            None => 0.0,
            Some(at) => (self.m[column][at] / self.u[column][at]).log2(),
        }
    }

    /// The weight of a pattern of levels, without the prior and without regard to values.
    pub fn plain_weight(&self, pattern: Pattern) -> f64 {
        (0..self.m.len()).map(|column| self.weight(column, pattern.level(column))).sum()
    }

    /// The weight of each column for one pair, adjusted by how common its values are.
    pub fn weights<'a>(
        &'a self,
        columns: &'a [Column],
        records: &'a Records,
        (a, pattern): (u32, Pattern),
    ) -> impl Iterator<Item = f64> + 'a {
        columns.iter().enumerate().map(move |(at, column)| {
            let level = pattern.level(at);
            let plain = self.weight(at, level);
            plain - self.commonness(column.kind, records, (at, level, a))
        })
    }

    /// How much more often (log2) strangers agree in this value than in one drawn by chance.
    fn commonness(&self, kind: Kind, records: &Records, (column, level, a): (usize, u8, u32)) -> f64 {
        let dictionary = records.dictionary(column);
        let symbol = records.symbol(column, a) as usize;
        let all = dictionary.filled as f64;
        let share = |count: u32| f64::from(count) / all.max(1.0);
        let scaled = |count: u32, chance: f64| (share(count) / chance.max(1e-12)).clamp(0.02, 50.0).log2();
        match (kind, level) {
            (_, 0) => 0.0,
            (Kind::Name, name::SAME_SOUND) => scaled(dictionary.sounds[symbol], dictionary.sound_chance),
            (Kind::Name, name::PARTIAL | name::ONE_CHARACTER | name::SURNAME) if dictionary.surnames[symbol] > 0 => {
                scaled(dictionary.surnames[symbol], dictionary.surname_chance)
            }
            (_, 1) => {
                // The other record of the pair has the value because it is the same person, or by chance: whoever else has
                // it tells how common it is.
                let others = f64::from(dictionary.counts[symbol].saturating_sub(1));
                let u = self.u[column][0];
                let chance = (others + SMOOTHING * u) / (all - 1.0 + SMOOTHING).max(1.0);
                (chance / u).log2()
            }
            _ => 0.0,
        }
    }
}

/// One record in twenty has a double, before the data say otherwise.
pub fn prior_lambda(records: usize) -> f64 {
    (0.1 / (records.max(2) as f64 - 1.0)).min(0.2)
}

/// Odds as log2 to a probability.
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}
