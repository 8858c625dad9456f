//! Bars that lie down: room for long names, one below the other, in the order given from the top.

use charts_rs::HorizontalBarChart;

use super::cartesian::{bare, fixed, refused, rows, stack_ends};
use super::frame::{Anchor, Area, EDGE, SMALL, Sheet};
use super::marks::Marks;
use super::scale::Scale;
use super::text::{fit, thinned, width};
use super::{ChartSpec, Drawn, GRID, MUTED, Words, describe};
use crate::problem::Result;

/// Least height of a row with one bar, and what each further bar beside it adds.
const ROW: f32 = 26.0;
const FURTHER_BAR: f32 = 12.0;

/// Most of the width that names and values may take.
const NAMES_SHARE: f32 = 0.4;
const VALUES_SHARE: f32 = 0.25;

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let mut sheet = Sheet::default();
    let top = sheet.title(spec);
    let top = sheet.legend(spec, top, &|_| None) + 2.0;
    let values = values(spec);
    let longest = |texts: &[String]| texts.iter().map(|text| width(text, SMALL)).fold(0.0, f32::max);
    let left = EDGE + longest(&spec.x).min(spec.width * NAMES_SHARE) + 8.0;
    let right = EDGE + longest(&values).min(spec.width * VALUES_SHARE) + if values.is_empty() { 8.0 } else { 6.0 };
    let bars = if spec.stacked { 1 } else { spec.series.len().max(1) };
    let row = ROW + FURTHER_BAR * (bars - 1) as f32;
    let rows_height = row * spec.x.len() as f32;
    let below = 26.0;
    // A taller drawing than asked for when the rows need it; a lower one when there are few.
    let height = rows_height.max((spec.height - top - below).min(rows_height * 2.0));
    let plot = Area { left, top, width: (spec.width - left - right).max(40.0), height };
    let intervals = ((plot.width / 50.0) as usize).clamp(2, 5);
    let extent = if spec.stacked {
        stack_ends(spec)
    } else {
        spec.series.iter().flat_map(|s| s.values.iter().flatten().copied()).collect()
    };
    let scale = Scale::over(extent.into_iter(), intervals, true);
    axis(spec, &scale, plot, &mut sheet);
    sheet.moved(plot.left, plot.top, &marks(spec, &scale, plot)?);
    let zero = plot.left + plot.width * scale.share(0.0);
    sheet.line((zero, plot.top), (zero, plot.bottom()), MUTED);
    let slot = plot.height / spec.x.len().max(1) as f32;
    for (at, name) in spec.x.iter().enumerate() {
        let middle = plot.top + slot * (at as f32 + 0.5);
        sheet.text(plot.left - 8.0, middle, Anchor::End, &fit(name, SMALL, left - EDGE - 7.5));
        if let (Some(text), Some(value)) = (values.get(at), spec.series[0].values[at]) {
            let end = plot.left + plot.width * scale.share(value.max(0.0)) + 4.0;
            sheet.text(end, middle, Anchor::Start, &fit(text, SMALL, spec.width - end));
        }
        let row = Area { left: 0.0, top: plot.top + slot * at as f32, width: spec.width, height: slot };
        sheet.hover(row, &spec.tooltip(at));
    }
    Ok(sheet.finish(spec, plot.bottom() + below, describe::series(spec, words)))
}

/// The values at the ends of the bars, where there is one bar in a row.
fn values(spec: &ChartSpec) -> Vec<String> {
    match spec.series.as_slice() {
        [only] => (0..spec.x.len()).map(|at| spec.label(only, at)).collect(),
        _ => Vec::new(),
    }
}

fn axis(spec: &ChartSpec, scale: &Scale, plot: Area, sheet: &mut Sheet) {
    let ticks = scale.labels(spec.format, spec.lang());
    let middle = |at: usize| plot.left + plot.width * at as f32 / scale.steps() as f32;
    let middles: Vec<f32> = (0..ticks.len()).map(middle).collect();
    let widths: Vec<f32> = ticks.iter().map(|tick| width(tick, SMALL) + 4.0).collect();
    for x in &middles {
        sheet.line((*x, plot.top), (*x, plot.bottom()), GRID);
    }
    for (at, x) in thinned(&middles, &widths, spec.width) {
        sheet.muted(x, plot.bottom() + 13.0, Anchor::Middle, &ticks[at]);
    }
}

/// charts-rs puts the first category at the bottom, so the rows are given in reverse.
fn marks(spec: &ChartSpec, scale: &Scale, plot: Area) -> Result<String> {
    let mut rows = rows(spec, scale);
    for row in &mut rows {
        row.data.reverse();
    }
    let mut chart = HorizontalBarChart::new(rows, vec![String::new(); spec.x.len()]);
    bare(&mut chart.base, plot.width, plot.height);
    fixed(&mut chart.y_axis_configs, scale);
    Marks { id: &spec.id, ..Default::default() }.of(&chart.svg().map_err(refused)?)
}
