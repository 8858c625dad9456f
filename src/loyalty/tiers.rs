//! The course of one person through the tiers: up at once, down at a review by one step, after days of grace.
//!
//! A pure fold over the days on which something may change: days with sales, the first days of new rules, reviews, and ends of
//! grace.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, date};

use crate::project::TierWindow;
use crate::project::programme::{Level, Programme};

/// Why a spell began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The first one, in the lowest tier.
    Start,
    Up,
    Down,
    /// The tier was renamed or taken out of the rules.
    Rules,
}

impl Cause {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Cause::Start => "start",
            Cause::Up => "up",
            Cause::Down => "down",
            Cause::Rules => "rules",
        }
    }
}

/// A time in one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    pub tier: String,
    /// 1 = lowest.
    pub number: usize,
    pub from: Date,
    pub cause: Cause,
    /// Qualifying spend on the first day, hundredths of the project currency.
    pub spend: i64,
    /// Reviews at which the tier was kept.
    pub kept: u32,
}

/// All spells of a person and how the last one stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub spells: Vec<Spell>,
    /// Day of the next review; `None` in the lowest tier.
    pub review_on: Option<Date>,
    /// Last day on which the tier can still be kept, where a review has failed.
    pub grace_until: Option<Date>,
    /// First day whose spend counts at the review that comes next, or that has failed.
    pub review_from: Option<Date>,
}

/// Spend by day, the days rising, in hundredths of the project currency; a refund stands on the day of its sale.
pub type Spend = (Date, i64);

/// Follows a person from the first day to `until`, that day included. Spend after `until` does not count.
#[must_use]
pub fn follow(programme: &Programme, first: Date, spend: &[Spend], until: Date) -> Course {
    let mut walk = Walk::new(programme, first, spend);
    let days = spend.iter().map(|(day, _)| *day);
    let rules = programme.versions.iter().filter_map(|version| version.from);
    let fixed: BTreeSet<Date> =
        std::iter::once(first).chain(days).chain(rules).filter(|day| (first..=until).contains(day)).collect();
    let mut fixed = fixed.into_iter().peekable();
    loop {
        let due = walk.due().filter(|due| *due <= until);
        let next = match (fixed.peek().copied(), due) {
            (Some(day), Some(due)) => day.min(due),
            (Some(day), None) => day,
            (None, Some(due)) => due,
            (None, None) => break,
        };
        if fixed.peek() == Some(&next) {
            fixed.next();
        }
        walk.day(next);
    }
    walk.course
}

struct Walk<'a> {
    programme: &'a Programme,
    /// Days and the spend up to and with each.
    sums: Vec<Spend>,
    course: Course,
}

