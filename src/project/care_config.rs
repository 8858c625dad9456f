//! `[care]`: whom to greet, remind and win back, and how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// Greetings, reminders and the list of the day. Definitions: docs/models.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Care {
    /// Days on which customers are greeted.
    pub holidays: Vec<Holiday>,
}

impl Default for Care {
    fn default() -> Self {
        Care {
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

pub(super) fn check(care: &Care) -> Result<()> {
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
