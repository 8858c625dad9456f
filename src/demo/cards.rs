//! The customer files: card records, and the second records some people have from registering online.

use super::customer::{Birthday, Person, Stream, Taste, push_record_id};
use super::events::Joining;
use super::sheet::{Dialect, Format, Head, Pack};
use super::tables::Table;
use super::text::{DateStyle, push_date, push_number};
use super::{Output, World};
use crate::problem::Result;

/// A new file is begun after so many cards, so that none grows too large to open.
const CARDS_PER_FILE: u32 = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    RecordId,
    StoreId,
    Name,
    Gender,
    Birthday,
    Calendar,
    Phone,
    Email,
    City,
    JoinedOn,
    JoinedChannel,
    Level,
    Preferred,
    Consent,
    Occupation,
}

/// How one customer file is written.
#[derive(Clone, Copy)]
struct CardStyle {
    file: &'static str,
    dialect: Dialect,
    columns: &'static [(Field, Head)],
    dates: DateStyle,
    chinese: bool,
}

const CANONICAL: &[(Field, Head)] = &[
    (Field::RecordId, Head::text("record_id")),
    (Field::StoreId, Head::text("store_id")),
    (Field::Name, Head::text("name")),
    (Field::Gender, Head::text("gender")),
    (Field::Birthday, Head::text("birthday")),
    (Field::Calendar, Head::text("birthday_calendar")),
    (Field::Phone, Head::text("phone")),
    (Field::Email, Head::text("email")),
    (Field::City, Head::text("city")),
    (Field::JoinedOn, Head::text("joined_on")),
    (Field::JoinedChannel, Head::text("joined_channel")),
    (Field::Level, Head::text("level")),
    (Field::Preferred, Head::text("preferred_channel")),
    (Field::Consent, Head::text("consent_marketing")),
];

const CHINESE: &[(Field, Head)] = &[
    (Field::RecordId, Head::text("会员卡号")),
    (Field::Name, Head::text("会员姓名")),
    (Field::Phone, Head::text("手机号")),
    (Field::Gender, Head::text("性别")),
    (Field::Birthday, Head::text("生日")),
    (Field::Calendar, Head::text("生日历法")),
    (Field::StoreId, Head::text("门店编码")),
    (Field::City, Head::text("城市")),
    (Field::JoinedOn, Head::text("入会日期")),
    (Field::Level, Head::text("会员等级")),
    (Field::Consent, Head::text("同意营销")),
    (Field::Occupation, Head::text("职业")),
];

/// The online registration asks for little.
const ONLINE: &[(Field, Head)] = &[
    (Field::RecordId, Head::text("record_id")),
    (Field::Name, Head::text("name")),
    (Field::Phone, Head::text("phone")),
    (Field::JoinedOn, Head::text("joined_on")),
    (Field::JoinedChannel, Head::text("joined_channel")),
    (Field::Consent, Head::text("consent_marketing")),
];

const PLAIN: CardStyle =
    CardStyle { file: "members", dialect: Dialect::CSV, columns: CANONICAL, dates: DateStyle::Dashes, chinese: false };

/// A messy chain keeps three card files, by the store that issued the card.
const MESSY: [CardStyle; 3] = [
    CardStyle {
        file: "会员档案",
        dialect: Dialect { bom: true, ..Dialect::CSV },
        columns: CHINESE,
        dates: DateStyle::Han,
        chinese: true,
    },
    CardStyle {
        file: "members-second-till",
        dialect: Dialect { format: Format::Delimited(';'), ..Dialect::CSV },
        ..PLAIN
    },
    CardStyle {
        file: "members-third-till",
        dialect: Dialect { format: Format::Ndjson, bom: false, pack: Pack::None },
        dates: DateStyle::Slashes,
        ..PLAIN
    },
];

/// Writes `data/customers/`.
pub(super) fn write(world: &World, customers: u32, out: &mut Output) -> Result<()> {
    let styles: &[CardStyle] = if world.messy { &MESSY } else { &[PLAIN] };
    let mut first = 0_u32;
    // At least once: a chain without customers has files with headers alone.
    loop {
        let last = first.saturating_add(CARDS_PER_FILE).min(customers);
        let part = (customers > CARDS_PER_FILE).then_some(first / CARDS_PER_FILE + 1);
        let mut files = Vec::with_capacity(styles.len());
        for style in styles {
            files.push(open(world, "customers", *style, part, out)?);
        }
        let online = CardStyle { file: "online-members", columns: ONLINE, ..PLAIN };
        let mut second = open(world, "online customers", online, part, out)?;
        for customer in first..last {
            let card = Card::draw(world, customer);
            let own = usize::from(card.store) % styles.len();
            card.write(styles[own], false, &mut files[own], out)?;
            if card.taste.second_record {
                card.write(online, true, &mut second, out)?;
            }
        }
        for file in files {
            file.finish(out)?;
        }
        second.finish(out)?;
        first = last;
        if first >= customers {
            return Ok(());
        }
    }
}

fn open(world: &World, table: &'static str, style: CardStyle, part: Option<u32>, out: &Output) -> Result<Table> {
    let mut path = format!("data/customers/{}", style.file);
    if let Some(part) = part {
        path.push('-');
        push_number(&mut path, u64::from(part), 3);
    }
    path.push_str(style.dialect.ending());
    let head: Vec<Head> = style.columns.iter().map(|(_, head)| *head).collect();
    Table::create(world, table, out.path(&path), style.dialect, &head)
}

