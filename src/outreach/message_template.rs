//! One message as a MiniJinja template that can do little: show what is known, and choose by it.
//!
//! A template gets an environment of its own without loader, functions or macros, so it can neither read files nor call
//! another template; it has no assignments, so no value grows from line to line; it has fuel, and a longest result.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters, tests};

use super::messages::{Facts, Message, NAMES, tidy};
use crate::problem::{Problem, Result, line_column, nearest};

/// Instructions of one rendering; a message of the longest file takes a few hundred.
const FUEL: u64 = 10_000;
/// Bytes of one rendering.
const LONGEST: usize = 8 * 1024;
/// The statements a message can hold.
const STATEMENTS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "break", "continue"];
/// The name of the template inside its environment.
const NAME: &str = "message";

/// A text and where it comes from.
#[derive(Debug)]
pub struct Source {
    /// The project's file, or `None` for a built-in text.
    pub file: Option<PathBuf>,
    /// What errors call it.
    pub name: String,
    pub raw: Arc<str>,
}

/// A checked message.
#[derive(Debug)]
pub struct Template {
    source: Source,
    subject: Option<Part>,
    text: Part,
}

/// Subject or text.
#[derive(Debug)]
struct Part {
    environment: Environment<'static>,
    /// Byte in the raw text at which it begins.
    start: usize,
}

impl Template {
    /// # Errors
    /// Wrong syntax, a name that no message knows, a statement that none can use; with line and column.
    pub fn compile(source: Source) -> Result<Template> {
        let (subject, text) = parts(&source)?;
        let subject = subject.map(|(start, part)| Part::compile(&source, start, part)).transpose()?;
        let text = Part::compile(&source, text, &source.raw[text..])?;
        Ok(Template { source, subject, text })
    }

    /// # Errors
    /// A value that is not known, a template that does not end, an empty or over-long message.
    pub fn render(&self, facts: &Facts) -> Result<Message> {
        let values: BTreeMap<&str, String> =
            facts.pairs().into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let text = self.text.render(&self.source, &values)?.trim().to_owned();
        if text.is_empty() {
            return Err(Problem::failed("this message says nothing for one of the customers").at(self.source.place()));
        }
        let subject = self.subject.as_ref().map(|part| part.render(&self.source, &values)).transpose()?;
        Ok(Message { subject: subject.map(|subject| tidy(&subject)).filter(|subject| !subject.is_empty()), text })
    }

    pub fn raw(&self) -> &str {
        &self.source.raw
    }

    pub fn file(&self) -> Option<&Path> {
        self.source.file.as_deref()
    }
}

impl Source {
    fn place(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| PathBuf::from(&self.name))
    }

    /// A problem at a byte of the raw text.
    fn problem(&self, message: impl Into<String>, at: usize) -> Problem {
        let (line, column) = line_column(&self.raw, at);
        Problem::failed(message).at(self.place()).line(line).column(column).text(Arc::clone(&self.raw))
    }
}

/// The subject with its first byte, if there is one, and the first byte of the text.
fn parts(source: &Source) -> Result<(Option<(usize, &str)>, usize)> {
    const WORD: &str = "subject:";
    let raw = &*source.raw;
    let Some(word) = raw.get(..WORD.len()).filter(|word| word.eq_ignore_ascii_case(WORD)) else { return Ok((None, 0)) };
    let end = raw.find('\n').unwrap_or(raw.len());
    let after = raw.get(end + 1..).unwrap_or_default();
    let empty = after.split_inclusive('\n').next().unwrap_or_default();
    if !empty.trim().is_empty() {
        return Err(source
            .problem("an empty line stands between the subject and the text", end + 1)
            .hint("put an empty line after the first one"));
    }
    // Nothing may follow the subject at all.
    let text = (end + 1 + empty.len()).min(raw.len());
    Ok((Some((word.len(), &raw[word.len()..end])), text))
}

