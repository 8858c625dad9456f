//! Decides when to look and when to build. Knows no clock, no file system and no build: all come in as arguments.
//!
//! Events are hints only. After a quiet moment the inputs are scanned and compared with what the last build saw;
//! a build waits while anything that changed in `data/` may still be arriving.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::civil::Date;

use super::scan::{Announced, Entry, Kind, Scan, Stat};
use super::whole::{Arriving, marked};

/// Points in time are durations since the watch began.
type Moment = Duration;

/// How patient the watcher is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Quiet time after an event before a look.
    pub debounce: Duration,
    /// A look after this time even if events keep coming.
    pub debounce_most: Duration,
    /// Time between looks without any event.
    pub rescan: Duration,
    /// A failed build is tried again after this time: a full disk or another build may be gone.
    pub retry: Duration,
    /// How long size and time of a file must stay the same for it to be whole.
    pub settle: Duration,
    /// The same on network file systems.
    pub settle_remote: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            debounce: Duration::from_millis(100),
            debounce_most: Duration::from_secs(3),
            rescan: Duration::from_secs(60),
            retry: Duration::from_secs(60),
            settle: Duration::from_secs(10),
            settle_remote: Duration::from_secs(60),
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Look at the inputs and report with [`Pilot::scanned`].
    Scan,
    /// Call [`Pilot::building`], build, report with [`Pilot::built`].
    Build,
    /// Nothing before this time has passed or a hint comes.
    Wait(Duration),
}

/// Why a build runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// It is the first one.
    pub first: bool,
    /// The last one failed, and nothing changed since.
    pub again: bool,
    /// Today is another day.
    pub new_day: bool,
    /// Inputs that are new, different or gone.
    pub names: Vec<String>,
}

/// What the last build saw.
#[derive(Debug)]
struct Built {
    files: BTreeMap<String, Stat>,
    today: Option<Date>,
    /// Since when it stands failed.
    failed: Option<Moment>,
}

/// The state machine.
#[derive(Debug, Default)]
pub struct Pilot {
    pace: Pace,
    /// First and last hint since the last look.
    hints: Option<(Moment, Moment)>,
    scanned: Option<Moment>,
    looked_once: bool,
    scan: Scan,
    today: Option<Date>,
    arriving: BTreeMap<String, Arriving>,
    /// Data files that vanished, since when.
    gone: BTreeMap<String, Moment>,
    /// What the last look missed, by device and inode: a look while a file is renamed may see neither of its names.
    missed: HashMap<(u64, u64), (String, Entry)>,
    waiting: BTreeSet<String>,
    /// A page was written a moment ago, and perhaps only half of it.
    unsettled: bool,
    /// When a waiting file may be whole.
    wake: Option<Moment>,
    built: Option<Built>,
}

impl Pilot {
    pub fn new(pace: Pace) -> Pilot {
        Pilot { pace, ..Pilot::default() }
    }

    /// Looks more often, because events do not come.
    pub fn rescan_every(&mut self, time: Duration) {
        self.pace.rescan = time;
    }

    /// Something may have changed.
    pub fn hint(&mut self, now: Moment) {
        let first = self.hints.map_or(now, |(first, _)| first);
        self.hints = Some((first, now));
    }

    /// The inputs as they are. Returns what the build has to wait for, as sentences, when that is news.
    pub fn scanned(&mut self, now: Moment, scan: Scan, today: Option<Date>) -> Option<Vec<String>> {
        self.follow(now, &scan);
        let missed = self.scan.entries.iter().filter(|(name, entry)| {
            matches!(entry.kind, Kind::Data | Kind::Unfinished) && !scan.entries.contains_key(*name)
        });
        self.missed = missed.map(|(name, entry)| (entry.stat.id, (name.clone(), *entry))).collect();
        self.scan = scan;
        self.today = today;
        self.scanned = Some(now);
        self.looked_once = true;
        self.hints = None;
        let waiting = self.wait(now);
        if waiting == self.waiting {
            return None;
        }
        let told = !waiting.is_empty();
        self.waiting = waiting;
        told.then(|| self.waiting.iter().cloned().collect())
    }

