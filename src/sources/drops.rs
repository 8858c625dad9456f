//! How a sender says that a drop is whole: a manifest with sizes and hashes, or a marker beside the files.
//!
//! A manifest is a file `manifest.json` (or `MANIFEST.json`) in any folder of `data/`:
//!
//! ```json
//! { "files": [ { "path": "sales.csv", "size": 1234, "sha256": "64 hexadecimal digits" } ] }
//! ```
//!
//! Paths are relative to its folder. A build refuses a drop that is not what its manifest says; `watch` and `serve`
//! wait for it. Neither manifests nor markers are ever taken for data.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::discover::Found;
use super::intake;
use crate::problem::{Problem, Result};
use crate::warehouse::TableStore;

/// A manifest larger than this is no list of files.
const MAX_MANIFEST_BYTES: u64 = 16 << 20;

/// One file a manifest promises.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Relative to the manifest's folder, with `/`.
    #[serde(alias = "name")]
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// 64 hexadecimal digits, in lower case once parsed.
    pub sha256: String,
}

/// How a listed file differs from what was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Missing,
    Size { is: u64, should: u64 },
    Hash,
    Unreadable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing => write!(f, "is not there"),
            Fault::Size { is, should } => write!(f, "has {is} bytes instead of {should}"),
            Fault::Hash => write!(f, "has another SHA-256 than the listed one"),
            Fault::Unreadable(why) => write!(f, "could not be read: {why}"),
        }
    }
}

/// Whether a file of this name is the manifest of its folder.
pub fn is_manifest(file_name: &str) -> bool {
    file_name.eq_ignore_ascii_case("manifest.json")
}

/// What a marker says is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker<'a> {
    /// `sales.csv.done`: the file `sales.csv` beside it.
    File(&'a str),
    /// `.done`, `_DONE`, `_SUCCESS`: every file below its folder.
    Folder,
}

/// Reads a file's name as a marker.
pub fn marker(file_name: &str) -> Option<Marker<'_>> {
    let lower = file_name.to_ascii_lowercase();
    if [".done", "_done", "_success"].contains(&lower.as_str()) {
        return Some(Marker::Folder);
    }
    lower.strip_suffix(".done").and_then(|stem| file_name.get(..stem.len())).map(Marker::File)
}

/// The files a manifest lists; an error says what is wrong with it.
pub fn parse(text: &str) -> std::result::Result<Vec<Listed>, String> {
    #[derive(Deserialize)]
    struct Manifest {
        files: Vec<Listed>,
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut listed = serde_json::from_str::<Manifest>(text).map_err(|error| error.to_string())?.files;
    let mut seen = BTreeSet::new();
    for file in &mut listed {
        let whole = !file.path.is_empty()
            && file.path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
            && !file.path.contains(['\\', '\0']);
        if !whole {
            return Err(format!("the path {:?} does not lie below the manifest's folder", file.path));
        }
        if file.sha256.len() != 64 || !file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("the sha256 of {:?} has not 64 hexadecimal digits", file.path));
        }
        file.sha256.make_ascii_lowercase();
        if !seen.insert(file.path.clone()) {
            return Err(format!("{:?} is listed twice", file.path));
        }
    }
    Ok(listed)
}

/// Reads and parses a manifest.
pub fn read(manifest: &Path) -> std::result::Result<Vec<Listed>, String> {
    let about = fs::metadata(manifest).map_err(|error| error.to_string())?;
    if about.len() > MAX_MANIFEST_BYTES {
        return Err(format!("it has {} bytes: that is no list of files", about.len()));
    }
    parse(&fs::read_to_string(manifest).map_err(|error| error.to_string())?)
}

/// Compares one file with what was promised. `hash` is asked only when the size is right.
pub fn fault(file: &Path, listed: &Listed, hash: &mut dyn FnMut(&Path) -> io::Result<String>) -> Option<Fault> {
    let about = match fs::metadata(file) {
        Ok(about) if about.is_file() => about,
        Ok(_) => return Some(Fault::Missing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Fault::Missing),
        Err(error) => return Some(Fault::Unreadable(error.to_string())),
    };
    if about.len() != listed.size {
        return Some(Fault::Size { is: about.len(), should: listed.size });
    }
    match hash(file) {
        Ok(found) if found == listed.sha256 => None,
        Ok(_) => Some(Fault::Hash),
        Err(error) => Some(Fault::Unreadable(error.to_string())),
    }
}

