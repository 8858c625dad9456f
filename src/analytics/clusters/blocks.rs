//! Rows laid out for k-means: in blocks of a fixed number of rows, column by column within a block.
//!
//! A block fits into the first-level cache and its columns let the compiler work on several rows at once, whatever the
//! number of columns. Sums are taken per block and then over blocks, always in that order.

use super::Rows;

/// Rows per block. Sums depend on it in their last digits, so it is fixed.
pub(super) const BLOCK: usize = 1024;

/// All rows, in blocks.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    values: Vec<f64>,
    dimension: usize,
}

/// Up to [`BLOCK`] neighbouring rows; all columns have the same length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    values: &'a [f64],
    rows: usize,
}

impl Blocks {
    /// Lays out all rows.
    pub fn of(rows: Rows<'_>) -> Blocks {
        let dimension = rows.dimension();
        let mut blocks = Blocks { values: vec![0.0; rows.count() * dimension], dimension };
        let mut rows = rows.iter();
        for block in blocks.values.chunks_mut(BLOCK * dimension) {
            let len = block.len() / dimension;
            for (at, row) in rows.by_ref().take(len).enumerate() {
                for (column, value) in row.iter().enumerate() {
                    block[column * len + at] = *value;
                }
            }
        }
        blocks
    }

    /// A copy of some rows, in the order they are named, possibly more than once; rows that do not exist become zeros.
    pub fn picked(&self, rows: &[usize]) -> Blocks {
        let dimension = self.dimension;
        let mut values = vec![0.0; rows.len() * dimension];
        for (block, rows) in values.chunks_mut(BLOCK * dimension).zip(rows.chunks(BLOCK)) {
            for (at, row) in rows.iter().enumerate() {
                for (column, value) in self.row(*row).enumerate() {
                    block[column * rows.len() + at] = value;
                }
            }
        }
        Blocks { values, dimension }
    }

    pub fn count(&self) -> usize {
        self.values.len() / self.dimension
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Block by block, in the order of rows.
    pub fn iter(&self) -> impl Iterator<Item = Block<'_>> {
        let dimension = self.dimension;
        self.values.chunks(BLOCK * dimension).map(move |values| Block { values, rows: values.len() / dimension })
    }

    /// The values of one row; nothing if there is no such row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = f64> + '_ {
        let block = self.values.chunks(BLOCK * self.dimension).nth(row / BLOCK).unwrap_or_default();
        let len = (block.len() / self.dimension).max(1);
        block.iter().skip(row % BLOCK).step_by(len).copied()
    }

    /// The population variance, averaged over the columns.
    pub fn mean_variance(&self) -> f64 {
        let count = self.count() as f64;
        let mut total = 0.0;
        for column in 0..self.dimension {
            let sum: f64 = self.iter().map(|block| block.column(column).iter().sum::<f64>()).sum();
            let mean = sum / count;
            let square = |block: Block<'_>| block.column(column).iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
            total += self.iter().map(square).sum::<f64>() / count;
        }
        total / self.dimension as f64
    }
}

impl<'a> Block<'a> {
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn column(&self, column: usize) -> &'a [f64] {
        self.values.get(column * self.rows..(column + 1) * self.rows).unwrap_or_default()
    }

    /// The squared Euclidean distance of every row to a centre; `squares` is as long as the block has rows.
    pub fn squared_distances(&self, centre: &[f64], squares: &mut [f64]) {
        squares.fill(0.0);
        for (at, centre) in centre.iter().enumerate() {
            for (square, value) in squares.iter_mut().zip(self.column(at)) {
                let difference = value - centre;
                *square += difference * difference;
            }
        }
    }
}
