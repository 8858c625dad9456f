//! Lines, areas and upright bars over categories.

use charts_rs::{BarChart, ChartBase, Color, LineChart, SeriesCategory, Symbol, YAxisConfig};

use super::frame::{Anchor, Area, EDGE, SMALL, Sheet};
use super::marks::Marks;
use super::scale::Scale;
use super::text::{fit, thinned, width};
use super::{ChartSpec, Drawn, GRID, MUTED, PALETTE, Words, describe};
use crate::problem::{Problem, Result};

/// How the lines differ besides colour.
const DASHES: [&str; 4] = ["", "7 3", "2 3", "9 3 2 3"];

/// Widest name below an upright bar or a point.
const LONGEST_NAME: f32 = 110.0;

/// A bar gets no wider than this, however few there are.
const WIDEST_SLOT: f32 = 110.0;

/// Distance between points from which on each is marked.
const MARKED_FROM: f32 = 14.0;

/// charts-rs keeps fixed gaps around bars; a bar with less room than this is drawn larger and shrunk, gaps included.
const ROOMY_BAR: f32 = 36.0;

/// Whether upright bars would have to drop names: then the bars lie down. Names with digits (dates, hours, ages) stay,
/// for a reader can fill in those left out.
pub(super) fn names_need_rows(spec: &ChartSpec) -> bool {
    let widest = spec.x.iter().map(|name| width(name, SMALL)).fold(0.0, f32::max);
    let numbered = spec.x.iter().filter(|name| name.contains(|letter: char| letter.is_ascii_digit())).count();
    let slot = (spec.width - 60.0) / spec.x.len().max(1) as f32;
    spec.x.len() > 1 && widest + 8.0 > slot && 2 * numbered < spec.x.len()
}

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let mut sheet = Sheet::default();
    let lines = matches!(spec.kind.as_str(), "line" | "area");
    let top = sheet.title(spec);
    let top = sheet.legend(spec, top, &|at| line_dash(spec, at)) + 6.0;
    let from_zero = spec.kind != "line" || spec.stacked;
    let intervals = if spec.height - top < 200.0 { 3 } else { 5 };
    let scale = Scale::over(extent(spec).into_iter(), intervals, from_zero);
    let ticks = scale.labels(spec.format, spec.lang());
    let left = EDGE + ticks.iter().map(|tick| width(tick, SMALL)).fold(0.0, f32::max) + 8.0;
    let bottom = if spec.x.iter().all(String::is_empty) { EDGE + 4.0 } else { 28.0 };
    let whole =
        Area { left, top, width: (spec.width - left - EDGE).max(20.0), height: (spec.height - top - bottom).max(40.0) };
    for (at, tick) in ticks.iter().enumerate() {
        let y = whole.bottom() - whole.height * at as f32 / scale.steps() as f32;
        sheet.line((whole.left, y), (whole.right(), y), GRID);
        sheet.muted(whole.left - 8.0, y, Anchor::End, tick);
    }
    let plot = narrowed(whole, if lines { usize::MAX } else { spec.x.len() });
    let marks = marks(spec, &scale, plot, lines)?;
    let zero = whole.bottom() - whole.height * scale.share(0.0);
    // Bars stand on the axis line, lines lie over it.
    if lines {
        sheet.line((whole.left, zero), (whole.right(), zero), MUTED);
    }
    sheet.moved(plot.left, plot.top, &marks);
    if !lines {
        sheet.line((whole.left, zero), (whole.right(), zero), MUTED);
    }
    names(spec, plot, &mut sheet);
    hovers(spec, plot, &mut sheet);
    let height = whole.bottom() + bottom;
    Ok(sheet.finish(spec, height, describe::series(spec, words)))
}

/// How the line of this series is dashed; `None` where it is no line.
fn line_dash(spec: &ChartSpec, at: usize) -> Option<&'static str> {
    match spec.kind.as_str() {
        "line" => Some(DASHES[at % DASHES.len()]),
        "bar_line" if at > 0 && at + 1 == spec.series.len() => Some(""),
        _ => None,
    }
}

/// Few bars take the middle of the plot instead of all of it.
fn narrowed(whole: Area, slots: usize) -> Area {
    let width = whole.width.min(slots.max(1) as f32 * WIDEST_SLOT);
    Area { left: whole.left + (whole.width - width) / 2.0, width, ..whole }
}

/// All values the axis must reach: with stacks, the sums above and below zero.
fn extent(spec: &ChartSpec) -> Vec<f64> {
    if !spec.stacked {
        return spec.series.iter().flat_map(|series| series.values.iter().flatten().copied()).collect();
    }
    stack_ends(spec)
}

/// The ends of each category's stack. charts-rs stacks areas by plain sums and bars by sign, so both are covered.
pub(super) fn stack_ends(spec: &ChartSpec) -> Vec<f64> {
    let mut ends = Vec::with_capacity(spec.x.len() * 3);
    for at in 0..spec.x.len() {
        let (mut above, mut below, mut sum) = (0.0, 0.0, 0.0);
        for value in spec.series.iter().filter_map(|series| series.values.get(at).copied().flatten()) {
            if value > 0.0 {
                above += value
            } else {
                below += value
            }
            sum += value;
            ends.push(sum);
        }
        ends.extend([above, below]);
    }
    // Sums of whole numbers stay whole, so the axis still knows that it counts.
    ends
}

