//! Levels: how far two records agree in each column.

use super::edits::edits;
use super::levels::{address, category, code, date, email, name, text};
use super::records::{Cell, Records};
use super::schema::{Column, Kind, Rule};
use crate::identity::normalise::PersonName;
use crate::identity::normalise::address::numbers;
use crate::identity::normalise::name::{Script, sound};

/// The levels of all columns, four bits each: pairs with one pattern have one weight, but for how common a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(pub u64);

impl Pattern {
    pub fn level(self, column: usize) -> u8 {
        ((self.0 >> (4 * column)) & 15) as u8
    }
    /// Whether every column of the rule is at one of its levels.
    pub fn obeys(self, rule: &Rule) -> bool {
        rule.all.iter().all(|(column, levels)| levels.contains(&self.level(*column)))
    }
    pub fn any(self, rules: &[Rule]) -> Option<&Rule> {
        rules.iter().find(|rule| self.obeys(rule))
    }
}

/// Compares two records in every column.
pub fn compare(columns: &[Column], records: &Records, a: u32, b: u32) -> Pattern {
    let mut pattern = 0_u64;
    for (at, column) in columns.iter().enumerate() {
        pattern |= u64::from(level(at, column, records, (a, b))) << (4 * at);
    }
    Pattern(pattern)
}

fn level(at: usize, column: &Column, records: &Records, (a, b): (u32, u32)) -> u8 {
    let (left, right) = (records.symbol(at, a), records.symbol(at, b));
    if left == 0 || right == 0 {
        return 0;
    }
    if left == right {
        return same(column.kind, records, at, left);
    }
    let dictionary = records.dictionary(at);
    let (x, y) = (&dictionary.cells[left as usize], &dictionary.cells[right as usize]);
    match (column.kind, x, y) {
        (Kind::Name, Cell::Name(x), Cell::Name(y)) => names(x, y),
        (Kind::Date, Cell::Date(x, x_other), Cell::Date(y, y_other)) => dates((x, *x_other), (y, *y_other)),
        (Kind::Text, ..) => {
            let crossed = column
                .crosses
                .is_some_and(|other| left == records.symbol(other, b) || right == records.symbol(other, a));
            words(x.as_text(), y.as_text(), crossed)
        }
        (Kind::Code, ..) => codes(x.as_text(), y.as_text()),
        (Kind::Email, ..) => emails(x.as_text(), y.as_text()),
        (Kind::Address, ..) => addresses(x.as_text(), y.as_text()),
        _ => category::DIFFERENT,
    }
}

/// Two names without a given name (王女士 twice) agree in what they say, which is not the whole name.
fn same(kind: Kind, records: &Records, at: usize, symbol: u32) -> u8 {
    match (kind, &records.dictionary(at).cells[symbol as usize]) {
        (Kind::Name, Cell::Name(name)) if name.given.is_empty() || name.surname.is_empty() => name::PARTIAL,
        _ => 1,
    }
}

/// Jaro–Winkler similarity (Winkler 1990) of letters, with the limits Splink and others publish for names.
fn words(x: &str, y: &str, crossed: bool) -> u8 {
    let similarity = strsim::jaro_winkler(x, y);
    match similarity {
        _ if similarity >= 0.92 => text::CLOSE,
        _ if crossed => text::CROSSED,
        _ if similarity >= 0.80 => text::SIMILAR,
        _ => text::DIFFERENT,
    }
}

/// Edits: a wrong, missing or doubled character, or two neighbours exchanged.
fn codes(x: &str, y: &str) -> u8 {
    if x.len().abs_diff(y.len()) > 2 {
        return code::DIFFERENT;
    }
    match edits(x, y) {
        0 | 1 => code::SLIP,
        // In a short id two edits are another id.
        2 if x.len() >= 7 => code::NEAR,
        _ => code::DIFFERENT,
    }
}

fn emails(x: &str, y: &str) -> u8 {
    let parts = |text: &str| text.split_once('@').map(|(local, host)| (local.to_owned(), host.to_owned()));
    match (parts(x), parts(y)) {
        (Some((a, _)), Some((b, _))) if a == b && a.len() >= 4 => email::OTHER_HOST,
        _ if x.len().abs_diff(y.len()) <= 1 && edits(x, y) <= 1 => email::SLIP,
        _ => email::DIFFERENT,
    }
}

type Days<'a> = (&'a [u8; 8], Option<[u8; 8]>);

fn dates((x, x_other): Days<'_>, (y, y_other): Days<'_>) -> u8 {
    // One solar day, written in two calendars.
    if x == y {
        return date::SAME;
    }
    if x_other.as_ref() == Some(y) || y_other.as_ref() == Some(x) {
        return date::OTHER_CALENDAR;
    }
    let differ: Vec<usize> = (0..8).filter(|at| x[*at] != y[*at]).collect();
    let exchanged = match differ[..] {
        [_] => true,
        [i, j] => (j == i + 1) && x[i] == y[j] && x[j] == y[i],
        _ => false,
    };
    // 05-03 for 03-05.
    let turned = x[..4] == y[..4] && x[4..6] == y[6..8] && x[6..8] == y[4..6];
    if exchanged || turned {
        return date::SLIP;
    }
    let (year, month, day) = (x[..4] == y[..4], x[4..6] == y[4..6], x[6..] == y[6..]);
    if [year, month, day].iter().filter(|part| **part).count() == 2 { date::PART } else { date::DIFFERENT }
}