    /// What to do now.
    pub fn next(&self, now: Moment) -> Step {
        let Some(scanned) = self.scanned else { return Step::Scan };
        let mut due = scanned + self.pace.rescan;
        if let Some((first, last)) = self.hints {
            due = due.min((last + self.pace.debounce).min(first + self.pace.debounce_most));
        }
        if let Some(wake) = self.wake {
            due = due.min(wake);
        }
        if now >= due {
            return Step::Scan;
        }
        let quiet = self.hints.is_none() && self.waiting.is_empty() && !self.unsettled;
        if quiet && self.wants_build(now) {
            return Step::Build;
        }
        let retry = self.built.as_ref().and_then(|built| built.failed).map(|at| at + self.pace.retry);
        if let Some(retry) = retry.filter(|_| quiet) {
            due = due.min(retry);
        }
        Step::Wait(due - now)
    }

    fn wants_build(&self, now: Moment) -> bool {
        let Some(built) = &self.built else { return true };
        built.failed.is_some_and(|at| now >= at + self.pace.retry)
            || self.today != built.today
            || !self.changed().is_empty()
    }

    /// A build begins with what the last look saw; says why.
    pub fn building(&mut self) -> Change {
        let names = if self.built.is_some() { self.changed() } else { Vec::new() };
        let new_day = self.built.as_ref().is_some_and(|built| built.today != self.today);
        let change = Change { first: self.built.is_none(), again: names.is_empty() && !new_day, new_day, names };
        self.built = Some(Built { files: relevant(&self.scan).collect(), today: self.today, failed: None });
        change
    }

    /// The build ended. What changed while it ran is found by the look that follows at once.
    pub fn built(&mut self, now: Moment, good: bool) {
        if let Some(built) = &mut self.built {
            built.failed = (!good).then_some(now);
        }
        self.scanned = None;
    }

    /// Inputs that differ from what the last build saw; all of them before the first build.
    fn changed(&self) -> Vec<String> {
        let before = self.built.as_ref().map(|built| &built.files);
        let was = |name: &str| before.and_then(|files| files.get(name)).copied();
        let mut names: BTreeSet<String> =
            relevant(&self.scan).filter(|(name, stat)| was(name) != Some(*stat)).map(|(name, _)| name).collect();
        let gone = before.into_iter().flat_map(BTreeMap::keys).filter(|name| !self.scan.entries.contains_key(*name));
        names.extend(gone.cloned());
        names.into_iter().collect()
    }

    /// Notes since when each data file is as it is, and whether that is known to be whole.
    fn follow(&mut self, now: Moment, scan: &Scan) {
        let before: HashMap<(u64, u64), (&String, &Entry)> =
            self.scan.entries.iter().map(|(name, entry)| (entry.stat.id, (name, entry))).collect();
        let mut arriving = BTreeMap::new();
        let mut moved = BTreeSet::new();
        for (name, entry) in scan.entries.iter().filter(|(_, entry)| is_data(entry)) {
            if let Some(known) = self.arriving.get(name).filter(|known| known.stat == entry.stat) {
                arriving.insert(name.clone(), *known);
                continue;
            }
            let mut new = Arriving { stat: entry.stat, since: now, whole: self.was_built(name, entry) };
            if !self.looked_once {
                // Whatever was written long before the watch began is not being written now.
                let age = u64::try_from(scan.taken.saturating_sub(entry.stat.modified) / 1_000_000).unwrap_or(u64::MAX);
                let future = entry.stat.modified > scan.taken;
                new.whole = !future && Duration::from_millis(age) >= self.settle(entry);
            } else if let Some((old_name, old)) = before.get(&entry.stat.id).filter(|_| entry.stat.id != (0, 0)) {
                // Renamed: an unfinished copy got its name, or a file another one.
                if old.kind == Kind::Unfinished {
                    new.whole = true;
                } else if old.stat == entry.stat && !scan.entries.contains_key(*old_name) {
                    moved.insert((*old_name).clone());
                    if let Some(known) = self.arriving.get(*old_name) {
                        new = *known;
                    }
                }
            } else if let Some((old_name, old)) = self.missed.get(&entry.stat.id).filter(|(_, old)| {
                // An inode is soon given to another file, but not with the size and the time of this one.
                old.stat == entry.stat && entry.stat.id != (0, 0)
            }) {
                new.whole = old.kind == Kind::Unfinished || self.was_built(old_name, entry);
                self.gone.remove(old_name);
            }
            arriving.insert(name.clone(), new);
        }
        for name in self.arriving.keys().filter(|name| !arriving.contains_key(*name)) {
            if !moved.contains(name) {
                self.gone.entry(name.clone()).or_insert(now);
            }
        }
        self.gone.retain(|name, _| !arriving.contains_key(name));
        self.arriving = arriving;
    }

