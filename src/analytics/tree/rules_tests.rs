//! C21: what a tree says, how far to trust it, where to draw it.

use super::cart_tests::{customers, grown, iris};
use super::held_out::compared;
use super::rules::merged;
use super::*;

fn above(feature: usize, threshold: f64) -> Condition {
    Condition { feature, side: Side::Above, threshold }
}

fn at_most(feature: usize, threshold: f64) -> Condition {
    Condition { feature, side: Side::AtMost, threshold }
}

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[test]
fn c16_the_stricter_of_two_bounds_remains() {
    assert_eq!(merged(&[above(0, 2.0), above(0, 3.0)]), [above(0, 3.0)]);
    assert_eq!(merged(&[above(0, 3.0), above(0, 2.0)]), [above(0, 3.0)]);
    assert_eq!(merged(&[at_most(0, 9.0), at_most(0, 4.0), at_most(0, 7.0)]), [at_most(0, 4.0)]);
    // A range has its lower bound first; columns stay in the order in which they were asked for.
    let path = [at_most(5, 9.0), above(1, 0.5), above(5, 2.0), at_most(5, 8.0), above(1, -1.0)];
    assert_eq!(merged(&path), [above(5, 2.0), at_most(5, 8.0), above(1, 0.5)]);
    assert_eq!(merged(&[]), []);
}

#[test]
fn c16_iris_rules_are_those_of_the_published_tree() {
    let rules = rules(&grown(&iris(), 2, 1));
    assert_eq!(rules.iter().map(|rule| (rule.node, rule.class)).collect::<Vec<_>>(), [(1, 0), (3, 1), (4, 2)]);
    // Petal length ≤ 2.45; else by petal width at 1.75, with 49 of 54 and 45 of 46.
    assert_eq!(rules[0].conditions, [at_most(2, 2.45)]);
    assert_eq!(rules[1].conditions, [above(2, 2.45), at_most(3, 1.75)]);
    assert_eq!(rules[2].conditions, [above(2, 2.45), above(3, 1.75)]);
    assert_eq!((rules[1].rows, rules[1].hits, rules[2].rows, rules[2].hits), (54, 49, 46, 45));
    near(rules[1].support, 54.0 / 150.0, 1e-15);
    near(rules[1].purity, 49.0 / 54.0, 1e-15);
    near(rules[1].coverage, 49.0 / 50.0, 1e-15);
}

#[test]
fn c16_every_class_has_the_rule_that_says_most_about_it() {
    // The tree of scikit-learn in `cart_tests`: hits of class 1 are 14 and 28, of class 2 7, 42 and 34, of class 3 58 and 2.
    let tree = grown(&customers(), 3, 1);
    let best: Vec<Rule> = best_rules(&tree).into_iter().flatten().collect();
    let found: Vec<(usize, usize, usize)> = best.iter().map(|rule| (rule.class, rule.hits, rule.rows)).collect();
    assert_eq!(found, [(0, 38, 42), (1, 28, 32), (2, 42, 46), (3, 58, 60)]);
    assert_eq!(best[0].conditions, [at_most(2, 60.5), above(0, 50.5), above(1, 89.0)]);
    assert_eq!(best[1].conditions, [at_most(2, 60.5), above(0, 50.5), at_most(1, 89.0)]);
    assert_eq!(best[3].conditions, [at_most(2, 60.5), at_most(0, 50.5), at_most(1, 151.5)]);
    // Spend ≤ 24.5 and spend ≤ 18 is spend ≤ 18; ≤ 24.5 and > 18 is a range.
    let rules = rules(&tree);
    assert_eq!(rules[4].conditions, [above(2, 60.5), at_most(1, 18.0)]);
    assert_eq!(rules[5].conditions, [above(2, 60.5), above(1, 18.0), at_most(1, 24.5)]);
}

#[test]
fn c16_a_class_that_no_leaf_predicts_has_no_rule() {
    let tree = grown(&(vec![vec![1.0; 5]], vec![0, 1, 0, 2, 0]), 3, 1);
    let best = best_rules(&tree);
    assert_eq!((best.len(), &best[1], &best[2]), (3, &None, &None));
    let only = best[0].as_ref().unwrap();
    assert_eq!((only.conditions.len(), only.rows, only.hits, only.support), (0, 5, 3, 1.0));
    near(only.purity, 0.6, 1e-15);
}

