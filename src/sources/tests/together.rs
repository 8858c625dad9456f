//! Files that are read by one query.

use super::fixture::{SALES, shop};

fn sales(store: &str, from: u32) -> String {
    let rows: Vec<String> =
        (from..from + 3).map(|n| format!("T{n},2026-10-0{} 10:00:00,{store},M{n},P1,1,{n}.50", n % 9 + 1)).collect();
    format!("{SALES}{}\n", rows.join("\n"))
}

#[test]
fn c2_files_of_one_shape_keep_their_own_lines_and_numbers() {
    // One ends its lines in another way, one holds a plus sign, one a mark of byte order, one is empty but for its header.
    let shop = shop(&[
        ("pos/a.csv", &sales("S1", 1)),
        ("pos/b.csv", &sales("S1", 11).replace('\n', "\r\n")),
        (
            "pos/c.csv",
            &format!("{SALES}T21,2026-10-01 10:00:00,S2,M+1,P1,1,oops\nT22,2026-10-02 10:00:00,S2,,P1,2,7\n"),
        ),
        ("pos/d.csv", &format!("\u{feff}{}", sales("S3", 31))),
        ("pos/e.csv", SALES),
        ("pos/f.csv", &format!("{SALES}T41,2026-10-01 10:00:00,S4,\"M,1\",P1,1,4\n")),
    ]);
    let loaded = shop.load();
    assert_eq!(shop.quarantine(&loaded), ["data/pos/c.csv:2 amount oops type"]);
    assert_eq!(
        shop.rows(&loaded, "select store_id, transaction_id, record_id, amount from transactions"),
        [
            "S1|T1|M1|1.50",
            "S1|T2|M2|2.50",
            "S1|T3|M3|3.50",
            "S1|T11|M11|11.50",
            "S1|T12|M12|12.50",
            "S1|T13|M13|13.50",
            "S2|T22||7.00",
            "S3|T31|M31|31.50",
            "S3|T32|M32|32.50",
            "S3|T33|M33|33.50",
            "S4|T41|M,1|4.00",
        ]
    );
    let counts: Vec<(u64, u64)> = loaded.files.iter().map(|file| (file.rows_in, file.loaded)).collect();
    assert_eq!(counts, [(3, 3), (3, 3), (2, 1), (3, 3), (0, 0), (1, 1)]);
}

#[test]
fn c2_a_constant_from_the_file_name_is_each_files_own() {
    let toml = "[[source]]\ntable = \"transactions\"\nfiles = [\"pos/*.csv\"]\nconstants = { store_id = \"{stem}\" }\n";
    let sheet = |n: u32| format!("订单编号,销售时间,销售数量,实付金额\nT{n},2026-10-01 10:00:00,1,{n}\n");
    let shop = shop(&[("storebook.toml", toml), ("pos/north.csv", &sheet(1)), ("pos/o'hara.csv", &sheet(2))]);
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, "select store_id, transaction_id from transactions"), ["north|T1", "o'hara|T2"]);
}

#[test]
fn c2_one_changed_file_gives_the_same_rows_as_a_fresh_load() {
    let files =
        || shop(&[("pos/a.csv", &sales("S1", 1)), ("pos/b.csv", &sales("S2", 11)), ("pos/c.csv", &sales("S3", 21))]);
    let all = "select * from transactions";
    let warm = files();
    warm.load();
    for text in [sales("S2", 51), sales("S1", 1), sales("S2", 11)] {
        warm.put("pos/b.csv", text.as_bytes());
        let loaded = warm.load();
        let fresh = files();
        fresh.put("pos/b.csv", text.as_bytes());
        assert_eq!(warm.rows(&loaded, all), fresh.rows(&fresh.load(), all));
        assert!(loaded.files.iter().filter(|file| file.path != "data/pos/b.csv").all(|file| file.cached));
    }
    warm.remove("pos/a.csv");
    let fresh = files();
    fresh.remove("pos/a.csv");
    assert_eq!(warm.rows(&warm.load(), all), fresh.rows(&fresh.load(), all));
}
