//! Why a tree cannot be grown.

use std::fmt;

use super::{DEEPEST, MOST_CLASSES};

/// What is wrong with the input. Rows, columns and classes count from 0 here; rows and columns from 1 in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// There is not one row.
    NoRows,
    /// One row is held out and one is learnt from, at the least.
    TooFewRows,
    /// Rows are numbered in 32 bits.
    TooManyRows { rows: usize },
    /// More classes than a tree keeps count of.
    TooManyClasses { classes: usize },
    /// Deeper than anybody reads.
    TooDeep { depth: usize },
    /// A column does not have one value per row.
    Uneven { column: usize, rows: usize, expected: usize },
    /// A value is no number, or infinite.
    NotFinite { row: usize, column: usize },
    /// A row has a class that is not below the number of classes.
    UnknownClass { row: usize, class: usize },
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Unusable::NoRows => write!(f, "there is not one row to learn from"),
            Unusable::TooFewRows => write!(f, "two rows at least are needed to hold some out"),
            Unusable::TooManyRows { rows } => write!(f, "{rows} rows are too many for a tree"),
            Unusable::TooManyClasses { classes } => {
                write!(f, "{classes} classes are too many for a tree, it keeps count of {MOST_CLASSES}")
            }
            Unusable::TooDeep { depth } => write!(f, "a depth of {depth} is too much, a tree has {DEEPEST} levels"),
            Unusable::Uneven { column, rows, expected } => {
                write!(f, "column {} has {rows} values for {expected} rows", column + 1)
            }
            Unusable::NotFinite { row, column } => {
                write!(f, "row {}, column {} is not a finite number", row + 1, column + 1)
            }
            Unusable::UnknownClass { row, class } => {
                write!(f, "row {} has the class {class}, which is unknown", row + 1)
            }
        }
    }
}

impl std::error::Error for Unusable {}
