//! The pages of a build: built in, overridden and joined by the project's `content/`.
//!
//! `stores/[store].md` is the page, `stores/[store].en.md` its English text. A project that brings its own page of the
//! same name replaces the built-in one with all its translations, because their texts would speak of other queries.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rust_embed::RustEmbed;
use walkdir::WalkDir;

use super::front_matter::{FrontMatter, cut};
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(RustEmbed)]
#[folder = "content"]
#[include = "*.md"]
struct BuiltIn;

/// Built-in files by their path, for those who want a copy.
pub fn built_in() -> Vec<(String, std::borrow::Cow<'static, [u8]>)> {
    BuiltIn::iter().filter_map(|path| Some((path.to_string(), BuiltIn::get(&path)?.data))).collect()
}

/// One page with its text in every language of the project.
#[derive(Debug, Clone)]
pub struct Page {
    /// `stores/[store]`
    pub id: String,
    /// File of the page itself, for messages.
    pub file: String,
    pub front: FrontMatter,
    /// The file's text, for excerpts.
    pub source: Arc<str>,
    /// By locale.
    pub texts: BTreeMap<String, Text>,
}

/// What differs between languages.
#[derive(Debug, Clone)]
pub struct Text {
    pub file: String,
    pub source: Arc<str>,
    pub title: String,
    pub nav_title: String,
    pub description: String,
    pub body: Arc<str>,
    /// Lines of the file before the body.
    pub body_line: usize,
}

struct File {
    shown: String,
    text: String,
}

/// Reads every page, in order of their ids.
pub fn load(project: &Project) -> Result<Vec<Page>> {
    let locales = &project.config.site.locales;
    let mut built_in: BTreeMap<String, File> = BTreeMap::new();
    for path in BuiltIn::iter() {
        if let Some(file) = BuiltIn::get(&path) {
            let text = String::from_utf8_lossy(&file.data).into_owned();
            built_in.insert(path.into_owned(), File { shown: String::new(), text });
        }
    }
    for (path, file) in &mut built_in {
        file.shown = format!("built-in content/{path}");
    }
    let own = read_own(project)?;
    let replaced: Vec<String> =
        own.keys().filter(|path| split_name(path).1.is_none()).map(|path| split_name(path).0).collect();
    built_in.retain(|path, _| !replaced.contains(&split_name(path).0));
    built_in.extend(own);

    let mut pages = Vec::new();
    for (path, file) in &built_in {
        let (id, None) = split_name(path) else { continue };
        pages.push(page(id, file, &built_in, locales)?);
    }
    orphans(&built_in)?;
    Ok(pages)
}

fn read_own(project: &Project) -> Result<BTreeMap<String, File>> {
    let folder = project.content();
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(std::result::Result::ok) {
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|error| Problem::io("read a page", path, &error))?;
        let relative = relative(path, &folder);
        files.insert(relative.clone(), File { shown: format!("content/{relative}"), text });
    }
    Ok(files)
}

fn relative(path: &Path, folder: &Path) -> String {
    let parts: Vec<_> =
        path.strip_prefix(folder).unwrap_or(path).components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// `stores/[store].en.md` → (`stores/[store]`, `en`).
fn split_name(path: &str) -> (String, Option<String>) {
    let stem = path.strip_suffix(".md").unwrap_or(path);
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    match name.rsplit_once('.') {
        Some((name, locale)) => {
            let id = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            (id, Some(locale.to_owned()))
        }
        None => (stem.to_owned(), None),
    }
}

fn page(id: String, file: &File, files: &BTreeMap<String, File>, locales: &[String]) -> Result<Page> {
    let main = cut(&file.text).map_err(|problem| place(problem, file))?;
    let front = main.front.clone();
    check(&front, &id).map_err(|problem| place(problem, file))?;
    let mut texts = BTreeMap::new();
    for locale in locales {
        let translation = files.get(&format!("{id}.{locale}.md"));
        let own = match translation {
            Some(file) => {
                let own = cut(&file.text).map_err(|problem| place(problem, file))?;
                translation_only(&own.front).map_err(|problem| place(problem, file))?;
                Some((file, own))
            }
            None => None,
        };
        let (file, own) = own.unwrap_or((file, main.clone()));
        let or = |value: String, fallback: &str| if value.is_empty() { fallback.to_owned() } else { value };
        let text = Text {
            file: file.shown.clone(),
            source: file.text.as_str().into(),
            title: or(own.front.title, &front.title),
            nav_title: or(own.front.nav_title, if translation.is_some() { "" } else { &front.nav_title }),
            description: or(own.front.description, if translation.is_some() { "" } else { &front.description }),
            body: own.body.into(),
            body_line: own.body_line,
        };
        texts.insert(locale.clone(), text);
    }
    Ok(Page { id, file: file.shown.clone(), front, source: file.text.as_str().into(), texts })
}

fn place(problem: Problem, file: &File) -> Problem {
    problem.at(file.shown.clone()).text(file.text.as_str())
}

fn check(front: &FrontMatter, id: &str) -> Result<()> {
    if front.title.trim().is_empty() {
        return Err(Problem::failed("the page has no title").line(1).hint("add title = \"…\" to the front matter"));
    }
    if front.for_each.is_some() != id.contains('[') {
        return Err(Problem::failed("a page with for_each has its file name in brackets, and no other page has")
            .line(1)
            .hint("for example content/stores/[store].md"));
    }
    for (name, query) in &front.queries {
        if !query.by.is_empty() && front.for_each.is_none() {
            return Err(Problem::failed(format!(
                "query {name} is split by \"{}\", but the page has no for_each",
                query.by
            ))
            .line(1)
            .hint("remove `by`, or make it one page per row with for_each"));
        }
    }
    Ok(())
}

/// A translation brings a title and a text; all the rest belongs to the page itself.
fn translation_only(front: &FrontMatter) -> Result<()> {
    let own = FrontMatter {
        title: front.title.clone(),
        description: front.description.clone(),
        nav_title: front.nav_title.clone(),
        ..FrontMatter::default()
    };
    if *front == own {
        return Ok(());
    }
    Err(Problem::failed("a translation holds only title, description and text")
        .line(1)
        .hint("everything else (audience, group, queries, …) is inherited from the page itself: remove it here"))
}

fn orphans(files: &BTreeMap<String, File>) -> Result<()> {
    for (path, file) in files {
        if let (id, Some(_)) = split_name(path)
            && !files.contains_key(&format!("{id}.md"))
        {
            return Err(Problem::failed(format!("this is a translation of {id}.md, which does not exist"))
                .at(file.shown.clone())
                .hint("write the page itself first, or rename this file"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_page_and_locale() {
        assert_eq!(split_name("stores/[store].en.md"), ("stores/[store]".into(), Some("en".into())));
        assert_eq!(split_name("index.md"), ("index".into(), None));
    }
}
