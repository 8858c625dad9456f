//! Tables as CSV files: all rows, exact values, opened by a spreadsheet without harm.

use crate::content::component::Download;
use crate::sources::begins_formula;
use crate::warehouse::Value;

/// UTF-8 with BOM, so that a spreadsheet reads Chinese; CRLF lines; text that a spreadsheet would take for a formula gets
/// an apostrophe, numbers stay as they are, also negative ones.
pub fn csv(download: &Download) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    line(&mut text, download.header.iter().map(|label| guarded(label)));
    for row in &download.frame.rows {
        line(
            &mut text,
            download.columns.iter().map(|at| match &row[*at] {
                Value::Text(text) => guarded(text),
                other => other.plain(),
            }),
        );
    }
    text.into_bytes()
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}

fn guarded(text: &str) -> String {
    if begins_formula(text) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::warehouse::{Column, ColumnKind, Frame};

    #[test]
    fn c10_no_text_begins_a_formula() {
        for text in ["=1", "+1", "-a", "@a", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("a=1"), "a=1");
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        let columns: Arc<[Column]> = ["a", "b"].map(|name| Column { name: name.into(), kind: ColumnKind::Text }).into();
        let rows = vec![vec![Value::text("=1+1"), Value::Int(-5)], vec![Value::text("a,\"b\""), Value::Null]];
        let download = Download {
            file: "f".into(),
            name: "f.csv".into(),
            header: vec!["甲".into(), "乙".into()],
            columns: vec![0, 1],
            frame: Arc::new(Frame { columns, rows }),
        };
        assert_eq!(String::from_utf8(csv(&download)).unwrap(), "\u{feff}甲,乙\r\n'=1+1,-5\r\n\"a,\"\"b\"\"\",\r\n");
    }
}
