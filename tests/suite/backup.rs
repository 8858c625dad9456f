//! Backups with the real program: what is in them, that they come back, that no kill and no damage goes unnoticed.
#![cfg(unix)]

mod drill;
mod hostile;
mod kills;
mod sealed;
mod writing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use age::secrecy::ExposeSecret;

use crate::support::{Ran, TestProject, tree};

/// A project, and beside it a place for a repository and what opens it.
struct Bench {
    project: TestProject,
    folder: tempfile::TempDir,
    recipient: String,
}

/// A project with something of everything that is backed up, and of everything that is not.
fn furnished() -> TestProject {
    TestProject::small()
        .file("storebook.toml", "[site]\nlocales = [\"en\"]\n")
        .file("ejected.toml", "# copies\n")
        .file("data/门店 五月/ça va – 销售.txt", "unicode")
        .file("data/.done", "")
        .file("content/own.md", "+++\ntitle = \"Own\"\n+++\nText.\n")
        .file("models/own.sql", "select 1 as one")
        .file("themes/default/static/own.css", "p {}")
        .file("state/people.csv", "record,person\n")
        .file("state/closed/2026-09.csv", "frozen\n")
        .file("state/keys/master", "the key of all pages")
        .file("state/.pending/0", "half a change")
        .file(".storebook/tables/x", "cache")
        .file("quarantine/rows.csv", "bad rows")
        .file("output/index.html", "<p>")
        .file("deploy/nginx.conf", "server")
        .file(".git/config", "[core]")
        .file("README.md", "not input")
}

/// What a snapshot of that project holds, written down by hand.
const HELD: [&str; 10] = [
    "content/own.md",
    "data/.done",
    "data/stores.csv",
    "data/transactions.csv",
    "data/门店 五月/ça va – 销售.txt",
    "ejected.toml",
    "models/own.sql",
    "state/closed/2026-09.csv",
    "state/people.csv",
    "storebook.toml",
];
const THEME: &str = "themes/default/static/own.css";

impl Bench {
    fn of(project: TestProject) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let recipient = key(folder.path(), "me.key");
        Bench { project, folder, recipient }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn repository(&self) -> String {
        self.text("repository")
    }
    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn command(&self, more: &[&str]) -> Command {
        let (repository, recipient) = (self.repository(), self.recipient.clone());
        let mut command = self.project.command(&["backup", &repository, "--recipient", &recipient]);
        command.args(more);
        command
    }

    fn try_back_up(&self, more: &[&str]) -> Ran {
        ran(self.command(more))
    }

    /// Backs up and returns the report.
    fn back_up(&self, more: &[&str]) -> serde_json::Value {
        let ran = self.try_back_up(&[&["--json"], more].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        serde_json::from_str(&ran.out).expect("JSON")
    }

    fn list(&self) -> Vec<String> {
        let ran = self.project.run(&["backup", "list", &self.repository(), "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let list: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let list = list.as_array().expect("a list");
        list.iter().map(|one| one["snapshot"].as_str().expect("an id").to_owned()).collect()
    }

    fn verify(&self, all: bool) -> Ran {
        let (repository, key) = (self.repository(), self.text("me.key"));
        let mut arguments = vec!["backup", "verify", &repository];
        if all {
            arguments.extend(["--read-all", "--identity", &key]);
        }
        self.project.run(&arguments)
    }

    /// Everything is there and what it was; returns what the program said.
    fn whole(&self, what: &str) -> String {
        for all in [false, true] {
            let ran = self.verify(all);
            assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
        }
        self.verify(true).out
    }

    fn try_restore(&self, to: &str, more: &[&str]) -> Ran {
        let (repository, to, key) = (self.repository(), self.text(to), self.text("me.key"));
        let arguments = ["backup", "restore", &repository, "--to", &to, "--identity", &key];
        self.project.run(&[&arguments, more].concat())
    }

    /// Restores and returns every file.
    fn restore(&self, to: &str, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let ran = self.try_restore(to, more);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        tree(&self.path(to))
    }

    /// Every blob of the repository.
    fn blobs(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path("repository/blobs"))
    }

    fn drill(&self, more: &[&str]) -> Ran {
        let (repository, key) = (self.repository(), self.text("me.key"));
        let arguments = ["backup", "restore", &repository, "--drill", "--identity", &key];
        self.project.run(&[&arguments, more].concat())
    }
}

fn ran(mut command: Command) -> Ran {
    let output = command.output().expect("start storebook");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Writes a new identity file and returns its recipient.
pub(crate) fn key(folder: &Path, name: &str) -> String {
    let identity = age::x25519::Identity::generate();
    std::fs::write(folder.join(name), format!("{}\n", identity.to_string().expose_secret())).expect("write the key");
    identity.to_public().to_string()
}

/// The message without the breaks a narrow terminal puts into it.
fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['│', ' ', '×'])).collect();
    lines.join(" ").replace("  ", " ")
}
