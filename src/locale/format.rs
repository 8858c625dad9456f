//! How numbers, money and dates are written, by language; pure functions.
//!
//! Numbers are rounded as people round them: on their decimal digits, half away from zero, so `1.005` becomes `1.01`
//! and `-0.5` becomes `-1`. A float counts as the shortest decimal that reads back as the same float; nothing is ever
//! computed in floating point. A number that rounds to zero has no sign. What is not a number is written `–`.

use jiff::civil::{Date, DateTime};

/// The families of formats. A language without its own rules writes as English does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    /// `zh`, `zh-CN`, `zh-Hant-TW` → `Zh`; anything else → `En`.
    pub fn of(code: &str) -> Lang {
        let language = code.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") { Lang::Zh } else { Lang::En }
    }
}

/// A number as the warehouse hands it out. `Decimal` is `unscaled / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Num {
    Int(i64),
    Decimal { unscaled: i128, scale: u8 },
    Float(f64),
}

/// What stands for a number that is none.
pub const NO_NUMBER: &str = "–";

/// Integer digits beyond which a float is written with an exponent: no reader counts further.
const MOST_WHOLE_DIGITS: usize = 24;

/// How money is written: the symbol before the amount, and the number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    symbol: String,
    scale: u8,
}

impl Currency {
    /// `code` is an ISO 4217 code; one without a well-known symbol is written itself, with a space that does not break.
    pub fn new(code: &str, scale: u8) -> Currency {
        let symbol = match code.to_ascii_uppercase().as_str() {
            "CNY" | "RMB" => "￥",
            "JPY" => "¥",
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "HKD" => "HK$",
            "TWD" => "NT$",
            "SGD" => "S$",
            "KRW" => "₩",
            "INR" => "₹",
            "" => "",
            other => return Currency { symbol: format!("{other}\u{a0}"), scale },
        };
        Currency { symbol: symbol.to_owned(), scale }
    }
}

/// The decimal digits of a number and where its point stands: any length, so that no step can overflow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Digits {
    negative: bool,
    /// Without leading zeros; empty for zero.
    digits: Vec<u8>,
    /// How many of the digits stand after the point; may be more than there are (0.001), or less than none (1000).
    scale: i64,
}

impl Digits {
    /// `None` for NaN and the infinities.
    fn of(value: Num) -> Option<Digits> {
        match value {
            Num::Int(value) => Some(Digits::new(value < 0, value.unsigned_abs().to_string(), 0)),
            Num::Decimal { unscaled, scale } => {
                Some(Digits::new(unscaled < 0, unscaled.unsigned_abs().to_string(), i64::from(scale)))
            }
            Num::Float(value) if value.is_finite() => {
                let mut text = value.abs().to_string();
                let scale = text.find('.').map_or(0, |point| {
                    text.remove(point);
                    text.len() - point
                });
                Some(Digits::new(value < 0.0, text, length(scale)))
            }
            Num::Float(_) => None,
        }
    }

    fn new(negative: bool, text: String, scale: i64) -> Digits {
        let mut digits = text.into_bytes();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        Digits { negative, digits, scale }
    }

    /// Times ten to the power of `by`.
    fn shifted(&self, by: i64) -> Digits {
        Digits { negative: self.negative, digits: self.digits.clone(), scale: self.scale.saturating_sub(by) }
    }

    /// How many digits stand before the point.
    fn whole(&self) -> usize {
        usize::try_from(length(self.digits.len()) - self.scale).unwrap_or(0)
    }

    /// Exactly `decimals` digits after the point, half away from zero; zero loses its sign.
    fn rounded(mut self, decimals: usize) -> Digits {
        let surplus = self.scale - length(decimals);
        self.scale = length(decimals);
        match usize::try_from(surplus) {
            // Zero has no digits of its own; zeros added to it would stand before the point.
            Err(_) if self.digits.is_empty() => {}
            Err(_) => self.digits.resize(self.digits.len() + usize::try_from(-surplus).unwrap_or(0), b'0'),
            Ok(surplus) if surplus > self.digits.len() => self.digits.clear(),
            Ok(surplus) => {
                let kept = self.digits.len() - surplus;
                let up = self.digits.get(kept).is_some_and(|digit| *digit >= b'5');
                self.digits.truncate(kept);
                if up {
                    self.increment();
                }
            }
        }
        self.negative &= self.digits.iter().any(|digit| *digit != b'0');
        self
    }

    /// One more in the last digit.
    fn increment(&mut self) {
        let nines = self.digits.iter().rev().take_while(|digit| **digit == b'9').count();
        let at = self.digits.len() - nines;
        self.digits[at..].fill(b'0');
        match at.checked_sub(1) {
            Some(before) => self.digits[before] += 1,
            None => self.digits.insert(0, b'1'),
        }
    }

