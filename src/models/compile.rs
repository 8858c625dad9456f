//! From a model's text to SQL: MiniJinja in a sandbox with dbt's words `ref`, `source` and `var`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use super::Input;
use crate::problem::{Problem, Result, nearest};
use crate::warehouse::{literal, quoted};

/// Steps a template may take: far beyond any real model, short for an endless loop.
const FUEL: u64 = 2_000_000;
/// The dialect macros are imported into every model as `sql`.
const DIALECT: &str = "dialect";

type ToInput = fn(String) -> Input;
/// Variables read since the last text began.
type Read = Arc<Mutex<BTreeMap<String, String>>>;

/// Names a template may ask for, and the variables it may read.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub models: BTreeSet<String>,
    pub sources: BTreeSet<String>,
    /// Settings and free variables as one tree: `var("rfm.window")` walks it.
    pub variables: serde_json::Value,
    pub as_of: String,
    pub today: String,
}

/// SQL and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    pub sql: String,
    pub inputs: BTreeSet<Input>,
    /// Settings and dates it reads, with the values they had.
    pub variables: BTreeMap<String, String>,
}

/// Compiles texts against one scope.
pub struct Compiler {
    environment: Environment<'static>,
    inputs: Arc<Mutex<BTreeSet<Input>>>,
    read: Read,
}

impl Compiler {
    /// `dialect` is the text of the dialect macros.
    pub fn new(scope: &Scope, dialect: &str) -> Result<Compiler> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        let inputs = Arc::new(Mutex::new(BTreeSet::new()));
        add_references(&mut environment, scope, &inputs);
        let read = Read::default();
        add_variables(&mut environment, scope, &read);
        environment
            .add_template_owned(DIALECT, dialect.to_owned())
            .map_err(|error| template_problem(&error, "dialect", dialect, 0))?;
        Ok(Compiler { environment, inputs, read })
    }

    /// Renders `text` of `file`; an error carries the line in the file, whose text begins `skip` lines earlier.
    pub fn compile(&self, file: &str, text: &str, skip: usize) -> Result<Compiled> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clear();
        // The import stands on the first line, so that the lines of template and SQL agree.
        let source = format!("{{% import '{DIALECT}' as sql %}}{text}");
        let sql = self
            .environment
            .render_named_str(file, &source, minijinja::context! {})
            .map_err(|error| template_problem(&error, file, text, skip))?;
        let inputs = std::mem::take(&mut *self.inputs.lock().unwrap_or_else(PoisonError::into_inner));
        let variables = std::mem::take(&mut *self.read.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Compiled { sql: sql.trim().trim_end_matches(';').to_owned(), inputs, variables })
    }
}

fn add_references(environment: &mut Environment<'static>, scope: &Scope, inputs: &Arc<Mutex<BTreeSet<Input>>>) {
    let kinds: [(&'static str, BTreeSet<String>, ToInput); 2] =
        [("ref", scope.models.clone(), Input::Model), ("source", scope.sources.clone(), Input::Source)];
    for (function, names, input) in kinds {
        let inputs = Arc::clone(inputs);
        environment.add_function(function, move |name: String| -> std::result::Result<String, Error> {
            if !names.contains(&name) {
                let what = if function == "ref" { "model" } else { "contract table" };
                let hint = nearest(&name, names.iter().map(String::as_str)).unwrap_or_default();
                return Err(Error::new(ErrorKind::InvalidOperation, format!("there is no {what} \"{name}\"; {hint}")));
            }
            let schema = if function == "ref" { "main" } else { "source" };
            let text = format!("{schema}.{}", quoted(&name));
            inputs.lock().unwrap_or_else(PoisonError::into_inner).insert(input(name));
            Ok(text)
        });
    }
}

fn add_variables(environment: &mut Environment<'static>, scope: &Scope, read: &Read) {
    let note = |read: &Read, name: &str, value: &str| {
        read.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
    };
    let tree = scope.variables.clone();
    let (as_of, today) = (scope.as_of.clone(), scope.today.clone());
    let seen = Arc::clone(read);
    environment.add_function(
        "var",
        move |name: String, default: Option<Value>| -> std::result::Result<String, Error> {
            let text = match (name.as_str(), find(&tree, &name), default) {
                ("as_of", ..) => Ok(format!("date {}", literal(&as_of))),
                ("today", ..) => Ok(format!("date {}", literal(&today))),
                (_, Some(found), _) => sql_literal(&Value::from(Serde(found))),
                (_, None, Some(default)) => sql_literal(&default),
                (_, None, None) => Err(unknown_variable(&tree, &name)),
            }?;
            note(&seen, &name, &text);
            Ok(text)
        },
    );
    let tree = scope.variables.clone();
    let seen = Arc::clone(read);
    environment.add_function("vars", move |name: String, options: Kwargs| -> std::result::Result<Value, Error> {
        options.assert_all_used()?;
        let found = find(&tree, &name).ok_or_else(|| unknown_variable(&tree, &name))?;
        note(&seen, &name, &found.to_string());
        Ok(Value::from(Serde(found)))
    });
    environment.add_filter("sql", |value: Value| sql_literal(&value));
}

fn find<'a>(tree: &'a serde_json::Value, name: &str) -> Option<&'a serde_json::Value> {
    name.split('.').try_fold(tree, |tree, part| tree.get(part))
}

