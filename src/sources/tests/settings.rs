//! `[[source]]`: what it can say, and what it says wrongly.

use std::path::PathBuf;

use super::fixture::shop;
use crate::sources::{Inspection, inspect, toml};
use crate::warehouse::DuckDb;

const TEXT: &str = "bill;when;paid;card;state\n1;1/2/2026;1250;=\"007\";0\n2;2/2/2026;999;008;1\n3;3/2/2026;1;009;9\n";

const GOOD: &str = r#"
[[source]]
table = "transactions"
name = "till"
files = ["*/*.csv"]
id_space = "cards"
columns = { transaction_id = "{store}-{bill}-{n}", ordered_at = "when", amount = "paid", record_id = "card", kind = "state" }
constants = { store_id = "{store}", channel = "{stem}" }
path_pattern = "^(?P<store>S\\d+)/"
date_order = "dmy"
unit = "fen"
codes = { kind = { 0 = "sale", 1 = "sale" } }
filter = "state <> '9'"
"#;

#[test]
fn c2_a_source_says_how_to_read() {
    let shop = shop(&[("S7/shop7.2026.csv", TEXT), ("storebook.toml", &GOOD.replace("{store}-{bill}", "S7-{bill}"))]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select source, transaction_id, ordered_on, store_id, channel, id_space, record_id, quantity, amount, kind from transactions"),
        ["till|S7-1-1|2026-02-01|S7|shop7|cards|007|1.000|12.50|sale", "till|S7-2-2|2026-02-02|S7|shop7|cards|008|1.000|9.99|sale"]
    );
    assert_eq!((loaded.counts.rows_in, loaded.counts.filtered), (2, 1));
    assert_eq!(loaded.files[0].source, "till");
}

#[test]
fn wrong_settings_are_named_with_their_line() {
    let cases = [
        ("table = \"transactions\"", "table = \"transaction\"", 3, "did you mean \"transactions\""),
        ("amount = \"paid\"", "amuont = \"paid\"", 7, "did you mean \"amount\""),
        ("amount = \"paid\"", "amount = \"payd\"", 7, "did you mean \"paid\""),
        ("{bill}", "{bil}", 7, "did you mean \"bill\""),
        ("(?P<store>", "(?P<store", 9, "not a regular expression"),
        ("*/*.csv", "[", 5, "not a glob"),
        ("\"{store}\"", "\"{shop}\"", 8, "named groups"),
        ("dmy", "dym", 10, "date_order"),
        ("fen\"", "fenn\"", 11, "unit"),
        ("record_id = \"card\"", "record_id = \"karte\"", 7, "has no column \"karte\""),
    ];
    let good = GOOD.replace("{store}-{bill}", "{bill}");
    for (right, wrong, line, words) in cases {
        let settings = good.replacen(right, wrong, 1);
        let shop = shop(&[("S7/pos.csv", TEXT), ("storebook.toml", &settings)]);
        let problem = shop.try_load().unwrap_err();
        assert!(problem.to_string().contains(words), "{wrong}: {problem}");
        assert_eq!(problem.place().and_then(|place| place.line), Some(line), "{wrong}: {problem}");
    }
    let shop = shop(&[("S7/pos.csv", TEXT), ("storebook.toml", &good.replace("state <>", "stat <>"))]);
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.place().unwrap().line, Some(13), "{problem}");
}

#[test]
fn a_source_without_files_is_a_remark() {
    let shop = shop(&[("goods.csv", "sku,name\n1,a\n"), ("storebook.toml", GOOD)]);
    let loaded = shop.load();
    assert!(loaded.warnings[0].contains("no file below data/ matches"), "{:?}", loaded.warnings);
}

fn inspected(shop: &super::fixture::Shop, files: &[PathBuf]) -> Vec<Inspection> {
    let project = shop.project().unwrap();
    let engine = DuckDb::loading(&project.config.engine).unwrap();
    inspect(&project, &shop.store(), &engine, files).unwrap()
}

#[test]
fn c10_inspect_writes_the_settings_it_found() {
    let text = "门店编码;订单编号;销售时间;实付金额;天气\nS1;1;2026-10-01;5;晴\nS1;2;2026-10-01;6;雨\n";
    let shop = shop(&[("pos/a.csv", text), ("odd.csv", "x,y\n1,2\n")]);
    let found = inspected(&shop, &[]);
    assert_eq!(found.len(), 2);
    let file = &found[1];
    assert_eq!(
        (file.rows, file.delimiter.as_deref(), file.header_line, file.table.as_deref()),
        (2, Some(";"), Some(1), Some("transactions"))
    );
    let amount = file.columns.iter().find(|column| column.column == "amount").unwrap();
    assert_eq!(
        (amount.reason.as_str(), amount.samples.as_slice()),
        ("header synonym 实付金额", &["5".to_owned(), "6".to_owned()][..])
    );
    assert_eq!(file.unmatched[0].1, "extra_天气");
    assert!(found[0].note.as_ref().unwrap().contains("not recognised"));
    let before = shop.load();
    shop.put("storebook.toml", toml(file).as_bytes());
    let after = shop.load();
    let rows = |loaded| shop.rows(loaded, "select * from transactions");
    assert_eq!(rows(&before), rows(&after), "{}", toml(file));
    assert_eq!(inspected(&shop, &["data/pos/a.csv".into()])[0].columns[0].reason, "[[source]] columns");
}
