//! Rules of the membership programme in a workbook, for people who do not write settings: `会员规则.xlsx` beside
//! `storebook.toml`. Each of its sheets that holds rules stands for a list of the settings; what is wrong is told by sheet and
//! cell, all of it at once.

mod cells;
pub mod columns;
mod cross;
mod faults;
mod rows;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::care_config::Holiday;
use super::config::Config;
use super::loyalty_config::{EarnRule, ExpiryRule, Lasts, Multiplier, MultiplierOf, TierLevel};
use super::tag_config::SegmentRule;
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use cells::Grid;
use columns::SheetSpec;
pub use faults::{Fault, What};
use rows::{Row, Table, known};

/// What the file may be called.
pub const FILES: [&str; 2] = ["会员规则.xlsx", "membership-rules.xlsx"];

/// Sheets of a workbook that hold no rules: what to do, in Chinese and English, and the lists of drop-downs.
pub const NOTES: [&str; 4] = ["Notes", "说明", "Choices", "选项"];

/// A rule and the row it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    pub rule: T,
    /// As spreadsheets number them.
    pub row: u32,
    pub from: Option<Date>,
    pub until: Option<Date>,
}

/// The rules of a workbook. An empty list: the sheet is not there or holds nothing, so the settings stay.
#[derive(Debug, Default)]
pub struct Rulebook {
    pub levels: Vec<Placed<TierLevel>>,
    pub earn: Vec<Placed<EarnRule>>,
    pub expiry: Vec<Placed<ExpiryRule>>,
    pub multipliers: Vec<Placed<Multiplier>>,
    pub holidays: Vec<Holiday>,
    pub segments: Vec<SegmentRule>,
    /// Sheets that are none of ours.
    pub unread: Vec<String>,
    pub faults: Vec<Fault>,
}

/// The workbook of rules in a project's folder.
///
/// # Errors
/// As a fault, when both names are taken.
pub fn find(root: &Path) -> std::result::Result<Option<PathBuf>, Fault> {
    let there: Vec<PathBuf> = FILES.iter().map(|name| root.join(name)).filter(|path| path.is_file()).collect();
    if there.len() > 1 {
        let what = What::TwoFiles(FILES[0], FILES[1]);
        return Err(Fault { sheet: String::new(), cell: String::new(), what });
    }
    Ok(there.into_iter().next())
}

/// Reads a workbook of rules; what is wrong with rules stands in its faults.
///
/// # Errors
/// When the file cannot be read at all.
pub fn read(path: &Path) -> Result<Rulebook> {
    let grids = cells::read(path)?;
    let mut book = Rulebook::default();
    for grid in &grids {
        match columns::SHEETS.iter().find(|spec| named(grid, spec)) {
            Some(spec) => book.sheet(grid, spec),
            None if NOTES.contains(&grid.name.as_str()) => {}
            None => book.unread.push(grid.name.clone()),
        }
    }
    Ok(book)
}

fn named(grid: &Grid, spec: &SheetSpec) -> bool {
    grid.name == spec.zh || grid.name.eq_ignore_ascii_case(spec.en)
}

impl Rulebook {
    fn sheet(&mut self, grid: &Grid, spec: &'static SheetSpec) {
        let mut faults = Vec::new();
        let Some(table) = Table::of(grid, spec, &mut faults) else { return };
        // Without its columns every row would be wrong for the same reason.
        if faults.is_empty() {
            match spec.key {
                "levels" => self.levels = gathered(&table, &mut faults, level),
                "earn" => self.earn = gathered(&table, &mut faults, earn),
                "expiry" => self.expiry = gathered(&table, &mut faults, expiry),
                "multipliers" => self.multipliers = gathered(&table, &mut faults, multiplier),
                "holidays" => self.holidays = table.rows().filter_map(|row| holiday(row, &mut faults)).collect(),
                _ => self.segments = segments(&table, &mut faults),
            }
        }
        // A row that is wrong by itself may only seem to contradict others.
        if faults.is_empty() {
            match spec.key {
                "levels" => cross::levels(&table, &self.levels, &mut faults),
                "earn" => cross::one_at_a_time(&table, &self.earn, |_| "", &mut faults),
                "expiry" => cross::one_at_a_time(&table, &self.expiry, |_| "", &mut faults),
                "multipliers" => cross::multipliers(&table, &self.multipliers, &mut faults),
                _ => {}
            }
        }
        self.faults.append(&mut faults);
    }

