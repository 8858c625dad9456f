//! Data and settings as they should not be: a clear error or quarantine, never a wrong number, nothing lost.

use std::io::Write;

use crate::support::{Ran, TestProject};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n";

fn row(id: impl std::fmt::Display, amount: &str) -> String {
    format!("{id},2026-10-01 10:00:00,S1,M1,P1,1,{amount}\n")
}

fn total(project: &TestProject) -> String {
    project.query("select count(*) as n, sum(amount) as amount from source.transactions")
}

/// A build that fails, and leaves nothing behind that it should not.
fn refused(project: &TestProject) -> Ran {
    let ran = project.try_build(&[]);
    assert!(matches!(ran.code, 1 | 2), "{} {}", ran.out, ran.err);
    assert!(!ran.err.contains("panicked") && !project.path("output/index.html").exists(), "{}", ran.err);
    ran
}

#[test]
fn a_preset_that_is_not_the_files_is_told_with_its_line_and_the_right_one() {
    let settings = "[project]\ncurrency = \"CNY\"\n\n[[source]]\ntable = \"customers\"\nfiles = [\"youzan.csv\"]\npreset = \"shopify-customers\"\n";
    let text = "客户姓名,客户昵称,客户手机号,免费等级,付费等级,客户积分,客户储值余额,成为客户时间,成为会员时间\n王芳,小芳,13912345678,1,,20,0,2026-01-01,2026-01-01\n";
    let project = TestProject::small().file("storebook.toml", settings).file("data/youzan.csv", text);
    let ran = refused(&project);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for words in ["storebook.toml:7", "data/youzan.csv is no shopify-customers", "Customer ID", "youzan-customers"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    let project = project.file("storebook.toml", settings.replace("shopify-customers", "shopify-customer"));
    assert!(refused(&project).err.contains("did you mean \"shopify-customers\""));
}

#[test]
fn a_code_that_the_map_does_not_know_costs_its_row_and_a_word_nobody_knows_the_build() {
    let settings = |word: &str| {
        format!(
            "[[source]]\ntable = \"transactions\"\nfiles = [\"a.csv\"]\ncolumns = {{ kind = \"state\" }}\ncodes = {{ kind = {{ 0 = \"sale\", 1 = \"{word}\" }} }}\n"
        )
    };
    let text = format!(
        "{},state\nT1,2026-10-01,S1,M1,P1,1,10,0\nT2,2026-10-01,S1,M1,P1,1,-4,1\nT3,2026-10-01,S1,M1,P1,1,9,7\n",
        HEADER.trim()
    );
    let project = TestProject::empty().file("storebook.toml", settings("refund")).file("data/a.csv", &text);
    assert_eq!(total(&project), "n,amount\n2,6.00\n");
    assert_eq!(
        project.query("select file, line, column_name, value, rule from source.quarantine"),
        "file,line,column_name,value,rule\ndata/a.csv,4,kind,7,code\n"
    );
    let ran = refused(&project.file("storebook.toml", settings("refunded")));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("storebook.toml:5") && ran.err.contains("did you mean \"refund\""), "{}", ran.err);
}

#[test]
fn two_sources_that_claim_one_key_are_two_sales_and_one_article() {
    let section = |name: &str, table: &str| {
        format!("[[source]]\ntable = \"{table}\"\nname = \"{name}\"\nfiles = [\"{name}.csv\"]\n")
    };
    let settings = section("till", "transactions")
        + &section("mall", "transactions")
        + &section("old", "products")
        + &section("shop", "products");
    let project = TestProject::empty()
        .file("storebook.toml", settings)
        .file("data/till.csv", HEADER.to_owned() + &row("T1", "10"))
        .file("data/mall.csv", HEADER.to_owned() + &row("T1", "7"))
        .file("data/old.csv", "sku,name,price\nP1,旧名,5\n")
        .file("data/shop.csv", "sku,name,price\nP1,新名,\n");
    assert_eq!(
        project.query("select source, transaction_id, amount from source.transactions order by 1"),
        "source,transaction_id,amount\nmall,T1,7.00\ntill,T1,10.00\n"
    );
    // The later of the two files speaks of the article, a blank of it takes nothing away, and what was before is kept.
    assert_eq!(project.query("select name, price from source.products"), "name,price\n新名,5.00\n");
    assert_eq!(
        project.query("select file, superseded_by, content ->> 'name' as name from source.row_history"),
        "file,superseded_by,name\ndata/old.csv,data/shop.csv,旧名\n"
    );
}

