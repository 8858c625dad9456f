//! C10: workbooks and archives. The files of `tests/workbooks` were made by other programs (see its README).

use std::io::Write;
use std::path::Path;

use super::fixture::{SALES, Shop, shop};

const SUM: &str =
    "select count(*), sum(amount), count(distinct transaction_id), count(record_id), max(ordered_at) from transactions";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks").join(name)).unwrap()
}

fn with(name: &str) -> Shop {
    let shop = shop(&[]);
    shop.put(name, &fixture(name));
    shop
}

/// A ZIP file of these members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one sheet with this XML between `<sheetData>` and its end.
fn workbook(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    zip(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// A row of texts, counted from 1.
fn row(at: usize, cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")).collect();
    format!("<row r=\"{at}\">{cells}</row>")
}

#[test]
fn c10_workbooks_of_every_kind_give_the_same_rows() {
    for (name, card) in [
        ("orders.xlsx", "00042"),
        // Neither format tells how the number is shown.
        ("orders.xls", "42"),
        ("orders.ods", "42"),
        ("page.xls", "42"),
        ("text.xls", "42"),
    ] {
        let shop = with(name);
        let loaded = shop.load();
        assert_eq!(shop.rows(&loaded, SUM), ["3|22.50|2|2|2026-10-02 11:30:00"], "{name}");
        let select = "select record_id, sku, product_name from transactions order by transaction_id, line_no limit 2";
        let names = shop.rows(&loaded, select);
        assert_eq!(names[0], format!("{card}|6901234567892|普洱茶"), "{name}");
        assert_eq!(names[1].replace(['\n', ' '], ""), format!("{card}|6901234567908|龙井（明前）"), "{name}");
        // Found again in the cache.
        assert_eq!(shop.load().counts, loaded.counts);
    }
}

#[test]
fn c10_a_row_of_a_sheet_keeps_its_number() {
    let shop = with("orders.xlsx");
    let loaded = shop.load();
    // Title, gap, header, T1, T1 (a cell with a line end), T2, totals.
    assert_eq!(shop.quarantine(&loaded), ["data/orders.xlsx[销售明细]:7   total_row"]);
    assert!(loaded.warnings.iter().any(|text| text.contains("[旧数据]") && text.contains("hidden")));
}

#[test]
fn c10_a_hidden_sheet_is_read_when_it_is_named() {
    let shop = with("orders.xlsx");
    shop.put(
        "storebook.toml",
        "[[source]]\ntable = \"transactions\"\nfiles = [\"orders.xlsx\"]\nsheet = \"旧*\"\n".as_bytes(),
    );
    assert_eq!(shop.rows(&shop.load(), SUM)[0], "4|121.50|3|2|2026-10-02 11:30:00");
}

#[test]
fn c10_a_sheet_per_month_and_merged_fields() {
    let shop = with("S07.xlsx");
    shop.put(
        "storebook.toml",
        b"[[source]]\ntable = \"transactions\"\nfiles = [\"S*.xlsx\"]\nconstants = { store_id = \"{stem}\", channel = \"{sheet}\" }\n",
    );
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, store_id, channel, record_id, sku, amount, ordered_on from transactions order by ordered_at, line_no"),
        [
            "9月-1|S07|9月|M1|P1|1.00|2026-09-30",
            "9月-1|S07|9月|M1|P2|2.00|2026-09-30",
            "10月-1|S07|10月|M1|P1|1.00|2026-10-31",
            "10月-1|S07|10月|M1|P2|2.00|2026-10-31",
        ]
    );
}

#[test]
fn c10_a_sheet_that_does_not_fit_its_source_is_named_and_none_that_fits_is_a_fault() {
    let source = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.xlsx\"]\n";
    let shop = with("orders.xlsx");
    shop.put("storebook.toml", source.as_bytes());
    let loaded = shop.load();
    assert_eq!(loaded.counts.loaded, 3);
    assert!(loaded.warnings.iter().any(|text| text.contains("[说明]")), "{:?}", loaded.warnings);
    shop.put("orders.xlsx", &workbook(&[row(1, &["a", "b"]), row(2, &["1", "2"])].concat()));
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("transaction_id"), "{problem}");
    shop.put("storebook.toml", format!("{source}sheet = \"Sheet9\"\n").as_bytes());
    assert!(shop.try_load().is_err());
}

#[test]
fn c10_a_header_of_two_rows_and_days_as_numbers() {
    let shop = with("two-rows.xlsx");
    let loaded = shop.load();
    // Day 46296 of a spreadsheet is 2026-10-01; .4375 of a day is half past ten.
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, store_id, record_id, sku, quantity, amount, ordered_at from transactions order by transaction_id"),
        ["T1|S1|M1|P1|1.000|10.00|2026-10-01 10:30:00", "T2|S1|M1|P1|1.000|12.00|2026-10-02 00:00:00"]
    );
}

