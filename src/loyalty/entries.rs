//! What happens to points, and what the ledger says of it.

use jiff::civil::{Date, DateTime};

/// Hundredths of a point, as `decimal(18, 2)` holds them.
pub type Points = i64;

/// What happened. The order of the kinds is that of events of the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Opening,
    Merge,
    Sale,
    Refund,
    Redeem,
    Adjust,
}

/// One event. Events are ordered by time, kind and id, which is unique among the events of a person and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: DateTime,
    pub kind: Kind,
    pub id: String,
    /// Of a sale: its key; of a refund: the key of the sale it takes back.
    pub order: String,
    /// Place of the rules of its day among the versions.
    pub version: usize,
    /// Used in a sale or redeemed: 0 or more. Of an opening, a merge or an adjustment: more or less than 0.
    pub points: Points,
    /// Lines of a sale or a refund.
    pub lines: Vec<Line>,
}

/// A line of a sale, or what was paid back for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub sku: Option<String>,
    /// Hundredths of the project currency.
    pub amount: i64,
    /// Millionths; of sales only.
    pub factor: i64,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Opening,
    Merge,
    Earn,
    Redeem,
    Reverse,
    Restore,
    Expire,
    Adjust,
    /// Points that came in pay a debt: one entry takes them from their lot, another from the debt.
    Settle,
    /// Nothing is posted; the note says what is odd.
    Flag,
}

/// What is odd about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// More was used than could be used.
    Overdrawn,
    /// The sale it takes back is not known.
    RefundWithoutSale,
    /// It is dated before its sale, and was applied right after it.
    RefundBeforeSale,
    /// More was paid back than was left of the sale.
    RefundTooLarge,
    /// Nothing was left of the sale.
    RefundAgain,
}

/// One line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub at: DateTime,
    pub kind: EntryKind,
    pub points: Points,
    /// Place of the lot; `None` for flags.
    pub lot: Option<usize>,
    /// Place of the event; of an expiry, of the event that made the lot.
    pub event: usize,
    pub note: Option<Note>,
}

/// Points that came in together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The event that made it.
    pub event: usize,
    /// How many lots the event had made before.
    pub part: usize,
    /// First day on which they can be used.
    pub available: Date,
    /// Last day; `None` = never.
    pub expires: Option<Date>,
    /// Last day before any grace.
    pub ends: Option<Date>,
    /// Below 0 for a debt.
    pub remaining: Points,
    pub is_debt: bool,
}

/// Entries and lots of one person.
#[derive(Debug, Default)]
pub struct Ledger {
    pub entries: Vec<Entry>,
    pub lots: Vec<Lot>,
}
