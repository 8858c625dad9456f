//! Similar items, recommendations and replenishment: worked by hand, and cosines by numpy.

use std::collections::HashSet;

use super::support::{Kind, close, on_threads};
use super::{
    Exclusions, Neighbours, Over, Purchases, Reason, Recommendation, Recommender, Replenishment, Similarity, Wish, due,
    neighbours,
};

/// No shrinking, nothing left out.
const PLAIN: Similarity = Similarity { over: Over::Customers, shrinkage: 0.0, least: 1, neighbours: 100, widest: 0 };

const NO_REPLENISHMENT: Wish = Wish { n: 10, new_only: false, replenish: None };

/// Each of items 1, 2 and 3 with three of four customers, each two of them with two.
fn four_customers() -> Purchases {
    let rows: [(u32, &[u32]); 4] = [(1, &[1, 2, 3]), (2, &[1, 3]), (3, &[2, 3]), (4, &[1, 2])];
    Purchases::of(rows.into_iter().flat_map(|(customer, items)| items.iter().map(move |item| (customer, 5, *item))))
}

fn items(list: &[Recommendation]) -> Vec<u32> {
    list.iter().map(|offer| offer.item).collect()
}

fn list_of(customer: u32, exclusions: &Exclusions, wish: Wish) -> Vec<Recommendation> {
    let purchases = four_customers();
    let near = neighbours(&purchases, &PLAIN);
    Recommender { neighbours: &near, exclusions, wish }.list(&purchases, customer, 6)
}

#[test]
fn similarity_is_the_shrunk_cosine() {
    // Item 1 with customers 1, 2, 3; item 2 with 1, 2, 4; item 3 with 3 only.
    let rows = [(1, 0, 1), (1, 0, 2), (2, 3, 1), (2, 9, 2), (2, 9, 1), (3, 0, 1), (3, 1, 3), (4, 0, 2)];
    let purchases = Purchases::of(rows);
    let near = neighbours(&purchases, &PLAIN);
    // To twelve decimals.
    let told = |similarity: f64| (similarity * 1e12).round() / 1e12;
    let of = |near: &Neighbours, item: u32| -> Vec<(u32, f64, u32)> {
        near.of(item).iter().map(|found| (found.item, told(found.similarity), found.common)).collect()
    };
    assert_eq!(near.items(), [1, 2, 3]);
    assert_eq!(of(&near, 1), [(2, told(2.0 / 3.0), 2), (3, told(1.0 / 3f64.sqrt()), 1)]);
    assert_eq!(of(&near, 2), [(1, told(2.0 / 3.0), 2)]);
    assert_eq!(of(&near, 4), []);
    // Shrunk with λ = 2: 2/3 · 2/4 and 1/√3 · 1/3.
    let shrunk = neighbours(&purchases, &Similarity { shrinkage: 2.0, ..PLAIN });
    close(shrunk.of(1)[0].similarity, 1.0 / 3.0);
    close(shrunk.of(1)[1].similarity, 1.0 / (3.0 * 3f64.sqrt()));
    // On the same day only customer 1 has both (and customer 2 on day 9): item 1 on 4 days, item 2 on 3, together on 2.
    let days = neighbours(&purchases, &Similarity { over: Over::Days, ..PLAIN });
    assert_eq!(of(&days, 1), [(2, told(2.0 / 12f64.sqrt()), 2)]);
    assert_eq!(of(&days, 3), []);
    // Limits: two customers in common; one neighbour; customers with two items at most.
    assert_eq!(of(&neighbours(&purchases, &Similarity { least: 2, ..PLAIN }), 1).len(), 1);
    assert_eq!(of(&neighbours(&purchases, &Similarity { neighbours: 1, ..PLAIN }), 1), [(2, told(2.0 / 3.0), 2)]);
    assert_eq!(neighbours(&purchases, &Similarity { widest: 1, ..PLAIN }).items(), [2]);
}

#[test]
fn equal_cosines_of_different_counts_are_ties() {
    // Item 9 has customers 1 to 3, item 4 the same and six more: 3/√27. Item 5 has two of them and two more: 2/√12. In
    // floats the second is greater by the last bit, and item 4 would not come first.
    assert!(3.0 / 27f64.sqrt() < 2.0 / 12f64.sqrt());
    let nine = [1, 2, 3].map(|customer| (customer, 0, 9)).into_iter().chain((1..10).map(|customer| (customer, 0, 4)));
    let purchases = Purchases::of(nine.chain([1, 2, 20, 21].map(|customer| (customer, 0, 5))));
    let near = neighbours(&purchases, &PLAIN);
    let found: Vec<(u32, u32)> = near.of(9).iter().map(|found| (found.item, found.common)).collect();
    assert_eq!(found, [(4, 3), (5, 2)]);
}

