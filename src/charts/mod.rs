//! Charts drawn on the server as inline SVG, so that a page needs no script to show one.
//!
//! charts-rs draws the marks (lines, bars, slices, webs, funnels); this module lays out everything that is text,
//! because charts-rs measures letters with a Latin font and would let Chinese labels overlap. The result obeys a strict
//! Content-Security-Policy: presentation attributes only, no `style`, no script, no link, no background.
//!
//! ## For the author of a stylesheet
//! Only the colours below are used, each written exactly so; a theme recolours by attribute selectors, for example
//! `@media (prefers-color-scheme: dark) { .chart [fill="#2F3742"] { fill: #e6e6e6 } }`.
//!
//! | constant | where |
//! |---|---|
//! | [`PALETTE`] | `fill` and `stroke` of series and slices, in this order; areas add `fill-opacity` |
//! | [`HEAT`] | `fill` of heat map cells, lightest (least) to darkest (most) |
//! | [`TEXT`] | `fill` of titles, legends, names and values |
//! | [`MUTED`] | `fill` of axis labels, `stroke` of axis lines |
//! | [`GRID`] | `stroke` of grid lines, `fill` of empty heat map cells |
//! | [`SEPARATOR`] | `stroke` between touching shapes, `fill` of the text on dark heat map cells: the page's background |
//!
//! The drawing scales with its container, its letters with it: draw it about as wide as it will be shown.
//! The palette keeps 3:1 contrast on white and stays apart for colour-blind readers; lines also differ by dashes and
//! neighbouring colours by lightness, so a print in grey can be read.

mod cartesian;
mod decision;
mod describe;
mod flow;
mod frame;
mod funnel;
mod funnel_plot;
mod heatmap;
mod horizontal;
mod marks;
mod other;
mod radar;
mod round;
mod scale;
mod sparkline;
mod text;

pub use sparkline::sparkline;

use std::borrow::Cow;

use crate::locale::format::{self, Lang, Num};
use crate::problem::{Problem, Result, nearest};

/// Colours of series and slices.
pub const PALETTE: [&str; 8] = ["#0A4480", "#C77C00", "#00875F", "#A5276B", "#3B8FCB", "#D55E00", "#7A5CC0", "#6E7378"];
/// Colours of heat map cells, least to most.
pub const HEAT: [&str; 6] = ["#EAF2FA", "#C6DDF0", "#9CC5E6", "#6AA6D6", "#2F74B3", "#0A4A87"];
/// Titles, legends, names, values.
pub const TEXT: &str = "#2F3742";
/// Axis labels and axis lines.
pub const MUTED: &str = "#5F6772";
/// Grid lines and empty cells.
pub const GRID: &str = "#E3E6EA";
/// What lies between touching shapes.
pub const SEPARATOR: &str = "#FEFEFE";

/// The kinds an author can ask for. The first row is laid out here; the second row is filled from `x` and `series` and
/// laid out by charts-rs; the third has a shape of its own and needs the raw option object.
pub const KINDS: &[&str] = &[
    "line",
    "area",
    "bar",
    "bar_line",
    "horizontal_bar",
    "pie",
    "donut",
    "rose",
    "radar",
    "heatmap",
    "funnel", //
    "waterfall",
    "gauge",
    "treemap",
    "polar_bar",
    "candlestick",
    "box_plot",
    "scatter",
    "funnel_plot",
    "histogram",
    "theme_river",
    "sunburst",
    "calendar",
    "parallel",
    "bullet",
    "sankey",
    "chord",
    "tree",
    "graph",
    "gantt",
    "map",
    "lines",
    "table",
    "multi",
];

/// How a value is written where no ready label is given, and on the value axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueFormat {
    #[default]
    Number,
    /// Written as a number on the axis; the currency stands in the labels.
    Money,
    /// The value is a ratio: 0.25 reads 25%.
    Percent,
}

/// One row of values, one per category of [`ChartSpec::x`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    pub name: String,
    /// `None`, NaN and the infinities are gaps.
    pub values: Vec<Option<f64>>,
    /// The values as a reader sees them; where one is missing or empty, [`ValueFormat`] decides.
    pub labels: Vec<String>,
}

/// The cells of a heat map, row by row: `values[row][column]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeatGrid {
    pub columns: Vec<String>,
    pub rows: Vec<String>,
    pub values: Vec<Vec<Option<f64>>>,
    pub labels: Vec<Vec<String>>,
}

/// What to draw. Lengths are CSS pixels at the size the chart is meant for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartSpec {
    /// One of [`KINDS`].
    pub kind: String,
    pub title: Option<String>,
    /// Category labels, ready to show. A scatter chart has none: its first series holds the x values.
    pub x: Vec<String>,
    pub series: Vec<Series>,
    pub width: f32,
    /// Horizontal bars, pies and heat maps take more height when their rows need it.
    pub height: f32,
    pub format: ValueFormat,
    pub stacked: bool,
    /// Bars lie down. Upright bars also do when their names would not fit below them.
    pub horizontal: bool,
    pub locale_is_zh: bool,
    /// Unique in the page, `[a-z0-9-]`; prefixes every id inside.
    pub id: String,
    /// Only for heat maps and for flows (`sankey`) from the rows of the grid to its columns.
    pub grid: Option<HeatGrid>,
    /// An option object for charts-rs itself, used instead of all the above but kind, title, size and id.
    pub raw: Option<serde_json::Value>,
}

