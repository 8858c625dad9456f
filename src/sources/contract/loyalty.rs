//! Consent, points, coupons, campaigns, referrals and tags.

use super::{
    CHANNEL_CODES, Codes, ColumnSpec, RECORD_IDS, STORE_IDS, TRANSACTION_IDS, TableSpec, Type, filled, optional,
    required,
};

pub(super) static CONSENTS: TableSpec = TableSpec {
    name: "consents",
    columns: CONSENT_COLUMNS,
    key: &["id_space", "record_id", "purpose", "at"],
    file_words: &["consent", "permission", "同意", "授权", "许可"],
};

#[rustfmt::skip]
const PURPOSE_CODES: Codes = &[
    ("marketing", &["营销", "市场营销", "推广", "advertising"]),
    ("sms", &["短信", "text message"]),
    ("phone", &["电话", "call", "telephone"]),
    ("wechat", &["微信", "weixin"]),
    ("email", &["邮件", "邮箱", "e-mail", "mail"]),
    ("personalisation", &["个性化推荐", "个性化", "personalization", "recommendation"]),
];

#[rustfmt::skip]
const CONSENT_COLUMNS: &[ColumnSpec] = &[
    filled("id_space", Type::IdSpace),
    required("record_id", Type::Id, RECORD_IDS),
    required("purpose", Type::Code { allowed: PURPOSE_CODES, open: true }, &["同意用途", "用途", "目的", "授权事项", "purpose", "consent type", "consent purpose"]),
    required("at", Type::DateTime, &["同意时间", "授权时间", "签署时间", "操作时间", "consent date", "consented at", "consent time", "recorded at", "时间", "日期", "date", "time", "timestamp"]),
    filled("on_date", Type::DayOf("at")),
    required("granted", Type::Bool, &["是否同意", "同意状态", "授权状态", "同意", "granted", "consent", "consented", "opted in", "status"]),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &["渠道", "来源", "channel", "source"]),
    optional("notice_version", Type::Text, &["告知版本", "隐私政策版本", "协议版本", "notice version", "policy version", "version"]),
    optional("proof", Type::Text, &["凭证", "证明", "证据", "proof", "evidence"]),
];

pub(super) static POINTS: TableSpec =
    TableSpec { name: "points_entries", columns: POINT_COLUMNS, key: &["entry_id"], file_words: &["point", "积分"] };

#[rustfmt::skip]
const ENTRY_CODES: Codes = &[
    ("earn", &["获得", "获取", "增加", "消费赠送", "赠送", "earned", "accrual"]),
    ("redeem", &["兑换", "抵扣", "使用", "消耗", "扣减", "redeemed", "spend", "burn"]),
    ("expire", &["过期", "到期", "失效", "expired"]),
    ("reverse", &["冲销", "退货扣回", "撤销", "reversal", "reversed"]),
    ("restore", &["返还", "退回", "恢复", "restored"]),
    ("adjust", &["调整", "人工调整", "adjustment", "adjusted"]),
    ("merge", &["合并", "转入", "merged"]),
    ("opening", &["期初", "初始", "导入", "opening balance", "initial"]),
];

#[rustfmt::skip]
const POINT_COLUMNS: &[ColumnSpec] = &[
    required("entry_id", Type::Id, &["流水号", "积分流水号", "流水编号", "积分明细编号", "entry id", "ledger id", "points id", "points entry id"]),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, RECORD_IDS),
    optional("at", Type::DateTime, &["积分时间", "发生时间", "变动时间", "创建时间", "时间", "日期", "created at", "posted at", "entry date", "date", "time"]),
    filled("on_date", Type::DayOf("at")),
    optional("kind", Type::Code { allowed: ENTRY_CODES, open: false }, &["变动类型", "积分类型", "类型", "kind", "entry type", "type"]),
    optional("points", Type::Money, &["积分变动", "变动积分", "积分数", "积分值", "积分", "points", "points change", "amount"]),
    optional("transaction_id", Type::Id, TRANSACTION_IDS),
    optional("lot_id", Type::Id, &["批次号", "积分批次", "lot id", "lot", "batch"]),
    optional("reason", Type::Text, &["变动原因", "原因", "说明", "备注", "reason", "note", "remark", "description"]),
];

pub(super) static COUPONS: TableSpec = TableSpec {
    name: "coupons",
    columns: COUPON_COLUMNS,
    key: &["coupon_id"],
    file_words: &["coupon", "voucher", "优惠券", "代金券", "卡券"],
};

#[rustfmt::skip]
const COUPON_COLUMNS: &[ColumnSpec] = &[
    required("coupon_id", Type::Id, &["优惠券id", "优惠券编号", "券编号", "券id", "卡券编号", "coupon id", "voucher id", "coupon no"]),
    filled("id_space", Type::IdSpace),
    optional("code", Type::Id, &["券码", "优惠码", "券号", "code", "coupon code", "voucher code"]),
    optional("record_id", Type::Id, RECORD_IDS),
    optional("campaign_id", Type::Id, CAMPAIGN_IDS),
    optional("issued_on", Type::Date, &["发放日期", "发券日期", "领取时间", "领取日期", "发放时间", "issued on", "issue date", "issued", "created on"]),
    optional("redeemed_at", Type::DateTime, &["核销时间", "使用时间", "核销日期", "redeemed at", "redemption date", "redeemed", "used at"]),
    optional("transaction_id", Type::Id, TRANSACTION_IDS),
    optional("face_value", Type::Money, &["券面额", "面额", "面值", "优惠金额", "face value", "value", "discount", "discount amount"]),
];

