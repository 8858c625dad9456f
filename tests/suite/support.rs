//! A project in a temporary folder, and the real program run on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The day all tests are built on, unless they say otherwise.
pub const TODAY: &str = "2026-11-05";

/// A project that is deleted at the end of the test.
pub struct TestProject {
    folder: tempfile::TempDir,
    today: &'static str,
}

/// What a run of the program left.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl TestProject {
    /// An empty folder with a data folder.
    pub fn empty() -> TestProject {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("data")).expect("a data folder");
        TestProject { folder, today: TODAY }
    }

    /// A copy of a fixture below `tests/`.
    pub fn of(fixture: &str) -> TestProject {
        let project = TestProject::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(fixture), project.root());
        project
    }

    /// Two stores, three people, a few sales: enough for every page.
    pub fn small() -> TestProject {
        TestProject::empty()
            .file("data/stores.csv", "store_id,name,region,city\nS1,东湖店,华东,杭州\nS2,西街店,华东,苏州\n")
            .file(
                "data/transactions.csv",
                "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n\
                 T1,2026-10-01 10:00:00,S1,R1,A,茶,饮品,1,10.00\n\
                 T2,2026-10-02 10:00:00,S1,R2,B,饼,零食,2,20.00\n\
                 T3,2026-10-03 10:00:00,S2,R3,A,茶,饮品,3,30.00\n\
                 T4,2026-10-31 10:00:00,S2,R1,B,饼,零食,4,40.00\n",
            )
    }

    /// The same settings on a folder that holds a copy of this project.
    pub fn copy_at(&self, folder: tempfile::TempDir) -> TestProject {
        TestProject { folder, today: self.today }
    }

    pub fn today(mut self, today: &'static str) -> TestProject {
        self.today = today;
        self
    }

    /// Writes a file of the project.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> TestProject {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("create the folder");
        std::fs::write(path, content).expect("write the file");
        self
    }

    /// Replaces text in a file of the project; the text must be there.
    pub fn change(self, path: &str, from: &str, to: &str) -> TestProject {
        let text = std::fs::read_to_string(self.path(path)).expect("read the file");
        assert!(text.contains(from), "{path} does not contain {from:?}");
        std::fs::write(self.path(path), text.replace(from, to)).expect("write the file");
        self
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("read {path}: {error}"))
    }

    /// Runs `storebook --project DIR arguments…`.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().expect("start storebook"))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_storebook"));
        command.arg("--project").arg(self.root()).args(arguments);
        // The CI that runs the tests is not the one a test speaks of.
        for name in ["GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "CI_PROJECT_DIR"] {
            command.env_remove(name);
        }
        command
    }

    /// Builds for a preview and expects success.
    pub fn build(&self) -> Ran {
        let ran = self.try_build(&[]);
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
        ran
    }

    pub fn try_build(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["build", "--unsealed", "--today", self.today];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// A query as CSV.
    pub fn query(&self, sql: &str) -> String {
        let ran = self.run(&["query", sql, "--format", "csv", "--today", self.today]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    }

    /// Every published file by path.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path("output"))
    }
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The same command where every right is given that a program does not take back itself.
#[cfg(unix)]
pub fn unmasked(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Runs the program outside any project.
pub fn storebook(arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_storebook")).args(arguments).output().expect("start storebook"))
}

pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return files;
    }
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("walk the folder");
        if entry.file_type().is_file() {
            let name =
                entry.path().strip_prefix(folder).expect("below the folder").to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read(entry.path()).expect("read the file"));
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("walk the fixture");
        let target = to.join(entry.path().strip_prefix(from).expect("below the fixture"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).expect("create the folder");
        } else {
            std::fs::copy(entry.path(), &target).expect("copy the file");
        }
    }
}
