//! The page functions and filters: `kpi`, `sparkline`, `link`, `t`, `label`, `feedback_form`, and the formats.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior};

use super::arguments::{self as arguments, Result, wrong};
use super::cell_format::Format;
use super::component::{Component, Form, Kpi, Link, Piece, Sparkline, StoreChoice};
use super::context::{self, Shown};
use super::markdown::TOKEN_START;
use super::{chart_function, lookup_function, table_function};
use crate::charts;
use crate::discreet;
use crate::locale::format::Num;
use crate::locale::{Arg, Locale};

/// Steps one page may take.
const FUEL: u64 = 5_000_000;

/// Names that pages can always use.
pub const FUNCTIONS: [&str; 9] =
    ["kpi", "chart", "table", "lookup", "sparkline", "link", "t", "label", "feedback_form"];

/// The sandbox pages are rendered in: strict, without files, every value put aside as a token.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(write_value);
    environment.add_function("kpi", kpi);
    environment.add_function("chart", chart_function::chart);
    environment.add_function("table", table_function::table);
    environment.add_function("lookup", lookup_function::lookup);
    environment.add_function("sparkline", sparkline);
    environment.add_function("link", link);
    environment.add_function("t", translate);
    environment
        .add_function("label", |column: &str| -> Result<String> { Ok(context::current()?.locale.label(column)) });
    environment.add_function("feedback_form", feedback_form);
    add_filters(&mut environment);
    environment
}

