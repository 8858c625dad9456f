//! `storebook outbox send`: the mails that are due, by the server of the settings.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use jiff::tz::TimeZone;

use super::entries::{Wish, items};
use super::export::mail;
use super::{journal, open};
use crate::cli::output::{one_line, print};
use crate::cli::{Dates, Voice};
use crate::outbox::{Job, Mail, Outbox, Outcome, Quiet, Report, Sender, Server, SystemClock, dry_run, send};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::lock::Wait;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook outbox send               what would be sent
  storebook outbox send --send        send it; server, sender and pace stand in [mail] of storebook.toml

Each mail goes once or is told as unsent. One of which it is not known whether it went (the program or the line died) is
not sent again before `storebook outbox mark` says so. Ends with 1 where something was not sent.")]
pub struct Send {
    /// Send them; without this nothing leaves the machine
    #[arg(long)]
    send: bool,
    /// Of one store
    #[arg(long, value_name = "STORE_ID")]
    store: Option<String>,
    #[command(flatten)]
    dates: Dates,
}

impl Send {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let wish = Wish { store: self.store.as_deref(), channel: Some("mail"), until: None };
        let entries = journal(project)?;
        let items = items(project, &wish, &self.dates, voice)?;
        let mails: Vec<Mail> = items.iter().filter(|item| open(&entries, &item.id)).map(mail).collect();
        if !self.send {
            print(&told(&dry_run(&mails, &entries)));
            if !mails.is_empty() {
                print("Nothing was sent: that takes --send.\n");
            }
            return Ok(ExitCode::SUCCESS);
        }
        let report = self.sent(project, &mails)?;
        print(&told(&report));
        if let Some(problem) = report.stopped {
            return Err(problem);
        }
        let all = report.count(Outcome::Sent) == report.mails.len();
        Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn sent(&self, project: &Project, mails: &[Mail]) -> Result<Report> {
        let settings = &project.config.mail;
        let server = Server::of(settings, &|name| std::env::var(name).ok())?;
        let sender = Sender::new(&settings.from, &settings.reply_to, &settings.unsubscribe)?;
        let (from, until) = project.config.messages.quiet()?;
        let zone = TimeZone::get(&project.config.project.timezone)
            .map_err(|error| Problem::usage(format!("timezone {}: {error}", project.config.project.timezone)))?;
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        // The mail at hand is finished first: one that is broken off may or may not have gone.
        ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))
            .map_err(|error| Problem::failed(format!("the program cannot be asked to end: {error}")))?;
        let job = Job {
            server: &server,
            sender: &sender,
            quiet: Some(Quiet { from, until }),
            per_minute: settings.per_minute,
        };
        let mut outbox = Outbox::open(&project.state().join("outbox"), "outbox send", Wait::No)?;
        Ok(send(mails, &job, &mut outbox, &SystemClock { zone, stop }))
    }
}

/// A line for each mail, without its address.
fn told(report: &Report) -> String {
    let mut text = String::new();
    for mail in &report.mails {
        let words = match mail.outcome {
            Outcome::Would => "would be sent",
            Outcome::Sent => "sent",
            Outcome::Refused => "refused",
            Outcome::Unsent => "unsent",
            Outcome::Unknown => "not known whether it went",
            Outcome::Before(what) => what.words(),
            Outcome::Twice => "twice in the list",
        };
        let note = if mail.note.is_empty() { String::new() } else { format!("  ({})", mail.note) };
        text += &one_line(&format!("{}  {words}{note}", mail.id));
        text.push('\n');
    }
    let counts = [
        (Outcome::Would, "to send"),
        (Outcome::Sent, "sent"),
        (Outcome::Refused, "refused"),
        (Outcome::Unsent, "unsent"),
        (Outcome::Unknown, "not known"),
    ];
    let counts: Vec<String> = (counts.into_iter())
        .filter(|(outcome, _)| report.count(*outcome) > 0)
        .map(|(outcome, words)| format!("{} {words}", report.count(outcome)))
        .collect();
    text + &(if counts.is_empty() { "no mail is due".to_owned() } else { counts.join(", ") }) + "\n"
}
