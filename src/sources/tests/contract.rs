//! C1: every table of the contract, from files as people write them.

use super::fixture::shop;

const SALE: &str =
    "订单编号,销售时间,门店编码,会员卡号,商品编码,销售数量,实付金额\nT1,2026-10-01 10:00:00,S1,M1,P1,1,10.00\n";

/// A file, the table it is, and a query with the one row it gives.
const FILES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "跟进.csv",
        "跟进编号,跟进时间,会员卡号,门店编码,工号,跟进方式,方向,跟进内容,跟进结果,下次跟进日期\nF1,2026-10-02 09:30,M1,S1,E1,电话,呼出,回访新品,已接通,2026-12-01\n",
        "interactions",
        "interaction_id, \"at\", id_space, record_id, channel, direction, result, next_step_on",
        "F1|2026-10-02 09:30:00|main|M1|phone|out|已接通|2026-12-01",
    ),
    (
        "consents.csv",
        "customer_id,purpose,consent_date,granted,notice_version\nM1,短信,2026-10-01,是,v3\n",
        "consents",
        "record_id, purpose, \"at\", granted, notice_version",
        "M1|sms|2026-10-01 00:00:00|true|v3",
    ),
    (
        "积分流水.csv",
        "积分流水号,会员卡号,积分时间,变动类型,变动积分,订单编号,原因\nJ1,M1,2026-10-01 10:00,消费赠送,\"1,010\",T1,购物\n",
        "points_entries",
        "entry_id, record_id, kind, points, transaction_id",
        "J1|M1|earn|1010.00|T1",
    ),
    (
        "优惠券.csv",
        "券编号,券码,会员卡号,活动编号,发放日期,核销时间,面额\nC1,ABC,M1,A1,2026-09-01,2026-10-01 10:00,20\n",
        "coupons",
        "coupon_id, code, campaign_id, issued_on, redeemed_at, face_value",
        "C1|ABC|A1|2026-09-01|2026-10-01 10:00:00|20.00",
    ),
    (
        "活动.csv",
        "活动编号,活动名称,开始日期,结束日期,触达渠道,活动费用\nA1,双十一,2026-11-01,2026-11-11,短信,5000\n",
        "campaigns",
        "campaign_id, name, starts_on, ends_on, channel, cost",
        "A1|双十一|2026-11-01|2026-11-11|sms|5000.00",
    ),
    (
        "活动名单.csv",
        "活动编号,会员卡号,分组\nA1,M1,对照组\n",
        "campaign_targets",
        "campaign_id, record_id, arm",
        "A1|M1|control",
    ),
    (
        "转介绍.csv",
        "推荐编号,推荐人会员号,被推荐人会员号,推荐时间,推荐码\nR1,M1,M2,2026-10-01,X7\n",
        "referrals",
        "referral_id, referrer_record_id, referred_record_id, \"at\", code",
        "R1|M1|M2|2026-10-01 00:00:00|X7",
    ),
    (
        "标签.csv",
        "会员卡号,标签,失效日期,打标人\nM1,爱喝茶,2027-01-01,店长\n",
        "tags",
        "record_id, tag, expires_on, added_by",
        "M1|爱喝茶|2027-01-01|店长",
    ),
    (
        "问卷发放.csv",
        "邀请编号,发放时间,会员卡号,门店编码,问卷\nI1,2026-10-02 08:00,M1,S1,NPS\n",
        "survey_invitations",
        "invitation_id, \"at\", record_id, store_id, survey",
        "I1|2026-10-02 08:00:00|M1|S1|NPS",
    ),
    (
        "培训.csv",
        "工号,课程编号,完成日期,得分,是否通过,有效期至,培训类型\nE1,K1,2026-10-01,92.5,是,2027-10-01,演练\n",
        "training",
        "staff_id, course_id, \"at\", score, passed, expires_on, kind",
        "E1|K1|2026-10-01 00:00:00|92.500|true|2027-10-01|drill",
    ),
    (
        "巡店.csv",
        "检查编号,检查日期,门店编码,督导,检查表,标准版本,检查项,是否合格,得分\nX1,2026-10-05,S1,王五,接待,2,问候,否,0\n",
        "inspections",
        "inspection_id, \"at\", store_id, inspector, checklist, checklist_version, item, passed, score",
        "X1|2026-10-05 00:00:00|S1|王五|接待|2|问候|false|0.000",
    ),
    (
        "funnel.csv",
        "event_id,event_time,member_id,store_id,step\nV1,2026-10-01T09:00:00,M1,S1,加购\n",
        "funnel_events",
        "event_id, \"at\", record_id, store_id, step",
        "V1|2026-10-01 09:00:00|M1|S1|cart",
    ),
    (
        "撤店.csv",
        "门店编码,接替门店,生效日期\nS1,S2,2026-12-01\n",
        "store_successions",
        "store_id, successor_id, effective_on",
        "S1|S2|2026-12-01",
    ),
    (
        "销售目标.csv",
        "门店编码,月份,目标\nS2,2026年11月,12万\n",
        "store_targets",
        "store_id, month, measure, target",
        "S2|2026-11-01|net_sales|120000.00",
    ),
    (
        "委托人.csv",
        "委托人编号,会员卡号,分成比例,结算方式\nW1,M1,60,转账\n",
        "consignors",
        "consignor_id, record_id, split_pct, payout_method",
        "W1|M1|60.000|转账",
    ),
    (
        "寄售.csv",
        "寄售单号,委托人编号,门店编码,商品编码,收货日期,寄售价,到期日期\nG1,W1,S1,P1,2026-09-01,300,2026-12-31\n",
        "consignment_items",
        "item_id, consignor_id, store_id, sku, received_on, price, expires_on",
        "G1|W1|S1|P1|2026-09-01|300.00|2026-12-31",
    ),
];

