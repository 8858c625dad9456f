//! The iteration of k-means (Lloyd 1982, "Least squares quantization in PCM"): every row to its nearest centre, every
//! centre to the mean of its rows, until nothing moves.

use super::blocks::{BLOCK, Block, Blocks};
use super::seeding::bring_nearer;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Rounds at most; one is always done.
    pub rounds: usize,
    /// The sum of squared moves of all centres, in squared units of the rows, at or below which they stand still.
    pub moved: f64,
}

/// Where the iteration ended. Labels, sizes and inertia belong to these centres; a centre may have no rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// Row-major.
    pub centres: Vec<f64>,
    pub labels: Vec<u32>,
    pub sizes: Vec<usize>,
    /// The sum of squared distances to the nearest centre.
    pub inertia: f64,
    pub rounds: usize,
    /// Whether it ended by itself and not by the limit of rounds.
    pub settled: bool,
}

/// What one look at all rows gives.
struct Pass {
    sums: Vec<f64>,
    sizes: Vec<usize>,
    inertia: f64,
    changed: bool,
}

/// Room for one block, so that nothing is allocated on the way.
struct Scratch {
    squares: [f64; BLOCK],
    nearest: [f64; BLOCK],
    numbers: [u64; BLOCK],
    labels: [u32; BLOCK],
}

/// No centre has this number.
const NOBODY: u32 = u32::MAX;

/// Iterates from the given centres (row-major).
pub(super) fn lloyd(blocks: &Blocks, mut centres: Vec<f64>, stop: Stop) -> Run {
    let mut labels = vec![NOBODY; blocks.count()];
    let (mut rounds, mut settled) = (0, false);
    while !settled && rounds < stop.rounds.max(1) {
        rounds += 1;
        let pass = assign(blocks, &centres, &mut labels);
        if !pass.changed {
            return Run { centres, labels, sizes: pass.sizes, inertia: pass.inertia, rounds, settled: true };
        }
        let next = means(blocks, &pass, &centres);
        let moved: f64 = centres.iter().zip(&next).map(|(a, b)| (a - b) * (a - b)).sum();
        centres = next;
        settled = moved <= stop.moved;
    }
    // The centres have moved since the labels were given: a last look, so that both agree.
    let pass = assign(blocks, &centres, &mut labels);
    Run { centres, labels, sizes: pass.sizes, inertia: pass.inertia, rounds, settled }
}

/// Gives each row to its nearest centre, the first of equally near ones. The sums are taken per block and added in the
/// order of blocks: whoever spreads blocks over threads gets the same result if they add in that order.
fn assign(blocks: &Blocks, centres: &[f64], labels: &mut [u32]) -> Pass {
    let dimension = blocks.dimension();
    let number = centres.len() / dimension;
    let mut pass = Pass { sums: vec![0.0; centres.len()], sizes: vec![0; number], inertia: 0.0, changed: false };
    let mut part = vec![0.0; centres.len()];
    let mut scratch = Scratch { squares: [0.0; BLOCK], nearest: [0.0; BLOCK], numbers: [0; BLOCK], labels: [0; BLOCK] };
    for (block, labels) in blocks.iter().zip(labels.chunks_mut(BLOCK)) {
        pass.inertia += nearest(&block, (centres, dimension), &mut scratch);
        let fresh = &scratch.labels[..block.rows()];
        pass.changed |= fresh != labels;
        labels.copy_from_slice(fresh);
        part.fill(0.0);
        for column in 0..dimension {
            for (label, value) in fresh.iter().zip(block.column(column)) {
                part[*label as usize * dimension + column] += value;
            }
        }
        pass.sums.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
        fresh.iter().for_each(|label| pass.sizes[*label as usize] += 1);
    }
    pass
}

/// Finds the nearest centre of each row of a block; the sum of squared distances to them.
fn nearest(block: &Block<'_>, (centres, dimension): (&[f64], usize), scratch: &mut Scratch) -> f64 {
    let rows = block.rows();
    let (squares, nearest) = (&mut scratch.squares[..rows], &mut scratch.nearest[..rows]);
    let numbers = &mut scratch.numbers[..rows];
    nearest.fill(f64::INFINITY);
    numbers.fill(0);
    for (number, centre) in (0u64..).zip(centres.chunks_exact(dimension)) {
        block.squared_distances(centre, squares);
        for ((square, nearest), best) in squares.iter().zip(nearest.iter_mut()).zip(numbers.iter_mut()) {
            let nearer = u64::from(*square < *nearest).wrapping_neg();
            *best = (*best & !nearer) | (number & nearer);
            *nearest = square.min(*nearest);
        }
    }
    for (label, number) in scratch.labels.iter_mut().zip(numbers.iter()) {
        *label = *number as u32;
    }
    nearest.iter().sum()
}

/// The mean of each centre's rows. A centre without rows goes to the row that is farthest from all others, which lowers
/// the inertia more than any other row would; if no row is away from a centre, it stays.
fn means(blocks: &Blocks, pass: &Pass, centres: &[f64]) -> Vec<f64> {
    let dimension = blocks.dimension();
    let mut next = centres.to_vec();
    let both = next.chunks_exact_mut(dimension).zip(pass.sums.chunks_exact(dimension));
    for ((centre, sums), size) in both.zip(&pass.sizes) {
        if *size > 0 {
            centre.iter_mut().zip(sums).for_each(|(centre, sum)| *centre = sum / *size as f64);
        }
    }
    if pass.sizes.contains(&0) {
        reseed(blocks, &pass.sizes, &mut next);
    }
    next
}

fn reseed(blocks: &Blocks, sizes: &[usize], centres: &mut [f64]) {
    let dimension = blocks.dimension();
    let mut distances = vec![f64::INFINITY; blocks.count()];
    for (centre, _) in centres.chunks_exact(dimension).zip(sizes).filter(|(_, size)| **size > 0) {
        bring_nearer(blocks, centre, &mut distances);
    }
    for (centre, _) in centres.chunks_exact_mut(dimension).zip(sizes).filter(|(_, size)| **size == 0) {
        let farther = |best: (usize, f64), (row, far): (usize, &f64)| if *far > best.1 { (row, *far) } else { best };
        let (row, far) = distances.iter().enumerate().fold((0, 0.0), farther);
        if far <= 0.0 {
            return;
        }
        centre.iter_mut().zip(blocks.row(row)).for_each(|(centre, value)| *centre = value);
        bring_nearer(blocks, centre, &mut distances);
    }
}
