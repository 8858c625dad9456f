//! Pages as their authors write them: front matter, Markdown with page functions, translations.

mod arguments;
mod cell_format;
mod chart_function;
pub mod component;
pub mod context;
mod front_matter;
mod functions;
mod library;
mod lookup_function;
pub mod markdown;
mod table_function;
mod templates;
mod values;

pub use cell_format::Format;
pub use front_matter::{Audience, ForEach, FrontMatter, Query};
pub use functions::{FUNCTIONS, environment};
pub use library::{Page, Text, built_in, load};
pub use templates::Templates;
pub use values::{RowOf, Rows, template_value};

/// Page that explains the figures; `kpi(definition="…")` links into it.
pub const DEFINITIONS: &str = "about/definitions";
/// Page with the privacy policy; forms link to it.
pub const PRIVACY: &str = "privacy";
/// What every page may read beside its queries.
pub const GLOBALS: [&str; 6] = ["site", "settings", "portal", "as_of", "today", "lang"];
