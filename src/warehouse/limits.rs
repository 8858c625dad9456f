//! What one query may take: time, room on the disk, memory.
//!
//! A model or page is somebody's text, and an endless recursion or a join without a condition is a slip away. DuckDB
//! limits what it counts as its own memory; lists and texts that a query makes beside it are not counted, and nothing
//! limits its time. So a thread looks at all running queries ten times a second and interrupts what takes too much. A
//! query that is inside a single long step does not hear that; then the program ends itself, which harms no more than
//! a kill at any other moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use duckdb::InterruptHandle;

use crate::problem::Problem;

/// How often running queries are looked at.
const TICK: Duration = Duration::from_millis(100);

/// How long a query may go on after it was interrupted.
const GRACE: Duration = Duration::from_secs(20);

/// So many words of a query are told.
const TOLD: usize = 15;

/// What one query may take; nothing limits where a value is absent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    /// While the engine works at it; the time in which its rows are used does not count.
    pub time: Option<Duration>,
    /// Bytes of the table it writes.
    pub disk: Option<u64>,
    /// Bytes that the whole program holds.
    pub memory: Option<u64>,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excess {
    Time,
    Disk,
    Memory,
}

/// Told of a query that cannot be stopped, before the program ends.
static LAST_WORDS: OnceLock<fn(&Problem)> = OnceLock::new();

/// Says who tells the user why the program ends itself. The first one stays.
pub fn before_ending(tell: fn(&Problem)) {
    let _ = LAST_WORDS.set(tell);
}

/// Looks after the queries of one engine.
pub(super) struct Watchdog {
    limits: Limits,
    shared: Arc<Shared>,
    thread: OnceLock<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: BTreeMap<u64, Running>,
    next: u64,
    closed: bool,
}

struct Running {
    /// How its text begins, for last words.
    text: String,
    handle: Arc<InterruptHandle>,
    /// The table it writes.
    file: Option<PathBuf>,
    used: Duration,
    /// Absent while its rows are used.
    since: Option<Instant>,
    stopped: Option<(Excess, Instant)>,
}

impl Running {
    fn used(&self) -> Duration {
        self.used + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watchdog {
    pub fn new(limits: Limits) -> Watchdog {
        Watchdog { limits, shared: Arc::default(), thread: OnceLock::new() }
    }

    /// Looks after what runs with `handle`, until the returned value is dropped.
    pub fn watch(&self, handle: Arc<InterruptHandle>, select: &str, file: Option<&Path>) -> Watch<'_> {
        self.thread.get_or_init(|| self.start());
        let mut state = self.shared.state();
        let id = state.next;
        state.next += 1;
        let file = file.map(Path::to_path_buf);
        let text = select.split_whitespace().take(TOLD).collect::<Vec<_>>().join(" ");
        let running = Running { text, handle, file, used: Duration::ZERO, since: Some(Instant::now()), stopped: None };
        state.running.insert(id, running);
        if state.running.len() == 1 {
            self.shared.changed.notify_one();
        }
        Watch { dog: self, id }
    }

    fn start(&self) {
        let (limits, shared) = (self.limits, Arc::clone(&self.shared));
        // Without the thread there are no limits, and the build is as it would be otherwise.
        if let Err(error) = std::thread::Builder::new().name("limits".into()).spawn(move || patrol(limits, &shared)) {
            tracing::warn!(%error, "queries run without limits");
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.changed.notify_one();
    }
}

/// A query that is looked after.
pub(super) struct Watch<'dog> {
    dog: &'dog Watchdog,
    id: u64,
}

impl Watch<'_> {
    /// Runs `work`, which is not the query's own, without counting its time.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.change(|running| {
            running.used = running.used();
            running.since = None;
        });
        let result = work();
        self.change(|running| running.since = Some(Instant::now()));
        result
    }

    /// The reason why the query was stopped, if that is why it failed with `problem`.
    pub fn reason(&self, problem: Problem) -> Problem {
        let mut stopped = None;
        self.change(|running| stopped = running.stopped);
        stopped.map_or(problem, |(excess, _)| self.dog.limits.problem(excess))
    }

    fn change(&self, change: impl FnOnce(&mut Running)) {
        if let Some(running) = self.dog.shared.state().running.get_mut(&self.id) {
            change(running);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.dog.shared.state().running.remove(&self.id);
    }
}

