//! The forms of the portal: which fields each may bring, and the row it becomes.
//!
//! What is not listed here is not taken: a field nobody knows is a fault, not data.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::log::Submission;

/// Characters of a long text.
const TEXT: usize = 4000;
/// Characters of everything else.
const LINE: usize = 200;

/// What a field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One line.
    Line,
    /// Several.
    Text,
    /// A whole number between these, both among them.
    Number(u32, u32),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// As 2026-11-05.
    Day,
    /// Yes, where it is there.
    Tick,
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// As the form calls it, and the row: that of the column, or of one that the table does not have (`extra_…`).
    pub name: &'static str,
    pub holds: Holds,
    pub required: bool,
}

/// A form.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The last part of its address.
    pub name: &'static str,
    /// The table its rows are of.
    pub table: &'static str,
    /// The kind of feedback it is.
    pub kind: &'static str,
    pub fields: &'static [Field],
    /// At least one of these must be filled in; empty = no such rule.
    pub any_of: &'static [&'static str],
}

const fn field(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: false }
}

const fn required(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: true }
}

/// What a person can ask for by law: PIPL articles 44 to 49, GDPR articles 15 to 22.
pub const RIGHTS: &[&str] =
    &["access", "copy", "correct", "delete", "withdraw", "restrict", "transfer", "explanation", "deceased"];
/// What feedback can be about; the models have the same words.
pub const TOPICS: &[&str] =
    &["service", "price", "quality", "stock", "queue", "environment", "delivery", "aftersales", "membership", "other"];
/// What feedback can be.
const KINDS: &[&str] = &["suggestion", "complaint", "praise"];
const CALENDARS: &[&str] = &["solar", "lunar"];
const CHANNELS: &[&str] = &["phone", "wechat", "sms", "email"];

const STORE: Field = field("store_id", Holds::Line);
const NAME: Field = field("name", Holds::Line);
const PHONE: Field = field("phone", Holds::Line);
const EMAIL: Field = field("email", Holds::Line);
const CARD: Field = field("record_id", Holds::Line);

/// The forms of the portal.
pub const FORMS: &[Form] = &[
    Form {
        name: "feedback",
        table: "feedback",
        kind: "suggestion",
        fields: &[
            field("kind", Holds::Choice(KINDS)),
            STORE,
            field("topic", Holds::Choice(TOPICS)),
            field("csat", Holds::Number(1, 5)),
            field("nps", Holds::Number(0, 10)),
            required("text", Holds::Text),
            field("sku", Holds::Line),
            field("contact", Holds::Line),
            CARD,
        ],
        any_of: &[],
    },
    Form {
        name: "survey",
        table: "feedback",
        kind: "survey",
        fields: &[
            STORE,
            field("nps", Holds::Number(0, 10)),
            field("csat", Holds::Number(1, 5)),
            field("ces", Holds::Number(1, 7)),
            field("text", Holds::Text),
            field("staff_id", Holds::Line),
            field("invitation_id", Holds::Line),
            CARD,
        ],
        any_of: &["nps", "csat", "ces", "text"],
    },
    Form {
        name: "complaint",
        table: "feedback",
        kind: "complaint",
        fields: &[
            STORE,
            field("topic", Holds::Choice(TOPICS)),
            required("text", Holds::Text),
            field("happened_on", Holds::Day),
            field("order_id", Holds::Line),
            field("is_safety", Holds::Tick),
            field("wish", Holds::Text),
            CARD,
            NAME,
            PHONE,
            EMAIL,
        ],
        any_of: &["phone", "email", "record_id"],
    },
    Form {
        name: "rights",
        table: "feedback",
        kind: "rights",
        fields: &[
            required("right", Holds::Choice(RIGHTS)),
            STORE,
            field("text", Holds::Text),
            CARD,
            required("name", Holds::Line),
            PHONE,
            EMAIL,
        ],
        any_of: &["phone", "email", "record_id"],
    },
    Form {
        name: "details",
        table: "feedback",
        kind: "rights",
        fields: &[
            STORE,
            CARD,
            required("name", Holds::Line),
            field("old_phone", Holds::Line),
            PHONE,
            EMAIL,
            field("birthday", Holds::Day),
            field("birthday_calendar", Holds::Choice(CALENDARS)),
            field("city", Holds::Line),
            field("address", Holds::Line),
            field("preferred_channel", Holds::Choice(CHANNELS)),
            field("text", Holds::Text),
        ],
        any_of: &["phone", "old_phone", "record_id"],
    },
];

