//! Workbooks (XLSX): ids as text, real dates, amounts as numbers with their decimals, a header that stays in sight.
//!
//! A cell of a spreadsheet holds fifteen digits of a number and days from March 1900 on (its calendar has a day in
//! February 1900 that never was): what lies beyond is text. Every text is written as text, so no cell is a formula. The
//! same rows give the same bytes.

use std::collections::BTreeSet;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jiff::civil::{Date, DateTime, date};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet,
    XlsxError,
};

use super::notes;
use super::{Field, Holds, Sheet, Writer, exact};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::warehouse::Value;

/// Rows of a sheet, its header among them.
const ROWS: u32 = 1_048_576;
const COLUMNS: usize = 16_384;
/// Rows with drop-downs in a sheet that is filled in.
const FILLED_IN: u32 = 1000;
/// Numbers below this have at most fifteen digits.
const EXACT: u128 = 1_000_000_000_000_000;
/// Rows whose cells are measured for the width of the columns.
const MEASURED: u32 = 1000;
const NARROWEST: usize = 6;
const WIDEST: usize = 48;
/// Small files matter less than pages that are there soon.
const COMPRESSION: u8 = 3;

/// Writes tables, a sheet each, or several where one is too long.
pub struct Book<W> {
    book: Workbook,
    output: Option<W>,
    styles: Styles,
    /// Names of sheets in lower case, as spreadsheets compare them.
    taken: BTreeSet<String>,
    current: Option<Open>,
    /// Rows of the sheet with field notes.
    notes: Option<notes::Notes>,
    streamed: bool,
    rows: u32,
}

/// The sheet that takes rows.
struct Open {
    place: usize,
    next: u32,
    sheet: Sheet,
    widths: Vec<usize>,
}

struct Styles {
    header: Format,
    id: Format,
    date: Format,
    moment: Format,
    moment_milli: Format,
    /// By number of decimals.
    decimals: Vec<Format>,
}

impl Styles {
    fn new() -> Styles {
        let number = |code: &str| Format::new().set_num_format(code);
        Styles {
            header: Format::new().set_bold().set_align(FormatAlign::Top),
            id: number("@"),
            date: number("yyyy-mm-dd"),
            moment: number("yyyy-mm-dd hh:mm:ss"),
            moment_milli: number("yyyy-mm-dd hh:mm:ss.000"),
            decimals: (0..=9u8)
                .map(|scale| match scale {
                    0 => number("0"),
                    scale => number(&format!("0.{}", "0".repeat(scale.into()))),
                })
                .collect(),
        }
    }
}

fn wrong(error: &XlsxError) -> Problem {
    match error {
        XlsxError::MaxStringLengthExceeded => {
            Problem::failed("a text is longer than the 32,767 characters that a cell of a workbook holds")
                .hint("write this table as CSV, NDJSON or Parquet")
        }
        other => Problem::failed(format!("the workbook could not be written: {other}")),
    }
}

/// The library ends the program where a disk is full.
fn guarded<T>(write: impl FnOnce() -> std::result::Result<T, XlsxError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(wrong(&error)),
        Err(_) => Err(Problem::failed("the workbook could not be written").hint("is the disk full?")),
    }
}

impl<W: Write + Send> Book<W> {
    /// For small tables: held in memory until it is finished.
    ///
    /// # Errors
    /// None on any input; the library may refuse its own settings.
    pub fn small(output: W) -> Result<Book<W>> {
        Book::new(output, Workbook::new(), false)
    }

    /// For tables of any length: rows are put aside in `folder`, in clear.
    pub fn long(output: W, folder: &Path) -> Result<Book<W>> {
        let mut book = Workbook::new();
        guarded(|| book.set_tempdir(folder).map(|_| ()))?;
        Book::new(output, book, true)
    }

    fn new(output: W, mut book: Workbook, streamed: bool) -> Result<Book<W>> {
        // The same rows give the same bytes, whenever they are written.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| wrong(&error))?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        book.set_zip_compression_level(COMPRESSION);
        book.use_zip_large_file(streamed);
        Ok(Book {
            book,
            output: Some(output),
            styles: Styles::new(),
            taken: BTreeSet::new(),
            current: None,
            notes: None,
            streamed,
            rows: ROWS,
        })
    }

