//! Who bought when and where, in the order of the till. An event is sixteen bytes; what stands on its receipt is
//! drawn again from the customer's own stream when it is written, so the memory of a run is the events alone
//! (about 40 MB for two million receipts), whatever the size of the files.

use rand::RngExt;

use super::World;
use super::calendar::second_of_day;
use super::customer::{Stream, Taste};
use super::text::DAY_SECONDS;

/// Customers who joined before the window did so within this many days.
const EARLIER_DAYS: f64 = 720.0;
const JOINED_EARLIER: f64 = 0.55;
/// Registered, never bought.
pub(super) const NEVER_BOUGHT: f64 = 0.04;
/// One anonymous purchase for three known ones: a quarter of all.
const ANONYMOUS_PER_PURCHASE: f64 = 1.0 / 3.0;
const REFUNDED: f64 = 0.028;
/// Set in the visit number of an anonymous purchase.
const ANONYMOUS: u16 = 1 << 15;
const NOT_A_REFUND: u32 = u32::MAX;

/// One receipt.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub store: u16,
    /// Seconds since the window's start.
    pub at: u32,
    /// Of a refund: when the sale was.
    sale_at: u32,
    /// The customer whose stream the receipt is drawn from, also of an anonymous one.
    pub customer: u32,
    pub visit: u16,
}

impl Event {
    pub(super) fn sale(store: u16, at: u32, customer: u32, visit: u16) -> Event {
        Event { store, at, sale_at: NOT_A_REFUND, customer, visit }
    }

    pub(super) fn day(self) -> u32 {
        self.at / DAY_SECONDS
    }

    pub(super) fn anonymous(self) -> bool {
        self.visit & ANONYMOUS != 0
    }

    /// The sale this event refunds.
    pub(super) fn refunded_sale(self) -> Option<Event> {
        (self.sale_at != NOT_A_REFUND).then_some(Event { at: self.sale_at, sale_at: NOT_A_REFUND, ..self })
    }
}

/// Something said about a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    /// Seconds since the window's start.
    pub at: u32,
    pub sale_at: u32,
    pub customer: u32,
    pub visit: u16,
    pub store: u16,
    pub kind: SaidKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SaidKind {
    Survey,
    Complaint,
    Praise,
    Suggestion,
}

/// All that happened, in order.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// By store, then time.
    pub receipts: Vec<Event>,
    /// By time.
    pub said: Vec<Said>,
}

impl Events {
    /// Lets every customer live through the window. `progress` is told the number of customers done.
    pub(super) fn draw(world: &World, customers: u32, progress: &mut dyn FnMut(u32)) -> Events {
        let mut events = Events::default();
        for customer in 0..customers {
            live(world, customer, &mut events);
            if customer % 1024 == 0 {
                progress(customer);
            }
        }
        events.receipts.sort_unstable();
        events.said.sort_unstable();
        events
    }

    /// The receipts of one store.
    pub(super) fn of_store(&self, store: u16) -> &[Event] {
        let start = self.receipts.partition_point(|event| event.store < store);
        let end = self.receipts.partition_point(|event| event.store <= store);
        &self.receipts[start..end]
    }
}

/// The number of a receipt on its day, from 1. `receipts` are those of its store.
pub(super) fn number_of_day(receipts: &[Event], event: Event) -> u64 {
    let first = receipts.partition_point(|other| other.at < event.day() * DAY_SECONDS);
    let own = receipts.partition_point(|other| *other < event);
    (own - first) as u64 + 1
}

/// When a customer's card was issued: the day of the first purchase, which may lie before the window.
pub(super) struct Joining {
    /// Operational days from the window's start.
    at: f64,
    pub never_bought: bool,
}

impl Joining {
    /// Always the first draw from the customer's stream of purchases.
    pub(super) fn draw(world: &World, rng: &mut impl RngExt) -> Joining {
        let share = rng.random::<f64>();
        let earlier = rng.random_bool(JOINED_EARLIER);
        let at = if earlier { -share * EARLIER_DAYS } else { share * f64::from(world.calendar.days()) };
        Joining { at, never_bought: rng.random_bool(NEVER_BOUGHT) }
    }

