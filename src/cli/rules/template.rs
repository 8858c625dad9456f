//! `storebook rules template`: a workbook of the rules as they are, with drop-downs and a word on every column.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use super::Speech;
use crate::cli::Voice;
use crate::cli::output::print;
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::project::rulebook::columns::{self, Choice, Column, Kind, SheetSpec};
use crate::project::rulebook::{FILES, NOTES, stands_in};
use crate::project::{CONFIG_FILE, Config, EarnRule, ExpiryRule, Lasts, MultiplierOf, Project};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook rules template                  会员规则.xlsx beside storebook.toml, with the rules as they are
  storebook rules template --locale en      membership-rules.xlsx, in English
  storebook rules template --move           the same, and the rules leave storebook.toml, where they stood so far
  storebook rules template --out new.xlsx   elsewhere, to try rules with `storebook rules preview new.xlsx`")]
pub struct Template {
    /// File to write; one that is there is kept, unless --force is given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Take the rules out of storebook.toml, with the comments among them
    #[arg(long = "move", conflicts_with = "out")]
    moved: bool,
    #[command(flatten)]
    speech: Speech,
}

/// Rows with drop-downs and formats.
const READY: u32 = 500;

impl Template {
    pub fn run(&self, root: &Path, voice: Voice) -> Result<ExitCode> {
        // A workbook that is broken may be what is to be replaced.
        let project = Project::open(root).or_else(|_| Project::without_rulebook(root))?;
        let locale = self.speech.locale(&project)?;
        let chinese = locale.code().starts_with("zh");
        let out = self.out.clone().unwrap_or_else(|| project.root.join(FILES[usize::from(!chinese)]));
        if out.exists() && !self.force {
            return Err(Problem::refused("this file is there already; nothing was written")
                .at(out)
                .hint("name another one with --out FILE, or write over it with --force"));
        }
        let settings = self.out.is_none().then(|| self.settings(&project)).transpose()?.flatten();
        let bytes = written(&project.config, &locale)
            .map_err(|error| Problem::failed(format!("the workbook could not be written: {error}")).at(&out))?;
        let scratch = out.with_extension("xlsx.tmp");
        std::fs::write(&scratch, bytes)
            .and_then(|()| std::fs::rename(&scratch, &out))
            .map_err(|error| Problem::io("write the workbook of rules", &out, &error))?;
        if let Some(text) = settings {
            let path = project.root.join(CONFIG_FILE);
            let scratch = path.with_extension("toml.tmp");
            std::fs::write(&scratch, text)
                .and_then(|()| std::fs::rename(&scratch, &path))
                .map_err(|error| Problem::io("write the settings", &path, &error))?;
        }
        if !voice.quiet {
            print(&format!(
                "{}\nNext: change the rules in it, then `storebook rules check` and `storebook rules preview`.\n",
                out.display()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Template {
    /// The settings without the rules that the workbook will hold; `None` where they have none of these.
    fn settings(&self, project: &Project) -> Result<Option<String>> {
        let text = std::fs::read_to_string(project.root.join(CONFIG_FILE)).unwrap_or_default();
        // Segments are conditions in SQL, which have no rows; they stay.
        let taken: Vec<&str> = (columns::SHEETS.into_iter())
            .filter(|spec| spec.key != "segments")
            .map(|spec| spec.setting)
            .filter(|setting| stands_in(&text, setting))
            .collect();
        if taken.is_empty() {
            return Ok(None);
        }
        if !self.moved {
            return Err(Problem::refused(format!("{CONFIG_FILE} has rules already: {}", taken.join(", ")))
                .hint("move them into the workbook with --move, or write it elsewhere with --out FILE"));
        }
        let mut document: toml_edit::DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| Problem::failed(error.message()).at(CONFIG_FILE))?;
        for setting in taken {
            if let Some((section, key)) = setting.split_once('.')
                && let Some(table) = document.get_mut(section).and_then(toml_edit::Item::as_table_like_mut)
            {
                table.remove(key);
            }
        }
        Ok(Some(document.to_string()))
    }
}

/// A cell of a rule.
enum Cell {
    Text(String),
    Number(f64),
    Day(Date),
    Empty,
}

fn text(text: &str) -> Cell {
    if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn day(text: &str) -> Cell {
    text.trim().parse().map_or(Cell::Empty, Cell::Day)
}

fn named(choices: &[Choice], code: &str, chinese: bool) -> Cell {
    choices.iter().find(|choice| choice.code == code).map_or(Cell::Empty, |choice| text(choice.name(chinese)))
}

struct Styles {
    heading: Format,
    required: Format,
    day: Format,
    wrapped: Format,
}

fn written(config: &Config, locale: &Locale) -> std::result::Result<Vec<u8>, XlsxError> {
    let chinese = locale.code().starts_with("zh");
    let heading = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    let styles = Styles {
        required: heading.clone().set_background_color(Color::RGB(0x00FF_E8B3)),
        heading: heading.set_background_color(Color::RGB(0x00E8_ECF1)),
        day: Format::new().set_num_format("yyyy-mm-dd"),
        wrapped: Format::new().set_text_wrap(),
    };
    let mut book = Workbook::new();
    // The same rules give the same bytes, whenever they are written.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let notes = book.add_worksheet().set_name(NOTES[usize::from(!chinese)])?;
    notes.set_column_width(0, 100.0)?;
    for (row, line) in (0u32..).zip(locale.t("rules-notes", &[]).lines()) {
        notes.write_with_format(row, 0, line, &styles.wrapped)?;
    }
    for (place, spec) in columns::SHEETS.into_iter().enumerate() {
        let sheet = book.add_worksheet().set_name(spec.name(chinese))?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0u16..).zip(spec.columns) {
            head(sheet, (at, place), (spec, column), (locale, &styles))?;
        }
        for (row, cells) in (1u32..).zip(rules(spec, config, chinese)) {
            for (at, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(row, at, text).map(drop)?,
                    Cell::Number(number) => sheet.write_number(row, at, number).map(drop)?,
                    Cell::Day(day) => {
                        let year = u16::try_from(day.year()).unwrap_or(1900);
                        let value =
                            ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs())?;
                        sheet.write_datetime_with_format(row, at, value, &styles.day).map(drop)?;
                    }
                    Cell::Empty => {}
                }
            }
        }
    }
    choices(book.add_worksheet(), chinese)?;
    book.save_to_buffer()
}

/// The lists of the drop-downs, one per column; a list in a rule itself may have 255 characters only.
fn lists() -> impl Iterator<Item = (usize, &'static Column, &'static [Choice])> {
    columns::SHEETS.into_iter().enumerate().flat_map(|(place, spec)| {
        spec.columns.iter().filter_map(move |column| match column.kind {
            Kind::Choice(choices) => Some((place, column, choices)),
            _ => None,
        })
    })
}

fn choices(sheet: &mut Worksheet, chinese: bool) -> std::result::Result<(), XlsxError> {
    sheet.set_name(NOTES[2 + usize::from(!chinese)])?.set_hidden(true);
    for (at, (_, _, choices)) in (0u16..).zip(lists()) {
        for (row, choice) in (0u32..).zip(choices) {
            sheet.write_string(row, at, choice.name(chinese))?;
        }
    }
    Ok(())
}

fn head(
    sheet: &mut Worksheet,
    (at, place): (u16, usize),
    (spec, column): (&SheetSpec, &Column),
    (locale, styles): (&Locale, &Styles),
) -> std::result::Result<(), XlsxError> {
    let chinese = locale.code().starts_with("zh");
    let style = if column.required { &styles.required } else { &styles.heading };
    sheet.write_with_format(0, at, column.name(chinese), style)?;
    let wide = matches!(column.key, "benefits" | "name" | "figure" | "lasts" | "value" | "is");
    sheet.set_column_width(at, if wide { 24.0 } else { 14.0 })?;
    if matches!(column.kind, Kind::Day) {
        sheet.set_column_format(at, &styles.day)?;
    }
    let rule = match column.kind {
        Kind::Text | Kind::Any => DataValidation::new().allow_any_value(),
        Kind::Amount | Kind::Number => {
            DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
        }
        Kind::Whole { least, most } => {
            let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
            DataValidation::new().allow_whole_number(DataValidationRule::Between(whole(least), whole(most)))
        }
        Kind::Day => {
            let (first, last) = (ExcelDateTime::from_ymd(1900, 3, 1)?, ExcelDateTime::from_ymd(2199, 12, 31)?);
            DataValidation::new().allow_date(DataValidationRule::Between(first, last))
        }
        Kind::Choice(choices) => {
            let list = lists().position(|(at, other, _)| at == place && other.key == column.key).unwrap_or(0);
            let letter = char::from(b'A' + u8::try_from(list).unwrap_or(0));
            let source = format!("='{}'!${letter}$1:${letter}${}", NOTES[2 + usize::from(!chinese)], choices.len());
            DataValidation::new().allow_list_formula(Formula::new(source))
        }
    };
    let key = match column.key {
        "from" | "until" => format!("rules-help-{}", column.key),
        own => format!("rules-help-{}-{}", spec.key, own.replace('_', "-")),
    };
    let rule = rule.set_input_title(column.name(chinese))?.set_input_message(locale.t(&key, &[]))?;
    sheet.add_data_validation(1, at, READY, at, &rule)?;
    Ok(())
}

/// The rules of a sheet as they are now. Conditions in SQL have no rows; they stay in the settings.
fn rules(spec: &SheetSpec, config: &Config, chinese: bool) -> Vec<Vec<Cell>> {
    let number = |number: u32| Cell::Number(f64::from(number));
    match spec.key {
        "levels" => (config.tiers.levels.iter())
            .map(|level| {
                let points = level.points.map_or(Cell::Empty, Cell::Number);
                let days = [day(&level.from), day(&level.until)];
                let cells = [text(&level.name), Cell::Number(level.spend), points, text(&level.benefits)];
                cells.into_iter().chain(days).collect()
            })
            .collect(),
        "earn" => or_default(&config.loyalty.earn, EarnRule::default())
            .map(|rule| {
                let pending = number(rule.pending_days);
                vec![Cell::Number(rule.amount), Cell::Number(rule.points), pending, day(&rule.from), day(&rule.until)]
            })
            .collect(),
        "expiry" => or_default(&config.loyalty.expiry, ExpiryRule::default())
            .map(|rule| {
                let code = match rule.lasts {
                    Lasts::Never => "never",
                    Lasts::Months => "months",
                    Lasts::EndOfMonth => "end_of_month",
                    Lasts::EndOfYear => "end_of_year",
                };
                let lasts = named(columns::LASTS, code, chinese);
                vec![lasts, number(rule.number), number(rule.grace_days), day(&rule.from), day(&rule.until)]
            })
            .collect(),
        "multipliers" => (config.loyalty.multipliers.iter())
            .map(|rule| {
                let of = named(columns::OF, of_code(rule.of), chinese);
                let (name, is) = (text(&rule.name), text(&rule.is));
                vec![name, of, is, Cell::Number(rule.factor), day(&rule.from), day(&rule.until)]
            })
            .collect(),
        "holidays" => (config.care.holidays.iter())
            .map(|holiday| {
                let calendar = named(columns::CALENDARS, if holiday.lunar { "lunar" } else { "solar" }, chinese);
                let (month, day) = (number(holiday.month), number(holiday.day));
                vec![text(&holiday.name), text(&holiday.name_en), calendar, month, day, number(holiday.lead_days)]
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn or_default<T: Clone>(rules: &[T], default: T) -> std::vec::IntoIter<T> {
    if rules.is_empty() { vec![default] } else { rules.to_vec() }.into_iter()
}

fn of_code(of: MultiplierOf) -> &'static str {
    match of {
        MultiplierOf::All => "all",
        MultiplierOf::Category => "category",
        MultiplierOf::Sku => "sku",
        MultiplierOf::Store => "store",
        MultiplierOf::Channel => "channel",
        MultiplierOf::Weekday => "weekday",
        MultiplierOf::Birthday => "birthday",
        MultiplierOf::BirthdayMonth => "birthday_month",
    }
}