struct Card<'a> {
    world: &'a World,
    customer: u32,
    taste: Taste,
    person: Person,
    /// The store that issued the card: the home store, unless it was not yet open.
    store: u16,
    joined_on: jiff::civil::Date,
}

impl Card<'_> {
    fn draw(world: &World, customer: u32) -> Card<'_> {
        let mut rng = world.streams.of(Stream::Purchases, customer, 0);
        let joining = Joining::draw(world, &mut rng);
        let taste = world.taste(customer);
        Card {
            world,
            customer,
            store: world.chain.open_on(taste.home, joining.day(world), customer),
            taste,
            person: Person::draw(customer, &world.calendar, &mut world.streams.of(Stream::Person, customer, 0)),
            joined_on: joining.date(world),
        }
    }

    fn write(&self, style: CardStyle, second: bool, table: &mut Table, out: &mut Output) -> Result<()> {
        let cells = table.cells();
        for (field, _) in style.columns {
            cells.cell(|text| self.push(*field, style, second, text));
        }
        table.row(out)
    }

    fn push(&self, field: Field, style: CardStyle, second: bool, text: &mut String) {
        let (person, store) = (&self.person, &self.world.chain.stores[usize::from(self.store)]);
        match field {
            Field::RecordId => push_record_id(text, self.customer, second),
            Field::StoreId => text.push_str(&store.id),
            Field::Name => self.push_name(second, text),
            Field::Gender if person.gender_known => text.push_str(match (person.female, style.chinese) {
                (true, true) => "女",
                (false, true) => "男",
                (true, false) => "female",
                (false, false) => "male",
            }),
            Field::Gender => {}
            Field::Birthday => self.push_birthday(style, text),
            Field::Calendar => text.push_str(match (person.birthday, style.chinese) {
                (Birthday::Unknown, _) => "",
                (Birthday::Solar(_), true) => "公历",
                (Birthday::Solar(_), false) => "solar",
                (Birthday::Lunar(_), true) => "农历",
                (Birthday::Lunar(_), false) => "lunar",
            }),
            Field::Phone if second => text.push_str(&person.phone),
            Field::Phone => push_phone(&person.phone, person.oddity, self.world.messy, text),
            Field::Email => text.push_str(person.email.as_deref().unwrap_or_default()),
            Field::City => text.push_str(store.city),
            Field::JoinedOn => push_date(text, self.joined_on, style.dates),
            Field::JoinedChannel => text.push_str(if second { "miniapp" } else { person.joined_channel }),
            Field::Level => text.push_str(person.level),
            Field::Preferred => text.push_str(person.preferred_channel),
            Field::Consent => text.push_str(match (person.consent, style.chinese) {
                (None, _) => "",
                (Some(true), true) => "是",
                (Some(false), true) => "否",
                (Some(true), false) => "true",
                (Some(false), false) => "false",
            }),
            Field::Occupation => text.push_str(person.occupation),
        }
    }

    /// The card's name as typed at the till; online, one in three gives a form of address only.
    fn push_name(&self, second: bool, text: &mut String) {
        let (name, oddity) = (&self.person.name, self.person.oddity);
        let surname = name.chars().next().unwrap_or('王');
        if second && oddity.is_multiple_of(3) {
            text.push(surname);
            text.push_str(if self.person.female { "女士" } else { "先生" });
        } else if self.world.messy && !second && (150..160).contains(&oddity) {
            text.extend([' ', ' ']);
            text.push_str(name);
            text.push(' ');
        } else if self.world.messy && !second && (160..170).contains(&oddity) {
            // A blank of full width after the surname, as in printed forms.
            text.push(surname);
            text.push('\u{3000}');
            text.push_str(&name[surname.len_utf8()..]);
        } else {
            text.push_str(name);
        }
    }

    fn push_birthday(&self, style: CardStyle, text: &mut String) {
        match self.person.birthday {
            Birthday::Unknown if self.world.messy && self.person.oddity.is_multiple_of(20) => {
                text.push_str("1900-01-01");
            }
            Birthday::Unknown => {}
            Birthday::Solar(date) | Birthday::Lunar(date) => push_date(text, date, style.dates),
        }
    }
}

/// A phone as the card has it; a messy chain writes one number in many ways, and some not at all.
fn push_phone(phone: &str, oddity: u32, messy: bool, text: &mut String) {
    let parts = (&phone[..3], &phone[3..7], &phone[7..]);
    match oddity {
        125..150 => {}
        _ if !messy => text.push_str(phone),
        0..15 => text.extend([parts.0, "****", parts.2]),
        15..25 => text.push_str("13800000000"),
        25..60 => text.extend([parts.0, " ", parts.1, " ", parts.2]),
        60..90 => text.extend([parts.0, "-", parts.1, "-", parts.2]),
        90..110 => text.extend(["+86 ", phone]),
        110..125 => text.extend(phone.chars().filter_map(|digit| char::from_u32(u32::from(digit) + 0xfee0))),
        _ => text.push_str(phone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_is_written_in_many_ways() {
        let write = |oddity, messy| {
            let mut text = String::new();
            push_phone("19900001207", oddity, messy, &mut text);
            text
        };
        assert_eq!(write(0, true), "199****1207");
        assert_eq!(write(20, true), "13800000000");
        assert_eq!(write(30, true), "199 0000 1207");
        assert_eq!(write(70, true), "199-0000-1207");
        assert_eq!(write(100, true), "+86 19900001207");
        assert_eq!(write(120, true), "１９９００００１２０７");
        assert_eq!(write(130, true), "");
        assert_eq!((write(999, true), write(0, false)), ("19900001207".into(), "19900001207".into()));
    }
}
