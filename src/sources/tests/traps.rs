//! C5: what a careless export does. Each trap gives a clear answer or quarantine, and loses nothing.

use super::fixture::{SALES, shop};

const GLOB: &str = "[[source]]\ntable = \"transactions\"\nfiles = [\"pos/*.csv\"]\n";

#[test]
fn c10_two_layouts_under_one_glob_are_matched_file_by_file() {
    let shop = shop(&[
        ("pos/a.csv", &format!("{SALES}T1,2026-10-01,S1,M1,P1,1,10\n")),
        ("pos/b.csv", "ticket,when,store,amount,qty\nT2,2026-10-02,S1,5,1\n"),
        ("storebook.toml", GLOB),
    ]);
    // `when` means nothing by itself: the file that has it is named, not read wrongly.
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("pos/b.csv") && problem.message().contains("ordered_at"), "{problem}");
    shop.put("pos/b.csv", b"ticket,time,store,amount,qty\nT2,2026-10-02,S1,5,1\n");
    assert_eq!(
        shop.rows(&shop.load(), "select transaction_id, amount from transactions order by 1"),
        ["T1|10.00", "T2|5.00"]
    );
}

#[test]
fn c5_a_column_that_changes_its_kind_half_way_costs_the_rows_it_cannot_be() {
    let mut text = SALES.to_owned();
    for n in 0..3000 {
        let amount = if n < 2900 { format!("{n}.50") } else { format!("第{n}单") };
        text.push_str(&format!("T{n},2026-10-01,S1,M1,P1,1,{amount}\n"));
    }
    let shop = shop(&[("a.csv", &text)]);
    let loaded = shop.load();
    assert_eq!((loaded.counts.loaded, loaded.counts.quarantined), (2900, 100));
    assert_eq!(shop.quarantine(&loaded)[0], "data/a.csv:2902 amount 第2900单 type");
}

#[test]
fn c2_two_sources_may_use_the_same_number_and_one_source_may_not() {
    let row = |amount: u32| format!("{SALES}T1,2026-10-01,S1,M1,P1,1,{amount}\n");
    let sections = "[[source]]\ntable = \"transactions\"\nname = \"a\"\nfiles = [\"a.csv\"]\n[[source]]\ntable = \"transactions\"\nname = \"b\"\nfiles = [\"b.csv\"]\n";
    let shop = shop(&[("a.csv", &row(1)), ("b.csv", &row(2)), ("storebook.toml", sections)]);
    assert_eq!(shop.rows(&shop.load(), "select source, amount from transactions order by 1"), ["a|1.00", "b|2.00"]);
    shop.put("storebook.toml", sections.replace("\"b\"", "\"a\"").as_bytes());
    let loaded = shop.load();
    // The later file corrects the earlier one, and the older row is kept.
    assert_eq!(shop.rows(&loaded, "select source, amount from transactions"), ["a|2.00"]);
    assert_eq!(shop.rows(&loaded, "select file, superseded_by is not null from row_history"), ["data/a.csv|true"]);
}

#[test]
fn c2_exports_that_overlap_count_each_sale_once() {
    let rows: Vec<String> = (1..=30).map(|n| format!("T{n},2026-10-{n:02},S1,M{n},P1,1,{n}\n")).collect();
    let part = |from: usize, to: usize| format!("{SALES}{}", rows[from..to].concat());
    let shop = shop(&[("1.csv", &part(0, 20)), ("2.csv", &part(10, 30)), ("3.csv", &part(0, 20))]);
    let loaded = shop.load();
    // 1 + 2 + … + 30.
    assert_eq!(shop.rows(&loaded, "select count(*), sum(amount) from transactions"), ["30|465.00"]);
    assert_eq!((loaded.counts.rows_in, loaded.counts.duplicates), (60, 30));
}

#[test]
fn c5_a_mended_file_brings_back_what_was_turned_away() {
    let shop = shop(&[("a.csv", &format!("{SALES}T1,2026-10-01,S1,M1,P1,1,ten\nT2,2026-10-01,S1,M1,P1,1,5\n"))]);
    assert_eq!(shop.load().counts.quarantined, 1);
    // Mended in the file itself, or sent again beside it: either way the sale counts once.
    shop.put("a-mended.csv", format!("{SALES}T1,2026-10-01,S1,M1,P1,1,10\n").as_bytes());
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select sum(amount) from transactions"), ["15.00"]);
    shop.put("a.csv", format!("{SALES}T1,2026-10-01,S1,M1,P1,1,10\nT2,2026-10-01,S1,M1,P1,1,5\n").as_bytes());
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select sum(amount) from transactions"), ["15.00"]);
    assert_eq!((loaded.counts.quarantined, loaded.counts.duplicates), (0, 1));
}
