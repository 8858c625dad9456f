//! Folders of lists: away from what is published, one for each store, for their owner only.

use std::path::Path;

use crate::exchange::csv::Csv;
use crate::exchange::workbook::Book;
use crate::exchange::{Field, Holds, Sheet, Writer};
use crate::locale::Locale;
use crate::locale::slug::slug;
use crate::problem::{Problem, Result};
use crate::project::{Project, private};
use crate::warehouse::Value;

/// The locale that files for the stores are written in: the first of the site.
///
/// # Errors
/// As [`Locale::built_in`].
pub fn locale(project: &Project) -> Result<Locale> {
    let section = &project.config.project;
    Locale::built_in(project.default_locale(), &section.currency, section.money_scale)
}

/// Makes `folder`, unless lists of people must not be there: what is published, and what the next build reads.
///
/// # Errors
/// Refused where the folder is one of these; io when it cannot be made.
pub fn make(project: &Project, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Problem::io("make the folder for the lists", folder, &error))?;
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let wanted = real(folder);
    for published in [project.output(), project.data(), project.content(), project.deploy()] {
        if wanted.starts_with(real(&published)) {
            return Err(Problem::refused(
                "lists of people do not belong there: it is published, or read by the next build",
            )
            .at(folder)
            .hint("name a folder outside the project's data, content and output"));
        }
    }
    Ok(())
}

/// The name of a store's folder: its id where that is a plain name.
pub fn name_of(store: &str) -> String {
    let plain =
        !store.is_empty() && store.len() < 60 && store.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { store.to_owned() } else { format!("{}-{}", slug(store), &blake3::hash(store.as_bytes()).to_hex()[..8]) }
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// Io, with the path.
pub fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    private::folder(parent)
        .and_then(|()| private::write(path, bytes))
        .map_err(|error| Problem::io("write a list", path, &error))
}

/// A column of a list, headed in the reader's language.
pub fn field(locale: &Locale, name: &str, holds: Holds) -> Field {
    Field {
        name: locale.t(&format!("outbox-{name}"), &[]),
        holds,
        nullable: true,
        key: false,
        heading: name.to_owned(),
        meaning: String::new(),
        codes: Vec::new(),
        choices: Vec::new(),
    }
}

/// Writes the same list as `<name>.xlsx` and `<name>.csv`.
///
/// # Errors
/// As [`put`], and when a list is too long for a workbook.
pub fn put_list(folder: &Path, name: &str, sheet: &Sheet, rows: &[Vec<Value>]) -> Result<()> {
    let write = |writer: &mut dyn Writer| -> Result<()> {
        writer.sheet(sheet)?;
        for row in rows {
            writer.row(row)?;
        }
        writer.finish()
    };
    let mut book = Vec::new();
    write(&mut Book::small(&mut book)?)?;
    put(&folder.join(format!("{name}.xlsx")), &book)?;
    let mut text = Vec::new();
    write(&mut Csv::new(&mut text))?;
    put(&folder.join(format!("{name}.csv")), &text)
}
