//! The measures of one table together, and whether wanted limits hold.

use serde::Serialize;

use super::{Sample, closeness, distinct, entropy, recursive};

/// What is wanted of a table; what is absent is not asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// At least so many rows in every class.
    pub k: Option<u64>,
    /// At least so many values of every sensitive column in every class.
    pub l: Option<u64>,
    /// At most so far from the whole table, from 0 to 1.
    pub t: Option<f64>,
}

/// The measures of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub rows: u64,
    pub classes: usize,
    pub k: u64,
    pub uniques: u64,
    /// Rows in classes smaller than the wanted k.
    pub below_k: Option<u64>,
    pub sensitive: Vec<Sensitive>,
}

/// The measures of one sensitive column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitive {
    pub column: String,
    pub ordered: bool,
    pub distinct_l: u64,
    pub entropy_l: f64,
    /// The l of `recursive_c`: the wanted one, else 2.
    pub recursive_l: u64,
    /// Recursive (c, l)-diversity holds for every c above it; none where a class has fewer than l values.
    pub recursive_c: Option<f64>,
    pub t: f64,
}

/// Measures a sample whose sensitive columns are called `names`.
pub fn report(sample: &Sample, names: &[String], limits: &Limits) -> Report {
    let recursive_l = limits.l.unwrap_or(2).max(1);
    let sensitive = names.iter().enumerate().map(|(at, name)| Sensitive {
        column: name.clone(),
        ordered: sample.ordered.get(at).copied().unwrap_or(false),
        distinct_l: distinct(sample, at),
        entropy_l: entropy(sample, at),
        recursive_l,
        recursive_c: recursive(sample, at, usize::try_from(recursive_l).unwrap_or(usize::MAX)),
        t: closeness(sample, at),
    });
    Report {
        rows: sample.rows(),
        classes: sample.classes.len(),
        k: sample.k(),
        uniques: sample.uniques(),
        below_k: limits.k.map(|k| sample.below(k)),
        sensitive: sensitive.collect(),
    }
}

impl Report {
    /// What is wanted and does not hold, in words.
    pub fn shortfalls(&self, limits: &Limits) -> Vec<String> {
        let mut short = Vec::new();
        if let Some(k) = limits.k.filter(|k| self.k < *k) {
            let below = self.below_k.unwrap_or_default();
            short.push(format!("k is {}, {k} is wanted: {below} of {} rows are in smaller classes", self.k, self.rows));
        }
        for column in &self.sensitive {
            let name = &column.column;
            if let Some(l) = limits.l.filter(|l| column.distinct_l < *l) {
                short.push(format!("l of {name} is {}, {l} is wanted", column.distinct_l));
            }
            // A distance that is equal but for the rounding of its sum holds.
            if let Some(t) = limits.t.filter(|t| column.t > *t + 1e-9) {
                short.push(format!("t of {name} is {:.4}, at most {t} is wanted", column.t));
            }
        }
        short
    }
}
