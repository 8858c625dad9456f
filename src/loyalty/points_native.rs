//! `points_ledger`: the ledgers of everybody.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::ledger::{Entry, EntryKind, Event, Kind, Ledger, Line, Note, fold};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project::programme::Programme;
use crate::warehouse::{Engine, Row, Value};

/// Events that are folded at a time: enough for two threads, few enough to hold.
const BATCH: usize = 200_000;

/// A hundred thousand million points in hundredths: more in one event is a mistake, and sums of them must fit.
const MOST: i64 = 10_000_000_000_000;

/// `points_ledger`.
pub struct PointsLedger {
    pub programme: Arc<Programme>,
    pub today: Date,
}

/// One person with what happened.
struct Account {
    person: Value,
    events: Vec<Event>,
    /// Transaction and store of each event, by its place before sorting.
    papers: Vec<Paper>,
}

struct Paper {
    id: String,
    kind: Kind,
    transaction: Value,
    store: Value,
}

impl NativeModel for PointsLedger {
    fn name(&self) -> &'static str {
        "points_ledger"
    }
    fn header(&self) -> &'static str {
        "-- points_ledger: every entry on everybody's points, in order; the balance is their sum.
-- zh-CN: 每位顾客积分的每一笔进出，余额就是合计
-- grain: one row per person and entry
-- key: person_id, entry_no
-- definition: A fold over points_events by the rules of each day, from zero: nothing is ever changed, and folding again gives the same
--   entries. Sales earn whole points, rounded down over the order; used points are taken from the lots that end first; lots end
--   after their last day, up to today. A refund takes back what was due before it less what is due after it, by the rules of the
--   sale: from the lot of the sale, then from what ends first, then as a debt, which later points pay first. Points used in the
--   sale come back in the share of the refund, with their first last day and the days of grace.
-- zh-CN definition: 把 points_events 按当天的规则从头记一遍，只加不改，再记一遍结果一样。销售按整单合计取整给分；用分先用
--   先到期的批次；过了最后一天的批次到今天为止算过期。退货按卖出那天的规则，收回退之前该得减退之后该得的积分：先收这张
--   单的批次，再收先到期的，不够记欠，以后得的先补。单里用掉的积分按退款的比例退回，到期日是原来的再加宽限天数。
-- column entry_no: 1 = the first of the person
-- column kind: opening, merge, earn, redeem, reverse, restore, expire, adjust, settle (a debt is paid) or flag (see note)
-- column points: more or less than 0; 0 with a flag
-- column lot_id: the lot the entry changes; debt = owed points; null with a flag
-- column entry_id: the event, the kind and the lot in one text; stays the same from build to build
-- column version: version of the rules, see loyalty_versions
-- column available_on: first day on which the lot can be used
-- column expires_on: last day of the lot; null = never
-- column balance: the person's points after the entry
-- column note: overdrawn, refund_without_sale, refund_before_sale, refund_too_large or refund_again
-- room: loyalty
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        vec![Input::Model("points_events".to_owned())]
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("entry_no", "integer"),
            ("entry_id", "varchar"),
            ("at", "timestamp"),
            ("kind", "varchar"),
            ("points", "decimal(18, 2)"),
            ("balance", "decimal(18, 2)"),
            ("lot_id", "varchar"),
            ("version", "integer"),
            ("transaction_id", "varchar"),
            ("store_id", "varchar"),
            ("available_on", "date"),
            ("expires_on", "date"),
            ("note", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {} {:?}", self.today, self.programme.versions)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let select = "select e.person_id, e.at, e.kind, e.event_id, e.order_id, cast(e.version as bigint), e.transaction_id, e.store_id, e.sku,
                cast(e.amount * 100 as bigint), cast(e.factor * 1000000 as bigint), cast(e.points * 100 as bigint)
            from main.points_events e
            order by e.person_id, e.at, e.kind_no, e.event_id, e.order_id, e.line_no";
        let mut accounts: Vec<Account> = Vec::new();
        let mut held = 0;
        engine.stream(select, &mut |_, rows| {
            for row in rows {
                let Some(read) = Read::of(row) else { continue };
                if accounts.last().is_none_or(|account| account.person != read.person) {
                    if held >= BATCH {
                        self.put_all(&mut accounts, put)?;
                        held = 0;
                    }
                    accounts.push(Account { person: read.person.clone(), events: Vec::new(), papers: Vec::new() });
                }
                if let Some(account) = accounts.last_mut() {
                    account.add(read, self.programme.versions.len());
                    held += 1;
                }
            }
            Ok(())
        })?;
        self.put_all(&mut accounts, put)
    }
}

/// One row of points_events.
struct Read {
    person: Value,
    event: Event,
    transaction: Value,
    store: Value,
}