fn addresses(x: &str, y: &str) -> u8 {
    let homes = numbers(x).eq(numbers(y));
    let within = x.contains(y) || y.contains(x);
    let similarity = if within { 1.0 } else { strsim::jaro_winkler(x, y) };
    match similarity {
        _ if similarity >= 0.88 && homes => address::CLOSE,
        _ if similarity >= 0.85 => address::SIMILAR,
        _ => address::DIFFERENT,
    }
}

/// Names in Han characters by character and sound, names in Latin letters by word; a Han name written in pinyin is
/// recognised by its sound.
fn names(x: &PersonName, y: &PersonName) -> u8 {
    match (x.script, y.script) {
        (Script::Latin, Script::Latin) => latin(x, y),
        (Script::Latin, _) => spelled(y, x),
        (_, Script::Latin) => spelled(x, y),
        (Script::HanPet, _) | (_, Script::HanPet) => pet(x, y),
        (Script::HanTitle, _) | (_, Script::HanTitle) => {
            if x.surname_sound == y.surname_sound {
                name::PARTIAL
            } else {
                name::DIFFERENT
            }
        }
        (Script::Han, Script::Han) => han(x, y),
    }
}

fn han(x: &PersonName, y: &PersonName) -> u8 {
    if x.sound == y.sound {
        return if x.whole == y.whole { name::SAME } else { name::SAME_SOUND };
    }
    let surname = x.surname_sound == y.surname_sound;
    let (a, b): (Vec<char>, Vec<char>) = (x.given.chars().collect(), y.given.chars().collect());
    let turned = a.len() == b.len() && a.iter().eq(b.iter().rev());
    if surname && (turned || near(&x.sound) == near(&y.sound)) {
        return name::SLIP;
    }
    let shared = a.iter().filter(|letter| b.contains(letter)).count();
    if surname && a.len() != b.len() && shared == a.len().min(b.len()) {
        return name::ONE_CHARACTER;
    }
    if surname && a.len() == b.len() && a.len() > 1 && shared + 1 == a.len() {
        return name::ONE_CHARACTER;
    }
    // The surname was mistyped: all else agrees.
    if !surname && a == b && a.len() > 1 {
        return name::ONE_CHARACTER;
    }
    if surname { name::SURNAME } else { name::DIFFERENT }
}

/// Sounds that many speakers of the south do not tell apart: zh/z, ch/c, sh/s, n/l, ng/n, f/h.
fn near(sound: &str) -> String {
    let mut out = sound.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n");
    out = out.replace('l', "n");
    out
}

/// 阿芳 beside 王芳: part of the name, if it is in it at all.
fn pet(x: &PersonName, y: &PersonName) -> u8 {
    let within = |part: &PersonName, whole: &PersonName| part.surname.is_empty() && whole.given.contains(&part.given);
    if within(x, y) || within(y, x) { name::PARTIAL } else { name::DIFFERENT }
}

fn spelled(han: &PersonName, latin: &PersonName) -> u8 {
    let letters: String = latin.whole.split(' ').collect();
    let turned = format!("{}{}", sound(&han.given), han.surname_sound);
    if han.given.is_empty() || han.surname.is_empty() {
        let words: Vec<&str> = latin.whole.split(' ').collect();
        let known = if han.surname.is_empty() { &han.sound } else { &han.surname_sound };
        return if words.contains(&known.as_str()) { name::PARTIAL } else { name::DIFFERENT };
    }
    if letters == han.sound || letters == turned || latin.sound == han.sound {
        return name::SAME_SOUND;
    }
    if latin.whole.split(' ').any(|word| word == han.surname_sound) { name::SURNAME } else { name::DIFFERENT }
}

fn latin(x: &PersonName, y: &PersonName) -> u8 {
    if x.whole == y.whole {
        return name::SAME;
    }
    let sorted = |name: &PersonName| {
        let mut words: Vec<String> = name.whole.split(' ').map(ToOwned::to_owned).collect();
        words.sort_unstable();
        words
    };
    let (a, b) = (sorted(x), sorted(y));
    if a == b || a.concat() == b.concat() {
        return name::SAME_SOUND;
    }
    let part = |a: &[String], b: &[String]| a.iter().all(|word| b.contains(word));
    if x.surname == y.surname && (x.given.is_empty() || y.given.is_empty()) {
        return name::PARTIAL;
    }
    let initials = x.surname == y.surname
        && (x.given.chars().count() == 1 || y.given.chars().count() == 1)
        && x.given.chars().next() == y.given.chars().next();
    if initials || part(&a, &b) || part(&b, &a) {
        return name::PARTIAL;
    }
    if strsim::jaro_winkler(&a.concat(), &b.concat()) >= 0.92 {
        return name::SLIP;
    }
    if x.surname == y.surname { name::SURNAME } else { name::DIFFERENT }
}
