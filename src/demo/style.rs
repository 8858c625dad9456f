//! How each file of the chain is written: plain everywhere, or, for a messy chain, every store by the habits of its
//! own till, as head office receives them.

use super::sheet::{Dialect, Format, Head, Pack};
use super::text::{DateStyle, MoneyStyle};

/// A column of the transactions table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    TransactionId,
    LineNo,
    OrderedAt,
    StoreId,
    StoreName,
    Channel,
    RecordId,
    Sku,
    ProductName,
    Category,
    Quantity,
    UnitPrice,
    Discount,
    Amount,
    Kind,
    OriginalTransactionId,
}

/// How many months go into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    Month,
    Quarter,
    Everything,
}

/// The habits of one till.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub columns: &'static [(Column, Head)],
    pub dialect: Dialect,
    pub dates: DateStyle,
    pub money: MoneyStyle,
    /// Codes in Chinese: 销售/退货, 门店/微信/小程序.
    pub chinese: bool,
    pub chunk: Chunk,
}

/// The contract's own names.
const CANONICAL: &[(Column, Head)] = &[
    (Column::TransactionId, Head::text("transaction_id")),
    (Column::LineNo, Head::number("line_no")),
    (Column::OrderedAt, Head::text("ordered_at")),
    (Column::StoreId, Head::text("store_id")),
    (Column::Channel, Head::text("channel")),
    (Column::RecordId, Head::text("record_id")),
    (Column::Sku, Head::text("sku")),
    (Column::Quantity, Head::number("quantity")),
    (Column::UnitPrice, Head::number("unit_price")),
    (Column::Discount, Head::number("discount")),
    (Column::Amount, Head::number("amount")),
    (Column::Kind, Head::text("kind")),
    (Column::OriginalTransactionId, Head::text("original_transaction_id")),
];

/// A till that prints everything, in Chinese.
const CHINESE_FULL: &[(Column, Head)] = &[
    (Column::OrderedAt, Head::text("下单时间")),
    (Column::StoreId, Head::text("门店编码")),
    (Column::StoreName, Head::text("门店名称")),
    (Column::RecordId, Head::text("会员卡号")),
    (Column::Category, Head::text("品类")),
    (Column::Sku, Head::text("商品编码")),
    (Column::ProductName, Head::text("商品名称")),
    (Column::UnitPrice, Head::number("单价")),
    (Column::TransactionId, Head::text("订单编号")),
    (Column::Kind, Head::text("订单类型")),
    (Column::OriginalTransactionId, Head::text("前置订单编号")),
    (Column::Quantity, Head::number("数量")),
    (Column::Discount, Head::number("优惠金额")),
    (Column::Amount, Head::number("实付金额")),
];

/// A short Chinese layout without line numbers.
const CHINESE_SHORT: &[(Column, Head)] = &[
    (Column::TransactionId, Head::text("订单编号")),
    (Column::Kind, Head::text("订单类型")),
    (Column::OriginalTransactionId, Head::text("前置订单编号")),
    (Column::OrderedAt, Head::text("下单时间")),
    (Column::StoreId, Head::text("门店编码")),
    (Column::Channel, Head::text("渠道")),
    (Column::RecordId, Head::text("会员卡号")),
    (Column::Sku, Head::text("商品编码")),
    (Column::Quantity, Head::number("数量")),
    (Column::UnitPrice, Head::number("单价")),
    (Column::Discount, Head::number("优惠金额")),
    (Column::Amount, Head::number("实付金额")),
];

const PLAIN: Style = Style {
    columns: CANONICAL,
    dialect: Dialect::CSV,
    dates: DateStyle::Dashes,
    money: MoneyStyle::Plain,
    chinese: false,
    chunk: Chunk::Month,
};

const CSV_BOM: Dialect = Dialect { bom: true, ..Dialect::CSV };

/// The tills of a messy chain, one after the other; the ninth store has the first one's.
const TILLS: [Style; 8] = [
    PLAIN,
    Style {
        columns: CHINESE_FULL,
        dialect: CSV_BOM,
        dates: DateStyle::Slashes,
        money: MoneyStyle::Yuan,
        chinese: true,
        chunk: Chunk::Quarter,
    },
    Style {
        dialect: Dialect { format: Format::Delimited('\t'), bom: false, pack: Pack::Gzip },
        chunk: Chunk::Everything,
        ..PLAIN
    },
    Style {
        columns: CHINESE_SHORT,
        dialect: Dialect { format: Format::Delimited(';'), bom: false, pack: Pack::None },
        dates: DateStyle::Han,
        chinese: true,
        chunk: Chunk::Everything,
        ..PLAIN
    },
    Style {
        columns: CHINESE_SHORT,
        dialect: CSV_BOM,
        money: MoneyStyle::Fen,
        chinese: true,
        chunk: Chunk::Everything,
        ..PLAIN
    },
    Style {
        dialect: Dialect { format: Format::Ndjson, bom: false, pack: Pack::None },
        chunk: Chunk::Everything,
        ..PLAIN
    },
    Style { dialect: Dialect { pack: Pack::Zstd, ..Dialect::CSV }, chunk: Chunk::Quarter, ..PLAIN },
    Style { dates: DateStyle::Slashes, money: MoneyStyle::Grouped, chunk: Chunk::Everything, ..PLAIN },
];

/// Whether a store of a messy chain writes its amounts in fen: its files need a binding, for no header says so.
pub(super) fn in_fen(store: usize) -> bool {
    of_store(store, true).money == MoneyStyle::Fen
}

/// The till that sends some receipts twice.
pub(super) const REPEATING_TILL: usize = 0;

/// The style of a store's files.
pub(super) fn of_store(store: usize, messy: bool) -> Style {
    if messy { TILLS[store % TILLS.len()] } else { PLAIN }
}

impl Chunk {
    /// The part of a file's name that tells its months; equal for dates that share a file.
    pub(super) fn push_label(self, out: &mut String, date: jiff::civil::Date) {
        let month = u64::from(date.month().unsigned_abs());
        if self == Chunk::Everything {
            return;
        }
        out.push('-');
        super::text::push_number(out, u64::from(date.year().unsigned_abs()), 4);
        if self == Chunk::Month {
            out.push('-');
            super::text::push_number(out, month, 2);
        } else {
            out.push_str("-Q");
            super::text::push_number(out, (month - 1) / 3 + 1, 1);
        }
    }

    /// Equal for dates that share a file.
    pub(super) fn key(self, date: jiff::civil::Date) -> i32 {
        let (year, month) = (i32::from(date.year()), i32::from(date.month()) - 1);
        match self {
            Chunk::Month => year * 12 + month,
            Chunk::Quarter => year * 4 + month / 3,
            Chunk::Everything => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn files_are_named_by_month_or_quarter() {
        let label = |chunk: Chunk, date| {
            let mut out = String::new();
            chunk.push_label(&mut out, date);
            out
        };
        assert_eq!(label(Chunk::Month, date(2026, 3, 31)), "-2026-03");
        assert_eq!(label(Chunk::Quarter, date(2026, 3, 31)), "-2026-Q1");
        assert_eq!(label(Chunk::Quarter, date(2026, 4, 1)), "-2026-Q2");
        assert_eq!(label(Chunk::Everything, date(2026, 4, 1)), "");
        assert_ne!(Chunk::Quarter.key(date(2026, 3, 31)), Chunk::Quarter.key(date(2026, 4, 1)));
        assert_eq!(Chunk::Quarter.key(date(2026, 4, 1)), Chunk::Quarter.key(date(2026, 6, 30)));
    }
}