#[test]
fn cosines_are_those_of_numpy() {
    // numpy 2.4.6 on the 0/1 matrix of 300 customers and 25 items, λ = 5, by tests/fixtures/expected_baskets.py.
    let pairs = Kind { seed: 31, baskets: 300, items: 25, widest: 8 }.pairs();
    let purchases = Purchases::of(pairs.iter().map(|(customer, item)| (*customer, 0, *item)));
    let near = on_threads(|| neighbours(&purchases, &Similarity { shrinkage: 5.0, ..PLAIN }));
    type Best = [(u32, f64, u32); 4];
    let expected: [(u32, Best); 3] = [
        (
            0,
            [
                (4, 0.3037800060255213, 32),
                (11, 0.27282649942912035, 24),
                (1, 0.27257088343020686, 30),
                (3, 0.2517992141756045, 26),
            ],
        ),
        (
            3,
            [
                (0, 0.2517992141756045, 26),
                (8, 0.24394095380803668, 22),
                (4, 0.23945723466246352, 23),
                (9, 0.20658115333442809, 18),
            ],
        ),
        (
            17,
            [
                (0, 0.25069444444444444, 19),
                (4, 0.17176074016905243, 13),
                (1, 0.14964675953030962, 12),
                (9, 0.14111125222243392, 10),
            ],
        ),
    ];
    for (item, best) in expected {
        for (found, (neighbour, similarity, common)) in near.of(item).iter().zip(best) {
            assert_eq!((found.item, found.common), (neighbour, common), "{item}");
            close(found.similarity, similarity);
        }
    }
    let sum: f64 = near.items().iter().flat_map(|item| near.of(*item)).map(|found| found.similarity).sum();
    close(sum, 57.286_359_515_177_246);
}

#[test]
fn scores_are_sums_and_the_strongest_source_is_the_reason() {
    let list = list_of(4, &Exclusions::default(), NO_REPLENISHMENT);
    // All similarities are 2/3. Item 3 from items 1 and 2; items 1 and 2 from each other; the smaller id is first.
    assert_eq!(list.iter().map(|offer| (offer.rank, offer.item)).collect::<Vec<_>>(), [(1, 3), (2, 1), (3, 2)]);
    close(list[0].score, 4.0 / 3.0);
    close(list[1].score, 2.0 / 3.0);
    let two_thirds = 2.0 / 3.0;
    assert_eq!(list[0].reason, Reason::Similar { source: 1, similarity: two_thirds });
    assert_eq!(list[1].reason, Reason::Similar { source: 2, similarity: two_thirds });
    assert_eq!(items(&list_of(4, &Exclusions::default(), Wish { n: 2, ..NO_REPLENISHMENT })), [3, 1]);
    assert_eq!(list_of(5, &Exclusions::default(), NO_REPLENISHMENT), [], "a stranger");
}

#[test]
fn equal_scores_that_were_reached_in_different_ways_are_ties() {
    // Customer 1 has items 1 to 4. Item 8 is with each of 1, 2 and 3 once, 3 and 6 customers each: 3 · 1/√18. Item 9 is
    // with 4 once, 1 and 2 customers: 1/√2, the same number. Summed in floats the first is smaller by the last bit.
    let once = (1.0 / 18f64).sqrt();
    assert!(once + once + once < 0.5f64.sqrt());
    let alone = (0..12).map(|at| (20 + at, 0, 1 + at % 3));
    let together = [(2, [1, 8]), (3, [2, 8]), (4, [3, 8]), (5, [4, 9])];
    let together = together.into_iter().flat_map(|(customer, items)| items.map(|item| (customer, 0, item)));
    let purchases = Purchases::of([1, 2, 3, 4].map(|item| (1, 0, item)).into_iter().chain(alone).chain(together));
    let near = neighbours(&purchases, &PLAIN);
    let (exclusions, wish) = (Exclusions::default(), Wish { new_only: true, ..NO_REPLENISHMENT });
    let list = Recommender { neighbours: &near, exclusions: &exclusions, wish }.list(&purchases, 1, 1);
    assert_eq!(items(&list), [8, 9]);
    list.iter().for_each(|offer| close(offer.score, 0.5f64.sqrt()));
}

