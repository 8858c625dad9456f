//! The models of a build: those built into the program, overridden and joined by the project's `models/*.sql`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rust_embed::RustEmbed;
use walkdir::WalkDir;

use super::catalog::{catalog, room};
use super::{Body, Header, Model, NativeModel};
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(RustEmbed)]
#[folder = "src/models"]
#[include = "*.sql"]
#[include = "*.jinja"]
struct BuiltIn;

/// Built-in SQL models by their path, for those who want a copy.
pub fn built_in() -> Vec<(String, std::borrow::Cow<'static, [u8]>)> {
    BuiltIn::iter()
        .filter(|path| path.ends_with(".sql"))
        .filter_map(|path| Some((path.to_string(), BuiltIn::get(&path)?.data)))
        .collect()
}

/// The macros that every model sees as `sql`: those in which engines differ, and how a customer's words are masked.
pub fn dialect() -> String {
    ["duckdb", "masking", "histories", "churn", "rfm"]
        .iter()
        .map(|name| format!("dialect/{name}.sql.jinja"))
        .filter_map(|path| Some(String::from_utf8_lossy(&BuiltIn::get(&path)?.data).into_owned()))
        .collect()
}

/// All models by name: built-in SQL, `natives`, then the project's own, which win, and those that tell about all of them.
pub fn load(project: &Project, natives: Vec<Arc<dyn NativeModel>>) -> Result<BTreeMap<String, Model>> {
    let mut models = BTreeMap::new();
    for path in BuiltIn::iter().filter(|path| path.ends_with(".sql")) {
        if let Some(file) = BuiltIn::get(&path) {
            let text = String::from_utf8_lossy(&file.data).into_owned();
            add(&mut models, sql_model(&format!("built-in models/{path}"), &text)?)?;
        }
    }
    for native in natives {
        add(&mut models, native_model(native))?;
    }
    let mut own = BTreeMap::new();
    let folder = project.models();
    for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(std::result::Result::ok) {
        let path = entry.path();
        if entry.file_type().is_file() && path.extension().is_some_and(|ending| ending == "sql") {
            add(&mut own, sql_model(&shown(&project.root, path), &read(path)?)?)?;
        }
    }
    // A copy of a built-in model belongs where the original does.
    for (name, model) in &mut own {
        if let Some(original) = models.get(name).filter(|_| model.header.room.is_empty()) {
            model.header.room = room(original);
        }
    }
    models.extend(own);
    let settings = serde_json::to_value(&project.config)
        .map_err(|error| Problem::failed(format!("settings: {error}")).at(crate::project::CONFIG_FILE))?;
    for native in catalog(&models, &settings) {
        add(&mut models, native_model(native))?;
    }
    Ok(models)
}

fn native_model(native: Arc<dyn NativeModel>) -> Model {
    Model {
        name: native.name().to_owned(),
        file: format!("built-in model {}", native.name()),
        header: Header::parse(native.name(), native.header()),
        body: Body::Native(native),
    }
}

fn add(models: &mut BTreeMap<String, Model>, model: Model) -> Result<()> {
    if let Some(other) = models.get(&model.name) {
        return Err(Problem::failed(format!("two models are called \"{}\"", model.name))
            .at(model.file)
            .hint(format!("the other one is {}; rename one of them", other.file)));
    }
    models.insert(model.name.clone(), model);
    Ok(())
}

fn sql_model(file: &str, text: &str) -> Result<Model> {
    let name = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if name.is_empty() || !plain {
        return Err(Problem::failed(format!("a model cannot be called \"{name}\""))
            .at(file)
            .hint("use small letters, digits and _ in the file name, for example store_targets.sql"));
    }
    Ok(Model { header: Header::parse(&name, text), name, file: file.to_owned(), body: Body::Sql(text.into()) })
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Problem::io("read a model", path, &error))
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
