//! Tests of the real binary on real files, one module per capability. One program, so that it is linked once.

mod bad_input;
mod build;
mod changes;
mod commands;
mod complete_journey;
mod diff;
mod gate;
mod hostile;
mod masking;
mod pages;
mod reference;
mod support;
