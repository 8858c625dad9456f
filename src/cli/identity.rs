//! `storebook identity`

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::output::{one_line, print};
use super::terminal::Bars;
use super::{Dates, Voice};
use crate::identity::overrides::{FILE, Overrides, Record, Word};
use crate::locale::Locale;
use crate::pipeline::{self, Request, Warehouse};
use crate::problem::{Problem, Result};
use crate::project::{Project, lock::Wait, private};
use crate::site;
use crate::warehouse::{Engine, Frame, Row, literal};

#[derive(Debug, Args)]
#[command(after_help = "\
A record is written as its record id, or as ID_SPACE:RECORD_ID where there are several id spaces.

Examples:
  storebook identity review                     pairs that may be one person, the likeliest first
  storebook identity why M000032 W000032        why two records are one person, or not
  storebook identity same M000032 mall:M000007 --note 'showed both cards'
  storebook identity different M000044 M000045  twins
The decisions stand in state/identity-overrides.csv; the next build follows them.")]
pub struct Identity {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// List the pairs of records that somebody should look at
    Review(Review),
    /// Say in words why two records are one person, or are not
    Why(Why),
    /// Decide that two records are one person
    Same(Decide),
    /// Decide that two records are two people
    Different(Decide),
}

#[derive(Debug, Args)]
struct Review {
    /// How many pairs
    #[arg(long, default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    dates: Dates,
}

#[derive(Debug, Args)]
struct Why {
    #[arg(value_parser = record)]
    a: Record,
    #[arg(value_parser = record)]
    b: Record,
    #[command(flatten)]
    dates: Dates,
}

#[derive(Debug, Args)]
struct Decide {
    #[arg(value_parser = record)]
    a: Record,
    #[arg(value_parser = record)]
    b: Record,
    /// Why, for whoever reads the list later
    #[arg(long, default_value = "")]
    note: String,
}

/// `main:M1`, or `M1` for the id space `main`.
fn record(text: &str) -> std::result::Result<Record, String> {
    let (space, id) = text.split_once(':').unwrap_or(("main", text));
    if space.is_empty() || id.is_empty() || text.contains(['\n', '\r']) {
        return Err("write a record as RECORD_ID or ID_SPACE:RECORD_ID".to_owned());
    }
    Ok((space.to_owned(), id.to_owned()))
}

impl Identity {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        match &self.task {
            Task::Review(task) => task.run(project, voice),
            Task::Why(task) => task.run(project, voice),
            Task::Same(task) => task.run(project, Word::Same, voice),
            Task::Different(task) => task.run(project, Word::Different, voice),
        }
    }
}

fn open(project: &Project, dates: Dates, voice: Voice) -> Result<Warehouse> {
    let bars = Bars::new(voice);
    let request = Request { today: dates.today, as_of: dates.as_of, ..Request::default() };
    let warehouse = pipeline::warehouse(project, &request, &bars);
    bars.end();
    warehouse
}

