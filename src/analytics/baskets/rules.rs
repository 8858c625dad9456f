//! Association rules X → y with one item y on the right: who has X in the basket, has y too.
//!
//! With N baskets, n(X) of them with all of X, n(y) with y and n(X, y) with both:
//!
//! - support = n(X, y) / N, confidence = n(X, y) / n(X) (Agrawal, Imieliński and Swami, SIGMOD 1993)
//! - lift = N · n(X, y) / (n(X) · n(y)); conviction = n(X) · (N − n(y)) / (N · (n(X) − n(X, y))) (Brin, Motwani, Ullman and
//!   Tsur, SIGMOD 1997: "interest" and "conviction")
//! - leverage = n(X, y) / N − n(X) · n(y) / N² (Piatetsky-Shapiro, "Discovery, analysis, and presentation of strong
//!   rules", 1991)
//!
//! Each is worked out in whole numbers and divided once.

use std::collections::HashMap;

use super::{ItemSet, ItemSets};

/// Which rules are told. A limit that is not a number lets nothing through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleLimits {
    /// Share of all baskets that hold the whole rule, 0 to 1.
    pub support: f64,
    pub confidence: f64,
}

/// A rule; `left` are ids, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub left: Vec<u32>,
    pub right: u32,
    /// Baskets with all of it.
    pub baskets: u32,
    pub measures: Measures,
}

/// Shares are 0 to 1; lift 1, leverage 0 and conviction 1 say that the two sides have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    pub support: f64,
    pub confidence: f64,
    pub lift: f64,
    pub leverage: f64,
    /// Absent for a rule without exception: then it is infinite.
    pub conviction: Option<f64>,
}

/// Whole numbers divided; nothing of nothing is 0.
#[allow(clippy::cast_precision_loss)]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The smallest number of baskets whose share of `total` is at least `support`: what [`super::Mining`] needs so that no
/// rule is missed. At least 1; absent when no number is enough (a support above 1, or not a number).
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
pub fn least_count(support: f64, total: u32) -> Option<u32> {
    let enough = |count: u32| ratio(u64::from(count), u64::from(total)) >= support;
    if total == 0 || !enough(total) {
        return None;
    }
    // The product may be off by a rounding either way; the comparison is the one that rules are held to.
    let mut count = (support * f64::from(total)).ceil().max(1.0) as u32;
    while count > 1 && enough(count - 1) {
        count -= 1;
    }
    while !enough(count) {
        count += 1;
    }
    Some(count)
}

/// All rules that frequent itemsets hold, by lift, then confidence, then support, all descending, then the ids on the
/// left, then the id on the right.
///
/// They are all rules within the limits when the sets were mined with [`least_count`] or fewer and without a limit of
/// length; with one, all rules of that length.
pub fn rules(sets: &ItemSets, limits: &RuleLimits) -> Vec<Rule> {
    let counts: HashMap<&[u32], u32> = sets.iter().map(|set| (set.items, set.baskets)).collect();
    let mut found = Vec::new();
    let mut left = Vec::new();
    for set in sets.iter().filter(|set| set.items.len() > 1) {
        if ratio(u64::from(set.baskets), u64::from(sets.total())) >= limits.support {
            for (at, right) in set.items.iter().enumerate() {
                left.clear();
                left.extend_from_slice(&set.items[..at]);
                left.extend_from_slice(&set.items[at + 1..]);
                // Every part of a frequent set is frequent, so both are there.
                let sides = counts.get(left.as_slice()).zip(counts.get(&[*right][..]));
                let rule = sides.map(|(n_left, n_right)| (set, *n_left, *n_right, sets.total()));
                found.extend(rule.and_then(|counts| told(counts, limits)).map(|measures| {
                    let (left, right) = (left.clone(), *right);
                    Rule { left, right, baskets: set.baskets, measures }
                }));
            }
        }
    }
    found.sort_by(order);
    found
}

/// The measures of a rule (whole set, baskets of the left and of the right, all baskets), if it is confident enough.
fn told((set, left, right, total): (ItemSet<'_>, u32, u32, u32), limits: &RuleLimits) -> Option<Measures> {
    let [both, left, right, total] = [set.baskets, left, right, total].map(u64::from);
    let confidence = ratio(both, left);
    let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
    let conviction = (left > both).then(|| quotient(wide(left, total - right), wide(total, left - both)));
    let (seen, expected) = (wide(both, total), wide(left, right));
    let leverage = quotient(seen.abs_diff(expected), wide(total, total)) * if seen < expected { -1.0 } else { 1.0 };
    let lift = quotient(seen, expected);
    let support = ratio(both, total);
    (confidence >= limits.confidence).then_some(Measures { support, confidence, lift, leverage, conviction })
}

#[allow(clippy::cast_precision_loss)]
fn quotient(part: u128, whole: u128) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Quotients of whole numbers that are equal are equal as floats too, as long as the products are below 2^53; so ties are
/// ties, and ids decide.
fn order(one: &Rule, other: &Rule) -> std::cmp::Ordering {
    let (m, n) = (&one.measures, &other.measures);
    let measures = n.lift.total_cmp(&m.lift).then(n.confidence.total_cmp(&m.confidence));
    let measures = measures.then(n.support.total_cmp(&m.support));
    measures.then_with(|| one.left.cmp(&other.left)).then(one.right.cmp(&other.right))
}
