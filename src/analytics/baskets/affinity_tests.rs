//! Baskets and pairs: a table worked by hand, and counting every pair the slow way.

use std::collections::BTreeSet;

use super::support::{BEER, BREAD, COLA, DIAPERS, EGGS, Kind, MILK, as_sets, close, five_baskets, holding, on_threads};
use super::{Affinity, Baskets, Thresholds, affinities};

fn pairs(baskets: &Baskets, thresholds: Thresholds) -> Vec<Affinity> {
    affinities(baskets, &thresholds).iter().collect()
}

fn at_least(baskets: u32) -> Thresholds {
    Thresholds { baskets, per_item: None }
}

#[test]
fn baskets_are_the_same_in_any_order_and_with_doubles() {
    let sorted = [(1, 5), (1, 9), (2, 5), (7, 1), (7, 9)];
    let baskets = Baskets::of(sorted);
    assert_eq!(baskets.ids(), [1, 2, 7]);
    assert_eq!(baskets.items(), [1, 5, 9]);
    assert_eq!(baskets.counts(), [1, 2, 2]);
    assert_eq!(
        (0..4).map(|at| baskets.basket(at).collect::<Vec<_>>()).collect::<Vec<_>>(),
        [vec![5, 9], vec![5], vec![1, 9], vec![]]
    );
    for other in [[4, 1, 3, 0, 2], [1, 0, 2, 4, 3], [4, 3, 2, 1, 0]] {
        let shuffled = other.iter().flat_map(|at| [sorted[*at], sorted[*at]]);
        assert_eq!(Baskets::of(shuffled), baskets);
    }
}

#[test]
fn pairs_of_the_five_baskets_are_as_worked_by_hand() {
    let found = pairs(&five_baskets(), at_least(0));
    // Bread 4, milk 4, diapers 4, beer 3, eggs 1, cola 2 of 5 baskets. Milk and eggs, and eggs and cola never met.
    let expected = [
        (BREAD, MILK, 3),
        (BREAD, DIAPERS, 3),
        (BREAD, BEER, 2),
        (BREAD, EGGS, 1),
        (BREAD, COLA, 1),
        (MILK, DIAPERS, 3),
        (MILK, BEER, 2),
        (MILK, COLA, 2),
        (DIAPERS, BEER, 3),
        (DIAPERS, EGGS, 1),
        (DIAPERS, COLA, 2),
        (BEER, EGGS, 1),
        (BEER, COLA, 1),
    ];
    assert_eq!(found.iter().map(|pair| (pair.a, pair.b, pair.baskets)).collect::<Vec<_>>(), expected);
    // Diapers 4 and beer 3: 3/5; 3/4; 3/3; 5·3/(4·3).
    let beer = found[8];
    assert_eq!([beer.support, beer.confidence_ab, beer.confidence_ba, beer.lift], [0.6, 0.75, 1.0, 1.25]);
    // Bread 4 and milk 4: 5·3/(4·4).
    let milk = found[0];
    assert_eq!([milk.support, milk.confidence_ab, milk.confidence_ba, milk.lift], [0.6, 0.75, 0.75, 0.9375]);
    assert_eq!(pairs(&five_baskets(), at_least(3)).len(), 4);
    assert_eq!(pairs(&five_baskets(), at_least(4)), []);
}

#[test]
fn the_best_pairs_of_each_item_are_kept() {
    // Lifts: bread–eggs 5/4, diapers–eggs 5/4, beer–eggs 5/3, diapers–beer 5/4, milk–cola 5·2/(4·2) = 5/4, diapers–cola
    // 5/4, beer–cola 5/6, bread–milk 15/16, bread–diapers 15/16, milk–diapers 15/16, bread–beer 5/6, milk–beer 5/6,
    // bread–cola 5/8. The best of bread: eggs; of milk: cola; of diapers: 5/4 with beer (3 baskets), cola (2), eggs (1);
    // of beer: eggs; of eggs: beer; of cola: milk and diapers alike, both in 2 baskets: the smaller id.
    let best = pairs(&five_baskets(), Thresholds { baskets: 1, per_item: Some(1) });
    let ids: Vec<(u32, u32)> = best.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(ids, [(BREAD, EGGS), (MILK, COLA), (DIAPERS, BEER), (BEER, EGGS)]);
    assert_eq!(pairs(&five_baskets(), Thresholds { baskets: 1, per_item: Some(0) }), []);
    let all = pairs(&five_baskets(), Thresholds { baskets: 1, per_item: Some(5) });
    assert_eq!(all, pairs(&five_baskets(), at_least(1)));
}

#[test]
fn pairs_are_those_of_counting_every_pair() {
    for seed in 0..40 {
        // Few and many items, so that both ways of counting are used.
        let items = [3, 20, 90, 700][seed as usize % 4];
        let kind = Kind { seed, baskets: 60, items, widest: 9 };
        let least = 1 + seed as u32 % 3;
        let sets = as_sets(&kind.pairs());
        let all: Vec<u32> = sets.iter().flatten().copied().collect::<BTreeSet<u32>>().into_iter().collect();
        let mut expected = Vec::new();
        for a in &all {
            for b in all.iter().filter(|b| a < *b) {
                let both = holding(&sets, &[*a, *b]);
                if both >= least {
                    expected.push((*a, *b, both));
                }
            }
        }
        let found = on_threads(|| pairs(&kind.baskets(), at_least(least)));
        assert_eq!(found.iter().map(|pair| (pair.a, pair.b, pair.baskets)).collect::<Vec<_>>(), expected, "{seed}");
        for pair in found {
            let [a, b] = [pair.a, pair.b].map(|item| f64::from(holding(&sets, &[item])));
            let (both, total) = (f64::from(pair.baskets), sets.len() as f64);
            close(pair.support, both / total);
            close(pair.confidence_ab, both / a);
            close(pair.confidence_ba, both / b);
            close(pair.lift, both / total / (a / total * (b / total)));
        }
    }
}

#[test]
fn the_best_pairs_are_those_of_sorting_all() {
    for seed in 0..20 {
        let baskets = Kind { seed, baskets: 80, items: 30, widest: 8 }.baskets();
        let all = pairs(&baskets, at_least(2));
        let mut expected: BTreeSet<(u32, u32)> = BTreeSet::new();
        for item in baskets.items() {
            let mut own: Vec<&Affinity> = all.iter().filter(|pair| pair.a == *item || pair.b == *item).collect();
            // The lift of a pair is the same number from both sides; ties within an item are exact here.
            own.sort_by(|x, y| {
                let lift = if (x.lift - y.lift).abs() < 1e-12 { None } else { y.lift.partial_cmp(&x.lift) };
                let ids = |pair: &Affinity| pair.a + pair.b - item;
                lift.unwrap_or_else(|| y.baskets.cmp(&x.baskets).then(ids(x).cmp(&ids(y))))
            });
            expected.extend(own.iter().take(3).map(|pair| (pair.a, pair.b)));
        }
        let found = on_threads(|| pairs(&baskets, Thresholds { baskets: 2, per_item: Some(3) }));
        assert_eq!(found.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), Vec::from_iter(expected));
    }
}