impl Read {
    fn of(row: Row) -> Option<Read> {
        let [person, at, kind, id, order, version, transaction, store, sku, amount, factor, points] =
            <[Value; 12]>::try_from(row).ok()?;
        let Value::DateTime(at) = at else { return None };
        let kind = match kind.as_str()? {
            "opening" => Kind::Opening,
            "merge" => Kind::Merge,
            "sale" => Kind::Sale,
            "refund" => Kind::Refund,
            "redeem" => Kind::Redeem,
            _ => Kind::Adjust,
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let line = Line { sku: text(&sku), amount: amount.as_i64().unwrap_or(0), factor: factor.as_i64().unwrap_or(0) };
        let event = Event {
            at,
            kind,
            id: text(&id)?,
            order: text(&order).unwrap_or_default(),
            version: usize::try_from(version.as_i64()?).ok()?.saturating_sub(1),
            points: points.as_i64().unwrap_or(0).clamp(-MOST, MOST),
            lines: if matches!(kind, Kind::Sale | Kind::Refund) { vec![line] } else { Vec::new() },
        };
        Some(Read { person, event, transaction, store })
    }
}

impl Account {
    /// The next line of the last event, or a new event. A receipt that takes back two sales is two events.
    fn add(&mut self, read: Read, versions: usize) {
        let mut event = read.event;
        event.version = event.version.min(versions.saturating_sub(1));
        if let Some(last) = self.events.last_mut()
            && (last.kind, &last.id, &last.order) == (event.kind, &event.id, &event.order)
        {
            last.points = last.points.saturating_add(event.points);
            last.lines.append(&mut event.lines);
            return;
        }
        self.papers.push(Paper {
            id: event.id.clone(),
            kind: event.kind,
            transaction: read.transaction,
            store: read.store,
        });
        self.events.push(event);
    }
}

impl PointsLedger {
    fn put_all(&self, accounts: &mut Vec<Account>, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let fold_one = |account: &mut Account| fold(&self.programme.versions, &mut account.events, self.today);
        let ledgers: Vec<Ledger> = accounts.par_iter_mut().map(fold_one).collect();
        for (account, ledger) in accounts.iter().zip(&ledgers) {
            let (mut balance, mut ids) = (0_i64, HashMap::new());
            let lots: Vec<String> = ledger.lots.iter().map(|lot| lot_id(&account.events, lot)).collect();
            for (number, entry) in ledger.entries.iter().enumerate() {
                balance = balance.saturating_add(entry.points);
                let mut row = self.row(account, ledger, &lots, (number, entry, balance));
                // Two lots that come back in one refund may pay a debt: the same event, kind and lot twice.
                let id = row[2].plain();
                let times: &mut u32 = ids.entry(id.clone()).or_default();
                *times += 1;
                if *times > 1 {
                    row[2] = Value::text(format!("{id} {times}"));
                }
                put(row)?;
            }
        }
        accounts.clear();
        Ok(())
    }

    fn row(
        &self,
        account: &Account,
        ledger: &Ledger,
        lots: &[String],
        (number, entry, balance): (usize, &Entry, i64),
    ) -> Row {
        let event = &account.events[entry.event];
        let lot = entry.lot.map(|lot| (&lots[lot], &ledger.lots[lot]));
        let papers = account.papers.iter().find(|paper| paper.kind == event.kind && paper.id == event.id);
        let expiry = entry.kind == EntryKind::Expire;
        let points = |value: i64| Value::Decimal { unscaled: i128::from(value), scale: 2 };
        let of_lot = |value: Option<Date>| value.map_or(Value::Null, Value::Date);
        vec![
            account.person.clone(),
            Value::Int(i64::try_from(number + 1).unwrap_or(i64::MAX)),
            Value::text(format!("{} {} {}", word(entry.kind), event.id, lot.map_or("", |(id, _)| id))),
            Value::DateTime(entry.at),
            Value::text(word(entry.kind)),
            points(entry.points),
            points(balance),
            lot.map_or(Value::Null, |(id, _)| Value::text(id.as_str())),
            Value::Int(i64::from(self.programme.versions[event.version].number)),
            papers.filter(|_| !expiry).map_or(Value::Null, |paper| paper.transaction.clone()),
            papers.filter(|_| !expiry).map_or(Value::Null, |paper| paper.store.clone()),
            of_lot(lot.filter(|(_, lot)| !lot.is_debt).map(|(_, lot)| lot.available)),
            of_lot(lot.filter(|(_, lot)| !lot.is_debt).and_then(|(_, lot)| lot.expires)),
            entry.note.map_or(Value::Null, |note| Value::text(note_word(note))),
        ]
    }
}

/// Unique among the lots of a person: no two events of a kind share an id.
fn lot_id(events: &[Event], lot: &super::ledger::Lot) -> String {
    let event = &events[lot.event];
    let kind = match event.kind {
        _ if lot.is_debt => return "debt".to_owned(),
        Kind::Opening => "opening",
        Kind::Merge => "merge",
        Kind::Sale => "sale",
        Kind::Refund => "refund",
        Kind::Redeem => "redeem",
        Kind::Adjust => "adjust",
    };
    match (event.kind, lot.part) {
        (Kind::Refund, part) => format!("{kind} {} {} {part}", event.id, event.order),
        (_, 0) => format!("{kind} {}", event.id),
        (_, part) => format!("{kind} {} {part}", event.id),
    }
}

fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Opening => "opening",
        EntryKind::Merge => "merge",
        EntryKind::Earn => "earn",
        EntryKind::Redeem => "redeem",
        EntryKind::Reverse => "reverse",
        EntryKind::Restore => "restore",
        EntryKind::Expire => "expire",
        EntryKind::Adjust => "adjust",
        EntryKind::Settle => "settle",
        EntryKind::Flag => "flag",
    }
}

fn note_word(note: Note) -> &'static str {
    match note {
        Note::Overdrawn => "overdrawn",
        Note::RefundWithoutSale => "refund_without_sale",
        Note::RefundBeforeSale => "refund_before_sale",
        Note::RefundTooLarge => "refund_too_large",
        Note::RefundAgain => "refund_again",
    }
}
