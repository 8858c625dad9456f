//! `[interactions]`: how contacts with customers and what was promised to them are judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::between;
use crate::problem::Result;

/// Contacts and follow-ups. Definitions: docs/models.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Interactions {
    /// Days after, and before, a contact in which a purchase counts.
    pub purchase_days: u32,
    /// A contact up to this many days before the day agreed does the follow-up.
    pub early_days: u32,
    /// Days to today that the summary of contacts and the figures of staff cover.
    pub window: u32,
    /// No share of a staff member is given of fewer contacts than this.
    pub min_contacts: u32,
    /// No verdict on purchases after and before with fewer customers than this.
    pub min_judged: u32,
    /// Days without a word after which a customer of high value counts as not spoken to.
    pub gap_days: u32,
    /// Follow-ups overdue by more days than this are counted, not listed.
    pub overdue_days: u32,
    /// Contacts listed in the log of a store.
    pub log_rows: u32,
}

impl Default for Interactions {
    fn default() -> Self {
        Interactions {
            purchase_days: 14,
            early_days: 3,
            window: 90,
            min_contacts: 20,
            min_judged: 30,
            gap_days: 90,
            overdue_days: 90,
            log_rows: 200,
        }
    }
}

pub(super) fn check(interactions: &Interactions) -> Result<()> {
    for (name, value, least, most) in [
        ("interactions.purchase_days", interactions.purchase_days, 1, 90),
        ("interactions.early_days", interactions.early_days, 0, 30),
        ("interactions.window", interactions.window, 7, 730),
        ("interactions.min_contacts", interactions.min_contacts, 1, 1_000),
        ("interactions.min_judged", interactions.min_judged, 2, 10_000),
        ("interactions.gap_days", interactions.gap_days, 7, 730),
        ("interactions.overdue_days", interactions.overdue_days, 1, 3_650),
        ("interactions.log_rows", interactions.log_rows, 10, 2_000),
    ] {
        between(name, value, least, most)?;
    }
    Ok(())
}
