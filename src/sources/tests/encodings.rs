//! C10: text as tills and spreadsheets save it. The files of `tests/encodings` were made by GNU iconv.

use std::path::Path;

use super::fixture::{SALES, shop};

const SUM: &str = "select count(*), sum(amount), max(line_no), count(record_id), max(ordered_at) from transactions";
const EXPECTED: &str = "3|22.50|2|2|2026-10-02 11:30:00";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/encodings").join(name)).unwrap()
}

#[test]
fn c10_encodings_are_found_by_themselves() {
    for (file, names) in [
        ("gbk.csv", ["普洱茶", "龍井（明前）", "普洱茶"]),
        ("gb18030.csv", ["普洱茶", "龍井（明前）", "𠮷祥茶"]),
        ("big5.csv", ["普洱茶", "龍井茶（明前）", "凍頂烏龍茶禮盒"]),
        ("excel-unicode.csv", ["普洱茶", "龍井（明前）", "普洱茶"]),
        ("utf-16le.csv", ["普洱茶", "龍井（明前）", "普洱茶"]),
        ("utf-16be.csv", ["普洱茶", "龍井（明前）", "普洱茶"]),
    ] {
        let shop = shop(&[]);
        shop.put(file, &fixture(file));
        let loaded = shop.load();
        assert_eq!(shop.rows(&loaded, SUM), [EXPECTED], "{file}");
        let select = "select product_name from transactions order by transaction_id, line_no";
        assert_eq!(shop.rows(&loaded, select), names, "{file}");
        // Found again in the cache.
        assert_eq!(shop.load().counts, loaded.counts);
    }
}

#[test]
fn c10_an_encoding_that_is_told_is_believed() {
    let shop =
        shop(&[("storebook.toml", "[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\nencoding = \"big5\"\n")]);
    shop.put("big5.csv", &fixture("big5.csv"));
    assert_eq!(shop.rows(&shop.load(), SUM), [EXPECTED]);
    shop.put("storebook.toml", b"[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\nencoding = \"gbkk\"\n");
    let problem = shop.try_load().unwrap_err();
    assert!(problem.to_string().contains("gbkk") && problem.hint_text().is_some_and(|hint| hint.contains("gbk")));
}

#[test]
fn c10_compressed_text_in_another_encoding_is_read() {
    let shop = shop(&[]);
    shop.put("gbk.csv.zst", &zstd::encode_all(&fixture("gbk.csv")[..], 1).unwrap());
    assert_eq!(shop.rows(&shop.load(), SUM), [EXPECTED]);
}

#[test]
fn a_rejected_row_keeps_its_line_and_its_text() {
    let shop = shop(&[]);
    let mut bytes = fixture("gbk.csv");
    bytes.extend(b"T3,\xb5\xea,S1,,P1,x,1,1.00\n");
    shop.put("a.csv", &bytes);
    let loaded = shop.load();
    // 0xB5EA is 店 in GB 2312.
    assert_eq!(shop.quarantine(&loaded), ["data/a.csv:5 ordered_at 店 type"]);
}

#[test]
fn half_a_file_in_another_encoding_is_refused_with_its_place() {
    let shop = shop(&[]);
    let rows = "T1,2026-10-01,S1,会员一,P1,1,1\nT2,2026-10-01,S1,会员二,P1,1,1\n";
    let mut bytes = format!("{SALES}{rows}").into_bytes();
    bytes.extend(b"T3,2026-10-01,\xb5\xea,,P1,1,1\n");
    shop.put("a.csv", &bytes);
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(4), "{problem}");
    assert!(problem.to_string().contains("not UTF-8"), "{problem}");
    // The other way round: a byte that no GBK text has.
    let mut bytes = fixture("gbk.csv");
    bytes.extend(b"T9,2026-10-03 10:00:00,S1,,P1,\xff\xff,1,1.00\n");
    shop.put("a.csv", &bytes);
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(5), "{problem}");
}