/// SHA-256 of a file's bytes in hexadecimal digits.
pub fn sha256(file: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut input = File::open(file)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match io::Read::read(&mut input, &mut buffer)? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Refuses a drop that is not what its manifest says: nothing of it may reach a reader.
pub(super) fn check(manifests: &[Found], store: &TableStore) -> Result<()> {
    for manifest in manifests {
        let listed = read(&manifest.path).map_err(|why| {
            Problem::failed(format!("this is not a manifest of a drop: {why}")).at(shown(manifest)).hint(
                "write {\"files\": [{\"path\": …, \"size\": …, \"sha256\": …}]}, or give the file another name if it holds data",
            )
        })?;
        let folder = manifest.path.parent().unwrap_or(&manifest.path);
        let mut faults = Vec::new();
        for file in &listed {
            let mut hash = |path: &Path| intake::sha256(path, store).map_err(io::Error::other);
            if let Some(fault) = fault(&folder.join(&file.path), file, &mut hash) {
                faults.push(format!("{} {fault}", file.path));
            }
        }
        if !faults.is_empty() {
            return Err(broken(manifest, &faults, listed.len()));
        }
    }
    Ok(())
}

fn broken(manifest: &Found, faults: &[String], listed: usize) -> Problem {
    let more = faults.len().saturating_sub(3);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let first = faults.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    Problem::failed(format!(
        "the drop is not what its manifest says, in {} of {listed} files: {first}{more}",
        faults.len()
    ))
    .at(shown(manifest))
    .hint("let the transfer end, or send the drop again with its manifest; the published site was left as it is")
}

fn shown(manifest: &Found) -> PathBuf {
    Path::new("data").join(&manifest.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf abc | sha256sum
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn names_of_markers_and_manifests() {
        assert!(is_manifest("manifest.json") && is_manifest("MANIFEST.json") && !is_manifest("my-manifest.json"));
        assert_eq!(marker("sales.csv.done"), Some(Marker::File("sales.csv")));
        assert_eq!(marker("销售.CSV.DONE"), Some(Marker::File("销售.CSV")));
        for name in [".done", "_SUCCESS", "_DONE"] {
            assert_eq!(marker(name), Some(Marker::Folder), "{name}");
        }
        assert_eq!(marker("done"), None);
        assert_eq!(marker("done.csv"), None);
    }

    #[test]
    fn a_manifest_is_read_and_hostile_ones_are_refused() {
        let one = |path: &str, sha: &str| {
            format!(r#"{{"made":"x","files":[{{"path":{path:?},"size":3,"sha256":"{sha}"}}]}}"#)
        };
        let listed = parse(&one("day/销售.csv", &ABC.to_uppercase())).unwrap();
        assert_eq!(listed, [Listed { path: "day/销售.csv".into(), size: 3, sha256: ABC.into() }]);
        for path in ["../x", "/etc/passwd", "a/../b", "", "a//b", "./a", "a\\b"] {
            assert!(parse(&one(path, ABC)).is_err(), "{path}");
        }
        assert!(parse(&one("a", "abc")).is_err());
        assert!(parse(r#"{"files":[{"path":"a","size":-1,"sha256":""}]}"#).is_err());
        assert!(parse("[1,2]").is_err() && parse("{\"files\": [").is_err());
        let twice = format!(
            r#"{{"files":[{{"path":"a","size":3,"sha256":"{ABC}"}},{{"name":"a","size":3,"sha256":"{ABC}"}}]}}"#
        );
        assert!(parse(&twice).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_file_is_held_against_its_size_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let listed = Listed { path: "a.csv".into(), size: 3, sha256: ABC.into() };
        let mut hash = |path: &Path| sha256(path);
        assert_eq!(fault(&file, &listed, &mut hash), Some(Fault::Missing));
        fs::write(&file, "ab").unwrap();
        assert_eq!(fault(&file, &listed, &mut hash), Some(Fault::Size { is: 2, should: 3 }));
        fs::write(&file, "abd").unwrap();
        assert_eq!(fault(&file, &listed, &mut hash), Some(Fault::Hash));
        fs::write(&file, "abc").unwrap();
        assert_eq!(fault(&file, &listed, &mut hash), None);
        assert_eq!(fault(folder.path(), &listed, &mut hash), Some(Fault::Missing));
    }
}
