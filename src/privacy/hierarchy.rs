//! From exact to general: the levels a column can be told at, worked out for the values it has.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::diversity::share;
use super::sample::number;
use crate::discreet::outline;
use crate::problem::{Problem, Result};
use crate::warehouse::{Frame, Value};

/// Which hierarchy a column gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// By its kind: dates, numbers, else prefixes.
    Auto,
    Dates,
    Numbers,
    /// The first characters: postcodes, region codes.
    Prefix,
    /// As it is, or not at all.
    Whole,
    /// A CSV file: a value and what it becomes, level by level.
    File(PathBuf),
}

/// One level of one column: every value of the column → a label.
#[derive(Debug, Clone)]
pub struct Level {
    /// For a person, e.g. `month`.
    pub title: String,
    /// Label of each value, by the number of the value. Numbers are equal where labels are.
    pub label_of: Vec<usize>,
    pub labels: Vec<Value>,
    /// What each label costs: (values under it − 1) / (values of the column − 1), 0 for one value and 1 for all
    /// (the loss metric of Iyengar 2002, "Transforming Data to Satisfy Privacy Constraints").
    pub loss: Vec<f64>,
}

/// The levels of a column, from its values as they are to one label for all.
#[derive(Debug, Clone)]
pub struct Hierarchy {
    pub levels: Vec<Level>,
}

/// Stands for every value.
pub const ALL: &str = "*";

/// More levels than this say little more and take long to search.
const MOST_BINS: usize = 10;
const MOST_PREFIXES: usize = 6;

impl Hierarchy {
    /// The levels of a column with these distinct values. `file` is the hierarchy file, when `shape` names one.
    ///
    /// Errors: a shape the values do not have; a hierarchy file that misses a value or is not a tree.
    pub fn of(column: &str, values: &[Value], shape: &Shape, file: Option<&Frame>) -> Result<Hierarchy> {
        let dated = |value: &Value| matches!(value, Value::Date(_) | Value::DateTime(_) | Value::Null);
        let numeric = |value: &Value| value.is_null() || value.as_f64().is_some();
        let wrong = |wanted: &str| {
            Problem::usage(format!("the column \"{column}\" does not hold {wanted} only"))
                .hint("choose another hierarchy: date, number, prefix, whole or a CSV file")
        };
        let names = match shape {
            Shape::Auto if values.iter().all(dated) => dates(values),
            Shape::Auto if values.iter().all(numeric) => numbers(values),
            Shape::Auto | Shape::Prefix => prefixes(values),
            Shape::Dates if values.iter().all(dated) => dates(values),
            Shape::Dates => return Err(wrong("dates")),
            Shape::Numbers if values.iter().all(numeric) => numbers(values),
            Shape::Numbers => return Err(wrong("numbers")),
            Shape::Whole => Vec::new(),
            Shape::File(path) => {
                let empty = Frame::default();
                from_file(column, values, file.unwrap_or(&empty))
                    .map_err(|problem| if problem.place().is_some() { problem } else { problem.at(path.clone()) })?
            }
        };
        let exact = ("as it is".to_owned(), values.to_vec());
        let all = ("*".to_owned(), vec![Value::text(ALL); values.len()]);
        let levels = std::iter::once(exact).chain(names).chain([all]);
        Ok(Hierarchy { levels: levels.map(|(title, labels)| level(title, &labels)).collect() })
    }

    pub fn top(&self) -> usize {
        self.levels.len() - 1
    }
}

type Named = (String, Vec<Value>);

fn level(title: String, labels: &[Value]) -> Level {
    let mut numbers: BTreeMap<Option<String>, usize> = BTreeMap::new();
    let mut found: Vec<(Value, u64)> = Vec::new();
    let mut label_of = Vec::with_capacity(labels.len());
    for label in labels {
        let key = (!label.is_null()).then(|| label.plain());
        let at = *numbers.entry(key).or_insert_with(|| {
            found.push((label.clone(), 0));
            found.len() - 1
        });
        found[at].1 += 1;
        label_of.push(at);
    }
    let others = (labels.len() as u64).saturating_sub(1);
    let loss = found.iter().map(|(_, values)| share(values - 1, others)).collect();
    Level { title, label_of, labels: found.into_iter().map(|(label, _)| label).collect(), loss }
}

/// A missing value stays missing until all values are one.
fn each(values: &[Value], label: impl Fn(&Value) -> String) -> Vec<Value> {
    let one = |value: &Value| if value.is_null() { Value::Null } else { Value::text(label(value)) };
    values.iter().map(one).collect()
}

