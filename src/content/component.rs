//! What page functions return: finished data for the theme's partials, every text already in the reader's language.

use std::sync::Arc;

use serde::Serialize;

use crate::charts::ChartSpec;
use crate::warehouse::Frame;

/// A value or component that stands in the page as an opaque token until its HTML is written.
#[derive(Debug, Clone)]
pub enum Piece {
    Text(String),
    Component(Arc<Component>),
}

impl Piece {
    /// Blocks stand in a paragraph of their own.
    pub fn is_block(&self) -> bool {
        matches!(self, Piece::Component(component) if !matches!(**component, Component::Link(_) | Component::Sparkline(_)))
    }
    pub fn is_kpi(&self) -> bool {
        matches!(self, Piece::Component(component) if matches!(**component, Component::Kpi(_)))
    }
    /// The plain words, for headings and their ids.
    pub fn plain(&self) -> &str {
        match self {
            Piece::Text(text) => text,
            Piece::Component(component) => match &**component {
                Component::Link(link) => &link.text,
                _ => "",
            },
        }
    }
}

#[derive(Debug)]
pub enum Component {
    Kpi(Kpi),
    Chart(Box<Chart>),
    Table(Box<Table>),
    Lookup(Box<Lookup>),
    Sparkline(Sparkline),
    Link(Link),
    Form(Form),
}

/// One figure with its comparison.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Kpi {
    pub label: String,
    pub value: String,
    pub unit: String,
    pub change: String,
    /// up, down, flat or empty.
    pub direction: &'static str,
    pub good: Option<bool>,
    pub compare_label: String,
    pub compare_value: String,
    pub note: String,
    pub href: String,
    pub definition_href: String,
    /// Safe SVG or empty.
    pub sparkline: String,
}

#[derive(Debug)]
pub struct Chart {
    pub spec: ChartSpec,
    pub title: String,
    pub wide: bool,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
pub struct Table {
    pub id: String,
    pub caption: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<Cell>>,
    pub total: usize,
    pub search: bool,
    pub tick: bool,
    pub note: String,
    pub download: Option<Download>,
    pub dates: Option<Dates>,
}

/// The rows of a table as entries of a calendar.
#[derive(Debug)]
pub struct Dates {
    /// File name without ending, safe for an address.
    pub file: String,
    /// Name the reader's device saves it under, without ending.
    pub name: String,
    /// What the calendar is called.
    pub title: String,
    /// Midnight before the day of the book, UTC.
    pub stamp: jiff::Timestamp,
    /// Names the entry for ever; its day; what it says.
    pub entries: Vec<(String, jiff::civil::Date, String)>,
}

/// People found by what they say of themselves; nobody is listed.
#[derive(Debug)]
pub struct Lookup {
    pub id: String,
    pub columns: Vec<TableColumn>,
    pub people: Vec<Findable>,
    /// Shown instead of the fields where there is nobody to find.
    pub note: String,
}

/// One person of a lookup.
#[derive(Debug)]
pub struct Findable {
    /// Last four digits of the telephone.
    pub digits: String,
    pub name: String,
    pub cells: Vec<Cell>,
}

/// A table as a file: all its rows, exact values.
#[derive(Debug)]
pub struct Download {
    /// File name without ending, safe for an address.
    pub file: String,
    /// Name the reader's device saves it under, without ending.
    pub name: String,
    /// What the table is called.
    pub title: String,
    pub header: Vec<String>,
    /// Positions of the columns in the frame.
    pub columns: Vec<usize>,
    /// Drop-downs of a workbook that is filled in and comes back: place among the columns, and what can be chosen.
    pub choices: Vec<(usize, Vec<String>)>,
    pub frame: Arc<Frame>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TableColumn {
    pub name: String,
    pub label: String,
    pub kind: &'static str,
    pub sortable: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Cell {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// 0 to 1: a bar behind the cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// 0 to 9: a shade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<u8>,
    /// good, warn, bad, accent: a badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
    /// A number with nothing but its text and a value to sort by.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Sparkline {
    pub label: String,
    pub svg: String,
}

#[derive(Debug, Clone)]
pub struct Link {
    pub text: String,
    /// Without one the text stands alone: the page it would lead to was left out.
    pub href: Option<String>,
}

/// A public form; the theme knows its fields.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    pub id: String,
    /// Where it is posted; empty = by e-mail or as a file.
    pub action: String,
    pub mailto: String,
    pub subject: String,
    pub kinds: Vec<String>,
    pub stores: Vec<StoreChoice>,
    pub store: String,
    /// Ask how likely the customer is to recommend the store, 0 to 10.
    pub nps: bool,
    pub privacy_href: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct StoreChoice {
    pub id: String,
    pub name: String,
}
