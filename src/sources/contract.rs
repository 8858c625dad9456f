//! The contract tables: their columns, the type each one holds, and the header names known to mean it.
//!
//! Synonyms stand in order of how specific they are: when two headers of a file mean the same column, the one that
//! stands earlier wins and the other is kept as an `extra_` column.

mod customers;
mod others;
mod transactions;

/// Codes a column may hold, each with the words that mean it in exports.
pub type Codes = &'static [(&'static str, &'static [&'static str])];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text that names something: trimmed, full-width digits made ASCII, never a number.
    Id,
    Text,
    /// DECIMAL(18, money scale).
    Money,
    /// DECIMAL(18,3).
    Quantity,
    Integer {
        min: i64,
        max: i64,
    },
    Date,
    DateTime,
    Bool,
    /// One of a few words. When `open`, other words are kept as they are; else they are errors.
    Code {
        allowed: Codes,
        open: bool,
    },
    /// Name of the source; not mapped.
    Source,
    /// Id space of the source; not mapped.
    IdSpace,
    /// Business day of another column; not mapped.
    DayOf(&'static str),
}

impl Type {
    /// Whether a file can supply it.
    pub fn mapped(self) -> bool {
        !matches!(self, Type::Source | Type::IdSpace | Type::DayOf(_))
    }
    /// DuckDB's type of the column.
    pub fn sql(self, money_scale: u8) -> String {
        match self {
            Type::Id | Type::Text | Type::Code { .. } | Type::Source | Type::IdSpace => "varchar".into(),
            Type::Money => format!("decimal(18,{money_scale})"),
            Type::Quantity => "decimal(18,3)".into(),
            Type::Integer { .. } => "integer".into(),
            Type::Date | Type::DayOf(_) => "date".into(),
            Type::DateTime => "timestamp".into(),
            Type::Bool => "boolean".into(),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    pub synonyms: &'static [&'static str],
}

#[derive(Debug, PartialEq, Eq)]
pub struct TableSpec {
    pub name: &'static str,
    /// In the order of the stored table.
    pub columns: &'static [ColumnSpec],
    /// Columns that name a row, within its source when `source` is among them.
    pub key: &'static [&'static str],
    /// Words in a file's name that speak for this table.
    pub file_words: &'static [&'static str],
}

impl TableSpec {
    pub fn column(&self, name: &str) -> Option<&'static ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }
    /// Columns a file can supply.
    pub fn mapped(&self) -> impl Iterator<Item = &'static ColumnSpec> {
        self.columns.iter().filter(|column| column.kind.mapped())
    }
    pub fn is_key(&self, name: &str) -> bool {
        self.key.contains(&name)
    }
}

/// Every contract table that files can fill.
pub static TABLES: [&TableSpec; 6] =
    [&transactions::TABLE, &customers::TABLE, &others::STORES, &others::STAFF, &others::PRODUCTS, &others::FEEDBACK];

pub fn table(name: &str) -> Option<&'static TableSpec> {
    TABLES.iter().copied().find(|table| table.name == name)
}

/// Ids of people that mean "nobody": compared in upper case, after trimming.
pub const NOBODY: &[&str] = &[
    "0",
    "WALKIN",
    "WALK-IN",
    "WALK IN",
    "GUEST",
    "ANONYMOUS",
    "散客",
    "非会员",
    "游客",
    "普通顾客",
    "匿名",
    "NULL",
    "N/A",
    "-",
    "无",
];

const fn required(name: &'static str, kind: Type, synonyms: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { name, kind, required: true, synonyms }
}

const fn optional(name: &'static str, kind: Type, synonyms: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { name, kind, required: false, synonyms }
}

/// A column the program fills.
const fn filled(name: &'static str, kind: Type) -> ColumnSpec {
    ColumnSpec { name, kind, required: false, synonyms: &[] }
}

#[rustfmt::skip]
const CHANNEL_CODES: Codes = &[
    ("store", &["门店", "线下", "实体店", "pos", "offline", "in-store", "instore"]),
    ("online", &["线上", "网店", "商城", "web", "webshop", "ecommerce", "e-commerce"]),
    ("wechat", &["微信", "小程序", "微信小程序", "weixin"]),
    ("phone", &["电话", "tel", "telephone"]),
    ("mail", &["邮件", "邮箱", "email", "e-mail"]),
    ("sms", &["短信"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sources::headers::normal;

    #[test]
    fn no_synonym_means_two_columns_of_one_table() {
        for table in TABLES {
            let mut seen = BTreeSet::new();
            for column in table.columns {
                let mut own = BTreeSet::new();
                for name in std::iter::once(&column.name).chain(column.synonyms) {
                    own.insert(normal(name));
                }
                for name in own {
                    assert!(seen.insert(name.clone()), "{}: {name} stands twice", table.name);
                }
            }
        }
    }

    #[test]
    fn keys_are_columns() {
        for table in TABLES {
            for key in table.key {
                assert!(table.column(key).is_some(), "{}.{key}", table.name);
            }
        }
    }
}
