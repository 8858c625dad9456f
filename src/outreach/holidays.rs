//! On which days of the solar calendar the holidays of the settings fall.

use jiff::ToSpan;
use jiff::civil::Date;

use super::birthdays::yearly;
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project::Holiday;
use crate::warehouse::{Engine, Row, Value};

/// Days before and after today.
const BEFORE: i32 = 100;
const AHEAD: i32 = 400;

/// `holiday_days`.
pub struct HolidayDays {
    pub today: Date,
    pub holidays: Vec<Holiday>,
}

impl HolidayDays {
    /// Days and holidays, the earliest first; of two on one day, in the order of the settings.
    fn days(&self) -> Vec<(Date, &Holiday)> {
        let span = |days: i32| self.today.saturating_add(days.days());
        let (from, until) = (span(-BEFORE), span(AHEAD));
        let mut found = Vec::new();
        for holiday in &self.holidays {
            let (Ok(month), Ok(day)) = (i8::try_from(holiday.month), i8::try_from(holiday.day)) else { continue };
            // The twelfth month of a lunar year lies in the year after.
            for year in from.year() - 1..=until.year() {
                if let Some(day) = yearly((month, day), holiday.lunar, year).filter(|day| (from..=until).contains(day))
                {
                    found.push((day, holiday));
                }
            }
        }
        found.sort_by_key(|(day, _)| *day);
        found
    }
}

impl NativeModel for HolidayDays {
    fn name(&self) -> &'static str {
        "holiday_days"
    }
    fn header(&self) -> &'static str {
        "-- holiday_days: on which days the holidays fall.
-- zh-CN: 每个节日落在公历哪一天
-- grain: one row per holiday and year, from 100 days before today to 400 after
-- key: holiday, day
-- definition: The holidays of care.holidays. Lunar ones by the lunar calendar; the 30th of a month of 29 days on its last day; leap
--   months have none. 29 February on the 28th where there is none.
-- zh-CN definition: 设置里的节日。农历的按农历算；小月没有三十，算最后一天；闰月不算。2 月 29 日在平年算 28 日。
-- column holiday: its name
-- column name_zh: its name
-- column name_en: its name in English, where one is written; else the name
-- column day: the day of the solar calendar
-- column lead_days: days before it that the greeting goes out
-- room: care
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("holiday", "varchar"),
            ("name_zh", "varchar"),
            ("name_en", "varchar"),
            ("day", "date"),
            ("lead_days", "integer"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {} {:?}", self.today, self.holidays)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for (day, holiday) in self.days() {
            let name = holiday.name.trim();
            let english = Some(holiday.name_en.trim()).filter(|name| !name.is_empty()).unwrap_or(name);
            put(vec![
                Value::text(name),
                Value::text(name),
                Value::text(english),
                Value::Date(day),
                Value::Int(holiday.lead_days.into()),
            ])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// By the published calendar: Spring Festival on 17 February 2026 and 6 February 2027; Dragon Boat on 19 June 2026 and
    /// 9 June 2027; Mid-Autumn on 25 September 2026 and 15 September 2027. New Year's Eve of 2026 is the 29th of the twelfth
    /// month of 2025, 16 February; that of 2027 the 30th, 5 February.
    #[test]
    fn c26_holidays_fall_on_the_days_of_the_published_calendar() {
        let holiday = |name: &str, lunar, month, day| Holiday::new(name, "", lunar, (month, day), None);
        let days = HolidayDays {
            today: date(2026, 5, 1),
            holidays: vec![
                holiday("春节", true, 1, 1),
                holiday("端午节", true, 5, 5),
                holiday("中秋节", true, 8, 15),
                holiday("除夕", true, 12, 30),
                holiday("二月底", false, 2, 29),
            ],
        };
        let found: Vec<_> = days.days().into_iter().map(|(day, holiday)| (holiday.name.as_str(), day)).collect();
        assert_eq!(
            found,
            [
                ("除夕", date(2026, 2, 16)),
                ("春节", date(2026, 2, 17)),
                ("二月底", date(2026, 2, 28)),
                ("端午节", date(2026, 6, 19)),
                ("中秋节", date(2026, 9, 25)),
                ("除夕", date(2027, 2, 5)),
                ("春节", date(2027, 2, 6)),
                ("二月底", date(2027, 2, 28)),
            ]
        );
    }
}
