//! The theme: Tera templates, hashed assets and strings; the project's files win over the built-in ones one by one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rust_embed::RustEmbed;
use tera::{Context, Kwargs, State, Tera};
use walkdir::WalkDir;

use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(RustEmbed)]
#[folder = "themes/default"]
struct BuiltIn;

/// Built-in files by their path, for those who want a copy.
pub fn built_in() -> Vec<(String, std::borrow::Cow<'static, [u8]>)> {
    BuiltIn::iter().filter_map(|path| Some((path.to_string(), BuiltIn::get(&path)?.data))).collect()
}

/// Hashed file names, relative to the site's root.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Assets {
    pub style: String,
    pub script: String,
    /// What keeps the keys of a reader, the format of sealed pages, what shows them, what asks for the code, and what
    /// brings the next page without a load.
    pub ring: String,
    pub sealing: String,
    pub reading: String,
    pub unlock: String,
    pub turn: String,
    pub favicon: String,
}

/// Path within the site and bytes.
pub type AssetFile = (String, Vec<u8>);

/// A loaded theme.
pub struct Theme {
    /// One engine per locale, because the function `t` speaks its language.
    engines: BTreeMap<String, Tera>,
    pub assets: Assets,
    /// Path within the site and bytes of every asset.
    pub files: Vec<AssetFile>,
    /// Hash over all templates, for what depends on the theme.
    pub fingerprint: String,
}

/// All files of the theme: path within it → (where it stands, bytes).
type Files = BTreeMap<String, (String, Vec<u8>)>;

fn files(project: &Project) -> Result<Files> {
    let mut files = Files::new();
    for path in BuiltIn::iter() {
        if let Some(file) = BuiltIn::get(&path) {
            files.insert(path.to_string(), (format!("built-in themes/default/{path}"), file.data.into_owned()));
        }
    }
    let folder = project.theme();
    if !folder.is_dir() && project.config.site.theme != "default" {
        return Err(Problem::usage(format!("the theme \"{}\" was not found", project.config.site.theme))
            .at(folder)
            .hint("set site.theme to a folder below themes/, or leave it out"));
    }
    for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(std::result::Result::ok) {
        if entry.file_type().is_file() {
            let path = entry.path();
            let bytes = std::fs::read(path).map_err(|error| Problem::io("read a file of the theme", path, &error))?;
            let name = slashed(path.strip_prefix(&folder).unwrap_or(path));
            files.insert(name.clone(), (format!("themes/{}/{name}", project.config.site.theme), bytes));
        }
    }
    Ok(files)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The strings of every locale of the project. A locale without a file of its own is an error that lists those there are.
pub fn locales(project: &Project) -> Result<BTreeMap<String, Arc<Locale>>> {
    let files = files(project)?;
    let section = &project.config.project;
    let mut locales = BTreeMap::new();
    for code in &project.config.site.locales {
        let name = format!("locales/{code}.ftl");
        let Some((shown, bytes)) = files.get(&name) else {
            let known = files.keys().filter_map(|path| path.strip_prefix("locales/")?.strip_suffix(".ftl"));
            return Err(Problem::usage(format!("there are no strings for the locale \"{code}\""))
                .at(crate::project::CONFIG_FILE)
                .nearest(code, known));
        };
        let text = text_of(shown, bytes)?;
        // A project's file overrides single strings: the built-in ones stay below it.
        let built_in = BuiltIn::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        let mut texts: Vec<(&str, &str)> = Vec::new();
        if let Some(built_in) = &built_in {
            texts.push((&name, built_in));
        }
        if built_in.as_deref() != Some(text) {
            texts.push((shown, text));
        }
        let locale = Locale::new(code, &texts, &section.currency, section.money_scale)?;
        locales.insert(code.clone(), Arc::new(locale));
    }
    Ok(locales)
}

fn text_of<'a>(shown: &str, bytes: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(bytes)
        .map_err(|_| Problem::failed("this file is not UTF-8 text").at(shown).hint("save it as UTF-8"))
}

