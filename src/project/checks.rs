//! Settings that can be read but cannot be meant: refused before they give a wrong figure.

use std::collections::BTreeSet;

use super::config::{Config, DaysOrAll, Identity, MeanOrScore, Rfm};
use super::machine_config::Engine;
use super::month::Month;
use super::size::Size;
use super::value_config::{Churn, Clusters, FEATURES, Recommendations, ValueModels};
use super::watch_config::{NotifyKind, NotifyTarget};
use crate::problem::{Problem, Result};

/// Checks every section; the problem names the setting, not yet its file.
pub fn check(config: &Config) -> Result<()> {
    sections(config)?;
    counts(config)?;
    shares(config)
}

/// Sections with rules of their own.
fn sections(config: &Config) -> Result<()> {
    project(config)?;
    site(config)?;
    engine(&config.engine)?;
    rfm(&config.rfm)?;
    super::loyalty_config::check(&config.tiers, &config.loyalty)?;
    super::lifecycle_config::check(&config.lifecycle)?;
    value(&config.value)?;
    churn(&config.churn)?;
    clusters(&config.clusters)?;
    recommendations(&config.recommendations)?;
    super::retail_config::check(&config.products, &config.comparison)?;
    super::campaign_config::check(&config.campaigns)?;
    super::referral_config::check(&config.referrals, &config.coupons)?;
    super::care_config::check(&config.care)?;
    super::mail_config::check(&config.mail, &config.messages)?;
    super::receive_config::check(&config.receive)?;
    super::interaction_config::check(&config.interactions)?;
    super::tag_config::check(&config.tags)?;
    super::tag_config::check_segments(&config.segments)
}

/// Numbers of days, of rows and of other things.
fn counts(config: &Config) -> Result<()> {
    between("rfm.compare_days", config.rfm.compare_days, 1, 36_600)?;
    identity(&config.identity)?;
    between("period.days", config.period.days, 1, 3660)?;
    between("period.last_year_shift", config.period.last_year_shift, 1, 3660)?;
    between("portraits.most_per_store", config.portraits.most_per_store, 0, 1_000_000)?;
    between("portraits.active_days", config.portraits.active_days, 1, 36_600)?;
    between("portraits.orders", config.portraits.orders, 1, 1000)?;
    between("portraits.lookup", config.portraits.lookup, 0, 1_000_000)?;
    between("feedback.window", config.feedback.window, 1, 36_600)?;
    between("arrivals.due_days", config.arrivals.due_days, 0, 366)?;
    closed_through(&config.periods.closed_through)?;
    config.notify.iter().try_for_each(|target| notify(target, &config.site.locales))?;
    between("publish.keep_releases", config.publish.keep_releases, 1, 1000)?;
    between("publish.keep_days", config.publish.keep_days, 0, 36_600)
}

fn shares(config: &Config) -> Result<()> {
    for (name, value) in [
        ("arrivals.thin_share", config.arrivals.thin_share),
        ("alerts.sales_down", config.alerts.sales_down),
        ("alerts.sales_down_critical", config.alerts.sales_down_critical),
        ("alerts.refund_share", config.alerts.refund_share),
        ("alerts.member_share", config.alerts.member_share),
        ("alerts.customers_down", config.alerts.customers_down),
        ("alerts.target_behind", config.alerts.target_behind),
        ("alerts.churn_share", config.alerts.churn_share),
        ("gate.max_quarantine_share", config.gate.max_quarantine_share),
        ("gate.max_row_drop", config.gate.max_row_drop),
        ("gate.max_stale_share", config.gate.max_stale_share),
    ] {
        if !(0.0..=1.0).contains(&value) {
            return Err(wrong(name, value, "a share between 0 and 1, for example 0.2"));
        }
    }
    if !(-100.0..=100.0).contains(&config.alerts.nps) {
        return Err(wrong("alerts.nps", config.alerts.nps, "an NPS lies between -100 and 100"));
    }
    Ok(())
}