#[test]
fn c10_the_two_rows_may_stand_in_a_text_as_well() {
    let text = "单号信息,,门店编码,商品,,\n订单编号,销售时间,,商品编码,销售数量,实付金额\nT1,2026-10-01,S1,P1,1,10\n";
    let shop = shop(&[("a.csv", text)]);
    assert_eq!(shop.rows(&shop.load(), "select transaction_id, store_id, amount from transactions"), ["T1|S1|10.00"]);
    // Words under names that nobody knows are no second header: the file has a row.
    shop.put("odd.csv", b"colour,smell\nred,sweet\n");
    let warnings = shop.load().warnings;
    assert!(warnings.iter().all(|text| !text.contains("no rows")), "{warnings:?}");
    shop.remove("odd.csv");
    // A first row of data without its optional cells is no second header.
    let text = "订单编号,销售时间,门店编码,备注,销售数量,实付金额,班次\nT1,2026-10-01,S1,急,1,10,早\n";
    shop.put("a.csv", text.as_bytes());
    assert_eq!(shop.rows(&shop.load(), "select transaction_id, extra_备注 from transactions"), ["T1|急"]);
}

#[test]
fn c10_members_of_an_archive_are_files() {
    let shop = with("drop.zip");
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, SUM), ["4|30.50|3|3|2026-10-08 10:00:00"]);
    let mut paths: Vec<&str> = loaded.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["data/drop.zip/总部.xlsx[销售明细]", "data/drop.zip/销售/十月.csv"]);
    assert_eq!(shop.quarantine(&loaded), ["data/drop.zip/总部.xlsx[销售明细]:7   total_row"]);
}

#[test]
fn c10_a_locked_workbook_says_so() {
    let problem = with("locked.xlsx").try_load().unwrap_err();
    assert!(problem.message().contains("password"), "{problem}");
    assert!(problem.place().unwrap().file.ends_with("locked.xlsx"));
}

#[test]
fn c10_a_million_empty_rows_cost_nothing() {
    let header: Vec<&str> = SALES.trim().split(',').collect();
    let mut rows = [row(1, &header), row(2, &["T1", "2026-10-01", "S1", "", "P1", "1", "10"])].concat();
    for at in 3..=1_048_576 {
        rows.push_str(&format!("<row r=\"{at}\"><c r=\"A{at}\" s=\"1\"/></row>"));
    }
    let shop = shop(&[]);
    shop.put("a.xlsx", &workbook(&rows));
    let loaded = shop.load();
    assert_eq!((loaded.counts.rows_in, loaded.counts.loaded), (1, 1));
}

#[test]
fn c10_a_cell_far_outside_is_named() {
    let far = "<row r=\"3\"><c r=\"XFD3\" t=\"inlineStr\"><is><t>x</t></is></c></row>";
    let header: Vec<&str> = SALES.trim().split(',').collect();
    let rows = [row(1, &header), row(2, &["T1", "2026-10-01", "S1", "", "P1", "1", "10"]), far.into()].concat();
    let shop = shop(&[]);
    shop.put("a.xlsx", &workbook(&rows));
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("XFD") && problem.message().contains('3'), "{problem}");
}

#[test]
fn c10_damaged_workbooks_and_archives_are_faults_never_panics() {
    for name in ["orders.xlsx", "orders.xls", "orders.ods", "drop.zip"] {
        let whole = fixture(name);
        for cut in [8, 100, 1024, whole.len() / 3, whole.len() / 2, whole.len() - 600, whole.len() - 40] {
            let cut = cut.min(whole.len() - 1);
            let shop = shop(&[]);
            shop.put(name, &whole[..cut]);
            let problem = shop.try_load().expect_err(&format!("{name} cut at {cut} is no whole file"));
            assert!(problem.hint_text().is_some(), "{name} {cut}: {problem}");
        }
        // A byte is not what it was.
        for at in (0..whole.len()).step_by(whole.len() / 12) {
            let mut other = whole.clone();
            other[at] ^= 0x55;
            let shop = shop(&[]);
            shop.put(name, &other);
            let _ = shop.try_load();
        }
    }
}

#[test]
fn c10_what_was_made_to_fill_the_disk_is_refused() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let line = "T1,2026-10-01 10:00:00,S1,M1,P1,1,10.00\n".repeat(30_000);
    gz.write_all(SALES.as_bytes()).unwrap();
    for _ in 0..600 {
        gz.write_all(line.as_bytes()).unwrap();
    }
    let shop = shop(&[]);
    shop.put("a.csv.gz", &gz.finish().unwrap());
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("200 times"), "{problem}");
}

#[test]
fn c10_names_in_an_archive_lead_nowhere() {
    let text = format!("{SALES}T1,2026-10-01,S1,,P1,1,10\n");
    let shop = shop(&[]);
    shop.put("a.zip", &zip(&[("../../etc/x.csv", text.as_bytes()), ("b\u{1b}[31m.csv", b"")]));
    let loaded = shop.load();
    assert_eq!(loaded.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["data/a.zip/etc/x.csv"]);
    assert!(loaded.warnings.iter().all(|text| !text.contains('\u{1b}')));
}

#[test]
fn a_workbook_under_another_ending_is_named() {
    let shop = shop(&[]);
    shop.put("orders.csv", &fixture("orders.xlsx"));
    let problem = shop.try_load().unwrap_err();
    assert!(problem.hint_text().is_some_and(|hint| hint.contains(".xlsx")), "{problem}");
}
