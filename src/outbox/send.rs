//! Sending a list of mails: each exactly once, or told as unsent, or told as not known.
//!
//! Before a server hears of a mail, the journal says `sending`; when it has answered, what it answered. A mail that a dead
//! run has left at `sending` may or may not have gone: it is not sent again until somebody has said that it did not go.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Time;

use super::clock::Clock;
use super::journal::{Entries, Outbox, What};
use super::mail::{Mail, Sender, address, build};
use super::smtp::{Connection, Delivery, Server};
use crate::problem::{Problem, Result};

/// The hours in which nobody is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// The first minute of quiet, such as 20:00.
    pub from: Time,
    /// The first minute after it, such as 09:00; before `from`, it is on the next day.
    pub until: Time,
}

impl Quiet {
    /// Whether `time` lies in the quiet hours; there are none when both ends are the same.
    pub fn holds(self, time: Time) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

/// What one mail came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It would be sent; the answer of a dry run.
    Would,
    Sent,
    /// The server refused it for good.
    Refused,
    /// No server has it; it is tried again next time.
    Unsent,
    /// Not known whether it went; it is not sent again until it is marked.
    Unknown,
    /// Settled before this run: sent, done, or refused.
    Before(What),
    /// The list holds the same entry further up.
    Twice,
}

/// What is told of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: String,
    pub outcome: Outcome,
    /// What the server said, or why it was not asked.
    pub note: String,
}

/// What is told of all of them, in their order.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub mails: Vec<Told>,
    /// Why not all were tried.
    pub stopped: Option<Problem>,
}

impl Report {
    /// How many came to `outcome`.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.mails.iter().filter(|told| told.outcome == outcome).count()
    }
}

/// What all mails of a run have in common.
pub struct Job<'a> {
    pub server: &'a Server,
    pub sender: &'a Sender,
    pub quiet: Option<Quiet>,
    /// Most mails in a minute, at least 1.
    pub per_minute: u32,
}

/// What sending would do, without asking a server or writing anything.
pub fn dry_run(mails: &[Mail], entries: &Entries) -> Report {
    let mut seen = BTreeSet::new();
    Report { mails: mails.iter().map(|mail| planned(mail, entries, &mut seen)).collect(), stopped: None }
}

/// Sends what is open. Whatever goes wrong, the report has every mail, and says what stopped the run.
pub fn send(mails: &[Mail], job: &Job<'_>, outbox: &mut Outbox, clock: &dyn Clock) -> Report {
    let mut seen = BTreeSet::new();
    let mut run = Run { job, outbox, clock, connection: None, spare: true, tried: false, stopped: None };
    let mut report = Report::default();
    for mail in mails {
        let mut told = planned(mail, run.outbox.entries(), &mut seen);
        if told.outcome == Outcome::Would {
            (told.outcome, told.note) = run.mail(mail);
        }
        report.mails.push(told);
    }
    if let Some(connection) = run.connection.take() {
        connection.quit();
    }
    report.stopped = run.stopped;
    report
}

/// What is known of a mail before any server is asked.
fn planned<'a>(mail: &'a Mail, entries: &Entries, seen: &mut BTreeSet<&'a str>) -> Told {
    let (outcome, note) = match entries.state_of(&mail.id) {
        _ if !seen.insert(&mail.id) => (Outcome::Twice, "the list holds it twice"),
        Some(What::Sending) => (Outcome::Unknown, "a run ended while it was sent; mark it as sent or unsent"),
        Some(what) if !what.open() => (Outcome::Before(what), ""),
        _ if address(&mail.to).is_none() => (Outcome::Unsent, "the mail address cannot be used"),
        _ => (Outcome::Would, ""),
    };
    Told { id: mail.id.clone(), outcome, note: note.to_owned() }
}

struct Run<'a, 'b> {
    job: &'a Job<'b>,
    outbox: &'a mut Outbox,
    clock: &'a dyn Clock,
    connection: Option<Connection<'a>>,
    /// Whether a broken connection may be made again; a mail that was taken gives it back.
    spare: bool,
    /// Whether a mail was tried, so that the next one waits.
    tried: bool,
    stopped: Option<Problem>,
}

type Became = (Outcome, String);

impl Run<'_, '_> {
    fn mail(&mut self, mail: &Mail) -> Became {
        if self.stopped.is_none() {
            self.wait();
        }
        while self.stopped.is_none() {
            match self.attempt(mail) {
                Ok(Some(became)) => return became,
                // The connection broke before the mail was handed over, and may be made again.
                Ok(None) => {}
                Err(problem) => self.stopped = Some(problem),
            }
        }
        (Outcome::Unsent, "sending was stopped before".to_owned())
    }

    /// Keeps the pace, the quiet hours, and what the user wants.
    fn wait(&mut self) {
        if self.tried && !self.clock.stopped() {
            self.clock.pause(Duration::from_mins(1) / self.job.per_minute.max(1));
        }
        let now = self.clock.now().time();
        if self.clock.stopped() {
            self.stopped = Some(Problem::failed("sending was interrupted").hint("send again for the rest"));
        } else if let Some(quiet) = self.job.quiet.filter(|quiet| quiet.holds(now)) {
            let (from, until) = (quiet.from.strftime("%H:%M"), quiet.until.strftime("%H:%M"));
            self.stopped = Some(
                Problem::refused(format!("these are quiet hours: nobody is written to from {from} to {until}"))
                    .hint(format!("send the rest after {until}")),
            );
        }
    }

