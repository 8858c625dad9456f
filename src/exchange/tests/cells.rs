//! The cells of a workbook as another library reads them, and the lines of texts.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;

use crate::exchange::csv::Csv;
use crate::exchange::ndjson::Ndjson;
use crate::exchange::workbook::{Book, width};
use crate::exchange::{Field, Holds, Sheet, Writer};
use crate::locale::Locale;
use crate::warehouse::{Column, ColumnKind, Value};

fn field(name: &str, kind: ColumnKind) -> Field {
    Field::found(&Column { name: name.into(), kind })
}

fn sheet(name: &str, fields: Vec<Field>) -> Sheet {
    Sheet { name: name.into(), fields }
}

fn chinese() -> Locale {
    let text = include_str!("../../../themes/default/locales/zh-CN.ftl");
    Locale::new("zh-CN", &[("zh-CN.ftl", text)], "CNY", 2).unwrap()
}

fn written(rows: &[Vec<Value>], fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut book = Book::small(&mut bytes).unwrap().with_notes(&chinese());
    book.sheet(&sheet("甲", fields.to_vec())).unwrap();
    rows.iter().for_each(|row| book.row(row).unwrap());
    book.finish().unwrap();
    drop(book);
    bytes
}

fn book(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn cells(bytes: Vec<u8>, name: &str) -> Vec<Vec<Data>> {
    book(bytes).worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn decimal(unscaled: i128, scale: u8) -> Value {
    Value::Decimal { unscaled, scale }
}

#[test]
fn c10_cells_keep_what_they_hold() {
    let fields = [
        field("record_id", ColumnKind::Text),
        field("note", ColumnKind::Text),
        field("amount", ColumnKind::Decimal),
        field("on", ColumnKind::Date),
        field("at", ColumnKind::DateTime),
        field("yes", ColumnKind::Bool),
    ];
    let rows = [
        vec![
            Value::text("007"),
            Value::text("=1+1"),
            decimal(-1050, 2),
            Value::Date(date(2026, 10, 31)),
            Value::DateTime(date(2026, 10, 31).at(18, 30, 0, 0)),
            Value::Bool(true),
        ],
        vec![
            Value::text("123456789012345678"),
            Value::text("a\r\nb _x000D_"),
            // Sixteen digits.
            decimal(1_234_567_890_123_456, 2),
            Value::Date(date(1900, 2, 28)),
            Value::DateTime(date(2026, 10, 31).at(18, 30, 0, 1_000)),
            Value::Null,
        ],
    ];
    let bytes = written(&rows, &fields);
    let rows = cells(bytes.clone(), "甲");
    let names = ["record_id", "note", "amount", "on", "at", "yes"];
    assert_eq!(rows[0], names.map(|name| Data::String(name.into())));
    assert_eq!(rows[1][..3], [Data::String("007".into()), Data::String("=1+1".into()), Data::Float(-10.5)]);
    let moment = |data: &Data| match data {
        Data::DateTime(moment) => moment.as_f64(),
        other => panic!("no date: {other:?}"),
    };
    // 2026-10-31 is day 46326 (45943 is 2025-10-13, by Microsoft; 383 days later), 18:30 is 0.7708333 of it.
    assert!((moment(&rows[1][3]) - 46326.0).abs() < f64::EPSILON);
    assert!((moment(&rows[1][4]) - (46326.0 + 18.5 / 24.0)).abs() < 1e-9);
    assert_eq!(rows[1][5], Data::Bool(true));
    let texts =
        ["123456789012345678", "a\r\nb _x000D_", "12345678901234.56", "1900-02-28", "2026-10-31 18:30:00.000001"];
    assert_eq!(rows[2][..5], texts.map(|text| Data::String(text.into())));
    assert_eq!(rows[2][5], Data::Empty);
    let mut book = book(bytes);
    assert!(book.worksheet_formula("甲").unwrap().is_empty(), "no cell is a formula");
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let fields = [field("id", ColumnKind::Text), field("n", ColumnKind::Int)];
    let rows: Vec<Vec<Value>> = (0..500).map(|n| vec![Value::text(format!("客{n}")), Value::Int(n)]).collect();
    assert_eq!(written(&rows, &fields), written(&rows, &fields));
    let folder = tempfile::tempdir().unwrap();
    let long = || {
        let mut bytes = Vec::new();
        let mut book = Book::long(&mut bytes, folder.path()).unwrap();
        book.sheet(&sheet("甲", fields.to_vec())).unwrap();
        rows.iter().for_each(|row| book.row(row).unwrap());
        book.finish().unwrap();
        drop(book);
        bytes
    };
    let bytes = long();
    assert_eq!(bytes, long());
    assert_eq!(cells(bytes, "甲").len(), 501);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "what was put aside is gone");
}

#[test]
fn a_long_table_takes_several_sheets() {
    let mut bytes = Vec::new();
    let mut book = Book::small(&mut bytes).unwrap().with_rows(3);
    book.sheet(&sheet("sales", vec![field("n", ColumnKind::Int)])).unwrap();
    (1..=5).for_each(|n| book.row(&[Value::Int(n)]).unwrap());
    book.finish().unwrap();
    drop(book);
    let mut read = self::book(bytes);
    assert_eq!(read.sheet_names(), ["sales", "sales 2", "sales 3"]);
    let rows: Vec<usize> =
        ["sales", "sales 2", "sales 3"].iter().map(|name| read.worksheet_range(name).unwrap().rows().count()).collect();
    // Two rows and a header each, and the fifth.
    assert_eq!(rows, [3, 3, 2]);
}

#[test]
fn a_text_that_no_cell_holds_is_told() {
    let mut bytes = Vec::new();
    let mut book = Book::small(&mut bytes).unwrap();
    book.sheet(&sheet("t", vec![field("note", ColumnKind::Text)])).unwrap();
    book.row(&[Value::text("短")]).unwrap();
    let problem = book.row(&[Value::text("x".repeat(32_768))]).unwrap_err();
    assert!(problem.message().contains("32,767") && problem.message().contains("row 3 of t"), "{problem}");
}

#[test]
fn sheets_have_names_a_spreadsheet_allows() {
    let mut bytes = Vec::new();
    let mut book = Book::small(&mut bytes).unwrap();
    let long = "最近三十天卖得最好的商品按大区和门店排列的明细表附上去年同期对比";
    for name in ["a/b[c]", "A b c", "", "'x'", "history", long, long] {
        book.sheet(&sheet(name, vec![field("n", ColumnKind::Int)])).unwrap();
    }
    book.finish().unwrap();
    drop(book);
    let names = self::book(bytes).sheet_names();
    assert_eq!(names[..5], ["a b c", "A b c 2", "Sheet", "x", "history 2"]);
    assert!(names[5].chars().count() <= 31 && names[6].ends_with(" 2") && names[5] != names[6], "{names:?}");
}

#[test]
fn field_notes_speak_the_reader_s_language() {
    let fields = [field("sku", ColumnKind::Text), field("net", ColumnKind::Decimal)];
    let rows = cells(written(&[], &fields), "字段说明");
    let first: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(first, ["表", "字段", "名称", "类型", "主键", "说明"]);
    assert_eq!(rows[1][3].to_string(), "编号（文本）");
    assert_eq!(rows[2][3].to_string(), "金额或数量");
}

#[test]
fn wide_letters_count_twice() {
    assert_eq!((width("Abc"), width("门店 1"), width("ｱ，")), (3, 6, 3));
}

#[test]
fn texts_are_exact() {
    let fields =
        vec![field("id", ColumnKind::Text), field("sum", ColumnKind::Decimal), field("at", ColumnKind::DateTime)];
    let row = vec![Value::text("+1"), decimal(-5, 2), Value::DateTime(date(2026, 1, 2).at(3, 4, 5, 600_000_000))];
    let (mut csv, mut ndjson) = (Vec::new(), Vec::new());
    let both: [Box<dyn Writer>; 2] = [Box::new(Csv::new(&mut csv)), Box::new(Ndjson::new(&mut ndjson))];
    for mut writer in both {
        writer.sheet(&sheet("t", fields.clone())).unwrap();
        writer.row(&row).unwrap();
        writer.row(&[Value::Null, Value::Null, Value::Null]).unwrap();
        writer.finish().unwrap();
    }
    let text = String::from_utf8(csv).unwrap();
    assert_eq!(text, "\u{feff}id,sum,at\r\n'+1,-0.05,2026-01-02 03:04:05.6\r\n,,\r\n");
    let text = String::from_utf8(ndjson).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], r#"{"id":"+1","sum":"-0.05","at":"2026-01-02T03:04:05.6"}"#);
    assert_eq!(lines[1], r#"{"id":null,"sum":null,"at":null}"#);
}

#[test]
fn lists_and_endless_numbers_are_text_where_they_must_be() {
    let fields = [field("l", ColumnKind::Other), field("x", ColumnKind::Float)];
    let list = Value::List(Arc::from([Value::Int(1), Value::text("b")]));
    let rows = cells(written(&[vec![list, Value::Float(f64::NAN)]], &fields), "甲");
    assert_eq!(rows[1], [Data::String("1, b".into()), Data::String("NaN".into())]);
    assert_eq!(fields[0].holds, Holds::Text);
}
