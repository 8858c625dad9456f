//! The contract tables: their columns, the type each one holds, and the header names known to mean it.
//!
//! Synonyms stand in order of how specific they are: when two headers of a file mean the same column, the one that
//! stands earlier wins and the other is kept as an `extra_` column.

mod chain;
mod customers;
mod loyalty;
mod others;
mod service;
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
    /// The first day of a month.
    Month,
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
            Type::Date | Type::Month | Type::DayOf(_) => "date".into(),
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

/// Of the contract: counts up when a table or column changes its name or meaning.
pub const VERSION: u32 = 1;

/// Every contract table that files can fill; of two that fit a file equally well, the earlier one is meant.
pub static TABLES: [&TableSpec; 23] = [
    &transactions::TABLE,
    &customers::TABLE,
    &others::STORES,
    &others::STAFF,
    &others::PRODUCTS,
    &others::FEEDBACK,
    &service::INTERACTIONS,
    &loyalty::CONSENTS,
    &loyalty::POINTS,
    &loyalty::COUPONS,
    &loyalty::CAMPAIGNS,
    &loyalty::CAMPAIGN_TARGETS,
    &loyalty::REFERRALS,
    &loyalty::TAGS,
    &loyalty::INVITATIONS,
    &service::TRAINING,
    &service::INSPECTIONS,
    &service::FUNNEL,
    &chain::ALIASES,
    &chain::SUCCESSIONS,
    &chain::TARGETS,
    &chain::CONSIGNORS,
    &chain::CONSIGNMENT,
];

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

/// What a target is set for where the file does not say it.
pub const MEASURE: &str = "net_sales";

#[rustfmt::skip]
const RECORD_IDS: &[&str] = &[
    "会员卡号", "会员编号", "会员编码", "会员id", "会员号", "卡号", "顾客编号", "客户编号", "客户id", "用户id", "record id", "customer id", "customer no",
    "household id", "member id", "member no", "card no", "loyalty id", "client id", "user id", "customer", "member",
];

#[rustfmt::skip]
const STORE_IDS: &[&str] = &[
    "门店编码", "门店编号", "店铺编号", "店铺编码", "门店代码", "门店id", "店号", "store id", "store code", "store no", "shop id", "shop code", "branch id",
    "store", "shop", "branch", "location", "门店", "店铺",
];

#[rustfmt::skip]
const STAFF_IDS: &[&str] = &["导购编码", "导购编号", "店员编号", "员工编号", "工号", "店员", "导购", "staff id", "staff no", "employee id", "staff", "employee"];

#[rustfmt::skip]
const TRANSACTION_IDS: &[&str] = &[
    "订单编号", "订单号", "交易号", "流水单号", "小票号", "单据编号", "transaction id", "transaction no", "order id", "order no", "receipt id",
    "receipt no", "ticket no", "basket id", "order", "transaction", "receipt",
];

#[rustfmt::skip]
const SKUS: &[&str] = &["商品编码", "商品编号", "商品条码", "商品id", "货号", "sku", "product id", "product code", "item code", "barcode"];

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
