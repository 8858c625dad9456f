//! Itemsets and rules: worked by hand, the example of the paper, brute force, and mlxtend.

use std::collections::BTreeSet;

use super::support::{BEER, BREAD, DIAPERS, Kind, MILK, as_sets, close, five_baskets, fnv, holding, on_threads};
use super::{Baskets, ItemSets, Mining, Rule, RuleLimits, TooMany, frequent, least_count, rules};

const MOST: usize = 100_000;

fn mined(baskets: &Baskets, least: u32, longest: usize) -> ItemSets {
    frequent(baskets, &Mining { least, longest, most: MOST }).unwrap()
}

fn listed(sets: &ItemSets) -> Vec<(Vec<u32>, u32)> {
    sets.iter().map(|set| (set.items.to_vec(), set.baskets)).collect()
}

#[test]
fn the_example_of_the_paper_has_its_eighteen_itemsets() {
    // Han, Pei and Yin (2000), table 1 and example 1, at least 3 of 5; table 2 gives f c a m p b and the trees.
    let rows = ["facdgimp", "abcflmo", "bfhjo", "bcksp", "afcelpmn"];
    let lines = (0..).zip(rows).flat_map(|(basket, row)| row.bytes().map(move |item| (basket, u32::from(item))));
    let found = mined(&Baskets::of(lines), 3, 0);
    let expected = [
        ("a", 3),
        ("b", 3),
        ("c", 4),
        ("f", 4),
        ("m", 3),
        ("p", 3),
        ("ac", 3),
        ("af", 3),
        ("am", 3),
        ("cf", 3),
        ("cm", 3),
        ("cp", 3),
        ("fm", 3),
        ("acf", 3),
        ("acm", 3),
        ("afm", 3),
        ("cfm", 3),
        ("acfm", 3),
    ];
    let expected: Vec<(Vec<u32>, u32)> =
        expected.iter().map(|(items, count)| (items.bytes().map(u32::from).collect(), *count)).collect();
    assert_eq!(listed(&found), expected);
}

#[test]
fn rules_of_the_five_baskets_are_as_worked_by_hand() {
    let sets = mined(&five_baskets(), 2, 0);
    let found = rules(&sets, &RuleLimits { support: 0.4, confidence: 0.0 });
    let rule = |left: &[u32], right: u32| found.iter().find(|rule| rule.left == left && rule.right == right).unwrap();
    // Milk and diapers 3 baskets, with beer 2, beer 3: 2/5; 2/3; 5·2/(3·3); 2/5 − 9/25; 3·(5 − 3)/(5·(3 − 2)).
    let beer = rule(&[MILK, DIAPERS], BEER);
    assert_eq!(beer.baskets, 2);
    close(beer.measures.support, 0.4);
    close(beer.measures.confidence, 2.0 / 3.0);
    close(beer.measures.lift, 10.0 / 9.0);
    close(beer.measures.leverage, 0.04);
    close(beer.measures.conviction.unwrap(), 1.2);
    // Whoever has beer has diapers: no exception. Bread and milk keep away from each other: 3/5 − 16/25.
    assert_eq!(rule(&[BEER], DIAPERS).measures.conviction, None);
    close(rule(&[BREAD], MILK).measures.leverage, -0.04);
    close(rule(&[BREAD], MILK).measures.conviction.unwrap(), 0.8);
    // All with confidence 1 and 2 baskets or more: beer → diapers, cola → milk, cola → diapers, and from three items.
    let sure = rules(&sets, &RuleLimits { support: 0.0, confidence: 1.0 });
    let sure: Vec<(&[u32], u32)> = sure.iter().map(|rule| (&rule.left[..], rule.right)).collect();
    let expected: [(&[u32], u32); 7] = [
        // Lift 5/4 and confidence 1 for all: by support (3/5, then 2/5), then by ids.
        (&[40], 30),
        (&[10, 40], 30),
        (&[20, 40], 30),
        (&[20, 60], 30),
        (&[30, 60], 20),
        (&[60], 20),
        (&[60], 30),
    ];
    assert_eq!(sure, expected);
}

/// Every itemset over up to 12 items, by its bits.
fn by_force(sets: &[BTreeSet<u32>], least: u32, longest: usize) -> Vec<(Vec<u32>, u32)> {
    let all: Vec<u32> = sets.iter().flatten().copied().collect::<BTreeSet<u32>>().into_iter().collect();
    let mut found = Vec::new();
    for bits in 1u32..1 << all.len() {
        let items: Vec<u32> =
            all.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, item)| *item).collect();
        let count = holding(sets, &items);
        if count >= least && (longest == 0 || items.len() <= longest) {
            found.push((items, count));
        }
    }
    found.sort_by(|x, y| x.0.len().cmp(&y.0.len()).then_with(|| x.0.cmp(&y.0)));
    found
}

