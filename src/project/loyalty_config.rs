//! `[tiers]` and `[loyalty]`: the rules of the membership programme. Each rule may have a first and a last day.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::{Problem, Result};

/// Membership tiers on what was spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tiers {
    /// Months that count, with `window = "rolling"`, and months a tier is kept until it is reviewed.
    pub months: u32,
    /// Which days count: the months before every day, or the calendar year.
    pub window: TierWindow,
    /// Days after a review in which a tier can still be kept.
    pub grace_days: u32,
    /// Share of a level's spend within which a customer counts as close to it.
    pub near_share: f64,
    /// Lowest first; `spend` is the net spend that reaches the level.
    pub levels: Vec<TierLevel>,
}

/// Which days count for a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierWindow {
    /// `months` months up to the day.
    Rolling,
    /// From 1 January; a tier lasts to the end of the following year.
    Calendar,
}

/// One level, or one level as it is in a certain time: the same name may stand several times with other days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TierLevel {
    pub name: String,
    /// Net spend that reaches the level, project currency.
    pub spend: f64,
    /// How many times the points its members earn; not said = 1.
    pub points: Option<f64>,
    /// What its members get, as they are told.
    pub benefits: String,
    /// First day (YYYY-MM-DD); empty = always.
    pub from: String,
    /// Last day; empty = no end.
    pub until: String,
}

impl Default for Tiers {
    fn default() -> Self {
        let level = |name: &str, spend| TierLevel { name: name.into(), spend, ..TierLevel::default() };
        Tiers {
            months: 12,
            window: TierWindow::Rolling,
            grace_days: 30,
            near_share: 0.1,
            levels: vec![level("普卡", 0.0), level("银卡", 1000.0), level("金卡", 5000.0), level("钻卡", 20000.0)],
        }
    }
}

/// Points: what earns them, how long they last, what they are worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Loyalty {
    /// Whether points are counted.
    pub points: bool,
    /// First day whose sales earn points (YYYY-MM-DD); empty = all sales in the data.
    pub starts_on: String,
    /// What one point is worth when it is used, project currency.
    pub point_value: f64,
    /// Days before they expire in which points are announced as expiring.
    pub warn_days: u32,
    /// What counts where several multipliers apply: the highest of them, or all multiplied.
    pub combine: Combine,
    /// How much earns how many points; none = 1 point for every 1.00.
    pub earn: Vec<EarnRule>,
    /// How long points last; none = 24 months.
    pub expiry: Vec<ExpiryRule>,
    /// What earns more, less, or nothing (factor 0).
    pub multipliers: Vec<Multiplier>,
}

impl Default for Loyalty {
    fn default() -> Self {
        Loyalty {
            points: true,
            starts_on: String::new(),
            point_value: 0.01,
            warn_days: 30,
            combine: Combine::Highest,
            earn: Vec::new(),
            expiry: Vec::new(),
            multipliers: Vec::new(),
        }
    }
}

/// What counts where several multipliers apply. A factor of 0 always leaves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    Highest,
    Product,
}

/// `points` points for every `amount` paid, in whole points per order, rounded down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EarnRule {
    /// Project currency.
    pub amount: f64,
    pub points: f64,
    /// Days until earned points can be used: the time in which goods may be returned.
    pub pending_days: u32,
    pub from: String,
    pub until: String,
}

impl Default for EarnRule {
    fn default() -> Self {
        EarnRule { amount: 1.0, points: 1.0, pending_days: 15, from: String::new(), until: String::new() }
    }
}

/// How long points earned in a certain time last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpiryRule {
    pub lasts: Lasts,
    /// With `months` and `end_of_month`: months; with `end_of_year`: years.
    pub number: u32,
    /// Days that points given back after a refund last beyond their first expiry.
    pub grace_days: u32,
    pub from: String,
    pub until: String,
}

impl Default for ExpiryRule {
    fn default() -> Self {
        ExpiryRule { lasts: Lasts::Months, number: 24, grace_days: 30, from: String::new(), until: String::new() }
    }
}

/// When points end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lasts {
    Never,
    /// So many months after they were earned.
    Months,
    /// On the last day of the month so many months later.
    EndOfMonth,
    /// On 31 December so many years later.
    EndOfYear,
}

