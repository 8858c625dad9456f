//! `storebook backup`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::live::Open;
use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Voice, wait};
use crate::backup::{self, Drill, Identities, Order, Recipients, Repository, RestoreOrder};
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  storebook backup /mnt/disk/book --recipients-file owners.txt      what is new since the last time
  storebook backup /mnt/disk/book --recipient age1… --keep 30
  storebook backup --keys /mnt/safe/keys-2026-11.age --recipient age1…
  storebook backup list /mnt/disk/book
  storebook backup verify /mnt/disk/book                            structure and sizes; needs no key
  storebook backup verify /mnt/disk/book --read-all --identity me.key
  storebook backup restore /mnt/disk/book --to chain --identity me.key
  storebook backup restore /mnt/disk/book --drill --identity me.key build the book from it and compare

Exit codes: 0 ok; 1 damaged, not proven, or a file could not be read or written; 2 usage;
3 refused: a target inside the project or not empty, an identity that does not open it, another run at work"
)]
pub struct Backup {
    #[command(subcommand)]
    action: Option<Action>,
    /// Folder of the backup, outside of the project; a new or empty one becomes a repository
    #[arg(value_name = "TO", conflicts_with = "keys")]
    to: Option<PathBuf>,
    /// Back up the keys alone (state/keys/) into this new file
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Who can read the backup: an age recipient; may be repeated
    #[arg(long, value_name = "AGE1…")]
    recipient: Vec<String>,
    /// File with a recipient per line
    #[arg(long, value_name = "FILE")]
    recipients_file: Option<PathBuf>,
    /// File whose first line is a passphrase that opens the backup
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Age identity that opens the repository's key, when the cache was deleted; may be repeated
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// Give up older snapshots: so many stay
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Wait while another run is at work: so many seconds, or until it ends
    #[arg(long, value_name = "SECONDS", num_args = 0..=1)]
    wait: Option<Option<u64>>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check a backup: structure and sizes, or every byte
    Verify(Verify),
    /// List the snapshots of a backup
    List(List),
    /// Bring a snapshot back into a new folder, or prove that it can be
    Restore(Restore),
}

/// What opens a backup.
#[derive(Debug, Args)]
struct Opening {
    /// Age identity file; may be repeated
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// File whose first line is the passphrase
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Opening {
    fn read(&self) -> Result<Identities> {
        Identities::read(&self.identity, self.passphrase_file.as_deref())
    }
}

/// What every reading of a backup may be told.
#[derive(Debug, Args)]
struct Reading {
    #[command(flatten)]
    opening: Opening,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Wait while another run is at work in the repository: so many seconds, or until it ends
    #[arg(long, value_name = "SECONDS", num_args = 0..=1)]
    wait: Option<Option<u64>>,
}

#[derive(Debug, Args)]
struct Verify {
    /// Folder of the backup
    repository: PathBuf,
    /// Decrypt everything and compare it with what was backed up
    #[arg(long)]
    read_all: bool,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Args)]
