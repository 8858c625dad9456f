//! On which day of a year a birthday is celebrated.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tyme4rs::tyme::lunar::LunarDay;

use crate::identity::birthday;
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::warehouse::{Engine, Row, Value};

/// Days after today that plans look ahead.
const AHEAD: i32 = 400;

/// The day of the solar calendar on which a birthday is celebrated in a year: of the solar calendar, or of the lunar one
/// (whose last month may lie in the solar year after). 29 February is celebrated on the 28th where there is none, the 30th of a
/// lunar month on its last day, a birthday in a leap month in the ordinary month of that number. `None` outside 1800 to 2199.
#[must_use]
pub fn celebrated(born: Date, lunar: bool, year: i16) -> Option<Date> {
    yearly((born.month(), born.day()), lunar, year)
}

/// The same of a month and a day.
pub(super) fn yearly((month, day): (i8, i8), lunar: bool, year: i16) -> Option<Date> {
    if !(1800..2200).contains(&year) {
        return None;
    }
    if !lunar {
        return Date::new(year, month, day).or_else(|_| Date::new(year, 2, 28)).ok();
    }
    let of = |day: i8| LunarDay::new(isize::from(year), isize::from(month), usize::try_from(day).ok()?).ok();
    let solar = of(day).or_else(|| of(day.min(30) - 1))?.get_solar_day();
    Date::new(
        i16::try_from(solar.get_year()).ok()?,
        i8::try_from(solar.get_month()).ok()?,
        i8::try_from(solar.get_day()).ok()?,
    )
    .ok()
}

/// `birthday_days`.
pub struct BirthdayDays {
    pub today: Date,
}

impl NativeModel for BirthdayDays {
    fn name(&self) -> &'static str {
        "birthday_days"
    }
    fn header(&self) -> &'static str {
        "-- birthday_days: on which days everybody's birthday is celebrated.
-- zh-CN: 每位顾客的生日，每年落在公历哪一天
-- grain: one row per person and birthday from the year of the first order to 400 days after today
-- key: person_id, day
-- definition: Lunar birthdays by the lunar calendar (customers.birthday_calendar); the 30th of a month of 29 days on its last
--   day, a leap month's in the ordinary month. 29 February on the 28th where there is none. Placeholders, such as 1900-01-01, are
--   no birthdays.
-- zh-CN definition: 登记为农历的按农历算；二十九天的月份没有三十，就算最后一天；闰月的按平月。2 月 29 日在平年算 28 日。
--   1900-01-01 这类占位日期不算生日。
-- column day: the day of the solar calendar
-- column age: years that are completed on it
-- column calendar: solar or lunar
-- room: care
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["people", "order_postings"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("person_id", "varchar"), ("day", "date"), ("age", "integer"), ("calendar", "varchar")]
    }
    fn fingerprint(&self) -> String {
        format!("1 {}", self.today)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let first = engine.query("select min(ordered_on) as day from main.order_postings")?;
        let from = first.get(0, "day").as_date().unwrap_or(self.today).min(self.today).year();
        let until = self.today.checked_add(AHEAD.days()).unwrap_or(self.today);
        let select = "select person_id, birthday, birthday_calendar from main.people where birthday is not null order by person_id";
        engine.stream(select, &mut |_, rows| {
            for row in rows {
                let [id, born, calendar] = <[Value; 3]>::try_from(row).unwrap_or([const { Value::Null }; 3]);
                let lunar = calendar.as_str() == Some("lunar");
                let Some(born) = born.as_date().filter(|born| birthday(*born, lunar).is_some()) else { continue };
                // The twelfth month of a lunar year lies in the year after.
                for year in from - 1..=until.year() {
                    let Some(day) = celebrated(born, lunar, year) else { continue };
                    if (date(from, 1, 1)..=until).contains(&day) && year > born.year() {
                        put(vec![
                            id.clone(),
                            Value::Date(day),
                            Value::Int(i64::from(year) - i64::from(born.year())),
                            Value::text(if lunar { "lunar" } else { "solar" }),
                        ])?;
                    }
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mid-Autumn (8/15): 6 October 2025, 25 September 2026. By the published calendar the
    /// Spring Festival of 2026 is 17 February, and New Year's Eve 2026-02-16 is the 29th of the twelfth month. 2025 has a leap sixth
    /// month; the ordinary one begins on 25 June.
    #[test]
    fn c26_birthdays_are_celebrated_on_days_that_exist() {
        for (born, lunar, year, day) in [
            (date(1990, 8, 15), true, 2025, date(2025, 10, 6)),
            (date(1990, 8, 15), true, 2026, date(2026, 9, 25)),
            (date(1990, 12, 30), true, 2025, date(2026, 2, 16)),
            (date(1990, 6, 1), true, 2025, date(2025, 6, 25)),
            (date(1992, 2, 29), false, 2025, date(2025, 2, 28)),
            (date(1992, 2, 29), false, 2028, date(2028, 2, 29)),
            (date(1992, 11, 2), false, 2026, date(2026, 11, 2)),
        ] {
            assert_eq!(celebrated(born, lunar, year), Some(day), "{born} {lunar} {year}");
        }
        assert_eq!(celebrated(date(1990, 1, 1), false, 2200), None);
    }
}
