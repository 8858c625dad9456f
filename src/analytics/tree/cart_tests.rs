//! C21: trees that scikit-learn grows too, and what must never happen.
//!
//! "scikit-learn" is version 1.9.1, run once on the same numbers; what it said is written down here.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const IRIS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/iris.csv");

/// Fisher's Iris data: four lengths in cm, column by column, and the species.
pub(super) fn iris() -> (Vec<Vec<f64>>, Vec<usize>) {
    let text = std::fs::read_to_string(IRIS).unwrap();
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<f64>>();
    ((0..4).map(column).collect(), column(4).iter().map(|class| *class as usize).collect())
}

/// Made-up customers: visits, spend, days since the last visit, age; the class follows from them but for every 13th row.
pub(super) fn customers() -> (Vec<Vec<f64>>, Vec<usize>) {
    let (mut columns, mut classes) = (vec![Vec::new(); 4], Vec::new());
    for i in 0..240u32 {
        let (visits, spend, days) = ((i * 37) % 101, (i * i * 7 + i * 13) % 211, (i * 53 + i / 7) % 97);
        let class = match (days > 60, visits > 50) {
            (true, _) => 2,
            (false, true) => usize::from(spend <= 90),
            (false, false) => {
                if spend > 150 {
                    1
                } else {
                    3
                }
            }
        };
        classes.push(if i % 13 == 0 { (class + 1) % 4 } else { class });
        for (column, value) in columns.iter_mut().zip([visits, spend, days, (i * 29) % 61]) {
            column.push(f64::from(value));
        }
    }
    (columns, classes)
}

pub(super) fn grown(data: &(Vec<Vec<f64>>, Vec<usize>), max_depth: usize, min_samples_leaf: usize) -> Tree {
    let classes = data.1.iter().max().unwrap() + 1;
    grow(Table::new(&data.0, &data.1, classes).unwrap(), Limits { max_depth, min_samples_leaf }).unwrap()
}

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[test]
fn c16_iris_trees_have_the_published_accuracy() {
    let data = iris();
    // scikit-learn's documentation: 0.96 at depth 2, 0.97333 at depth 3; 2/3 at depth 1, where one species stands alone.
    for (depth, accuracy) in [(0, 1.0 / 3.0), (1, 2.0 / 3.0), (2, 0.96), (3, 0.973_333_333_333_333_4)] {
        let tree = grown(&data, depth, 1);
        near(tree.training_accuracy(), accuracy, 1e-15);
        let hits = tree.predict(&data.0, 150).iter().zip(&data.1).filter(|(a, b)| a == b).count();
        near(hits as f64 / 150.0, accuracy, 1e-15);
    }
}

#[test]
fn c16_iris_splits_are_the_published_ones() {
    let tree = grown(&iris(), 2, 1);
    let root = tree.nodes[0].split.unwrap();
    // Petal length at 2.45 and petal width at 0.8 cut off the same 50 flowers; the first column wins.
    assert_eq!((root.feature, root.left, root.right), (2, 1, 2));
    near(root.threshold, 2.45, 1e-12);
    let second = tree.nodes[2].split.unwrap();
    assert_eq!((second.feature, second.left, second.right), (3, 3, 4));
    near(second.threshold, 1.75, 1e-12);
    assert_eq!(tree.nodes.iter().map(|node| node.rows).collect::<Vec<_>>(), [150, 50, 100, 54, 46]);
    assert_eq!((&tree.nodes[3].counts[..], &tree.nodes[4].counts[..]), (&[0, 49, 5][..], &[0, 1, 45][..]));
    // 1 − 3·(1/3)², 1 − 2·(1/2)²; and as the documentation draws it: 0.168 and 0.043.
    near(tree.nodes[0].gini(), 2.0 / 3.0, 1e-15);
    near(tree.nodes[2].gini(), 0.5, 1e-15);
    near(tree.nodes[3].gini(), 0.168, 5e-4);
    near(tree.nodes[4].gini(), 0.043, 5e-4);
}

