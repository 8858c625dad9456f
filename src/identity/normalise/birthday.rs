//! Birthdays as days of the solar calendar, with the other reading of a day whose calendar nobody wrote down.

use std::sync::OnceLock;

use jiff::civil::Date;
use tyme4rs::tyme::lunar::LunarDay;

/// A birthday on the solar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Birthday {
    /// The day as written or, when it was said to be lunar, its solar day.
    pub day: Date,
    /// The solar day it would be if what was written as solar was meant as lunar, or the other way round.
    pub other: Option<Date>,
}

/// `None` for placeholders. A lunar day that does not exist (the 30th of a short month) is the day after the 29th.
pub fn birthday(date: Date, lunar: bool) -> Option<Birthday> {
    if placeholder(date) {
        return None;
    }
    match (lunar, solar_of(date)) {
        (true, Some(day)) => Some(Birthday { day, other: Some(date) }),
        (_, other) => Some(Birthday { day: date, other }),
    }
}

/// The solar day of a lunar one written in numbers.
fn solar_of(date: Date) -> Option<Date> {
    month_begins(date.year(), date.month())?.checked_add(jiff::Span::new().days(i64::from(date.day()) - 1)).ok()
}

const FIRST_YEAR: i16 = 1800;
/// Beyond these years nobody has a birthday, and the tables end.
const YEARS: i16 = 400;

/// The solar day on which a lunar month begins; `None` for years before 1800 and from 2200 on. Working one out takes a look
/// at the moon, so each is worked out once.
pub fn month_begins(year: i16, month: i8) -> Option<Date> {
    static MONTHS: OnceLock<Vec<OnceLock<Option<Date>>>> = OnceLock::new();
    let months = MONTHS.get_or_init(|| (0..i32::from(YEARS) * 12).map(|_| OnceLock::new()).collect());
    let years = year.checked_sub(FIRST_YEAR).filter(|years| *years < YEARS)?;
    let at = usize::try_from(i32::from(years) * 12 + i32::from(month) - 1).ok()?;
    *months.get(at)?.get_or_init(|| {
        let solar = LunarDay::new(isize::from(year), isize::from(month), 1).ok()?.get_solar_day();
        let day = Date::new(
            i16::try_from(solar.get_year()).ok()?,
            i8::try_from(solar.get_month()).ok()?,
            i8::try_from(solar.get_day()).ok()?,
        );
        day.ok()
    })
}

/// What tills and spreadsheets write when they know no day: the first day of their calendar.
fn placeholder(date: Date) -> bool {
    const DAYS: [(i16, i8, i8); 4] = [(1900, 1, 1), (1901, 1, 1), (1904, 1, 1), (1970, 1, 1)];
    DAYS.contains(&(date.year(), date.month(), date.day())) || date.year() < 1900 || date.year() > 2100
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spring Festival of published calendars: the first day of the first lunar month.
    #[test]
    fn c06_lunar_days_are_those_of_the_published_calendar() {
        for (lunar, solar) in [
            ((1985, 1, 1), (1985, 2, 20)),
            ((1990, 1, 1), (1990, 1, 27)),
            ((2001, 1, 1), (2001, 1, 24)),
            ((1988, 8, 15), (1988, 9, 25)),
            ((1976, 5, 5), (1976, 6, 2)),
        ] {
            let date = |(y, m, d): (i16, i8, i8)| Date::new(y, m, d).unwrap();
            assert_eq!(birthday(date(lunar), true).unwrap().day, date(solar));
            assert_eq!(birthday(date(lunar), false).unwrap().other, Some(date(solar)));
        }
    }

    #[test]
    fn c06_first_days_of_calendars_are_no_birthdays() {
        for text in ["1900-01-01", "1970-01-01", "1899-12-30", "0001-01-01", "9999-12-31"] {
            assert_eq!(birthday(text.parse().unwrap(), false), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_date_has_a_reading_without_a_panic(days in -3_000_000_i64..2_900_000, lunar: bool) {
            if let Ok(date) = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days)) {
                let _ = birthday(date, lunar);
            }
        }
    }
}
