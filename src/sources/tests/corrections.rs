//! The same rows again, other rows for the same key, and rows that refer to nothing.

use super::fixture::{SALES, shop};

fn sales(rows: &[&str]) -> String {
    format!("{SALES}{}\n", rows.join("\n"))
}

#[test]
fn c2_the_same_export_twice_changes_nothing() {
    let text = sales(&["T1,2026-10-01,S1,M1,P1,1,10", "T1,2026-10-01,S1,M1,P1,1,10", "T2,2026-10-02,S1,,P1,1,7"]);
    let shop = shop(&[("1.csv", &text)]);
    let once = shop.load();
    assert_eq!(once.counts.loaded, 3, "a real repeated line stays");
    shop.put("2.csv", text.as_bytes());
    shop.put("3.csv", format!("{text}T3,2026-10-03,S1,,P1,1,1\n").as_bytes());
    let again = shop.load();
    assert_eq!((again.counts.loaded, again.counts.duplicates, again.counts.superseded), (4, 6, 0));
    assert_eq!(shop.rows(&again, "select sum(amount), max(line_no) from transactions"), ["28.00|2"]);
    assert_eq!(again.files[1].duplicates, 3);
}

#[test]
fn c2_a_later_file_corrects_whole_transactions() {
    let shop = shop(&[
        (
            "day2.csv",
            &sales(&["T1,2026-10-01,S1,M1,P1,1,10", "T1,2026-10-01,S1,M1,P2,1,5", "T2,2026-10-02,S1,,P1,1,7"]),
        ),
        ("day10.csv", &sales(&["T1,2026-10-01,S1,M1,P1,1,8"])),
    ]);
    let loaded = shop.load();
    assert_eq!((loaded.counts.loaded, loaded.counts.superseded), (2, 2));
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, line_no, amount from transactions"),
        ["T2|1|7.00", "T1|1|8.00"]
    );
    assert_eq!(
        shop.rows(
            &loaded,
            "select table_name, row_key, file, record, superseded_by, content ->> 'amount' from row_history"
        ),
        [
            "transactions|transactions / T1 / 1|data/day2.csv|1|data/day10.csv|10.00",
            "transactions|transactions / T1 / 2|data/day2.csv|2|data/day10.csv|5.00"
        ]
    );
    assert_eq!(
        shop.rows(
            &loaded,
            "select file, source, table_name, rows_in, loaded, quarantined, duplicates, superseded, newest from files"
        ),
        [
            "data/day2.csv|transactions|transactions|3|1|0|0|2|2026-10-02",
            "data/day10.csv|transactions|transactions|1|1|0|0|0|2026-10-01"
        ]
    );
}

#[test]
fn c6_a_blank_never_overwrites() {
    let shop = shop(&[
        ("m1.csv", "会员卡号,姓名,手机号,等级\nM1,王芳,13800138000,银卡\nM2,李雷,,\nM3,a,1,\n"),
        (
            "m2.csv",
            "会员卡号,姓名,手机号,等级,爱好\nM1,,,金卡,茶\nM2,李雷,,,\nM4,b,2,,\nM4,c,2,,\nM5,d,3,,\nM5,d,3,,\n",
        ),
    ]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select record_id, name, phone, level, extra_爱好 from customers"),
        ["M1|王芳|13800138000|金卡|茶", "M2|李雷|||", "M3|a|1||", "M5|d|3||"]
    );
    let counts = loaded.counts;
    assert_eq!(
        (counts.rows_in, counts.loaded, counts.quarantined, counts.duplicates, counts.superseded),
        (9, 4, 2, 2, 1)
    );
    assert_eq!(
        shop.quarantine(&loaded),
        ["data/m2.csv:4 record_id M4 duplicate", "data/m2.csv:5 record_id M4 duplicate"]
    );
}

#[test]
fn numbered_lines_are_compared_line_by_line() {
    let head = "transaction_id,line_no,ordered_at,store_id,amount\n";
    let shop = shop(&[
        (
            "1.csv",
            &format!(
                "{head}T1,1,2026-10-01,S1,1\nT1,2,2026-10-01,S1,2\nT2,1,2026-10-01,S1,3\nT2,1,2026-10-01,S1,3\nT3,1,2026-10-01,S1,3\nT3,1,2026-10-01,S1,4\n"
            ),
        ),
        ("2.csv", &format!("{head}T1,2,2026-10-01,S1,5\n")),
    ]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, line_no, amount from transactions"),
        ["T1|1|1.00", "T2|1|3.00", "T1|2|5.00"]
    );
    assert_eq!((loaded.counts.duplicates, loaded.counts.quarantined, loaded.counts.superseded), (1, 2, 1));
}