impl Part {
    fn compile(source: &Source, start: usize, text: &str) -> Result<Part> {
        let mut part = Part { environment: environment(), start };
        part.statements(source, text)?;
        if let Err(error) = part.environment.add_template_owned(NAME, text.to_owned()) {
            return Err(part.problem(source, &error));
        }
        part.names(source, text)?;
        Ok(part)
    }

    /// Only the statements of the list.
    fn statements(&self, source: &Source, text: &str) -> Result<()> {
        for (at, _) in text.match_indices("{%") {
            let statement = text[at + 2..].trim_start_matches(['-', '+']).trim_start();
            let word = statement.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if !word.is_empty() && !STATEMENTS.contains(&word) {
                return Err(source
                    .problem(format!("a message cannot use \"{{% {word} %}}\""), self.start + at)
                    .hint("a message shows values and chooses with {% if … %}{% else %}{% endif %}"));
            }
        }
        Ok(())
    }

    /// Only the names there are: another one would only show when its line is reached.
    fn names(&self, source: &Source, text: &str) -> Result<()> {
        let Ok(template) = self.environment.get_template(NAME) else { return Ok(()) };
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !NAMES.contains(&name.as_str()));
        unknown.sort_unstable();
        let Some(name) = unknown.first() else { return Ok(()) };
        let near = nearest(name, NAMES).filter(|near| near.starts_with("did")).unwrap_or_default();
        let at = word(text, name).unwrap_or_default();
        Err(source
            .problem(format!("no message knows a value called \"{name}\""), self.start + at)
            .hint(format!("{near} a message knows: {}", NAMES.join(", ")).trim_start()))
    }

    fn render(&self, source: &Source, values: &BTreeMap<&str, String>) -> Result<String> {
        let mut output = Capped(Vec::new());
        let rendered = self.environment.get_template(NAME).and_then(|template| {
            template.render_captured_to(minijinja::Value::from_pairs(values.clone()), &mut output)
        });
        rendered.map_err(|error| self.problem(source, &error))?;
        String::from_utf8(output.0).map_err(|_| Problem::failed("this message is not UTF-8").at(source.place()))
    }

    /// What the engine says, in words that cannot hold a customer's data.
    fn problem(&self, source: &Source, error: &Error) -> Problem {
        let range = error.range();
        let part = &source.raw[self.start..];
        let said = range.clone().and_then(|range| part.get(range)).unwrap_or_default().trim();
        let known = format!("a message knows: {}", NAMES.join(", "));
        let (message, hint) = match error.kind() {
            ErrorKind::UndefinedError => (
                if said.is_empty() {
                    "this message needs a value that one of the customers does not have".to_owned()
                } else {
                    format!("this message needs \"{said}\", which one of the customers does not have")
                },
                format!("write {{% if name %}}…{{% endif %}} around what can be missing; {known}"),
            ),
            ErrorKind::OutOfFuel => ("this message does not end".to_owned(), "look for loops in loops".to_owned()),
            ErrorKind::WriteFailure => {
                (format!("this message is longer than {LONGEST} bytes"), "shorten the template".to_owned())
            }
            ErrorKind::SyntaxError => (
                format!("the template cannot be read: {}", error.detail().unwrap_or("wrong syntax")),
                format!("a value is written {{{{ name }}}}; {known}"),
            ),
            kind => (format!("the template cannot be used: {kind}"), known),
        };
        let lines = source.raw[..self.start].matches('\n').count();
        match (range, error.line()) {
            (Some(range), _) => source.problem(message, self.start + range.start),
            (None, Some(line)) => source.problem(message, self.start).line(line + lines),
            (None, None) => source.problem(message, self.start),
        }
        .hint(hint)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(16);
    environment.add_filter("default", filters::default);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("length", filters::length);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment
}

/// The first byte of the first whole-word occurrence.
fn word(text: &str, word: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        !text[..*at].chars().next_back().is_some_and(is_word)
            && !text[at + word.len()..].chars().next().is_some_and(is_word)
    })
}

/// Takes so many bytes and no more.
struct Capped(Vec<u8>);

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
