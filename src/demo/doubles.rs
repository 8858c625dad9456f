//! The people of a messy chain who stand in its files more than once, and those who only look as if they did: further
//! cards with slips of the pen, traditional characters, forms of address, other numbers and calendars; families on one
//! telephone, fathers and sons, twins, and strangers with one of the commonest names. Who is who is written to
//! `truth/people.csv`, outside of the data, so that identity resolution can be judged.

use std::fmt::Write as _;

use jiff::civil::Date;
use pinyin::ToPinyin;
use rand::RngExt;
use tyme4rs::tyme::solar::SolarDay;

use super::chain::pick;
use super::customer::{Birthday, FEMALE, MALE, Person, SURNAMES, Stream, phone_number, push_record_id};
use super::events::Joining;
use super::sheet::{Dialect, Format, Head, Pack};
use super::tables::Table;
use super::text::{DateStyle, push_date};
use super::{Output, World};
use crate::problem::Result;

/// Where the account of who is who goes, below the generated directory.
pub(super) const TRUTH: &str = "truth/people.csv";
/// The id space of the mall's own cards, whose numbers begin at M000001 again.
pub(super) const MALL: &str = "mall";

const HEADS: [Head; 10] = [
    Head::text("会员卡号"),
    Head::text("姓名"),
    Head::text("性别"),
    Head::text("生日"),
    Head::text("生日历法"),
    Head::text("手机号"),
    Head::text("邮箱"),
    Head::text("城市"),
    Head::text("地址"),
    Head::text("入会日期"),
];

const COMMON: [(&str, bool); 10] = [
    ("张伟", false),
    ("王芳", true),
    ("李娜", true),
    ("王伟", false),
    ("李静", true),
    ("张敏", true),
    ("刘洋", false),
    ("王秀英", true),
    ("李强", false),
    ("张丽", true),
];

/// A card before it is written.
#[derive(Debug, Clone)]
struct Card {
    /// Who it belongs to: the customer's number, with a letter for others of the home.
    person: String,
    kind: &'static str,
    name: String,
    female: Option<bool>,
    birthday: Option<(Date, bool)>,
    phone: String,
    email: String,
    city: &'static str,
    address: String,
    joined_on: Date,
}

/// Writes `data/customers/branch-members.csv`, `data/customers/mall-members.csv` and the truth.
pub(super) fn write(world: &World, customers: u32, doubles: u32, out: &mut Output) -> Result<()> {
    let semicolons = Dialect { format: Format::Delimited(';'), bom: false, pack: Pack::None };
    let mut branch =
        Table::create(world, "doubles", out.path("data/customers/branch-members.csv"), Dialect::CSV, &HEADS)?;
    let mut mall = Table::create(world, "doubles", out.path("data/customers/mall-members.csv"), semicolons, &HEADS)?;
    let mut truth = String::from("id_space,record_id,person,kind\n");
    let (mut branches, mut malls) = (0_u64, 0_u64);
    for customer in 0..customers {
        own(world, customer, &mut truth);
        for (at, card) in cards(world, customer, doubles).into_iter().enumerate() {
            let in_mall = at % 3 == 1;
            let number = if in_mall { &mut malls } else { &mut branches };
            *number += 1;
            let (space, id) = if in_mall { (MALL, format!("M{number:06}")) } else { ("main", format!("D{number:06}")) };
            let _ = writeln!(truth, "{space},{id},{},{}", card.person, card.kind);
            row(if in_mall { &mut mall } else { &mut branch }, &id, &card, in_mall, out)?;
        }
    }
    branch.finish(out)?;
    mall.finish(out)?;
    super::readme::write_file(out, TRUTH, &truth)
}

/// The cards that every chain has: the member card, and the online registration of a few.
fn own(world: &World, customer: u32, truth: &mut String) {
    for second in [false, true] {
        if second && !world.taste(customer).second_record {
            continue;
        }
        truth.push_str("main,");
        push_record_id(truth, customer, second);
        let _ = writeln!(truth, ",{},{}", customer + 1, if second { "online" } else { "card" });
    }
}

