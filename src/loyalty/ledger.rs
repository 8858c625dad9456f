//! The ledger of one person's points: a pure fold over what happened, in order. Nothing is ever changed; what takes points
//! away or gives them back is an entry of its own.
//!
//! Every entry touches one lot: the points that came in at one time, with the day from which they can be used and the last day
//! they are good for. What was used or taken back beyond all lots is held in a lot of its own, the debt, and whatever comes in
//! later pays it first; so a debt and other points never stand side by side.

use std::collections::HashMap;

use jiff::Span;
use jiff::civil::{Date, DateTime, date};

pub use super::entries::{Entry, EntryKind, Event, Kind, Ledger, Line, Lot, Note, Points};
use crate::project::Lasts;
use crate::project::programme::{Expiry, Version};

const WHOLE: i128 = 100;

/// Folds the events of one person, sorting them first, and lets points expire until `today`, when those whose last day was
/// before it have ended.
pub fn fold(versions: &[Version], events: &mut [Event], today: Date) -> Ledger {
    events.sort_by(|a, b| (a.at, a.kind, &a.id, &a.order).cmp(&(b.at, b.kind, &b.id, &b.order)));
    let sales = events.iter().filter(|event| event.kind == Kind::Sale);
    let mut teller = Teller {
        versions,
        events,
        ledger: Ledger::default(),
        orders: HashMap::new(),
        early: sales.map(|sale| (sale.order.as_str(), Vec::new())).collect(),
        open: Vec::new(),
        debt: None,
        next_expiry: None,
        clock: DateTime::MIN,
    };
    for at in 0..events.len() {
        teller.post(at);
    }
    teller.expire(today.to_datetime(jiff::civil::Time::midnight()));
    teller.ledger
}

/// What is left of a sale.
struct Order {
    event: usize,
    /// Of each line, hundredths of the project currency.
    kept: Vec<i64>,
    /// Points due for what is kept.
    due: Points,
    /// The lot of its points.
    lot: Option<usize>,
    /// Points used in it, by lot, in the order in which they were taken; what has come back is taken off.
    used: Vec<(usize, Points)>,
    came_back: Points,
}

struct Teller<'a> {
    versions: &'a [Version],
    events: &'a [Event],
    ledger: Ledger,
    orders: HashMap<&'a str, Order>,
    /// Sales that have not come yet, with the refunds of them that have.
    early: HashMap<&'a str, Vec<usize>>,
    /// Places of the lots that hold points, and of some that no longer do.
    open: Vec<usize>,
    /// Place of the debt's lot.
    debt: Option<usize>,
    /// No lot ends before it.
    next_expiry: Option<Date>,
    clock: DateTime,
}

impl<'a> Teller<'a> {
    fn post(&mut self, at: usize) {
        let event = &self.events[at];
        self.expire(event.at);
        self.clock = event.at;
        match event.kind {
            Kind::Sale => self.sale(at),
            Kind::Refund => match self.orders.remove(event.order.as_str()) {
                Some(mut order) => {
                    self.refund(at, &mut order);
                    self.orders.insert(event.order.as_str(), order);
                }
                None => match self.early.get_mut(event.order.as_str()) {
                    Some(waiting) => waiting.push(at),
                    None => self.flag(at, event.at, Note::RefundWithoutSale),
                },
            },
            Kind::Redeem => {
                self.redeem(at);
            }
            Kind::Opening => self.carry(at, EntryKind::Opening),
            Kind::Merge => self.carry(at, EntryKind::Merge),
            Kind::Adjust => self.carry(at, EntryKind::Adjust),
        }
    }

    fn sale(&mut self, at: usize) {
        let event = &self.events[at];
        let used = if event.points > 0 { self.redeem(at) } else { Vec::new() };
        let kept: Vec<i64> = event.lines.iter().map(|line| line.amount).collect();
        let due = self.due(at, &kept);
        let version = &self.versions[event.version];
        let pending = version.earn.map_or(0, |earn| earn.pending_days);
        let last = last_day(event.at.date(), version.expiry);
        let times = Times { available: later(event.at.date(), pending), expires: last, ends: last };
        let lot = (due > 0).then(|| self.credit(at, EntryKind::Earn, due, times));
        let mut order = Order { event: at, kept, due, lot, used, came_back: 0 };
        for refund in self.early.remove(event.order.as_str()).unwrap_or_default() {
            self.flag(refund, event.at, Note::RefundBeforeSale);
            self.refund(refund, &mut order);
        }
        self.orders.insert(event.order.as_str(), order);
    }

