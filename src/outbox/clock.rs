//! The time while mails are sent, and waiting between two of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// How long a wait takes to notice that it should end.
const LOOK: Duration = Duration::from_millis(200);

/// What the time is, and waiting: an argument, so that tests need not wait.
pub trait Clock {
    /// Now, in the project's time zone.
    fn now(&self) -> Zoned;
    /// Waits; may come back early when [`Clock::stopped`].
    fn pause(&self, time: Duration);
    /// Whether somebody wants sending to end after the mail at hand.
    fn stopped(&self) -> bool {
        false
    }
}

/// The machine's clock, in the project's time zone.
#[derive(Debug, Clone)]
pub struct SystemClock {
    pub zone: TimeZone,
    /// Set by whoever wants sending to end, such as a signal's handler.
    pub stop: Arc<AtomicBool>,
}

impl Clock for SystemClock {
    fn now(&self) -> Zoned {
        Timestamp::now().to_zoned(self.zone.clone())
    }

    fn pause(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() && !self.stopped() {
            let slice = left.min(LOOK);
            std::thread::sleep(slice);
            left -= slice;
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