fn row(table: &mut Table, id: &str, card: &Card, traditional: bool, out: &mut Output) -> Result<()> {
    let cells = table.cells();
    cells.push(id);
    cells.push(&if traditional { hanconv::s2t(&card.name) } else { card.name.clone() });
    cells.push(card.female.map_or("", |female| if female { "女" } else { "男" }));
    cells.cell(|text| {
        if let Some((date, _)) = card.birthday {
            push_date(text, date, if traditional { DateStyle::Slashes } else { DateStyle::Dashes });
        }
    });
    cells.push(card.birthday.map_or("", |(_, lunar)| if lunar { "农历" } else { "公历" }));
    cells.push(&card.phone);
    cells.push(&card.email);
    cells.push(card.city);
    cells.push(&if traditional { hanconv::s2t(&card.address) } else { card.address.clone() });
    cells.cell(|text| push_date(text, card.joined_on, DateStyle::Dashes));
    table.row(out)
}

/// The further cards around one customer.
fn cards(world: &World, customer: u32, doubles: u32) -> Vec<Card> {
    let mut rng = world.streams.of(Stream::Doubles, customer, 0);
    let person = Person::draw(customer, &world.calendar, &mut world.streams.of(Stream::Person, customer, 0));
    let joined = Joining::draw(world, &mut world.streams.of(Stream::Purchases, customer, 0)).date(world);
    let home = world.taste(customer).home;
    let first = Card {
        person: (customer + 1).to_string(),
        kind: "double",
        name: person.name.clone(),
        female: Some(person.female),
        birthday: match person.birthday {
            Birthday::Unknown => None,
            Birthday::Solar(date) => Some((date, false)),
            Birthday::Lunar(date) => Some((date, true)),
        },
        phone: person.phone.clone(),
        email: person.email.clone().unwrap_or_default(),
        city: world.chain.stores[usize::from(home)].city,
        address: address(world, home, &mut rng),
        joined_on: joined.saturating_add(jiff::Span::new().days(rng.random_range(20..400))).min(world.calendar.end()),
    };
    let mut cards = Vec::new();
    if rng.random_range(0..100) < doubles {
        for _ in 0..pick(&[(1_u8, 70), (2, 22), (3, 8)], &mut rng) {
            let mut card = first.clone();
            distort(&mut card, &mut rng);
            cards.push(card);
        }
    }
    match rng.random_range(0..1000) {
        0..30 => cards.push(relative(&first, customer, world, &mut rng)),
        30..36 => cards.extend(twins(&first, customer, world, &mut rng)),
        36..60 => cards.push(stranger(&first, customer, world, &mut rng)),
        _ => {}
    }
    cards
}

fn address(world: &World, store: u16, rng: &mut impl RngExt) -> String {
    let shop = &world.chain.stores[usize::from(store)];
    let road = pick(
        &["人民路", "解放路", "建设路", "中山路", "文化路", "和平路", "青年路", "湖滨路"].map(|road| (road, 1)),
        rng,
    );
    format!(
        "{}市{road}{}号{}栋{}室",
        shop.city,
        rng.random_range(1..400),
        rng.random_range(1..20),
        rng.random_range(1..25) * 100 + rng.random_range(1..5)
    )
}

/// Another clerk writes the same person down.
fn distort(card: &mut Card, rng: &mut impl RngExt) {
    card.name = clerk(&card.name, card.female.unwrap_or(false), rng);
    card.phone = dialled(&card.phone, rng);
    card.birthday = card.birthday.and_then(|birthday| remembered(birthday, rng));
    if rng.random_bool(0.4) {
        card.email.clear();
    }
    if rng.random_bool(0.3) {
        card.female = None;
    }
    match rng.random_range(0..10) {
        0..5 => card.address.clear(),
        5..7 => card.address = card.address.replace("室", "").replace("栋", "幢"),
        7 => card.address = card.address.replace("市", ""),
        _ => {}
    }
}

