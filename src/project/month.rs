//! A calendar month, as settings and file names write it: `2026-09`.

use std::fmt;

use jiff::civil::Date;

/// Counted from year 0, so that months can be compared and stepped through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// `YYYY-MM` and nothing else; years 1900 to 2999.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        ((1900..3000).contains(&year) && (1..=12).contains(&month)).then_some(Month(year * 12 + month - 1))
    }
    pub fn of(day: Date) -> Month {
        Month(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
    }
    #[must_use]
    pub fn next(self) -> Month {
        Month(self.0 + 1)
    }
    #[must_use]
    pub fn previous(self) -> Month {
        Month(self.0 - 1)
    }
    /// The first day, as SQL and files write it.
    pub fn first_day(self) -> String {
        format!("{self}-01")
    }
    /// Whether `day` is its last day or lies after it.
    pub fn is_over_on(self, day: Date) -> bool {
        day.tomorrow().is_ok_and(|next| Month::of(next) > self)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_written_and_compared() {
        let december = Month::parse("2025-12").unwrap();
        assert_eq!(december.next().to_string(), "2026-01");
        assert_eq!(december.next().previous(), december);
        assert_eq!(december.first_day(), "2025-12-01");
        assert!(december < Month::parse("2026-01").unwrap());
        for wrong in ["", "2026", "2026-00", "2026-13", "2026-1", "26-01", "2026-01-01", "+026-01", " 2026-01"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_month_is_over_on_its_last_day() {
        let february = Month::parse("2024-02").unwrap();
        assert!(!february.is_over_on(Date::constant(2024, 2, 28)));
        assert!(february.is_over_on(Date::constant(2024, 2, 29)));
        assert!(february.is_over_on(Date::constant(2024, 3, 1)));
    }
}
