//! The rules of the membership programme, day by day: rules with days of their own make versions, each in force from one day
//! to the day before the next.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::checks::wrong;
use super::loyalty_config::{
    Combine, EarnRule, ExpiryRule, Lasts, Loyalty, Multiplier, MultiplierOf, TierLevel, TierWindow, Tiers, day, exact,
};
use crate::problem::{Problem, Result};

/// All versions, the oldest first, and what does not change with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    pub window: TierWindow,
    pub months: u32,
    pub grace_days: u32,
    pub combine: Combine,
    pub starts_on: Option<Date>,
    /// Millionths of the project currency.
    pub point_value: i64,
    /// Never empty; the first one has no first day, the last one no last day.
    pub versions: Vec<Version>,
}

/// The rules of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// 1 = the oldest.
    pub number: u32,
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Lowest first, at least one.
    pub levels: Vec<Level>,
    /// `None`: nothing is earned.
    pub earn: Option<Earn>,
    pub expiry: Expiry,
    pub multipliers: Vec<Factor>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub name: String,
    /// Hundredths of the project currency.
    pub spend: i64,
    /// Millionths: 1,000,000 = as many points as everybody.
    pub factor: i64,
    pub benefits: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earn {
    /// Millionths of the project currency.
    pub amount: i64,
    /// Millionths of a point.
    pub points: i64,
    pub pending_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    pub lasts: Lasts,
    pub number: u32,
    pub grace_days: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    pub name: String,
    pub of: MultiplierOf,
    pub is: String,
    /// Millionths.
    pub factor: i64,
}

/// The days of one rule; no first day = from the beginning, no last day = no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Days {
    from: Option<Date>,
    until: Option<Date>,
}

impl Days {
    fn of(name: &str, from: &str, until: &str) -> Result<Days> {
        let days = Days { from: day(&format!("{name}.from"), from)?, until: day(&format!("{name}.until"), until)? };
        match (days.from, days.until) {
            (Some(from), Some(until)) if until < from => {
                Err(wrong(&format!("{name}.until"), until, "a rule does not end before it begins"))
            }
            _ => Ok(days),
        }
    }
    fn hold(self, on: Option<Date>) -> bool {
        self.from.is_none_or(|from| on.is_some_and(|on| from <= on))
            && self.until.is_none_or(|until| on.is_none_or(|on| on <= until))
    }
    /// Days on which something changes.
    fn edges(self) -> impl Iterator<Item = Date> {
        self.from.into_iter().chain(self.until.and_then(|until| until.tomorrow().ok()))
    }
}

/// A rule with its days, as settings write it.
struct Dated<'a, T> {
    days: Days,
    rule: &'a T,
}

impl Programme {
    /// # Errors
    /// When a rule contradicts itself or another: thresholds out of order, two rules for the same days, a day that is none.
    pub fn of(tiers: &Tiers, loyalty: &Loyalty) -> Result<Programme> {
        let levels = dated("tiers.levels", &tiers.levels, |level| (&level.from, &level.until))?;
        let earn = dated("loyalty.earn", &loyalty.earn, |rule| (&rule.from, &rule.until))?;
        let expiry = dated("loyalty.expiry", &loyalty.expiry, |rule| (&rule.from, &rule.until))?;
        let multipliers = dated("loyalty.multipliers", &loyalty.multipliers, |rule| (&rule.from, &rule.until))?;
        let mut edges = BTreeSet::new();
        edges.extend(levels.iter().flat_map(|dated| dated.days.edges()));
        edges.extend(earn.iter().flat_map(|dated| dated.days.edges()));
        edges.extend(expiry.iter().flat_map(|dated| dated.days.edges()));
        edges.extend(multipliers.iter().flat_map(|dated| dated.days.edges()));
        let starts: Vec<Option<Date>> = std::iter::once(None).chain(edges.into_iter().map(Some)).collect();
        let mut versions = Vec::with_capacity(starts.len());
        for (at, from) in starts.iter().enumerate() {
            versions.push(Version {
                number: u32::try_from(at + 1).unwrap_or(u32::MAX),
                from: *from,
                until: starts.get(at + 1).copied().flatten().and_then(|next| next.yesterday().ok()),
                levels: levels_on(&levels, *from)?,
                earn: earn_on(&earn, *from)?,
                expiry: expiry_on(&expiry, *from)?,
                multipliers: multipliers_on(&multipliers, *from)?,
            });
        }
        Ok(Programme {
            window: tiers.window,
            months: tiers.months,
            grace_days: tiers.grace_days,
            combine: loyalty.combine,
            starts_on: day("loyalty.starts_on", &loyalty.starts_on)?,
            point_value: exact("loyalty.point_value", loyalty.point_value)?,
            versions,
        })
    }

