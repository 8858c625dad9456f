//! The stores of the invented chain 禾木生活: where they lie, since when, how large and how good each one is.

use jiff::civil::Date;
use rand::RngExt;

use super::calendar::Calendar;

/// Region, city, area code. Real cities, so that geography reads well; everything below them is invented.
const CITIES: [(&str, &str, &str); 24] = [
    ("华东", "杭州", "0571"),
    ("华东", "上海", "021"),
    ("华南", "广州", "020"),
    ("西南", "成都", "028"),
    ("华北", "北京", "010"),
    ("华东", "南京", "025"),
    ("华中", "武汉", "027"),
    ("华南", "深圳", "0755"),
    ("华东", "苏州", "0512"),
    ("西南", "重庆", "023"),
    ("华北", "天津", "022"),
    ("华中", "长沙", "0731"),
    ("华东", "宁波", "0574"),
    ("西北", "西安", "029"),
    ("东北", "沈阳", "024"),
    ("华南", "厦门", "0592"),
    ("华东", "合肥", "0551"),
    ("华北", "青岛", "0532"),
    ("西南", "昆明", "0871"),
    ("华中", "郑州", "0371"),
    ("东北", "大连", "0411"),
    ("华东", "无锡", "0510"),
    ("华南", "福州", "0591"),
    ("西北", "兰州", "0931"),
];

/// Invented quarters and malls. 41 is prime to the 24 cities: the pairs repeat only after 984 stores.
const PLACES: [&str; 41] = [
    "云栖里",
    "青禾广场",
    "梧桐巷",
    "银杏天地",
    "南塘路",
    "望江汇",
    "桂花坊",
    "竹影街",
    "星湖荟",
    "白鹭湾",
    "枫桥里",
    "荷风路",
    "松间集",
    "石榴园",
    "海棠汇",
    "明月坊",
    "听雨轩",
    "杏林街",
    "紫藤里",
    "临溪路",
    "春晓荟",
    "稻香街",
    "雁归里",
    "麦田广场",
    "燕语坊",
    "晴川汇",
    "鹿鸣街",
    "橘子洲里",
    "沐光天地",
    "柳浪街",
    "半山里",
    "清泉路",
    "山茶坊",
    "槐荫街",
    "花朝汇",
    "北渡口",
    "知秋里",
    "拾光荟",
    "芦荻湾",
    "流萤坊",
    "千帆汇",
];

const LONG_NAME: &str =
    "禾木生活·成都天府环球生活艺术中心地下一层东区下沉广场临近地铁一号线与十八号线换乘站C出口全品类旗舰体验店";

const FORMATS: [(&str, u32); 4] = [("购物中心店", 5), ("街边店", 3), ("社区店", 3), ("旗舰店", 1)];
const MANAGERS: [&str; 12] = [
    "沈怀瑾",
    "陆知夏",
    "程望舒",
    "许清和",
    "顾南星",
    "叶初晴",
    "宋以宁",
    "唐见微",
    "韩书砚",
    "温如许",
    "秦若水",
    "江临川",
];

#[derive(Debug)]
pub(super) struct Store {
    pub id: String,
    pub name: String,
    pub region: &'static str,
    pub city: &'static str,
    pub address: String,
    pub phone: String,
    pub format: &'static str,
    pub manager: &'static str,
    pub opened_on: Date,
    /// Day of the window from which the store sells; 0 for a store that is older.
    pub open_from: u32,
    /// −1 (poor service) to 1 (good); moves satisfaction, so that stores differ.
    pub quality: f64,
}

#[derive(Debug)]
pub(super) struct Chain {
    pub stores: Vec<Store>,
    /// Sizes up to and including each store.
    cumulative: Vec<u64>,
}

impl Chain {
    pub(super) fn draw(count: u32, calendar: &Calendar, rng: &mut impl RngExt) -> Chain {
        let mut stores = Vec::with_capacity(count as usize);
        let mut cumulative = Vec::with_capacity(count as usize);
        let mut sum = 0;
        for index in 0..count as usize {
            let store = draw_store(index, count as usize, calendar, rng);
            let flagship = if store.format == "旗舰店" { 2 } else { 1 };
            sum += flagship * rng.random_range(60_u64..=160);
            cumulative.push(sum);
            stores.push(store);
        }
        Chain { stores, cumulative }
    }