/// The rows as charts-rs takes them: without names, in the scale's small numbers.
pub(super) fn rows(spec: &ChartSpec, scale: &Scale) -> Vec<charts_rs::Series> {
    let row = |(at, series): (usize, &super::Series)| charts_rs::Series {
        data: series.values.iter().map(|value| value.map(|value| scale.scaled(value))).collect(),
        index: Some(at),
        stack: spec.stacked.then(|| "all".to_owned()),
        ..Default::default()
    };
    spec.series.iter().enumerate().map(row).collect()
}

fn marks(spec: &ChartSpec, scale: &Scale, plot: Area, lines: bool) -> Result<String> {
    let mut rows = rows(spec, scale);
    let blank = vec![String::new(); spec.x.len()];
    let has_gaps = spec.series.iter().any(|series| series.values.iter().any(Option::is_none));
    let slot = plot.width / spec.x.len().max(1) as f32;
    let marked = slot >= MARKED_FROM || has_gaps;
    let bars = if spec.stacked { 1 } else { rows.len().max(1) };
    let zoom = if lines { 1.0 } else { (ROOMY_BAR * bars as f32 / slot).clamp(1.0, 20.0) };
    for (at, row) in rows.iter_mut().enumerate() {
        let dash = line_dash(spec, at);
        if !lines && dash.is_none() {
            continue;
        }
        row.stroke_dash_array = dash.filter(|dash| !dash.is_empty()).map(|dash| dash.replace(' ', ","));
        let colour = Color::from(PALETTE[at % PALETTE.len()]);
        row.symbol = Some(if marked { Symbol::Circle(2.5 * zoom, Some(colour)) } else { Symbol::None });
        if !lines {
            row.category = Some(SeriesCategory::Line);
            row.stack = None;
        }
    }
    let svg = if lines {
        let mut chart = LineChart::new(rows, blank);
        bare(&mut chart.base, plot.width, plot.height);
        chart.base.series.fill = spec.kind == "area";
        chart.base.series.fill_opacity = Some(if spec.stacked { 0.55 } else { 0.25 });
        fixed(&mut chart.y_axis_configs, scale);
        chart.svg()
    } else {
        let mut chart = BarChart::new(rows, blank);
        bare(&mut chart.base, plot.width * zoom, plot.height * zoom);
        chart.base.series.stroke_width *= zoom;
        fixed(&mut chart.y_axis_configs, scale);
        chart.svg()
    };
    let marks = Marks { id: &spec.id, ..Default::default() }.of(&svg.map_err(refused)?)?;
    Ok(if zoom > 1.0 { format!("<g transform=\"scale({:.4})\">{marks}</g>", 1.0 / zoom) } else { marks })
}

/// A chart of marks alone: no axes, texts, background or margin, so that its geometry is known.
pub(super) fn bare(base: &mut ChartBase, width: f32, height: f32) {
    (base.width, base.height) = (width, height);
    base.margin = charts_rs::Box::default();
    base.background_color = Color::transparent();
    base.y_axis_hidden = true;
    base.x_axis.hidden = true;
    base.x_axis.height = 0.0;
    base.grid.stroke_width = 0.0;
    base.legend.show = Some(false);
    base.series.colors = colours();
    base.series.stroke_width = 2.0;
    base.animation = None;
}

/// The axis ends at exactly the scale's ends.
pub(super) fn fixed(axes: &mut Vec<YAxisConfig>, scale: &Scale) {
    let (low, high) = scale.ends();
    if axes.is_empty() {
        axes.push(YAxisConfig::default());
    }
    for axis in axes {
        (axis.min, axis.max, axis.split_number) = (Some(low), Some(high), scale.steps());
    }
}

/// [`PALETTE`] as charts-rs takes it.
pub(super) fn colours() -> Vec<Color> {
    PALETTE.iter().map(|colour| Color::from(*colour)).collect()
}

pub(super) fn refused(error: charts_rs::Error) -> Problem {
    Problem::failed(format!("the chart could not be drawn: {error}"))
}

fn slot_middle(spec: &ChartSpec, plot: Area, at: usize) -> f32 {
    plot.left + plot.width * (at as f32 + 0.5) / spec.x.len().max(1) as f32
}

/// The names of the categories below the plot: all if they fit, cut a little if they must be, else thinned out.
fn names(spec: &ChartSpec, plot: Area, sheet: &mut Sheet) {
    let slot = plot.width / spec.x.len().max(1) as f32;
    let room = LONGEST_NAME.max(slot - 8.0).min(spec.width / 2.0 - EDGE);
    let names: Vec<_> = spec.x.iter().map(|name| fit(name, SMALL, room)).collect();
    let middles: Vec<f32> = (0..names.len()).map(|at| slot_middle(spec, plot, at)).collect();
    let widths: Vec<f32> = names.iter().map(|name| width(name, SMALL) + 4.0).collect();
    for (at, x) in thinned(&middles, &widths, spec.width) {
        sheet.muted(x, plot.bottom() + 15.0, Anchor::Middle, &names[at]);
    }
}

fn hovers(spec: &ChartSpec, plot: Area, sheet: &mut Sheet) {
    let slot = plot.width / spec.x.len().max(1) as f32;
    // No pointer rests on less than three pixels: of many points, some speak for their neighbours.
    let together = ((3.0 / slot).ceil() as usize).max(1);
    for at in (0..spec.x.len()).step_by(together) {
        let left = plot.left + slot * at as f32;
        sheet
            .hover(Area { left, width: slot * together as f32, height: plot.height + 24.0, ..plot }, &spec.tooltip(at));
    }
}
