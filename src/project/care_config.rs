//! `[care]`: whom to greet, remind and win back, and how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// Greetings, reminders and the list of the day. Definitions: docs/models.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Care {
    /// Days after today that the calendar shows.
    pub ahead_days: u32,
    /// Days before today whose entries still stand.
    pub late_days: u32,
    /// Days before a birthday that the greeting is due.
    pub birthday_lead: u32,
    /// Days after the last purchase on which to ask how it is.
    pub revisit_days: Vec<u32>,
    /// Who is greeted on holidays: SQL over the columns of the model `customer_facts`; empty = everybody.
    pub holiday_audience: String,
    /// At most one contact in so many days.
    pub every_days: u32,
    /// Channels, the one to take first: phone, wechat, sms, mail.
    pub channels: Vec<String>,
    /// Occasions, the most important first.
    pub priority: Vec<String>,
    /// People on the list of the day of a store.
    pub list_rows: u32,
    /// Days on which customers are greeted.
    pub holidays: Vec<Holiday>,
}

const CHANNELS: [&str; 4] = ["phone", "wechat", "sms", "mail"];
const KINDS: [&str; 8] =
    ["points_expiring", "replenish", "churn", "win_back", "birthday", "revisit", "holiday", "confirm_details"];

impl Default for Care {
    fn default() -> Self {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Care {
            ahead_days: 14,
            late_days: 7,
            birthday_lead: 3,
            revisit_days: vec![3, 30, 90],
            holiday_audience: "value_class = 'high'".into(),
            every_days: 7,
            channels: texts(&CHANNELS),
            priority: texts(&KINDS),
            list_rows: 20,
            holidays: vec![
                Holiday::new("春节", "Spring Festival", true, (1, 1), None),
                Holiday::new("端午节", "Dragon Boat Festival", true, (5, 5), None),
                Holiday::new("中秋节", "Mid-Autumn Festival", true, (8, 15), None),
            ],
        }
    }
}

/// A day of every year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Holiday {
    pub name: String,
    /// Its name in English; empty = the name.
    pub name_en: String,
    /// Month and day of the lunar calendar; its 30th is the last day where the month has 29.
    pub lunar: bool,
    pub month: u32,
    pub day: u32,
    /// Days before it that the greeting goes out.
    pub lead_days: u32,
}

impl Holiday {
    /// A month and a day; three days before it, unless said otherwise.
    pub fn new(name: &str, name_en: &str, lunar: bool, (month, day): (u32, u32), lead_days: Option<u32>) -> Holiday {
        Holiday { name: name.into(), name_en: name_en.into(), lunar, month, day, lead_days: lead_days.unwrap_or(3) }
    }

    /// Whether some year has the day.
    pub fn exists(&self) -> bool {
        let longest = match (self.lunar, self.month) {
            (true, 1..=12) => 30,
            (false, 2) => 29,
            (false, 4 | 6 | 9 | 11) => 30,
            (false, 1..=12) => 31,
            _ => 0,
        };
        (1..=longest).contains(&self.day)
    }
}

/// Words of a list, each once, and at least one.
fn known(name: &str, words: &[String], all: &[&str]) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for word in words {
        if !all.contains(&word.as_str()) || !seen.insert(word) {
            return Err(wrong(name, word, &format!("each at most once: {}", all.join(", "))));
        }
    }
    if words.is_empty() { Err(wrong(name, "[]", &format!("at least one of {}", all.join(", ")))) } else { Ok(()) }
}

pub(super) fn check(care: &Care) -> Result<()> {
    for (name, value, least, most) in [
        ("care.ahead_days", care.ahead_days, 1, 60),
        ("care.late_days", care.late_days, 0, 30),
        ("care.birthday_lead", care.birthday_lead, 0, 30),
        ("care.every_days", care.every_days, 1, 90),
        ("care.list_rows", care.list_rows, 1, 200),
    ] {
        between(name, value, least, most)?;
    }
    for days in &care.revisit_days {
        between("care.revisit_days", *days, 1, 730)?;
    }
    known("care.channels", &care.channels, &CHANNELS)?;
    known("care.priority", &care.priority, &KINDS)?;
    let mut seen = std::collections::BTreeSet::new();
    for holiday in &care.holidays {
        let name = holiday.name.trim();
        if name.is_empty() || !seen.insert(name) {
            return Err(wrong("care.holidays.name", name, "every holiday has a name of its own"));
        }
        if !holiday.exists() {
            let day = format!("{}-{}", holiday.month, holiday.day);
            return Err(wrong("care.holidays.day", day, "a month and a day of the calendar"));
        }
        between("care.holidays.lead_days", holiday.lead_days, 0, 60)?;
    }
    Ok(())
}
