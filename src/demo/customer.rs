//! One customer: tastes (what the baskets are made from) and personal details (what the card says). Both are drawn
//! from streams of the customer's own, so that a customer can be drawn again whenever needed and none is kept.

use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::calendar::Calendar;
use super::catalog::Catalog;
use super::chain::{Chain, pick};

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    World,
    Taste,
    Person,
    Purchases,
    Basket,
    Refund,
    Feedback,
    Doubles,
    Points,
    Campaigns,
    Contacts,
    Staff,
    Referrals,
    Coupons,
}

/// Random numbers that depend on the seed and on what they are for, never on what was drawn before.
#[derive(Debug, Clone)]
pub(super) struct Streams(ChaCha8Rng);

impl Streams {
    pub(super) fn new(seed: u64) -> Streams {
        Streams(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The stream of one customer (or store) and, for baskets, one visit.
    pub(super) fn of(&self, stream: Stream, customer: u32, visit: u16) -> ChaCha8Rng {
        let mut rng = self.0.clone();
        rng.set_stream((u64::from(customer) << 20) | ((stream as u64) << 16) | u64::from(visit));
        rng
    }
}

/// What a customer likes.
#[derive(Debug, Clone)]
pub(super) struct Taste {
    pub home: u16,
    /// Share of orders placed online.
    pub online: f64,
    /// Share of the online orders placed in the mini app rather than in the shop within the messenger.
    pub miniapp: f64,
    /// Chance of one more line in the basket.
    pub more: f64,
    /// Chance of a discount on an order.
    pub bargain: f64,
    /// Chance of taking the dearer of two articles.
    pub premium: f64,
    pub favourites: [usize; 3],
    /// The article bought again and again in each favourite category.
    pub usual: [u16; 3],
    /// Has registered a second time, online, with the same phone.
    pub second_record: bool,
}

impl Taste {
    pub(super) fn draw(chain: &Chain, catalog: &Catalog, rng: &mut impl RngExt) -> Taste {
        let online = rng.random::<f64>().powi(3) * 0.9;
        let favourites = std::array::from_fn(|_| catalog.category(4, rng));
        Taste {
            home: chain.any(rng),
            online,
            miniapp: rng.random_range(0.4..0.95),
            more: rng.random_range(0.32..0.72),
            bargain: rng.random_range(0.08..0.5),
            premium: rng.random(),
            favourites,
            usual: favourites.map(|category| catalog.product(category, rng)),
            second_record: online > 0.25 && rng.random_bool(0.12),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birthday {
    Unknown,
    Solar(Date),
    /// A date of the lunar calendar written with the numbers of its year, month and day.
    Lunar(Date),
}

/// What the customer card says.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub name: String,
    /// As the generator knows it; the card may leave it out.
    pub female: bool,
    pub gender_known: bool,
    pub birthday: Birthday,
    pub phone: String,
    pub email: Option<String>,
    pub joined_channel: &'static str,
    pub level: &'static str,
    pub points: u32,
    pub occupation: &'static str,
    pub preferred_channel: &'static str,
    pub consent: Option<bool>,
    /// Free for the mess: 0 to 999.
    pub oddity: u32,
}

pub(super) const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
pub(super) const FEMALE: &str = "芳娜敏静丽艳娟霞秀英华慧巧美婷雪琳晶妍茜秋珊莎锦黛青倩婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯悦昭冰爽琬羽希宁欣飘育滢筱若";
pub(super) const MALE: &str = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊";
const OCCUPATIONS: [&str; 10] =
    ["教师", "设计师", "工程师", "自由职业", "学生", "公务员", "医护", "销售", "退休", "其他"];

impl Person {
    pub(super) fn draw(customer: u32, calendar: &Calendar, rng: &mut impl RngExt) -> Person {
        let female = rng.random_bool(0.64);
        let name = draw_name(female, rng);
        Person {
            name,
            female,
            gender_known: rng.random_bool(0.88),
            birthday: draw_birthday(calendar, rng),
            phone: phone_number(customer),
            email: rng.random_bool(0.18).then(|| format!("m{:06}@example.com", u64::from(customer) + 1)),
            joined_channel: pick(&[("store", 7), ("miniapp", 2), ("wechat", 1)], rng),
            level: pick(&[("普卡", 70), ("银卡", 20), ("金卡", 8), ("钻卡", 2)], rng),
            points: rng.random_range(0_u32..60).pow(2),
            occupation: OCCUPATIONS[rng.random_range(0..OCCUPATIONS.len())],
            preferred_channel: pick(&[("", 5), ("wechat", 6), ("sms", 3), ("phone", 2)], rng),
            consent: pick(&[(Some(true), 62), (Some(false), 26), (None, 12)], rng),
            oddity: rng.random_range(0..1000),
        }
    }
}

fn draw_name(female: bool, rng: &mut impl RngExt) -> String {
    // The commoner surnames stand first; the square favours them.
    let share = rng.random::<f64>();
    let mut name = String::with_capacity(9);
    name.extend(nth(SURNAMES, share * share));
    let given = if female { FEMALE } else { MALE };
    let letters = if rng.random_bool(0.82) { 2 } else { 1 };
    for _ in 0..letters {
        name.extend(nth(given, rng.random()));
    }
    name
}

/// The character at a share (0 to 1) of a text of three-byte characters.
fn nth(text: &str, share: f64) -> Option<char> {
    let count = text.len() / 3;
    let at = ((share * count as f64) as usize).min(count.saturating_sub(1));
    text.get(at * 3..).and_then(|rest| rest.chars().next())
}

fn draw_birthday(calendar: &Calendar, rng: &mut impl RngExt) -> Birthday {
    let age = 18.0 + 52.0 * (rng.random::<f64>() + rng.random::<f64>()) / 2.0;
    let day = rng.random_range(0..365);
    let date = calendar.end().saturating_sub(jiff::Span::new().days((age * 365.25) as i64 + day));
    match rng.random_range(0..100) {
        0..30 => Birthday::Unknown,
        // A lunar month never has a 31st, and some no 30th.
        30..39 => Birthday::Lunar(date.with().day(date.day().min(29)).build().unwrap_or(date)),
        _ => Birthday::Solar(date),
    }
}

/// An invented number: 199 0000 xxxx for the first ten thousand customers, then 154 xxxx xxxx, a range no carrier has
/// been assigned. Different customers have different numbers up to 100 million.
pub(super) fn phone_number(customer: u32) -> String {
    if customer < 10_000 {
        // 7919 is prime to 10000: a permutation.
        format!("1990000{:04}", (u64::from(customer) * 7919 + 1207) % 10_000)
    } else {
        format!("154{:08}", (u64::from(customer) * 7_654_321 + 12_345_678) % 100_000_000)
    }
}

/// The id of a customer's card, or of the second, online registration.
pub(super) fn push_record_id(out: &mut String, customer: u32, second: bool) {
    out.push(if second { 'W' } else { 'M' });
    super::text::push_number(out, u64::from(customer) + 1, 6);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn name_tables_hold_three_byte_characters_only() {
        for table in [SURNAMES, FEMALE, MALE] {
            assert!(table.chars().all(|letter| letter.len_utf8() == 3));
            assert_eq!(nth(table, 0.0), table.chars().next());
            assert_eq!(nth(table, 1.0), table.chars().last());
        }
    }

    #[test]
    fn phones_are_unique_and_look_like_mobile_numbers() {
        let phones: HashSet<String> = (0..30_000).map(phone_number).collect();
        assert_eq!(phones.len(), 30_000);
        assert!(phones.iter().all(|phone| phone.len() == 11 && phone.starts_with('1')));
        assert_eq!(phone_number(0), "19900001207");
    }

    #[test]
    fn streams_depend_on_nothing_but_their_purpose() {
        let streams = Streams::new(5);
        let first: u64 = streams.of(Stream::Basket, 9, 3).random();
        assert_eq!(first, streams.of(Stream::Basket, 9, 3).random::<u64>());
        assert_ne!(first, streams.of(Stream::Basket, 9, 4).random::<u64>());
        assert_ne!(first, streams.of(Stream::Refund, 9, 3).random::<u64>());
        assert_ne!(first, Streams::new(6).of(Stream::Basket, 9, 3).random::<u64>());
    }
}
