//! What is wrong in the workbook of rules: where, and a sentence in the reader's language.

use super::columns::Choice;
use crate::locale::{Arg, Locale};

/// One thing to mend.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The sheet as it is named in the file; empty for the whole file.
    pub sheet: String,
    /// `C5`; empty for a whole sheet.
    pub cell: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The sheet lacks a column that must be there.
    NoColumn(&'static str, &'static str),
    UnknownColumn(String),
    ColumnTwice(String),
    /// The cell is empty.
    Missing,
    NotANumber(String),
    /// Below 0, or with too many decimals.
    NotAnAmount(String),
    NotWhole(String, u32, u32),
    NotADay(String),
    /// A time of day: rules change overnight.
    TimeOfDay(String),
    NotAChoice(String, &'static [Choice]),
    /// A formula without a result.
    Formula(String),
    EndsBeforeItBegins,
    /// Contradicts the rule of the row with this number.
    SameAs(u32),
    /// Does not need more than the level of the row with this number.
    NotHigher(u32),
    /// No level has neither first nor last day and needs nothing.
    NoLowest,
    /// A multiplier of a category says which.
    SaysNotWhich,
    /// A multiplier of everything says which.
    SaysWhich,
    NotAWeekday(String),
    NotADate(u32, u32),
    /// Rules of the same kind stand in the settings too.
    InSettings(&'static str),
    /// Two workbooks of rules.
    TwoFiles(&'static str, &'static str),
    Other(String),
}

impl Fault {
    /// The sentence, without the place.
    pub fn say(&self, locale: &Locale) -> String {
        let chinese = locale.code().starts_with("zh");
        let number = |number: u32| number.to_string();
        let say = |key: &str, args: &[(&str, &str)]| {
            let args: Vec<(&str, Arg)> = args.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
            locale.t(&format!("rules-{key}"), &args)
        };
        match &self.what {
            What::NoColumn(zh, en) => say("no-column", &[("column", if chinese { zh } else { en })]),
            What::UnknownColumn(name) => say("unknown-column", &[("value", name)]),
            What::ColumnTwice(name) => say("column-twice", &[("value", name)]),
            What::Missing => say("missing", &[]),
            What::NotANumber(value) => say("not-a-number", &[("value", value)]),
            What::NotAnAmount(value) => say("not-an-amount", &[("value", value)]),
            What::NotWhole(value, least, most) => {
                say("not-whole", &[("value", value), ("least", &number(*least)), ("most", &number(*most))])
            }
            What::NotADay(value) => say("not-a-day", &[("value", value)]),
            What::TimeOfDay(value) => say("time-of-day", &[("value", value)]),
            What::NotAChoice(value, choices) => {
                let names: Vec<&str> = choices.iter().map(|choice| choice.name(chinese)).collect();
                say("not-a-choice", &[("value", value), ("choices", &names.join(if chinese { "、" } else { ", " }))])
            }
            What::Formula(value) => say("formula", &[("value", value)]),
            What::EndsBeforeItBegins => say("ends-before", &[]),
            What::SameAs(row) => say("same-as", &[("row", &number(*row))]),
            What::NotHigher(row) => say("not-higher", &[("row", &number(*row))]),
            What::NoLowest => say("no-lowest", &[]),
            What::SaysNotWhich => say("says-not-which", &[]),
            What::SaysWhich => say("says-which", &[]),
            What::NotAWeekday(value) => say("not-a-weekday", &[("value", value)]),
            What::NotADate(month, day) => say("not-a-date", &[("month", &number(*month)), ("day", &number(*day))]),
            What::InSettings(setting) => say("in-settings", &[("setting", setting)]),
            What::TwoFiles(one, other) => say("two-files", &[("one", one), ("other", other)]),
            What::Other(message) => say("other", &[("message", message)]),
        }
    }

    /// `等级!C5`; empty for the whole file.
    pub fn place(&self) -> String {
        match (self.sheet.as_str(), self.cell.as_str()) {
            (sheet, "") => sheet.to_owned(),
            (sheet, cell) => format!("{sheet}!{cell}"),
        }
    }
}
