//! `[arrivals]`, `[alerts]`, `[gate]` and `[[notify]]`: when data are late, thin or damaged, what is worth an alert, and who is
//! told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a store's data are due, and when they look too thin.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Arrivals {
    /// Days after which a business day's data are due: 1 = yesterday's data are due today.
    pub due_days: u32,
    /// A newest day with less than this share of the usual orders of its weekday looks incomplete.
    pub thin_share: f64,
    /// Usual orders below which a day is not called thin.
    pub thin_min_orders: u32,
}

impl Default for Arrivals {
    fn default() -> Self {
        Arrivals { due_days: 1, thin_share: 0.5, thin_min_orders: 10 }
    }
}

/// Where `storebook notify` sends its digest. The address and the secret are read from environment variables, so that
/// neither stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyTarget {
    pub kind: NotifyKind,
    /// Name of the environment variable that holds the address.
    pub url_env: String,
    /// Name of the environment variable that holds the signing secret (`dingtalk` only); empty = not signed.
    #[serde(default)]
    pub secret_env: String,
    /// Language of the message; empty = the first of `site.locales`.
    #[serde(default)]
    pub locale: String,
    /// Seconds to wait for an answer.
    #[serde(default = "ten_seconds")]
    pub timeout_seconds: u32,
}

fn ten_seconds() -> u32 {
    10
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyKind {
    /// 企业微信 group robot.
    Wecom,
    /// 钉钉 group robot.
    Dingtalk,
    /// Any service that takes JSON.
    Generic,
}

/// When the overview raises an alert.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Net sales fell by more than this share against the previous period.
    pub sales_down: f64,
    /// … and this is a serious fall.
    pub sales_down_critical: f64,
    /// Share of refunds in sales above this, in stores with at least `min_orders` orders.
    pub refund_share: f64,
    pub min_orders: u32,
    /// NPS below this, with at least `min_answers` answers.
    pub nps: f64,
    pub min_answers: u32,
    /// No data from a store for more than this many days.
    pub stale_days: u32,
    /// Complaints open for more than this many days.
    pub complaint_days: u32,
    /// Share of sales to known members below this; 0 = no alert.
    pub member_share: f64,
    /// Customers fell by more than this share against the previous period.
    pub customers_down: f64,
    /// The month's net sales are heading for this share less than the target, or worse.
    pub target_behind: f64,
    /// Share of the value of a store's customers that is at high risk; 0 = no alert.
    pub churn_share: f64,
}

impl Default for Alerts {
    fn default() -> Self {
        Alerts {
            sales_down: 0.2,
            sales_down_critical: 0.4,
            refund_share: 0.1,
            min_orders: 20,
            nps: 0.0,
            min_answers: 10,
            stale_days: 3,
            complaint_days: 7,
            member_share: 0.0,
            customers_down: 0.25,
            target_behind: 0.1,
            churn_share: 0.4,
        }
    }
}

/// When a build is refused because its data look damaged. Compared with the release before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Share of rows in quarantine, of each table and of all together.
    pub max_quarantine_share: f64,
    /// Share of the rows of the release before that may be missing: of a table, a source or a file.
    pub max_row_drop: f64,
    /// Share of open stores without data for more than `alerts.stale_days` days; judged by `--strict`.
    pub max_stale_share: f64,
    /// Fewer missing or quarantined rows than this are never a reason.
    pub min_rows: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Gate { max_quarantine_share: 0.1, max_row_drop: 0.2, max_stale_share: 0.05, min_rows: 20 }
    }
}
