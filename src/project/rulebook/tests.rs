//! Workbooks written with the library that reads none of our code, row by row as a person would fill them.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;
use crate::project::parse;

/// A sheet as text: rows by line, cells by `|`; `=d2026-11-01` is a real date, `=n12.5` a number, everything else text.
fn workbook(sheets: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, line) in (0u32..).zip(rows.lines()) {
            for (column, cell) in (0u16..).zip(line.split('|')) {
                if let Some(date) = cell.strip_prefix("=d") {
                    let date = ExcelDateTime::parse_from_str(date).unwrap();
                    sheet.write_datetime_with_format(row, column, date, &day).unwrap();
                } else if let Some(number) = cell.strip_prefix("=n") {
                    sheet.write_number(row, column, number.parse::<f64>().unwrap()).unwrap();
                } else if !cell.is_empty() {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
    }
    book.save(folder.path().join(FILES[0])).unwrap();
    folder
}

fn book(sheets: &[(&str, &str)]) -> Rulebook {
    read(&workbook(sheets).path().join(FILES[0])).unwrap()
}

/// The faults as a reader of Chinese sees them.
fn told(sheets: &[(&str, &str)]) -> Vec<String> {
    let locale = Locale::built_in("zh-CN", "CNY", 2).unwrap();
    book(sheets).faults.iter().map(|fault| format!("{} {}", fault.place(), fault.say(&locale))).collect()
}

const LEVELS: &str = "等级|消费满|积分倍数|权益|生效日|失效日\n";

#[test]
fn c45_rules_are_read_as_they_are_typed() {
    let found = book(&[
        (
            "等级",
            &format!(
                "我们的会员等级\n{LEVELS}普卡|=n0\n银卡|1,000元|=n1.5|包邮|=d2026-01-01\n\n金卡|￥5000||生日礼|2026/7/1|2026年12月31日\n"
            ),
        ),
        ("积分", "每消费*|得积分*|几天后可用\n=n1|=n1|=n7\n"),
        ("过期", "什么时候过期|几|退还后多给几天\n几年后的年底|=n2|\n"),
        (
            "倍数",
            "名称|看什么|是哪个|倍数|生效日|失效日\n周三|星期|周三|=n2|=d2026-11-01|\n茶|品类|茶|=n3\n生日|生日当月||=n2\n",
        ),
        ("节日", "节日|英文名|历法|月|日|提前几天问候\n腊八|Laba|农历|=n12|=n8|=n2\n元旦||公历|=n1|=n1\n"),
        (
            "分群",
            "方案|分群|看什么|比较|值\n距离|近的常客|城市|等于|杭州、苏州\n距离|近的常客|购买天数|至少|=n3\n阶段|睡着的|生命周期|等于|沉睡\n阶段|醒着的|生命周期|不等于|沉睡、流失\n",
        ),
        ("备忘", "随便写\n"),
    ]);
    assert!(found.faults.is_empty(), "{:?}", found.faults);
    let levels: Vec<_> = found.levels.iter().map(|placed| (placed.row, &placed.rule)).collect();
    assert_eq!(levels.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3, 4, 6]);
    assert_eq!((levels[1].1.spend, levels[1].1.points, levels[1].1.from.as_str()), (1000.0, Some(1.5), "2026-01-01"));
    assert_eq!((levels[2].1.spend, levels[2].1.until.as_str()), (5000.0, "2026-12-31"));
    assert_eq!(
        (found.earn[0].rule.pending_days, found.expiry[0].rule.lasts, found.expiry[0].rule.number),
        (7, Lasts::EndOfYear, 2)
    );
    let multipliers: Vec<_> =
        found.multipliers.iter().map(|placed| (placed.rule.of, placed.rule.is.as_str())).collect();
    assert_eq!(
        multipliers,
        [(MultiplierOf::Weekday, "3"), (MultiplierOf::Category, "茶"), (MultiplierOf::BirthdayMonth, "")]
    );
    assert_eq!(found.holidays[0], Holiday::new("腊八", "Laba", true, (12, 8), Some(2)));
    assert_eq!(found.holidays[1], Holiday::new("元旦", "", false, (1, 1), None));
    let conditions: Vec<_> = found.segments.iter().map(|rule| rule.condition.as_str()).collect();
    assert_eq!(
        conditions,
        [
            "city in ('杭州', '苏州') and purchase_days >= 3",
            "stage in ('silent')",
            "coalesce(stage, '') not in ('silent', 'lost')"
        ]
    );
    assert_eq!(found.unread, ["备忘"]);
}

