//! The loader on real files.

mod fixture;
mod real;