pub(super) fn wrong(name: &str, value: impl std::fmt::Display, hint: &str) -> Problem {
    Problem::usage(format!("{name} = \"{value}\" cannot be used")).hint(hint)
}

pub(super) fn between(name: &str, value: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(wrong(name, value, &format!("a whole number from {least} to {most}")))
}

fn value(value: &ValueModels) -> Result<()> {
    between("value.min_buyers", value.min_buyers, 1, 1_000_000_000)?;
    between("value.min_days", value.min_days, 1, 36_600)?;
    between("value.min_regulars", value.min_regulars, 1, 1_000_000_000)?;
    if !(0.0..=1.0).contains(&value.monthly_discount) {
        return Err(wrong("value.monthly_discount", value.monthly_discount, "a share of a month, 0.01 for 1 %"));
    }
    if value.high <= 0.0 || value.potential < 0.0 || value.high + value.potential > 1.0 {
        let shares = format!("{} and {}", value.high, value.potential);
        return Err(wrong("value.high and value.potential", shares, "shares above 0 that are 1 together at most"));
    }
    Ok(())
}

fn churn(churn: &Churn) -> Result<()> {
    if !(0.0..=1.0).contains(&churn.low) || !(churn.low..=1.0).contains(&churn.middle) {
        let limits = format!("{} and {}", churn.low, churn.middle);
        return Err(wrong("churn.low and churn.middle", limits, "probabilities from 0 to 1, middle not below low"));
    }
    Ok(())
}

fn clusters(clusters: &Clusters) -> Result<()> {
    between("clusters.min_customers", clusters.min_customers, 10, 1_000_000_000)?;
    between("clusters.tree_depth", clusters.tree_depth, 1, 8)?;
    if clusters.count == 1 || clusters.count > 20 {
        return Err(wrong(
            "clusters.count",
            clusters.count,
            "0 for as many as separate best, or a number from 2 to 20",
        ));
    }
    let mut seen = BTreeSet::new();
    for feature in &clusters.features {
        if !FEATURES.contains(&feature.as_str()) || !seen.insert(feature) {
            let hint = format!("each once, of {}", FEATURES.join(", "));
            return Err(wrong("clusters.features", feature, &hint));
        }
    }
    if clusters.features.is_empty() {
        return Err(wrong("clusters.features", "", "at least one figure, for example \"recency_days\""));
    }
    Ok(())
}

fn recommendations(wanted: &Recommendations) -> Result<()> {
    between("recommendations.window", wanted.window, 1, 36_600)?;
    between("recommendations.history", wanted.history, 1, 36_600)?;
    between("recommendations.min_baskets", wanted.min_baskets, 1, 1_000_000_000)?;
    between("recommendations.longest_rule", wanted.longest_rule, 2, 6)?;
    between("recommendations.per_customer", wanted.per_customer, 1, 100)?;
    for (name, value) in [("min_support", wanted.min_support), ("min_confidence", wanted.min_confidence)] {
        if !(value > 0.0 && value <= 1.0) {
            return Err(wrong(&format!("recommendations.{name}"), value, "a share above 0, for example 0.002"));
        }
    }
    Ok(())
}

fn project(config: &Config) -> Result<()> {
    let section = &config.project;
    jiff::tz::TimeZone::get(&section.timezone)
        .map_err(|_| wrong("project.timezone", &section.timezone, "an IANA name such as Asia/Shanghai"))?;
    if section.money_scale > 2 {
        return Err(wrong("project.money_scale", section.money_scale, "0, 1 or 2 decimals"));
    }
    if section.currency.len() != 3 || !section.currency.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(wrong("project.currency", &section.currency, "three capital letters such as CNY, USD or EUR"));
    }
    day("project.as_of", &section.as_of)?;
    day("portal.policy_effective_on", &config.portal.policy_effective_on)
}

fn day(name: &str, text: &str) -> Result<()> {
    if text.is_empty() || text.parse::<jiff::civil::Date>().is_ok() {
        return Ok(());
    }
    Err(wrong(name, text, "a date as YYYY-MM-DD"))
}

