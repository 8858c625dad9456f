//! C29: calendars as RFC 5545 wants them. Expected files are written out by hand from the text of the standard.

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::calendar::{Calendar, Entry, Kind, Problem};

fn entry(uid: &str, summary: &str) -> Entry {
    Entry {
        kind: Kind::Event,
        uid: uid.to_owned(),
        day: date(2026, 11, 2),
        summary: summary.to_owned(),
        description: String::new(),
        categories: Vec::new(),
        alarm: None,
    }
}

fn calendar(entries: Vec<Entry>) -> Calendar {
    Calendar {
        name: String::new(),
        product: "-//Storebook//Follow-ups//EN".to_owned(),
        stamp: "2026-11-02T06:05:04.987Z".parse().unwrap(),
        entries,
    }
}

fn line_of(summary: &str) -> String {
    let text = calendar(vec![entry("a", summary)]).write().unwrap();
    let from = text.find("SUMMARY:").unwrap();
    let to = text.find("CLASS:").unwrap();
    text[from..to].to_owned()
}

#[test]
fn c29_an_event_and_a_thing_to_do() {
    let mut event = entry("follow-up-1@storebook", "Ring back");
    event.description = "Size 38; asked twice".to_owned();
    event.categories = vec!["Follow-up".to_owned(), "a,b".to_owned(), "\u{7}".to_owned()];
    event.alarm = Some(540);
    let mut todo = entry("follow-up-2@storebook", "再打一次电话");
    todo.kind = Kind::Todo;
    todo.alarm = Some(-360);
    let mut calendar = calendar(vec![event, todo]);
    calendar.name = "东湖店, follow-ups".to_owned();
    let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Storebook//Follow-ups//EN\r\nCALSCALE:GREGORIAN\r\n\
        NAME:东湖店\\, follow-ups\r\nX-WR-CALNAME:东湖店\\, follow-ups\r\n\
        BEGIN:VEVENT\r\nUID:follow-up-1@storebook\r\nDTSTAMP:20261102T060504Z\r\nDTSTART;VALUE=DATE:20261102\r\n\
        TRANSP:TRANSPARENT\r\nSUMMARY:Ring back\r\nDESCRIPTION:Size 38\\; asked twice\r\nCATEGORIES:Follow-up,a\\,b\r\n\
        CLASS:PRIVATE\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Ring back\r\nTRIGGER:PT9H\r\nEND:VALARM\r\n\
        END:VEVENT\r\n\
        BEGIN:VTODO\r\nUID:follow-up-2@storebook\r\nDTSTAMP:20261102T060504Z\r\nDUE;VALUE=DATE:20261102\r\n\
        STATUS:NEEDS-ACTION\r\nSUMMARY:再打一次电话\r\nCLASS:PRIVATE\r\n\
        BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:再打一次电话\r\nTRIGGER;RELATED=END:-PT6H\r\nEND:VALARM\r\n\
        END:VTODO\r\nEND:VCALENDAR\r\n";
    assert_eq!(calendar.write().unwrap(), expected);
}

/// The example of 3.3.11: the text of three lines with commas and semicolon.
#[test]
fn c29_texts_are_escaped_as_in_the_standard() {
    assert_eq!(
        line_of("Project XYZ Final Review\nConference Room - 3B\nCome Prepared."),
        "SUMMARY:Project XYZ Final Review\\nConference Room - 3B\\nCome Prepared.\r\n"
    );
    assert_eq!(line_of("a\\n;b,c:\"d\""), "SUMMARY:a\\\\n\\;b\\,c:\"d\"\r\n");
    // Every way to end a line; the tab stays, other control characters go.
    assert_eq!(line_of("1\r\n2\r3\n\r4\u{2028}5\u{85}6"), "SUMMARY:1\\n2\\n3\\n\\n4\\n5\\n6\r\n");
    assert_eq!(line_of("a\tb\0c\u{1b}[0m\u{7f}\u{9b}d"), "SUMMARY:a\tbc[0md\r\n");
    // A text cannot end its property and begin another.
    assert_eq!(line_of("x\r\nEND:VEVENT\r\nBEGIN:VEVENT"), "SUMMARY:x\\nEND:VEVENT\\nBEGIN:VEVENT\r\n");
}

/// 3.1: lines of at most 75 octets, the blank of a continuation among them; "SUMMARY:" takes 8 of the first.
#[test]
fn c29_long_lines_are_folded_between_characters() {
    assert_eq!(line_of(&"a".repeat(67)), format!("SUMMARY:{}\r\n", "a".repeat(67)));
    assert_eq!(line_of(&"a".repeat(68)), format!("SUMMARY:{}\r\n a\r\n", "a".repeat(67)));
    assert_eq!(
        line_of(&"a".repeat(67 + 74 + 1)),
        format!("SUMMARY:{}\r\n {}\r\n a\r\n", "a".repeat(67), "a".repeat(74))
    );
    // Three octets each: 22 fit into 67 (66), 24 into 74 (72).
    assert_eq!(line_of(&"店".repeat(22)), format!("SUMMARY:{}\r\n", "店".repeat(22)));
    assert_eq!(line_of(&"店".repeat(47)), format!("SUMMARY:{}\r\n {}\r\n 店\r\n", "店".repeat(22), "店".repeat(24)));
    // Four octets: 16 fit into 67 (64).
    assert_eq!(line_of(&"😀".repeat(17)), format!("SUMMARY:{}\r\n 😀\r\n", "😀".repeat(16)));
}

