//! `chart(kind, rows, x=, y=, …)`: rows as a drawing, with its figures as a table for who cannot see it.

use minijinja::value::{Kwargs, Value};

use super::arguments::{self as arguments, Result, wrong};
use super::cell_format::Format;
use super::component::{Cell, Chart, Component, TableColumn};
use super::context::{self, PageContext};
use super::values::Rows;
use crate::charts::{ChartSpec, HeatGrid, KINDS, Series, ValueFormat};
use crate::locale::format::Lang;
use crate::problem::nearest;
use crate::warehouse;

const OPTIONS: &[&str] = &[
    "x",
    "y",
    "series",
    "value",
    "title",
    "format",
    "stacked",
    "horizontal",
    "height",
    "width",
    "wide",
    "labels",
    "translate",
    "translate_series",
    "translate_y",
    "raw",
    "limit",
];
/// Size in CSS pixels at which a chart is laid out; it scales to its place.
const WIDTH: f32 = 520.0;
const WIDE: f32 = 860.0;
const HEIGHT: f32 = 300.0;

pub fn chart(kind: &str, data: Option<Value>, options: Kwargs) -> Result<Value> {
    arguments::check_all_used("chart", &options, OPTIONS)?;
    if !KINDS.contains(&kind) {
        let hint = nearest(kind, KINDS.iter().copied()).unwrap_or_default();
        return Err(wrong(format!("there is no chart \"{kind}\"; {hint}")));
    }
    let page = context::current()?;
    let mut chart = empty(kind, &options, &page)?;
    if let Some(raw) = options.get::<Option<Value>>("raw")?.filter(|raw| !raw.is_none()) {
        chart.spec.raw = Some(serde_json::to_value(&raw).map_err(|error| wrong(error.to_string()))?);
        return Ok(context::component(Component::Chart(Box::new(chart))));
    }
    let data = data.ok_or_else(|| wrong("chart wants the rows of a query"))?;
    let reader = Reader { rows: &*arguments::rows("chart", &data)?, options: &options, page: &page };
    if matches!(kind, "heatmap" | "sankey") {
        reader.heatmap(&mut chart)?
    } else {
        reader.series(&mut chart)?
    }
    Ok(context::component(Component::Chart(Box::new(chart))))
}

fn empty(kind: &str, options: &Kwargs, page: &PageContext) -> Result<Chart> {
    let wide = arguments::flag(options, "wide")?;
    let size = |name: &str, default: f32| -> Result<f32> {
        Ok(options.get::<Option<f64>>(name)?.map_or(default, |v| v as f32))
    };
    #[allow(clippy::cast_possible_truncation)]
    let spec = ChartSpec {
        kind: kind.to_owned(),
        width: size("width", if wide { WIDE } else { WIDTH })?,
        height: size("height", HEIGHT)?,
        stacked: arguments::flag(options, "stacked")?,
        horizontal: arguments::flag(options, "horizontal")?,
        locale_is_zh: page.locale.lang() == Lang::Zh,
        id: context::next_id("chart"),
        ..ChartSpec::default()
    };
    Ok(Chart {
        spec,
        title: arguments::text(options, "title")?.unwrap_or_default(),
        wide,
        columns: Vec::new(),
        rows: Vec::new(),
    })
}

struct Reader<'a> {
    rows: &'a Rows,
    options: &'a Kwargs,
    page: &'a PageContext,
}

