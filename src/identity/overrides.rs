//! `state/identity-overrides.csv`: what a person decided about two records, which no computation overrules.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::csv::{field, fields};
use crate::problem::{Problem, Result};

/// The file below `state/`.
pub const FILE: &str = "identity-overrides.csv";
const HEADER: &str = "decision,id_space,record_id,other_id_space,other_record_id,note";

/// A record: id space and record id.
pub type Record = (String, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Same,
    Different,
}

impl Word {
    pub fn text(self) -> &'static str {
        match self {
            Word::Same => "same",
            Word::Different => "different",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In the file, from 1.
    pub number: usize,
    pub word: Word,
    pub a: Record,
    pub b: Record,
    pub note: String,
}

/// The decisions, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    path: PathBuf,
    pub lines: Vec<Line>,
}

impl Overrides {
    /// Reads the decisions of a project; an absent file is none.
    ///
    /// # Errors
    /// A line that cannot be read, or decisions that contradict each other, with the lines.
    pub fn read(state: &Path) -> Result<Overrides> {
        let path = state.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Overrides::parse(&path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Overrides { path, lines: Vec::new() }),
            Err(error) => Err(Problem::io("read the decisions about people", &path, &error)),
        }
    }

    pub fn parse(path: &Path, text: &str) -> Result<Overrides> {
        let mut overrides = Overrides { path: path.to_path_buf(), lines: Vec::new() };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            if at == 0 && line.trim_end() == HEADER {
                continue;
            }
            if at == 0 {
                let problem = Problem::usage("the decisions about people do not begin with their header").at(path);
                return Err(problem.line(1).hint(format!("its first line is {HEADER}")));
            }
            overrides.lines.push(parse_line(path, at + 1, line)?);
        }
        overrides.consistent()?;
        Ok(overrides)
    }

    /// The file's text with one more decision; an earlier one about the same two records is replaced.
    pub fn with(&self, word: Word, (a, b): (Record, Record), note: &str) -> Result<String> {
        let mut lines = self.lines.clone();
        lines.retain(|line| !((line.a == a && line.b == b) || (line.a == b && line.b == a)));
        lines.push(Line { number: 0, word, a, b, note: note.to_owned() });
        let mut text = format!("{HEADER}\n");
        for line in &lines {
            let _ = writeln!(
                text,
                "{},{},{},{},{},{}",
                line.word.text(),
                field(&line.a.0),
                field(&line.a.1),
                field(&line.b.0),
                field(&line.b.1),
                field(&line.note)
            );
        }
        Overrides::parse(&self.path, &text)?;
        Ok(text)
    }

    pub fn fingerprint(&self) -> String {
        let words = self.lines.iter().map(|line| format!("{}\u{1f}{:?}\u{1f}{:?}", line.word.text(), line.a, line.b));
        blake3::hash(words.collect::<Vec<_>>().join("\u{1e}").as_bytes()).to_hex().to_string()
    }

    /// What "same" joins, no "different" may part.
    fn consistent(&self) -> Result<()> {
        let mut joined: HashMap<&Record, Vec<(&Record, usize)>> = HashMap::new();
        for line in self.lines.iter().filter(|line| line.word == Word::Same) {
            joined.entry(&line.a).or_default().push((&line.b, line.number));
            joined.entry(&line.b).or_default().push((&line.a, line.number));
        }
        for line in self.lines.iter().filter(|line| line.word == Word::Different) {
            if let Some(through) = path_between(&joined, &line.a, &line.b) {
                let lines: Vec<String> = through.iter().map(ToString::to_string).collect();
                let problem = Problem::usage(format!(
                    "line {} says that two records are different people, but by line{} {} they are the same",
                    line.number,
                    if lines.len() == 1 { "" } else { "s" },
                    lines.join(", ")
                ));
                return Err(problem.at(&self.path).line(line.number).hint("take one of these lines out"));
            }
        }
        Ok(())
    }
}

