//! Heat maps: drawn here cell by cell, because only ready-made colours can be restyled without inline styles.

use super::frame::{Anchor, EDGE, SMALL, Sheet, escape, number};
use super::text::{fit, thinned, two_lines, width};
use super::{ChartSpec, Drawn, GRID, HEAT, HeatGrid, SEPARATOR, TEXT, Words, describe};
use crate::locale::format::NO_NUMBER;
use crate::problem::{Problem, Result};

/// Least and greatest height of a cell.
const CELL: (f32, f32) = (24.0, 52.0);
const CELL_WIDEST: f32 = 140.0;

/// Cells from this width on carry their own names, in two lines if need be; narrower ones only some of them.
const ROOMY: f32 = 36.0;

pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let Some(grid) = &spec.grid else {
        return Err(Problem::failed("a heat map needs a grid of rows and columns"));
    };
    let label = |row: usize, column: usize| cell_label(spec, grid, row, column);
    let mut sheet = Sheet::default();
    let top = sheet.title(spec);
    let names = grid.rows.iter().map(|name| width(name, SMALL)).fold(0.0, f32::max).min(spec.width * 0.35);
    let left = EDGE + names + 8.0;
    let wide = ((spec.width - left - EDGE) / grid.columns.len().max(1) as f32).min(CELL_WIDEST);
    let top = top + if wide >= ROOMY { 36.0 } else { 22.0 };
    let high = ((spec.height - top - 40.0) / grid.rows.len().max(1) as f32).clamp(CELL.0, CELL.1);
    column_names(spec, grid, (left, top, wide), &mut sheet);
    let (least, most) = range(grid);
    // Text stands in the cells only if every one fits.
    let widest = (0..grid.rows.len())
        .flat_map(|row| (0..grid.columns.len()).map(move |column| (row, column)))
        .map(|(row, column)| width(&label(row, column), SMALL))
        .fold(0.0, f32::max);
    for (row, name) in grid.rows.iter().enumerate() {
        let y = top + high * row as f32;
        sheet.text(left - 8.0, y + high / 2.0, Anchor::End, &fit(name, SMALL, names + 1.0));
        for (column, column_name) in grid.columns.iter().enumerate() {
            let x = left + wide * column as f32;
            let shade = grid.values[row][column].map(|value| shade(value, least, most));
            let text = label(row, column);
            sheet.push(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" stroke=\"{SEPARATOR}\"><title>{}</title></rect>",
                number(x),
                number(y),
                number(wide),
                number(high),
                shade.map_or(GRID, |shade| HEAT[shade]),
                escape(&describe::pair(&format!("{name} × {column_name}"), &text))
            ));
            if widest + 6.0 <= wide {
                let colour = if shade.is_some_and(|shade| shade >= 4) { SEPARATOR } else { TEXT };
                sheet.styled(x + wide / 2.0, y + high / 2.0, Anchor::Middle, &text, (SMALL, colour, false));
            }
        }
    }
    let bottom = top + high * grid.rows.len() as f32 + 10.0;
    key(spec, (least, most), (left, bottom), &mut sheet);
    let description = describe::grid(spec, grid, &label, words);
    Ok(sheet.finish(spec, bottom + 26.0, description))
}

fn cell_label(spec: &ChartSpec, grid: &HeatGrid, row: usize, column: usize) -> String {
    let Some(value) = grid.values[row][column] else { return NO_NUMBER.to_owned() };
    match grid.labels.get(row).and_then(|row| row.get(column)) {
        Some(label) if !label.is_empty() => label.clone(),
        _ => spec.written(value),
    }
}

/// Above the cells: all of them, or, where cells are narrow, those that fit with the first and the last.
fn column_names(spec: &ChartSpec, grid: &HeatGrid, (left, top, wide): (f32, f32, f32), sheet: &mut Sheet) {
    let middle = |at: usize| left + wide * (at as f32 + 0.5);
    if wide >= ROOMY {
        for (at, name) in grid.columns.iter().enumerate() {
            let lines = two_lines(name, SMALL, wide - 4.0);
            for (line, text) in lines.iter().rev().enumerate() {
                sheet.muted(middle(at), top - 10.0 - 14.0 * line as f32, Anchor::Middle, text);
            }
        }
        return;
    }
    let names: Vec<_> = grid.columns.iter().map(|name| fit(name, SMALL, 90.0)).collect();
    let widths: Vec<f32> = names.iter().map(|name| width(name, SMALL)).collect();
    let middles: Vec<f32> = (0..names.len()).map(middle).collect();
    // Letters are a little wider than reckoned in some fonts.
    for (at, x) in thinned(&middles, &widths, spec.width - 4.0) {
        sheet.muted(x, top - 11.0, Anchor::Middle, &names[at]);
    }
}

fn range(grid: &HeatGrid) -> (f64, f64) {
    let values = || grid.values.iter().flatten().flatten().copied();
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

/// The step of [`HEAT`] for a value: equal steps from the least to the most; all equal is the middle.
fn shade(value: f64, least: f64, most: f64) -> usize {
    if most <= least {
        return HEAT.len() / 2 - 1;
    }
    (((value - least) / (most - least) * HEAT.len() as f64) as usize).min(HEAT.len() - 1)
}

/// The colours from least to most with the values at both ends.
fn key(spec: &ChartSpec, (least, most): (f64, f64), (left, top): (f32, f32), sheet: &mut Sheet) {
    const STEP: f32 = 18.0;
    let (low, high) = (spec.written(least), spec.written(most));
    let needed = width(&low, SMALL) + width(&high, SMALL) + STEP * HEAT.len() as f32 + 12.0;
    let mut x = left.min(spec.width - EDGE - needed).max(EDGE);
    sheet.muted(x, top + 8.0, Anchor::Start, &low);
    x += width(&low, SMALL) + 6.0;
    for colour in HEAT {
        sheet.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{STEP}\" height=\"10\" fill=\"{colour}\"/>",
            number(x),
            number(top + 3.0)
        ));
        x += STEP;
    }
    sheet.muted(x + 6.0, top + 8.0, Anchor::Start, &high);
}
