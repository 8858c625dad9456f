//! The transactions files: every store's receipts in the order of its till, cut into files by month or as the store's
//! style says.

use super::basket::{self, Channel, Line, Occasion};
use super::catalog::CATEGORIES;
use super::customer::{Stream, Taste, push_record_id};
use super::events::{self, Event, Events};
use super::mess::{self, BadRow};
use super::sheet::{Cells, Head, Sheet};
use super::style::{self, Column, Style};
use super::text::{DAY_SECONDS, push_moment, push_money, push_number, push_signed};
use super::{Output, World, targets};
use crate::problem::Result;

/// Receipts so many days old are sent again by the till that repeats itself.
const SENT_AGAIN_DAYS: u32 = 5;

/// Writes the files of every store. `progress` is told the number of receipts written.
pub(super) fn write(world: &World, events: &Events, out: &mut Output, progress: &mut dyn FnMut(u64)) -> Result<()> {
    let mut written = 0;
    for store in 0..world.chain.stores.len() {
        let receipts = events.of_store(store as u16);
        let mut till = Till::new(world, store, receipts);
        for (at, event) in receipts.iter().enumerate() {
            till.turn_page(out, at)?;
            till.receipt(*event, out)?;
            written += 1;
            if written % 4096 == 0 {
                progress(written);
            }
        }
        till.close(out)?;
    }
    Ok(())
}

/// The transaction id of a receipt: store, day, number of the day. `receipts` are those of its store.
pub(super) fn push_id(world: &World, receipts: &[Event], event: Event, out: &mut String) {
    let date = world.calendar.date(event.day());
    out.push_str(&world.chain.stores[usize::from(event.store)].id);
    out.push('-');
    push_number(out, u64::from(date.year().unsigned_abs()), 4);
    push_number(out, u64::from(date.month().unsigned_abs()), 2);
    push_number(out, u64::from(date.day().unsigned_abs()), 2);
    out.push('-');
    push_number(out, events::number_of_day(receipts, event), 4);
}

/// Draws the basket of a sale.
pub(super) fn basket_of(world: &World, sale: Event, taste: &Taste, lines: &mut Vec<Line>) -> Channel {
    let occasion = Occasion { month: world.calendar.date(sale.day()).month(), known: !sale.anonymous() };
    let mut rng = world.streams.of(Stream::Basket, sale.customer, sale.visit);
    basket::draw(&world.catalog, taste, occasion, &mut rng, lines)
}

/// What all lines of a receipt share.
struct Receipt {
    id: String,
    original: String,
    record: String,
    event: Event,
    channel: Channel,
    refund: bool,
}

/// A store's till: its open file and the buffers it uses again.
struct Till<'a> {
    world: &'a World,
    store: usize,
    receipts: &'a [Event],
    style: Style,
    head: Vec<Head>,
    sheet: Option<(i32, Sheet)>,
    receipt: Receipt,
    lines: Vec<Line>,
    cells: Cells,
    /// Lines of the store so far, those sent twice not counted.
    count: u64,
}

