//! Rules of one day as if they had always been so.

use jiff::civil::Date;

use crate::problem::Result;
use crate::project::programme::Programme;
use crate::project::{Config, EarnRule, ExpiryRule, Multiplier, TierLevel};

/// The settings with the rules of `on`, without days.
///
/// # Errors
/// When the rules contradict themselves.
pub fn undated(config: &Config, on: Date) -> Result<Config> {
    let programme = Programme::of(&config.tiers, &config.loyalty)?;
    let version = programme.on(on);
    let mut found = config.clone();
    found.tiers.levels = version
        .levels
        .iter()
        .map(|level| TierLevel {
            name: level.name.clone(),
            spend: scaled(level.spend, 2),
            points: Some(scaled(level.factor, 6)),
            benefits: level.benefits.clone(),
            ..TierLevel::default()
        })
        .collect();
    let always = EarnRule::default();
    found.loyalty.earn = vec![match version.earn {
        Some(earn) => EarnRule {
            amount: scaled(earn.amount, 6),
            points: scaled(earn.points, 6),
            pending_days: earn.pending_days,
            ..always
        },
        None => EarnRule { points: 0.0, ..always },
    }];
    let expiry = version.expiry;
    found.loyalty.expiry = vec![ExpiryRule {
        lasts: expiry.lasts,
        number: expiry.number,
        grace_days: expiry.grace_days,
        ..ExpiryRule::default()
    }];
    found.loyalty.multipliers = version
        .multipliers
        .iter()
        .map(|rule| Multiplier {
            name: rule.name.clone(),
            of: rule.of,
            is: rule.is.clone(),
            factor: scaled(rule.factor, 6),
            ..Multiplier::default()
        })
        .collect();
    Ok(found)
}

/// A whole number of the smallest unit; the nearest number of that decimal, which is the one the settings would hold.
#[allow(clippy::cast_precision_loss)]
fn scaled(value: i64, decimals: u32) -> f64 {
    value as f64 / 10f64.powi(i32::try_from(decimals).unwrap_or(0))
}
