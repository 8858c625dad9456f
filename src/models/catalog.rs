//! The models about the models: what the pages of definitions print, taken from the very comments and settings that the
//! program computes by, so that a definition cannot drift from its model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use regex::Regex;

use super::{Body, Header, Input, Model, NativeModel};
use crate::problem::Result;
use crate::warehouse::{Engine, Row, Value};

/// The room of models that a project brought.
const OWN: &str = "own";

/// One of the tables about models, with its rows.
struct Catalog {
    name: &'static str,
    header: &'static str,
    columns: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
}

impl NativeModel for Catalog {
    fn name(&self) -> &'static str {
        self.name
    }
    fn header(&self) -> &'static str {
        self.header
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        self.columns.clone()
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.rows)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.rows.iter().cloned().try_for_each(put)
    }
}

const MODELS: &str = "-- model_catalog: every table of figures: what it is and how it is computed.
-- zh-CN: 每张数据表是什么、怎么算的
-- grain: one row per model
-- key: model
-- definition: The comment at the head of the model, with the settings of this project put in.
-- zh-CN definition: 取自每张表开头的说明，填上本项目的设置，所以不会和算法对不上。
-- room: models
-- column room: what it belongs to; own = brought by the project
-- column summary: one sentence
-- column summary_zh: the same in Chinese; null where nobody wrote it
-- column grain: what a row stands for
-- column definition: how it is computed
-- column definition_zh: the same in Chinese
-- publishable: no";

const COLUMNS: &str = "-- model_columns: what the columns of every table mean.
-- zh-CN: 每张数据表各列的意思
-- grain: one row per model and column that its comment explains
-- key: model, position
-- definition: As in model_catalog.
-- zh-CN definition: 取自每张表开头的说明。
-- room: models
-- column position: order in the comment
-- publishable: no";

const PARAMETERS: &str = "-- model_parameters: the settings every table depends on, with their values.
-- zh-CN: 每张数据表用到的设置
-- grain: one row per model and setting
-- key: model, parameter
-- definition: Settings that the SQL of the model or its comment names.
-- zh-CN definition: 算法或说明里提到的设置和它现在的值。
-- room: models
-- column value: as it stands in the settings, or the default
-- publishable: no";

/// The three tables about `models`; `settings` is the tree of all settings.
pub fn catalog(models: &BTreeMap<String, Model>, settings: &serde_json::Value) -> Vec<Arc<dyn NativeModel>> {
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::Text(text.into()) };
    let (mut facts, mut columns, mut parameters) = (Vec::new(), Vec::new(), Vec::new());
    let about = [("model_catalog", MODELS), ("model_columns", COLUMNS), ("model_parameters", PARAMETERS)];
    let about = about.map(|(name, text)| Model {
        name: name.to_owned(),
        file: String::new(),
        header: Header::parse(name, text),
        body: Body::Sql("".into()),
    });
    let mut all: Vec<&Model> = models.values().chain(&about).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    for model in all {
        let (name, header) = (&model.name, &model.header);
        facts.push(vec![
            text(name),
            text(&room(model)),
            text(&header.summary),
            text(&header.summary_zh),
            text(&header.grain),
            text(&spelled(&header.definition, settings)),
            text(&filled(&header.definition_zh, settings)),
        ]);
        for (at, (column, meaning)) in header.columns.iter().enumerate() {
            let position = i64::try_from(at + 1).unwrap_or(0);
            columns.push(vec![text(name), Value::Int(position), text(column), text(meaning)]);
        }
        for parameter in parameters_of(model, settings) {
            if let Some(value) = setting(settings, &parameter) {
                parameters.push(vec![text(name), text(&parameter), text(&value)]);
            }
        }
    }
    let word = "varchar";
    vec![
        Arc::new(Catalog {
            name: "model_catalog",
            header: MODELS,
            columns: ["model", "room", "summary", "summary_zh", "grain", "definition", "definition_zh"]
                .map(|column| (column, word))
                .to_vec(),
            rows: facts,
        }),
        Arc::new(Catalog {
            name: "model_columns",
            header: COLUMNS,
            columns: vec![("model", word), ("position", "integer"), ("column", word), ("meaning", word)],
            rows: columns,
        }),
        Arc::new(Catalog {
            name: "model_parameters",
            header: PARAMETERS,
            columns: vec![("model", word), ("parameter", word), ("value", word)],
            rows: parameters,
        }),
    ]
}

