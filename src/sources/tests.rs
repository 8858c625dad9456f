//! The loader on real files.

mod contract;
mod corrections;
mod encodings;
mod failures;
mod fixture;
mod formats;
mod presets;
mod real;
mod settings;
mod traps;
mod values;
mod sound;
mod together;
mod workbooks;
mod written;