    /// The version in force on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> &Version {
        let after = self.versions.partition_point(|version| version.from.is_none_or(|from| from <= day));
        &self.versions[after.saturating_sub(1)]
    }
}

fn dated<'a, T>(name: &str, rules: &'a [T], days: impl Fn(&T) -> (&str, &str)) -> Result<Vec<Dated<'a, T>>> {
    let one = |rule| {
        let (from, until) = days(rule);
        Ok(Dated { days: Days::of(name, from, until)?, rule })
    };
    rules.iter().map(one).collect()
}

/// Of the rules that hold, the one that began last; two that began on the same day contradict one another.
fn latest<'a, T>(name: &str, rules: &[Dated<'a, T>], on: Option<Date>) -> Result<Option<&'a T>> {
    let holding: Vec<_> = rules.iter().filter(|dated| dated.days.hold(on)).collect();
    let last = holding.iter().map(|dated| dated.days.from).max();
    let mut latest = holding.iter().filter(|dated| Some(dated.days.from) == last);
    let found = latest.next().map(|dated| dated.rule);
    if latest.next().is_some() {
        let since = last.flatten().map_or("the beginning".to_owned(), |day| day.to_string());
        return Err(Problem::usage(format!("two rules of {name} hold from {since}"))
            .hint("give the older one an `until`, or the newer one a later `from`"));
    }
    Ok(found)
}

