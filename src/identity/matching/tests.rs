//! The model against figures worked out by hand, EM against data whose parameters are known, and what holds for any
//! records.

use super::compare::{Pattern, compare};
use super::train::{Counts, Lessons, learn, share_of_matches};
use super::weights::{Parameters, probability};
use super::*;

fn column(name: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), kind, crosses: None }
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// By hand: agreement in a column with m = 0.9, u = 0.01 weighs log2(90) = 6.491853; disagreement in one with m = 0.8,
/// u = 0.25 weighs log2(0.2 / 0.75) = −1.906891; the prior 1 : 99 weighs log2(1/99) = −6.629357. Together −2.044395,
/// which are odds of 0.242424 = 8/33, a probability of 8/41 = 0.195122.
#[test]
fn c06_weights_add_up_to_the_probability_worked_out_by_hand() {
    let parameters = Parameters {
        m: vec![vec![0.9, 0.1], vec![0.8, 0.2]],
        u: vec![vec![0.01, 0.99], vec![0.25, 0.75]],
        lambda: 0.01,
    };
    let pattern = Pattern(0x21);
    near(parameters.weight(0, 1), 6.491_853, 1e-6);
    near(parameters.weight(1, 2), -1.906_891, 1e-6);
    near(parameters.prior_weight(), -6.629_357, 1e-6);
    near(probability(parameters.plain_weight(pattern) + parameters.prior_weight()), 8.0 / 41.0, 1e-9);
    // A missing value says nothing.
    near(parameters.plain_weight(Pattern(0x01)), 6.491_853, 1e-6);
}

/// By hand: of 1001 records with a value, 101 have the common one and 2 the rare one; u is 0.01, and 500 records' worth
/// of it stand beside the counts: 5. Common: (100 + 5) / 1500 = 0.07; rare: (1 + 5) / 1500 = 0.004. With m = 0.7 the
/// weights are log2(10) = 3.321928 and log2(175) = 7.451211.
#[test]
fn c06_a_common_value_weighs_less_than_a_rare_one() {
    let columns = [column("suburb", Kind::Text)];
    let mut builder = RecordsBuilder::new(&columns);
    for at in 0..1001 {
        let text = match at {
            0..101 => "hangzhou".to_owned(),
            101..103 => "lijiang".to_owned(),
            _ => format!("place{at}"),
        };
        builder.push([Some(Cell::text(text))]);
    }
    let records = builder.finish();
    let parameters = Parameters {
        m: vec![vec![0.7, 0.1, 0.1, 0.05, 0.05]],
        u: vec![vec![0.01, 0.02, 0.03, 0.01, 0.93]],
        lambda: 0.001,
    };
    let weigh = |a, b| -> f64 { parameters.weights(&columns, &records, (a, compare(&columns, &records, a, b))).sum() };
    near(weigh(0, 1), std::f64::consts::LOG2_10, 1e-6);
    near(weigh(101, 102), 7.451_211, 1e-6);
}

/// Winkler's own examples (1990), as they are printed in the literature.
#[test]
fn c06_similarity_of_letters_is_that_of_the_published_examples() {
    for (x, y, similarity) in [("martha", "marhta", 0.961), ("dwayne", "duane", 0.840), ("dixon", "dicksonx", 0.813)] {
        near(strsim::jaro_winkler(x, y), similarity, 5e-4);
    }
    // By characters, not bytes: two of three characters agree at the beginning.
    near(strsim::jaro("王小明", "王小红"), (2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 3.0, 1e-12);
}

/// Five independent yes-or-no columns with known m, u and share of matches; the patterns come as often as the
/// model says. EM must find what they were made from.
#[test]
fn c06_em_finds_the_parameters_the_data_were_made_from() {
    let m = [0.95, 0.90, 0.80, 0.70, 0.85];
    let u = [0.10, 0.05, 0.20, 0.30, 0.02];
    let (share, pairs) = (0.05, 2_000_000.0);
    let schema =
        Schema { columns: (0..5).map(|at| column(&at.to_string(), Kind::Category)).collect(), ..Schema::default() };
    let mut keyed = Counts::new();
    let mut blind = Counts::new();
    for bits in 0..32_u64 {
        let chance =
            |p: &[f64; 5]| -> f64 { (0..5).map(|at| if bits >> at & 1 == 1 { p[at] } else { 1.0 - p[at] }).product() };
        let pattern = (0..5).map(|at| (if bits >> at & 1 == 1 { 1_u64 } else { 2 }) << (4 * at)).sum();
        keyed.insert(Pattern(pattern), (pairs * (share * chance(&m) + (1.0 - share) * chance(&u))).round() as u64);
        blind.insert(Pattern(pattern), (pairs * chance(&u)).round() as u64);
    }
    let lessons = Lessons { records: 1_000_000, blind, keyed: vec![(Vec::new(), keyed.clone())] };
    let mut found = learn(&schema, &lessons);
    for at in 0..5 {
        near(found.m[at][0], m[at], 0.01);
        near(found.u[at][0], u[at], 0.005);
    }
    // 2001 records make 2,001,000 pairs.
    found.lambda = 0.01;
    near(share_of_matches(&found, &keyed, 2001), share, 0.003);
}

/// With four records there is nothing to learn from: the beliefs stay.
#[test]
fn c06_few_data_leave_the_beliefs_as_they_are() {
    let schema = Schema { columns: vec![column("phone", Kind::Code)], ..Schema::default() };
    let lessons = Lessons { records: 4, blind: Counts::from([(Pattern(4), 6)]), keyed: vec![] };
    let found = learn(&schema, &lessons);
    let prior = Parameters::prior(&schema.columns, 4);
    for (level, believed) in prior.m[0].iter().enumerate() {
        near(found.m[0][level], *believed, 1e-3);
    }
    assert!(found.u[0][0] < 0.01, "{:?}", found.u);
}

#[test]
fn c06_a_block_that_is_too_large_is_cut_by_the_next_key_and_never_left_out() {
    let columns = [column("city", Kind::Category), column("code", Kind::Code)];
    let mut builder = RecordsBuilder::new(&columns);
    for at in 0..400_u32 {
        builder.push([Some(Cell::text("hangzhou")), Some(Cell::text((at / 2).to_string()))]);
    }
    let records = builder.finish();
    let rule = |refine| Block { keys: vec![Key::Whole(0)], refine };
    let cut = super::blocking::block(&records, &rule(vec![Key::Whole(1)]), 100);
    assert_eq!((cut.pairs.len(), cut.cut, cut.windowed), (200, 1, 0));
    // Nothing left to cut by: neighbours, and it is said.
    let windowed = super::blocking::block(&records, &rule(vec![]), 100);
    assert_eq!((windowed.cut, windowed.windowed), (1, 400));
    assert!(windowed.pairs.len() > 9_000 && windowed.pairs.len() <= 10_000, "{}", windowed.pairs.len());
}
