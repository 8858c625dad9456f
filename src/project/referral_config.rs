//! `[referrals]` and `[coupons]`: when somebody counts as brought by a customer, what that is worth, and what is odd about coupons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use super::loyalty_config::exact;
use crate::problem::Result;

/// Customers who bring customers. Definitions: docs/models.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Referrals {
    /// Days after a referral within which a person must come for it to count.
    pub window_days: u32,
    /// Days after the person came whose purchases count towards the minimum.
    pub spend_days: u32,
    /// The return window; the reward is due when it is over.
    pub return_days: u32,
    /// What the person must have spent before the reward is due, project currency.
    pub minimum_spend: f64,
    /// The most rewards one referrer gets in a month.
    pub max_per_month: u32,
    /// What a reward is.
    pub reward_kind: RewardKind,
    /// How many points, or how much money, one reward is.
    pub reward_value: f64,
    /// Referring this many people on one day is looked into.
    pub burst: u32,
    /// Words in the reason of a points entry that tell that it pays a referral.
    pub paid_words: Vec<String>,
}

/// What the referrer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RewardKind {
    Points,
    Money,
    Coupon,
}

impl Default for Referrals {
    fn default() -> Self {
        Referrals {
            window_days: 30,
            spend_days: 90,
            return_days: 15,
            minimum_spend: 100.0,
            max_per_month: 10,
            reward_kind: RewardKind::Points,
            reward_value: 500.0,
            burst: 5,
            paid_words: ["推荐", "邀请", "referral"].map(Into::into).to_vec(),
        }
    }
}

/// Coupons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Coupons {
    /// How far a discount may exceed the coupons' face values before it is looked into, project currency.
    pub over_value: f64,
}

impl Default for Coupons {
    fn default() -> Self {
        Coupons { over_value: 1.0 }
    }
}

pub(super) fn check(referrals: &Referrals, coupons: &Coupons) -> Result<()> {
    for (name, value, least, most) in [
        ("referrals.window_days", referrals.window_days, 0, 365),
        ("referrals.spend_days", referrals.spend_days, 1, 730),
        ("referrals.return_days", referrals.return_days, 0, 90),
        ("referrals.max_per_month", referrals.max_per_month, 0, 10_000),
        ("referrals.burst", referrals.burst, 2, 1_000),
    ] {
        between(name, value, least, most)?;
    }
    for (name, value) in [
        ("referrals.minimum_spend", referrals.minimum_spend),
        ("referrals.reward_value", referrals.reward_value),
        ("coupons.over_value", coupons.over_value),
    ] {
        // Figures are exact to the hundredth.
        if exact(name, value)? % 10_000 != 0 || value > 1e6 {
            return Err(wrong(name, value, "an amount up to 1,000,000 with at most two decimals"));
        }
    }
    if referrals.minimum_spend == 0.0 {
        return Err(wrong(
            "referrals.minimum_spend",
            0,
            "an amount above 0: a reward for nobody's purchase invites abuse",
        ));
    }
    if referrals.paid_words.iter().any(|word| word.trim().is_empty()) {
        return Err(wrong("referrals.paid_words", "", "words, none of them empty"));
    }
    Ok(())
}