    fn without_trailing_zeros(mut self) -> Digits {
        while self.scale > 0 && self.digits.last().is_none_or(|digit| *digit == b'0') {
            self.digits.pop();
            self.scale -= 1;
        }
        self
    }

    /// Appends `1,234.50`, without the sign. Only for a scale of zero or more, as rounding leaves it.
    fn write(&self, out: &mut String) {
        let whole = self.whole();
        if whole == 0 {
            out.push('0');
        }
        for (at, digit) in self.digits[..whole].iter().enumerate() {
            if at > 0 && (whole - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(char::from(*digit));
        }
        let scale = usize::try_from(self.scale).unwrap_or(0);
        if scale > 0 {
            out.push('.');
            let fraction = &self.digits[whole..];
            out.extend(std::iter::repeat_n('0', scale - fraction.len()));
            out.extend(fraction.iter().map(|digit| char::from(*digit)));
        }
    }
}

/// A length as a signed number; no text is longer than `i64` counts.
fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Sign, symbol, amount, unit: the one place that puts a written number together.
fn written(digits: &Digits, symbol: &str, unit: &str) -> String {
    let mut text = String::with_capacity(24);
    if digits.negative {
        text.push('-');
    }
    text.push_str(symbol);
    if digits.whole() > MOST_WHOLE_DIGITS {
        let leading = Digits { negative: false, digits: digits.digits[..3].to_vec(), scale: 2 };
        leading.without_trailing_zeros().write(&mut text);
        text.push_str(&format!("e{}", digits.whole() - 1));
    } else {
        digits.write(&mut text);
    }
    text.push_str(unit);
    text
}

/// `1,234.50`: thousands separators (the same in all languages so far) and exactly `decimals` decimals.
pub fn number(value: Num, decimals: u8) -> String {
    Digits::of(value)
        .map_or_else(|| NO_NUMBER.to_owned(), |digits| written(&digits.rounded(usize::from(decimals)), "", ""))
}

/// `-￥1,234.50`: sign, symbol, amount with the currency's decimals.
pub fn money(value: Num, currency: &Currency) -> String {
    Digits::of(value).map_or_else(
        || NO_NUMBER.to_owned(),
        |digits| written(&digits.rounded(usize::from(currency.scale)), &currency.symbol, ""),
    )
}

/// `12.3%` for 0.1234: one decimal, always shown, so that figures in a column line up.
pub fn percent(ratio: Num) -> String {
    Digits::of(ratio).map_or_else(|| NO_NUMBER.to_owned(), |digits| written(&digits.shifted(2).rounded(1), "", "%"))
}

/// `1.23万`, `4.5亿`, `12.35K`: for tiles and axes.
///
/// At most two decimals and at most four figures: two decimals below 100, one below 1,000, none above; trailing zeros
/// are dropped. A figure that rounds up to the next unit takes it: 99,995 is `10万`, 999,960 is `1M`, never `1000K`.
/// Units: 万 亿 万亿 in Chinese; K M B T in English.
pub fn number_short(value: Num, lang: Lang) -> String {
    shortened(value, "", lang)
}

/// [`number_short`] with the currency's symbol: `-￥1.23万`.
pub fn money_short(value: Num, currency: &Currency, lang: Lang) -> String {
    shortened(value, &currency.symbol, lang)
}

fn shortened(value: Num, symbol: &str, lang: Lang) -> String {
    let Some(digits) = Digits::of(value) else { return NO_NUMBER.to_owned() };
    let (step, units): (usize, &[&str]) = match lang {
        Lang::Zh => (4, &["", "万", "亿", "万亿"]),
        Lang::En => (3, &["", "K", "M", "B", "T"]),
    };
    let mut at = (digits.whole().saturating_sub(1) / step).min(units.len() - 1);
    loop {
        let scaled = digits.shifted(-length(at * step));
        let decimals = 4_usize.saturating_sub(scaled.whole()).min(2);
        let short = scaled.rounded(decimals);
        if short.whole() > step && at + 1 < units.len() {
            at += 1;
            continue;
        }
        // 99.999 rounds to 100.00; its zeros go, so the limit of four figures holds.
        return written(&short.without_trailing_zeros(), symbol, units[at]);
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month_name(date: Date) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

/// `2026年10月31日`, `31 Oct 2026`.
pub fn date(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month_name(date), date.year()),
    }
}

/// `10月31日`, `31 Oct`.
pub fn date_short(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", date.month(), date.day()),
        Lang::En => format!("{} {}", date.day(), month_name(date)),
    }
}

/// `2026年10月`, `Oct 2026`.
pub fn month(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", date.year(), date.month()),
        Lang::En => format!("{} {}", month_name(date), date.year()),
    }
}

/// `2026年10月31日 14:05`, `31 Oct 2026 14:05`: 24 hours, minutes.
pub fn datetime(moment: DateTime, lang: Lang) -> String {
    format!("{} {:02}:{:02}", date(moment.date(), lang), moment.hour(), moment.minute())
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
