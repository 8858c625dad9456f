//! Problems and results on the terminal.

use std::fmt;
use std::io::{IsTerminal, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::problem::{Place, Problem};

/// A problem as miette draws it.
struct Report {
    message: String,
    hint: Option<String>,
    source: Option<NamedSource<String>>,
    label: Option<LabeledSpan>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.label.clone().map(|label| Box::new(std::iter::once(label)) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

/// The problem with its place first, an excerpt where there is one, and the hint last.
pub fn shown(problem: &Problem) -> String {
    let excerpt = problem.place().and_then(excerpt);
    let said = problem.message();
    let message = match problem.place() {
        Some(place) => format!("{}: {}", one_line(&place_text(place)), harmless(said)),
        None => harmless(said),
    };
    let (source, label) = excerpt.map_or((None, None), |(source, label)| (Some(source), Some(label)));
    let report = Report { message, hint: problem.hint_text().map(harmless), source, label };
    let theme =
        if std::io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme).with_width(120).render_report(&mut text, &report) {
        Ok(()) => text,
        // Writing to a string does not fail; if drawing does, the plain line still says all.
        Err(_) => harmless(&problem.to_string()),
    }
}

fn place_text(place: &Place) -> String {
    let mut text = place.file.display().to_string();
    if let Some(line) = place.line {
        text.push_str(&format!(":{line}"));
        if let Some(column) = place.column {
            text.push_str(&format!(":{column}"));
        }
    }
    text
}

fn excerpt(place: &Place) -> Option<(NamedSource<String>, LabeledSpan)> {
    let (text, line) = (place.text.as_ref()?, place.line?);
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let content = text.get(start..)?.lines().next().unwrap_or_default();
    let skip = match place.column {
        Some(column) => content.chars().take(column - 1).map(char::len_utf8).sum(),
        None => content.len() - content.trim_start().len(),
    };
    let length = content.len().saturating_sub(skip).max(1);
    let length = if place.column.is_some() { word_length(content.get(skip..).unwrap_or_default()) } else { length };
    let source = NamedSource::new(one_line(&place.file.display().to_string()), text.to_string());
    Some((source, LabeledSpan::new_with_span(Some("here".to_owned()), (start + skip, length))))
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()).max(1)
}

/// Text of others on one line of a report: a file's name may hold a line end, and a CI takes some lines for commands.
pub fn one_line(text: &str) -> String {
    text.chars().map(plain).collect()
}

/// A character that does nothing to a terminal but stand there.
pub fn plain(c: char) -> char {
    if c.is_control() || reorders(c) { '\u{fffd}' } else { c }
}

/// The same for a text that may have lines of its own.
fn harmless(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// Line ends that are no control characters, and marks that show a line in another order than it was written.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes a result to standard output. A reader that went away (`| head`) is no failure.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Two texts as a unified diff, with the names of both.
pub fn unified(old: (&str, &str), new: (&str, &str)) -> String {
    similar::TextDiff::from_lines(old.1, new.1).unified_diff().context_radius(3).header(old.0, new.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c47_a_problem_does_nothing_to_a_terminal() {
        let problem = Problem::failed("no\u{1b}[31m such\nthing\u{202e}")
            .at("data/a\n::error::b\u{1b}]0;x\u{7}.csv")
            .line(3)
            .hint("h\u{9b}1m");
        let text = shown(&problem);
        let bad = text.chars().any(|c| (c.is_control() && c != '\n') || reorders(c));
        assert!(!bad, "{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        assert!(text.contains(".csv:3") && text.contains("thing"), "{text}");
        assert_eq!(one_line("左\u{202e}a\r\nb\u{2028}"), "左\u{fffd}a\u{fffd}\u{fffd}b\u{fffd}");
    }
}