#[test]
fn itemsets_and_rules_are_those_of_brute_force() {
    for seed in 0..30 {
        let kind = Kind { seed, baskets: 40, items: 4 + seed as u32 % 7, widest: 7 };
        let sets = as_sets(&kind.pairs());
        let (least, longest) = (1 + seed as u32 % 4, [0, 1, 2, 3][seed as usize / 4 % 4]);
        let expected = by_force(&sets, least, longest);
        let found = on_threads(|| mined(&kind.baskets(), least, longest));
        assert_eq!(listed(&found), expected, "{seed}");
        let limits = RuleLimits { support: f64::from(least + 1) / sets.len() as f64, confidence: 0.37 };
        let mut told: BTreeSet<(Vec<u32>, u32)> = BTreeSet::new();
        for (items, both) in expected.iter().filter(|(items, _)| items.len() > 1) {
            for right in items {
                let left: Vec<u32> = items.iter().copied().filter(|item| item != right).collect();
                // 0.37 = 37/100 in whole numbers; no quotient of numbers up to 40 is 0.37.
                if *both > least && both * 100 > holding(&sets, &left) * 37 {
                    told.insert((left, *right));
                }
            }
        }
        let found = on_threads(|| rules(&found, &limits));
        assert_eq!(found.iter().map(|rule| (rule.left.clone(), rule.right)).collect::<BTreeSet<_>>(), told, "{seed}");
        assert_eq!(found.len(), told.len());
        assert!(found.is_sorted_by(|x, y| exactly(x, &sets) <= exactly(y, &sets)), "{seed}");
    }
}

/// The place of a rule in the order, by fractions with one divisor: lcm(1..=40) fits, squared, into 128 bits.
fn exactly<'a>(rule: &'a Rule, sets: &[BTreeSet<u32>]) -> ([i128; 3], &'a [u32], u32) {
    const ALL: i128 = 5_342_931_457_063_200;
    let [both, left, right] = [
        holding(sets, &[&rule.left[..], &[rule.right]].concat()),
        holding(sets, &rule.left),
        holding(sets, &[rule.right]),
    ]
    .map(i128::from);
    ([-both * (ALL / left) * (ALL / right), -both * (ALL / left), -both], &rule.left, rule.right)
}

/// A rule as mlxtend told it: support, confidence, lift, leverage, conviction.
type Told<'a> = (&'a [u32], u32, u32, [f64; 5]);

fn same(found: &Rule, (left, right, baskets, measures): &Told<'_>) {
    assert_eq!((&found.left[..], found.right, found.baskets), (*left, *right, *baskets));
    let m = &found.measures;
    for (found, expected) in [m.support, m.confidence, m.lift, m.leverage].into_iter().zip(measures) {
        close(found, *expected);
    }
    match m.conviction {
        Some(conviction) => close(conviction, measures[4]),
        None => assert!(measures[4].is_infinite()),
    }
}

fn numbers(sets: &ItemSets) -> u64 {
    fnv(sets.iter().flat_map(|set| {
        let numbers = [&[set.items.len() as u32], set.items, &[set.baskets]].concat();
        numbers.into_iter().map(u64::from)
    }))
}

fn numbers_of_rules(found: &[Rule]) -> u64 {
    fnv(found.iter().flat_map(|rule| [&rule.left[..], &[rule.right, rule.baskets]].concat()).map(u64::from))
}

#[test]
fn two_hundred_baskets_give_what_mlxtend_gives() {
    // mlxtend 0.25.0 fpgrowth(min_support=0.03) and association_rules(confidence, 0.31), by tests/fixtures/expected_baskets.py; the sums of lift
    // and confidence are math.fsum over mlxtend's columns.
    let baskets = Kind { seed: 7, baskets: 200, items: 12, widest: 6 }.baskets();
    assert_eq!(baskets.counts().iter().sum::<u32>(), 575);
    let sets = mined(&baskets, least_count(0.03, 200).unwrap(), 0);
    assert_eq!((sets.len(), numbers(&sets)), (91, 0x1213_b0b6_af6f_28d6));
    let found = on_threads(|| rules(&sets, &RuleLimits { support: 0.03, confidence: 0.31 }));
    assert_eq!((found.len(), numbers_of_rules(&found)), (114, 0x8d15_1144_3e0c_66af));
    let sum = |measure: fn(&Rule) -> f64| found.iter().map(measure).sum::<f64>();
    close(sum(|rule| rule.measures.lift), 140.373_838_255_172_07);
    close(sum(|rule| rule.measures.confidence), 52.420_581_589_714_594);
    close(sum(|rule| rule.measures.leverage), 0.713_725);
    let first: [Told<'_>; 6] = [
        (&[0, 9], 2, 7, [0.035, 1.0, 2.531645569620253, 0.021175, f64::INFINITY]),
        (&[0, 5], 8, 8, [0.04, 0.39999999999999997, 2.352941176470588, 0.023, 1.383333333333333]),
        (&[1, 8], 6, 6, [0.03, 0.4285714285714285, 2.197802197802197, 0.016349999999999996, 1.4087499999999997]),
        (&[5, 8], 0, 8, [0.04, 0.7999999999999999, 1.951219512195122, 0.0195, 2.9499999999999993]),
        (&[6, 8], 1, 6, [0.03, 0.857142857142857, 1.9480519480519476, 0.014599999999999997, 3.919999999999996]),
        (&[4, 7], 2, 6, [0.03, 0.75, 1.8987341772151898, 0.014199999999999997, 2.42]),
    ];
    let last: [Told<'_>; 2] = [
        (&[7], 1, 12, [0.06, 0.3333333333333333, 0.7575757575757576, -0.019199999999999995, 0.84]),
        (&[0, 8], 1, 6, [0.03, 0.3157894736842105, 0.7177033492822966, -0.011800000000000005, 0.8184615384615386]),
    ];
    found.iter().zip(&first).for_each(|(found, told)| same(found, told));
    found[112..].iter().zip(&last).for_each(|(found, told)| same(found, told));
}