impl Form {
    /// The form of this name.
    pub fn named(name: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.name == name)
    }
}

/// What is wrong with a field; the words are [`crate::locale`]'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Empty when it is of no single field.
    pub field: String,
    pub what: What,
}

/// See [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// No such field.
    Unknown,
    Twice,
    Missing,
    /// None of those of which one is needed.
    NoneOf,
    TooLong(usize),
    NotANumber(u32, u32),
    NotAChoice,
    NotADay,
}

/// The fields of a form as they were sent, tidied.
///
/// # Errors
/// The first fault.
pub fn read(form: &Form, sent: &[(String, String)]) -> Result<BTreeMap<String, String>, Fault> {
    let fault = |field: &str, what: What| Fault { field: field.chars().take(40).collect(), what };
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in sent {
        let known = form.fields.iter().find(|field| field.name == name).ok_or_else(|| fault(name, What::Unknown))?;
        let value = tidy(value, matches!(known.holds, Holds::Text));
        if value.is_empty() {
            continue;
        }
        let value = known.holds.check(&value).map_err(|what| fault(name, what))?;
        if fields.insert(name.clone(), value).is_some() {
            return Err(fault(name, What::Twice));
        }
    }
    if let Some(missing) = form.fields.iter().find(|field| field.required && !fields.contains_key(field.name)) {
        return Err(fault(missing.name, What::Missing));
    }
    if !form.any_of.is_empty() && !form.any_of.iter().any(|name| fields.contains_key(*name)) {
        return Err(fault(form.any_of[0], What::NoneOf));
    }
    Ok(fields)
}

impl Holds {
    fn check(self, value: &str) -> Result<String, What> {
        let longest = if self == Holds::Text { TEXT } else { LINE };
        if value.chars().count() > longest {
            return Err(What::TooLong(longest));
        }
        match self {
            Holds::Line | Holds::Text => Ok(value.to_owned()),
            Holds::Number(from, to) => {
                let digits = value.bytes().all(|byte| byte.is_ascii_digit());
                let number = value.parse().ok().filter(|number| digits && (from..=to).contains(number));
                number.map(|number: u32| number.to_string()).ok_or(What::NotANumber(from, to))
            }
            Holds::Choice(words) => {
                if words.contains(&value) {
                    Ok(value.to_owned())
                } else {
                    Err(What::NotAChoice)
                }
            }
            Holds::Day => {
                let day: Option<Date> =
                    Some(value).filter(|value| value.len() == 10).and_then(|value| value.parse().ok());
                day.map(|day| day.to_string()).ok_or(What::NotADay)
            }
            Holds::Tick => Ok("true".to_owned()),
        }
    }
}

/// Without control characters and marks that turn the direction of writing; line breaks stay in a text of several lines.
fn tidy(value: &str, lines: bool) -> String {
    let plain: String = value
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_control() && !(lines && c == '\n') { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}

/// The row of a submission, as a line of NDJSON for its table.
///
/// # Panics
/// Never.
pub fn row(form: &Form, submission: &Submission) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("feedback_id", Value::from(number_of(&submission.ticket)));
    put("at", Value::from(submission.at.to_string()));
    put("channel", Value::from("online"));
    // Of a form that asks for it, what was chosen.
    put("kind", Value::from(submission.fields.get("kind").map_or(form.kind, String::as_str)));
    put("form", Value::from(form.name));
    for field in form.fields.iter().filter(|field| field.name != "kind") {
        // Every row of a form has the same columns, so that a file of few rows is recognised like one of many.
        let value = submission.fields.get(field.name);
        let value = value.map_or(Value::Null, |value| match field.holds {
            Holds::Number(..) => value.parse::<u32>().map_or(Value::Null, Value::from),
            _ => Value::from(value.as_str()),
        });
        put(field.name, value);
    }
    put("ticket", Value::from(submission.ticket.as_str()));
    put("doubts", Value::from(submission.doubts.join(" ")));
    row
}

