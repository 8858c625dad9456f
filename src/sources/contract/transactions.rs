//! Sales lines.

use super::{CHANNEL_CODES, Codes, ColumnSpec, TableSpec, Type, filled, optional, required};

#[rustfmt::skip]
const KIND_CODES: Codes = &[
    ("sale", &["销售", "销售单", "正常", "正常销售", "零售", "消费", "购买", "支付", "payment", "purchase", "order"]),
    ("refund", &["退货", "退款", "退单", "退货单", "退货退款", "销退", "return", "returned", "refunded"]),
    ("exchange", &["换货"]),
    ("topup", &["充值", "储值", "会员充值", "top-up", "recharge"]),
    ("giftcard", &["礼品卡", "购物卡", "售卡", "gift card", "gift_card"]),
    ("shipping", &["运费", "配送费", "freight", "delivery"]),
    ("deposit", &["定金", "押金", "订金", "预付", "预付款"]),
];

#[rustfmt::skip]
const COLUMNS: &[ColumnSpec] = &[
    filled("source", Type::Source),
    required("transaction_id", Type::Id, &[
        "订单编号", "订单号", "订单id", "交易编号", "交易号", "交易流水号", "流水号", "流水单号", "小票号", "小票编号", "小票单号", "单据编号",
        "单据号", "销售单号", "单号", "transaction id", "transaction no", "transaction number", "trans id", "txn id",
        "basket id", "order id", "order no", "order number", "orderno", "ordersn", "receipt id", "receipt no",
        "receipt number", "ticket id", "ticket no", "ticket number", "ticket", "receipt", "invoice", "invoice no",
        "invoice id", "invoice number", "bill no", "bill number", "sn", "basket", "transaction", "order",
    ]),
    optional("line_no", Type::Integer { min: 1, max: 2_147_483_647 }, &[
        "行号", "行项目号", "明细序号", "明细行号", "line no", "line number", "line id", "line item", "item no", "item line", "line",
    ]),
    required("ordered_at", Type::DateTime, &[
        "下单时间", "交易时间", "销售时间", "订单时间", "支付时间", "付款时间", "结账时间", "收款时间", "订单创建时间", "成交时间", "消费时间",
        "ordered at", "order time", "transaction timestamp", "transaction time", "transaction datetime", "order datetime",
        "sale time", "sold at", "paid at", "created at", "createtime", "create time", "invoice date", "order date",
        "transaction date", "sale date", "sales date", "purchase date", "订单日期", "交易日期", "销售日期", "下单日期", "消费日期",
        "timestamp", "datetime", "date time", "时间", "日期", "date", "time",
    ]),
    filled("ordered_on", Type::DayOf("ordered_at")),
    required("store_id", Type::Id, &[
        "门店编码", "门店编号", "店铺编号", "店铺编码", "门店代码", "店铺代码", "店铺id", "门店id", "门店号", "店号", "分店编号", "网点编号", "机构编码",
        "store id", "store code", "store no", "store number", "shop id", "shop code", "shop no", "branch id", "branch code",
        "outlet id", "location id", "site id", "store", "shop", "branch", "outlet", "location", "门店", "店铺",
    ]),
    optional("channel", Type::Code { allowed: CHANNEL_CODES, open: true }, &[
        "渠道", "销售渠道", "订单渠道", "订单来源", "交易渠道", "channel", "sales channel", "order channel",
    ]),
    filled("id_space", Type::IdSpace),
    optional("record_id", Type::Id, &[
        "会员卡号", "会员编号", "会员编码", "会员id", "会员号", "卡号", "顾客编号", "客户编号", "客户编码", "客户id", "顾客id", "用户id", "买家id",
        "record id", "customer id", "customer no", "customer number", "customer code", "household id", "household key",
        "member id", "member no", "member number", "memberid", "card no", "card number", "loyalty id", "loyalty card",
        "client id", "buyer id", "user id", "shopper id", "person id", "customer", "member",
    ]),
    optional("sku", Type::Id, &[
        "商品编码", "商品编号", "商品条码", "商品id", "商品代码", "货号", "款号", "条码", "物料编码", "产品编号", "产品编码",
        "sku", "sku id", "sku code", "product id", "product code", "product no", "item id", "item code", "article",
        "article no", "article number", "stock code", "stockcode", "barcode", "upc", "ean", "goods code", "product sku",
    ]),
    optional("product_name", Type::Text, &[
        "商品名称", "商品名", "品名", "产品名称", "货品名称", "商品标题", "product name", "item name", "product title",
        "product description", "article name", "goods name", "lineitem name", "product", "item", "description", "商品",
    ]),
    optional("category", Type::Text, &[
        "商品品类", "商品分类", "商品类别", "品类", "类别", "分类", "大类", "category", "product category", "category name",
        "product type", "department",
    ]),
    required("quantity", Type::Quantity, &[
        "销售数量", "商品数量", "购买数量", "数量", "件数", "销量", "quantity", "qty", "units", "unit quantity", "units sold",
        "product quantity", "lineitem quantity", "pieces",
    ]),
    optional("unit_price", Type::Money, &[
        "成交单价", "销售单价", "零售单价", "商品单价", "单价", "零售价", "售价", "unit price", "price", "selling price",
        "list price", "lineitem price", "item price", "unitprice",
    ]),
    optional("discount", Type::Money, &[
        "优惠金额", "折扣金额", "商品优惠金额", "折让金额", "优惠", "折扣额", "discount amount", "discount", "discounts",
        "retail disc", "total discount", "lineitem discount", "rebate",
    ]),
    required("amount", Type::Money, &[
        "商品实付金额", "实付金额", "实收金额", "实际付款金额", "支付金额", "付款金额", "成交金额", "销售金额", "净销售额", "应收金额", "消费金额",
        "交易金额", "订单金额", "实付", "实收", "销售额", "金额", "net amount", "net sales", "paid amount", "amount paid",
        "line total", "line amount", "sales value", "sales amount", "spend", "real amount", "total price", "total amount",
        "total paid", "subtotal", "net", "amount", "sales", "paid", "total", "revenue", "dollars",
    ]),
    optional("kind", Type::Code { allowed: KIND_CODES, open: false }, &[
        "订单类型", "交易类型", "单据类型", "销售类型", "业务类型", "kind", "order type", "transaction type", "sale type",
        "event type", "doc type",
    ]),
    optional("original_transaction_id", Type::Id, &[
        "前置订单编号", "原订单号", "原订单编号", "原单号", "原交易号", "原小票号", "关联订单号", "original transaction id",
        "original order id", "original order", "original receipt", "refund of", "parent order",
    ]),
    optional("staff_id", Type::Id, &[
        "导购编码", "导购编号", "店员编号", "员工编号", "员工号", "工号", "收银员编号", "营业员编号", "销售员编号", "收银员", "导购", "营业员", "店员",
        "staff id", "employee id", "cashier id", "clerk id", "salesperson id", "seller id", "staff", "employee", "cashier",
        "clerk", "salesperson", "sales rep",
    ]),
    optional("payment_method", Type::Text, &[
        "支付方式", "付款方式", "结算方式", "收款方式", "支付渠道", "payment method", "payment type", "pay type", "tender", "payment",
    ]),
    optional("points_redeemed", Type::Money, &[
        "使用积分", "消耗积分", "积分抵扣", "抵扣积分", "points redeemed", "points used", "redeemed points",
    ]),
    optional("coupon_code", Type::Id, &[
        "优惠券编码", "优惠券码", "优惠券编号", "优惠券号", "优惠券", "券码", "券号", "coupon code", "coupon id", "coupon",
        "discount code", "promo code", "voucher", "voucher code",
    ]),
    optional("currency", Type::Id, &["币种", "货币", "结算币种", "currency", "currency code"]),
];

pub(super) static TABLE: TableSpec = TableSpec {
    name: "transactions",
    columns: COLUMNS,
    key: &["source", "transaction_id", "line_no"],
    #[rustfmt::skip]
    file_words: &[
        "transaction", "order", "sale", "pos", "ticket", "receipt", "basket", "交易", "订单", "销售", "小票", "流水",
    ],
};