struct List {
    /// Folder of the backup
    repository: PathBuf,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Restore {
    /// Folder of the backup
    repository: PathBuf,
    /// New or empty folder for the project
    #[arg(long, value_name = "DIR", required_unless_present = "drill", conflicts_with = "drill")]
    to: Option<PathBuf>,
    /// Restore into a scratch folder, build the book there, compare it with the published one, and record the day
    #[arg(long)]
    drill: bool,
    /// Id of the snapshot, or its beginning [default: the newest]
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
    /// File of `storebook backup --keys`, to be put into state/keys/
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// With --drill: the published folder [default: output/ in the project]
    #[arg(long, value_name = "DIR", requires = "drill")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

impl Backup {
    pub fn run(&self, project: Open<'_>, voice: Voice) -> Result<ExitCode> {
        match (&self.action, &self.to, &self.keys) {
            (Some(Action::Verify(command)), ..) => command.run(voice),
            (Some(Action::List(command)), ..) => command.run(),
            (Some(Action::Restore(command)), ..) => command.run(project, voice),
            (None, _, Some(keys)) => self.back_up_keys(&project()?, keys, voice),
            (None, Some(to), None) => self.back_up(&project()?, to, voice),
            (None, None, None) => Err(Problem::usage("where is the backup to go?")
                .hint("`storebook backup DIR --recipient age1…`, or `storebook backup --help`")),
        }
    }

    fn recipients(&self) -> Result<Recipients> {
        Recipients::of(&self.recipient, self.recipients_file.as_deref(), self.passphrase_file.as_deref())
    }

    fn back_up(&self, project: &Project, to: &Path, voice: Voice) -> Result<ExitCode> {
        let recipients = self.recipients()?;
        let identities = if self.identity.is_empty() { None } else { Some(Identities::read(&self.identity, None)?) };
        let order = Order {
            to,
            recipients: &recipients,
            identities: identities.as_ref(),
            keep: self.keep,
            wait: wait(self.wait),
        };
        let bars = Bars::new(voice);
        let done = backup::run(project, &order, &bars);
        bars.end();
        let done = done?;
        if self.json {
            return json(&done);
        }
        if !voice.quiet {
            print(&told(&done, to));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn back_up_keys(&self, project: &Project, to: &Path, voice: Voice) -> Result<ExitCode> {
        if self.keep.is_some() || !self.identity.is_empty() || self.json {
            return Err(Problem::usage("--keys takes a recipient or a passphrase, and --wait"));
        }
        let keys = backup::keys::back_up(project, to, &self.recipients()?, wait(self.wait))?;
        if !voice.quiet {
            print(&format!(
                "Keys     {keys} in {}\nKeep it apart from the backup of the data: whoever has both can read every page.\n",
                to.display()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn told(done: &backup::Done, to: &Path) -> String {
    let mut text = format!(
        "Snapshot {}: {} files, {}\nWritten  {} files, {}; the rest was there\n",
        done.snapshot,
        done.files,
        size(done.bytes),
        done.written,
        size(done.written_bytes)
    );
    if done.new_key {
        text.push_str("Key      a new one was made for this repository, so every file was written\n");
    }
    for link in &done.left_out {
        let _ = writeln!(text, "Left out {}: a link that holds nothing", one_line(link));
    }
    if !done.pruned.is_empty() || done.pruned_blobs > 0 {
        let _ = writeln!(text, "Given up {} snapshots, {} contents", done.pruned.len(), done.pruned_blobs);
    }
    if done.keys_left_out {
        text.push_str(
            "Keys     not in it: without a backup of their own (`storebook backup --keys FILE`) the same sealed pages \
             cannot be built again\n",
        );
    }
    let _ = writeln!(text, "Backup   {}", to.display());
    text
}

impl Verify {
    fn run(&self, voice: Voice) -> Result<ExitCode> {
        let repository = Repository::open(&self.repository)?;
        let identities = if self.read_all { Some(self.reading.opening.read()?) } else { None };
        if !self.read_all
            && (!self.reading.opening.identity.is_empty() || self.reading.opening.passphrase_file.is_some())
        {
            return Err(Problem::usage("without --read-all nothing is decrypted").hint("add --read-all"));
        }
        let bars = Bars::new(voice);
        let report = backup::verify(&repository, identities.as_ref(), wait(self.reading.wait), &bars);
        bars.end();
        let report = report?;
        if self.reading.json {
            json(&report)?;
        } else {
            let mut text: String =
                report.faults.iter().map(|fault| format!("Damaged  {}\n", one_line(fault))).collect();
            let read = if self.read_all { format!(", {} read", report.read) } else { String::new() };
            let _ = writeln!(text, "Checked  {} snapshots, {} contents{read}", report.snapshots, report.blobs);
            if report.loose > 0 {
                let _ =
                    writeln!(text, "Loose    {} contents that no snapshot needs; --keep removes them", report.loose);
            }
            if !voice.quiet || !report.faults.is_empty() {
                print(&text);
            }
        }
        Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

impl List {
    fn run(&self) -> Result<ExitCode> {
        let list = Repository::open(&self.repository)?.list()?;
        if self.json {
            return json(&list);
        }
        let mut text = String::new();
        for snapshot in &list {
            let _ = writeln!(
                text,
                "{}  {}  {} files, {}",
                snapshot.snapshot,
                one_line(&snapshot.made),
                snapshot.files,
                size(snapshot.bytes)
            );
        }
        if list.is_empty() {
            text.push_str("There is no snapshot in this repository.\n");
        }
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    fn run(&self, project: Open<'_>, voice: Voice) -> Result<ExitCode> {
        let repository = Repository::open(&self.repository)?;
        let identities = self.reading.opening.read()?;
        let restore = RestoreOrder {
            snapshot: self.snapshot.as_deref(),
            identities: &identities,
            keys: self.keys.as_deref(),
            wait: wait(self.reading.wait),
        };
        let bars = Bars::new(voice);
        let text = match &self.to {
            Some(to) => {
                let restored = backup::restore(&repository, to, &restore, &bars);
                bars.end();
                let restored = restored?;
                if self.reading.json {
                    return json(&restored);
                }
                let keys = if restored.keys > 0 { format!(", {} keys", restored.keys) } else { String::new() };
                let (files, bytes) = (restored.files, size(restored.bytes));
                format!("Restored {}: {files} files, {bytes}{keys}\nProject  {}\n", restored.snapshot, to.display())
            }
            None => {
                let drill = Drill { restore, output: self.output.as_deref() };
                let drilled = backup::drill(&project()?, &repository, &drill, &bars);
                bars.end();
                let drilled = drilled?;
                if self.reading.json {
                    return json(&drilled);
                }
                let signed = if drilled.signed { " and its signature" } else { "" };
                format!(
                    "Proven   the book built from snapshot {} is release {}, all {} files of it{signed}\n\
                     Recorded {} in state/backup.json; the next build shows it\n",
                    drilled.snapshot, drilled.release, drilled.files, drilled.day
                )
            }
        };
        if !voice.quiet {
            print(&text);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn json(report: &impl Serialize) -> Result<ExitCode> {
    let text = serde_json::to_string_pretty(report).map_err(|error| Problem::failed(format!("report: {error}")))?;
    print(&format!("{text}\n"));
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::cast_precision_loss)]
fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