fn clerk(name: &str, female: bool, rng: &mut impl RngExt) -> String {
    let letters: Vec<char> = name.chars().collect();
    let surname: String = letters.iter().take(1).collect();
    let given: String = letters.iter().skip(1).collect();
    let last = letters.len() - 1;
    let with = |at: usize, letter: char| -> String {
        letters.iter().enumerate().map(|(place, old)| if place == at { letter } else { *old }).collect()
    };
    match rng.random_range(0..100) {
        0..10 => homophone(letters[last], rng).map_or_else(|| name.to_owned(), |letter| with(last, letter)),
        10..12 => muddled(letters[last], rng).map_or_else(|| name.to_owned(), |letter| with(last, letter)),
        12 => with(last, any(if female { FEMALE } else { MALE }, rng)),
        13..18 => format!("{surname}{}", if female { "女士" } else { "先生" }),
        18..24 => format!("{name}{}", if female { "女士" } else { "先生" }),
        24..29 => spelled(&surname, &given),
        29..31 => format!("阿{}", letters[last]),
        31..33 if letters.len() == 3 => format!("{surname}{}{}", letters[2], letters[1]),
        33..37 => format!("{surname} {given}"),
        37..39 => pick(&[("快乐的鱼", 1), ("阳光海岸", 1), ("一叶知秋", 1), ("微信用户", 2)], rng).to_owned(),
        _ => name.to_owned(),
    }
}

