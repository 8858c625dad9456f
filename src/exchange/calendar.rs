//! Calendars as files, for the phone of whoever has something to do on a day (RFC 5545, iCalendar).
//!
//! Only what a list of dated things to do needs: entries that last a day, each with a reminder if wanted. A day of a calendar has
//! no time zone, so neither has the file. Nothing is read from a clock, and the order of entries is the caller's: the same input
//! gives the same bytes. Whatever the texts hold, the file stays a calendar of as many entries as were given.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Octets of a line, without its end (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// Why a calendar cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no entry; a calendar has at least one (3.4).
    Empty,
    /// The entry at this place, counted from 0, has no UID, or one of control characters only.
    NoUid(usize),
    /// Two entries have this UID; a calendar program would keep one of them.
    SameUid(String),
    /// A year that four digits cannot hold.
    Year(i16),
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Empty => write!(out, "a calendar needs at least one entry"),
            Problem::NoUid(at) => write!(out, "entry {at} of the calendar has no UID"),
            Problem::SameUid(uid) => write!(out, "two entries of the calendar have the UID {uid}"),
            Problem::Year(year) => write!(out, "a calendar cannot hold the year {year}"),
        }
    }
}

impl std::error::Error for Problem {}

/// What an entry is to the program that opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Stands on top of its day (VEVENT); every program shows it.
    Event,
    /// Stands in the list of things to do and can be ticked off (VTODO); not every telephone shows those.
    Todo,
}

/// One thing on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    /// Names the thing for ever: a program that reads the file again changes the entry of the same UID instead of adding one.
    pub uid: String,
    pub day: Date,
    pub summary: String,
    /// Left out when empty.
    pub description: String,
    /// Left out when empty; each becomes one word of CATEGORIES.
    pub categories: Vec<String>,
    /// Minutes from the beginning of the day to the reminder: 540 is nine in the morning, −360 six in the evening before.
    pub alarm: Option<i32>,
}

/// A calendar of one store or one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Shown as the calendar's name; left out when empty.
    pub name: String,
    /// The program that wrote it: `-//Storebook//Follow-ups//EN`.
    pub product: String,
    /// When the file was made, DTSTAMP of every entry; fractions of a second are cut.
    pub stamp: Timestamp,
    pub entries: Vec<Entry>,
}

impl Calendar {
    /// The file, in UTF-8 with CRLF at the end of every line.
    ///
    /// # Errors
    /// There is no entry, a UID is missing or there twice, or a year has not four digits.
    pub fn write(&self) -> Result<String, Problem> {
        if self.entries.is_empty() {
            return Err(Problem::Empty);
        }
        let stamp = stamp(self.stamp)?;
        let mut lines = Lines::default();
        lines.add("BEGIN", "VCALENDAR");
        lines.add("VERSION", "2.0");
        lines.add("PRODID", &escaped(&self.product));
        lines.add("CALSCALE", "GREGORIAN");
        // NAME is RFC 7986, the other is what programs knew before.
        lines.text("NAME", &self.name);
        lines.text("X-WR-CALNAME", &self.name);
        let mut known = BTreeSet::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let uid = escaped(&entry.uid);
            if uid.trim().is_empty() {
                return Err(Problem::NoUid(at));
            }
            entry.write(&uid, &stamp, &mut lines)?;
            if !known.insert(uid) {
                return Err(Problem::SameUid(entry.uid.clone()));
            }
        }
        lines.add("END", "VCALENDAR");
        Ok(lines.written)
    }
}

impl Entry {
    fn write(&self, uid: &str, stamp: &str, lines: &mut Lines) -> Result<(), Problem> {
        let component = match self.kind {
            Kind::Event => "VEVENT",
            Kind::Todo => "VTODO",
        };
        let day = date(self.day)?;
        lines.add("BEGIN", component);
        lines.add("UID", uid);
        lines.add("DTSTAMP", stamp);
        match self.kind {
            // Without an end it lasts its day (3.6.1). It does not make anybody busy.
            Kind::Event => {
                lines.add("DTSTART;VALUE=DATE", &day);
                lines.add("TRANSP", "TRANSPARENT");
            }
            // No DTSTART: DUE would have to be later (3.8.2.3).
            Kind::Todo => {
                lines.add("DUE;VALUE=DATE", &day);
                lines.add("STATUS", "NEEDS-ACTION");
            }
        }
        lines.add("SUMMARY", &escaped(&self.summary));
        lines.text("DESCRIPTION", &self.description);
        let categories: Vec<String> =
            self.categories.iter().map(|word| escaped(word)).filter(|word| !word.is_empty()).collect();
        if !categories.is_empty() {
            lines.add("CATEGORIES", &categories.join(","));
        }
        // About customers: not for whom a calendar is shared with.
        lines.add("CLASS", "PRIVATE");
        if let Some(minutes) = self.alarm {
            lines.add("BEGIN", "VALARM");
            lines.add("ACTION", "DISPLAY");
            lines.add("DESCRIPTION", &escaped(&self.summary));
            // Counted from midnight of the day, where the reader is (3.8.6.3).
            let trigger = if self.kind == Kind::Todo { "TRIGGER;RELATED=END" } else { "TRIGGER" };
            lines.add(trigger, &duration(minutes));
            lines.add("END", "VALARM");
        }
        lines.add("END", component);
        Ok(())
    }
}

/// Content lines, folded.
#[derive(Default)]
struct Lines {
    written: String,
}

impl Lines {
    /// A text, unless nothing of it is left.
    fn text(&mut self, name: &str, text: &str) {
        let value = escaped(text);
        if !value.is_empty() {
            self.add(name, &value);
        }
    }

    /// `value` is as it stands in the file. A longer line goes on after CRLF and a blank, which counts as one of the octets; no
    /// character is cut (3.1).
    fn add(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if used + c.len_utf8() > LONGEST_LINE {
                self.written.push_str("\r\n ");
                used = 1;
            }
            self.written.push(c);
            used += c.len_utf8();
        }
        self.written.push_str("\r\n");
    }
}

/// A text as a value (3.3.11). All ways to end a line become `\n`, the few that only some programs take for one among them;
/// other control characters but the tab, which no calendar may hold, are left out.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' => {
                characters.next_if_eq(&'\n');
                value.push_str("\\n");
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => value.push_str("\\n"),
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\t' => value.push(c),
            _ if c.is_control() => {}
            _ => value.push(c),
        }
    }
    value
}

fn date(day: Date) -> Result<String, Problem> {
    if day.year() < 1 {
        return Err(Problem::Year(day.year()));
    }
    Ok(format!("{:04}{:02}{:02}", day.year(), day.month(), day.day()))
}

/// In UTC (3.3.5, form 2).
fn stamp(moment: Timestamp) -> Result<String, Problem> {
    let at = moment.to_zoned(TimeZone::UTC).datetime();
    Ok(format!("{}T{:02}{:02}{:02}Z", date(at.date())?, at.hour(), at.minute(), at.second()))
}

/// A duration (3.3.6) of whole minutes: `PT9H`, `-P1DT30M`.
fn duration(minutes: i32) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    let left = minutes.unsigned_abs();
    let days = match left / 1440 {
        0 => String::new(),
        days => format!("{days}D"),
    };
    let time = match (left / 60 % 24, left % 60) {
        (0, 0) if left > 0 => String::new(),
        (0, rest) => format!("T{rest}M"),
        (hours, 0) => format!("T{hours}H"),
        (hours, rest) => format!("T{hours}H{rest}M"),
    };
    format!("{sign}P{days}{time}")
}