/// Nodes in their order: column, threshold and rows by class; leaves have no column.
type Nodes<'a> = &'a [(Option<usize>, f64, [usize; 4])];

fn same_nodes(tree: &Tree, expected: Nodes<'_>) {
    assert_eq!(tree.nodes.len(), expected.len());
    for (node, (feature, threshold, counts)) in tree.nodes.iter().zip(expected) {
        assert_eq!((node.split.map(|split| split.feature), &node.counts[..]), (*feature, &counts[..]));
        assert_eq!(node.split.map_or(-2.0, |split| split.threshold), *threshold);
    }
}

#[test]
fn c16_trees_of_made_up_customers_are_those_of_scikit_learn() {
    // `DecisionTreeClassifier(max_depth=3)`, the same for 30 random states: `tree_.feature`, `.threshold`, `.value`.
    let data = customers();
    let tree = grown(&data, 3, 1);
    same_nodes(
        &tree,
        &[
            (Some(2), 60.5, [40, 46, 90, 64]),
            (Some(0), 50.5, [40, 46, 7, 58]),
            (Some(1), 151.5, [2, 14, 3, 58]),
            (None, -2.0, [2, 0, 0, 58]),
            (None, -2.0, [0, 14, 3, 0]),
            (Some(1), 89.0, [38, 32, 4, 0]),
            (None, -2.0, [0, 28, 4, 0]),
            (None, -2.0, [38, 4, 0, 0]),
            (Some(1), 24.5, [0, 0, 83, 6]),
            (Some(1), 18.0, [0, 0, 7, 2]),
            (None, -2.0, [0, 0, 7, 0]),
            (None, -2.0, [0, 0, 0, 2]),
            (Some(0), 58.5, [0, 0, 76, 4]),
            (None, -2.0, [0, 0, 42, 4]),
            (None, -2.0, [0, 0, 34, 0]),
        ],
    );
    near(tree.training_accuracy(), 0.929_166_666_7, 1e-9);
    near(tree.nodes[1].gini(), 0.687_338_274_637_077_3, 1e-14);
    // `predict` of four rows, with values next to the thresholds.
    let rows = [[50.0, 90.0, 60.0, 0.0], [51.0, 91.0, 60.0, 0.0], [10.0, 151.0, 10.0, 30.0], [0.0, 0.0, 61.0, 5.0]];
    let columns: Vec<Vec<f64>> = (0..4).map(|at| rows.iter().map(|row| row[at]).collect()).collect();
    assert_eq!(tree.predict(&columns, 4), [3, 0, 3, 2]);
}

#[test]
fn c16_leaves_keep_their_least_number_of_rows() {
    // `DecisionTreeClassifier(max_depth=3, min_samples_leaf=10)`.
    let tree = grown(&customers(), 3, 10);
    same_nodes(
        &tree,
        &[
            (Some(2), 60.5, [40, 46, 90, 64]),
            (Some(0), 50.5, [40, 46, 7, 58]),
            (Some(1), 151.5, [2, 14, 3, 58]),
            (None, -2.0, [2, 0, 0, 58]),
            (None, -2.0, [0, 14, 3, 0]),
            (Some(1), 89.0, [38, 32, 4, 0]),
            (None, -2.0, [0, 28, 4, 0]),
            (None, -2.0, [38, 4, 0, 0]),
            (Some(1), 25.5, [0, 0, 83, 6]),
            (None, -2.0, [0, 0, 8, 2]),
            (Some(0), 58.5, [0, 0, 75, 4]),
            (None, -2.0, [0, 0, 42, 4]),
            (None, -2.0, [0, 0, 33, 0]),
        ],
    );
    near(tree.training_accuracy(), 0.920_833_333_3, 1e-9);
    assert_eq!(grown(&customers(), 5, 121).nodes.len(), 1, "240 rows do not make two leaves of 121");
    assert_eq!(grown(&customers(), 5, usize::MAX).nodes.len(), 1);
}