    /// Adds a last sheet that says what each column means.
    pub fn with_notes(mut self, locale: &Locale) -> Book<W> {
        let notes = notes::Notes::new(locale);
        self.taken.insert(notes.sheet.name.to_lowercase());
        self.notes = Some(notes);
        self
    }

    /// Fewer rows to a sheet, for tests.
    #[cfg(test)]
    pub fn with_rows(mut self, rows: u32) -> Book<W> {
        self.rows = rows;
        self
    }

    fn begin(&mut self, sheet: &Sheet) -> Result<()> {
        if sheet.fields.len() > COLUMNS {
            return Err(Problem::failed(format!(
                "{} has {} columns, and a sheet of a workbook holds {COLUMNS}",
                sheet.name,
                sheet.fields.len()
            ))
            .hint("write this table as CSV, NDJSON or Parquet"));
        }
        let name = self.free_name(&sheet.name);
        let (book, styles, streamed) = (&mut self.book, &self.styles, self.streamed);
        let place = guarded(|| {
            let page = if streamed { book.add_worksheet_with_constant_memory()? } else { book.add_worksheet() };
            page.set_name(&name)?;
            page.set_freeze_panes(1, 0)?;
            for (at, field) in (0u16..).zip(&sheet.fields) {
                if field.holds == Holds::Id {
                    page.set_column_format(at, &styles.id)?;
                }
            }
            for (at, field) in (0u16..).zip(&sheet.fields) {
                page.write_string_with_format(0, at, &field.name, &styles.header)?;
                if !field.choices.is_empty() {
                    // Other words are taken too: people write what they heard.
                    let list = DataValidation::new().allow_list_strings(&field.choices)?;
                    let list = list.set_error_style(DataValidationErrorStyle::Information);
                    page.add_data_validation(1, at, FILLED_IN, at, &list)?;
                }
            }
            Ok(())
        })
        .map(|()| self.book.worksheets().len().saturating_sub(1))?;
        let widths = sheet.fields.iter().map(|field| width(&field.name) + 3).collect();
        self.current = Some(Open { place, next: 1, sheet: sheet.clone(), widths });
        Ok(())
    }

    /// The filter over all rows, and the width of the columns, which are known only now.
    fn end(&mut self) -> Result<()> {
        let Some(open) = self.current.take() else { return Ok(()) };
        let book = &mut self.book;
        guarded(|| {
            let page = book.worksheet_from_index(open.place)?;
            let last = u16::try_from(open.sheet.fields.len().saturating_sub(1)).unwrap_or(u16::MAX);
            if !open.sheet.fields.is_empty() {
                page.autofilter(0, 0, open.next.saturating_sub(1), last)?;
            }
            for (at, width) in (0u16..).zip(&open.widths) {
                page.set_column_width(at, u32::try_from((*width).clamp(NARROWEST, WIDEST)).unwrap_or(10))?;
            }
            Ok(())
        })
    }

    /// A name that a spreadsheet allows, and that no other sheet has.
    fn free_name(&mut self, name: &str) -> String {
        let plain: String =
            name.chars().map(|c| if c.is_control() || "[]:*?/\\".contains(c) { ' ' } else { c }).collect();
        let plain = plain.trim_matches(|c: char| c == '\'' || c.is_whitespace());
        let plain = if plain.is_empty() { "Sheet" } else { plain };
        let mut number = 1;
        loop {
            let tail = if number == 1 { String::new() } else { format!(" {number}") };
            let room = 31 - tail.len();
            let mut own = String::new();
            for c in plain.chars() {
                if own.encode_utf16().count() + c.len_utf16() > room {
                    break;
                }
                own.push(c);
            }
            let own = format!("{}{tail}", own.trim_end());
            if own.to_lowercase() != "history" && self.taken.insert(own.to_lowercase()) {
                return own;
            }
            number += 1;
        }
    }
}

impl<W: Write + Send> Writer for Book<W> {
    fn sheet(&mut self, sheet: &Sheet) -> Result<()> {
        self.end()?;
        if let Some(notes) = &mut self.notes {
            notes.add(sheet);
        }
        self.begin(sheet)
    }

