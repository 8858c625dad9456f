//! `schema.json`: what an export holds, for programs that read it.

use serde_json::{Map, Value as Json, json};

use super::export::Source;
use super::{Field, Format, Holds};
use crate::problem::{Problem, Result};
use crate::sources::{SCHEMA_FORMAT, contract};

/// Of the layout of this description; a change that readers must know of counts it up.
const VERSION: u32 = 1;

/// The description of one export: format, and per table the file it lies in.
pub fn schema(tables: &[(&Source, String)], format: Format) -> Result<String> {
    let described: Map<String, Json> =
        tables.iter().map(|(source, file)| (source.shown.clone(), table(source, file))).collect();
    let whole = json!({
        "format": SCHEMA_FORMAT,
        "version": VERSION,
        "program": env!("CARGO_PKG_VERSION"),
        "files": format.ending(),
        "tables": described,
    });
    serde_json::to_string_pretty(&whole)
        .map(|text| format!("{text}\n"))
        .map_err(|error| Problem::failed(format!("the schema cannot be written: {error}")))
}

fn table(source: &Source, file: &str) -> Json {
    let fields = &source.sheet.fields;
    json!({
        "file": file,
        "sheet": source.sheet.name,
        "rows": source.rows,
        "contract": source.contract.then_some(contract::VERSION),
        "columns": fields.iter().map(column).collect::<Vec<Json>>(),
        "rows_schema": rows_schema(source),
    })
}

fn column(field: &Field) -> Json {
    json!({
        "name": field.name,
        "type": field.holds.name(),
        "nullable": field.nullable,
        "key": field.key,
        "heading": field.heading,
        "description": field.meaning,
    })
}

/// JSON Schema of a line of NDJSON.
fn rows_schema(source: &Source) -> Json {
    let fields = &source.sheet.fields;
    let properties: Map<String, Json> = fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": source.shown,
        "type": "object",
        "properties": properties,
        "required": fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Json {
    let mut property = Map::new();
    let kinds: &[&str] = match field.holds {
        Holds::Bool => &["boolean"],
        // Beyond 2^53 a whole number is text.
        Holds::Integer => &["integer", "string"],
        Holds::Number => &["number", "string"],
        // A list, in a model, is an array.
        Holds::Text => &["string", "array"],
        Holds::Id | Holds::Decimal | Holds::Date | Holds::DateTime => &["string"],
    };
    let kinds = kinds.iter().copied().chain(field.nullable.then_some("null"));
    property.insert("type".to_owned(), kinds.collect::<Vec<_>>().into());
    match field.holds {
        Holds::Decimal => drop(property.insert("pattern".to_owned(), r"^-?[0-9]+(\.[0-9]+)?$".into())),
        Holds::Date => drop(property.insert("format".to_owned(), "date".into())),
        // RFC 3339 wants an offset; a till knows local time only.
        Holds::DateTime => {
            let pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$";
            property.insert("pattern".to_owned(), pattern.into());
        }
        _ => {}
    }
    if !field.codes.is_empty() {
        let codes = field.codes.iter().map(|code| Json::from(*code)).chain(field.nullable.then_some(Json::Null));
        property.insert("enum".to_owned(), codes.collect());
    }
    property.into()
}
