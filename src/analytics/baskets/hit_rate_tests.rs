//! Hit rates: worked by hand, against slow counting, and intervals by scipy and from print.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{Kind, Lcg, close, on_threads};
use super::{Exclusions, HitRates, Over, Paired, Purchases, Share, Similarity, Trial, Wish, hit_rates};

const PLAIN: Similarity = Similarity { over: Over::Customers, shrinkage: 0.0, least: 1, neighbours: 100, widest: 0 };

/// Before day 100: customers 1 and 2 have items 1 and 2, customer 3 item 1, customer 4 item 2, customer 5 item 3.
fn five_customers() -> Vec<(u32, i32, u32)> {
    let before = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (4, 2), (5, 3)].map(|(customer, item)| (customer, 99, item));
    let after = [(1, 9), (2, 1), (3, 2), (4, 1), (5, 1), (6, 1)].map(|(customer, item)| (customer, 100, item));
    [&before[..], &after[..]].concat()
}

fn tried(rows: &[(u32, i32, u32)], new_only: bool, n: usize) -> Option<HitRates> {
    let purchases = Purchases::of(rows.iter().copied());
    let wish = Wish { n, new_only, replenish: None };
    let exclusions = Exclusions::default();
    on_threads(|| {
        hit_rates(&Trial { purchases: &purchases, day: 100, similarity: PLAIN, wish, exclusions: &exclusions })
    })
}

fn counts(found: &HitRates) -> [u32; 5] {
    let difference = &found.difference;
    let both = [found.recommended.hits, found.best_sellers.hits];
    [found.recommended.of, both[0], both[1], difference.first_only, difference.second_only]
}

#[test]
fn lists_of_one_hit_as_worked_by_hand() {
    // Items 1 and 2 are alike, so the lists are 1, 1, 2, 1 and none: customers 2, 3 and 4 are hit. The best seller is item
    // 1 (as many customers as item 2, smaller id): it hits 2, 4 and 5. Customer 6 is new.
    let found = tried(&five_customers(), false, 1).unwrap();
    assert_eq!(counts(&found), [5, 3, 3, 1, 1]);
    assert_eq!(found.difference.mcnemar, Some(0.0));
    // New items only: customer 2 bought nothing new and is left out; lists are none, 2, 1, none. Best sellers not bought
    // before are 3, 2, 1 and 1, for customers 1, 3, 4 and 5.
    let found = tried(&five_customers(), true, 1).unwrap();
    assert_eq!(counts(&found), [4, 2, 3, 0, 1]);
    close(found.difference.difference, -0.25);
    // With three places the best sellers hit all but customer 1, who bought an unknown item.
    assert_eq!(counts(&tried(&five_customers(), false, 3).unwrap()), [5, 3, 4, 0, 1]);
    assert_eq!(counts(&tried(&five_customers(), false, 0).unwrap()), [5, 0, 0, 0, 0]);
}

#[test]
fn lists_know_nothing_of_later_days() {
    let mut rows = five_customers();
    // After the day everybody new buys items 3 and 1 together: a list that knew would hit customer 5.
    rows.extend((50..90).flat_map(|customer| [(customer, 100, 3), (customer, 101, 1)]));
    assert_eq!(tried(&rows, false, 1), tried(&five_customers(), false, 1));
    assert_eq!(tried(&[(1, 99, 1), (2, 100, 1)], false, 1), None, "nobody on both sides");
}

#[test]
fn what_is_due_and_what_is_excluded_counts() {
    let rows = [(1, 70, 7), (1, 80, 7), (1, 90, 7), (1, 100, 7), (2, 90, 8), (2, 100, 8)];
    let purchases = Purchases::of(rows);
    let rates = |exclusions: &Exclusions| {
        let wish = Wish { n: 1, ..Wish::default() };
        hit_rates(&Trial { purchases: &purchases, day: 100, similarity: PLAIN, wish, exclusions }).unwrap()
    };
    // Customer 1 is offered what is due; nothing is like item 8. Best seller: item 7 for both, with one customer each.
    assert_eq!(counts(&rates(&Exclusions::default())), [2, 1, 1, 0, 0]);
    // Item 7 is sold out: no list for customer 1, and item 8 becomes the best seller.
    let sold_out = Exclusions { unavailable: [7].into(), ..Exclusions::default() };
    assert_eq!(counts(&rates(&sold_out)), [2, 0, 1, 0, 1]);
}

/// Hits by the definition: all customers, all items, all pairs.
fn slowly(rows: &[(u32, i32, u32)], new_only: bool, n: usize) -> [u32; 5] {
    let mut sides: [BTreeMap<u32, BTreeSet<u32>>; 2] = Default::default();
    for (customer, day, item) in rows {
        sides[usize::from(*day >= 100)].entry(*customer).or_default().insert(*item);
    }
    let [before, after] = sides;
    let all: BTreeSet<u32> = before.values().flatten().copied().collect();
    let with = |items: &[u32]| before.values().filter(|own| items.iter().all(|item| own.contains(item))).count() as f64;
    let best = |mut scored: Vec<(f64, u32)>, own: &BTreeSet<u32>| -> BTreeSet<u32> {
        scored.retain(|(score, item)| *score > 0.0 && !(new_only && own.contains(item)));
        // Scores that differ by a rounding are the same score.
        scored.sort_by_key(|(score, item)| (-(score * 1e9).round() as i64, *item));
        scored.into_iter().take(n).map(|(_, item)| item).collect()
    };
    let mut found = [0; 5];
    for (customer, own) in &before {
        let Some(later) = after.get(customer) else { continue };
        let later: BTreeSet<u32> = later.iter().copied().filter(|item| !new_only || !own.contains(item)).collect();
        if later.is_empty() {
            continue;
        }
        let score = |item: u32| {
            let others = own.iter().filter(|source| **source != item);
            others.map(|source| with(&[*source, item]) / (with(&[*source]) * with(&[item])).sqrt()).sum::<f64>()
        };
        let ours = best(all.iter().map(|item| (score(*item), *item)).collect(), own);
        let sellers = best(all.iter().map(|item| (with(&[*item]), *item)).collect(), own);
        let (ours, sellers) = (!ours.is_disjoint(&later), !sellers.is_disjoint(&later));
        let counted = [true, ours, sellers, ours && !sellers, sellers && !ours];
        found.iter_mut().zip(counted).for_each(|(sum, counted)| *sum += u32::from(counted));
    }
    found
}

