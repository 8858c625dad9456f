//! The first centres: k-means++ (Arthur and Vassilvitskii 2007, "k-means++: The Advantages of Careful Seeding", SODA), in
//! the greedy form that its closing remarks found to do better: of several draws the one that helps most.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::blocks::{BLOCK, Blocks};

/// Adds centres to those that are there (row-major) until there are `wanted`. The first one is any row. For each next one,
/// 2 + ⌊ln wanted⌋ rows (as many as in scikit-learn) are drawn with a probability in proportion to their squared distance to
/// the nearest centre so far; the one that leaves the smallest sum of such squares becomes a centre, the first of equal
/// ones. Fewer centres, if there are fewer distinct rows.
pub(super) fn seeded(blocks: &Blocks, mut centres: Vec<f64>, wanted: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let dimension = blocks.dimension();
    let draws = 2 + (wanted.max(1) as f64).ln() as usize;
    let mut nearest = vec![f64::INFINITY; blocks.count()];
    for centre in centres.chunks_exact(dimension) {
        bring_nearer(blocks, centre, &mut nearest);
    }
    for found in centres.len() / dimension..wanted {
        if found == 0 {
            centres.extend(blocks.row(rng.random_range(0..blocks.count().max(1))));
            bring_nearer(blocks, &centres, &mut nearest);
            continue;
        }
        let sums: Vec<f64> = nearest.chunks(BLOCK).map(|block| block.iter().sum()).collect();
        let mut best: Option<Candidate> = None;
        for _ in 0..draws {
            let Some(row) = drawn(&nearest, &sums, rng) else { return centres };
            let next = Candidate::of(blocks, row, &nearest);
            if best.as_ref().is_none_or(|best| next.left < best.left) {
                best = Some(next);
            }
        }
        if let Some(best) = best {
            centres.extend(best.centre);
            nearest = best.nearest;
        }
    }
    centres
}

/// A row that could become a centre.
struct Candidate {
    centre: Vec<f64>,
    /// What the squared distances to the nearest centre would be then.
    nearest: Vec<f64>,
    /// Their sum.
    left: f64,
}

impl Candidate {
    fn of(blocks: &Blocks, row: usize, before: &[f64]) -> Candidate {
        let centre: Vec<f64> = blocks.row(row).collect();
        let mut nearest = before.to_vec();
        bring_nearer(blocks, &centre, &mut nearest);
        let left = nearest.iter().sum();
        Candidate { centre, nearest, left }
    }
}

/// Lowers each row's squared distance to the nearest centre, now that there is one more.
pub(super) fn bring_nearer(blocks: &Blocks, centre: &[f64], nearest: &mut [f64]) {
    let mut squares = [0.0; BLOCK];
    for (block, nearest) in blocks.iter().zip(nearest.chunks_mut(BLOCK)) {
        let squares = &mut squares[..block.rows()];
        block.squared_distances(centre, squares);
        for (nearest, square) in nearest.iter_mut().zip(squares.iter()) {
            *nearest = nearest.min(*square);
        }
    }
}

/// A row, by weight, given the sums of the weights by blocks; none if all weigh nothing.
fn drawn(weights: &[f64], sums: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    let mut left = rng.random::<f64>() * sums.iter().sum::<f64>();
    for (sum, (block, weights)) in sums.iter().zip(weights.chunks(BLOCK).enumerate()) {
        if left >= *sum {
            left -= sum;
            continue;
        }
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return Some(block * BLOCK + at);
            }
            left -= weight;
        }
    }
    // Rounding can carry the draw past the end: then it is the last row that weighs anything.
    weights.iter().rposition(|weight| *weight > 0.0)
}
