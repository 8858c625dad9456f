//! Every page compiled once: bodies, titles, slugs and audiences as MiniJinja templates.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Environment, Value};

use super::component::Piece;
use super::context::{PageContext, with_page};
use super::front_matter::Audience;
use super::library::{Page, Text};
use super::{FUNCTIONS, GLOBALS, environment};
use crate::models::template_problem;
use crate::problem::{Problem, Result, line_column};

/// The compiled templates of all pages in all languages.
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Compiles `pages`; a syntax error or an unknown name is an error with file, line and the nearest right name.
    pub fn compile(pages: &[Page]) -> Result<Templates> {
        let mut environment = environment();
        for page in pages {
            for (locale, text) in &page.texts {
                let body = body_name(&page.id, locale);
                environment
                    .add_template_owned(body.clone(), text.body.to_string())
                    .map_err(|error| in_body(template_problem(&error, &text.file, "", text.body_line), text))?;
                for (part, source) in [("title", &text.title), ("description", &text.description)] {
                    environment
                        .add_template_owned(part_name(&page.id, locale, part), source.clone())
                        .map_err(|error| front_problem(&error, page, part))?;
                }
                known_names(&environment, &body, page, text)?;
            }
        }
        Ok(Templates { environment })
    }

    /// The Markdown of a page with tokens, and the pieces they stand for.
    pub fn body(
        &self,
        page: &Page,
        locale: &str,
        values: Value,
        context: &Arc<PageContext>,
    ) -> Result<(String, Vec<Piece>)> {
        let text = &page.texts[locale];
        let (rendered, pieces) = with_page(context, || {
            self.environment.get_template(&body_name(&page.id, locale)).and_then(|template| template.render(values))
        });
        let markdown =
            rendered.map_err(|error| in_body(template_problem(&error, &text.file, "", text.body_line), text))?;
        Ok((markdown, pieces))
    }

    /// `title` or `description` of a page, as plain text.
    pub fn part(
        &self,
        page: &Page,
        locale: &str,
        part: &str,
        values: Value,
        context: &Arc<PageContext>,
    ) -> Result<String> {
        let (rendered, pieces) = with_page(context, || {
            self.environment
                .get_template(&part_name(&page.id, locale, part))
                .and_then(|template| template.render(values))
        });
        let text = rendered.map_err(|error| front_problem(&error, page, part))?;
        Ok(super::markdown::plain(&text, &pieces))
    }

    /// What a page's templates in one language read beside its own queries: `site`, `settings.rfm.window`, `today`.
    /// `None` when that cannot be told: it takes in other templates, or shows everything there is.
    pub fn globals(&self, page: &Page, locale: &str) -> Option<BTreeSet<String>> {
        let text = &page.texts[locale];
        if [&*text.body, &*text.title, &*text.description].iter().any(|text| reaches_out(text)) {
            return None;
        }
        let mut named = BTreeSet::new();
        let names = [
            body_name(&page.id, locale),
            part_name(&page.id, locale, "title"),
            part_name(&page.id, locale, "description"),
        ];
        for name in names {
            let template = self.environment.get_template(&name).ok()?;
            let read = template.undeclared_variables(true);
            named.extend(read.into_iter().filter(|name| GLOBALS.contains(&name.split('.').next().unwrap_or(name))));
        }
        Some(named)
    }

    /// The value of an expression of the front matter, such as the slug, as text.
    pub fn expression(&self, page: &Page, what: &str, expression: &str, values: Value) -> Result<String> {
        let value = self
            .environment
            .compile_expression(expression)
            .and_then(|compiled| compiled.eval(values))
            .map_err(|error| front_problem(&error, page, what))?;
        if value.is_undefined() || value.is_none() {
            return Err(Problem::failed(format!("{what} \"{expression}\" has no value for one of the rows"))
                .at(page.file.clone())
                .hint("choose a column that is never empty"));
        }
        Ok(value.to_string())
    }
}

impl Audience {
    /// The word the theme knows.
    pub fn word(&self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Hq => "hq",
            Audience::Staff => "staff",
            Audience::Store(_) => "store",
            Audience::Region(_) => "region",
        }
    }
}

/// Whether a template takes in another one (`{% include … %}`) or may show all it knows (`debug()`).
fn reaches_out(text: &str) -> bool {
    let mut words = text.match_indices("{%").filter_map(|(at, _)| {
        let statement = text[at + 2..].trim_start_matches(['-', '+']).trim_start();
        statement.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    });
    words.any(|word| ["include", "import", "extends", "from"].contains(&word)) || text.contains("debug(")
}

fn body_name(id: &str, locale: &str) -> String {
    format!("{id}.{locale}")
}

fn part_name(id: &str, locale: &str, part: &str) -> String {
    format!("{id}.{locale}#{part}")
}

fn in_body(problem: Problem, text: &Text) -> Problem {
    problem.text(Arc::clone(&text.source))
}

fn front_problem(error: &minijinja::Error, page: &Page, part: &str) -> Problem {
    let problem = template_problem(error, &page.file, &page.source, 0);
    let line =
        page.source.lines().position(|line| line.trim_start().starts_with(part) || line.contains(&format!("{part} =")));
    problem.line(line.map_or(1, |at| at + 1))
}

/// A name that is neither a query nor a function would only fail when its line is reached; find it now.
fn known_names(environment: &Environment<'static>, body: &str, page: &Page, text: &Text) -> Result<()> {
    let Ok(template) = environment.get_template(body) else { return Ok(()) };
    let mut known: Vec<&str> = page.front.queries.keys().map(String::as_str).collect();
    known.extend(page.front.for_each.as_ref().map(|for_each| for_each.name.as_str()));
    let builtin: Vec<String> = environment.globals().map(|(name, _)| name.to_owned()).collect();
    let mut unknown: Vec<String> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|name| {
            !known.contains(&name.as_str())
                && !GLOBALS.contains(&name.as_str())
                && !FUNCTIONS.contains(&name.as_str())
                && !builtin.contains(name)
                && !assigned(&text.body, name)
        })
        .collect();
    unknown.sort_unstable();
    let Some(name) = unknown.first() else { return Ok(()) };
    let (line, column) = word_position(&text.body, name).unwrap_or((1, 1));
    Err(Problem::failed(format!("this page has no query or value called \"{name}\""))
        .at(text.file.clone())
        .line(line + text.body_line)
        .column(column)
        .text(Arc::clone(&text.source))
        .nearest(name, known.into_iter().chain(GLOBALS).chain(FUNCTIONS)))
}

/// Whether some branch of the page sets the name itself (`{% set x = … %}`); the analysis looks at each branch alone.
fn assigned(body: &str, name: &str) -> bool {
    body.match_indices("{%").any(|(at, _)| {
        let statement = body[at + 2..].trim_start_matches('-').trim_start();
        let rest = statement.strip_prefix("set ").map(str::trim_start);
        rest.and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// Line and column of the first whole-word occurrence.
fn word_position(text: &str, word: &str) -> Option<(usize, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .find(|(at, _)| {
            !text[..*at].chars().next_back().is_some_and(is_word)
                && !text[at + word.len()..].chars().next().is_some_and(is_word)
        })
        .map(|(at, _)| line_column(text, at))
}
