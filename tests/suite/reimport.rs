//! The same rows again: under another name, overlapping, corrected, and put right after they were turned away. On every
//! build rows in = loaded + quarantined + identical duplicates + superseded; each figure here is counted by hand.

use serde_json::Value;

use crate::support::{Ran, TODAY, TestProject};

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n";

fn sale(id: &str, amount: &str) -> String {
    format!("{id},2026-10-01 10:00:00,S1,R1,A,1,{amount}\n")
}

fn sales(rows: &[(&str, &str)]) -> String {
    HEADER.to_owned() + &rows.iter().map(|(id, amount)| sale(id, amount)).collect::<String>()
}

fn report(project: &TestProject) -> Value {
    let ran = project.try_build(&["--json", "--only", "index"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("a report")
}

/// A build of one page is enough here.
fn built(project: &TestProject) -> Ran {
    let ran = project.try_build(&["--only", "index"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran
}

const PARTS: [&str; 5] = ["rows_in", "loaded", "quarantined", "duplicates", "superseded"];

fn parts(counts: &Value) -> [u64; 5] {
    let parts = PARTS.map(|part| counts[part].as_u64().unwrap_or_else(|| panic!("{part} in {counts}")));
    assert_eq!(parts[0], parts[1..].iter().sum::<u64>(), "rows in and what became of them: {counts}");
    parts
}

/// Rows in, loaded, quarantined, duplicates, superseded; of everything and of each file. The sum holds in each.
fn counted(report: &Value) -> ([u64; 5], Vec<(String, [u64; 5])>) {
    let files = report["files"].as_array().expect("files");
    let files: Vec<(String, [u64; 5])> =
        files.iter().map(|file| (file["path"].as_str().expect("a path").to_owned(), parts(file))).collect();
    let all = parts(&report["rows"]);
    for (at, part) in PARTS.iter().enumerate() {
        assert_eq!(all[at], files.iter().map(|(_, file)| file[at]).sum::<u64>(), "{part} of all files");
    }
    (all, files)
}

fn total(project: &TestProject) -> String {
    project.query("select count(*) as n, sum(amount) as amount from source.transactions")
}

#[test]
fn c2_the_same_file_under_two_names_counts_once() {
    let text = sales(&[("T1", "10"), ("T1", "10"), ("T2", "7"), ("T3", "oops")]);
    let project = TestProject::empty().file("data/a.csv", &text);
    // The line that stands twice in an order is two pieces sold, not a copy.
    assert_eq!(counted(&report(&project)).0, [4, 3, 1, 0, 0]);
    let project = project.file("data/b.csv", &text);
    let (all, files) = counted(&report(&project));
    assert_eq!(all, [8, 3, 1, 4, 0]);
    assert_eq!(files[1], ("data/b.csv".into(), [4, 0, 0, 4, 0]));
    assert_eq!(total(&project), "n,amount\n3,27.00\n");
}

#[test]
fn c2_copies_of_a_file_that_must_be_copied_first_do_not_disturb_each_other() {
    // GBK, and packed: the engine reads copies of them, side by side.
    let rows: String = (0..300).map(|n| format!("T{n},2026-10-01,S1,M{n},普洱茶,1,2\n")).collect();
    let text = encoding_rs::GBK
        .encode(&format!(
            "订单编号,销售时间,门店编码,会员卡号,商品名称,销售数量,实付金额\n{rows}T900,昨天,S1,,龙井,1,2\n"
        ))
        .0
        .into_owned();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, &text).expect("pack");
    let packed = gz.finish().expect("pack");
    let mut project = TestProject::empty();
    for n in 0..6 {
        project = project.file(&format!("data/{n}.csv"), &text).file(&format!("data/{n}.csv.gz"), &packed);
    }
    // Twelve files of 301 rows. One GBK and one packed file bring rows of their own, the others are copies; the packed one repeats the other.
    let (all, _) = counted(&report(&project));
    assert_eq!(all, [3612, 300, 2, 3310, 0]);
    assert_eq!(total(&project), "n,amount\n300,600.00\n");
}

#[test]
fn c2_files_that_overlap_count_every_row_once() {
    let row = |n: u32| (format!("T{n}"), n.to_string());
    let week = |from: u32, to: u32| {
        let rows: Vec<(String, String)> = (from..=to).map(row).collect();
        sales(&rows.iter().map(|(id, amount)| (id.as_str(), amount.as_str())).collect::<Vec<_>>())
    };
    let members = |rows: &str| format!("record_id,name,phone,joined_on\n{rows}");
    let project = TestProject::empty()
        .file("data/w1.csv", week(1, 7))
        .file("data/w2.csv", week(5, 12))
        .file("data/w3.csv", week(1, 12))
        .file("data/m1.csv", members("R1,王芳,13912345678,2020-01-01\nR2,李雷,13912345679,2020-01-01\n"))
        // R1 is the same, R2 has another number, R3 is new, and R4 twice with two names.
        .file(
            "data/m2.csv",
            members(
                "R1,王芳,13912345678,2020-01-01\nR2,李雷,13912345670,2020-01-01\nR3,a,,2020-01-01\nR4,b,,\nR4,c,,\n",
            ),
        );
    let (all, files) = counted(&report(&project));
    let of = |name: &str| files.iter().find(|(path, _)| path == name).expect("the file").1;
    // 1 + … + 12 = 78. The week in the middle repeats three, the one that holds all repeats twelve.
    assert_eq!(total(&project), "n,amount\n12,78.00\n");
    assert_eq!(of("data/w1.csv"), [7, 7, 0, 0, 0]);
    assert_eq!(of("data/w2.csv"), [8, 5, 0, 3, 0]);
    assert_eq!(of("data/w3.csv"), [12, 0, 0, 12, 0]);
    assert_eq!(of("data/m1.csv"), [2, 1, 0, 0, 1]);
    assert_eq!(of("data/m2.csv"), [5, 2, 2, 1, 0]);
    assert_eq!(all, [34, 15, 2, 16, 1]);
    assert_eq!(
        project.query("select file, superseded_by from source.row_history"),
        "file,superseded_by\ndata/m1.csv,data/m2.csv\n"
    );
}

#[test]
fn c2_a_corrected_file_replaces_what_it_corrects() {
    let project = TestProject::empty()
        .file("data/day1.csv", sales(&[("T1", "10"), ("T1", "5"), ("T2", "7")]))
        // T1 was one piece; T2 is the same; T3 was forgotten.
        .file("data/day1-corrected.csv", sales(&[("T1", "10"), ("T2", "7"), ("T3", "1")]));
    let (all, files) = counted(&report(&project));
    assert_eq!(all, [6, 3, 0, 1, 2]);
    assert_eq!(files[0].1[4], 2, "both lines of T1 gave way: {files:?}");
    assert_eq!(total(&project), "n,amount\n3,18.00\n");
    // Built again, and given once more under a third name: nothing changes but the count of copies.
    assert_eq!(counted(&report(&project)).0, all);
    let project = project.file("data/day1-corrected-copy.csv", sales(&[("T1", "10"), ("T2", "7"), ("T3", "1")]));
    assert_eq!(counted(&report(&project)).0, [9, 3, 0, 4, 2]);
    assert_eq!(total(&project), "n,amount\n3,18.00\n");
}

/// A till whose files are bound by their names, in GBK. In both, the middle line of the first order is broken.
fn till(settings: &str) -> TestProject {
    let text = |amount: &str| {
        let text = format!(
            "单号,时间,会员,品名,数量,实付\n\
             1,2026-10-01 10:00,M1,\"普洱茶,饼\",1,10\n\
             1,2026-10-01 10:00,M1,龙井,1,{amount}\n\
             1,2026-10-01 10:00,M1,白茶,1,30\n\
             2,2026-13-01 10:00,,=1+1,1,5\n"
        );
        encoding_rs::GBK.encode(&text).0.into_owned()
    };
    let source = "[[source]]\ntable = \"transactions\"\nname = \"till\"\nfiles = [\"pos/*.csv\"]\n\
        columns = { transaction_id = \"{store_id}-{单号}\", ordered_at = \"时间\", record_id = \"会员\", product_name = \"品名\", quantity = \"数量\", amount = \"实付\" }\n\
        constants = { store_id = \"{stem}\" }\n";
    TestProject::empty()
        .file("storebook.toml", format!("{settings}{source}"))
        .file("data/pos/S1.csv", text("二十"))
        .file("data/pos/S2.csv", text("9O"))
}

fn taken(project: &TestProject, source: &str) -> String {
    let ran = project.run(&["quarantine", source]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

fn empty(project: &TestProject) {
    assert_eq!(project.query("select count(*) as n from source.quarantine"), "n\n0\n");
    let list = project.run(&["quarantine"]);
    assert_eq!(list.out, "Nothing is in quarantine.\n");
}

fn there_and_back(project: TestProject, saved: impl Fn(&str) -> Vec<u8>) {
    let before = report(&project);
    assert_eq!(counted(&before).0, [8, 4, 4, 0, 0]);
    let rows = taken(&project, "till");
    assert!(rows.starts_with("\u{feff}file,line,column,value,rule,hint,row,mark\r\n"), "{rows}");
    let mended = rows.replace(",二十", ",20").replace(",9O", ",90").replace("2026-13-01", "2026-10-02");
    let project = project.file("data/来自隔离/mended.csv", saved(&mended));
    let after = report(&project);
    assert_eq!(counted(&after).0, [8, 8, 0, 0, 0]);
    assert_eq!(after["rows"]["mended"], 4);
    assert_eq!(after["warnings"], before["warnings"], "nothing to remark upon");
    // Every order is whole, under its own source, number, store and place.
    assert_eq!(
        project.query("select source, transaction_id, line_no, store_id, record_id, product_name, amount from source.transactions order by 2, 3"),
        "source,transaction_id,line_no,store_id,record_id,product_name,amount\n\
         till,S1-1,1,S1,M1,\"普洱茶,饼\",10.00\ntill,S1-1,2,S1,M1,龙井,20.00\ntill,S1-1,3,S1,M1,白茶,30.00\ntill,S1-2,1,S1,,=1+1,5.00\n\
         till,S2-1,1,S2,M1,\"普洱茶,饼\",10.00\ntill,S2-1,2,S2,M1,龙井,90.00\ntill,S2-1,3,S2,M1,白茶,30.00\ntill,S2-2,1,S2,,=1+1,5.00\n"
    );
    empty(&project);
    // A build that knows the files gives the same.
    assert_eq!(counted(&report(&project)).0, [8, 8, 0, 0, 0]);
}

#[test]
fn c4_rows_put_right_stand_where_they_were_turned_away() {
    there_and_back(till(""), |text| text.as_bytes().to_vec());
}

#[test]
fn c4_rows_come_back_from_an_encrypted_quarantine() {
    there_and_back(till("[at_rest]\nencrypt = true\n"), |text| text.as_bytes().to_vec());
}

#[test]
fn c4_what_a_spreadsheet_makes_of_the_file_does_not_matter() {
    // GBK, without a byte order mark; every cell quoted, separated by semicolons; plain line ends.
    there_and_back(till(""), |text| {
        let rows = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let mut reader = csv(&rows);
        let lines = reader.drain(..).map(|row| {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            cells.join(";") + "\n"
        });
        encoding_rs::GBK.encode(&lines.collect::<String>()).0.into_owned()
    });
}

/// Cells of plain CSV.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(c) = letters.next() {
        let row = rows.last_mut().expect("a row");
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                row.last_mut().expect("a cell").push(letters.next().expect("seen"))
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => row.last_mut().expect("a cell").push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    rows
}

fn warned(ran: &Ran) -> String {
    ran.out.lines().filter(|line| line.starts_with("Warning")).collect::<Vec<_>>().join("\n")
}

#[test]
fn c4_a_row_that_was_put_right_wrongly_is_turned_away_again_and_comes_back_again() {
    let project = TestProject::empty().file("data/a.csv", sales(&[("T1", "10"), ("T2", "oops"), ("T3", "5")]));
    built(&project);
    let first = taken(&project, "transactions").replace("oops", "still not");
    let project = project.file("data/mended-1.csv", &first);
    assert_eq!(counted(&report(&project)).0, [3, 2, 1, 0, 0]);
    let second = taken(&project, "transactions");
    assert!(second.contains("still not") && !second.contains("oops"), "{second}");
    let project = project.file("data/mended-2.csv", second.replace("still not", "7"));
    let ran = built(&project);
    assert_eq!(warned(&ran), "");
    assert_eq!(total(&project), "n,amount\n3,22.00\n");
    empty(&project);
}

#[test]
fn c4_rows_that_cannot_be_put_back_stay_and_are_told() {
    let bad = sales(&[("T1", "10"), ("T2", "oops"), ("T3", "5")]);
    let project = TestProject::empty().file("data/a.csv", &bad);
    built(&project);
    let rows = taken(&project, "transactions");
    for (from, to, words) in [
        ("T2,2026-10-01 10:00:00,S1,R1,A,1,oops", "\"\"T2,2026-10-01 10:00:00,S1,R1,A,1,5", "quotation mark"),
        (
            "T2,2026-10-01 10:00:00,S1,R1,A,1,oops",
            "T2,2026-10-01 10:00:00,S1,R1,A,1,5\nT9,2026-10-01,S1,,A,1,9",
            "several rows",
        ),
        ("T2,2026-10-01 10:00:00,S1,R1,A,1,oops", "", "is empty"),
        ("data/a.csv", "data/b.csv", "not there"),
        (",rf", ",r0", "no longer"),
    ] {
        let changed = if words == "no longer" {
            // Another mark: the row it was taken from has changed.
            let (head, mark) = rows.trim_end().rsplit_once(",r").expect("a mark");
            assert_eq!(mark.len(), 12, "{rows}");
            format!("{head},r000000000000\r\n")
        } else {
            assert!(rows.contains(from), "{rows}");
            rows.replace(from, to)
        };
        let project = TestProject::empty().file("data/a.csv", &bad).file("data/mended.csv", changed);
        let ran = built(&project);
        assert!(warned(&ran).contains(words) && warned(&ran).contains("data/mended.csv:2"), "{words}: {}", ran.out);
        assert_eq!(total(&project), "n,amount\n2,15.00\n", "{words}");
        assert_eq!(project.query("select file, line from source.quarantine"), "file,line\ndata/a.csv,3\n", "{words}");
    }
}

#[test]
fn c4_a_file_that_changed_is_not_spoiled_by_rows_put_right_before() {
    let project = TestProject::empty().file("data/a.csv", sales(&[("T1", "10"), ("T2", "oops"), ("T3", "5")]));
    built(&project);
    let mended = taken(&project, "transactions").replace("oops", "7");
    // The till was asked again: the rows stand in other lines, and another one is broken now.
    let again = sales(&[("T0", "1"), ("T1", "10"), ("T2", "7.5"), ("T3", "5"), ("T4", "oops")]);
    let project = project.file("data/a.csv", again).file("data/mended.csv", &mended);
    let ran = built(&project);
    assert!(warned(&ran).contains("data/mended.csv:2") && warned(&ran).contains("no longer"), "{}", ran.out);
    assert_eq!(total(&project), "n,amount\n4,23.50\n");
    // Moved down with its broken row as it was, it is found again.
    let project = project.file("data/a.csv", sales(&[("T0", "1"), ("T1", "10"), ("T2", "oops"), ("T3", "5")]));
    assert_eq!(counted(&report(&project)).0, [4, 4, 0, 0, 0]);
    assert_eq!(total(&project), "n,amount\n4,23.00\n");
}

#[test]
fn c4_an_exact_copy_is_put_right_with_its_original() {
    let text = sales(&[("T1", "10"), ("T1", "oops"), ("T1", "5")]);
    let project = TestProject::empty().file("data/a.csv", &text).file("data/copy.csv", &text);
    built(&project);
    let mended = taken(&project, "transactions").replace("oops", "7");
    let project = project.file("data/mended.csv", mended);
    assert_eq!(counted(&report(&project)).0, [6, 3, 0, 3, 0]);
    assert_eq!(total(&project), "n,amount\n3,22.00\n");
}

#[test]
fn c4_lines_of_json_and_rows_over_several_lines_come_back() {
    let json = "{\"feedback_id\":\"F1\",\"at\":\"2026-10-01\",\"store_id\":\"S1\",\"nps\":99,\"text\":\"a,b\"}\n{\"feedback_id\":\"F2\",\"at\":\"2026-10-01\",\"store_id\":\"S1\",\"nps\":3,\"text\":\"c\"}\n";
    let long = "x".repeat(3000);
    let staff = format!(
        "interaction_id,at,store_id,content\nI1,yesterday,S1,\"two\nlines {long}\"\nI2,2026-10-02,S1,\nI3,soon,S1,b\n"
    );
    let project = TestProject::empty()
        .file("data/a.csv", sales(&[("T1", "10")]))
        .file("data/feedback.ndjson", json)
        .file("data/interactions.csv", staff);
    assert_eq!(counted(&report(&project)).0, [6, 3, 3, 0, 0]);
    let feedback = taken(&project, "feedback").replace("99", "9");
    let calls = taken(&project, "interactions").replace("yesterday", "2026-10-03").replace("soon", "2026-10-04");
    let project = project.file("data/f.csv", feedback).file("data/g.csv", calls);
    assert_eq!(counted(&report(&project)).0, [6, 6, 0, 0, 0]);
    assert_eq!(project.query("select nps from source.feedback order by feedback_id"), "nps\n9\n3\n");
    assert_eq!(
        project.query("select interaction_id, on_date, length(content) as letters from source.interactions order by 1"),
        "interaction_id,on_date,letters\nI1,2026-10-03,3010\nI2,2026-10-02,\nI3,2026-10-04,1\n"
    );
}

#[test]
fn c4_inspect_explains_what_is_turned_away() {
    let project = TestProject::empty()
        .file("data/stores.csv", "store_id,name\nS1,东店\n")
        .file(
            "data/a.csv",
            "订单编号,销售时间,门店编码,会员卡号,商品编码,销售数量,实付金额\n\
             T1,2026-10-01,S1,M1,A,1,10\nT2,2026-13-45,S1,M1,A,1,10\nT3,2026-10-01,S9,M1,A,1,10\n\
             T4,2026-14-45,S1,M1,A,1,10\nT5,2026-10-01,S1,M1,A,1,王芳13912345678\n",
        )
        .file("data/b.csv", sales(&[("U1", "x")]));
    let told = |more: &[&str]| {
        let ran = project.run(&[&["inspect", "--quarantine", "--today", TODAY], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let text = told(&[]);
    for words in [
        "transactions: 5 rows turned away",
        "  data/a.csv, of 5 rows for table transactions",
        "    2 rows  ordered_at ← 销售时间: the value cannot be read as what the column holds (type)",
        "      at line 3, 5, such as 9999-99-99",
        "      do: write the value in a form that can be read, for example 2026-10-31 or 1234.50",
        "    1 row  store_id ← 门店编码: no stores file names this store (foreign_key)",
        "      at line 4, such as a9",
        "      at line 6, such as 字字99999999999",
        "  data/b.csv, of 1 row for table transactions",
        "storebook quarantine transactions --out mended-transactions.csv",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("13912345678") && !text.contains("王芳"), "{text}");
    assert!(told(&["--values"]).contains("such as 王芳13912345678"));
    let one = told(&["data/b.csv"]);
    assert!(one.contains("1 row turned away") && !one.contains("data/a.csv"), "{one}");
    assert_eq!(project.run(&["inspect", "--quarantine", "data/none.csv"]).code, 1);
    let project = TestProject::small();
    assert_eq!(project.run(&["inspect", "--quarantine", "--today", TODAY]).out, "Nothing is turned away.\n");
    // Nothing but the cache was written.
    assert!(!project.path("state").exists() && !project.path("quarantine").exists());
}
