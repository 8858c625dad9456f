//! How long steps tell that they are alive: the terminal shows bars, tests and pipes show nothing.

pub trait Progress: Sync {
    /// A stage begins; `total` of 0 means its length is not known.
    fn start(&self, stage: &str, total: u64);
    /// `n` more of the stage are done; `what` is being worked on.
    fn step(&self, n: u64, what: &str);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn step(&self, _: u64, _: &str) {}
}