/// What people say on the telephone: the first ten letters of the ticket, in two groups.
pub fn number_of(ticket: &str) -> String {
    let letters: String = ticket.chars().take(10).collect();
    match letters.get(..5).zip(letters.get(5..)) {
        Some((first, second)) if !second.is_empty() => format!("{first}-{second}"),
        _ => letters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn fault(form: &str, pairs: &[(&str, &str)]) -> (String, What) {
        let fault = read(Form::named(form).expect("a form"), &sent(pairs)).expect_err("a fault");
        (fault.field, fault.what)
    }

    #[test]
    fn c41_what_a_form_does_not_know_is_not_taken() {
        assert_eq!(fault("feedback", &[("text", "a"), ("admin", "1")]), ("admin".into(), What::Unknown));
        assert_eq!(fault("feedback", &[("text", "a"), ("text", "b")]), ("text".into(), What::Twice));
        assert_eq!(fault("feedback", &[("text", " \u{202e}\n ")]), ("text".into(), What::Missing));
        assert_eq!(fault("feedback", &[("text", "a"), ("topic", "x")]), ("topic".into(), What::NotAChoice));
        assert_eq!(fault("complaint", &[("text", "a")]), ("phone".into(), What::NoneOf));
        assert_eq!(fault("complaint", &[("text", &"好".repeat(4001))]), ("text".into(), What::TooLong(4000)));
        for day in ["2026-02-30", "05.11.2026", "2026-1-1", "0000-00-00"] {
            assert_eq!(fault("details", &[("birthday", day)]), ("birthday".into(), What::NotADay), "{day}");
        }
        assert!(Form::named("../feedback").is_none() && Form::named("").is_none());
    }

    #[test]
    fn c44_a_mark_of_nought_is_an_answer() {
        let form = Form::named("survey").expect("a form");
        let fields = read(form, &sent(&[("nps", "0"), ("store_id", "S1")])).expect("it is good");
        assert_eq!(fields["nps"], "0");
        for nps in ["11", "-1", "+5", "5.0", "٥", "99999999999"] {
            assert_eq!(fault("survey", &[("nps", nps)]), ("nps".into(), What::NotANumber(0, 10)), "{nps}");
        }
        assert_eq!(fault("survey", &[("store_id", "S1")]), ("nps".into(), What::NoneOf));
    }

    #[test]
    fn c41_a_row_is_of_its_table() {
        let form = Form::named("complaint").expect("a form");
        let fields = read(form, &sent(&[("text", "漏了\r\n一包"), ("phone", "13900000101"), ("is_safety", "on")]))
            .expect("good");
        let submission = Submission {
            id: "0".repeat(32),
            ticket: "7K3MABCDEFGHJKMNPQRSTVWXYZ".into(),
            at: "2026-11-05T02:00:00Z".parse().expect("a moment"),
            form: "complaint".into(),
            score: 0,
            doubts: Vec::new(),
            fields,
        };
        let row = Value::from(row(form, &submission));
        let expected = serde_json::json!({
            "feedback_id": "7K3MA-BCDEF", "at": "2026-11-05T02:00:00Z", "channel": "online", "kind": "complaint", "form": "complaint",
            "store_id": null, "topic": null, "text": "漏了\n一包", "happened_on": null, "order_id": null, "is_safety": "true", "wish": null,
            "record_id": null, "name": null, "phone": "13900000101", "email": null, "ticket": "7K3MABCDEFGHJKMNPQRSTVWXYZ", "doubts": "",
        });
        assert_eq!(row, expected);
    }

    proptest! {
        #[test]
        fn no_fields_bring_the_program_down(pairs in proptest::collection::vec((any::<String>(), any::<String>()), 0..6)) {
            for form in FORMS {
                let _ = read(form, &pairs);
            }
        }
    }
}