impl<'a> Walk<'a> {
    fn new(programme: &'a Programme, first: Date, spend: &[Spend]) -> Walk<'a> {
        let mut sum = 0_i64;
        let sums = spend.iter().map(|(day, amount)| {
            sum = sum.saturating_add(*amount);
            (*day, sum)
        });
        let lowest = &programme.on(first).levels[0];
        let start = Spell { tier: lowest.name.clone(), number: 1, from: first, cause: Cause::Start, spend: 0, kept: 0 };
        let course = Course { spells: vec![start], review_on: None, grace_until: None, review_from: None };
        Walk { programme, sums: sums.collect(), course }
    }

    /// The day on which something happens by itself.
    fn due(&self) -> Option<Date> {
        self.course.grace_until.or(self.course.review_on)
    }

    fn day(&mut self, day: Date) {
        let levels = &self.programme.on(day).levels;
        self.keep_up_with_rules(day, levels);
        let spend = self.spend(self.window_begins(day), day);
        let reached = reached(levels, spend);
        if reached > self.last().number {
            self.enter(levels, reached, (day, Cause::Up, spend));
            self.set_review(day, true);
            return;
        }
        if let Some(end) = self.course.grace_until {
            let from = self.course.review_from.unwrap_or(day);
            if self.enough(levels, self.spend(from, day)) {
                self.keep();
            } else if day >= end {
                let lower = self.last().number - 1;
                self.enter(levels, lower, (day, Cause::Down, spend));
                self.set_review(day, false);
            }
        } else if self.course.review_on.is_some_and(|review| review <= day) {
            let from = self.course.review_from.unwrap_or(day);
            if self.enough(levels, self.spend(from, day)) {
                self.keep();
            } else {
                let grace = Span::new().days(i64::from(self.programme.grace_days));
                let end = day.checked_add(grace).unwrap_or(day);
                self.course.grace_until = Some(end);
                if end == day {
                    self.day(day);
                }
            }
        }
    }

    fn enough(&self, levels: &[Level], spend: i64) -> bool {
        levels.get(self.last().number - 1).is_none_or(|level| spend >= level.spend)
    }

    fn last(&self) -> &Spell {
        // `new` puts a spell there, and none is taken away.
        &self.course.spells[self.course.spells.len() - 1]
    }

    /// New rules may number the tier anew, or no longer know it: then its members are where their tier's spend would be.
    fn keep_up_with_rules(&mut self, day: Date, levels: &[Level]) {
        let last = self.last();
        if let Some(at) = levels.iter().position(|level| level.name == last.tier) {
            let number = at + 1;
            let at = self.course.spells.len() - 1;
            self.course.spells[at].number = number;
            if number == 1 {
                self.no_review();
            }
            return;
        }
        let before = day.yesterday().unwrap_or(day);
        let old = self.programme.on(before).levels.iter().find(|level| level.name == last.tier);
        let number = reached(levels, old.map_or(0, |level| level.spend));
        let spend = self.spend(self.window_begins(day), day);
        self.enter(levels, number, (day, Cause::Rules, spend));
        if number == 1 {
            self.no_review();
        } else if self.course.review_on.is_none() {
            self.set_review(day, true);
        }
    }

    fn enter(&mut self, levels: &[Level], number: usize, (from, cause, spend): (Date, Cause, i64)) {
        let level = &levels[(number - 1).min(levels.len() - 1)];
        self.course.spells.push(Spell { tier: level.name.clone(), number, from, cause, spend, kept: 0 });
    }

    /// The tier is kept; the next review is as far from the one that was due.
    fn keep(&mut self) {
        let at = self.course.spells.len() - 1;
        self.course.spells[at].kept += 1;
        let review = self.course.review_on;
        self.set_review(review.unwrap_or_else(|| self.last().from), false);
    }

    fn no_review(&mut self) {
        self.course.review_on = None;
        self.course.review_from = None;
        self.course.grace_until = None;
    }

    /// The review after one on `day`, or after a tier that was reached on it.
    fn set_review(&mut self, day: Date, reached: bool) {
        self.no_review();
        if self.last().number == 1 {
            return;
        }
        let months = Span::new().months(i64::from(self.programme.months));
        let (review, from) = match self.programme.window {
            TierWindow::Rolling => {
                let review = day.checked_add(months).ok();
                (review, review.and_then(|review| review.checked_sub(months).ok()?.tomorrow().ok()))
            }
            // What was reached in a year is valid to the end of the next; a review on 31 December is followed by one a
            // year later, and so is a step down in the days of grace after it.
            TierWindow::Calendar => {
                let year = day.year() + i16::from(reached || (day.month(), day.day()) == (12, 31));
                (year_end(year), (year < 9999).then(|| date(year, 1, 1)))
            }
        };
        self.course.review_on = review;
        self.course.review_from = from;
    }

    /// First day of the window that ends on `day`.
    fn window_begins(&self, day: Date) -> Date {
        match self.programme.window {
            TierWindow::Rolling => day
                .checked_sub(Span::new().months(i64::from(self.programme.months)))
                .and_then(jiff::civil::Date::tomorrow)
                .unwrap_or(Date::MIN),
            TierWindow::Calendar => day.first_of_year(),
        }
    }

    fn spend(&self, from: Date, to: Date) -> i64 {
        let up_to = |day: Date, with: bool| {
            let at = self.sums.partition_point(|(on, _)| if with { *on <= day } else { *on < day });
            at.checked_sub(1).map_or(0, |at| self.sums[at].1)
        };
        up_to(to, true).saturating_sub(up_to(from, false))
    }
}

fn year_end(year: i16) -> Option<Date> {
    (year < 9999).then(|| date(year, 12, 31))
}

/// Number of the highest tier whose spend is reached; everybody has reached the lowest.
fn reached(levels: &[Level], spend: i64) -> usize {
    levels.iter().rposition(|level| level.spend <= spend).map_or(1, |at| at + 1)
}