#[test]
fn c16_the_interval_of_wilson_is_the_published_one() {
    // Newcombe 1998, "Two-sided confidence intervals for the single proportion", Table I, method 3.
    let published =
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
    for (hits, of, lower, upper) in published {
        let found = wilson(hits, of);
        near(found.0, lower, 5e-5);
        near(found.1, upper, 5e-5);
    }
    // SciPy, `binomtest(hits, of).proportion_ci(method='wilson')`.
    let scipy = [
        (8, 10, 0.490_162_471_536_641_8, 0.943_317_848_545_624_8),
        (96, 100, 0.901_629_285_641_120_8, 0.984_336_696_008_252_3),
        (20, 20, 0.838_874_841_947_180_8, 1.0),
    ];
    for (hits, of, lower, upper) in scipy {
        let found = wilson(hits, of);
        near(found.0, lower, 1e-12);
        near(found.1, upper, 1e-12);
    }
    assert_eq!((wilson(0, 0), wilson(7, 5).1, wilson(0, 3).0), ((0.0, 1.0), 1.0, 0.0));
}

#[test]
fn c16_hits_on_held_out_rows_by_hand() {
    let found = compared((&[0, 0, 1, 1, 2], &[0, 1, 1, 1, 0]), 0, (3, 11));
    assert_eq!(found.confusion, [[1, 1, 0], [0, 2, 0], [1, 0, 0]]);
    assert_eq!((found.learnt, found.held_out, found.hits), (11, 5, 3));
    near(found.accuracy, 0.6, 1e-15);
    near(found.baseline, 0.4, 1e-15);
    assert_eq!(found.interval, wilson(3, 5));
}

#[test]
fn c16_a_tree_knows_rows_it_has_not_seen() {
    let limits = Limits { max_depth: 2, min_samples_leaf: 1 };
    // A gap of 900 that no choice of rows can close.
    let columns = [(0..100).map(|row| f64::from(row % 2) * 1000.0 + f64::from(row)).collect::<Vec<f64>>()];
    let classes: Vec<usize> = (0..100).map(|row| row % 2).collect();
    let table = Table::new(&columns, &classes, 2).unwrap();
    let found = held_out(table, limits, Holding::default()).unwrap();
    assert_eq!((found.learnt, found.held_out, found.hits, found.accuracy), (70, 30, 30, 1.0));
    assert_eq!((found.confusion[0][1], found.confusion[1][0]), (0, 0));
    assert_eq!(found, held_out(table, limits, Holding::default()).unwrap());
    assert_ne!(found.confusion, held_out(table, limits, Holding { seed: 1, ..Holding::default() }).unwrap().confusion);
    // Classes that have nothing to do with the column: on average over seeds no better than chance.
    let noise: Vec<usize> = (0..100).map(|row| row * row % 101 % 2).collect();
    let table = Table::new(&columns, &noise, 2).unwrap();
    let accuracy = |seed| held_out(table, limits, Holding { seed, ..Holding::default() }).unwrap().accuracy;
    let mean = (0..100).map(accuracy).sum::<f64>() / 100.0;
    assert!(mean < 0.65, "{mean}");
}

#[test]
fn c16_any_share_holds_out_some_rows_and_leaves_some() {
    let limits = Limits { max_depth: 1, min_samples_leaf: 1 };
    let (columns, classes) = iris();
    let table = Table::new(&columns, &classes, 3).unwrap();
    let held = |share| held_out(table, limits, Holding { share, seed: 1 }).unwrap().held_out;
    assert_eq!([0.3, 0.0, -1.0, f64::NAN, 1.0, f64::INFINITY].map(held), [45, 1, 1, 1, 149, 149]);
    let one = Table::new(&[], &[0], 1).unwrap();
    assert_eq!(held_out(one, limits, Holding::default()), Err(Unusable::TooFewRows));
    let two = held_out(Table::new(&[], &[0, 0], 1).unwrap(), limits, Holding::default()).unwrap();
    assert_eq!((two.accuracy, two.baseline, two.held_out), (1.0, 1.0, 1));
}

#[test]
fn c16_leaves_are_evenly_spaced_and_parents_centred() {
    // Iris at depth 2: a leaf, then a node with two leaves. The node stands over 1 and 2, the root over 0 and 1.5.
    let found = layout(&grown(&iris(), 2, 1));
    let places: Vec<(f64, f64)> = found.places.iter().map(|place| (place.x, place.y)).collect();
    assert_eq!(places, [(0.75, 0.0), (0.0, 1.0), (1.5, 1.0), (1.0, 2.0), (2.0, 2.0)]);
    assert_eq!((found.leaves, found.depth), (3, 2));
    // The customers: eight leaves under a full tree of three levels stand at 0 … 7.
    let full = layout(&grown(&customers(), 3, 1));
    let at_depth = |depth: f64| full.places.iter().filter(|p| p.y == depth).map(|p| p.x).collect::<Vec<f64>>();
    assert_eq!(at_depth(3.0), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    assert_eq!((at_depth(2.0), at_depth(1.0), at_depth(0.0)), (vec![0.5, 2.5, 4.5, 6.5], vec![1.5, 5.5], vec![3.5]));
    let leaf = layout(&grown(&(vec![], vec![0]), 3, 1));
    assert_eq!((leaf.places, leaf.leaves, leaf.depth), (vec![Place { x: 0.0, y: 0.0 }], 1, 0));
}
