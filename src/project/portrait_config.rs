//! `[portraits]`: which customers have a page of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pages about single customers. Everybody else of a store is found by telephone and surname, without a page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Portraits {
    /// Whom they are about: people on a list of things to do, or all who are active besides, or nobody.
    pub of: PortraitsOf,
    /// Pages of people on lists per store; those first whom the store should see to first.
    pub most_per_store: u32,
    /// Days since the last purchase or joining within which a person is active.
    pub active_days: u32,
    /// Latest orders on a page.
    pub orders: u32,
    /// People of a store who can be found by telephone and surname; those first who came last.
    pub lookup: u32,
}

impl Default for Portraits {
    fn default() -> Self {
        Portraits { of: PortraitsOf::Lists, most_per_store: 20, active_days: 365, orders: 20, lookup: 20_000 }
    }
}

/// Whom portraits are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PortraitsOf {
    Lists,
    Active,
    Nobody,
}
