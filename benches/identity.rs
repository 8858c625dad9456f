//! A million made-up customers, a tenth of them twice: how long their resolution takes, what it needs, how good it is.
//!
//! `cargo bench --profile dev --bench identity -- RECORDS`; 1,000,000 records unless told otherwise. Everything is
//! drawn from a seed. The records are brought to their forms, compared and joined, as the model `identity_links` does it.

use std::collections::HashMap;
use std::time::Instant;

use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use storebook::identity::matching::{Forced, Options, RecordsBuilder, resolve};
use storebook::identity::{Customer, cells, schema};

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const GIVEN: &str = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊芳娜敏静丽艳娟霞秀英华慧巧美婷雪琳晶妍茜秋珊莎锦黛青倩婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯悦昭冰爽琬羽希欣飘育滢筱";
const CITIES: [&str; 40] = [
    "北京",
    "上海",
    "广州",
    "深圳",
    "成都",
    "杭州",
    "武汉",
    "西安",
    "南京",
    "重庆",
    "天津",
    "苏州",
    "长沙",
    "郑州",
    "青岛",
    "宁波",
    "东莞",
    "佛山",
    "合肥",
    "昆明",
    "沈阳",
    "大连",
    "济南",
    "厦门",
    "福州",
    "温州",
    "无锡",
    "常州",
    "哈尔滨",
    "长春",
    "南昌",
    "贵阳",
    "南宁",
    "太原",
    "石家庄",
    "兰州",
    "海口",
    "烟台",
    "徐州",
    "泉州",
];

fn main() {
    let wanted = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let start = Instant::now();
    let (customers, truth) = made_up(wanted);
    println!("{} records made in {:.1} s", customers.len(), start.elapsed().as_secs_f64());
    let start = Instant::now();
    let schema = schema(&[]);
    let mut builder = RecordsBuilder::new(&schema.columns);
    for customer in &customers {
        builder.push(cells(customer));
    }
    let mut records = builder.finish();
    println!("normalised after {:.1} s", start.elapsed().as_secs_f64());
    let outcome = resolve(&schema, &mut records, &Forced::default(), &Options::default());
    println!(
        "resolved after {:.1} s: {} pairs compared, {} links, peak {} MB",
        start.elapsed().as_secs_f64(),
        outcome.compared,
        outcome.links.len(),
        peak_mb()
    );
    for warning in &outcome.warnings {
        println!("  {warning}");
    }
    let pairs = |keys: &mut dyn Iterator<Item = (u32, u32)>| -> u64 {
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        keys.for_each(|key| *counts.entry(key).or_default() += 1);
        counts.values().map(|count| count * (count - 1) / 2).sum()
    };
    let wanted = pairs(&mut truth.iter().map(|person| (*person, 0)));
    let found = pairs(&mut outcome.people.iter().map(|person| (*person, 0)));
    let right = pairs(&mut truth.iter().copied().zip(outcome.people.iter().copied()));
    println!(
        "precision {:.5}, recall {:.5}, F1 {:.5} on {wanted} pairs",
        right as f64 / found as f64,
        right as f64 / wanted as f64,
        2.0 * right as f64 / (wanted + found) as f64
    );
}

fn made_up(records: usize) -> (Vec<Customer>, Vec<u32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut customers, mut truth) = (Vec::with_capacity(records), Vec::with_capacity(records));
    let mut person = 0;
    while customers.len() < records {
        let first = draw(&mut rng);
        let again = rng.random_bool(0.1);
        if again {
            customers.push(distorted(&first, &mut rng));
            truth.push(person);
        }
        customers.push(first);
        truth.push(person);
        person += 1;
    }
    customers.truncate(records);
    truth.truncate(records);
    (customers, truth)
}

fn any(table: &[char], rng: &mut ChaCha8Rng) -> char {
    table[rng.random_range(0..table.len())]
}

fn draw(rng: &mut ChaCha8Rng) -> Customer {
    thread_local! {
        static TABLES: (Vec<char>, Vec<char>) = (SURNAMES.chars().collect(), GIVEN.chars().collect());
    }
    let name: String = TABLES.with(|(surnames, given)| {
        let share: f64 = rng.random();
        let mut name = String::from(surnames[((share * share) * surnames.len() as f64) as usize]);
        for _ in 0..if rng.random_bool(0.82) { 2 } else { 1 } {
            name.push(any(given, rng));
        }
        name
    });
    let digits: u32 = rng.random_range(0..1_000_000_000);
    let phone = format!("1{}{digits:09}", rng.random_range(3..10));
    Customer {
        name: Some(name),
        phone: rng.random_bool(0.93).then_some(phone),
        email: rng.random_bool(0.2).then(|| format!("u{}@example.com", rng.random_range(0..100_000_000))),
        birthday: rng.random_bool(0.7).then(|| day(rng)),
        lunar: false,
        gender: rng.random_bool(0.8).then(|| if rng.random_bool(0.5) { "female" } else { "male" }.to_owned()),
        city: Some(CITIES[rng.random_range(0..CITIES.len())].to_owned()),
        address: rng.random_bool(0.3).then(|| {
            format!(
                "人民路{}号{}栋{}室",
                rng.random_range(1..2000),
                rng.random_range(1..30),
                rng.random_range(101..3000)
            )
        }),
        ..Customer::default()
    }
}

fn day(rng: &mut ChaCha8Rng) -> Date {
    date(1950, 1, 1).saturating_add(jiff::Span::new().days(rng.random_range(0..20_000)))
}

fn distorted(first: &Customer, rng: &mut ChaCha8Rng) -> Customer {
    let mut card = first.clone();
    let name = first.name.clone().unwrap_or_default();
    let letters: Vec<char> = name.chars().collect();
    card.name = Some(match rng.random_range(0..100) {
        0..8 => format!("{}{}", letters[0], if rng.random_bool(0.5) { "女士" } else { "先生" }),
        8..14 => format!("{name}先生"),
        14..20 => letters.iter().map(char::to_string).collect::<Vec<_>>().join(" "),
        20..24 => hanconv::s2t(&name),
        _ => name,
    });
    match rng.random_range(0..100) {
        0..5 => card.phone = None,
        5..9 => card.phone = first.phone.as_ref().map(|phone| format!("{}{}", &phone[..10], rng.random_range(0..10))),
        9..30 => card.phone = first.phone.as_ref().map(|phone| format!("+86 {} {}", &phone[..3], &phone[3..])),
        _ => {}
    }
    match rng.random_range(0..100) {
        0..15 => card.birthday = None,
        15..18 => card.birthday = Some(day(rng)),
        _ => {}
    }
    card
}

/// The most memory the process held, from the kernel's account of it.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}
