//! The cells of the workbook of rules, as they were typed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use jiff::civil::{Date, date};

use crate::problem::{Problem, Result};

/// Rows and columns that are read; a programme of rules has fewer.
const LONGEST: u32 = 10_000;
const WIDEST: u32 = 100;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    Text(String),
    Number(f64),
    Day(Date),
    /// A day with a time of day, as text.
    Moment(String),
    /// A formula that has no result, as the program that wrote it shows it.
    Wrong(String),
}

impl Held {
    /// As a person would read it.
    pub fn shown(&self) -> String {
        match self {
            Held::Text(text) | Held::Moment(text) | Held::Wrong(text) => text.clone(),
            Held::Number(number) => number.to_string(),
            Held::Day(day) => day.to_string(),
        }
    }
}

/// A sheet: cells by row and column, both counted from 0; empty ones are left out.
#[derive(Debug, Default)]
pub struct Grid {
    pub name: String,
    pub rows: BTreeMap<u32, BTreeMap<u32, Held>>,
}

/// All sheets of a workbook, in their order.
///
/// # Errors
/// When the file cannot be read, is no workbook, or is larger than any programme of rules.
pub fn read(path: &Path) -> Result<Vec<Grid>> {
    let file = File::open(path).map_err(|error| Problem::io("open the workbook of rules", path, &error))?;
    // The library takes some damaged files for a fault of its own.
    let read = catch_unwind(AssertUnwindSafe(|| grids(BufReader::new(file))));
    match read {
        Ok(Ok(grids)) => Ok(grids),
        Ok(Err(error)) => Err(told(&error.to_string()).at(path)),
        Err(_) => Err(told("it is built in a way that cannot be followed").at(path)),
    }
}

fn told(reason: &str) -> Problem {
    if reason.to_lowercase().contains("password") {
        return Problem::failed("the workbook of rules is protected by a password")
            .hint("open it, remove the password (in Excel: File, Info, Protect Workbook), and save it again");
    }
    let reason = reason.lines().next().unwrap_or_default();
    Problem::failed(format!("the workbook of rules cannot be read: {reason}"))
        .hint("open it and save it again as .xlsx, or write a new one with `storebook rules template`")
}

fn grids(file: BufReader<File>) -> std::result::Result<Vec<Grid>, calamine::XlsxError> {
    let mut book = Xlsx::new(file)?;
    let mut grids = Vec::new();
    for name in book.sheet_names() {
        let mut grid = Grid { name: name.trim().to_owned(), ..Grid::default() };
        let mut cells = book.worksheet_cells_reader(&name)?;
        while let Some(cell) = cells.next_cell()? {
            let (row, column) = cell.get_position();
            if row >= LONGEST || column >= WIDEST {
                continue;
            }
            if let Some(held) = held(cell.get_value()) {
                grid.rows.entry(row).or_default().insert(column, held);
            }
        }
        grids.push(grid);
    }
    Ok(grids)
}

fn held(value: &DataRef) -> Option<Held> {
    let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Held::Text(text.to_owned()));
    #[allow(clippy::cast_precision_loss)]
    match value {
        DataRef::Empty => None,
        DataRef::String(cell) => text(cell),
        DataRef::SharedString(cell) => text(cell),
        DataRef::Int(number) => Some(Held::Number(*number as f64)),
        DataRef::Float(number) => Some(Held::Number(*number)),
        DataRef::Bool(yes) => Some(Held::Text(if *yes { "TRUE" } else { "FALSE" }.to_owned())),
        DataRef::DateTime(moment) => Some(day_of(*moment)),
        DataRef::DateTimeIso(cell) => Some(day_text(cell).map_or_else(|| Held::Moment(cell.clone()), Held::Day)),
        DataRef::DurationIso(cell) => Some(Held::Moment(cell.clone())),
        DataRef::Error(error) => Some(Held::Wrong(error.to_string())),
    }
}

fn day_of(moment: ExcelDateTime) -> Held {
    if moment.is_duration() {
        return Held::Number(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let civil = || Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match civil().filter(|_| (hour, minute, second) == (0, 0, 0)) {
        Some(day) => Held::Day(day),
        None => Held::Moment(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")),
    }
}

/// A day as people type it: 2026-11-01, 2026/11/1, 2026.11.1, 2026年11月1日, 20261101.
pub fn day_text(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok();
    }
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str, longest: usize| {
        !part.is_empty() && part.len() <= longest && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.next().is_some() || year.len() != 4 || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|day| *day >= date(1900, 1, 1))
}

/// A number as people type it: full-width digits, thousands separators, a currency sign or 元 behind it, a percent sign.
pub fn number_text(text: &str) -> Option<f64> {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '．' => '.',
            '，' => ',',
            '－' => '-',
            other => other,
        })
        .filter(|c| !c.is_whitespace())
        .collect();
    let plain = plain.trim_start_matches(['￥', '¥', '$', '€', '£']).trim_end_matches(['元', '分', '倍', '天']);
    let whole = plain.split('.').next().unwrap_or_default().trim_start_matches('-');
    if plain.contains(',') {
        let groups: Vec<&str> = whole.split(',').collect();
        let even = groups.iter().skip(1).all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
        if !even {
            return None;
        }
    }
    let digits = plain.replace(',', "");
    let right = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    digits.parse::<f64>().ok().filter(|number| right && number.is_finite())
}

/// The letters of a column and the number of a row, as spreadsheets show them: `C5`.
pub fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &(row + 1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c45_days_and_numbers_are_read_as_people_type_them() {
        for text in ["2026-11-01", "2026/11/1", "2026.11.1", "2026年11月1日", "20261101", " 2026-11-1 "] {
            assert_eq!(day_text(text), Some(date(2026, 11, 1)), "{text}");
        }
        for text in ["2026-13-01", "2026-02-29", "1/11/2026", "2026-11", "2026-11-01 12:00", "", "明天", "0000-00-00"]
        {
            assert_eq!(day_text(text), None, "{text}");
        }
        for (text, number) in
            [("1,000", 1000.0), ("￥1,234.50", 1234.5), ("５００元", 500.0), ("1.5倍", 1.5), ("-3", -3.0)]
        {
            assert_eq!(number_text(text), Some(number), "{text}");
        }
        for text in ["1,00", "abc", "1e5", "", "一千", "12 3x", "inf", "1,0000"] {
            assert_eq!(number_text(text), None, "{text}");
        }
        assert_eq!((address(0, 0), address(4, 2), address(9, 26)), ("A1".into(), "C5".into(), "AA10".into()));
    }
}
