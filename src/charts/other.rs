//! The kinds that charts-rs lays out by itself, and option objects that an author wrote for it.
//!
//! Its colours and lettering come from a theme of ours; its drawing passes the same allow-list as everything else.

use std::sync::OnceLock;

use charts_rs::{
    BarChart, BoxPlotChart, BulletChart, CalendarChart, CandlestickChart, Chart, ChordChart, Color, FunnelChart,
    GanttChart, GaugeChart, GraphChart, HeatmapChart, HistogramChart, HorizontalBarChart, LineChart, LinesChart,
    MapChart, MultiChart, ParallelChart, PieChart, PolarBarChart, RadarChart, SankeyChart, ScatterChart, SunburstChart,
    TableChart, ThemeRiverChart, TreeChart, TreemapChart, WaterfallChart,
};
use serde_json::{Map, Value, json};

use super::cartesian::{colours, refused};
use super::frame::{EDGE, Sheet};
use super::marks::Marks;
use super::scale::Scale;
use super::{ChartSpec, Drawn, GRID, HEAT, MUTED, PALETTE, Series, TEXT, ValueFormat, Words, describe};
use crate::locale::format::{Num, number};
use crate::problem::{Problem, Result};

const THEME: &str = "storebook";

/// Registered once per process; charts-rs keeps its themes in a global table.
fn theme() -> &'static str {
    static ADDED: OnceLock<()> = OnceLock::new();
    ADDED.get_or_init(|| {
        let mut theme = (*charts_rs::get_theme("light")).clone();
        theme.background_color = Color::transparent();
        theme.margin = charts_rs::Box { left: 8.0, top: 6.0, right: 12.0, bottom: 6.0 };
        for font in
            [&mut theme.title.font, &mut theme.sub_title.font, &mut theme.legend.font, &mut theme.series.label.font]
        {
            font.color = Color::from(TEXT);
        }
        for font in [&mut theme.x_axis.font, &mut theme.y_axis.font] {
            font.color = Color::from(MUTED);
            font.size = 12.0;
        }
        theme.x_axis.stroke_color = Color::from(MUTED);
        theme.y_axis.stroke_color = Color::transparent();
        theme.grid.stroke_color = Color::from(GRID);
        theme.series.colors = colours();
        theme.table_header_color = Color::from(GRID);
        theme.table_body_colors = vec![Color::transparent()];
        theme.table_border_color = Color::from(GRID);
        charts_rs::add_theme(THEME, theme);
        // Without it Chinese letters are measured too narrow, and labels may overlap; no reason to fail.
        if let Some(font) = square_unknowns(charts_rs::DEFAULT_FONT_DATA) {
            let _ = charts_rs::add_fonts(&[&font]);
        }
    });
    THEME
}

/// The font charts-rs measures with, changed so that a letter it lacks counts as a square: nearly all such letters are
/// Han. Only measuring uses it; the reader's own fonts draw. A TrueType file lists its tables from byte 12, 16 bytes
/// each with tag, checksum, offset and length; glyph 0 stands for missing letters, its width is the first entry of
/// `hmtx`, and `head` holds the units per em at byte 18 (Apple's TrueType Reference Manual).
fn square_unknowns(font: &[u8]) -> Option<Vec<u8>> {
    let tables = usize::from(u16::from_be_bytes(font.get(4..6)?.try_into().ok()?));
    let table = |tag: &[u8]| {
        let entry =
            (0..tables).filter_map(|at| font.get(12 + 16 * at..28 + 16 * at)).find(|entry| &entry[..4] == tag)?;
        usize::try_from(u32::from_be_bytes(entry[8..12].try_into().ok()?)).ok()
    };
    let (head, widths) = (table(b"head")?, table(b"hmtx")?);
    let em: [u8; 2] = font.get(head + 18..head + 20)?.try_into().ok()?;
    let mut font = font.to_vec();
    font.get_mut(widths..widths + 2)?.copy_from_slice(&em);
    Some(font)
}