#[rustfmt::skip]
const CAMPAIGN_IDS: &[&str] = &["活动编号", "活动编码", "活动id", "营销活动编号", "campaign id", "campaign no", "campaign code", "campaign", "promotion id"];

pub(super) static CAMPAIGNS: TableSpec = TableSpec {
    name: "campaigns",
    columns: CAMPAIGN_COLUMNS,
    key: &["campaign_id"],
    file_words: &["campaign", "promotion", "营销活动", "活动"],
};

#[rustfmt::skip]
const CAMPAIGN_COLUMNS: &[ColumnSpec] = &[
    required("campaign_id", Type::Id, CAMPAIGN_IDS),
    optional("name", Type::Text, &["活动名称", "名称", "campaign name", "name", "title", "description"]),
    optional("segment", Type::Text, &["目标人群", "人群", "分群", "segment", "audience", "campaign type"]),
    required("starts_on", Type::Date, &["开始日期", "活动开始", "开始时间", "starts on", "start date", "start", "from"]),
    optional("ends_on", Type::Date, &["结束日期", "活动结束", "结束时间", "ends on", "end date", "end", "to", "until"]),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &["触达渠道", "渠道", "channel", "medium"]),
    optional("cost", Type::Money, &["活动费用", "费用", "成本", "cost", "spend", "budget"]),
];

pub(super) static CAMPAIGN_TARGETS: TableSpec = TableSpec {
    name: "campaign_targets",
    columns: CAMPAIGN_TARGET_COLUMNS,
    key: &["campaign_id", "id_space", "record_id"],
    file_words: &["campaign target", "campaign_target", "触达名单", "活动名单"],
};

#[rustfmt::skip]
const ARM_CODES: Codes = &[
    ("treated", &["实验组", "触达组", "处理组", "触达", "treatment", "test", "target"]),
    ("control", &["对照组", "对照", "留白组", "holdout", "control group"]),
];

#[rustfmt::skip]
const CAMPAIGN_TARGET_COLUMNS: &[ColumnSpec] = &[
    required("campaign_id", Type::Id, CAMPAIGN_IDS),
    filled("id_space", Type::IdSpace),
    required("record_id", Type::Id, RECORD_IDS),
    required("arm", Type::Code { allowed: ARM_CODES, open: false }, &["分组", "组别", "实验分组", "arm", "group", "variant"]),
];

pub(super) static REFERRALS: TableSpec = TableSpec {
    name: "referrals",
    columns: REFERRAL_COLUMNS,
    key: &["referral_id"],
    file_words: &["referral", "推荐", "邀请", "转介绍"],
};

#[rustfmt::skip]
const REFERRAL_COLUMNS: &[ColumnSpec] = &[
    required("referral_id", Type::Id, &["推荐编号", "邀请编号", "推荐记录编号", "referral id", "referral no", "invite id"]),
    filled("id_space", Type::IdSpace),
    required("referrer_record_id", Type::Id, &["推荐人会员号", "推荐人卡号", "推荐人编号", "邀请人会员号", "邀请人编号", "推荐人", "邀请人", "referrer record id", "referrer id", "referrer"]),
    optional("referred_record_id", Type::Id, &["被推荐人会员号", "被推荐人卡号", "被推荐人编号", "被邀请人会员号", "被邀请人编号", "被推荐人", "被邀请人", "referred record id", "referred id", "referred", "referee", "referee id"]),
    optional("at", Type::DateTime, &["推荐时间", "邀请时间", "推荐日期", "时间", "日期", "referred at", "created at", "date", "time"]),
    filled("on_date", Type::DayOf("at")),
    optional("code", Type::Id, &["推荐码", "邀请码", "referral code", "invite code", "code"]),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &["渠道", "来源", "channel", "source"]),
];

pub(super) static TAGS: TableSpec = TableSpec {
    name: "tags",
    columns: TAG_COLUMNS,
    key: &["id_space", "record_id", "tag"],
    file_words: &["tag", "label", "标签", "分组"],
};

#[rustfmt::skip]
const TAG_COLUMNS: &[ColumnSpec] = &[
    filled("id_space", Type::IdSpace),
    required("record_id", Type::Id, RECORD_IDS),
    required("tag", Type::Text, &["标签名称", "标签", "标签名", "分组", "tag", "tag name", "label", "group"]),
    optional("added_on", Type::Date, &["打标日期", "打标时间", "添加日期", "添加时间", "added on", "tagged on", "created on", "date added"]),
    optional("expires_on", Type::Date, &["失效日期", "到期日期", "有效期至", "expires on", "expiry date", "valid until"]),
    optional("added_by", Type::Text, &["打标人", "添加人", "操作人", "added by", "tagged by", "created by"]),
];

pub(super) static INVITATIONS: TableSpec = TableSpec {
    name: "survey_invitations",
    columns: INVITATION_COLUMNS,
    key: &["invitation_id"],
    file_words: &["invitation", "问卷发放", "问卷邀请", "调查邀请"],
};

#[rustfmt::skip]
const INVITATION_COLUMNS: &[ColumnSpec] = &[
    required("invitation_id", Type::Id, &["邀请编号", "问卷邀请编号", "发放编号", "invitation id", "invite id", "invitation no"]),
    optional("at", Type::DateTime, &["发放时间", "邀请时间", "发送时间", "时间", "日期", "invited at", "sent at", "date", "time"]),
    filled("on_date", Type::DayOf("at")),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, RECORD_IDS),
    optional("store_id", Type::Id, STORE_IDS),
    optional("survey", Type::Text, &["问卷", "问卷名称", "调查名称", "survey", "survey name", "questionnaire"]),
];
