//! What is expected of the stores: a little more than they sold before.

use super::sheet::{Dialect, Head};
use super::tables::Table;
use super::text::push_number;
use super::{Output, World};
use crate::problem::Result;

const HEAD: [Head; 4] = [Head::text("store_id"), Head::text("month"), Head::text("measure"), Head::text("target")];

/// Months, up to the last, that have targets.
const MONTHS: i32 = 6;
/// Targets follow the mean of as many months before.
const BEFORE: i32 = 3;

/// Net sales by store and month for the last months of the window: five per cent more than the mean of the three months
/// before, in hundreds of yuan; for the last month an NPS of 30 besides.
pub(super) fn write(world: &World, out: &mut Output) -> Result<()> {
    let last = month_number(world.calendar.end());
    let mut table = Table::create(world, "store_targets", out.path("data/store_targets.csv"), Dialect::CSV, &HEAD)?;
    for (number, store) in world.chain.stores.iter().enumerate() {
        for month in last - MONTHS + 1..=last {
            let sold: Vec<i64> =
                (month - BEFORE..month).filter_map(|month| out.sold.get(&(number, month)).copied()).collect();
            if sold.len() < BEFORE.unsigned_abs() as usize {
                continue;
            }
            // Fen to hundreds of yuan, rounded: × 1.05 / 3 / 10,000.
            let hundreds = ((sold.iter().sum::<i64>() * 105 / 300 + 5_000) / 10_000).max(1);
            row(&mut table, out, (&store.id, month), ("net_sales", hundreds.unsigned_abs() * 100))?;
        }
        row(&mut table, out, (&store.id, last), ("nps", 30))?;
    }
    table.finish(out)
}

/// Months counted from year 0.
pub(super) fn month_number(date: jiff::civil::Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn row(table: &mut Table, out: &mut Output, (store, month): (&str, i32), (measure, target): (&str, u64)) -> Result<()> {
    let cells = table.cells();
    cells.push(store);
    cells.cell(|text| {
        push_number(text, u64::from((month / 12).unsigned_abs()), 4);
        text.push('-');
        push_number(text, u64::from((month % 12 + 1).unsigned_abs()), 2);
    });
    cells.push(measure);
    cells.cell(|text| push_number(text, target, 1));
    table.row(out)
}
