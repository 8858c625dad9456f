//! What a tree learns from: columns of numbers and a class for each row, looked at once.

use super::Unusable;

/// Every node counts every class, so there is a limit.
pub const MOST_CLASSES: usize = 1024;

/// Columns of finite numbers (one value per row each) and the class of each row, below the number of classes.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    pub(super) columns: &'a [Vec<f64>],
    pub(super) classes: &'a [usize],
    pub(super) class_count: usize,
}

impl<'a> Table<'a> {
    /// Looks at every value. Without columns there is a tree all the same: one leaf.
    ///
    /// Errors: no row, more rows than 32 bits count, more than [`MOST_CLASSES`] classes, a class not below `class_count`, a
    /// column of another length, a value that is not finite.
    pub fn new(columns: &'a [Vec<f64>], classes: &'a [usize], class_count: usize) -> Result<Table<'a>, Unusable> {
        let rows = classes.len();
        if rows == 0 {
            return Err(Unusable::NoRows);
        }
        if u32::try_from(rows).is_err() {
            return Err(Unusable::TooManyRows { rows });
        }
        if class_count > MOST_CLASSES {
            return Err(Unusable::TooManyClasses { classes: class_count });
        }
        if let Some((row, class)) = classes.iter().copied().enumerate().find(|(_, class)| *class >= class_count) {
            return Err(Unusable::UnknownClass { row, class });
        }
        for (at, column) in columns.iter().enumerate() {
            if column.len() != rows {
                return Err(Unusable::Uneven { column: at, rows: column.len(), expected: rows });
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                return Err(Unusable::NotFinite { row, column: at });
            }
        }
        Ok(Table { columns, classes, class_count })
    }

    /// How many rows there are: at least one.
    pub fn rows(&self) -> usize {
        self.classes.len()
    }

    /// How often each class occurs.
    pub(super) fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.class_count];
        self.classes.iter().for_each(|class| counts[*class] += 1);
        counts
    }
}
