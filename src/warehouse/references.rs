//! What a SELECT really reads, from the parser's own tree: tables by schema and name, table functions, and functions
//! whose answer depends on when they are asked.

use std::collections::BTreeSet;

use serde_json::Value;

/// Found by the parser; names of common table expressions are left out where they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Schema (empty when the name stands alone) and table.
    pub tables: BTreeSet<(String, String)>,
    pub table_functions: BTreeSet<String>,
    /// Functions that would give another answer tomorrow, or on the next run.
    pub unstable: BTreeSet<String>,
}

/// They make rows from their arguments alone.
const HARMLESS: [&str; 7] = ["range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree"];

const UNSTABLE: [&str; 18] = [
    "random",
    "setseed",
    "uuid",
    "uuidv4",
    "uuidv7",
    "gen_random_uuid",
    "now",
    "today",
    "current_date",
    "current_timestamp",
    "current_time",
    "get_current_timestamp",
    "get_current_time",
    "transaction_timestamp",
    "localtime",
    "localtimestamp",
    "nextval",
    "currval",
];

impl References {
    /// The first table function that could reach beyond models and sources.
    pub fn reaching_function(&self) -> Option<&str> {
        self.table_functions.iter().map(String::as_str).find(|name| !HARMLESS.contains(name))
    }
}

/// Reads the `statements` of `json_serialize_sql`.
pub(super) fn references(statements: &Value) -> References {
    let mut found = References::default();
    walk(statements, &BTreeSet::new(), &mut found);
    found
}

fn walk(node: &Value, scope: &BTreeSet<String>, found: &mut References) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, scope, found)),
        Value::Object(fields) => {
            let mut inner = scope.clone();
            if let Some(expressions) = node.pointer("/cte_map/map").and_then(Value::as_array) {
                inner.extend(expressions.iter().filter_map(|entry| Some(entry.get("key")?.as_str()?.to_lowercase())));
            }
            look(node, &inner, found);
            fields.values().for_each(|field| walk(field, &inner, found));
        }
        _ => {}
    }
}

fn look(node: &Value, scope: &BTreeSet<String>, found: &mut References) {
    let text = |field: &str| node.get(field).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    match text("type").as_str() {
        "base_table" => {
            let (catalog, schema, table) = (text("catalog_name"), text("schema_name"), text("table_name"));
            if !catalog.is_empty() {
                found.tables.insert((format!("{catalog}.{schema}"), table));
            } else if !schema.is_empty() || !scope.contains(&table) {
                found.tables.insert((schema, table));
            }
        }
        "show_ref" => {
            found.table_functions.insert("describe".to_owned());
        }
        "table_function" => {
            let name = node.pointer("/function/function_name").and_then(Value::as_str).unwrap_or("a table function");
            found.table_functions.insert(name.to_lowercase());
        }
        // `current_date` without parentheses is parsed as a column.
        "column_ref" => {
            if let Some([name]) = node.get("column_names").and_then(Value::as_array).map(Vec::as_slice)
                && let Some(name) = name.as_str()
                && name.starts_with("current_")
                && UNSTABLE.contains(&name.to_lowercase().as_str())
            {
                found.unstable.insert(name.to_lowercase());
            }
        }
        _ => {}
    }
    let function = text("function_name");
    if UNSTABLE.contains(&function.as_str()) {
        found.unstable.insert(function);
    }
}
