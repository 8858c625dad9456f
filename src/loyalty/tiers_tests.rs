//! Courses through the tiers, worked out by hand.

use jiff::civil::{Date, date};

use super::{Course, follow};
use crate::project::programme::Programme;

const LEVELS: &str = "[[tiers.levels]]\nname = \"A\"\n[[tiers.levels]]\nname = \"B\"\nspend = 1000\n[[tiers.levels]]\nname = \"C\"\nspend = 5000\n";

fn programme(settings: &str) -> Programme {
    let config = crate::project::parse(&format!("{settings}{LEVELS}")).unwrap();
    Programme::of(&config.tiers, &config.loyalty).unwrap()
}

/// Amounts in whole units.
fn course(programme: &Programme, first: Date, spend: &[(Date, i64)], until: Date) -> Course {
    let spend: Vec<_> = spend.iter().map(|(day, amount)| (*day, amount * 100)).collect();
    follow(programme, first, &spend, until)
}

fn steps(course: &Course) -> Vec<(&str, String, &str)> {
    course.spells.iter().map(|spell| (spell.tier.as_str(), spell.from.to_string(), spell.cause.word())).collect()
}

/// 600 + 400 within twelve months reach B on the day of the second purchase: reaching the threshold exactly is enough. The
/// review a year later looks at 11 March 2025 to 10 March 2026: 400 of the day before it do not count, nothing is left, so 30 days
/// of grace end on 9 April and the tier with them.
#[test]
fn c45_up_at_once_and_down_after_grace() {
    let programme = programme("");
    let spend = [(date(2024, 5, 1), 600), (date(2025, 3, 10), 400)];
    let before = course(&programme, date(2024, 1, 1), &spend, date(2026, 4, 8));
    assert_eq!(steps(&before), [("A", "2024-01-01".into(), "start"), ("B", "2025-03-10".into(), "up")]);
    assert_eq!(before.review_on, Some(date(2026, 3, 10)));
    assert_eq!(before.review_from, Some(date(2025, 3, 11)));
    assert_eq!(before.grace_until, Some(date(2026, 4, 9)));
    let after = course(&programme, date(2024, 1, 1), &spend, date(2026, 4, 9));
    assert_eq!(steps(&after)[2], ("A", "2026-04-09".into(), "down"));
    assert_eq!((after.review_on, after.grace_until), (None, None));
    // Twelve months before 10 March 2025 begin on 11 March 2024: a purchase on 10 March 2024 would have been too early.
    let early = course(&programme, date(2024, 1, 1), &[(date(2024, 3, 10), 600), spend[1]], date(2025, 12, 31));
    assert_eq!(early.spells.len(), 1);
}

/// One purchase of 6,000 skips B; at the first review it still counts. At the second nothing is there, and the step down leads
/// to B, which is reviewed a year after the step.
#[test]
fn c45_one_step_down_at_a_time() {
    let programme = programme("");
    let spend = [(date(2024, 2, 29), 6000), (date(2024, 8, 1), 4999)];
    let found = course(&programme, date(2024, 2, 29), &spend, date(2025, 12, 31));
    // A year after 29 February is 28 February; twelve months before that begin on 29 February, so the first purchase counts.
    assert_eq!(found.review_from, Some(date(2025, 3, 1)));
    assert_eq!(steps(&found), [("A", "2024-02-29".into(), "start"), ("C", "2024-02-29".into(), "up")]);
    assert_eq!((found.spells[1].kept, found.review_on), (1, Some(date(2026, 2, 28))));
    // At that review 1 March 2025 to 28 February 2026 hold nothing: C until 30 March, then B for a year, then A.
    let later = course(&programme, date(2024, 2, 29), &spend, date(2027, 5, 1));
    assert_eq!(steps(&later)[2..], [("B", "2026-03-30".into(), "down"), ("A", "2027-04-29".into(), "down")]);
}

