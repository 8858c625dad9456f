//! What a build may take of its machine and leaves on it: the folder of the site, the engine, the cache.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the site goes, the limits of the host that will serve it, how many old releases stay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// Where the site goes, relative to the project.
    pub output: String,
    pub max_files: u64,
    pub max_file_bytes: u64,
    /// Old releases that are kept for `storebook rollback`; the newest one always is.
    pub keep_releases: u32,
    /// Days an old release is kept, counted from its publication; the newest one always is.
    pub keep_days: u32,
}

impl Default for Publish {
    fn default() -> Self {
        Publish {
            output: "output".into(),
            max_files: 20_000,
            max_file_bytes: 25 * 1024 * 1024,
            keep_releases: 5,
            keep_days: 30,
        }
    }
}

/// How much of the machine DuckDB may use.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Engine {
    /// e.g. `"2GB"` or `"60%"`; empty = 1.1 GB.
    pub memory_limit: String,
    /// 0 = all cores.
    #[schemars(range(max = 512))]
    pub threads: usize,
    /// Where what does not fit into memory is put while a query runs, relative to the project; empty =
    /// `.storebook/tmp`.
    pub temp_dir: String,
    /// A query of a model or page is stopped after so many seconds; 0 = never.
    #[schemars(range(max = 86_400))]
    pub max_seconds: u64,
    /// So much may one model's table take, and all that is put aside, e.g. `"20GB"`; empty = no limit.
    pub max_disk: String,
    /// A query is stopped when the program holds so much memory, e.g. `"8GB"`, or three quarters of the machine's;
    /// empty = no limit. Only on Linux.
    pub max_memory: String,
    /// `temp_dir` as an absolute path; empty where no project was opened.
    #[serde(skip)]
    pub spill: PathBuf,
}

impl Default for Engine {
    fn default() -> Self {
        Engine {
            memory_limit: String::new(),
            threads: 0,
            temp_dir: String::new(),
            max_seconds: 600,
            max_disk: "20GB".into(),
            max_memory: "8GB".into(),
            spill: PathBuf::new(),
        }
    }
}

/// What lies on the disk between two runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AtRest {
    /// Encrypt the cache and the quarantine with the key in `state/keys/cache.key`, or that of the file which
    /// `STOREBOOK_CACHE_KEY_FILE` names.
    pub encrypt: bool,
}
