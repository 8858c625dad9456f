//! Workbooks of Excel and LibreOffice: their sheets, and a sheet as plain CSV.
//!
//! Every row of the sheet becomes one record, empty ones too, so that a record's number is its row. Sheets of the XLSX
//! family are read cell by cell; the older and open formats are small enough to be held.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Sheets};

use super::cell;
use crate::problem::{Problem, Result};
use crate::project::private;

/// Columns; a cell further out stands there by mistake, and every row would be widened to it.
const WIDEST: u32 = 1000;
/// Rows of a sheet, in every program that writes them.
const LONGEST: u32 = 1 << 20;
/// Bytes of the table of texts, which is held.
const TEXTS: u64 = 2 << 30;

pub struct Sheet {
    pub name: String,
    pub hidden: bool,
}

type Book = Sheets<BufReader<File>>;

/// The worksheets, in their order.
pub fn sheets(path: &Path) -> Result<Vec<Sheet>> {
    let book = open(path)?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    Ok(sheets.map(|sheet| Sheet { name: sheet.name.clone(), hidden: sheet.visible != SheetVisible::Visible }).collect())
}

/// The library takes some damaged files for a fault of its own.
fn guarded<T>(read: impl FnOnce() -> std::result::Result<T, calamine::Error>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(told(&error)),
        Err(_) => Err(damaged("it is built in a way that cannot be followed")),
    }
}

fn told(error: &calamine::Error) -> Problem {
    let text = error.to_string();
    if text.to_lowercase().contains("password") {
        return Problem::failed("this workbook is protected by a password")
            .hint("open it, remove the password (in Excel: File, Info, Protect Workbook), and save it again");
    }
    damaged(text.lines().next().unwrap_or_default())
}

fn damaged(reason: &str) -> Problem {
    Problem::failed(format!("this workbook cannot be read: {reason}"))
        .hint("open it and save it again as .xlsx, or save the sheet as CSV UTF-8")
}

fn open(path: &Path) -> Result<Book> {
    bounded(path)?;
    let file = || File::open(path).map(BufReader::new).map_err(|error| Problem::io("open a workbook", path, &error));
    if super::kind(path)? == super::Kind::Compound {
        whole(path)?;
        // Excel keeps an encrypted workbook of any kind in this container.
        let input = file()?;
        return match guarded(move || Ok(calamine::Xlsx::new(input).err())) {
            Ok(Some(calamine::XlsxError::Password)) => Err(told(&calamine::XlsxError::Password.into())),
            _ => {
                let input = file()?;
                guarded(move || Ok(Sheets::Xls(calamine::Xls::new(input)?)))
            }
        };
    }
    let input = file()?;
    let xlsx = guarded(move || Ok(Sheets::Xlsx(calamine::Xlsx::new(input)?)));
    let wrong = match xlsx {
        Ok(book) => return Ok(book),
        Err(wrong) => wrong,
    };
    let (ods, xlsb) = (file()?, file()?);
    guarded(move || Ok(Sheets::Ods(calamine::Ods::new(ods)?)))
        .or_else(|other| {
            if protected(&other) { Err(other) } else { guarded(move || Ok(Sheets::Xlsb(calamine::Xlsb::new(xlsb)?))) }
        })
        .map_err(|last| if protected(&last) { last } else { wrong })
}

/// A compound file is a row of sectors (MS-CFB 2.2): one that ends inside a sector was cut off, though its first sheets
/// may still be there.
fn whole(path: &Path) -> Result<()> {
    let mut head = [0u8; 32];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head).and_then(|()| file.metadata()));
    let sector = 1u64 << head[30].min(20);
    match read {
        Ok(data) if data.len() % sector == 0 => Ok(()),
        _ => Err(Problem::failed("this workbook is cut off").hint("copy the file again")),
    }
}

fn protected(problem: &Problem) -> bool {
    problem.message().contains("password")
}

/// The texts of a workbook are held in memory: a file that swells to more than any chain has is refused.
fn bounded(path: &Path) -> Result<()> {
    let file = File::open(path).map_err(|error| Problem::io("open a workbook", path, &error))?;
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(file)) else { return Ok(()) };
    for name in ["xl/sharedStrings.xml", "xl/sharedStrings.bin", "xl/styles.xml", "content.xml"] {
        let Ok(mut entry) = archive.by_name(name) else { continue };
        let mut chunk = vec![0u8; 1 << 16];
        let mut size = 0u64;
        while let Ok(read @ 1..) = entry.read(&mut chunk) {
            size += read as u64;
            if size > TEXTS {
                return Err(Problem::failed(format!("{name} in this workbook unpacks to more than 2 GiB"))
                    .hint("split the workbook, or save its sheets as CSV UTF-8"));
            }
        }
    }
    Ok(())
}

/// Rows on their way to a file: all of one width in the end, which is known only then.
struct Rows {
    output: BufWriter<File>,
    /// Bytes and cells of each row.
    sizes: Vec<(u32, u16)>,
    width: u16,
    row: Vec<(u32, String)>,
    /// Cells that were merged with those below them: column, first and last row.
    merged: Vec<(u32, u32, u32)>,
    /// Of those that reach into the current row: column, last row, text.
    reaching: Vec<(u32, u32, String)>,
    /// Number of the row that is being gathered, from 0.
    at: u32,
}

