//! Places where a test can kill the program or hold it still, to prove what a crash at that moment leaves.
//!
//! One table names them all, so that a test that walks the table cannot miss one. Release builds compile the calls to
//! nothing.

/// Which way of publishing comes past a failpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Every publish.
    Any,
    /// A swap by exchanging two directories that stand both.
    Exchange,
    /// A swap by turning a symbolic link.
    Symlink,
    /// A swap file by file.
    OrderedCopy,
    /// A publish after which there are more old releases than are kept.
    Prune,
    /// The same where the first of them becomes the spare tree: its place is beside the site.
    Spare,
    /// A publish that changes a file of the state.
    State,
    /// The run after a killed one.
    Recovery,
    /// Not on the way of a publish: tests hold the program there.
    Build,
    /// A backup that is not the first, brings a changed file and gives up an older snapshot.
    Backup,
    /// Where tests change a file under a backup that reads it.
    BackupRead,
}

/// What stands in the output after a kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    Old,
    New,
    /// Files of both; the next run completes the new one.
    Between,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failpoint {
    pub name: &'static str,
    pub way: Way,
    pub leaves: Leaves,
}

const fn point(name: &'static str, way: Way, leaves: Leaves) -> Failpoint {
    Failpoint { name, way, leaves }
}

/// All of them, in the order a publish comes past.
pub const ALL: &[Failpoint] = &[
    point("build-locked", Way::Build, Leaves::Old),
    point("sources-found", Way::Build, Leaves::Old),
    point("open-created", Way::Any, Leaves::Old),
    point("build-planned", Way::Any, Leaves::Old),
    point("write-file", Way::Any, Leaves::Old),
    point("finish-begin", Way::Any, Leaves::Old),
    point("finish-release", Way::Any, Leaves::Old),
    point("finish-manifest", Way::Any, Leaves::Old),
    point("finish-verified", Way::Any, Leaves::Old),
    point("finish-dotfiles", Way::Any, Leaves::Old),
    point("finish-synced", Way::Any, Leaves::Old),
    point("pending-folder", Way::State, Leaves::Old),
    point("pending-file", Way::State, Leaves::Old),
    point("pending-files", Way::State, Leaves::Old),
    point("pending-record", Way::State, Leaves::Old),
    point("swap-announced", Way::Any, Leaves::Old),
    point("swap-before", Way::Any, Leaves::Old),
    point("swap-exchanged", Way::Exchange, Leaves::New),
    point("swap-noted", Way::Symlink, Leaves::Old),
    point("swap-release", Way::Symlink, Leaves::Old),
    point("swap-link", Way::Symlink, Leaves::Old),
    point("swap-relinked", Way::Symlink, Leaves::New),
    point("copy-kept", Way::OrderedCopy, Leaves::Old),
    point("copy-incoming", Way::OrderedCopy, Leaves::Old),
    point("copy-begun", Way::OrderedCopy, Leaves::Between),
    point("copy-assets", Way::OrderedCopy, Leaves::Between),
    point("copy-pages", Way::OrderedCopy, Leaves::Between),
    point("copy-card", Way::OrderedCopy, Leaves::Between),
    point("copy-orphans", Way::OrderedCopy, Leaves::Between),
    point("swap-done", Way::Any, Leaves::New),
    point("keep-stripped", Way::Exchange, Leaves::New),
    point("keep-moved", Way::Exchange, Leaves::New),
    point("keep-told", Way::Any, Leaves::New),
    point("prune-doomed", Way::Prune, Leaves::New),
    point("spare-reduced", Way::Spare, Leaves::New),
    point("prune-removed", Way::Prune, Leaves::New),
    point("commit-begin", Way::State, Leaves::New),
    point("commit-file", Way::State, Leaves::New),
    point("commit-files", Way::State, Leaves::New),
    point("commit-record", Way::State, Leaves::New),
    point("pending-removed", Way::State, Leaves::New),
    point("recover-begin", Way::Recovery, Leaves::New),
    point("recover-forward", Way::Recovery, Leaves::New),
    point("backup-locked", Way::Backup, Leaves::Old),
    point("backup-read", Way::BackupRead, Leaves::Old),
    point("backup-blob", Way::Backup, Leaves::Old),
    point("backup-blob-placed", Way::Backup, Leaves::Old),
    point("backup-files", Way::Backup, Leaves::Old),
    point("backup-manifest", Way::Backup, Leaves::Old),
    point("backup-index", Way::Backup, Leaves::Old),
    point("backup-snapshot", Way::Backup, Leaves::New),
    point("prune-hidden", Way::Backup, Leaves::New),
    point("prune-snapshots", Way::Backup, Leaves::New),
    point("prune-blob", Way::Backup, Leaves::New),
    point("drill-keys", Way::Build, Leaves::Old),
];

/// Kills the process when `STOREBOOK_FAILPOINT` names this place. When `STOREBOOK_HOLD` is `<name>=<path>`, makes the
/// file `<path>.reached` and goes on once `<path>.go` exists.
pub fn failpoint(name: &'static str) {
    if !cfg!(debug_assertions) {
        return;
    }
    debug_assert!(ALL.iter().any(|point| point.name == name), "the failpoint {name} is not in the table");
    if std::env::var_os("STOREBOOK_FAILPOINT").is_some_and(|wanted| wanted == name) {
        kill();
    }
    if let Ok(hold) = std::env::var("STOREBOOK_HOLD")
        && let Some((wanted, path)) = hold.split_once('=')
        && wanted == name
    {
        let _ = std::fs::write(format!("{path}.reached"), "");
        let go = format!("{path}.go");
        while !std::path::Path::new(&go).exists() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// As `kill -9` does: nothing is flushed, dropped or cleaned up.
fn kill() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort();
}
