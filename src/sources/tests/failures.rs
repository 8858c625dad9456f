//! Files that cannot be read: the error names the file and says what to do.

use std::io::Write;

use super::fixture::{SALES, Shop, shop};

fn failure(shop: &Shop) -> String {
    shop.try_load().unwrap_err().to_string()
}

#[test]
fn no_data_says_where_to_put_it() {
    let text = failure(&shop(&[]));
    assert!(text.contains("storebook demo") && text.contains("data"), "{text}");
    let text = failure(&shop(&[("empty.csv", ""), ("README.md", "x"), ("odd.csv", "a,b\n1,2\n")]));
    assert!(text.contains("empty.csv: the file is empty") && text.contains("odd.csv: not recognised"), "{text}");
}

#[test]
fn empty_and_header_only_files_are_remarks() {
    let row = "T1,2026-10-01,S1,,P1,1,1\n";
    let shop =
        shop(&[("a.csv", &format!("{SALES}{row}")), ("empty.csv", ""), ("head.csv", SALES), ("blank.csv", "\n\n \n")]);
    let loaded = shop.load();
    assert_eq!(loaded.counts.rows_in, 1);
    assert_eq!(loaded.warnings.len(), 3, "{:?}", loaded.warnings);
    assert!(loaded.warnings.iter().any(|text| text.contains("head.csv: no rows")));
}

#[test]
fn what_is_not_text_is_named() {
    let shop = shop(&[]);
    let mut gbk = SALES.as_bytes().to_vec();
    gbk.extend(b"T1,2026-10-01,\xb5\xea,,P1,1,1\n");
    shop.put("a.csv", &gbk);
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(2));
    assert!(problem.to_string().contains("not UTF-8: byte ") && problem.to_string().contains("UTF-8"), "{problem}");
    shop.put("a.csv", b"\x89PNG\x00\x00");
    assert!(failure(&shop).contains("not a text file: byte 5 is zero"), "{}", failure(&shop));
    shop.remove("a.csv");
    shop.put("销售.xlsx", b"PK");
    assert!(failure(&shop).contains("save the sheet as CSV"), "{}", failure(&shop));
    shop.remove("销售.xlsx");
    shop.put("a.parquet", b"no parquet");
    assert!(failure(&shop).contains("a.parquet: this is not a Parquet file"), "{}", failure(&shop));
}

#[test]
fn a_cut_archive_is_named() {
    let shop = shop(&[]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gz.write_all(SALES.repeat(100).as_bytes()).unwrap();
    let bytes = gz.finish().unwrap();
    shop.put("a.csv.gz", &bytes[..bytes.len() / 2]);
    let text = failure(&shop);
    assert!(text.contains("a.csv.gz") && text.contains("cut off"), "{text}");
}

#[test]
fn an_endless_line_costs_one_row() {
    let mut text = format!("{SALES}T1,2026-10-01,S1,,P1,1,1\nT2,2026-10-01,S1,,");
    text.push_str(&"x".repeat(30 << 20));
    text += ",1,1\nT3,2026-10-01,S1,,P1,1,1\n";
    let shop = shop(&[("a.csv", &text)]);
    let loaded = shop.load();
    assert_eq!((loaded.counts.loaded, loaded.counts.quarantined), (2, 1));
    assert_eq!((loaded.quarantined[0].line, loaded.quarantined[0].rule.as_str()), (3, "columns"));
    assert_eq!(loaded.quarantined[0].value.chars().count(), 200);
    // The same behind an open quotation mark.
    shop.put("a.csv", text.replace(",,xxx", ",,\"xxx").as_bytes());
    assert_eq!(shop.load().counts.quarantined, 1);
}

#[test]
fn broken_json_is_named_with_its_line() {
    let shop = shop(&[("a.json", "[{\"sku\":\"1\",\"name\":\"a\"},\n{\"sku\":}]")]);
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(2), "{problem}");
    shop.put("a.json", b"{\n\"sku\": 1\n}\n");
    assert!(failure(&shop).contains("no line of this file is a JSON object"));
}

#[test]
fn odd_names_of_files_and_columns() {
    let name = "it's \"odd\"\nname 门店.csv";
    let text = "sku,na'me,\"Name\n2\",name,NAME\n1,a,b,c,d\n";
    let shop = shop(&[("p's/x", "ignored")]);
    shop.put(name, text.as_bytes());
    let loaded = shop.load();
    assert_eq!(loaded.files[0].path, format!("data/{name}"));
    assert_eq!(shop.rows(&loaded, "select * from products"), ["1|c|||||||||a|b|d"]);
}
