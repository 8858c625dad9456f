//! Ledgers worked out by hand, and what holds for every ledger.

use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;

use super::ledger::{EntryKind, Event, Kind, Ledger, Line, Note, Points, fold, last_day};
use crate::project::Lasts;
use crate::project::programme::{Earn, Expiry, Version};

fn version() -> Version {
    Version {
        number: 1,
        from: None,
        until: None,
        levels: Vec::new(),
        earn: Some(Earn { amount: 1_000_000, points: 1_000_000, pending_days: 15 }),
        expiry: Expiry { lasts: Lasts::Months, number: 24, grace_days: 30 },
        multipliers: Vec::new(),
    }
}

fn event(kind: Kind, id: &str, at: DateTime, points: i64) -> Event {
    Event { at, kind, id: id.into(), order: String::new(), version: 0, points: points * 100, lines: Vec::new() }
}

/// Whole units of money, one line each, all of ordinary points.
fn sale(id: &str, day: Date, amounts: &[(&str, i64)], used: i64) -> Event {
    let lines = amounts
        .iter()
        .map(|(sku, amount)| Line { sku: Some((*sku).into()), amount: amount * 100, factor: 1_000_000 })
        .collect();
    Event { order: id.into(), lines, ..event(Kind::Sale, id, day.at(12, 0, 0, 0), used) }
}

fn refund(id: &str, order: &str, day: Date, amounts: &[(&str, i64)]) -> Event {
    let lines = amounts.iter().map(|(sku, amount)| Line { sku: Some((*sku).into()), amount: amount * 100, factor: 0 });
    Event { order: order.into(), lines: lines.collect(), ..event(Kind::Refund, id, day.at(12, 0, 0, 0), 0) }
}

fn run(mut events: Vec<Event>, today: Date) -> Ledger {
    fold(&[version()], &mut events, today)
}

/// Kind, whole points and lot of every entry.
fn entries(ledger: &Ledger) -> Vec<(EntryKind, i64, Option<usize>)> {
    ledger.entries.iter().map(|entry| (entry.kind, entry.points / 100, entry.lot)).collect()
}

fn balance(ledger: &Ledger) -> Points {
    ledger.entries.iter().map(|entry| entry.points).sum()
}

fn notes(ledger: &Ledger) -> Vec<Note> {
    ledger.entries.iter().filter_map(|entry| entry.note).collect()
}

const MARCH: Date = date(2025, 3, 10);

/// 99.99 earn 99 points, usable fifteen days later, good until the same day 24 months later; they end the day after.
#[test]
fn c45_a_sale_earns_whole_points_that_end() {
    let mut events = vec![sale("T1", MARCH, &[("A", 0)], 0)];
    events[0].lines[0].amount = 9_999;
    let ledger = run(events.clone(), date(2027, 3, 10));
    assert_eq!(entries(&ledger), [(EntryKind::Earn, 99, Some(0))]);
    let lot = ledger.lots[0];
    assert_eq!((lot.available, lot.expires), (date(2025, 3, 25), Some(date(2027, 3, 10))));
    let ledger = run(events, date(2027, 3, 11));
    assert_eq!(entries(&ledger)[1..], [(EntryKind::Expire, -99, Some(0))]);
    assert_eq!(ledger.entries[1].at, date(2027, 3, 11).at(0, 0, 0, 0));
}

/// One point for every 30: 29.99 earn none, 30.00 earn one, and the rounding is once per order: 20 + 20 with the factor 1.5 are
/// 60 by 30, two points. 1 by 30 has no end as a decimal fraction and is still exact.
#[test]
fn c45_rounding_is_once_per_order_and_exact() {
    let earn = Some(Earn { amount: 30_000_000, points: 1_000_000, pending_days: 0 });
    let due = |lines: &[(i64, i64)]| {
        let mut event = sale("T", MARCH, &[], 0);
        event.lines =
            lines.iter().map(|(amount, factor)| Line { sku: None, amount: *amount, factor: *factor }).collect();
        balance(&fold(&[Version { earn, ..version() }], &mut [event], MARCH))
    };
    assert_eq!(due(&[(2_999, 1_000_000)]), 0);
    assert_eq!(due(&[(3_000, 1_000_000)]), 100);
    assert_eq!(due(&[(2_000, 1_500_000), (2_000, 1_500_000)]), 200);
    assert_eq!(due(&[(2_000, 1_000_000), (900, 1_000_000), (99, 1_000_000)]), 0);
    // A line of less than nothing is a discount; nothing at all is left below it.
    assert_eq!(due(&[(6_000, 1_000_000), (-3_000, 1_000_000)]), 100);
    assert_eq!(due(&[(3_000, 1_000_000), (-6_000, 1_000_000)]), 0);
    assert_eq!(due(&[(i64::MAX, i64::MAX), (i64::MAX, i64::MAX)]) % 100, 0);
}

