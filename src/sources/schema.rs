//! What columns a file showed and how they were understood: what a release keeps of it, so that the next drop can be
//! compared. Nothing of a cell is kept, only its form.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::Arrival;
use super::contract::Type;
use super::mapping::{From, Mapping};
use super::shape::Shape;

/// A file's bytes (hash) and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSchema {
    pub hash: String,
    pub columns: Columns,
}

/// The columns of a file as the contract sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Columns {
    /// By contract column.
    pub mapped: BTreeMap<String, MappedFrom>,
    /// Headers that mean nothing to the contract, in the file's order.
    pub unmapped: Vec<String>,
}

/// Where a contract column comes from, and what its first values look like.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MappedFrom {
    /// The file's header; `(composed)` or `(constant)` where the settings say so.
    pub from: String,
    /// `number`, `text`, `date Y-9-9` and so on; empty where the column was empty or may hold anything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub form: String,
}

/// The schema of a file.
pub(super) fn of(arrival: &Arrival) -> FileSchema {
    FileSchema { hash: arrival.staged().content.clone(), columns: arrival.known.columns.clone() }
}

/// The columns of a file that is being read.
pub(super) fn columns(mapping: &Mapping, shape: &Shape) -> Columns {
    let mapped = mapping.columns.iter().map(|mapped| {
        let (from, form) = match &mapped.from {
            From::Header(at) => {
                let cells = shape.samples.iter().filter_map(|row| row.get(*at)).map(|cell| cell.trim());
                let name = shape.names.get(*at).cloned().unwrap_or_default();
                (name, if typed(mapped.column.kind) { form(cells) } else { String::new() })
            }
            From::Composed(_) => ("(composed)".to_owned(), String::new()),
            From::Expression(_) => ("(expression)".to_owned(), String::new()),
            From::Constant(_) => ("(constant)".to_owned(), String::new()),
        };
        (mapped.column.name.to_owned(), MappedFrom { from, form })
    });
    let unmapped = mapping.extras.iter().filter_map(|(at, _)| shape.names.get(*at).cloned());
    Columns { mapped: mapped.collect(), unmapped: unmapped.collect() }
}

/// Columns in which a value of another form is damage; an id or a text may change its look.
fn typed(kind: Type) -> bool {
    matches!(kind, Type::Money | Type::Quantity | Type::Integer { .. } | Type::Date | Type::Month | Type::DateTime)
}

static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-+(]?[¥￥$€£]?\s*[-+]?[\d,，.]+\s*[)元]?$").ok());
static DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(\d{1,4})([-/.年])(\d{1,2})([-/.月])(\d{1,4})").ok());

/// What most of the values look like: `number`, `text`, or `date` with the order of its parts (`Y` is a year of four
/// digits, `9` a day or a month). Empty without values.
fn form<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for cell in cells.filter(|cell| !cell.is_empty()) {
        *counts.entry(form_of(cell)).or_default() += 1;
    }
    // The most frequent form; the first in the alphabet among equals.
    let best = counts.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)));
    best.map(|(form, _)| form).unwrap_or_default()
}

fn form_of(cell: &str) -> String {
    if let Some(parts) = DAY.as_ref().and_then(|pattern| pattern.captures(cell)) {
        let digits = |at: usize| if parts.get(at).is_some_and(|part| part.len() == 4) { "Y" } else { "9" };
        let between = |at: usize| parts.get(at).map_or("", |part| part.as_str());
        return format!("date {}{}{}{}{}", digits(1), between(2), digits(3), between(4), digits(5));
    }
    let number = NUMBER.as_ref().is_some_and(|pattern| pattern.is_match(cell));
    if number { "number".to_owned() } else { "text".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn a_form_tells_numbers_texts_and_orders_of_a_date_apart() {
        for (cells, expected) in [
            (vec!["12", "3.50", "-4", "1,200.00", "¥ 5"], "number"),
            (vec!["2026-10-01", "2026-10-2 08:00"], "date Y-9-9"),
            (vec!["10/01/2026"], "date 9/9/Y"),
            (vec!["2026年10月1日"], "date Y年9月9"),
            (vec!["abc", "12", "x"], "text"),
            (vec!["", ""], ""),
            // A tie goes to the first in the alphabet, whatever the order of the rows.
            (vec!["abc", "1"], "number"),
            (vec!["1", "abc"], "number"),
        ] {
            assert_eq!(form(cells.iter().copied()), expected, "{cells:?}");
        }
    }
}
