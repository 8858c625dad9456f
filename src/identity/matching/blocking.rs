//! Which pairs are compared: records that agree in a key. A block that would make too many pairs is cut by further
//! keys; what is then still too large is compared within a window of neighbours, and said.

use rayon::prelude::*;

use super::records::{Cell, Records};
use super::schema::{Block, Key};

/// A pair as one number, the smaller record in the upper half.
pub type Pair = u64;

pub fn pair(a: u32, b: u32) -> Pair {
    (u64::from(a.min(b)) << 32) | u64::from(a.max(b))
}
pub fn split(pair: Pair) -> (u32, u32) {
    ((pair >> 32) as u32, (pair & u64::from(u32::MAX)) as u32)
}

/// What one blocking rule gave.
#[derive(Debug, Default)]
pub struct Blocked {
    /// Sorted, each once.
    pub pairs: Vec<Pair>,
    /// Blocks that had to be cut, and records in blocks that stayed too large.
    pub cut: usize,
    pub windowed: usize,
}

/// The pairs of one rule; no block has more than `limit` records.
pub fn block(records: &Records, rule: &Block, limit: usize) -> Blocked {
    let keys: Vec<KeyTable> = rule.keys.iter().map(|key| KeyTable::new(records, *key)).collect();
    let refine: Vec<KeyTable> = rule.refine.iter().map(|key| KeyTable::new(records, *key)).collect();
    let mut entries: Vec<(u64, u32)> = (0..u32::try_from(records.len()).unwrap_or(u32::MAX))
        .into_par_iter()
        .flat_map_iter(|record| combined(&keys, record).into_iter().flatten().map(move |key| (key, record)))
        .collect();
    entries.par_sort_unstable();
    entries.dedup();
    let mut blocked = Blocked::default();
    for group in entries.chunk_by(|a, b| a.0 == b.0) {
        let mut members: Vec<u32> = group.iter().map(|(_, record)| *record).collect();
        if members.len() > limit {
            blocked.cut += 1;
            cut(&mut members, &refine, limit, &mut blocked);
        } else {
            pairs(&members, members.len(), &mut blocked.pairs);
        }
    }
    blocked.pairs.par_sort_unstable();
    blocked.pairs.dedup();
    blocked
}

fn cut(members: &mut [u32], refine: &[KeyTable<'_>], limit: usize, blocked: &mut Blocked) {
    let Some((first, rest)) = refine.split_first() else {
        blocked.windowed += members.len();
        pairs(members, limit / 4, &mut blocked.pairs);
        return;
    };
    let mut keyed: Vec<(u64, u32)> =
        members.iter().map(|record| (first.first(*record).unwrap_or(0), *record)).collect();
    keyed.sort_unstable();
    for group in keyed.chunk_by(|a, b| a.0 == b.0) {
        // Records without the second key have only their key in common, which too many share.
        let mut part: Vec<u32> = group.iter().map(|(_, record)| *record).collect();
        if part.len() <= limit {
            pairs(&part, part.len(), &mut blocked.pairs);
        } else {
            cut(&mut part, rest, limit, blocked);
        }
    }
}

/// Every record with those that stand up to `window` places after it.
fn pairs(members: &[u32], window: usize, out: &mut Vec<Pair>) {
    for (at, a) in members.iter().enumerate() {
        for b in members.iter().skip(at + 1).take(window) {
            out.push(pair(*a, *b));
        }
    }
}

/// The keys of a record: one, or two where a part has two readings. `None` where a part is missing.
fn combined(keys: &[KeyTable<'_>], record: u32) -> [Option<u64>; 2] {
    let mut both = [Some(1_u64), None];
    for table in keys {
        let [one, other] = table.both(record);
        let Some(one) = one else { return [None, None] };
        let first = both[0];
        both = both.map(|key| key.map(|key| mix(key, one)));
        if let (Some(other), Some(first)) = (other, first) {
            both[1] = Some(mix(first, other));
        }
    }
    both
}

/// The key of every symbol of a column, worked out once.
struct KeyTable<'a> {
    symbols: &'a [u32],
    keys: Vec<[Option<u64>; 2]>,
}

impl<'a> KeyTable<'a> {
    fn new(records: &'a Records, key: Key) -> KeyTable<'a> {
        let column = key.column();
        let cells = &records.dictionary(column).cells;
        let mut keys: Vec<[Option<u64>; 2]> = cells.par_iter().map(|cell| of_cell(cell, key)).collect();
        keys[0] = [None, None];
        KeyTable { symbols: records.symbols(column), keys }
    }
    fn both(&self, record: u32) -> [Option<u64>; 2] {
        self.keys[self.symbols[record as usize] as usize]
    }
    fn first(&self, record: u32) -> Option<u64> {
        self.both(record)[0]
    }
}

fn of_cell(cell: &Cell, key: Key) -> [Option<u64>; 2] {
    let one = |text: &str| [(!text.is_empty()).then(|| hash(text.as_bytes())), None];
    let date = |digits: &[u8]| [Some(hash(digits)), None];
    match (key, cell) {
        (Key::Sound(_), Cell::Name(name)) if name.given.is_empty() || name.surname.is_empty() => [None, None],
        (Key::Sound(_), Cell::Name(name)) => one(&name.sound),
        (Key::SurnameSound(_), Cell::Name(name)) => one(&name.surname_sound),
        (Key::Whole(_), Cell::Date(day, _)) => date(day),
        (Key::EitherCalendar(_), Cell::Date(day, other)) => [Some(hash(day)), other.map(|other| hash(&other))],
        (Key::Year(_), Cell::Date(day, _)) => date(&day[..4]),
        (Key::MonthDay(_), Cell::Date(day, _)) => date(&day[4..]),
        (Key::Head(_, count), cell) => one(&cell.as_text().chars().take(count.into()).collect::<String>()),
        (Key::Tail(_, count), cell) => {
            let text = cell.as_text();
            let skip = text.chars().count().saturating_sub(count.into());
            one(&text.chars().skip(skip).collect::<String>())
        }
        (_, cell) => one(cell.as_text()),
    }
}

/// FNV-1a. Two keys that fall together only bring a few more pairs to be compared.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn mix(key: u64, part: u64) -> u64 {
    (key.rotate_left(23) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