#[test]
fn hits_are_those_of_slow_counting() {
    for seed in 0..12 {
        let mut random = Lcg(seed + 500);
        let pairs = Kind { seed, baskets: 40, items: 15, widest: 8 }.pairs();
        let rows: Vec<(u32, i32, u32)> =
            pairs.into_iter().map(|(customer, item)| (customer, 50 + (random.next() % 80) as i32, item)).collect();
        for (new_only, n) in [(false, 2), (true, 2), (false, 5), (true, 1)] {
            let found = tried(&rows, new_only, n).unwrap();
            assert_eq!(counts(&found), slowly(&rows, new_only, n), "seed {seed}, new only {new_only}, {n} places");
        }
    }
}

#[test]
fn intervals_of_a_share_are_wilsons() {
    // scipy 1.17.1: binomtest(k, n).proportion_ci(0.95, method="wilson"), by tests/fixtures/expected_baskets.py.
    let expected = [
        (0, 10, 0.0, 0.27753279986288926),
        (3, 17, 0.061911266376209945, 0.4102945856883412),
        (48, 100, 0.384645517580519, 0.5768342223477604),
        (10, 10, 0.7224672001371109, 1.0),
        (812, 4310, 0.1770044404792144, 0.20034866216951128),
    ];
    for (hits, of, low, high) in expected {
        let share = Share::of(hits, of).unwrap();
        close(share.low, low);
        close(share.high, high);
        close(share.rate, f64::from(hits) / f64::from(of));
    }
    assert_eq!([Share::of(0, 0), Share::of(2, 1)], [None, None]);
}

#[test]
fn intervals_of_a_difference_are_tangos() {
    // R contingencytables 3.0.0, its own tests: Cavo et al. (2012), table 59, 6, 16, 80: −0.0621 (−0.1240 to −0.0054), McNemar Z =
    // −2.132.
    let printed = Paired::of(6, 16, 161).unwrap();
    let rounded = [printed.difference, printed.low, printed.high].map(|value| (value * 1e4).round());
    assert_eq!(rounded, [-621.0, -1240.0, -54.0]);
    assert_eq!((printed.mcnemar.unwrap() * 1e3).round(), -2132.0);
    // Limits from the likelihood maximised by scipy 1.17.1 (tests/fixtures/expected_baskets.py), which does not use the closed form of q.
    let expected = [
        (40, 20, 160, 0.03086453313636364, 0.2180642438737062),
        (3, 9, 32, -0.38969748767766244, 0.027090466113324187),
        (120, 75, 2000, 0.008900845707702758, 0.03640676245164269),
    ];
    for (b, c, n, low, high) in expected {
        let found = Paired::of(b, c, n).unwrap();
        assert!((found.low - low).abs() < 1e-8 && (found.high - high).abs() < 1e-8, "{found:?}");
        let other = Paired::of(c, b, n).unwrap();
        close(other.low, -found.high);
        close(other.high, -found.low);
        assert_eq!(found.low > 0.0 || found.high < 0.0, found.mcnemar.unwrap().abs() > 1.959_963_984_540_054);
    }
    // Nobody is hit by the second only: C = 0, and q = 0 where B > 0, that is for Δ > b/(2n − b), and so at the upper limit.
    // There T(Δ)² = z² is n²(b/n − Δ)² = z² nΔ(1 − Δ), and its greater root that of Wilson's equation.
    for (b, n) in [(7, 1000), (3, 4_000_000_000), (40, 160)] {
        let (found, share) = (Paired::of(b, 0, n).unwrap().high, Share::of(b, n).unwrap().high);
        assert!((found / share - 1.0).abs() < 1e-10, "{found} is not {share}");
    }
    // Nobody differs: by hand, z²/(n + z²).
    let none = Paired::of(0, 0, 50).unwrap();
    close(none.high, 0.07134759913335871);
    close(none.low, -0.07134759913335871);
    assert_eq!(none.mcnemar, None);
    assert_eq!([Paired::of(0, 0, 0), Paired::of(3, 3, 5), Paired::of(u32::MAX, 1, u32::MAX)], [None; 3]);
    for (b, c, n) in [(5, 0, 5), (0, 5, 5), (1, 0, 1), (u32::MAX, 0, u32::MAX), (7, 0, 1000)] {
        let found = Paired::of(b, c, n).unwrap();
        assert!(-1.0 <= found.low && found.low <= found.difference, "{found:?}");
        assert!(found.difference <= found.high && found.high <= 1.0, "{found:?}");
    }
}
