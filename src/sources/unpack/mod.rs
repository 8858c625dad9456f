//! What lies inside a file: the members of an archive, the sheets of a workbook, the table of a web page.
//!
//! Every member and every sheet counts as a file of its own: it is recognised, mapped and reported by itself, under the
//! name `archive.zip/member.csv` or `book.xlsx[sheet]`. What an ending says is not believed: many programs give a web
//! page or plain text the ending `.xls`.

mod archive;
mod cell;
mod html;
mod workbook;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::discover::Found;
use super::intake::{self, Format, Plain};
use crate::problem::{Problem, Result};
use crate::sources::returned::FIELD_NOTES;
use crate::warehouse::TableStore;

pub use archive::unpacked;

/// A part of a file that is read like a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The file on disk, relative to `data/`.
    pub whole: String,
    /// Place in the archive.
    pub member: Option<usize>,
    pub sheet: Option<String>,
    /// What it is, where the ending does not tell.
    pub format: Option<Format>,
    /// The reader of the workbook does not see it.
    pub hidden: bool,
}

/// A part as it is remembered: the name shown, the file name in it, and where it lies.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    name: String,
    file: String,
    inside: Inside,
}

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// ZIP: an archive, or a workbook of Excel 2007 and later, or of LibreOffice.
    Zip,
    /// The container of older Office files, and of encrypted ones.
    Compound,
    Html,
    /// The XML form of Excel 2003.
    Xml,
    Text,
}

fn kind(path: &Path) -> Result<Kind> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(1024).read_to_end(&mut head))
        .map_err(|error| Problem::io("read a data file", path, &error))?;
    let cut = head.len() < 4 && head.starts_with(b"PK");
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || cut {
        return Ok(Kind::Zip);
    }
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Ok(Kind::Compound);
    }
    // Zeros go, so that the tags of a page in UTF-16 are seen.
    let text: String =
        head.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || !c.is_ascii());
    Ok(if text.starts_with("<?xml") && text.contains("<workbook") {
        Kind::Xml
    } else if text.starts_with('<') {
        Kind::Html
    } else {
        Kind::Text
    })
}

/// Files, with archives and workbooks replaced by what lies in them; in the same order.
///
/// # Errors
/// An archive or workbook that cannot be opened: broken, encrypted, or of a kind that is not read.
pub fn expand(found: Vec<Found>, store: &TableStore) -> Result<Vec<Found>> {
    let parts: Vec<Result<Vec<Found>>> = found.into_par_iter().map(|file| expanded(file, store)).collect();
    let mut all = Vec::new();
    for parts in parts {
        all.extend(parts?);
    }
    Ok(all)
}

fn expanded(file: Found, store: &TableStore) -> Result<Vec<Found>> {
    let (sheet, zip) = (intake::is_workbook(&file.ending()), file.ending() == "zip");
    if !sheet && !zip {
        return Ok(vec![file]);
    }
    let key = TableStore::key(&["parts", super::program(), &file.name, &intake::stat_key(&file.path)?]);
    let parts = match store.made::<Vec<Part>>(&key) {
        Some(parts) => parts,
        None => {
            let parts = if zip { members(&file, store)? } else { sheets(&file, &file.path, None)? };
            store.remember(&key, &parts)?;
            parts
        }
    };
    let part = |part: Part| Found { name: part.name, file: part.file, inside: Some(part.inside), ..file.clone() };
    Ok(parts.into_iter().map(part).collect())
}

/// The part of a file below `data/` that bears this name; the file itself when it bears it.
pub fn named(data: &Path, name: &str, store: &TableStore) -> Result<Found> {
    let whole = Found::whole(data.join(name), name.to_owned());
    let ends = name.char_indices().filter(|(_, c)| matches!(c, '/' | '[')).map(|(at, _)| at).chain([name.len()]);
    for end in ends {
        let path = data.join(&name[..end]);
        if path.is_file() {
            let parts = expanded(Found::whole(path, name[..end].to_owned()), store)?;
            if let Some(part) = parts.into_iter().find(|part| part.name == name) {
                return Ok(part);
            }
        }
    }
    Ok(whole)
}

fn members(file: &Found, store: &TableStore) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for member in archive::members(&file.path)? {
        let whole = file.name.clone();
        let inside = Inside { whole, member: Some(member.place), sheet: None, format: None, hidden: false };
        let name = format!("{}/{}", file.name, member.name);
        let own = Some(inside.clone());
        let part = Found { name: name.clone(), file: member.name, inside: own, ..file.clone() };
        if intake::is_workbook(&part.ending()) {
            let plain = unpacked(&part, &intake::hash(&part, store)?, store)?;
            parts.extend(sheets(&part, &plain.path, Some(member.place)).map_err(|problem| problem.at(&file.path))?);
        } else {
            parts.push(Part { name, file: part.file, inside });
        }
    }
    Ok(parts)
}

/// The sheets of a file that calls itself a workbook, which lies at `path`.
fn sheets(file: &Found, path: &Path, member: Option<usize>) -> Result<Vec<Part>> {
    let part = |name: String, sheet: Option<String>, format: Format, hidden: bool| {
        let whole = file.whole_name().to_owned();
        let inside = Inside { whole, member, sheet, format: Some(format), hidden };
        Part { name, file: file.file.clone(), inside }
    };
    let other = |format| Ok(vec![part(file.name.clone(), None, format, false)]);
    match kind(path)? {
        Kind::Text => return other(Format::Text),
        Kind::Html => return other(Format::Html),
        Kind::Xml => {
            return Err(Problem::failed("this is a workbook in the XML form of Excel 2003, which is not read")
                .at(&file.path)
                .hint("open it and save it as .xlsx"));
        }
        Kind::Zip | Kind::Compound => {}
    }
    let mut sheets = workbook::sheets(path).map_err(|problem| problem.at(&file.path))?;
    // What the columns of the others mean.
    if sheets.iter().any(|sheet| !FIELD_NOTES.contains(&sheet.name.as_str())) {
        sheets.retain(|sheet| !FIELD_NOTES.contains(&sheet.name.as_str()));
    }
    let alone = sheets.iter().filter(|sheet| !sheet.hidden).count() == 1;
    let parts = sheets.into_iter().map(|sheet| {
        let name = if alone && !sheet.hidden { file.name.clone() } else { format!("{}[{}]", file.name, sheet.name) };
        part(name, Some(sheet.name), Format::Sheet, sheet.hidden)
    });
    Ok(parts.collect())
}

/// The encoding a web page says it has, by its label.
pub fn told_encoding(path: &Path) -> Result<Option<String>> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    read.map_err(|error| Problem::io("read a data file", path, &error))?;
    Ok(html::told_encoding(&head))
}

/// The table of a workbook's sheet, or of a web page, as plain CSV, one record per row; `plain` is the unpacked file.
pub fn table(file: &Found, format: Format, plain: &Plain, to: &Path) -> Result<()> {
    match (format, file.inside.as_ref().and_then(|inside| inside.sheet.as_deref())) {
        (Format::Sheet, Some(sheet)) => workbook::write(&plain.path, sheet, to),
        _ => html::write(&plain.path, to),
    }
    .map_err(|problem| problem.at(&file.path))
}