impl Limits {
    fn problem(&self, excess: Excess) -> Problem {
        let megabytes = |limit: Option<u64>| limit.unwrap_or_default() / 1_000_000;
        let slip = "an endless recursion, or a join without a condition, does that";
        match excess {
            Excess::Time => {
                let seconds = self.time.unwrap_or_default().as_secs();
                Problem::failed(format!("this query was stopped: it took more than {seconds} s"))
                    .hint(format!("{slip}; where it really needs so long, raise [engine] max_seconds"))
            }
            Excess::Disk => {
                Problem::failed(format!("this query was stopped: it wrote more than {} MB", megabytes(self.disk)))
                    .hint(format!("{slip}; where there really is so much, raise [engine] max_disk"))
            }
            Excess::Memory => Problem::failed(format!(
                "this query was stopped: the program held more than {} MB of memory",
                megabytes(self.memory)
            ))
            .hint(format!("{slip}, and so do long lists and texts; [engine] max_memory sets the limit")),
        }
    }

    /// What a query takes too much of.
    fn excess(&self, running: &Running, held: u64) -> Option<Excess> {
        let written = || running.file.as_deref().and_then(|file| file.metadata().ok()).map_or(0, |file| file.len());
        if self.time.is_some_and(|limit| running.used() > limit) {
            Some(Excess::Time)
        } else if self.memory.is_some_and(|limit| held > limit) {
            Some(Excess::Memory)
        } else if self.disk.is_some_and(|limit| written() > limit) {
            Some(Excess::Disk)
        } else {
            None
        }
    }
}

/// Looks at the running queries until the engine is gone.
fn patrol(limits: Limits, shared: &Shared) {
    let mut state = shared.state();
    while !state.closed {
        if state.running.is_empty() {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        let held = held();
        for running in state.running.values_mut() {
            running.stopped =
                running.stopped.or_else(|| limits.excess(running, held).map(|excess| (excess, Instant::now())));
            if let Some((excess, since)) = running.stopped {
                // Again and again: one that comes between two statements is lost.
                running.handle.interrupt();
                let bursting = limits.memory.is_some_and(|limit| held / 3 > limit / 2);
                if running.since.is_some() && (bursting || since.elapsed() > GRACE) {
                    end(limits.problem(excess), &running.text);
                }
            }
        }
        state = shared.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Nothing else stops a query that does not listen; the published site is untouched, as after any kill.
fn end(problem: Problem, text: &str) -> ! {
    let hint = problem.hint_text().unwrap_or_default().to_owned();
    if let Some(tell) = LAST_WORDS.get() {
        tell(&problem.hint(format!("it begins: {text}\n{hint}")));
    }
    std::process::exit(1)
}

/// The limit of memory that is set, and never more than three quarters of what the machine or its container has.
pub(super) fn memory_limit(set: u64) -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kilobytes = read("/proc/meminfo")
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().trim_end_matches(" kB").parse::<u64>().ok());
    let container = read("/sys/fs/cgroup/memory.max").trim().parse::<u64>().ok();
    let there = kilobytes.map(|count| count.saturating_mul(1024)).into_iter().chain(container).min();
    there.map_or(set, |there| set.min(there / 4 * 3))
}

/// Bytes of memory that this process holds; 0 where the system does not say.
fn held() -> u64 {
    // Linux: sizes in pages; the second is what is resident.
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.as_deref().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    resident.unwrap_or_default() * rustix::param::page_size() as u64
}
