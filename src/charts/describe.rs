//! What a chart shows, in plain words, for readers who do not see it.

use super::{ChartSpec, HeatGrid, Series, Words};

/// `name: value`, or just the value where there is no name.
pub(super) fn pair(name: &str, value: &str) -> String {
    if name.is_empty() { value.to_owned() } else { format!("{name}: {value}") }
}

/// What it is, over which categories, and of each series the first and last, least and most.
pub(super) fn series(spec: &ChartSpec, words: &Words) -> String {
    let mut parts = vec![opening(spec, words)];
    parts.extend(spec.series.iter().filter_map(|series| one_series(spec, series, words)));
    parts.join(" ")
}

/// The kind of chart and its categories: `chart-summary-points`, or `chart-summary-one` for a single category.
fn opening(spec: &ChartSpec, words: &Words) -> String {
    let category = |at: Option<&String>| at.cloned().unwrap_or_default();
    let mut args = head(spec, words);
    args.push(("count", spec.x.len().to_string()));
    args.push(("first", category(spec.x.first())));
    args.push(("last", category(spec.x.last())));
    words(if spec.x.len() == 1 { "chart-summary-one" } else { "chart-summary-points" }, &args)
}

fn one_series(spec: &ChartSpec, series: &Series, words: &Words) -> Option<String> {
    let present = || series.values.iter().enumerate().filter_map(|(at, value)| value.map(|value| (at, value)));
    let first = present().next()?;
    let last = present().next_back()?;
    // Of equal values the first counts.
    let least = present().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = present().rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let name = if series.name.is_empty() { spec.title.clone().unwrap_or_default() } else { series.name.clone() };
    let category = |at: usize| spec.x.get(at).cloned().unwrap_or_default();
    let args = [
        ("name", name),
        ("first", spec.label(series, first.0)),
        ("first-at", category(first.0)),
        ("last", spec.label(series, last.0)),
        ("last-at", category(last.0)),
        ("min", spec.label(series, least.0)),
        ("min-at", category(least.0)),
        ("max", spec.label(series, most.0)),
        ("max-at", category(most.0)),
    ];
    Some(words("chart-summary-series", &args))
}

/// The size of the grid, its least and its most cell: `chart-summary-grid`.
pub(super) fn grid(spec: &ChartSpec, grid: &HeatGrid, label: &dyn Fn(usize, usize) -> String, words: &Words) -> String {
    let cells = || {
        grid.values.iter().enumerate().flat_map(|(row, values)| {
            values.iter().enumerate().filter_map(move |(column, value)| value.map(|value| (row, column, value)))
        })
    };
    let mut args = head(spec, words);
    args.push(("rows", grid.rows.len().to_string()));
    args.push(("columns", grid.columns.len().to_string()));
    let place = |(row, column, _): (usize, usize, f64)| {
        let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
        (format!("{} × {}", name(&grid.rows, row), name(&grid.columns, column)), label(row, column))
    };
    let least = cells().reduce(|best, cell| if cell.2 < best.2 { cell } else { best });
    let most = cells().reduce(|best, cell| if cell.2 > best.2 { cell } else { best });
    for (names, cell) in [(("min-at", "min"), least), (("max-at", "max"), most)] {
        let (at, value) = cell.map(place).unwrap_or_default();
        args.push((names.0, at));
        args.push((names.1, value));
    }
    words("chart-summary-grid", &args)
}

/// Only what kind of chart it is: `chart-summary-other`.
pub(super) fn other(spec: &ChartSpec, words: &Words) -> String {
    words("chart-summary-other", &head(spec, words))
}

/// The placeables that every opening sentence has: `kind` (from `chart-kind-…`) and `title`.
fn head(spec: &ChartSpec, words: &Words) -> Vec<(&'static str, String)> {
    let kind = match spec.kind.as_str() {
        "line" => "chart-kind-line",
        "area" => "chart-kind-area",
        "bar" | "column" | "horizontal_bar" | "bar_line" => "chart-kind-bar",
        "pie" | "donut" | "doughnut" | "rose" => "chart-kind-pie",
        "radar" => "chart-kind-radar",
        "heatmap" => "chart-kind-heatmap",
        "funnel" => "chart-kind-funnel",
        "sankey" => "chart-kind-flow",
        "tree" => "chart-kind-tree",
        _ => "chart-kind-other",
    };
    vec![("kind", words(kind, &[])), ("title", spec.title.clone().unwrap_or_default())]
}