    fn row(&mut self, row: &[Value]) -> Result<()> {
        if let Some(open) = self.current.as_ref().filter(|open| open.next >= self.rows) {
            let sheet = open.sheet.clone();
            self.end()?;
            self.begin(&sheet)?;
        }
        let Some(open) = &mut self.current else { return Err(Problem::failed("a row came before its table")) };
        let (styles, book) = (&self.styles, &mut self.book);
        guarded(|| {
            let page = book.worksheet_from_index(open.place)?;
            for (at, (value, field)) in (0u16..).zip(row.iter().zip(&open.sheet.fields)) {
                put(page, (open.next, at), value, (field, styles))?;
            }
            Ok(())
        })
        .map_err(|problem| {
            let message = format!("{} in row {} of {}", problem.message(), open.next + 1, open.sheet.name);
            match problem.hint_text() {
                Some(hint) => Problem::failed(message).hint(hint),
                None => Problem::failed(message),
            }
        })?;
        if open.next <= MEASURED {
            for (width, value) in open.widths.iter_mut().zip(row) {
                *width = (*width).max(shown(value));
            }
        }
        open.next += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.end()?;
        if let Some(notes) = self.notes.take() {
            self.taken.remove(&notes.sheet.name.to_lowercase());
            self.begin(&notes.sheet)?;
            for row in &notes.rows {
                self.row(row)?;
            }
            self.end()?;
        }
        let Some(output) = self.output.take() else { return Ok(()) };
        let book = &mut self.book;
        guarded(|| book.save_to_writer(output))
    }
}

/// Writes one cell in the form that keeps its value.
fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    (field, styles): (&Field, &Styles),
) -> std::result::Result<(), XlsxError> {
    let written = match value {
        Value::Null => return Ok(()),
        Value::Text(text) if text.is_empty() => return Ok(()),
        Value::Text(text) if field.holds == Holds::Id => {
            page.write_string_with_format(row, column, text.as_ref(), &styles.id)
        }
        Value::Text(text) => page.write_string(row, column, text.as_ref()),
        Value::Bool(yes) => page.write_boolean(row, column, *yes),
        Value::Int(number) if u128::from(number.unsigned_abs()) < EXACT => {
            page.write_number_with_format(row, column, short(i128::from(*number), 0), &styles.decimals[0])
        }
        Value::Decimal { unscaled, scale } if unscaled.unsigned_abs() < EXACT && *scale < 10 => {
            page.write_number_with_format(row, column, short(*unscaled, *scale), &styles.decimals[usize::from(*scale)])
        }
        Value::Float(number) if number.is_finite() => page.write_number(row, column, *number),
        Value::Date(day) if *day >= FIRST => {
            page.write_number_with_format(row, column, f64::from(days(*day)), &styles.date)
        }
        Value::DateTime(at) if at.date() >= FIRST && at.subsec_nanosecond() % 1_000_000 == 0 => {
            let style = if at.subsec_nanosecond() == 0 { &styles.moment } else { &styles.moment_milli };
            page.write_number_with_format(row, column, serial(*at), style)
        }
        other => page.write_string(row, column, exact(other)),
    };
    written.map(|_| ())
}

/// The first day whose number all spreadsheets agree on.
const FIRST: Date = date(1900, 3, 1);

/// A decimal of at most fifteen digits: the binary fraction nearest to it shows the same digits (IEEE 754, 5.12.2).
fn short(unscaled: i128, scale: u8) -> f64 {
    exact(&Value::Decimal { unscaled, scale }).parse().unwrap_or(f64::NAN)
}

/// Days since 1899-12-30.
fn days(day: Date) -> i32 {
    date(1899, 12, 30).until(day).map_or(0, |span| span.get_days())
}

fn serial(at: DateTime) -> f64 {
    let (hour, minute, second) = (i32::from(at.hour()), i32::from(at.minute()), i32::from(at.second()));
    let milli = at.subsec_nanosecond() / 1_000_000;
    let within = ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    f64::from(days(at.date())) + f64::from(within) / 86_400_000.0
}

/// Cells a value takes in a sheet; moments are never cut.
fn shown(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.lines().map(width).max().unwrap_or(0) + 1,
        Value::Date(_) => 11,
        Value::DateTime(_) => 20,
        other => other.plain().len() + 1,
    }
}

/// Letters of Chinese, Japanese and Korean are twice as wide (Unicode's blocks for them).
pub(super) fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}
