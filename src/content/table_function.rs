//! `table(rows, columns=[…], …)`: rows as a table a reader can sort, search and take along.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Value};

use super::arguments::{self as arguments, Result, wrong};
use super::cell_format::Format;
use super::component::{Cell, Component, Dates, Download, Table, TableColumn};
use super::context::{self, PageContext};
use super::values::Rows;
use crate::access::about_people;
use crate::locale::slug::slug;
use crate::warehouse;

const OPTIONS: &[&str] = &[
    "columns",
    "labels",
    "formats",
    "links",
    "translate",
    "bars",
    "heat",
    "tones",
    "caption",
    "search",
    "download",
    "dates",
    "file_columns",
    "choices",
    "limit",
    "note",
    "sort",
    "tick",
];

/// One column as it will be shown.
pub(super) struct Shown {
    at: usize,
    name: String,
    label: String,
    format: Format,
    /// Target page and the position of the column with its key.
    link: Option<(String, usize)>,
    /// Prefix of the string a code is shown as: `grid-` makes `champions` read `grid-champions`.
    translate: Option<String>,
    /// Largest absolute value, when a bar stands behind the cells.
    bar: Option<f64>,
    heat: Option<(f64, f64)>,
    tones: bool,
}

pub fn table(data: Value, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("table", &options, OPTIONS)?;
    let rows = arguments::rows("table", &data)?;
    let page = context::current()?;
    let columns = chosen(&rows, &options, &page)?;
    let limit = options.get::<Option<usize>>("limit")?.unwrap_or(usize::MAX);
    let sortable = options.get::<Option<bool>>("sort")?.unwrap_or(true);
    let mut cells = Vec::with_capacity(rows.frame.rows.len().min(limit));
    for row in rows.frame.rows.iter().take(limit) {
        cells.push(columns.iter().map(|column| cell(column, row, &page)).collect::<Result<Vec<_>>>()?);
    }
    let id = context::next_id("table");
    let hidden = page.people_hidden && about_people(rows.frame.columns.iter().map(|column| column.name.as_str()));
    let note = match arguments::text(&options, "note")? {
        _ if hidden => page.locale.t("table-people-hidden", &[]),
        note => note.unwrap_or_default(),
    };
    let caption = arguments::text(&options, "caption")?.unwrap_or_default();
    let download = match arguments::flag(&options, "download")? {
        true => Some(file(&rows, &options, &page, (&columns, &id, &caption))?),
        false => None,
    };
    let dates = dates(&rows, &options, &page, (&id, &caption))?;
    Ok(context::component(Component::Table(Box::new(Table {
        id,
        caption,
        columns: columns.iter().map(|column| heading(column, sortable)).collect(),
        total: rows.frame.rows.len(),
        rows: cells,
        search: arguments::flag(&options, "search")?,
        tick: arguments::flag(&options, "tick")?,
        note,
        download,
        dates,
    }))))
}

/// The table as a file. `file_columns` are its columns, where they are others than those of the page; `choices={column: […]}` makes
/// it a sheet to fill in, with drop-downs, and with words in the place of codes.
fn file(
    rows: &Rows,
    options: &Kwargs,
    page: &PageContext,
    (columns, id, caption): (&[Shown], &str, &str),
) -> Result<Download> {
    let own = match arguments::texts(options, "file_columns")? {
        Some(names) => {
            let seen = names.into_iter().filter(|name| !page.hidden_columns.contains(name));
            Some(seen.map(|name| shown(name, rows, options, page)).collect::<Result<Vec<_>>>()?)
        }
        None => None,
    };
    let columns = own.as_deref().unwrap_or(columns);
    let mut choices = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        if let Some(list) = arguments::list(options, "choices", &column.name)? {
            choices.push((place, list));
        }
    }
    let frame = if choices.is_empty() { Arc::clone(&rows.frame) } else { Arc::new(worded(rows, columns, page)) };
    let title = if caption.is_empty() { rows.name.to_string() } else { caption.to_owned() };
    Ok(Download {
        file: format!("{}-{id}", slug(&rows.name)),
        name: file_name(&[&page.download_prefix, &title, &page.as_of]),
        title,
        header: columns.iter().map(|column| column.label.clone()).collect(),
        columns: columns.iter().map(|column| column.at).collect(),
        choices,
        frame,
    })
}