/// 100 points good until June 2026 came later than 100 good until 2027: those of June are used first. 150 take all of them and
/// 50 of the others.
#[test]
fn c45_what_ends_first_is_used_first() {
    let short = Version { expiry: Expiry { lasts: Lasts::EndOfMonth, number: 3, grace_days: 30 }, ..version() };
    let mut events = vec![
        event(Kind::Opening, "O1", date(2026, 1, 1).at(0, 0, 0, 0), 100),
        Event { version: 1, ..event(Kind::Adjust, "A1", date(2026, 3, 5).at(9, 0, 0, 0), 100) },
        event(Kind::Redeem, "R1", date(2026, 6, 30).at(23, 59, 59, 0), 150),
    ];
    let ledger = fold(&[version(), short], &mut events, date(2026, 7, 1));
    assert_eq!(ledger.lots[1].expires, Some(date(2026, 6, 30)));
    assert_eq!(entries(&ledger)[2..], [(EntryKind::Redeem, -100, Some(1)), (EntryKind::Redeem, -50, Some(0))]);
    assert!(notes(&ledger).is_empty());
}

/// Bought for 100 and 50, the 50 go back: f(150) − f(100) = 50, from the lot of the sale, although it is still pending.
#[test]
fn c45_a_refund_takes_back_what_was_due_for_it() {
    let events =
        vec![sale("T1", MARCH, &[("A", 100), ("B", 50)], 0), refund("T2", "T1", date(2025, 3, 12), &[("B", 50)])];
    let ledger = run(events.clone(), MARCH);
    assert_eq!(entries(&ledger), [(EntryKind::Earn, 150, Some(0)), (EntryKind::Reverse, -50, Some(0))]);
    // Once more: nothing is left of B, so A gives; then nothing is left at all.
    let again = [events, vec![refund("T3", "T1", date(2025, 3, 13), &[("B", 120)])]].concat();
    let ledger = run(again.clone(), MARCH);
    assert_eq!((balance(&ledger), notes(&ledger)), (0, vec![Note::RefundTooLarge]));
    let ledger = run([again, vec![refund("T4", "T1", date(2025, 3, 14), &[("A", 1)])]].concat(), MARCH);
    assert_eq!((balance(&ledger), notes(&ledger)), (0, vec![Note::RefundTooLarge, Note::RefundAgain]));
}

/// 0.50 + 0.50 = 1 point; taking back one half takes the point: 1 − floor(0.5) = 1. The second half takes nothing more.
#[test]
fn c45_halves_of_a_point_go_with_the_first_refund() {
    let half = |id: &str, day| {
        let mut event = refund(id, "T1", day, &[("A", 0)]);
        event.lines[0].amount = 50;
        event
    };
    let mut first = sale("T1", MARCH, &[("A", 0), ("A", 0)], 0);
    first.lines.iter_mut().for_each(|line| line.amount = 50);
    let ledger = run(vec![first, half("T2", date(2025, 3, 11)), half("T3", date(2025, 3, 12))], MARCH);
    assert_eq!(entries(&ledger), [(EntryKind::Earn, 1, Some(0)), (EntryKind::Reverse, -1, Some(0))]);
}

/// 200 opening points, 80 used in an order of 100. Three quarters of it go back: 60 of the used points come back, in a lot that
/// ends 30 days after the opening points, and of the 100 earned 75 are taken back. The rest follows with the rest.
#[test]
fn c45_used_points_come_back_with_their_end_and_grace() {
    let opening = event(Kind::Opening, "O1", date(2025, 1, 1).at(0, 0, 0, 0), 200);
    let events = vec![
        opening,
        sale("T1", MARCH, &[("A", 25), ("B", 75)], 80),
        refund("T2", "T1", date(2025, 3, 12), &[("B", 75)]),
        refund("T3", "T1", date(2025, 3, 20), &[("A", 25)]),
    ];
    let ledger = run(events, date(2025, 4, 1));
    assert_eq!(
        entries(&ledger),
        [
            (EntryKind::Opening, 200, Some(0)),
            (EntryKind::Redeem, -80, Some(0)),
            (EntryKind::Earn, 100, Some(1)),
            (EntryKind::Restore, 60, Some(2)),
            (EntryKind::Reverse, -75, Some(1)),
            (EntryKind::Restore, 20, Some(3)),
            (EntryKind::Reverse, -25, Some(1)),
        ]
    );
    assert_eq!(ledger.lots[0].expires, Some(date(2027, 1, 1)));
    assert_eq!((ledger.lots[2].expires, ledger.lots[2].available), (Some(date(2027, 1, 31)), date(2025, 1, 1)));
    assert_eq!(balance(&ledger), 20_000);
}

