//! Cells as people and programs write them.

use jiff::civil::date;

use super::fixture::shop;

/// Loads one column of `transactions` and gives its values, `!rule` where the row was turned away.
fn read(column: &str, settings: &str, values: &[&str]) -> Vec<String> {
    let mut text =
        format!("transaction_id\tordered_at\tstore_id\t{column}{}\n", if column == "amount" { "" } else { "\tamount" })
            .replace("\tordered_at\tstore_id\tordered_at", "\tstore_id\tordered_at");
    for (number, value) in values.iter().enumerate() {
        let amount = if column == "amount" { "" } else { "\t1" };
        let at = if column == "ordered_at" { "" } else { "\t2026-10-01" };
        text += &format!("T{number:03}{at}\tS1\t{value}{amount}\n");
    }
    let shop = shop(&[("t.tsv", &text), ("storebook.toml", settings)]);
    let loaded = shop.load();
    shop.rows(
        &loaded,
        &format!("select coalesce(v::varchar, 'null') from (select transaction_id as id, {column}::varchar as v from transactions
            union all select 'T' || lpad((record - 1)::varchar, 3, '0'), '!' || rule from quarantine) order by id"),
    )
}

#[test]
fn c6_money_as_people_write_it() {
    let written = [
        "1,234.50",
        "￥12",
        "¥ 1,000",
        "$3.10",
        "(4.25)",
        "5.00-",
        "１２．５",
        "1.2万",
        "12元",
        "CNY 7",
        "-8",
        "+9",
        "1e3",
        ".5",
        "3.865",
        "1,23",
        "12 34x",
        "0",
        "1，234",
        "(-5)",
        "--5",
        "",
        "-",
        "99999999999999999999",
        "(5",
    ];
    let read = read("amount", "", &written);
    assert_eq!(
        read,
        [
            "1234.50",
            "12.00",
            "1000.00",
            "3.10",
            "-4.25",
            "-5.00",
            "12.50",
            "12000.00",
            "12.00",
            "7.00",
            "-8.00",
            "9.00",
            "1000.00",
            "0.50",
            "3.87",
            "!type",
            "!type",
            "0.00",
            "1234.00",
            "!type",
            "!type",
            "!required",
            "!required",
            "!type",
            "!type",
        ]
    );
}

#[test]
fn c6_moments_as_people_write_them() {
    let written = [
        "2026-10-31",
        "2026/10/31",
        "2026.10.31",
        "20261031",
        "2026年10月31日",
        "2026-10-31 18:05",
        "2026-10-31 18:05:09",
        "2026-10-31T18:05:09.500",
        "2026-10-31T10:05:09Z",
        "2026-10-31T18:05:09+08:00",
        "2026-10-31 06:05:09 -0400",
        "1793441109000",
        "1793441109",
        "2026/1/5 9:05",
        "20261031180509",
        "2026年1月5日 9时05分",
        "2026/10/31 下午 6:05",
        "２０２６-１０-３１",
        "2026-02-30",
        "2025-02-29",
        "2024-02-29",
        "soon",
        "0001-01-01",
        "31/10/2026 18:05",
        "2026-10-31 25:00",
    ];
    let read = read("ordered_at", "", &written);
    let day = "2026-10-31 00:00:00";
    let moment = "2026-10-31 18:05:09";
    assert_eq!(
        read,
        [
            day,
            day,
            day,
            day,
            day,
            "2026-10-31 18:05:00",
            moment,
            "2026-10-31 18:05:09.5",
            moment,
            moment,
            moment,
            moment,
            moment,
            "2026-01-05 09:05:00",
            moment,
            "2026-01-05 09:05:00",
            "2026-10-31 18:05:00",
            day,
            "!type",
            "!type",
            "2024-02-29 00:00:00",
            "!type",
            "!range",
            "2026-10-31 18:05:00",
            "!type",
        ]
    );
}

#[test]
fn c6_summer_time_is_known() {
    // New York: UTC−4 until 1 November 2026, 06:00 UTC, then UTC−5.
    let read = read(
        "ordered_at",
        "[project]\ntimezone = \"America/New_York\"\n",
        &["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z"],
    );
    assert_eq!(read, ["2026-11-01 01:30:00", "2026-11-01 01:30:00", "2026-03-08 01:59:59", "2026-03-08 03:00:00"]);
}

#[test]
fn c6_the_whole_column_tells_day_from_month() {
    assert_eq!(read("ordered_at", "", &["1/2/2026", "3/13/2026"]), ["2026-01-02 00:00:00", "2026-03-13 00:00:00"]);
    assert_eq!(read("ordered_at", "", &["1/2/2026", "13/3/2026"]), ["2026-02-01 00:00:00", "2026-03-13 00:00:00"]);
    assert_eq!(read("ordered_at", "", &["1/2/2026", "2026-10-01"]), ["!type", "2026-10-01 00:00:00"]);
    let told = "[[source]]\ntable = \"transactions\"\nfiles = [\"*\"]\ndate_order = \"dmy\"\n";
    assert_eq!(read("ordered_at", told, &["1/2/2026", "3/4/2026"]), ["2026-02-01 00:00:00", "2026-04-03 00:00:00"]);
}

