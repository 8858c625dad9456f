//! The rules of the programme as tables, so that models and pages read them like everything else.

use std::sync::Arc;

use jiff::civil::Date;

use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project::programme::Programme;
use crate::project::{Combine, Lasts, MultiplierOf, TierWindow};
use crate::warehouse::{Engine, Row, Value};

/// `loyalty_versions`.
pub struct LoyaltyVersions(pub Arc<Programme>);
/// `tier_levels`.
pub struct TierLevels(pub Arc<Programme>);
/// `point_multipliers`.
pub struct PointMultipliers(pub Arc<Programme>);

fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Null, Value::Date)
}

fn millionths(value: i64) -> Value {
    Value::Decimal { unscaled: i128::from(value), scale: 6 }
}

fn whole(value: u32) -> Value {
    Value::Int(i64::from(value))
}

fn whole_number(value: usize) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

impl NativeModel for LoyaltyVersions {
    fn name(&self) -> &'static str {
        "loyalty_versions"
    }
    fn header(&self) -> &'static str {
        "-- loyalty_versions: the rules of the programme, from which day to which.
-- zh-CN: 会员规则的各个版本，从哪天到哪天
-- grain: one row per version
-- key: version
-- definition: Rules in [tiers] and [loyalty] may have a first and a last day; every such day begins a version. Of two rules for
--   the same thing the one that began last holds.
-- zh-CN definition: [tiers] 和 [loyalty] 里的规则可以写生效和失效日期，每个这样的日子开始一个新版本。同一件事有两条规则
--   时，认开始得最晚的那条。
-- column version: 1 = the oldest
-- column from_on: first day; null = from the beginning
-- column until_on: last day; null = no end
-- column earns: whether sales of these days earn points
-- column per_amount: amount that earns earn_points, project currency
-- column earn_points: points for every per_amount
-- column pending_days: days until earned points can be used
-- column lasts: never, months, end_of_month or end_of_year
-- column lasts_number: months, or years with end_of_year; null with never
-- column grace_days: days that points given back last beyond their first expiry
-- column point_value: worth of one point, project currency
-- column combine: highest or product of the multipliers that apply
-- column tier_window: rolling or calendar
-- column tier_months: months that count for a tier, and until its review
-- column tier_grace_days: days after a review in which a tier can still be kept
-- room: loyalty
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("version", "integer"),
            ("from_on", "date"),
            ("until_on", "date"),
            ("earns", "boolean"),
            ("per_amount", "decimal(18, 6)"),
            ("earn_points", "decimal(18, 6)"),
            ("pending_days", "integer"),
            ("lasts", "varchar"),
            ("lasts_number", "integer"),
            ("grace_days", "integer"),
            ("point_value", "decimal(18, 6)"),
            ("combine", "varchar"),
            ("tier_window", "varchar"),
            ("tier_months", "integer"),
            ("tier_grace_days", "integer"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.0)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let programme = &self.0;
        for version in &programme.versions {
            let (expiry, earn) = (version.expiry, version.earn);
            put(vec![
                whole(version.number),
                day(version.from),
                day(version.until),
                Value::Bool(earn.is_some()),
                earn.map_or(Value::Null, |earn| millionths(earn.amount)),
                earn.map_or(Value::Null, |earn| millionths(earn.points)),
                earn.map_or(Value::Null, |earn| whole(earn.pending_days)),
                Value::text(lasts(expiry.lasts)),
                if expiry.lasts == Lasts::Never { Value::Null } else { whole(expiry.number) },
                whole(expiry.grace_days),
                millionths(programme.point_value),
                Value::text(match programme.combine {
                    Combine::Highest => "highest",
                    Combine::Product => "product",
                }),
                Value::text(match programme.window {
                    TierWindow::Rolling => "rolling",
                    TierWindow::Calendar => "calendar",
                }),
                whole(programme.months),
                whole(programme.grace_days),
            ])?;
        }
        Ok(())
    }
}

fn lasts(lasts: Lasts) -> &'static str {
    match lasts {
        Lasts::Never => "never",
        Lasts::Months => "months",
        Lasts::EndOfMonth => "end_of_month",
        Lasts::EndOfYear => "end_of_year",
    }
}

impl NativeModel for TierLevels {
    fn name(&self) -> &'static str {
        "tier_levels"
    }
    fn header(&self) -> &'static str {
        "-- tier_levels: the levels of every version of the rules.
-- zh-CN: 每个版本有哪些等级
-- grain: one row per version and level
-- key: version, tier_no
-- definition: tiers.levels as they are in force in the version.
-- zh-CN definition: 每个版本里生效的 tiers.levels。
-- column tier_no: 1 = lowest
-- column tier: name of the level
-- column spend: net spend that reaches it, project currency
-- column factor: times the points its members earn
-- column benefits: what its members get, as the settings say it; empty = nothing said
-- room: loyalty
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("version", "integer"),
            ("tier_no", "integer"),
            ("tier", "varchar"),
            ("spend", "decimal(18, 2)"),
            ("factor", "decimal(18, 6)"),
            ("benefits", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.0)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for version in &self.0.versions {
            for (at, level) in version.levels.iter().enumerate() {
                put(vec![
                    whole(version.number),
                    whole_number(at + 1),
                    Value::text(level.name.as_str()),
                    Value::Decimal { unscaled: i128::from(level.spend), scale: 2 },
                    millionths(level.factor),
                    Value::text(level.benefits.as_str()),
                ])?;
            }
        }
        Ok(())
    }
}

impl NativeModel for PointMultipliers {
    fn name(&self) -> &'static str {
        "point_multipliers"
    }
    fn header(&self) -> &'static str {
        "-- point_multipliers: what earns more points, fewer or none, in every version of the rules.
-- zh-CN: 每个版本里，什么多给积分、少给或不给
-- grain: one row per version and multiplier
-- key: version, multiplier_no
-- definition: loyalty.multipliers as they are in force in the version.
-- zh-CN definition: 每个版本里生效的 loyalty.multipliers。
-- column applies_to: all, category, sku, store, channel, weekday, birthday or birthday_month
-- column applies_value: which of them; empty where there is nothing to choose
-- column factor: 2 = twice the points, 0 = none
-- room: loyalty
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("version", "integer"),
            ("multiplier_no", "integer"),
            ("name", "varchar"),
            ("applies_to", "varchar"),
            ("applies_value", "varchar"),
            ("factor", "decimal(18, 6)"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.0)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for version in &self.0.versions {
            for (at, multiplier) in version.multipliers.iter().enumerate() {
                put(vec![
                    whole(version.number),
                    whole_number(at + 1),
                    Value::text(multiplier.name.as_str()),
                    Value::text(applies_to(multiplier.of)),
                    Value::text(multiplier.is.as_str()),
                    millionths(multiplier.factor),
                ])?;
            }
        }
        Ok(())
    }
}

fn applies_to(of: MultiplierOf) -> &'static str {
    match of {
        MultiplierOf::All => "all",
        MultiplierOf::Category => "category",
        MultiplierOf::Sku => "sku",
        MultiplierOf::Store => "store",
        MultiplierOf::Channel => "channel",
        MultiplierOf::Weekday => "weekday",
        MultiplierOf::Birthday => "birthday",
        MultiplierOf::BirthdayMonth => "birthday_month",
    }
}
