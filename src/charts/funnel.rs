//! Funnels: the steps of a way from the widest to the narrowest, with names on the left and values on the right.

use charts_rs::FunnelChart;

use super::cartesian::{bare, refused};
use super::frame::{Anchor, Area, EDGE, SMALL, Sheet, no_data};
use super::marks::Marks;
use super::text::{fit, width};
use super::{ChartSpec, Drawn, Words, describe};
use crate::locale::format::{Num, percent};
use crate::problem::Result;

/// Least height of a step.
const ROW: f32 = 34.0;

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let steps = steps(spec);
    let Some(widest) = steps.first().map(|step| step.value) else { return Ok(no_data(spec, words)) };
    let mut sheet = Sheet::default();
    let top = sheet.title(spec) + 2.0;
    let shares: Vec<String> = steps.iter().map(|step| percent(Num::Float(step.value / widest))).collect();
    let longest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| width(text, SMALL)).fold(0.0, f32::max);
    let left = EDGE + longest(&mut steps.iter().map(|step| &step.name)).min(spec.width * 0.3) + 10.0;
    let values_wide = longest(&mut steps.iter().map(|step| &step.label)).min(spec.width * 0.2);
    let shares_right = spec.width - EDGE;
    let values_right = shares_right - longest(&mut shares.iter()) - 12.0;
    let height = (ROW * steps.len() as f32).max((spec.height - top - EDGE).min(56.0 * steps.len() as f32));
    let plot = Area { left, top, width: (values_right - values_wide - 10.0 - left).max(40.0), height };
    sheet.moved(plot.left, plot.top, &marks(spec, &steps, plot)?);
    let row = height / steps.len() as f32;
    for (at, (step, share)) in steps.iter().zip(&shares).enumerate() {
        let middle = top + row * (at as f32 + 0.5);
        sheet.text(EDGE, middle, Anchor::Start, &fit(&step.name, SMALL, left - EDGE - 8.0));
        sheet.text(values_right, middle, Anchor::End, &fit(&step.label, SMALL, values_wide + 0.5));
        sheet.muted(shares_right, middle, Anchor::End, share);
        let area = Area { left: 0.0, top: top + row * at as f32, width: spec.width, height: row };
        sheet.hover(area, &describe::pair(&step.name, &format!("{} ({share})", step.label)));
    }
    Ok(sheet.finish(spec, plot.bottom() + EDGE, describe::series(spec, words)))
}

struct Step {
    name: String,
    value: f64,
    label: String,
}

/// The categories of the first series, widest first as charts-rs draws them; equal ones keep their order.
fn steps(spec: &ChartSpec) -> Vec<Step> {
    let Some(series) = spec.series.first() else { return Vec::new() };
    let mut steps: Vec<Step> = (0..spec.x.len())
        .filter_map(|at| {
            let value = series.values[at].filter(|value| *value >= 0.0)?;
            Some(Step { name: spec.x[at].clone(), value, label: spec.label(series, at) })
        })
        .collect();
    steps.sort_by(|a, b| b.value.total_cmp(&a.value));
    if steps.first().is_some_and(|step| step.value > 0.0) { steps } else { Vec::new() }
}

fn marks(spec: &ChartSpec, steps: &[Step], plot: Area) -> Result<String> {
    let widest = steps.first().map_or(1.0, |step| step.value);
    let rows = steps
        .iter()
        .map(|step| charts_rs::Series {
            data: vec![Some((step.value / widest) as f32)],
            // One colour: the steps differ by width, and a step's name is beside it.
            index: Some(0),
            ..Default::default()
        })
        .collect();
    let mut chart = FunnelChart::new(rows);
    bare(&mut chart.base, plot.width, plot.height);
    chart.funnel_gap = 3.0;
    // Each step narrows to the next; the last has none, so it narrows by half.
    let last = steps.last().map_or(0.0, |step| (step.value / widest) as f32);
    chart.min_width = (plot.width * last / 2.0).max(2.0);
    Marks { id: &spec.id, ..Default::default() }.of(&chart.svg().map_err(refused)?)
}
