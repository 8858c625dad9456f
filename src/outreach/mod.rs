//! Whom to greet, thank, remind and win back, and when.

mod birthdays;
mod holidays;

pub use birthdays::{BirthdayDays, celebrated};
pub use holidays::HolidayDays;