/// Draws the author's own option object. Size and theme are filled in where it has none.
///
/// # Errors
/// When it is no object, or charts-rs does not know a field or a value in it.
pub(super) fn raw(spec: &ChartSpec, kind: &str, raw: &Value, words: &Words) -> Result<Drawn> {
    let Value::Object(given) = raw else {
        return Err(Problem::failed("the options of a chart must be an object").hint("write { \"series_list\": … }"));
    };
    let mut options = given.clone();
    options.remove("type");
    // An animation is a style sheet, which the page's policy forbids; tooltips of charts-rs are one as well.
    options.remove("animation");
    options.remove("tooltip_show");
    options.entry("theme").or_insert_with(|| json!(theme()));
    if kind != "multi" {
        options.entry("width").or_insert_with(|| json!(spec.width));
        if kind != "table" {
            options.entry("height").or_insert_with(|| json!(spec.height));
        }
    }
    let description = describe::other(spec, words);
    finish(spec, kind, options, (description, Vec::new()))
}

/// Draws a kind that `x` and `series` can fill.
pub(super) fn mapped(spec: &ChartSpec, kind: &str, words: &Words) -> Result<Drawn> {
    let Some(mut options) = options(spec, kind) else {
        return Err(Problem::failed(format!("a chart of kind \"{kind}\" cannot be made from x and y"))
            .hint("give it an option object of charts-rs"));
    };
    let top = header(spec, kind, &mut Sheet::default());
    options.insert("theme".into(), json!(theme()));
    options.insert("width".into(), json!(spec.width));
    options.insert("height".into(), json!((spec.height - top + EDGE).max(80.0)));
    if kind != "sunburst" {
        options.insert("series_label_formatter".into(), json!("{t}"));
    }
    options.insert("legend_show".into(), json!(false));
    let tooltips = if kind == "treemap" { treemap_tooltips(spec) } else { Vec::new() };
    finish(spec, kind, options, (describe::series(spec, words), tooltips))
}

/// `texts` are the description and the tooltips of rectangles, in the order they are drawn.
fn finish(spec: &ChartSpec, kind: &str, options: Map<String, Value>, texts: (String, Vec<String>)) -> Result<Drawn> {
    let (description, tooltips) = texts;
    let svg = render(kind, &Value::Object(options).to_string())?;
    let (width, height) = size(&svg).unwrap_or((spec.width, spec.height));
    let marks = Marks { id: &spec.id, texts: true, tooltips: Some(("rect", &tooltips)) }.of(&svg)?;
    let mut sheet = Sheet::default();
    let top = if spec.raw.is_none() { header(spec, kind, &mut sheet) - EDGE } else { 0.0 };
    // Some kinds choose their own size; a small one is not blown up.
    sheet.moved(((spec.width - width) / 2.0).max(0.0), top, &marks);
    let spec = ChartSpec { width: width.max(spec.width), ..spec.clone() };
    Ok(sheet.finish(&spec, top + height, description))
}

/// Title and legend; gives the y below them. Where the series mean something else than rows, they have no legend.
fn header(spec: &ChartSpec, kind: &str, sheet: &mut Sheet) -> f32 {
    let top = sheet.title(spec);
    if matches!(kind, "polar_bar" | "theme_river" | "parallel" | "histogram") {
        sheet.legend(spec, top, &|_| None)
    } else {
        top
    }
}

/// Width and height that the outermost element gives itself.
fn size(svg: &str) -> Option<(f32, f32)> {
    let head = &svg[..svg.find('>')?];
    let value = |name: &str| -> Option<f32> {
        let start = head.find(&format!(" {name}=\""))? + name.len() + 3;
        head[start..].split('"').next()?.parse().ok()
    };
    Some((value("width")?, value("height")?)).filter(|(width, height)| *width > 0.0 && *height > 0.0)
}

