//! One build at a time on one project: two of them, even into different folders, would give the same new ids to
//! different people.
//!
//! The lock is a file of the cache that is held by `flock`, so it ends with its process, however that ends. It names
//! its owner. On a file system without `flock`, a file that names a living process stands for the lock.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Project, private};
use crate::problem::{Kind, Problem, Result};

/// How often a waiting command looks again.
const LOOK: Duration = Duration::from_millis(100);
/// A lock file without its owner's name is being written; one that stays so is what a crash left.
const NAMELESS: Duration = Duration::from_secs(10);

/// What to do while another process works on the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wait {
    #[default]
    No,
    For(Duration),
    Forever,
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    /// When its process started, in ticks since the machine's start; tells a reused number. Linux only.
    started: Option<u64>,
    /// Name of the machine: a process elsewhere cannot be looked at.
    host: String,
    /// When it took the lock, for people.
    since: String,
    /// What it does, for people: `build into /srv/book`.
    task: String,
}

/// The right to write the project's state, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    held: Held,
}

#[derive(Debug)]
enum Held {
    Flock(File),
    /// The file system knows no locks.
    Name(Holder),
}

enum Tried {
    Taken(Held),
    Other(Option<Holder>),
}

impl Lock {
    /// Takes the project's lock for a `task` such as `build into output`.
    ///
    /// # Errors
    /// Refused when another process holds it and the waiting is over.
    pub fn take(project: &Project, task: &str, wait: Wait) -> Result<Lock> {
        let cache = project.cache();
        private::folder(&cache).map_err(|error| Problem::io("create the cache folder", &cache, &error))?;
        Self::take_file(&cache.join("lock"), task, wait, locks_work())
    }

    /// The same for another folder that one run at a time may write, such as a backup repository.
    pub fn of_folder(folder: &Path, task: &str, wait: Wait) -> Result<Lock> {
        private::folder(folder).map_err(|error| Problem::io("create the folder", folder, &error))?;
        Self::take_file(&folder.join("lock"), task, wait, locks_work()).map_err(|problem| match problem.kind() {
            Kind::Refused => Problem::refused(problem.message().replace("this project", "this folder"))
                .at(folder)
                .hint("wait for it to end, or add --wait"),
            _ => problem,
        })
    }

