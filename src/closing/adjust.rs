//! What became of the orders of closed months: frozen rows and earlier entries compared with the data, one new entry
//! in the ledger for each difference.

use std::collections::HashMap;

use super::folder::{FIGURES, Folder, LEDGER, ORDERS, damaged, figures_file, orders_file};
use super::{Desk, Made, orders};
use crate::problem::{Problem, Result};
use crate::project::Month;
use crate::sources::{self, Loaded, OrderKey};
use crate::warehouse::{Engine, Row, Table, TableStore, Value};

/// Orders whose file and line are looked up; a change of more rows than that is a change of the whole month.
const LOOKED_UP: usize = 5000;

/// The tables of closed figures and of adjustments; from the cache when neither state nor sales changed.
pub fn tables(desk: Desk<'_>, folder: &Folder, through: Option<Month>, loaded: &Loaded) -> Result<Made> {
    let Desk { store, as_of, .. } = desk;
    let sales = loaded.tables.get("transactions").map(|table| table.hash.clone()).unwrap_or_default();
    let program = [include_str!("adjust.rs"), include_str!("folder.rs"), include_str!("orders.rs")].concat();
    let origins: String = loaded.origins.iter().map(|origin| format!("{}\n", origin.file)).collect();
    let through = through.map(|month| month.to_string()).unwrap_or_default();
    let key = TableStore::key(&["closing", &program, &sales, &origins, &folder.hash()?, &as_of.to_string(), &through]);
    if let Some(made) = store.made::<Made>(&key)
        && store.has(&made.figures)
        && store.has(&made.ledger)
    {
        return Ok(made);
    }
    let made = Made { figures: figures(desk, folder)?, ledger: ledger(desk, folder, loaded)? };
    store.remember(&key, &made)?;
    Ok(made)
}

fn names(columns: super::folder::Columns) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn figures(desk: Desk<'_>, folder: &Folder) -> Result<Table> {
    let select = format!(
        "select {} from {} order by month, scope, scope_id, figures_month",
        names(FIGURES),
        folder.all(figures_file, FIGURES)
    );
    keep(desk, "closed-figures", &select).map_err(|problem| unreadable(folder, &problem))
}

fn keep(desk: Desk<'_>, name: &str, select: &str) -> Result<Table> {
    let scratch = desk.store.scratch(name);
    let rows = desk.engine.store(select, &scratch)?;
    desk.store.keep(&scratch, rows)
}

fn unreadable(folder: &Folder, problem: &Problem) -> Problem {
    damaged(&folder.path("closed"), &format!("a closed month cannot be read: {}", problem.message()))
}

fn ledger(desk: Desk<'_>, folder: &Folder, loaded: &Loaded) -> Result<Table> {
    let mut rows = entered(desk, folder)?;
    if !folder.frozen.is_empty() {
        let found = compare(desk, folder, loaded)?;
        let next = rows.last().and_then(|row| row[0].as_i64()).unwrap_or(0) + 1;
        rows.extend(entries(desk, loaded, found, next)?);
    }
    let scratch = desk.store.scratch("closing-ledger");
    let count = desk.engine.write(LEDGER, &mut |put| rows.drain(..).try_for_each(&mut *put), &scratch)?;
    desk.store.keep(&scratch, count)
}

/// Which entries of the ledger count: those of months that are frozen, not of months that are open again.
fn standing(folder: &Folder) -> String {
    let months: Vec<String> = folder.frozen.iter().map(|month| format!("date '{}'", month.first_day())).collect();
    let still = if months.is_empty() { "false".to_owned() } else { format!("month in ({})", months.join(", ")) };
    format!("(select {} from {} where {still})", names(LEDGER), folder.ledger())
}

/// The entries that stand, in order.
fn entered(desk: Desk<'_>, folder: &Folder) -> Result<Vec<Row>> {
    let sql = format!("select * from {} order by no", standing(folder));
    desk.engine.query(&sql).map(|frame| frame.rows).map_err(|problem| unreadable(folder, &problem))
}