impl Rows {
    fn put(&mut self, row: u32, column: u32, text: String) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if column >= WIDEST {
            return Err(Problem::failed(format!("a cell stands in column {} of row {}", letters(column), row + 1))
                .line(row as usize + 1)
                .hint(format!("a table has at most {WIDEST} columns: delete what stands to the right of yours")));
        }
        if row >= LONGEST {
            return Err(damaged(&format!(
                "a cell stands in row {}, and a sheet has {LONGEST} rows",
                u64::from(row) + 1
            )));
        }
        if row < self.at {
            return Err(damaged("its rows do not stand in their order"));
        }
        while self.at < row {
            self.end()?;
        }
        if let Some((_, _, last)) = self.merged.iter().find(|(at, first, _)| (*at, *first) == (column, row)) {
            self.reaching.push((column, *last, text.clone()));
        }
        self.row.push((column, text));
        Ok(())
    }

    /// A merged cell speaks for every row it covers that holds something itself.
    fn reach(&mut self) {
        let at = self.at;
        self.reaching.retain(|(_, last, _)| *last >= at);
        if self.row.is_empty() {
            return;
        }
        for (column, _, text) in &self.reaching {
            if !self.row.iter().any(|(own, _)| own == column) {
                self.row.push((*column, text.clone()));
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        let written =
            |error: std::io::Error| Problem::failed(format!("a sheet could not be copied to the cache: {error}"));
        self.reach();
        self.row.sort_by_key(|(column, _)| *column);
        let mut line = String::new();
        let mut next = 0;
        for (column, text) in self.row.drain(..) {
            while next < column {
                line.push(',');
                next += 1;
            }
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        }
        let cells = if line.is_empty() { 0 } else { u16::try_from(next + 1).unwrap_or(u16::MAX) };
        self.width = self.width.max(cells);
        let size = u32::try_from(line.len()).map_err(|_| damaged("a row is longer than 4 GiB"))?;
        self.sizes.push((size, cells));
        self.output.write_all(line.as_bytes()).map_err(written)?;
        self.at += 1;
        Ok(())
    }
}

/// `A`, `B`, … `Z`, `AA`.
fn letters(column: u32) -> String {
    let (mut rest, mut name) = (u64::from(column) + 1, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        name.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

/// Writes a sheet to `to` as CSV.
pub fn write(path: &Path, sheet: &str, to: &Path) -> Result<()> {
    let written = |error: std::io::Error| Problem::io("copy a sheet to the cache", to, &error);
    let mut book = open(path)?;
    let ragged = to.with_extension("rows");
    let gone = super::Plain::own(ragged.clone());
    let output = BufWriter::new(private::create(&ragged).map_err(written)?);
    let mut rows =
        Rows { output, sizes: Vec::new(), width: 0, row: Vec::new(), merged: Vec::new(), reaching: Vec::new(), at: 0 };
    let read = catch_unwind(AssertUnwindSafe(|| read(&mut book, sheet, &mut rows)));
    read.unwrap_or_else(|_| Err(damaged("it is built in a way that cannot be followed")))?;
    rows.end()?;
    rows.output.flush().map_err(written)?;
    let mut input = BufReader::new(File::open(&ragged).map_err(written)?);
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let mut line = Vec::new();
    for (size, cells) in rows.sizes {
        line.resize(size as usize, 0);
        input.read_exact(&mut line).map_err(written)?;
        output.write_all(&line).map_err(written)?;
        // An empty row stays an empty line.
        let missing = if cells == 0 { 0 } else { rows.width - cells };
        output.write_all(&vec![b','; usize::from(missing)]).map_err(written)?;
        output.write_all(b"\n").map_err(written)?;
    }
    drop(gone);
    output.flush().map_err(written)
}

fn read(book: &mut Book, sheet: &str, rows: &mut Rows) -> Result<()> {
    match book {
        Sheets::Xlsx(book) => {
            let merged = book.merge_cells_by_sheet_name(sheet).unwrap_or_default();
            rows.merged = (merged.iter().filter(|area| area.end.0 > area.start.0))
                .map(|area| (area.start.1, area.start.0, area.end.0))
                .collect();
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| told(&error.into()))?;
            let formats: Vec<Option<String>> = (cells.styles().iter())
                .map(|style| style.number_format.as_ref().map(|format| format.format_code.clone()))
                .collect();
            while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| told(&error.into()))? {
                let (row, column) = cell.get_position();
                let format = formats.get(style).and_then(Option::as_deref);
                rows.put(row, column, cell::text(cell.get_value(), format))?;
            }
            Ok(())
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| told(&error.into()))?;
            while let Some(cell) = cells.next_cell().map_err(|error| told(&error.into()))? {
                let (row, column) = cell.get_position();
                rows.put(row, column, cell::text(cell.get_value(), None))?;
            }
            Ok(())
        }
        book => {
            let range = book.worksheet_range(sheet).map_err(|error| told(&error))?;
            let Some((top, left)) = range.start() else { return Ok(()) };
            for (row, column, value) in range.used_cells() {
                let place = |base: u32, at: usize| u32::try_from(at).unwrap_or(u32::MAX).saturating_add(base);
                rows.put(place(top, row), place(left, column), cell::text(&borrowed(value), None))?;
            }
            Ok(())
        }
    }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(yes) => DataRef::Bool(*yes),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 16_383].map(letters), ["A", "Z", "AA", "XFD"]);
    }
}