    /// Whether no sheet holds a rule.
    pub fn is_empty(&self) -> bool {
        self.counts().iter().all(|(_, rules)| *rules == 0)
    }

    /// The sheets in their order, and how many rules each holds.
    pub fn counts(&self) -> [(&'static SheetSpec, usize); 6] {
        [
            (&columns::LEVELS, self.levels.len()),
            (&columns::EARN, self.earn.len()),
            (&columns::EXPIRY, self.expiry.len()),
            (&columns::MULTIPLIERS, self.multipliers.len()),
            (&columns::HOLIDAYS, self.holidays.len()),
            (&columns::SEGMENTS, self.segments.len()),
        ]
    }

    /// Puts the rules in the place of those of the settings. `text` is the settings file: rules of one kind stand in one
    /// place only.
    ///
    /// # Errors
    /// As a fault, when the settings have rules of a kind that the workbook has too.
    pub fn put_into(self, config: &mut Config, text: &str) -> std::result::Result<(), Fault> {
        for (spec, rules) in self.counts() {
            if rules > 0 && stands_in(text, spec.setting) {
                let what = What::InSettings(spec.setting);
                return Err(Fault { sheet: spec.zh.to_owned(), cell: String::new(), what });
            }
        }
        fn put<T>(rules: Vec<Placed<T>>, setting: &mut Vec<T>) {
            if !rules.is_empty() {
                *setting = rules.into_iter().map(|placed| placed.rule).collect();
            }
        }
        put(self.levels, &mut config.tiers.levels);
        put(self.earn, &mut config.loyalty.earn);
        put(self.expiry, &mut config.loyalty.expiry);
        put(self.multipliers, &mut config.loyalty.multipliers);
        if !self.holidays.is_empty() {
            config.care.holidays = self.holidays;
        }
        if !self.segments.is_empty() {
            config.segments = self.segments;
        }
        Ok(())
    }
}

/// Takes the rules of the project's workbook, where there is one, into the settings.
///
/// # Errors
/// The first thing that is wrong, with its sheet and cell, in the language of the book.
pub fn apply_own(root: &Path, config: &mut Config, text: &str) -> Result<()> {
    match find(root) {
        Ok(None) => Ok(()),
        Ok(Some(path)) => apply(&path, config, text),
        Err(fault) => Err(problem(&fault, 0, config).at(FILES[0])),
    }
}

/// The same of any workbook.
///
/// # Errors
/// As [`apply_own`].
pub fn apply(path: &Path, config: &mut Config, text: &str) -> Result<()> {
    let shown = path.file_name().map(PathBuf::from).unwrap_or_default();
    let book = read(path)?;
    if let Some(first) = book.faults.first() {
        return Err(problem(first, book.faults.len() - 1, config).at(shown));
    }
    book.put_into(config, text).map_err(|fault| problem(&fault, 0, config).at(shown))
}

fn problem(fault: &Fault, more: usize, config: &Config) -> Problem {
    let code = config.site.locales.first().map_or("zh-CN", String::as_str);
    let section = &config.project;
    let said = Locale::built_in(code, &section.currency, section.money_scale)
        .map(|locale| fault.say(&locale))
        .unwrap_or_default();
    Problem::usage(format!("{} {said}", fault.place()).trim().to_owned()).hint(match more {
        0 => "`storebook rules check` looks at the whole workbook".to_owned(),
        more => format!("{more} more: `storebook rules check` lists all of them"),
    })
}

/// Whether the settings file says `a.b` itself.
pub fn stands_in(text: &str, setting: &str) -> bool {
    let Ok(settings) = text.parse::<toml::Table>() else { return false };
    let mut parts = setting.split('.');
    let first = parts.next().and_then(|name| settings.get(name));
    parts.fold(first, |found, name| found.and_then(|value| value.get(name))).is_some()
}

fn gathered<'a, T>(
    table: &'a Table<'a>,
    faults: &mut Vec<Fault>,
    one: impl Fn(Row<'a>, (String, String), &mut Vec<Fault>) -> Option<T>,
) -> Vec<Placed<T>> {
    let mut found = Vec::new();
    for row in table.rows() {
        let before = faults.len();
        let (from, until) = row.days(faults);
        let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let rule = one(row, (text(from), text(until)), faults);
        if let Some(rule) = rule.filter(|_| faults.len() == before) {
            found.push(Placed { rule, row: row.number(), from, until });
        }
    }
    found
}

fn level(row: Row<'_>, (from, until): (String, String), faults: &mut Vec<Fault>) -> Option<TierLevel> {
    let name = row.text("name", faults);
    let spend = row.amount("spend", 2, faults);
    let points = row.amount("points", 6, faults);
    let benefits = row.text("benefits", faults).unwrap_or_default();
    Some(TierLevel { name: name?, spend: spend?, points, benefits, from, until })
}

fn earn(row: Row<'_>, (from, until): (String, String), faults: &mut Vec<Fault>) -> Option<EarnRule> {
    let amount = row.amount("amount", 6, faults);
    let points = row.amount("points", 6, faults);
    let pending_days = row.whole("pending_days", faults).unwrap_or(EarnRule::default().pending_days);
    if amount == Some(0.0) {
        faults.push(row.fault("amount", What::NotAnAmount("0".to_owned())));
    }
    Some(EarnRule { amount: amount?, points: points?, pending_days, from, until })
}

fn expiry(row: Row<'_>, (from, until): (String, String), faults: &mut Vec<Fault>) -> Option<ExpiryRule> {
    let before = faults.len();
    let lasts = match row.choice("lasts", faults)? {
        "never" => Lasts::Never,
        "months" => Lasts::Months,
        "end_of_month" => Lasts::EndOfMonth,
        _ => Lasts::EndOfYear,
    };
    let number = row.whole("number", faults);
    if number.is_none() && lasts != Lasts::Never && faults.len() == before {
        faults.push(row.fault("number", What::Missing));
    }
    let default = ExpiryRule::default();
    let grace_days = row.whole("grace_days", faults).unwrap_or(default.grace_days);
    Some(ExpiryRule { lasts, number: number.unwrap_or(default.number), grace_days, from, until })
}

fn multiplier(row: Row<'_>, (from, until): (String, String), faults: &mut Vec<Fault>) -> Option<Multiplier> {
    let name = row.text("name", faults);
    let of = row.choice("of", faults);
    let factor = row.amount("factor", 6, faults);
    let is = row.text("is", faults).unwrap_or_default();
    let of = match of? {
        "all" => MultiplierOf::All,
        "category" => MultiplierOf::Category,
        "sku" => MultiplierOf::Sku,
        "store" => MultiplierOf::Store,
        "channel" => MultiplierOf::Channel,
        "weekday" => MultiplierOf::Weekday,
        "birthday" => MultiplierOf::Birthday,
        _ => MultiplierOf::BirthdayMonth,
    };
    let alone = matches!(of, MultiplierOf::All | MultiplierOf::Birthday | MultiplierOf::BirthdayMonth);
    if alone && !is.is_empty() {
        faults.push(row.fault("is", What::SaysWhich));
    } else if !alone && is.is_empty() {
        faults.push(row.fault("is", What::SaysNotWhich));
    } else if of == MultiplierOf::Weekday && weekday(&is).is_none() {
        faults.push(row.fault("is", What::NotAWeekday(is.clone())));
    }
    let is = if of == MultiplierOf::Weekday { weekday(&is).map_or(is, |day| day.to_string()) } else { is };
    Some(Multiplier { name: name?, of, is, factor: factor?, from, until })
}

/// 1 = Monday to 7 = Sunday; 周三, 星期三, 三 too.
fn weekday(text: &str) -> Option<u8> {
    let text = text.trim();
    if let Ok(day) = text.parse::<u8>() {
        return (1..=7).contains(&day).then_some(day);
    }
    let name = ["星期", "周", "礼拜"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let at = ["一", "二", "三", "四", "五", "六", "日"].iter().position(|day| *day == name);
    let at = at.or_else(|| (name == "天").then_some(6));
    at.and_then(|at| u8::try_from(at + 1).ok())
}

fn holiday(row: Row<'_>, faults: &mut Vec<Fault>) -> Option<Holiday> {
    let before = faults.len();
    let name = row.text("name", faults);
    let name_en = row.text("name_en", faults).unwrap_or_default();
    let lunar = row.choice("calendar", faults).map(|code| code == "lunar");
    let (month, day) = (row.whole("month", faults), row.whole("day", faults));
    let lead_days = row.whole("lead_days", faults);
    let holiday = Holiday::new(&name?, &name_en, lunar?, (month?, day?), lead_days);
    if !holiday.exists() {
        faults.push(row.fault("day", What::NotADate(month?, day?)));
    }
    (faults.len() == before).then_some(holiday)
}

/// The rows of one segment all hold at once.
fn segments(table: &Table<'_>, faults: &mut Vec<Fault>) -> Vec<SegmentRule> {
    let mut found: Vec<SegmentRule> = Vec::new();
    for row in table.rows() {
        let (scheme, name) = (row.text("scheme", faults), row.text("name", faults));
        let condition = condition(row, faults);
        let (Some(scheme), Some(name), Some(condition)) = (scheme, name, condition) else { continue };
        match found.iter_mut().find(|rule| rule.scheme == scheme && rule.name == name) {
            Some(rule) => rule.condition = format!("{} and {condition}", rule.condition),
            None => found.push(SegmentRule { scheme, name, condition }),
        }
    }
    found
}

/// One row as SQL over `customer_facts`. A text of several values, divided by 、 or commas, means any of them.
fn condition(row: Row<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    let (figure, compare) = (row.choice("figure", faults), row.choice("compare", faults));
    let (figure, compare) = (figure?, compare?);
    if !columns::TEXTS.contains(&figure) {
        return Some(format!("{figure} {compare} {}", row.amount("value", 6, faults)?));
    }
    if compare == ">=" || compare == "<=" {
        let value = columns::COMPARE.iter().find(|choice| choice.code == compare).map_or("", |choice| choice.zh);
        faults.push(row.fault("compare", What::NotAChoice(value.to_owned(), &columns::COMPARE[2..])));
        return None;
    }
    let text = row.text("value", faults)?;
    let words = columns::WORDS.iter().find(|(name, _)| *name == figure).map(|(_, words)| *words);
    let mut values = Vec::new();
    for value in text.split(['、', ',', '，']).map(str::trim).filter(|value| !value.is_empty()) {
        let value = match words {
            None => value,
            Some(words) => match known(words, value) {
                Some(code) => code,
                None => {
                    faults.push(row.fault("value", What::NotAChoice(value.to_owned(), words)));
                    return None;
                }
            },
        };
        values.push(format!("'{}'", value.replace('\'', "''")));
    }
    let list = values.join(", ");
    // Unknown is not the value either.
    Some(if compare == "=" {
        format!("{figure} in ({list})")
    } else {
        format!("coalesce({figure}, '') not in ({list})")
    })
}

#[cfg(test)]
mod tests;
