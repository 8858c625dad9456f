//! Tests of the real binary on real files, one module per capability. One program, so that it is linked once.

mod bad_input;
mod build;
mod commands;
mod complete_journey;
mod deploy;
mod eject;
mod engine;
mod hostile;
mod masking;
mod pages;
mod privacy_of_logs;
mod reference;
mod schema;
mod support;
mod upgrade;