impl<'a> Till<'a> {
    fn new(world: &'a World, store: usize, receipts: &'a [Event]) -> Till<'a> {
        let style = style::of_store(store, world.messy);
        let none = Event::default();
        let receipt = Receipt {
            id: String::new(),
            original: String::new(),
            record: String::new(),
            event: none,
            channel: Channel::Store,
            refund: false,
        };
        Till {
            world,
            store,
            receipts,
            style,
            head: style.columns.iter().map(|(_, head)| *head).collect(),
            sheet: None,
            receipt,
            lines: Vec::new(),
            cells: Cells::default(),
            count: 0,
        }
    }

    /// Opens the file of the receipt at a place, when it is not open already.
    fn turn_page(&mut self, out: &mut Output, at: usize) -> Result<()> {
        let date = self.world.calendar.date(self.receipts[at].day());
        let key = self.style.chunk.key(date);
        if self.sheet.as_ref().is_some_and(|(open, _)| *open == key) {
            return Ok(());
        }
        let first = self.sheet.is_none();
        self.finish_sheet(out)?;
        self.sheet = Some((key, self.open(date, out)?));
        let last_key = self.style.chunk.key(self.world.calendar.end());
        if self.world.messy && self.store == style::REPEATING_TILL && key == last_key && !first {
            self.send_again(at, out)?;
        }
        Ok(())
    }

    fn open(&self, date: jiff::civil::Date, out: &Output) -> Result<Sheet> {
        let mut name = format!("data/transactions/{}", self.world.chain.stores[self.store].id);
        self.style.chunk.push_label(&mut name, date);
        name.push_str(self.style.dialect.ending());
        Sheet::create(out.dir.join(name), self.style.dialect, &self.head)
    }

    /// The last days of the month before stand once more, unchanged, at the top of the last month's file.
    fn send_again(&mut self, at: usize, out: &mut Output) -> Result<()> {
        let from = self.receipts[at].day().saturating_sub(SENT_AGAIN_DAYS) * DAY_SECONDS;
        let earlier = &self.receipts[self.receipts.partition_point(|event| event.at < from)..at];
        for event in earlier {
            self.fill(*event);
            for number in 0..self.lines.len() {
                self.row(number)?;
            }
        }
        out.sent_again += earlier.len() as u64;
        Ok(())
    }

    fn receipt(&mut self, event: Event, out: &mut Output) -> Result<()> {
        self.fill(event);
        out.summary.transactions += 1;
        out.summary.refunds += u64::from(self.receipt.refund);
        out.summary.lines += self.lines.len() as u64;
        let month = targets::month_number(self.world.calendar.date(event.day()));
        let paid: i64 = self.lines.iter().map(|line| line.amount()).sum();
        *out.sold.entry((self.store, month)).or_default() += paid;
        for number in 0..self.lines.len() {
            self.row(number)?;
            self.count += 1;
            if self.world.messy {
                self.broken_copies(out)?;
            }
        }
        Ok(())
    }

    /// Draws what stands on a receipt.
    fn fill(&mut self, event: Event) {
        let world = self.world;
        let sale = event.refunded_sale().unwrap_or(event);
        let taste = world.taste(event.customer);
        let receipt = &mut self.receipt;
        receipt.event = event;
        receipt.refund = sale != event;
        receipt.channel = basket_of(world, sale, &taste, &mut self.lines);
        receipt.id.clear();
        push_id(world, self.receipts, event, &mut receipt.id);
        receipt.original.clear();
        if receipt.refund {
            push_id(world, self.receipts, sale, &mut receipt.original);
            let mut rng = world.streams.of(Stream::Refund, event.customer, event.visit);
            basket::refund(&mut rng, &mut self.lines);
        }
        receipt.record.clear();
        if !event.anonymous() {
            let second = taste.second_record && receipt.channel.online();
            push_record_id(&mut receipt.record, event.customer, second);
        }
    }

    fn row(&mut self, number: usize) -> Result<()> {
        self.cells.clear();
        for (column, _) in self.style.columns {
            let (world, receipt, style, line) = (self.world, &self.receipt, self.style, self.lines[number]);
            self.cells.cell(|text| Cell { world, receipt, style, line, number }.push(*column, text));
        }
        match &mut self.sheet {
            Some((_, sheet)) => sheet.row(&self.cells),
            None => Ok(()),
        }
    }

    /// Writes the broken copies that follow the line just written.
    fn broken_copies(&mut self, out: &mut Output) -> Result<()> {
        let here = mess::TRANSACTIONS.iter().filter(|broken| broken.store == self.store && broken.after == self.count);
        for broken in here {
            let place = |column| self.style.columns.iter().position(|(own, _)| *own == column);
            let (Some(id), Some(at)) = (place(Column::TransactionId), place(broken.column)) else { continue };
            let own_id = format!("{}-X", self.receipt.id);
            let copy = self.cells.with(&[(at, broken.value), (id, &own_id)]);
            if let Some((_, sheet)) = &mut self.sheet {
                sheet.row(&copy)?;
                out.bad(BadRow { file: out.relative(sheet.path()), line: sheet.line(), what: broken.what });
            }
        }
        Ok(())
    }

    fn finish_sheet(&mut self, out: &mut Output) -> Result<()> {
        if let Some((_, sheet)) = self.sheet.take() {
            out.summary.files.push(sheet.finish()?);
        }
        Ok(())
    }

    /// A store that sold nothing still sends a file, with its header alone.
    fn close(mut self, out: &mut Output) -> Result<()> {
        if self.sheet.is_none() {
            let end = self.world.calendar.end();
            self.sheet = Some((self.style.chunk.key(end), self.open(end, out)?));
        }
        self.finish_sheet(out)
    }
}

/// One cell of a receipt line.
struct Cell<'a> {
    world: &'a World,
    receipt: &'a Receipt,
    style: Style,
    line: Line,
    /// Place of the line on its receipt, from 0.
    number: usize,
}

impl Cell<'_> {
    fn push(&self, column: Column, out: &mut String) {
        let product = || &self.world.catalog.products[usize::from(self.line.product)];
        let store = || &self.world.chain.stores[usize::from(self.receipt.event.store)];
        match column {
            Column::TransactionId => out.push_str(&self.receipt.id),
            Column::LineNo => push_number(out, self.number as u64 + 1, 1),
            Column::OrderedAt => self.push_time(out),
            Column::StoreId => out.push_str(&store().id),
            Column::StoreName => out.push_str(&store().name),
            Column::Channel => out.push_str(self.channel()),
            Column::RecordId => out.push_str(&self.receipt.record),
            Column::Sku => out.push_str(&product().sku),
            Column::ProductName => out.push_str(&product().name),
            Column::Category => out.push_str(CATEGORIES[product().category].name),
            Column::Quantity => push_signed(out, self.line.quantity),
            Column::UnitPrice => push_money(out, self.line.unit_price, self.style.money),
            Column::Discount => push_money(out, self.line.discount, self.style.money),
            Column::Amount => push_money(out, self.line.amount(), self.style.money),
            Column::Kind => out.push_str(match (self.receipt.refund, self.style.chinese) {
                (false, false) => "sale",
                (true, false) => "refund",
                (false, true) => "销售",
                (true, true) => "退货",
            }),
            Column::OriginalTransactionId => out.push_str(&self.receipt.original),
        }
    }

    fn push_time(&self, out: &mut String) {
        let event = self.receipt.event;
        push_moment(out, self.world.calendar.date(event.day()), event.at % DAY_SECONDS, self.style.dates);
    }

    fn channel(&self) -> &'static str {
        match (self.receipt.channel, self.style.chinese) {
            (Channel::Store, false) => "store",
            (Channel::Wechat, false) => "wechat",
            (Channel::Miniapp, false) => "miniapp",
            (Channel::Store, true) => "门店",
            (Channel::Wechat, true) => "微信",
            (Channel::Miniapp, true) => "小程序",
        }
    }
}
