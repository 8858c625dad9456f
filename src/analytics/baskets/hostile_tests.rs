//! Input that nobody would send, and limits that make no sense: an answer, no panic, no flood of memory.

use super::support::on_threads;
use super::{
    Baskets, Exclusions, Mining, Over, Purchases, Reason, Recommender, Replenishment, RuleLimits, Similarity,
    Thresholds, TooMany, Trial, Wish, affinities, due, frequent, hit_rates, least_count, neighbours, rules,
};

const MAX: u32 = u32::MAX;

fn pairs(baskets: &Baskets) -> usize {
    affinities(baskets, &Thresholds::default()).len()
}

fn mining(least: u32, longest: usize) -> Mining {
    Mining { least, longest, most: 20_000 }
}

#[test]
fn nothing_gives_nothing() {
    let none = Baskets::of([]);
    assert!(none.is_empty() && none.items().is_empty());
    assert_eq!(pairs(&none), 0);
    assert_eq!(affinities(&Baskets::default(), &Thresholds { baskets: 0, per_item: Some(3) }).len(), 0);
    let sets = frequent(&none, &mining(0, 0)).unwrap();
    assert!(sets.is_empty() && rules(&sets, &RuleLimits { support: 0.0, confidence: 0.0 }).is_empty());
    assert_eq!(frequent(&Baskets::default(), &Mining { most: 0, ..Mining::default() }).unwrap().len(), 0);
    for nobody in [Purchases::default(), Purchases::of([])] {
        let near = neighbours(&nobody, &Similarity::default());
        assert_eq!(near.of(0), []);
        let exclusions = Exclusions::default();
        let recommender = Recommender { neighbours: &near, exclusions: &exclusions, wish: Wish::default() };
        assert_eq!((recommender.list(&nobody, 1, 1), recommender.lists(&nobody, 1)), (vec![], vec![]));
        let trial = Trial {
            purchases: &nobody,
            day: 0,
            similarity: Similarity::default(),
            wish: Wish::default(),
            exclusions: &exclusions,
        };
        assert_eq!(hit_rates(&trial), None);
    }
}

#[test]
fn one_item_has_no_partner() {
    let one = Baskets::of([(3, 8), (3, 8), (4, 8)]);
    assert_eq!(pairs(&one), 0);
    let sets = frequent(&one, &mining(0, 0)).unwrap();
    assert_eq!(sets.iter().map(|set| (set.items.to_vec(), set.baskets)).collect::<Vec<_>>(), [(vec![8], 2)]);
    assert_eq!(rules(&sets, &RuleLimits { support: 0.0, confidence: 0.0 }), []);
}

#[test]
fn a_basket_with_five_thousand_items_is_counted() {
    let wide = Baskets::of((0..5_000).map(|item| (0, item)).chain([(1, 4_998), (1, 4_999)]));
    let all = affinities(&wide, &Thresholds::default());
    assert_eq!(all.len(), 5_000 * 4_999 / 2);
    assert_eq!(all.iter().last().map(|pair| (pair.a, pair.b, pair.baskets)), Some((4_998, 4_999, 2)));
    assert_eq!(affinities(&wide, &Thresholds { baskets: 2, per_item: None }).len(), 1);
    let mine = |least, longest| frequent(&wide, &mining(least, longest)).map(|sets| sets.len());
    assert_eq!(mine(1, 0), Err(TooMany { most: 20_000 }));
    assert_eq!(mine(1, 2), Err(TooMany { most: 20_000 }));
    assert_eq!(mine(1, 1), Ok(5_000));
    assert_eq!(mine(2, 0), Ok(3));
}

#[test]
fn baskets_that_are_all_alike_have_lift_one() {
    let alike = Baskets::of((0..1_000).flat_map(|basket| (0..8).map(move |item| (basket, item))));
    let found = affinities(&alike, &Thresholds { baskets: 1_000, per_item: None });
    assert_eq!(found.len(), 28);
    assert!(found.iter().all(|pair| pair.lift == 1.0 && pair.support == 1.0 && pair.confidence_ba == 1.0));
    let sets = frequent(&alike, &mining(1_000, 0)).unwrap();
    assert_eq!(sets.len(), 255);
    let found = rules(&sets, &RuleLimits { support: 1.0, confidence: 1.0 });
    // Each of 8 items on the right of each set of the other 7, but the empty one.
    assert_eq!(found.len(), 8 * 127);
    assert!(found.iter().all(|rule| rule.measures.lift == 1.0 && rule.measures.leverage == 0.0));
    assert!(found.is_sorted_by(|x, y| (&x.left, x.right) < (&y.left, y.right)));
    // Forty items in every basket are 2^40 itemsets.
    let forty = Baskets::of((0..50).flat_map(|basket| (0..40).map(move |item| (basket, item))));
    assert_eq!(on_threads(|| frequent(&forty, &mining(50, 0))), Err(TooMany { most: 20_000 }));
}