/// One row per order that is not what the frozen rows and the entries so far say: month, key, day, before, now.
fn compare(desk: Desk<'_>, folder: &Folder, loaded: &Loaded) -> Result<Vec<Row>> {
    let Some(sales) = loaded.tables.get("transactions") else { return Ok(Vec::new()) };
    let sales = format!("({})", desk.store.select(sales));
    desk.engine
        .batch(&format!(
            "create or replace table closing_frozen as
                 select date_trunc('month', ordered_on)::date as month, {} from {};
             create or replace table closing_entered as
                 select month, source, transaction_id, store_id, ordered_on, amount_now, orders_now, lines_now, content_now
                 from {}
                 qualify row_number() over (partition by month, source, transaction_id, store_id order by no desc) = 1;",
            names(ORDERS),
            folder.all(orders_file, ORDERS),
            standing(folder),
        ))
        .map_err(|problem| unreadable(folder, &problem))?;
    add_up(desk, folder)?;
    let frame = desk.engine.query(&format!(
        "with known as (
             select coalesce(e.month, f.month) as month, coalesce(e.source, f.source) as source,
                 coalesce(e.transaction_id, f.transaction_id) as transaction_id, coalesce(e.store_id, f.store_id) as store_id,
                 coalesce(e.ordered_on, f.ordered_on) as ordered_on,
                 case when e.month is null then f.net_amount else e.amount_now end as amount,
                 case when e.month is null then f.orders else e.orders_now end as orders,
                 case when e.month is null then f.lines else e.lines_now end as lines,
                 case when e.month is null then f.content else e.content_now end as content
             from closing_frozen f full join closing_entered e
                 on e.month = f.month and e.source = f.source and e.transaction_id = f.transaction_id and e.store_id = f.store_id),
         current as ({}),
         paired as (
             select coalesce(k.month, c.month) as month, coalesce(k.source, c.source) as source,
                 coalesce(k.transaction_id, c.transaction_id) as transaction_id, coalesce(k.store_id, c.store_id) as store_id,
                 coalesce(c.ordered_on, k.ordered_on) as ordered_on,
                 coalesce(k.content, '') as content_before, coalesce(c.content, '') as content_now,
                 coalesce(k.amount, 0)::decimal(18, 2) as amount_before, coalesce(c.net_amount, 0)::decimal(18, 2) as amount_now,
                 coalesce(k.orders, 0) as orders_before, coalesce(c.orders, 0) as orders_now,
                 coalesce(k.lines, 0) as lines_before, coalesce(c.lines, 0) as lines_now
             from known k full join current c
                 on c.month = k.month and c.source = k.source and c.transaction_id = k.transaction_id and c.store_id = k.store_id)
         select month, source, transaction_id, store_id, ordered_on,
             case when content_before = '' then 'new' when content_now = '' then 'gone' else 'changed' end as kind,
             amount_before, amount_now, (amount_now - amount_before)::decimal(18, 2) as difference,
             orders_before, orders_now, lines_now, content_now
         from paired
         where content_before <> content_now or amount_before <> amount_now or orders_before <> orders_now
             or lines_before <> lines_now
         order by month, store_id, source, transaction_id",
        orders::select(&sales, &desk.as_of.to_string(), &folder.frozen),
    ))?;
    Ok(frame.rows)
}

/// The figures of a month are those of its orders: else someone changed one of the two files.
fn add_up(desk: Desk<'_>, folder: &Folder) -> Result<()> {
    let frame = desk.engine.query(&format!(
        "with said as (
             select month, scope_id as store_id, net_sales, orders from {} where scope = 'store' and figures_month = month),
         held as (
             select month, store_id, sum(net_amount) as net_sales, sum(orders) as orders from closing_frozen group by all)
         select coalesce(s.month, h.month) as month from said s full join held h on h.month = s.month and h.store_id = s.store_id
         where coalesce(s.net_sales, 0) <> coalesce(h.net_sales, 0) or coalesce(s.orders, 0) <> coalesce(h.orders, 0)
         order by month limit 1",
        folder.all(figures_file, FIGURES)
    ))?;
    match frame.rows.first() {
        None => Ok(()),
        Some(row) => {
            let day = row[0].plain();
            let month = Month::parse(day.get(..7).unwrap_or_default());
            let path = month.map_or_else(|| folder.path("closed"), |month| folder.path(&figures_file(month)));
            Err(damaged(&path, "the frozen figures of this month are not the sum of its frozen orders"))
        }
    }
}

/// The new entries as rows of the ledger.
fn entries(desk: Desk<'_>, loaded: &Loaded, found: Vec<Row>, first: i64) -> Result<Vec<Row>> {
    let key = |row: &Row| -> OrderKey { (row[1].plain(), row[2].plain(), row[3].plain()) };
    let wanted: Vec<OrderKey> = found.iter().filter(|row| row[5].plain() != "gone").take(LOOKED_UP).map(key).collect();
    let places = if wanted.is_empty() {
        HashMap::new()
    } else {
        sources::order_places(desk.store, desk.engine, &loaded.origins, &wanted)?
    };
    // An entry is posted where it was first seen: in the month of as_of, or in the first open one when that is closed.
    let through = desk.project.config.periods.closed();
    let posted = through.map_or(Month::of(desk.as_of), |month| Month::of(desk.as_of).max(month.next()));
    let mut rows = Vec::with_capacity(found.len());
    for (no, row) in (first..).zip(found) {
        let place = places.get(&key(&row));
        let mut entry = vec![Value::Int(no), Value::text(posted.first_day()), Value::text(desk.as_of.to_string())];
        entry.extend(row);
        entry.push(place.map_or(Value::text(""), |place| Value::text(place.file.clone())));
        entry.push(
            place
                .and_then(|place| place.line)
                .and_then(|line| i64::try_from(line).ok())
                .map_or(Value::Null, Value::Int),
        );
        rows.push(entry);
    }
    Ok(rows)
}
