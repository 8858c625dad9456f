//! The measures on the tables of the papers that define them, and what must hold for every table.

use std::sync::Arc;

use proptest::prelude::*;

use super::sample::Columns;
use super::*;
use crate::warehouse::{Column, ColumnKind, Frame, Value};

/// A frame of one quasi-identifier and one sensitive column, and its sample.
fn sample(rows: &[(&str, Value)], kind: ColumnKind) -> Sample {
    let columns = [("class", ColumnKind::Text), ("sensitive", kind)]
        .map(|(name, kind)| Column { name: name.into(), kind })
        .into_iter()
        .collect::<Arc<[Column]>>();
    let rows = rows.iter().map(|(class, value)| vec![Value::text(*class), value.clone()]).collect();
    Sample::of(&Frame { columns, rows }, Columns { quasi: &[0], sensitive: &[1], rows: None, untyped: false }).unwrap()
}

fn texts(rows: &[(&str, &[&str])]) -> Sample {
    let rows: Vec<(&str, Value)> =
        rows.iter().flat_map(|(class, values)| values.iter().map(|value| (*class, Value::text(*value)))).collect();
    sample(&rows, ColumnKind::Text)
}

fn salaries(rows: &[(&str, &[i64])]) -> Sample {
    let rows: Vec<(&str, Value)> =
        rows.iter().flat_map(|(class, values)| values.iter().map(|value| (*class, Value::Int(*value)))).collect();
    sample(&rows, ColumnKind::Int)
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn the_4_anonymous_inpatients_of_machanavajjhala_have_a_class_of_one_disease() {
    // Figure 2 of the paper: four people in their thirties, all with cancer.
    let sample = texts(&[
        ("130** <30", &["heart", "heart", "viral", "viral"]),
        ("1485* >=40", &["cancer", "heart", "viral", "viral"]),
        ("130** 3*", &["cancer", "cancer", "cancer", "cancer"]),
    ]);
    assert_eq!((sample.k(), sample.uniques(), sample.below(5)), (4, 0, 12));
    assert_eq!(distinct(&sample, 0), 1);
    near(entropy(&sample, 0), 1.0);
    assert_eq!(recursive(&sample, 0, 2), None);
    // Of 12: heart 3, viral 4, cancer 5. The class of cancer is (3/12 + 4/12 + 7/12)/2 = 7/12 away; the first
    // (1/2 − 1/4 + 1/2 − 1/3 + 5/12)/2 = 5/12, the second less.
    near(closeness(&sample, 0), 7.0 / 12.0);
}

#[test]
fn the_3_diverse_inpatients_of_machanavajjhala() {
    // Figure 3 of the paper: two of one disease and one each of two others in every class.
    let sample = texts(&[
        ("1305* <=40", &["heart", "viral", "cancer", "cancer"]),
        ("1485* >40", &["cancer", "heart", "viral", "viral"]),
        ("1306* <=40", &["heart", "viral", "cancer", "cancer"]),
    ]);
    assert_eq!(sample.k(), 4);
    assert_eq!(distinct(&sample, 0), 3);
    // Shares ½, ¼, ¼: the entropy is ½·ln 2 + 2·¼·ln 4 = 1.5·ln 2, so l = 2^1.5.
    near(entropy(&sample, 0), 2f64.powf(1.5));
    // r = 2, 1, 1: for l = 1 2/4, for l = 2 2/2, for l = 3 2/1; there is no fourth value.
    for (l, c) in [(1, Some(0.5)), (2, Some(1.0)), (3, Some(2.0)), (4, None)] {
        assert_eq!(recursive(&sample, 0, l), c, "l = {l}");
    }
    // Of 12: heart 3, viral 4, cancer 5. Second class: (|¼−3/12| + |½−4/12| + |¼−5/12|)/2 = 1/6; the others
    // (0 + 1/12 + 1/12)/2.
    near(closeness(&sample, 0), 1.0 / 6.0);
}

#[test]
fn the_salaries_of_li_are_as_far_as_the_paper_says() {
    // Table 3 of the paper, salaries of 3 to 11 thousand. {3, 4, 5} against all nine, in ninths, summed up from below:
    // 2, 4, 6, 5, 4, 3, 2, 1: together 27/9 = 3, over 8 steps 0.375. {6, 8, 11}: −1, −2, −3, −1, −2, 0, −1, −2: 12/9/8 = 1/6.
    let three = salaries(&[("476**", &[3, 4, 5]), ("4790*", &[6, 11, 8]), ("476** 3*", &[7, 9, 10])]);
    near(closeness(&three, 0), 0.375);
    // Table 5: {3, 5, 9}, {6, 8, 11}, {4, 7, 10}; the first: 2, 1, 3, 2, 1, 0, 2, 1 ninths, again 12/9/8. The paper
    // publishes it as 0.167-close.
    let five = salaries(&[("4767*", &[3, 5, 9]), ("4790*", &[6, 11, 8]), ("4760*", &[4, 7, 10])]);
    near(closeness(&five, 0), 1.0 / 6.0);
    assert_eq!((five.k(), distinct(&five, 0)), (3, 3));
    near(entropy(&five, 0), 3.0);
}

#[test]
fn missing_values_are_values_and_stand_before_all_numbers() {
    let sample = sample(&[("a", Value::Null), ("a", Value::Int(1)), ("b", Value::Int(1))], ColumnKind::Int);
    assert_eq!((sample.k(), sample.uniques(), distinct(&sample, 0)), (1, 1, 1));
    // Two values, so one step: class b has none of the missing, the table a third.
    near(closeness(&sample, 0), 1.0 / 3.0);
    let nothing = self::sample(&[("a", Value::Null), ("a", Value::Null)], ColumnKind::Text);
    assert_eq!((nothing.k(), distinct(&nothing, 0)), (2, 1));
    near(closeness(&nothing, 0), 0.0);
}

#[test]
fn one_row_is_one_unique_and_no_row_is_an_error() {
    let one = texts(&[("a", &["x"])]);
    assert_eq!((one.rows(), one.k(), one.uniques()), (1, 1, 1));
    near(closeness(&one, 0), 0.0);
    let columns = Columns { quasi: &[0], sensitive: &[], rows: None, untyped: false };
    assert!(Sample::of(&Frame::default(), columns).is_err());
    assert_eq!((Sample::default().k(), distinct(&Sample::default(), 0)), (0, 0));
    near(entropy(&Sample::default(), 0), 0.0);
}

#[test]
fn limits_that_do_not_hold_are_told() {
    let sample = texts(&[("a", &["x", "x", "y"]), ("b", &["x"])]);
    let wanted = Limits { k: Some(3), l: Some(2), t: Some(0.2) };
    let report = report(&sample, &["s".to_owned()], &wanted);
    // b against the table (¾, ¼): (¼ + ¼)/2 = 0.25.
    assert_eq!(
        report.shortfalls(&wanted),
        [
            "k is 1, 3 is wanted: 1 of 4 rows are in smaller classes",
            "l of s is 1, 2 is wanted",
            "t of s is 0.2500, at most 0.2 is wanted"
        ]
    );
    assert_eq!(report.shortfalls(&Limits { k: Some(1), l: Some(1), t: Some(0.25) }), Vec::<String>::new());
}

type Table = Vec<(u8, u8)>;

fn coded(table: &[(u8, u8)], kind: ColumnKind, class: impl Fn(u8) -> u8) -> Sample {
    let rows: Vec<(String, Value)> = table
        .iter()
        .map(|(quasi, value)| {
            let value =
                if kind == ColumnKind::Int { Value::Int((*value).into()) } else { Value::text(value.to_string()) };
            (class(*quasi).to_string(), value)
        })
        .collect();
    let rows: Vec<(&str, Value)> = rows.iter().map(|(class, value)| (class.as_str(), value.clone())).collect();
    sample(&rows, kind)
}

fn tables() -> impl Strategy<Value = Table> {
    proptest::collection::vec((0u8..8, 0u8..5), 1..40)
}

proptest! {
    #[test]
    fn measures_stay_within_their_bounds(table in tables(), ordered in any::<bool>()) {
        let sample = coded(&table, if ordered { ColumnKind::Int } else { ColumnKind::Text }, |class| class);
        let values: std::collections::BTreeSet<u8> = table.iter().map(|row| row.1).collect();
        let l = distinct(&sample, 0);
        prop_assert!(1 <= l && l <= values.len() as u64 && l <= sample.k());
        prop_assert!(entropy(&sample, 0) >= 1.0 - 1e-12);
        prop_assert!(entropy(&sample, 0) <= share_of(l) + 1e-9);
        prop_assert!((0.0..=1.0).contains(&closeness(&sample, 0)));
        prop_assert_eq!(recursive(&sample, 0, usize::try_from(l).unwrap()).is_some(), true);
        prop_assert_eq!(recursive(&sample, 0, usize::try_from(l).unwrap() + 1).is_none(), true);
        prop_assert_eq!(sample.rows(), table.len() as u64);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter((table, shuffled) in tables().prop_flat_map(|table| (Just(table.clone()), Just(table).prop_shuffle()))) {
        let (one, other) = (coded(&table, ColumnKind::Int, |class| class), coded(&shuffled, ColumnKind::Int, |class| class));
        prop_assert_eq!((one.k(), one.uniques(), distinct(&one, 0)), (other.k(), other.uniques(), distinct(&other, 0)));
        prop_assert!((entropy(&one, 0) - entropy(&other, 0)).abs() < 1e-9);
        prop_assert!((closeness(&one, 0) - closeness(&other, 0)).abs() < 1e-9);
    }

    /// Machanavajjhala et al. 2007 and Li et al. 2007 prove it for each measure.
    #[test]
    fn generalising_makes_no_measure_worse(table in tables()) {
        for kind in [ColumnKind::Int, ColumnKind::Text] {
            let (fine, coarse) = (coded(&table, kind, |class| class), coded(&table, kind, |class| class / 2));
            prop_assert!(coarse.k() >= fine.k());
            prop_assert!(coarse.uniques() <= fine.uniques());
            prop_assert!(distinct(&coarse, 0) >= distinct(&fine, 0));
            prop_assert!(entropy(&coarse, 0) >= entropy(&fine, 0) - 1e-9);
            prop_assert!(closeness(&coarse, 0) <= closeness(&fine, 0) + 1e-9);
        }
    }

    #[test]
    fn leaving_out_a_class_lowers_neither_k_nor_l(table in tables()) {
        let rest: Table = table.iter().copied().filter(|row| row.0 != table[0].0).collect();
        prop_assume!(!rest.is_empty());
        let (all, fewer) = (coded(&table, ColumnKind::Text, |class| class), coded(&rest, ColumnKind::Text, |class| class));
        prop_assert!(fewer.k() >= all.k());
        prop_assert!(distinct(&fewer, 0) >= distinct(&all, 0));
        prop_assert!(entropy(&fewer, 0) >= entropy(&all, 0) - 1e-9);
    }
}

fn share_of(whole: u64) -> f64 {
    f64::from(u32::try_from(whole).unwrap())
}
