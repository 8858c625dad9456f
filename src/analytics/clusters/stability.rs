//! Which clusters to believe: those that come out again when the rows are drawn anew.
//!
//! Hennig (2007), "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52.

use std::collections::BTreeMap;

use super::blocks::Blocks;
use super::draw::{Purpose, generator, some_of, with_replacement};
use super::kmeans::fit_blocks;
use super::{Clusters, Rows, Settings, Unusable};

/// How to draw anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// How often. At least once; Hennig takes 100 and finds 50 enough.
    pub resamples: usize,
    /// With more rows than this, a sample of so many stands for them all; a cluster is judged by its rows in the sample.
    /// Fewer rows make clusters look less stable, never more.
    pub at_most: usize,
    pub seed: u64,
}

impl Default for Resampling {
    fn default() -> Resampling {
        Resampling { resamples: 50, at_most: 5_000, seed: 0 }
    }
}

/// How stable each cluster is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    /// For each cluster: the mean Jaccard similarity to the most similar cluster of a resample, from 0 to 1.
    pub similarity: Vec<f64>,
    /// How many resamples the mean is over.
    pub resamples: usize,
}

/// What a similarity means, by Hennig's rule of thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Below [`Verdict::DOUBTFUL_FROM`]: should not be trusted.
    Unstable,
    /// In between: there is a pattern, but which rows belong to it is doubtful.
    Doubtful,
    /// At or above [`Verdict::STABLE_FROM`].
    Stable,
}

impl Verdict {
    pub const DOUBTFUL_FROM: f64 = 0.6;
    pub const STABLE_FROM: f64 = 0.75;

    /// The verdict on a mean similarity.
    pub fn of(similarity: f64) -> Verdict {
        if similarity >= Verdict::STABLE_FROM {
            Verdict::Stable
        } else if similarity >= Verdict::DOUBTFUL_FROM {
            Verdict::Doubtful
        } else {
            Verdict::Unstable
        }
    }
}

/// Draws as many rows as there are with replacement, fits as many clusters again, and compares: rows that were drawn,
/// each counted once, in the given clusters and in the new ones. The Jaccard similarity of two sets is the size of their
/// intersection over that of their union. A cluster none of whose rows was drawn was not found: 0.
///
/// `settings` are those of the given clusters; their number of clusters is not looked at.
///
/// Errors: the clusters are not those of the rows (not one label per row, or a label without a size).
pub fn stability(
    rows: Rows<'_>,
    clusters: &Clusters,
    settings: &Settings,
    resampling: Resampling,
) -> Result<Stability, Unusable> {
    let number = clusters.sizes.len();
    let known = clusters.labels.iter().filter(|label| **label < number).count();
    if known != rows.count() || clusters.labels.len() != known {
        return Err(Unusable::Mismatched { found: known, expected: rows.count() });
    }
    let sample = some_of(rows.count(), resampling.at_most.max(1), &mut generator(resampling.seed, Purpose::Sample, 1));
    let blocks = Blocks::of(rows).picked(&sample);
    let labels: Vec<usize> = sample.iter().map(|row| clusters.labels[*row]).collect();
    let resamples = resampling.resamples.max(1);
    let mut similarity = vec![0.0; number];
    for resample in 0..resamples {
        let drawn = with_replacement(labels.len(), &mut generator(resampling.seed, Purpose::Resample, resample));
        let seed = settings.seed.wrapping_add(resample as u64 + 1);
        let found = fit_blocks(&blocks.picked(&drawn), &Settings { clusters: number, seed, ..*settings });
        let pairs = once_each(&drawn, &labels, &found.labels);
        for (sum, best) in similarity.iter_mut().zip(best_jaccard(&pairs, number)) {
            *sum += best;
        }
    }
    similarity.iter_mut().for_each(|sum| *sum /= resamples as f64);
    Ok(Stability { similarity, resamples })
}

/// The rows that were drawn (ascending), each once: its given cluster, by row, and its found one, by draw. A row that was
/// drawn more than once has the same found cluster each time, because its draws are equal.
pub(super) fn once_each(drawn: &[usize], given: &[usize], found: &[usize]) -> Vec<(usize, usize)> {
    let mut rows: Vec<(usize, usize)> = drawn.iter().copied().zip(found.iter().copied()).collect();
    rows.dedup_by_key(|(row, _)| *row);
    rows.into_iter().map(|(row, found)| (given[row], found)).collect()
}

/// For each of the `given` clusters, the Jaccard similarity to the most similar found one. A pair is a row: its given
/// cluster, its found one.
pub(super) fn best_jaccard(pairs: &[(usize, usize)], given: usize) -> Vec<f64> {
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut sizes = vec![0usize; given];
    for (a, b) in pairs {
        *shared.entry((*a, *b)).or_default() += 1;
        *found.entry(*b).or_default() += 1;
        sizes[*a] += 1;
    }
    let mut best = vec![0.0; given];
    for ((a, b), shared) in shared {
        let union = sizes[a] + found.get(&b).copied().unwrap_or_default() - shared;
        best[a] = f64::max(best[a], shared as f64 / union as f64);
    }
    best
}
