//! The gate: a finding is a fact with numbers; whether it stops a build depends on its level, on `--strict` and on what is
//! accepted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::summary::Summary;
use crate::problem::{Problem, Result};

/// Why a build may be refused. The codes are stable: `--accept` and reports name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    RowDrop,
    QuarantineShare,
    SchemaChange,
    FilesGone,
    StaleStores,
    Warnings,
}

/// Every code with its name.
pub const CODES: [(Code, &str); 6] = [
    (Code::RowDrop, "row-drop"),
    (Code::QuarantineShare, "quarantine-share"),
    (Code::SchemaChange, "schema-change"),
    (Code::FilesGone, "files-gone"),
    (Code::StaleStores, "stale-stores"),
    (Code::Warnings, "warnings"),
];

impl Code {
    pub fn name(self) -> &'static str {
        CODES.iter().find(|(code, _)| *code == self).map_or("", |(_, name)| name)
    }
}

/// What a finding stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every build.
    Refuse,
    /// A build with `--strict`.
    Strict,
    /// Nothing.
    Note,
}

/// One thing the gate found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub code: Code,
    pub level: Level,
    /// A table (`transactions`), a source (`pos (transactions)`), files or stores; empty for the whole.
    pub subject: String,
    /// Column of the contract or of the file, for `schema-change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// In plain words, with the numbers, the limit and the name of its setting.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_before: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_now: Option<u64>,
    /// What is compared with `limit`: the share that fell, stands in quarantine or is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// Published although it was found.
    pub accepted: bool,
}

impl Finding {
    pub(super) fn new(code: Code, level: Level, subject: impl Into<String>, message: String) -> Finding {
        Finding {
            code,
            level,
            subject: subject.into(),
            // A file's name may hold a line end; a reason is one line.
            message: message.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
            column: None,
            rows_before: None,
            rows_now: None,
            share: None,
            limit: None,
            setting: None,
            accepted: false,
        }
    }

    pub(super) fn column(mut self, name: &str) -> Finding {
        self.column = Some(name.to_owned());
        self
    }

    /// The one file it is about.
    pub fn file(&self) -> Option<&str> {
        let of_a_file = matches!(self.code, Code::RowDrop | Code::SchemaChange);
        (of_a_file && self.subject.starts_with("data/")).then_some(self.subject.as_str())
    }

    pub(super) fn rows(mut self, before: u64, now: u64) -> Finding {
        (self.rows_before, self.rows_now) = (Some(before), Some(now));
        self
    }

    pub(super) fn limited(mut self, share: f64, limit: f64, setting: &str) -> Finding {
        // Six digits: enough to read, and the same text on every machine.
        self.share = Some((share * 1e6).round() / 1e6);
        self.limit = Some(limit);
        self.setting = Some(setting.to_owned());
        self
    }

    /// Whether it stops a build.
    pub fn stops(&self, strict: bool) -> bool {
        !self.accepted && (self.level == Level::Refuse || (strict && self.level == Level::Strict))
    }

    /// Whether an acceptance of this one holds for `other`: the same thing with the same numbers.
    pub(super) fn covers(&self, other: &Finding) -> bool {
        self.accepted && self.code == other.code && self.subject == other.subject && self.message == other.message
    }
}

/// What may be published although the gate found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Accept {
    #[default]
    Nothing,
    All,
    Only(BTreeSet<Code>),
}

impl Accept {
    /// From `all` or a list of codes.
    ///
    /// # Errors
    /// A code that does not exist, with the nearest one.
    pub fn parse(words: &[String]) -> Result<Accept> {
        let mut codes = BTreeSet::new();
        for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            if word == "all" {
                return Ok(Accept::All);
            }
            let Some((code, _)) = CODES.iter().find(|(_, name)| *name == word) else {
                return Err(Problem::usage(format!("--accept: no reason is called \"{word}\""))
                    .nearest(word, CODES.iter().map(|(_, name)| *name)));
            };
            codes.insert(*code);
        }
        Ok(if codes.is_empty() { Accept::Nothing } else { Accept::Only(codes) })
    }

    pub(super) fn takes(&self, code: Code) -> bool {
        match self {
            Accept::Nothing => false,
            Accept::All => true,
            Accept::Only(codes) => codes.contains(&code),
        }
    }
}

/// How a build asks the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateRequest {
    pub strict: bool,
    pub accept: Accept,
}

/// What the gate says of a build; part of its report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    pub refused: bool,
    pub strict: bool,
    /// Codes of the findings that stop the build.
    pub reasons: Vec<String>,
    /// Day and newest data of the release that was compared with; none for the first.
    pub before: Option<Before>,
    pub findings: Vec<Finding>,
}

/// The release a build was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    pub as_of: String,
    pub today: String,
    pub program: String,
}

impl Verdict {
    pub(super) fn new(strict: bool, before: Option<&Summary>, findings: Vec<Finding>) -> Verdict {
        let mut reasons: Vec<String> = Vec::new();
        for finding in findings.iter().filter(|finding| finding.stops(strict)) {
            if !reasons.iter().any(|name| name == finding.code.name()) {
                reasons.push(finding.code.name().to_owned());
            }
        }
        let before = before.map(|before| Before {
            as_of: before.as_of.clone(),
            today: before.today.clone(),
            program: before.program.clone(),
        });
        Verdict { refused: !reasons.is_empty(), strict, reasons, before, findings }
    }

    /// The refusal with every reason (exit 3), if there is one.
    pub fn refusal(&self) -> Option<Problem> {
        /// Findings of one code that are written out.
        const SHOWN: usize = 10;
        if !self.refused {
            return None;
        }
        let mut text = String::from("the gate refused this build, and nothing was published:");
        for code in &self.reasons {
            let stopping: Vec<&Finding> = self
                .findings
                .iter()
                .filter(|finding| finding.code.name() == code && finding.stops(self.strict))
                .collect();
            for finding in stopping.iter().take(SHOWN) {
                text.push_str(&format!("\n{code}: {}", finding.message));
            }
            if stopping.len() > SHOWN {
                text.push_str(&format!("\n{code}: and {} more (--json lists all)", stopping.len() - SHOWN));
            }
        }
        // With what this build was told to accept: naming the rest alone would refuse it again.
        let mut all: Vec<&str> = self.reasons.iter().map(String::as_str).collect();
        for finding in self.findings.iter().filter(|finding| finding.accepted) {
            if !all.contains(&finding.code.name()) {
                all.push(finding.code.name());
            }
        }
        Some(
            Problem::refused(text).hint(format!(
                "correct the data and build again, or publish all the same with --accept {}",
                all.join(",")
            )),
        )
    }
}
