//! k-means: the groups whose members are, in squares, nearest to their group's mean.

use std::cmp::Ordering;

use super::blocks::Blocks;
use super::draw::{Purpose, generator, some_of};
use super::lloyd::{Run, Stop, lloyd};
use super::seeding::seeded;
use super::{Rows, Unusable};

/// How to look for clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Clusters wanted; there will be fewer if there are fewer distinct rows.
    pub clusters: usize,
    /// How often to begin anew; the best ending counts. At least one.
    pub restarts: usize,
    /// Rounds of one run at most. At least one.
    pub rounds: usize,
    /// A run ends when the squared moves of all centres sum to no more than this share of the mean variance of the
    /// columns (the meaning scikit-learn gives it). 0: only when nothing moves.
    pub tolerance: f64,
    /// With more rows than this, the restarts run on a sample of so many, and only the best centres go on with all rows:
    /// where the centres lie is known from far fewer rows, and the time of a fit stays that of one run.
    pub trial_rows: usize,
    pub seed: u64,
}

impl Settings {
    /// Ten restarts, 300 rounds, a tolerance of 10⁻⁶, trials on 65,536 rows.
    pub fn new(clusters: usize, seed: u64) -> Settings {
        Settings { clusters, restarts: 10, rounds: 300, tolerance: 1e-6, trial_rows: 1 << 16, seed }
    }
}

/// Clusters, the largest first; equally large ones by the coordinates of their centres, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// For each row: its cluster, from 0.
    pub labels: Vec<usize>,
    /// For each cluster: how many rows it has, at least one.
    pub sizes: Vec<usize>,
    /// Row-major, `dimension` values per cluster, in the units of the rows.
    pub centres: Vec<f64>,
    pub dimension: usize,
    /// The sum over rows of the squared distance to the centre of their cluster.
    pub inertia: f64,
    /// Rounds of the run that won.
    pub rounds: usize,
    /// Whether that run ended by itself and not by the limit of rounds.
    pub settled: bool,
}

impl Clusters {
    /// The centre of a cluster; empty if there is no such cluster.
    pub fn centre(&self, cluster: usize) -> &[f64] {
        self.centres.chunks_exact(self.dimension.max(1)).nth(cluster).unwrap_or_default()
    }
}

/// Finds clusters by k-means++ and Lloyd's iteration, restarted; the lowest inertia wins, the earlier run if equal.
///
/// Time: per round, rows × clusters × columns. Memory: one copy of the rows.
///
/// Errors: zero clusters.
pub fn fit(rows: Rows<'_>, settings: &Settings) -> Result<Clusters, Unusable> {
    if settings.clusters == 0 {
        return Err(Unusable::NoClusters);
    }
    Ok(fit_blocks(&Blocks::of(rows), settings))
}

/// [`fit`] for rows that are laid out already.
pub(super) fn fit_blocks(blocks: &Blocks, settings: &Settings) -> Clusters {
    let trial_rows = settings.trial_rows.max(1);
    let run = if blocks.count() <= trial_rows {
        best_run(blocks, settings)
    } else {
        let sample = some_of(blocks.count(), trial_rows, &mut generator(settings.seed, Purpose::Trial, 0));
        let best = best_run(&blocks.picked(&sample), settings);
        // The sample may have had fewer distinct rows than all rows have.
        let mut rng = generator(settings.seed, Purpose::TopUp, 0);
        let start = seeded(blocks, best.centres, settings.clusters, &mut rng);
        lloyd(blocks, start, stop(blocks, settings))
    };
    ordered(run, blocks.dimension())
}

fn best_run(blocks: &Blocks, settings: &Settings) -> Run {
    let stop = stop(blocks, settings);
    let run = |restart| {
        let mut rng = generator(settings.seed, Purpose::Restart, restart);
        lloyd(blocks, seeded(blocks, Vec::new(), settings.clusters, &mut rng), stop)
    };
    let better = |best: Run, next: Run| if next.inertia < best.inertia { next } else { best };
    (1..settings.restarts).map(run).fold(run(0), better)
}

fn stop(blocks: &Blocks, settings: &Settings) -> Stop {
    Stop { rounds: settings.rounds, moved: settings.tolerance * blocks.mean_variance() }
}

/// Numbers the clusters anew, without those that have no rows.
fn ordered(run: Run, dimension: usize) -> Clusters {
    let centre = |old: usize| &run.centres[old * dimension..(old + 1) * dimension];
    let mut order: Vec<usize> = (0..run.sizes.len()).filter(|old| run.sizes[*old] > 0).collect();
    order.sort_by(|a, b| run.sizes[*b].cmp(&run.sizes[*a]).then_with(|| lexicographic(centre(*a), centre(*b))));
    let mut numbers = vec![0; run.sizes.len()];
    for (new, old) in order.iter().enumerate() {
        numbers[*old] = new;
    }
    Clusters {
        labels: run.labels.iter().map(|old| numbers[*old as usize]).collect(),
        sizes: order.iter().map(|old| run.sizes[*old]).collect(),
        centres: order.iter().flat_map(|old| centre(*old)).copied().collect(),
        dimension,
        inertia: run.inertia,
        rounds: run.rounds,
        settled: run.settled,
    }
}

fn lexicographic(a: &[f64], b: &[f64]) -> Ordering {
    let different = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    different.unwrap_or(Ordering::Equal)
}