    /// Whether it was before the window.
    pub(super) fn earlier(&self) -> bool {
        self.at < 0.0
    }

    /// The day of the window, 0 for a customer from before it.
    pub(super) fn day(&self, world: &World) -> u32 {
        if self.at < 0.0 { 0 } else { world.calendar.day_at(self.at) }
    }

    pub(super) fn date(&self, world: &World) -> jiff::civil::Date {
        if self.at < 0.0 {
            world.calendar.date_from_start(self.at.floor() as i64)
        } else {
            world.calendar.date(self.day(world))
        }
    }
}

fn live(world: &World, customer: u32, events: &mut Events) {
    let mut rng = world.streams.of(Stream::Purchases, customer, 0);
    let joining = Joining::draw(world, &mut rng);
    if joining.never_bought {
        return;
    }
    let taste = world.taste(customer);
    let weeks = (f64::from(world.calendar.days()) - joining.at) / 7.0;
    let mut repeats = world.process.customer(&mut rng);
    let mut next = Some(0.0);
    let mut visit = 0;
    while let Some(after) = next {
        let operational = joining.at + after * 7.0;
        if operational >= 0.0 {
            visit += 1;
            purchase(world, &taste, Visit { customer, number: visit, operational }, &mut rng, events);
        }
        next = repeats.next(&mut rng, weeks);
    }
}

#[derive(Clone, Copy)]
struct Visit {
    customer: u32,
    number: u16,
    operational: f64,
}

/// One purchase with all that follows from it: a refund, something said, an anonymous purchase elsewhere.
fn purchase(world: &World, taste: &Taste, visit: Visit, rng: &mut impl RngExt, events: &mut Events) {
    let day = world.calendar.day_at(visit.operational);
    let elsewhere = rng.random_bool(0.13);
    let store = if elsewhere { world.chain.any(rng) } else { taste.home };
    let at = day * DAY_SECONDS + second_of_day(rng);
    let sale = Event::sale(world.chain.open_on(store, day, visit.customer), at, visit.customer, visit.number);
    events.receipts.push(sale);
    let refund_day = day + rng.random_range(1..=14);
    let refunded = rng.random_bool(REFUNDED) && refund_day < world.calendar.days();
    if refunded {
        let at = refund_day * DAY_SECONDS + second_of_day(rng);
        events.receipts.push(Event { at, sale_at: sale.at, ..sale });
    }
    speak(world, sale, refunded, rng, events);
    if rng.random_bool(ANONYMOUS_PER_PURCHASE) {
        let day = world.calendar.day_at(rng.random::<f64>() * f64::from(world.calendar.days()));
        events.receipts.push(Event {
            store: world.chain.open_on(world.chain.any(rng), day, visit.customer),
            at: day * DAY_SECONDS + second_of_day(rng),
            visit: visit.number | ANONYMOUS,
            ..sale
        });
    }
}

fn speak(world: &World, sale: Event, refunded: bool, rng: &mut impl RngExt, events: &mut Events) {
    let poor = 1.0 - world.chain.stores[usize::from(sale.store)].quality;
    let complains = if refunded { 0.22 } else { 0.006 * (0.4 + poor) };
    let draw = rng.random::<f64>();
    let kind = if draw < complains {
        SaidKind::Complaint
    } else if draw < complains + 0.004 * (2.2 - poor) {
        SaidKind::Praise
    } else if draw < complains + 0.004 * (2.2 - poor) + 0.003 {
        SaidKind::Suggestion
    } else if draw > 0.93 {
        SaidKind::Survey
    } else {
        return;
    };
    let at = sale.at + DAY_SECONDS * rng.random_range(0..4) + rng.random_range(600..20_000);
    if at / DAY_SECONDS < world.calendar.days() {
        events.said.push(Said {
            at,
            sale_at: sale.at,
            customer: sale.customer,
            visit: sale.visit,
            store: sale.store,
            kind,
        });
    }
}