#[test]
fn c16_the_best_split_is_the_best_of_all() {
    // Small tables with many ties, against the definition: every threshold, Gini impurity from shares.
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for _ in 0..200 {
        let rows = rng.random_range(2..30usize);
        let columns: Vec<Vec<f64>> =
            (0..3).map(|_| (0..rows).map(|_| f64::from(rng.random_range(-4..5i32))).collect()).collect();
        let classes: Vec<usize> = (0..rows).map(|_| rng.random_range(0..3)).collect();
        let least = rng.random_range(1..4usize);
        let gini = |side: &[usize]| {
            let share = |class: usize| side.iter().filter(|c| **c == class).count() as f64 / side.len() as f64;
            1.0 - (0..3).map(|class| share(class).powi(2)).sum::<f64>()
        };
        let mut best: Option<(f64, usize, f64)> = None;
        for (feature, column) in columns.iter().enumerate() {
            for half in -9..9 {
                let threshold = f64::from(half) / 2.0;
                let side = |left: bool| {
                    let rows = column.iter().zip(&classes).filter(|(value, _)| (**value <= threshold) == left);
                    rows.map(|(_, class)| *class).collect::<Vec<usize>>()
                };
                let (left, right) = (side(true), side(false));
                if left.len() < least || right.len() < least {
                    continue;
                }
                let impurity = gini(&left) * left.len() as f64 + gini(&right) * right.len() as f64;
                if best.is_none_or(|(lowest, ..)| impurity < lowest - 1e-9) {
                    best = Some((impurity, feature, threshold));
                }
            }
        }
        let tree = grow(Table::new(&columns, &classes, 3).unwrap(), Limits { max_depth: 1, min_samples_leaf: least });
        let tree = tree.unwrap();
        if tree.nodes[0].gini() == 0.0 {
            assert!(tree.nodes[0].split.is_none());
            continue;
        }
        assert_eq!(tree.nodes[0].split.map(|split| split.feature), best.map(|(_, feature, _)| feature));
        if let (Some(split), Some((impurity, ..))) = (tree.nodes[0].split, best) {
            let found: f64 =
                [split.left, split.right].map(|at| tree.nodes[at].gini() * tree.nodes[at].rows as f64).iter().sum();
            near(found, impurity, 1e-9);
        }
    }
}

#[test]
fn c16_either_but_not_both_takes_two_levels() {
    // No single split gains anything; two of them tell all.
    let data = (vec![vec![0.0, 0.0, 1.0, 1.0], vec![0.0, 1.0, 0.0, 1.0]], vec![0, 1, 1, 0]);
    let tree = grown(&data, 2, 1);
    assert_eq!(tree.training_accuracy(), 1.0);
    assert_eq!(tree.nodes[0].split.map(|split| (split.feature, split.threshold)), Some((0, 0.5)));
}

#[test]
fn c16_a_hundred_equal_classes_peel_off_from_below() {
    // Ten rows of each class, the class is the value. Σn_c²/n of j classes is 10 whatever j, so all splits are equal and
    // the lowest threshold wins: seven levels peel off seven classes, the rest is one leaf that is right about one more.
    let classes: Vec<usize> = (0..1000).map(|row| row % 100).collect();
    let data = (vec![vec![0.0; 1000], classes.iter().map(|class| *class as f64).collect()], classes);
    let tree = grown(&data, 7, 1);
    let splits = tree.nodes.iter().filter_map(|node| node.split).map(|split| (split.feature, split.threshold));
    assert_eq!(splits.collect::<Vec<_>>(), (0..7).map(|class| (1, f64::from(class) + 0.5)).collect::<Vec<_>>());
    near(tree.training_accuracy(), 0.08, 1e-15);
    assert_eq!(best_rules(&tree).iter().flatten().count(), 8);
}