fn render(kind: &str, options: &str) -> Result<String> {
    fn drawn<C: Chart>(options: &str) -> charts_rs::Result<String> {
        C::from_json(options)?.svg()
    }
    let draw = match kind {
        "line" | "area" => drawn::<LineChart>,
        "horizontal_bar" => drawn::<HorizontalBarChart>,
        "pie" | "donut" | "rose" => drawn::<PieChart>,
        "radar" => drawn::<RadarChart>,
        "heatmap" => drawn::<HeatmapChart>,
        "funnel" => drawn::<FunnelChart>,
        "waterfall" => drawn::<WaterfallChart>,
        "gauge" => drawn::<GaugeChart>,
        "treemap" => drawn::<TreemapChart>,
        "polar_bar" => drawn::<PolarBarChart>,
        "candlestick" => drawn::<CandlestickChart>,
        "box_plot" => drawn::<BoxPlotChart>,
        "scatter" => drawn::<ScatterChart>,
        "histogram" => drawn::<HistogramChart>,
        "theme_river" => drawn::<ThemeRiverChart>,
        "sunburst" => drawn::<SunburstChart>,
        "calendar" => drawn::<CalendarChart>,
        "parallel" => drawn::<ParallelChart>,
        "bullet" => drawn::<BulletChart>,
        "sankey" => drawn::<SankeyChart>,
        "chord" => drawn::<ChordChart>,
        "tree" => drawn::<TreeChart>,
        "graph" => drawn::<GraphChart>,
        "gantt" => drawn::<GanttChart>,
        "map" => drawn::<MapChart>,
        "lines" => drawn::<LinesChart>,
        "table" => drawn::<TableChart>,
        "multi" => drawn::<MultiChart>,
        _ => drawn::<BarChart>,
    };
    draw(options).map_err(refused)
}

/// The options of a kind from the categories and series; `None` for those that need a shape of their own.
fn options(spec: &ChartSpec, kind: &str) -> Option<Map<String, Value>> {
    let first = spec.series.first()?;
    let options = match kind {
        "waterfall" => json!({ "x_axis_data": spec.x, "data": steps(first), "label_show": true,
            "increase_color": PALETTE[0], "decrease_color": PALETTE[1], "total_color": PALETTE[7] }),
        "bullet" => json!({ "bullets": bullets(spec, first), "label_show": true }),
        "gauge" => gauge(spec, first),
        "treemap" => json!({ "series_list": one_each(spec, first) }),
        "sunburst" => json!({ "series_data": by_category(spec, first), "radius": radius(spec) }),
        "polar_bar" => json!({ "x_axis_data": spec.x, "series_list": list(spec), "radius": radius(spec) }),
        "theme_river" => json!({ "x_axis_data": ends(&spec.x), "series_list": list(spec) }),
        "parallel" => json!({ "x_axis_data": spec.x, "series_list": list(spec) }),
        "histogram" => json!({ "series_list": list(spec) }),
        "scatter" => json!({ "series_list": pairs(spec), "y_axis_configs": [{ "axis_formatter": "{t}" }] }),
        "candlestick" => json!({ "x_axis_data": spec.x, "series_list": candles(spec)? }),
        // The uppermost figure of the axis stands on its line, half of it above.
        "box_plot" => json!({ "x_axis_data": spec.x, "box_series": boxes(spec)?,
            "margin": { "left": 8.0, "top": 12.0, "right": 12.0, "bottom": 6.0 } }),
        "calendar" => calendar(spec, first),
        _ => return None,
    };
    options.as_object().cloned()
}

fn radius(spec: &ChartSpec) -> f32 {
    (spec.width.min(spec.height) / 2.0 - 40.0).max(40.0)
}

/// Only the first and the last name: charts-rs moves the outer ones of a river inwards, over their neighbours.
fn ends(names: &[String]) -> Vec<&str> {
    let last = names.len().saturating_sub(1);
    names.iter().enumerate().map(|(at, name)| if at == 0 || at == last { name.as_str() } else { "" }).collect()
}

fn value(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |value| json!(value))
}

fn list(spec: &ChartSpec) -> Value {
    let row = |series: &Series| json!({ "name": series.name, "data": series.values.iter().map(|v| value(*v)).collect::<Vec<_>>() });
    spec.series.iter().map(row).collect()
}

