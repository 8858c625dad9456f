//! C47: what models and pages cannot do, however they are written: read or write files, load code, change settings,
//! run for ever, fill the disk or the memory.

use std::collections::BTreeMap;

use crate::support::{Ran, TestProject};

/// Small enough to be reached at once, large enough for every model of the book.
const LIMITS: &str =
    "[engine]\nmemory_limit = \"200MB\"\nthreads = 2\nmax_seconds = 2\nmax_disk = \"64MB\"\nmax_memory = \"700MB\"\n";

/// A page whose query, and a page whose rows, come from `sql`.
fn page(sql: &str) -> String {
    format!(
        "+++\ntitle = \"T\"\naudience = \"hq\"\n[queries.q]\nsql = \'\'\'\n{sql}\n\'\'\'\n+++\n{{{{ table(q) }}}}\n"
    )
}

fn set(sql: &str) -> String {
    format!(
        "+++\ntitle = \"T\"\naudience = \"hq\"\nfor_each = {{ query = \'\'\'\n{sql}\n\'\'\', as = \"one\", slug = \"one.a\" }}\n+++\nx\n"
    )
}

/// A book that stands, and what is left of it after a build with one more file.
struct Book {
    project: TestProject,
    before: BTreeMap<String, Vec<u8>>,
}

impl Book {
    fn new() -> Book {
        let project = TestProject::small().file("storebook.toml", LIMITS).file("secret.csv", "word\nxyzzy\n");
        project.build();
        let before = project.tree();
        Book { project, before }
    }

    /// The same book, where time is not what runs out first.
    fn with_time(self) -> Book {
        let limits = LIMITS.replace("max_seconds = 2", "max_seconds = 300");
        Book { project: self.project.file("storebook.toml", limits), before: self.before }
    }

