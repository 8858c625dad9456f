//! What of a customer's record is compared, and what no weight overrules.

use jiff::civil::Date;

use super::matching::levels::{category, code, date, name, text};
use super::matching::{Block, Cell, Column, Key, Kind, Rule, Schema};
use super::normalise::{self, Birthday};

/// A customer's record as the files have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Customer {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub birthday: Option<Date>,
    /// The birthday's numbers are those of the lunar calendar.
    pub lunar: bool,
    pub gender: Option<String>,
    pub city: Option<String>,
    pub address: Option<String>,
    pub wechat: Option<String>,
    /// Values of the project's own columns that `identity.match_on` names, in its order.
    pub extra: Vec<Option<String>>,
}

const NAME: usize = 0;
const PHONE: usize = 1;
const EMAIL: usize = 2;
const BIRTHDAY: usize = 3;
const GENDER: usize = 4;
const CITY: usize = 5;
const ADDRESS: usize = 6;
const WECHAT: usize = 7;

/// Columns every project has; the words of reasons begin with their names.
const COLUMNS: [(&str, Kind); 8] = [
    ("name", Kind::Name),
    ("phone", Kind::Code),
    ("email", Kind::Email),
    ("birthday", Kind::Date),
    ("gender", Kind::Category),
    ("city", Kind::Category),
    ("address", Kind::Address),
    ("wechat", Kind::Code),
];

/// How many of the project's own columns can be compared; the settings allow no more.
const MOST_EXTRA: usize = super::matching::MOST_COLUMNS - COLUMNS.len();

/// A telephone number that stands with so many different names is a shop's, not a person's.
const NAMES_ON_A_PHONE: usize = 8;

const OTHER_NAME: &[u8] = &[name::ONE_CHARACTER, name::SURNAME, name::DIFFERENT];

/// What is compared; `extra` are the project's own columns.
pub fn schema(extra: &[String]) -> Schema {
    let own = extra.iter().take(MOST_EXTRA).map(|name| Column { name: name.clone(), kind: Kind::Text, crosses: None });
    let columns =
        COLUMNS.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind, crosses: None }).chain(own);
    let columns: Vec<Column> = columns.collect();
    Schema {
        blocks: blocks(extra.len().min(MOST_EXTRA)),
        certain: certain(),
        vague: vec![rule("fits_two_people", [(NAME, &[0, name::PARTIAL])])],
        contradictions: vec![
            rule("other_name_and_birthday", [(NAME, OTHER_NAME), (BIRTHDAY, &[date::DIFFERENT])]),
            rule("other_name_and_gender", [(NAME, OTHER_NAME), (GENDER, &[category::DIFFERENT])]),
            twins(),
        ],
        held: held(columns.len()),
        household: vec![
            rule(
                "same_phone_other_person",
                [(PHONE, &[code::SAME]), (NAME, OTHER_NAME), (BIRTHDAY, &[date::DIFFERENT])],
            ),
            rule(
                "same_phone_other_gender",
                [(PHONE, &[code::SAME]), (NAME, OTHER_NAME), (GENDER, &[category::DIFFERENT])],
            ),
            rule(
                "same_home_other_person",
                [
                    (ADDRESS, &[super::matching::levels::address::SAME]),
                    (NAME, OTHER_NAME),
                    (BIRTHDAY, &[date::DIFFERENT]),
                ],
            ),
        ],
        columns,
        shared: vec![(PHONE, NAME, NAMES_ON_A_PHONE), (EMAIL, NAME, NAMES_ON_A_PHONE)],
    }
}

fn rule<const N: usize>(word: &'static str, all: [(usize, &'static [u8]); N]) -> Rule {
    Rule { word, all: all.to_vec() }
}

/// The same telephone and a name that fits: the same name, a form of address with its surname, or none at all.
fn certain() -> Vec<Rule> {
    let with = |word, names: &'static [u8]| {
        rule(
            word,
            [
                (PHONE, &[code::SAME]),
                (NAME, names),
                (BIRTHDAY, &[0, date::SAME, date::OTHER_CALENDAR, date::SLIP]),
                (GENDER, &[0, category::SAME]),
            ],
        )
    };
    vec![
        with("same_phone_and_name", &[name::SAME, name::SAME_SOUND]),
        with("same_phone_name_fits", &[name::PARTIAL]),
        with("same_phone_no_name", &[0]),
    ]
}

/// Shown, never joined by themselves; `columns` with the project's own.
fn held(columns: usize) -> Vec<Rule> {
    let own = (COLUMNS.len()..columns).map(|at| (at, [0, text::DIFFERENT].as_slice()));
    let nothing = [PHONE, EMAIL, BIRTHDAY, ADDRESS, WECHAT].map(|at| (at, [0].as_slice()));
    vec![
        twins(),
        // A home shares a telephone; without a birthday nothing tells who answers it.
        rule(
            "same_phone_other_name",
            [(PHONE, &[code::SAME]), (NAME, &[name::SURNAME, name::DIFFERENT]), (BIRTHDAY, &[0])],
        ),
        // A name and a town are no evidence, however rare the name.
        Rule { word: "only_the_name", all: nothing.into_iter().chain(own).collect() },
    ]
}

/// Twins share birthday, surname, home and often the telephone; a slip of the pen looks the same.
fn twins() -> Rule {
    rule(
        "perhaps_twins",
        [(NAME, &[name::ONE_CHARACTER, name::SURNAME]), (BIRTHDAY, &[date::SAME, date::OTHER_CALENDAR])],
    )
}

