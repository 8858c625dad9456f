//! What the journal of the outbox says of the care calendar: whom somebody has seen to, and on which day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::journal::{Entries, Entry, Line, What, mark_of_person};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::warehouse::{Engine, Row, Value};

/// Ways of getting in touch; an entry of the outbox is of one of them.
const CHANNELS: [&str; 4] = ["phone", "wechat", "sms", "mail"];

const PEOPLE: &str = "
    select person_id, person_id as id from main.people
    union all
    select person_id, old_id from main.person_aliases
    order by all";

const CANDIDATES: &str = "
    select person_id, kind, subject, due_on
    from main.care_candidates
    order by person_id, kind, subject, due_on";

/// `outbox_marks`.
pub struct OutboxMarks {
    pub entries: Entries,
    /// In which a day begins and ends.
    pub zone: TimeZone,
}

/// What an id can stand for.
struct Meant {
    kind: Value,
    subject: Value,
    due_on: Value,
}

impl OutboxMarks {
    /// Whether somebody has heard from us, as far as is known: a mail that may have gone counts.
    fn counts(line: &Line) -> bool {
        matches!(line.what, What::Done | What::Sent | What::Sending)
    }

    /// For each person of whom the journal tells, all ids they have had.
    fn people(&self, engine: &dyn Engine) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        engine.stream(PEOPLE, &mut |_, rows| {
            for row in rows {
                let (Some(person), Some(id)) = (row[0].as_str(), row[1].as_str()) else { continue };
                if self.entries.of_person(&mark_of_person(id)).any(Self::counts) {
                    people.entry(person.to_owned()).or_default().insert(id.to_owned());
                }
            }
            Ok(())
        })?;
        Ok(people)
    }

    /// What the entries of these people are about, by id. Entries of days gone by, which no calendar has any more, are
    /// not among them.
    fn meant(engine: &dyn Engine, people: &BTreeMap<String, BTreeSet<String>>) -> Result<BTreeMap<String, Meant>> {
        let mut meant = BTreeMap::new();
        engine.stream(CANDIDATES, &mut |_, rows| {
            for row in rows {
                let Some(ids) = row[0].as_str().and_then(|person| people.get(person)) else { continue };
                let due_on = row[3].plain();
                for (person, channel) in ids.iter().flat_map(|id| CHANNELS.map(|channel| (id, channel))) {
                    let entry = Entry {
                        person,
                        kind: row[1].as_str().unwrap_or_default(),
                        due_on: &due_on,
                        subject: row[2].as_str().unwrap_or_default(),
                        channel,
                    };
                    let (kind, subject, due_on) = (row[1].clone(), row[2].clone(), row[3].clone());
                    meant.insert(entry.id(), Meant { kind, subject, due_on });
                }
            }
            Ok(())
        })?;
        Ok(meant)
    }
}

impl NativeModel for OutboxMarks {
    fn name(&self) -> &'static str {
        "outbox_marks"
    }
    fn header(&self) -> &'static str {
        "-- outbox_marks: entries of the outbox that were sent or that somebody has seen to.
-- zh-CN: 发件箱里已经发出的和已经办过的
-- grain: one row per entry
-- key: entry_id
-- definition: The last line of each entry in the journal of the outbox (state/outbox). One of which it is not known whether it went counts
--   as sent: nobody is written to twice. Entries that were refused or not sent are not among them.
-- zh-CN definition: 发件箱记录（state/outbox）里每一条最后的情况。不知道发没发出去的算发了，免得同一个人收到两次；被拒收的、没发
--   的不算。
-- column entry_id: as storebook outbox list shows it
-- column kind: what it is about, as in care_candidates; null = an entry of days gone by
-- column subject: the same
-- column due_on: the same
-- column what: done, sent or sending
-- column on_day: the day on which it was marked or sent
-- room: care
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["people", "person_aliases", "care_candidates"].map(|name| Input::Model(name.to_owned())).into()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("entry_id", "varchar"),
            ("person_id", "varchar"),
            ("kind", "varchar"),
            ("subject", "varchar"),
            ("due_on", "date"),
            ("what", "varchar"),
            ("on_day", "date"),
        ]
    }
    fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for line in self.entries.list() {
            hasher.update(format!("{} {:?} {}\n", line.id, line.what, line.at).as_bytes());
        }
        format!("1 {} {:?}", hasher.finalize().to_hex(), self.zone.iana_name())
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        if !self.entries.list().any(Self::counts) {
            return Ok(());
        }
        let people = self.people(engine)?;
        let meant = Self::meant(engine, &people)?;
        let mut told = BTreeSet::new();
        for (person, ids) in &people {
            for line in
                ids.iter().flat_map(|id| self.entries.of_person(&mark_of_person(id))).filter(|line| Self::counts(line))
            {
                if !told.insert(&line.id) {
                    continue;
                }
                let about = meant.get(&line.id);
                let of = |part: fn(&Meant) -> &Value| about.map_or(Value::Null, |meant| part(meant).clone());
                put(vec![
                    Value::text(line.id.as_str()),
                    Value::text(person.as_str()),
                    of(|meant| &meant.kind),
                    of(|meant| &meant.subject),
                    of(|meant| &meant.due_on),
                    Value::text(line.what.code()),
                    Value::Date(line.at.to_zoned(self.zone.clone()).date()),
                ])?;
            }
        }
        Ok(())
    }
}
