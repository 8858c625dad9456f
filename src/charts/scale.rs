//! A value axis with round steps, kept as integers times a power of ten so that every tick is exact.

use super::ValueFormat;
use crate::locale::format::{Lang, Num, number};

/// A span below this is as good as none, and too small to divide by.
const SMALLEST_SPAN: f64 = 1e-100;

/// Decimals beyond which a tick is written with an exponent.
const MOST_DECIMALS: i32 = 9;

/// Ticks at `mantissa × 10^exponent × k` for k in `low..=high`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    mantissa: i64,
    exponent: i32,
    pub low: i64,
    pub high: i64,
}

impl Scale {
    /// Covers `values` in about `intervals` steps. Zero is part of it when `from_zero`, or when the values reach
    /// near it; counts get no fractional steps.
    pub fn over(values: impl Iterator<Item = f64>, intervals: usize, from_zero: bool) -> Scale {
        Scale::covering(values, intervals, Some(from_zero))
    }

    /// Covers `values` alone: for figures that are compared with something else than zero.
    pub fn around(values: impl Iterator<Item = f64>, intervals: usize) -> Scale {
        Scale::covering(values, intervals, None)
    }

    fn covering(values: impl Iterator<Item = f64>, intervals: usize, from_zero: Option<bool>) -> Scale {
        let (mut low, mut high, mut whole) = (f64::INFINITY, f64::NEG_INFINITY, true);
        for value in values {
            low = low.min(value);
            high = high.max(value);
            whole &= value.fract() == 0.0;
        }
        if low > high {
            (low, high) = (0.0, 0.0);
        }
        // A line far from zero would be flat if it had to start there.
        let far = low < high && ((low > 0.0 && low > 0.7 * high) || (high < 0.0 && high < 0.7 * low));
        if from_zero.is_some_and(|from_zero| from_zero || !far) {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        let span = if high - low > SMALLEST_SPAN { high - low } else { 1.0 };
        let wanted = span / intervals.max(1) as f64;
        let mut exponent = wanted.log10().floor() as i32;
        let mut mantissa = 10;
        for round in [10, 20, 25, 50, 100] {
            mantissa = round;
            if round as f64 / 10.0 * power(exponent) >= wanted * (1.0 - 1e-9) {
                break;
            }
        }
        exponent -= 1;
        if whole && exponent < 0 {
            (mantissa, exponent) = match mantissa {
                _ if mantissa as f64 * power(exponent) < 1.0 => (1, 0),
                25 => (3, 0),
                _ => (mantissa, exponent),
            };
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        let step = mantissa as f64 * power(exponent);
        let low = (low / step + 1e-9).floor() as i64;
        let high = ((high / step - 1e-9).ceil() as i64).max(low + 1);
        Scale { mantissa, exponent, low, high }
    }

    pub fn steps(&self) -> usize {
        usize::try_from(self.high - self.low).unwrap_or(1).max(1)
    }

    /// The tick charts-rs counts from: zero where the axis has it, for bars grow from there.
    fn origin(&self) -> i64 {
        if self.low > 0 || self.high < 0 { self.low } else { 0 }
    }

    /// A value in the small numbers charts-rs is given: its `f32` would lose the digits of large ones.
    pub fn scaled(&self, value: f64) -> f32 {
        (value / power(self.exponent) - (self.origin() * self.mantissa) as f64) as f32
    }

    /// The ends of the axis in those small numbers.
    pub fn ends(&self) -> (f32, f32) {
        let small = |tick: i64| ((tick - self.origin()) * self.mantissa) as f32;
        (small(self.low), small(self.high))
    }

    /// The ends of the axis as values.
    pub fn span(&self) -> (f64, f64) {
        let value = |tick: i64| decimal(tick * self.mantissa, self.exponent);
        (value(self.low), value(self.high))
    }

    /// Where a value lies between the ends, 0 to 1.
    pub fn share(&self, value: f64) -> f32 {
        let (low, high) = self.ends();
        ((self.scaled(value) - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// The ticks from low to high as text, all in the same unit.
    pub fn labels(&self, format: ValueFormat, lang: Lang) -> Vec<String> {
        let largest = (self.low.abs().max(self.high.abs()) * self.mantissa) as f64 * power(self.exponent);
        let (shift, unit) = match format {
            ValueFormat::Percent => (-2, "%"),
            ValueFormat::Number | ValueFormat::Money => unit_of(largest, lang),
        };
        let exponent = self.exponent - shift;
        let decimals = u8::try_from(-exponent).unwrap_or(0);
        (self.low..=self.high)
            .map(|tick| {
                if tick == 0 {
                    return "0".to_owned();
                }
                let value = decimal(tick * self.mantissa, exponent);
                if -exponent > MOST_DECIMALS {
                    return format!("{value:e}{unit}");
                }
                let text = number(Num::Float(value), decimals);
                let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
                format!("{text}{unit}")
            })
            .collect()
    }
}

/// The power of ten and the sign of the largest unit that `largest` reaches.
fn unit_of(largest: f64, lang: Lang) -> (i32, &'static str) {
    let units: &[(i32, &str)] = match lang {
        Lang::Zh => &[(12, "万亿"), (8, "亿"), (4, "万")],
        Lang::En => &[(12, "T"), (9, "B"), (6, "M"), (3, "K")],
    };
    units.iter().find(|(shift, _)| largest >= power(*shift) * (1.0 - 1e-9)).copied().unwrap_or((0, ""))
}

fn power(exponent: i32) -> f64 {
    decimal(1, exponent)
}

/// The float nearest to `digits × 10^exponent`; reading it from text rounds once, multiplying could round twice.
fn decimal(digits: i64, exponent: i32) -> f64 {
    match exponent {
        0..=18 => 10_i64.checked_pow(exponent.unsigned_abs()).map_or(0.0, |power| digits as f64 * power as f64),
        _ => format!("{digits}e{exponent}").parse().unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], intervals: usize, from_zero: bool, lang: Lang) -> String {
        Scale::over(values.iter().copied(), intervals, from_zero).labels(ValueFormat::Number, lang).join(" ")
    }

    #[test]
    fn ticks_are_round_and_share_a_unit() {
        assert_eq!(labels(&[98_000.0], 4, true, Lang::Zh), "0 2.5万 5万 7.5万 10万");
        assert_eq!(labels(&[98_000.0], 4, true, Lang::En), "0 25K 50K 75K 100K");
        assert_eq!(labels(&[9.2e11], 5, true, Lang::Zh), "0 0.2万亿 0.4万亿 0.6万亿 0.8万亿 1万亿");
        assert_eq!(labels(&[-300.0, 500.5], 4, true, Lang::En), "-500 -250 0 250 500 750");
    }

    #[test]
    fn counts_have_whole_steps() {
        assert_eq!(labels(&[3.0], 5, true, Lang::En), "0 1 2 3");
        assert_eq!(labels(&[10.0], 4, true, Lang::En), "0 3 6 9 12");
        assert_eq!(labels(&[0.0, 0.0], 4, true, Lang::En), "0 1");
    }

    #[test]
    fn lines_far_from_zero_start_near_their_values() {
        assert_eq!(labels(&[950.5, 1000.0], 4, false, Lang::En), "0.94K 0.96K 0.98K 1K");
        assert_eq!(labels(&[10.5, 1000.0], 4, false, Lang::En), "0 0.25K 0.5K 0.75K 1K");
    }

    #[test]
    fn ratios_read_as_percent() {
        let scale = Scale::over([0.12, 0.31].into_iter(), 4, true);
        assert_eq!(scale.labels(ValueFormat::Percent, Lang::Zh).join(" "), "0 10% 20% 30% 40%");
    }

    #[test]
    fn extremes_do_no_harm() {
        for values in [[1e100, -1e100], [1e-300, 2e-300], [5e-324, 0.0], [-1.0, -1.0], [1e12, 1e12 + 1.0]] {
            let scale = Scale::over(values.into_iter(), 5, false);
            assert!(scale.steps() <= 12, "{scale:?}");
            assert!(values.iter().all(|value| (0.0..=1.0).contains(&scale.share(*value))), "{scale:?}");
            assert_eq!(scale.labels(ValueFormat::Number, Lang::Zh).len(), scale.steps() + 1);
        }
    }
}
