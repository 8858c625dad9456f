//! The points file: what members brought with them when the points were moved to this book, and what they used since.

use rand::RngExt;

use super::customer::{Person, Stream, push_record_id};
use super::events::{Event, Events, Joining};
use super::receipts;
use super::sheet::{Dialect, Head};
use super::tables::Table;
use super::text::{DAY_SECONDS, DateStyle, push_moment, push_number, push_signed};
use super::{Output, World};
use crate::problem::Result;

const HEAD: [Head; 7] = [
    Head::text("entry_id"),
    Head::text("record_id"),
    Head::text("at"),
    Head::text("kind"),
    Head::number("points"),
    Head::text("transaction_id"),
    Head::text("reason"),
];

/// Fewer are not worth using.
const LEAST_USED: u32 = 100;

/// Whoever joined before the window has an opening balance on its first day; half of those with enough points use them, in
/// hundreds, with their first receipt.
pub(super) fn write(world: &World, events: &Events, customers: u32, out: &mut Output) -> Result<()> {
    let mut table = Table::create(world, "points_entries", out.path("data/points.csv"), Dialect::CSV, &HEAD)?;
    let mut first: Vec<Option<Event>> = vec![None; customers as usize];
    for event in events.receipts.iter().filter(|event| !event.anonymous() && event.refunded_sale().is_none()) {
        let known = &mut first[event.customer as usize];
        if known.is_none_or(|other| event.at < other.at) {
            *known = Some(*event);
        }
    }
    for customer in 0..customers {
        let joining = Joining::draw(world, &mut world.streams.of(Stream::Purchases, customer, 0));
        let points =
            Person::draw(customer, &world.calendar, &mut world.streams.of(Stream::Person, customer, 0)).points / 4;
        if !joining.earlier() || points == 0 {
            continue;
        }
        row(&mut table, (world, out), customer, Entry { kind: "opening", points: i64::from(points), sale: None })?;
        let uses = world.streams.of(Stream::Points, customer, 0).random_bool(0.5);
        let used = points / LEAST_USED * LEAST_USED;
        if let Some(sale) = first[customer as usize].filter(|_| uses && used > 0) {
            let id = {
                let mut id = String::new();
                receipts::push_id(world, events.of_store(sale.store), sale, &mut id);
                id
            };
            row(
                &mut table,
                (world, out),
                customer,
                Entry { kind: "redeem", points: -i64::from(used), sale: Some((sale.at, id)) },
            )?;
        }
    }
    table.finish(out)
}

struct Entry {
    kind: &'static str,
    points: i64,
    /// Seconds since the window's start, and the receipt.
    sale: Option<(u32, String)>,
}

fn row(table: &mut Table, (world, out): (&World, &mut Output), customer: u32, entry: Entry) -> Result<()> {
    let cells = table.cells();
    let at = entry.sale.as_ref().map_or(0, |(at, _)| *at);
    cells.cell(|text| {
        text.push_str(if entry.sale.is_some() { "PR" } else { "PO" });
        push_number(text, u64::from(customer) + 1, 6);
    });
    cells.cell(|text| push_record_id(text, customer, false));
    cells.cell(|text| push_moment(text, world.calendar.date(at / DAY_SECONDS), at % DAY_SECONDS, DateStyle::Dashes));
    cells.push(entry.kind);
    cells.cell(|text| push_signed(text, entry.points));
    cells.push(entry.sale.as_ref().map_or("", |(_, id)| id));
    cells.push(if entry.sale.is_some() { "" } else { "旧系统结余" });
    table.row(out)
}