/// The rows with the words a reader of the page sees.
fn worded(rows: &Rows, columns: &[Shown], page: &PageContext) -> warehouse::Frame {
    let mut frame = (*rows.frame).clone();
    for row in &mut frame.rows {
        for column in columns.iter().filter(|column| column.translate.is_some()) {
            if !row[column.at].is_null() {
                row[column.at] = warehouse::Value::text(words(column, &row[column.at], page));
            }
        }
    }
    frame
}

/// `dates={"id": column, "day": column, "text": column, "today": today}`: a calendar with an entry for every row; what is
/// past stands on today, where it is seen.
fn dates(rows: &Rows, options: &Kwargs, page: &PageContext, (id, caption): (&str, &str)) -> Result<Option<Dates>> {
    let Some(today) = arguments::entry(options, "dates", "today")? else { return Ok(None) };
    let today: Date = today.parse().map_err(|_| wrong("dates needs \"today\": today"))?;
    let column = |key: &str| {
        let name = arguments::entry(options, "dates", key)?
            .ok_or_else(|| wrong(format!("dates needs \"{key}\", the name of a column")))?;
        arguments::column(rows, &name)
    };
    let (key, day, text) = (column("id")?, column("day")?, column("text")?);
    let entries = rows.frame.rows.iter().filter_map(|row| {
        let day = row[day].as_date()?.max(today);
        Some((row[key].plain(), day, row[text].plain()))
    });
    let entries: Vec<_> = entries.collect();
    let title = if caption.is_empty() { rows.name.to_string() } else { caption.to_owned() };
    let stamp = today.to_zoned(TimeZone::UTC).map(|day| day.timestamp()).map_err(|error| wrong(error.to_string()))?;
    Ok((!entries.is_empty() && !page.people_hidden).then(|| Dates {
        file: format!("{}-{id}", slug(&rows.name)),
        name: file_name(&[&page.download_prefix, &title, &today.to_string()]),
        title,
        stamp,
        entries,
    }))
}

pub(super) fn heading(column: &Shown, sortable: bool) -> TableColumn {
    TableColumn {
        name: column.name.clone(),
        label: column.label.clone(),
        kind: if column.bar.is_some() { "bar" } else { column.format.theme_kind() },
        sortable,
    }
}

/// `店_表_2026-10-31`, without characters a file system refuses.
fn file_name(parts: &[&str]) -> String {
    let joined = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("_");
    joined.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c }).take(80).collect()
}

pub(super) fn chosen(rows: &Rows, options: &Kwargs, page: &PageContext) -> Result<Vec<Shown>> {
    let names = match arguments::texts(options, "columns")? {
        Some(names) => names,
        None => rows.frame.columns.iter().map(|column| column.name.clone()).collect(),
    };
    for (option, wanted) in
        [("bars", arguments::texts(options, "bars")?), ("tones", arguments::texts(options, "tones")?)]
    {
        for name in wanted.iter().flatten() {
            if !names.contains(name) {
                return Err(wrong(format!("{option} names \"{name}\", which is not among the table's columns")));
            }
        }
    }
    let seen = names.into_iter().filter(|name| !page.hidden_columns.contains(name));
    seen.map(|name| shown(name, rows, options, page)).collect()
}