fn dates(values: &[Value]) -> Vec<Named> {
    let by = |title: &str, label: &dyn Fn(jiff::civil::Date) -> String| {
        let dated = |value: &Value| match value {
            Value::Date(date) => label(*date),
            Value::DateTime(at) => label(at.date()),
            other => other.plain(),
        };
        (title.to_owned(), each(values, dated))
    };
    let mut levels = Vec::new();
    if values.iter().any(|value| matches!(value, Value::DateTime(_))) {
        levels.push(by("day", &|date| date.to_string()));
    }
    levels.push(by("month", &|date| format!("{:04}-{:02}", date.year(), date.month())));
    levels.push(by("quarter", &|date| format!("{:04}-Q{}", date.year(), (date.month() - 1) / 3 + 1)));
    levels.push(by("year", &|date| format!("{:04}", date.year())));
    levels
}

/// Bins that begin at multiples of their width, each as wide as two of the level before. The narrowest are 2 wide, or
/// as much wider (1, 2, 5, 10 …) as it takes to come to the end in a few levels.
fn numbers(values: &[Value]) -> Vec<Named> {
    let known = || values.iter().filter_map(number).filter(|number| number.is_finite());
    let (least, greatest) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), n| (a.min(n), b.max(n)));
    let range = greatest - least;
    if range.is_nan() || range <= 0.0 || range.is_infinite() {
        return Vec::new();
    }
    let whole = values.iter().all(|value| matches!(value, Value::Int(_) | Value::Null));
    let mut width = first_width(range, whole);
    let mut levels = Vec::new();
    while levels.len() < MOST_BINS && width < range {
        let bin = |value: &Value| match number(value).filter(|number| number.is_finite()) {
            Some(number) => {
                let low = (number / width).floor() * width;
                format!("{} to <{}", short(low), short(low + width))
            }
            None => value.plain(),
        };
        levels.push((format!("bins of {}", short(width)), each(values, bin)));
        width *= 2.0;
    }
    levels
}

fn first_width(range: f64, whole: bool) -> f64 {
    let wanted = range / 2f64.powi(10);
    let steps = (-12..=18).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)));
    let mut fitting = steps.filter(|width| *width >= wanted && (!whole || *width >= 2.0));
    fitting.next().unwrap_or(wanted.max(2.0))
}

