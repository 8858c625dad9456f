//! The attacker and the suppression, on tables small enough to solve by hand.

use proptest::prelude::*;

use super::*;

const OURS: Promise = Promise { threshold: 10, base: 5 };

fn table(dimensions: &[&str], rows: &[(&[&str], Option<u64>)]) -> CountTable {
    let value = |text: &&str| (*text != "Σ").then(|| (*text).to_owned());
    CountTable {
        dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
        rows: rows
            .iter()
            .map(|(values, count)| (values.iter().map(value).collect(), count.map_or(Shown::Suppressed, Shown::Count)))
            .collect(),
    }
}

/// Exposed cells as (values in the order of the dimensions' names, why, lowest, highest).
fn found(tables: &[CountTable], promise: &Promise) -> Vec<(String, Why, u64, Option<u64>)> {
    let figures = Figures::of(tables);
    let attack = attack(&figures, promise).unwrap();
    assert!(!attack.contradictory);
    let name = |cell: usize| figures.cells[cell].0.values().cloned().collect::<Vec<_>>().join(" ");
    attack.exposed.iter().map(|found| (name(found.cell), found.why, found.lowest, found.highest)).collect()
}

#[test]
fn a_suppressed_cell_is_found_by_subtraction() {
    // 20 is 18 to 22, 15 is 13 to 17: the other is 18 − 17 = 1 to 22 − 13 = 9. "Suppressed" alone says 0 to 9.
    let rows: &[(&[&str], Option<u64>)] = &[(&["a"], Some(15)), (&["b"], None), (&["Σ"], Some(20))];
    assert_eq!(found(&[table(&["store"], rows)], &OURS), [("b".into(), Why::Suppressed, 1, Some(9))]);
    // Without rounding it is told outright.
    let exact: &[(&[&str], Option<u64>)] = &[(&["a"], Some(13)), (&["b"], None), (&["Σ"], Some(20))];
    let promise = Promise { threshold: 10, base: 1 };
    assert_eq!(found(&[table(&["store"], exact)], &promise), [("b".into(), Why::Suppressed, 7, Some(7))]);
    // The total stands in another table: the same.
    let parts = table(&["store"], &rows[..2]);
    let total = CountTable { dimensions: vec![], rows: vec![(vec![], Shown::Count(20))] };
    assert_eq!(found(&[parts.clone(), total], &OURS).len(), 1);
    assert_eq!(found(&[parts], &OURS), [], "without a total nothing can be subtracted");
}

#[test]
fn two_suppressed_cells_hide_each_other_unless_their_sum_is_small() {
    let rows = |total| [(&["a"][..], Some(15)), (&["b"], None), (&["c"], None), (&["Σ"], Some(total))];
    // b + c is 28 − 17 = 11 to 32 − 13 = 19: each may be anything from 0 to 19.
    assert_eq!(found(&[table(&["store"], &rows(30))], &OURS), []);
    // b + c is 1 to 9: none of them can be more than 9, and 0 to 9 is what the rule says already.
    assert_eq!(found(&[table(&["store"], &rows(20))], &OURS), []);
    // b + c is at most 17 − 13 = 4.
    let exposed = found(&[table(&["store"], &rows(15))], &OURS);
    assert_eq!(exposed, [("b".into(), Why::Suppressed, 0, Some(4)), ("c".into(), Why::Suppressed, 0, Some(4))]);
}

#[test]
fn rounded_counts_that_are_told_exactly_are_found() {
    // A published 10 is 10 to 12, because 8 and 9 would be suppressed. Four of them are 40 to 48, and 50 is 48 to 52: so
    // each is 12 and the total 48.
    let rows: &[(&[&str], Option<u64>)] =
        &[(&["a"], Some(10)), (&["b"], Some(10)), (&["c"], Some(10)), (&["d"], Some(10)), (&["Σ"], Some(50))];
    let exposed = found(&[table(&["store"], rows)], &OURS);
    let told: Vec<(Why, u64, Option<u64>)> = exposed.iter().map(|(_, why, low, high)| (*why, *low, *high)).collect();
    let twelve = (Why::Rounded, 12, Some(12));
    let mut expected = vec![twelve; 5];
    // The total has no dimension left, so its place is that of its row: the last.
    expected[4] = (Why::Rounded, 48, Some(48));
    assert_eq!(told, expected);
}

#[test]
fn counts_against_the_rules_are_found_without_any_sum() {
    let rows: &[(&[&str], Option<u64>)] =
        &[(&["a"], Some(5)), (&["b"], Some(12)), (&["c"], Some(10)), (&["d"], Some(0)), (&["e"], None)];
    assert_eq!(
        found(&[table(&["store"], rows)], &OURS),
        [
            ("a".into(), Why::BelowThreshold, 5, Some(5)),
            ("b".into(), Why::NotRounded, 12, Some(12)),
            ("d".into(), Why::BelowThreshold, 0, Some(0))
        ]
    );
}

#[test]
fn figures_that_do_not_add_up_prove_nothing() {
    let rows: &[(&[&str], Option<u64>)] = &[(&["a"], Some(15)), (&["b"], Some(15)), (&["Σ"], Some(50))];
    let attack = attack(&Figures::of(&[table(&["store"], rows)]), &OURS).unwrap();
    assert!(attack.contradictory);
    let nothing = super::attack(&Figures::default(), &OURS).unwrap();
    assert_eq!(nothing, Attack::default());
}

fn counts(rows: &[(&[&str], u64)], dimensions: &[&str]) -> Counts {
    Counts {
        dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
        counts: rows
            .iter()
            .map(|(values, count)| (values.iter().map(|value| (*value).to_owned()).collect(), *count))
            .collect(),
    }
}

