//! What a build tells the CI it runs in: annotations beside the files (GitHub's workflow commands, GitLab's Code Quality
//! report) and a summary of the job. Never a value of a row: file, line, column and rule only.
//!
//! Formats: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions> and
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::plain as harmless;
use crate::pipeline::Report;
use crate::problem::{Problem, Result};
use crate::publish::fingerprint;
use crate::release::{Finding, Level};

/// Quarantined rows that get an annotation of their own.
const ROWS: usize = 50;
/// The file GitLab's documentation uses.
const REPORT: &str = "gl-code-quality-report.json";

/// Where annotations go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Nowhere,
    GitHub,
    GitLab(PathBuf),
}

impl Target {
    /// What the command line asks for, else what the environment shows.
    ///
    /// # Errors
    /// A form that does not exist.
    pub fn chosen(option: Option<&str>) -> Result<Target> {
        let is_true = |name: &str| std::env::var(name).is_ok_and(|value| value == "true");
        match option {
            None if is_true("GITHUB_ACTIONS") => Ok(Target::GitHub),
            None if is_true("GITLAB_CI") => Ok(Target::GitLab(REPORT.into())),
            None | Some("none") => Ok(Target::Nowhere),
            Some("github") => Ok(Target::GitHub),
            Some("gitlab") => Ok(Target::GitLab(REPORT.into())),
            Some(other) => match other.strip_prefix("gitlab=") {
                Some(file) if !file.is_empty() => Ok(Target::GitLab(file.into())),
                _ => Err(Problem::usage(format!("--annotations {other}: there is no such form"))
                    .hint("write github, gitlab, gitlab=FILE or none")),
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Error,
    Warning,
    Notice,
}

/// One remark at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    severity: Severity,
    rule: String,
    /// As the repository names it.
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

/// What a run of `build` has to say.
pub struct Remarks<'a> {
    /// Folder of the project.
    pub root: &'a Path,
    pub report: Option<&'a Report>,
    pub problem: Option<&'a Problem>,
}

/// Writes the annotations; GitHub's go to standard error when standard output is taken by JSON (the runner reads both).
pub fn write(target: &Target, remarks: &Remarks<'_>, json: bool) -> Result<()> {
    match target {
        Target::Nowhere => {}
        Target::GitHub => {
            let text: String = remarks.notes("GITHUB_WORKSPACE").iter().map(command).collect();
            if json {
                // A closed standard error must not fail a build.
                let _ = std::io::stderr().write_all(text.as_bytes());
            } else {
                super::output::print(&text);
            }
        }
        Target::GitLab(file) => {
            let issues = issues(&remarks.notes("CI_PROJECT_DIR"));
            let text = serde_json::to_string_pretty(&issues)
                .map_err(|error| Problem::failed(format!("annotations: {error}")))?;
            std::fs::write(file, text + "\n").map_err(|error| Problem::io("write the annotations", file, &error))?;
        }
    }
    match std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) {
        Some(file) => append(Path::new(&file), &job_summary(remarks)),
        None => Ok(()),
    }
}

fn append(file: &Path, text: &str) -> Result<()> {
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(file);
    opened
        .and_then(|mut opened| opened.write_all(text.as_bytes()))
        .map_err(|error| Problem::io("write the summary of the job", file, &error))
}

impl Remarks<'_> {
    fn notes(&self, repository: &str) -> Vec<Note> {
        let repository = std::env::var_os(repository).and_then(|folder| Path::new(&folder).canonicalize().ok());
        let named = |file: &Path| located(self.root, repository.as_deref(), file);
        let mut notes = Vec::new();
        let refused = self.report.is_some_and(|report| report.gate.refused);
        // The refusal of the gate is told finding by finding.
        if let Some(problem) = self.problem.filter(|_| !refused) {
            let place = problem.place();
            let mut message = problem.message().to_owned();
            if let Some(hint) = problem.hint_text() {
                message.push_str(&format!("\n{hint}"));
            }
            notes.push(Note {
                severity: Severity::Error,
                rule: "build".into(),
                file: place.and_then(|place| named(&place.file)),
                line: place.and_then(|place| place.line),
                column: place.and_then(|place| place.column),
                message,
            });
        }
        let Some(report) = self.report else { return notes };
        let plain = |severity, rule: &str, file: Option<String>, message: String| Note {
            severity,
            rule: rule.to_owned(),
            file,
            line: None,
            column: None,
            message,
        };
        for finding in &report.gate.findings {
            let file = finding.file().and_then(|file| named(Path::new(file)));
            notes.push(plain(
                severity(finding, report.gate.strict),
                finding.code.name(),
                file,
                finding.message.clone(),
            ));
        }
        for warning in &report.warnings {
            notes.push(plain(Severity::Warning, "load", None, warning.clone()));
        }
        for row in report.turned_away.iter().take(ROWS) {
            let column = if row.column.is_empty() { String::new() } else { format!(" ({})", row.column) };
            notes.push(Note {
                line: usize::try_from(row.line).ok().filter(|line| *line > 0),
                ..plain(
                    Severity::Warning,
                    "quarantine",
                    named(Path::new(&row.file)),
                    format!("this row was not loaded: {}{column}", row.rule),
                )
            });
        }
        let left = report.rows.quarantined.saturating_sub(report.turned_away.len().min(ROWS) as u64);
        if left > 0 {
            let message = format!("{left} more rows stand in quarantine; the folder quarantine/ names them all");
            notes.push(plain(Severity::Notice, "quarantine", None, message));
        }
        notes
    }
}

