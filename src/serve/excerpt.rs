//! A problem with the lines around it, as data for the overlay.

use serde::Serialize;

use crate::problem::{Place, Problem};

/// Lines shown before and after the wrong one.
const AROUND: usize = 3;
/// Characters of a line that are shown; a table in one line would fill the page.
const WIDTH: usize = 240;

/// Everything the overlay shows. Plain text: whoever shows it escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub message: String,
    /// `content/stores.md:12:4`
    pub place: Option<String>,
    pub hint: Option<String>,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub number: usize,
    pub text: String,
    /// It is the wrong one.
    pub here: bool,
}

impl Report {
    pub fn of(problem: &Problem) -> Report {
        Report {
            message: problem.message().to_owned(),
            place: problem.place().map(place),
            hint: problem.hint_text().map(ToOwned::to_owned),
            lines: problem.place().map(lines).unwrap_or_default(),
        }
    }
}

fn place(place: &Place) -> String {
    let mut text = place.file.display().to_string();
    for number in [place.line, place.column.filter(|_| place.line.is_some())].into_iter().flatten() {
        text.push_str(&format!(":{number}"));
    }
    text
}

fn lines(place: &Place) -> Vec<Line> {
    let (Some(text), Some(line)) = (&place.text, place.line) else { return Vec::new() };
    let first = line.saturating_sub(AROUND).max(1);
    text.lines()
        .enumerate()
        .map(|(at, text)| (at + 1, text))
        .skip(first - 1)
        .take_while(|(number, _)| *number <= line + AROUND)
        .map(|(number, text)| {
            let here = number == line;
            let skip = place.column.filter(|column| here && *column > WIDTH).map_or(0, |column| column - WIDTH / 2);
            Line { number, text: cut(text, skip), here }
        })
        .collect()
}

fn cut(text: &str, skip: usize) -> String {
    let mut rest = text.chars().skip(skip);
    let mut shown: String = rest.by_ref().take(WIDTH).collect();
    if skip > 0 {
        shown.insert(0, '…');
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_line_stands_between_its_neighbours() {
        let text: String = (1..=9).map(|n| format!("line {n}\n")).collect();
        let problem = Problem::failed("no").at("content/a.md").line(2).column(3).text(text).hint("do");
        let report = Report::of(&problem);
        assert_eq!(report.place.as_deref(), Some("content/a.md:2:3"));
        let numbers: Vec<(usize, bool)> = report.lines.iter().map(|line| (line.number, line.here)).collect();
        assert_eq!(numbers, [(1, false), (2, true), (3, false), (4, false), (5, false)]);
        assert_eq!(report.lines[1].text, "line 2");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let problem = Problem::failed("no").at("a").line(1).column(1001).text("茶".repeat(2000));
        let line = &Report::of(&problem).lines[0].text;
        assert_eq!(line.chars().count(), WIDTH + 2);
        assert!(Report::of(&Problem::failed("no").at("a").line(9).text("one")).lines.is_empty());
        assert!(Report::of(&Problem::failed("no")).lines.is_empty());
    }
}
