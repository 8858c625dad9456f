//! What a file that was exported says beyond others: see `sources::returned`.

use super::Query;
use crate::problem::Result;
use crate::sources::intake::Format;
use crate::warehouse::literal;

impl Query<'_> {
    /// The text of a file that may bear the guard of an export.
    pub(super) fn unguarded(&self, text: String) -> String {
        let guarded = self.mapping.returned.is_some() && self.shape.format == Format::Text;
        if guarded { format!("sb_unguarded({text})") } else { text }
    }

    /// Columns that the program fills, where an export brings them back: name and header.
    pub(super) fn filled_columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let filled = self.mapping.returned.iter().flat_map(|returned| &returned.filled);
        filled.map(|(name, at)| (*name, self.shape.names[*at].as_str()))
    }

    /// What an export says of a column that the program fills.
    fn brought(&self, name: &str) -> Option<String> {
        self.filled_columns().any(|(filled, _)| filled == name).then(|| format!("f_{name}"))
    }

    pub(super) fn or_literal(&self, name: &str, text: &str) -> String {
        match self.brought(name) {
            Some(brought) => format!("coalesce({brought}, {})", literal(text)),
            None => literal(text),
        }
    }

    /// The business day of a moment. That of an export is kept where the moment may have it: whether a moment was
    /// written without its time is no longer seen.
    pub(super) fn day_of(&self, name: &str, moment: &str) -> Result<String> {
        let minutes = self.project.day_start()?;
        let day = format!("v_{moment}::date");
        if minutes == 0 {
            return Ok(day);
        }
        let before = format!("(v_{moment} - to_minutes({minutes}))::date");
        let told = format!("case when sb_day_only(t_{moment}) then {day} else {before} end");
        Ok(match self.brought(name) {
            Some(brought) => format!(
                "case when try_cast({brought} as date) = {day} or try_cast({brought} as date) = {before} \
                 then try_cast({brought} as date) else {told} end"
            ),
            None => told,
        })
    }
}
