//! Whom to greet, thank, remind and win back, and when.

mod birthdays;

pub use birthdays::{BirthdayDays, celebrated};
