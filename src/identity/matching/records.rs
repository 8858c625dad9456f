//! The values of all records, each distinct value once: comparing is mostly comparing numbers.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::schema::{Column, Kind};
use crate::identity::normalise::PersonName;

/// A normalised value with what its comparison needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cell {
    Name(Box<PersonName>),
    Text(Box<str>),
    /// Eight digits, and those of the other calendar.
    Date([u8; 8], Option<[u8; 8]>),
}

impl Cell {
    pub fn text(text: impl Into<Box<str>>) -> Cell {
        Cell::Text(text.into())
    }
    /// The text, or the whole name; empty for dates.
    pub fn as_text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            Cell::Name(name) => &name.whole,
            Cell::Date(..) => "",
        }
    }
}

/// The distinct values of one or of two crossing columns.
#[derive(Debug, Default)]
pub struct Dictionary {
    /// Symbol 0 is the missing value.
    pub cells: Vec<Cell>,
    /// How many records hold each symbol.
    pub counts: Vec<u32>,
    /// Records that hold any.
    pub filled: u64,
    /// Of names: records by sound and by sound of the surname, for each symbol.
    pub sounds: Vec<u32>,
    pub surnames: Vec<u32>,
    /// Sums of the squared shares: the chance that two strangers agree in a value, a sound, a surname.
    pub chance: f64,
    pub sound_chance: f64,
    pub surname_chance: f64,
}

#[derive(Debug)]
pub struct Records {
    len: usize,
    /// By column: a symbol per record.
    symbols: Vec<Vec<u32>>,
    dictionaries: Vec<Dictionary>,
    of_column: Vec<usize>,
}

impl Records {
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn symbol(&self, column: usize, record: u32) -> u32 {
        self.symbols[column][record as usize]
    }
    pub fn dictionary(&self, column: usize) -> &Dictionary {
        &self.dictionaries[self.of_column[column]]
    }
    pub fn symbols(&self, column: usize) -> &[u32] {
        &self.symbols[column]
    }
    /// `None` when the record has no value.
    pub fn cell(&self, column: usize, record: u32) -> Option<&Cell> {
        match self.symbol(column, record) {
            0 => None,
            symbol => self.dictionary(column).cells.get(symbol as usize),
        }
    }

    /// The same for records that hold the same values, wherever they stand.
    pub fn content(&self, record: u32) -> u64 {
        let mut hasher = DefaultHasher::new();
        for column in 0..self.symbols.len() {
            self.cell(column, record).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Takes values that many different names share out of `column`; returns how many values and records that were.
    pub fn forget_shared(&mut self, column: usize, names: usize, most: usize) -> (usize, usize) {
        let mut met: HashMap<u32, Vec<u32>> = HashMap::new();
        for (symbol, name) in self.symbols[column].iter().zip(&self.symbols[names]) {
            let known = met.entry(*symbol).or_default();
            if *symbol != 0 && *name != 0 && known.len() <= most && !known.contains(name) {
                known.push(*name);
            }
        }
        let shared = |symbol: &u32| met.get(symbol).is_some_and(|names| names.len() > most);
        let mut records = 0;
        for symbol in &mut self.symbols[column] {
            if shared(symbol) {
                *symbol = 0;
                records += 1;
            }
        }
        let values = met.values().filter(|names| names.len() > most).count();
        if records > 0 {
            self.count();
        }
        (values, records)
    }

    fn count(&mut self) {
        for dictionary in &mut self.dictionaries {
            dictionary.counts = vec![0; dictionary.cells.len()];
        }
        for (column, symbols) in self.symbols.iter().enumerate() {
            let dictionary = &mut self.dictionaries[self.of_column[column]];
            for symbol in symbols {
                dictionary.counts[*symbol as usize] += 1;
            }
        }
        self.dictionaries.iter_mut().for_each(Dictionary::measure);
    }
}

impl Dictionary {
    fn measure(&mut self) {
        self.counts[0] = 0;
        self.filled = self.counts.iter().map(|count| u64::from(*count)).sum();
        self.chance = chance(self.counts.iter().copied(), self.filled);
        if !self.cells.iter().any(|cell| matches!(cell, Cell::Name(_))) {
            return;
        }
        let mut sounds: HashMap<&str, u32> = HashMap::new();
        let mut surnames: HashMap<&str, u32> = HashMap::new();
        for (cell, count) in self.cells.iter().zip(&self.counts) {
            if let Cell::Name(name) = cell {
                *sounds.entry(&name.sound).or_default() += count;
                *surnames.entry(&name.surname_sound).or_default() += count;
            }
        }
        let per_cell = |table: &HashMap<&str, u32>, key: fn(&PersonName) -> &str| {
            let counts = self.cells.iter().map(|cell| match cell {
                Cell::Name(name) => table.get(key(name)).copied().unwrap_or_default(),
                _ => 0,
            });
            counts.collect::<Vec<u32>>()
        };
        let (by_sound, by_surname) =
            (per_cell(&sounds, |name| &name.sound), per_cell(&surnames, |name| &name.surname_sound));
        let sorted = |table: HashMap<&str, u32>| {
            let mut counts: Vec<u32> = table.into_values().collect();
            counts.sort_unstable();
            counts
        };
        self.sound_chance = chance(sorted(sounds).into_iter(), self.filled);
        self.surname_chance = chance(sorted(surnames).into_iter(), self.filled);
        (self.sounds, self.surnames) = (by_sound, by_surname);
    }
}

fn chance(counts: impl Iterator<Item = u32>, filled: u64) -> f64 {
    // Whole numbers, so that the sum has no order.
    let squares: u128 = counts.map(|count| u128::from(count) * u128::from(count)).sum();
    let all = u128::from(filled.max(1));
    squares as f64 / (all * all) as f64
}

/// Fills [`Records`] one record at a time.
pub struct RecordsBuilder {
    records: Records,
    keys: Vec<HashMap<Cell, u32>>,
    kinds: Vec<Kind>,
}

impl RecordsBuilder {
    pub fn new(columns: &[Column]) -> RecordsBuilder {
        let mut of_column: Vec<usize> = (0..columns.len()).collect();
        for (at, column) in columns.iter().enumerate() {
            // Crossing columns share their values, so that "typed into the other one" is one comparison of symbols.
            if let Some(other) = column.crosses.filter(|other| *other < at) {
                of_column[at] = of_column[other];
            }
        }
        let empty = || Dictionary { cells: vec![Cell::text("")], ..Dictionary::default() };
        RecordsBuilder {
            keys: vec![HashMap::new(); columns.len()],
            kinds: columns.iter().map(|column| column.kind).collect(),
            records: Records {
                len: 0,
                symbols: vec![Vec::new(); columns.len()],
                dictionaries: columns.iter().map(|_| empty()).collect(),
                of_column,
            },
        }
    }

    /// One cell per column; cells that are not there are missing values.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Option<Cell>>) {
        let mut cells = cells.into_iter();
        for column in 0..self.kinds.len() {
            let cell = cells.next().flatten();
            let symbol = cell.map_or(0, |cell| self.symbol(column, cell));
            self.records.symbols[column].push(symbol);
        }
        self.records.len += 1;
    }

    fn symbol(&mut self, column: usize, cell: Cell) -> u32 {
        let at = self.records.of_column[column];
        let cells = &mut self.records.dictionaries[at].cells;
        *self.keys[at].entry(cell).or_insert_with_key(|cell| {
            cells.push(cell.clone());
            u32::try_from(cells.len() - 1).unwrap_or(0)
        })
    }

    pub fn finish(mut self) -> Records {
        self.keys.clear();
        self.records.count();
        self.records
    }
}
