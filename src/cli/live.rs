//! What `watch` and `serve` share: building again and again, a line for each build, and Ctrl-C.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use jiff::civil::Date;

use super::output::{one_line, print, shown};
use super::terminal::Bars;
use super::{Voice, seconds};
use crate::pipeline::{self, Report, Request};
use crate::problem::{Problem, Result};
use crate::project::lock::Wait;
use crate::project::{Clocks, Project};
use crate::watch::{self, Change, Host, Notice, Waker};

/// Another run on the project is waited for this long; after that the build counts as failed and is tried again later.
pub const PATIENCE: Wait = Wait::For(Duration::from_secs(30));
/// Names of changed files in one line.
const NAMES: usize = 2;

/// Opens the project anew: its settings may have changed.
pub type Open<'a> = &'a dyn Fn() -> Result<Project>;

/// How changes are noticed.
#[derive(Debug, Args)]
pub struct Watching {
    /// Look for changes this often instead of relying on events; alone: every 2 seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, num_args = 0..=1, default_missing_value = "2")]
    poll: Option<Duration>,
    /// A data file is whole once it stayed the same this long [default: 10, on network file systems 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    settle: Option<Duration>,
}

impl Watching {
    pub fn options(&self) -> watch::Options {
        watch::Options { poll: self.poll, settle: self.settle }
    }
}

/// Set while a build runs.
pub type Busy = Arc<AtomicBool>;

/// Builds when the watcher says so, and tells.
pub struct Live<'a> {
    pub open: Open<'a>,
    pub request: Request,
    pub voice: Voice,
    pub busy: Busy,
    /// Hears of every build that is news.
    pub heard: &'a mut dyn FnMut(&Result<Report>),
    /// The last problem as shown, and the last warnings: neither is told twice.
    told: String,
    warnings: Vec<String>,
}

impl<'a> Live<'a> {
    pub fn new(open: Open<'a>, request: Request, voice: Voice, heard: &'a mut dyn FnMut(&Result<Report>)) -> Live<'a> {
        Live { open, request, voice, busy: Busy::default(), heard, told: String::new(), warnings: Vec::new() }
    }

    fn report(&mut self, change: &Change, report: &Report, time: Duration) {
        self.told.clear();
        print(&line(change, report, time));
        for warning in report.warnings.iter().filter(|warning| !self.warnings.contains(warning)) {
            say(&format!("  warning: {}", one_line(warning)));
        }
        self.warnings.clone_from(&report.warnings);
    }
}

impl Host for Live<'_> {
    fn build(&mut self, change: &Change) -> bool {
        self.busy.store(true, Ordering::SeqCst);
        let start = Instant::now();
        let bars = Bars::new(self.voice);
        let built = (self.open)().and_then(|project| pipeline::build(&project, &self.request, &bars));
        bars.end();
        self.busy.store(false, Ordering::SeqCst);
        match &built {
            Ok(report) => self.report(change, report, start.elapsed()),
            Err(problem) => {
                let text = shown(problem);
                if change.again && text == self.told {
                    return false;
                }
                let kept = if change.first { "nothing was published" } else { "the last good site stays" };
                say(&format!("{}  {}: the build failed; {kept}", clock(), cause(change)));
                say(&text);
                self.told = text;
            }
        }
        (self.heard)(&built);
        built.is_ok()
    }

    fn today(&self) -> Option<Date> {
        let project = (self.open)().ok()?;
        Clocks::of(&project, self.request.today, self.request.as_of).ok().map(|clocks| clocks.today)
    }

    fn say(&mut self, notice: &Notice) {
        match notice {
            Notice::Polling { every, why } => {
                say(&format!("Looking for changes every {} s: {why}", every.as_secs_f64()));
            }
            Notice::Waiting(files) if !self.voice.quiet => {
                let more = files.len().saturating_sub(NAMES);
                let more = if more > 0 { format!("; and {more} more") } else { String::new() };
                say(&format!("{}  waiting: {}{more}", clock(), one_line(&files[..files.len().min(NAMES)].join("; "))));
            }
            Notice::Waiting(_) => {}
        }
    }
}

/// Lets the first Ctrl-C end the watch after the running build, the second one the program at once. `hurry` runs before
/// that, and must be quick.
pub fn on_interrupt(waker: Waker, busy: Busy, hurry: impl Fn() + Send + 'static) -> Result<()> {
    let mut asked = false;
    ctrlc::set_handler(move || {
        if asked {
            hurry();
            quit();
        }
        asked = true;
        waker.stop();
        if busy.load(Ordering::SeqCst) {
            say("Ending after the build that runs; Ctrl-C again quits at once, and the published site stays whole.");
        }
    })
    .map_err(|error| Problem::failed(format!("could not prepare for Ctrl-C: {error}")))
}

/// Without running any destructor: the engine may be in the middle of anything.
fn quit() -> ! {
    #[cfg(unix)]
    {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
    std::process::abort()
}

/// One line to standard error; a closed one is no failure.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn line(change: &Change, report: &Report, time: Duration) -> String {
    let written = match &report.published {
        Some(published) if published.removed > 0 => {
            format!("{} files written, {} removed", published.written, published.removed)
        }
        Some(published) => format!("{} files written", published.written),
        None => "nothing published".to_owned(),
    };
    format!("{}  {}: {} pages, {written}, {:.1} s\n", clock(), cause(change), report.pages, time.as_secs_f64())
}

fn cause(change: &Change) -> String {
    let more = change.names.len().saturating_sub(NAMES);
    let mut parts: Vec<String> = change.names.iter().take(NAMES).cloned().collect();
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    if change.new_day {
        parts.push("a new day".to_owned());
    }
    if change.first {
        parts.push("first build".to_owned());
    } else if parts.is_empty() {
        parts.push("tried again".to_owned());
    }
    one_line(&parts.join(", "))
}

fn clock() -> String {
    jiff::Zoned::now().strftime("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_few_words() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let change = Change { names: names(&["content/a.md"]), ..Change::default() };
        assert_eq!(cause(&change), "content/a.md");
        let change = Change { names: names(&["a", "b", "c", "d"]), new_day: true, ..Change::default() };
        assert_eq!(cause(&change), "a, b, 2 more, a new day");
        assert_eq!(cause(&Change { first: true, ..Change::default() }), "first build");
        assert_eq!(cause(&Change { again: true, ..Change::default() }), "tried again");
    }
}
