//! What a message says: short MiniJinja texts, one per occasion and language.
//!
//! A project's own `content/messages/<kind>.<locale>.txt` comes before the built-in text. A first line `subject: …` and an
//! empty line after it make the subject of a mail; the rest is the text, of a mail and of a short message alike. What is
//! known of the customer comes in as [`Facts`] and stays text whatever it holds: it is neither a template nor markup, and
//! has no line breaks. Templates are checked when they are loaded, so that a wrong name shows before anybody is written to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::message_template::{Source, Template};
use crate::problem::{Problem, Result};

/// The occasions a message can be for, as `care_list` names them.
pub const KINDS: [&str; 8] =
    ["birthday", "holiday", "revisit", "replenish", "win_back", "churn", "points_expiring", "confirm_details"];

/// Names that a template can use, the fields of [`Facts`].
pub const NAMES: [&str; 11] = [
    "name",
    "store",
    "store_phone",
    "chain",
    "product",
    "points",
    "points_value",
    "expires_on",
    "days",
    "holiday",
    "age",
];

/// Where a project keeps its own texts, below its root.
pub const FOLDER: &str = "content/messages";

/// Bytes of a file; a message is a few lines.
const LONGEST_FILE: u64 = 4096;
/// Characters of a fact.
const LONGEST_FACT: usize = 200;

/// What one message can speak of. Dates, money and numbers are written in the message's language already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How the customer is addressed.
    pub name: Option<String>,
    /// The store that writes.
    pub store: Option<String>,
    pub store_phone: Option<String>,
    /// The chain's name.
    pub chain: Option<String>,
    /// What was bought, or is about to run out.
    pub product: Option<String>,
    /// Number of points.
    pub points: Option<String>,
    /// Their worth in money, with its sign.
    pub points_value: Option<String>,
    /// The day they expire.
    pub expires_on: Option<String>,
    /// Days since or until what the message is about.
    pub days: Option<String>,
    /// The holiday's name.
    pub holiday: Option<String>,
    /// The age reached on the birthday, in years.
    pub age: Option<String>,
}