/// At the review 900 of 1,000 are there; 100 more on the last day of grace keep the tier, and the next review is a year after
/// the one that was due.
#[test]
fn c45_a_tier_can_be_kept_within_grace() {
    let programme = programme("");
    let spend = [(date(2025, 1, 15), 1000), (date(2025, 6, 1), 900), (date(2026, 2, 14), 100)];
    let found = course(&programme, date(2025, 1, 1), &spend, date(2026, 12, 31));
    assert_eq!(steps(&found)[1..], [("B", "2025-01-15".into(), "up")]);
    assert_eq!((found.spells[1].kept, found.review_on), (1, Some(date(2027, 1, 15))));
    let late = [spend[0], spend[1], (date(2026, 2, 15), 100)];
    let found = course(&programme, date(2025, 1, 1), &late, date(2026, 2, 20));
    assert_eq!(steps(&found)[2], ("A", "2026-02-14".into(), "down"));
}

/// Calendar years: reached in June 2025, kept to the end of 2026, when 2026 is looked at; 1,000 in December 2026 keep it for
/// another year. Without grace the step is on the day of the review.
#[test]
fn c45_calendar_years_count_from_january() {
    let programme = programme("[tiers]\nwindow = \"calendar\"\ngrace_days = 0\n");
    let spend = [(date(2024, 12, 31), 999), (date(2025, 1, 1), 1), (date(2025, 6, 10), 999)];
    let found = course(&programme, date(2024, 1, 1), &spend, date(2026, 12, 30));
    assert_eq!(steps(&found)[1..], [("B", "2025-06-10".into(), "up")]);
    assert_eq!((found.review_on, found.review_from), (Some(date(2026, 12, 31)), Some(date(2026, 1, 1))));
    let found = course(&programme, date(2024, 1, 1), &spend, date(2026, 12, 31));
    assert_eq!(steps(&found)[2], ("A", "2026-12-31".into(), "down"));
    let kept: Vec<_> = spend.iter().copied().chain([(date(2026, 12, 31), 1000)]).collect();
    let found = course(&programme, date(2024, 1, 1), &kept, date(2027, 6, 1));
    assert_eq!((found.spells.len(), found.spells[1].kept, found.review_on), (2, 1, Some(date(2027, 12, 31))));
}

/// A refund on the day of its sale takes the tier away as if it had never been reached; one that stands on a later day of
/// its own does not take back what was reached at once.
#[test]
fn c45_a_refund_counts_on_the_day_of_its_sale() {
    let programme = programme("");
    let found = course(&programme, date(2025, 1, 1), &[(date(2025, 2, 1), 0)], date(2025, 6, 1));
    assert_eq!(found.spells.len(), 1);
    let spend = [(date(2025, 2, 1), 1000), (date(2025, 3, 1), -1000)];
    let found = course(&programme, date(2025, 1, 1), &spend, date(2025, 6, 1));
    assert_eq!(found.spells.len(), 2);
}

/// From July on B needs 500 only: who has 700 goes up on the first of July without buying. From 2026 on there is no B: its
/// members are where their 500 would be, in A; nobody who was in C moves.
#[test]
fn c45_new_rules_count_from_their_day() {
    let levels = "[[tiers.levels]]\nname = \"A\"\n[[tiers.levels]]\nname = \"B\"\nspend = 1000\nuntil = \"2025-06-30\"\n\
        [[tiers.levels]]\nname = \"B\"\nspend = 500\nfrom = \"2025-07-01\"\nuntil = \"2025-12-31\"\n\
        [[tiers.levels]]\nname = \"C\"\nspend = 5000\n";
    let config = crate::project::parse(levels).unwrap();
    let programme = Programme::of(&config.tiers, &config.loyalty).unwrap();
    let found = course(&programme, date(2025, 1, 1), &[(date(2025, 5, 5), 700)], date(2026, 1, 31));
    assert_eq!(
        steps(&found),
        [("A", "2025-01-01".into(), "start"), ("B", "2025-07-01".into(), "up"), ("A", "2026-01-01".into(), "rules")]
    );
    assert_eq!(found.review_on, None);
    let found = course(&programme, date(2025, 1, 1), &[(date(2025, 5, 5), 5000)], date(2026, 1, 31));
    assert_eq!((steps(&found).len(), found.spells[1].number), (2, 2));
}