/// The lines that join two records, when any do.
fn path_between(joined: &HashMap<&Record, Vec<(&Record, usize)>>, from: &Record, to: &Record) -> Option<Vec<usize>> {
    let mut came: HashMap<&Record, (&Record, usize)> = HashMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut lines = Vec::new();
            let mut at = at;
            while let Some((before, line)) = came.get(at).filter(|_| at != from) {
                lines.push(*line);
                at = before;
            }
            lines.sort_unstable();
            return Some(lines);
        }
        for (next, line) in joined.get(at).into_iter().flatten() {
            if *next != from && !came.contains_key(next) {
                came.insert(next, (at, *line));
                queue.push_back(next);
            }
        }
    }
    None
}

fn parse_line(path: &Path, number: usize, line: &str) -> Result<Line> {
    let wrong = |message: &str, hint: &str| Problem::usage(message).at(path).line(number).hint(hint);
    let mut fields = fields(line.trim_end_matches('\r')).into_iter().map(|field| field.trim().to_owned());
    let word = match fields.next().as_deref() {
        Some("same") => Word::Same,
        Some("different") => Word::Different,
        _ => return Err(wrong("a decision about two records is neither \"same\" nor \"different\"", HEADER)),
    };
    let cells: Vec<String> = fields.collect();
    let [a_space, a, b_space, b, rest @ ..] = &cells[..] else {
        return Err(wrong("a decision about two records is not complete", HEADER));
    };
    if a.is_empty() || b.is_empty() || rest.len() > 1 {
        return Err(wrong("a decision names two records and may have a note", HEADER));
    }
    let space = |space: &str| if space.is_empty() { "main".to_owned() } else { space.to_owned() };
    let (a, b) = ((space(a_space), a.clone()), (space(b_space), b.clone()));
    if a == b {
        return Err(wrong("a decision names one record twice", "name the two records it is about"));
    }
    Ok(Line { number, word, a, b, note: rest.first().cloned().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lines: &str) -> Result<Overrides> {
        Overrides::parse(Path::new("state/identity-overrides.csv"), &format!("{HEADER}\n{lines}"))
    }

    #[test]
    fn c06_decisions_are_read_with_their_spaces_and_notes() {
        let read = parse("same,main,M1,mall,M1,\"seen, in the shop\"\n\ndifferent,,A,,B,\n").unwrap();
        assert_eq!(read.lines.len(), 2);
        assert_eq!(read.lines[0].b, ("mall".to_owned(), "M1".to_owned()));
        assert_eq!(read.lines[1].a, ("main".to_owned(), "A".to_owned()));
        assert_eq!(read.lines[1].number, 4);
    }

    #[test]
    fn c06_decisions_that_contradict_each_other_name_their_lines() {
        let problem = parse("same,,A,,B,\nsame,,B,,C,\nsame,,X,,Y,\ndifferent,,C,,A,\n").unwrap_err();
        assert_eq!(problem.place().and_then(|place| place.line), Some(5));
        assert!(problem.message().contains("lines 2, 3"), "{problem}");
        let problem = parse("same,,A,,B,\ndifferent,,B,,A,\n").unwrap_err();
        assert!(problem.message().contains("line 2 "), "{problem}");
    }

    #[test]
    fn c06_a_line_that_cannot_be_meant_is_refused() {
        for line in ["perhaps,,A,,B,\n", "same,,A\n", "same,,A,,A,\n", "same,,,,B,\n", "same,,A,,B,x,y\n"] {
            assert_eq!(parse(line).unwrap_err().place().and_then(|place| place.line), Some(2), "{line}");
        }
        assert!(Overrides::parse(Path::new("x"), "same,,A,,B,\n").is_err());
    }

    #[test]
    fn c06_a_later_decision_replaces_an_earlier_one_about_the_same_two() {
        let before = parse("same,,A,,B,x\n").unwrap();
        let pair = (("main".to_owned(), "B".to_owned()), ("main".to_owned(), "A".to_owned()));
        let text = before.with(Word::Different, pair, "brothers").unwrap();
        assert_eq!(text, format!("{HEADER}\ndifferent,main,B,main,A,brothers\n"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_decisions_or_a_problem(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }
    }
}