/// The used points would have ended a year before the refund, and their grace too: they come back and end at once.
#[test]
fn c45_what_comes_back_too_late_ends_at_once() {
    let short = Version { expiry: Expiry { lasts: Lasts::Months, number: 1, grace_days: 30 }, ..version() };
    let mut events = vec![
        event(Kind::Opening, "O1", date(2025, 3, 1).at(0, 0, 0, 0), 50),
        sale("T1", MARCH, &[("A", 10)], 50),
        refund("T2", "T1", date(2026, 3, 10), &[("A", 10)]),
    ];
    let ledger = fold(&[short], &mut events, date(2026, 3, 10));
    let late: Vec<_> = ledger.entries.iter().filter(|entry| entry.at.date() == date(2026, 3, 10)).collect();
    // The ten points of the sale ended in April 2025, so taking them back makes a debt.
    assert_eq!(
        late.iter().map(|entry| (entry.kind, entry.points / 100)).collect::<Vec<_>>(),
        [(EntryKind::Restore, 50), (EntryKind::Expire, -50), (EntryKind::Reverse, -10)]
    );
    assert_eq!(balance(&ledger), -1_000);
}

/// 30 pending points and 100 used: 30 and a debt of 70. The next sale of 100 pays it: 30 are left in its lot.
#[test]
fn c45_more_used_than_there_is_becomes_a_debt_that_is_paid_first() {
    let events = vec![
        sale("T1", MARCH, &[("A", 30)], 0),
        event(Kind::Redeem, "R1", date(2025, 3, 11).at(10, 0, 0, 0), 100),
        sale("T2", date(2025, 3, 12), &[("A", 100)], 0),
    ];
    let ledger = run(events, date(2025, 4, 1));
    assert_eq!(
        entries(&ledger),
        [
            (EntryKind::Earn, 30, Some(0)),
            (EntryKind::Redeem, -30, Some(0)),
            (EntryKind::Redeem, -70, Some(1)),
            (EntryKind::Flag, 0, None),
            (EntryKind::Earn, 100, Some(2)),
            (EntryKind::Settle, -70, Some(2)),
            (EntryKind::Settle, 70, Some(1)),
        ]
    );
    assert!(ledger.lots[1].is_debt);
    assert_eq!((ledger.lots[1].remaining, ledger.lots[2].remaining), (0, 3_000));
}

/// An order paid with points alone gives them back when it is refunded for nothing. What came back and is used and comes back
/// again has its grace once. Huge figures and a thousand of them are no harm.
#[test]
fn c45_odd_refunds_and_huge_figures() {
    let opening = event(Kind::Opening, "O1", date(2025, 1, 1).at(0, 0, 0, 0), 100);
    let ledger = run(
        vec![
            opening.clone(),
            sale("T1", MARCH, &[("A", 0)], 100),
            refund("T2", "T1", date(2025, 3, 11), &[("A", 0)]),
            sale("T3", date(2025, 3, 12), &[("A", 0)], 100),
            refund("T4", "T3", date(2025, 3, 13), &[("A", 0)]),
        ],
        date(2025, 4, 1),
    );
    assert_eq!(balance(&ledger), 10_000);
    let last = ledger.lots.iter().find(|lot| lot.remaining > 0).unwrap();
    assert_eq!((last.expires, last.ends), (Some(date(2027, 1, 31)), Some(date(2027, 1, 1))));
    assert!(notes(&ledger).is_empty());
    let most = i64::MAX / 100;
    let huge = (0..1_000_u32).map(|at| event(Kind::Redeem, &format!("R{at:04}"), MARCH.at(0, 0, 0, 0), most));
    let ledger = run(huge.chain([event(Kind::Adjust, "A", date(2025, 5, 1).at(0, 0, 0, 0), most)]).collect(), MARCH);
    assert_eq!(ledger.lots.iter().filter(|lot| lot.remaining < 0).count(), 1);
}

