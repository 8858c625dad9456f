//! What can go wrong, said in a way a person can act on.
//!
//! One type serves every module, so that no error can forget its place or its hint: a message in plain words, the
//! file with line, column and excerpt where one is known, and what to do next. `cli/` renders it with miette and
//! turns [`Kind`] into the exit code.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub type Result<T> = std::result::Result<T, Problem>;

/// Decides the exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The work could not be done (exit 1).
    Failed,
    /// The command line or a setting asks for something that does not exist (exit 2).
    Usage,
    /// A gate refused: privacy, quality, or a foreign output directory (exit 3).
    Refused,
}

/// Where in which file. Line and column count from 1; the column counts characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    pub line: Option<usize>,
    pub column: Option<usize>,
    /// The file's text, for the excerpt; absent for large or binary files.
    pub text: Option<Arc<str>>,
}

#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    message: String,
    place: Option<Place>,
    hint: Option<String>,
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}", place.file.display())?;
            if let Some(line) = place.line {
                write!(f, ":{line}")?;
                if let Some(column) = place.column {
                    write!(f, ":{column}")?;
                }
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl Problem {
    fn of(kind: Kind, message: impl Into<String>) -> Self {
        Problem(Box::new(Inner { kind, message: message.into(), place: None, hint: None }))
    }
    /// The work could not be done (exit 1).
    pub fn failed(message: impl Into<String>) -> Self {
        Self::of(Kind::Failed, message)
    }
    /// The command line or a setting asks for something that does not exist (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::of(Kind::Usage, message)
    }
    /// A gate refused (exit 3).
    pub fn refused(message: impl Into<String>) -> Self {
        Self::of(Kind::Refused, message)
    }
    /// A file-system call failed: `doing` says what was tried, e.g. "read the stylesheet".
    pub fn io(doing: &str, file: &Path, error: &std::io::Error) -> Self {
        let problem = Self::failed(format!("could not {doing}: {error}")).at(file);
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => problem.hint("check the permissions of this path"),
            std::io::ErrorKind::StorageFull => {
                problem.hint("the disk is full: free some space and run the command again")
            }
            _ => problem,
        }
    }
    #[must_use]
    pub fn at(mut self, file: impl Into<PathBuf>) -> Self {
        self.0.place.get_or_insert_with(Place::default).file = file.into();
        self
    }
    #[must_use]
    pub fn line(mut self, line: usize) -> Self {
        self.0.place.get_or_insert_with(Place::default).line = Some(line);
        self
    }
    #[must_use]
    pub fn column(mut self, column: usize) -> Self {
        self.0.place.get_or_insert_with(Place::default).column = Some(column);
        self
    }
    /// The file's whole text, so that an excerpt can be shown.
    #[must_use]
    pub fn text(mut self, text: impl Into<Arc<str>>) -> Self {
        self.0.place.get_or_insert_with(Place::default).text = Some(text.into());
        self
    }
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
    /// Adds `did you mean …` when one of `names` is close to `wrong`, else lists a few of them.
    #[must_use]
    pub fn nearest<'a>(self, wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(wrong, names) {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    pub fn message(&self) -> &str {
        &self.0.message
    }
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

/// `did you mean "x"?` for the closest name, or the list of names when none is close and the list is short.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let best = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), *name))
        .min();
    match best {
        Some((distance, name)) if distance <= (wrong.chars().count() / 3).max(1) => {
            Some(format!("did you mean \"{name}\"?"))
        }
        Some(_) if names.len() <= 40 => Some(format!("known names: {}", names.join(", "))),
        _ => None,
    }
}

/// The 1-based line and column (in characters) of a byte offset.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_line() {
        let problem = Problem::failed("no such query").at("content/a.md").line(3).column(5).hint("try trend");
        assert_eq!(problem.to_string(), "content/a.md:3:5: no such query (try trend)");
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(nearest("net_sale", ["net_sales", "orders"]).as_deref(), Some("did you mean \"net_sales\"?"));
        assert_eq!(nearest("zzz", ["a", "b"]).as_deref(), Some("known names: a, b"));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(line_column("第一行\n第二", "第一行\n第".len()), (2, 2));
    }
}