/// More of a project's own columns than are compared.
const MOST_OWN_COLUMNS: usize = 8;

fn identity(section: &Identity) -> Result<()> {
    for (name, value) in [("identity.merge", section.merge), ("identity.review", section.review)] {
        if !(0.5..=1.0).contains(&value) {
            return Err(wrong(name, value, "a probability between 0.5 and 1, for example 0.95"));
        }
    }
    if section.review > section.merge {
        return Err(wrong("identity.review", section.review, "the review list begins below identity.merge"));
    }
    let mut seen = BTreeSet::new();
    for column in &section.match_on {
        if !column.starts_with("extra_") || !seen.insert(column) {
            let hint = "name each column once, as it stands in source.customers, for example \"extra_id_card\"";
            return Err(wrong("identity.match_on", column, hint));
        }
    }
    if section.match_on.len() > MOST_OWN_COLUMNS {
        return Err(wrong("identity.match_on", section.match_on.join(", "), "at most eight columns"));
    }
    Ok(())
}

/// Whether the month is over is known only with `as_of`: see `closing`.
fn closed_through(text: &str) -> Result<()> {
    if text.is_empty() || Month::parse(text).is_some() {
        return Ok(());
    }
    Err(wrong("periods.closed_through", text, "the last closed month as YYYY-MM, for example \"2026-09\""))
}

fn notify(target: &NotifyTarget, locales: &[String]) -> Result<()> {
    for (name, text, needed) in [("url_env", &target.url_env, true), ("secret_env", &target.secret_env, false)] {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain || (needed && text.is_empty()) {
            // What was written may be the address itself, which is a secret: neither it nor its line is repeated.
            return Err(Problem::usage(format!("[[notify]]: {name} is not the name of an environment variable"))
                .hint("write the variable's name, for example \"STOREBOOK_WECOM_URL\", and put the value into the environment"));
        }
    }
    if !target.secret_env.is_empty() && target.kind != NotifyKind::Dingtalk {
        return Err(wrong("notify.secret_env", &target.secret_env, "only kind = \"dingtalk\" signs its messages"));
    }
    if !target.locale.is_empty() && !locales.contains(&target.locale) {
        return Err(wrong("notify.locale", &target.locale, "one of site.locales"));
    }
    between("notify.timeout_seconds", target.timeout_seconds, 1, 300)
}

fn site(config: &Config) -> Result<()> {
    let locales = &config.site.locales;
    if locales.is_empty() {
        return Err(Problem::usage("site.locales is empty").hint("locales = [\"zh-CN\", \"en\"]"));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = locales.iter().find(|code| !seen.insert(code.to_lowercase())) {
        return Err(wrong("site.locales", twice, "every language once"));
    }
    for (name, address) in
        [("site.base_url", &config.site.base_url), ("portal.feedback_endpoint", &config.portal.feedback_endpoint)]
    {
        if !address.is_empty() && !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(wrong(name, address, "an address that begins with https://"));
        }
    }
    Ok(())
}

/// Below 64 MB DuckDB cannot even load a file.
fn engine(engine: &Engine) -> Result<()> {
    const LEAST: u64 = 64_000_000;
    let enough = |size: Size| matches!(size, Size::Percent(_)) || matches!(size, Size::Bytes(bytes) if bytes >= LEAST);
    if !engine.memory_limit.is_empty() && !Size::parse(&engine.memory_limit).is_some_and(enough) {
        return Err(wrong(
            "engine.memory_limit",
            &engine.memory_limit,
            "a size of at least 64MB such as \"2GB\", or a share of the memory such as \"60%\"",
        ));
    }
    for (name, text) in [("engine.max_disk", &engine.max_disk), ("engine.max_memory", &engine.max_memory)] {
        if !text.is_empty() && Size::bytes(text).is_none_or(|bytes| bytes < LEAST) {
            return Err(wrong(name, text, "a size of at least 64MB such as \"8GB\"; empty = no limit"));
        }
    }
    if engine.max_seconds > 86_400 {
        return Err(wrong("engine.max_seconds", engine.max_seconds, "seconds, 86400 at most; 0 = no limit"));
    }
    if engine.threads > 512 {
        return Err(wrong("engine.threads", engine.threads, "a whole number up to 512; 0 = all cores"));
    }
    Ok(())
}