#[test]
fn c6_days_of_a_spreadsheet() {
    // 45658 is 1 January 2025.
    assert_eq!(read("ordered_at", "", &["45658", "45658.75"]), ["2025-01-01 00:00:00", "2025-01-01 18:00:00"]);
    assert_eq!(read("ordered_at", "", &["45658", "2026-10-01"]), ["!type", "2026-10-01 00:00:00"]);
}

#[test]
fn c1_ids_stay_text() {
    let written = [
        " 00123 ",
        "=\"00123\"",
        "\"\t0042\"",
        "ＡＢ１２",
        "6.90E+12",
        "WALKIN",
        "散客",
        "0",
        "1e+05",
        "6.90123e+12",
        "9007199254740993",
        "",
    ];
    assert_eq!(
        read("record_id", "", &written),
        [
            "00123",
            "00123",
            "0042",
            "AB12",
            "!precision",
            "null",
            "null",
            "null",
            "100000",
            "!precision",
            "9007199254740993",
            "null"
        ]
    );
}

#[test]
fn kinds_quantities_and_signs() {
    let text = "transaction_id,ordered_at,store_id,qty,amount,订单类型\nT1,2026-10-01,S1,1,5,销售\nT2,2026-10-01,S1,-1,-5,退货\nT3,2026-10-01,S1,1,5,退货\nT4,2026-10-01,S1,,5,销售\nT5,2026-10-01,S1,0.255,0,\nT6,2026-10-01,S1,1,5,怪\n";
    let shop = shop(&[("t.csv", text)]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, kind, quantity, amount from transactions"),
        ["T1|sale|1.000|5.00", "T2|refund|-1.000|-5.00", "T5|sale|0.255|0.00"]
    );
    assert_eq!(
        shop.quarantine(&loaded),
        ["data/t.csv:4 amount 5 sign", "data/t.csv:5 quantity  required", "data/t.csv:7 kind 怪 code"]
    );
}

#[test]
fn a_business_day_may_start_at_four() {
    let text = "transaction_id,ordered_at,store_id,amount\nT1,2026-10-02 03:59:59,S1,1\nT2,2026-10-02 04:00:00,S1,1\nT3,2026-10-02,S1,1\n";
    let shop = shop(&[("t.csv", text), ("storebook.toml", "[project]\nday_starts_at = \"04:00\"\n")]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, ordered_on from transactions"),
        ["T1|2026-10-01", "T2|2026-10-02", "T3|2026-10-02"]
    );
    assert_eq!(loaded.newest, Some(date(2026, 10, 2)));
}

#[test]
fn c4_other_tables_are_typed() {
    let shop = shop(&[
        (
            "members.csv",
            "会员卡号,姓名,性别,生日,手机号,积分,同意营销,职业\nM1,王芳,女,1990/5/1,=\"13800138000\",\"1,200\",是,教师\nM2,李雷,X,1990-13-01,,,,\n",
        ),
        ("stores.csv", "门店编码,门店名称,开业日期\nS1,一店,2020-01-01\n"),
        ("goods.csv", "商品编码,商品名称,零售价,耐用品,复购周期\nP1,茶,12.5,否,30\nP2,壶,99,是,0\n"),
        (
            "feedback.csv",
            "反馈编号,反馈时间,门店编码,NPS,满意度,内容,类型\nF1,2026-10-01 10:00,S1,10,5,好,表扬\nF2,2026-10-01,S1,11,,,投诉\n",
        ),
    ]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select source, id_space, record_id, gender, birthday, phone, points_balance, consent_marketing, extra_职业 from customers"),
        ["customers|main|M1|female|1990-05-01|13800138000|1200.00|true|教师"]
    );
    assert_eq!(shop.rows(&loaded, "select sku, price, durable, replenish_days from products"), ["P1|12.50|false|30"]);
    assert_eq!(
        shop.rows(&loaded, "select feedback_id, on_date, nps, csat, kind from feedback"),
        ["F1|2026-10-01|10|5|praise"]
    );
    assert_eq!(shop.rows(&loaded, "select store_id, opened_on from stores"), ["S1|2020-01-01"]);
    assert_eq!(
        shop.quarantine(&loaded),
        [
            "data/members.csv:3 birthday 1990-13-01 type",
            "data/feedback.csv:3 nps 11 range",
            "data/goods.csv:3 replenish_days 0 range"
        ]
    );
    assert_eq!(loaded.tables["transactions"].rows, 0);
}