impl Facts {
    /// Each name with its value, in the order of [`NAMES`], as a message shows it.
    pub fn pairs(&self) -> [(&'static str, Option<String>); 11] {
        let values = [
            &self.name,
            &self.store,
            &self.store_phone,
            &self.chain,
            &self.product,
            &self.points,
            &self.points_value,
            &self.expires_on,
            &self.days,
            &self.holiday,
            &self.age,
        ];
        std::array::from_fn(|at| (NAMES[at], values[at].as_deref().map(tidy).filter(|text| !text.is_empty())))
    }
}

/// One line of plain text: control characters, line ends and the marks that turn the direction of writing become blanks.
pub fn tidy(text: &str) -> String {
    let plain: String = text.chars().take(LONGEST_FACT).map(|c| if breaks(c) { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

fn breaks(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A message, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Of a mail; the template may have none.
    pub subject: Option<String>,
    pub text: String,
}

/// A template as it is listed for a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'a> {
    pub kind: &'a str,
    pub locale: &'a str,
    /// The project's file; `None` when the text is built in.
    pub file: Option<&'a Path>,
    pub raw: &'a str,
}

/// The templates of a project in its languages.
#[derive(Debug)]
pub struct Messages {
    templates: BTreeMap<(String, String), Template>,
}

impl Messages {
    /// Reads and checks the texts of the project at `root` in `locales`. A language without built-in texts takes those of
    /// the nearest one: `zh-TW` those of `zh-CN`, any other those of `en`.
    ///
    /// # Errors
    /// A file that cannot be read, is not UTF-8, or is named for no kind or language; a template with wrong syntax or a
    /// name it does not know, with line and column.
    pub fn load(root: &Path, locales: &[String]) -> Result<Messages> {
        let mut sources: BTreeMap<(String, String), Source> = BTreeMap::new();
        for locale in locales {
            for (kind, raw) in built_in(locale) {
                let name = format!("{kind}.{locale}.txt");
                let source = Source { file: None, name, raw: raw.into() };
                sources.insert((kind.to_owned(), locale.clone()), source);
            }
        }
        for (kind, locale, file) in files(root, locales)? {
            let raw = read(&file)?;
            let name = format!("{FOLDER}/{kind}.{locale}.txt");
            sources.insert((kind, locale), Source { file: Some(file), name, raw: raw.into() });
        }
        let mut templates = BTreeMap::new();
        for (key, source) in sources {
            templates.insert(key, Template::compile(source)?);
        }
        Ok(Messages { templates })
    }

    /// The message of `kind` in `locale` about `facts`.
    ///
    /// # Errors
    /// Usage for a kind or language that does not exist; failed when the template needs a fact that is not known, does
    /// not end, or says nothing.
    pub fn render(&self, kind: &str, locale: &str, facts: &Facts) -> Result<Message> {
        if !KINDS.contains(&kind) {
            return Err(Problem::usage(format!("there is no message of the kind \"{kind}\"")).nearest(kind, KINDS));
        }
        let Some(template) = self.templates.get(&(kind.to_owned(), locale.to_owned())) else {
            let locales = self.templates.keys().map(|(_, locale)| locale.as_str());
            return Err(Problem::usage(format!("there are no messages in \"{locale}\"")).nearest(locale, locales));
        };
        template.render(facts)
    }

    /// Changes when any text does, so that what was made from the texts can be kept until then.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for ((kind, locale), template) in &self.templates {
            for part in [kind.as_str(), locale, template.raw()] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }

    /// All templates, by kind and language.
    pub fn list(&self) -> impl Iterator<Item = Listed<'_>> {
        self.templates.iter().map(|((kind, locale), template)| Listed {
            kind,
            locale,
            file: template.file(),
            raw: template.raw(),
        })
    }
}

/// The project's own texts: kind, language and file, in the order of their names.
fn files(root: &Path, locales: &[String]) -> Result<Vec<(String, String, PathBuf)>> {
    let folder = root.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Problem::io("read the folder of messages", &folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Problem::io("read the folder of messages", &folder, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let Some(stem) = name.strip_suffix(".txt").filter(|_| !name.starts_with('.')) else { continue };
        let (kind, locale) = stem.split_once('.').unwrap_or((stem, ""));
        if !KINDS.contains(&kind) {
            return Err(Problem::failed(format!("no message is of the kind \"{kind}\""))
                .at(path.clone())
                .nearest(kind, KINDS));
        }
        if locales.iter().any(|known| known == locale) {
            found.push((kind.to_owned(), locale.to_owned(), path.clone()));
        } else if !["zh-CN", "en"].contains(&locale) {
            // A text in a language of the program's that the project has switched off is no mistake; any other name is.
            let known = locales.iter().map(String::as_str);
            return Err(Problem::failed(format!("this project has no language \"{locale}\""))
                .at(path.clone())
                .nearest(locale, known));
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<String> {
    let doing = "read the message";
    let size = std::fs::metadata(file).map_err(|error| Problem::io(doing, file, &error))?.len();
    if size > LONGEST_FILE {
        return Err(Problem::failed(format!("a message of {size} bytes is too long"))
            .at(file)
            .hint(format!("a message takes at most {LONGEST_FILE} bytes")));
    }
    let bytes = std::fs::read(file).map_err(|error| Problem::io(doing, file, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::failed("this message is not in UTF-8").at(file).hint("save the file as UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n"))
}

macro_rules! texts {
    ($locale:literal) => {
        texts!($locale: "birthday" "holiday" "revisit" "replenish" "win_back" "churn" "points_expiring" "confirm_details")
    };
    ($locale:literal: $($kind:literal)*) => {
        [$(($kind, include_str!(concat!("../../content/messages/", $kind, ".", $locale, ".txt")))),*]
    };
}

/// The texts that come with the program, for a language or the nearest to it.
fn built_in(locale: &str) -> [(&'static str, &'static str); 8] {
    if locale.split(['-', '_']).next() == Some("zh") { texts!("zh-CN") } else { texts!("en") }
}
