//! The person registry: which person id every record was given, kept in `state/people.csv`, and the log of merges and
//! splits, `state/identity-log.csv`.
//!
//! State, not cache: deleting it would give people new ids and break the links that lead to them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::civil::Date;

use super::assign::Known;
use super::csv::{field, fields};
use crate::problem::{Problem, Result};
use crate::project::state::Changes;
use crate::warehouse::Engine;

const FILE: &str = "people.csv";
const HEADER: &str = "id_space,record_id,person_id,first_person_id";
/// As it was before records could be joined: every record began an id of its own.
const FIRST_HEADER: &str = "id_space,record_id,person_id";
const LOG: &str = "identity-log.csv";
const LOG_HEADER: &str = "date,event,person_id,other_person_id,records,id_space,record_id";

/// More people than there are; a larger number is damage, and counting on from it could overflow.
const MOST: u64 = 1_000_000_000_000;

/// The registry as it stands on disk. It is only taken apart when somebody is looked up in it: a build in which no
/// record changed never does.
#[derive(Debug, Default)]
pub struct Registry {
    path: PathBuf,
    text: String,
    log: String,
    fingerprint: String,
    people: OnceLock<Result<People>>,
}

/// By id space and record id: the person. And the highest number given so far.
#[derive(Debug, Default)]
pub struct People {
    people: HashMap<(String, String), Known>,
    /// The record each id began with.
    origins: HashMap<u64, (String, String)>,
    highest: u64,
}

