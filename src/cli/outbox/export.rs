//! `storebook outbox export`: the entries of every store as files for people and programs that are not ours.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::entries::{Item, items};
use super::{Chosen, files, journal, open, say};
use crate::cli::{Dates, Voice};
use crate::exchange::calendar::{Calendar, Entry, Kind};
use crate::exchange::{Holds, Sheet};
use crate::locale::Locale;
use crate::outbox::{Mail, Sender, SmsRow, draft, sms_file};
use crate::problem::{Problem, Result};
use crate::project::{Clocks, Project};
use crate::warehouse::Value;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook outbox export lists/
  storebook outbox export lists/ --store S1 --until 2026-11-14

Each store has a folder: contacts.xlsx and contacts.csv (everything), calendar.ics, sms.csv for an SMS platform, and
mail/*.eml, drafts that a mail program opens. Only the owner of the files can read them.")]
pub struct Export {
    /// Folder to write into; files of the same names are replaced
    folder: PathBuf,
    #[command(flatten)]
    wish: Chosen,
    #[command(flatten)]
    dates: Dates,
}

/// Nine in the morning, in minutes.
const REMINDER: i32 = 540;

impl Export {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<()> {
        files::make(project, &self.folder)?;
        let entries = journal(project)?;
        let mut items = items(project, &self.wish.wish(), &self.dates, voice)?;
        items.retain(|item| open(&entries, &item.id));
        let mut stores: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            stores.entry(item.store.clone()).or_default().push(item);
        }
        let locale = files::locale(project)?;
        let today = Clocks::of(project, self.dates.today, self.dates.as_of)?.today;
        let stamp = today
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|error| Problem::usage(format!("the day {today}: {error}")))?
            .timestamp();
        let mail = &project.config.mail;
        let sender = match mail.from.trim() {
            "" => None,
            from => Some(Sender::new(from, &mail.reply_to, &mail.unsubscribe)?),
        };
        for (store, items) in &stores {
            Files { folder: self.folder.join(files::name_of(store)), locale: &locale, stamp, sender: sender.as_ref() }
                .write(store, items)?;
        }
        let all: usize = stores.values().map(Vec::len).sum();
        say(voice, &format!("{all} entries of {} stores in {}\n", stores.len(), self.folder.display()));
        Ok(())
    }
}

/// The files of one store.
struct Files<'a> {
    folder: PathBuf,
    locale: &'a Locale,
    stamp: Timestamp,
    sender: Option<&'a Sender>,
}

impl Files<'_> {
    fn write(&self, store: &str, items: &[Item]) -> Result<()> {
        let (sheet, rows) = self.table(store, items);
        files::put_list(&self.folder, "contacts", &sheet, &rows)?;
        self.put("calendar.ics", self.calendar(store, items)?.as_bytes())?;
        let rows: Vec<SmsRow> = (items.iter().filter(|item| item.channel == "sms"))
            .map(|item| SmsRow { phone: item.phone.clone(), text: item.text.clone(), facts: item.facts.clone() })
            .collect();
        if !rows.is_empty() {
            self.put("sms.csv", sms_file(&rows).as_bytes())?;
        }
        for item in items.iter().filter(|item| item.channel == "mail") {
            let bytes = draft(&mail(item), self.sender, self.stamp)?;
            self.put(&format!("mail/{}.eml", item.id), &bytes)?;
        }
        Ok(())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        files::put(&self.folder.join(name), bytes)
    }

    fn table(&self, store: &str, items: &[Item]) -> (Sheet, Vec<Vec<Value>>) {
        let field = |name: &str, holds: Holds| files::field(self.locale, name, holds);
        let texts = ["id", "kind", "channel", "name", "phone", "email", "title", "text"];
        let mut fields = vec![field("day", Holds::Date)];
        fields.extend(texts.map(|name| field(name, if name == "text" { Holds::Text } else { Holds::Id })));
        fields.extend([field("characters", Holds::Integer), field("parts", Holds::Integer)]);
        let row = |item: &Item| {
            let kind = self.locale.t(&format!("care-kind-{}", item.kind.replace('_', "-")), &[]);
            let channel = self.locale.t(&format!("care-channel-{}", item.channel), &[]);
            let text = |text: &str| Value::text(text);
            vec![
                Value::Date(item.on_day),
                text(&item.id),
                text(&kind),
                text(&channel),
                text(&item.name),
                text(&item.phone),
                text(&item.email),
                text(&item.title),
                text(&item.text),
                Value::Int(item.characters),
                Value::Int(item.parts),
            ]
        };
        (Sheet { name: store.to_owned(), fields }, items.iter().map(row).collect())
    }

    fn calendar(&self, store: &str, items: &[Item]) -> Result<String> {
        let entry = |item: &Item| {
            let kind = self.locale.t(&format!("care-kind-{}", item.kind.replace('_', "-")), &[]);
            Entry {
                kind: Kind::Event,
                uid: format!("{}@storebook", item.id),
                day: item.on_day,
                summary: format!("{kind}: {}", item.name),
                description: item.text.clone(),
                categories: vec![kind],
                alarm: Some(REMINDER),
            }
        };
        let calendar = Calendar {
            name: store.to_owned(),
            product: "-//Storebook//Storebook//EN".to_owned(),
            stamp: self.stamp,
            entries: items.iter().map(entry).collect(),
        };
        calendar.write().map_err(|problem| Problem::failed(problem.to_string()))
    }
}

/// An entry as a mail.
pub fn mail(item: &Item) -> Mail {
    Mail {
        id: item.id.clone(),
        to: item.email.clone(),
        name: item.name.clone(),
        subject: item.title.clone(),
        text: item.text.clone(),
    }
}
