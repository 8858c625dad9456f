//! Radar charts: the web by charts-rs, the names around it laid out here.

use charts_rs::{Color, RadarChart, RadarIndicator};

use super::cartesian::{bare, refused};
use super::frame::{Anchor, EDGE, SMALL, Sheet, number};
use super::marks::Marks;
use super::text::{fit, width};
use super::{ChartSpec, Drawn, GRID, Words, describe, frame::escape};
use crate::problem::{Problem, Result};

/// charts-rs keeps this free around the web.
const FREE: f32 = 40.0;

/// A web of at least this radius, where the width allows it.
const READABLE: f32 = 110.0;

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    if spec.x.len() < 3 {
        return Err(Problem::failed("a radar chart needs at least three categories")
            .hint("use a bar chart, or give x more values"));
    }
    let mut sheet = Sheet::default();
    let top = sheet.title(spec);
    let top = sheet.legend(spec, top, &|_| None);
    let longest = spec.x.iter().map(|name| width(name, SMALL)).fold(0.0, f32::max).min(spec.width * 0.26);
    // A web too small to read makes the drawing taller instead.
    let radius = ((spec.height - top - EDGE) / 2.0 - 22.0).max(READABLE);
    let radius = radius.min(spec.width / 2.0 - EDGE - longest - 6.0).max(50.0);
    let (cx, cy) = (spec.width / 2.0, top + radius + 22.0);
    let side = 2.0 * (radius + FREE);
    sheet.moved(cx - side / 2.0, cy - side / 2.0, &marks(spec, side)?);
    let turn = std::f32::consts::TAU / spec.x.len() as f32;
    for (at, name) in spec.x.iter().enumerate() {
        let (sin, cos) = (turn * at as f32).sin_cos();
        let (x, y) = (cx + (radius + 8.0) * sin, cy - (radius + 10.0) * cos);
        let anchor = match sin {
            sin if sin > 0.05 => Anchor::Start,
            sin if sin < -0.05 => Anchor::End,
            _ => Anchor::Middle,
        };
        let room = match anchor {
            Anchor::Start => spec.width - x,
            Anchor::End => x,
            Anchor::Middle => spec.width,
        };
        sheet.text(x, y, anchor, &fit(name, SMALL, room - 2.0));
        // A triangle over the sixth (or whatever) of the web around this axis shows its values.
        let corner = |by: f32| {
            let (sin, cos) = (turn * (at as f32 + by)).sin_cos();
            format!("{} {}", number(cx + radius * 1.2 * sin), number(cy - radius * 1.2 * cos))
        };
        sheet.push(format_args!(
            "<path d=\"M{} {}L{}L{}L{}Z\" pointer-events=\"all\"><title>{}</title></path>",
            number(cx),
            number(cy),
            corner(-0.5),
            corner(0.0),
            corner(0.5),
            escape(&spec.tooltip(at))
        ));
    }
    Ok(sheet.finish(spec, cy + radius + 22.0 + EDGE, describe::series(spec, words)))
}

/// Every axis reaches from zero to the largest value of all series, so that the axes can be compared.
fn marks(spec: &ChartSpec, side: f32) -> Result<String> {
    let largest = spec.series.iter().flat_map(|series| series.values.iter().flatten()).fold(0.0_f64, |a, b| a.max(*b));
    let largest = if largest > 0.0 { largest } else { 1.0 };
    let rows = spec
        .series
        .iter()
        .enumerate()
        .map(|(at, series)| charts_rs::Series {
            data: series.values.iter().map(|value| Some((value.unwrap_or(0.0) / largest) as f32)).collect(),
            index: Some(at),
            ..Default::default()
        })
        .collect();
    let axis = RadarIndicator { name: String::new(), max: 1.0, ..Default::default() };
    let mut chart = RadarChart::new(rows, vec![axis; spec.x.len()]);
    bare(&mut chart.base, side, side);
    chart.base.grid.stroke_width = 1.0;
    chart.base.grid.stroke_color = Color::from(GRID);
    Marks { id: &spec.id, ..Default::default() }.of(&chart.svg().map_err(refused)?)
}
