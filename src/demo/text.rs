//! Numbers, money and dates as text, pushed onto a buffer that is used again and again: millions of lines are written
//! without an allocation for each.

use jiff::civil::Date;

/// How an amount in fen (hundredths of a yuan) is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MoneyStyle {
    /// `-1234.50`
    Plain,
    /// `-1,234.50`
    Grouped,
    /// `-￥1,234.50`
    Yuan,
    /// `-123450`
    Fen,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateStyle {
    /// `2026-10-31 18:05:00`
    Dashes,
    /// `2026/10/31 18:05`
    Slashes,
    /// `2026年10月31日 18:05`
    Han,
}

pub(super) const DAY_SECONDS: u32 = 86_400;

/// `value` in decimal, with leading zeros up to `width` digits.
pub(super) fn push_number(out: &mut String, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = value;
    while rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    at = at.min(digits.len().saturating_sub(width));
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

pub(super) fn push_signed(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    push_number(out, value.unsigned_abs(), 1);
}

/// An amount in fen.
pub(super) fn push_money(out: &mut String, fen: i64, style: MoneyStyle) {
    if style == MoneyStyle::Fen {
        return push_signed(out, fen);
    }
    if fen < 0 {
        out.push('-');
    }
    if style == MoneyStyle::Yuan {
        out.push('￥');
    }
    let yuan = fen.unsigned_abs() / 100;
    if style == MoneyStyle::Plain {
        push_number(out, yuan, 1);
    } else {
        push_grouped(out, yuan);
    }
    out.push('.');
    push_number(out, fen.unsigned_abs() % 100, 2);
}

fn push_grouped(out: &mut String, value: u64) {
    if value < 1000 {
        return push_number(out, value, 1);
    }
    push_grouped(out, value / 1000);
    out.push(',');
    push_number(out, value % 1000, 3);
}

pub(super) fn push_date(out: &mut String, date: Date, style: DateStyle) {
    let (after_year, after_month) = match style {
        DateStyle::Dashes => ('-', '-'),
        DateStyle::Slashes => ('/', '/'),
        DateStyle::Han => ('年', '月'),
    };
    // The Chinese way writes no leading zeros: 2026年3月5日.
    let width = if style == DateStyle::Han { 1 } else { 2 };
    push_number(out, u64::from(date.year().unsigned_abs()), 4);
    out.push(after_year);
    push_number(out, u64::from(date.month().unsigned_abs()), width);
    out.push(after_month);
    push_number(out, u64::from(date.day().unsigned_abs()), width);
    if style == DateStyle::Han {
        out.push('日');
    }
}

/// A date and the second of its day.
pub(super) fn push_moment(out: &mut String, date: Date, second: u32, style: DateStyle) {
    push_date(out, date, style);
    out.push(' ');
    push_number(out, u64::from(second / 3600), 2);
    out.push(':');
    push_number(out, u64::from(second / 60 % 60), 2);
    if style == DateStyle::Dashes {
        out.push(':');
        push_number(out, u64::from(second % 60), 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn money(fen: i64, style: MoneyStyle) -> String {
        let mut out = String::new();
        push_money(&mut out, fen, style);
        out
    }

    #[test]
    fn money_is_written_to_the_fen() {
        assert_eq!(money(5, MoneyStyle::Plain), "0.05");
        assert_eq!(money(-5, MoneyStyle::Plain), "-0.05");
        assert_eq!(money(123_456_789, MoneyStyle::Grouped), "1,234,567.89");
        assert_eq!(money(-100_005, MoneyStyle::Yuan), "-￥1,000.05");
        assert_eq!(money(-100_005, MoneyStyle::Fen), "-100005");
        assert_eq!(money(0, MoneyStyle::Fen), "0");
        assert_eq!(money(i64::MIN, MoneyStyle::Plain), "-92233720368547758.08");
    }

    #[test]
    fn moments_follow_their_style() {
        let write = |style| {
            let mut out = String::new();
            push_moment(&mut out, date(2026, 3, 5), 18 * 3600 + 5 * 60 + 9, style);
            out
        };
        assert_eq!(write(DateStyle::Dashes), "2026-03-05 18:05:09");
        assert_eq!(write(DateStyle::Slashes), "2026/03/05 18:05");
        assert_eq!(write(DateStyle::Han), "2026年3月5日 18:05");
    }

    #[test]
    fn numbers_keep_their_leading_zeros() {
        let mut out = String::new();
        push_number(&mut out, 7, 3);
        push_number(&mut out, 12345, 3);
        push_number(&mut out, 0, 1);
        push_number(&mut out, u64::MAX, 1);
        assert_eq!(out, "00712345018446744073709551615");
    }
}
