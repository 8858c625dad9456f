use super::*;
use proptest::prelude::*;

fn decimal(unscaled: i128, scale: u8) -> Num {
    Num::Decimal { unscaled, scale }
}

#[test]
fn numbers_have_separators_and_round_half_away_from_zero() {
    for (value, decimals, text) in [
        (Num::Int(0), 0, "0"),
        (Num::Int(999), 0, "999"),
        (Num::Int(1000), 2, "1,000.00"),
        (Num::Int(-1_234_567), 0, "-1,234,567"),
        (Num::Int(i64::MIN), 0, "-9,223,372,036,854,775,808"),
        (Num::Int(i64::MAX), 1, "9,223,372,036,854,775,807.0"),
        (decimal(123_450, 2), 2, "1,234.50"),
        (decimal(1_005, 3), 2, "1.01"),
        (decimal(-5, 1), 0, "-1"),
        (decimal(-4, 1), 0, "0"),
        (decimal(99_995, 2), 1, "1,000.0"),
        (decimal(1, 40), 2, "0.00"),
        (decimal(i128::MIN, 38), 3, "-1.701"),
        (decimal(i128::MIN, 20), 0, "-1,701,411,834,604,692,317"),
        (Num::Float(1.005), 2, "1.01"),
        (Num::Float(0.125), 2, "0.13"),
        (Num::Float(-0.0), 1, "0.0"),
        (Num::Float(-0.04), 1, "0.0"),
        (Num::Float(5e-324), 2, "0.00"),
        (Num::Float(1e300), 0, "1e300"),
        (Num::Float(-1.5e30), 2, "-1.5e30"),
        (Num::Float(f64::NAN), 2, "–"),
        (Num::Float(f64::NEG_INFINITY), 0, "–"),
    ] {
        assert_eq!(number(value, decimals), text, "{value:?}");
    }
}

#[test]
fn money_has_its_sign_before_its_symbol() {
    let yuan = Currency::new("CNY", 2);
    assert_eq!(money(decimal(-123_450, 2), &yuan), "-￥1,234.50");
    assert_eq!(money(decimal(-4, 3), &yuan), "￥0.00");
    assert_eq!(money(Num::Int(5), &Currency::new("jpy", 0)), "¥5");
    assert_eq!(money(Num::Int(5), &Currency::new("CHF", 2)), "CHF\u{a0}5.00");
    assert_eq!(money(Num::Float(f64::INFINITY), &yuan), "–");
    assert_eq!(money_short(decimal(-12_345_678, 2), &yuan, Lang::Zh), "-￥12.35万");
}

#[test]
fn percents_are_exact() {
    for (ratio, text) in [
        (Num::Float(0.1234), "12.3%"),
        (Num::Float(0.1235), "12.4%"),
        (Num::Float(1.0), "100.0%"),
        (Num::Float(0.0), "0.0%"),
        (Num::Int(0), "0.0%"),
        (decimal(0, 6), "0.0%"),
        (decimal(-5, 3), "-0.5%"),
        (decimal(4, 4), "0.0%"),
        (decimal(5, 4), "0.1%"),
        (Num::Int(12), "1,200.0%"),
        (Num::Int(i64::MAX), "922,337,203,685,477,580,700.0%"),
        (Num::Float(f64::NAN), "–"),
    ] {
        assert_eq!(percent(ratio), text, "{ratio:?}");
    }
}

#[test]
fn short_numbers_take_the_unit_they_round_into() {
    for (value, zh, en) in [
        (Num::Int(0), "0", "0"),
        (Num::Int(999), "999", "999"),
        (Num::Int(9_999), "9,999", "10K"),
        (Num::Int(10_000), "1万", "10K"),
        (Num::Int(12_345), "1.23万", "12.35K"),
        (Num::Int(99_994), "10万", "99.99K"),
        (Num::Int(99_995), "10万", "100K"),
        (Num::Int(99_940), "9.99万", "99.94K"),
        (Num::Int(999_940), "99.99万", "999.9K"),
        (Num::Int(999_960), "100万", "1M"),
        (Num::Int(1_234_567), "123.5万", "1.23M"),
        (Num::Int(99_995_000), "1亿", "100M"),
        (Num::Int(99_994_999), "9,999万", "99.99M"),
        (Num::Int(-450_000_000), "-4.5亿", "-450M"),
        (Num::Float(1e12), "1万亿", "1T"),
        (Num::Float(1.25e16), "12,500万亿", "12,500T"),
        (Num::Int(i64::MIN), "-9,223,372万亿", "-9,223,372T"),
        (decimal(12_345, 1), "1,235", "1.23K"),
        (decimal(99_996, 1), "1万", "10K"),
        (decimal(123_456, 3), "123.5", "123.5"),
        (decimal(-4, 3), "0", "0"),
        (Num::Float(f64::NAN), "–", "–"),
    ] {
        assert_eq!(number_short(value, Lang::Zh), zh, "{value:?}");
        assert_eq!(number_short(value, Lang::En), en, "{value:?}");
    }
}

#[test]
fn dates_follow_the_language() {
    let day = jiff::civil::date(2026, 10, 31);
    assert_eq!(date(day, Lang::Zh), "2026年10月31日");
    assert_eq!(date(day, Lang::En), "31 Oct 2026");
    assert_eq!(date_short(day, Lang::Zh), "10月31日");
    assert_eq!(date_short(day, Lang::En), "31 Oct");
    assert_eq!(month(day, Lang::Zh), "2026年10月");
    assert_eq!(month(day, Lang::En), "Oct 2026");
    assert_eq!(datetime(day.at(4, 5, 59, 0), Lang::Zh), "2026年10月31日 04:05");
    assert_eq!(datetime(day.at(14, 5, 0, 0), Lang::En), "31 Oct 2026 14:05");
}

#[test]
fn other_languages_write_as_english_does() {
    assert_eq!(
        [Lang::of("zh-CN"), Lang::of("ZH"), Lang::of("zha"), Lang::of("")],
        [Lang::Zh, Lang::Zh, Lang::En, Lang::En]
    );
}

proptest! {
    #[test]
    fn integers_read_back(value: i64) {
        prop_assert_eq!(number(Num::Int(value), 0).replace(',', "").parse::<i64>(), Ok(value));
    }

    #[test]
    fn decimals_round_as_integer_arithmetic_does(unscaled in -1_000_000_000_000_i128..1_000_000_000_000) {
        let cents = (unscaled.abs() + 50) / 100;
        let negative = if unscaled < 0 && cents > 0 { "-" } else { "" };
        let expected = format!("{negative}{}.{:02}", cents / 100, cents % 100);
        prop_assert_eq!(number(decimal(unscaled, 4), 2).replace(',', ""), expected);
    }

    #[test]
    fn nothing_panics(bits: u64, unscaled: i128, scale: u8, decimals: u8) {
        for value in [Num::Float(f64::from_bits(bits)), decimal(unscaled, scale)] {
            number(value, decimals);
            percent(value);
            number_short(value, Lang::Zh);
            prop_assert!(!number_short(value, Lang::En).contains("1,000K"));
        }
    }
}
