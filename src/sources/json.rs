//! JSON: one object per line, or one array of objects.
//!
//! Lines are checked one by one, so that a broken one costs one row and is named with its number; an array is
//! taken whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::records::LONGEST;
use super::structure::Structure;
use crate::problem::{Problem, Result};
use crate::project::private;

/// Key under which a clean copy carries the number of the record.
pub const NUMBER: &str = "_storebook_record";
const SAMPLES: usize = 200;

#[derive(Debug, Default)]
pub struct Json {
    /// Keys in the order in which they were first seen.
    pub keys: Vec<String>,
    pub samples: Vec<Vec<String>>,
    pub structure: Structure,
    pub array: bool,
}

/// Collects the keys of one object.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    seen: BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for &mut Keys {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Keys {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.seen.insert(key.clone()) {
                self.names.push(key);
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

struct Array<'a> {
    keys: &'a mut Keys,
    rows: &'a mut u64,
}

impl<'de> Visitor<'de> for Array<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        while items.next_element_seed(&mut *self.keys)?.is_some() {
            *self.rows += 1;
        }
        Ok(())
    }
}

/// Looks through a plain JSON file. `shown` is the file the reader of an error knows.
pub fn scan(path: &Path, shown: &Path) -> Result<Json> {
    let problem = |error: std::io::Error| Problem::io("read a data file", shown, &error);
    let mut input = BufReader::with_capacity(1 << 18, File::open(path).map_err(problem)?);
    let array = first_byte(&mut input).map_err(problem)? == Some(b'[');
    let mut json = Json { array, ..Json::default() };
    let mut keys = Keys::default();
    if array {
        scan_array(input, shown, &mut keys, &mut json)?;
    } else {
        scan_lines(input, shown, &mut keys, &mut json)?;
    }
    json.keys = keys.names;
    json.samples = samples(path, &json)?;
    Ok(json)
}

/// Skips white space and a byte order mark; the byte found is not consumed.
fn first_byte(input: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let skip =
            buffer.iter().take_while(|byte| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(*byte)).count();
        if skip < buffer.len() {
            let byte = buffer[skip];
            // An array may be read from here; lines keep their numbers.
            if byte == b'[' {
                input.consume(skip);
            }
            return Ok(Some(byte));
        }
        input.consume(skip);
    }
}

fn scan_array(input: impl BufRead, shown: &Path, keys: &mut Keys, json: &mut Json) -> Result<()> {
    let mut rows = 0;
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let read = serde::Deserializer::deserialize_seq(&mut deserializer, Array { keys, rows: &mut rows })
        .and_then(|()| deserializer.end());
    read.map_err(|error| {
        // The library's own words on an item that is no object quote the item.
        let fault = match error.classify() {
            serde_json::error::Category::Data => "an item is not an object",
            serde_json::error::Category::Eof => "it ends too early",
            _ => "it is not JSON from here on",
        };
        Problem::failed(format!("the JSON array is broken: {fault}"))
            .at(shown)
            .line(error.line())
            .hint("repair the file, or write one object per line (.ndjson): then a broken line costs one row only")
    })?;
    json.structure.rows = rows;
    json.structure.lines = vec![(1, 1)];
    Ok(())
}

fn scan_lines(input: impl BufRead, shown: &Path, keys: &mut Keys, json: &mut Json) -> Result<()> {
    let structure = &mut json.structure;
    let mut expected = 0;
    each_line(input, shown, |number, line| {
        let Some(text) = line else {
            structure.copy = true;
            return Ok(());
        };
        structure.rows += 1;
        if number != expected {
            structure.lines.push((structure.rows, number));
        }
        expected = number + 1;
        if !sound(text, keys) {
            structure.broken += 1;
            structure.copy = true;
        }
        Ok(())
    })?;
    if structure.rows > 0 && structure.broken == structure.rows {
        return Err(Problem::failed("no line of this file is a JSON object")
            .at(shown)
            .hint("write one object per line, or one array of objects"));
    }
    Ok(())
}

fn sound(text: &str, keys: &mut Keys) -> bool {
    if text.len() as u64 > LONGEST {
        return false;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    keys.deserialize(&mut deserializer).and_then(|()| deserializer.end()).is_ok()
}

/// Gives each line's number and text; blank lines as `None`. A line too long is cut just above the limit.
fn each_line(
    mut input: impl BufRead,
    shown: &Path,
    mut each: impl FnMut(u64, Option<&str>) -> Result<()>,
) -> Result<()> {
    let problem = |error: std::io::Error| Problem::io("read a data file", shown, &error);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let mut ended = false;
        let mut any = false;
        while !ended {
            let buffer = input.fill_buf().map_err(problem)?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let take = end.unwrap_or(buffer.len());
            if line.len() as u64 <= LONGEST {
                line.extend_from_slice(&buffer[..take]);
            }
            ended = end.is_some();
            input.consume(take + usize::from(ended));
        }
        if !any {
            return Ok(());
        }
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        each(number, (!text.is_empty()).then_some(text))?;
    }
}