fn severity(finding: &Finding, strict: bool) -> Severity {
    match finding.level {
        _ if finding.stops(strict) => Severity::Error,
        Level::Note => Severity::Notice,
        _ if finding.accepted => Severity::Notice,
        Level::Refuse | Level::Strict => Severity::Warning,
    }
}

/// A file as the repository names it; none for one that is not in a folder of ours.
fn located(root: &Path, repository: Option<&Path>, file: &Path) -> Option<String> {
    if file.starts_with("built-in") || file.to_string_lossy().starts_with("built-in ") {
        return None;
    }
    let whole = root.join(file);
    let relative = repository.and_then(|folder| whole.strip_prefix(folder).ok());
    let relative = relative.or_else(|| whole.strip_prefix(root).ok()).unwrap_or(&whole);
    Some(relative.to_string_lossy().replace('\\', "/"))
}

/// One workflow command, with its line end.
fn command(note: &Note) -> String {
    let name = match note.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let mut properties = Vec::new();
    if let Some(file) = &note.file {
        properties.push(format!("file={}", property(file)));
        properties.extend(note.line.map(|line| format!("line={line}")));
        properties.extend(note.line.and(note.column).map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(&format!("storebook {}", note.rule))));
    format!("::{name} {}::{}\n", properties.join(","), data(&note.message))
}

/// The text after the second `::`.
fn data(text: &str) -> String {
    // The log of a CI is a terminal too.
    let text: String = text.chars().map(|c| if matches!(c, '\r' | '\n') { c } else { harmless(c) }).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, where `:` and `,` mean something.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// GitLab's list of issues. The fingerprint does not hold the line, so that an issue stays the same when lines move;
/// issues that would be equal are counted.
fn issues(notes: &[Note]) -> serde_json::Value {
    let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let issues: Vec<serde_json::Value> = notes
        .iter()
        .map(|note| {
            let path = note.file.clone().unwrap_or_else(|| crate::project::CONFIG_FILE.to_owned());
            let name = format!("{}\0{path}\0{}", note.rule, note.message);
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            json!({
                "description": note.message,
                "check_name": format!("storebook/{}", note.rule),
                "fingerprint": fingerprint(format!("{name}\0{count}").as_bytes()),
                "severity": match note.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "minor",
                    Severity::Notice => "info",
                },
                "location": { "path": path, "lines": { "begin": note.line.unwrap_or(1) } },
            })
        })
        .collect();
    serde_json::Value::from(issues)
}

