//! t-closeness: how far the sensitive values of a class are from those of the whole table (Li, Li, Venkatasubramanian
//! 2007, "t-Closeness: Privacy Beyond k-Anonymity and l-Diversity", ICDE).

use std::collections::BTreeMap;

use super::Sample;
use super::diversity::share;

/// The largest earth mover's distance between a class and the table, from 0 (alike) to 1.
///
/// With p the shares of the values in the class and q those in the table, over the m values of the table:
/// for values without order, all equally far from each other, `½·Σ|pᵢ − qᵢ|`; for values with an order, neighbours being
/// `1/(m−1)` apart, `1/(m−1)·Σ|Σ_{j≤i} (pⱼ − qⱼ)|` for i = 1 … m−1.
pub fn closeness(sample: &Sample, sensitive: usize) -> f64 {
    let all = sample.overall(sensitive);
    let total: u64 = all.values().sum();
    let ordered = sample.ordered.get(sensitive).copied().unwrap_or(false);
    let classes = sample.classes.iter().filter_map(|class| Some((class.rows, class.counts.get(sensitive)?)));
    classes.map(|(rows, counts)| distance((counts, rows), (&all, total), ordered)).fold(0.0, f64::max).clamp(0.0, 1.0)
}

fn distance(class: (&BTreeMap<usize, u64>, u64), table: (&BTreeMap<usize, u64>, u64), ordered: bool) -> f64 {
    let differences = table.0.iter().map(|(value, rows)| {
        let here = class.0.get(value).copied().unwrap_or_default();
        share(here, class.1) - share(*rows, table.1)
    });
    if !ordered {
        return differences.map(f64::abs).sum::<f64>() / 2.0;
    }
    let mut moved = 0.0;
    let work: f64 = differences
        .map(|difference| {
            moved += difference;
            f64::abs(moved)
        })
        .sum();
    // The last sum is 0 but for rounding.
    let steps = table.0.len().saturating_sub(1);
    if steps == 0 { 0.0 } else { work / share(steps as u64, 1) }
}
