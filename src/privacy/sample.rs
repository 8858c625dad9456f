//! A table as the measures see it: classes of rows that are alike in the quasi-identifiers, and how often each
//! sensitive value stands in each class.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::problem::{Problem, Result};
use crate::warehouse::{ColumnKind, Frame, Value};

/// Rows that are alike in every quasi-identifier: an equivalence class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    pub rows: u64,
    /// For each sensitive column: how many rows have which value. Values are numbered in their order.
    pub counts: Vec<BTreeMap<usize, u64>>,
}

/// A table, reduced to what anonymity depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    pub classes: Vec<Class>,
    /// For each sensitive column: whether its values have an order (numbers, dates).
    pub ordered: Vec<bool>,
}

/// Where the columns of a [`Sample`] stand in a frame.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    pub quasi: &'a [usize],
    pub sensitive: &'a [usize],
    /// Column with the number of equal rows behind each row; without it each row is one.
    pub rows: Option<usize>,
    /// The columns are texts because nobody said what they are (CSV): one that holds numbers or dates only has an order.
    pub untyped: bool,
}

/// A value by its place among the others: a missing one before all, then by number, then by text.
#[derive(Debug, Clone, PartialEq)]
struct Rank(f64, Option<String>);

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then_with(|| self.1.cmp(&other.1))
    }
}

impl Sample {
    /// Sorts the rows of a frame into classes. A missing value is a value like any other: whoever knows that it is
    /// missing can look for it.
    ///
    /// Errors: no rows.
    pub fn of(frame: &Frame, columns: Columns<'_>) -> Result<Sample> {
        if frame.rows.is_empty() {
            return Err(Problem::failed("there is not one row to look at"));
        }
        let ordered: Vec<bool> = columns.sensitive.iter().map(|at| has_order(frame, *at, columns.untyped)).collect();
        let numbers: Vec<BTreeMap<Rank, usize>> =
            columns.sensitive.iter().zip(&ordered).map(|(at, ordered)| numbered(frame, *at, *ordered)).collect();
        let mut found: HashMap<Vec<Option<String>>, usize> = HashMap::new();
        let mut classes: Vec<Class> = Vec::new();
        for row in &frame.rows {
            let key: Vec<Option<String>> = columns.quasi.iter().map(|at| text(&row[*at])).collect();
            let at = *found.entry(key).or_insert_with(|| {
                classes.push(Class { rows: 0, counts: vec![BTreeMap::new(); columns.sensitive.len()] });
                classes.len() - 1
            });
            let rows = columns.rows.and_then(|at| row[at].as_i64()).map_or(1, i64::unsigned_abs);
            classes[at].rows += rows;
            for (which, column) in columns.sensitive.iter().enumerate() {
                let number = numbers[which].get(&rank(&row[*column], ordered[which])).copied().unwrap_or_default();
                *classes[at].counts[which].entry(number).or_default() += rows;
            }
        }
        Ok(Sample { classes, ordered })
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.classes.iter().map(|class| class.rows).sum()
    }

    /// k of k-anonymity: the rows of the smallest class (Sweeney 2002; pyCANON `k_anonymity`). No rows, no k: 0.
    pub fn k(&self) -> u64 {
        self.classes.iter().map(|class| class.rows).min().unwrap_or_default()
    }

    /// Rows that nobody shares the quasi-identifiers with: sample uniques (Hundepool et al. 2012, chapter 3).
    pub fn uniques(&self) -> u64 {
        self.below(2)
    }

    /// Rows in classes smaller than `k`.
    pub fn below(&self, k: u64) -> u64 {
        self.classes.iter().map(|class| class.rows).filter(|rows| *rows < k).sum()
    }

    /// How often each value of a sensitive column stands in the whole table.
    pub(super) fn overall(&self, sensitive: usize) -> BTreeMap<usize, u64> {
        let mut all = BTreeMap::new();
        for class in &self.classes {
            for (value, rows) in class.counts.get(sensitive).into_iter().flatten() {
                *all.entry(*value).or_default() += rows;
            }
        }
        all
    }
}

fn text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.plain())
}

fn numbered(frame: &Frame, at: usize, ordered: bool) -> BTreeMap<Rank, usize> {
    let distinct: BTreeSet<Rank> = frame.rows.iter().map(|row| rank(&row[at], ordered)).collect();
    distinct.into_iter().enumerate().map(|(number, rank)| (rank, number)).collect()
}

/// A missing value has no text, which is before every other.
fn rank(value: &Value, ordered: bool) -> Rank {
    if !ordered {
        return Rank(0.0, text(value));
    }
    let number = if value.is_null() { f64::NEG_INFINITY } else { number(value).unwrap_or_default() };
    Rank(number, text(value))
}

fn has_order(frame: &Frame, at: usize, untyped: bool) -> bool {
    match frame.columns[at].kind {
        ColumnKind::Int | ColumnKind::Decimal | ColumnKind::Float | ColumnKind::Date | ColumnKind::DateTime => true,
        ColumnKind::Text if untyped => {
            let mut values = frame.rows.iter().map(|row| &row[at]).filter(|value| !value.is_null()).peekable();
            values.peek().is_some() && values.all(|value| value.as_str().is_some_and(looks_ordered))
        }
        _ => false,
    }
}

/// A number or a date, and no code: `007` and `1e5` are codes.
fn looks_ordered(text: &str) -> bool {
    if text.parse::<jiff::civil::Date>().is_ok() {
        return true;
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(part) && (whole.len() == 1 || !whole.starts_with('0'))
}

/// A number or a time on one scale; days for dates.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Date(date) => Some(days(*date)),
        Value::DateTime(at) => {
            let time = at.time();
            let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
            Some(days(at.date()) + (f64::from(seconds) + f64::from(time.subsec_nanosecond()) / 1e9) / 86_400.0)
        }
        Value::Text(text) => match text.parse::<jiff::civil::Date>() {
            Ok(date) => Some(days(date)),
            Err(_) => text.parse().ok(),
        },
        other => other.as_f64(),
    }
}

fn days(date: jiff::civil::Date) -> f64 {
    let since = jiff::civil::Date::constant(1970, 1, 1).until(date).map(|span| span.get_days());
    f64::from(since.unwrap_or_default())
}