/// What is paid back goes to its own product first, even where another line of the refund has more than there is of its own.
#[test]
fn c45_a_refund_line_goes_to_its_own_product() {
    let mut sold = sale("T1", MARCH, &[("A", 100), ("B", 50)], 0);
    // B earns nothing, so taking all of it back takes no points; 20 of the 120 of A are too many.
    sold.lines[1].factor = 0;
    let ledger = run(vec![sold, refund("T2", "T1", date(2025, 3, 11), &[("A", 120), ("B", 50)])], MARCH);
    assert_eq!((balance(&ledger), notes(&ledger)), (0, vec![Note::RefundTooLarge]));
}

/// A refund dated a day before its sale is applied right after it; one whose sale never comes takes nothing.
#[test]
fn c45_refunds_without_a_sale_or_before_it_are_flagged() {
    let events = vec![
        refund("T0", "T1", date(2025, 3, 9), &[("A", 40)]),
        refund("T9", "T8", date(2025, 3, 9), &[("A", 40)]),
        sale("T1", MARCH, &[("A", 100)], 0),
    ];
    let ledger = run(events, MARCH);
    assert_eq!(balance(&ledger), 6_000);
    assert_eq!(notes(&ledger), [Note::RefundWithoutSale, Note::RefundBeforeSale]);
}

/// Carried from one card to another: what leaves comes in, less than nothing becomes a debt.
#[test]
fn c45_points_carried_between_cards_add_up() {
    let at = |minute| date(2025, 3, 1).at(8, minute, 0, 0);
    let ledger = run(vec![event(Kind::Merge, "M1", at(0), -40), event(Kind::Merge, "M2", at(0), 40)], MARCH);
    assert_eq!(balance(&ledger), 0);
    assert!(ledger.lots.iter().all(|lot| lot.remaining == 0));
}

/// 31 December 2024 + 2 months is the end of February; the end of the month, and the end of the year.
#[test]
fn c45_last_days() {
    let day = |lasts, number, from| last_day(from, Expiry { lasts, number, grace_days: 0 });
    assert_eq!(day(Lasts::Never, 9, MARCH), None);
    assert_eq!(day(Lasts::Months, 2, date(2024, 12, 31)), Some(date(2025, 2, 28)));
    assert_eq!(day(Lasts::EndOfMonth, 23, date(2025, 3, 10)), Some(date(2027, 2, 28)));
    assert_eq!(day(Lasts::EndOfYear, 1, date(2025, 3, 10)), Some(date(2026, 12, 31)));
    assert_eq!(day(Lasts::EndOfYear, 1200, date(9000, 1, 1)), None);
}

/// What a life of some years may hold: sales of up to three lines, refunds of some of them (also twice, also too large), points
/// used, adjusted, carried.
fn life() -> impl Strategy<Value = Vec<Event>> {
    let step = (0_u8..10, 0_i64..1_500, 0_i64..400, prop::collection::vec((0_u8..3, 1_i64..300), 1..4), 0_usize..6);
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut events: Vec<Event> = Vec::new();
        let mut sales: Vec<(String, Vec<(u8, i64)>)> = Vec::new();
        for (number, (what, days, points, lines, which)) in steps.into_iter().enumerate() {
            let day = date(2022, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let at = day.at(12, 0, 0, 0);
            let id = format!("E{number:02}");
            let named = |lines: &[(u8, i64)]| {
                lines.iter().map(|(sku, amount)| (["A", "B", "C"][usize::from(*sku)], *amount)).collect::<Vec<_>>()
            };
            events.push(match what {
                0..4 => {
                    sales.push((id.clone(), lines.clone()));
                    sale(&id, day, &named(&lines), if points % 3 == 0 { points } else { 0 })
                }
                4..6 if !sales.is_empty() => {
                    let (order, sold) = &sales[which % sales.len()];
                    let some = &sold[..1 + which % sold.len()];
                    refund(&id, order, day, &named(some))
                }
                6 => event(Kind::Redeem, &id, at, points),
                7 => event(Kind::Adjust, &id, at, points - 200),
                8 => event(Kind::Merge, &id, at, points - 200),
                _ => event(Kind::Opening, &id, at, points),
            });
        }
        events
    })
}

const LATER: Date = date(2030, 1, 1);

