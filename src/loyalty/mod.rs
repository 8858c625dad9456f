//! The membership programme: tiers as they were reached and lost, and points as a ledger that can be replayed.

mod entries;
pub mod ledger;
mod points_native;
mod rules;
mod tiers;
mod tiers_native;
#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod tiers_tests;

pub use points_native::PointsLedger;
pub use rules::{LoyaltyVersions, PointMultipliers, TierLevels};
pub use tiers::{Cause, Course, Spell, follow};
pub use tiers_native::TierSpells;
