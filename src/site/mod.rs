//! From pages to files: plan which pages there are, render them through the theme, all languages of a page at once.

mod components;
mod crawlers;
mod cursor;
mod data_until;
pub mod downloads;
mod globals;
mod key;
mod links;
mod memory;
mod menu;
mod navigation;
mod page;
mod plan;
mod render;
mod reuse;
mod sealed;
mod theme;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use memory::{ItemMemory, Memory, PageMemory};
pub use page::policy as content_security_policy;
pub use plan::{LeftOut, Plan, plan};
pub use render::{Rendered, Sink, Wish, render};
pub use sealed::ENTRANCE_PAGE as ENTRANCE;
pub use theme::{Theme, built_in, locales};

use crate::access::Sealing;
use crate::content::{Page, Templates};
use crate::locale::Locale;
use crate::models::{Compiler, Input};
use crate::project::Config;
use crate::warehouse::Engine;

/// What planning and rendering work with; nothing in it changes while they run.
pub struct Site<'a> {
    pub config: &'a Config,
    pub pages: &'a [Page],
    pub templates: &'a Templates,
    pub compiler: &'a Compiler,
    pub engine: &'a dyn Engine,
    /// By locale code, the default one among them.
    pub locales: &'a BTreeMap<String, Arc<Locale>>,
    pub theme: &'a Theme,
    pub models: &'a BTreeMap<String, ModelFacts>,
    /// Hash of the content of every table a query may read.
    pub tables: &'a BTreeMap<Input, String>,
    pub as_of: String,
    pub today: String,
    pub unsealed: bool,
    /// What pages that are not public are sealed with; without it they are written readable.
    pub sealing: Option<&'a Sealing>,
}

/// What a page must know of a model before it queries it.
#[derive(Debug, Clone, Copy)]
pub struct ModelFacts {
    pub rows: u64,
    /// Whether public pages may show it.
    pub publishable: bool,
}
