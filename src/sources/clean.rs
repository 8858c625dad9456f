//! From the text of a cell to a typed value, as SQL over macros (`clean.sql`).

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::contract::{Codes, NOBODY, Type};
use super::records::mark;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, literal};

/// Separates the errors of a row, and the parts of an error.
pub const ERROR_END: &str = "chr(30)";
pub const ERROR_PART: &str = "chr(31)";

/// A wrong value as an error tells it: the two separators in it would end it and make its rest a rule.
pub fn told(text: &str) -> String {
    format!("translate({text}, chr(30) || chr(31), '  ')")
}

/// Defines the macros in the loading database.
pub fn define(project: &Project, engine: &DuckDb) -> Result<()> {
    let zone = &project.config.project.timezone;
    let zone = TimeZone::get(zone).map_err(|error| Problem::usage(format!("timezone {zone}: {error}")))?;
    engine.batch(&format!("{};\n{}", local_macro(&zone), include_str!("clean.sql")))
}

/// `sb_local(utc)`: civil time of the zone. Its changes of the clock stand in the macro, so that no
/// time-zone library is needed in SQL.
fn local_macro(zone: &TimeZone) -> String {
    let from: jiff::Timestamp =
        jiff::civil::date(1990, 1, 1).to_zoned(TimeZone::UTC).map_or(jiff::Timestamp::UNIX_EPOCH, |at| at.timestamp());
    let (mut times, mut offsets) = (Vec::new(), vec![zone.to_offset(from).seconds().to_string()]);
    for change in zone.following(from).take_while(|change| change.timestamp().as_second() < 2_524_608_000) {
        times.push(change.timestamp().as_second().to_string());
        offsets.push(change.offset().seconds().to_string());
    }
    if times.is_empty() {
        return format!("create or replace macro sb_local(t) as t + to_seconds({})", offsets[0]);
    }
    // `t` is a long expression: it must not stand in the macro once per change.
    format!(
        "create or replace macro sb_local(t) as t + to_seconds([{}][len(list_filter([{}], lambda c: c <= epoch(t))) + 1])",
        offsets.join(", "),
        times.join(", ")
    )
}

/// The trimmed text of a column, by its type and what its cells hold.
pub fn text(kind: Type, column: &str, marks: u8) -> String {
    let id = kind == Type::Id;
    let hard = if id { mark::CONTROL | mark::EQUALS | mark::WIDE | mark::PLUS } else { mark::CONTROL | mark::EQUALS };
    if marks & hard != 0 {
        if id { format!("sb_id({column})") } else { format!("sb_trim({column})") }
    } else if marks & (mark::EDGE | mark::WIDE) != 0 {
        format!("nullif(trim({column}), '')")
    } else {
        column.to_owned()
    }
}

/// How the values of a column are read.
#[derive(Debug, Clone, Default)]
pub struct Reading<'a> {
    /// `dmy`, `mdy`, `serial` or empty.
    pub order: &'a str,
    /// Money in hundredths.
    pub fen: bool,
    pub codes: Option<&'a std::collections::BTreeMap<String, String>>,
}

/// A number of six decimals, before money is rounded.
pub fn number(kind: Type, text: &str, reading: &Reading) -> Option<String> {
    match kind {
        Type::Money if reading.fen => {
            Some(format!("try_cast(sb_number({text}) * 0.01::decimal(3,2) as decimal(18,6))"))
        }
        Type::Money | Type::Quantity | Type::Integer { .. } => Some(format!("sb_number({text})")),
        _ => None,
    }
}

/// The typed value. `text` and `number` name columns that hold what the functions above gave.
pub fn value(kind: Type, text: &str, number: &str, scale: u8, reading: &Reading) -> String {
    match kind {
        Type::Money | Type::Quantity => format!("{number}::{}", kind.sql(scale)),
        Type::Integer { .. } => {
            format!("case when {number} = trunc({number}) then try_cast({number} as integer) end")
        }
        Type::Date => format!("sb_moment({text}, {})::date", literal(reading.order)),
        Type::Month => format!("sb_month({text}, {})", literal(reading.order)),
        Type::DateTime => format!("sb_moment({text}, {})", literal(reading.order)),
        Type::Bool => format!("sb_bool({text})"),
        Type::Code { allowed, open } => code(text, allowed, open, reading),
        _ => text.to_owned(),
    }
}

fn code(text: &str, allowed: Codes, open: bool, reading: &Reading) -> String {
    let mut sql = "case".to_owned();
    for (from, to) in reading.codes.into_iter().flatten() {
        let _ = write!(sql, " when {text} = {} then {}", literal(from), literal(to));
    }
    for (word, synonyms) in allowed {
        let words: Vec<String> = std::iter::once(word).chain(*synonyms).map(|word| literal(word)).collect();
        let _ = write!(sql, " when list_contains([{}], lower({text})) then {}", words.join(", "), literal(word));
    }
    let _ = write!(sql, " else {} end", if open { text } else { "null" });
    sql
}

/// The person's id without the words that mean nobody.
pub fn person(value: &str, marks: u8) -> String {
    if marks & (mark::LETTER | mark::WIDE | mark::EDGE) == 0 {
        return format!("case when {value} = '0' or {value} = '-' then null else {value} end");
    }
    let words: Vec<String> = NOBODY.iter().map(|word| literal(word)).collect();
    format!("case when list_contains([{}], upper({value})) then null else {value} end", words.join(", "))
}

/// One way in which a cell can be wrong.
pub struct Fault {
    /// Cheap, and true at least where `exact` is: decides which rows are looked at closely.
    pub hint: String,
    pub exact: String,
    pub rule: &'static str,
}

/// What can be wrong with a cell. `text` and `value` name its columns.
pub fn faults(kind: Type, text: &str, value: &str, marks: u8) -> Vec<Fault> {
    let unreadable = |rule| Fault {
        hint: format!("({value} is null and {text} is not null)"),
        exact: format!("({value} is null and not coalesce(sb_blank({text}), true))"),
        rule,
    };
    let simple = |condition: String, rule| Fault { hint: condition.clone(), exact: condition, rule };
    let outside = || simple(format!("({value} not between date '1900-01-01' and date '2100-12-31')"), "range");
    match kind {
        Type::Id if marks & mark::PLUS == 0 => Vec::new(),
        Type::Id => vec![simple(format!("(sb_scientific({text}))"), "precision")],
        Type::Money | Type::Quantity | Type::Bool => vec![unreadable("type")],
        Type::Integer { min, max } => {
            vec![unreadable("type"), simple(format!("({value} not between {min} and {max})"), "range")]
        }
        Type::Date | Type::Month | Type::DateTime => vec![unreadable("type"), outside()],
        Type::Code { open: false, .. } => vec![unreadable("code")],
        _ => Vec::new(),
    }
}

/// A required cell without a value.
pub fn absent(kind: Type, text: &str, value: &str, rule: &'static str) -> Fault {
    let hint = format!("({value} is null)");
    let typed = !matches!(kind, Type::Id | Type::Text);
    let exact = if typed { format!("({value} is null and coalesce(sb_blank({text}), true))") } else { hint.clone() };
    Fault { hint, exact, rule }
}
