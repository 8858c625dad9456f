//! Tables of the warehouse to files.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::csv::Csv;
use super::ndjson::Ndjson;
use super::out::{self, Part};
use super::schema::schema;
use super::workbook::Book;
use super::{Format, Sheet, Writer};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::private;
use crate::warehouse::{Engine, TableStore, quoted};

/// A table of the warehouse.
#[derive(Debug)]
pub struct Source {
    /// The name people ask for: `source.customers`, `store_summary`.
    pub shown: String,
    /// Where the engine has it.
    pub schema: &'static str,
    pub sheet: Sheet,
    /// Whether it can be read back.
    pub contract: bool,
    pub rows: u64,
}

impl Source {
    fn select(&self) -> String {
        let columns: Vec<String> = self.sheet.fields.iter().map(|field| quoted(&field.name)).collect();
        format!("select {} from {}.{}", columns.join(", "), quoted(self.schema), quoted(&self.sheet.name))
    }
}

/// What is to be written, and how.
pub struct Export<'a> {
    pub engine: &'a dyn Engine,
    pub store: &'a TableStore,
    pub sources: &'a [Source],
    pub format: Format,
    /// The file, or the folder of the files.
    pub out: &'a Path,
    /// All tables into one workbook.
    pub workbook: bool,
    pub force: bool,
    /// Of headings and field notes.
    pub locale: &'a Locale,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Exported {
    /// With the schema last.
    pub files: Vec<PathBuf>,
}

/// Writes every table, then gives all files their names.
///
/// # Errors
/// A file exists already (refused); a table does not fit into its format; the disk.
pub fn export(export: &Export, progress: &dyn Progress) -> Result<Exported> {
    let plan = export.plan()?;
    progress.start("export", export.sources.iter().map(|source| source.rows).sum());
    if export.workbook {
        export.book(export.sources, &plan.parts[0], progress)?;
    } else {
        for (source, part) in export.sources.iter().zip(&plan.parts) {
            export.table(source, part, progress)?;
        }
    }
    let name = |part: &Part| part.to().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let described: Vec<(&Source, String)> = (export.sources.iter().enumerate())
        .map(|(at, source)| (source, name(&plan.parts[if export.workbook { 0 } else { at }])))
        .collect();
    let text = schema(&described, export.format)?;
    io::copy(&mut text.as_bytes(), &mut plan.schema.create()?)
        .map_err(|error| Problem::io("write an export", plan.schema.to(), &error))?;
    let mut exported = Exported::default();
    for part in plan.parts.into_iter().chain([plan.schema]) {
        exported.files.push(part.to().to_path_buf());
        part.publish()?;
    }
    Ok(exported)
}

/// The files of an export.
struct Plan {
    /// One per table, or the workbook.
    parts: Vec<Part>,
    schema: Part,
}

impl Export<'_> {
    fn plan(&self) -> Result<Plan> {
        let ending = self.out.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        let is_file = Format::of_ending(&ending).is_some() && !self.out.is_dir();
        if self.workbook && Format::of_ending(&ending) != Some(Format::Xlsx) {
            return Err(Problem::usage("a workbook is an .xlsx file").at(self.out).hint("--out hq.xlsx"));
        }
        if is_file && !self.workbook && self.sources.len() > 1 {
            return Err(Problem::usage("several tables do not go into one file")
                .at(self.out)
                .hint("name a folder, or add --workbook for one workbook with a sheet per table"));
        }
        if is_file {
            let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty());
            folder.map_or(Ok(()), out::folder)?;
            return Ok(Plan {
                parts: vec![Part::begin(self.out, self.force)?],
                schema: Part::begin(&self.out.with_extension("schema.json"), self.force)?,
            });
        }
        out::folder(self.out)?;
        let file = |source: &Source| self.out.join(format!("{}.{}", source.sheet.name, self.format.ending()));
        Ok(Plan {
            parts: (self.sources.iter().map(|source| Part::begin(&file(source), self.force)))
                .collect::<Result<Vec<Part>>>()?,
            schema: Part::begin(&self.out.join("schema.json"), self.force)?,
        })
    }

    fn table(&self, source: &Source, part: &Part, progress: &dyn Progress) -> Result<()> {
        match self.format {
            Format::Csv => self.rows(source, &mut Csv::new(BufWriter::new(part.create()?)), progress),
            Format::Ndjson => self.rows(source, &mut Ndjson::new(BufWriter::new(part.create()?)), progress),
            Format::Xlsx => self.book(std::slice::from_ref(source), part, progress),
            Format::Parquet => self.parquet(source, part, progress),
        }
        .map_err(|problem| if problem.place().is_some() { problem } else { problem.at(part.to()) })
    }

    fn rows(&self, source: &Source, writer: &mut dyn Writer, progress: &dyn Progress) -> Result<()> {
        self.sheet(source, writer, progress)?;
        writer.finish()
    }

    fn sheet(&self, source: &Source, writer: &mut dyn Writer, progress: &dyn Progress) -> Result<()> {
        writer.sheet(&source.sheet)?;
        self.engine.stream(&source.select(), &mut |_, rows| {
            rows.iter().try_for_each(|row| writer.row(row))?;
            progress.step(rows.len() as u64, &source.shown);
            Ok(())
        })
    }

    fn book(&self, sources: &[Source], part: &Part, progress: &dyn Progress) -> Result<()> {
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty() && !self.out.is_dir());
        let folder = if self.out.is_dir() { self.out } else { folder.unwrap_or(Path::new(".")) };
        // Rows wait there in clear: nobody else may look in, and nothing stays behind.
        let aside = private::scratch(folder, ".export-").map_err(|error| Problem::io("write aside", folder, &error))?;
        let mut book = Book::long(BufWriter::new(part.create()?), aside.path())?.with_notes(self.locale);
        for source in sources {
            self.sheet(source, &mut book, progress)?;
        }
        book.finish()
    }

    /// The engine writes only where its own tables are.
    fn parquet(&self, source: &Source, part: &Part, progress: &dyn Progress) -> Result<()> {
        let scratch = self.store.scratch(&format!("export-{}", source.sheet.name));
        self.engine.store(&source.select(), &scratch)?;
        let mut to = part.create()?;
        let copied = File::open(&scratch).and_then(|mut from| io::copy(&mut from, &mut to));
        // What stays behind goes with the process.
        let _ = std::fs::remove_file(&scratch);
        copied.map_err(|error| Problem::io("write an export", part.to(), &error))?;
        progress.step(source.rows, &source.shown);
        Ok(())
    }
}
