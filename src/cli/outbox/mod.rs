//! `storebook outbox`: what is to be said to customers, taken along as files, sent, and marked as done.

mod campaign;
mod entries;
mod export;
mod files;
mod send;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::output::{one_line, print};
use super::{Dates, Voice, date};
use crate::outbox::{Entries, Outbox as Journal, What};
use crate::problem::Result;
use crate::project::Project;
use crate::project::lock::Wait;
use entries::{Item, Wish, items};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook outbox list                          what is due today, with its ids and texts
  storebook outbox list --store S1 --channel sms
  storebook outbox export lists/                 per store: workbook, CSV, calendar, file for an SMS platform, mail drafts
  storebook outbox campaign C2026-12 lists/      per store: the people the campaign's message goes to
  storebook outbox done 3f0a1c22b4d59e60a1b2     somebody has seen to it
  storebook outbox send                          which mails would be sent; nothing leaves the machine
  storebook outbox send --send                   send them by the server of [mail]
  storebook outbox mark unsent 3f0a1c22b4d59e60a1b2  a mail of which it is not known whether it went may be sent again

What was done or sent is kept in state/outbox/ and never comes up again.")]
pub struct Outbox {
    #[command(subcommand)]
    what: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List entries of the care calendar, with what has become of them
    List(List),
    /// Write the entries of every store as files into a folder of their own; they hold names and telephone numbers
    Export(export::Export),
    /// Write the people a campaign's message goes to, per store, and the list that fixes its arms
    Campaign(campaign::Campaign),
    /// Mark entries as done
    Done(Ids),
    /// Say what became of mails of which it is not known whether they went
    Mark(Mark),
    /// Send the mails that are due; without --send only show them
    Send(send::Send),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    wish: Chosen,
    /// Also what is done or sent already
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    dates: Dates,
}

/// Which entries are meant.
#[derive(Debug, Args)]
struct Chosen {
    /// Of one store
    #[arg(long, value_name = "STORE_ID")]
    store: Option<String>,
    /// By one channel: phone, wechat, sms, mail
    #[arg(long)]
    channel: Option<String>,
    /// Up to this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
}

impl Chosen {
    fn wish(&self) -> Wish<'_> {
        Wish { store: self.store.as_deref(), channel: self.channel.as_deref(), until: self.until }
    }
}

#[derive(Debug, Args)]
struct Ids {
    /// Ids as `storebook outbox list` shows them
    #[arg(required = true)]
    ids: Vec<String>,
}

#[derive(Debug, Args)]
struct Mark {
    #[arg(value_enum)]
    state: State,
    #[command(flatten)]
    ids: Ids,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    /// It has arrived
    Sent,
    /// It did not go, and may be sent again
    Unsent,
}

impl Outbox {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let open = |task: &str| Journal::open(&project.state().join("outbox"), task, Wait::No);
        match &self.what {
            Command::List(command) => command.run(project, voice)?,
            Command::Export(command) => command.run(project, voice)?,
            Command::Campaign(command) => command.run(project, voice)?,
            Command::Done(ids) => {
                let changed = open("outbox done")?.mark_done(&ids.ids, Timestamp::now())?;
                say(voice, &format!("{changed} marked as done, {} were already\n", ids.ids.len() - changed));
            }
            Command::Mark(mark) => {
                let went = matches!(mark.state, State::Sent);
                let changed = open("outbox mark")?.mark(&mark.ids.ids, went, Timestamp::now())?;
                say(voice, &format!("{changed} marked\n"));
            }
            Command::Send(command) => return command.run(project, voice),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn say(voice: Voice, text: &str) {
    if !voice.quiet {
        print(text);
    }
}

/// What has become of the entries so far.
fn journal(project: &Project) -> Result<Entries> {
    Entries::read(&project.state().join("outbox"))
}

/// Whether somebody must still see to an entry.
fn open(entries: &Entries, id: &str) -> bool {
    entries.state_of(id).is_none_or(|what| matches!(what, What::Unsent | What::Sending))
}

impl List {
    fn run(&self, project: &Project, voice: Voice) -> Result<()> {
        let entries = journal(project)?;
        let items = items(project, &self.wish.wish(), &self.dates, voice)?;
        let mut text = String::new();
        let mut shown = 0;
        for item in items.iter().filter(|item| self.all || open(&entries, &item.id)) {
            shown += 1;
            let state = entries.state_of(&item.id).map_or("open", What::words);
            let Item { id, store, kind, channel, name, text: words, on_day, .. } = item;
            text += &one_line(&format!("{id}  {on_day}  {store}  {channel}  {kind}  {name}  {state}  {words}"));
            text.push('\n');
        }
        print(&format!("{text}{shown} of {} entries\n", items.len()));
        Ok(())
    }
}