/// A finished chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// One `<svg>` element, safe to put into a page as it is.
    pub svg: String,
    /// What it shows in plain words, also inside as `<desc>`.
    pub description: String,
}

/// Looks a message up by key with its placeables.
pub type Words<'a> = dyn Fn(&str, &[(&str, String)]) -> String + 'a;

/// Smallest and largest side of a drawing; a size outside (or none) is brought inside.
const SIDES: (f32, f32) = (160.0, 4000.0);

/// Draws one chart. The same spec always gives the same bytes. Without a single value it says so in words
/// (`chart-no-data`) instead of an empty frame.
///
/// # Errors
/// An unknown kind, one that needs what the spec does not hold, or a raw object that charts-rs refuses.
pub fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let kind = known_kind(&spec.kind)?;
    let spec = &tidied(spec);
    if let Some(raw) = &spec.raw {
        return other::raw(spec, kind, raw, words);
    }
    if !has_values(spec) {
        return Ok(frame::no_data(spec, words));
    }
    match kind {
        "line" | "area" | "bar" | "bar_line" => {
            if kind == "bar" && (spec.horizontal || cartesian::names_need_rows(spec)) {
                horizontal::draw(spec, words)
            } else {
                cartesian::draw(spec, words)
            }
        }
        "horizontal_bar" => horizontal::draw(spec, words),
        "pie" | "donut" | "rose" => round::draw(spec, words),
        "radar" => radar::draw(spec, words),
        "heatmap" => heatmap::draw(spec, words),
        "tree" if spec.series.len() == 5 => decision::draw(spec, words),
        "sankey" if let Some(grid) = &spec.grid => flow::draw(spec, grid, words),
        "funnel" => funnel::draw(spec, words),
        "funnel_plot" => funnel_plot::draw(spec, words),
        _ => other::mapped(spec, kind, words),
    }
}

fn known_kind(kind: &str) -> Result<&'static str> {
    let wanted = match kind {
        "column" => "bar",
        "doughnut" => "donut",
        other => other,
    };
    KINDS.iter().find(|known| **known == wanted).copied().ok_or_else(|| {
        let problem = Problem::failed(format!("there is no chart kind \"{kind}\""));
        match nearest(kind, KINDS.iter().copied()) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

/// Sizes within bounds, gaps for what is not a number, as many values as categories.
fn tidied(spec: &ChartSpec) -> Cow<'_, ChartSpec> {
    let side = |given: f32| if given.is_finite() { given.clamp(SIDES.0, SIDES.1) } else { SIDES.0 };
    let mut spec = spec.clone();
    (spec.width, spec.height) = (side(spec.width), side(spec.height));
    spec.id = spec.id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    if spec.id.is_empty() {
        "chart".clone_into(&mut spec.id);
    }
    let longest = spec.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    if spec.kind != "scatter" && spec.x.len() < longest {
        spec.x.resize(longest, String::new());
    }
    let count = spec.x.len().max(longest);
    for series in &mut spec.series {
        series.values.iter_mut().for_each(tidy_value);
        series.values.resize(count, None);
    }
    if let Some(grid) = &mut spec.grid {
        grid.values.resize(grid.rows.len(), Vec::new());
        for row in &mut grid.values {
            row.iter_mut().for_each(tidy_value);
            row.resize(grid.columns.len(), None);
        }
    }
    Cow::Owned(spec)
}

/// Beyond this, sums and differences of values could overflow.
const LARGEST: f64 = 1e100;

fn tidy_value(value: &mut Option<f64>) {
    *value = value.filter(|value| value.is_finite() && value.abs() <= LARGEST);
}

fn has_values(spec: &ChartSpec) -> bool {
    let in_series = spec.series.iter().any(|series| series.values.iter().any(Option::is_some));
    let in_grid = spec.grid.as_ref().is_some_and(|grid| grid.values.iter().flatten().any(Option::is_some));
    if spec.grid.is_some() || spec.kind == "heatmap" { in_grid } else { in_series }
}

impl ChartSpec {
    fn lang(&self) -> Lang {
        if self.locale_is_zh { Lang::Zh } else { Lang::En }
    }

    /// A value as text where no ready label is at hand.
    fn written(&self, value: f64) -> String {
        match self.format {
            ValueFormat::Percent => format::percent(Num::Float(value)),
            ValueFormat::Number | ValueFormat::Money => format::number_short(Num::Float(value), self.lang()),
        }
    }

    /// The label of a value, given or made; `–` for a gap.
    fn label(&self, series: &Series, at: usize) -> String {
        match series.labels.get(at).filter(|label| !label.is_empty()) {
            Some(label) if series.values.get(at).is_some_and(Option::is_some) => label.clone(),
            _ => match series.values.get(at).copied().flatten() {
                Some(value) => self.written(value),
                None => format::NO_NUMBER.to_owned(),
            },
        }
    }

    /// All that stands at one category, a line per series: the text of its tooltip.
    fn tooltip(&self, at: usize) -> String {
        let category = self.x.get(at).map(String::as_str).unwrap_or_default();
        if let [only] = self.series.as_slice() {
            return describe::pair(category, &self.label(only, at));
        }
        let mut text = category.to_owned();
        for series in &self.series {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&describe::pair(&series.name, &self.label(series, at)));
        }
        text
    }
}

#[cfg(test)]
mod tests;
