//! The staff of the stores, and the log of whom they spoke to.

use jiff::Span;
use rand::RngExt;

use super::chain::pick;
use super::customer::{FEMALE, MALE, SURNAMES, Stream, push_record_id};
use super::events::Joining;
use super::sheet::{Dialect, Head};
use super::tables::Table;
use super::text::{DAY_SECONDS, DateStyle, push_date, push_moment, push_number};
use super::{Output, World};
use crate::problem::Result;

const STAFF: [Head; 6] = [
    Head::text("staff_id"),
    Head::text("name"),
    Head::text("store_id"),
    Head::text("role"),
    Head::text("joined_on"),
    Head::text("left_on"),
];
const INTERACTIONS: [Head; 10] = [
    Head::text("interaction_id"),
    Head::text("at"),
    Head::text("record_id"),
    Head::text("store_id"),
    Head::text("staff_id"),
    Head::text("channel"),
    Head::text("direction"),
    Head::text("content"),
    Head::text("result"),
    Head::text("next_step"),
];
const NEXT_ON: Head = Head::text("next_step_on");

/// People of a store who speak to customers.
const PEOPLE: u32 = 4;
/// Days before the end of the window that the log holds.
const LOGGED_DAYS: u32 = 120;
/// Customers of a store who are spoken to in that time.
const SPOKEN_TO: f64 = 0.22;

/// What it was about, and what was agreed where something was.
const ABOUT: [(&str, &str); 8] = [
    ("新品到店，问要不要留一件", "到货后再告诉她"),
    ("上次买的茶快喝完了，问要不要补", "下周再问一次"),
    ("回访使用情况", ""),
    ("生日祝福，提醒双倍积分", ""),
    ("退换货后回访，说明处理结果", "确认收到新货"),
    ("邀请参加周末的手作活动", "活动前一天提醒"),
    ("好久没来，问近况", "月底再联系"),
    ("积分快过期，提醒来用", ""),
];

/// Writes `data/staff.csv` and `data/interactions.csv`.
pub(super) fn write(world: &World, customers: u32, out: &mut Output) -> Result<()> {
    write_staff(world, out)?;
    let head: Vec<Head> = INTERACTIONS.into_iter().chain([NEXT_ON]).collect();
    let mut table = Table::create(world, "interactions", out.path("data/interactions.csv"), Dialect::CSV, &head)?;
    let days = world.calendar.days();
    let mut number = 0_u64;
    for customer in 0..customers {
        let mut rng = world.streams.of(Stream::Contacts, customer, 0);
        let joining = Joining::draw(world, &mut world.streams.of(Stream::Purchases, customer, 0));
        let first = joining.day(world).max(days.saturating_sub(LOGGED_DAYS));
        if !rng.random_bool(SPOKEN_TO) || first + 1 >= days {
            continue;
        }
        let taste = world.taste(customer);
        for _ in 0..rng.random_range(1..=3) {
            number += 1;
            let at = rng.random_range(first..days) * DAY_SECONDS + rng.random_range(9 * 3600..20 * 3600);
            let contact = Contact { number, customer, store: taste.home, at };
            contact.write(world, &mut rng, &mut table)?;
            table.row(out)?;
        }
    }
    table.finish(out)
}

struct Contact {
    number: u64,
    customer: u32,
    store: u16,
    /// Seconds since the window's start.
    at: u32,
}

impl Contact {
    fn write(&self, world: &World, rng: &mut impl RngExt, table: &mut Table) -> Result<()> {
        let store = world.chain.open_on(self.store, self.at / DAY_SECONDS, self.customer);
        let store_id = &world.chain.stores[usize::from(store)].id;
        let (about, agreed) = ABOUT[rng.random_range(0..ABOUT.len())];
        let results = [
            ("联系上了", 46),
            ("未接通", 24),
            ("会来店", 14),
            ("没人接，改天再打", 8),
            ("请勿再联系", 3),
            ("号码错误", 3),
            ("", 2),
        ];
        let result = pick(&results, rng);
        let agreed = if result == "未接通" || result.starts_with("没人接") { "再打一次" } else { agreed };
        let date = world.calendar.date(self.at / DAY_SECONDS);
        let cells = table.cells();
        cells.cell(|text| {
            text.push('I');
            push_number(text, self.number, 6);
        });
        cells.cell(|text| push_moment(text, date, self.at % DAY_SECONDS, DateStyle::Dashes));
        cells.cell(|text| push_record_id(text, self.customer, false));
        cells.push(store_id);
        let staff = rng.random_range(1..=PEOPLE);
        cells.cell(|text| push_staff_id(text, store_id, staff));
        cells.push(pick(&[("phone", 5), ("wechat", 4), ("visit", 1)], rng));
        cells.push(pick(&[("out", 9), ("in", 1)], rng));
        cells.push(about);
        cells.push(result);
        let refused = result.starts_with("请勿") || result.starts_with("号码");
        cells.push(if refused { "" } else { agreed });
        let wait = rng.random_range(2..25);
        cells.cell(|text| {
            if !refused && !agreed.is_empty() {
                push_date(text, date.saturating_add(Span::new().days(wait)), DateStyle::Dashes);
            }
        });
        Ok(())
    }
}

fn push_staff_id(text: &mut String, store: &str, number: u32) {
    text.push_str(store);
    text.push('-');
    push_number(text, u64::from(number), 2);
}

fn write_staff(world: &World, out: &mut Output) -> Result<()> {
    let mut table = Table::create(world, "staff", out.path("data/staff.csv"), Dialect::CSV, &STAFF)?;
    for (place, store) in world.chain.stores.iter().enumerate() {
        for number in 1..=PEOPLE {
            let person = u32::try_from(place).unwrap_or(0) * PEOPLE + number;
            let mut rng = world.streams.of(Stream::Staff, person, 0);
            let cells = table.cells();
            cells.cell(|text| push_staff_id(text, &store.id, number));
            cells.cell(|text| {
                let given: Vec<char> = if rng.random_bool(0.7) { FEMALE } else { MALE }.chars().collect();
                let surnames: Vec<char> = SURNAMES.chars().take(30).collect();
                text.push(surnames[rng.random_range(0..surnames.len())]);
                text.push(given[rng.random_range(0..given.len())]);
            });
            cells.push(&store.id);
            cells.push(if number == 1 { "店长" } else { "导购" });
            cells.cell(|text| push_date(text, store.opened_on, DateStyle::Dashes));
            // The last of every fifth store has left a month ago.
            let left = number == PEOPLE && place % 5 == 2;
            cells.cell(|text| {
                if left {
                    push_date(text, world.calendar.end().saturating_sub(Span::new().days(30)), DateStyle::Dashes);
                }
            });
            table.row(out)?;
        }
    }
    table.finish(out)
}
