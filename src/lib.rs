//! Storebook turns the customer and transaction files of a retail chain into a published book.
//!
//! The map, in the order of the flow. A module imports only from those above it in this list.

/// Charts drawn on the server as inline SVG.
pub mod charts;
/// The commands; the only place that prints.
pub mod cli;
/// Pages as authors write them: front matter, Markdown, page functions, translations.
pub mod content;
/// A seeded generator of a whole retail chain.
pub mod demo;
/// People: the registry that gives every record its person.
pub mod identity;
/// Fluent strings, number, date and money formats, slugs.
pub mod locale;
/// The SQL and native models and the graph that runs them.
pub mod models;
/// The build from start to end.
pub mod pipeline;
/// Errors with a place and a hint.
pub mod problem;
/// How long steps tell that they are alive.
pub mod progress;
/// `storebook.toml`, the layout of paths, the two clocks, state.
pub mod project;
/// Stage, manifest, verify, swap; and the check of links.
pub mod publish;
/// Plan pages, draw charts and tables, render through the theme.
pub mod site;
/// From files to contract tables: discover, decode, map, validate, quarantine.
pub mod sources;
/// The engine: DuckDB, content-addressed Parquet tables, typed results.
pub mod warehouse;
