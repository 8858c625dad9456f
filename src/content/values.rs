//! Query results as templates see them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value as Template};
use minijinja::{Error, ErrorKind};

use crate::problem::nearest;
use crate::warehouse::{Frame, Value};

/// The rows of one query: a sequence of rows that also carries its columns.
#[derive(Clone)]
pub struct Rows {
    pub name: Arc<str>,
    pub frame: Arc<Frame>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query {} ({} rows)", self.name, self.frame.rows.len())
    }
}

impl Object for Rows {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }
    fn get_value(self: &Arc<Self>, key: &Template) -> Option<Template> {
        let row = usize::try_from(key.as_i64()?).ok()?;
        (row < self.frame.rows.len()).then(|| Template::from_object(RowOf { rows: Arc::clone(self), row }))
    }
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.frame.rows.len())
    }
}

/// One row: a map by column name. A wrong column is an error that names the nearest right one.
pub struct RowOf {
    pub rows: Arc<Rows>,
    pub row: usize,
}

impl fmt::Debug for RowOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} of {:?}", self.row + 1, self.rows)
    }
}

impl Object for RowOf {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }
    fn get_value(self: &Arc<Self>, key: &Template) -> Option<Template> {
        let name = key.as_str()?;
        let frame = &self.rows.frame;
        Some(match frame.column(name) {
            Some(at) => template_value(&frame.rows[self.row][at]),
            None => Template::from(no_column(&self.rows, name)),
        })
    }
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.rows.frame.columns.iter().map(|column| Template::from(column.name.as_str())).collect())
    }
}

/// The error for a column that a query does not have.
pub fn no_column(rows: &Rows, name: &str) -> Error {
    let hint = nearest(name, rows.frame.columns.iter().map(|column| column.name.as_str())).unwrap_or_default();
    Error::new(ErrorKind::UndefinedError, format!("query {} has no column \"{name}\"; {hint}", rows.name))
}

/// A cell as a template value. Dates become ISO text; a DECIMAL becomes a float, exact enough to be written with its
/// decimals up to 10^13; tables and downloads take the exact cell instead.
pub fn template_value(value: &Value) -> Template {
    match value {
        Value::Null => Template::from(()),
        Value::Bool(value) => Template::from(*value),
        Value::Int(value) => Template::from(*value),
        Value::Decimal { .. } | Value::Float(_) => Template::from(value.as_f64()),
        // The characters that mark tokens never enter a template from data.
        Value::Text(text) if text.contains(['\u{e000}', '\u{e001}']) => {
            Template::from(text.replace(['\u{e000}', '\u{e001}'], "\u{fffd}"))
        }
        Value::Text(text) => Template::from(Arc::clone(text)),
        Value::Date(_) | Value::DateTime(_) => Template::from(value.plain()),
        Value::List(items) => items.iter().map(template_value).collect(),
    }
}
