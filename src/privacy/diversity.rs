//! l-diversity: how much the sensitive values within a class differ (Machanavajjhala et al. 2007, "l-Diversity: Privacy
//! Beyond k-Anonymity", ACM TKDD 1(1)), as pyCANON documents it (Sáinz-Pardo Díaz and López García 2022, "A Python library
//! to check the level of anonymity of a dataset", Scientific Data 9). One difference: pyCANON 1.3.6 takes the *rarest* value
//! for r₁ of the recursive measure; here it is the most frequent, as in the paper.

use super::Sample;

/// Distinct l-diversity: the fewest different values of the sensitive column in any class.
pub fn distinct(sample: &Sample, sensitive: usize) -> u64 {
    let values = sample.classes.iter().map(|class| class.counts.get(sensitive).map_or(0, |counts| counts.len() as u64));
    values.min().unwrap_or_default()
}

/// Entropy l-diversity: the largest l with `−Σ p·ln p ≥ ln l` in every class, where p is the share of a value among
/// the rows of the class; that is `min exp(−Σ p·ln p)`. Never above [`distinct`]; equal to it where all values of the
/// poorest class are equally frequent.
pub fn entropy(sample: &Sample, sensitive: usize) -> f64 {
    let classes = sample.classes.iter().filter_map(|class| Some((class.rows, class.counts.get(sensitive)?)));
    let effective = classes.map(|(rows, counts)| {
        let entropy: f64 = counts.values().map(|count| share(*count, rows)).map(|p| -p * p.ln()).sum();
        entropy.exp()
    });
    let least = effective.fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 0.0 }
}

/// Recursive (c, l)-diversity holds where `r₁ < c·(r_l + … + r_m)` in every class, r being how often the values of the
/// class stand in it, the most frequent first. Returns the largest `r₁ / (r_l + … + r_m)`: the table is recursively
/// (c, l)-diverse for every c above it. `None`: for no c, because a class has fewer than l values.
pub fn recursive(sample: &Sample, sensitive: usize, l: usize) -> Option<f64> {
    let mut worst: Option<f64> = None;
    for class in &sample.classes {
        let mut counts: Vec<u64> = class.counts.get(sensitive)?.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let tail: u64 = counts.iter().skip(l.saturating_sub(1)).sum();
        if tail == 0 {
            return None;
        }
        let c = share(*counts.first()?, tail);
        worst = Some(worst.map_or(c, |worst| worst.max(c)));
    }
    worst
}

/// Counts of rows are far below 2⁵³.
#[allow(clippy::cast_precision_loss)]
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