#[test]
fn c45_each_fault_has_its_sheet_and_cell() {
    assert_eq!(
        told(&[
            (
                "等级",
                &format!(
                    "{LEVELS}普卡|=n0\n银卡|一千\n金卡|=n-5\n|=n9\n钻卡|=n20000|||=d2026-11-01 12:30\n铂金|=n30000|||=d2026-05-01|=d2026-04-01\n"
                )
            ),
            ("积分", "每消费|得积分|几天后可用\n=n0|=n1\n=n1|=n1|=n1.5\n"),
            ("过期", "什么时候过期|几\n明年|=n1\n几个月后|\n"),
            ("倍数", "名称|看什么|是哪个|倍数\n茶|品类||=n2\n全|全部|茶|=n2\n周八|星期|8|=n2\n"),
            ("节日", "节日|历法|月|日\n立夏|公历|=n2|=n30\n除夕|农历|=n13|=n1\n"),
            (
                "分群",
                "方案|分群|看什么|比较|值\n甲|乙|城市|至少|杭州\n甲|丙|生命周期|等于|睡着\n甲|丁|年龄|至少|三十\n"
            ),
        ]),
        [
            "等级!B3 “一千”不是数字。",
            "等级!B4 “-5”不能用：要 0 以上、小数不多的数；金额最多两位小数。",
            "等级!A5 这一格要填。",
            "等级!E6 “2026-11-01 12:30”带了时刻。规则从一天的开头起生效，只写日期。",
            "等级!F7 失效日比生效日早。",
            "积分!A2 “0”不能用：要 0 以上、小数不多的数；金额最多两位小数。",
            "积分!C3 “1.5”不能用：要 0 到 366 的整数。",
            "过期!A2 没有“明年”这一项。可以填：不过期、几个月后、几个月后的月底、几年后的年底。",
            "过期!B3 这一格要填。",
            "倍数!C2 要写是哪个品类、商品、门店、渠道或星期几。",
            "倍数!C3 这一种不用写是哪个，请空着。",
            "倍数!C4 “8”不是星期几。写 1（星期一）到 7（星期日）。",
            "节日!D2 没有 2 月 30 日。",
            "节日!C3 “13”不能用：要 1 到 12 的整数。",
            "分群!D2 没有“至少”这一项。可以填：等于、不等于。",
            "分群!E3 没有“睡着”这一项。可以填：潜客、新客、活跃、沉睡、流失、唤回。",
            "分群!E4 “三十”不是数字。",
        ]
    );
}

#[test]
fn c45_rules_that_contradict_each_other_are_named() {
    // Silver falls below basic from July on; gold has two rules from one day.
    let order = format!("{LEVELS}普卡|=n0|||\n银卡|=n1000|||\n普卡|=n1500|||=d2026-07-01\n");
    assert_eq!(told(&[("等级", &order)]), ["等级!B3 要比第 4 行的等级消费更多。从低到高写，一级比一级多。"]);
    let twice = format!("{LEVELS}普卡|=n0\n金卡|=n5000|||=d2026-07-01\n金卡|=n6000|||=d2026-07-01\n");
    assert_eq!(
        told(&[("等级", &twice)]),
        ["等级!E4 和第 3 行从同一天起生效，不知道听谁的。给旧的写上失效日，或者把新的生效日往后放。"]
    );
    let late = format!("{LEVELS}普卡|=n0|||=d2026-07-01\n");
    assert_eq!(told(&[("等级", &late)]), ["等级 有些日子没有任何等级。最低一级不写生效日和失效日，人人都在里面。"]);
    assert_eq!(
        told(&[("等级", "等级|消费\n普卡|=n0\n")]),
        ["等级!B1 不认识“消费”这一列。说明文字请写到别的工作表里。", "等级 少了“消费满”这一列。"]
    );
    let multipliers = "名称|看什么|是哪个|倍数|生效日|失效日\n茶|品类|茶|=n2|=d2026-01-01|=d2026-06-30\n茶|品类|茶|=n3|=d2026-06-30|\n";
    assert_eq!(
        told(&[("倍数", multipliers)]),
        ["倍数!E3 和第 2 行从同一天起生效，不知道听谁的。给旧的写上失效日，或者把新的生效日往后放。"]
    );
}

#[test]
fn c45_one_kind_of_rule_stands_in_one_place() {
    let levels = format!("{LEVELS}普卡|=n0\n");
    let sheets = [("等级", levels.as_str()), ("积分", "每消费|得积分\n")];
    let text = "[[tiers.levels]]\nname = \"普卡\"\n\n[[loyalty.earn]]\namount = 2\n";
    let mut config = parse(text).unwrap();
    let fault = book(&sheets).put_into(&mut config, text).unwrap_err();
    assert_eq!((fault.sheet.as_str(), fault.what), ("等级", What::InSettings("tiers.levels")));
    // An empty sheet leaves the settings alone.
    let text = "[tiers]\nmonths = 6\n\n[[loyalty.earn]]\namount = 2\n";
    let mut config = parse(text).unwrap();
    book(&sheets).put_into(&mut config, text).unwrap();
    assert_eq!((config.tiers.levels.len(), config.tiers.months, config.loyalty.earn[0].amount), (1, 6, 2.0));
}

#[test]
fn c45_a_file_that_is_no_workbook_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILES[0]);
    for bytes in [&b""[..], b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "等级,消费满\n".as_bytes()]
    {
        std::fs::write(&path, bytes).unwrap();
        assert!(read(&path).unwrap_err().message().contains("cannot be read"), "{bytes:?}");
    }
    std::fs::write(folder.path().join(FILES[1]), b"").unwrap();
    assert_eq!(find(folder.path()).unwrap_err().what, What::TwoFiles(FILES[0], FILES[1]));
}
