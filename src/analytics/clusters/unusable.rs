//! Why rows cannot be put into clusters.

use std::fmt;

/// What is wrong with the input. Rows and columns count from 0 here and from 1 in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// There is not one row.
    NoRows,
    /// There is not one column to compare rows by.
    NoColumns,
    /// The values do not fill whole rows.
    Ragged { values: usize, columns: usize },
    /// A column is shorter or longer than the first one.
    Uneven { column: usize, rows: usize, expected: usize },
    /// There are not as many labels, or choices of a logarithm, as they are for.
    Mismatched { found: usize, expected: usize },
    /// A value is no number, or infinite.
    NotFinite { row: usize, column: usize },
    /// The square of a value would leave the range of floating-point numbers.
    TooLarge { row: usize, column: usize },
    /// Zero clusters were asked for.
    NoClusters,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Unusable::NoRows => write!(f, "there is not one row to group"),
            Unusable::NoColumns => write!(f, "there is not one column to compare rows by"),
            Unusable::Ragged { values, columns } => {
                write!(f, "{values} values do not make whole rows of {columns} columns")
            }
            Unusable::Uneven { column, rows, expected } => {
                write!(f, "column {} has {rows} rows, the first column has {expected}", column + 1)
            }
            Unusable::Mismatched { found, expected } => write!(f, "{found} entries were given, {expected} are needed"),
            Unusable::NotFinite { row, column } => {
                write!(f, "row {}, column {} is not a finite number", row + 1, column + 1)
            }
            Unusable::TooLarge { row, column } => {
                write!(f, "row {}, column {} is too large to be squared", row + 1, column + 1)
            }
            Unusable::NoClusters => write!(f, "at least one cluster has to be asked for"),
        }
    }
}

impl std::error::Error for Unusable {}