#[test]
fn c16_nothing_to_split_is_one_leaf() {
    let limits = Limits { max_depth: 4, min_samples_leaf: 0 };
    let one_class = grown(&(vec![vec![1.0, 2.0, 3.0]], vec![0, 0, 0]), 4, 1);
    assert_eq!((one_class.nodes.len(), one_class.nodes[0].gini(), one_class.nodes[0].purity()), (1, 0.0, 1.0));
    let no_columns = grow(Table::new(&[], &[1, 0, 1], 2).unwrap(), limits).unwrap();
    assert_eq!((no_columns.nodes.len(), no_columns.nodes[0].class), (1, 1));
    assert_eq!(no_columns.predict(&[], 2), [1, 1]);
    let one_row = grow(Table::new(&[vec![1.0]], &[3], 5).unwrap(), limits).unwrap();
    assert_eq!((one_row.nodes.len(), one_row.nodes[0].class), (1, 3));
    let alike = grow(Table::new(&[vec![7.0; 4]], &[1, 0, 0, 1], 2).unwrap(), limits).unwrap();
    assert_eq!((alike.nodes.len(), alike.nodes[0].class), (1, 0), "the lowest of equally frequent classes");
    let zeros = grow(Table::new(&[vec![0.0, -0.0]], &[0, 1], 2).unwrap(), limits).unwrap();
    assert_eq!(zeros.nodes.len(), 1, "both zeros are one number");
}

#[test]
fn c16_thresholds_separate_neighbouring_numbers() {
    let limits = Limits { max_depth: 1, min_samples_leaf: 1 };
    let next = f64::from_bits(1.0f64.to_bits() + 1);
    let tiny = f64::from_bits(1);
    for (low, high) in [(1.0, next), (0.0, tiny), (-tiny, 0.0), (-f64::MAX, f64::MAX), (f64::MAX / 1.5, f64::MAX)] {
        let column = [vec![high, low]];
        let tree = grow(Table::new(&column, &[0, 1], 2).unwrap(), limits).unwrap();
        let threshold = tree.nodes[0].split.unwrap().threshold;
        assert!(low <= threshold && threshold < high, "{low:e} {threshold:e} {high:e}");
        assert_eq!(tree.predict(&column, 2), [0, 1]);
    }
    // What is missing or no number goes right.
    let tree = grown(&(vec![vec![0.0, 1.0]], vec![0, 1]), 1, 1);
    assert_eq!((tree.predict(&[vec![f64::NAN]], 1), tree.predict(&[], 1)), (vec![1], vec![1]));
}

#[test]
fn c16_tables_that_teach_nothing_are_refused() {
    let refused = |columns: &[Vec<f64>], classes: &[usize], count| Table::new(columns, classes, count).unwrap_err();
    assert_eq!(refused(&[], &[], 2), Unusable::NoRows);
    assert_eq!(refused(&[vec![1.0]], &[0, 1], 2), Unusable::Uneven { column: 0, rows: 1, expected: 2 });
    assert_eq!(refused(&[vec![1.0, f64::NAN]], &[0, 1], 2), Unusable::NotFinite { row: 1, column: 0 });
    assert_eq!(refused(&[vec![f64::NEG_INFINITY]], &[0], 2), Unusable::NotFinite { row: 0, column: 0 });
    assert_eq!(refused(&[vec![1.0]], &[2], 2), Unusable::UnknownClass { row: 0, class: 2 });
    assert_eq!(refused(&[vec![1.0]], &[0], 0), Unusable::UnknownClass { row: 0, class: 0 });
    assert_eq!(refused(&[], &[0], 5000), Unusable::TooManyClasses { classes: 5000 });
    let deep = grow(Table::new(&[], &[0], 1).unwrap(), Limits { max_depth: 17, min_samples_leaf: 1 });
    assert_eq!(deep.unwrap_err().to_string(), "a depth of 17 is too much, a tree has 16 levels");
}
