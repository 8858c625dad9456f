//! The date of a page's newest data: the newest `data_until` among the rows it read.

use jiff::civil::Date;

use crate::warehouse::{Frame, Value};

/// Newest date of the column `data_until` over several results.
pub fn newest<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Option<Date> {
    let mut newest = None;
    for frame in frames {
        let Some(at) = frame.column("data_until") else { continue };
        for row in &frame.rows {
            let date = match &row[at] {
                Value::Date(date) => Some(*date),
                Value::DateTime(at) => Some(at.date()),
                _ => None,
            };
            newest = newest.max(date);
        }
    }
    newest
}
