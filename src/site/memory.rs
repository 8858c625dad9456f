//! What the last build knew of each page it published: the page is taken over when nothing it was made from changed,
//! and `storebook explain` says what did.
//!
//! Cache, not state: without it every page is rendered, with the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Result};
use crate::project::{AtRest, private};

/// Grows when the meaning of a field changes; an older file is then as good as none.
const FORMAT: u32 = 1;

/// All pages of one published site.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    format: u32,
    /// The release these pages stand in. Another one on the disk means that the pages there are not these.
    pub release: String,
    /// By content page: `stores/[store]`.
    pub pages: BTreeMap<String, PageMemory>,
}

/// One content page with all its items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMemory {
    pub file: String,
    /// By locale: the parts that are the same for every item, name → hash.
    pub fixed: BTreeMap<String, Parts>,
    /// By query (`for_each` among them): what it reads.
    pub queries: BTreeMap<String, QueryMemory>,
    /// Sets of pages that links lead to, and a hash of their addresses.
    pub links: BTreeMap<String, String>,
    /// By slug; a page that stands alone has the slug "".
    pub items: BTreeMap<String, ItemMemory>,
}

pub type Parts = BTreeMap<String, String>;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryMemory {
    /// Of the SQL as it runs.
    pub sql: String,
    /// Tables it reads (`store_summary`, `source.transactions`) and the hash of their content.
    pub tables: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMemory {
    /// Of its titles and of every row it read.
    pub rows: String,
    /// By query, in the order of their names: the start of the hash of its rows.
    pub each: Vec<String>,
    /// By locale: the files beside its `index.html`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, Vec<String>>,
    /// By locale: why the last build rendered it; absent where it was taken over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rendered: BTreeMap<String, Vec<String>>,
}

impl Memory {
    /// What is known of the site at `output`; `None` when nothing is, or the file cannot be read.
    pub fn read(rest: &AtRest, output: &Path) -> Option<Memory> {
        let bytes = rest.read(&file(rest.cache(), output))?;
        let memory: Memory = serde_json::from_slice(&bytes).ok()?;
        (memory.format == FORMAT).then_some(memory)
    }

    /// Keeps it for the next build.
    pub fn write(&mut self, rest: &AtRest, output: &Path, release: &str) -> Result<()> {
        self.format = FORMAT;
        release.clone_into(&mut self.release);
        let path = file(rest.cache(), output);
        let scratch = path.with_extension(format!("{}.tmp", std::process::id()));
        let bytes = serde_json::to_vec(self).map_err(|error| Problem::failed(format!("page memory: {error}")))?;
        let folder = path.parent().unwrap_or(rest.cache());
        private::folder(folder)
            .and_then(|()| rest.put(&path, &scratch, &bytes))
            .map_err(|error| Problem::io("write to the cache", &path, &error))
    }

    /// What a build of some pages only leaves behind: those it rendered are forgotten, the others still stand.
    pub fn forget(mut self, rendered: &Memory) -> Memory {
        for (id, page) in &rendered.pages {
            if let Some(own) = self.pages.get_mut(id) {
                own.items.retain(|slug, _| !page.items.contains_key(slug));
            }
        }
        self
    }
}

/// One file per output: two places may stand at different releases.
fn file(cache: &Path, output: &Path) -> PathBuf {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_path_buf());
    let name = blake3::hash(output.to_string_lossy().as_bytes()).to_hex()[..16].to_owned();
    cache.join("pages").join(format!("{name}.json"))
}
