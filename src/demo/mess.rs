//! The rows of a messy chain that are truly wrong: no loader can guess what they should have said, so they belong in
//! quarantine. Each is a copy of a good row with one thing broken, under an id of its own; the good row stands above it.

use super::style::Column;

/// A deliberately bad row as the chain's own read-me lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Path below the generated directory.
    pub file: String,
    /// Physical line of the (unpacked) file, from 1.
    pub line: u64,
    pub what: &'static str,
}

/// What is broken in a copy of a receipt line.
pub(super) struct Broken {
    /// Place of the store in the chain.
    pub store: usize,
    /// The copy follows this line of the store, counted from 1.
    pub after: u64,
    pub column: Column,
    pub value: &'static str,
    pub what: &'static str,
}

pub(super) const TRANSACTIONS: [Broken; 12] = [
    Broken {
        store: 0,
        after: 40,
        column: Column::TransactionId,
        value: "",
        what: "missing key: transaction_id is blank",
    },
    Broken { store: 0, after: 210, column: Column::StoreId, value: "S099", what: "unknown store S099" },
    Broken {
        store: 0,
        after: 385,
        column: Column::OrderedAt,
        value: "2099-03-01 10:00:00",
        what: "a date in the future",
    },
    Broken {
        store: 1,
        after: 66,
        column: Column::Amount,
        value: "待确认",
        what: "bad number: the amount reads 待确认",
    },
    Broken {
        store: 1,
        after: 144,
        column: Column::OrderedAt,
        value: "2026/02/30 12:10",
        what: "impossible date: 30 February",
    },
    Broken { store: 2, after: 91, column: Column::Quantity, value: "", what: "missing quantity" },
    Broken {
        store: 3,
        after: 77,
        column: Column::OrderedAt,
        value: "2026年13月5日 15:20",
        what: "impossible date: month 13",
    },
    Broken {
        store: 3,
        after: 180,
        column: Column::StoreId,
        value: "S0O4",
        what: "unknown store S0O4 (letter O for a zero)",
    },
    Broken {
        store: 4,
        after: 120,
        column: Column::Quantity,
        value: "一件",
        what: "bad number: the quantity reads 一件",
    },
    Broken { store: 5, after: 58, column: Column::OrderedAt, value: "", what: "missing date: ordered_at is absent" },
    Broken {
        store: 6,
        after: 33,
        column: Column::Amount,
        value: "12.3.4",
        what: "bad number: the amount reads 12.3.4",
    },
    Broken { store: 7, after: 25, column: Column::StoreId, value: "", what: "missing store" },
];

/// A broken copy of a row of another table.
pub(super) struct BrokenCell {
    pub table: &'static str,
    /// The copy follows this row of the table, counted from 1.
    pub after: u64,
    pub column: &'static str,
    pub value: &'static str,
    pub what: &'static str,
}

pub(super) const OTHERS: [BrokenCell; 5] = [
    BrokenCell { table: "products", after: 120, column: "sku", value: "", what: "missing key: sku is blank" },
    BrokenCell {
        table: "products",
        after: 200,
        column: "price",
        value: "面议",
        what: "bad number: the price reads 面议",
    },
    BrokenCell {
        table: "customers",
        after: 90,
        column: "record_id",
        value: "",
        what: "missing key: the card number is blank",
    },
    BrokenCell { table: "feedback", after: 12, column: "nps", value: "11", what: "nps out of range: 11 of 10" },
    BrokenCell {
        table: "feedback",
        after: 30,
        column: "at",
        value: "2026-09-31 10:00:00",
        what: "impossible date: 31 September",
    },
];
