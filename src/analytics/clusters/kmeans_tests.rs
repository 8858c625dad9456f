//! C21: published figures of Iris, optima found by trying everything, and what must never happen.
//!
//! "scikit-learn" is version 1.9.1, run once on the same numbers; what it said is written down here.

use rand::RngExt;

use super::blocks::Blocks;
use super::draw::{Purpose, generator, some_of};
use super::lloyd::{Stop, lloyd};
use super::seeding::seeded;
use super::*;

const IRIS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/iris.csv");

/// Fisher's Iris data: four lengths in cm per flower, row by row, and the species.
pub(super) fn iris() -> (Vec<f64>, Vec<usize>) {
    let text = std::fs::read_to_string(IRIS).unwrap();
    let (mut values, mut species) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        values.extend(&cells[..4]);
        species.push(cells[4] as usize);
    }
    assert_eq!((values.len(), species.len()), (600, 150));
    (values, species)
}

pub(super) fn near(found: &[f64], expected: &[f64], within: f64) {
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= within);
    assert!(found.len() == expected.len() && close, "{found:?} is not {expected:?}");
}

/// The sum of squared distances of rows to their centres, from the labels, in the simplest way.
fn inertia(rows: &[f64], clusters: &Clusters) -> f64 {
    let rows = rows.chunks(clusters.dimension).zip(&clusters.labels);
    rows.map(|(row, label)| row.iter().zip(clusters.centre(*label)).map(|(a, b)| (a - b).powi(2)).sum::<f64>()).sum()
}

#[test]
fn c16_iris_three_clusters_have_the_published_inertia() {
    let (values, _) = iris();
    let clusters = fit(Rows::new(&values, 4).unwrap(), &Settings::new(3, 42)).unwrap();
    // 78.851441426146 is what scikit-learn and R (`kmeans(iris[, 1:4], 3, nstart = 25)$tot.withinss`) publish.
    near(&[clusters.inertia], &[78.851_441_426_146], 1e-9);
    assert_eq!(clusters.sizes, [62, 50, 38]);
    // scikit-learn's centres.
    let centres = [
        [5.901_612_903_225_806, 2.748_387_096_774_194, 4.393_548_387_096_774, 1.433_870_967_741_935],
        [5.006, 3.428, 1.462, 0.246],
        [6.85, 3.073_684_210_526_316, 5.742_105_263_157_894, 2.071_052_631_578_947],
    ];
    near(&clusters.centres, centres.as_flattened(), 1e-12);
    assert!(clusters.settled);
}

#[test]
fn c16_the_best_of_restarts_is_the_best_there_is() {
    // Eight rows in three clusters: all 3^8 ways to label them are tried.
    let mut rng = generator(3, Purpose::Sample, 9);
    for round in 0..20 {
        let values: Vec<f64> = (0..16).map(|_| f64::from(rng.random_range(0..100u32))).collect();
        let mut lowest = f64::INFINITY;
        for code in 0..3usize.pow(8) {
            let labels: Vec<usize> = (0..8).map(|row| code / 3usize.pow(row) % 3).collect();
            let mut total = 0.0;
            for label in 0..3 {
                let of = |axis: usize| {
                    values.chunks(2).zip(&labels).filter(|(_, l)| **l == label).map(move |(r, _)| r[axis])
                };
                for axis in 0..2 {
                    let mean = of(axis).sum::<f64>() / of(axis).count().max(1) as f64;
                    total += of(axis).map(|value| (value - mean).powi(2)).sum::<f64>();
                }
            }
            lowest = lowest.min(total);
        }
        let settings = Settings { restarts: 60, tolerance: 0.0, ..Settings::new(3, round) };
        let clusters = fit(Rows::new(&values, 2).unwrap(), &settings).unwrap();
        near(&[clusters.inertia, inertia(&values, &clusters)], &[lowest, lowest], 1e-9 * lowest);
    }
}

