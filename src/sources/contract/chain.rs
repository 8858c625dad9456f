//! What happens to stores, what is expected of them, and what they sell for others.

use super::{Codes, ColumnSpec, MEASURE, STORE_IDS, TableSpec, Type, optional, required};

pub(super) static ALIASES: TableSpec = TableSpec {
    name: "store_aliases",
    columns: ALIAS_COLUMNS,
    key: &["alias"],
    file_words: &["alias", "别名", "对照"],
};

#[rustfmt::skip]
const ALIAS_COLUMNS: &[ColumnSpec] = &[
    required("alias", Type::Id, &["别名", "旧编码", "旧编号", "外部编码", "系统编码", "平台门店编码", "平台门店id", "alias", "old code", "external id", "external code", "other code"]),
    required("store_id", Type::Id, STORE_IDS),
];

pub(super) static SUCCESSIONS: TableSpec = TableSpec {
    name: "store_successions",
    columns: SUCCESSION_COLUMNS,
    key: &["store_id"],
    file_words: &["succession", "successor", "merger", "接替", "合并", "撤店", "迁址"],
};

#[rustfmt::skip]
const SUCCESSION_COLUMNS: &[ColumnSpec] = &[
    required("store_id", Type::Id, STORE_IDS),
    required("successor_id", Type::Id, &["接替门店编码", "接替门店", "并入门店编码", "并入门店", "承接门店编码", "承接门店", "新门店编码", "新门店", "successor id", "successor", "successor store", "new store", "new store id"]),
    required("effective_on", Type::Date, &["生效日期", "接替日期", "合并日期", "并入日期", "effective on", "effective date", "from date", "since"]),
];

pub(super) static TARGETS: TableSpec = TableSpec {
    name: "store_targets",
    columns: TARGET_COLUMNS,
    key: &["store_id", "month", "measure"],
    file_words: &["target", "budget", "plan", "目标", "预算", "指标"],
};

#[rustfmt::skip]
const MEASURE_CODES: Codes = &[
    (MEASURE, &["销售额", "净销售额", "销售", "业绩", "sales", "revenue", "turnover"]),
    ("orders", &["订单数", "单数", "transactions", "tickets"]),
    ("new_customers", &["新增会员", "拉新", "新会员", "new members"]),
    ("customers", &["活跃会员", "会员数", "active members"]),
    ("avg_basket", &["客单价", "average basket", "basket"]),
    ("nps", &["净推荐值"]),
    ("csat", &["满意度"]),
    ("ces", &["费力度"]),
];

#[rustfmt::skip]
const TARGET_COLUMNS: &[ColumnSpec] = &[
    required("store_id", Type::Id, STORE_IDS),
    required("month", Type::Month, &["目标月份", "月份", "年月", "期间", "month", "period", "target month"]),
    optional("measure", Type::Code { allowed: MEASURE_CODES, open: true }, &["指标", "指标名称", "目标类型", "measure", "metric", "kpi"]),
    required("target", Type::Money, &["目标值", "目标", "销售目标", "业绩目标", "预算", "月目标", "target", "target value", "sales target", "budget", "goal"]),
];

pub(super) static CONSIGNORS: TableSpec = TableSpec {
    name: "consignors",
    columns: CONSIGNOR_COLUMNS,
    key: &["consignor_id"],
    file_words: &["consignor", "委托人", "寄售人", "寄卖人"],
};

#[rustfmt::skip]
const CONSIGNOR_COLUMNS: &[ColumnSpec] = &[
    super::filled("id_space", Type::IdSpace),
    required("consignor_id", Type::Id, &["委托人编号", "寄售人编号", "寄卖人编号", "consignor id", "consignor no", "consignor code"]),
    optional("record_id", Type::Id, super::RECORD_IDS),
    optional("split_pct", Type::Quantity, &["分成比例", "委托人比例", "佣金比例", "split pct", "split", "consignor split", "commission"]),
    optional("payout_method", Type::Text, &["结算方式", "付款方式", "payout method", "payout", "payment method"]),
];

pub(super) static CONSIGNMENT: TableSpec = TableSpec {
    name: "consignment_items",
    columns: CONSIGNMENT_COLUMNS,
    key: &["item_id"],
    file_words: &["consignment", "寄售", "寄卖", "委托品"],
};

#[rustfmt::skip]
const CONSIGNMENT_COLUMNS: &[ColumnSpec] = &[
    required("item_id", Type::Id, &["寄售单号", "寄卖单号", "寄售品编号", "委托品编号", "item id", "consignment id", "consignment item id", "consignment no"]),
    required("consignor_id", Type::Id, &["委托人编号", "寄售人编号", "寄卖人编号", "consignor id", "consignor", "consignor no"]),
    optional("store_id", Type::Id, STORE_IDS),
    optional("sku", Type::Id, super::SKUS),
    optional("received_on", Type::Date, &["收货日期", "寄售日期", "接收日期", "received on", "received date", "consigned on"]),
    optional("price", Type::Money, &["标价", "寄售价", "售价", "price", "asking price"]),
    optional("expires_on", Type::Date, &["到期日期", "寄售到期", "expires on", "expiry date", "ends on"]),
    optional("sold_transaction_id", Type::Id, &["售出单号", "成交单号", "sold transaction id", "sold in", "sale id"]),
    optional("returned_on", Type::Date, &["退回日期", "退还日期", "returned on", "return date"]),
];
