//! What the inputs of a project look like at one moment: names, sizes, times and inodes, and no file's content.
//!
//! Only `data/`, `content/`, `themes/`, `models/` and `storebook.toml` are inputs, so the output, the cache, the state
//! and the quarantine can never wake a build. Links are followed, circles of them are not.

use std::collections::{BTreeMap, HashMap};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use walkdir::WalkDir;

use crate::project::{CONFIG_FILE, rulebook};
use crate::sources::{drops, unfinished};

/// The folders of a project that a build reads, apart from its settings.
pub const FOLDERS: [&str; 4] = ["data", "content", "themes", "models"];

/// What a file is to the watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pages, themes, models, settings: whole as soon as they are quiet.
    Content,
    /// Below `data/`: whole when its sender says so, or when it is stable.
    Data,
    /// `manifest.json` of a drop: data too, with a promise in it.
    Manifest,
    /// `.done` and its like: tells about others.
    Marker,
    /// `.part` and its like: ignored until it gets its name.
    Unfinished,
}

/// What changes when a file is written or replaced. Times in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stat {
    pub size: u64,
    pub modified: u128,
    /// Device and inode; zero where there are none.
    pub id: (u64, u64),
}

impl Stat {
    pub fn of(about: &Metadata) -> Stat {
        let modified =
            about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos());
        Stat { size: about.len(), modified, id: identity(about) }
    }
}

#[cfg(unix)]
fn identity(about: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub stat: Stat,
    /// It lies on a network file system, where times and sizes arrive late.
    pub remote: bool,
}

/// A drop with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Name of the manifest: `data/pos/manifest.json`.
    pub manifest: String,
    /// Names of the files it lists.
    pub listed: Vec<String>,
    /// The first thing that is not as promised, as a sentence; `None`: the drop is whole.
    pub fault: Option<String>,
}

/// The inputs at one moment, by name relative to the project with `/`.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// Nanoseconds since 1970 by the machine's clock.
    pub taken: u128,
    pub entries: BTreeMap<String, Entry>,
    pub announced: Vec<Announced>,
    /// Some input lies on a network file system: events cannot be relied upon.
    pub remote: bool,
}

/// Looks at the inputs again and again; remembers what is costly to find out.
#[derive(Debug, Default)]
pub struct Scanner {
    root: PathBuf,
    /// SHA-256 of files that stayed as they are.
    hashes: HashMap<(PathBuf, Stat), String>,
    /// Whether a device is a network file system.
    devices: HashMap<u64, bool>,
}

impl Scanner {
    pub fn new(root: &Path) -> Scanner {
        Scanner { root: root.to_path_buf(), ..Scanner::default() }
    }

    /// Looks at every input. What cannot be read is taken for absent: the build will say why.
    pub fn scan(&mut self) -> Scan {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut scan = Scan { taken: now, ..Scan::default() };
        for name in std::iter::once(CONFIG_FILE).chain(rulebook::FILES) {
            let file = self.root.join(name);
            if let Ok(about) = std::fs::metadata(&file) {
                self.enter(&mut scan, name.to_owned(), Kind::Content, &file, &about);
            }
        }
        let mut manifests = Vec::new();
        for folder in FOLDERS {
            self.walk(folder, &mut scan, &mut manifests);
        }
        scan.announced = manifests.iter().map(|manifest| self.announced(manifest)).collect();
        scan.remote = scan.entries.values().any(|entry| entry.remote);
        scan
    }

    fn walk(&mut self, folder: &str, scan: &mut Scan, manifests: &mut Vec<String>) {
        let top = self.root.join(folder);
        let walk = WalkDir::new(&top).follow_links(true).into_iter().filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || !name.starts_with('.') || (entry.file_type().is_file() && name == ".done")
        });
        for entry in walk.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            let path = entry.path();
            if !about.is_file() {
                // A folder without files yet may lie on a share that sends no events.
                scan.remote |= self.is_remote(path, &Stat::of(&about));
                continue;
            }
            let Some(kind) = kind(folder == "data", &entry.file_name().to_string_lossy()) else { continue };
            let name = name_of(&self.root, path);
            if kind == Kind::Manifest {
                manifests.push(name.clone());
            }
            self.enter(scan, name, kind, path, &about);
        }
    }

    fn enter(&mut self, scan: &mut Scan, name: String, kind: Kind, path: &Path, about: &Metadata) {
        let stat = Stat::of(about);
        let remote = self.is_remote(path, &stat);
        scan.entries.insert(name, Entry { kind, stat, remote });
    }

    fn is_remote(&mut self, path: &Path, stat: &Stat) -> bool {
        *self.devices.entry(stat.id.0).or_insert_with(|| super::remote::is_remote(path))
    }

    fn announced(&mut self, manifest: &str) -> Announced {
        let path = self.root.join(manifest);
        let folder = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
        match drops::read(&path) {
            Err(why) => {
                let fault = Some(format!("{manifest} cannot be read as a manifest: {why}"));
                Announced { manifest: manifest.to_owned(), listed: Vec::new(), fault }
            }
            Ok(files) => {
                let mut fault = None;
                for file in &files {
                    // The first fault is enough to wait for; looking on would read large files in vain.
                    if fault.is_none() {
                        let found = self.root.join(folder).join(&file.path);
                        fault = drops::fault(&found, file, &mut |path| self.hash(path))
                            .map(|fault| format!("{folder}/{} {fault}, says {manifest}", file.path));
                    }
                }
                let listed = files.iter().map(|file| format!("{folder}/{}", file.path)).collect();
                Announced { manifest: manifest.to_owned(), listed, fault }
            }
        }
    }

    fn hash(&mut self, path: &Path) -> std::io::Result<String> {
        let stat = Stat::of(&std::fs::metadata(path)?);
        let key = (path.to_path_buf(), stat);
        if let Some(known) = self.hashes.get(&key) {
            return Ok(known.clone());
        }
        let hash = drops::sha256(path)?;
        self.hashes.retain(|(other, _), _| other != path);
        self.hashes.insert(key, hash.clone());
        Ok(hash)
    }
}

