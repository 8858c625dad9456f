//! The same rows in every form a file may come in.

use std::io::Write;

use super::fixture::{SALES, shop};

const ROWS: &str = "T1,2026-10-01 10:00:00,S1,M1,P1,1,10.00\nT1,2026-10-01 10:00:00,S1,M1,P2,2,5.50\nT2,2026-10-02 11:30:00,S2,,P1,1,7.00\n";

const SUM: &str = "select count(*), sum(amount), max(line_no), count(record_id), max(ordered_at) from transactions";
const EXPECTED: &str = "3|22.50|2|2|2026-10-02 11:30:00";

#[test]
fn c2_delimiters_and_byte_order_mark() {
    for (name, delimiter) in [("a.csv", ","), ("a.tsv", "\t"), ("b.csv", ";"), ("c.csv", "|")] {
        let text = format!("\u{feff}{SALES}{ROWS}").replace(',', delimiter).replace('\n', "\r\n");
        let shop = shop(&[(name, &text)]);
        let loaded = shop.load();
        assert_eq!(shop.rows(&loaded, SUM), [EXPECTED], "{name}");
        assert_eq!(loaded.files[0].table, "transactions");
    }
}

#[test]
fn c2_compressed_files() {
    let text = format!("{SALES}{ROWS}");
    let shop = shop(&[]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    shop.put("销售.csv.gz", &gz.finish().unwrap());
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, SUM), [EXPECTED]);
    shop.remove("销售.csv.gz");
    shop.put("销售.csv.zst", &zstd::encode_all(text.as_bytes(), 1).unwrap());
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, SUM), [EXPECTED]);
}

#[test]
fn c10_json_lines_and_arrays() {
    let one = |id: &str, at: &str, store: &str, member: &str, sku: &str, quantity: &str, amount: &str| {
        format!(
            "{{\"order_id\":\"{id}\",\"created_at\":\"{at}\",\"store_id\":\"{store}\",\"member_id\":{member},\"sku\":\"{sku}\",\"qty\":{quantity},\"amount\":{amount},\"more\":{{\"a\":[1,2]}}}}"
        )
    };
    let lines = [
        one("T1", "2026-10-01T10:00:00", "S1", "\"M1\"", "P1", "1", "10.00"),
        one("T1", "2026-10-01T10:00:00", "S1", "\"M1\"", "P2", "2", "5.5"),
        one("T2", "2026-10-02T11:30:00", "S2", "null", "P1", "1", "7"),
    ];
    for (name, text) in [
        ("a.ndjson", lines.join("\n")),
        ("a.json", format!("[\n{}\n]\n", lines.join(",\n"))),
        ("b.json", lines.join("\n")),
    ] {
        let shop = shop(&[(name, &text)]);
        let loaded = shop.load();
        assert_eq!(shop.rows(&loaded, SUM), [EXPECTED], "{name}");
        assert_eq!(shop.rows(&loaded, "select distinct extra_more from transactions"), ["{\"a\":[1,2]}"], "{name}");
    }
    let broken = format!("{}\n\n{}\n{{\"order_id\": \n{}\n", lines[0], lines[1], lines[2]);
    let shop = shop(&[("a.jsonl", &broken)]);
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, SUM), [EXPECTED]);
    assert_eq!(shop.quarantine(&loaded), ["data/a.jsonl:4  {\"order_id\": columns"]);
}

#[test]
fn c10_parquet() {
    use crate::warehouse::{DuckDb, Engine};
    let shop = shop(&[]);
    let engine = DuckDb::loading(&crate::project::Engine::default()).unwrap();
    let path = shop.root().join("data/a.parquet");
    engine
        .store(
            "select 'T1' as order_id, timestamp '2026-10-01 10:00:00' as created_at, 'S1' as store_id, 7 as sku, 1::double as qty, 10.5::decimal(9,3) as amount, [1, 2] as list",
            &path,
        )
        .unwrap();
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, ordered_at, sku, quantity, amount, extra_list from transactions"),
        ["T1|2026-10-01 10:00:00|7|1.000|10.50|[1, 2]"]
    );
    // A column of the wrong type turns its rows away, not the file.
    engine.store("select 'T1' as order_id, true as created_at, 'S1' as store_id, 1.0 as amount", &path).unwrap();
    let loaded = shop.load();
    assert_eq!(shop.quarantine(&loaded), ["data/a.parquet:1 ordered_at true type"]);
}

