//! Contacts, training, inspections and the steps of a purchase.

use super::{
    CHANNEL_CODES, Codes, ColumnSpec, RECORD_IDS, STAFF_IDS, STORE_IDS, TableSpec, Type, filled, optional, required,
};

pub(super) static INTERACTIONS: TableSpec = TableSpec {
    name: "interactions",
    columns: INTERACTION_COLUMNS,
    key: &["interaction_id"],
    file_words: &["interaction", "contact", "follow", "visit", "跟进", "回访", "沟通", "拜访", "联系记录"],
};

#[rustfmt::skip]
const CONTACT_CODES: Codes = &[
    ("phone", &["电话", "电话回访", "tel", "telephone", "call"]),
    ("visit", &["到店", "拜访", "上门", "来访", "walk-in"]),
    ("mail", &["邮件", "邮箱", "email", "e-mail"]),
    ("wechat", &["微信", "企业微信", "weixin", "wecom"]),
    ("sms", &["短信", "text message"]),
    ("chat", &["在线客服", "客服", "线上咨询", "live chat"]),
    ("meeting", &["会议", "面谈"]),
];

#[rustfmt::skip]
const DIRECTION_CODES: Codes = &[
    ("in", &["呼入", "来电", "客户来访", "inbound", "incoming"]),
    ("out", &["呼出", "去电", "主动联系", "outbound", "outgoing"]),
];

#[rustfmt::skip]
const INTERACTION_COLUMNS: &[ColumnSpec] = &[
    required("interaction_id", Type::Id, &["跟进编号", "回访编号", "沟通编号", "联系记录编号", "记录编号", "interaction id", "contact id", "activity id", "call id"]),
    required("at", Type::DateTime, &["跟进时间", "回访时间", "联系时间", "沟通时间", "时间", "日期", "contacted at", "contact date", "interaction date", "date", "time", "timestamp", "created at"]),
    filled("on_date", Type::DayOf("at")),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, RECORD_IDS),
    optional("store_id", Type::Id, STORE_IDS),
    optional("staff_id", Type::Id, STAFF_IDS),
    optional("channel", Type::Code { allowed: CONTACT_CODES, open: true }, &["跟进方式", "回访方式", "联系方式", "沟通方式", "渠道", "channel", "method", "medium"]),
    optional("direction", Type::Code { allowed: DIRECTION_CODES, open: false }, &["方向", "呼叫方向", "direction"]),
    optional("content", Type::Text, &["跟进内容", "回访内容", "沟通内容", "内容", "备注", "content", "notes", "note", "summary", "subject"]),
    optional("result", Type::Text, &["跟进结果", "回访结果", "联系结果", "结果", "result", "outcome", "disposition"]),
    optional("next_step", Type::Text, &["下一步", "后续动作", "下步计划", "next step", "next action", "follow up"]),
    optional("next_step_on", Type::Date, &["下次跟进日期", "下次联系日期", "下次回访日期", "提醒日期", "next step on", "next contact date", "follow up date", "due date"]),
];

pub(super) static TRAINING: TableSpec = TableSpec {
    name: "training",
    columns: TRAINING_COLUMNS,
    key: &["staff_id", "course_id", "at"],
    file_words: &["training", "course", "exam", "培训", "课程", "考试", "考核"],
};

#[rustfmt::skip]
const TRAINING_CODES: Codes = &[
    ("course", &["课程", "线上课程", "考试", "exam", "e-learning"]),
    ("workshop", &["研讨", "工作坊", "线下培训", "seminar"]),
    ("drill", &["演练", "实操", "exercise"]),
];

