//! Stores, staff, products and feedback.

use super::{CHANNEL_CODES, Codes, ColumnSpec, TableSpec, Type, filled, optional, required};

#[rustfmt::skip]
pub(super) static STORES: TableSpec = TableSpec {
    name: "stores",
    columns: STORE_COLUMNS,
    key: &["store_id"],
    file_words: &["store", "shop", "branch", "outlet", "门店", "店铺", "网点"],
};

#[rustfmt::skip]
const STORE_COLUMNS: &[ColumnSpec] = &[
    required("store_id", Type::Id, &[
        "门店编码", "门店编号", "店铺编号", "店铺编码", "门店代码", "店铺代码", "店铺id", "门店id", "门店号", "店号", "分店编号", "网点编号", "机构编码", "编码",
        "编号", "store id", "store code", "store no", "store number", "shop id", "shop code", "shop no", "branch id",
        "branch code", "outlet id", "location id", "site id", "code", "id",
    ]),
    optional("name", Type::Text, &[
        "门店名称", "店铺名称", "门店名", "店名", "分店名称", "名称", "store name", "shop name", "branch name", "outlet name", "name", "store", "门店",
    ]),
    optional("region", Type::Text, &["大区", "区域", "片区", "所属区域", "区域名称", "region", "area", "district", "zone", "省份", "province", "state"]),
    optional("city", Type::Text, &["所在城市", "城市", "city", "town"]),
    optional("address", Type::Text, &["门店地址", "详细地址", "店铺地址", "地址", "store address", "address", "street"]),
    optional("phone", Type::Id, &["门店电话", "联系电话", "电话", "手机", "store phone", "phone", "telephone", "tel"]),
    optional("opened_on", Type::Date, &["开业日期", "开店日期", "开业时间", "开店时间", "opened on", "open date", "opening date", "opened"]),
    optional("closed_on", Type::Date, &["闭店日期", "关店日期", "闭店时间", "关店时间", "停业日期", "closed on", "close date", "closing date", "closed"]),
    optional("format", Type::Text, &["门店类型", "店铺类型", "业态", "店型", "format", "store format", "store type", "type"]),
    optional("manager", Type::Text, &["店长", "店长姓名", "负责人", "门店负责人", "manager", "store manager"]),
    optional("hours", Type::Text, &["营业时间", "营业时段", "hours", "opening hours", "business hours"]),
];

#[rustfmt::skip]
pub(super) static STAFF: TableSpec = TableSpec {
    name: "staff",
    columns: STAFF_COLUMNS,
    key: &["staff_id"],
    file_words: &["staff", "employee", "employees", "personnel", "店员", "员工", "导购", "人员", "花名册"],
};

#[rustfmt::skip]
const STAFF_COLUMNS: &[ColumnSpec] = &[
    required("staff_id", Type::Id, &[
        "员工编号", "员工编码", "员工号", "工号", "店员编号", "店员编码", "导购编号", "导购编码", "人员编号", "staff id", "staff no", "staff code",
        "staff number", "employee id", "employee no", "employee code", "employee number", "personnel no",
    ]),
    optional("name", Type::Text, &["员工姓名", "店员姓名", "导购姓名", "姓名", "staff name", "employee name", "full name", "name"]),
    optional("store_id", Type::Id, &[
        "所属门店编码", "所属门店编号", "所属门店", "门店编码", "门店编号", "店铺编码", "店铺编号", "门店代码", "店号", "store id", "store code",
        "store no", "shop id", "shop code", "branch id", "store", "shop", "branch", "门店",
    ]),
    optional("role", Type::Text, &["岗位", "职位", "职务", "角色", "role", "position", "job title", "title"]),
    optional("joined_on", Type::Date, &["入职日期", "入职时间", "到岗日期", "joined on", "hire date", "hired on", "start date", "joined"]),
    optional("left_on", Type::Date, &["离职日期", "离职时间", "离岗日期", "left on", "leave date", "termination date", "end date", "left"]),
];

#[rustfmt::skip]
pub(super) static PRODUCTS: TableSpec = TableSpec {
    name: "products",
    columns: PRODUCT_COLUMNS,
    key: &["sku"],
    file_words: &["product", "sku", "article", "catalog", "goods", "商品", "产品", "货品"],
};

#[rustfmt::skip]
const PRODUCT_COLUMNS: &[ColumnSpec] = &[
    required("sku", Type::Id, &[
        "商品编码", "商品编号", "商品条码", "商品id", "商品代码", "货号", "款号", "条码", "物料编码", "产品编号", "产品编码",
        "sku", "sku id", "sku code", "product id", "product code", "product no", "item id", "item code", "article",
        "article no", "article number", "stock code", "stockcode", "barcode", "upc", "ean", "goods code", "编码",
    ]),
    optional("name", Type::Text, &[
        "商品名称", "商品名", "品名", "产品名称", "货品名称", "名称", "product name", "item name", "product title", "article name", "title",
        "name", "product type", "description", "product",
    ]),
    optional("category", Type::Text, &[
        "商品品类", "商品分类", "商品类别", "品类", "类别", "分类", "大类", "product category", "category", "category name", "department",
    ]),
    optional("brand", Type::Text, &["品牌", "品牌名称", "brand", "brand name", "vendor", "manufacturer"]),
    optional("cost", Type::Money, &["成本价", "进货价", "采购价", "进价", "成本", "cost", "unit cost", "cost price", "purchase price"]),
    optional("price", Type::Money, &["零售价", "标准售价", "零售单价", "吊牌价", "售价", "单价", "价格", "retail price", "list price", "price", "unit price", "msrp"]),
    optional("durable", Type::Bool, &["耐用品", "是否耐用品", "durable", "is durable"]),
    optional("replenish_days", Type::Integer { min: 1, max: 3650 }, &["复购周期", "补货周期", "复购天数", "补货天数", "replenish days", "replenishment days", "repurchase days"]),
    optional("shelf_from", Type::Date, &["上架日期", "上架时间", "上市日期", "shelf from", "launch date", "available from"]),
    optional("shelf_to", Type::Date, &["下架日期", "下架时间", "退市日期", "shelf to", "discontinued on", "available to"]),
];