impl Registry {
    /// Reads the registry of a project; an absent file is an empty registry.
    pub fn read(state: &Path) -> Result<Registry> {
        let path = state.join(FILE);
        let text = read(&path, "read the person registry")?;
        let log = read(&state.join(LOG), "read the log of merged people")?;
        let fingerprint = blake3::hash(text.as_bytes()).to_hex().to_string();
        Ok(Registry { path, text, log, fingerprint, people: OnceLock::new() })
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

    /// Of ids that once were another person's: the day of the newest merge that the log knows.
    pub fn merged_on(&self) -> BTreeMap<u64, Date> {
        let lines = self.log.lines().skip(1).map(fields);
        lines
            .filter(|line| line.get(1).is_some_and(|event| event == "merge"))
            .filter_map(|line| Some((number(line.get(3)?)?, line.first()?.parse().ok()?)))
            .collect()
    }

    /// The log's fingerprint, for what shows its days.
    pub fn log_fingerprint(&self) -> String {
        blake3::hash(self.log.as_bytes()).to_hex().to_string()
    }

    /// What the build found: every record ever seen keeps its person, also when its file is gone; merges and splits are
    /// added to the log. Tells whether anything changed.
    pub fn changes(&self, engine: &dyn Engine, today: Date, changes: &mut Changes) -> Result<bool> {
        let known = self.people()?;
        let (rows, moved) = self.after(engine)?;
        let mut text = format!("{HEADER}\n");
        for ((space, record), Known { person, origin }) in &rows {
            let origin = origin.map(Registry::id).unwrap_or_default();
            let _ = writeln!(text, "{},{},{},{origin}", field(space), field(record), Registry::id(*person));
        }
        let new = text != self.text;
        if new {
            changes.put(FILE, text.into_bytes());
        }
        if !moved.is_empty() {
            changes.put(LOG, self.log_with(known, &moved, today).into_bytes());
        }
        Ok(new)
    }

    /// The registry's rows as this build leaves them, ordered by person and record.
    pub fn rows_after(&self, engine: &dyn Engine) -> Result<Vec<Row>> {
        self.after(engine).map(|(rows, _)| rows)
    }

    fn after(&self, engine: &dyn Engine) -> Result<(Vec<Row>, Moved)> {
        let known = self.people()?;
        let mut now = Now::default();
        engine.stream(
            "select id_space, record_id, person_id from main.person_records order by id_space, record_id",
            &mut |_, rows| {
                for row in rows {
                    now.add(known, (row[0].plain(), row[1].plain()), &row[2].plain());
                }
                Ok(())
            },
        )?;
        let rows = known.after(now.rows, &now.moved);
        Ok((rows, now.moved))
    }

    fn log_with(&self, known: &People, moved: &Moved, today: Date) -> String {
        let mut log = if self.log.is_empty() { format!("{LOG_HEADER}\n") } else { self.log.clone() };
        for ((from, to), (count, (space, record), origin)) in moved {
            // The record an id began with took it along: the id is another's now. Else a part was taken out of it.
            let gone = *origin || !known.origins.contains_key(from);
            let (event, person, other) = if gone { ("merge", to, from) } else { ("split", from, to) };
            let _ = writeln!(
                log,
                "{today},{event},{},{},{count},{},{}",
                Registry::id(*person),
                Registry::id(*other),
                field(space),
                field(record)
            );
        }
        log
    }

    pub fn id(number: u64) -> String {
        format!("P{number:07}")
    }
}

/// A record with what is known of it.
pub type Row = ((String, String), Known);

/// From one person to another: how many records, the first of them, and whether the old id began with one of them.
type Moved = BTreeMap<(u64, u64), (u64, (String, String), bool)>;

/// The records of this build.
#[derive(Default)]
struct Now {
    rows: HashMap<(String, String), Known>,
    moved: Moved,
    begun: HashSet<u64>,
}

impl Now {
    /// Records come in their total order, so that a new id begins with the first of its records.
    fn add(&mut self, known: &People, record: (String, String), person: &str) {
        let Some(person) = number(person) else { return };
        let before = known.people.get(&record);
        let begins = person > known.highest && self.begun.insert(person);
        let origin = before.and_then(|before| before.origin).or(begins.then_some(person));
        if let Some(before) = before.filter(|before| before.person != person) {
            let entry = self.moved.entry((before.person, person)).or_insert_with(|| (0, record.clone(), false));
            entry.0 += 1;
            entry.2 |= before.origin == Some(before.person);
        }
        self.rows.insert(record, Known { person, origin });
    }
}

impl People {
    fn parse(text: &str) -> Result<People> {
        let mut registry = People::default();
        let mut lines = text.lines().enumerate();
        let header = lines.next().map(|(_, header)| header);
        let first = header == Some(FIRST_HEADER);
        if !first && header != Some(HEADER) {
            return Err(Problem::failed("the person registry does not begin with its header")
                .line(1)
                .hint(format!("its first line is {HEADER}; restore the file from a backup")));
        }
        for (at, line) in lines {
            let unreadable = || {
                Problem::failed("a line of the person registry cannot be read")
                    .line(at + 1)
                    .hint("restore the file from a backup")
            };
            let fields = fields(line);
            let wanted = if first { 3 } else { 4 };
            let person = fields.get(2).and_then(|text| number(text)).filter(|_| fields.len() == wanted);
            let person = person.ok_or_else(unreadable)?;
            let origin = match fields.get(3).map(String::as_str) {
                None => (!registry.origins.contains_key(&person)).then_some(person),
                Some("") => None,
                Some(text) => Some(number(text).ok_or_else(unreadable)?),
            };
            let record = (fields[0].clone(), fields[1].clone());
            registry.highest = registry.highest.max(person).max(origin.unwrap_or_default());
            if let Some(origin) = origin
                && registry.origins.insert(origin, record.clone()).is_some()
            {
                return Err(Problem::failed("an id begins with two records of the person registry")
                    .line(at + 1)
                    .hint("restore the file from a backup"));
            }
            if registry.people.insert(record, Known { person, origin }).is_some() {
                return Err(Problem::failed(format!("a record of {} stands twice in the person registry", fields[0]))
                    .line(at + 1)
                    .hint("restore the file from a backup"));
            }
        }
        Ok(registry)
    }

    pub fn known(&self, id_space: &str, record_id: &str) -> Option<Known> {
        self.people.get(&(id_space.to_owned(), record_id.to_owned())).copied()
    }

