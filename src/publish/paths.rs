//! Which paths a site may hold: the same ones on every host, file system and sharer's machine.

use unicode_normalization::UnicodeNormalization;

use crate::problem::{Problem, Result};

/// The longest name of a file or folder, in bytes: the limit of ext4, APFS and NTFS alike or below.
const MAX_COMPONENT: usize = 255;
/// The longest path, in bytes; macOS stops at 1,024 including the folder the site lies in.
const MAX_PATH: usize = 900;

/// Accepts a relative path with `/` between its components that means the same file everywhere.
pub(super) fn check_path(path: &str) -> Result<()> {
    match fault(path) {
        None => Ok(()),
        Some(fault) => Err(Problem::failed(format!("a page cannot be written to {path:?}: {fault}"))),
    }
}

/// What is wrong with a path, if anything.
pub(super) fn fault(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("the path is empty".into());
    }
    if path.len() > MAX_PATH {
        return Some(format!("the path is longer than {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Some("the path is absolute".into());
    }
    path.split('/').find_map(component_fault)
}

fn component_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a component is empty".into());
    }
    if name == "." || name == ".." {
        return Some(format!("\"{name}\" would lead elsewhere"));
    }
    if name.len() > MAX_COMPONENT {
        return Some(format!("a component is longer than {MAX_COMPONENT} bytes"));
    }
    if let Some(bad) = name.chars().find(|c| c.is_control() || "\\:*?\"<>|".contains(*c)) {
        return Some(format!("the character {bad:?} is not portable"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("a component ends in a dot or a space".into());
    }
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']));
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    device.then(|| format!("\"{stem}\" is the name of a device on Windows"))
}

/// The key under which file systems that ignore case and composition would store a path.
pub(super) fn fold(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let long = "x".repeat(256);
        let deep = "ab/".repeat(400) + "x";
        for path in [
            "",
            "/",
            "/etc/x",
            "../../etc/x",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "C:",
            "C:/x",
            "a\0b",
            "a\nb",
            "nul",
            "con.html",
            "COM1/x",
            "x./y",
            "x /y",
            "what?.html",
            &long,
            &deep,
        ] {
            assert!(fault(path).is_some(), "{path:?} was accepted");
        }
    }

    #[test]
    fn ordinary_paths_pass() {
        for path in ["index.html", "stores/s001/index.html", "下载/门店_表_2026-01-02.xlsx", ".nojekyll", "com10.html"]
        {
            assert_eq!(fault(path), None, "{path:?}");
        }
    }

    #[test]
    fn folding_ignores_case_and_composition() {
        assert_eq!(fold("Stores/É.html"), fold("stores/e\u{301}.html"));
        assert_ne!(fold("a/b"), fold("a/c"));
    }
}