#[test]
fn c16_clusters_are_numbered_by_size_and_then_by_place() {
    // Two pairs and a triple; the means are 0.5, 20.5 and 101.
    let values = [20.0, 100.0, 0.0, 101.0, 21.0, 1.0, 102.0];
    let clusters = fit(Rows::new(&values, 1).unwrap(), &Settings::new(3, 7)).unwrap();
    assert_eq!(clusters.sizes, [3, 2, 2]);
    near(&clusters.centres, &[101.0, 0.5, 20.5], 1e-12);
    assert_eq!(clusters.labels, [2, 0, 1, 0, 2, 1, 0]);
    near(&[clusters.inertia], &[2.0 + 0.5 + 0.5], 1e-12);
}

#[test]
fn c16_a_trial_on_a_sample_leads_to_the_same_clusters() {
    // Three lumps of 3,000, 2,000 and 100 rows over several blocks: lattice points around 0, 100 and 200.
    let point = |row: usize| {
        (if row < 3000 {
            0.0
        } else if row < 5000 {
            100.0
        } else {
            200.0
        }) + (row % 5) as f64
            - 2.0
    };
    let values: Vec<f64> = (0..5100).flat_map(|row| [point(row), (row % 3) as f64]).collect();
    let rows = Rows::new(&values, 2).unwrap();
    for trial_rows in [0, 1, 50, 600, usize::MAX] {
        let settings = Settings { trial_rows, ..Settings::new(3, 5) };
        let clusters = fit(rows, &settings).unwrap();
        if trial_rows >= 600 {
            assert_eq!(clusters.sizes, [3000, 2000, 100]);
            // Each lump has 0, ±1 and ±2 equally often.
            near(&[clusters.centre(0)[0], clusters.centre(1)[0], clusters.centre(2)[0]], &[0.0, 100.0, 200.0], 1e-9);
        }
        near(&[clusters.inertia], &[inertia(&values, &clusters)], 1e-6);
        assert_eq!(clusters, fit(rows, &settings).unwrap(), "the same bytes again");
    }
}

#[test]
fn c16_a_cluster_without_rows_takes_the_farthest_one() {
    // From 0 and 100 all four rows go to 0, whose mean is 3.25; 10 is farthest from it. Then {0, 1, 2} and {10}: 1 + 0 + 1.
    let values = [0.0, 1.0, 2.0, 10.0];
    let blocks = Blocks::of(Rows::new(&values, 1).unwrap());
    let run = lloyd(&blocks, vec![0.0, 100.0], Stop { rounds: 100, moved: 0.0 });
    assert_eq!((run.labels, run.sizes), (vec![0, 0, 0, 1], vec![3, 1]));
    near(&run.centres, &[1.0, 10.0], 1e-12);
    near(&[run.inertia], &[2.0], 1e-12);
    // Three of them without rows: 10 first, then 0 (3.25 from the mean), then 2 (1.25 from it).
    let run = lloyd(&blocks, vec![5.0, 100.0, 200.0, 300.0], Stop { rounds: 1, moved: 0.0 });
    near(&run.centres, &[3.25, 10.0, 0.0, 2.0], 1e-12);
    // All rows alike: nothing is far, the centre stays without rows.
    let alike = Blocks::of(Rows::new(&[1.0, 1.0, 1.0], 1).unwrap());
    let run = lloyd(&alike, vec![1.0, 9.0], Stop { rounds: 100, moved: 0.0 });
    assert_eq!((run.sizes, run.inertia), (vec![3, 0], 0.0));
}

