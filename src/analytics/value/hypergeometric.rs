//! The one special function of the purchase models: Gauss's ₂F₁ as the conditional expectation needs it.

/// Terms after which the series is given up; reached only for arguments closer to 1 than any horizon of this program.
const MOST_TERMS: u32 = 100_000;

/// `c/(a−1) · [1 − (1−z)^(r+x) · ₂F₁(r+x, b+x; c; z)]` with `c = a+b+x−1`, the numerator of the expected purchases of
/// BG/NBD and MBG/NBD.
///
/// As printed in the papers the formula divides by `a−1` and its series has terms that grow to 10^300 before they
/// cancel when somebody bought a thousand times. Euler's transformation (Abramowitz and Stegun, 15.3.3) turns it into
///
/// `c · h − (1−z)^(a−1) · S`, with `h = (1 − (1−z)^(a−1))/(a−1)` and
/// `S = Σ_{k≥1} (a)_{k−1} (a+b−1−r)_k / ((c+1)_{k−1} k!) · z^k`,
///
/// which has no singular place at `a = 1` or `c = 0` and whose terms shrink from the start when `x` is large.
///
/// All of `r, a, b` are positive, `x ≥ 0`, `0 ≤ z < 1`.
pub(super) fn expectation_numerator((r, a, b): (f64, f64, f64), x: f64, z: f64) -> f64 {
    let log_rest = (-z).ln_1p();
    let excess = a - 1.0;
    let c = excess + b + x;
    let other = excess + b - r;
    // h for a near 1 is its limit: −ln(1−z).
    let h = if excess.abs() < 1e-12 { -log_rest } else { -(excess * log_rest).exp_m1() / excess };
    let mut term = other * z;
    let mut sum = term;
    for k in 1..MOST_TERMS {
        let n = f64::from(k);
        let factor = (excess + n) * (other + n) / ((c + n) * (n + 1.0)) * z;
        term *= factor;
        sum += term;
        // Beyond the turning point the terms fall at least as fast as a geometric series with this factor.
        if factor.abs() < 1.0
            && term.abs() <= f64::EPSILON * 0.25 * (1.0 - factor.abs()) * sum.abs().max(f64::MIN_POSITIVE)
        {
            break;
        }
    }
    c * h - (excess * log_rest).exp() * sum
}