#[test]
fn c29_reminders_are_durations() {
    let trigger = |minutes| {
        let mut entry = entry("a", "");
        entry.alarm = Some(minutes);
        let text = calendar(vec![entry]).write().unwrap();
        text.lines().find_map(|line| line.strip_prefix("TRIGGER:")).unwrap().to_owned()
    };
    for (minutes, expected) in [
        (0, "PT0M"),
        (5, "PT5M"),
        (-15, "-PT15M"),
        (570, "PT9H30M"),
        (1440, "P1D"),
        (-1470, "-P1DT30M"),
        (i32::MIN, "-P1491308DT2H8M"),
    ] {
        assert_eq!(trigger(minutes), expected);
    }
}

#[test]
fn c29_what_is_no_calendar_is_not_written() {
    assert_eq!(calendar(vec![]).write(), Err(Problem::Empty));
    assert_eq!(calendar(vec![entry("a", ""), entry(" \u{1} ", "")]).write(), Err(Problem::NoUid(1)));
    assert_eq!(calendar(vec![entry("a", ""), entry("a", "")]).write(), Err(Problem::SameUid("a".to_owned())));
    let mut old = entry("a", "");
    old.day = date(0, 12, 31);
    assert_eq!(calendar(vec![old]).write(), Err(Problem::Year(0)));
    let mut early = entry("a", "");
    early.day = date(1, 1, 1);
    assert!(calendar(vec![early]).write().unwrap().contains("DTSTART;VALUE=DATE:00010101\r\n"));
    let mut late = entry("a", "");
    late.day = date(9999, 12, 31);
    assert!(calendar(vec![late]).write().unwrap().contains("DTSTART;VALUE=DATE:99991231\r\n"));
}

/// What the file promises of a text: lines end in one way, and other control characters than the tab are gone.
fn kept(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .collect()
}

/// 3.1, backwards.
fn unfolded(file: &str) -> Vec<String> {
    let whole = file.strip_suffix("\r\n").expect("the last line ends, too").replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

/// 3.3.11, backwards.
fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(c @ ('\\' | ';' | ',')) => text.push(c),
                other => panic!("\\{other:?} is no escape"),
            },
            ';' | ',' => panic!("a bare {c}"),
            c => text.push(c),
        }
    }
    text
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        // What files and folds are made of, more often than chance would have it.
        proptest::collection::vec(
            prop_oneof![
                Just("\r\n".to_owned()),
                Just("\\".to_owned()),
                Just(";,:\"".to_owned()),
                Just("店".to_owned()),
                Just("😀".to_owned()),
                Just("END:VEVENT".to_owned()),
                Just(" ".to_owned()),
                Just("\t".to_owned()),
                Just("\u{2028}".to_owned()),
                "[a-z]{0,40}",
                any::<char>().prop_map(String::from)
            ],
            0..60
        )
        .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn c29_any_text_survives(
        summary in texts(), description in texts(), name in texts(), words in proptest::collection::vec(texts(), 0..4),
        todo: bool, alarm in proptest::option::of(any::<i32>()),
    ) {
        let entry = Entry {
            kind: if todo { Kind::Todo } else { Kind::Event }, uid: "u".to_owned(), day: date(2026, 1, 31), summary: summary.clone(),
            description: description.clone(), categories: words.clone(), alarm,
        };
        let calendar = Calendar { name: name.clone(), product: "p".to_owned(), stamp: Timestamp::UNIX_EPOCH, entries: vec![entry] };
        let file = calendar.write().unwrap();
        for line in file.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} octets", line.len());
            prop_assert!(line.chars().all(|c| c == '\t' || !c.is_control()), "{line:?}");
        }
        let lines = unfolded(&file);
        let component = if todo { "VTODO" } else { "VEVENT" };
        for (line, times) in [(format!("BEGIN:{component}"), 1), (format!("END:{component}"), 1), ("BEGIN:VALARM".to_owned(), usize::from(alarm.is_some()))] {
            prop_assert_eq!(lines.iter().filter(|found| **found == line).count(), times);
        }
        let values = |property: &str| -> Vec<String> {
            lines.iter().filter_map(|line| line.strip_prefix(property)?.strip_prefix(':')).map(unescaped).collect()
        };
        prop_assert_eq!(values("SUMMARY"), vec![kept(&summary)]);
        prop_assert_eq!(values("NAME").concat(), kept(&name));
        // The description of the entry and, with a reminder, the summary once more.
        let mut expected: Vec<String> = Some(kept(&description)).into_iter().filter(|text| !text.is_empty()).collect();
        expected.extend(alarm.map(|_| kept(&summary)));
        prop_assert_eq!(values("DESCRIPTION"), expected);
        let categories = lines.iter().find_map(|line| line.strip_prefix("CATEGORIES:")).map(split).unwrap_or_default();
        let expected: Vec<String> = words.iter().map(|word| kept(word)).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(categories, expected);
    }
}

/// A list of texts: commas that no backslash precedes part it.
fn split(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        let last = parts.last_mut().expect("one at least");
        match c {
            '\\' => last.extend(['\\'].into_iter().chain(characters.next())),
            ',' => parts.push(String::new()),
            c => last.push(c),
        }
    }
    parts.iter().map(|part| unescaped(part)).collect()
}
