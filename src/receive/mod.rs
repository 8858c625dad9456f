//! The receiver: takes what customers send from the forms of the portal, keeps it safe, and hands it to the next build.
//!
//! A submission is acknowledged when it is on the disk (`log`, `writer`), a second time with the same answer, and stands in
//! the drop folder soon after as rows of a contract table (`forms`, `deliver`). The site works without a receiver.

mod answer;
mod deliver;
mod forms;
mod frame;
mod limit;
mod log;
mod server;
mod writer;

pub use deliver::deliver;
pub use forms::{FORMS, Form, RIGHTS, TOPICS, number_of};
pub use log::{Log, Recovery, Submission};
pub use server::{Server, Settings};
pub use writer::Rules;

#[cfg(test)]
mod log_tests;
