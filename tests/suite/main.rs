//! Tests of the real binary on real files, one module per capability. One program, so that it is linked once.

mod bad_input;
mod build;
mod commands;
mod complete_journey;
mod crash;
mod hostile;
mod incremental;
mod live;
mod masking;
mod pages;
mod reference;
mod serve;
mod support;
mod watch;
