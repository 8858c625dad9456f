//! The two lists of a snapshot: the encrypted manifest, which names files, and the clear index, which names blobs.
//!
//! Both are read from a folder that others may have written, so no path of them is used before it was checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::key;

pub(super) const FORMAT: u32 = 1;
/// A manifest of a hundred thousand files takes about 40 MB.
pub(super) const MAX_LIST: u64 = 1 << 30;

/// Files and folders at the top of a project that a snapshot may hold.
pub(super) const FILES: [&str; 4] = [
    crate::project::CONFIG_FILE,
    crate::project::rulebook::FILES[0],
    crate::project::rulebook::FILES[1],
    crate::eject::RECORD,
];
pub(super) const FOLDERS: [&str; 5] = ["content", "data", "models", "state", "themes"];
/// Below `state/`, and in no snapshot: the keys, and what a publish is about to change.
pub(super) const NOT_STATE: [&str; 2] = ["keys", ".pending"];

/// One file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// From the project's folder, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Permissions, as `0o640`; meaningless where the system has none.
    pub mode: u32,
    /// BLAKE3 of the content in hexadecimal digits.
    pub hash: String,
    pub blob: String,
}

/// What was in the project: encrypted, `manifest.age`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub format: u32,
    /// Both names bind the manifest to its place, so that lists cannot be exchanged unnoticed.
    pub repository: String,
    pub snapshot: String,
    pub made: String,
    pub program: String,
    /// Every folder, also one without files.
    pub folders: Vec<String>,
    pub files: Vec<File>,
}

/// Which blobs a snapshot needs: in clear, `index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub format: u32,
    pub repository: String,
    pub snapshot: String,
    pub made: String,
    pub key: String,
    /// Files of the snapshot and their bytes, for the list of snapshots.
    pub files: u64,
    pub bytes: u64,
    /// Size of `manifest.age`.
    pub manifest: u64,
    /// Sizes of the encrypted blobs, by name.
    pub blobs: BTreeMap<String, u64>,
}

impl Manifest {
    pub(super) fn parse(bytes: &[u8], repository: &str, snapshot: &str) -> Result<Manifest, String> {
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        known(manifest.format, (&manifest.repository, &manifest.snapshot), (repository, snapshot))?;
        let mut seen = BTreeSet::new();
        for path in manifest.folders.iter().chain(manifest.files.iter().map(|file| &file.path)) {
            if let Some(fault) = path_fault(path) {
                return Err(format!("it names {path:?}: {fault}"));
            }
            if !seen.insert(path) {
                return Err(format!("it names {path:?} twice"));
            }
        }
        match manifest.files.iter().find(|file| !is_name(&file.blob)) {
            Some(file) => Err(format!("the blob of {:?} has no name a blob can have", file.path)),
            None => Ok(manifest),
        }
    }
}

impl Index {
    pub(super) fn parse(bytes: &[u8], repository: &str, snapshot: &str) -> Result<Index, String> {
        let index: Index = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        known(index.format, (&index.repository, &index.snapshot), (repository, snapshot))?;
        if !key::is_id(&index.key) {
            return Err("its key has no name a key can have".to_owned());
        }
        match index.blobs.keys().find(|name| !is_name(name)) {
            Some(name) => Err(format!("{name:?} cannot be the name of a blob")),
            None => Ok(index),
        }
    }
}

fn known(format: u32, found: (&str, &str), wanted: (&str, &str)) -> Result<(), String> {
    if format != FORMAT {
        return Err(format!("format {format} is not known to this version"));
    }
    if found != wanted {
        return Err("it belongs to another snapshot or another repository".to_owned());
    }
    Ok(())
}

/// Whether a text can be the name of a blob: it becomes the name of a file.
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What keeps a path from being a file or folder of a project's backup.
pub(super) fn path_fault(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Some("it leads elsewhere");
    }
    if path.contains('\0') || (cfg!(windows) && path.contains(['\\', ':'])) {
        return Some("no file can have this name");
    }
    match parts[..] {
        [file] if FILES.contains(&file) || FOLDERS.contains(&file) => None,
        ["state", below, ..] if NOT_STATE.contains(&below) => Some("a snapshot never holds this"),
        [folder, _, ..] if FOLDERS.contains(&folder) => None,
        _ => Some("a snapshot never holds this"),
    }
}

/// What keeps a path from being a file below `state/keys/`.
pub(super) fn key_path_fault(path: &str) -> Option<&'static str> {
    let leads = path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if leads {
        return Some("it leads elsewhere");
    }
    (path.contains('\0') || (cfg!(windows) && path.contains(['\\', ':']))).then_some("no file can have this name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_project_are_taken() {
        for good in ["storebook.toml", "data", "data/门店/五月 销售.csv", "state/people.csv", "themes/a/b.css"] {
            assert_eq!(path_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "data/../../x",
            "data//x",
            "data/.",
            "state/keys",
            "state/keys/master",
            "state/.pending/0",
            ".git/hooks/post-checkout",
            "output/index.html",
            "README.md",
            "data/\0",
        ] {
            assert!(path_fault(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_of_a_blob_cannot_lead_out() {
        assert!(is_name(&"0f".repeat(32)));
        for bad in [String::new(), "../".repeat(21) + "x", "0F".repeat(32), "0".repeat(63)] {
            assert!(!is_name(&bad), "{bad}");
        }
    }

    #[test]
    fn a_list_of_another_place_is_refused() {
        let index = |snapshot: &str, blob: &str| {
            let blobs = BTreeMap::from([(blob.to_owned(), 1)]);
            let index = Index {
                format: FORMAT,
                repository: "r".into(),
                snapshot: snapshot.into(),
                made: String::new(),
                key: "0".repeat(16),
                files: 1,
                bytes: 1,
                manifest: 1,
                blobs,
            };
            Index::parse(&serde_json::to_vec(&index).unwrap(), "r", "s").map(drop)
        };
        assert_eq!(index("s", &"a".repeat(64)), Ok(()));
        assert!(index("t", &"a".repeat(64)).unwrap_err().contains("another snapshot"));
        assert!(index("s", "../../x").is_err());
        assert!(Index::parse(b"{", "r", "s").is_err());
    }
}