    /// Builds with the file at `path`, which must fail at it and leave the book as it stands.
    fn refuses(&self, path: &str, text: &str) -> Ran {
        let file = self.project.path(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("create the folder");
        std::fs::write(&file, text).expect("write the file");
        let ran = self.project.try_build(&[]);
        std::fs::remove_file(&file).expect("remove the file");
        assert_eq!(ran.code, 1, "{text}\n{}", ran.out);
        assert!(!ran.err.contains("xyzzy") && !ran.err.contains("root:"), "{text}\n{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{text}\n{}", ran.err);
        assert!(self.project.tree() == self.before, "the book that stood was touched by {text}");
        ran
    }
}

#[test]
fn c47_no_trick_reaches_beyond_the_models() {
    let book = Book::new();
    let secret = book.project.path("secret.csv").display().to_string();
    let written = book.project.path("written.csv").display().to_string();
    let tricks = [
        format!("select word as a from read_csv('{secret}')"),
        format!("select word as a from '{secret}'"),
        format!("from '{secret}'"),
        "select word as a from 'secret.csv'".to_owned(),
        "select * from read_csv('~/secret.csv')".to_owned(),
        "select content as a from read_text('/etc/passwd')".to_owned(),
        "select content as a from read_blob('/proc/self/environ')".to_owned(),
        "select file as a from glob('/etc/*')".to_owned(),
        "select * from sniff_csv('/etc/passwd')".to_owned(),
        "select * from read_json('.storebook/store/*.json')".to_owned(),
        "select * from read_parquet('.storebook/**/*.parquet')".to_owned(),
        "select * from parquet_metadata('x.parquet')".to_owned(),
        "select * from query('select 1 as a')".to_owned(),
        "select * from query_table('people')".to_owned(),
        "select getenv('HOME') as a".to_owned(),
        "select * from 'https://example.org/x.csv'".to_owned(),
        "select * from duckdb_settings()".to_owned(),
        "select * from duckdb_secrets()".to_owned(),
        "select * from pragma_database_list()".to_owned(),
        "select * from information_schema.tables".to_owned(),
        "select 1 as a; attach 'x.db'".to_owned(),
        "attach 'x.db'".to_owned(),
        "attach 'x.db'; select 1 as a".to_owned(),
        format!("copy (select 1) to '{written}'"),
        format!("select 1 as a) to '{written}'; select (1"),
        format!("export database '{written}'"),
        "install httpfs".to_owned(),
        "load httpfs".to_owned(),
        "set memory_limit = '100GB'".to_owned(),
        "set enable_external_access = true".to_owned(),
        "reset lock_configuration".to_owned(),
        "pragma enable_external_access".to_owned(),
        "call pragma_version()".to_owned(),
        "create table x as select 1".to_owned(),
        "drop schema source cascade".to_owned(),
        "select {{ ref('/etc/passwd') }}".to_owned(),
        "{% include '/etc/passwd' %}".to_owned(),
        "select {% for n in range(100000000) %}{{ n }},{% endfor %} 1 as a".to_owned(),
    ];
    for sql in &tricks {
        for (path, text) in
            [("models/trick.sql", sql.clone()), ("content/trick.md", page(sql)), ("content/trick/[one].md", set(sql))]
        {
            let ran = book.refuses(path, &text);
            assert!(ran.err.contains(path), "{sql} is not told with its file\n{}", ran.err);
        }
    }
    assert!(!book.project.path("written.csv").exists() && !book.project.path("x.db").exists());
}

#[test]
fn c47_a_query_that_never_ends_is_stopped() {
    let book = Book::new();
    let endless = "with recursive r(a) as (select 1 union all select a + 1 from r) select max(a) as a from r";
    let join = "select sum(a.range + b.range) as a from range(1000000) a, range(1000000) b";
    for sql in [endless, join] {
        for (path, text) in
            [("models/long.sql", sql.to_owned()), ("content/long.md", page(sql)), ("content/long/[one].md", set(sql))]
        {
            let ran = book.refuses(path, &text);
            assert!(ran.err.contains("more than 2 s") && ran.err.contains("max_seconds"), "{path}\n{}", ran.err);
            assert!(ran.err.contains(path), "{}", ran.err);
        }
    }
}

#[test]
fn c47_a_query_that_fills_the_disk_is_stopped() {
    let book = Book::new().with_time();
    // A hundred thousand million rows of 8 bytes each: with their marks more than 100 GB.
    let rows = "select hash(a.range * 7919 + b.range) as a from range(10000000) a, range(10000) b";
    let ran = book.refuses("models/large.sql", rows);
    assert!(ran.err.contains("models/large.sql") && ran.err.contains("max_disk"), "{}", ran.err);
    // Put aside instead of written: a sort needs them all at once.
    let sorted = format!("select max(place) as a from (select row_number() over (order by a) as place from ({rows}))");
    let ran = book.refuses("content/large.md", &page(&sorted));
    assert!(ran.err.contains("content/large.md") && ran.err.contains("max_disk"), "{}", ran.err);
    let left: Vec<_> = std::fs::read_dir(book.project.path(".storebook/tmp")).expect("read").collect();
    assert!(left.is_empty(), "{left:?}");
    // What was written of the table is gone with it.
    let sizes = walkdir::WalkDir::new(book.project.path(".storebook"));
    let largest = sizes.into_iter().filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).max();
    assert!(largest.is_some_and(|bytes| bytes < 30_000_000), "{largest:?}");
}

#[test]
fn c47_a_query_that_fills_the_memory_is_stopped() {
    let book = Book::new().with_time();
    // A single list of 300 million numbers, 2.4 GB outside of what the engine counts.
    for sql in
        ["select list_sum(range(300000000)) as a", "select max(a) as a from (select unnest(range(300000000)) as a)"]
    {
        let ran = book.refuses("content/wide.md", &page(sql));
        assert!(ran.err.contains("max_memory") && ran.err.contains("700 MB"), "{sql}\n{}", ran.err);
    }
    // The next build finds nothing amiss.
    book.project.build();
    assert!(book.project.tree() == book.before);
}
