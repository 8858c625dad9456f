//! Tables as files: all rows, exact values, opened by a spreadsheet without harm.

use crate::content::component::{Dates, Download};
use crate::exchange::calendar::{Calendar, Entry, Kind};
use crate::exchange::csv::Csv;
use crate::exchange::workbook::Book;
use crate::exchange::{Field, Sheet, Writer};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::warehouse::Value;

/// UTF-8 with BOM and without formulas: see [`crate::exchange::csv`].
///
/// # Errors
/// None: memory takes whatever is written.
pub fn csv(download: &Download) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(download, &mut Csv::new(&mut bytes))?;
    Ok(bytes)
}

/// Characters of a cell and rows of a sheet, the header among them.
const LONGEST_CELL: usize = 32_767;
const MOST_ROWS: usize = 1_048_576;

/// A workbook with field notes; `None` for a table that no workbook holds, which is not to cost the book its page: it is
/// there as CSV.
///
/// # Errors
/// The library could not write it.
pub fn workbook(download: &Download, locale: &Locale) -> Result<Option<Vec<u8>>> {
    let rows = &download.frame.rows;
    let long = |row: &Vec<Value>| {
        let texts = download.columns.iter().filter_map(|at| row[*at].as_str());
        // Bytes are never fewer than letters, and most texts are short.
        texts.filter(|text| text.len() > LONGEST_CELL).any(|text| text.encode_utf16().count() > LONGEST_CELL)
    };
    if rows.len() >= MOST_ROWS || rows.iter().any(long) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    write(download, &mut Book::small(&mut bytes)?.with_notes(locale))?;
    Ok(Some(bytes))
}

/// Nine in the morning, in minutes.
const REMINDER: i32 = 540;

/// A calendar (RFC 5545) with an entry and a reminder for every row.
///
/// # Errors
/// Two rows have the same id, or one has none.
pub fn calendar(dates: &Dates) -> Result<Vec<u8>> {
    let entry = |(id, day, text): &(String, jiff::civil::Date, String)| Entry {
        kind: Kind::Event,
        uid: format!("{id}@storebook"),
        day: *day,
        summary: text.clone(),
        description: String::new(),
        categories: Vec::new(),
        alarm: Some(REMINDER),
    };
    let calendar = Calendar {
        name: dates.title.clone(),
        product: "-//Storebook//Storebook//EN".to_owned(),
        stamp: dates.stamp,
        entries: dates.entries.iter().map(entry).collect(),
    };
    calendar.write().map(String::into_bytes).map_err(|problem| Problem::failed(problem.to_string()))
}

fn write(download: &Download, writer: &mut dyn Writer) -> Result<()> {
    writer.sheet(&sheet(download))?;
    for row in &download.frame.rows {
        let cells: Vec<Value> = download.columns.iter().map(|at| row[*at].clone()).collect();
        writer.row(&cells)?;
    }
    writer.finish()
}

/// The headings a reader sees stand above the columns; the notes tell what the pages and models call them.
fn sheet(download: &Download) -> Sheet {
    let columns = &download.frame.columns;
    let field = |(place, (label, at)): (usize, (&String, &usize))| Field {
        name: label.clone(),
        heading: columns[*at].name.clone(),
        choices: (download.choices.iter())
            .find_map(|(of, choices)| (*of == place).then(|| choices.clone()))
            .unwrap_or_default(),
        ..Field::found(&columns[*at])
    };
    let fields = download.header.iter().zip(&download.columns).enumerate().map(field).collect();
    Sheet { name: download.title.clone(), fields }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::warehouse::{Column, ColumnKind, Frame};

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        let columns: Arc<[Column]> = ["a", "b"].map(|name| Column { name: name.into(), kind: ColumnKind::Text }).into();
        let rows = vec![vec![Value::text("=1+1"), Value::Int(-5)], vec![Value::text("a,\"b\""), Value::Null]];
        let download = Download {
            file: "f".into(),
            name: "f".into(),
            title: "t".into(),
            header: vec!["甲".into(), "乙".into()],
            columns: vec![0, 1],
            choices: Vec::new(),
            frame: Arc::new(Frame { columns, rows }),
        };
        let text = String::from_utf8(csv(&download).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}甲,乙\r\n'=1+1,-5\r\n\"a,\"\"b\"\"\",\r\n");
    }

    #[test]
    fn what_no_workbook_holds_is_there_as_csv_only() {
        let with = |text: &str| {
            let columns: Arc<[Column]> = [Column { name: "a".into(), kind: ColumnKind::Text }].into();
            let frame = Arc::new(Frame { columns, rows: vec![vec![Value::text(text)]] });
            Download {
                file: "f".into(),
                name: "f".into(),
                title: "t".into(),
                header: vec!["a".into()],
                columns: vec![0],
                choices: Vec::new(),
                frame,
            }
        };
        let locale = &Locale::new("en", &[], "CNY", 2).unwrap();
        // 32,767 characters are the most that a cell of a workbook holds (ECMA-376, and Excel's own limits).
        assert!(workbook(&with(&"字".repeat(32_767)), locale).unwrap().is_some());
        assert!(workbook(&with(&"字".repeat(32_768)), locale).unwrap().is_none());
        assert!(csv(&with(&"字".repeat(32_768))).unwrap().len() > 98_000);
    }
}
