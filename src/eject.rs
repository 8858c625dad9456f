//! Copies of built-in files in a project, and what they were copied from.
//!
//! A copy wins over the built-in file for ever, also when a newer program brings a better one. So `ejected.toml` keeps
//! the hash of each original, and whoever checks the project is told when the original has moved on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Result, line_column};
use crate::project::Project;

/// The record, beside `storebook.toml`; it belongs into version control.
pub const RECORD: &str = "ejected.toml";

const HEAD: &str = "\
# Written by `storebook eject`: files of this project that began as copies of built-in ones, and the hash of the
# original at that time. `storebook check` warns when an original has changed since.
";

/// A built-in file.
pub struct Original {
    /// `content/overview.md`, `themes/default/static/style.css`, `models/people/people.sql`
    pub origin: String,
    /// Where its copy stands in the project.
    pub path: String,
    pub bytes: Cow<'static, [u8]>,
}

/// One copy of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    origin: String,
    /// Version of the program it came from.
    version: String,
    hash: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Record {
    file: Vec<Entry>,
}

/// A copy whose original is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub path: String,
    pub message: String,
}

/// Everything that can be copied, in order of its place in the project.
pub fn originals(project: &Project) -> Vec<Original> {
    let theme = &project.config.site.theme;
    let mut all = BTreeMap::new();
    for (path, bytes) in crate::content::built_in() {
        all.insert(format!("content/{path}"), (format!("content/{path}"), bytes));
    }
    for (path, bytes) in crate::models::built_in() {
        all.insert(format!("models/{path}"), (format!("models/{path}"), bytes));
    }
    for (path, bytes) in crate::site::built_in() {
        all.insert(format!("themes/{theme}/{path}"), (format!("themes/default/{path}"), bytes));
    }
    all.into_iter().map(|(path, (origin, bytes))| Original { origin, path, bytes }).collect()
}

/// The originals that `name` means: a path of the list, a path as messages show it (`built-in content/…`), or a file
/// name that stands once. A page brings its translations, because a page of the project replaces the built-in ones.
fn meant<'a>(all: &'a [Original], name: &str) -> Result<Vec<&'a Original>> {
    let name = name.strip_prefix("built-in ").unwrap_or(name).trim_start_matches("./");
    let exact = all.iter().find(|original| original.path == name || original.origin == name);
    let by_name = || {
        let named = |path: &str| {
            let file = path.rsplit('/').next().unwrap_or(path);
            file == name || file.rsplit_once('.').is_some_and(|(stem, _)| stem == name)
        };
        let mut found = all.iter().filter(|original| named(&original.path));
        found.next().filter(|_| found.next().is_none())
    };
    let Some(first) = exact.or_else(by_name) else {
        let problem = Problem::usage(format!("there is no built-in file \"{name}\""));
        return Err(match crate::problem::nearest(name, all.iter().map(|original| original.path.as_str())) {
            Some(hint) => problem.hint(hint),
            None => problem.hint("`storebook eject` without a name lists them"),
        });
    };
    let mut found = vec![first];
    if let Some(stem) = first.path.strip_prefix("content/").and_then(|path| path.strip_suffix(".md")) {
        let translation = |path: &str| {
            let locale = path.strip_prefix("content/").and_then(|path| path.strip_prefix(stem)?.strip_prefix('.'));
            locale.and_then(|rest| rest.strip_suffix(".md")).is_some_and(|locale| !locale.contains('/'))
        };
        found.extend(all.iter().filter(|original| translation(&original.path)));
    }
    Ok(found)
}

/// Copies what `name` means into the project; returns the new paths.
pub fn eject(project: &Project, name: &str) -> Result<Vec<String>> {
    let all = originals(project);
    let wanted = meant(&all, name)?;
    if let Some(there) = wanted.iter().map(|original| project.root.join(&original.path)).find(|path| path.exists()) {
        return Err(Problem::refused("this file stands in the project already")
            .at(there)
            .hint("nothing was changed; `storebook eject --diff PATH` compares it with the built-in one"));
    }
    let mut record = read(project)?;
    for original in &wanted {
        let path = project.root.join(&original.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Problem::io("create the folder", folder, &error))?;
        }
        std::fs::write(&path, &original.bytes).map_err(|error| Problem::io("copy a built-in file", &path, &error))?;
        enter(&mut record, original);
    }
    write(project, &mut record)?;
    Ok(wanted.into_iter().map(|original| original.path.clone()).collect())
}