/// One multiplier.
///
/// ```toml
/// [[loyalty.multipliers]]
/// name = "茶叶周"
/// of = "category"
/// is = "茶"
/// factor = 2
/// from = "2026-11-01"
/// until = "2026-11-11"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Multiplier {
    /// What it is called.
    pub name: String,
    pub of: MultiplierOf,
    /// The category, product, store, channel or day of the week (1 = Monday); empty where `of` needs none.
    pub is: String,
    /// 2 = twice the points, 0 = none.
    pub factor: f64,
    pub from: String,
    pub until: String,
}

impl Default for Multiplier {
    fn default() -> Self {
        Multiplier {
            name: String::new(),
            of: MultiplierOf::All,
            is: String::new(),
            factor: 1.0,
            from: String::new(),
            until: String::new(),
        }
    }
}

/// What a multiplier looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MultiplierOf {
    All,
    Category,
    Sku,
    Store,
    Channel,
    Weekday,
    /// Purchases on the customer's birthday.
    Birthday,
    /// Purchases in the month of the customer's birthday.
    BirthdayMonth,
}

/// A day, or none where the text is empty.
///
/// # Errors
/// When the text is no day.
pub(crate) fn day(name: &str, text: &str) -> Result<Option<Date>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    // With a time of day it would parse too.
    let plain = Some(text.trim()).filter(|text| text.len() == 10).unwrap_or_default();
    plain.parse().map(Some).map_err(|_| wrong(name, text, "a day as YYYY-MM-DD: rules change overnight"))
}

pub(super) fn check(tiers: &Tiers, loyalty: &Loyalty) -> Result<()> {
    between("tiers.months", tiers.months, 1, 1200)?;
    between("tiers.grace_days", tiers.grace_days, 0, 366)?;
    between("loyalty.warn_days", loyalty.warn_days, 1, 366)?;
    if !(0.0..=1.0).contains(&tiers.near_share) {
        return Err(wrong("tiers.near_share", tiers.near_share, "a share between 0 and 1"));
    }
    day("loyalty.starts_on", &loyalty.starts_on)?;
    exact("loyalty.point_value", loyalty.point_value)?;
    for rule in &loyalty.earn {
        between("loyalty.earn.pending_days", rule.pending_days, 0, 366)?;
        exact("loyalty.earn.points", rule.points)?;
        if exact("loyalty.earn.amount", rule.amount)? == 0 {
            return Err(wrong("loyalty.earn.amount", rule.amount, "an amount above 0"));
        }
    }
    for rule in &loyalty.expiry {
        between("loyalty.expiry.number", rule.number, 1, 1200)?;
        between("loyalty.expiry.grace_days", rule.grace_days, 0, 366)?;
    }
    for multiplier in &loyalty.multipliers {
        if multiplier.name.trim().is_empty() {
            return Err(wrong("loyalty.multipliers.name", &multiplier.name, "every multiplier has a name"));
        }
        exact("loyalty.multipliers.factor", multiplier.factor)?;
        let alone = matches!(multiplier.of, MultiplierOf::All | MultiplierOf::Birthday | MultiplierOf::BirthdayMonth);
        if alone != multiplier.is.trim().is_empty() {
            return Err(Problem::usage(format!(
                "the multiplier \"{}\" {}",
                multiplier.name,
                if alone { "says what it is of twice" } else { "does not say what it is of" }
            ))
            .hint("of = \"category\" needs is = \"…\"; all, birthday and birthday_month need none"));
        }
        let weekday = multiplier.is.trim().parse::<u8>().is_ok_and(|day| (1..=7).contains(&day));
        if multiplier.of == MultiplierOf::Weekday && !weekday {
            return Err(wrong("loyalty.multipliers.is", &multiplier.is, "a day of the week, 1 = Monday to 7 = Sunday"));
        }
    }
    super::programme::Programme::of(tiers, loyalty).map(drop)
}

/// A number of settings in millionths, exactly.
///
/// # Errors
/// When it is below 0, above a thousand millions, or has more than six decimals.
pub(crate) fn exact(name: &str, value: f64) -> Result<i64> {
    let text = format!("{value:.6}");
    let same = text.parse::<f64>().is_ok_and(|parsed| parsed.to_bits() == (value + 0.0).to_bits());
    let digits = text.replace('.', "").parse::<i64>().ok().filter(|_| same && (0.0..=1e9).contains(&value));
    digits.ok_or_else(|| wrong(name, value, "0 or more, with at most six decimals"))
}