#[test]
fn c16_next_centres_are_drawn_by_their_squared_distance() {
    // From a centre at 0, the rows 1 and 3 weigh 1 and 9. 3 leaves 1, 1 leaves 4: so 1 becomes the second centre only if
    // both of two draws are 1, once in a hundred times. Of 4,000 that is 40, with a standard deviation of 6.3.
    let blocks = Blocks::of(Rows::new(&[0.0, 1.0, 3.0], 1).unwrap());
    let second = (0..4000).map(|at| seeded(&blocks, vec![0.0], 2, &mut generator(1, Purpose::Restart, at))[1]);
    let ones = second.filter(|drawn| *drawn < 2.0).count();
    assert!((10..=70).contains(&ones), "{ones}");
    // The first one is any row.
    let draws = (0..3000).map(|at| seeded(&blocks, Vec::new(), 1, &mut generator(2, Purpose::Restart, at))[0]);
    let zeros = draws.filter(|drawn| *drawn < 0.5).count();
    assert!((870..=1130).contains(&zeros), "{zeros}");
}

#[test]
fn c16_a_sample_has_each_row_once_and_all_are_as_likely() {
    let mut seen = [0; 10];
    for at in 0..2000 {
        let sample = some_of(10, 3, &mut generator(5, Purpose::Sample, at));
        assert!(sample.len() == 3 && sample.is_sorted_by(|a, b| a < b));
        sample.iter().for_each(|row| seen[*row] += 1);
    }
    // 600 each, with a standard deviation of 20.
    assert!(seen.iter().all(|times| (480..=720).contains(times)), "{seen:?}");
    assert_eq!(some_of(3, 3, &mut generator(5, Purpose::Sample, 0)), [0, 1, 2]);
}

#[test]
fn c16_columns_are_brought_to_one_scale() {
    // The textbook column: mean 5, standard deviation 2. The second: scikit-learn's StandardScaler of ln(1 + x).
    let columns = [vec![2.0, 4.0, 4.0, 5.0, 10.0], vec![0.0, 1.0, 3.0, 10.0, 100.0], vec![0.1; 5]];
    let found = standardise(&columns, &[false, true, false]).unwrap();
    let column = |at: usize| found.values.iter().skip(at).step_by(3).copied().collect::<Vec<f64>>();
    // (9 + 1 + 1 + 0 + 25) / 5 = 7.2.
    let deviation = 7.2f64.sqrt();
    near(&column(0), &[-3.0, -1.0, -1.0, 0.0, 5.0].map(|value: f64| value / deviation), 1e-14);
    let scaled = [
        -1.131_400_357_757_964,
        -0.700_148_970_213_293_5,
        -0.268_897_582_668_623_1,
        0.360_484_327_895_275_8,
        1.739_962_582_744_605_2,
    ];
    near(&column(1), &scaled, 1e-12);
    assert_eq!(column(2), [0.0; 5]);
    near(&found.means, &[5.0, 1.818_491_466_263_893_1, 0.1], 1e-12);
    near(&found.deviations, &[deviation, 1.607_292_638_538_228, 0.0], 1e-12);
    // And back: the last row, but for the negative.
    near(&found.in_units(&found.values[12..]), &[10.0, 100.0, 0.1], 1e-9);
    let refunds = standardise(&[vec![-50.0, 0.0, 7.0]], &[true]).unwrap();
    assert_eq!(refunds.values[0], refunds.values[1], "negative values count as 0");
}

#[test]
fn c16_columns_that_cannot_be_scaled_are_refused_or_zero() {
    let nan = standardise(&[vec![0.0, 1.0], vec![1.0, f64::NAN]], &[false, true]);
    assert_eq!(nan, Err(Unusable::NotFinite { row: 1, column: 1 }));
    assert_eq!(nan.unwrap_err().to_string(), "row 2, column 2 is not a finite number");
    assert_eq!(standardise(&[vec![1e200]], &[false]), Err(Unusable::TooLarge { row: 0, column: 0 }));
    assert!(standardise(&[vec![1e200, 0.0]], &[true]).is_ok());
    assert_eq!(standardise(&[], &[]), Err(Unusable::NoColumns));
    assert_eq!(standardise(&[vec![]], &[false]), Err(Unusable::NoRows));
    let uneven = standardise(&[vec![1.0, 2.0], vec![1.0]], &[false, false]);
    assert_eq!(uneven, Err(Unusable::Uneven { column: 1, rows: 1, expected: 2 }));
    assert_eq!(standardise(&[vec![1.0]], &[]), Err(Unusable::Mismatched { found: 0, expected: 1 }));
    // One row is constant; values so small that their squares vanish are still apart by one deviation each.
    assert_eq!(standardise(&[vec![3.0]], &[false]).unwrap().values, [0.0]);
    near(&standardise(&[vec![1e-300, 3e-300]], &[false]).unwrap().values, &[-1.0, 1.0], 1e-12);
    let smallest = standardise(&[vec![0.0, f64::from_bits(1)]], &[false]).unwrap();
    assert!(smallest.values.iter().all(|value| value.is_finite()));
}