impl Reader<'_> {
    fn required(&self, name: &str) -> Result<String> {
        arguments::text(self.options, name)?.ok_or_else(|| wrong(format!("chart wants {name}=\"column\"")))
    }

    fn format_of(&self, name: &str, at: usize) -> Result<Format> {
        match arguments::text(self.options, "format")? {
            Some(named) => arguments::format(&named),
            None => Ok(Format::of_column(name, self.rows.frame.columns[at].kind)),
        }
    }

    /// A category as a reader sees it.
    fn category(&self, at: usize, row: &warehouse::Row, translate: &str) -> Result<String> {
        let value = &row[at];
        if let (Some(prefix), Some(code)) = (arguments::text(self.options, translate)?, value.as_str()) {
            return Ok(self.page.words(&prefix, code));
        }
        let column = &self.rows.frame.columns[at];
        Ok(Format::of_column(&column.name, column.kind).write(value, &self.page.locale))
    }

    fn limit(&self) -> Result<usize> {
        Ok(self.options.get::<Option<usize>>("limit")?.unwrap_or(usize::MAX))
    }

    fn series(&self, chart: &mut Chart) -> Result<()> {
        let x = arguments::column(self.rows, &self.required("x")?)?;
        let ys = arguments::texts(self.options, "y")?
            .ok_or_else(|| wrong("chart wants y=\"column\" or a list of columns"))?;
        if let Some(split) = arguments::text(self.options, "series")? {
            self.split_series(chart, x, &ys, &split)?;
        } else {
            for row in self.rows.frame.rows.iter().take(self.limit()?) {
                chart.spec.x.push(self.category(x, row, "translate")?);
            }
            for name in &ys {
                let at = arguments::column(self.rows, name)?;
                let format = self.format_of(name, at)?;
                chart.spec.format = value_format(format);
                let label = arguments::entry(self.options, "labels", name)?;
                let mut series =
                    Series { name: label.unwrap_or_else(|| self.page.locale.label(name)), ..Series::default() };
                for row in self.rows.frame.rows.iter().take(self.limit()?) {
                    series.values.push(row[at].as_f64());
                    series.labels.push(match row[at].as_str() {
                        Some(_) => self.category(at, row, "translate_series")?,
                        None => format.write(&row[at], &self.page.locale),
                    });
                }
                chart.spec.series.push(series);
            }
        }
        data_table(chart, self.page.locale.label(&self.rows.frame.columns[x].name));
        Ok(())
    }

    /// One series per value of the column `split`, in the order of appearance.
    fn split_series(&self, chart: &mut Chart, x: usize, ys: &[String], split: &str) -> Result<()> {
        let [y] = ys else { return Err(wrong("chart with series= wants one y")) };
        let (split, at) = (arguments::column(self.rows, split)?, arguments::column(self.rows, y)?);
        let format = self.format_of(y, at)?;
        chart.spec.format = value_format(format);
        let (mut xs, mut names): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut cells = Vec::new();
        for row in &self.rows.frame.rows {
            let place = position(&mut xs, self.category(x, row, "translate")?);
            let name = position(&mut names, self.category(split, row, "translate_series")?);
            cells.push((name, place, row[at].as_f64(), format.write(&row[at], &self.page.locale)));
        }
        chart.spec.series = names
            .into_iter()
            .map(|name| Series { name, values: vec![None; xs.len()], labels: vec![String::new(); xs.len()] })
            .collect();
        for (name, place, value, label) in cells {
            chart.spec.series[name].values[place] = value;
            chart.spec.series[name].labels[place] = label;
        }
        chart.spec.x = xs;
        Ok(())
    }

    fn heatmap(&self, chart: &mut Chart) -> Result<()> {
        let x = arguments::column(self.rows, &self.required("x")?)?;
        let y = arguments::column(self.rows, &self.required("y")?)?;
        let value_name = self.required("value")?;
        let at = arguments::column(self.rows, &value_name)?;
        let format = self.format_of(&value_name, at)?;
        chart.spec.format = value_format(format);
        let mut grid = HeatGrid::default();
        let mut cells = Vec::new();
        for row in &self.rows.frame.rows {
            let column = position(&mut grid.columns, self.category(x, row, "translate")?);
            let line = position(&mut grid.rows, self.category(y, row, "translate_y")?);
            cells.push((line, column, row[at].as_f64(), format.write(&row[at], &self.page.locale)));
        }
        grid.values = vec![vec![None; grid.columns.len()]; grid.rows.len()];
        grid.labels = vec![vec![String::new(); grid.columns.len()]; grid.rows.len()];
        for (line, column, value, label) in cells {
            grid.values[line][column] = value;
            grid.labels[line][column] = label;
        }
        let label = self.page.locale.label(&self.rows.frame.columns[y].name);
        chart.columns.push(TableColumn { name: "y".into(), label, kind: "text", sortable: false });
        for name in &grid.columns {
            chart.columns.push(TableColumn { name: "x".into(), label: name.clone(), kind: "number", sortable: false });
        }
        for (name, labels) in grid.rows.iter().zip(&grid.labels) {
            let cells = std::iter::once(name).chain(labels).map(|text| Cell { text: text.clone(), ..Cell::default() });
            chart.rows.push(cells.collect());
        }
        chart.spec.grid = Some(grid);
        Ok(())
    }
}

fn value_format(format: Format) -> ValueFormat {
    match format {
        Format::Money => ValueFormat::Money,
        Format::Percent => ValueFormat::Percent,
        _ => ValueFormat::Number,
    }
}

fn position(names: &mut Vec<String>, name: String) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

/// The figures of the chart as a table: one line per category, one column per series.
fn data_table(chart: &mut Chart, label: String) {
    chart.columns.push(TableColumn { name: "x".into(), label, kind: "text", sortable: false });
    for series in &chart.spec.series {
        chart.columns.push(TableColumn {
            name: "y".into(),
            label: series.name.clone(),
            kind: "number",
            sortable: false,
        });
    }
    for (at, x) in chart.spec.x.iter().enumerate() {
        let mut cells = vec![Cell { text: x.clone(), ..Cell::default() }];
        cells
            .extend(chart.spec.series.iter().map(|series| Cell { text: series.labels[at].clone(), ..Cell::default() }));
        chart.rows.push(cells);
    }
}
