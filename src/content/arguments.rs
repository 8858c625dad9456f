//! Reading the arguments of page functions, with errors that name the nearest right word.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

use super::cell_format::{Format, NAMES};
use super::values::{RowOf, Rows, no_column};
use crate::problem::nearest;
use crate::warehouse::Frame;

pub type Result<T> = std::result::Result<T, Error>;

pub fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// The rows of a query given as an argument.
/// The rows of a query, or those of its rows that a filter such as `selectattr` left.
pub fn rows(function: &str, value: &Value) -> Result<Arc<Rows>> {
    value.downcast_object::<Rows>().or_else(|| chosen(value)).ok_or_else(|| {
        wrong(format!("{function} wants the rows of a query; name a query of the front matter, without quotes"))
    })
}

/// Single rows of one query, in the order given; `None` when there are none, or they are of several queries.
fn chosen(value: &Value) -> Option<Arc<Rows>> {
    let rows: Vec<Arc<RowOf>> =
        value.try_iter().ok()?.map(|row| row.downcast_object::<RowOf>()).collect::<Option<_>>()?;
    let of = &rows.first()?.rows;
    if rows.iter().any(|row| !Arc::ptr_eq(&row.rows.frame, &of.frame)) {
        return None;
    }
    let picked = rows.iter().map(|row| of.frame.rows[row.row].clone()).collect();
    let frame = Frame { columns: Arc::clone(&of.frame.columns), rows: picked };
    Some(Arc::new(Rows { name: Arc::clone(&of.name), frame: Arc::new(frame) }))
}

pub fn column(rows: &Rows, name: &str) -> Result<usize> {
    rows.frame.column(name).ok_or_else(|| no_column(rows, name))
}

/// An option that must be one of the keyword arguments; unknown ones are reported with the nearest known name.
pub fn check_all_used(function: &str, options: &Kwargs, known: &[&str]) -> Result<()> {
    for given in options.args() {
        if !known.contains(&given) {
            let hint = nearest(given, known.iter().copied()).unwrap_or_default();
            return Err(wrong(format!("{function} has no option \"{given}\"; {hint}")));
        }
    }
    Ok(())
}

pub fn text(options: &Kwargs, name: &str) -> Result<Option<String>> {
    Ok(options.get::<Option<Value>>(name)?.filter(|value| !value.is_none()).map(|value| value.to_string()))
}

pub fn flag(options: &Kwargs, name: &str) -> Result<bool> {
    Ok(options.get::<Option<bool>>(name)?.unwrap_or(false))
}

/// One text or a list of texts.
pub fn texts(options: &Kwargs, name: &str) -> Result<Option<Vec<String>>> {
    let Some(value) = options.get::<Option<Value>>(name)?.filter(|value| !value.is_none()) else {
        return Ok(None);
    };
    if let Some(text) = value.as_str() {
        return Ok(Some(vec![text.to_owned()]));
    }
    Ok(Some(value.try_iter()?.map(|item| item.to_string()).collect()))
}

/// The text of a key in a map option: `labels={"net_sales": "…"}`.
pub fn entry(options: &Kwargs, name: &str, key: &str) -> Result<Option<String>> {
    let Some(map) = options.get::<Option<Value>>(name)?.filter(|value| !value.is_none()) else {
        return Ok(None);
    };
    if map.kind() != minijinja::value::ValueKind::Map {
        return Err(wrong(format!("{name} wants a map such as {{\"column\": \"value\"}}")));
    }
    let value = map.get_item(&Value::from(key))?;
    Ok((!value.is_undefined() && !value.is_none()).then(|| value.to_string()))
}

/// The list of a key in a map option: `choices={"result": ["…"]}`.
pub fn list(options: &Kwargs, name: &str, key: &str) -> Result<Option<Vec<String>>> {
    let Some(map) = options.get::<Option<Value>>(name)?.filter(|value| !value.is_none()) else {
        return Ok(None);
    };
    if map.kind() != minijinja::value::ValueKind::Map {
        return Err(wrong(format!("{name} wants a map such as {{\"column\": [\"…\"]}}")));
    }
    let value = map.get_item(&Value::from(key))?;
    if value.is_undefined() || value.is_none() {
        return Ok(None);
    }
    let list: Vec<String> = value.try_iter()?.map(|item| item.to_string()).collect();
    // A drop-down holds 255 characters, a comma between two.
    if list.iter().map(|item| item.encode_utf16().count() + 1).sum::<usize>() > 255 {
        return Err(wrong(format!("{name} of \"{key}\" holds more than the 255 characters of a drop-down")));
    }
    Ok(Some(list))
}

pub fn format(name: &str) -> Result<Format> {
    Format::named(name).ok_or_else(|| {
        let hint = nearest(name, NAMES).unwrap_or_default();
        wrong(format!("there is no format \"{name}\"; {hint}"))
    })
}