#[test]
fn c16_rows_that_cannot_be_grouped_are_refused() {
    let refused = |values: &[f64], dimension| Rows::new(values, dimension).unwrap_err();
    assert_eq!(refused(&[], 2), Unusable::NoRows);
    assert_eq!(refused(&[1.0], 0), Unusable::NoColumns);
    assert_eq!(refused(&[1.0, 2.0, 3.0], 2), Unusable::Ragged { values: 3, columns: 2 });
    assert_eq!(refused(&[1.0, 2.0, 3.0, f64::INFINITY], 2), Unusable::NotFinite { row: 1, column: 1 });
    assert_eq!(refused(&[f64::NAN], 1), Unusable::NotFinite { row: 0, column: 0 });
    assert_eq!(refused(&[-1e300], 1), Unusable::TooLarge { row: 0, column: 0 });
    let one = [1.0];
    let none = fit(Rows::new(&one, 1).unwrap(), &Settings::new(0, 1));
    assert_eq!(none.unwrap_err().to_string(), "at least one cluster has to be asked for");
}

#[test]
fn c16_fewer_distinct_rows_than_clusters_give_fewer_clusters() {
    let one = fit(Rows::new(&[1.0, 2.0], 2).unwrap(), &Settings::new(5, 1)).unwrap();
    assert_eq!((one.sizes, one.centres, one.inertia), (vec![1], vec![1.0, 2.0], 0.0));
    let alike = vec![4.5; 3000];
    let alike = fit(Rows::new(&alike, 1).unwrap(), &Settings { trial_rows: 100, ..Settings::new(4, 1) }).unwrap();
    assert_eq!((alike.sizes, alike.inertia), (vec![3000], 0.0));
    let more = fit(Rows::new(&[1.0, 2.0, 4.0, 1.0], 1).unwrap(), &Settings::new(usize::MAX, 1)).unwrap();
    assert_eq!((more.sizes, more.centres, more.inertia), (vec![2, 1, 1], vec![1.0, 2.0, 4.0], 0.0));
    // One row in 3,000 is different, and the trial does not see it.
    let mut rare = vec![0.0; 3000];
    rare[2999] = 1.0;
    let rare = fit(Rows::new(&rare, 1).unwrap(), &Settings { trial_rows: 2, ..Settings::new(2, 1) }).unwrap();
    assert_eq!((rare.sizes, rare.centres), (vec![2999, 1], vec![0.0, 1.0]));
}

#[test]
fn c16_settings_that_make_no_sense_do_no_harm() {
    let values: Vec<f64> = (0..40).map(|row| f64::from(row % 7) * 1e139).collect();
    let rows = Rows::new(&values, 4).unwrap();
    for tolerance in [f64::NAN, f64::INFINITY, -1.0] {
        let settings = Settings { clusters: 3, restarts: 0, rounds: 0, tolerance, trial_rows: 0, seed: u64::MAX };
        let clusters = fit(rows, &settings).unwrap();
        assert_eq!(clusters.labels.len(), 10);
        assert_eq!(clusters.sizes.iter().sum::<usize>(), 10);
        assert!(clusters.inertia.is_finite() && clusters.centres.iter().all(|value| value.is_finite()));
        assert!(clusters.centre(99).is_empty());
    }
}
