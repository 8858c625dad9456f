//! Where the parameters come from: u from pairs drawn blindly, m by expectation maximisation over the pairs of each
//! blocking key (whose own columns are left out, because there all pairs agree in them), the share of matches from the
//! sum of probabilities. Beliefs stand beside the counts, so that few data cannot lead astray.
//!
//! Dempster, Laird and Rubin (1977); Winkler (1988) for its use in record linkage.

use std::collections::{BTreeMap, HashMap};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::blocking::{Pair, pair, split};
use super::compare::{Pattern, compare};
use super::records::Records;
use super::schema::Schema;
use super::weights::{Parameters, probability};

/// Pairs drawn blindly.
const DRAWN: usize = 1_000_000;
/// Pairs of a key that EM looks at; the rest would teach nothing more.
const LEARNED: usize = 400_000;
/// Pairs' worth of belief.
const BELIEF_M: f64 = 40.0;
const BELIEF_U: f64 = 400.0;
const ROUNDS: usize = 60;
const CHUNK: usize = 1 << 14;

/// How often each pattern was met, in the order of patterns: sums over it are the same on any number of threads.
pub type Counts = BTreeMap<Pattern, u64>;

/// Compares pairs and counts their patterns.
pub fn patterns(schema: &Schema, records: &Records, pairs: &[Pair]) -> Counts {
    let parts: Vec<HashMap<Pattern, u64>> = pairs
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut counts = HashMap::new();
            for both in chunk {
                let (a, b) = split(*both);
                *counts.entry(compare(&schema.columns, records, a, b)).or_default() += 1;
            }
            counts
        })
        .collect();
    let mut counts = Counts::new();
    for part in parts {
        for (pattern, count) in part {
            *counts.entry(pattern).or_default() += count;
        }
    }
    counts
}