impl Decide {
    /// Writes the list anew: beside it first, then in one step into its place.
    fn run(&self, project: &Project, word: Word, voice: Voice) -> Result<ExitCode> {
        let _lock = pipeline::lock_for(project, "identity", Wait::No)?;
        let state = project.state();
        let path = state.join(FILE);
        let text = Overrides::read(&state)?.with(word, (self.a.clone(), self.b.clone()), &self.note)?;
        let io = |error: &std::io::Error| Problem::io("write the decisions about people", &path, error);
        let beside = state.join(format!("{FILE}.tmp"));
        private::folder(&state)
            .and_then(|()| private::write(&beside, text.as_bytes()))
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|error| io(&error))?;
        private::sync_folder(&state);
        if !voice.quiet {
            let words = if word == Word::Same { "one person" } else { "two people" };
            print(&format!(
                "{} and {} are {words} from the next build on (state/{FILE})\n",
                shown(&self.a),
                shown(&self.b)
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Review {
    fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let warehouse = open(project, self.dates, voice)?;
        let words = words(project)?;
        let frame = warehouse.engine.query(&format!(
            "select id_space, record_id, other_id_space, other_record_id, probability, reason, name, other_name
             from main.identity_review
             order by probability desc, id_space, record_id, other_id_space, other_record_id limit {}",
            self.limit
        ))?;
        let mut text = String::new();
        for row in &frame.rows {
            let (a, b) = pair(row);
            let _ = writeln!(
                text,
                "{:>3} %  {} {}  |  {} {}\n       {}",
                percent(row),
                shown(&a),
                one_line(&row[6].plain()),
                shown(&b),
                one_line(&row[7].plain()),
                said(&words, &row[5].plain())
            );
        }
        let _ =
            writeln!(text, "{} pairs; decide with `storebook identity same A B` or `different A B`", frame.rows.len());
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

impl Why {
    fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let warehouse = open(project, self.dates, voice)?;
        let words = words(project)?;
        let (p, q) = (person(&warehouse, &self.a)?, person(&warehouse, &self.b)?);
        let mut text = if p == q {
            format!("{} and {} are one person, {p}\n", shown(&self.a), shown(&self.b))
        } else {
            format!("{} is {p}, {} is {q}: two people\n", shown(&self.a), shown(&self.b))
        };
        let links = if p == q { chain(&warehouse, &p, (&self.a, &self.b))? } else { Vec::new() };
        let direct = direct(&warehouse, (&self.a, &self.b))?;
        for link in direct.rows.iter().chain(links.iter().filter(|_| direct.rows.is_empty())) {
            text.push_str(&described(&words, link));
        }
        if direct.rows.is_empty() && links.is_empty() && self.a != self.b {
            text.push_str("  they have too little in common to be compared, or weigh too little together\n");
        }
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

const LINK: &str = "id_space, record_id, other_id_space, other_record_id, probability, reason, weights, decision";

fn described(words: &Locale, link: &Row) -> String {
    let (a, b) = pair(link);
    let mut text = format!(
        "  {} and {}: {} %, {}\n",
        shown(&a),
        shown(&b),
        percent(link),
        words.t(&format!("identity-decision-{}", link[7].plain()), &[])
    );
    let _ = writeln!(text, "    {}", said(words, &link[5].plain()));
    let _ = writeln!(text, "    weights in bits: {}", link[6].plain());
    text
}

fn person(warehouse: &Warehouse, record: &Record) -> Result<String> {
    let frame = warehouse.engine.query(&format!(
        "select person_id from main.person_records where id_space = {} and record_id = {}",
        literal(&record.0),
        literal(&record.1)
    ))?;
    let found = frame.rows.first().map(|row| row[0].plain());
    found.ok_or_else(|| {
        Problem::usage(format!("no file holds the record {}", shown(record)))
            .hint("write a record as its record id, or as ID_SPACE:RECORD_ID")
    })
}

fn direct(warehouse: &Warehouse, (a, b): (&Record, &Record)) -> Result<Frame> {
    let this = |record: &Record, space: &str, id: &str| {
        format!("{space} = {} and {id} = {}", literal(&record.0), literal(&record.1))
    };
    let way =
        |a, b| format!("({} and {})", this(a, "id_space", "record_id"), this(b, "other_id_space", "other_record_id"));
    warehouse.engine.query(&format!("select {LINK} from main.identity_links where {} or {}", way(a, b), way(b, a)))
}

/// The links of one person that lead from one record to another, over as few others as possible.
fn chain(warehouse: &Warehouse, person: &str, (a, b): (&Record, &Record)) -> Result<Vec<Row>> {
    let frame = warehouse.engine.query(&format!(
        "select {} from main.identity_links l
         join main.person_records p on p.id_space = l.id_space and p.record_id = l.record_id
         where p.person_id = {} and l.decision = 'merged'
         order by l.probability desc, l.id_space, l.record_id, l.other_id_space, l.other_record_id",
        LINK.split(", ").map(|column| format!("l.{column}")).collect::<Vec<_>>().join(", "),
        literal(person)
    ))?;
    let mut near: HashMap<Record, Vec<(Record, usize)>> = HashMap::new();
    for (at, row) in frame.rows.iter().enumerate() {
        let (x, y) = pair(row);
        near.entry(x.clone()).or_default().push((y.clone(), at));
        near.entry(y).or_default().push((x, at));
    }
    let mut came: HashMap<Record, (Record, usize)> = HashMap::new();
    let mut queue = VecDeque::from([a.clone()]);
    while let Some(at) = queue.pop_front().filter(|at| at != b) {
        for (next, link) in near.get(&at).into_iter().flatten() {
            if next != a && !came.contains_key(next) {
                came.insert(next.clone(), (at.clone(), *link));
                queue.push_back(next.clone());
            }
        }
    }
    let mut rows = Vec::new();
    let mut at = b.clone();
    while let Some((before, link)) = came.get(&at) {
        rows.push(frame.rows[*link].clone());
        at = before.clone();
    }
    rows.reverse();
    Ok(rows)
}

fn pair(row: &Row) -> (Record, Record) {
    ((row[0].plain(), row[1].plain()), (row[2].plain(), row[3].plain()))
}

fn shown((space, id): &Record) -> String {
    one_line(&if space == "main" { id.clone() } else { format!("{space}:{id}") })
}

/// Rounded down, so that nothing short of certain reads 100.
fn percent(row: &Row) -> i64 {
    let share = row[4].as_f64().unwrap_or_default();
    (share * 100.0).floor() as i64
}

/// The words for reasons, as the book has them in English.
fn words(project: &Project) -> Result<Arc<Locale>> {
    let mut english = project.clone();
    english.config.site.locales = vec!["en".to_owned()];
    let locale = site::locales(&english)?.remove("en");
    locale.ok_or_else(|| Problem::failed("the program has no English strings"))
}

/// `phone_same, own_close:extra_job` in words.
fn said(words: &Locale, reason: &str) -> String {
    let parts = reason.split(", ").filter(|part| !part.is_empty()).map(|part| {
        let (word, column) = part.split_once(':').unwrap_or((part, ""));
        let said = words.t(&format!("identity-reason-{}", word.replace('_', "-")), &[]);
        if column.is_empty() { said } else { format!("{}: {said}", one_line(column)) }
    });
    parts.collect::<Vec<_>>().join("; ")
}