#[test]
fn what_must_not_be_offered_is_not() {
    let ids = |ids: &[u32]| ids.iter().copied().collect::<HashSet<u32>>();
    let without = |exclusions: Exclusions| list_of(4, &exclusions, NO_REPLENISHMENT);
    // A durable is excluded for those who have it: item 3 is still offered.
    assert_eq!(items(&without(Exclusions { durables: ids(&[1, 3]), ..Exclusions::default() })), [3, 2]);
    assert_eq!(items(&without(Exclusions { unavailable: ids(&[3]), ..Exclusions::default() })), [1, 2]);
    // Item 1 came back: it is not offered, and item 3 stands on item 2 alone; what another gave back does not matter.
    let refunded = HashSet::from([(4, 1), (2, 3)]);
    let list = without(Exclusions { refunded, ..Exclusions::default() });
    assert_eq!(items(&list), [3]);
    assert_eq!(list[0].reason, Reason::Similar { source: 2, similarity: 2.0 / 3.0 });
    close(list[0].score, 2.0 / 3.0);
    assert_eq!(items(&list_of(4, &Exclusions::default(), Wish { new_only: true, ..NO_REPLENISHMENT })), [3]);
}

#[test]
fn an_item_is_due_after_its_own_median_interval() {
    let wanted = Replenishment::default();
    let score = |days: &[i32], today: i32| due(days, today, &wanted).map(|due| (due.median, due.since, due.score));
    // Every ten days, last on day 30: due from day 40 to day 60.
    let ten = [0, 10, 20, 30];
    assert_eq!(score(&ten, 39), None);
    assert_eq!(score(&ten, 40), Some((10.0, 10, 1.0)));
    assert_eq!(score(&ten, 60), Some((10.0, 30, 3.0)));
    assert_eq!(score(&ten, 61), None);
    // Intervals of 5, 30 and 7 days: the middle one is 7. Of 10 and 30: 20; of 1 and 2: one and a half.
    assert_eq!(score(&[0, 5, 35, 42], 56), Some((7.0, 14, 2.0)));
    assert_eq!(score(&[0, 10, 40], 60), Some((20.0, 20, 1.0)));
    assert_eq!(score(&[0, 1, 3], 6), Some((1.5, 3, 2.0)));
    // Two days tell one interval; what is bought after today is not known today.
    assert_eq!(score(&[0, 10], 20), None);
    assert_eq!(score(&[0, 10, 20, 30], 15), None);
    let late = Replenishment { factor: 1.5, ..wanted };
    assert_eq!(due(&ten, 44, &late), None);
    assert!(due(&ten, 45, &late).is_some());
}

#[test]
fn what_is_due_stands_in_front() {
    // Customer 1 buys item 7 every ten days and item 8 every five; both ended on day 20. Customers 2 and 3 have 7 and 9.
    let often = [0, 10, 20].map(|day| (1, day, 7)).into_iter().chain([10, 15, 20].map(|day| (1, day, 8)));
    let others = [(2, 1, 7), (2, 1, 9), (3, 1, 7), (3, 1, 9)];
    let purchases = Purchases::of(often.chain(others));
    let near = neighbours(&purchases, &PLAIN);
    let list = |wish: Wish, exclusions: &Exclusions| {
        let recommender = Recommender { neighbours: &near, exclusions, wish };
        let lists = on_threads(|| recommender.lists(&purchases, 30));
        assert_eq!(lists.iter().map(|(customer, _)| *customer).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(lists[0].1, recommender.list(&purchases, 1, 30));
        lists[0].1.clone()
    };
    let found = list(Wish::default(), &Exclusions::default());
    // Item 8 is two intervals late, item 7 one. Item 9 is next, by item 7: 2/√(3·2). Neither 7 nor 8 comes twice.
    assert_eq!(found.iter().map(|offer| (offer.rank, offer.item)).collect::<Vec<_>>(), [(1, 8), (2, 7), (3, 9)]);
    assert_eq!([found[0].score, found[1].score], [2.0, 1.0]);
    assert!(matches!(found[0].reason, Reason::Replenish(due) if due.since == 10));
    close(found[2].score, 2.0 / 6f64.sqrt());
    let one = Replenishment { places: 1, ..Replenishment::default() };
    // Item 7 may still stand among the similar: by item 8 (1/√3), behind item 9.
    let one = list(Wish { replenish: Some(one), ..Wish::default() }, &Exclusions::default());
    assert_eq!(items(&one), [8, 9, 7]);
    let unavailable = HashSet::from([8]);
    assert_eq!(items(&list(Wish::default(), &Exclusions { unavailable, ..Exclusions::default() })), [7, 9]);
    assert_eq!(items(&list(Wish { new_only: true, ..Wish::default() }, &Exclusions::default())), [9]);
    assert_eq!(items(&list(Wish { n: 1, ..Wish::default() }, &Exclusions::default())), [8]);
}
