//! Delimited text of any kind: whatever it holds, it is looked at without harm; and what a sane writer wrote is read
//! back as it was.

use proptest::prelude::*;

use super::fixture::shop;
use crate::sources::records::{Delimiter, cells, walk};
use crate::sources::sniff::{Layout, layout};
use crate::sources::structure::{Sequential, copy, scan};

/// Names that no other column has, of which the first ones say what the table is.
const NAMES: [&str; 6] = ["record_id", "name", "address", "city", "level", "tags"];

/// How a program writes a table.
#[derive(Debug, Clone)]
struct Writer {
    delimiter: char,
    line_end: &'static str,
    quotes_all: bool,
    bom: bool,
    /// The last line has its end.
    ended: bool,
}

impl Writer {
    fn cell(&self, text: &str) -> String {
        // A blank beside a separator is quoted too, as careful writers do.
        let plain = !text.contains([self.delimiter, '"', '\n', '\r', ' ', '\t']);
        if plain && !self.quotes_all { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
    }

    fn text(&self, rows: &[Vec<String>]) -> String {
        let line = |row: &Vec<String>| {
            row.iter().map(|cell| self.cell(cell)).collect::<Vec<_>>().join(&self.delimiter.to_string())
        };
        let mut text = rows.iter().map(line).collect::<Vec<_>>().join(self.line_end);
        if self.ended {
            text.push_str(self.line_end);
        }
        if self.bom { format!("\u{feff}{text}") } else { text }
    }
}

fn writer() -> impl Strategy<Value = Writer> {
    let delimiter = prop::sample::select(vec![',', ';', '\t', '|', '\u{1}']);
    let line_end = prop::sample::select(vec!["\n", "\r\n"]);
    (delimiter, line_end, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(delimiter, line_end, quotes_all, bom, ended)| Writer { delimiter, line_end, quotes_all, bom, ended },
    )
}

/// Text of a cell: anything but NUL, with the signs that mean something to readers often.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,6}",
        3 => "[a,;|\"'\n\t=+#\\\\ \u{feff}\u{1}é店-]{0,8}".prop_map(|text| text.clone()),
        1 => "[^\u{0}]{0,12}",
        1 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2..=NAMES.len(), 1..12_usize).prop_flat_map(|(width, height)| {
        prop::collection::vec(prop::collection::vec(cell(), width - 1), height).prop_map(move |rows| {
            let header = NAMES[..width].iter().map(|name| (*name).to_owned()).collect();
            let rows = rows.into_iter().enumerate().map(|(at, row)| [vec![format!("R{at}")], row].concat());
            std::iter::once(header).chain(rows).collect()
        })
    })
}

/// Bytes near to a table: separators, quotation marks and line ends in all the wrong places.
fn near_table() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        "[ab1,;|\t\" \r\n\u{1}\u{feff}é店]{0,300}".prop_map(String::into_bytes),
        "(record_id|name|store_id|[a-c\",;\r\n ]){0,60}".prop_map(String::into_bytes),
        (table(), writer(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(rows, writer, at, byte)| {
            let mut bytes = writer.text(&rows).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
    ]
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

/// The sound records of a file as `layout` tells, after its header.
fn read(file: &tempfile::NamedTempFile, layout: &Layout) -> Vec<Vec<String>> {
    let structure = scan(file.path(), layout).unwrap();
    let mut input = Sequential::open(file.path()).unwrap();
    let (mut rows, mut seen) = (Vec::new(), 0);
    walk(file.path(), layout.delimiter, structure.by_line, |record, _| {
        seen += 1;
        if seen > layout.skip && record.content {
            rows.push(cells(&input.text(record, false)?, layout.delimiter));
        }
        Ok(true)
    })
    .unwrap();
    rows
}

proptest! {
    #[test]
    fn c2_any_bytes_are_looked_at_without_harm(bytes in near_table()) {
        let file = written(&bytes);
        let Ok(Some(layout)) = layout(file.path(), None) else { return Ok(()) };
        // Every name comes from a separator of the file, and every record from one of its lines.
        prop_assert!(layout.names.len() <= bytes.len() + 1);
        let structure = scan(file.path(), &layout).unwrap();
        let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
        prop_assert!(structure.broken <= structure.rows && structure.rows <= lines);
        let folder = tempfile::tempdir().unwrap();
        let (to, aside) = (folder.path().join("to"), folder.path().join("aside"));
        let broken = copy(file.path(), &layout, &structure, &to, &aside).unwrap();
        // No row is lost: each stands in the copy or beside it, under its own number.
        let numbers = |path: &std::path::Path| {
            let mut input = Sequential::open(path).unwrap();
            let mut numbers = Vec::new();
            walk(path, Delimiter::Byte(b','), false, |record, _| {
                let row = cells(&input.text(record, false)?, Delimiter::Byte(b','));
                numbers.push(row[0].parse::<u64>().unwrap());
                Ok(true)
            })
            .unwrap();
            numbers
        };
        let (sound, aside) = (numbers(&to), numbers(&aside));
        prop_assert_eq!(aside.len() as u64, broken);
        let mut all = [sound, aside].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (1..=structure.rows).collect::<Vec<_>>());
    }

    #[test]
    fn c2_what_a_sane_writer_wrote_is_split_as_it_was_joined(rows in table(), writer in writer()) {
        let file = written(writer.text(&rows).as_bytes());
        let layout = layout(file.path(), None).unwrap().unwrap();
        prop_assert_eq!(layout.delimiter, Delimiter::Byte(writer.delimiter as u8));
        prop_assert_eq!(&layout.names, &rows[0]);
        prop_assert_eq!((layout.skip, layout.header_line), (1, Some(1)));
        prop_assert_eq!(read(&file, &layout), &rows[1..]);
        // What is looked at has line ends of one kind.
        let plain = |cell: &String| cell.replace("\r\n", "\n").replace('\r', "\n");
        let seen: Vec<Vec<String>> = rows[1..].iter().map(|row| row.iter().map(plain).collect()).collect();
        prop_assert_eq!(layout.samples, seen);
    }
}

proptest! {
    // Each case runs the whole loader: a tenth of the cases has to do.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 10, ..ProptestConfig::default() })]
    #[test]
    fn c2_what_a_sane_writer_wrote_is_loaded_as_it_was(mut rows in table(), writer in writer()) {
        // Blanks at the ends, and the spreadsheet's ="…", are taken off on purpose.
        let blank = |c: char| c.is_whitespace() || c == '\u{1}' || c == '=';
        for cell in rows[1..].iter_mut().flat_map(|row| &mut row[1..]) {
            *cell = cell.trim_matches(blank).to_owned();
        }
        let shop = shop(&[("members.csv", &writer.text(&rows))]);
        let loaded = shop.load();
        prop_assert_eq!(shop.quarantine(&loaded), Vec::<String>::new());
        let columns = rows[0].join(", ");
        let select = format!("select {columns} from customers order by substr(record_id, 2)::int");
        let frame = shop.query(&loaded, &select);
        let read: Vec<Vec<String>> = frame.rows.iter().map(|row| row.iter().map(|cell| cell.plain()).collect()).collect();
        prop_assert_eq!(read, &rows[1..]);
    }
}