fn blocks(extra: usize) -> Vec<Block> {
    let block = |keys: &[Key], refine: &[Key]| Block { keys: keys.to_vec(), refine: refine.to_vec() };
    let by_year = [Key::Year(BIRTHDAY), Key::Whole(CITY)];
    let own = (COLUMNS.len()..COLUMNS.len() + extra)
        .map(|at| block(&[Key::Whole(at)], &[Key::SurnameSound(NAME), Key::Sound(NAME), Key::Year(BIRTHDAY)]));
    let mut blocks = vec![
        block(&[Key::Whole(PHONE)], &[Key::SurnameSound(NAME)]),
        block(&[Key::Whole(EMAIL)], &[Key::SurnameSound(NAME)]),
        block(&[Key::Whole(WECHAT)], &[Key::SurnameSound(NAME)]),
        block(&[Key::SurnameSound(NAME), Key::EitherCalendar(BIRTHDAY)], &[Key::Sound(NAME)]),
        block(&[Key::Tail(NAME, 1), Key::EitherCalendar(BIRTHDAY)], &[Key::Sound(NAME)]),
        block(&[Key::Sound(NAME), Key::MonthDay(BIRTHDAY)], &by_year),
        block(&[Key::Sound(NAME), Key::Year(BIRTHDAY)], &[Key::Whole(CITY), Key::MonthDay(BIRTHDAY)]),
        block(&[Key::Sound(NAME), Key::Whole(CITY)], &by_year),
        block(&[Key::Sound(NAME), Key::Tail(PHONE, 4)], &by_year),
        block(&[Key::Sound(NAME), Key::Head(PHONE, 10)], &by_year),
        block(&[Key::SurnameSound(NAME), Key::Whole(ADDRESS)], &[Key::Sound(NAME)]),
    ];
    blocks.extend(own);
    blocks
}

/// The record's values in the order of the columns; what says nothing is missing.
pub fn cells(customer: &Customer) -> Vec<Option<Cell>> {
    let text =
        |value: &Option<String>, form: fn(&str) -> Option<String>| value.as_deref().and_then(form).map(Cell::text);
    let name = customer.name.as_deref().and_then(normalise::name::name);
    let spoken = name.as_ref().and_then(|name| name.female).map(|female| if female { "female" } else { "male" });
    let gender = customer.gender.as_deref().filter(|gender| ["female", "male"].contains(gender)).or(spoken);
    let birthday = customer.birthday.and_then(|date| normalise::birthday::birthday(date, customer.lunar));
    let mut cells = vec![
        name.map(|name| Cell::Name(Box::new(name))),
        text(&customer.phone, normalise::phone::phone),
        text(&customer.email, normalise::email::email),
        birthday.map(|Birthday { day, other }| Cell::Date(digits(day), other.map(digits))),
        gender.map(Cell::text),
        text(&customer.city, city),
        text(&customer.address, normalise::address::address),
        text(&customer.wechat, identifier),
    ];
    cells.extend(customer.extra.iter().map(|value| text(value, identifier)));
    cells
}

fn digits(date: Date) -> [u8; 8] {
    let text = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let mut digits = [b'0'; 8];
    digits.iter_mut().zip(text.bytes()).for_each(|(digit, byte)| *digit = byte);
    digits
}

fn city(text: &str) -> Option<String> {
    let letters = normalise::text::letters(text);
    let letters = letters.trim_end_matches('市');
    (!normalise::text::says_nothing(letters)).then(|| letters.to_owned())
}

fn identifier(text: &str) -> Option<String> {
    let letters = normalise::text::letters(text);
    let masked = text.contains(['*', '•']);
    (!masked && !normalise::text::says_nothing(&letters)).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_placeholders_of_every_column_are_missing_values() {
        let blank = Customer {
            name: Some("散客".into()),
            phone: Some("138****8000".into()),
            email: Some("test@test.com".into()),
            birthday: Some(Date::constant(1900, 1, 1)),
            gender: Some("unknown".into()),
            city: Some("未知".into()),
            address: Some("无".into()),
            wechat: Some("-".into()),
            extra: vec![Some("N/A".into())],
            lunar: false,
        };
        assert!(cells(&blank).iter().all(Option::is_none), "{:?}", cells(&blank));
    }

    #[test]
    fn c06_every_word_of_a_reason_is_a_string_of_both_languages() {
        let schema = schema(&["income".to_owned()]);
        let rules = [&schema.certain, &schema.vague, &schema.contradictions, &schema.held, &schema.household];
        let rules = rules.into_iter().flatten().map(|rule| rule.word.to_owned());
        let levels = schema.columns.iter().flat_map(|column| {
            let name = if column.kind == Kind::Text { "own" } else { column.name.as_str() };
            column.kind.levels().iter().map(move |level| format!("{name}_{level}"))
        });
        let words: Vec<String> =
            rules.chain(levels).chain(super::super::matching::words::ALL.map(ToOwned::to_owned)).collect();
        // Seven of names, five of days and of own words, four each of telephone, e-mail, address and WeChat, two each of
        // gender and town; and the rules.
        assert!(words.len() > 37 + 11 && words.contains(&"own_crossed".to_owned()));
        for locale in ["zh-CN", "en"] {
            let file =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/default/locales/{locale}.ftl"));
            let text = std::fs::read_to_string(file).unwrap();
            let strings: std::collections::BTreeSet<&str> =
                text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect();
            for word in &words {
                let key = format!("identity-reason-{}", word.replace('_', "-"));
                assert!(strings.contains(key.as_str()), "{locale} has no {key}");
            }
        }
    }

    #[test]
    fn a_form_of_address_stands_in_for_a_missing_gender() {
        let customer = Customer { name: Some("王女士".into()), ..Customer::default() };
        assert_eq!(cells(&customer)[GENDER], Some(Cell::text("female")));
    }
}
