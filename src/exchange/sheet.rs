//! What a table's columns are: their types, headings and meaning, for schema, field notes and the form of cells.

use crate::locale::Locale;
use crate::models::Header;
use crate::sources::contract::{TableSpec, Type};
use crate::warehouse::{Column, ColumnKind};

/// What a column holds, as far as a file must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text that names something: a spreadsheet must not take it for a number, whatever is typed into it later.
    Id,
    Text,
    Bool,
    Integer,
    Decimal,
    /// A binary fraction.
    Number,
    Date,
    DateTime,
}

impl Holds {
    /// The name in schemas, and behind `type-` that of the string.
    pub fn name(self) -> &'static str {
        match self {
            Holds::Id => "id",
            Holds::Text => "text",
            Holds::Bool => "boolean",
            Holds::Integer => "integer",
            Holds::Decimal => "decimal",
            Holds::Number => "number",
            Holds::Date => "date",
            Holds::DateTime => "datetime",
        }
    }

    fn of_kind(kind: ColumnKind) -> Holds {
        match kind {
            ColumnKind::Bool => Holds::Bool,
            ColumnKind::Int => Holds::Integer,
            ColumnKind::Decimal => Holds::Decimal,
            ColumnKind::Float => Holds::Number,
            ColumnKind::Date => Holds::Date,
            ColumnKind::DateTime => Holds::DateTime,
            ColumnKind::Text | ColumnKind::Other => Holds::Text,
        }
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What stands above the column.
    pub name: String,
    pub holds: Holds,
    pub nullable: bool,
    pub key: bool,
    /// What a reader calls it.
    pub heading: String,
    /// Empty where nobody wrote it down.
    pub meaning: String,
    /// The words it may hold; empty: any.
    pub codes: Vec<&'static str>,
    /// What can be chosen in a drop-down, where the sheet is to be filled in; none: no drop-down.
    pub choices: Vec<String>,
}

impl Field {
    /// A column that nobody described.
    pub fn found(column: &Column) -> Field {
        Field {
            name: column.name.clone(),
            holds: match Holds::of_kind(column.kind) {
                Holds::Text if names_something(&column.name) => Holds::Id,
                holds => holds,
            },
            nullable: true,
            key: false,
            heading: String::new(),
            meaning: String::new(),
            codes: Vec::new(),
            choices: Vec::new(),
        }
    }
}

/// One table that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Of a file or a sheet: no folder, no `source.`.
    pub name: String,
    pub fields: Vec<Field>,
}

impl Sheet {
    /// A contract table. `found` are the columns it has; those of the program's own are left out.
    pub fn contract(table: &TableSpec, found: &[Column], locale: &Locale) -> Sheet {
        let own = table.columns.iter().map(|column| {
            let (holds, codes) = held(column.kind);
            Field {
                name: column.name.to_owned(),
                holds,
                nullable: !(column.required || matches!(column.kind, Type::Source | Type::IdSpace)),
                key: table.is_key(column.name),
                heading: locale.label(column.name),
                meaning: meaning(column.kind, locale),
                codes,
                choices: Vec::new(),
            }
        });
        let extras = found.iter().filter(|column| column.name.starts_with("extra_")).map(|column| Field {
            holds: Holds::of_kind(column.kind),
            heading: column.name.trim_start_matches("extra_").to_owned(),
            meaning: locale.t("export-means-extra", &[]),
            ..Field::found(column)
        });
        Sheet { name: table.name.to_owned(), fields: own.chain(extras).collect() }
    }

    /// A model, or another table of the program.
    pub fn model(name: &str, header: Option<&Header>, found: &[Column], locale: &Locale) -> Sheet {
        let means = |column: &str| {
            let entries = header.map_or(&[][..], |header| &header.columns);
            entries.iter().find(|(name, _)| name == column).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let field = |column: &Column| Field {
            key: header.is_some_and(|header| header.key.contains(&column.name)),
            heading: locale.label(&column.name),
            meaning: means(&column.name),
            ..Field::found(column)
        };
        Sheet { name: name.to_owned(), fields: found.iter().map(field).collect() }
    }
}

/// Columns of models have no types of the contract; their names tell.
fn names_something(column: &str) -> bool {
    column.ends_with("_id") || matches!(column, "sku" | "phone" | "code" | "barcode")
}

fn held(kind: Type) -> (Holds, Vec<&'static str>) {
    match kind {
        Type::Id => (Holds::Id, Vec::new()),
        Type::Text | Type::Source | Type::IdSpace => (Holds::Text, Vec::new()),
        Type::Code { allowed, open } => {
            (Holds::Text, if open { Vec::new() } else { allowed.iter().map(|(code, _)| *code).collect() })
        }
        Type::Money | Type::Quantity => (Holds::Decimal, Vec::new()),
        Type::Integer { .. } => (Holds::Integer, Vec::new()),
        Type::Date | Type::Month | Type::DayOf(_) => (Holds::Date, Vec::new()),
        Type::DateTime => (Holds::DateTime, Vec::new()),
        Type::Bool => (Holds::Bool, Vec::new()),
    }
}

fn meaning(kind: Type, locale: &Locale) -> String {
    match kind {
        Type::Money => locale.t("export-means-money", &[]),
        Type::Month => locale.t("export-means-month", &[]),
        Type::Source => locale.t("export-means-source", &[]),
        Type::IdSpace => locale.t("export-means-id-space", &[]),
        Type::DayOf(_) => locale.t("export-means-day", &[]),
        Type::Code { allowed, .. } => allowed.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}
