//! C21: how many clusters, and which of them to believe.

use super::kmeans_tests::{iris, near};
use super::stability::{best_jaccard, once_each};
use super::*;

const ALL: Sampling = Sampling { at_most: usize::MAX, seed: 0 };

fn width(values: &[f64], dimension: usize, labels: &[usize]) -> f64 {
    silhouette(Rows::new(values, dimension).unwrap(), labels, ALL).unwrap().unwrap()
}

#[test]
fn c16_silhouettes_by_hand() {
    // {0, 1} and {4, 5}. For 0: a = 1, b = 4.5, so 3.5/4.5 = 7/9. For 1: a = 1, b = 3.5, so 2.5/3.5 = 5/7. 4 and 5 mirror.
    near(&[width(&[0.0, 1.0, 4.0, 5.0], 1, &[0, 0, 1, 1])], &[(7.0 / 9.0 + 5.0 / 7.0) / 2.0], 1e-14);
    // {0, 1} and {5} alone: 4/5, 3/4 and 0. Labels may be any numbers.
    near(&[width(&[0.0, 1.0, 5.0], 1, &[7, 7, usize::MAX])], &[1.55 / 3.0], 1e-14);
    // {0, 4} and {1, 5}. For 0: a = 4, b = 3, so −1/4. For 4: a = 4, b = 2, so −1/2. 5 and 1 mirror.
    near(&[width(&[0.0, 4.0, 1.0, 5.0], 1, &[0, 0, 1, 1])], &[-0.375], 1e-14);
    // In the plane: (0, 0) and (3, 4) are 5 apart, and 13 and √(9² + 1²) from (12, 5), which is alone.
    let far = (81.0f64 + 1.0).sqrt();
    let expected = ((13.0 - 5.0) / 13.0 + (far - 5.0) / far) / 3.0;
    near(&[width(&[0.0, 0.0, 3.0, 4.0, 12.0, 5.0], 2, &[0, 0, 1])], &[expected], 1e-14);
}

#[test]
fn c16_iris_silhouettes_are_those_of_scikit_learn() {
    let (values, species) = iris();
    // `silhouette_score` of scikit-learn 1.9.1: of the species; of rows cut into k runs, `label = row·k // 150`.
    near(&[width(&values, 4, &species)], &[0.503_477_440_693_296], 1e-12);
    let runs = [
        (2, 0.407_693_298_153_101_46),
        (3, 0.503_477_440_693_296),
        (4, 0.134_496_211_903_422_76),
        (5, 0.036_007_281_796_091_01),
        (6, -0.020_117_627_781_084_65),
        (7, -0.113_853_154_616_296_3),
        (8, -0.144_662_486_253_191_86),
    ];
    for (number, expected) in runs {
        let labels: Vec<usize> = (0..150).map(|row| row * number / 150).collect();
        near(&[width(&values, 4, &labels)], &[expected], 1e-12);
    }
}

#[test]
fn c16_iris_clusters_are_those_of_scikit_learn_for_two_to_eight() {
    // scikit-learn 1.9.1, `KMeans(k, n_init=200, tol=0)`: inertia and `silhouette_score` of the labels.
    let expected = [
        (2, 152.347_951_760_357_9, 0.681_046_169_211_746_2),
        (3, 78.851_441_426_146, 0.552_819_012_356_409_5),
        (4, 57.228_473_214_285_72, 0.498_050_504_997_287_37),
        (5, 46.446_182_051_282_065, 0.488_748_887_093_105_6),
        (6, 39.039_987_246_087_26, 0.364_834_003_967_002_55),
        (7, 34.298_229_665_071_78, 0.358_829_445_096_568_5),
        (8, 29.988_943_950_786_055, 0.351_934_071_522_801),
    ];
    let (values, _) = iris();
    let rows = Rows::new(&values, 4).unwrap();
    for (number, inertia, silhouette) in expected {
        let settings = Settings { restarts: 300, tolerance: 0.0, ..Settings::new(number, 11) };
        let clusters = fit(rows, &settings).unwrap();
        near(&[clusters.inertia, width(&values, 4, &clusters.labels)], &[inertia, silhouette], 1e-9);
    }
}