/// In many tables the moment is called `at`, which is a word of SQL.
#[test]
fn c5_days_to_come_and_corrections_where_the_moment_is_called_at() {
    let head = "interaction_id,at,record_id,result\n";
    let shop = shop(&[
        ("t.csv", &sales(&["T1,2026-10-01,S1,,P1,1,1"])),
        ("i1.csv", &format!("{head}I1,2026-10-01 10:00,M1,busy\nI2,2026-11-05 10:00,M1,reached\n")),
        ("i2.csv", &format!("{head}I1,2026-10-01 10:00,M1,reached\n")),
    ]);
    let loaded = shop.load();
    assert_eq!(shop.quarantine(&loaded), ["data/i1.csv:3 at 2026-11-05 10:00:00 future_date"]);
    assert_eq!(shop.rows(&loaded, "select interaction_id, result from interactions"), ["I1|reached"]);
    assert_eq!(
        shop.rows(&loaded, "select table_name, content->>'at', content->>'result' from row_history"),
        ["interactions|2026-10-01 10:00:00|busy"]
    );
}

#[test]
fn c5_unknown_stores_and_days_to_come_are_turned_away() {
    let rows = sales(&[
        "T1,2026-10-01,S1,,P1,1,1",
        "T2,2026-10-01,S9,,P1,1,1",
        "T3,2026-11-02,S1,,P1,1,1",
        "T4,2026-11-01 23:59,S1,,P1,1,1",
    ]);
    let shop = shop(&[("t.csv", &rows), ("stores.csv", "门店编码,门店名称\nS1,一店\n")]);
    let loaded = shop.load();
    assert_eq!(
        shop.quarantine(&loaded),
        ["data/t.csv:3 store_id S9 foreign_key", "data/t.csv:4 ordered_at 2026-11-02 00:00:00 future_date"]
    );
    assert_eq!(shop.rows(&loaded, "select hint_key from quarantine"), ["rule-foreign_key", "rule-future_date"]);
    assert_eq!(loaded.newest.unwrap().to_string(), "2026-11-01");
    shop.put("storebook.toml", b"[contract]\nunknown_store = \"create\"\n");
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select store_id, name from stores"), ["S1|一店", "S9|S9"]);
    shop.put("storebook.toml", b"");
    shop.remove("stores.csv");
    assert_eq!(shop.rows(&shop.load(), "select store_id from stores"), ["S1", "S9"]);
}

#[test]
fn other_money_and_refunds_of_refunds() {
    let shop = shop(&[(
        "t.csv",
        "transaction_id,ordered_at,store_id,amount,币种,原订单号\nA,2026-10-01,S1,5,人民币,\nB,2026-10-01,S1,5,USD,\nC,2026-10-01,S1,-5,,A\nD,2026-10-01,S1,-5,cny,C\nE,2026-10-01,S1,-5,,older\n",
    )]);
    let loaded = shop.load();
    assert_eq!(
        shop.quarantine(&loaded),
        ["data/t.csv:3 currency USD currency", "data/t.csv:5 original_transaction_id C refund"]
    );
    assert_eq!(shop.rows(&loaded, "select distinct currency from transactions"), ["CNY"]);
}

#[test]
fn c5_quarantine_files_come_and_go() {
    use crate::sources::write_quarantine;
    use crate::warehouse::DuckDb;
    let shop = shop(&[("t.csv", &sales(&["T1,2026-10-01,S1,M1,P1,1,x", "T2,2026-10-01,S1,,=1+1,1,\"y\nz\""]))]);
    let write = |loaded: &crate::sources::Loaded| {
        let project = shop.project().unwrap();
        let engine = DuckDb::loading(&project.config.engine).unwrap();
        write_quarantine(&project, &shop.store(), &engine, loaded).unwrap();
    };
    write(&shop.load());
    let file = shop.root().join("quarantine/transactions.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("\u{feff}file,line,column,value,rule,hint,row,mark\r\ndata/t.csv,2,amount,x,type,"),
        "{text}"
    );
    assert!(text.contains(",\"T1,2026-10-01,S1,M1,P1,1,x\",r"), "{text}");
    assert!(text.contains("\"T2,2026-10-01,S1,,=1+1,1,\"\"y\nz\"\"\",r"), "{text}");
    shop.put("t.csv", sales(&["T1,2026-10-01,S1,M1,P1,1,1"]).as_bytes());
    write(&shop.load());
    assert!(!file.exists());
}

#[test]
fn stores_that_share_ticket_numbers_are_noticed() {
    let shop =
        shop(&[("s1.csv", &sales(&["1,2026-10-01,S1,,P1,1,1"])), ("s2.csv", &sales(&["1,2026-10-01,S2,,P1,1,2"]))]);
    let loaded = shop.load();
    assert!(
        loaded.warnings[0].contains("1 transactions were superseded by one of another store"),
        "{:?}",
        loaded.warnings
    );
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\ncolumns = { transaction_id = \"{store_id}-{transaction_id}\" }\n";
    shop.put("storebook.toml", settings.as_bytes());
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select transaction_id, amount from transactions"), ["S1-1|1.00", "S2-1|2.00"]);
    assert!(loaded.warnings.is_empty());
}
