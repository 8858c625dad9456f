//! Items that somebody buys again and again, and has not bought for about as long as usual.

use super::purchases::Line;

/// When an item is due. A number that is not one makes nothing due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replenishment {
    /// Bought on at least so many days; below 2 there is no interval.
    pub days: usize,
    /// Due from so many of the customer's own median intervals on.
    pub factor: f64,
    /// After more median intervals than this the habit has ended.
    pub lapsed: f64,
    /// At most so many places of the list.
    pub places: usize,
}

impl Default for Replenishment {
    fn default() -> Self {
        Replenishment { days: 3, factor: 1.0, lapsed: 3.0, places: 3 }
    }
}

/// An item that is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    /// The median number of days between two purchases; halves where it lies between two intervals.
    pub median: f64,
    /// Days since the last purchase.
    pub since: i64,
    /// Days since the last purchase in median intervals: 1 is on time, 2 a whole interval late.
    pub score: f64,
}

/// Whether an item bought on these days (ascending, distinct) is due. Days after `today` are not known yet.
pub fn due(days: &[i32], today: i32, wanted: &Replenishment) -> Option<Due> {
    let known = &days[..days.partition_point(|day| *day <= today)];
    let last = *known.last()?;
    if known.len() < wanted.days.max(2) {
        return None;
    }
    let mut gaps: Vec<i64> = known.windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0])).collect();
    gaps.sort_unstable();
    // For an odd number both are the middle one.
    let doubled = gaps[(gaps.len() - 1) / 2] + gaps[gaps.len() / 2];
    let since = i64::from(today) - i64::from(last);
    if doubled <= 0 {
        return None;
    }
    let median = days_of(doubled) / 2.0;
    let score = days_of(since) / median;
    let is_due = days_of(since) >= wanted.factor * median && days_of(since) <= wanted.lapsed * median;
    is_due.then_some(Due { median, since, score })
}

/// Differences of two `i32` and their sums in pairs are exact as floats.
#[allow(clippy::cast_precision_loss)]
fn days_of(days: i64) -> f64 {
    days as f64
}

/// All items of a customer that are due and may be offered, the most overdue first, then by id.
pub(super) fn all_due<'a>(
    by_item: impl Iterator<Item = &'a [Line]>,
    today: i32,
    wanted: &Replenishment,
) -> Vec<(u32, Due)> {
    let mut found: Vec<(u32, Due)> = by_item
        .filter_map(|lines| {
            let days: Vec<i32> = lines.iter().map(|line| line.day).collect();
            due(&days, today, wanted).map(|due| (lines[0].item, due))
        })
        .collect();
    found.sort_by(|(x, one), (y, other)| other.score.total_cmp(&one.score).then(x.cmp(y)));
    found
}
