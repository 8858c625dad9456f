//! `[lifecycle]`: when a customer counts as new, active, silent and lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// Stages of customers. Definitions: docs/models.md.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycle {
    /// Limits by everybody's own rhythm, or the same number of days for all.
    pub mode: LifecycleMode,
    /// Gaps since the last purchase up to which a customer is active.
    pub active_gaps: f64,
    /// Gaps since the last purchase up to which a customer is silent; later: lost.
    pub silent_gaps: f64,
    /// Nobody stops being new, or active, earlier than this many days.
    pub least_days: u32,
    /// Nobody is lost earlier than this many days.
    pub least_lost_days: u32,
    /// The gap of a chain where nobody has bought three times yet, days.
    pub typical_gap: u32,
    /// With `mode = "fixed"`: days a first purchase, or a return, is new.
    pub new_days: u32,
    /// With `mode = "fixed"`: days up to which a customer is active.
    pub active_days: u32,
    /// With `mode = "fixed"`: days up to which a customer is silent; later: lost.
    pub silent_days: u32,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle {
            mode: LifecycleMode::Own,
            active_gaps: 2.5,
            silent_gaps: 6.0,
            least_days: 30,
            least_lost_days: 90,
            typical_gap: 90,
            new_days: 30,
            active_days: 90,
            silent_days: 180,
        }
    }
}

/// Whose rhythm decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleMode {
    Own,
    Fixed,
}

/// Limits follow one another.
pub(super) fn check(lifecycle: &Lifecycle) -> Result<()> {
    for (name, days) in [
        ("lifecycle.least_days", lifecycle.least_days),
        ("lifecycle.least_lost_days", lifecycle.least_lost_days),
        ("lifecycle.typical_gap", lifecycle.typical_gap),
        ("lifecycle.new_days", lifecycle.new_days),
        ("lifecycle.active_days", lifecycle.active_days),
        ("lifecycle.silent_days", lifecycle.silent_days),
    ] {
        between(name, days, 1, 36_600)?;
    }
    let (active, silent) = (lifecycle.active_gaps, lifecycle.silent_gaps);
    if !(1.0..=1000.0).contains(&active) || !(active..=1000.0).contains(&silent) {
        let gaps = format!("{active} and {silent}");
        return Err(wrong("lifecycle.active_gaps and silent_gaps", gaps, "from 1 on, silent not below active"));
    }
    if lifecycle.least_lost_days < lifecycle.least_days {
        let days = format!("{} and {}", lifecycle.least_days, lifecycle.least_lost_days);
        return Err(wrong(
            "lifecycle.least_days and least_lost_days",
            days,
            "nobody is lost before they stop being active",
        ));
    }
    let (new, active, silent) = (lifecycle.new_days, lifecycle.active_days, lifecycle.silent_days);
    if new > active || active > silent {
        let days = format!("{new}, {active} and {silent}");
        return Err(wrong("lifecycle.new_days, active_days and silent_days", days, "each not below the one before"));
    }
    Ok(())
}