#[test]
fn a_thousand_baskets_give_what_mlxtend_gives_for_up_to_three_items() {
    // mlxtend 0.25.0 fpgrowth(min_support=0.02, max_len=3) and association_rules(confidence, 0.391), by tests/fixtures/expected_baskets.py.
    let baskets = Kind { seed: 99, baskets: 1000, items: 60, widest: 15 }.baskets();
    let sets = mined(&baskets, least_count(0.02, 1000).unwrap(), 3);
    assert_eq!((sets.len(), numbers(&sets)), (691, 0x4eda_1811_ad05_660b));
    assert_eq!(sets.iter().map(|set| u64::from(set.baskets)).sum::<u64>(), 27_833);
    let found = rules(&sets, &RuleLimits { support: 0.02, confidence: 0.391 });
    assert_eq!((found.len(), numbers_of_rules(&found)), (16, 0x237d_4f5f_a5df_6c8c));
    same(&found[0], &(&[5, 15], 11, 20, [0.02, 0.4651162790697675, 2.422480620155039, 0.011744, 1.510608695652174]));
    close(found.iter().map(|rule| rule.measures.lift).sum(), 31.489_355_169_674_21);
    // A rule on the limit is told: 5, 10 → 6 holds in 20 of 50 baskets. mlxtend 0.25.0 makes that 0.39999999999999997 and
    // leaves it out at 0.4, where it has 12 rules.
    let limit = rules(&sets, &RuleLimits { support: 0.02, confidence: 0.4 });
    assert_eq!(limit.len(), 13);
    assert!(limit.iter().any(|rule| rule.left == [5, 10] && rule.right == 6));
}

#[test]
fn a_share_becomes_the_smallest_count_that_reaches_it() {
    // 0.1 · 30 is 3.0000000000000004 in floats, and 3/30 is 0.1: three baskets are enough.
    assert_eq!(least_count(0.1, 30), Some(3));
    assert_eq!(least_count(0.7, 10), Some(7));
    assert_eq!(least_count(0.25, 10), Some(3));
    assert_eq!(least_count(0.0, 10), Some(1));
    assert_eq!(least_count(-3.0, 10), Some(1));
    assert_eq!(least_count(1.0, u32::MAX), Some(u32::MAX));
    assert_eq!(least_count(f64::MIN_POSITIVE, 10), Some(1));
    for nothing in [1.000_001, f64::NAN, f64::INFINITY] {
        assert_eq!(least_count(nothing, 10), None);
    }
    assert_eq!(least_count(0.5, 0), None);
    for (count, total) in (1..200u32).flat_map(|total| (1..=total).map(move |count| (count, total))) {
        assert_eq!(least_count(f64::from(count) / f64::from(total), total), Some(count));
    }
}

#[test]
fn too_many_itemsets_are_refused_whatever_the_threads() {
    let baskets = Baskets::of((0..3).flat_map(|basket| (0..12).map(move |item| (basket, item))));
    // 12 items in every basket: 2^12 − 1 itemsets.
    let mine = |most| frequent(&baskets, &Mining { least: 3, longest: 0, most }).map(|sets| sets.len());
    assert_eq!(on_threads(|| mine(4095)), Ok(4095));
    assert_eq!(on_threads(|| mine(4094)), Err(TooMany { most: 4094 }));
    assert_eq!(mine(0), Err(TooMany { most: 0 }));
    assert!(TooMany { most: 0 }.to_string().contains("raise"));
}
