//! What the checker hands back.

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something does not work, for a reader or under the strict content security policy.
    Error,
    /// Works, but not everywhere.
    Warning,
}

/// One thing to mend. Ordered by file, line and column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Relative to the site, with `/` separators.
    pub file: String,
    /// From 1; 0 when the finding is about the file as a whole.
    pub line: u64,
    /// In characters from 1; 0 when only the line is known.
    pub column: u64,
    /// The rule's stable name, such as `broken-link`.
    pub rule: &'static str,
    pub message: String,
    pub severity: Severity,
}

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// HTML files read.
    pub pages: u64,
    /// References followed: links, images, styles, scripts, form targets, anchors.
    pub links: u64,
    /// Sorted by file, line and column.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// The number of findings that are errors.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

/// Findings listed of one file; a broken template would otherwise fill the memory with its echo.
const MOST: usize = 200;

/// Collects the findings of one file, up to a sensible number.
pub(super) struct Findings {
    file: String,
    list: Vec<Finding>,
    omitted: u64,
}

impl Findings {
    pub(super) fn new(file: &str) -> Self {
        Findings { file: file.to_owned(), list: Vec::new(), omitted: 0 }
    }

    pub(super) fn error(&mut self, rule: &'static str, at: (u64, u64), message: impl Into<String>) {
        self.add(rule, at, message.into(), Severity::Error);
    }

    pub(super) fn warning(&mut self, rule: &'static str, at: (u64, u64), message: impl Into<String>) {
        self.add(rule, at, message.into(), Severity::Warning);
    }

    fn add(&mut self, rule: &'static str, (line, column): (u64, u64), message: String, severity: Severity) {
        if self.list.len() >= MOST {
            self.omitted += 1;
            return;
        }
        // A message quotes the page, and a page can hold one attribute of a megabyte.
        let message =
            if message.len() > 500 { message.chars().take(400).chain("…".chars()).collect() } else { message };
        self.list.push(Finding { file: self.file.clone(), line, column, rule, message, severity });
    }

    pub(super) fn into_vec(mut self) -> Vec<Finding> {
        if self.omitted > 0 {
            let line = self.list.iter().map(|finding| finding.line).max().unwrap_or(0);
            let message = format!("and {} more findings in this file", self.omitted);
            let severity = Severity::Error;
            self.list.push(Finding {
                file: self.file,
                line,
                column: u64::MAX,
                rule: super::rules::MORE,
                message,
                severity,
            });
        }
        self.list
    }
}