#[test]
fn a_table_is_protected_with_the_fewest_smallest_partners() {
    //          m1   m2   Σ             published: m1   m2   Σ
    //   s1      3   20   23                        ×   20   25
    //   s2     40   50   90                       40   50   90
    //   Σ      43   70  113                       45   70  115
    // s1 m1 is 23 − 22 = 1 to 27 − 18 = 9: exposed. Its smallest partner is s1 m2, but the column still gives
    // 43 − 42 = 1 to 47 − 38 = 9; the next smallest in a sum with it is s2 m1. Then s1 m2 is 68 − 52 = 16 to 72 − 48 = 24
    // and s1 m1 is 23 − 24 < 0 to 27 − 16 = 11, more than 0 to 9: it is safe.
    let table =
        counts(&[(&["s1", "m1"], 3), (&["s1", "m2"], 20), (&["s2", "m1"], 40), (&["s2", "m2"], 50)], &["s", "t"]);
    let figures = protect(&table, &OURS).unwrap();
    let told: Vec<(String, Shown)> = figures
        .cells
        .iter()
        .map(|(cell, shown)| (cell.values().cloned().collect::<Vec<_>>().join(" "), *shown))
        .collect();
    let told = |name: &str| told.iter().find(|(cell, _)| cell == name).map(|(_, shown)| *shown);
    for hidden in ["s1 m1", "s1 m2", "s2 m1"] {
        assert_eq!(told(hidden), Some(Shown::Suppressed), "{hidden}");
    }
    for (cell, count) in [("s2 m2", 50), ("s1", 25), ("s2", 90), ("m1", 45), ("m2", 70), ("", 115)] {
        assert_eq!(told(cell), Some(Shown::Count(count)), "{cell}");
    }
}

#[test]
fn counts_are_rounded_to_the_nearest_multiple() {
    let told: Vec<u64> = [10, 12, 13, 17, 18].map(|count| OURS.rounded(count)).to_vec();
    assert_eq!(told, [10, 10, 15, 15, 20]);
    assert_eq!(Promise { threshold: 10, base: 10 }.rounded(15), 20);
}

/// Every pair of whole counts that fits, for a table of two cells and their total.
fn by_trying(shown: [Option<u64>; 3], promise: &Promise) -> Option<[(u64, u64); 2]> {
    let fits = |count: u64, shown: Option<u64>| match shown {
        None => true,
        Some(shown) => count >= promise.threshold && promise.rounded(count) == shown,
    };
    let mut range = [(u64::MAX, 0); 2];
    for a in 0..80 {
        for b in 0..80 {
            if fits(a, shown[0]) && fits(b, shown[1]) && fits(a + b, shown[2]) {
                range[0] = (range[0].0.min(a), range[0].1.max(a));
                range[1] = (range[1].0.min(b), range[1].1.max(b));
            }
        }
    }
    (range[0].0 != u64::MAX).then_some(range)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The linear program against trying every pair of counts.
    #[test]
    fn intervals_are_those_found_by_trying(a in 0u64..40, b in 0u64..40, hide in any::<[bool; 2]>()) {
        let shown = |count: u64, hide: bool| (count >= 10 && !hide).then(|| OURS.rounded(count));
        let seen = [shown(a, hide[0]), shown(b, hide[1]), shown(a + b, false)];
        let rows: [(&[&str], Option<u64>); 3] = [(&["a"], seen[0]), (&["b"], seen[1]), (&["Σ"], seen[2])];
        let figures = Figures::of(&[table(&["c"], &rows)]);
        let attack = attack(&figures, &OURS).unwrap();
        prop_assert!(!attack.contradictory);
        let tried = by_trying(seen, &OURS).unwrap();
        for (cell, (low, high)) in tried.into_iter().enumerate() {
            let exposed = attack.exposed.iter().find(|found| found.cell == cell);
            // The trial stops at 79; nothing that far out is narrow.
            let narrow = match seen[cell] {
                None if low >= 10 => high - low + 1 < 5,
                None => high - low + 1 < 10,
                Some(_) => low == high,
            };
            prop_assert_eq!(exposed.is_some(), narrow && high < 79, "{:?} {:?}", seen, exposed);
            if let Some(exposed) = exposed {
                prop_assert_eq!((exposed.lowest, exposed.highest), (low, Some(high)));
            }
        }
    }

    /// What is protected withstands the attack, hides every small count, and shows no true count that it should not.
    #[test]
    fn protected_tables_withstand_the_attack(values in proptest::collection::vec(0u64..60, 6..=12)) {
        let rows = values.iter().enumerate().map(|(at, count)| {
            (vec![format!("r{}", at / 3), format!("c{}", at % 3)], *count)
        });
        let table = Counts { dimensions: vec!["r".into(), "c".into()], counts: rows.collect() };
        let figures = protect(&table, &OURS).unwrap();
        let again = attack(&figures, &OURS).unwrap();
        prop_assert_eq!(&again, &Attack::default());
        for (cell, shown) in &figures.cells {
            let inside = |(values, _): &(&Vec<String>, &u64)| {
                cell.get("r").is_none_or(|r| *r == values[0]) && cell.get("c").is_none_or(|c| *c == values[1])
            };
            let count: u64 = table.counts.iter().filter(inside).map(|(_, count)| count).sum();
            if let Shown::Count(shown) = shown {
                prop_assert!(count >= 10 && shown.abs_diff(count) <= 2, "{:?} {} {}", cell, shown, count);
            }
        }
    }
}
