//! `lookup(rows, columns=[…], …)`: one customer found by the last digits of the telephone and the surname.
//!
//! The rows are in the page, which is sealed for those who may see them; the fields only choose among them.

use minijinja::value::{Kwargs, Value};

use super::arguments::{self as arguments, Result};
use super::component::{Component, Findable, Lookup};
use super::context;
use super::table_function::{self, cell, chosen};
use crate::access::about_people;

const OPTIONS: &[&str] = &["digits", "name", "columns", "labels", "formats", "links", "translate", "note"];
/// Digits a reader types.
const DIGITS: usize = 4;

pub fn lookup(data: Value, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("lookup", &options, OPTIONS)?;
    let rows = arguments::rows("lookup", &data)?;
    let page = context::current()?;
    let named = |option: &str, usual: &str| -> Result<usize> {
        let name = arguments::text(&options, option)?;
        arguments::column(&rows, name.as_deref().unwrap_or(usual))
    };
    let (digits, name) = (named("digits", "phone_end")?, named("name", "name")?);
    let columns = chosen(&rows, &options, &page)?;
    let mut people = Vec::new();
    for row in &rows.frame.rows {
        let ending = row[digits].plain();
        let whole = ending.len() == DIGITS && ending.bytes().all(|byte| byte.is_ascii_digit());
        let name = row[name].plain();
        // Without both nobody could be told apart.
        if !whole || name.trim().is_empty() {
            continue;
        }
        let cells = columns.iter().map(|column| cell(column, row, &page)).collect::<Result<Vec<_>>>()?;
        people.push(Findable { digits: ending, name, cells });
    }
    let hidden = page.people_hidden && about_people(rows.frame.columns.iter().map(|column| column.name.as_str()));
    let note = match arguments::text(&options, "note")? {
        _ if hidden => page.locale.t("table-people-hidden", &[]),
        note => note.unwrap_or_default(),
    };
    let columns = columns.iter().map(|column| table_function::heading(column, false)).collect();
    Ok(context::component(Component::Lookup(Box::new(Lookup {
        id: context::next_id("lookup"),
        columns,
        people,
        note,
    }))))
}
