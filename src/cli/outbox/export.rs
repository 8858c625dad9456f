//! `storebook outbox export`: the entries of every store as files for people and programs that are not ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::entries::{Item, items};
use super::{Chosen, journal, open, say};
use crate::cli::{Dates, Voice};
use crate::exchange::calendar::{Calendar, Entry, Kind};
use crate::exchange::csv::Csv;
use crate::exchange::workbook::Book;
use crate::exchange::{Field, Holds, Sheet, Writer};
use crate::locale::Locale;
use crate::locale::slug::slug;
use crate::outbox::{Mail, Sender, SmsRow, draft, sms_file};
use crate::problem::{Problem, Result};
use crate::project::{Clocks, Project, private};
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
        self.away_from_the_site(project)?;
        let entries = journal(project)?;
        let mut items = items(project, &self.wish.wish(), &self.dates, voice)?;
        items.retain(|item| open(&entries, &item.id));
        let mut stores: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            stores.entry(item.store.clone()).or_default().push(item);
        }
        let section = &project.config.project;
        let locale = Locale::built_in(project.default_locale(), &section.currency, section.money_scale)?;
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
            Files { folder: self.folder.join(folder_of(store)), locale: &locale, stamp, sender: sender.as_ref() }
                .write(store, items)?;
        }
        let all: usize = stores.values().map(Vec::len).sum();
        say(voice, &format!("{all} entries of {} stores in {}\n", stores.len(), self.folder.display()));
        Ok(())
    }

    /// What is published must not hold lists of people.
    fn away_from_the_site(&self, project: &Project) -> Result<()> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Problem::io("make the folder for the lists", &self.folder, &error))?;
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let folder = real(&self.folder);
        for published in [project.output(), project.data(), project.content(), project.deploy()] {
            if folder.starts_with(real(&published)) {
                return Err(Problem::refused(
                    "lists of people do not belong there: it is published, or read by the next build",
                )
                .at(&self.folder)
                .hint("name a folder outside the project's data, content and output"));
            }
        }
        Ok(())
    }
}

/// The name of a store's folder: its id where that is a plain name.
fn folder_of(store: &str) -> String {
    let plain =
        !store.is_empty() && store.len() < 60 && store.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { store.to_owned() } else { format!("{}-{}", slug(store), &blake3::hash(store.as_bytes()).to_hex()[..8]) }
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
        let mut book = Vec::new();
        self.table(store, items, &mut Book::small(&mut book)?)?;
        self.put("contacts.xlsx", &book)?;
        let mut text = Vec::new();
        self.table(store, items, &mut Csv::new(&mut text))?;
        self.put("contacts.csv", &text)?;
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
        let path = self.folder.join(name);
        let parent = path.parent().unwrap_or(&self.folder);
        private::folder(parent)
            .and_then(|()| private::write(&path, bytes))
            .map_err(|error| Problem::io("write a list", &path, &error))
    }

    fn table(&self, store: &str, items: &[Item], writer: &mut dyn Writer) -> Result<()> {
        let field = |name: &str, holds: Holds| Field {
            name: self.locale.t(&format!("outbox-{name}"), &[]),
            holds,
            nullable: true,
            key: false,
            heading: name.to_owned(),
            meaning: String::new(),
            codes: Vec::new(),
            choices: Vec::new(),
        };
        let texts = ["id", "kind", "channel", "name", "phone", "email", "title", "text"];
        let mut fields = vec![field("day", Holds::Date)];
        fields.extend(texts.map(|name| field(name, if name == "text" { Holds::Text } else { Holds::Id })));
        fields.extend([field("characters", Holds::Integer), field("parts", Holds::Integer)]);
        writer.sheet(&Sheet { name: store.to_owned(), fields })?;
        for item in items {
            let kind = self.locale.t(&format!("care-kind-{}", item.kind.replace('_', "-")), &[]);
            let channel = self.locale.t(&format!("care-channel-{}", item.channel), &[]);
            let text = |text: &str| Value::text(text);
            writer.row(&[
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
            ])?;
        }
        writer.finish()
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