/// Writes a token and puts the value aside. Text that a `set` block captured holds tokens already.
fn write_value(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<()> {
    if value.is_undefined() {
        return Err(minijinja::Error::from(minijinja::ErrorKind::UndefinedError));
    }
    let piece = match value.downcast_object_ref::<Shown>() {
        Some(shown) => Piece::Component(Arc::clone(&shown.0)),
        None if value.is_none() => return Ok(()),
        None => {
            let text = value.to_string();
            if text.contains(TOKEN_START) {
                return out.write_str(&text).map_err(minijinja::Error::from);
            }
            Piece::Text(text)
        }
    };
    let token = match context::put_aside(piece) {
        Some(token) => token,
        // Outside a page (titles, slugs) the text itself is wanted.
        None => value.to_string(),
    };
    out.write_str(&token).map_err(minijinja::Error::from)
}

fn add_filters(environment: &mut Environment<'static>) {
    for (name, format) in [("money", Format::Money), ("percent", Format::Percent)] {
        environment.add_filter(name, move |value: Value| -> Result<String> { formatted(&value, format) });
    }
    environment.add_filter("number", |value: Value, decimals: Option<u8>| -> Result<String> {
        formatted(&value, Format::Number(decimals.unwrap_or(0)))
    });
    for (name, format) in [("date", Format::Date), ("month", Format::Month), ("datetime", Format::DateTime)] {
        environment.add_filter(name, move |value: Value| -> Result<String> { formatted(&value, format) });
    }
    environment.add_filter("as_unit", |value: Value, unit: String| -> Result<String> {
        let format = match unit.as_str() {
            "share" => Format::Percent,
            "money" => Format::Money,
            "points" => Format::Number(1),
            "ratio" => Format::Number(2),
            "count" | "days" => Format::Number(0),
            other => return Err(wrong(format!("\"{other}\" is no unit: share, money, points, ratio, count or days"))),
        };
        formatted(&value, format)
    });
    environment.add_filter("short", |value: Value| -> Result<String> {
        let locale = &context::current()?.locale;
        Ok(number(&value).map_or_else(String::new, |number| locale.number_short(number)))
    });
}

/// A template number; text and missing values are none.
pub fn number(value: &Value) -> Option<Num> {
    if value.is_integer() { value.as_i64().map(Num::Int) } else { f64::try_from(value.clone()).ok().map(Num::Float) }
}

fn formatted(value: &Value, format: Format) -> Result<String> {
    let page = context::current()?;
    let cell = match (number(value), value.as_str()) {
        _ if value.is_none() => crate::warehouse::Value::Null,
        (Some(number), None) => return Ok(format.write_number(number, &page.locale)),
        (_, Some(text)) => iso(text).ok_or_else(|| {
            wrong(format!("a text of the form \"{}\" is neither a number nor a date", discreet::outline(text)))
        })?,
        _ => return Err(wrong(format!("a {} cannot be formatted", value.kind()))),
    };
    Ok(format.write(&cell, &page.locale))
}

fn iso(text: &str) -> Option<crate::warehouse::Value> {
    use crate::warehouse::Value as Cell;
    text.parse().map(Cell::Date).ok().or_else(|| text.replace(' ', "T").parse().map(Cell::DateTime).ok())
}

const KPI_OPTIONS: &[&str] =
    &["label", "format", "compare", "compare_label", "note", "unit", "good", "page", "key", "definition"];

/// `kpi(value, label=, format=, compare=, good="up"|"down", page=, key=, definition=)`
fn kpi(value: Value, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("kpi", &options, KPI_OPTIONS)?;
    let page = context::current()?;
    let locale = &page.locale;
    let format = match arguments::text(&options, "format")? {
        Some(name) => arguments::format(&name)?,
        None if value.is_integer() => Format::Number(0),
        None => Format::Number(2),
    };
    let now = number(&value);
    let compare = options.get::<Option<Value>>("compare")?.filter(|value| !value.is_none());
    let before = compare.as_ref().and_then(number);
    let mut kpi = Kpi {
        label: arguments::text(&options, "label")?.unwrap_or_default(),
        value: formatted(&value, format)?,
        unit: arguments::text(&options, "unit")?.unwrap_or_default(),
        note: arguments::text(&options, "note")?.unwrap_or_default(),
        ..Kpi::default()
    };
    if let (Some(now), Some(before)) = (now.map(as_f64), before.map(as_f64)) {
        let falling_is_good = arguments::text(&options, "good")?.as_deref() == Some("down");
        compare_with(&mut kpi, (now, before), format, (locale, falling_is_good));
        kpi.compare_label =
            arguments::text(&options, "compare_label")?.unwrap_or_else(|| locale.t("kpi-previous", &[]));
        kpi.compare_value = formatted(&compare.unwrap_or_default(), format)?;
    }
    if let Some(target) = arguments::text(&options, "page")? {
        kpi.href = page.href(&target, arguments::text(&options, "key")?.as_deref())?.unwrap_or_default();
    }
    if let Some(anchor) = arguments::text(&options, "definition")? {
        let definitions = page.href(super::DEFINITIONS, None)?;
        kpi.definition_href = definitions.map(|address| format!("{address}#{anchor}")).unwrap_or_default();
    }
    Ok(context::component(Component::Kpi(kpi)))
}

/// Fills in the change. Shares differ in percentage points, everything else in percent of the earlier value.
fn compare_with(kpi: &mut Kpi, (now, before): (f64, f64), format: Format, (locale, falling_is_good): (&Locale, bool)) {
    let difference = now - before;
    let relative = if format == Format::Percent { difference } else { difference / before.abs() };
    if !relative.is_finite() {
        return;
    }
    let tenths = (relative * 1000.0).round();
    kpi.direction = if tenths > 0.0 {
        "up"
    } else if tenths < 0.0 {
        "down"
    } else {
        "flat"
    };
    kpi.good = (kpi.direction != "flat").then_some((kpi.direction == "up") != falling_is_good);
    let sign = if tenths > 0.0 { "+" } else { "" };
    kpi.change = if kpi.direction == "flat" {
        locale.t("kpi-unchanged", &[])
    } else if format == Format::Percent {
        let points = format!("{sign}{}", locale.number(Num::Float(tenths / 10.0), 1));
        locale.t("kpi-points-change", &[("n", Arg::Text(&points))])
    } else {
        format!("{sign}{}", locale.percent(Num::Float(tenths / 1000.0)))
    };
}

#[allow(clippy::cast_precision_loss)]
fn as_f64(number: Num) -> f64 {
    match number {
        Num::Int(value) => value as f64,
        Num::Decimal { unscaled, scale } => unscaled as f64 / 10f64.powi(i32::from(scale)),
        Num::Float(value) => value,
    }
}

/// `sparkline(rows, y="net_sales")`: a small line within the text.
fn sparkline(data: Value, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("sparkline", &options, &["y", "label"])?;
    let rows = arguments::rows("sparkline", &data)?;
    let y = arguments::text(&options, "y")?.ok_or_else(|| wrong("sparkline wants y=\"column\""))?;
    let at = arguments::column(&rows, &y)?;
    let values: Vec<Option<f64>> = rows.frame.rows.iter().map(|row| row[at].as_f64()).collect();
    let label = match arguments::text(&options, "label")? {
        Some(label) => label,
        None => context::current()?.locale.label(&y),
    };
    let svg = charts::sparkline(&values, 120, 28, &label);
    Ok(context::component(Component::Sparkline(Sparkline { label: String::new(), svg })))
}

/// `link("stores/[store]", key=row.store_id, text=row.name)`
fn link(target: &str, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("link", &options, &["key", "text"])?;
    let page = context::current()?;
    let key = arguments::text(&options, "key")?;
    let address = page.href(target, key.as_deref())?;
    let text = arguments::text(&options, "text")?.or(key).unwrap_or_else(|| target.to_owned());
    Ok(context::component(Component::Link(Link { text, href: address })))
}

/// `t("key", name=value, default="…")`: the default serves keys that are put together from data.
fn translate(key: &str, options: Kwargs) -> Result<String> {
    let page = context::current()?;
    if !page.locale.has(key)
        && let Some(default) = arguments::text(&options, "default")?
    {
        return Ok(default);
    }
    if !page.locale.has(key) {
        return Err(wrong(format!(
            "there is no string \"{}\" in {}; add it to themes/default/locales",
            // A key may be put together from data; one that was written by hand looks like this.
            if key.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
                key.to_owned()
            } else {
                discreet::outline(key)
            },
            page.locale.code()
        )));
    }
    let names: Vec<&str> = options.args().collect();
    let mut values = Vec::with_capacity(names.len());
    for name in names {
        let value: Value = options.get(name)?;
        values.push((name, number(&value).map(as_f64).ok_or_else(|| value.to_string())));
    }
    let arguments: Vec<(&str, Arg<'_>)> = values
        .iter()
        .map(|(name, value)| match value {
            Ok(number) => (*name, Arg::Number(*number)),
            Err(text) => (*name, Arg::Text(text)),
        })
        .collect();
    Ok(page.locale.t(key, &arguments))
}

/// `feedback_form(stores=rows, subject=…)`: posts to the configured endpoint, else goes by e-mail or as a file.
fn feedback_form(options: Kwargs) -> Result<Value> {
    arguments::check_all_used("feedback_form", &options, &["stores", "subject", "kinds", "store", "nps"])?;
    let page = context::current()?;
    let mut stores = Vec::new();
    if let Some(value) = options.get::<Option<Value>>("stores")?.filter(|value| !value.is_none()) {
        let rows = arguments::rows("feedback_form", &value)?;
        let (id, name) = (arguments::column(&rows, "store_id")?, arguments::column(&rows, "name")?);
        for row in &rows.frame.rows {
            let (id, name) = (row[id].plain(), row[name].plain());
            stores.push(StoreChoice { name: if name.is_empty() { id.clone() } else { name }, id });
        }
    }
    let kinds = arguments::texts(&options, "kinds")?
        .unwrap_or_else(|| ["suggestion", "complaint", "praise"].map(ToOwned::to_owned).to_vec());
    let form = Form {
        id: context::next_id("form"),
        action: page.portal.feedback_endpoint.clone(),
        mailto: page.portal.email.clone(),
        subject: arguments::text(&options, "subject")?.unwrap_or_default(),
        kinds,
        stores,
        store: arguments::text(&options, "store")?.unwrap_or_default(),
        nps: options.get::<Option<bool>>("nps")?.unwrap_or(true),
        privacy_href: page.href(super::PRIVACY, None).ok().flatten().unwrap_or_default(),
    };
    Ok(context::component(Component::Form(form)))
}