fn spelled(surname: &str, given: &str) -> String {
    let word = |text: &str| {
        let letters: String = text.chars().filter_map(|letter| letter.to_pinyin()).map(|sound| sound.plain()).collect();
        let mut letters = letters.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    format!("{} {}", word(surname), word(given))
}

/// Another character with the same sound, as an input method offers it.
fn homophone(letter: char, rng: &mut impl RngExt) -> Option<char> {
    let sound = letter.to_pinyin()?.plain();
    let all = FEMALE.chars().chain(MALE.chars()).chain(SURNAMES.chars());
    let others: Vec<char> =
        all.filter(|other| *other != letter && other.to_pinyin().is_some_and(|other| other.plain() == sound)).collect();
    (!others.is_empty()).then(|| others[rng.random_range(0..others.len())])
}

/// A character that sounds nearly the same, as a name is heard over the counter: z for zh, l for n, n for ng.
fn muddled(letter: char, rng: &mut impl RngExt) -> Option<char> {
    let heard = |letter: char| {
        let sound = letter.to_pinyin()?.plain();
        Some(sound.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n").replace('l', "n"))
    };
    let sound = heard(letter)?;
    let others: Vec<char> = FEMALE
        .chars()
        .chain(MALE.chars())
        .filter(|other| *other != letter && heard(*other).as_ref() == Some(&sound))
        .collect();
    (!others.is_empty()).then(|| others[rng.random_range(0..others.len())])
}

fn any(table: &str, rng: &mut impl RngExt) -> char {
    let letters: Vec<char> = table.chars().collect();
    letters[rng.random_range(0..letters.len())]
}

fn dialled(phone: &str, rng: &mut impl RngExt) -> String {
    let mut digits: Vec<char> = phone.chars().collect();
    let parts = (&phone[..3], &phone[3..7], &phone[7..]);
    match rng.random_range(0..100) {
        0..3 => {
            let at = rng.random_range(3..digits.len() - 1);
            digits.swap(at, at + 1);
            digits.into_iter().collect()
        }
        3..5 => {
            let at = rng.random_range(3..digits.len());
            digits[at] = char::from(b'0' + rng.random_range(0..10_u8));
            digits.into_iter().collect()
        }
        5..8 => phone_number(rng.random_range(60_000_000..90_000_000)),
        8..11 => String::new(),
        11 => phone.to_owned(),
        12 => format!("{}****{}", parts.0, parts.2),
        13 => pick(&[("13800138000", 1), ("11111111111", 1), ("00000000000", 1)], rng).to_owned(),
        14..30 => format!("{} {} {}", parts.0, parts.1, parts.2),
        30..40 => format!("+86-{phone}"),
        40..45 => format!("0086{phone}"),
        _ => phone.to_owned(),
    }
}

fn remembered((date, lunar): (Date, bool), rng: &mut impl RngExt) -> Option<(Date, bool)> {
    match rng.random_range(0..100) {
        0..12 => None,
        12..14 => Date::new(1900, 1, 1).ok().map(|day| (day, false)),
        // The family keeps the lunar day.
        14..22 if !lunar => lunar_of(date).map(|day| (day, true)).or(Some((date, lunar))),
        // … and a clerk forgets to say so.
        22..24 if !lunar => lunar_of(date).map(|day| (day, false)).or(Some((date, lunar))),
        24..27 => {
            date.with().day(i8::try_from(rng.random_range(1..28)).unwrap_or(1)).build().ok().map(|day| (day, lunar))
        }
        27..29 if date.day() <= 12 => {
            date.with().month(date.day()).day(date.month()).build().ok().map(|day| (day, lunar))
        }
        29 => Some((date.saturating_add(jiff::Span::new().years(rng.random_range(1..10))), lunar)),
        _ => Some((date, lunar)),
    }
}

/// The numbers of the lunar day, where they make a date and the month is no leap month.
fn lunar_of(date: Date) -> Option<Date> {
    let solar =
        SolarDay::new(isize::from(date.year()), usize::try_from(date.month()).ok()?, usize::try_from(date.day()).ok()?);
    let lunar = solar.ok()?.get_lunar_day();
    let month = i8::try_from(lunar.get_month()).ok().filter(|month| *month > 0)?;
    Date::new(i16::try_from(lunar.get_year()).ok()?, month, i8::try_from(lunar.get_day()).ok()?).ok()
}

/// Wife or husband, father or mother, son or daughter: mostly on the same telephone, always at the same address.
fn relative(first: &Card, customer: u32, world: &World, rng: &mut impl RngExt) -> Card {
    let child = rng.random_bool(0.5);
    let female = rng.random_bool(0.5);
    let years = if child { rng.random_range(22..32) } else { rng.random_range(-5..6) };
    let born = first.birthday.map_or(Date::constant(1975, 5, 17), |(date, _)| date);
    let surname = match child {
        true => first.name.chars().next(),
        false => SURNAMES.chars().nth(rng.random_range(0..40)),
    };
    let mut name: String = surname.into_iter().collect();
    for _ in 0..rng.random_range(1..3) {
        name.push(any(if female { FEMALE } else { MALE }, rng));
    }
    let day = i8::try_from(rng.random_range(1..28)).unwrap_or(1);
    let month = i8::try_from(rng.random_range(1..13)).unwrap_or(1);
    let born = born.saturating_add(jiff::Span::new().years(years)).with().month(month).day(day).build().unwrap_or(born);
    Card {
        person: format!("{}f", customer + 1),
        kind: "relative",
        name,
        female: Some(female),
        birthday: rng.random_bool(0.8).then_some((born.min(world.calendar.end()), false)),
        phone: if rng.random_bool(0.7) { first.phone.clone() } else { phone_number(20_000_000 + customer) },
        email: String::new(),
        ..first.clone()
    }
}

/// Two children with cards of their own: one birthday, one surname, half of the given name, often one telephone.
fn twins(first: &Card, customer: u32, world: &World, rng: &mut impl RngExt) -> [Card; 2] {
    let eldest = relative(first, customer, world, rng);
    let surname: String = eldest.name.chars().take(1).collect();
    let shared = any(FEMALE, rng);
    let born = Date::constant(2004, 3, 9).saturating_add(jiff::Span::new().days(rng.random_range(0..1500)));
    let mut letters: Vec<char> = vec![any(MALE, rng), any(FEMALE, rng)];
    if letters[0] == letters[1] {
        letters[1] = '欣';
    }
    let twin = |at: usize, letter: char| Card {
        person: format!("{}t{at}", customer + 1),
        kind: "twin",
        name: format!("{surname}{shared}{letter}"),
        female: Some(at == 1),
        birthday: Some((born, false)),
        phone: if customer.is_multiple_of(2) {
            first.phone.clone()
        } else {
            phone_number(30_000_000 + 2 * customer + at as u32)
        },
        ..eldest.clone()
    };
    [twin(0, letters[0]), twin(1, letters[1])]
}

/// Nobody the customer knows, with a name that thousands have.
fn stranger(first: &Card, customer: u32, world: &World, rng: &mut impl RngExt) -> Card {
    let (name, female) = pick(&COMMON.map(|name| (name, 1)), rng);
    let days = rng.random_range(7_000..24_000);
    Card {
        person: format!("{}s", customer + 1),
        kind: "stranger",
        name: name.to_owned(),
        female: Some(female),
        birthday: rng
            .random_bool(0.8)
            .then(|| (world.calendar.end().saturating_sub(jiff::Span::new().days(days)), false)),
        phone: phone_number(40_000_000 + customer),
        email: String::new(),
        address: address(world, 0, rng),
        ..first.clone()
    }
}
