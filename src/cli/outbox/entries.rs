//! Entries of the care calendar that are to be done, with their texts.

use jiff::civil::Date;

use crate::cli::terminal::Bars;
use crate::cli::{Dates, Voice};
use crate::outbox::Entry;
use crate::outreach::Facts;
use crate::pipeline::{self, Request};
use crate::problem::Result;
use crate::project::{Clocks, Project};
use crate::warehouse::{Engine, Value, literal};

/// Which entries are meant.
pub struct Wish<'a> {
    pub store: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub until: Option<Date>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub store: String,
    pub kind: String,
    pub channel: String,
    pub on_day: Date,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub title: String,
    pub text: String,
    pub characters: i64,
    pub parts: i64,
    pub facts: Facts,
}

/// By store, day and importance.
///
/// # Errors
/// As a build without pages.
pub fn items(project: &Project, wish: &Wish<'_>, dates: &Dates, voice: Voice) -> Result<Vec<Item>> {
    let bars = Bars::new(voice);
    let request = Request { today: dates.today, as_of: dates.as_of, ..Request::default() };
    let warehouse = pipeline::warehouse(project, &request, &bars);
    bars.end();
    let engine = warehouse?.engine;
    let until = wish.until.unwrap_or(Clocks::of(project, dates.today, dates.as_of)?.today);
    let same = |column: &str, wanted: Option<&str>| {
        wanted.map_or_else(String::new, |wanted| format!(" and {column} = {}", literal(wanted)))
    };
    let select = format!(
        "select l.person_id, l.store_id, l.kind, l.subject, l.due_on, l.on_day, l.channel, p.name, p.phone, p.email, m.title, m.text,
            m.characters, m.parts, m.facts
        from main.care_list l
        join main.care_messages m
            on m.person_id = l.person_id and m.kind = l.kind and m.subject = l.subject and m.due_on = l.due_on
        join main.people p on p.person_id = l.person_id
        where coalesce(l.suppressed_by, 'done') = 'done' and l.on_day <= date {}{}{}
        order by l.store_id, l.on_day, l.priority, l.value desc, l.person_id, l.kind, l.subject, l.due_on",
        literal(&until.to_string()),
        same("l.store_id", wish.store),
        same("l.channel", wish.channel),
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let frame = engine.query(&select)?;
    let items = frame.rows.iter().map(|row| {
        let due_on = row[4].plain();
        let entry = Entry {
            person: row[0].as_str().unwrap_or_default(),
            kind: row[2].as_str().unwrap_or_default(),
            due_on: &due_on,
            subject: row[3].as_str().unwrap_or_default(),
            channel: row[6].as_str().unwrap_or_default(),
        };
        Item {
            id: entry.id(),
            store: text(&row[1]),
            kind: text(&row[2]),
            channel: text(&row[6]),
            on_day: row[5].as_date().unwrap_or(until),
            name: text(&row[7]),
            phone: text(&row[8]),
            email: text(&row[9]),
            title: text(&row[10]),
            text: text(&row[11]),
            characters: row[12].as_i64().unwrap_or(0),
            parts: row[13].as_i64().unwrap_or(0),
            facts: row[14].as_str().and_then(|facts| serde_json::from_str(facts).ok()).unwrap_or_default(),
        }
    });
    Ok(items.collect())
}
