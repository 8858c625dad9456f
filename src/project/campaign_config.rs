//! `[campaigns]`: messages to a part of the customers, and how what they did is judged.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use super::loyalty_config::day;
use crate::problem::{Problem, Result};

/// Campaigns, planned and past. Definitions: docs/models.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Campaigns {
    /// Share of a planned campaign's people kept as control, where the plan says nothing.
    pub control_share: f64,
    /// Share of all people who never get a campaign's message.
    pub holdout_share: f64,
    /// Seed of the permanent hold-out; another one chooses other people, so it stays.
    pub holdout_seed: String,
    /// Only people who agreed to marketing are contacted.
    pub require_consent: bool,
    /// Days before the start by which the arms are compared and people divided.
    pub baseline_days: u32,
    /// Days after the end whose sales still count.
    pub after_days: u32,
    /// Days for returns after that, until a result is final.
    pub return_days: u32,
    /// People in either arm for a difference; stores and segments with fewer are not shown.
    pub min_group: u32,
    /// Days looked at for price differences, in whole fortnights.
    pub price_days: u32,
    /// Share from which prices are clearly different.
    pub price_difference: f64,
    /// People on either side for prices to be compared.
    pub price_people: u32,
    /// Campaigns to come.
    pub plans: Vec<CampaignPlan>,
}

impl Default for Campaigns {
    fn default() -> Self {
        Campaigns {
            control_share: 0.2,
            holdout_share: 0.05,
            holdout_seed: "holdout".into(),
            require_consent: true,
            baseline_days: 90,
            after_days: 0,
            return_days: 15,
            min_group: 30,
            price_days: 91,
            price_difference: 0.05,
            price_people: 5,
            plans: Vec::new(),
        }
    }
}

/// A campaign to come.
///
/// ```toml
/// [[campaigns.plans]]
/// id = "C2026-12"
/// name = "冬日暖饮"
/// audience = "top_category = '茶' and recency_days > 60"
/// starts_on = "2026-12-01"
/// ends_on = "2026-12-14"
/// channel = "sms"
/// seed = "winter"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignPlan {
    pub id: String,
    /// What it is called; empty = the id.
    pub name: String,
    /// SQL over the columns of the model `customer_facts`; empty = everybody, or the segment.
    pub audience: String,
    /// A scheme of `customer_segments`, instead of a condition.
    pub scheme: String,
    /// The segment of the scheme.
    pub segment: String,
    /// First day (YYYY-MM-DD).
    pub starts_on: String,
    /// Last day; empty = not known yet.
    pub ends_on: String,
    /// How people are told.
    pub channel: String,
    /// Share kept as control; not said = `campaigns.control_share`.
    pub control_share: Option<f64>,
    /// Seed of the draw.
    pub seed: String,
    /// Project currency.
    pub cost: Option<f64>,
}

pub(super) fn check(campaigns: &Campaigns) -> Result<()> {
    for (name, share, least, most) in [
        ("campaigns.control_share", campaigns.control_share, 0.01, 0.9),
        ("campaigns.holdout_share", campaigns.holdout_share, 0.0, 0.5),
        ("campaigns.price_difference", campaigns.price_difference, 0.01, 1.0),
    ] {
        share_between(name, share, least, most)?;
    }
    between("campaigns.baseline_days", campaigns.baseline_days, 7, 730)?;
    between("campaigns.after_days", campaigns.after_days, 0, 365)?;
    between("campaigns.return_days", campaigns.return_days, 0, 365)?;
    // The quantile of t is exact to four places from nine degrees of freedom on.
    between("campaigns.min_group", campaigns.min_group, 10, 10_000)?;
    between("campaigns.price_days", campaigns.price_days, 14, 730)?;
    between("campaigns.price_people", campaigns.price_people, 2, 1_000)?;
    let mut ids = BTreeSet::new();
    campaigns.plans.iter().try_for_each(|plan| check_plan(plan, &mut ids))
}

fn share_between(name: &str, share: f64, least: f64, most: f64) -> Result<()> {
    if (least..=most).contains(&share) {
        return Ok(());
    }
    Err(wrong(name, share, &format!("a share from {least} to {most}")))
}

fn check_plan<'a>(plan: &'a CampaignPlan, ids: &mut BTreeSet<&'a str>) -> Result<()> {
    let id = plan.id.trim();
    let refused = |message: String| Problem::usage(message).hint("[[campaigns.plans]] has an id and starts_on");
    if id.is_empty() {
        return Err(refused("a [[campaigns.plans]] has no id".into()));
    }
    if !ids.insert(id) {
        return Err(refused(format!("the campaign \"{id}\" is planned twice")));
    }
    let Some(starts) = day("campaigns.plans.starts_on", &plan.starts_on)? else {
        return Err(refused(format!("the campaign \"{id}\" does not say when it starts")));
    };
    if day("campaigns.plans.ends_on", &plan.ends_on)?.is_some_and(|ends| ends < starts) {
        return Err(wrong("campaigns.plans.ends_on", &plan.ends_on, "a campaign does not end before it starts"));
    }
    let (scheme, segment) = (plan.scheme.trim(), plan.segment.trim());
    if scheme.is_empty() != segment.is_empty() || (!scheme.is_empty() && !plan.audience.trim().is_empty()) {
        return Err(refused(format!("the campaign \"{id}\" says in two ways, or by halves, whom it is for"))
            .hint("audience = \"a condition\", or scheme and segment together, or nothing for everybody"));
    }
    if let Some(share) = plan.control_share {
        share_between("campaigns.plans.control_share", share, 0.01, 0.9)?;
    }
    match plan.cost {
        Some(cost) if !(0.0..=1e12).contains(&cost) => Err(wrong("campaigns.plans.cost", cost, "an amount, 0 or more")),
        _ => Ok(()),
    }
}
