//! Pieces of a page to HTML: values are escaped, components go through the theme's partials.

use serde::Serialize;
use tera::Context;

use super::Site;
use super::downloads;
use crate::charts;
use crate::content::component::{Chart, Component, Form, Kpi, Link, Lookup, Piece, Table, TableColumn};
use crate::content::markdown::{escape, split};
use crate::locale::{Arg, Locale};
use crate::problem::Result;

/// A file that belongs to a page: name beside it, bytes.
pub type Extra = (String, Vec<u8>);

/// Writes the pieces of one page.
pub struct Writer<'a> {
    pub site: &'a Site<'a>,
    pub locale: &'a Locale,
    pub extras: Vec<Extra>,
}

impl Writer<'_> {
    /// Replaces every token of `html` by the HTML of its piece.
    pub fn fill(&mut self, html: &str, pieces: &[Piece]) -> Result<String> {
        let mut parts: Vec<std::result::Result<&str, usize>> = Vec::new();
        {
            let parts = std::cell::RefCell::new(&mut parts);
            split(html, |text| parts.borrow_mut().push(Ok(text)), |number| parts.borrow_mut().push(Err(number)));
        }
        let mut out = String::with_capacity(html.len() * 2);
        for part in parts {
            match part {
                Ok(text) => out.push_str(text),
                Err(number) => match pieces.get(number) {
                    Some(Piece::Text(text)) => write_text(text, &mut out),
                    Some(Piece::Component(component)) => self.component(component, &mut out)?,
                    None => {}
                },
            }
        }
        Ok(out)
    }

    fn component(&mut self, component: &Component, out: &mut String) -> Result<()> {
        match component {
            Component::Kpi(kpi) => out.push_str(&self.partial("kpi", kpi as &Kpi)?),
            Component::Chart(chart) => {
                let html = self.chart(chart)?;
                out.push_str(&html);
            }
            Component::Table(table) => {
                let html = self.table(table)?;
                out.push_str(&html);
            }
            Component::Lookup(lookup) => out.push_str(&self.lookup(lookup)?),
            Component::Sparkline(sparkline) => out.push_str(&self.partial("sparkline", sparkline)?),
            Component::Link(link) => write_link(link, out),
            Component::Form(form) => out.push_str(&self.form(form)?),
        }
        Ok(())
    }

    fn partial<T: Serialize>(&self, name: &str, data: &T) -> Result<String> {
        let mut context = Context::new();
        context.insert(name.to_owned(), data);
        self.site.theme.render(self.locale.code(), &format!("components/{name}.html"), &context)
    }

    fn form(&self, form: &Form) -> Result<String> {
        let mut context = Context::new();
        context.insert("form", form);
        context.insert("lang", self.locale.code());
        self.site.theme.render(self.locale.code(), "components/form.html", &context)
    }

    /// Drawn twice: once for a desk and once, narrower, for a phone, because letters scale with the drawing.
    fn chart(&self, chart: &Chart) -> Result<String> {
        #[derive(Serialize)]
        struct Shown<'a> {
            id: &'a str,
            title: &'a str,
            svg: String,
            svg_narrow: String,
            description: &'static str,
            wide: bool,
            table: Option<Data<'a>>,
        }
        #[derive(Serialize)]
        struct Data<'a> {
            columns: &'a [TableColumn],
            rows: &'a [Vec<crate::content::component::Cell>],
        }
        let words = |key: &str, arguments: &[(&str, String)]| -> String {
            let arguments: Vec<(&str, Arg<'_>)> =
                arguments.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
            self.locale.t(key, &arguments)
        };
        let drawn = charts::draw(&chart.spec, &words)?;
        let narrow = if chart.spec.width > NARROW {
            let mut spec = chart.spec.clone();
            spec.width = NARROW;
            spec.id = format!("{}-n", spec.id);
            charts::draw(&spec, &words)?.svg
        } else {
            String::new()
        };
        let table = (!chart.rows.is_empty()).then_some(Data { columns: &chart.columns, rows: &chart.rows });
        self.partial(
            "chart",
            &Shown {
                id: &chart.spec.id,
                title: &chart.title,
                svg: drawn.svg,
                svg_narrow: narrow,
                description: "",
                wide: chart.wide,
                table,
            },
        )
    }

    /// The people as JSON in a hidden element: the script searches in it, and twenty thousand rows would be a slow page.
    fn lookup(&self, lookup: &Lookup) -> Result<String> {
        #[derive(Serialize)]
        struct Shown<'a> {
            id: &'a str,
            columns: &'a [TableColumn],
            people: usize,
            data: String,
            note: &'a str,
        }
        let people: Vec<serde_json::Value> = (lookup.people.iter())
            .map(|person| {
                let cells = person.cells.iter().map(|cell| match &cell.href {
                    Some(href) => serde_json::json!([cell.text, href]),
                    None => serde_json::json!(cell.text),
                });
                serde_json::json!([person.digits, person.name, cells.collect::<Vec<_>>()])
            })
            .collect();
        let data = serde_json::Value::from(people).to_string();
        let shown =
            Shown { id: &lookup.id, columns: &lookup.columns, people: lookup.people.len(), data, note: &lookup.note };
        self.partial("lookup", &shown)
    }

    fn table(&mut self, table: &Table) -> Result<String> {
        #[derive(Serialize)]
        struct Shown<'a> {
            id: &'a str,
            caption: &'a str,
            columns: &'a [TableColumn],
            rows: &'a [Vec<crate::content::component::Cell>],
            total: usize,
            shown: usize,
            search: bool,
            tick: bool,
            workbook: String,
            workbook_name: String,
            download: String,
            download_name: String,
            calendar: String,
            calendar_name: String,
            empty: bool,
            note: &'a str,
        }
        let mut files = [const { (String::new(), String::new()) }; 2];
        if let Some(file) = &table.download
            && !table.rows.is_empty()
        {
            files =
                ["xlsx", "csv"].map(|ending| (format!("{}.{ending}", file.file), format!("{}.{ending}", file.name)));
            match downloads::workbook(file, self.locale)? {
                Some(bytes) => self.extras.push((files[0].0.clone(), bytes)),
                None => files[0] = (String::new(), String::new()),
            }
            self.extras.push((files[1].0.clone(), downloads::csv(file)?));
        }
        let [(workbook, workbook_name), (download, download_name)] = files;
        let (calendar, calendar_name) = match &table.dates {
            Some(dates) => {
                let file = format!("{}.ics", dates.file);
                self.extras.push((file.clone(), downloads::calendar(dates)?));
                (file, format!("{}.ics", dates.name))
            }
            None => (String::new(), String::new()),
        };
        self.partial(
            "table",
            &Shown {
                id: &table.id,
                caption: &table.caption,
                columns: &table.columns,
                rows: &table.rows,
                total: table.total,
                shown: table.rows.len(),
                search: table.search,
                tick: table.tick,
                workbook,
                workbook_name,
                download,
                download_name,
                calendar,
                calendar_name,
                empty: table.rows.is_empty(),
                note: &table.note,
            },
        )
    }
}

/// Width in CSS pixels of the drawing for phones.
const NARROW: f32 = 360.0;

/// A value inside a sentence. One that turns the writing direction must not turn the words beside it, nor be torn apart
/// by them, so it stands in an element of its own.
fn write_text(text: &str, out: &mut String) {
    if text.chars().any(turns) {
        out.push_str("<bdi>");
        escape(text, out);
        out.push_str("</bdi>");
    } else {
        escape(text, out);
    }
}

/// Marks of direction, and letters that are written from right to left (Unicode's blocks for such scripts).
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

fn write_link(link: &Link, out: &mut String) {
    match &link.href {
        Some(href) => {
            out.push_str("<a href=\"");
            escape(href, out);
            out.push_str("\">");
            escape(&link.text, out);
            out.push_str("</a>");
        }
        None => write_text(&link.text, out),
    }
}
