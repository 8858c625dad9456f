//! Finds the input files below `data/`, in natural path order: `day2` before `day10`.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::mended::Patch;
use super::unpack::Inside;
use super::{Warnings, drops, returned};
use crate::problem::{Problem, Result};

/// One file below `data/`, or a part of one that is read like a file.
#[derive(Debug, Clone)]
pub struct Found {
    /// Absolute.
    pub path: PathBuf,
    /// Relative to `data/`, with `/`; characters that are not Unicode are replaced. A part has its own name behind that
    /// of its file: `drop.zip/pos.csv`, `book.xlsx[orders]`.
    pub name: String,
    /// The name whose last part says what it is: of the file, or of the member of an archive.
    pub file: String,
    /// Where the part lies in the file.
    pub inside: Option<Inside>,
    /// Rows of it that were turned away and put right.
    pub mended: Option<Arc<Patch>>,
}

impl Found {
    pub fn whole(path: PathBuf, name: String) -> Found {
        Found { path, file: name.clone(), name, inside: None, mended: None }
    }
    /// The name of the file on disk, relative to `data/`.
    pub fn whole_name(&self) -> &str {
        self.inside.as_ref().map_or(&self.name, |inside| &inside.whole)
    }
    pub fn sheet(&self) -> Option<&str> {
        self.inside.as_ref()?.sheet.as_deref()
    }
    /// Words that may tell the table: the file's name, and that of the sheet.
    pub fn words(&self) -> String {
        [self.file_name(), self.sheet().unwrap_or_default()].join(" ")
    }
    /// The file's name without its endings.
    pub fn stem(&self) -> &str {
        let file = self.file_name();
        file.strip_prefix('.').map_or(file, |rest| rest).split('.').next().unwrap_or(file)
    }
    pub fn file_name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }
    /// The ending in lower case, with those of compression taken away.
    pub fn ending(&self) -> String {
        let name = self.file_name().to_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_owned())
    }
    /// Text for people that may lie beside the data: a read-me, a licence, Markdown.
    pub fn is_note(&self) -> bool {
        let stem = self.stem().to_lowercase();
        ["readme", "license", "licence", "notes"].contains(&stem.as_str()) || self.ending() == "md"
    }
}

/// Every file that may hold data. Hidden files and unfinished copies are passed over, links followed once.
pub fn files(data: &Path, warnings: &mut Warnings) -> Result<Vec<Found>> {
    Ok(all(data, warnings)?.0)
}

/// Every file that may hold data, and the manifests of drops.
pub fn all(data: &Path, warnings: &mut Warnings) -> Result<(Vec<Found>, Vec<Found>)> {
    if !data.is_dir() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut found = Vec::new();
    let mut manifests = Vec::new();
    let walk = WalkDir::new(data)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'));
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let path = entry.into_path();
                let name = name_of(data, &path);
                let file = name.rsplit('/').next().unwrap_or(&name);
                if drops::is_manifest(file) {
                    manifests.push(Found::whole(path, name));
                } else if drops::marker(file).is_none() && !unfinished(&name) && !returned::is_schema(&path) {
                    found.push(Found::whole(path, name));
                }
            }
            Ok(_) => {}
            Err(error) if error.loop_ancestor().is_some() => {
                let path = error.path().map(|path| name_of(data, path)).unwrap_or_default();
                warnings.push(format!("data/{path}: a link that leads back to a folder above it was not followed"));
            }
            Err(error) => {
                let path = error.path().unwrap_or(data).to_path_buf();
                let dangling = path.is_symlink();
                let error = std::io::Error::from(error);
                if dangling && error.kind() == std::io::ErrorKind::NotFound {
                    warnings.push(format!("data/{}: a link to nothing was passed over", name_of(data, &path)));
                } else {
                    return Err(Problem::io("read the data folder", &path, &error));
                }
            }
        }
    }
    found.sort_by(|a, b| natural(&a.name, &b.name));
    manifests.sort_by(|a, b| natural(&a.name, &b.name));
    Ok((found, manifests))
}

fn name_of(data: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(data).unwrap_or(path);
    relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether a file bears the name of a copy that is still being made; it gets its own name when it is whole.
pub fn unfinished(name: &str) -> bool {
    let name = name.to_lowercase();
    let file = name.rsplit('/').next().unwrap_or(&name);
    file.starts_with("~$")
        || file.ends_with('~')
        || [".part", ".tmp", ".crdownload", ".partial"].iter().any(|ending| file.ends_with(ending))
}

/// A full stop stands before all else: the ending of `day1.csv` must not put `day1-corrected.csv` or the `day1 (1).csv`
/// of a browser before it, for the later file has the last word.
fn rank(byte: u8) -> u16 {
    if byte == b'.' { 0 } else { u16::from(byte) + 1 }
}

/// Compares names with the numbers in them as numbers; equal ones fall back to plain order, so the order is total.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (first, rest_left) = number(left);
                let (second, rest_right) = number(right);
                match first.len().cmp(&second.len()).then_with(|| first.cmp(second)) {
                    Ordering::Equal => (left, right) = (rest_left, rest_right),
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) => match rank(*x).cmp(&rank(*y)) {
                Ordering::Equal => (left, right) = (&left[1..], &right[1..]),
                unequal => return unequal,
            },
        }
    }
}

/// The digits at the start without leading zeros, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let start = text[..end].iter().position(|byte| *byte != b'0').unwrap_or(end);
    (&text[start..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_numbers_in_names_count_as_numbers() {
        let mut names = vec!["day10.csv", "day2.csv", "day1.csv", "day02.csv", "a/9", "a/10"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a/9", "a/10", "day1.csv", "day02.csv", "day2.csv", "day10.csv"]);
        let mut names = vec!["day1-corrected.csv", "day1 (1).csv", "day1.csv", "day1/x.csv", "day1.2.csv"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["day1.2.csv", "day1.csv", "day1 (1).csv", "day1-corrected.csv", "day1/x.csv"]);
    }

    #[test]
    fn hidden_and_unfinished_files_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a.csv",
            ".hidden.csv",
            "b.csv.part",
            "c.tmp",
            "~$d.xlsx",
            "a.csv.done",
            ".done",
            "_SUCCESS",
            "MANIFEST.json",
        ] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let mut warnings = Warnings::default();
        let names: Vec<String> = files(folder.path(), &mut warnings).unwrap().into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["a.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_its_own_folder_is_survived() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        std::fs::write(folder.path().join("in/a.csv"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("in/again")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dead.csv")).unwrap();
        let mut warnings = Warnings::default();
        assert_eq!(files(folder.path(), &mut warnings).unwrap().len(), 1);
        assert_eq!(warnings.list().len(), 2, "{:?}", warnings.list());
    }
}
