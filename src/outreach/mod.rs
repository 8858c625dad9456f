//! Whom to greet, thank, remind and win back, when, and in which words.

mod birthdays;
mod care_messages;
mod holidays;
mod message_template;
mod messages;
mod sms;

pub use birthdays::{BirthdayDays, celebrated};
pub use care_messages::{CareMessages, MessagePreviews, Voice, signature};
pub use holidays::HolidayDays;
pub use messages::{FOLDER, Facts, KINDS, Listed, Message, Messages, NAMES, tidy};
pub use sms::{Alphabet, Length, length, sms_text};

#[cfg(test)]
mod messages_tests;
