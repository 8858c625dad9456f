//! Storebook turns the customer and transaction files of a retail chain into a published book.
//!
//! The map, in the order of the flow. A module imports only from those above it in this list; `demo` stands apart.

// Errors with a place and a hint.
pub mod problem;
// Places where a test can kill the program.
pub mod failpoint;
// Data keeps out of messages.
pub mod discreet;
// How long steps tell that they are alive.
pub mod progress;
// Fluent strings, number, date and money formats, slugs.
pub mod locale;
// `storebook.toml`, the layout of paths, the two clocks, state, the lock.
pub mod project;
// The sealing format: codes, keyrings, sealed pages.
pub mod seal;
// Who may open what: the key file in `state/`, people and roles, scopes and their epochs.
pub mod access;
// The engine: DuckDB, content-addressed Parquet tables, typed results.
pub mod warehouse;
// From files to contract tables: discover, decode, map, validate, quarantine.
pub mod sources;
// What a table tells about people: measures, the attack on published counts, anonymised export.
pub mod privacy;
// The SQL and native models and the graph that runs them.
pub mod models;
// People: the registry that gives every record its person.
pub mod identity;
// What SQL cannot say well about customers and products: customer value, clusters, rules.
pub mod analytics;
// The membership programme: tiers and points.
pub mod loyalty;
// Whom to greet, remind and win back, and in which words.
pub mod outreach;
// Tables as files for others: CSV, NDJSON, Parquet, workbooks.
pub mod exchange;
// How words get to customers: files, drafts, mails, and what became of each.
pub mod outbox;
// What customers send from the portal, kept until the next build reads it.
pub mod receive;
// Closed months: frozen figures, and what became of their rows afterwards.
pub mod closing;
// What a release leaves for the next: its summary, the gate that compares, the differences.
pub mod release;
// Charts drawn on the server as inline SVG.
pub mod charts;
// Pages as authors write them: front matter, Markdown, page functions, translations.
pub mod content;
// Plan pages, draw charts and tables, render through the theme.
pub mod site;
// Stage, manifest, verify, swap; and the check of links.
pub mod publish;
// The message after a build: counts and a link, to a group robot or any service.
pub mod digest;
// Configurations for the web servers that will serve the site.
pub mod deploy;
// Copies of built-in files in the project, and whether their originals have changed.
pub mod eject;
// The build from start to end.
pub mod pipeline;
// Encrypted snapshots of what a rebuild needs, and the drill that proves one.
pub mod backup;
// Rebuild when an input changed: events, scans, drops that are still arriving.
pub mod watch;
// Show the book on this machine while it is being written.
pub mod serve;
// A seeded generator of a whole retail chain.
pub mod demo;
// The commands; the only place that prints.
pub mod cli;
