//! Columns made comparable: money, days and counts on one scale, so that none outweighs the others by its unit alone.

use super::Unusable;
use super::rows::LARGEST;

/// Columns after [`standardise`], laid out as rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardised {
    /// Row-major, `dimension` values per row, in standard deviations from the mean.
    pub values: Vec<f64>,
    pub dimension: usize,
    /// For each column: its mean, after the logarithm where one was taken.
    pub means: Vec<f64>,
    /// For each column: its standard deviation (population), after the logarithm where one was taken; 0 for a constant one.
    pub deviations: Vec<f64>,
    /// For each column: whether the logarithm was taken.
    pub log: Vec<bool>,
}

impl Standardised {
    /// A point, such as a centre, in the units of the input. A mean of logarithms comes back as what `exp(mean) − 1` is,
    /// which lies below the mean of the values. Values beyond the number of columns are left out.
    pub fn in_units(&self, point: &[f64]) -> Vec<f64> {
        let scales = self.means.iter().zip(&self.deviations).zip(&self.log);
        let back = |(value, ((mean, deviation), log)): (&f64, ((&f64, &f64), &bool))| {
            let plain = mean + value * deviation;
            if *log { plain.exp_m1() } else { plain }
        };
        point.iter().zip(scales).map(back).collect()
    }
}

/// Takes `ln(1 + x)` of the columns that `log` marks, then subtracts from each column its mean and divides by its
/// population standard deviation (the z-score). **Negative values clamp to 0 before the logarithm**: it is meant for
/// amounts and counts, and one refund too many should neither be an error nor minus infinity. A constant column becomes
/// zeros, and so does one whose deviation is too small to be a number.
///
/// Errors: no column, no row, columns of different lengths, not one flag per column, values that are not finite, values
/// beyond ±10^140 in a column without logarithm.
pub fn standardise(columns: &[Vec<f64>], log: &[bool]) -> Result<Standardised, Unusable> {
    check(columns, log)?;
    let (dimension, rows) = (columns.len(), columns.first().map_or(0, Vec::len));
    let mut values = vec![0.0; dimension * rows];
    let (mut means, mut deviations) = (Vec::with_capacity(dimension), Vec::with_capacity(dimension));
    for (at, (column, log)) in columns.iter().zip(log).enumerate() {
        let plain = |value: &f64| if *log { value.max(0.0).ln_1p() } else { *value };
        let (mean, deviation) = moments(column.iter().map(plain), rows);
        for (value, place) in column.iter().zip(values.iter_mut().skip(at).step_by(dimension)) {
            *place = if deviation > 0.0 { (plain(value) - mean) / deviation } else { 0.0 };
        }
        means.push(mean);
        deviations.push(deviation);
    }
    Ok(Standardised { values, dimension, means, deviations, log: log.to_vec() })
}

fn check(columns: &[Vec<f64>], log: &[bool]) -> Result<(), Unusable> {
    let Some(expected) = columns.first().map(Vec::len) else { return Err(Unusable::NoColumns) };
    if expected == 0 {
        return Err(Unusable::NoRows);
    }
    if log.len() != columns.len() {
        return Err(Unusable::Mismatched { found: log.len(), expected: columns.len() });
    }
    for (at, (column, log)) in columns.iter().zip(log).enumerate() {
        if column.len() != expected {
            return Err(Unusable::Uneven { column: at, rows: column.len(), expected });
        }
        if let Some(row) = column.iter().position(|value| !value.is_finite()) {
            return Err(Unusable::NotFinite { row, column: at });
        }
        if let Some(row) = column.iter().position(|value| !log && value.abs() > LARGEST) {
            return Err(Unusable::TooLarge { row, column: at });
        }
    }
    Ok(())
}

/// Mean and population standard deviation, in two passes.
///
/// A column of equal values is recognised by its range, because the rounding of its mean would leave a deviation that is
/// small and wrong. The largest difference is divided out before squaring: tiny values would vanish otherwise.
fn moments(values: impl Iterator<Item = f64> + Clone, rows: usize) -> (f64, f64) {
    let lowest = values.clone().fold(f64::INFINITY, f64::min);
    let highest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if lowest >= highest {
        return (lowest, 0.0);
    }
    let mean = values.clone().sum::<f64>() / rows as f64;
    let farthest = (highest - mean).max(mean - lowest);
    let square = |value: f64| ((value - mean) / farthest).powi(2);
    let deviation = farthest * (values.map(square).sum::<f64>() / rows as f64).sqrt();
    (mean, if deviation.is_finite() { deviation } else { 0.0 })
}
