//! Who brought whom, and coupons: of one welcome coupon for everybody new, and of one sent to members in spring.

use jiff::Span;
use jiff::civil::Date;
use rand::RngExt;

use super::customer::{Person, Stream, push_record_id};
use super::events::{Event, Events, Joining};
use super::receipts;
use super::sheet::{Dialect, Head};
use super::tables::Table;
use super::text::{DAY_SECONDS, DateStyle, push_date, push_moment, push_number};
use super::{Output, World};
use crate::problem::Result;

const REFERRALS: [Head; 6] = [
    Head::text("referral_id"),
    Head::text("referrer_record_id"),
    Head::text("referred_record_id"),
    Head::text("at"),
    Head::text("code"),
    Head::text("channel"),
];
const COUPONS: [Head; 8] = [
    Head::text("coupon_id"),
    Head::text("code"),
    Head::text("record_id"),
    Head::text("campaign_id"),
    Head::text("issued_on"),
    Head::text("redeemed_at"),
    Head::text("transaction_id"),
    Head::number("face_value"),
];

/// Of those who join, so many say that somebody brought them.
const BROUGHT: f64 = 0.16;
/// Of these, so many write the code down when they join.
const WITH_CODE: f64 = 0.6;
/// Days before the end of the window on which the coupons of spring were sent.
const SPRING: i64 = 200;
const SPRING_SENT: f64 = 0.35;
const SPRING_USED: f64 = 0.25;
/// Days a coupon is good for.
const GOOD_FOR: u32 = 60;
const WELCOME: f64 = 0.5;
const WELCOME_USED: f64 = 0.4;

/// Writes `data/referrals.csv` and `data/coupons.csv`.
pub(super) fn write(world: &World, events: &Events, customers: u32, out: &mut Output) -> Result<()> {
    let joinings: Vec<Joining> = (0..customers)
        .map(|customer| Joining::draw(world, &mut world.streams.of(Stream::Purchases, customer, 0)))
        .collect();
    write_referrals(world, &joinings, out)?;
    write_coupons(world, events, &joinings, out)
}

fn write_referrals(world: &World, joinings: &[Joining], out: &mut Output) -> Result<()> {
    let mut table = Table::create(world, "referrals", out.path("data/referrals.csv"), Dialect::CSV, &REFERRALS)?;
    let customers = u32::try_from(joinings.len()).unwrap_or(u32::MAX);
    for (customer, joining) in (0u32..).zip(joinings) {
        let mut rng = world.streams.of(Stream::Referrals, customer, 0);
        if joining.earlier() || !rng.random_bool(BROUGHT) {
            continue;
        }
        // One in five brings most: friends of few people.
        let friend = if rng.random_bool(0.5) {
            rng.random_range(0..customers.div_ceil(20))
        } else {
            rng.random_range(0..customers)
        };
        let (joined, known) = (joining.date(world), joinings[friend as usize].date(world));
        if friend == customer || known >= joined {
            continue;
        }
        let with_code = rng.random_bool(WITH_CODE);
        let on = if with_code { joined } else { before(joined, rng.random_range(1..35)) };
        let cells = table.cells();
        cells.cell(|text| {
            text.push('R');
            push_number(text, u64::from(customer) + 1, 6);
        });
        cells.cell(|text| push_record_id(text, friend, false));
        cells.cell(|text| push_record_id(text, customer, false));
        cells.cell(|text| push_moment(text, on, rng.random_range(10..20) * 3600, DateStyle::Dashes));
        cells.cell(|text| {
            if with_code {
                text.push_str("YQ");
                push_number(text, u64::from(friend) + 1, 6);
            }
        });
        cells.push("wechat");
        table.row(out)?;
    }
    table.finish(out)
}

/// One coupon.
struct Coupon {
    code: &'static str,
    campaign: &'static str,
    customer: u32,
    issued: Date,
    /// Yuan.
    value: u64,
    used: Option<Event>,
}

fn write_coupons(world: &World, events: &Events, joinings: &[Joining], out: &mut Output) -> Result<()> {
    let mut bought: Vec<Vec<Event>> = vec![Vec::new(); joinings.len()];
    for event in events.receipts.iter().filter(|event| !event.anonymous() && event.refunded_sale().is_none()) {
        bought[event.customer as usize].push(*event);
    }
    let mut table = Table::create(world, "coupons", out.path("data/coupons.csv"), Dialect::CSV, &COUPONS)?;
    let spring = before(world.calendar.end(), SPRING);
    let mut number = 0;
    for (customer, joining) in (0u32..).zip(joinings) {
        let mut rng = world.streams.of(Stream::Coupons, customer, 0);
        let joined = joining.date(world);
        let person = Person::draw(customer, &world.calendar, &mut world.streams.of(Stream::Person, customer, 0));
        bought[customer as usize].sort_unstable_by_key(|event| event.at);
        let (welcome, sent) = (rng.random_bool(WELCOME), rng.random_bool(SPRING_SENT));
        let (uses_welcome, uses_spring) = (rng.random_bool(WELCOME_USED), rng.random_bool(SPRING_USED));
        let mut coupons = Vec::new();
        if welcome && !joining.earlier() {
            let used = redeemed(world, &bought[customer as usize], joined, uses_welcome);
            coupons.push(Coupon { code: "XR10", campaign: "", customer, issued: joined, value: 10, used });
        }
        if sent && person.consent == Some(true) && joined < spring {
            let used = redeemed(world, &bought[customer as usize], spring, uses_spring);
            coupons.push(Coupon { code: "CHUN20", campaign: "春季券", customer, issued: spring, value: 20, used });
        }
        for coupon in coupons {
            number += 1;
            row(&mut table, (world, events, out), number, &coupon)?;
        }
    }
    table.finish(out)
}

/// The first receipt within the days the coupon is good for.
fn redeemed(world: &World, bought: &[Event], issued: Date, uses: bool) -> Option<Event> {
    let good = |event: &&Event| {
        let day = world.calendar.date(event.at / DAY_SECONDS);
        day >= issued && day <= issued.saturating_add(Span::new().days(i64::from(GOOD_FOR)))
    };
    bought.iter().find(good).copied().filter(|_| uses)
}

fn row(
    table: &mut Table,
    (world, events, out): (&World, &Events, &mut Output),
    number: u64,
    coupon: &Coupon,
) -> Result<()> {
    let cells = table.cells();
    cells.cell(|text| {
        text.push('K');
        push_number(text, number, 6);
    });
    cells.push(coupon.code);
    cells.cell(|text| push_record_id(text, coupon.customer, false));
    cells.push(coupon.campaign);
    cells.cell(|text| push_date(text, coupon.issued, DateStyle::Dashes));
    cells.cell(|text| {
        if let Some(sale) = coupon.used {
            push_moment(text, world.calendar.date(sale.at / DAY_SECONDS), sale.at % DAY_SECONDS, DateStyle::Dashes);
        }
    });
    cells.cell(|text| {
        if let Some(sale) = coupon.used {
            receipts::push_id(world, events.of_store(sale.store), sale, text);
        }
    });
    cells.cell(|text| push_number(text, coupon.value, 1));
    table.row(out)
}

fn before(day: Date, days: i64) -> Date {
    day.saturating_sub(Span::new().days(days))
}