/// The folder of a built-in SQL model, or what its header names.
pub fn room(model: &Model) -> String {
    if !model.header.room.is_empty() {
        return model.header.room.clone();
    }
    let parts: Vec<&str> = model.file.split('/').collect();
    match parts.as_slice() {
        ["built-in models", room, _] => (*room).to_owned(),
        _ => OWN.to_owned(),
    }
}

/// `alerts.nps`: two words with a point between them, as settings are named.
fn dotted() -> &'static Regex {
    static DOTTED: OnceLock<Regex> = OnceLock::new();
    #[allow(clippy::unwrap_used)] // a constant; the tests read it
    DOTTED.get_or_init(|| Regex::new(r"\{?\b([a-z_]+\.[a-z0-9_]+)\b\}?").unwrap())
}

fn parameters_of(model: &Model, settings: &serde_json::Value) -> BTreeSet<String> {
    let mut text = model.header.definition.clone();
    text.push_str(&model.header.grain);
    for (_, meaning) in &model.header.columns {
        text.push_str(meaning);
    }
    let named = dotted().captures_iter(&text).map(|found| found[1].to_owned());
    let mut names: BTreeSet<String> = named.filter(|name| setting(settings, name).is_some()).collect();
    if let Body::Sql(sql) = &model.body {
        for part in sql.split("var('").skip(1) {
            names.extend(part.split_once('\'').map(|(name, _)| name.to_owned()));
        }
    }
    names
}

/// The value of a setting as a reader sees it; `None` where there is no such setting, or it is a table of settings.
fn setting(settings: &serde_json::Value, name: &str) -> Option<String> {
    let value = name.split('.').try_fold(settings, |tree, part| tree.get(part))?;
    match value {
        serde_json::Value::Null => Some("–".to_owned()),
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

/// `alerts.nps` becomes `alerts.nps (0)`.
fn spelled(text: &str, settings: &serde_json::Value) -> String {
    replaced(text, settings, |name, value| format!("{name} ({value})"))
}

/// `{alerts.nps}` becomes `0（alerts.nps）`.
fn filled(text: &str, settings: &serde_json::Value) -> String {
    replaced(text, settings, |name, value| format!("{value}（{name}）"))
}

fn replaced(text: &str, settings: &serde_json::Value, shown: impl Fn(&str, &str) -> String) -> String {
    let with_value = |found: &regex::Captures| match setting(settings, &found[1]) {
        Some(value) => shown(&found[1], &value),
        None => found[0].to_owned(),
    };
    dotted().replace_all(text, with_value).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, file: &str, sql: &str) -> (String, Model) {
        let header = Header::parse(name, sql);
        (name.to_owned(), Model { name: name.to_owned(), file: file.to_owned(), header, body: Body::Sql(sql.into()) })
    }

    #[test]
    fn c22_definitions_carry_the_settings_of_the_project() {
        let settings = serde_json::json!({ "alerts": { "nps": 12.5, "days": [1, 2] }, "as_of": "x" });
        let models = BTreeMap::from([
            model(
                "a",
                "built-in models/monitoring/a.sql",
                "-- a: all.\n-- definition: below alerts.nps, not e.g. alerts.other\n-- zh-CN definition: 低于 {alerts.nps} 分\n-- column n: how many\nselect {{ var('alerts.days') }}",
            ),
            model("b", "models/b.sql", "select 1"),
        ]);
        assert_eq!(room(&models["a"]), "monitoring");
        assert_eq!(room(&models["b"]), "own");
        assert_eq!(
            spelled(&models["a"].header.definition, &settings),
            "below alerts.nps (12.5), not e.g. alerts.other"
        );
        assert_eq!(filled(&models["a"].header.definition_zh, &settings), "低于 12.5（alerts.nps） 分");
        let named: Vec<_> = parameters_of(&models["a"], &settings).into_iter().collect();
        assert_eq!(named, ["alerts.days", "alerts.nps"]);
        assert_eq!(setting(&settings, "alerts.days").unwrap(), "[1,2]");
    }
}
