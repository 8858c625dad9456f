//! Tests of the real binary on real files, one module per capability. One program, so that it is linked once.

mod arrivals;
mod bad_input;
mod build;
mod changes;
mod closing;
mod commands;
mod complete_journey;
mod crash;
mod deploy;
mod diff;
mod eject;
mod engine;
mod gate;
mod hostile;
mod incremental;
mod live;
mod masking;
mod notify;
mod pages;
mod privacy_of_logs;
mod reference;
mod schema;
mod serve;
mod support;
mod upgrade;
mod watch;