/// Writes the sound lines, numbered, to `to`, and the broken ones aside.
pub fn copy(path: &Path, to: &Path, aside: &Path) -> Result<()> {
    let written = |error: std::io::Error| Problem::io("write a clean copy to the cache", to, &error);
    let input = File::open(path).map_err(|error| Problem::io("read a data file", path, &error))?;
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let mut broken = BufWriter::new(private::create(aside).map_err(written)?);
    let mut rows = 0u64;
    let mut keys = Keys::default();
    each_line(BufReader::new(input), path, |_, line| {
        let Some(text) = line else { return Ok(()) };
        rows += 1;
        if sound(text, &mut keys) {
            let rest = text.trim_start_matches('{').trim_start();
            let comma = if rest.starts_with('}') { "" } else { "," };
            writeln!(output, "{{\"{NUMBER}\":{rows}{comma}{rest}").map_err(written)
        } else {
            let excerpt: String = text.chars().take(200).collect();
            writeln!(broken, "{rows},\"{}\",\"columns\"", excerpt.replace('"', "\"\"")).map_err(written)
        }
    })?;
    output.flush().map_err(written)?;
    broken.flush().map_err(written)
}

/// Gives each object of an array to a function as it is read.
struct Objects<F>(F);

impl<'de, F: FnMut(Object) -> std::result::Result<(), String>> Visitor<'de> for Objects<F> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> std::result::Result<(), A::Error> {
        while let Some(object) = items.next_element()? {
            (self.0)(object).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}

type Object = serde_json::Map<String, serde_json::Value>;

/// Writes one object per element of the array `array` to `to`, as lines: the element's keys under `array.key`, beside
/// the keys of the object around it. An object without elements stays one row, and a broken line stays as it is.
pub fn explode(path: &Path, array: &str, to: &Path) -> Result<()> {
    let written = |error: std::io::Error| Problem::io("write a copy to the cache", to, &error);
    let mut input = BufReader::with_capacity(
        1 << 18,
        File::open(path).map_err(|error| Problem::io("read a data file", path, &error))?,
    );
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let whole = first_byte(&mut input).map_err(|error| Problem::io("read a data file", path, &error))? == Some(b'[');
    if whole {
        let mut deserializer = serde_json::Deserializer::from_reader(input);
        let each = |object: Object| rows(object, array, &mut output).map_err(|error| error.to_string());
        let read = serde::Deserializer::deserialize_seq(&mut deserializer, Objects(each));
        read.map_err(|error| {
            Problem::failed("the JSON array is broken: it is not JSON from here on")
                .line(error.line())
                .hint("repair the file, or write one object per line (.ndjson): then a broken line costs one row only")
        })?;
    } else {
        each_line(input, path, |_, line| {
            let Some(text) = line else { return Ok(()) };
            match serde_json::from_str::<Object>(text) {
                Ok(object) => rows(object, array, &mut output),
                Err(_) => writeln!(output, "{text}"),
            }
            .map_err(written)
        })?;
    }
    output.flush().map_err(written)
}

fn rows(mut object: Object, array: &str, output: &mut impl Write) -> std::io::Result<()> {
    let elements = match object.remove(array) {
        Some(serde_json::Value::Array(elements)) if !elements.is_empty() => elements,
        other => {
            if let Some(other) = other.filter(|value| !value.is_array()) {
                object.insert(array.to_owned(), other);
            }
            vec![serde_json::Value::Null]
        }
    };
    for element in elements {
        let mut row = object.clone();
        match element {
            serde_json::Value::Object(own) => {
                row.extend(own.into_iter().map(|(key, value)| (format!("{array}.{key}"), value)));
            }
            serde_json::Value::Null => {}
            other => drop(row.insert(array.to_owned(), other)),
        }
        serde_json::to_writer(&mut *output, &row)?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

/// The first sound rows, as text.
fn samples(path: &Path, json: &Json) -> Result<Vec<Vec<String>>> {
    let text = super::intake::head(path, 1 << 18)?;
    let row = |value: &serde_json::Value| {
        let cell = |key: &String| match value.get(key) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        json.keys.iter().map(cell).collect::<Vec<_>>()
    };
    let objects: Vec<serde_json::Value> = if json.array {
        let inside = text.trim_start().trim_start_matches('[');
        let mut rest = inside;
        let mut objects = Vec::new();
        while objects.len() < SAMPLES {
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
            let Some(Ok(value)) = stream.next() else { break };
            rest = rest[stream.byte_offset()..].trim_start().trim_start_matches(',');
            objects.push(value);
        }
        objects
    } else {
        text.lines().take(SAMPLES).filter_map(|line| serde_json::from_str(line).ok()).collect()
    };
    Ok(objects.iter().map(row).collect())
}