/// `None`: an editor's own file, which no build reads.
fn kind(data: bool, file_name: &str) -> Option<Kind> {
    if data {
        return Some(if drops::is_manifest(file_name) {
            Kind::Manifest
        } else if drops::marker(file_name).is_some() {
            Kind::Marker
        } else if unfinished(file_name) {
            Kind::Unfinished
        } else {
            Kind::Data
        });
    }
    // Backups, locks and the probes editors write beside the file: `page.md~`, `#page.md#`, `4913`, `page.md.swp`.
    let editors = file_name.starts_with('#')
        || file_name == "4913"
        || [".swp", ".swx", ".bak", ".orig"].iter().any(|ending| file_name.ends_with(ending))
        || unfinished(file_name);
    (!editors).then_some(Kind::Content)
}

/// The name of an input as people write it.
fn name_of(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    fn names(scan: &Scan) -> Vec<(&str, Kind)> {
        scan.entries.iter().map(|(name, entry)| (name.as_str(), entry.kind)).collect()
    }

    #[test]
    fn only_inputs_are_seen() {
        let folder = project(&[
            "storebook.toml",
            "data/a.csv",
            "data/a.csv.done",
            "data/in/.done",
            "data/in/MANIFEST.json",
            "data/b.csv.part",
            "data/.hidden/c.csv",
            "content/p.md",
            "content/p.md~",
            "content/.p.md.swp",
            "content/4913",
            "themes/own/static/style.css",
            "models/m.sql",
            "state/people.csv",
            "output/index.html",
            ".storebook/x",
            "quarantine/q.csv",
            "notes.txt",
        ]);
        let scan = Scanner::new(folder.path()).scan();
        assert_eq!(
            names(&scan),
            [
                ("content/p.md", Kind::Content),
                ("data/a.csv", Kind::Data),
                ("data/a.csv.done", Kind::Marker),
                ("data/b.csv.part", Kind::Unfinished),
                ("data/in/.done", Kind::Marker),
                ("data/in/MANIFEST.json", Kind::Manifest),
                ("models/m.sql", Kind::Content),
                ("storebook.toml", Kind::Content),
                ("themes/own/static/style.css", Kind::Content),
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn circles_of_links_end() {
        let folder = project(&["data/in/a.csv", "content/p.md"]);
        std::os::unix::fs::symlink("..", folder.path().join("data/in/up")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("content/all")).unwrap();
        std::os::unix::fs::symlink("self", folder.path().join("data/self")).unwrap();
        let scan = Scanner::new(folder.path()).scan();
        assert!(scan.entries.contains_key("data/in/a.csv") && scan.entries.contains_key("content/p.md"));
        assert!(scan.entries.len() < 10, "{:?}", names(&scan));
    }

    #[test]
    fn a_manifest_tells_what_is_missing_and_then_that_all_is_there() {
        let folder = project(&[]);
        fs::create_dir_all(folder.path().join("data/d")).unwrap();
        // printf abc | sha256sum
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let text = format!(r#"{{"files":[{{"path":"a.csv","size":3,"sha256":"{sha}"}}]}}"#);
        fs::write(folder.path().join("data/d/manifest.json"), text).unwrap();
        let mut scanner = Scanner::new(folder.path());
        let announced = scanner.scan().announced;
        assert_eq!(announced[0].listed, ["data/d/a.csv"]);
        assert!(announced[0].fault.as_ref().unwrap().contains("data/d/a.csv is not there"), "{announced:?}");
        fs::write(folder.path().join("data/d/a.csv"), "abc").unwrap();
        assert_eq!(scanner.scan().announced[0].fault, None);
        fs::write(folder.path().join("data/d/manifest.json"), "{").unwrap();
        assert!(scanner.scan().announced[0].fault.as_ref().unwrap().contains("manifest"));
    }
}
