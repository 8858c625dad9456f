//! Records of people.

use super::{CHANNEL_CODES, Codes, ColumnSpec, TableSpec, Type, filled, optional, required};

#[rustfmt::skip]
const GENDER_CODES: Codes = &[
    ("female", &["女", "女性", "女士", "f", "w", "woman"]),
    ("male", &["男", "男性", "男士", "先生", "m", "man"]),
    ("unknown", &["未知", "保密", "不详", "其他", "u", "other"]),
];

#[rustfmt::skip]
const CALENDAR_CODES: Codes = &[
    ("solar", &["公历", "阳历", "新历", "gregorian"]),
    ("lunar", &["农历", "阴历", "旧历"]),
];

#[rustfmt::skip]
const COLUMNS: &[ColumnSpec] = &[
    filled("source", Type::Source),
    filled("id_space", Type::IdSpace),
    required("record_id", Type::Id, &[
        "会员卡号", "会员编号", "会员编码", "会员id", "会员号", "卡号", "顾客编号", "客户编号", "客户编码", "客户id", "顾客id", "用户id",
        "record id", "customer id", "customer no", "customer number", "customer code", "household id", "household key",
        "member id", "member no", "member number", "card no", "card number", "loyalty id", "loyalty card", "client id",
        "user id", "shopper id", "person id", "square customer id", "reference id", "number",
    ]),
    optional("store_id", Type::Id, &[
        "开卡门店编码", "归属门店编码", "所属门店编码", "开卡门店", "归属门店", "所属门店", "注册门店", "门店编码", "门店编号", "店铺编号", "门店id",
        "home store", "store id", "store code", "store no", "shop id", "shop code", "branch id", "store", "shop", "branch", "门店",
    ]),
    optional("name", Type::Text, &[
        "会员姓名", "会员名称", "客户姓名", "顾客姓名", "姓名", "客户名称", "名字", "full name", "customer name", "member name", "name",
    ]),
    optional("gender", Type::Code { allowed: GENDER_CODES, open: true }, &["会员性别", "性别", "gender", "sex"]),
    optional("birthday", Type::Date, &[
        "会员生日", "出生日期", "生日", "出生年月日", "birthday", "birth date", "date of birth", "dob", "birthdate",
    ]),
    optional("birthday_calendar", Type::Code { allowed: CALENDAR_CODES, open: false }, &[
        "生日类型", "生日历法", "历法", "birthday calendar", "birthday type", "calendar",
    ]),
    optional("phone", Type::Id, &[
        "会员手机号", "客户手机号", "手机号码", "手机号", "手机", "联系电话", "电话号码", "电话", "mobile phone", "phone number", "mobile",
        "phone", "tel", "telephone", "cell phone", "cellphone", "mobile number",
    ]),
    optional("email", Type::Text, &["电子邮箱", "邮箱", "电子邮件", "邮件地址", "email address", "email", "e-mail", "mail"]),
    optional("address", Type::Text, &[
        "详细地址", "联系地址", "家庭住址", "地址", "住址", "address", "street address", "street address 1", "address1", "street",
    ]),
    optional("city", Type::Text, &["所在城市", "城市", "city", "town"]),
    optional("joined_on", Type::Date, &[
        "入会日期", "入会时间", "注册日期", "注册时间", "开卡日期", "开卡时间", "办卡日期", "办卡时间", "成为会员时间", "joined on", "join date", "joined",
        "signup date", "sign up date", "registered at", "registered on", "registration date", "member since", "created date",
        "created at", "创建时间", "创建日期",
    ]),
    optional("joined_channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &[
        "入会渠道", "注册渠道", "会员来源", "注册来源", "来源渠道", "joined channel", "signup channel", "creation source", "acquisition channel",
    ]),
    optional("level", Type::Text, &[
        "会员等级", "会员级别", "等级", "级别", "卡类型", "卡等级", "level", "tier", "member level", "membership level", "category name",
        "customer group", "customer group name",
    ]),
    optional("points_balance", Type::Money, &[
        "积分余额", "可用积分", "当前积分", "剩余积分", "客户积分", "积分", "points balance", "points", "point", "loyalty balance", "loyalty points",
    ]),
    optional("stored_value", Type::Money, &[
        "储值余额", "客户储值余额", "卡内余额", "账户余额", "余额", "stored value", "balance", "store credit", "card balance",
    ]),
    optional("tags", Type::Text, &["会员标签", "标签", "tags", "tag", "labels"]),
    optional("wechat_id", Type::Id, &["微信openid", "微信号", "微信", "wechat id", "wechat", "openid", "open id", "unionid"]),
    optional("referrer_record_id", Type::Id, &[
        "推荐人卡号", "推荐人编号", "推荐人会员号", "推荐人", "介绍人", "referrer record id", "referrer id", "referred by", "referrer",
    ]),
    optional("preferred_channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &[
        "偏好渠道", "联系偏好", "首选联系方式", "preferred channel", "contact preference", "preferred contact",
    ]),
    optional("consent_marketing", Type::Bool, &[
        "营销许可", "同意营销", "接受营销", "是否接受营销", "接收短信", "consent marketing", "marketing consent", "accepts marketing",
        "accepts email marketing", "opt in", "marketing opt in", "newsletter",
    ]),
];

pub(super) static TABLE: TableSpec = TableSpec {
    name: "customers",
    columns: COLUMNS,
    key: &["source", "id_space", "record_id"],
    #[rustfmt::skip]
    file_words: &[
        "customer", "member", "demographic", "household", "client", "person", "people", "会员", "顾客", "客户", "用户",
    ],
};
