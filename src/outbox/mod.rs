//! How words get to customers: files for others to send, mails by a server, and a journal of what became of each.

mod clock;
mod journal;
mod mail;
mod marks;
mod send;
mod sms_file;
mod smtp;

pub use clock::{Clock, SystemClock};
pub use journal::{Entries, Entry, Line, Outbox, What};
pub use mail::{Mail, Sender, build, draft};
pub use marks::OutboxMarks;
pub use send::{Job, Outcome, Quiet, Report, Told, dry_run, send};
pub use sms_file::{SmsRow, sms_file};
pub use smtp::Server;

#[cfg(test)]
mod journal_tests;