    /// Whole points for what is kept of a sale, by the rules of its day: rounded down once, over all its lines.
    fn due(&self, sale: usize, kept: &[i64]) -> Points {
        let event = &self.events[sale];
        let Some(earn) = self.versions[event.version].earn else { return 0 };
        let weighed = event.lines.iter().zip(kept).fold(0_i128, |sum, (line, kept)| {
            sum.saturating_add(i128::from(*kept).saturating_mul(i128::from(line.factor)))
        });
        // Hundredths × millionths × millionths of points by millionths of the currency: 10⁸ to one point.
        let divisor = i128::from(earn.amount).saturating_mul(100_000_000);
        let points = weighed.saturating_mul(i128::from(earn.points)).max(0) / divisor.max(1);
        Points::try_from(points.saturating_mul(WHOLE)).unwrap_or(Points::MAX / 4 / 100 * 100)
    }

    fn refund(&mut self, at: usize, order: &mut Order) {
        let event = &self.events[at];
        let sale = &self.events[order.event];
        let before: i64 = positive(&order.kept);
        let over = take_off(&mut order.kept, &sale.lines, &event.lines);
        if over > 0 {
            let note = if before == 0 { Note::RefundAgain } else { Note::RefundTooLarge };
            self.flag(at, self.clock, note);
        }
        self.give_back(at, order);
        self.expire(self.clock);
        let due = self.due(order.event, &order.kept);
        let back = order.due - due;
        order.due = due;
        if back > 0 {
            self.take((at, EntryKind::Reverse), back, order.lot);
        }
    }

    /// Points used in the sale come back in the share of what was paid back, the last taken first.
    fn give_back(&mut self, at: usize, order: &mut Order) {
        let sale = &self.events[order.event];
        let total: i64 = positive(&sale.lines.iter().map(|line| line.amount).collect::<Vec<_>>());
        let kept = positive(&order.kept);
        let target = if kept == 0 {
            sale.points
        } else {
            let share = i128::from(sale.points) * i128::from(total - kept) / i128::from(total.max(1));
            Points::try_from(share / WHOLE * WHOLE).unwrap_or(0)
        };
        let mut missing = target - order.came_back;
        order.came_back = order.came_back.max(target);
        while missing > 0
            && let Some((lot, used)) = order.used.last_mut()
        {
            let points = missing.min(*used);
            *used -= points;
            missing -= points;
            let lot = self.ledger.lots[*lot];
            if order.used.last().is_some_and(|(_, used)| *used == 0) {
                order.used.pop();
            }
            let expiry = self.versions[sale.version].expiry;
            let times = if lot.is_debt {
                let today = self.clock.date();
                let last = last_day(today, expiry);
                Times { available: today, expires: last, ends: last }
            } else {
                // Points that come back twice have their grace once.
                let grace = lot.ends.map(|day| later(day, expiry.grace_days));
                Times { available: lot.available, expires: lot.expires.max(grace), ends: lot.ends }
            };
            self.credit(at, EntryKind::Restore, points, times);
        }
    }

    /// Takes the points of the event; what they were taken from.
    fn redeem(&mut self, at: usize) -> Vec<(usize, Points)> {
        let points = self.events[at].points;
        let (taken, overdrawn) = self.take((at, EntryKind::Redeem), points, None);
        if overdrawn {
            self.flag(at, self.clock, Note::Overdrawn);
        }
        taken
    }

    fn carry(&mut self, at: usize, kind: EntryKind) {
        let event = &self.events[at];
        if event.points >= 0 {
            let day = event.at.date();
            let expiry = self.versions[event.version].expiry;
            let last = last_day(day, expiry);
            self.credit(at, kind, event.points, Times { available: day, expires: last, ends: last });
        } else {
            let (_, overdrawn) = self.take((at, kind), event.points.saturating_neg(), None);
            // Points carried to another card may leave before those that come from it arrive.
            if overdrawn && kind == EntryKind::Adjust {
                self.flag(at, self.clock, Note::Overdrawn);
            }
        }
    }

    /// Puts points into a new lot; a debt is paid from them at once.
    fn credit(&mut self, event: usize, kind: EntryKind, points: Points, times: Times) -> usize {
        let Times { available, expires, ends } = times;
        let part = self.ledger.lots.iter().rev().take_while(|lot| lot.event == event).count();
        let lot = self.ledger.lots.len();
        self.ledger.lots.push(Lot { event, part, available, expires, ends, remaining: 0, is_debt: false });
        self.open.push(lot);
        self.entry((event, kind), points, lot);
        let owed = self.debt.map_or(0, |debt| self.ledger.lots[debt].remaining.saturating_neg());
        let paid = owed.min(points);
        if let Some(debt) = self.debt
            && paid > 0
        {
            self.entry((event, EntryKind::Settle), -paid, lot);
            self.entry((event, EntryKind::Settle), paid, debt);
        }
        if paid < points {
            self.next_expiry = [self.next_expiry, expires].into_iter().flatten().min();
        }
        lot
    }

