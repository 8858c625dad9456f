//! The sheets of the workbook of rules: their names, columns and choices in both languages.

/// What a cell of a column holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// Project currency.
    Amount,
    Number,
    Whole {
        least: u32,
        most: u32,
    },
    Day,
    Choice(&'static [Choice]),
    /// Yes or no.
    Any,
}

/// One entry of a drop-down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub kind: Kind,
    pub required: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct SheetSpec {
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub columns: &'static [Column],
    /// The setting whose rules the sheet replaces.
    pub setting: &'static str,
}

impl SheetSpec {
    /// The name in a language: `zh-CN` or another.
    pub fn name(&self, chinese: bool) -> &'static str {
        if chinese { self.zh } else { self.en }
    }
}

impl Column {
    pub fn name(&self, chinese: bool) -> &'static str {
        if chinese { self.zh } else { self.en }
    }
}

impl Choice {
    pub fn name(&self, chinese: bool) -> &'static str {
        if chinese { self.zh } else { self.en }
    }
}

const fn choice(code: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { code, zh, en }
}

const fn required(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Column {
    Column { key, zh, en, kind, required: true }
}

const fn optional(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Column {
    Column { key, zh, en, kind, required: false }
}

const FROM: Column = optional("from", "生效日", "From", Kind::Day);
const UNTIL: Column = optional("until", "失效日", "Until", Kind::Day);

pub const LASTS: &[Choice] = &[
    choice("never", "不过期", "Never"),
    choice("months", "几个月后", "Months later"),
    choice("end_of_month", "几个月后的月底", "End of the month, months later"),
    choice("end_of_year", "几年后的年底", "End of the year, years later"),
];

pub const OF: &[Choice] = &[
    choice("all", "全部", "Everything"),
    choice("category", "品类", "Category"),
    choice("sku", "商品", "Product"),
    choice("store", "门店", "Store"),
    choice("channel", "渠道", "Channel"),
    choice("weekday", "星期", "Day of the week"),
    choice("birthday", "生日当天", "Birthday"),
    choice("birthday_month", "生日当月", "Birthday month"),
];

pub const CALENDARS: &[Choice] = &[choice("solar", "公历", "Solar"), choice("lunar", "农历", "Lunar")];

pub const FIGURES: &[Choice] = &[
    choice("net_sales", "累计净销售额", "Net sales, all time"),
    choice("purchase_days", "购买天数", "Days with a purchase"),
    choice("orders", "订单数", "Orders"),
    choice("avg_basket", "客单价", "Average order"),
    choice("recency_days", "多少天没来", "Days since the last purchase"),
    choice("stores_visited", "去过几家店", "Stores visited"),
    choice("points_balance", "积分余额", "Points"),
    choice("clv_12m", "未来一年预计净销售额", "Expected net sales of a year"),
    choice("age", "年龄", "Age"),
    choice("joined_days", "入会天数", "Days since joining"),
    choice("gender", "性别", "Gender"),
    choice("city", "城市", "City"),
    choice("top_category", "常买品类", "Main category"),
    choice("top_channel", "常用渠道", "Main channel"),
    choice("home_store_id", "常去门店编号", "Home store id"),
    choice("tier", "会员等级", "Tier"),
    choice("stage", "生命周期", "Stage"),
    choice("value_class", "价值类", "Value class"),
    choice("churn_risk", "流失风险", "Risk of leaving"),
];

/// Figures that are texts; all others are numbers.
pub const TEXTS: &[&str] =
    &["gender", "city", "top_category", "top_channel", "home_store_id", "tier", "stage", "value_class", "churn_risk"];

pub const COMPARE: &[Choice] = &[
    choice(">=", "至少", "At least"),
    choice("<=", "至多", "At most"),
    choice("=", "等于", "Is"),
    choice("<>", "不等于", "Is not"),
];

/// Values of figures that are codes, as people write them.
pub const WORDS: &[(&str, &[Choice])] = &[
    ("gender", &[choice("female", "女", "Female"), choice("male", "男", "Male")]),
    (
        "stage",
        &[
            choice("prospect", "潜客", "Prospect"),
            choice("new", "新客", "New"),
            choice("active", "活跃", "Active"),
            choice("silent", "沉睡", "Silent"),
            choice("lost", "流失", "Lost"),
            choice("won_back", "唤回", "Won back"),
        ],
    ),
    (
        "value_class",
        &[
            choice("high", "高价值", "High"),
            choice("potential", "潜在", "Potential"),
            choice("ordinary", "普通", "Ordinary"),
        ],
    ),
    ("churn_risk", &[choice("high", "高", "High"), choice("medium", "中", "Medium"), choice("low", "低", "Low")]),
];

pub const LEVELS: SheetSpec = SheetSpec {
    key: "levels",
    zh: "等级",
    en: "Tiers",
    setting: "tiers.levels",
    columns: &[
        required("name", "等级", "Tier", Kind::Text),
        required("spend", "消费满", "Spend", Kind::Amount),
        optional("points", "积分倍数", "Times the points", Kind::Number),
        optional("benefits", "权益", "Benefits", Kind::Text),
        FROM,
        UNTIL,
    ],
};

pub const EARN: SheetSpec = SheetSpec {
    key: "earn",
    zh: "积分",
    en: "Points",
    setting: "loyalty.earn",
    columns: &[
        required("amount", "每消费", "For every", Kind::Amount),
        required("points", "得积分", "Points", Kind::Number),
        optional("pending_days", "几天后可用", "Usable after days", Kind::Whole { least: 0, most: 366 }),
        FROM,
        UNTIL,
    ],
};

pub const EXPIRY: SheetSpec = SheetSpec {
    key: "expiry",
    zh: "过期",
    en: "Expiry",
    setting: "loyalty.expiry",
    columns: &[
        required("lasts", "什么时候过期", "Expire", Kind::Choice(LASTS)),
        optional("number", "几", "How many", Kind::Whole { least: 1, most: 1200 }),
        optional("grace_days", "退还后多给几天", "Days more when given back", Kind::Whole { least: 0, most: 366 }),
        FROM,
        UNTIL,
    ],
};

pub const MULTIPLIERS: SheetSpec = SheetSpec {
    key: "multipliers",
    zh: "倍数",
    en: "Multipliers",
    setting: "loyalty.multipliers",
    columns: &[
        required("name", "名称", "Name", Kind::Text),
        required("of", "看什么", "Of", Kind::Choice(OF)),
        optional("is", "是哪个", "Which", Kind::Any),
        required("factor", "倍数", "Times", Kind::Number),
        FROM,
        UNTIL,
    ],
};

pub const HOLIDAYS: SheetSpec = SheetSpec {
    key: "holidays",
    zh: "节日",
    en: "Holidays",
    setting: "care.holidays",
    columns: &[
        required("name", "节日", "Holiday", Kind::Text),
        optional("name_en", "英文名", "English name", Kind::Text),
        required("calendar", "历法", "Calendar", Kind::Choice(CALENDARS)),
        required("month", "月", "Month", Kind::Whole { least: 1, most: 12 }),
        required("day", "日", "Day", Kind::Whole { least: 1, most: 31 }),
        optional("lead_days", "提前几天问候", "Days before", Kind::Whole { least: 0, most: 60 }),
    ],
};

pub const SEGMENTS: SheetSpec = SheetSpec {
    key: "segments",
    zh: "分群",
    en: "Segments",
    setting: "segments",
    columns: &[
        required("scheme", "方案", "Scheme", Kind::Text),
        required("name", "分群", "Segment", Kind::Text),
        required("figure", "看什么", "Figure", Kind::Choice(FIGURES)),
        required("compare", "比较", "Compare", Kind::Choice(COMPARE)),
        required("value", "值", "Value", Kind::Any),
    ],
};

pub const SHEETS: [&SheetSpec; 6] = [&LEVELS, &EARN, &EXPIRY, &MULTIPLIERS, &HOLIDAYS, &SEGMENTS];
