//! `[value]`, `[churn]` and `[clusters]`: when the models of customers may speak, and what their figures are sorted into.

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

/// Groups of customers that are alike.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Clusters {
    /// By which figures of a customer: numbers of the model `customer_facts`.
    pub features: Vec<String>,
    /// How many groups; 0 = as many, from 2 to 8, as separate best.
    pub count: u32,
    /// With fewer customers there are no groups.
    pub min_customers: u32,
    /// Deepest question of the tree that explains the groups.
    pub tree_depth: u32,
}

impl Default for Clusters {
    fn default() -> Self {
        let features = ["recency_days", "frequency", "monetary"].map(str::to_owned).to_vec();
        Clusters { features, count: 0, min_customers: 100, tree_depth: 4 }
    }
}

/// Figures of `customer_facts` that groups can be made by.
pub(super) const FEATURES: &[&str] = &[
    "recency_days",
    "frequency",
    "monetary",
    "purchase_days",
    "orders",
    "net_sales",
    "avg_basket",
    "refund_share",
    "median_gap_days",
    "stores_visited",
    "channels",
    "age",
    "clv_12m",
    "p_alive",
];

/// What goes together and what to offer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recommendations {
    /// Days before `as_of` whose receipts are looked at for pairs and rules.
    pub window: u32,
    /// Days before `as_of` whose purchases are looked at for recommendations.
    pub history: u32,
    /// Receipts a pair must stand on.
    pub min_baskets: u32,
    /// Share of the receipts that a rule must stand on.
    pub min_support: f64,
    /// Share of the receipts with the left side that must have the right side.
    pub min_confidence: f64,
    /// Most products of a rule, both sides together.
    pub longest_rule: u32,
    /// Most products offered to a customer.
    pub per_customer: u32,
}

impl Default for Recommendations {
    fn default() -> Self {
        Recommendations {
            window: 365,
            history: 730,
            min_baskets: 5,
            min_support: 0.002,
            min_confidence: 0.1,
            longest_rule: 3,
            per_customer: 5,
        }
    }
}
