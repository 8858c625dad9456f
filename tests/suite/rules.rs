//! C45: rules of the programme in a workbook, through the real program. Every expected figure is worked out by hand in the comments.

use rust_xlsxwriter::Workbook;

use crate::support::TestProject;

const HEAD: &str = "transaction_id,ordered_at,store_id,record_id,sku,category,kind,quantity,amount\n";
const CARDS: &str = "record_id,name,phone,joined_on\nA,艾一,13900000001,2026-01-01\nB,贝二,13900000002,2026-01-01\nC,蔡三,13900000003,2026-01-01\n";

/// A spent 500, B 1,500 and C 6,000; with the default tiers they are 普卡, 银卡 and 金卡.
fn chain() -> TestProject {
    TestProject::empty()
        .file(
            "data/sales.csv",
            format!(
                "{HEAD}T1,2026-08-01 10:00,S1,A,P1,茶,sale,1,500\nT2,2026-08-02 10:00,S1,B,P1,茶,sale,1,1500\n\
                 T3,2026-08-03 10:00,S1,C,P1,家居,sale,1,6000\n"
            ),
        )
        .file("data/members.csv", CARDS)
}

/// Texts; what parses as a number is one.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a sheet");
        for (row, cells) in (0u32..).zip(*rows) {
            for (column, cell) in (0u16..).zip(*cells) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).map(drop),
                    Err(_) => sheet.write_string(row, column, *cell).map(drop),
                }
                .expect("a cell");
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

fn tiers(project: &TestProject) -> String {
    let text = project.query("select p.name, tier from customer_tiers t join people p using (person_id) order by 1");
    text.trim_start_matches('\u{feff}').to_owned()
}

/// The workbook that the program writes holds the rules as they are: with it in its place, nothing changes.
#[test]
fn c45_the_template_is_the_rules_as_they_are() {
    let project = chain();
    project.build();
    let before = project.tree();
    for (locale, file) in [("zh-CN", "会员规则.xlsx"), ("en", "membership-rules.xlsx")] {
        let written = project.run(&["rules", "template", "--locale", locale]);
        assert_eq!(written.code, 0, "{}", written.err);
        let bytes = std::fs::read(project.path(file)).expect("a workbook");
        let again = project.run(&["rules", "template", "--locale", locale]);
        assert_eq!(again.code, 3, "a workbook that is there is kept: {}", again.err);
        let checked = project.run(&["rules", "check", "--locale", locale]);
        assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
        project.build();
        let after = project.tree();
        let changed: Vec<_> =
            before.iter().filter(|(name, bytes)| name.ends_with(".html") && after.get(*name) != Some(bytes)).collect();
        assert!(changed.is_empty(), "{locale}: {:?}", changed.iter().map(|(name, _)| name).collect::<Vec<_>>());
        let forced = project.run(&["rules", "template", "--locale", locale, "--force"]);
        assert_eq!(forced.code, 0, "{}", forced.err);
        assert_eq!(std::fs::read(project.path(file)).expect("a workbook"), bytes, "the same rules, the same bytes");
        std::fs::remove_file(project.path(file)).expect("remove");
    }
}

/// Rules that stand in the settings leave them only when that is said, and the rest of the settings stays as it is.
#[test]
fn c45_rules_move_from_the_settings_into_the_workbook() {
    let rules = "# ours\n[tiers]\nmonths = 6 # half a year\n\n[[tiers.levels]]\nname = \"基础\"\n\n[[tiers.levels]]\nname = \"银\"\nspend = 450.5\n\n\
        [[loyalty.multipliers]]\nname = \"茶\"\nof = \"category\"\nis = \"茶\"\nfactor = 2\nfrom = \"2026-02-28\"\n\n[rfm]\nwindow = 730\n";
    let project = chain().file("storebook.toml", rules);
    let points = "select person_id, balance from points_balances order by 1";
    let (before, balances) = (tiers(&project), project.query(points));
    let refused = project.run(&["rules", "template"]);
    assert!(refused.code == 3 && refused.err.contains("--move"), "{}", refused.err);
    assert!(!project.path("会员规则.xlsx").exists() && project.read("storebook.toml") == rules);
    let moved = project.run(&["rules", "template", "--move"]);
    assert_eq!(moved.code, 0, "{}", moved.err);
    assert_eq!(project.read("storebook.toml"), "# ours\n[tiers]\nmonths = 6 # half a year\n\n[rfm]\nwindow = 730\n");
    assert_eq!(project.run(&["rules", "check"]).code, 0);
    assert_eq!((tiers(&project), project.query(points)), (before, balances));
}