/// A bound of a bin without the noise of binary fractions.
fn short(number: f64) -> String {
    let text = format!("{number:.12}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The first characters; what is cut is marked by one star, so that it does not tell how much it was.
fn prefixes(values: &[Value]) -> Vec<Named> {
    let longest = values.iter().map(|value| value.plain().chars().count()).max().unwrap_or_default();
    let step = longest.saturating_sub(1).div_ceil(MOST_PREFIXES).max(1);
    let cut = |value: &Value, kept: usize| {
        let text = value.plain();
        if text.chars().count() <= kept { text } else { text.chars().take(kept).chain(['*']).collect() }
    };
    let kept = (1..=MOST_PREFIXES).map(|at| longest.saturating_sub(at * step)).filter(|kept| *kept > 0);
    kept.map(|kept| (format!("first {kept} characters"), each(values, |value| cut(value, kept)))).collect()
}

fn from_file(column: &str, values: &[Value], file: &Frame) -> Result<Vec<Named>> {
    if file.columns.len() < 2 {
        return Err(Problem::usage("a hierarchy has two columns or more: a value, and what it becomes level by level"));
    }
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for (at, row) in file.rows.iter().enumerate() {
        if lines.insert(row[0].plain(), at).is_some() {
            return Err(Problem::usage("a value stands twice in the hierarchy").line(at + 2));
        }
    }
    tree(file)?;
    let missing: BTreeSet<String> = values
        .iter()
        .filter(|value| !value.is_null() && !lines.contains_key(&value.plain()))
        .map(|value| outline(&value.plain()))
        .collect();
    if let Some(form) = missing.first() {
        return Err(Problem::usage(format!(
            "values of \"{column}\" are missing in the hierarchy, among them one of the form {form}"
        )));
    }
    let label = |value: &Value, level: usize| {
        let row = lines.get(&value.plain()).and_then(|at| file.rows.get(*at));
        row.map(|row| row[level].plain()).unwrap_or_default()
    };
    let levels = 1..file.columns.len();
    Ok(levels.map(|at| (file.columns[at].name.clone(), each(values, |value| label(value, at)))).collect())
}

/// What is one at a level must stay one above it.
fn tree(file: &Frame) -> Result<()> {
    for level in 1..file.columns.len().saturating_sub(1) {
        let mut above: BTreeMap<String, String> = BTreeMap::new();
        for (at, row) in file.rows.iter().enumerate() {
            let next = row[level + 1].plain();
            if above.insert(row[level].plain(), next.clone()).is_some_and(|before| before != next) {
                let (here, there) = (&file.columns[level].name, &file.columns[level + 1].name);
                return Err(Problem::usage(format!("one value of \"{here}\" becomes two of \"{there}\""))
                    .line(at + 2)
                    .hint("each level is made from the one before it"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::warehouse::{Column, ColumnKind};

    fn told(values: &[Value], shape: &Shape) -> Vec<Vec<String>> {
        let hierarchy = Hierarchy::of("c", values, shape, None).unwrap();
        hierarchy
            .levels
            .iter()
            .map(|level| level.label_of.iter().map(|at| level.labels[*at].plain()).collect())
            .collect()
    }

    #[test]
    fn dates_go_from_day_to_month_quarter_year() {
        let values = [Value::Date(date(2026, 2, 28)), Value::Date(date(2026, 4, 1)), Value::Null];
        assert_eq!(
            told(&values, &Shape::Auto),
            [
                ["2026-02-28", "2026-04-01", ""],
                ["2026-02", "2026-04", ""],
                ["2026-Q1", "2026-Q2", ""],
                ["2026", "2026", ""],
                ["*", "*", "*"]
            ]
        );
    }

    #[test]
    fn bins_double_and_nest() {
        let values = [Value::Int(-1), Value::Int(2), Value::Int(9)];
        // The range is 10: bins of 2, 4 and 8; bins of 16 would be wider than the range.
        assert_eq!(
            told(&values, &Shape::Numbers),
            [
                ["-1", "2", "9"],
                ["-2 to <0", "2 to <4", "8 to <10"],
                ["-4 to <0", "0 to <4", "8 to <12"],
                ["-8 to <0", "0 to <8", "8 to <16"],
                ["*", "*", "*"]
            ]
        );
        assert_eq!(told(&[Value::Int(5)], &Shape::Numbers), [["5"], ["*"]]);
        assert_eq!(told(&[Value::Float(f64::NAN)], &Shape::Numbers), [["NaN"], ["*"]]);
    }

    #[test]
    fn codes_lose_their_last_characters() {
        let values = [Value::text("310"), Value::text("315"), Value::text("4")];
        assert_eq!(
            told(&values, &Shape::Auto),
            [["310", "315", "4"], ["31*", "31*", "4"], ["3*", "3*", "4"], ["*", "*", "*"]]
        );
    }

    #[test]
    fn a_label_costs_by_the_values_under_it() {
        let values = ["310", "315", "4"].map(Value::text);
        let hierarchy = Hierarchy::of("c", &values, &Shape::Prefix, None).unwrap();
        // Three values: 31* stands for two of them, (2−1)/(3−1); 4 for itself; * for all, (3−1)/(3−1).
        assert_eq!(hierarchy.levels[1].loss, [0.5, 0.0]);
        assert_eq!(hierarchy.levels[hierarchy.top()].loss, [1.0]);
    }

    #[test]
    fn a_file_gives_its_levels_and_must_be_a_tree() {
        let frame = |rows: &[[&str; 3]]| Frame {
            columns: ["city", "province", "part"]
                .map(|name| Column { name: name.into(), kind: ColumnKind::Text })
                .into_iter()
                .collect::<Arc<[Column]>>(),
            rows: rows.iter().map(|row| row.map(Value::text).to_vec()).collect(),
        };
        let shape = Shape::File("h.csv".into());
        let good = frame(&[["杭州", "浙江", "华东"], ["宁波", "浙江", "华东"], ["广州", "广东", "华南"]]);
        let values = ["宁波", "广州"].map(Value::text);
        let hierarchy = Hierarchy::of("city", &values, &shape, Some(&good)).unwrap();
        assert_eq!(hierarchy.levels[1].labels, ["浙江", "广东"].map(Value::text));
        assert_eq!(hierarchy.top(), 3);
        let torn = frame(&[["杭州", "浙江", "华东"], ["宁波", "浙江", "华南"]]);
        let problem = Hierarchy::of("city", &values[..1], &shape, Some(&torn)).unwrap_err();
        assert_eq!(problem.place().and_then(|place| place.line), Some(3), "{problem}");
        let missing = Hierarchy::of("city", &[Value::text("Wien1")], &shape, Some(&good)).unwrap_err();
        assert!(missing.message().contains("aaaa9") && !missing.message().contains("Wien"), "{missing}");
        assert!(Hierarchy::of("city", &values, &shape, None).is_err());
        assert!(Hierarchy::of("city", &values, &Shape::Dates, None).is_err());
    }
}
