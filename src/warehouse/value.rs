//! Typed results: what a query gives back, exact where the engine is exact.

use std::sync::Arc;

use duckdb::arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use duckdb::arrow::datatypes::{DataType, TimeUnit};
use jiff::civil::{Date, DateTime, date};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// `unscaled / 10^scale`.
    Decimal {
        unscaled: i128,
        scale: u8,
    },
    Float(f64),
    Text(Arc<str>),
    Date(Date),
    DateTime(DateTime),
    List(Arc<[Value]>),
}

/// What a column holds, as far as a reader cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Bool,
    Int,
    Decimal,
    Float,
    Text,
    Date,
    DateTime,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

pub type Row = Vec<Value>;

/// A small result, whole in memory: rows × columns.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    pub columns: Arc<[Column]>,
    pub rows: Vec<Row>,
}

impl Frame {
    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
    /// A cell by row number and column name; `Null` when either is missing.
    pub fn get(&self, row: usize, name: &str) -> &Value {
        match (self.rows.get(row), self.column(name)) {
            (Some(row), Some(at)) => &row[at],
            _ => &Value::Null,
        }
    }
}

impl Value {
    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Value::Date(day) => Some(*day),
            _ => None,
        }
    }
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Decimal { unscaled, scale } => i64::try_from(unscaled / 10i128.pow(u32::from(*scale))).ok(),
            _ => None,
        }
    }
    /// For drawing only: charts may lose the last digits of a DECIMAL, text never does.
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Decimal { unscaled, scale } => Some(*unscaled as f64 / 10f64.powi(i32::from(*scale))),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }
    /// The plain form: what CSV, keys and `query` show. Null is empty.
    pub fn plain(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Decimal { unscaled, scale } => decimal_text(*unscaled, *scale),
            Value::Float(value) => value.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Date(date) => date.to_string(),
            Value::DateTime(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Value::List(items) => items.iter().map(Value::plain).collect::<Vec<_>>().join(", "),
        }
    }
}

/// `-123.40` from unscaled −12340 and scale 2.
pub fn decimal_text(unscaled: i128, scale: u8) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

pub(super) fn kind_of(data_type: &DataType) -> ColumnKind {
    match data_type {
        DataType::Boolean => ColumnKind::Bool,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Decimal128(_, 0) => ColumnKind::Int,
        DataType::Decimal128(..) => ColumnKind::Decimal,
        DataType::Float32 | DataType::Float64 => ColumnKind::Float,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnKind::Text,
        DataType::Date32 => ColumnKind::Date,
        DataType::Timestamp(..) => ColumnKind::DateTime,
        _ => ColumnKind::Other,
    }
}

macro_rules! cell {
    ($array:expr, $row:expr, $kind:ty) => {
        $array.as_any().downcast_ref::<$kind>().map(|array| array.value($row))
    };
}

/// One cell of an Arrow column. Types a page cannot show come back as their debug text, never as a panic.
#[allow(clippy::cast_lossless)]
pub(super) fn value_at(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let value = match array.data_type() {
        DataType::Boolean => cell!(array, row, BooleanArray).map(Value::Bool),
        DataType::Int8 => cell!(array, row, Int8Array).map(|v| Value::Int(v.into())),
        DataType::Int16 => cell!(array, row, Int16Array).map(|v| Value::Int(v.into())),
        DataType::Int32 => cell!(array, row, Int32Array).map(|v| Value::Int(v.into())),
        DataType::Int64 => cell!(array, row, Int64Array).map(Value::Int),
        DataType::UInt8 => cell!(array, row, UInt8Array).map(|v| Value::Int(v.into())),
        DataType::UInt16 => cell!(array, row, UInt16Array).map(|v| Value::Int(v.into())),
        DataType::UInt32 => cell!(array, row, UInt32Array).map(|v| Value::Int(v.into())),
        DataType::UInt64 => cell!(array, row, UInt64Array).map(|v| whole(v.into())),
        DataType::Decimal128(_, scale) => cell!(array, row, Decimal128Array).map(|v| match u8::try_from(*scale) {
            Ok(0) | Err(_) => whole(v),
            Ok(scale) => Value::Decimal { unscaled: v, scale },
        }),
        DataType::Float32 => cell!(array, row, Float32Array).map(|v| Value::Float(v.into())),
        DataType::Float64 => cell!(array, row, Float64Array).map(Value::Float),
        DataType::Utf8 => Some(Value::text(array.as_string::<i32>().value(row))),
        DataType::LargeUtf8 => Some(Value::text(array.as_string::<i64>().value(row))),
        DataType::Utf8View => Some(Value::text(array.as_string_view().value(row))),
        DataType::Date32 => {
            cell!(array, row, Date32Array).map(|days| epoch_day(days.into()).map_or(Value::Null, Value::Date))
        }
        DataType::Timestamp(unit, _) => timestamp(array, row, *unit),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            Some(Value::List((0..items.len()).map(|at| value_at(items.as_ref(), at)).collect()))
        }
        _ => None,
    };
    value.unwrap_or_else(|| Value::text(format!("({})", array.data_type())))
}

fn whole(value: i128) -> Value {
    i64::try_from(value).map_or(Value::Decimal { unscaled: value, scale: 0 }, Value::Int)
}

fn epoch_day(days: i64) -> Option<Date> {
    date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit) -> Option<Value> {
    let micros = match unit {
        TimeUnit::Second => cell!(array, row, TimestampSecondArray).map(|v| v.saturating_mul(1_000_000)),
        TimeUnit::Millisecond => cell!(array, row, TimestampMillisecondArray).map(|v| v.saturating_mul(1000)),
        TimeUnit::Microsecond => cell!(array, row, TimestampMicrosecondArray),
        TimeUnit::Nanosecond => cell!(array, row, TimestampNanosecondArray).map(|v| v / 1000),
    }?;
    let day = epoch_day(micros.div_euclid(86_400_000_000))?;
    let within = jiff::Span::new().try_microseconds(micros.rem_euclid(86_400_000_000)).ok()?;
    Some(day.to_datetime(jiff::civil::Time::midnight()).checked_add(within).map_or(Value::Null, Value::DateTime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(123_456, 3), "123.456");
        assert_eq!(decimal_text(7, 0), "7");
        assert_eq!(decimal_text(i128::MIN, 0), "-170141183460469231731687303715884105728");
    }
}
