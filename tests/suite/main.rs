//! Tests of the real binary on real files, one module per capability. One program, so that it is linked once.

mod arrivals;
mod bad_input;
mod build;
mod closing;
mod commands;
mod complete_journey;
mod crash;
mod changes;
mod commands;
mod complete_journey;
mod diff;
mod gate;
mod hostile;
mod incremental;
mod live;
mod masking;
mod notify;
mod pages;
mod reference;
mod serve;
mod support;
mod watch;