    /// One try. `None`: nobody has the mail, and it may be tried on a new connection.
    fn attempt(&mut self, mail: &Mail) -> Result<Option<Became>> {
        let now = self.clock.now().timestamp();
        let message = match build(mail, self.job.sender, now) {
            Ok(message) => message,
            Err(problem) => return Ok(Some((Outcome::Unsent, problem.message().to_owned()))),
        };
        let text = message.formatted();
        let mut connection = match self.connection.take() {
            Some(connection) if connection.usable() => connection,
            _ => self.job.server.connect()?,
        };
        self.tried = true;
        self.note(&mail.id, What::Sending, "")?;
        let delivery = connection.deliver(message.envelope(), &text).without(mail.to.trim());
        if connection.usable() {
            self.connection = Some(connection);
        }
        self.settle(&mail.id, delivery)
    }

    /// Writes down what became of a mail. A journal that cannot be written stops the run: the next one would not know.
    fn settle(&mut self, id: &str, delivery: Delivery) -> Result<Option<Became>> {
        let (what, outcome, said) = match delivery {
            Delivery::Accepted(said) => {
                self.spare = true;
                (What::Sent, Outcome::Sent, said)
            }
            Delivery::Refused(said) => (What::Refused, Outcome::Refused, said),
            Delivery::Later(said) => (What::Unsent, Outcome::Unsent, said),
            Delivery::Sender(said) => {
                self.stopped = Some(
                    Problem::failed(format!("the mail server takes no mail from this sender: {said}"))
                        .hint("check from and user of the mail settings"),
                );
                (What::Unsent, Outcome::Unsent, said)
            }
            Delivery::Broken(why) => {
                self.note(id, What::Unsent, &why)?;
                if std::mem::take(&mut self.spare) {
                    return Ok(None);
                }
                self.broken(&why);
                return Ok(Some((Outcome::Unsent, why)));
            }
            Delivery::Unknown(why) => {
                if !std::mem::take(&mut self.spare) {
                    self.broken(&why);
                }
                (What::Sending, Outcome::Unknown, why)
            }
        };
        if let Err(problem) = self.note(id, what, &said) {
            // What the server has answered is told all the same.
            self.stopped = Some(problem);
        }
        Ok(Some((outcome, said)))
    }

    fn broken(&mut self, why: &str) {
        self.stopped = Some(
            Problem::failed(format!("the connection to the mail server broke twice: {why}"))
                .hint("the rest was not sent; send again when the server is well"),
        );
    }

    fn note(&mut self, id: &str, what: What, note: &str) -> Result<()> {
        let at = self.clock.now().timestamp();
        self.outbox.note(id, what, note, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::lock::Wait;
    use jiff::civil::time;

    #[test]
    fn c26_quiet_hours_cross_midnight() {
        let night = Quiet { from: time(20, 0, 0, 0), until: time(9, 0, 0, 0) };
        for (hour, minute, quiet) in [(19, 59, false), (20, 0, true), (0, 0, true), (8, 59, true), (9, 0, false)] {
            assert_eq!(night.holds(time(hour, minute, 0, 0)), quiet, "{hour}:{minute}");
        }
        let noon = Quiet { from: time(12, 0, 0, 0), until: time(13, 30, 0, 0) };
        assert!(noon.holds(time(12, 0, 0, 0)) && !noon.holds(time(13, 30, 0, 0)) && !noon.holds(time(0, 0, 0, 0)));
        let none = Quiet { from: time(9, 0, 0, 0), until: time(9, 0, 0, 0) };
        assert!(!none.holds(time(9, 0, 0, 0)));
    }

    #[test]
    fn c26_a_dry_run_tells_each_mail_once() {
        let temp = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(temp.path(), "test", Wait::No).unwrap();
        let at = "2026-11-04T08:30:00Z".parse().unwrap();
        let states = [What::Done, What::Sending, What::Sent, What::Refused, What::Unsent];
        for (number, what) in states.into_iter().enumerate() {
            outbox.note(&format!("{number:020x}"), what, "", at).unwrap();
        }
        let mail = |number: usize, to: &str| Mail {
            id: format!("{number:020x}"),
            to: to.into(),
            name: String::new(),
            subject: "x".into(),
            text: "x".into(),
        };
        let mut mails: Vec<Mail> = (0..6).map(|number| mail(number, "a@example.com")).collect();
        mails.push(mail(5, "a@example.com"));
        mails.push(mail(6, "nowhere"));
        let told: Vec<Outcome> = dry_run(&mails, outbox.entries()).mails.iter().map(|told| told.outcome).collect();
        use Outcome::{Before, Twice, Unknown, Unsent, Would};
        let before = |what| Before(what);
        assert_eq!(
            told,
            [before(What::Done), Unknown, before(What::Sent), before(What::Refused), Would, Would, Twice, Unsent]
        );
    }
}
