//! The engine: which records are one person. Pure functions of records, rules and settings; nothing here knows of files
//! or tables.
//!
//! `schema` says what is compared and how, `records` holds the values, `compare` gives every pair a level per column,
//! `blocking` chooses the pairs, `weights` and `train` are the model of Fellegi and Sunter (1969) with parameters
//! estimated by expectation maximisation, `cluster` joins pairs to people, `resolve` is the whole way.

mod blocking;
mod cluster;
mod compare;
mod edits;
pub mod levels;
mod records;
mod resolve;
mod schema;
mod train;
mod union_find;
mod weights;
pub mod words;
#[cfg(test)]
mod tests;

pub use compare::Pattern;
pub use records::{Cell, Records, RecordsBuilder};
pub use resolve::{Decision, Forced, Link, Options, Outcome, resolve};
pub use schema::{Block, Column, Key, Kind, MOST_COLUMNS, Rule, Schema};
pub use union_find::UnionFind;
pub use weights::Parameters;