/// Records that the present originals were seen, so that they are not warned of again.
pub fn seen(project: &Project, name: &str) -> Result<Vec<String>> {
    let all = originals(project);
    let wanted: Vec<&Original> =
        meant(&all, name)?.into_iter().filter(|original| project.root.join(&original.path).exists()).collect();
    if wanted.is_empty() {
        return Err(Problem::usage(format!("the project has no copy of \"{name}\"")));
    }
    let mut record = read(project)?;
    wanted.iter().for_each(|original| enter(&mut record, original));
    write(project, &mut record)?;
    Ok(wanted.into_iter().map(|original| original.path.clone()).collect())
}

/// What `name` means: name and text of the original, then of the project's file.
pub fn compare(project: &Project, name: &str) -> Result<Vec<[(String, String); 2]>> {
    let all = originals(project);
    let mut pairs = Vec::new();
    for original in meant(&all, name)? {
        let path = project.root.join(&original.path);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Problem::io("read the project's copy", &path, &error)),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        pairs.push([
            (format!("built-in {}", original.origin), text(&original.bytes)),
            (original.path.clone(), text(&bytes)),
        ]);
    }
    if pairs.is_empty() {
        return Err(Problem::usage(format!("the project has no copy of \"{name}\"")));
    }
    Ok(pairs)
}

/// Copies whose originals have changed or gone since.
pub fn drift(project: &Project) -> Result<Vec<Drift>> {
    let all = originals(project);
    let mut found = Vec::new();
    for entry in read(project)?.file {
        let Entry { path, origin, version, hash } = &entry;
        let original = all.iter().find(|original| original.origin == *origin);
        let message = match original {
            _ if !project.root.join(path).exists() => {
                Some(format!("{path} is recorded here, but no longer in the project: remove its lines"))
            }
            None => Some(format!("the built-in {origin} that this was copied from ({version}) is no longer there")),
            Some(original) if hash_of(&original.bytes) != *hash => Some(format!(
                "the built-in {origin} has changed since it was copied ({version}): compare with `storebook eject --diff {path}`, then `storebook eject --seen {path}`"
            )),
            Some(_) => None,
        };
        found.extend(message.map(|message| Drift { path: path.clone(), message }));
    }
    Ok(found)
}

fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

fn enter(record: &mut Record, original: &Original) {
    record.file.retain(|entry| entry.path != original.path);
    record.file.push(Entry {
        path: original.path.clone(),
        origin: original.origin.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hash: hash_of(&original.bytes),
    });
}

fn record_path(project: &Project) -> PathBuf {
    project.root.join(RECORD)
}

fn read(project: &Project) -> Result<Record> {
    let path = record_path(project);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(error) => return Err(Problem::io("read the record of copies", &path, &error)),
    };
    toml::from_str(&text).map_err(|error| {
        let problem = Problem::usage(error.message().to_owned()).at(Path::new(RECORD)).text(text.as_str());
        match error.span() {
            Some(span) => problem.line(line_column(&text, span.start).0),
            None => problem,
        }
    })
}

fn write(project: &Project, record: &mut Record) -> Result<()> {
    record.file.sort_by(|a, b| a.path.cmp(&b.path));
    let body = toml::to_string(record).map_err(|error| Problem::failed(format!("{RECORD}: {error}")))?;
    let path = record_path(project);
    let scratch = path.with_extension("toml.tmp");
    std::fs::write(&scratch, format!("{HEAD}\n{body}"))
        .and_then(|()| std::fs::rename(&scratch, &path))
        .map_err(|error| Problem::io("write the record of copies", &path, &error))
}