proptest! {
    #[test]
    fn c45_lots_add_up_and_nothing_is_both_used_and_expired(events in life()) {
        let ledger = run(events, LATER);
        prop_assert_eq!(balance(&ledger), ledger.lots.iter().map(|lot| lot.remaining).sum::<i64>());
        let mut at = DateTime::MIN;
        for entry in &ledger.entries {
            prop_assert!(entry.at >= at, "entries are in the order of time");
            at = entry.at;
        }
        for (place, lot) in ledger.lots.iter().enumerate() {
            let own: Vec<_> = ledger.entries.iter().filter(|entry| entry.lot == Some(place)).collect();
            prop_assert_eq!(own.iter().map(|entry| entry.points).sum::<i64>(), lot.remaining);
            if lot.is_debt {
                prop_assert!(lot.remaining <= 0);
                continue;
            }
            // Running down from what came in, a lot never goes below nothing, and ends once, with all that was left.
            let mut left = 0;
            for (number, entry) in own.iter().enumerate() {
                left += entry.points;
                prop_assert!(left >= 0 && (number == 0) == (entry.points >= 0));
                prop_assert!(entry.kind != EntryKind::Expire || (left == 0 && number + 1 == own.len()));
                if entry.kind == EntryKind::Redeem {
                    prop_assert!(lot.expires.is_none_or(|day| entry.at.date() <= day), "used after its end");
                }
            }
        }
    }

    #[test]
    fn c45_a_debt_and_other_points_never_stand_side_by_side(events in life(), days in 0_i64..2_000) {
        let today = date(2022, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let until: Vec<Event> = events.into_iter().filter(|event| event.at.date() <= today).collect();
        let ledger = run(until, today);
        let owed = ledger.lots.iter().any(|lot| lot.remaining < 0);
        prop_assert!(!owed || ledger.lots.iter().all(|lot| lot.remaining <= 0));
    }

    #[test]
    fn c45_the_order_of_reading_does_not_matter(events in life(), seed: u64) {
        let mut shuffled = events.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        prop_assert_eq!(run(events, LATER).entries, run(shuffled, LATER).entries);
    }

    /// What was posted by a day stays as it was when days go on.
    #[test]
    fn c45_the_ledger_only_grows(events in life(), days in 0_i64..2_000) {
        let today = date(2022, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        // A refund before its sale waits for it, and a sale that is not known yet makes it an orphan: both rewrite a flag.
        let tidy: Vec<Event> = events.iter().filter(|event| event.kind != Kind::Refund).cloned().collect();
        let early = run(tidy.iter().filter(|event| event.at.date() < today).cloned().collect(), today);
        let all = run(tidy, LATER);
        prop_assert_eq!(&all.entries[..early.entries.len()], &early.entries[..]);
    }

    /// An order given back in any number of parts leaves nothing: what it earned is gone, what was used in it is back, and what
    /// came back ends thirty days after what was taken.
    #[test]
    fn c45_a_full_refund_leaves_nothing(
        amounts in prop::collection::vec(1_i64..500, 1..5), used in 0_i64..300, opening in 300_i64..900, parts in 1_usize..4,
    ) {
        let skus = ["A", "B", "C", "D", "E"];
        let lines: Vec<_> = amounts.iter().enumerate().map(|(at, amount)| (skus[at], *amount)).collect();
        let mut events = vec![
            event(Kind::Opening, "O1", date(2025, 1, 1).at(0, 0, 0, 0), opening),
            sale("T1", MARCH, &lines, used),
        ];
        for part in 0..parts {
            // Every line in equal parts, the last with the rest.
            let share = |amount: i64| {
                let each = amount / parts as i64;
                if part + 1 == parts { amount - each * (parts as i64 - 1) } else { each }
            };
            let some: Vec<_> = lines.iter().map(|(sku, amount)| (*sku, share(*amount))).collect();
            events.push(refund(&format!("X{part}"), "T1", date(2025, 3, 11 + part as i8), &some));
        }
        let ledger = run(events, date(2025, 4, 1));
        prop_assert_eq!(balance(&ledger), opening * 100);
        let sum = |kind| ledger.entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.points).sum::<i64>();
        prop_assert_eq!(sum(EntryKind::Earn), -sum(EntryKind::Reverse));
        prop_assert_eq!(sum(EntryKind::Redeem), -sum(EntryKind::Restore));
        for lot in ledger.lots.iter().skip(1).filter(|lot| lot.remaining > 0) {
            prop_assert_eq!((lot.available, lot.expires), (date(2025, 1, 1), Some(date(2027, 1, 31))));
        }
        prop_assert!(notes(&ledger).is_empty());
    }
}