#[rustfmt::skip]
pub(super) static FEEDBACK: TableSpec = TableSpec {
    name: "feedback",
    columns: FEEDBACK_COLUMNS,
    key: &["feedback_id"],
    file_words: &["feedback", "survey", "complaint", "review", "nps", "csat", "反馈", "投诉", "评价", "满意度", "问卷", "建议"],
};

#[rustfmt::skip]
const KIND_CODES: Codes = &[
    ("complaint", &["投诉", "抱怨", "客诉"]),
    ("suggestion", &["建议", "意见"]),
    ("survey", &["问卷", "调查", "满意度调查", "回访"]),
    ("review", &["评价", "点评", "评论"]),
    ("praise", &["表扬", "好评", "称赞", "compliment"]),
    ("rights", &["权利请求", "个人信息请求", "隐私请求"]),
];

#[rustfmt::skip]
const SEVERITY_CODES: Codes = &[
    ("low", &["低", "轻微", "一般"]),
    ("medium", &["中", "中等", "normal"]),
    ("high", &["高", "严重", "重大", "urgent", "紧急"]),
];

#[rustfmt::skip]
const STATUS_CODES: Codes = &[
    ("open", &["待处理", "未处理", "新建", "new", "pending"]),
    ("in_progress", &["处理中", "跟进中", "in progress", "processing"]),
    ("resolved", &["已解决", "已处理", "已完成", "done", "solved"]),
    ("closed", &["已关闭", "关闭"]),
];

#[rustfmt::skip]
const FEEDBACK_COLUMNS: &[ColumnSpec] = &[
    required("feedback_id", Type::Id, &[
        "反馈编号", "反馈id", "投诉编号", "投诉单号", "评价编号", "问卷编号", "工单编号", "工单号", "答卷编号", "feedback id", "feedback no", "complaint id",
        "review id", "response id", "survey id", "ticket id", "case id", "case number", "submission id", "编号", "id",
    ]),
    required("at", Type::DateTime, &[
        "反馈时间", "投诉时间", "评价时间", "提交时间", "反馈日期", "提交日期", "投诉日期", "答题时间", "创建时间", "submitted at", "feedback at",
        "feedback time", "feedback date", "created at", "response date", "review date", "survey date", "timestamp", "time",
        "date", "时间", "日期", "datetime",
    ]),
    filled("on_date", Type::DayOf("at")),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, &[
        "会员卡号", "会员编号", "会员编码", "会员id", "会员号", "卡号", "顾客编号", "客户编号", "客户id", "用户id", "record id", "customer id",
        "customer no", "household id", "member id", "member no", "card no", "loyalty id", "client id", "user id", "customer", "member",
    ]),
    optional("store_id", Type::Id, &[
        "门店编码", "门店编号", "店铺编号", "店铺编码", "门店代码", "门店id", "店号", "store id", "store code", "store no", "shop id", "shop code",
        "branch id", "store", "shop", "branch", "location", "门店", "店铺",
    ]),
    optional("sku", Type::Id, &["商品编码", "商品编号", "商品条码", "商品id", "货号", "sku", "product id", "product code", "item id", "barcode"]),
    optional("staff_id", Type::Id, &["导购编码", "导购编号", "店员编号", "员工编号", "工号", "店员", "导购", "staff id", "employee id", "staff", "employee"]),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &["反馈渠道", "来源渠道", "渠道", "来源", "channel", "feedback channel"]),
    optional("kind", Type::Code { allowed: KIND_CODES, open: false }, &["反馈类型", "投诉类型", "类型", "kind", "feedback type", "type", "category"]),
    optional("nps", Type::Integer { min: 0, max: 10 }, &["nps评分", "推荐意愿", "推荐分", "推荐度", "nps", "nps score", "likelihood to recommend", "recommend"]),
    optional("csat", Type::Integer { min: 1, max: 5 }, &["满意度评分", "满意度", "评分", "星级", "csat", "csat score", "satisfaction", "rating", "stars", "score"]),
    optional("ces", Type::Integer { min: 1, max: 7 }, &["费力度", "省力度", "ces", "ces score", "customer effort", "effort score", "effort"]),
    optional("text", Type::Text, &["反馈内容", "投诉内容", "评价内容", "意见建议", "内容", "备注", "留言", "text", "comment", "comments", "feedback", "message", "review", "content", "body"]),
    optional("severity", Type::Code { allowed: SEVERITY_CODES, open: true }, &["严重程度", "紧急程度", "优先级", "severity", "priority"]),
    optional("status", Type::Code { allowed: STATUS_CODES, open: true }, &["处理状态", "状态", "status", "state"]),
    optional("first_reply_at", Type::DateTime, &["首次回复时间", "首次响应时间", "回复时间", "first reply at", "first response at", "replied at"]),
    optional("resolved_at", Type::DateTime, &["解决时间", "处理完成时间", "完成时间", "结案时间", "resolved at", "closed at", "solved at"]),
    optional("outcome", Type::Text, &["处理结果", "结果", "outcome", "resolution", "result"]),
    optional("told_at", Type::DateTime, &["告知时间", "回访时间", "反馈客户时间", "told at", "customer informed at", "informed at"]),
];