#[test]
fn limits_of_nothing_everything_and_not_a_number() {
    let baskets = Baskets::of([(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]);
    assert_eq!(
        [0, 1, 2, 3, MAX].map(|baskets_with_both| {
            affinities(&baskets, &Thresholds { baskets: baskets_with_both, per_item: Some(usize::MAX) }).len()
        }),
        [1, 1, 1, 0, 0]
    );
    let sets = frequent(&baskets, &mining(0, usize::MAX)).unwrap();
    assert_eq!(sets.len(), 3);
    assert_eq!(frequent(&baskets, &mining(MAX, 0)).unwrap().len(), 0);
    let told = |support, confidence| rules(&sets, &RuleLimits { support, confidence }).len();
    assert_eq!([told(0.0, 0.0), told(-1.0, f64::NEG_INFINITY), told(0.0, 1.0), told(1.0, 0.0)], [2, 2, 1, 0]);
    assert_eq!([told(f64::NAN, 0.0), told(0.0, f64::NAN), told(0.0, f64::INFINITY)], [0, 0, 0]);
    assert_eq!(least_count(f64::NAN, 3), None);
}

#[test]
fn the_greatest_ids_cost_no_memory() {
    let far = Baskets::of([(MAX, MAX), (MAX, 0), (0, MAX), (0, MAX - 1), (MAX - 1, 0)]);
    assert_eq!(far.ids(), [0, MAX - 1, MAX]);
    assert_eq!(far.items(), [0, MAX - 1, MAX]);
    let found: Vec<(u32, u32)> = affinities(&far, &Thresholds::default()).iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(found, [(0, MAX), (MAX - 1, MAX)]);
    let sets = frequent(&far, &mining(1, 0)).unwrap();
    assert_eq!(sets.iter().last().map(|set| set.items.to_vec()), Some(vec![MAX - 1, MAX]));
    let purchases = Purchases::of([(MAX, i32::MAX, MAX), (MAX, i32::MIN, 0), (0, i32::MAX, MAX), (0, 0, 0)]);
    let near = neighbours(&purchases, &Similarity { least: 1, ..Similarity::default() });
    assert_eq!(near.of(MAX).iter().map(|found| found.item).collect::<Vec<_>>(), [0]);
}

#[test]
fn days_at_the_ends_of_time_do_not_overflow() {
    let wanted = Replenishment::default();
    let found = due(&[i32::MIN, 0, i32::MAX], i32::MAX, &Replenishment { factor: 0.0, ..wanted }).unwrap();
    // (2^31 + 2^31 − 1) / 2 days between purchases, the last one today.
    assert_eq!((found.median, found.since, found.score), (2_147_483_647.5, 0, 0.0));
    assert_eq!(due(&[i32::MIN, 0, i32::MAX], i32::MIN, &wanted), None);
    for odd in [f64::NAN, f64::INFINITY] {
        assert_eq!(due(&[0, 1, 2], 3, &Replenishment { factor: odd, ..wanted }), None);
    }
    assert_eq!(due(&[0, 1, 2], 3, &Replenishment { lapsed: f64::NAN, ..wanted }), None);
    assert_eq!(due(&[], 3, &wanted), None);
    assert_eq!(due(&[3], 3, &Replenishment { days: 0, ..wanted }), None);
    assert_eq!(due(&[3, 3, 3], 3, &wanted), None, "days that are not distinct");
    assert_eq!(due(&[9, 5, 1], 20, &wanted), None, "days in the wrong order");
}

#[test]
fn similarities_with_senseless_limits() {
    let purchases = Purchases::of([(1, 0, 1), (1, 0, 2), (2, 0, 1), (2, 0, 2)]);
    let near = |similarity: Similarity| neighbours(&purchases, &similarity).of(1).len();
    let plain = Similarity { least: 0, ..Similarity::default() };
    let shrunk = |shrinkage| near(Similarity { shrinkage, ..plain });
    assert_eq!([0.0, -5.0, f64::NAN, f64::MAX, f64::INFINITY].map(shrunk), [1, 1, 1, 1, 0]);
    assert_eq!(neighbours(&purchases, &Similarity { shrinkage: f64::NAN, ..plain }).of(1)[0].similarity, 1.0);
    assert_eq!([near(Similarity { neighbours: 0, ..plain }), near(Similarity { least: MAX, ..plain })], [0, 0]);
}

#[test]
fn a_customer_with_a_hundred_thousand_purchases() {
    // Buys 4,000 items on 25 days; the others buy two items each.
    let many = (0..100_000u32).map(|at| (7, (at / 4_000) as i32, at % 4_000));
    let others = (100..200).flat_map(|customer| [(customer, 3, customer % 5), (customer, 3, 4_000)]);
    let purchases = Purchases::of(many.clone().chain(others.clone()));
    let wide = Similarity { widest: 0, least: 1, ..Similarity::default() };
    let exclusions = Exclusions::default();
    for similarity in [wide, Similarity { over: Over::Days, ..wide }, Similarity::default()] {
        let near = neighbours(&purchases, &similarity);
        assert_eq!(near.of(4_000).iter().map(|found| found.item).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        let wish = Wish { replenish: None, new_only: true, ..Wish::default() };
        let list = Recommender { neighbours: &near, exclusions: &exclusions, wish }.list(&purchases, 7, 30);
        // By days the 50 nearest of every item he has are items he has.
        let expected: &[(u32, u32)] = if similarity.over == Over::Days { &[] } else { &[(4_000, 1)] };
        assert_eq!(list.iter().map(|offer| (offer.item, offer.rank)).collect::<Vec<_>>(), expected);
    }
    // A hundred thousand different items say nothing about each other and are passed over, but he gets his list.
    let all = Purchases::of((0..100_000).map(|item| (7, 0, item)).chain(others));
    let near = neighbours(&all, &Similarity::default());
    assert_eq!(near.items(), [0, 1, 2, 3, 4, 4_000]);
    let list = Recommender { neighbours: &near, exclusions: &exclusions, wish: Wish::default() }.list(&all, 7, 30);
    assert!(matches!(list[0].reason, Reason::Similar { source: 0, .. }) && list[0].item == 4_000);
    let trial =
        Trial { purchases: &purchases, day: 3, similarity: wide, wish: Wish::default(), exclusions: &exclusions };
    assert_eq!(hit_rates(&trial).map(|found| found.recommended.hits), Some(1));
}