#[test]
fn c16_iris_has_two_clusters_by_silhouette() {
    let (values, _) = iris();
    let choice = choose(Rows::new(&values, 4).unwrap(), &Settings::new(99, 3), Sampling::default()).unwrap();
    assert_eq!(choice.clusters.sizes, [97, 53]);
    assert_eq!(choice.silhouettes.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    near(&[choice.silhouettes[0].1.unwrap()], &[0.681_046_169_211_746_2], 1e-9);
}

#[test]
fn c16_equal_silhouettes_give_fewer_clusters() {
    // The corners of a square: two clusters are two sides. For each corner a = 1 and b = (1 + √2)/2, more clusters leave
    // rows alone: with three, half of them count 0 and the others lie between two single ones, b = 1 = a, so 0.
    let square = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let choice = choose(Rows::new(&square, 2).unwrap(), &Settings::new(2, 1), ALL).unwrap();
    let middle = (1.0 + 2f64.sqrt()) / 2.0;
    near(&[choice.silhouettes[0].1.unwrap()], &[(middle - 1.0) / middle], 1e-12);
    assert_eq!((choice.silhouettes[1].1, choice.silhouettes[2].1), (Some(0.0), Some(0.0)));
    assert_eq!(choice.clusters.sizes, [2, 2]);
    assert_eq!(choice.silhouettes[3], (5, None), "there are no five clusters of four rows");
    // Three rows, all equally far from each other: 0 for two clusters and for three.
    let corners = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    let tied = choose(Rows::new(&corners, 3).unwrap(), &Settings::new(2, 1), ALL).unwrap();
    assert_eq!((tied.silhouettes[0].1, tied.silhouettes[1].1), (Some(0.0), Some(0.0)));
    assert_eq!(tied.clusters.sizes, [2, 1]);
    // Two rows are alone in two clusters: 0; and no more to be had.
    let two = choose(Rows::new(&[0.0, 1.0], 1).unwrap(), &Settings::new(2, 1), ALL).unwrap();
    assert_eq!((two.clusters.sizes.len(), two.silhouettes[0].1, two.silhouettes[1].1), (2, Some(0.0), None));
}

#[test]
fn c16_without_contrast_there_is_one_cluster() {
    for rows in [1, 5000] {
        let values = vec![2.0; rows * 3];
        let choice = choose(Rows::new(&values, 3).unwrap(), &Settings::new(2, 1), Sampling::default()).unwrap();
        assert_eq!(choice.clusters.sizes, [rows]);
        assert!(choice.silhouettes.iter().all(|(_, width)| width.is_none()));
    }
    let values = [1.0, 2.0];
    let rows = Rows::new(&values, 1).unwrap();
    assert_eq!(silhouette(rows, &[3, 3], ALL), Ok(None));
    assert_eq!(silhouette(rows, &[0, 1], Sampling { at_most: 0, seed: 1 }), Ok(None));
    assert_eq!(silhouette(rows, &[0], ALL), Err(Unusable::Mismatched { found: 1, expected: 2 }));
    // Alike, and yet in two clusters: neither apart nor together.
    assert_eq!(silhouette(Rows::new(&[1.0; 4], 1).unwrap(), &[0, 0, 1, 1], ALL), Ok(Some(0.0)));
}

#[test]
fn c16_a_sample_tells_the_silhouette_of_all_rows() {
    // Three lumps of a lattice; a sample of 1,000 of 6,000 rows has to come near the value of all of them.
    let values: Vec<f64> =
        (0..6000).map(|row: u32| f64::from(row % 3) * 10.0 + f64::from(row / 3 % 17) * 0.3).collect();
    let labels: Vec<usize> = (0..6000).map(|row| row % 3).collect();
    let rows = Rows::new(&values, 1).unwrap();
    let sampled = |seed| silhouette(rows, &labels, Sampling { at_most: 1000, seed }).unwrap().unwrap();
    near(&[sampled(1), sampled(2)], &[width(&values, 1, &labels); 2], 0.02);
    assert_eq!(sampled(1).to_bits(), sampled(1).to_bits());
}

#[test]
fn c16_jaccard_similarities_by_hand() {
    // Given {0, 1, 2} and {3, 4}, found {0, 1} and {2, 3, 4}: 2 of 3 shared, 2 of 3 shared.
    near(&best_jaccard(&[(0, 0), (0, 0), (0, 1), (1, 1), (1, 1)], 2), &[2.0 / 3.0; 2], 1e-15);
    // Found as they are under other names; nobody of the third was drawn.
    near(&best_jaccard(&[(0, 5), (0, 5), (1, 0)], 3), &[1.0, 1.0, 0.0], 0.0);
    // Given {0, 1, 2, 3}, found in halves; one of the halves with {4} too: max(2/4, 2/5).
    near(&best_jaccard(&[(0, 0), (0, 0), (0, 1), (0, 1), (1, 1)], 2), &[0.5, 1.0 / 3.0], 1e-15);
    assert_eq!(best_jaccard(&[], 2), [0.0, 0.0]);
    // Row 0 twice, row 2 never; given {0, 1} and {2, 3}.
    assert_eq!(once_each(&[0, 0, 1, 3], &[0, 0, 1, 1], &[2, 2, 2, 0]), [(0, 2), (0, 2), (1, 0)]);
}

#[test]
fn c16_iris_stability_is_that_of_an_independent_program() {
    // Hennig's scheme in Python over scikit-learn's KMeans: 600 resamples, 2,000 for five clusters. One resample deviates by
    // up to 0.25, so the means of both programs together by up to 0.01.
    let expected: [&[f64]; 3] =
        [&[0.995_9, 0.992_4], &[0.930_6, 1.0, 0.916_4], &[0.924_1, 0.881_5, 0.910_2, 0.833_5, 0.821_0]];
    let (values, _) = iris();
    let rows = Rows::new(&values, 4).unwrap();
    for similarity in expected {
        let settings = Settings::new(similarity.len(), 2);
        let clusters = fit(rows, &Settings { restarts: 100, ..settings }).unwrap();
        let resampling = Resampling { resamples: 1000, ..Resampling::default() };
        let found = stability(rows, &clusters, &settings, resampling).unwrap();
        near(&found.similarity, similarity, 0.03);
    }
}

#[test]
fn c16_verdicts_follow_hennigs_rule_of_thumb() {
    use Verdict::{Doubtful, Stable, Unstable};
    assert_eq!(
        [0.0, 0.599, 0.6, 0.749, 0.75, 1.0].map(Verdict::of),
        [Unstable, Unstable, Doubtful, Doubtful, Stable, Stable]
    );
    assert_eq!(Verdict::of(f64::NAN), Unstable);
}

#[test]
fn c16_lumps_are_stable_and_halves_of_a_lump_are_not() {
    let settings = Settings::new(2, 1);
    let resampling = Resampling { resamples: 40, at_most: 300, seed: 4 };
    let lumps: Vec<f64> = (0..1000).map(|row: u32| f64::from(row % 2) * 1000.0 + f64::from(row % 13)).collect();
    let rows = Rows::new(&lumps, 1).unwrap();
    let found = stability(rows, &fit(rows, &settings).unwrap(), &settings, resampling).unwrap();
    assert_eq!((found.similarity, found.resamples), (vec![1.0, 1.0], 40));
    // A circle can be halved along any diameter. Two halvings at a random angle, up to 90°, share 1 − t of each half, the
    // similarity is (1 − t)/(1 + t) with t even from 0 to ½: on average 4·ln(3/2) − 1 = 0.62.
    let point = |row: u32| <[f64; 2]>::from((f64::from(row) * std::f64::consts::TAU / 300.0).sin_cos());
    let circle: Vec<f64> = (0..300).flat_map(point).collect();
    let rows = Rows::new(&circle, 2).unwrap();
    let found = stability(rows, &fit(rows, &settings).unwrap(), &settings, Resampling { resamples: 200, ..resampling });
    near(&found.unwrap().similarity, &[0.62, 0.62], 0.06);
}

#[test]
fn c16_stability_takes_any_input() {
    let settings = Settings::new(2, 1);
    for values in [vec![1.0], vec![5.0; 50], vec![1.0, 2.0]] {
        let rows = Rows::new(&values, 1).unwrap();
        let clusters = fit(rows, &settings).unwrap();
        let resampling = Resampling { resamples: 0, at_most: 0, seed: 0 };
        let found = stability(rows, &clusters, &settings, resampling).unwrap();
        assert_eq!((found.similarity.len(), found.resamples), (clusters.sizes.len(), 1));
        assert!(found.similarity.iter().all(|value| (0.0..=1.0).contains(value)));
        let mut wrong = clusters.clone();
        wrong.labels[0] = 9;
        assert!(stability(rows, &wrong, &settings, resampling).is_err());
        wrong.labels.pop();
        assert!(stability(rows, &wrong, &settings, resampling).is_err());
    }
}