/// Pairs drawn blindly, the same ones for the same number of records. A small table gives all its pairs.
pub fn blind_pairs(records: usize) -> Vec<Pair> {
    let Ok(len) = u32::try_from(records) else { return Vec::new() };
    if records < 2 {
        return Vec::new();
    }
    if records * (records - 1) / 2 <= DRAWN {
        return (0..len).flat_map(|a| (a + 1..len).map(move |b| pair(a, b))).collect();
    }
    let mut rng = ChaCha8Rng::seed_from_u64(0x0073_746f_7265);
    let mut pairs = Vec::with_capacity(DRAWN);
    while pairs.len() < DRAWN {
        let (a, b) = (rng.random_range(0..len), rng.random_range(0..len));
        if a != b {
            pairs.push(pair(a, b));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Every so many of the pairs, so that no more than a limit are left.
pub fn sample(pairs: &[Pair]) -> Vec<Pair> {
    let step = pairs.len().div_ceil(LEARNED).max(1);
    pairs.iter().step_by(step).copied().collect()
}

/// What EM has to learn from: the patterns of blind pairs, and of each key's pairs with the columns it uses.
pub struct Lessons {
    pub records: usize,
    pub blind: Counts,
    pub keyed: Vec<(Vec<usize>, Counts)>,
}

/// Estimates u, then m.
pub fn learn(schema: &Schema, lessons: &Lessons) -> Parameters {
    let mut parameters = Parameters::prior(&schema.columns, lessons.records);
    strangers(&mut parameters, &lessons.blind, false);
    matches(&mut parameters, &lessons.keyed);
    // Among the blind pairs of a table with many doubles are matches: now they can be told and taken out.
    strangers(&mut parameters, &lessons.blind, true);
    matches(&mut parameters, &lessons.keyed);
    parameters
}

/// u: shares of the levels among strangers. The first time, every pair counts as one.
fn strangers(parameters: &mut Parameters, blind: &Counts, weighed: bool) {
    let prior = parameters.prior_weight();
    let mut counts = zeros(&parameters.u);
    for (pattern, count) in blind {
        let matched = if weighed { probability(parameters.plain_weight(*pattern) + prior) } else { 0.0 };
        add(&mut counts, *pattern, *count as f64 * (1.0 - matched));
    }
    let believed = parameters.u.clone();
    for (column, counted) in counts.iter().enumerate() {
        let all: f64 = counted.iter().sum::<f64>() + BELIEF_U;
        for (at, count) in counted.iter().enumerate() {
            // A level never met is no proof that it cannot be: half a pair stands in for what was not drawn.
            let belief = if weighed { 0.0 } else { believed[column][at] * BELIEF_U };
            let counted = if weighed { *count + BELIEF_U * believed[column][at] } else { *count + belief };
            parameters.u[column][at] = (counted / all).max(0.5 / all);
        }
    }
}

/// m: for each key EM finds the share of matches among its pairs and the levels of the other columns; the expected
/// counts of all keys together give m.
fn matches(parameters: &mut Parameters, keyed: &[(Vec<usize>, Counts)]) {
    let beliefs: Vec<Vec<f64>> = parameters.m.clone();
    let mut totals = zeros(&parameters.m);
    for (used, counts) in keyed {
        let expected = expectation(parameters, &beliefs, used, counts);
        for (total, expected) in totals.iter_mut().zip(expected) {
            total.iter_mut().zip(expected).for_each(|(total, expected)| *total += expected);
        }
    }
    for (column, counted) in totals.iter().enumerate() {
        parameters.m[column] = believing(counted, &beliefs[column]);
    }
}

/// Expected counts of the levels among the matches of one key's pairs; nothing for the columns of the key.
fn expectation(parameters: &Parameters, beliefs: &[Vec<f64>], used: &[usize], counts: &Counts) -> Vec<Vec<f64>> {
    let all: f64 = counts.values().map(|count| *count as f64).sum();
    let mut expected = zeros(beliefs);
    if all < 1.0 {
        return expected;
    }
    let mut current = Parameters { lambda: 0.3, ..parameters.clone() };
    for _ in 0..ROUNDS {
        expected = zeros(beliefs);
        let mut matched = 0.0;
        let prior = current.prior_weight();
        for (pattern, count) in counts {
            let free = (0..current.m.len()).filter(|column| !used.contains(column));
            let weight: f64 = free.map(|column| current.weight(column, pattern.level(column))).sum();
            let share = probability(weight + prior) * *count as f64;
            matched += share;
            add(&mut expected, *pattern, share);
        }
        let before = (current.lambda, current.m.clone());
        current.lambda = ((matched + 0.3) / (all + 1.0)).clamp(1e-9, 1.0 - 1e-9);
        for (column, counted) in expected.iter_mut().enumerate() {
            if used.contains(&column) {
                counted.iter_mut().for_each(|count| *count = 0.0);
            } else {
                current.m[column] = believing(counted, &beliefs[column]);
            }
        }
        if settled(&before, &(current.lambda, current.m.clone())) {
            break;
        }
    }
    expected
}

fn settled(before: &(f64, Vec<Vec<f64>>), after: &(f64, Vec<Vec<f64>>)) -> bool {
    let flat = |m: &Vec<Vec<f64>>| m.iter().flatten().copied().collect::<Vec<f64>>();
    (before.0 - after.0).abs() < 1e-7
        && flat(&before.1).iter().zip(flat(&after.1)).all(|(before, after)| (before - after).abs() < 1e-6)
}

/// Counts beside beliefs (a Dirichlet prior); never 0, which would forbid what merely was not seen.
fn believing(counted: &[f64], beliefs: &[f64]) -> Vec<f64> {
    let all: f64 = counted.iter().sum::<f64>() + BELIEF_M;
    counted.iter().zip(beliefs).map(|(count, belief)| ((count + BELIEF_M * belief) / all).max(1e-5)).collect()
}

/// The share of matches among all pairs: that under which the pairs' probabilities add up to it. Pairs that no key
/// brought together count as none.
pub fn share_of_matches(parameters: &Parameters, candidates: &Counts, records: usize) -> f64 {
    let all = (records as f64) * (records as f64 - 1.0).max(1.0) / 2.0;
    let start = parameters.lambda;
    let weights: Vec<(f64, f64)> =
        candidates.iter().map(|(pattern, count)| (parameters.plain_weight(*pattern), *count as f64)).collect();
    let mut lambda = start;
    for _ in 0..ROUNDS {
        let prior = (lambda / (1.0 - lambda)).log2();
        let matched: f64 = weights.iter().map(|(weight, count)| probability(weight + prior) * count).sum();
        // Half a match of belief keeps a table without any from a prior of zero.
        let next = ((matched + 0.5) / (all + 0.5 / start)).clamp(1e-12, 0.5);
        if (next - lambda).abs() <= 1e-9 * lambda {
            return next;
        }
        lambda = next;
    }
    lambda
}

fn zeros(like: &[Vec<f64>]) -> Vec<Vec<f64>> {
    like.iter().map(|levels| vec![0.0; levels.len()]).collect()
}

fn add(counts: &mut [Vec<f64>], pattern: Pattern, share: f64) {
    for (column, counted) in counts.iter_mut().enumerate() {
        if let Some(at) = usize::from(pattern.level(column)).checked_sub(1)
            && let Some(count) = counted.get_mut(at)
        {
            *count += share;
        }
    }
}
