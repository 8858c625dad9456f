//! Pies, donuts and roses: the slices by charts-rs, beside or below them a list with names, values and shares.

use charts_rs::{Color, PieChart};

use super::cartesian::{bare, refused};
use super::frame::{Anchor, EDGE, SMALL, Sheet, colour, no_data, number};
use super::marks::Marks;
use super::text::{fit, width};
use super::{ChartSpec, Drawn, PALETTE, SEPARATOR, Words, describe};
use crate::locale::format::{Num, percent};
use crate::problem::Result;

/// Height of a row of the list.
const ROW: f32 = 24.0;
/// From this width on the list stands beside the pie.
const BESIDE: f32 = 460.0;
/// charts-rs fills this part of its square.
const FILLED: f32 = 0.8;

struct Slice {
    name: String,
    value: f64,
    label: String,
}

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let slices = slices(spec, words);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    if slices.is_empty() || total <= 0.0 {
        return Ok(no_data(spec, words));
    }
    let mut sheet = Sheet::default();
    let top = sheet.title(spec) + 4.0;
    let list_height = ROW * slices.len() as f32;
    let beside = spec.width >= BESIDE;
    let room = if beside { (spec.width * 0.45 - EDGE).min(spec.height - top - EDGE) } else { spec.width - 6.0 * EDGE };
    let radius = (room / 2.0).clamp(40.0, if beside { 180.0 } else { 130.0 });
    let (cx, cy) = if beside {
        (EDGE + spec.width * 0.22, top + (2.0 * radius).max(list_height) / 2.0)
    } else {
        (spec.width / 2.0, top + radius)
    };
    let shares: Vec<String> = slices.iter().map(|slice| percent(Num::Float(slice.value / total))).collect();
    let tooltips: Vec<String> = slices
        .iter()
        .zip(&shares)
        .map(|(slice, share)| describe::pair(&slice.name, &format!("{} ({share})", slice.label)))
        .collect();
    let square = 2.0 * radius / FILLED;
    let marks = marks(spec, &slices, radius, &tooltips)?;
    sheet.push(format_args!(
        "<g transform=\"translate({} {})\" stroke=\"{SEPARATOR}\" stroke-width=\"1.5\">{marks}</g>",
        number(cx - square / 2.0),
        number(cy - square / 2.0)
    ));
    let list_left = if beside { spec.width * 0.48 } else { EDGE };
    let list_top = if beside { cy - list_height / 2.0 } else { cy + radius + 12.0 };
    list(spec, &slices, &shares, (list_left, list_top), &mut sheet);
    let bottom = (list_top + list_height).max(cy + radius) + EDGE;
    Ok(sheet.finish(spec, bottom, describe::series(spec, words)))
}

/// One slice per category (or per series where each has one value); what is not above zero has none. Beyond the
/// palette the smallest are one slice, so that no two share a colour.
fn slices(spec: &ChartSpec, words: &Words) -> Vec<Slice> {
    let mut slices = Vec::new();
    if spec.series.len() > 1 && spec.x.len() <= 1 {
        slices.extend(spec.series.iter().filter_map(|series| slice(&series.name, spec, series, 0)));
    } else if let Some(series) = spec.series.first() {
        slices.extend(spec.x.iter().enumerate().filter_map(|(at, name)| slice(name, spec, series, at)));
    }
    if slices.len() > PALETTE.len() {
        let mut sizes: Vec<f64> = slices.iter().map(|slice| slice.value).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        let limit = sizes[PALETTE.len() - 2];
        let mut kept = 0;
        let (large, small): (Vec<Slice>, Vec<Slice>) = slices.into_iter().partition(|slice| {
            let keep = slice.value >= limit && kept < PALETTE.len() - 1;
            kept += usize::from(keep);
            keep
        });
        slices = large;
        let value = small.iter().map(|slice| slice.value).sum();
        let name = words("chart-other", &[("count", small.len().to_string())]);
        slices.push(Slice { name, value, label: spec.written(value) });
    }
    slices
}

fn slice(name: &str, spec: &ChartSpec, series: &super::Series, at: usize) -> Option<Slice> {
    let value = series.values.get(at).copied().flatten().filter(|value| *value > 0.0)?;
    Some(Slice { name: name.to_owned(), value, label: spec.label(series, at) })
}

fn marks(spec: &ChartSpec, slices: &[Slice], radius: f32, tooltips: &[String]) -> Result<String> {
    let largest = slices.iter().map(|slice| slice.value).fold(0.0, f64::max);
    let rows = slices
        .iter()
        .enumerate()
        .map(|(at, slice)| charts_rs::Series {
            data: vec![Some((slice.value / largest) as f32)],
            index: Some(at),
            ..Default::default()
        })
        .collect();
    let mut chart = PieChart::new(rows);
    bare(&mut chart.base, 2.0 * radius / FILLED, 2.0 * radius / FILLED);
    chart.base.series.label.font.color = Color::transparent();
    chart.radius = radius;
    chart.inner_radius = if spec.kind == "donut" { radius * 0.58 } else { 0.0 };
    chart.border_radius = Some(0.0);
    chart.rose_type = Some(spec.kind == "rose");
    // No slice is that wide: texts and leader lines are left out.
    chart.min_show_label_angle = 1000.0;
    Marks { id: &spec.id, texts: false, tooltips: Some(("path", tooltips)) }.of(&chart.svg().map_err(refused)?)
}

/// Rows of swatch, name, value and share; the columns of figures are as wide as their longest.
fn list(spec: &ChartSpec, slices: &[Slice], shares: &[String], at: (f32, f32), sheet: &mut Sheet) {
    const KEY: f32 = 18.0;
    const GAP: f32 = 12.0;
    let right = (spec.width - EDGE).min(at.0 + 420.0);
    let share_wide = shares.iter().map(|share| width(share, SMALL)).fold(0.0, f32::max);
    let value_wide = slices.iter().map(|slice| width(&slice.label, SMALL)).fold(0.0, f32::max);
    let value_right = right - share_wide - GAP;
    let room = value_right - value_wide - GAP - at.0 - KEY;
    for (row, (slice, share)) in slices.iter().zip(shares).enumerate() {
        let middle = at.1 + ROW * (row as f32 + 0.5);
        sheet.swatch(at.0, middle, colour(row));
        sheet.text(at.0 + KEY, middle, Anchor::Start, &fit(&slice.name, SMALL, room.max(24.0)));
        sheet.text(value_right, middle, Anchor::End, &slice.label);
        sheet.muted(right, middle, Anchor::End, share);
    }
}