#[test]
fn decisions_about_people_that_contradict_each_other_stop_the_build_with_their_lines() {
    let project = TestProject::small();
    project.build();
    let before = project.tree();
    let head = "decision,id_space,record_id,other_id_space,other_record_id,note\n";
    for (text, words) in [
        (
            "same,,R1,,R2,\nsame,,R2,,R3,\ndifferent,,R3,,R1,\n",
            "line 4 says that two records are different people, but by lines 2, 3",
        ),
        ("same,,R1,,R1,\n", "names one record twice"),
        ("maybe,,R1,,R2,\n", "neither"),
    ] {
        std::fs::write(project.path("state/identity-overrides.csv"), format!("{head}{text}")).expect("write");
        let ran = project.try_build(&[]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(one_line(&ran.err).contains(words) && ran.err.contains("identity-overrides.csv"), "{}", ran.err);
        assert!(before == project.tree(), "the published site changed although the build failed");
        std::fs::remove_file(project.path("state/identity-overrides.csv")).expect("remove");
    }
}

/// A message without the frame that its lines stand in.
fn one_line(text: &str) -> String {
    text.split(['\n', '│', '×']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A workbook of one sheet, from the XML of its rows.
fn workbook(rows: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let links = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let sheet = format!("<worksheet xmlns=\"{namespace}\"><sheetData>{rows}</sheetData></worksheet>");
    for (name, text) in [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>".to_owned()),
        ("_rels/.rels", format!("<Relationships xmlns=\"{links}\"><Relationship Id=\"r1\" Type=\"{kinds}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")),
        ("xl/workbook.xml", format!("<workbook xmlns=\"{namespace}\" xmlns:r=\"{kinds}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships xmlns=\"{links}\"><Relationship Id=\"r1\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>")),
        ("xl/styles.xml", format!("<styleSheet xmlns=\"{namespace}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>")),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member");
        zip.write_all(text.as_bytes()).expect("its text");
    }
    zip.finish().expect("a workbook").into_inner()
}

fn cells(at: u32, row: &str) -> String {
    let cells = row
        .trim()
        .split(',')
        .zip('A'..)
        .map(|(text, column)| format!("<c r=\"{column}{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    format!("<row r=\"{at}\">{}</row>", cells.collect::<String>())
}

#[test]
fn a_sheet_of_a_million_empty_rows_gives_the_rows_it_has_with_their_numbers() {
    let head = cells(1, HEADER) + &cells(2, &row("T1", "10"));
    // Only the last row of all is written, and it is broken; or every row is, with a format and nothing in it.
    let styled: String = (3..1_048_576)
        .map(|at| format!("<row r=\"{at}\" s=\"1\"><c r=\"A{at}\" s=\"1\"/><c r=\"G{at}\" s=\"1\"/></row>"))
        .collect();
    for between in [String::new(), styled] {
        let project = TestProject::empty()
            .file("data/a.xlsx", workbook(&format!("{head}{between}{}", cells(1_048_576, &row("T2", "oops")))));
        assert_eq!(total(&project), "n,amount\n1,10.00\n");
        assert_eq!(
            project.query("select file, line, value from source.quarantine"),
            "file,line,value\ndata/a.xlsx,1048576,oops\n"
        );
    }
}

#[test]
fn a_row_that_no_sheet_has_is_a_fault_and_fills_no_memory() {
    let head = cells(1, HEADER) + &cells(2, &row("T1", "10"));
    for at in [1_048_577, 4_000_000_000] {
        let project = TestProject::empty().file("data/a.xlsx", workbook(&(head.clone() + &cells(at, &row("T2", "5")))));
        let ran = refused(&project);
        assert!(ran.err.contains("a.xlsx") && ran.err.contains(&at.to_string()), "{}", ran.err);
    }
}

#[test]
fn what_unpacks_to_fill_the_disk_is_refused_in_every_wrapping() {
    // 600 MB of sales.
    let rows = (HEADER.to_owned() + &row("T1", "10.00").repeat(20_000)).into_bytes();
    let pieces = 600_000_000 / rows.len() + 1;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let mut zst = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("zstd");
    for _ in 0..pieces {
        gz.write_all(&rows).expect("pack");
        zst.write_all(&rows).expect("pack");
    }
    for (name, bytes) in [("a.csv.gz", gz.finish().expect("gzip")), ("a.csv.zst", zst.finish().expect("zstd"))] {
        assert!(bytes.len() < 3_000_000, "{name}: {}", bytes.len());
        let project = TestProject::empty().file(&format!("data/{name}"), bytes);
        let ran = refused(&project);
        assert!(ran.err.contains(name) && one_line(&ran.err).contains("200 times its size"), "{}", ran.err);
        let kept: u64 = walkdir::WalkDir::new(project.path(".storebook"))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.metadata().ok())
            .map(|data| data.len())
            .sum();
        assert!(kept < 10_000_000, "{kept} bytes stayed in the cache");
    }
}

#[test]
fn two_encodings_in_one_file_are_told_with_the_line() {
    let head = "订单编号,销售时间,门店编码,会员卡号,商品名称,销售数量,实付金额\n";
    let line = |n: usize, name: &str| format!("T{n},2026-10-01,S1,M{n},{name},1,5\n");
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let many = |from: usize, name: &str| (from..from + 40_000).map(|n| line(n, name)).collect::<String>();
    // UTF-8 with a row in GBK, far down; and the other way round, where every byte has a meaning in GBK too.
    let mut utf8 = format!("{head}{}", many(0, "普洱茶饼")).into_bytes();
    utf8.extend(gbk(&line(90_000, "龙井茶叶")));
    let mut other = gbk(&format!("{head}{}", many(0, "普洱茶饼")));
    other.extend(line(90_000, "龙井茶叶").into_bytes());
    for bytes in [utf8, other.clone()] {
        let ran = refused(&TestProject::empty().file("data/a.csv", bytes));
        assert!(ran.err.contains("a.csv:40002") && ran.err.contains("help:"), "{}", ran.err);
    }
    // A person who says what it is has the last word.
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"a.csv\"]\nencoding = \"gbk\"\n";
    let project = TestProject::empty().file("storebook.toml", settings).file("data/a.csv", other);
    assert_eq!(total(&project), "n,amount\n40001,200005.00\n");
    // Words of GBK that could be UTF-8: 联通 is the best known.
    let text = format!("{head}{}{}", line(1, "联通"), line(2, "普洱茶饼"));
    let project = TestProject::empty().file("data/a.csv", gbk(&text));
    assert_eq!(
        project.query("select product_name from source.transactions order by 1"),
        "product_name\n普洱茶饼\n联通\n"
    );
}

#[test]
fn a_column_that_changes_its_kind_far_down_costs_the_rows_it_cannot_be() {
    let mut text = HEADER.to_owned();
    for n in 0..110_000 {
        text.push_str(&row(format_args!("T{n}"), "0.50"));
    }
    text.push_str("U1,2026-10-01,S1,M1,P1,1,\"12,50\"\nU2,25/10/2026,S1,M1,P1,1,1\nU3,05/10/2026,S1,M1,P1,1,1\nU4,2026-10-02,S1,M1,P1,one,1\n6.90E+12,2026-10-02,S1,M1,P1,1,1\nU6,45931,S1,M1,P1,1,第6单\n");
    let project = TestProject::empty().file("data/a.csv", text);
    // Where the first rows write days one way, no later row is guessed to mean another: 05/10 may be May. Of a row with two
    // faults either is told.
    assert_eq!(
        project
            .query("select line, column_name, value, rule from source.quarantine where line <> 110007 order by line"),
        "line,column_name,value,rule\n110002,amount,\"12,50\",type\n110003,ordered_at,25/10/2026,type\n110004,ordered_at,05/10/2026,type\n\
         110005,quantity,one,type\n110006,transaction_id,6.90E+12,precision\n"
    );
    assert_eq!(project.query("select count(*) as n from source.quarantine"), "n\n6\n");
    assert_eq!(total(&project), "n,amount\n110000,55000.00\n");
}

#[test]
fn two_layouts_under_one_glob_are_read_each_by_its_own_header() {
    let settings = "[project]\ncurrency = \"CNY\"\n\n[[source]]\ntable = \"transactions\"\nfiles = [\"pos/*.csv\"]\n";
    let project = TestProject::empty()
        .file("storebook.toml", settings)
        .file("data/pos/a.csv", HEADER.to_owned() + &row("T1", "10"))
        .file(
            "data/pos/b.csv",
            "amount,quantity,sku,record_id,store_id,ordered_at,transaction_id\n7,1,P1,M1,S1,2026-10-01,T2\n",
        );
    assert_eq!(total(&project), "n,amount\n2,17.00\n");
    // Without a header the third cannot be told from the others.
    let ran = refused(&project.file("data/pos/c.csv", row("T3", "5")));
    assert_eq!(ran.code, 2);
    let text = one_line(&ran.err);
    assert!(
        text.contains("storebook.toml:4") && text.contains("data/pos/c.csv") && text.contains("ordered_at"),
        "{text}"
    );
}

#[test]
fn a_file_of_thousands_of_columns_is_told_at_once() {
    let columns: String = (0..20_000).map(|n| format!(",c{n}")).collect();
    let text = format!("{}{columns}\n{}{}\n", HEADER.trim(), row("T1", "10").trim(), ",".repeat(20_000));
    let ran = refused(&TestProject::empty().file("data/a.csv", text));
    assert!(ran.err.contains("a.csv:1") && ran.err.contains("20007 columns"), "{}", ran.err);
}

#[test]
fn a_header_in_the_middle_of_a_file_with_other_columns_costs_the_rows_below_it() {
    let text = HEADER.to_owned()
        + &row("T1", "10")
        + "amount,quantity,sku,record_id,store_id,ordered_at,transaction_id\n7,1,P1,M1,S1,2026-10-01,T2\n";
    let project = TestProject::empty().file("data/a.csv", text);
    assert_eq!(total(&project), "n,amount\n1,10.00\n");
    assert_eq!(project.query("select line from source.quarantine order by line"), "line\n3\n4\n");
}