    /// A store, larger ones more often.
    pub(super) fn any(&self, rng: &mut impl RngExt) -> u16 {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let draw = rng.random_range(0..total);
        self.cumulative.partition_point(|end| *end <= draw) as u16
    }

    /// The store itself or, while it has not opened, another one: always the same for one customer, and spread over
    /// the chain so that no store swells. Only the last store opens late.
    pub(super) fn open_on(&self, store: u16, day: u32, customer: u32) -> u16 {
        if self.stores[usize::from(store)].open_from <= day {
            return store;
        }
        let others = (self.stores.len() as u32).saturating_sub(1).max(1);
        (customer % others) as u16
    }
}

fn draw_store(index: usize, count: usize, calendar: &Calendar, rng: &mut impl RngExt) -> Store {
    let (region, city, area_code) = CITIES[index % CITIES.len()];
    let place = PLACES[(index * 7) % PLACES.len()];
    let round = index / (CITIES.len() * PLACES.len());
    let name = match (index, round) {
        (3, _) => LONG_NAME.to_owned(),
        (_, 0) => format!("禾木生活·{city}{place}店"),
        _ => format!("禾木生活·{city}{place}{}店", round + 1),
    };
    let format = if index == 3 { "旗舰店" } else { pick(&FORMATS, rng) };
    // The last store of a chain of some size opens within the window: a new store has no last year to compare with.
    let opens_late = index + 1 == count && count >= 6 && calendar.days() >= 180;
    let open_from = if opens_late { calendar.days() * 2 / 5 } else { 0 };
    let age = rng.random_range(740_i64..3600);
    let opened_on = calendar.date_from_start(if opens_late { i64::from(open_from) } else { -age });
    Store {
        id: format!("S{:03}", index + 1),
        name,
        region,
        city,
        address: format!("{city}市{place}{}号", rng.random_range(1..400)),
        phone: format!("{area_code}-5550{:04}", index + 1),
        format,
        manager: MANAGERS[(index * 5 + index / 12) % MANAGERS.len()],
        opened_on,
        open_from,
        quality: rng.random_range(-1.0..=1.0),
    }
}

/// One of some values by their weights, which must not all be zero.
pub(super) fn pick<T: Copy>(weighted: &[(T, u32)], rng: &mut impl RngExt) -> T {
    let total: u32 = weighted.iter().map(|(_, weight)| weight).sum();
    let mut draw = rng.random_range(0..total.max(1));
    for (value, weight) in weighted {
        if draw < *weight {
            return *value;
        }
        draw -= weight;
    }
    weighted[0].0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::HashSet;

    fn chain(count: u32, days: u32) -> (Calendar, Chain) {
        let calendar = Calendar::new(jiff::civil::date(2026, 10, 31), days).unwrap();
        let chain = Chain::draw(count, &calendar, &mut rand_chacha::ChaCha8Rng::seed_from_u64(3));
        (calendar, chain)
    }

    #[test]
    fn names_and_ids_of_two_thousand_stores_are_unique() {
        let (_, chain) = chain(2000, 540);
        assert_eq!(chain.stores.iter().map(|store| &store.id).collect::<HashSet<_>>().len(), 2000);
        assert_eq!(chain.stores.iter().map(|store| &store.name).collect::<HashSet<_>>().len(), 2000);
        assert_eq!(chain.stores[0].id, "S001");
    }

    #[test]
    fn a_store_sells_only_once_it_is_open() {
        let (calendar, chain) = chain(8, 400);
        // Two fifths of 400 days.
        assert_eq!(chain.stores[7].open_from, 160);
        assert_eq!(chain.stores[7].opened_on, calendar.date(160));
        assert_eq!((chain.open_on(7, 159, 9), chain.open_on(7, 160, 9), chain.open_on(2, 0, 9)), (2, 7, 2));
    }
}