fn levels_on(levels: &[Dated<'_, TierLevel>], on: Option<Date>) -> Result<Vec<Level>> {
    let mut names: Vec<&str> = Vec::new();
    for dated in levels {
        let name = dated.rule.name.trim();
        if name.is_empty() {
            return Err(wrong("tiers.levels", &dated.rule.name, "every level has a name"));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut found: Vec<Level> = Vec::new();
    for name in names {
        let same: Vec<Dated<'_, TierLevel>> = levels
            .iter()
            .filter(|dated| dated.rule.name.trim() == name)
            .map(|dated| Dated { days: dated.days, rule: dated.rule })
            .collect();
        let Some(level) = latest(&format!("tiers.levels \"{name}\""), &same, on)? else { continue };
        let spend = exact("tiers.levels.spend", level.spend)?;
        if spend % 10_000 != 0 {
            return Err(wrong("tiers.levels.spend", level.spend, "an amount with at most two decimals"));
        }
        let factor = exact("tiers.levels.points", level.points.unwrap_or(1.0))?;
        let level = Level { name: name.to_owned(), spend: spend / 10_000, factor, benefits: level.benefits.clone() };
        if found.last().is_some_and(|below| below.spend >= level.spend) {
            return Err(wrong("tiers.levels", name, "write the lowest level first; each next one needs more spend"));
        }
        found.push(level);
    }
    if found.is_empty() {
        let when = on.map_or("before the first rule".to_owned(), |day| format!("on {day}"));
        return Err(Problem::usage(format!("there is no tier {when}"))
            .hint("the lowest level has neither `from` nor `until`: everybody is in it"));
    }
    Ok(found)
}

/// Without any rule the default holds; with rules, nothing is earned on days that none of them is for.
fn earn_on(rules: &[Dated<'_, EarnRule>], on: Option<Date>) -> Result<Option<Earn>> {
    let exactly = |rule: &EarnRule| {
        Ok(Earn {
            amount: exact("loyalty.earn.amount", rule.amount)?,
            points: exact("loyalty.earn.points", rule.points)?,
            pending_days: rule.pending_days,
        })
    };
    if rules.is_empty() {
        return exactly(&EarnRule::default()).map(Some);
    }
    latest("loyalty.earn", rules, on)?.map(exactly).transpose()
}

fn expiry_on(rules: &[Dated<'_, ExpiryRule>], on: Option<Date>) -> Result<Expiry> {
    let default = ExpiryRule::default();
    let rule = latest("loyalty.expiry", rules, on)?.unwrap_or(&default);
    Ok(Expiry { lasts: rule.lasts, number: rule.number, grace_days: rule.grace_days })
}

fn multipliers_on(rules: &[Dated<'_, Multiplier>], on: Option<Date>) -> Result<Vec<Factor>> {
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for dated in rules.iter().filter(|dated| dated.days.hold(on)) {
        let rule = dated.rule;
        let name = rule.name.trim();
        if let Some(other) = seen.insert((rule.of, rule.is.trim()), name)
            && other == name
        {
            return Err(wrong("loyalty.multipliers", name, "the same multiplier holds twice on the same day"));
        }
        found.push(Factor {
            name: name.to_owned(),
            of: rule.of,
            is: rule.is.trim().to_owned(),
            factor: exact("loyalty.multipliers.factor", rule.factor)?,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn programme(text: &str) -> Result<Programme> {
        let config = crate::project::parse(text)?;
        Programme::of(&config.tiers, &config.loyalty)
    }

    #[test]
    fn c45_rules_with_days_make_versions() {
        let programme = programme(
            "[[tiers.levels]]\nname = \"A\"\n[[tiers.levels]]\nname = \"B\"\nspend = 1000\n\
             [[tiers.levels]]\nname = \"B\"\nspend = 800.5\nfrom = \"2026-07-01\"\npoints = 1.5\n\
             [[loyalty.multipliers]]\nname = \"week\"\nfactor = 2\nfrom = \"2026-11-01\"\nuntil = \"2026-11-11\"\n\
             [[loyalty.earn]]\namount = 10\nfrom = \"2026-07-01\"\n",
        )
        .unwrap();
        let starts: Vec<_> = programme.versions.iter().map(|version| (version.from, version.until)).collect();
        assert_eq!(
            starts,
            [
                (None, Some(date(2026, 6, 30))),
                (Some(date(2026, 7, 1)), Some(date(2026, 10, 31))),
                (Some(date(2026, 11, 1)), Some(date(2026, 11, 11))),
                (Some(date(2026, 11, 12)), None),
            ]
        );
        let first = programme.on(date(2026, 6, 30));
        assert_eq!((first.number, first.levels[1].spend, first.levels[1].factor), (1, 100_000, 1_000_000));
        assert_eq!(first.earn, None);
        let second = programme.on(date(2026, 7, 1));
        assert_eq!((second.number, second.levels[1].spend, second.levels[1].factor), (2, 80_050, 1_500_000));
        assert_eq!(second.earn, Some(Earn { amount: 10_000_000, points: 1_000_000, pending_days: 15 }));
        assert_eq!(programme.on(date(2026, 11, 11)).multipliers.len(), 1);
        assert!(programme.on(date(2026, 11, 12)).multipliers.is_empty());
    }

    #[test]
    fn c45_nothing_said_is_one_point_for_one_yuan_and_two_years() {
        let programme = programme("").unwrap();
        let version = programme.on(date(2026, 1, 1));
        assert_eq!(programme.versions.len(), 1);
        assert_eq!(version.earn, Some(Earn { amount: 1_000_000, points: 1_000_000, pending_days: 15 }));
        assert_eq!(version.expiry, Expiry { lasts: Lasts::Months, number: 24, grace_days: 30 });
        assert_eq!(programme.point_value, 10_000);
    }
}
