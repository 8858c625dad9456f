//! How well clusters are apart, and how many there should be.
//!
//! Rousseeuw (1987), "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", Journal of
//! Computational and Applied Mathematics 20.

use std::collections::BTreeMap;

use super::draw::{Purpose, generator, some_of};
use super::kmeans::fit;
use super::{Clusters, Rows, Settings, Unusable};

/// The fewest and the most clusters that [`choose`] looks at: fewer are none, more than eight nobody can tell apart.
pub const FEWEST: usize = 2;
pub const MOST: usize = 8;

/// Silhouettes nearer to each other than this are equal: rounding must not make more clusters.
const EQUAL: f64 = 1e-9;

/// Which rows to measure on: all distances between them are looked at, so the time grows with their square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Rows at most.
    pub at_most: usize,
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling { at_most: 2_000, seed: 0 }
    }
}

/// The number of clusters, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The clusters chosen.
    pub clusters: Clusters,
    /// For each number looked at: the mean silhouette; none if there were not so many clusters to find, or the sample
    /// held fewer than two of them.
    pub silhouettes: Vec<(usize, Option<f64>)>,
}

/// The mean silhouette width over a sample of rows (all, if there are no more than `at_most`): for a row with the mean
/// distance `a` to the others of its cluster and `b` to those of the nearest other cluster, `(b − a) / max(a, b)`, from
/// −1 (in the wrong cluster) to 1 (far apart); 0 for a row that is alone in its cluster. Distances are Euclidean and run
/// within the sample only, as in scikit-learn's `silhouette_score(…, sample_size=…)`.
///
/// None, if the sample holds fewer than two clusters. Labels can be any numbers.
///
/// Errors: not one label per row.
pub fn silhouette(rows: Rows<'_>, labels: &[usize], sampling: Sampling) -> Result<Option<f64>, Unusable> {
    if labels.len() != rows.count() {
        return Err(Unusable::Mismatched { found: labels.len(), expected: rows.count() });
    }
    let sample = some_of(rows.count(), sampling.at_most, &mut generator(sampling.seed, Purpose::Sample, 0));
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut numbered = Vec::with_capacity(sample.len());
    for label in sample.iter().filter_map(|row| labels.get(*row)) {
        let number = *numbers.entry(*label).or_insert(sizes.len());
        if number == sizes.len() {
            sizes.push(0);
        }
        sizes[number] += 1;
        numbered.push(number);
    }
    if sizes.len() < 2 {
        return Ok(None);
    }
    Ok(Some(mean_width(&rows.picked(&sample), rows.dimension(), (&numbered, &sizes))))
}

/// Over all pairs of rows (row-major); `numbers` are the clusters of rows, from 0, `sizes` how often each occurs.
fn mean_width(rows: &[f64], dimension: usize, (numbers, sizes): (&[usize], &[usize])) -> f64 {
    let mut sums = vec![0.0; sizes.len()];
    let mut total = 0.0;
    for (row, own) in rows.chunks_exact(dimension).zip(numbers) {
        sums.fill(0.0);
        for (other, number) in rows.chunks_exact(dimension).zip(numbers) {
            let square: f64 = row.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
            sums[*number] += square.sqrt();
        }
        if sizes[*own] < 2 {
            continue;
        }
        let inside = sums[*own] / (sizes[*own] - 1) as f64;
        let means = sums.iter().zip(sizes).map(|(sum, size)| sum / *size as f64).enumerate();
        let outside = means.filter(|(number, _)| number != own).map(|(_, mean)| mean).fold(f64::INFINITY, f64::min);
        let larger = inside.max(outside);
        // Rows that are all equal are neither apart nor together.
        total += if larger > 0.0 { (outside - inside) / larger } else { 0.0 };
    }
    total / numbers.len() as f64
}

/// Fits two to eight clusters and takes the number with the greatest mean silhouette, the smaller one if equal (to
/// 10⁻⁹). One cluster, if rows are all alike or there is one row only. `settings.clusters` is not looked at.
///
/// Errors: none beyond those of [`fit`].
pub fn choose(rows: Rows<'_>, settings: &Settings, sampling: Sampling) -> Result<Choice, Unusable> {
    let mut silhouettes = Vec::new();
    let mut best: Option<(f64, Clusters)> = None;
    for number in FEWEST..=MOST {
        let clusters = fit(rows, &Settings { clusters: number, ..*settings })?;
        let complete = clusters.sizes.len() == number;
        let width = if complete { silhouette(rows, &clusters.labels, sampling)? } else { None };
        silhouettes.push((number, width));
        if let Some(width) = width
            && best.as_ref().is_none_or(|(most, _)| width > most + EQUAL)
        {
            best = Some((width, clusters));
        }
    }
    let clusters = match best {
        Some((_, clusters)) => clusters,
        None => fit(rows, &Settings { clusters: 1, ..*settings })?,
    };
    Ok(Choice { clusters, silhouettes })
}