#[test]
fn c1_every_table_is_known_by_its_headers() {
    let files: Vec<(&str, &str)> =
        std::iter::once(("sales.csv", SALE)).chain(FILES.iter().map(|(name, text, ..)| (*name, *text))).collect();
    let shop = shop(&files);
    let loaded = shop.load();
    assert!(shop.quarantine(&loaded).is_empty(), "{:?}", shop.quarantine(&loaded));
    for (name, _, table, columns, row) in FILES {
        let report = loaded
            .files
            .iter()
            .find(|file| file.path == format!("data/{name}"))
            .unwrap_or_else(|| panic!("{name}: {:?}", loaded.warnings));
        assert_eq!(report.table, *table, "{name}");
        assert_eq!(shop.rows(&loaded, &format!("select {columns} from {table}")), [*row], "{name}");
    }
    // A table without a file is there, and empty.
    assert_eq!(shop.rows(&loaded, "select count(*) from store_aliases"), ["0"]);
}

#[test]
fn c1_the_same_key_twice_in_a_file_is_turned_away_and_a_later_file_corrects() {
    let head = "会员卡号,标签,打标人\n";
    let shop = shop(&[("sales.csv", SALE)]);
    shop.put("标签1.csv", format!("{head}M1,茶,甲\nM2,茶,甲\nM2,茶,乙\nM3,茶,甲\nM3,茶,甲\n").as_bytes());
    shop.put("标签2.csv", format!("{head}M1,茶,丙\n").as_bytes());
    let loaded = shop.load();
    assert_eq!(
        shop.quarantine(&loaded),
        ["data/标签1.csv:3 record_id M2 duplicate", "data/标签1.csv:4 record_id M2 duplicate"]
    );
    assert_eq!(shop.rows(&loaded, "select record_id, added_by from tags"), ["M1|丙", "M3|甲"]);
    assert_eq!((loaded.counts.duplicates, loaded.counts.superseded), (1, 1));
}

#[test]
fn c1_a_month_in_every_form() {
    let head = "门店编码,月份,指标,目标值\n";
    let rows = "S1,2026-01,销售额,1\nS1,2026/2,销售额,1\nS1,202603,销售额,1\nS1,2026年4月,销售额,1\nS1,2026-05-31,销售额,1\nS1,2026年06月份,销售额,1\nS1,13月,销售额,1\n";
    let shop = shop(&[("sales.csv", SALE), ("目标.csv", &format!("{head}{rows}"))]);
    let loaded = shop.load();
    assert_eq!(shop.quarantine(&loaded), ["data/目标.csv:8 month 13月 type"]);
    assert_eq!(
        shop.rows(&loaded, "select month from store_targets order by 1"),
        ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"]
    );
}

const STORES: &str = "门店编码,门店名称\nS1,一店\nS2,二店\n";

#[test]
fn c1_another_name_of_a_store_is_that_store_in_every_table() {
    let rows = "T1,2026-10-01,S1,M1,P1,1,1\nT2,2026-10-01,MT-9,M1,P1,1,2\nT3,2026-10-01,OLD,M2,P1,1,4\nT4,2026-10-01,S9,M2,P1,1,8\n";
    let head = SALE.lines().next().unwrap();
    let shop = shop(&[
        ("sales.csv", &format!("{head}\n{rows}")),
        ("门店.csv", STORES),
        ("门店对照.csv", "别名,门店编码\nMT-9,OLD\nOLD,S2\n"),
        ("会员.csv", "会员卡号,姓名,归属门店编码\nM1,张三,MT-9\n"),
    ]);
    let loaded = shop.load();
    // S9 is no name of any store.
    assert_eq!(shop.quarantine(&loaded), ["data/sales.csv:5 store_id S9 foreign_key"]);
    assert_eq!(
        shop.rows(&loaded, "select store_id, sum(amount) from transactions group by 1 order by 1"),
        ["S1|1.00", "S2|6.00"]
    );
    assert_eq!(shop.rows(&loaded, "select record_id, store_id from customers"), ["M1|S2"]);
    assert_eq!(shop.rows(&loaded, "select store_id, rows from store_files order by 1"), ["S1|1", "S2|2", "S9|1"]);
    // A corrected alias is followed, though the sales have not changed.
    shop.put("门店对照.csv", "别名,门店编码\nMT-9,S1\nOLD,S2\n".as_bytes());
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select store_id, sum(amount) from transactions group by 1 order by 1"),
        ["S1|3.00", "S2|4.00"]
    );
    shop.put("门店对照.csv", "别名,门店编码\nMT-9,OLD\nOLD,MT-9\n".as_bytes());
    assert!(shop.try_load().unwrap_err().message().contains("back to itself"));
}

#[test]
fn c1_the_same_card_number_in_two_id_spaces_is_two_records() {
    let settings = "[[source]]\ntable = \"customers\"\nfiles = [\"mall.csv\"]\nid_space = \"mall\"\n";
    let shop = shop(&[
        ("sales.csv", SALE),
        ("会员.csv", "会员卡号,姓名\nM1,张三\n"),
        ("mall.csv", "会员卡号,姓名\nM1,李四\n"),
        ("storebook.toml", settings),
    ]);
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select id_space, name from customers order by 1"), ["main|张三", "mall|李四"]);
    assert_eq!(loaded.counts.superseded, 0);
}

#[test]
fn c1_an_alias_makes_no_store_of_its_own() {
    let shop = shop(&[("sales.csv", SALE), ("a.csv", "别名,门店编码\nS1,S7\n")]);
    assert_eq!(shop.rows(&shop.load(), "select store_id from stores"), ["S7"]);
}