    fn take_file(path: &Path, task: &str, wait: Wait, flock: bool) -> Result<Lock> {
        let since = Instant::now();
        let mut told = false;
        loop {
            let tried = try_take(path, task, flock).map_err(|error| Problem::io("lock the project", path, &error))?;
            let holder = match tried {
                Tried::Taken(held) => {
                    let path = if matches!(held, Held::Name(_)) { named(path) } else { path.to_path_buf() };
                    return Ok(Lock { path, held });
                }
                Tried::Other(holder) => holder,
            };
            let over = match wait {
                Wait::No => true,
                Wait::For(time) => since.elapsed() >= time,
                Wait::Forever => false,
            };
            let who = who(holder.as_ref());
            if over {
                return Err(Problem::refused(format!("another run of Storebook is at work on this project: {who}"))
                    .hint("wait for it to end, or add --wait"));
            }
            if !told {
                tracing::warn!("waiting for {who}");
                told = true;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Proves that the lock is still the one others would meet: someone may have removed the cache meanwhile.
    pub fn check(&self) -> Result<()> {
        let whole = match &self.held {
            Held::Flock(file) => same_file(file, &self.path),
            Held::Name(holder) => read(&self.path).is_some_and(|found| found == *holder),
        };
        if whole {
            return Ok(());
        }
        Err(Problem::failed("the lock of the project was removed while this run held it")
            .at(&self.path)
            .hint("nothing was published: do not remove .storebook/ while a build runs, and run the build again"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file stays: removing it could take away the one another process has just locked.
        match &self.held {
            Held::Flock(file) => drop(file.set_len(0)),
            Held::Name(_) if self.check().is_ok() => drop(fs::remove_file(&self.path)),
            Held::Name(_) => {}
        }
    }
}

/// Switched off by tests, to try what a file system without locks does.
fn locks_work() -> bool {
    !(cfg!(debug_assertions) && std::env::var_os("STOREBOOK_NO_FLOCK").is_some())
}

fn try_take(path: &Path, task: &str, flock: bool) -> io::Result<Tried> {
    if flock {
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            match lock(&file) {
                Flock::Taken if !same_file(&file, path) => {}
                Flock::Taken => {
                    file.set_len(0)?;
                    file.rewind()?;
                    file.write_all(&serde_json::to_vec(&Holder::me(task))?)?;
                    return Ok(Tried::Taken(Held::Flock(file)));
                }
                Flock::Other => return Ok(Tried::Other(read(path))),
                Flock::Unknown => break,
            }
        }
    }
    by_name(&named(path), task)
}

/// The file that stands for the lock where there are none.
fn named(path: &Path) -> PathBuf {
    path.with_extension("name")
}

/// The lock of file systems without locks.
fn by_name(path: &Path, task: &str) -> io::Result<Tried> {
    let me = Holder::me(task);
    loop {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(&serde_json::to_vec(&me)?)?;
                return Ok(Tried::Taken(Held::Name(me)));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let holder = read(path);
        let held = match &holder {
            Some(holder) => holder.lives(),
            None => path
                .metadata()
                .and_then(|about| about.modified())
                .is_ok_and(|made| made.elapsed().unwrap_or_default() < NAMELESS),
        };
        if held {
            return Ok(Tried::Other(holder));
        }
        // Moved before it is removed, so that of two that find it stale only one removes it. If the other one has
        // taken the lock meanwhile, its file is given back.
        let stale = path.with_extension(format!("stale-{}", std::process::id()));
        if fs::rename(path, &stale).is_ok() {
            if read(&stale) == holder {
                fs::remove_file(&stale)?;
            } else {
                fs::rename(&stale, path)?;
            }
        }
    }
}

impl Holder {
    fn me(task: &str) -> Holder {
        let pid = std::process::id();
        Holder {
            pid,
            started: started(pid),
            host: host(),
            since: jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
            task: task.to_owned(),
        }
    }

    /// Whether its process is still there; one on another machine is taken to be.
    fn lives(&self) -> bool {
        self.host != host() || (alive(self.pid) && started(self.pid) == self.started)
    }
}

fn who(holder: Option<&Holder>) -> String {
    match holder {
        Some(holder) if holder.host == host() => {
            format!("process {}, {}, since {}", holder.pid, holder.task, holder.since)
        }
        Some(holder) => {
            format!("process {} on {}, {}, since {}", holder.pid, holder.host, holder.task, holder.since)
        }
        None => "a process that has just started".to_owned(),
    }
}

fn read(path: &Path) -> Option<Holder> {
    let mut text = String::new();
    File::open(path).ok()?.take(1 << 16).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

enum Flock {
    Taken,
    Other,
    /// No locks here.
    Unknown,
}

#[cfg(unix)]
fn lock(file: &File) -> Flock {
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Flock::Taken,
        Err(rustix::io::Errno::WOULDBLOCK) => Flock::Other,
        Err(error) => {
            tracing::debug!(%error, "no flock here");
            Flock::Unknown
        }
    }
}

#[cfg(not(unix))]
fn lock(_: &File) -> Flock {
    Flock::Unknown
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    matches!((file.metadata(), path.metadata()), (Ok(one), Ok(other)) if (one.dev(), one.ino()) == (other.dev(), other.ino()))
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Whether a process of this id exists; one of another user counts.
#[cfg(unix)]
pub fn alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
pub fn alive(pid: u32) -> bool {
    pid == std::process::id()
}

/// Field 22 of `/proc/<pid>/stat`, counted after the name in parentheses.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(19)?.parse().ok()
}

/// Empty where the system does not tell: then every process counts as one of this machine.
fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(path: &Path, flock: bool) -> Result<Lock> {
        Lock::take_file(path, "build into output", Wait::No, flock)
    }

    #[test]
    fn the_second_is_told_who_holds_the_lock_and_since_when() {
        for flock in [true, false] {
            let temp = tempfile::tempdir().unwrap();
            let path = temp.path().join("lock");
            let lock = take(&path, flock).unwrap();
            lock.check().unwrap();
            let problem = take(&path, flock).unwrap_err();
            assert_eq!(problem.kind(), Kind::Refused);
            let said = problem.to_string();
            assert!(said.contains(&format!("process {}, build into output, since 2", std::process::id())), "{said}");
            let brief = Lock::take_file(&path, "x", Wait::For(Duration::from_millis(1)), flock);
            assert_eq!(brief.unwrap_err().kind(), Kind::Refused);
            drop(lock);
            take(&path, flock).unwrap();
        }
    }

    #[test]
    fn waiting_ends_when_the_lock_is_free() {
        for flock in [true, false] {
            let temp = tempfile::tempdir().unwrap();
            let path = temp.path().join("lock");
            let lock = take(&path, flock).unwrap();
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| Lock::take_file(&path, "second", Wait::Forever, flock).map(drop));
                drop(lock);
                waiting.join().unwrap().unwrap();
            });
        }
    }

    #[test]
    fn a_lock_whose_process_is_gone_is_stale() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        let me = Holder::me("x");
        // A number above every kernel's limit belongs to nobody; our own number with another start was used again.
        for dead in [
            Holder { pid: u32::MAX / 2, ..me.clone() },
            Holder { started: me.started.map(|ticks| ticks + 1), ..me.clone() },
        ] {
            let name = path.with_extension("name");
            fs::write(&name, serde_json::to_vec(&dead).unwrap()).unwrap();
            if dead.started.is_some() {
                take(&path, false).unwrap();
            }
            // Where locks work, what stands in the file means nothing.
            fs::write(&path, serde_json::to_vec(&dead).unwrap()).unwrap();
            take(&path, true).unwrap();
        }
        // Another machine's process cannot be looked at.
        let name = path.with_extension("name");
        fs::write(&name, serde_json::to_vec(&Holder { host: "till-7".into(), ..me }).unwrap()).unwrap();
        assert!(take(&path, false).unwrap_err().to_string().contains("on till-7"));
        fs::write(&name, "").unwrap();
        assert!(take(&path, false).unwrap_err().to_string().contains("just started"));
    }

    #[test]
    fn a_lock_that_was_removed_is_noticed() {
        for flock in [true, false] {
            let temp = tempfile::tempdir().unwrap();
            let path = temp.path().join("lock");
            let lock = take(&path, flock).unwrap();
            for entry in temp.path().read_dir().unwrap() {
                fs::remove_file(entry.unwrap().path()).unwrap();
            }
            assert!(lock.check().is_err());
            let _second = Lock::take_file(&path, "another", Wait::No, flock).unwrap();
            assert!(lock.check().is_err());
        }
    }
}