/// The summary of the job, in Markdown.
fn job_summary(remarks: &Remarks<'_>) -> String {
    let mut text = String::from("### Storebook\n\n");
    if let Some(problem) = remarks.problem.filter(|_| remarks.report.is_none()) {
        return text + &format!("**Failed**: {}\n\n", cell(&problem.to_string()));
    }
    let Some(report) = remarks.report else { return text };
    let gate = &report.gate;
    text.push_str(&match &report.published {
        Some(published) => format!("**Published** release `{}`", published.release),
        None if gate.refused => format!("**Refused**, nothing was published: {}", gate.reasons.join(", ")),
        None => "**Checked**, nothing was published (dry run)".to_owned(),
    });
    text.push_str(&format!(", as of {}.\n\n", report.as_of));
    let rows = &report.rows;
    text.push_str("| rows | loaded | quarantined | duplicates | superseded | pages |\n|--:|--:|--:|--:|--:|--:|\n");
    text.push_str(&format!(
        "| {} | {} | {} | {} | {} | {} |\n\n",
        rows.rows_in, rows.loaded, rows.quarantined, rows.duplicates, rows.superseded, report.pages
    ));
    if !gate.findings.is_empty() {
        text.push_str("| gate | | |\n|---|---|---|\n");
        for finding in &gate.findings {
            let word = match severity(finding, gate.strict) {
                Severity::Error => "refused",
                _ if finding.accepted => "accepted",
                Severity::Warning => "warning",
                Severity::Notice => "note",
            };
            text.push_str(&format!("| {} | {word} | {} |\n", finding.code.name(), cell(&finding.message)));
        }
        text.push('\n');
    }
    text
}

/// Text of others inside a Markdown table: nothing in it is markup.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '!' | '~' | '\\' | '#' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(file: Option<&str>, message: &str) -> Note {
        Note {
            severity: Severity::Error,
            rule: "row-drop".into(),
            file: file.map(ToOwned::to_owned),
            line: Some(3),
            column: Some(7),
            message: message.into(),
        }
    }

    #[test]
    fn a_command_cannot_be_broken_out_of() {
        let text = command(&note(Some("data/a,b:c%0A\n::stop-commands::x.csv"), "50 %\r\n::add-mask::1, 2: 3"));
        assert_eq!(
            text,
            "::error file=data/a%2Cb%3Ac%250A%0A%3A%3Astop-commands%3A%3Ax.csv,line=3,col=7,title=storebook row-drop\
             ::50 %25%0D%0A::add-mask::1, 2: 3\n"
        );
        assert_eq!(text.lines().count(), 1);
        assert_eq!(
            command(&note(None, "a\u{1b}[31m\u{202e}b")),
            "::error title=storebook row-drop::a\u{fffd}[31m\u{fffd}b\n"
        );
        // A line without a file would point into the void.
        assert_eq!(command(&note(None, "x")), "::error title=storebook row-drop::x\n");
    }

    #[test]
    fn equal_issues_have_fingerprints_of_their_own() {
        let issues = issues(&[note(Some("data/a.csv"), "x"), note(Some("data/a.csv"), "x"), note(None, "x")]);
        let prints: std::collections::BTreeSet<&str> =
            issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), 3);
        assert_eq!(issues[0]["location"], json!({ "path": "data/a.csv", "lines": { "begin": 3 } }));
        assert_eq!(issues[2]["location"]["path"], "storebook.toml");
        assert_eq!(issues[0]["severity"], "critical");
    }

    #[test]
    fn files_are_named_as_the_repository_names_them() {
        let (root, repository) = (Path::new("/ci/repo/chain"), Path::new("/ci/repo"));
        let named = |file: &str| located(root, Some(repository), Path::new(file));
        assert_eq!(named("data/a.csv").as_deref(), Some("chain/data/a.csv"));
        assert_eq!(named("/ci/repo/chain/data/a.csv").as_deref(), Some("chain/data/a.csv"));
        assert_eq!(named("built-in content/a.md"), None);
        assert_eq!(located(root, None, Path::new("data/a.csv")).as_deref(), Some("data/a.csv"));
    }

    #[test]
    fn names_are_no_markup_in_the_summary_of_a_job() {
        assert_eq!(cell("a|b <img> `x`\n# y"), r"a\|b &lt;img> \`x\` \# y");
    }
}