    fn was_built(&self, name: &str, entry: &Entry) -> bool {
        self.built.as_ref().is_some_and(|built| built.files.get(name) == Some(&entry.stat))
    }

    fn settle(&self, entry: &Entry) -> Duration {
        if entry.remote { self.pace.settle_remote } else { self.pace.settle }
    }

    /// What may still be arriving among the changed data, and when to look again.
    fn wait(&mut self, now: Moment) -> BTreeSet<String> {
        let mut waiting = BTreeSet::new();
        let mut wake: Option<Moment> = None;
        let mut hold = |until: Moment, why: String| {
            wake = Some(wake.map_or(until, |wake| wake.min(until)));
            waiting.insert(why);
        };
        let changed = self.changed();
        // A look that no event led to may fall between the emptying of a file and its writing.
        let fresh = changed.iter().filter_map(|name| self.freshness(self.scan.entries.get(name)?)).max();
        self.unsettled = fresh.is_some();
        let announced: BTreeMap<&str, &Announced> = self.scan.announced.iter().flat_map(members).collect();
        for name in &changed {
            let entry = self.scan.entries.get(name);
            if let Some(drop) = announced.get(name.as_str()) {
                let Some(fault) = &drop.fault else { continue };
                // Once nothing moves any more, the build says what is wrong with the drop.
                let until = members(drop).filter_map(|(member, _)| self.stable_at(member)).max().unwrap_or_default();
                if until > now {
                    hold(until, fault.clone());
                }
                continue;
            }
            match (entry, self.gone.get(name)) {
                (Some(entry), _) if is_data(entry) => {
                    let Some(until) = self.stable_at(name).filter(|until| *until > now) else { continue };
                    if !marked(&self.scan, name, &entry.stat) {
                        hold(until, format!("{name} may still be arriving"));
                    }
                }
                (None, Some(since)) if *since + self.pace.settle > now => {
                    hold(*since + self.pace.settle, format!("{name} was removed and may be replaced"));
                }
                _ => {}
            }
        }
        self.wake = wake.into_iter().chain(fresh.map(|time| now + time)).min();
        waiting
    }

    /// How long to wait for content that was written within the debounce time before the look.
    fn freshness(&self, entry: &Entry) -> Option<Duration> {
        let age = self.scan.taken.checked_sub(entry.stat.modified)?;
        let age = Duration::from_nanos(u64::try_from(age).unwrap_or(u64::MAX));
        self.pace.debounce.checked_sub(age).filter(|left| entry.kind == Kind::Content && !left.is_zero())
    }

    /// When a file counts as whole if it stays as it is; `None` when it is not there.
    fn stable_at(&self, name: &str) -> Option<Moment> {
        let entry = self.scan.entries.get(name)?;
        let known = self.arriving.get(name)?;
        Some(if known.whole { Moment::ZERO } else { known.since + self.settle(entry) })
    }
}

/// The manifest and the files it lists, each with the drop.
fn members(drop: &Announced) -> impl Iterator<Item = (&str, &Announced)> {
    std::iter::once(&drop.manifest).chain(&drop.listed).map(move |name| (name.as_str(), drop))
}

fn is_data(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Data | Kind::Manifest)
}

/// What a build reads.
fn relevant(scan: &Scan) -> impl Iterator<Item = (String, Stat)> {
    let read =
        scan.entries.iter().filter(|(_, entry)| matches!(entry.kind, Kind::Content | Kind::Data | Kind::Manifest));
    read.map(|(name, entry)| (name.clone(), entry.stat))
}

#[cfg(test)]
#[path = "pilot_tests.rs"]
mod tests;
