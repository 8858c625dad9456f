//! Shares with their intervals, and the difference of two shares of the same people. All intervals cover 95 %.

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Halvings of an interval of width 2: limits are found to 2⁻⁶³.
const HALVINGS: usize = 64;

/// A share with its Wilson score interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub hits: u32,
    pub of: u32,
    /// 0 to 1.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
}

impl Share {
    /// The share and the interval of Wilson ("Probable inference, the law of succession, and statistical inference",
    /// JASA 22, 1927): centre (p + z²/2n) / (1 + z²/n), half width z √(p(1 − p)/n + z²/4n²) / (1 + z²/n).
    ///
    /// Absent when there is nothing to take a share of, or more hits than that.
    pub fn of(hits: u32, of: u32) -> Option<Share> {
        if of == 0 || hits > of {
            return None;
        }
        let (n, rate) = (f64::from(of), f64::from(hits) / f64::from(of));
        let weight = 1.0 + Z * Z / n;
        let centre = (rate + Z * Z / (2.0 * n)) / weight;
        let half = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt() / weight;
        // At the ends the limit is the end itself, which the root may miss by a rounding.
        let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if hits == of { 1.0 } else { (centre + half).min(1.0) };
        Some(Share { hits, of, rate, low, high })
    }
}

/// The difference of two shares of the same people: hits of the first less hits of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// People hit by the first only.
    pub first_only: u32,
    /// People hit by the second only.
    pub second_only: u32,
    pub of: u32,
    /// −1 to 1.
    pub difference: f64,
    pub low: f64,
    pub high: f64,
    /// (b − c) / √(b + c), standard normal when the two do not differ (McNemar, "Note on the sampling error of the
    /// difference between correlated proportions or percentages", Psychometrika 12, 1947). Absent without anyone whom
    /// only one of them hit. Beyond ±1.96 exactly when the interval leaves 0 out.
    pub mcnemar: Option<f64>,
}

impl Paired {
    /// The score interval of Tango ("Equivalence test and confidence interval for the difference in proportions for the
    /// paired-sample design", Statistics in Medicine 17, 1998): all differences Δ with |T(Δ)| ≤ z, where
    ///
    /// T(Δ) = (b − c − nΔ) / √(n (2q + Δ(1 − Δ))), and q, the most likely share of c given Δ, is
    /// (√(B² − 4AC) − B) / 2A with A = 2n, B = −b − c + (2n − b + c)Δ, C = −cΔ(1 − Δ).
    ///
    /// T falls with Δ, so each limit is found by halving. Absent without people, or with fewer than were hit.
    pub fn of(first_only: u32, second_only: u32, of: u32) -> Option<Paired> {
        if of == 0 || first_only.checked_add(second_only).is_none_or(|discordant| discordant > of) {
            return None;
        }
        let (b, c, n) = (f64::from(first_only), f64::from(second_only), f64::from(of));
        let limit = |target: f64| {
            let (mut low, mut high) = (-1.0, 1.0);
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                if statistic(b, c, n, middle) > target {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            f64::midpoint(low, high)
        };
        let mcnemar = (b + c > 0.0).then(|| (b - c) / (b + c).sqrt());
        let difference = (b - c) / n;
        Some(Paired { first_only, second_only, of, difference, low: limit(Z), high: limit(-Z), mcnemar })
    }
}

/// T(Δ); infinite where a difference is impossible.
fn statistic(b: f64, c: f64, n: f64, delta: f64) -> f64 {
    let spread = delta * (1.0 - delta);
    let linear = -b - c + (2.0 * n - b + c) * delta;
    let root = (linear * linear + 8.0 * n * c * spread).max(0.0).sqrt();
    // The same root of the equation, written so that like numbers are never subtracted.
    let q = if linear > 0.0 { 2.0 * c * spread / (root + linear) } else { (root - linear) / (4.0 * n) };
    let variance = n * (2.0 * q + spread);
    let gap = b - c - n * delta;
    if variance > 0.0 {
        gap / variance.sqrt()
    } else if gap == 0.0 {
        0.0
    } else {
        gap.signum() * f64::INFINITY
    }
}
