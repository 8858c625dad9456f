//! A table of numbers that has been looked at once, so that nothing after it has to be afraid of NaN.

use super::Unusable;

/// Beyond this, the sum of the squares of many rows could overflow.
pub(super) const LARGEST: f64 = 1e140;

/// Rows of finite numbers, flat and row-major: value `column` of row `row` stands at `row * dimension + column`.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f64],
    dimension: usize,
}

impl<'a> Rows<'a> {
    /// Looks at every value.
    ///
    /// Errors: no row, no column, values that do not fill whole rows, a value that is not finite or beyond ±10^140.
    pub fn new(values: &'a [f64], dimension: usize) -> Result<Rows<'a>, Unusable> {
        if dimension == 0 {
            return Err(Unusable::NoColumns);
        }
        if values.is_empty() {
            return Err(Unusable::NoRows);
        }
        if !values.len().is_multiple_of(dimension) {
            return Err(Unusable::Ragged { values: values.len(), columns: dimension });
        }
        // NaN is in no range, so one comparison finds all that is wrong.
        match values.iter().position(|value| !(-LARGEST..=LARGEST).contains(value)) {
            None => Ok(Rows { values, dimension }),
            Some(at) => {
                let (row, column) = (at / dimension, at % dimension);
                let finite = values.get(at).is_some_and(|value| value.is_finite());
                Err(if finite { Unusable::TooLarge { row, column } } else { Unusable::NotFinite { row, column } })
            }
        }
    }

    /// How many rows there are: at least one.
    pub fn count(&self) -> usize {
        self.values.len() / self.dimension
    }

    /// How many columns there are: at least one.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Row by row, each as long as there are columns.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [f64]> + use<'a> {
        self.values.chunks_exact(self.dimension)
    }

    /// The values of some rows, in the order they are named; rows that do not exist are left out.
    pub(super) fn picked(&self, rows: &[usize]) -> Vec<f64> {
        let found = rows.iter().filter_map(|row| self.values.chunks_exact(self.dimension).nth(*row));
        found.flatten().copied().collect()
    }
}