    /// The record an id began with.
    pub fn origin(&self, id: u64) -> Option<&(String, String)> {
        self.origins.get(&id)
    }

    pub fn next_number(&self) -> u64 {
        self.highest + 1
    }

    /// All rows of the registry after a build, ordered by person and record: records that are gone follow their person
    /// to its new id.
    fn after(&self, now: HashMap<(String, String), Known>, moved: &Moved) -> Vec<Row> {
        let gone = self.people.iter().filter(|(record, _)| !now.contains_key(*record));
        let resting: Vec<Row> = gone
            .map(|(record, known)| {
                let person = self.led(known.person, moved, &now);
                (record.clone(), Known { person, ..*known })
            })
            .collect();
        let mut rows: Vec<Row> = now.into_iter().chain(resting).collect();
        rows.sort_by(|a, b| (a.1.person, &a.0).cmp(&(b.1.person, &b.0)));
        rows
    }

    /// Where an id leads now, for records that are gone.
    fn led(&self, person: u64, moved: &Moved, now: &HashMap<(String, String), Known>) -> u64 {
        let began = self.origins.get(&person).and_then(|record| now.get(record));
        if let Some(began) = began {
            return began.person;
        }
        // Its own record is gone as well: where the others of it went, if all of them left.
        let stays = now.values().any(|known| known.person == person);
        let to = moved.range((person, 0)..=(person, u64::MAX)).next().map(|((_, to), _)| *to);
        to.filter(|_| !stays).unwrap_or(person)
    }
}

/// Ids that lead to another person, after a build.
pub fn aliases(rows: &[Row]) -> BTreeMap<u64, u64> {
    rows.iter()
        .filter_map(|(_, known)| {
            known.origin.filter(|origin| *origin != known.person).map(|origin| (origin, known.person))
        })
        .collect()
}

fn number(id: &str) -> Option<u64> {
    id.strip_prefix('P')?.parse::<u64>().ok().filter(|number| *number < MOST)
}

fn read(path: &Path, doing: &str) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Problem::io(doing, path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_and_go_on_from_the_highest() {
        let registry =
            People::parse("id_space,record_id,person_id\nmain,\"a,\"\"b\",P0000007\nmain,c,P0000002\n").unwrap();
        assert_eq!(registry.known("main", "a,\"b"), Some(Known { person: 7, origin: Some(7) }));
        assert_eq!(registry.next_number(), 8);
    }

    #[test]
    fn c06_records_that_joined_a_person_began_no_id() {
        let registry =
            People::parse(&format!("{HEADER}\nmain,a,P0000002,P0000002\nmain,b,P0000002,P0000009\nx,c,P0000002,\n"))
                .unwrap();
        assert_eq!(registry.known("x", "c"), Some(Known { person: 2, origin: None }));
        assert_eq!(registry.known("main", "b"), Some(Known { person: 2, origin: Some(9) }));
        assert_eq!(registry.next_number(), 10);
    }

    #[test]
    fn damage_is_refused_and_never_counted_on_from() {
        let huge = People::parse("id_space,record_id,person_id\nmain,x,P18446744073709551615\n").unwrap_err();
        assert_eq!(huge.place().unwrap().line, Some(2));
        let twice = People::parse("id_space,record_id,person_id\nmain,x,P0000001\nmain,x,P0000002\n").unwrap_err();
        assert_eq!(twice.place().unwrap().line, Some(3));
        let begun =
            People::parse(&format!("{HEADER}\nmain,x,P0000001,P0000001\nmain,y,P0000001,P0000001\n")).unwrap_err();
        assert_eq!(begun.place().unwrap().line, Some(3));
    }

    #[test]
    fn a_broken_line_is_named() {
        let problem = People::parse("id_space,record_id,person_id\nmain,c\n").unwrap_err();
        assert_eq!(problem.place().unwrap().line, Some(2));
    }
}
