//! Flows between two dates: where people stood before on the left, where they stand now on the right, a band for each
//! way between, as thick as there are people on it.

use super::frame::{Anchor, Area, EDGE, SMALL, Sheet, escape, no_data, number};
use super::text::{fit, width};
use super::{ChartSpec, Drawn, HeatGrid, MUTED, PALETTE, Words, describe};
use crate::problem::Result;

/// Width of the bars at both sides, and the space between two bars of a side.
const BAR: f32 = 12.0;
const GAP: f32 = 8.0;
/// Least height of a bar with its name beside it.
const ROW: f32 = 16.0;

/// The grid with its columns in the order of its rows, so that those who stay flow straight; columns that are no rows follow.
fn in_step(grid: &HeatGrid) -> HeatGrid {
    let mut order: Vec<usize> = (0..grid.columns.len()).collect();
    let place = |column: &usize| grid.rows.iter().position(|row| *row == grid.columns[*column]).unwrap_or(usize::MAX);
    order.sort_by_key(place);
    let labels = |row: &Vec<String>| order.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect();
    HeatGrid {
        columns: order.iter().map(|column| grid.columns[*column].clone()).collect(),
        rows: grid.rows.clone(),
        values: grid.values.iter().map(|row| order.iter().map(|column| row[*column]).collect()).collect(),
        labels: grid.labels.iter().map(labels).collect(),
    }
}

/// Rows of the grid flow to its columns. Those who stay where they were are drawn pale.
pub(super) fn draw(spec: &ChartSpec, grid: &HeatGrid, words: &Words) -> Result<Drawn> {
    let grid = &in_step(grid);
    let cell = |row: usize, column: usize| grid.values[row][column].filter(|value| *value > 0.0).unwrap_or(0.0);
    let (rows, columns) = (grid.rows.len(), grid.columns.len());
    let from: Vec<f64> = (0..rows).map(|row| (0..columns).map(|column| cell(row, column)).sum()).collect();
    let to: Vec<f64> = (0..columns).map(|column| (0..rows).map(|row| cell(row, column)).sum()).collect();
    let total: f64 = from.iter().sum();
    if total <= 0.0 {
        return Ok(no_data(spec, words));
    }
    let mut sheet = Sheet::default();
    let top = sheet.title(spec) + 4.0;
    let most = rows.max(columns) as f32;
    let high = (spec.height - top - EDGE).max((ROW + GAP) * most);
    let names = |names: &[String]| names.iter().map(|name| width(name, SMALL)).fold(0.0, f32::max);
    let room = spec.width * 0.28;
    let (left, right) = (names(&grid.rows).min(room) + EDGE + 6.0, names(&grid.columns).min(room) + EDGE + 6.0);
    let starts = bars(&from, (top, high));
    let ends = bars(&to, (top, high));
    let plot = Area { left: left + BAR, top, width: spec.width - left - right - 2.0 * BAR, height: high };
    let mut left_used: Vec<f32> = starts.iter().map(|bar| bar.0).collect();
    let mut right_used: Vec<f32> = ends.iter().map(|bar| bar.0).collect();
    for row in 0..rows {
        for column in 0..columns {
            let value = cell(row, column);
            if value <= 0.0 {
                continue;
            }
            let thick = |(_, tall): (f32, f32), whole: f64| tall * (value / whole) as f32;
            let (a, b) = (thick(starts[row], from[row]), thick(ends[column], to[column]));
            let stays = grid.rows[row] == grid.columns[column];
            let colour = if stays { MUTED } else { PALETTE[row % PALETTE.len()] };
            let tooltip = describe::pair(
                &format!("{} → {}", grid.rows[row], grid.columns[column]),
                &grid
                    .labels
                    .get(row)
                    .and_then(|labels| labels.get(column))
                    .cloned()
                    .unwrap_or_else(|| spec.written(value)),
            );
            band(&mut sheet, plot, ((left_used[row], a), (right_used[column], b)), (colour, stays, &tooltip));
            left_used[row] += a;
            right_used[column] += b;
        }
    }
    let sides = [(&grid.rows, &starts, left, Anchor::End), (&grid.columns, &ends, plot.right(), Anchor::Start)];
    for (names, bars, x, anchor) in sides {
        for (at, (name, (y, tall))) in names.iter().zip(bars.iter()).enumerate() {
            sheet.push(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{BAR}\" height=\"{}\" fill=\"{}\"/>",
                number(x),
                number(*y),
                number(tall.max(1.0)),
                PALETTE[at % PALETTE.len()]
            ));
            let beside = if anchor == Anchor::End { x - 6.0 } else { x + BAR + 6.0 };
            sheet.text(beside, y + tall / 2.0, anchor, &fit(name, SMALL, room));
        }
    }
    let label = |row: usize, column: usize| grid.labels[row][column].clone();
    Ok(sheet.finish(spec, top + high + EDGE, describe::grid(spec, grid, &label, words)))
}

/// Top and height of every bar: heights by value, but never less than a name needs.
fn bars(values: &[f64], (top, high): (f32, f32)) -> Vec<(f32, f32)> {
    let total: f64 = values.iter().sum();
    let free = high - GAP * (values.len() as f32 - 1.0).max(0.0) - ROW * values.len() as f32;
    let mut y = top;
    values
        .iter()
        .map(|value| {
            let tall = ROW + free.max(0.0) * (value / total) as f32;
            let bar = (y, tall);
            y += tall + GAP;
            bar
        })
        .collect()
}

/// A curved band from the left side to the right; each side has its top and its thickness.
fn band(
    sheet: &mut Sheet,
    plot: Area,
    ((y1, tall1), (y2, tall2)): ((f32, f32), (f32, f32)),
    (colour, stays, tooltip): (&str, bool, &str),
) {
    let (x1, x2, middle) = (plot.left, plot.right(), plot.left + plot.width / 2.0);
    let opacity = if stays { "0.2" } else { "0.45" };
    let [x1, x2, middle] = [x1, x2, middle].map(number);
    let [top1, top2, bottom1, bottom2] = [y1, y2, y1 + tall1, y2 + tall2].map(number);
    sheet.push(format_args!(
        "<path d=\"M{x1} {top1}C{middle} {top1} {middle} {top2} {x2} {top2}L{x2} {bottom2}C{middle} {bottom2} {middle} {bottom1} {x1} {bottom1}Z\" fill=\"{colour}\" fill-opacity=\"{opacity}\"><title>{}</title></path>",
        escape(tooltip)
    ));
}