/// `{name, value}` per category that has a value.
fn by_category(spec: &ChartSpec, series: &Series) -> Value {
    let present = spec.x.iter().zip(&series.values).filter_map(|(name, value)| Some((name, (*value)?)));
    present.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// Changes from nothing; a gap is the total so far.
fn steps(series: &Series) -> Value {
    series.values.iter().map(|value| json!([value.unwrap_or(0.0), value.is_none()])).collect()
}

/// A bar per category; a second series holds the targets.
fn bullets(spec: &ChartSpec, series: &Series) -> Value {
    let bullet = |(at, name): (usize, &String)| {
        let mut bullet = json!({ "name": name, "value": series.values[at]? });
        if let Some(target) = spec.series.get(1).and_then(|targets| targets.values[at]) {
            bullet["target"] = json!(target);
        }
        Some(bullet)
    };
    spec.x.iter().enumerate().filter_map(bullet).collect()
}

/// The categories above zero, largest first as a treemap draws them.
fn by_size(series: &Series) -> Vec<(usize, f64)> {
    let above = |(at, value): (usize, &Option<f64>)| Some((at, (*value)?)).filter(|(_, value)| *value > 0.0);
    let mut sizes: Vec<(usize, f64)> = series.values.iter().enumerate().filter_map(above).collect();
    sizes.sort_by(|a, b| b.1.total_cmp(&a.1));
    sizes
}

/// A series per category, as treemaps take them.
fn one_each(spec: &ChartSpec, series: &Series) -> Value {
    by_size(series).into_iter().map(|(at, value)| json!({ "name": spec.x[at], "data": [value] })).collect()
}

/// Small fields of a treemap carry no name, so all have it as a tooltip.
fn treemap_tooltips(spec: &ChartSpec) -> Vec<String> {
    let Some(series) = spec.series.first() else { return Vec::new() };
    by_size(series).into_iter().map(|(at, _)| describe::pair(&spec.x[at], &spec.label(series, at))).collect()
}

/// One value on an arc from zero to a round number at or above it; ratios from 0 to 100%.
fn gauge(spec: &ChartSpec, series: &Series) -> Value {
    let given = series.values.iter().flatten().copied().next().unwrap_or(0.0);
    let name = spec.x.first().filter(|name| !name.is_empty()).unwrap_or(&series.name);
    let (given, most, pattern) = match spec.format {
        ValueFormat::Percent => (given * 100.0, (given * 100.0).max(100.0), "{c}%"),
        ValueFormat::Number | ValueFormat::Money => {
            let scale = Scale::over([given].into_iter(), 5, true);
            (given, given / f64::from(scale.share(given)).max(1e-3), "{t}")
        }
    };
    let given: f64 = number(Num::Float(given), 1).replace(',', "").parse().unwrap_or(given);
    json!({ "series_list": [{ "name": name, "data": [given] }], "min": 0, "max": most, "value_formatter": pattern })
}

/// The first series holds the x values of all others.
fn pairs(spec: &ChartSpec) -> Value {
    let Some((xs, ys)) = spec.series.split_first() else { return json!([]) };
    let flat = |series: &Series| -> Vec<f64> {
        xs.values.iter().zip(&series.values).filter_map(|(x, y)| Some([(*x)?, (*y)?])).flatten().collect()
    };
    ys.iter().map(|series| json!({ "name": series.name, "data": flat(series) })).collect()
}

/// Four series: open, close, lowest, highest.
fn candles(spec: &ChartSpec) -> Option<Value> {
    let [open, close, low, high] = spec.series.as_slice() else { return None };
    let parts = [open, close, low, high];
    let flat: Vec<Value> = (0..spec.x.len()).flat_map(|at| parts.map(|series| value(series.values[at]))).collect();
    Some(json!([{ "name": open.name, "data": flat }]))
}

/// Five series: minimum, lower quartile, median, upper quartile, maximum.
fn boxes(spec: &ChartSpec) -> Option<Value> {
    let [_, _, median, _, _] = spec.series.as_slice() else { return None };
    let row = |at: usize| -> Vec<f64> { spec.series.iter().map(|series| series.values[at].unwrap_or(0.0)).collect() };
    let rows: Vec<Vec<f64>> = (0..spec.x.len()).map(row).collect();
    Some(json!([{ "name": median.name, "data": rows }]))
}

/// The categories are days written `2026-10-31`.
fn calendar(spec: &ChartSpec, series: &Series) -> Value {
    let days: Vec<Value> =
        spec.x.iter().zip(&series.values).filter_map(|(day, value)| Some(json!([day, (*value)?]))).collect();
    let (first, last) = (spec.x.iter().min(), spec.x.iter().max());
    json!({ "data": days, "start_date": first, "end_date": last, "min_color": HEAT[0], "max_color": HEAT[5], "empty_color": GRID })
}
