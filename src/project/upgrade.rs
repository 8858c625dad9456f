//! `config_version`: files of older versions of the settings are rewritten step by step, comments kept; files of newer
//! ones are refused, because a setting that is not understood could be one that matters.
//!
//! There has been one version so far, so the table of steps is empty. A change that renames or moves a setting raises
//! [`CURRENT`] and adds its step to [`STEPS`]; a new setting with a default needs neither.

use toml_edit::{DocumentMut, Item, value};

use crate::problem::{Problem, Result, line_column};

/// The version this program writes and reads.
pub const CURRENT: u32 = 1;

/// From one version to the next.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The version it starts from; it ends at the next one.
    pub from: u32,
    /// Changes the file and tells, one line each, what it changed.
    pub apply: fn(&mut DocumentMut) -> Vec<String>,
}

/// Every step there is, in order.
pub const STEPS: &[Step] = &[];

/// A file brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    pub from: u32,
    pub to: u32,
    pub text: String,
    pub changes: Vec<String>,
}

/// The version a file says it is written for; 1 where it says nothing. A file that is no TOML counts as current, so
/// that reading it gives the real error.
fn version(text: &str) -> Result<u32> {
    let Ok(document) = toml_edit::Document::parse(text) else { return Ok(CURRENT) };
    let Some(item) = document.get("config_version") else { return Ok(1) };
    let version = item.as_integer().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
    version.ok_or_else(|| {
        let written = item.to_string();
        placed(
            Problem::usage(format!("config_version = {} cannot be used", written.trim())).hint("a whole number from 1"),
            text,
            item,
        )
    })
}

fn placed(problem: Problem, text: &str, item: &Item) -> Problem {
    match item.span() {
        Some(span) => {
            let (line, column) = line_column(text, span.start);
            problem.line(line).column(column)
        }
        None => problem,
    }
}

/// Refuses a file that this program cannot read as it stands.
pub(super) fn check(text: &str) -> Result<()> {
    check_against(text, CURRENT)
}

fn check_against(text: &str, current: u32) -> Result<()> {
    let version = version(text)?;
    if version == current {
        return Ok(());
    }
    let problem = Problem::usage(format!(
        "these settings are written for config_version {version}; this program reads {current}"
    ))
    .hint(if version > current {
        "use a newer storebook; or, if the number is a mistake, correct it"
    } else {
        "run `storebook upgrade`; `storebook upgrade --dry-run` shows what it would change"
    });
    let document = toml_edit::Document::parse(text).ok();
    Err(match document.as_ref().and_then(|document| document.get("config_version")) {
        Some(item) => placed(problem, text, item),
        None => problem,
    })
}

/// Rewrites a file for this program; `None` when nothing has to change.
pub fn upgrade(text: &str) -> Result<Option<Upgraded>> {
    upgrade_by(text, STEPS, CURRENT)
}

fn upgrade_by(text: &str, steps: &[Step], current: u32) -> Result<Option<Upgraded>> {
    let from = version(text)?;
    if from > current {
        check_against(text, current)?;
    }
    if from == current {
        return Ok(None);
    }
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let problem = Problem::usage(error.message().to_owned());
        match error.span() {
            Some(span) => problem.line(line_column(text, span.start).0),
            None => problem,
        }
    })?;
    let mut changes = Vec::new();
    for version in from..current {
        let step = steps
            .iter()
            .find(|step| step.from == version)
            .ok_or_else(|| Problem::failed(format!("there is no way from config_version {version} to the next one")))?;
        changes.extend((step.apply)(&mut document));
    }
    set_version(&mut document, current);
    Ok(Some(Upgraded { from, to: current, text: document.to_string(), changes }))
}

/// Keeps a comment behind the number; a file without the key gets it as its first one.
fn set_version(document: &mut DocumentMut, version: u32) {
    let mut number = value(i64::from(version));
    if let (Some(old), Some(new)) = (document.get("config_version").and_then(Item::as_value), number.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    document.insert("config_version", number);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(document: &mut DocumentMut) -> Vec<String> {
        let Some(site) = document.get_mut("site").and_then(Item::as_table_mut) else { return Vec::new() };
        let Some((key, item)) = site.remove_entry("name") else { return Vec::new() };
        let renamed = toml_edit::Key::new("title").with_leaf_decor(key.leaf_decor().clone());
        site.insert_formatted(&renamed, item);
        vec!["site.name is called site.title".to_owned()]
    }

    fn percent(document: &mut DocumentMut) -> Vec<String> {
        document["alerts"]["sales_down"] = value(0.2);
        vec!["alerts.sales_down is a share".to_owned()]
    }

    const TWO: &[Step] = &[Step { from: 1, apply: rename }, Step { from: 2, apply: percent }];

    #[test]
    fn a_file_is_rewritten_step_by_step_and_keeps_its_comments() {
        let old = "# 我们的连锁\n[site]\n# shown everywhere\nname = \"禾木\" # ours\n\n[alerts]\nsales_down = 20\n";
        let upgraded = upgrade_by(old, TWO, 3).unwrap().unwrap();
        assert_eq!((upgraded.from, upgraded.to), (1, 3));
        assert_eq!(upgraded.changes, ["site.name is called site.title", "alerts.sales_down is a share"]);
        let expected = "config_version = 3\n# 我们的连锁\n[site]\n# shown everywhere\ntitle = \"禾木\" # ours\n\n[alerts]\nsales_down = 0.2\n";
        assert_eq!(upgraded.text, expected);
        assert_eq!(upgrade_by(&upgraded.text, TWO, 3).unwrap(), None);
    }

    #[test]
    fn a_file_in_between_takes_the_steps_it_lacks() {
        let old = "config_version = 2 # since May\n[alerts]\nsales_down = 20\n";
        let upgraded = upgrade_by(old, TWO, 3).unwrap().unwrap();
        assert_eq!(upgraded.text, "config_version = 3 # since May\n[alerts]\nsales_down = 0.2\n");
    }

    #[test]
    fn a_missing_step_is_an_error() {
        assert!(upgrade_by("", &TWO[1..], 3).is_err());
    }

    #[test]
    fn versions_are_checked_before_anything_else() {
        assert!(check("").is_ok() && check("config_version = 1").is_ok());
        let newer = check("# x\nconfig_version = 2\n[site]\nunheard = 1").unwrap_err();
        assert!(newer.message().contains("config_version 2") && newer.hint_text().unwrap().contains("newer storebook"));
        assert_eq!(newer.place().unwrap().line, Some(2));
        let older = check_against("config_version = 1", 2).unwrap_err();
        assert!(older.hint_text().unwrap().contains("storebook upgrade"));
        for nonsense in ["config_version = 0", "config_version = \"1\"", "config_version = -1", "config_version = 1.5"]
        {
            assert!(check(nonsense).is_err(), "{nonsense}");
        }
        assert!(check("this is = = no toml").is_ok());
    }

    #[test]
    fn every_version_has_its_step() {
        assert_eq!(STEPS.iter().map(|step| step.from).collect::<Vec<_>>(), (1..CURRENT).collect::<Vec<_>>());
    }
}