fn unknown_variable(tree: &serde_json::Value, name: &str) -> Error {
    let mut names = Vec::new();
    if let Some(sections) = tree.as_object() {
        for (section, value) in sections {
            match value.as_object() {
                Some(fields) => names.extend(fields.keys().map(|field| format!("{section}.{field}"))),
                None => names.push(section.clone()),
            }
        }
    }
    let hint = nearest(name, names.iter().map(String::as_str)).unwrap_or_default();
    Error::new(ErrorKind::InvalidOperation, format!("there is no variable \"{name}\"; {hint}"))
}

/// A value as SQL: numbers plain, text quoted, lists in parentheses.
fn sql_literal(value: &Value) -> std::result::Result<String, Error> {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::None => Ok("null".to_owned()),
        ValueKind::Bool | ValueKind::Number => Ok(value.to_string()),
        ValueKind::String => Ok(literal(value.as_str().unwrap_or_default())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items: std::result::Result<Vec<_>, _> = value.try_iter()?.map(|item| sql_literal(&item)).collect();
            Ok(format!("({})", items?.join(", ")))
        }
        kind => Err(Error::new(ErrorKind::InvalidOperation, format!("a {kind} cannot be written as SQL"))),
    }
}

/// A template error as a problem in `file`, whose template starts after `skip` lines of `text`'s file.
pub fn template_problem(error: &Error, file: &str, text: &str, skip: usize) -> Problem {
    let mut innermost = error;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(next) = cause {
        if let Some(next) = next.downcast_ref::<Error>() {
            innermost = next;
        }
        cause = next.source();
    }
    let detail = innermost.detail().map_or_else(|| innermost.kind().to_string(), ToOwned::to_owned);
    // The only message of the template engine that shows values.
    let detail = if detail.starts_with("unable to calculate") { "the result is out of range".into() } else { detail };
    let (message, hint) = match detail.split_once("; ") {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (detail, None),
    };
    let mut problem = Problem::failed(crate::discreet::quoted(&message, text)).at(file).text(text);
    if let Some(line) = error.line().or(innermost.line()) {
        problem = problem.line(line + skip);
    }
    match (hint, error.kind()) {
        (Some(hint), _) if !hint.is_empty() => problem.hint(hint),
        (_, ErrorKind::OutOfFuel) => problem.hint("the template does not end: look for an endless loop"),
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler() -> Compiler {
        let scope = Scope {
            models: ["orders".to_owned()].into(),
            sources: ["transactions".to_owned()].into(),
            variables: serde_json::json!({"rfm": {"window": 365, "word": "it's", "cuts": [1, 2.5]}}),
            as_of: "2026-10-31".into(),
            today: "2026-11-01".into(),
        };
        Compiler::new(&scope, "{% macro twice(x) %}({{ x }} * 2){% endmacro %}").unwrap()
    }

    #[test]
    fn words_become_sql_and_inputs() {
        let compiled = compiler()
            .compile("m.sql", "select {{ sql.twice('a') }} from {{ ref('orders') }}, {{ source('transactions') }} where x in {{ var('rfm.cuts') }} and y = {{ var('rfm.word') }} and d <= {{ var('as_of') }} and z = {{ var('none', 3) }}", 0)
            .unwrap();
        assert_eq!(
            compiled.sql,
            "select (a * 2) from main.\"orders\", source.\"transactions\" where x in (1, 2.5) and y = 'it''s' and d <= date '2026-10-31' and z = 3"
        );
        let variables =
            [("as_of", "date '2026-10-31'"), ("none", "3"), ("rfm.cuts", "(1, 2.5)"), ("rfm.word", "'it''s'")];
        assert_eq!(compiled.variables, variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(compiled.inputs, [Input::Model("orders".into()), Input::Source("transactions".into())].into());
    }

    #[test]
    fn a_wrong_name_has_its_line_and_the_right_one() {
        let problem = compiler().compile("m.sql", "select 1\nfrom {{ ref('order') }}", 0).unwrap_err();
        assert_eq!(problem.to_string(), "m.sql:2: there is no model \"order\" (did you mean \"orders\"?)");
        let problem = compiler().compile("m.sql", "select {{ var('rfm.windw') }}", 0).unwrap_err();
        assert!(problem.to_string().contains("rfm.window"), "{problem}");
    }

    #[test]
    fn an_endless_template_is_stopped() {
        let text = "{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}";
        assert!(compiler().compile("m.sql", text, 0).is_err());
    }
}
