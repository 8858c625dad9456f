//! Rows of a sheet of rules: headings matched with columns, cells with what they must hold.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cells::{Grid, Held, address, day_text, number_text};
use super::columns::{Choice, Column, Kind, SheetSpec};
use super::faults::{Fault, What};
use crate::project::loyalty_config::exact;

/// Headings stand in one of the first rows: a title may stand above them.
const HEADINGS_WITHIN: u32 = 10;

/// A sheet with its headings found.
pub struct Table<'a> {
    grid: &'a Grid,
    spec: &'static SheetSpec,
    /// Place of each column.
    places: BTreeMap<&'static str, u32>,
    headings: u32,
}

/// A row that holds something.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table<'a>,
    /// From 0.
    pub row: u32,
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches(['*', '＊']).trim().to_lowercase();
    plain(one) == plain(other)
}

fn column_of(spec: &'static SheetSpec, heading: &str) -> Option<&'static Column> {
    spec.columns.iter().find(|column| same(heading, column.zh) || same(heading, column.en))
}

impl<'a> Table<'a> {
    /// Finds the headings; `None` where the sheet is empty.
    pub fn of(grid: &'a Grid, spec: &'static SheetSpec, faults: &mut Vec<Fault>) -> Option<Table<'a>> {
        let known = |cells: &BTreeMap<u32, Held>| {
            cells.values().filter(|held| column_of(spec, &held.shown()).is_some()).count()
        };
        let (headings, cells) = grid
            .rows
            .range(..HEADINGS_WITHIN)
            .filter(|(_, cells)| known(cells) > 0)
            .max_by_key(|(row, cells)| (known(cells), std::cmp::Reverse(**row)))
            .or_else(|| grid.rows.iter().next())?;
        let mut table = Table { grid, spec, places: BTreeMap::new(), headings: *headings };
        for (at, held) in cells {
            let name = held.shown();
            let fault = |what| Fault { sheet: grid.name.clone(), cell: address(*headings, *at), what };
            match column_of(spec, &name) {
                None => faults.push(fault(What::UnknownColumn(name))),
                Some(column) if table.places.insert(column.key, *at).is_some() => {
                    faults.push(fault(What::ColumnTwice(name)));
                }
                Some(_) => {}
            }
        }
        for column in spec.columns.iter().filter(|column| column.required && !table.places.contains_key(column.key)) {
            faults.push(Fault {
                sheet: grid.name.clone(),
                cell: String::new(),
                what: What::NoColumn(column.zh, column.en),
            });
        }
        Some(table)
    }

    /// The rows below the headings with something in a known column.
    pub fn rows(&'a self) -> impl Iterator<Item = Row<'a>> {
        let filled = |cells: &BTreeMap<u32, Held>| self.places.values().any(|at| cells.contains_key(at));
        self.grid
            .rows
            .range(self.headings + 1..)
            .filter(move |(_, cells)| filled(cells))
            .map(|(row, _)| Row { table: self, row: *row })
    }

    pub fn fault(&self, what: What) -> Fault {
        Fault { sheet: self.grid.name.clone(), cell: String::new(), what }
    }
}

impl<'a> Row<'a> {
    pub fn fault(&self, key: &str, what: What) -> Fault {
        let at = self.table.places.get(key).copied().unwrap_or(0);
        Fault { sheet: self.table.grid.name.clone(), cell: address(self.row, at), what }
    }

    /// The number spreadsheets show.
    pub fn number(&self) -> u32 {
        self.row + 1
    }

    fn column(&self, key: &str) -> Option<&'static Column> {
        self.table.spec.columns.iter().find(|column| column.key == key)
    }

    /// What the cell holds; an empty cell that must not be is a fault.
    fn held(&self, key: &str, faults: &mut Vec<Fault>) -> Option<&'a Held> {
        let at = self.table.places.get(key)?;
        match self.table.grid.rows.get(&self.row).and_then(|cells| cells.get(at)) {
            Some(Held::Wrong(value)) => {
                faults.push(self.fault(key, What::Formula(value.clone())));
                None
            }
            Some(held) => Some(held),
            None => {
                if self.column(key).is_some_and(|column| column.required) {
                    faults.push(self.fault(key, What::Missing));
                }
                None
            }
        }
    }

    /// A text; a number is taken as it is written.
    pub fn text(&self, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
        self.held(key, faults).map(Held::shown)
    }

    fn some_number(&self, key: &str, faults: &mut Vec<Fault>) -> Option<f64> {
        let held = self.held(key, faults)?;
        let number = match held {
            Held::Number(number) => Some(*number),
            Held::Text(text) => number_text(text),
            _ => None,
        };
        if number.is_none() {
            faults.push(self.fault(key, What::NotANumber(held.shown())));
        }
        number
    }

    /// 0 or more with at most so many decimals.
    pub fn amount(&self, key: &str, decimals: u32, faults: &mut Vec<Fault>) -> Option<f64> {
        let number = self.some_number(key, faults)?;
        // Spreadsheets reckon 0.1 + 0.2 to 0.30000000000000004.
        let number = format!("{number:.9}").parse::<f64>().unwrap_or(number);
        let step = 10i64.pow(6 - decimals.min(6));
        if exact(key, number).is_ok_and(|millionths| millionths % step == 0) {
            return Some(number);
        }
        faults.push(self.fault(key, What::NotAnAmount(number.to_string())));
        None
    }

    pub fn whole(&self, key: &str, faults: &mut Vec<Fault>) -> Option<u32> {
        let Some(Kind::Whole { least, most }) = self.column(key).map(|column| column.kind) else { return None };
        let number = self.some_number(key, faults)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = (number.fract() == 0.0 && (0.0..=1e9).contains(&number)).then_some(number as u32);
        let found = whole.filter(|whole| (least..=most).contains(whole));
        if found.is_none() {
            faults.push(self.fault(key, What::NotWhole(number.to_string(), least, most)));
        }
        found
    }

    /// A day, or `None` where the cell is empty or wrong.
    pub fn day(&self, key: &str, faults: &mut Vec<Fault>) -> Option<Date> {
        let held = self.held(key, faults)?;
        let day = match held {
            Held::Day(day) => Some(*day),
            Held::Text(text) => day_text(text),
            Held::Number(number) => {
                (number.fract() == 0.0).then(|| number.to_string()).and_then(|text| day_text(&text))
            }
            _ => None,
        };
        if day.is_none() {
            let value = held.shown();
            let timed = matches!(held, Held::Moment(_)) || value.contains(':') || value.contains('：');
            faults.push(self.fault(key, if timed { What::TimeOfDay(value) } else { What::NotADay(value) }));
        }
        day
    }

    /// First and last day, in the form of the settings.
    pub fn days(&self, faults: &mut Vec<Fault>) -> (Option<Date>, Option<Date>) {
        let (from, until) = (self.day("from", faults), self.day("until", faults));
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            faults.push(self.fault("until", What::EndsBeforeItBegins));
        }
        (from, until)
    }

    /// The code of an entry of a drop-down; entries are known in both languages and by code.
    pub fn choice(&self, key: &str, faults: &mut Vec<Fault>) -> Option<&'static str> {
        let Some(Kind::Choice(choices)) = self.column(key).map(|column| column.kind) else { return None };
        let value = self.text(key, faults)?;
        let found = known(choices, &value);
        if found.is_none() {
            faults.push(self.fault(key, What::NotAChoice(value, choices)));
        }
        found
    }
}

/// The code of a word, in whatever language it is written.
pub fn known(choices: &'static [Choice], value: &str) -> Option<&'static str> {
    let hit = |choice: &&Choice| same(value, choice.zh) || same(value, choice.en) || same(value, choice.code);
    choices.iter().find(hit).map(|choice| choice.code)
}