    /// Takes points: from `first`, then from what can be used and ends first, then from what cannot be used yet, and then as a
    /// debt. Gives what was taken from where, and whether some of it could not be used yet or was not there.
    fn take(
        &mut self,
        cause: (usize, EntryKind),
        points: Points,
        first: Option<usize>,
    ) -> (Vec<(usize, Points)>, bool) {
        let today = self.clock.date();
        let lots = &self.ledger.lots;
        self.open.retain(|at| lots[*at].remaining > 0);
        let mut open = self.open.clone();
        open.sort_unstable_by_key(|at| {
            let lot = &lots[*at];
            let pending = lot.available > today;
            let ends = lot.expires.unwrap_or(Date::MAX);
            (Some(*at) != first, pending, if pending { lot.available } else { ends }, lot.available, *at)
        });
        let (mut missing, mut overdrawn, mut taken) = (points, false, Vec::new());
        for lot in open {
            if missing == 0 {
                break;
            }
            let part = missing.min(self.ledger.lots[lot].remaining);
            overdrawn |= self.ledger.lots[lot].available > today;
            self.entry(cause, -part, lot);
            taken.push((lot, part));
            missing -= part;
        }
        if missing > 0 {
            let debt = self.debt_lot(cause.0);
            self.entry(cause, -missing, debt);
            taken.push((debt, missing));
        }
        (taken, overdrawn || missing > 0)
    }

    fn debt_lot(&mut self, event: usize) -> usize {
        if let Some(debt) = self.debt {
            return debt;
        }
        let today = self.clock.date();
        let debt = self.ledger.lots.len();
        self.ledger.lots.push(Lot {
            event,
            part: 0,
            available: today,
            expires: None,
            ends: None,
            remaining: 0,
            is_debt: true,
        });
        self.debt = Some(debt);
        debt
    }

    /// Ends what was good for days before `now` only.
    fn expire(&mut self, now: DateTime) {
        let today = now.date();
        if self.next_expiry.is_none_or(|day| day >= today) {
            return;
        }
        let lots = &self.ledger.lots;
        let ends = |at: usize| lots[at].expires.filter(|day| *day < today && lots[at].remaining > 0);
        let mut due: Vec<(Date, usize)> = self.open.iter().filter_map(|at| Some((ends(*at)?, *at))).collect();
        due.sort_unstable();
        for (day, lot) in due {
            let midnight = later(day, 1).to_datetime(jiff::civil::Time::midnight());
            // What came back with its last day already over ends at once, not before it came.
            self.clock = self.clock.max(midnight);
            let Lot { event, remaining, .. } = self.ledger.lots[lot];
            self.entry((event, EntryKind::Expire), -remaining, lot);
        }
        let lots = &self.ledger.lots;
        self.open.retain(|at| lots[*at].remaining > 0);
        self.next_expiry = self.open.iter().filter_map(|at| lots[*at].expires).min();
    }

    fn entry(&mut self, (event, kind): (usize, EntryKind), points: Points, lot: usize) {
        let remaining = &mut self.ledger.lots[lot].remaining;
        *remaining = remaining.saturating_add(points);
        self.ledger.entries.push(Entry { at: self.clock, kind, points, lot: Some(lot), event, note: None });
    }

    fn flag(&mut self, event: usize, at: DateTime, note: Note) {
        self.ledger.entries.push(Entry { at, kind: EntryKind::Flag, points: 0, lot: None, event, note: Some(note) });
    }
}

fn positive(amounts: &[i64]) -> i64 {
    amounts.iter().filter(|amount| **amount > 0).fold(0, |sum, amount| sum.saturating_add(*amount))
}

/// Takes what was paid back off the lines of the sale: all of the same products first, then what is over of the others, in
/// their order. Gives what was more than there was.
fn take_off(kept: &mut [i64], sold: &[Line], paid_back: &[Line]) -> i64 {
    let mut missing: Vec<i64> = paid_back.iter().map(|line| line.amount.max(0)).collect();
    for same in [true, false] {
        for (line, missing) in paid_back.iter().zip(&mut missing) {
            for (kept, sold) in kept.iter_mut().zip(sold) {
                if *missing > 0 && *kept > 0 && (!same || sold.sku == line.sku) {
                    let part = (*missing).min(*kept);
                    *kept -= part;
                    *missing -= part;
                }
            }
        }
    }
    positive(&missing)
}

/// From when to when points can be used.
#[derive(Debug, Clone, Copy)]
struct Times {
    available: Date,
    expires: Option<Date>,
    ends: Option<Date>,
}

fn later(day: Date, days: u32) -> Date {
    day.checked_add(Span::new().days(i64::from(days))).unwrap_or(Date::MAX)
}

/// The last day of points that came in on a day.
#[must_use]
pub fn last_day(from: Date, expiry: Expiry) -> Option<Date> {
    let number = i64::from(expiry.number);
    let months = |day: Date| day.checked_add(Span::new().months(number)).ok();
    match expiry.lasts {
        Lasts::Never => None,
        Lasts::Months => months(from),
        Lasts::EndOfMonth => months(from).map(Date::last_of_month),
        Lasts::EndOfYear => {
            let year = i64::from(from.year()) + number;
            i16::try_from(year).ok().filter(|year| *year < 9999).map(|year| date(year, 12, 31))
        }
    }
}
