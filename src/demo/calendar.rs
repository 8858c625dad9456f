//! The days of the window and how busy each is. Customers live in operational time, where every day is alike; the
//! calendar stretches and squeezes it into real days, so the purchase process keeps its exact distribution while
//! weekends, seasons, festivals and growth show in the data.

use jiff::civil::{Date, Weekday};
use rand::RngExt;

use crate::problem::{Problem, Result};

/// Chinese New Year's Day of each year from 2015 (public almanac); years outside have no festival bump.
const NEW_YEAR: [(i8, i8); 21] = [
    (2, 19),
    (2, 8),
    (1, 28),
    (2, 16),
    (2, 5),
    (1, 25),
    (2, 12),
    (2, 1),
    (1, 22),
    (2, 10),
    (1, 29),
    (2, 17),
    (2, 6),
    (1, 26),
    (2, 13),
    (2, 3),
    (1, 23),
    (2, 11),
    (1, 31),
    (2, 19),
    (2, 8),
];
const FIRST_YEAR: i16 = 2015;

/// Share of a day's purchases by hour, from 9 to 21 o'clock.
const HOURS: [u32; 13] = [3, 6, 8, 9, 8, 7, 8, 9, 10, 12, 12, 9, 4];
const FIRST_HOUR: u32 = 9;

/// Sales grow by this share in a year.
const YEARLY_GROWTH: f64 = 0.12;

#[derive(Debug)]
pub(super) struct Calendar {
    dates: Vec<Date>,
    /// Busyness up to and including each day; the last is the number of days.
    cumulative: Vec<f64>,
}

impl Calendar {
    /// The `days` days that end with `end`.
    ///
    /// # Errors
    /// Usage, when the window reaches before the first date that can be written with four digits.
    pub(super) fn new(end: Date, days: u32) -> Result<Calendar> {
        let too_long =
            || Problem::usage(format!("{days} days before {end} leave the calendar")).hint("ask for fewer days");
        let start = end.checked_sub(jiff::Span::new().days(i64::from(days) - 1)).map_err(|_| too_long())?;
        if start.year() < 1 {
            return Err(too_long());
        }
        let mut dates = Vec::with_capacity(days as usize);
        let mut date = start;
        while dates.len() < days as usize {
            dates.push(date);
            if date < end {
                date = date.tomorrow().map_err(|_| too_long())?;
            }
        }
        let mut cumulative: Vec<f64> = Vec::with_capacity(dates.len());
        let mut sum = 0.0;
        for (day, date) in dates.iter().enumerate() {
            sum += busyness(*date) * (1.0 + YEARLY_GROWTH * day as f64 / 365.0);
            cumulative.push(sum);
        }
        let scale = f64::from(days) / sum;
        for value in &mut cumulative {
            *value *= scale;
        }
        Ok(Calendar { dates, cumulative })
    }

    pub(super) fn days(&self) -> u32 {
        self.dates.len() as u32
    }

    /// The date of a day of the window, counted from 0; later days give the last one.
    pub(super) fn date(&self, day: u32) -> Date {
        self.dates[(day as usize).min(self.dates.len() - 1)]
    }

    pub(super) fn end(&self) -> Date {
        self.date(self.days())
    }

    /// The day on which an operational time (in days from the window's start, below [`Calendar::days`]) falls.
    pub(super) fn day_at(&self, operational: f64) -> u32 {
        let day = self.cumulative.partition_point(|end| *end <= operational);
        day.min(self.dates.len() - 1) as u32
    }

    /// A date relative to the window's start; days before it are counted backwards.
    pub(super) fn date_from_start(&self, day: i64) -> Date {
        self.dates[0].saturating_add(jiff::Span::new().days(day.clamp(-400_000, 400_000)))
    }
}

/// A second of the day within opening hours.
pub(super) fn second_of_day(rng: &mut impl RngExt) -> u32 {
    let mut draw = rng.random_range(0..HOURS.iter().sum::<u32>());
    let mut hour = FIRST_HOUR;
    for weight in HOURS {
        if draw < weight {
            break;
        }
        draw -= weight;
        hour += 1;
    }
    hour * 3600 + rng.random_range(0..3600)
}

/// How busy a day is by its weekday, its season and the festivals around it; 1 is an ordinary day.
fn busyness(date: Date) -> f64 {
    let weekday = match date.weekday() {
        Weekday::Monday | Weekday::Wednesday => 0.86,
        Weekday::Tuesday => 0.82,
        Weekday::Thursday => 0.90,
        Weekday::Friday => 1.08,
        Weekday::Saturday => 1.32,
        Weekday::Sunday => 1.22,
    };
    let season = match date.month() {
        2 | 3 => 0.92,
        6 | 9 => 1.04,
        7 | 8 => 0.96,
        10 => 1.06,
        11 => 1.10,
        12 => 1.12,
        _ => 1.0,
    };
    let shopping_day = match (date.month(), date.day()) {
        (6, 16..=18) | (10, 1..=5) => 1.35,
        (11, 9..=11) => 1.6,
        (12, 11..=12) => 1.25,
        _ => 1.0,
    };
    weekday * season * shopping_day * spring_festival(date)
}

/// Three busy weeks before Chinese New Year, a quiet week from its eve.
fn spring_festival(date: Date) -> f64 {
    let Some((month, day)) = usize::try_from(date.year() - FIRST_YEAR).ok().and_then(|year| NEW_YEAR.get(year)) else {
        return 1.0;
    };
    let new_year = jiff::civil::date(date.year(), *month, *day);
    match date.since(new_year).map_or(i32::MAX, |span| span.get_days()) {
        -21..=-9 => 1.35,
        -8..=-2 => 1.8,
        -1..=5 => 0.45,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_window_ends_with_its_last_day() {
        let calendar = Calendar::new(date(2026, 10, 31), 540).unwrap();
        assert_eq!(calendar.days(), 540);
        assert_eq!(calendar.end(), date(2026, 10, 31));
        assert_eq!(calendar.date(0), date(2025, 5, 10));
        assert!((calendar.cumulative[539] - 540.0).abs() < 1e-9);
        assert_eq!(calendar.day_at(0.0), 0);
        assert_eq!(calendar.day_at(539.999_999), 539);
        assert_eq!(calendar.day_at(1e9), 539);
    }

    #[test]
    fn a_window_of_one_day_and_an_impossible_window() {
        assert_eq!(Calendar::new(date(2026, 10, 31), 1).unwrap().day_at(0.5), 0);
        assert_eq!(Calendar::new(Date::MAX, 2).unwrap().days(), 2);
        assert!(Calendar::new(Date::MIN, 2).is_err());
        assert!(Calendar::new(date(2, 1, 1), 20_000).is_err());
    }

    #[test]
    fn the_weeks_before_spring_festival_are_busy() {
        // New Year's Day 2026 is 17 February.
        assert!((spring_festival(date(2026, 2, 10)) - 1.8).abs() < 1e-12);
        assert!((spring_festival(date(2026, 2, 16)) - 0.45).abs() < 1e-12);
        assert!((spring_festival(date(2026, 5, 16)) - 1.0).abs() < 1e-12);
        assert!((spring_festival(date(1999, 2, 10)) - 1.0).abs() < 1e-12);
    }
}
