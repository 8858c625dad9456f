//! What of the rows a reader gets to see: telephone numbers masked, columns and rows of people left out by role.
//!
//! Rows are cut before any template sees them, so no way of writing a page can show what was left out.

use std::borrow::Cow;
use std::sync::Arc;

use crate::access::{self, View};
use crate::warehouse::{Frame, Value};

/// Whether the rows are about single customers.
pub fn about_people(frame: &Frame) -> bool {
    access::about_people(frame.columns.iter().map(|column| column.name.as_str()))
}

/// Whether a view leaves anything of these rows out.
pub fn cuts(view: &View, frame: &Frame) -> bool {
    (!view.people && about_people(frame)) || frame.columns.iter().any(|column| view.hide.contains(&column.name))
}

/// The rows as a view shows them: none where they are about people it must not see, nothing in columns it hides.
pub fn seen(view: &View, frame: &Arc<Frame>) -> Arc<Frame> {
    if !cuts(view, frame) {
        return Arc::clone(frame);
    }
    if !view.people && about_people(frame) {
        return Arc::new(Frame { columns: Arc::clone(&frame.columns), rows: Vec::new() });
    }
    let hidden: Vec<usize> =
        (0..frame.columns.len()).filter(|at| view.hide.contains(&frame.columns[*at].name)).collect();
    let mut rows = frame.rows.clone();
    for row in &mut rows {
        hidden.iter().for_each(|at| row[*at] = Value::Null);
    }
    Arc::new(Frame { columns: Arc::clone(&frame.columns), rows })
}

/// Telephone numbers as `138****8000`: mainland mobile numbers wherever they are a cell of their own, others in columns
/// that are telephone numbers of customers.
pub fn masked(frame: &Arc<Frame>) -> Arc<Frame> {
    let people = about_people(frame);
    let contact = |at: usize| people && access::is_telephone(&frame.columns[at].name);
    let mask = |at: usize, value: &Value| -> Option<Value> {
        let text = value.as_str()?;
        match mobile(text) {
            Some(masked) => Some(Value::text(masked)),
            None if contact(at) => Some(Value::text(other(text))),
            None => None,
        }
    };
    let found = frame.rows.iter().any(|row| row.iter().enumerate().any(|(at, value)| mask(at, value).is_some()));
    if !found {
        return Arc::clone(frame);
    }
    let rows = frame.rows.iter().map(|row| {
        let cells = row.iter().enumerate();
        cells.map(|(at, value)| mask(at, value).unwrap_or_else(|| value.clone())).collect()
    });
    Arc::new(Frame { columns: Arc::clone(&frame.columns), rows: rows.collect() })
}

/// A mainland mobile number, with or without country code and separators, masked; `None` for anything else.
fn mobile(text: &str) -> Option<String> {
    if text.len() < 11 || text.len() > 24 {
        return None;
    }
    let mut digits = String::new();
    for letter in text.trim().trim_start_matches('+').chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' => {}
            _ => return None,
        }
    }
    let bare = ["0086", "86", ""].iter().find_map(|code| digits.strip_prefix(code).filter(|rest| rest.len() == 11))?;
    let real = bare.starts_with('1') && matches!(bare.as_bytes()[1], b'3'..=b'9');
    real.then(|| format!("{}****{}", &bare[..3], &bare[7..]))
}

/// Any other number: its last two digits are left. One that came masked already stays as it is.
fn other(text: &str) -> Cow<'_, str> {
    let shown = text.chars().filter(char::is_ascii_digit).count();
    if text.contains("***") && shown <= 7 {
        return Cow::Borrowed(text);
    }
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0..=4 => Cow::Borrowed("****"),
        length => Cow::Owned(format!("****{}", digits[length - 2..].iter().collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::warehouse::{Column, ColumnKind};

    fn frame(names: &[&str], cells: &[&str]) -> Arc<Frame> {
        let columns = names.iter().map(|name| Column { name: (*name).into(), kind: ColumnKind::Text }).collect();
        Arc::new(Frame { columns, rows: vec![cells.iter().map(|cell| Value::text(*cell)).collect()] })
    }

    #[test]
    fn telephone_numbers_are_masked_wherever_they_stand() {
        let cells = |frame: &Frame| frame.rows[0].iter().map(Value::plain).collect::<Vec<_>>();
        let masked_cells = |names: &[&str], values: &[&str]| cells(&masked(&frame(names, values)));
        assert_eq!(
            masked_cells(&["x", "note"], &["13800138000", "rang 13800138000"]),
            ["138****8000", "rang 13800138000"]
        );
        for written in ["+86 138-0013-8000", "8613800138000", "0086 138 0013 8000", " 13800138000 "] {
            assert_eq!(masked_cells(&["x"], &[written]), ["138****8000"], "{written}");
        }
        // A customer's landline and a foreign number; a store's line stays, and so does an id of eleven digits.
        assert_eq!(masked_cells(&["person_id", "phone"], &["p1", "010-6552 9988"]), ["p1", "****88"]);
        assert_eq!(masked_cells(&["person_id", "phone"], &["p1", "110"]), ["p1", "****"]);
        assert_eq!(masked_cells(&["store_id", "phone"], &["S1", "010-65529988"]), ["S1", "010-65529988"]);
        assert_eq!(masked_cells(&["sku"], &["12345678901"]), ["12345678901"]);
    }

    #[test]
    fn a_view_cuts_rows_and_columns() {
        let people = frame(&["person_id", "net_sales"], &["p1", "10"]);
        let sales = frame(&["store_id", "cost", "phone"], &["S1", "7", "010-1"]);
        let owner = View { people: false, hide: BTreeSet::new() };
        let clerk = View { people: true, hide: BTreeSet::from(["cost".to_owned()]) };
        assert!(seen(&owner, &people).rows.is_empty() && seen(&owner, &sales).rows.len() == 1);
        assert_eq!(seen(&clerk, &sales).rows[0][1], Value::Null);
        assert_eq!(seen(&clerk, &people).rows, people.rows);
        assert!(!cuts(&View::whole(), &people));
        assert!(about_people(&frame(&["name", "phone"], &["a", "b"])));
    }
}