/// Silver from 400 on, gold from 10,000: A rises, C falls.
#[test]
fn c45_rules_of_a_workbook_count_and_are_printed() {
    let rows: &[&[&str]] =
        &[&["等级", "消费满", "权益"], &["普卡", "0"], &["银卡", "400", "生日礼"], &["金卡", "10000"]];
    let project = chain().file("会员规则.xlsx", workbook(&[("等级", rows)]));
    assert_eq!(tiers(&project), "name,tier\n艾一,银卡\n蔡三,银卡\n贝二,银卡\n");
    project.build();
    let page = project.read("output/about/definitions/index.html");
    assert!(page.contains("生日礼") && page.contains("10,000"), "the rules stand on the page of definitions");
}

#[test]
fn c45_what_is_wrong_is_told_by_sheet_and_cell() {
    let rows: &[&[&str]] = &[&["等级", "消费满"], &["普卡", "0"], &["银卡", "一千"], &["金卡", ""]];
    let project = chain();
    project.build();
    let before = project.tree();
    let project = project.file("会员规则.xlsx", workbook(&[("等级", rows), ("等级2", rows)]));
    let built = project.try_build(&[]);
    assert_eq!(built.code, 2, "{}", built.err);
    assert!(
        built.err.contains("会员规则.xlsx") && built.err.contains("等级!B3") && built.err.contains("1 more"),
        "{}",
        built.err
    );
    assert_eq!(project.tree(), before, "the site stays");
    let checked = project.run(&["rules", "check"]);
    assert_eq!(checked.code, 1, "{}", checked.err);
    assert_eq!(
        checked.out,
        "等级!B3  “一千”不是数字。\n等级!B4  这一格要填。\n工作表“等级2”没有用到：名字不是等级、积分、过期、倍数、节日、分群。\n有 2 处要改。\n"
    );
    let checked = project.run(&["rules", "check", "--locale", "en"]);
    assert!(checked.out.starts_with("等级!B3  \"一千\" is not a number.\n"), "{}", checked.out);
    // What stands in the settings too.
    let rows: &[&[&str]] = &[&["Tier", "Spend"], &["Basic", "0"]];
    let project = project
        .file("会员规则.xlsx", workbook(&[("Tiers", rows)]))
        .file("storebook.toml", "[[tiers.levels]]\nname = \"普卡\"\n");
    assert!(project.run(&["rules", "check"]).out.contains("tiers.levels"));
    assert_eq!(project.try_build(&[]).code, 2);
    // No workbook, no rules to check.
    std::fs::remove_file(project.path("会员规则.xlsx")).expect("remove");
    let checked = project.run(&["rules", "check"]);
    assert!(checked.code == 2 && checked.err.contains("storebook rules template"), "{}", checked.err);
}

/// From 2027 on silver is reached by 400, gold by 10,000, and 1 元 earns 2 points. Had that always been so: A 普卡 → 银卡, C 金卡 → 银卡,
/// B stays. Points: 500 + 1,500 + 6,000 = 8,000 now, 16,000 then, at 0.01 each; none has expired yet.
#[test]
fn c45_a_preview_says_who_moves_and_what_points_cost() {
    let project = chain();
    project.build();
    let levels: &[&[&str]] = &[
        &["等级", "消费满", "生效日"],
        &["普卡", "0", ""],
        &["银卡", "1000", ""],
        &["金卡", "5000", ""],
        &["银卡", "400", "2027-01-01"],
        &["金卡", "10000", "2027-01-01"],
    ];
    let earn: &[&[&str]] = &[&["每消费", "得积分", "生效日"], &["1", "1", ""], &["1", "2", "2027-01-01"]];
    let book = workbook(&[("等级", levels), ("积分", earn)]);
    let project = project.file("new.xlsx", book);
    let new = project.path("new.xlsx").to_string_lossy().into_owned();
    let names = project.path("moves.csv").to_string_lossy().into_owned();
    let said = project.run(&["rules", "preview", &new, "--today", "2026-11-05", "--names", &names]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(
        said.out,
        "假如 2027年1月1日 的规则一直都在，和今天的规则比：\n\n升级 1 人\n  普卡 → 银卡  1\n降级 1 人\n  金卡 → 银卡  1\n不变 1 人\n\n\
         未用积分 8,000 → 16,000\n积分负债 ￥80.00 → ￥160.00\n"
    );
    let moves = project.read("moves.csv");
    let rows: Vec<_> = moves.lines().map(|line| line.split_once(',').map_or("", |(_, rest)| rest)).collect();
    assert_eq!(rows, ["name,store_id,tier,tier_then", "艾一,S1,普卡,银卡", "蔡三,S1,金卡,银卡"]);
    // On the last day of 2026 nothing has changed.
    let said =
        project.run(&["rules", "preview", &new, "--today", "2026-11-05", "--on", "2026-12-31", "--locale", "en"]);
    assert!(said.out.contains("Up: 0 people\nDown: 0 people\nAs before: 3 people\n"), "{}", said.out);
    assert!(said.out.contains("¥80.00 → ¥80.00") || said.out.contains("￥80.00 → ￥80.00"), "{}", said.out);
}
