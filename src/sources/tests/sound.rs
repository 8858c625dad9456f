//! Files that were sound together are compared with new ones only: every change gives what a fresh load gives.

use std::collections::BTreeMap;

use super::fixture::{Shop, shop};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount,kind,original_transaction_id\n";

fn sales(store: u32, more: &str) -> String {
    let line = |n: u32| format!("T{store}{n},2026-10-0{n} 10:00:00,S{store},M{n},P1,1,{n}.50,sale,\n");
    format!("{HEADER}{}{}{}{more}", line(1), line(2), line(3))
}

fn chain() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        (1..=8).map(|store| (format!("pos/{store}.csv"), sales(store, ""))).collect();
    // A refund of a sale of another store.
    files.insert("pos/8.csv".into(), sales(8, "R81,2026-10-09 10:00:00,S8,M1,P1,1,-1.50,refund,T11\n"));
    let stores: String = (1..=8).map(|n| format!("S{n},Shop {n}\n")).collect();
    files.insert("stores.csv".into(), format!("store_id,name\n{stores}"));
    files.insert("customers.csv".into(), "record_id,name,home_store\nM1,Ann,S1\nM2,Bea,S2\nM3,Cho,S3\n".into());
    files
}

fn put(shop: &Shop, files: &BTreeMap<String, String>) {
    files.iter().for_each(|(name, text)| shop.put(name, text.as_bytes()));
}

/// Everything that a load says and holds.
fn told(shop: &Shop) -> Vec<String> {
    let loaded = shop.load();
    let mut told = shop.quarantine(&loaded);
    told.extend(loaded.warnings.iter().cloned());
    for table in ["transactions", "customers", "stores", "quarantine", "row_history", "files", "store_files"] {
        told.push(table.to_owned());
        told.extend(shop.rows(&loaded, &format!("select * from {table}")));
    }
    told
}

#[test]
fn c2_a_change_among_sound_files_gives_what_a_fresh_load_gives() {
    let kept = shop(&[]);
    let files = chain();
    put(&kept, &files);
    let sound = told(&kept);
    let edit = |name: &str, text: String| -> BTreeMap<String, String> {
        let mut files = files.clone();
        files.insert(name.to_owned(), text);
        files
    };
    let without = |name: &str| -> BTreeMap<String, String> {
        let mut files = files.clone();
        files.remove(name);
        files
    };
    let line = |id: &str, day: &str, amount: &str, kind: &str, of: &str| {
        format!("{id},2026-10-{day} 10:00:00,S5,M1,P1,1,{amount},{kind},{of}\n")
    };
    // What is to be seen in the rows of the load, beside that they are those of a fresh one.
    let changes: Vec<(&str, BTreeMap<String, String>, &str)> = vec![
        ("another amount", edit("pos/5.csv", sales(5, "").replace("2.50", "7.77")), "|7.77|"),
        (
            "a transaction of an earlier file again",
            edit("pos/5.csv", sales(5, &sales(1, "")[HEADER.len()..])),
            "data/pos/5.csv|transactions|transactions|6|",
        ),
        (
            "a correction of an earlier file",
            edit("pos/5.csv", sales(5, &line("T12", "02", "9.99", "sale", ""))),
            "transactions / T12 / 1",
        ),
        (
            "a correction of a later file",
            edit("pos/5.csv", sales(5, &line("T72", "02", "9.99", "sale", ""))),
            "transactions / T72 / 1",
        ),
        (
            "a refunded sale that is none any more",
            edit("pos/1.csv", sales(1, "").replacen("sale", "shipping", 1)),
            "data/pos/8.csv:5 original_transaction_id T11 refund",
        ),
        (
            "a refund of a refund",
            edit("pos/5.csv", sales(5, &line("R51", "09", "-1", "refund", "R81"))),
            "original_transaction_id R81 refund",
        ),
        ("a file goes", without("pos/1.csv"), "R81"),
        ("a new file with an old number", edit("pos/9.csv", sales(4, "")), "data/pos/9.csv"),
        (
            "a store nobody names any more",
            edit("stores.csv", files["stores.csv"].replace("S3,Shop 3\n", "")),
            "store_id S3 foreign_key",
        ),
        (
            "a line of the future",
            edit("pos/2.csv", sales(2, &line("T29", "09", "1", "sale", "").replace("2026-10", "2027-10"))),
            "future_date",
        ),
        ("a customer twice", edit("customers2.csv", "record_id,name,home_store\nM1,Anna,S1\n".into()), "Anna"),
    ];
    for (what, files, seen) in &changes {
        for name in ["pos/9.csv", "customers2.csv"] {
            if kept.root().join("data").join(name).exists() {
                kept.remove(name);
            }
        }
        if !files.contains_key("pos/1.csv") {
            kept.remove("pos/1.csv");
        }
        put(&kept, files);
        let fresh = shop(&[]);
        put(&fresh, files);
        let (kept, fresh) = (told(&kept), told(&fresh));
        assert_eq!(kept, fresh, "{what}");
        assert_ne!(kept, sound, "{what}");
        assert!(kept.iter().any(|row| row.contains(seen)), "{what}: {kept:#?}");
    }
    for name in ["pos/9.csv", "customers2.csv"] {
        let _ = std::fs::remove_file(kept.root().join("data").join(name));
    }
    put(&kept, &files);
    assert_eq!(told(&kept), sound, "and back again");
}

#[test]
fn c2_what_was_dropped_stays_dropped_when_another_file_changes() {
    let kept = shop(&[]);
    let mut files = chain();
    files.insert("pos/9.csv".into(), sales(4, ""));
    put(&kept, &files);
    kept.load();
    files.insert("pos/5.csv".into(), sales(5, "").replace("1.50", "1.60"));
    put(&kept, &files);
    let fresh = shop(&[]);
    put(&fresh, &files);
    assert_eq!(told(&kept), told(&fresh));
    assert_eq!(kept.load().counts.duplicates, 3);
}