fn shown(name: String, rows: &Rows, options: &Kwargs, page: &PageContext) -> Result<Shown> {
    let at = arguments::column(rows, &name)?;
    let format = match arguments::entry(options, "formats", &name)? {
        Some(named) => arguments::format(&named)?,
        None => Format::of_column(&name, rows.frame.columns[at].kind),
    };
    let link = match arguments::entry(options, "links", &name)? {
        Some(target) => {
            let target_page = target.split('#').next().unwrap_or_default();
            let key = page.links.key_column(target_page).unwrap_or(&name).to_owned();
            // Asking for the page without a key tells an unknown name apart from one that was left out.
            page.href(&target, None)?;
            Some((target, arguments::column(rows, &key)?))
        }
        None => None,
    };
    let values = || rows.frame.rows.iter().filter_map(|row| row[at].as_f64());
    let among = |option: &str| -> Result<bool> {
        Ok(arguments::texts(options, option)?.is_some_and(|names| names.contains(&name)))
    };
    let bar = among("bars")?.then(|| values().fold(0.0_f64, |most, value| most.max(value.abs())));
    let heat =
        among("heat")?.then(|| (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max)));
    let label = match arguments::entry(options, "labels", &name)? {
        Some(label) => label,
        None => page.locale.label(&name),
    };
    let translate = arguments::entry(options, "translate", &name)?;
    let tones = among("tones")?;
    Ok(Shown { at, name, label, format, link, translate, bar, heat, tones })
}

pub(super) fn cell(column: &Shown, row: &warehouse::Row, page: &PageContext) -> Result<Cell> {
    let value = &row[column.at];
    let text = words(column, value, page);
    let number = value.as_f64();
    let sort = match column.format {
        Format::Text => None,
        _ if value.is_null() => Some(String::new()),
        _ => Some(value.plain()),
    };
    let address = match &column.link {
        Some((target, key)) if !row[*key].is_null() => page.href(target, Some(&row[*key].plain()))?,
        None if page.contact_list && column.name == "phone" => value.as_str().and_then(callable),
        _ => None,
    };
    let share = |most: f64| if most > 0.0 { number.map(|number| thousandths(number.abs() / most)) } else { Some(0.0) };
    let mut cell = Cell {
        href: address,
        sort,
        share: column.bar.and_then(share),
        heat: column.heat.and_then(|(least, most)| number.map(|number| shade(number, least, most))),
        tone: if column.tones { value.as_str().map(tone) } else { None },
        text,
        plain: false,
    };
    cell.plain = !matches!(column.format.theme_kind(), "text" | "date")
        && cell.sort.is_some()
        && cell.href.is_none()
        && cell.share.is_none()
        && cell.heat.is_none()
        && cell.tone.is_none();
    Ok(cell)
}

/// A value as the reader sees it: codes in words.
fn words(column: &Shown, value: &warehouse::Value, page: &PageContext) -> String {
    match (&column.translate, value.as_str()) {
        (Some(prefix), Some(code)) => page.words(prefix, code),
        (Some(prefix), None) if let warehouse::Value::List(codes) = value => {
            let words: Vec<String> = codes.iter().map(|code| page.words(prefix, &code.plain())).collect();
            words.join(&page.locale.t("list-separator", &[]))
        }
        _ => column.format.write(value, &page.locale),
    }
}

/// The address that dials a number (RFC 3966); `None` where the text is not one that can be dialled.
fn callable(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let plain = digits.strip_prefix('+').unwrap_or(&digits);
    let dialled = (5..=15).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_digit());
    dialled.then(|| format!("tel:{digits}"))
}

/// Few decimals keep pages small and equal.
fn thousandths(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn shade(value: f64, least: f64, most: f64) -> u8 {
    let share = if most > least { (value - least) / (most - least) } else { 0.5 };
    (share.clamp(0.0, 1.0) * 9.0).round() as u8
}

fn tone(code: &str) -> String {
    match code {
        "high" | "bad" | "complaint" | "critical" => "bad",
        "medium" | "warn" | "warning" | "suggestion" => "warn",
        "low" | "good" | "praise" | "ok" => "good",
        _ => "accent",
    }
    .to_owned()
}