#[test]
fn records_may_span_lines() {
    let text =
        "store_id,name,address\nS1,\"First\nshop\",\"a, b\"\nS2,\"Second \"\"two\"\"\",x\n\nS3,3,\"unread\"y\nS4,4,z\n";
    let shop = shop(&[("stores.csv", text), ("t.csv", SALES)]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select store_id, name, address from stores"),
        ["S1|First\nshop|a, b", "S2|Second \"two\"|x", "S4|4|z"]
    );
    assert_eq!(shop.quarantine(&loaded), ["data/stores.csv:6  S3,3,\"unread\"y columns"]);
}

#[test]
fn one_open_quotation_mark_costs_one_row() {
    let mut text = String::from("store_id,name,city\n");
    for number in 1..=2000 {
        text +=
            &if number == 17 { "S17,\"open,Ulm\n".to_owned() } else { format!("S{number},\"Shop {number}\",Ulm\n") };
    }
    let shop = shop(&[("stores.csv", &text)]);
    let loaded = shop.load();
    assert_eq!(loaded.counts.loaded, 1999);
    assert_eq!(shop.quarantine(&loaded), ["data/stores.csv:18  S17,\"open,Ulm columns"]);
}

#[test]
fn ragged_rows_totals_and_repeated_headers() {
    let text = format!(
        "2026年10月销售,,,,,,\n{SALES}T1,2026-10-01,S1,,P1,1,10\nT2,2026-10-01,S1,,P1,1\n{SALES},,,,,,\nT3,2026-10-01,S1,,P1,1,10,extra\n合计,,,,,2,20\n"
    );
    let shop = shop(&[("a.csv", &text)]);
    let loaded = shop.load();
    assert_eq!(
        shop.quarantine(&loaded),
        [
            "data/a.csv:4  T2,2026-10-01,S1,,P1,1 columns",
            "data/a.csv:5   repeated_header",
            "data/a.csv:7  T3,2026-10-01,S1,,P1,1,10,extra columns",
            "data/a.csv:8   total_row",
        ]
    );
    assert_eq!((loaded.counts.rows_in, loaded.counts.loaded), (5, 1));
    assert_eq!(shop.rows(&loaded, "select record_id is null from transactions"), ["true"]);
}

#[test]
fn c2_thread_count_and_cache_change_nothing() {
    let mut text = String::from(SALES);
    for number in 0..30_000 {
        let bad = if number % 1000 == 7 { "x" } else { "1" };
        text += &format!(
            "T{},2026-10-0{} 10:00:00,S{},M{},P{},{bad},{}.5\n",
            number / 3,
            number % 9 + 1,
            number % 7,
            number % 100,
            number % 50,
            number % 40
        );
    }
    let mut shop = shop(&[("b/2.csv", &text), ("a/1.csv", &text.replace("2026-10-01", "2026-10-02"))]);
    let first = shop.load();
    let warm = shop.load();
    assert!(warm.files.iter().all(|file| file.cached));
    assert_eq!(first.tables, warm.tables);
    for threads in [1, 4] {
        std::fs::remove_dir_all(shop.root().join(".storebook")).unwrap();
        shop.threads = threads;
        assert_eq!(shop.load().tables, first.tables, "{threads} threads");
    }
    assert_eq!(first.counts.quarantined, 60);
}

#[test]
fn quoted_blanks_are_blank() {
    let text = format!("{}\"T1\",\"2026-10-01\",\" S1 \",\"\",\"\",\"1\",\"10\"\nT2,2026-10-01,S1,,,,\n", SALES);
    let shop = shop(&[("a.csv", &text)]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select store_id, record_id is null, sku is null from transactions"),
        ["S1|true|true"]
    );
    assert_eq!(shop.quarantine(&loaded), ["data/a.csv:3 quantity  required"]);
}
