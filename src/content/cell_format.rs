//! How a value is written for a reader: chosen by the author, else by the column's type and the words of its name.

use crate::locale::Locale;
use crate::locale::format::{NO_NUMBER, Num};
use crate::warehouse::{ColumnKind, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    /// Whole, or with this many decimals.
    Number(u8),
    /// Units sold: whole where they are whole, else with their decimals.
    Quantity,
    Money,
    Percent,
    Date,
    Month,
    DateTime,
}

/// Names an author may give.
pub const NAMES: [&str; 8] = ["text", "number", "decimal", "money", "percent", "date", "month", "datetime"];

const MONEY_WORDS: [&str; 11] =
    ["margin", "sales", "spend", "amount", "price", "cost", "monetary", "basket", "discount", "revenue", "liability"];
const SHARE_WORDS: [&str; 7] = ["share", "rate", "growth", "pct", "completeness", "validity", "confidence"];

impl Format {
    pub fn named(name: &str) -> Option<Format> {
        Some(match name {
            "text" => Format::Text,
            "number" => Format::Number(0),
            "decimal" => Format::Number(2),
            "money" => Format::Money,
            "percent" => Format::Percent,
            "date" => Format::Date,
            "month" => Format::Month,
            "datetime" => Format::DateTime,
            _ => return None,
        })
    }

    /// What a column most likely holds. Scores (nps, csat, ces) have one or two decimals of their own.
    pub fn of_column(name: &str, kind: ColumnKind) -> Format {
        let has = |words: &[&str]| name.split('_').any(|part| words.contains(&part));
        match kind {
            ColumnKind::Date if name == "month" || name.ends_with("_month") => Format::Month,
            ColumnKind::Date => Format::Date,
            ColumnKind::DateTime => Format::DateTime,
            ColumnKind::Text | ColumnKind::Bool | ColumnKind::Other => Format::Text,
            ColumnKind::Decimal if ["items", "quantity"].contains(&name.trim_end_matches("_previous")) => {
                Format::Quantity
            }
            _ if has(&SHARE_WORDS) => Format::Percent,
            _ if has(&MONEY_WORDS) => Format::Money,
            ColumnKind::Int => Format::Number(0),
            _ if name.starts_with("nps") => Format::Number(1),
            ColumnKind::Decimal | ColumnKind::Float => Format::Number(2),
        }
    }

    /// Name of the column's kind in the theme's tables.
    pub fn theme_kind(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Number(_) | Format::Quantity => "number",
            Format::Money => "money",
            Format::Percent => "percent",
            Format::Date | Format::Month | Format::DateTime => "date",
        }
    }

    /// A cell in the reader's language; a missing value is a dash, a missing text nothing.
    pub fn write(self, value: &Value, locale: &Locale) -> String {
        match (self, value) {
            (Format::Text, Value::Null) => String::new(),
            (_, Value::Null) => NO_NUMBER.to_owned(),
            (Format::Month, Value::Date(date)) => locale.month(*date),
            (_, Value::Date(date)) => locale.date(*date),
            (Format::Date, Value::DateTime(at)) => locale.date(at.date()),
            (_, Value::DateTime(at)) => locale.datetime(*at),
            (_, Value::Bool(value)) => locale.t(if *value { "yes" } else { "no" }, &[]),
            (format, value) => match number(value) {
                Some(number) => format.write_number(number, locale),
                None => value.plain(),
            },
        }
    }

    /// A number in the reader's language.
    pub fn write_number(self, number: Num, locale: &Locale) -> String {
        match self {
            Format::Money => locale.money(number),
            Format::Percent => locale.percent(number),
            Format::Number(decimals) => locale.number(number, decimals),
            Format::Quantity => locale.number(number, decimals_of(number)),
            _ => locale.number(number, u8::from(!matches!(number, Num::Int(_))) * 2),
        }
    }
}

/// Decimals a quantity really has, at most three.
fn decimals_of(number: Num) -> u8 {
    match number {
        Num::Int(_) | Num::Float(_) => 0,
        Num::Decimal { unscaled, scale } => {
            let zeros = (0..scale).take_while(|at| unscaled % 10i128.pow(u32::from(*at) + 1) == 0).count();
            scale.saturating_sub(u8::try_from(zeros).unwrap_or(0)).min(3)
        }
    }
}

/// The exact number of a cell.
pub fn number(value: &Value) -> Option<Num> {
    match value {
        Value::Int(value) => Some(Num::Int(*value)),
        Value::Decimal { unscaled, scale } => Some(Num::Decimal { unscaled: *unscaled, scale: *scale }),
        Value::Float(value) => Some(Num::Float(*value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_column_holds() {
        assert_eq!(Format::of_column("net_sales_previous", ColumnKind::Decimal), Format::Money);
        assert_eq!(Format::of_column("refund_share", ColumnKind::Decimal), Format::Percent);
        assert_eq!(Format::of_column("orders", ColumnKind::Int), Format::Number(0));
        assert_eq!(Format::of_column("items", ColumnKind::Decimal), Format::Quantity);
        assert_eq!(decimals_of(Num::Decimal { unscaled: 14_000, scale: 3 }), 0);
        assert_eq!(decimals_of(Num::Decimal { unscaled: 1_250, scale: 3 }), 2);
        assert_eq!(Format::of_column("growth_previous", ColumnKind::Decimal), Format::Percent);
        assert_eq!(Format::of_column("month", ColumnKind::Date), Format::Month);
        assert_eq!(Format::of_column("items_per_order", ColumnKind::Decimal), Format::Number(2));
    }
}
