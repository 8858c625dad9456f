//! The products: 300 invented articles of a home-living shop in twelve categories.

use rand::RngExt;

/// A family of five variants: noun, price of the plain one in fen, and the days one lasts (0 = not used up).
type Family = (&'static str, i64, u16);

pub(super) struct Category {
    pub name: &'static str,
    /// Share of the lines, against the other categories.
    weight: u32,
    /// Months with half as many lines again.
    season: &'static [i8],
    pub durable: bool,
    families: [Family; VARIANTS],
    variants: [&'static str; VARIANTS],
}

const KINDS: usize = 12;

pub(super) static CATEGORIES: [Category; KINDS] = [
    Category {
        name: "清洁洗护",
        weight: 14,
        season: &[1, 2],
        durable: false,
        families: [
            ("洗衣液", 3990, 40),
            ("洗洁精", 1990, 45),
            ("抽纸", 2490, 30),
            ("地板湿巾", 1890, 25),
            ("除菌喷雾", 2990, 50),
        ],
        variants: ["无香", "柠檬草", "白茶", "海盐", "家庭装"],
    },
    Category {
        name: "零食坚果",
        weight: 13,
        season: &[1, 2, 10],
        durable: false,
        families: [
            ("每日坚果", 5990, 30),
            ("海苔脆", 1590, 14),
            ("冻干草莓", 2290, 14),
            ("山核桃仁", 4590, 21),
            ("燕麦曲奇", 1990, 14),
        ],
        variants: ["原味", "轻盐", "桂花", "可可", "礼盒"],
    },
    Category {
        name: "茶饮冲调",
        weight: 10,
        season: &[11, 12, 1],
        durable: false,
        families: [
            ("挂耳咖啡", 4900, 20),
            ("龙井茶", 9800, 45),
            ("桂圆红枣茶", 2990, 30),
            ("燕麦奶", 3590, 14),
            ("蜂蜜柚子茶", 3290, 35),
        ],
        variants: ["经典", "浓醇", "清甜", "低糖", "分享装"],
    },
    Category {
        name: "个人护理",
        weight: 11,
        season: &[],
        durable: false,
        families: [
            ("氨基酸洁面", 6900, 60),
            ("护手霜", 2990, 50),
            ("洗发水", 5990, 60),
            ("牙膏", 2590, 40),
            ("沐浴露", 4990, 50),
        ],
        variants: ["温和", "清爽", "滋润", "雪松", "旅行装"],
    },
    Category {
        name: "厨房用品",
        weight: 9,
        season: &[1],
        durable: true,
        families: [
            ("铸铁炒锅", 25900, 0),
            ("不粘平底锅", 16900, 0),
            ("榉木砧板", 8900, 0),
            ("三德刀", 12900, 0),
            ("密封罐", 2990, 0),
        ],
        variants: ["小号", "中号", "大号", "原木色", "雾黑"],
    },
    Category {
        name: "餐具水具",
        weight: 9,
        season: &[1, 9],
        durable: true,
        families: [
            ("青釉饭碗", 2590, 0),
            ("骨瓷餐盘", 3990, 0),
            ("玻璃水杯", 1990, 0),
            ("保温杯", 9900, 0),
            ("手冲壶", 15900, 0),
        ],
        variants: ["月白", "天青", "豆绿", "墨灰", "对装"],
    },
    Category {
        name: "收纳整理",
        weight: 8,
        season: &[2, 3],
        durable: true,
        families: [
            ("棉麻收纳篮", 4990, 0),
            ("真空压缩袋", 2990, 0),
            ("抽屉分隔盒", 1990, 0),
            ("换季衣箱", 7900, 0),
            ("藤编脏衣篓", 11900, 0),
        ],
        variants: ["小号", "中号", "大号", "加高款", "三件套"],
    },
    Category {
        name: "家纺布艺",
        weight: 8,
        season: &[10, 11, 12],
        durable: true,
        families: [
            ("水洗棉四件套", 39900, 0),
            ("羽丝绒被", 49900, 0),
            ("乳胶枕", 19900, 0),
            ("长绒棉毛巾", 2990, 0),
            ("亚麻桌布", 8900, 0),
        ],
        variants: ["米白", "雾蓝", "燕麦色", "浅灰", "格纹"],
    },
    Category {
        name: "香薰蜡烛",
        weight: 6,
        season: &[11, 12],
        durable: false,
        families: [
            ("大豆香薰蜡烛", 7900, 40),
            ("无火香薰", 12900, 60),
            ("车载香片", 3990, 45),
            ("线香", 4590, 60),
            ("精油", 8900, 90),
        ],
        variants: ["雪松", "白茶", "桂花", "无花果", "冬日壁炉"],
    },
    Category {
        name: "文具礼品",
        weight: 5,
        season: &[2, 9],
        durable: false,
        families: [
            ("手账本", 3990, 90),
            ("中性笔", 990, 30),
            ("贺卡", 590, 0),
            ("和纸胶带", 1290, 60),
            ("木质相框", 4990, 0),
        ],
        variants: ["素色", "小花", "山水", "节气", "套装"],
    },
    Category {
        name: "宠物用品",
        weight: 4,
        season: &[],
        durable: false,
        families: [
            ("豆腐猫砂", 3990, 21),
            ("冻干猫粮", 12900, 30),
            ("洁齿棒", 2990, 20),
            ("猫抓板", 2590, 60),
            ("宠物湿巾", 1890, 25),
        ],
        variants: ["试用装", "标准装", "加量装", "低敏", "双包"],
    },
    Category {
        name: "小家电",
        weight: 3,
        season: &[11],
        durable: true,
        families: [
            ("养生壶", 19900, 0),
            ("桌面加湿器", 12900, 0),
            ("暖风机", 25900, 0),
            ("便携榨汁杯", 14900, 0),
            ("吸尘器", 69900, 0),
        ],
        variants: ["基础款", "静音款", "升级款", "复古绿", "奶油白"],
    },
];

const VARIANTS: usize = 5;
const PER_CATEGORY: usize = 25;
pub(super) const PRODUCTS: usize = KINDS * PER_CATEGORY;

/// Price of a variant against the plain one, in percent.
const VARIANT_PRICE: [i64; VARIANTS] = [100, 100, 108, 115, 160];
const BRANDS: [&str; 9] = ["禾木", "素间", "小满集", "一方木", "云上", "山有", "知味居", "白露", "拾味"];

/// Bought by one who has just put the first into the basket, in one of four cases: family (category, place).
const COMPANIONS: [((usize, usize), (usize, usize)); 6] =
    [((5, 4), (2, 0)), ((4, 0), (0, 1)), ((6, 3), (6, 1)), ((8, 0), (9, 2)), ((7, 0), (7, 2)), ((10, 1), (10, 0))];

const LONG_NAME: &str = "素间 水洗棉四件套 燕麦色 六十支新疆长绒棉 适用一米八与两米床 被套220×240厘米 床单245×270厘米 含两只信封式枕套 无印花无荧光剂 可机洗";
const LONG_PRODUCT: usize = 7 * PER_CATEGORY + 2;

#[derive(Debug)]
pub(super) struct Product {
    pub sku: String,
    pub name: String,
    pub category: usize,
    pub brand: &'static str,
    /// Fen.
    pub price: i64,
    pub cost: i64,
    pub replenish_days: u16,
    companion: Option<(usize, usize)>,
}

#[derive(Debug)]
pub(super) struct Catalog {
    pub products: Vec<Product>,
    /// Category weights up to and including each, by month.
    by_month: [[u32; KINDS]; 12],
    /// Popularity within a category up to and including each place: a few articles sell most.
    popularity: [u32; PER_CATEGORY],
}

impl Catalog {
    pub(super) fn draw(rng: &mut impl RngExt) -> Catalog {
        let mut products = Vec::with_capacity(PRODUCTS);
        for (category, described) in CATEGORIES.iter().enumerate() {
            for place in 0..PER_CATEGORY {
                products.push(draw_product(category, described, place, rng));
            }
        }
        let mut popularity = [0; PER_CATEGORY];
        let mut sum = 0;
        for (place, end) in popularity.iter_mut().enumerate() {
            sum += 1000 / (place as u32 + 4);
            *end = sum;
        }
        Catalog { products, by_month: months(), popularity }
    }

    /// A category as the season has it.
    pub(super) fn category(&self, month: i8, rng: &mut impl RngExt) -> usize {
        let weights = &self.by_month[usize::from(month.unsigned_abs().saturating_sub(1)) % 12];
        let draw = rng.random_range(0..weights[KINDS - 1]);
        weights.partition_point(|end| *end <= draw)
    }

    /// An article of a category.
    pub(super) fn product(&self, category: usize, rng: &mut impl RngExt) -> u16 {
        let draw = rng.random_range(0..self.popularity[PER_CATEGORY - 1]);
        let place = self.popularity.partition_point(|end| *end <= draw);
        // Popular places differ between categories: 7 is prime to 25, so every article keeps its own place.
        (category * PER_CATEGORY + (place * 7 + category * 3) % PER_CATEGORY) as u16
    }

    /// An article of the family that goes with this one.
    pub(super) fn companion(&self, product: u16, rng: &mut impl RngExt) -> Option<u16> {
        let (category, family) = self.products[usize::from(product)].companion?;
        Some((category * PER_CATEGORY + family * VARIANTS + rng.random_range(0..VARIANTS)) as u16)
    }
}

fn draw_product(category: usize, described: &Category, place: usize, rng: &mut impl RngExt) -> Product {
    let (family, variant) = (place / VARIANTS, place % VARIANTS);
    let (noun, base, days) = described.families[family];
    let index = category * PER_CATEGORY + place;
    let brand = BRANDS[(category * 4 + family) % BRANDS.len()];
    // Prices end in ninety fen, as on a shelf.
    let price = (base * VARIANT_PRICE[variant] / 100 / 100 * 100 + 90).max(190);
    let name = if index == LONG_PRODUCT {
        LONG_NAME.to_owned()
    } else {
        format!("{brand} {noun} {}", described.variants[variant])
    };
    Product {
        sku: format!("P{:04}", index + 1),
        name,
        category,
        brand,
        price,
        cost: price * rng.random_range(42_i64..=66) / 100,
        replenish_days: days,
        companion: COMPANIONS.iter().find(|(from, _)| *from == (category, family)).map(|(_, to)| *to),
    }
}

fn months() -> [[u32; KINDS]; 12] {
    let mut by_month = [[0; KINDS]; 12];
    for (month, row) in (1_i8..).zip(&mut by_month) {
        let mut sum = 0;
        for (category, end) in CATEGORIES.iter().zip(row) {
            sum += if category.season.contains(&month) { category.weight * 3 } else { category.weight * 2 };
            *end = sum;
        }
    }
    by_month
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::HashSet;

    #[test]
    fn three_hundred_different_products_in_twelve_categories() {
        let catalog = Catalog::draw(&mut rand_chacha::ChaCha8Rng::seed_from_u64(1));
        assert_eq!(catalog.products.len(), 300);
        assert_eq!(catalog.products.iter().map(|product| &product.name).collect::<HashSet<_>>().len(), 300);
        assert!(catalog.products.iter().all(|product| 0 < product.cost && product.cost < product.price));
        assert_eq!(catalog.products[0].sku, "P0001");
        assert_eq!(catalog.products[LONG_PRODUCT].name, LONG_NAME);
    }

    #[test]
    fn every_product_of_a_category_can_be_drawn() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let catalog = Catalog::draw(&mut rng);
        let drawn: HashSet<u16> = (0..5000).map(|_| catalog.product(11, &mut rng)).collect();
        assert_eq!(drawn, (275..300).collect());
    }
}
