//! People: which records are one person, and the id a person keeps.
//!
//! `normalise` brings values to one form, `matching` is the engine, `customers` says what of a customer it compares;
//! `links` and `people` are the models made from it, `overrides` what a person decided, `registry` and `assign` the ids
//! that outlive every build.

mod assign;
mod csv;
mod customers;
mod links;
pub mod matching;
pub mod normalise;
pub mod overrides;
mod people;
mod registry;

pub use customers::{Customer, cells, schema};
pub use links::IdentityLinks;
pub use normalise::birthday::{birthday, month_begins as lunar_month_begins};
pub use people::{PersonAliases, PersonRecords};
pub use registry::Registry;

#[cfg(test)]
mod tests;