impl Theme {
    pub fn load(project: &Project, locales: &BTreeMap<String, Arc<Locale>>) -> Result<Theme> {
        let files = files(project)?;
        let mut templates = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for (path, (shown, bytes)) in &files {
            if let Some(name) = path.strip_prefix("templates/") {
                templates.push((name.to_owned(), shown.clone(), text_of(shown, bytes)?.to_owned()));
                hasher.update(name.as_bytes());
                hasher.update(bytes);
            }
        }
        let mut engines = BTreeMap::new();
        for (code, locale) in locales {
            engines.insert(code.clone(), engine(&templates, locale)?);
        }
        let (assets, files) = assets(&files)?;
        Ok(Theme { engines, assets, files, fingerprint: hasher.finalize().to_hex().to_string() })
    }

    /// Renders one template in one language.
    pub fn render(&self, locale: &str, template: &str, context: &Context) -> Result<String> {
        let engine =
            self.engines.get(locale).ok_or_else(|| Problem::failed(format!("no theme for locale {locale}")))?;
        engine.render(template, context).map_err(|error| theme_problem(&error, template))
    }
}

fn engine(templates: &[(String, String, String)], locale: &Arc<Locale>) -> Result<Tera> {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".html"]);
    let speaker = Arc::clone(locale);
    tera.register_function("t", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        translate(&speaker, &kwargs)
    });
    tera.add_raw_templates(templates.iter().map(|(name, _, text)| (name.as_str(), text.as_str()))).map_err(
        |error| {
            let shown = templates.iter().find(|(name, ..)| error.to_string().contains(name.as_str()));
            theme_problem(&error, shown.map_or("themes", |(_, shown, _)| shown))
        },
    )?;
    Ok(tera)
}

fn translate(locale: &Locale, kwargs: &Kwargs) -> tera::TeraResult<String> {
    let key: &str = kwargs.must_get("key")?;
    let mut values: Vec<(String, std::result::Result<f64, String>)> = Vec::new();
    for (name, value) in kwargs.iter() {
        let name = name.to_string();
        if name != "key" {
            let number = if value.is_number() { value.as_f64() } else { None };
            values.push((
                name,
                number.ok_or_else(|| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)),
            ));
        }
    }
    let arguments: Vec<(&str, Arg<'_>)> = values
        .iter()
        .map(|(name, value)| match value {
            Ok(number) => (name.as_str(), Arg::Number(*number)),
            Err(text) => (name.as_str(), Arg::Text(text)),
        })
        .collect();
    Ok(locale.t(key, &arguments))
}

fn theme_problem(error: &tera::Error, template: &str) -> Problem {
    // Tera's report names template, line and column and shows the excerpt itself.
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(&format!("\n{next}"));
        cause = next.source();
    }
    Problem::failed(format!("theme: {}", text.trim()))
        .at(template)
        .hint("a template of the theme is wrong; the report above shows the place")
}

/// The static files under names that carry their hash, so that a host may cache them for ever.
fn assets(files: &Files) -> Result<(Assets, Vec<AssetFile>)> {
    let mut assets = Assets::default();
    let mut out = Vec::new();
    for (path, (_, bytes)) in files {
        let Some(name) = path.strip_prefix("static/") else { continue };
        let hash = &blake3::hash(bytes).to_hex()[..8];
        let target = match name.rsplit_once('.') {
            Some((stem, ending)) => format!("assets/{stem}.{hash}.{ending}"),
            None => format!("assets/{name}.{hash}"),
        };
        match name {
            "style.css" => assets.style.clone_from(&target),
            "site.js" => assets.script.clone_from(&target),
            "ring.js" => assets.ring.clone_from(&target),
            "sealing.js" => assets.sealing.clone_from(&target),
            "reading.js" => assets.reading.clone_from(&target),
            "unlock.js" => assets.unlock.clone_from(&target),
            "turn.js" => assets.turn.clone_from(&target),
            "favicon.svg" => assets.favicon.clone_from(&target),
            _ => {}
        }
        out.push((target, bytes.clone()));
    }
    if assets.style.is_empty() {
        return Err(Problem::failed("the theme has no static/style.css"));
    }
    Ok((assets, out))
}