#[rustfmt::skip]
const TRAINING_COLUMNS: &[ColumnSpec] = &[
    required("staff_id", Type::Id, STAFF_IDS),
    required("course_id", Type::Id, &["课程编号", "课程编码", "课程名称", "课程", "course id", "course code", "course"]),
    required("at", Type::DateTime, &["完成时间", "培训时间", "考试时间", "培训日期", "完成日期", "completed at", "completed on", "training date", "date", "日期", "时间"]),
    filled("on_date", Type::DayOf("at")),
    optional("score", Type::Quantity, &["得分", "分数", "成绩", "score", "mark", "points"]),
    optional("passed", Type::Bool, &["是否通过", "是否合格", "通过", "合格", "passed", "pass"]),
    optional("expires_on", Type::Date, &["有效期至", "到期日期", "证书到期", "expires on", "valid until", "expiry date"]),
    optional("kind", Type::Code { allowed: TRAINING_CODES, open: false }, &["培训类型", "类型", "kind", "type", "training type"]),
];

pub(super) static INSPECTIONS: TableSpec = TableSpec {
    name: "inspections",
    columns: INSPECTION_COLUMNS,
    key: &["inspection_id"],
    file_words: &["inspection", "audit", "mystery", "巡店", "检查", "稽核", "神秘顾客"],
};

#[rustfmt::skip]
const INSPECTION_COLUMNS: &[ColumnSpec] = &[
    required("inspection_id", Type::Id, &["检查编号", "巡店编号", "巡检编号", "检查明细编号", "inspection id", "audit id", "visit id"]),
    required("at", Type::DateTime, &["检查时间", "巡店时间", "检查日期", "巡店日期", "inspected at", "inspection date", "audit date", "日期", "时间", "date", "time"]),
    filled("on_date", Type::DayOf("at")),
    required("store_id", Type::Id, STORE_IDS),
    optional("inspector", Type::Text, &["检查人", "巡店人", "督导", "稽核员", "inspector", "auditor", "inspected by"]),
    optional("checklist", Type::Text, &["检查表", "检查标准", "标准", "checklist", "standard", "form"]),
    optional("checklist_version", Type::Text, &["标准版本", "版本", "checklist version", "version"]),
    optional("item", Type::Text, &["检查项", "检查项目", "项目", "item", "question", "criterion"]),
    optional("passed", Type::Bool, &["是否合格", "是否通过", "合格", "passed", "pass", "compliant"]),
    optional("score", Type::Quantity, &["得分", "分数", "score", "points", "mark"]),
    optional("note", Type::Text, &["问题描述", "备注", "说明", "note", "comment", "remarks", "finding"]),
];

pub(super) static FUNNEL: TableSpec = TableSpec {
    name: "funnel_events",
    columns: FUNNEL_COLUMNS,
    key: &["event_id"],
    file_words: &["funnel", "event", "clickstream", "漏斗", "埋点", "行为"],
};

#[rustfmt::skip]
const STEP_CODES: Codes = &[
    ("visit", &["进店", "访问", "浏览首页", "session", "enter"]),
    ("view", &["浏览", "浏览商品", "商品浏览", "product view", "browse"]),
    ("try", &["试穿", "试用", "体验", "fitting", "trial"]),
    ("cart", &["加购", "加入购物车", "add to cart", "basket"]),
    ("checkout", &["提交订单", "结算", "下单", "begin checkout"]),
    ("purchase", &["支付", "成交", "购买", "paid", "order"]),
];

#[rustfmt::skip]
const FUNNEL_COLUMNS: &[ColumnSpec] = &[
    required("event_id", Type::Id, &["事件编号", "事件id", "行为编号", "event id", "event no"]),
    optional("at", Type::DateTime, &["事件时间", "发生时间", "时间", "event time", "event at", "timestamp", "time", "date"]),
    filled("on_date", Type::DayOf("at")),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, RECORD_IDS),
    optional("store_id", Type::Id, STORE_IDS),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &["渠道", "来源", "channel", "source"]),
    optional("step", Type::Code { allowed: STEP_CODES, open: true }, &["步骤", "环节", "事件", "事件名称", "行为", "step", "stage", "event", "event name"]),
];
