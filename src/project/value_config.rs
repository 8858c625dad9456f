//! `[value]` and `[churn]`: when the models of customer value may speak, and what their figures are sorted into.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Customer value. Definitions: docs/models.md.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ValueModels {
    /// Fewer customers than this with a purchase: the simple formula.
    pub min_buyers: u32,
    /// Fewer days from the first purchase to `as_of`: the simple formula.
    pub min_days: u32,
    /// Fewer customers with at least three purchase days: the simple formula.
    pub min_regulars: u32,
    /// Interest of a month by which later sales count less, 0.01 = 1 %.
    pub monthly_discount: f64,
    /// Share of the customers that is of high value, from the top.
    pub high: f64,
    /// Share of the customers after them that has potential.
    pub potential: f64,
}

impl Default for ValueModels {
    fn default() -> Self {
        ValueModels {
            min_buyers: 500,
            min_days: 180,
            min_regulars: 30,
            monthly_discount: 0.01,
            high: 0.2,
            potential: 0.3,
        }
    }
}

/// From which probability of still being a customer somebody is at risk.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Churn {
    /// P(alive) below this: high risk.
    pub low: f64,
    /// P(alive) below this: medium risk.
    pub middle: f64,
}

impl Default for Churn {
    fn default() -> Self {
        Churn { low: 0.3, middle: 0.6 }
    }
}
