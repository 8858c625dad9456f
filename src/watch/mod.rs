//! Rebuild when an input changed.
//!
//! [`run`] ties the parts together: `senses` (events), `scan` (what the inputs look like), `pilot` (when to build).
//! It builds on the calling thread; changes that come meanwhile are found by the look after the build.

mod pilot;
mod remote;
mod scan;
mod senses;
mod whole;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use jiff::civil::Date;

pub use pilot::Change;
use pilot::{Pace, Pilot, Step};
use scan::Scanner;
use senses::Senses;

/// How often a project is looked at where there are no events.
pub const DEFAULT_POLL: Duration = Duration::from_secs(2);

/// How to watch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Look this often instead of waiting for events.
    pub poll: Option<Duration>,
    /// A data file is whole when it stayed the same this long; default: 10 s, on network file systems 60 s.
    pub settle: Option<Duration>,
}

/// What the watcher tells and asks.
pub trait Host {
    /// Builds; whether it succeeded. Problems are the host's to show.
    fn build(&mut self, change: &Change) -> bool;
    /// The day a build would be made for, if it can be told.
    fn today(&self) -> Option<Date>;
    fn say(&mut self, notice: &Notice);
}

/// What a person may want to know between builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// There are no events, and why.
    Polling { every: Duration, why: String },
    /// The build waits for these.
    Waiting(Vec<String>),
}

/// Wakes and stops a watch from other threads.
#[derive(Debug, Clone)]
pub struct Waker(Arc<Signals>, SyncSender<()>);

/// The ear of a watch.
#[derive(Debug)]
pub struct Ear(Arc<Signals>, Receiver<()>);

#[derive(Debug, Default)]
struct Signals {
    stop: AtomicBool,
    hint: AtomicBool,
    blind: AtomicBool,
}

/// A waker and the ear it wakes.
pub fn signals() -> (Waker, Ear) {
    let signals = Arc::new(Signals::default());
    // One note is enough to wake; what for stands in the signals. So a burst of events costs no memory.
    let (sender, receiver) = sync_channel(1);
    (Waker(Arc::clone(&signals), sender), Ear(signals, receiver))
}

impl Waker {
    /// The watch ends after the running build, or at once.
    pub fn stop(&self) {
        self.raise(&self.0.stop);
    }
    fn hint(&self) {
        self.raise(&self.0.hint);
    }
    /// Events can no longer be relied upon.
    fn blind(&self) {
        self.raise(&self.0.blind);
    }
    fn raise(&self, flag: &AtomicBool) {
        flag.store(true, Ordering::SeqCst);
        // A full channel means that the watch is to wake already.
        let _ = self.1.try_send(());
    }
}

impl Ear {
    fn stopped(&self) -> bool {
        self.0.stop.load(Ordering::SeqCst)
    }
    fn took(&self, flag: fn(&Signals) -> &AtomicBool) -> bool {
        flag(&self.0).swap(false, Ordering::SeqCst)
    }
}

/// Watches the project in `root` and builds through `host` until it is stopped. The first build comes at once, unless
/// data are still arriving.
pub fn run(root: &Path, options: Options, (waker, ear): (&Waker, &Ear), host: &mut dyn Host) {
    let start = Instant::now();
    let mut pace = Pace::default();
    if let Some(settle) = options.settle {
        (pace.settle, pace.settle_remote) = (settle, settle);
    }
    let mut watch = Watch { pilot: Pilot::new(pace), senses: Senses::blind(), poll: options.poll, host };
    match options.poll {
        Some(every) => watch.pilot.rescan_every(every),
        None => match Senses::open(root, waker.clone()) {
            Ok(senses) => watch.senses = senses,
            Err(why) => watch.poll(why),
        },
    }
    let mut scanner = Scanner::new(root);
    while !ear.stopped() {
        if ear.took(|signals| &signals.hint) {
            watch.pilot.hint(start.elapsed());
        }
        if ear.took(|signals| &signals.blind) {
            watch.poll(senses::blindness(&notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
        }
        match watch.pilot.next(start.elapsed()) {
            Step::Scan => watch.look(&mut scanner, start),
            Step::Build => {
                let change = watch.pilot.building();
                let good = watch.host.build(&change);
                watch.pilot.built(start.elapsed(), good);
            }
            Step::Wait(time) => {
                // Woken or timed out: either way the next round finds out.
                let _ = ear.1.recv_timeout(time);
            }
        }
    }
}

struct Watch<'a> {
    pilot: Pilot,
    senses: Senses,
    poll: Option<Duration>,
    host: &'a mut dyn Host,
}

impl Watch<'_> {
    fn look(&mut self, scanner: &mut Scanner, start: Instant) {
        // Before the scan, so that nothing is missed between the two.
        if let Err(why) = self.senses.follow() {
            self.poll(why);
        }
        let scan = scanner.scan();
        if scan.remote && self.poll.is_none() {
            self.poll("some inputs lie on a network file system, which sends no events of other machines".to_owned());
        }
        let today = self.host.today();
        if let Some(waiting) = self.pilot.scanned(start.elapsed(), scan, today) {
            self.host.say(&Notice::Waiting(waiting));
        }
    }

    /// From now on the project is looked at regularly.
    fn poll(&mut self, why: String) {
        if self.poll.is_some() && self.senses.is_blind() {
            return;
        }
        self.senses = Senses::blind();
        let every = self.poll.unwrap_or(DEFAULT_POLL);
        self.poll = Some(every);
        self.pilot.rescan_every(every);
        self.host.say(&Notice::Polling { every, why });
    }
}
