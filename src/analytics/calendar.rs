//! Which day of the year before a day is compared with.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::identity::lunar_month_begins;
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::warehouse::{Engine, Row, Value};

/// Shopping for the festival begins four weeks before it and ends with the Lantern Festival, its fifteenth day.
const BEFORE: i32 = 28;
const AFTER: i32 = 14;

/// `comparison_days`.
pub struct ComparisonDays {
    pub as_of: Date,
    /// Days of the current period.
    pub period_days: u32,
    /// Days back to the day of the year before, where the festival does not matter.
    pub shift: u32,
    pub spring_festival: bool,
}

impl ComparisonDays {
    fn last_year(&self, day: Date) -> Result<(Date, &'static str)> {
        if let Some(other) = self.spring_festival.then(|| beside_festival(day)).flatten() {
            return Ok((other, "spring_festival"));
        }
        Ok((back(day, self.shift)?, "weekday"))
    }
}

fn back(day: Date, days: u32) -> Result<Date> {
    day.checked_sub(Span::new().days(i64::from(days)))
        .map_err(|_| Problem::failed("a day of comparison lies outside the calendar"))
}

/// As far from the Spring Festival of the year before as `day` is from this year's; `None` where it is far from it.
fn beside_festival(day: Date) -> Option<Date> {
    let this = lunar_month_begins(day.year(), 1)?;
    let away = (day - this).get_days();
    if !(-BEFORE..=AFTER).contains(&away) {
        return None;
    }
    lunar_month_begins(day.year() - 1, 1)?.checked_add(away.days()).ok()
}

impl NativeModel for ComparisonDays {
    fn name(&self) -> &'static str {
        "comparison_days"
    }
    fn header(&self) -> &'static str {
        "-- comparison_days: which day of the year before every day is compared with (同比).
-- zh-CN: 每一天和去年的哪一天相比（同比）
-- grain: one row per day from the first with orders (or of the current period) to the end of the month of as_of
-- key: day
-- definition: From 28 days before the Spring Festival to the fifteenth day of its month: the day as far from the Spring
--   Festival of the year before, unless period.spring_festival is off (it is on where the currency is CNY). All other days:
--   period.last_year_shift days back, which keeps the weekday. Every day has one counterpart; at the edges of those weeks one
--   day of the year before may be the counterpart of two.
-- zh-CN definition: 从春节前 28 天到正月十五，对去年离春节一样远的那天；其他日子往前推 {period.last_year_shift}天，星
--   期几对得上。要不要对齐春节，看设置 {period.spring_festival}，没有写时，货币是人民币就对齐。每一天都有一个对应的日
--   子；在那几周的头尾，去年的一天可能对应两天。
-- column last_year_on: the day it is compared with
-- column aligned_by: weekday or spring_festival
-- room: stores
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        vec![Input::Model("order_postings".to_owned())]
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("day", "date"), ("last_year_on", "date"), ("aligned_by", "varchar")]
    }
    fn fingerprint(&self) -> String {
        format!("1 {} {} {} {}", self.as_of, self.period_days, self.shift, self.spring_festival)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let mut first = back(self.as_of, self.period_days)?;
        let frame = engine.query("select cast(min(ordered_on) as varchar) from main.order_postings")?;
        if let Some(found) = frame.rows.first().and_then(|row| row[0].plain().parse::<Date>().ok()) {
            first = first.min(found);
        }
        for day in first.series(1.day()).take_while(|day| *day <= self.as_of.last_of_month()) {
            let (other, aligned_by) = self.last_year(day)?;
            put(vec![date(day), date(other), Value::Text(aligned_by.into())])?;
        }
        Ok(())
    }
}

fn date(day: Date) -> Value {
    Value::Date(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Spring Festival: 10 February 2024, 29 January 2025, 17 February 2026 (published holiday calendars).
    #[test]
    fn c12_days_around_the_spring_festival_are_compared_with_the_days_around_last_years() {
        let days = ComparisonDays { as_of: date(2026, 3, 31), period_days: 28, shift: 364, spring_festival: true };
        for (day, other, by) in [
            (date(2026, 2, 17), date(2025, 1, 29), "spring_festival"),
            (date(2026, 1, 20), date(2025, 1, 1), "spring_festival"),
            (date(2026, 1, 19), date(2025, 1, 20), "weekday"),
            (date(2026, 3, 3), date(2025, 2, 12), "spring_festival"),
            (date(2026, 3, 4), date(2025, 3, 5), "weekday"),
            (date(2025, 1, 28), date(2024, 2, 9), "spring_festival"),
            (date(2026, 10, 1), date(2025, 10, 2), "weekday"),
        ] {
            assert_eq!(days.last_year(day).unwrap(), (other, by), "{day}");
        }
        let days = ComparisonDays { spring_festival: false, ..days };
        assert_eq!(days.last_year(date(2026, 2, 17)).unwrap(), (date(2025, 2, 18), "weekday"));
    }
}
