//! The two clocks of a build, both inputs: `today` for deadlines and freshness, `as_of` for the sales models.

use jiff::civil::Date;

use super::Project;
use crate::problem::{Problem, Result};

/// `as_of` is `None` until the sources are loaded, when neither the settings nor the command line fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    pub today: Date,
    pub as_of: Option<Date>,
}

impl Clocks {
    /// `--today` and `--as-of` win over the settings; `today` falls back to the system date in the project's zone.
    pub fn of(project: &Project, today: Option<Date>, as_of: Option<Date>) -> Result<Clocks> {
        let section = &project.config.project;
        let today = match today {
            Some(date) => date,
            None => jiff::Timestamp::now()
                .in_tz(&section.timezone)
                .map_err(|error| Problem::usage(format!("timezone {}: {error}", section.timezone)))?
                .date(),
        };
        let as_of = match (as_of, section.as_of.as_str()) {
            (Some(date), _) => Some(date),
            (None, "") => None,
            (None, text) => Some(text.parse().map_err(|_| {
                Problem::usage(format!("project.as_of \"{text}\" is not a date"))
                    .at(super::CONFIG_FILE)
                    .hint("write YYYY-MM-DD")
            })?),
        };
        if let Some(as_of) = as_of
            && as_of > today
        {
            return Err(Problem::usage(format!("as_of {as_of} lies after today {today}"))
                .hint("rows dated after today are quarantined, so as_of can be at most today"));
        }
        Ok(Clocks { today, as_of })
    }
}
