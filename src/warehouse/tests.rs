//! The fence and the typed results, on the real DuckDB.

use super::*;
use crate::project;

fn fenced() -> (tempfile::TempDir, TableStore, DuckDb) {
    let folder = tempfile::tempdir().unwrap();
    let store = TableStore::open(folder.path()).unwrap();
    let engine = DuckDb::fenced(&project::Engine::default(), &store).unwrap();
    (folder, store, engine)
}

#[test]
fn values_come_back_exactly() {
    let (_folder, _store, engine) = fenced();
    let frame = engine
        .query("select 1 as i, 1.50::decimal(18,2) as d, 'é' as t, date '2024-02-29' as day, null as n, sum(x) as s, timestamp '1969-12-31 23:59:59' as at, [1,2] as l from (values (1),(2)) v(x)")
        .unwrap();
    assert_eq!(frame.rows[0][0], Value::Int(1));
    assert_eq!(frame.rows[0][1].plain(), "1.50");
    assert_eq!(frame.get(0, "t").as_str(), Some("é"));
    assert_eq!(frame.get(0, "day").plain(), "2024-02-29");
    assert!(frame.get(0, "n").is_null());
    assert_eq!(*frame.get(0, "s"), Value::Int(3));
    assert_eq!(frame.get(0, "at").plain(), "1969-12-31 23:59:59");
    assert_eq!(frame.get(0, "l").plain(), "1, 2");
}

#[test]
fn c47_models_cannot_read_or_write_files_outside_the_store() {
    let (_folder, store, engine) = fenced();
    for sql in [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_csv('~/x.csv')",
        "select * from glob('/etc/*')",
    ] {
        assert!(engine.query(sql).is_err(), "{sql} must be refused");
    }
    assert!(engine.batch("attach '/tmp/x.db'").is_err());
    assert!(engine.batch("copy (select 1) to '/tmp/x.csv'").is_err());
    assert!(engine.batch("set enable_external_access = true").is_err());
    assert!(engine.batch("install httpfs").is_err());
    let path = store.scratch("k");
    assert_eq!(engine.store("select 1 as a union all select 2", &path).unwrap(), 2);
    let table = store.keep(&path, 2).unwrap();
    engine.register("main", "t", &store.path(&table)).unwrap();
    assert_eq!(engine.query("select sum(a) as s from t").unwrap().rows[0][0], Value::Int(3));
}

#[test]
fn a_failing_query_says_where() {
    let (_folder, _store, engine) = fenced();
    let problem = engine.query("select 1,\n  nope\nfrom (values (1)) v(x)").unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(2), "{problem}");
    // The parser counts characters: three bytes each would point lines further up.
    for (sql, place) in [
        ("-- 常来的顾客，按消费天数\nselect 1 as n,\n(2 >=\n)", (4, 1)),
        ("select '常来' as n from from x", (1, 23)),
        ("select '常来',\n  1 +", (2, 6)),
    ] {
        let problem = engine.check(sql).unwrap_err();
        let found = problem.place().unwrap();
        assert_eq!((found.line.unwrap(), found.column.unwrap()), place, "{problem}");
    }
    let late = engine.query("select error('late') from range(3)").unwrap_err();
    assert!(late.message().contains("late"));
}

#[test]
fn the_same_bytes_have_the_same_name() {
    let (_folder, store, engine) = fenced();
    let mut names = Vec::new();
    for key in ["a", "b"] {
        let path = store.scratch(key);
        let rows = engine.store("select range as a from range(300000) order by a", &path).unwrap();
        names.push(store.keep(&path, rows).unwrap());
    }
    assert_eq!(names[0], names[1]);
}

#[test]
fn what_does_not_fit_into_memory_goes_to_the_temporary_folder_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let store = TableStore::open(folder.path()).unwrap();
    let aside = folder.path().join("aside");
    let settings =
        |spill| project::Engine { memory_limit: "100MB".into(), threads: 2, spill, ..project::Engine::default() };
    // 4 million rows of 8 + 36 bytes, unsorted: far more than 100 MB.
    let sql = "select range as n, md5(range::varchar) as t from range(4000000) order by t";
    {
        let engine = DuckDb::fenced(&settings(aside.clone()), &store).unwrap();
        engine.materialise("big", sql).unwrap();
        let own = std::fs::read_dir(&aside).unwrap().next().unwrap().unwrap().path();
        let bytes: u64 = std::fs::read_dir(&own).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(bytes > 10_000_000, "{bytes}");
        // md5 of "0" … begins its order; counted by the engine, checked by the sum of 0…3999999.
        assert_eq!(
            engine.query("select sum(n)::bigint from main.big").unwrap().rows[0][0],
            Value::Int(7_999_998_000_000)
        );
        assert!(engine.query(&format!("select * from read_text('{}/*')", own.display())).is_err());
        assert!(engine.batch("set temp_directory = '/tmp'").is_err());
    }
    assert_eq!(std::fs::read_dir(&aside).unwrap().count(), 0);
    let engine = DuckDb::fenced(&settings(std::path::PathBuf::new()), &store).unwrap();
    assert!(engine.materialise("big", sql).is_err());
}
