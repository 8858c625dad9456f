//! A project in a temporary folder, loaded by the real loader.

use std::path::Path;

use jiff::civil::{Date, date};

use crate::problem::Result;
use crate::progress::Silent;
use crate::project::Project;
use crate::sources::{Loaded, load};
use crate::warehouse::{DuckDb, Engine, Frame, TableStore};

pub struct Shop {
    pub folder: tempfile::TempDir,
    pub today: Date,
    pub threads: usize,
}

/// A project with these files; names without a folder go below `data/`, `storebook.toml` to the root.
pub fn shop(files: &[(&str, &str)]) -> Shop {
    let shop = Shop { folder: tempfile::tempdir().unwrap(), today: date(2026, 11, 1), threads: 0 };
    std::fs::create_dir_all(shop.root().join("data")).unwrap();
    for (name, text) in files {
        shop.put(name, text.as_bytes());
    }
    shop
}

/// A copy of a folder of `tests/`.
pub fn copy_of(name: &str) -> Shop {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let shop = shop(&[]);
    for part in ["", "data"] {
        for entry in std::fs::read_dir(from.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), shop.root().join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    shop
}

impl Shop {
    pub fn root(&self) -> &Path {
        self.folder.path()
    }
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = if name == "storebook.toml" { self.root().join(name) } else { self.root().join("data").join(name) };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.root().join("data").join(name)).unwrap();
    }
    pub fn project(&self) -> Result<Project> {
        let mut project = Project::open(self.root())?;
        project.config.engine.threads = self.threads;
        Ok(project)
    }
    pub fn store(&self) -> TableStore {
        TableStore::open(&self.root().canonicalize().unwrap().join(".storebook")).unwrap()
    }
    pub fn try_load(&self) -> Result<Loaded> {
        let project = self.project()?;
        let engine = DuckDb::loading(&project.config.engine)?;
        load(&project, &self.store(), &engine, self.today, &Silent)
    }
    /// Loads, and checks the sum that must hold on every load.
    pub fn load(&self) -> Loaded {
        let loaded = self.try_load().unwrap_or_else(|problem| panic!("{problem}"));
        let counts = loaded.counts;
        assert_eq!(
            counts.rows_in,
            counts.loaded + counts.quarantined + counts.duplicates + counts.superseded,
            "{counts:?}"
        );
        loaded
    }
    /// Runs SQL in which each table of the load is a view.
    pub fn query(&self, loaded: &Loaded, sql: &str) -> Frame {
        let store = self.store();
        let engine = DuckDb::loading(&self.project().unwrap().config.engine).unwrap();
        for (name, table) in &loaded.tables {
            engine.batch(&format!("create view {name} as {}", store.select(table))).unwrap();
        }
        engine.query(sql).unwrap_or_else(|problem| panic!("{problem}"))
    }
    /// The rows of a query as text: cells joined by `|`.
    pub fn rows(&self, loaded: &Loaded, sql: &str) -> Vec<String> {
        let frame = self.query(loaded, sql);
        frame.rows.iter().map(|row| row.iter().map(|cell| cell.plain()).collect::<Vec<_>>().join("|")).collect()
    }
    /// Quarantine as `file:line column value rule`.
    pub fn quarantine(&self, loaded: &Loaded) -> Vec<String> {
        loaded
            .quarantined
            .iter()
            .map(|row| format!("{}:{} {} {} {}", row.file, row.line, row.column, row.value, row.rule))
            .collect()
    }
}

pub const SALES: &str = "订单编号,销售时间,门店编码,会员卡号,商品编码,销售数量,实付金额\n";
