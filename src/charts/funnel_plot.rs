//! Funnel plots: every store as a point, by how much is known of it, between limits that chance alone explains (Spiegelhalter
//! 2005, Statistics in Medicine 24:1185). Small stores scatter widely; what counts is who lies outside.

use super::frame::{Anchor, Area, EDGE, SMALL, Sheet, escape, no_data, number};
use super::scale::Scale;
use super::text::{fit, width};
use super::{ChartSpec, Drawn, GRID, MUTED, PALETTE, Words, describe};
use crate::problem::{Problem, Result};

/// Points a limit is drawn through.
const STEPS: usize = 60;
const RADIUS: f32 = 4.5;
/// No more points than this are named.
const MOST_NAMES: usize = 8;
/// With more points than this, only the farthest are named.
const FEW: usize = 30;

/// Half the width of a limit at size 1: limits narrow with the square root of the size.
struct Limits {
    centre: f64,
    inner: f64,
    outer: f64,
}

/// `x` holds the names; the series are size, value, the lower and upper inner limit, the lower and upper outer one.
pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let [sizes, values, low, high, lower, upper] = spec.series.as_slice() else {
        return Err(Problem::failed("a funnel plot cannot be drawn from these columns")
            .hint("x=\"name\", y=[\"size\", \"value\", \"low\", \"high\", \"low_outer\", \"high_outer\"]"));
    };
    let points: Vec<(usize, f64, f64)> = (0..spec.x.len())
        .filter_map(|at| Some((at, sizes.values[at].filter(|size| *size > 0.0)?, values.values[at]?)))
        .collect();
    let half = |low: &super::Series, high: &super::Series| {
        let of = |(at, size, _): &(usize, f64, f64)| Some((high.values[*at]? - low.values[*at]?) / 2.0 * size.sqrt());
        points.iter().filter_map(of).fold(0.0, f64::max)
    };
    let Some(centre) = points.iter().find_map(|(at, ..)| Some((low.values[*at]? + high.values[*at]?) / 2.0)) else {
        return Ok(no_data(spec, words));
    };
    let limits = Limits { centre, inner: half(low, high), outer: half(lower, upper) };
    let least = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let mut sheet = Sheet::default();
    let top = sheet.title(spec) + 8.0;
    // The limits of the smallest store may lie far out; the axis follows the points and the inner limits.
    let reach = limits.inner / (least * 0.9).sqrt();
    // What is never below zero has no room there either.
    let floor = if points.iter().all(|point| point.2 >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
    let ends = points.iter().map(|point| point.2).chain([(centre - reach).max(floor), centre + reach]);
    let scale = Scale::around(ends, 5);
    let ticks = scale.labels(spec.format, spec.lang());
    let left = EDGE + ticks.iter().map(|tick| width(tick, SMALL)).fold(0.0, f32::max) + 8.0;
    let plot =
        Area { left, top, width: (spec.width - left - EDGE).max(20.0), height: (spec.height - top - 30.0).max(80.0) };
    for (at, tick) in ticks.iter().enumerate() {
        let y = plot.bottom() - plot.height * at as f32 / scale.steps() as f32;
        sheet.line((plot.left, y), (plot.right(), y), GRID);
        sheet.muted(plot.left - 8.0, y, Anchor::End, tick);
    }
    // By the square root: there the limits stay apart for small stores and large ones alike.
    let (from, to) = ((least * 0.9).sqrt(), (most * 1.05).sqrt());
    let across = |size: f64| plot.left + plot.width * ((size.sqrt() - from) / (to - from).max(1e-9)) as f32;
    let up = |value: f64| plot.bottom() - plot.height * scale.share(value);
    sheet.line((plot.left, up(centre)), (plot.right(), up(centre)), MUTED);
    for (half, dash) in [(limits.inner, "5 3"), (limits.outer, "1.5 3")] {
        for side in [-1.0, 1.0] {
            curve(&mut sheet, &plot, (from, to), dash, &|root| {
                up((limits.centre + side * half / root).clamp_to(&scale))
            });
        }
    }
    let outside = |(at, _, value): &(usize, f64, f64)| {
        let beyond = |low: &super::Series, high: &super::Series| {
            low.values[*at].is_some_and(|low| *value < low) || high.values[*at].is_some_and(|high| *value > high)
        };
        usize::from(beyond(low, high)) + usize::from(beyond(lower, upper))
    };
    for point in &points {
        let (at, size, value) = *point;
        let level = outside(point);
        let label = values.labels.get(at).cloned().unwrap_or_default();
        sheet.push(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"><title>{}</title></circle>",
            number(across(size)),
            number(up(value)),
            number(RADIUS + level as f32),
            [MUTED, PALETTE[0], PALETTE[1]][level],
            escape(&describe::pair(&spec.x[at], &label))
        ));
    }
    // Among many points only those beyond the outer limits are named, and no name lies on another.
    let wanted = if points.len() > FEW { 2 } else { 1 };
    let mut taken: Vec<(f32, f32, f32)> = Vec::new();
    for (at, size, value) in points.iter().filter(|point| outside(point) >= wanted) {
        let (x, y) = (across(*size), up(*value) - 9.0);
        let name = fit(&spec.x[*at], SMALL, plot.width / 2.0 - 16.0);
        let wide = width(&name, SMALL);
        let left = if x > plot.left + plot.width / 2.0 { x - 9.0 - wide } else { x + 9.0 };
        let free = |(other, above, far): &(f32, f32, f32)| {
            (above - y).abs() > 14.0 || left > other + far || left + wide < *other
        };
        if taken.len() < MOST_NAMES && taken.iter().all(free) {
            sheet.muted(left, y, Anchor::Start, &name);
            taken.push((left, y, wide));
        }
    }
    for (x, anchor, size) in [(plot.left, Anchor::Start, least), (plot.right(), Anchor::End, most)] {
        let at = points.iter().find(|point| point.1 == size).map_or(0, |point| point.0);
        let text = sizes.labels.get(at).cloned().unwrap_or_else(|| spec.written(size));
        sheet.muted(x, plot.bottom() + 15.0, anchor, &text);
    }
    let middle = plot.left + plot.width / 2.0;
    sheet.muted(middle, plot.bottom() + 15.0, Anchor::Middle, &fit(&sizes.name, SMALL, plot.width / 2.0));
    Ok(sheet.finish(spec, plot.bottom() + 30.0, describe::other(spec, words)))
}

trait ClampTo {
    fn clamp_to(self, scale: &Scale) -> f64;
}

impl ClampTo for f64 {
    /// Onto the axis: a limit that leaves it runs along its edge.
    fn clamp_to(self, scale: &Scale) -> f64 {
        let (low, high) = scale.span();
        self.clamp(low, high)
    }
}

fn curve(sheet: &mut Sheet, plot: &Area, (from, to): (f64, f64), dash: &str, up: &dyn Fn(f64) -> f32) {
    let mut path = String::new();
    for step in 0..=STEPS {
        let share = step as f64 / STEPS as f64;
        let (x, y) = (plot.left + plot.width * share as f32, up(from + (to - from) * share));
        let verb = if step == 0 { 'M' } else { 'L' };
        path.push_str(&format!("{verb}{} {}", number(x), number(y)));
    }
    sheet.push(format_args!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{MUTED}\" stroke-width=\"1\" stroke-dasharray=\"{dash}\"/>"
    ));
}
