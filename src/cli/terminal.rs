//! Progress bars; none when the output is not a terminal.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::Voice;
use crate::progress::Progress;

/// One bar at a time: the stage that runs.
pub struct Bars {
    shown: bool,
    current: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub fn new(voice: Voice) -> Bars {
        Bars { shown: !voice.quiet && std::io::stderr().is_terminal(), current: Mutex::default() }
    }
    /// Clears the last bar.
    pub fn end(&self) {
        if let Some(bar) = self.current.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn start(&self, stage: &str, total: u64) {
        if !self.shown {
            return;
        }
        self.end();
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template = if total == 0 {
            "{prefix:>10} {spinner} {pos} {wide_msg}"
        } else {
            "{prefix:>10} [{bar:32}] {pos}/{len} {eta} {wide_msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.set_prefix(stage.to_owned());
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn step(&self, n: u64, what: &str) {
        if !self.shown {
            return;
        }
        if let Some(bar) = self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            bar.inc(n);
            bar.set_message(what.to_owned());
        }
    }
}
