//! What a publish is asked for, and what it says it did.

use std::path::PathBuf;

use super::guard;
use super::keep::Keep;
use super::swap::SwapMode;
use crate::problem::{Problem, Result};

/// `manifest.json` and `release.json`, which count against a host's limit too.
const OWN_FILES: u64 = 2;

/// What a static host accepts. The defaults are those of Cloudflare Pages, the tightest of the common hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files of a site, `manifest.json` and `release.json` included.
    pub max_files: u64,
    /// Size of one file in bytes.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_files: 20_000, max_file_bytes: 25 << 20 }
    }
}

impl Limits {
    /// Refuses a plan of `files` pages and assets before anything is rendered.
    pub fn check_count(&self, files: u64) -> Result<()> {
        if files.saturating_add(OWN_FILES) <= self.max_files {
            return Ok(());
        }
        let message = format!(
            "the site has {files} files and two of the release, more than the {} that max_files allows",
            self.max_files
        );
        let hint = "static hosts such as Cloudflare Pages take 20,000 files: publish fewer pages, or raise max_files if yours takes more";
        Err(Problem::refused(message).hint(hint))
    }

    pub(super) fn check_size(&self, path: &str, bytes: u64) -> Result<()> {
        if bytes <= self.max_file_bytes {
            return Ok(());
        }
        let message =
            format!("{path} has {bytes} bytes, more than the {} that max_file_bytes allows", self.max_file_bytes);
        let hint = "static hosts such as Cloudflare Pages take files up to 25 MiB: split the table, or raise max_file_bytes if yours takes more";
        Err(Problem::refused(message).hint(hint))
    }
}

/// How to open a [`super::Stage`]; `Limits` alone convert into it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub limits: Limits,
    /// Places the output must keep away from. The home directory and `/` always count.
    pub forbidden: guard::Places,
    /// The way to swap; `None` chooses: `symlink` when the output is a link to a release, else `exchange`, else
    /// `ordered-copy`.
    pub swap: Option<SwapMode>,
    /// Which old releases stay; `None` removes the old site.
    pub keep: Option<Keep>,
    /// A file of the cache that remembers what the published files look like, so that those taken over are read once
    /// and not twice.
    pub facts: Option<PathBuf>,
}

impl From<Limits> for Options {
    fn from(limits: Limits) -> Self {
        Options { limits, ..Options::default() }
    }
}

/// What a publish did, compared with the release that stood there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// First 16 hexadecimal digits of the manifest's SHA-256.
    pub release_id: String,
    /// Files that are new or differ.
    pub written: u64,
    /// Files with the same bytes as before.
    pub unchanged: u64,
    /// Files of the last release that are gone.
    pub removed: u64,
    /// Size of all files but the release's own two.
    pub bytes: u64,
    pub output: PathBuf,
    /// `None`: the output held this very release already and was left alone.
    pub swap: Option<SwapMode>,
}