fn rfm(rfm: &Rfm) -> Result<()> {
    match &rfm.window {
        DaysOrAll::Days(days) => between("rfm.window", *days, 1, 36_600)?,
        DaysOrAll::Word(word) if word == "all" => {}
        DaysOrAll::Word(word) => return Err(wrong("rfm.window", word, "a number of days, or \"all\"")),
    }
    if !["fixed", "quantiles"].contains(&rfm.frequency.as_str()) {
        return Err(wrong("rfm.frequency", &rfm.frequency, "\"fixed\" or \"quantiles\""));
    }
    match &rfm.high {
        MeanOrScore::Score(score) if (1.0..=5.0).contains(score) => {}
        MeanOrScore::Word(word) if word == "mean" => {}
        MeanOrScore::Score(score) => return Err(wrong("rfm.high", score, "a score from 1 to 5, or \"mean\"")),
        MeanOrScore::Word(word) => return Err(wrong("rfm.high", word, "a score from 1 to 5, or \"mean\"")),
    }
    for (name, cuts) in [
        ("rfm.cuts.recency", &rfm.cuts.recency),
        ("rfm.cuts.frequency", &rfm.cuts.frequency),
        ("rfm.cuts.monetary", &rfm.cuts.monetary),
    ] {
        let rising = cuts.windows(2).all(|pair| pair[0] < pair[1]) && cuts.iter().all(|cut| cut.is_finite());
        if !cuts.is_empty() && (cuts.len() != 4 || !rising) {
            return Err(wrong(name, format!("{cuts:?}"), "four rising numbers, which make five scores; or none"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::project::parse;

    #[test]
    fn settings_that_cannot_be_meant_are_refused() {
        for text in [
            "[rfm.cuts]\nrecency = [1, 2, 3, 4, 5, 6, 7, 8]",
            "[rfm.cuts]\nrecency = [30, 10, 5, 1]",
            "[rfm.cuts]\nmonetary = [1]",
            "[rfm]\nwindow = \"al\"",
            "[rfm]\nwindow = 0",
            "[rfm]\nfrequency = \"quantile\"",
            "[rfm]\nhigh = \"men\"",
            "[rfm]\nhigh = 9.5",
            "[period]\ndays = 0",
            "[period]\ndays = 4000000000",
            "[tiers]\nlevels = [{ name = \"a\", spend = 5 }, { name = \"b\", spend = 1 }]",
            "[tiers]\nlevels = [{ name = \"a\", spend = 0 }, { name = \"a\", spend = 1 }]",
            "[tiers]\nlevels = [{ name = \"a\", spend = nan }]",
            "[tiers]\nlevels = [{ name = \" \", spend = 1 }]",
            "[tiers]\nlevels = []",
            "[tiers]\nlevels = [{ name = \"a\", spend = 0, from = \"2026-01-01T12:00\" }]",
            "[tiers]\nlevels = [{ name = \"a\", spend = 0, from = \"2026-05-02\", until = \"2026-05-01\" }]",
            "[tiers]\nlevels = [{ name = \"a\", spend = 0 }, { name = \"b\", spend = 9, from = \"2026-01-01\" }, { name = \"c\", spend = 8, from = \"2026-02-01\" }]",
            "[loyalty]\npoint_value = -1",
            "[loyalty]\npoint_value = 0.0000001",
            "[loyalty]\nstarts_on = \"gestern\"",
            "[[loyalty.earn]]\namount = 0",
            "[[loyalty.earn]]\nfrom = \"2026-01-01\"\n[[loyalty.earn]]\nfrom = \"2026-01-01\"",
            "[[loyalty.expiry]]\nnumber = 0",
            "[[loyalty.multipliers]]\nname = \"a\"\nfactor = nan",
            "[campaigns]\nmin_group = 9",
            "[campaigns]\nholdout_share = 0.6",
            "[[campaigns.plans]]\nid = \"a\"",
            "[[campaigns.plans]]\nstarts_on = \"2026-12-01\"",
            "[[campaigns.plans]]\nid = \"a\"\nstarts_on = \"2026-12-01\"\nends_on = \"2026-11-30\"",
            "[[campaigns.plans]]\nid = \"a\"\nstarts_on = \"2026-12-01\"\nscheme = \"tier\"",
            "[[campaigns.plans]]\nid = \"a\"\nstarts_on = \"2026-12-01\"\ncost = -1",
            "[[campaigns.plans]]\nid = \"a\"\nstarts_on = \"2026-12-01\"\n[[campaigns.plans]]\nid = \"a\"\nstarts_on = \"2026-12-01\"",
            "[[loyalty.multipliers]]\nof = \"category\"",
            "[[loyalty.multipliers]]\nof = \"all\"\nis = \"x\"",
            "[[loyalty.multipliers]]\nof = \"weekday\"\nis = \"8\"",
            "[project]\ncurrency = \"DOLLARS\"",
            "[project]\ncurrency = \"cny\"",
            "[project]\nmoney_scale = 3",
            "[project]\ntimezone = \"Mars/Base\"",
            "[project]\nas_of = \"gestern\"",
            "[site]\nlocales = [\"en\", \"en\"]",
            "[site]\nlocales = []",
            "[site]\nbase_url = \"javascript:alert(1)\"",
            "[portal]\nfeedback_endpoint = \"javascript:alert(1)\"",
            "[portal]\npolicy_effective_on = \"gestern\"",
            "[alerts]\nrefund_share = 12",
            "[arrivals]\ndue_days = 400",
            "[arrivals]\nthin_share = 2.0",
            "[periods]\nclosed_through = \"2026-13\"",
            "[periods]\nclosed_through = \"2026-9\"",
            "[periods]\nclosed_through = \"2026-09-30\"",
            "[periods]\nclosed_through = \"上月\"",
            "[[notify]]\nkind = \"wecom\"\nurl_env = \"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1\"",
            "[[notify]]\nkind = \"wecom\"\nurl_env = \"\"",
            "[[notify]]\nkind = \"wecom\"\nurl_env = \"A\"\nsecret_env = \"B\"",
            "[[notify]]\nkind = \"wecom\"\nurl_env = \"A\"\nlocale = \"fr\"",
            "[[notify]]\nkind = \"wecom\"\nurl_env = \"A\"\ntimeout_seconds = 0",
            "[gate]\nmax_row_drop = 20",
            "[gate]\nmax_stale_share = -0.1",
            "[gate]\nmax_quarantine_share = nan",
            "[engine]\nmemory_limit = \"lots\"",
            "[engine]\nmemory_limit = \"2\"",
            "[engine]\nmemory_limit = \"-2GB\"",
            "[engine]\nmemory_limit = \"1MB\"",
            "[engine]\nmemory_limit = \"0%\"",
            "[engine]\nmemory_limit = \"101%\"",
            "[engine]\nmemory_limit = \"'; drop\"",
            "[engine]\nthreads = 513",
        ] {
            let config = parse(text).unwrap();
            assert!(super::check(&config).is_err(), "{text} was accepted");
        }
        for text in ["2GB", "2 GB", "512MiB", "60%", "1.5gb", "64MB"] {
            assert!(super::check(&parse(&format!("[engine]\nmemory_limit = \"{text}\"")).unwrap()).is_ok(), "{text}");
        }
        assert!(
            super::check(&parse("[rfm]\nwindow = \"all\"\nhigh = 3.5\ncuts = { monetary = [1, 2, 3, 4] }").unwrap())
                .is_ok()
        );
    }
}
