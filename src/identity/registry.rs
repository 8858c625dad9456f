//! The person registry: which person id every record was given, kept in `state/people.csv`.
//!
//! State, not cache: deleting it would give people new ids and break the links that lead to them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::problem::{Problem, Result};
use crate::project::state::Changes;
use crate::warehouse::Engine;

const FILE: &str = "people.csv";
const HEADER: &str = "id_space,record_id,person_id";

/// More people than there are; a larger number is damage, and counting on from it could overflow.
const MOST: u64 = 1_000_000_000_000;

/// The registry as it stands on disk. It is only taken apart when somebody is looked up in it: a build in which no
/// record changed never does.
#[derive(Debug, Default)]
pub struct Registry {
    path: PathBuf,
    text: String,
    fingerprint: String,
    people: OnceLock<Result<People>>,
}

/// By id space and record id: the person. And the highest number given so far.
#[derive(Debug, Default)]
pub struct People {
    people: HashMap<(String, String), String>,
    highest: u64,
}

impl Registry {
    /// Reads the registry of a project; an absent file is an empty registry.
    pub fn read(state: &Path) -> Result<Registry> {
        let path = state.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Registry::default()),
            Err(error) => return Err(Problem::io("read the person registry", &path, &error)),
        };
        let fingerprint = blake3::hash(text.as_bytes()).to_hex().to_string();
        Ok(Registry { path, text, fingerprint, people: OnceLock::new() })
    }

    /// The people in it.
    ///
    /// # Errors
    /// A damaged registry, with file and line.
    pub fn people(&self) -> Result<&People> {
        let parsed = self.people.get_or_init(|| {
            if self.text.is_empty() {
                return Ok(People::default());
            }
            People::parse(&self.text).map_err(|problem| problem.at(self.path.clone()))
        });
        parsed.as_ref().map_err(Clone::clone)
    }

    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// What the build found: every record ever seen keeps its person, also when its file is gone.
    /// Tells whether anybody is new.
    pub fn changes(&self, engine: &dyn Engine, changes: &mut Changes) -> Result<bool> {
        let known = self.people()?;
        let mut all: Vec<(String, String, String)> = known
            .people
            .iter()
            .map(|((space, record), person)| (space.clone(), record.clone(), person.clone()))
            .collect();
        engine.stream("select id_space, record_id, person_id from main.person_records", &mut |_, rows| {
            for row in rows {
                if known.person(&row[0].plain(), &row[1].plain()).is_none() {
                    all.push((row[0].plain(), row[1].plain(), row[2].plain()));
                }
            }
            Ok(())
        })?;
        all.sort_by(|a, b| (&a.2, &a.0, &a.1).cmp(&(&b.2, &b.0, &b.1)));
        let mut text = format!("{HEADER}\n");
        for (space, record, person) in &all {
            let _ = writeln!(text, "{},{},{person}", field(space), field(record));
        }
        let new = text != self.text;
        if new {
            changes.put(FILE, text.into_bytes());
        }
        Ok(new)
    }
}

impl People {
    fn parse(text: &str) -> Result<People> {
        let mut registry = People::default();
        let mut lines = text.lines().enumerate();
        if lines.next().is_none_or(|(_, header)| header != HEADER) {
            return Err(Problem::failed("the person registry does not begin with its header")
                .line(1)
                .hint(format!("its first line is {HEADER}; restore the file from a backup")));
        }
        for (number, line) in lines {
            let fields = fields(line);
            let person = fields.get(2).and_then(|person| person.strip_prefix('P')?.parse::<u64>().ok());
            let (Some(person), 3) = (person.filter(|person| *person < MOST), fields.len()) else {
                return Err(Problem::failed("a line of the person registry cannot be read")
                    .line(number + 1)
                    .hint("restore the file from a backup"));
            };
            registry.highest = registry.highest.max(person);
            let record = (fields[0].clone(), fields[1].clone());
            if registry.people.insert(record, Registry::id(person)).is_some() {
                return Err(Problem::failed(format!("a record of {} stands twice in the person registry", fields[0]))
                    .line(number + 1)
                    .hint("restore the file from a backup"));
            }
        }
        Ok(registry)
    }

    pub fn person(&self, id_space: &str, record_id: &str) -> Option<&str> {
        self.people.get(&(id_space.to_owned(), record_id.to_owned())).map(String::as_str)
    }
    pub fn next_number(&self) -> u64 {
        self.highest + 1
    }
}

impl Registry {
    pub fn id(number: u64) -> String {
        format!("P{number:07}")
    }
}

/// Quoted when it must be.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        // A record id never spans lines: sources trim control characters; a stray one becomes a blank.
        format!("\"{}\"", text.replace('"', "\"\"").replace(['\n', '\r'], " "))
    } else {
        text.to_owned()
    }
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut fields, '"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => fields.push(String::new()),
            (c, _) => push(&mut fields, c),
        }
    }
    fields
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_and_go_on_from_the_highest() {
        let registry =
            People::parse("id_space,record_id,person_id\nmain,\"a,\"\"b\",P0000007\nmain,c,P0000002\n").unwrap();
        assert_eq!(registry.person("main", "a,\"b"), Some("P0000007"));
        assert_eq!(registry.next_number(), 8);
    }

    #[test]
    fn damage_is_refused_and_never_counted_on_from() {
        let huge = People::parse("id_space,record_id,person_id\nmain,x,P18446744073709551615\n").unwrap_err();
        assert_eq!(huge.place().unwrap().line, Some(2));
        let twice = People::parse("id_space,record_id,person_id\nmain,x,P0000001\nmain,x,P0000002\n").unwrap_err();
        assert_eq!(twice.place().unwrap().line, Some(3));
    }

    #[test]
    fn a_broken_line_is_named() {
        let problem = People::parse("id_space,record_id,person_id\nmain,c\n").unwrap_err();
        assert_eq!(problem.place().unwrap().line, Some(2));
    }
}
