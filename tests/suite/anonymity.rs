//! `audit` and `export`: figures worked out by hand, files as somebody else would read them.

use crate::support::{Ran, TestProject, storebook};

const DAY: &str = "2026-11-05";

/// Figure 3 of Machanavajjhala et al. 2007: three classes of four, each with three diseases.
const INPATIENTS: &str = "zip,age,disease\n\
    1305*,<=40,Heart\n1305*,<=40,Viral\n1305*,<=40,Cancer\n1305*,<=40,Cancer\n\
    1485*,>40,Cancer\n1485*,>40,Heart\n1485*,>40,Viral\n1485*,>40,Viral\n\
    1306*,<=40,Heart\n1306*,<=40,Viral\n1306*,<=40,Cancer\n1306*,<=40,Cancer\n";

/// A file in a folder that lives as long as the first of the two.
fn with(name: &str, content: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("write the file");
    (folder, path.to_string_lossy().into_owned())
}

fn audit(file: &str, more: &[&str]) -> Ran {
    storebook(&[&["audit", file], more].concat())
}

#[test]
fn a_file_is_audited_outside_any_project() {
    let (_folder, file) = with("inpatients.csv", INPATIENTS);
    let held = audit(&file, &["--quasi", "zip,age", "--sensitive", "disease", "--k", "4", "--l", "3", "--t", "0.167"]);
    assert_eq!(held.code, 0, "{}{}", held.out, held.err);
    // Entropy 1.5·ln 2, so l = 2^1.5 = 2.828; two of the most frequent against one of the third; 2/12 moved.
    for said in
        ["12 rows in 3 classes", "k = 4", "uniques: 0 of 12", "l = 3", "entropy l = 2.83", "above 2.00", "t = 0.1667"]
    {
        assert!(held.out.contains(said), "{said}: {}", held.out);
    }
    let short = audit(&file, &["--quasi", "zip,age", "--sensitive", "disease", "--k", "5", "--l", "4", "--t", "0.16"]);
    assert_eq!(short.code, 1, "{}", short.err);
    for said in
        ["k is 4, 5 is wanted: 12 of 12 rows", "l of disease is 3, 4 is wanted", "t of disease is 0.1667, at most 0.16"]
    {
        assert!(short.out.contains(said), "{said}: {}", short.out);
    }
}

#[test]
fn an_audit_without_limits_only_tells_and_tells_json() {
    let (_folder, file) = with("inpatients.csv", INPATIENTS);
    let ran = audit(&file, &["--quasi", "age", "--sensitive", "zip", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((&said["rows"], &said["k"], &said["classes"]), (&12.into(), &4.into(), &2.into()));
    // Over 40: one postcode. Up to 40: two, four rows each.
    assert_eq!(said["sensitive"][0]["distinct_l"], 1);
    assert_eq!(said["sensitive"][0]["recursive_c"], serde_json::Value::Null);
    assert_eq!(said["not_held"], serde_json::json!([]));
}

#[test]
fn measures_agree_with_pycanon() {
    // pyCANON 1.3.6 on this table: k 13; of n l 6, entropy l 5 (it rounds down), t 0.045; of c 5, 4, 0.06307692307692311.
    let mut text = String::from("a,b,n,c\n");
    for i in 0..200 {
        text.push_str(&format!("{},{},{},v{}\n", i * 7 % 5, i * i % 3, (i * i * 3 + i) % 11, (i * i * i + i) % 7));
    }
    let (_folder, file) = with("made.csv", text);
    let ran = audit(&file, &["--quasi", "a,b", "--sensitive", "n,c", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(said["k"], 13);
    for (at, l, entropy, t) in [(0, 6, 5.0, 0.045), (1, 5, 4.0, 0.063_076_923_076_923_11)] {
        let column = &said["sensitive"][at];
        assert_eq!(column["distinct_l"], l);
        assert_eq!(column["entropy_l"].as_f64().map(f64::floor), Some(entropy));
        assert!(column["t"].as_f64().is_some_and(|found| (found - t).abs() < 1e-9), "{column}");
    }
}

#[test]
fn codes_in_a_file_are_not_taken_for_numbers() {
    let (_folder, file) = with("codes.csv", "code\n007\n007\n7\n7\n7.0\n7.0\n");
    let ran = audit(&file, &["--quasi", "code", "--k", "2"]);
    assert!(ran.code == 0 && ran.out.contains("6 rows in 3 classes"), "{}{}", ran.out, ran.err);
}

#[test]
fn numbers_and_dates_in_a_file_have_an_order() {
    // 1, 2 | 3: the second class is away from (1/3, 1/3, 1/3) by (1/3 + 2/3)/2 = 1/2 with an order, 2/3 without.
    for (values, t) in [
        (["1", "2", "3"], "0.5000"),
        (["2026-01-01", "2026-02-01", "2026-03-01"], "0.5000"),
        (["x", "y", "z"], "0.6667"),
    ] {
        let text = format!("q,s\na,{}\na,{}\nb,{}\n", values[0], values[1], values[2]);
        let (_folder, file) = with("ordered.csv", text);
        let ran = audit(&file, &["--quasi", "q", "--sensitive", "s"]);
        assert!(ran.out.contains(&format!("t = {t}")), "{values:?}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_parquet_file_is_audited() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet").to_string_lossy().into_owned();
    let engine = duckdb::Connection::open_in_memory().expect("DuckDB");
    engine
        .execute_batch(&format!(
            "copy (select i // 3 as q, i::decimal(9, 2) as s from range(6) t(i)) to '{path}' (format parquet)"
        ))
        .expect("write Parquet");
    let ran = audit(&path, &["--quasi", "q", "--sensitive", "s", "--k", "3", "--l", "3"]);
    assert!(ran.code == 0 && ran.out.contains("ordered values"), "{}{}", ran.out, ran.err);
}

/// Name and content of a file, options, the exit code and a word of the error.
type Hostile<'a> = (&'a str, &'a [u8], &'a [&'a str], i32, &'a str);

#[test]
fn files_that_cannot_be_audited_say_why() {
    let hostile: [Hostile; 11] = [
        ("ragged.csv", b"a,b\n1,2\n1\n1,2,3\n", &["--quasi", "a"], 2, "no column"),
        ("latin.csv", b"a,b\n\xff\xfe,2\n", &["--quasi", "a"], 1, "UTF-8"),
        ("empty.csv", b"", &["--quasi", "a"], 1, "nothing in it"),
        ("header.csv", b"a,b\n", &["--quasi", "a"], 1, "not one row"),
        ("wrong.csv", b"city,b\n1,2\n", &["--quasi", "ctiy"], 2, "did you mean \"city\""),
        ("twice.csv", b"a,b\n1,2\n", &["--quasi", "a", "--sensitive", "a"], 2, "named twice"),
        ("none.csv", b"a,b\n1,2\n", &[], 2, "--quasi"),
        ("k.csv", b"a,b\n1,2\n", &["--quasi", "a", "--k", "0"], 2, "0 is not in"),
        ("t.csv", b"a,b\n1,2\n", &["--quasi", "a", "--sensitive", "b", "--t", "2"], 2, "from 0 to 1"),
        ("person.csv", "王小明,13800138000\n李四,13900139000\n".as_bytes(), &["--quasi", "a"], 2, "字字字"),
        ("no.parquet", b"PAR1 is not enough", &["--quasi", "a"], 1, "no.parquet"),
    ];
    for (name, content, options, code, said) in hostile {
        let (_folder, file) = with(name, content);
        let ran = audit(&file, options);
        assert_eq!(ran.code, code, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{name}: {}", ran.err);
        assert!(!ran.err.contains("13800138000"), "{name}: {}", ran.err);
    }
    assert_eq!(audit("/nowhere/x.csv", &["--quasi", "a"]).code, 1);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("d.csv")).expect("a folder");
    assert_eq!(audit(&folder.path().join("d.csv").to_string_lossy(), &["--quasi", "a"]).code, 1);
}

#[test]
fn odd_files_are_audited_without_fuss() {
    let odd: [(&str, &str, &str, &str); 4] = [
        ("one.csv", "a,b\n1,2\n", "a", "uniques: 1 of 1"),
        ("nulls.csv", "a,b\n,\n,\n,\n", "a,b", "k = 3"),
        ("[x]*?.csv", "a,b\n1,2\n1,2\n", "a", "k = 2"),
        ("name.csv", "\"a \"\"b\"\"; drop\",count(*)\n1,2\n1,3\n", "a \"b\"; drop", "k = 2"),
    ];
    for (name, content, quasi, said) in odd {
        let (_folder, file) = with(name, content);
        let ran = audit(&file, &["--quasi", quasi]);
        assert!(ran.code == 0 && ran.out.contains(said), "{name}: {}{}", ran.out, ran.err);
    }
}

/// Twelve customers in four cities: 4, 2, 3 and 3.
fn customers() -> TestProject {
    let cities = ["杭州", "杭州", "杭州", "杭州", "宁波", "宁波", "广州", "广州", "广州", "佛山", "佛山", "佛山"];
    let mut text = String::from("record_id,name,phone,city,birthday,level,tags\n");
    for (at, city) in cities.iter().enumerate() {
        let level = if at % 2 == 0 { "金卡" } else { "=1+1" };
        let (day, number) = (at + 10, at + 100);
        text.push_str(&format!(
            "R{number},王小{at},13800138{number},{city},1990-05-{day},{level},电话13900139{number}\n"
        ));
    }
    TestProject::small().file("data/customers.csv", text)
}

fn export(project: &TestProject, out: &str, more: &[&str]) -> Ran {
    let out = project.path(out).to_string_lossy().into_owned();
    let first = ["export", "source.customers", "--anonymise", "--today", DAY, "--out", &out];
    project.run(&[&first[..], more].concat())
}

const PROVINCES: &str = "city,province\n杭州,浙江\n宁波,浙江\n广州,广东\n佛山,广东\n";

#[test]
fn an_export_loses_as_little_as_the_limits_allow() {
    let project = customers().file("provinces.csv", PROVINCES);
    let file = format!("city={}", project.path("provinces.csv").display());
    let options = ["--quasi", "city", "--sensitive", "level", "--k", "3", "--hierarchy", &file, "--suppress"];
    // Nothing may be left out: Ningbo's two people need their province. Each label stands for 2 of 4 cities, (2−1)/(4−1);
    // two classes of six, 36 + 36.
    let ran = export(&project, "all.csv", &[&options[..], &["0"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for said in
        ["city: province", "left out: 0 of 12", "information loss 0.3333", "discernibility 72", "k = 6", "l = 2"]
    {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let lines = |file: &str| project.read(file).trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let expected = format!("city,level\n{}", "广东,'=1+1\n".repeat(3) + &"广东,金卡\n".repeat(3));
    assert!(lines("all.csv").starts_with(&expected), "{}", lines("all.csv"));
    // Two of twelve may go: Ningbo goes, the others stay as they are. (2 rows lost)/12; 4² + 3² + 3² + 2·12.
    let ran = export(&project, "most.csv", &[&options[..], &["0.17"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for said in ["city: as it is", "left out: 2 of 12", "information loss 0.1667", "discernibility 58", "k = 3"] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    let most = lines("most.csv");
    assert_eq!(most.lines().count(), 11);
    assert!(!most.contains("宁波") && most.contains("杭州,金卡"), "{most}");
    let audited = audit(&project.path("most.csv").to_string_lossy(), &["--quasi", "city", "--k", "3"]);
    assert_eq!(audited.code, 0, "{}", audited.out);
}

#[test]
fn pseudonyms_need_the_key_and_stay_the_same() {
    let project = customers();
    let options = ["--quasi", "city", "--k", "12", "--pseudonym", "record_id"];
    let ran = export(&project, "a.csv", &options);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("city: *") && ran.out.contains("columns not exported"), "{}", ran.out);
    let first = project.read("a.csv");
    for hidden in ["R100", "王小", "13800138", "13900139", "杭州"] {
        assert!(!first.contains(hidden), "{hidden}: {first}");
    }
    let pseudonym = first.lines().nth(1).and_then(|line| line.split(',').next()).expect("a row");
    assert!(pseudonym.len() == 64 && pseudonym.bytes().all(|b| b.is_ascii_hexdigit()), "{pseudonym}");
    assert_eq!(export(&project, "b.csv", &options).code, 0);
    assert_eq!(project.read("b.csv"), first, "the key was kept");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| std::fs::metadata(project.path(path)).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode("state/keys/pseudonym.key"), mode("a.csv")), (0o600, 0o600));
    }
    std::fs::remove_file(project.path("state/keys/pseudonym.key")).expect("remove the key");
    assert_eq!(export(&project, "c.csv", &options).code, 0);
    assert_ne!(project.read("c.csv"), first, "another key gives other names");
}

#[test]
fn a_day_of_birth_is_told_by_the_month_at_most() {
    let project = customers();
    let ran = export(&project, "a.csv", &["--quasi", "birthday", "--k", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let text = project.read("a.csv");
    assert!(text.contains("1990-05\r\n") && !text.contains("1990-05-"), "{text}");
}

#[test]
fn what_names_a_person_is_refused_and_nothing_is_written() {
    let project = customers();
    let refused: [(&[&str], &str); 8] = [
        (&["--quasi", "name"], "never exported"),
        (&["--quasi", "city", "--sensitive", "phone"], "never exported"),
        (&["--quasi", "record_id"], "--pseudonym record_id"),
        (&["--quasi", "city", "--sensitive", "birthday"], "day of birth"),
        (&["--quasi", "birthday", "--hierarchy", "birthday=prefix"], "day of birth"),
        (&["--quasi", "city", "--sensitive", "tags", "--k", "2"], "mobile number"),
        (&["--quasi", "city", "--k", "13"], "cannot be made"),
        (&["--quasi", "city", "--sensitive", "level", "--k", "2", "--l", "3"], "cannot be made"),
    ];
    for (options, said) in refused {
        let ran = export(&project, "out.csv", options);
        assert_eq!(ran.code, 3, "{options:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{options:?}: {}", ran.err);
        assert!(!ran.err.contains("1390013"), "{}", ran.err);
    }
    let out = project.path("sales.csv").to_string_lossy().into_owned();
    let first = ["export", "source.transactions", "--anonymise", "--today", DAY, "--out", &out];
    let ran = project.run(&[&first[..], &["--quasi", "store_id", "--k", "1", "--pseudonym", "record_id"]].concat());
    assert!(ran.code == 3 && ran.err.contains("one row per person"), "{}", ran.err);
    let written = std::fs::read_dir(project.root()).expect("the project").filter_map(Result::ok);
    let written: Vec<String> = written.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(written.iter().all(|name| !name.ends_with(".csv")), "{written:?}");
    assert!(!project.path("state/keys").exists(), "no key was needed");
}

#[test]
fn wrong_options_of_an_export_are_told() {
    let project = customers().file("torn.csv", "city,province\n杭州,浙江\n").file("there.csv", "x");
    let torn = format!("city={}", project.path("torn.csv").display());
    let wrong: [(&[&str], i32, &str); 6] = [
        (&["--quasi", "ctiy"], 2, "did you mean \"city\""),
        (&["--quasi", "city", "--hierarchy", "level=prefix"], 2, "--quasi does not name"),
        (&["--quasi", "city", "--hierarchy", "city=prefx"], 2, "did you mean \"prefix\""),
        (&["--quasi", "city", "--hierarchy", "city=number"], 2, "does not hold numbers"),
        (&["--quasi", "city", "--hierarchy", &torn], 2, "missing in the hierarchy"),
        (&["--quasi", "city", "--l", "2"], 2, "--sensitive"),
    ];
    for (options, code, said) in wrong {
        let ran = export(&project, "out.csv", options);
        assert_eq!(ran.code, code, "{options:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{options:?}: {}", ran.err);
    }
    assert_eq!(export(&project, "there.csv", &["--quasi", "city"]).code, 3);
    assert_eq!(project.read("there.csv"), "x");
    assert_eq!(export(&project, "out.txt", &["--quasi", "city"]).code, 2);
    let unknown = project.run(&["audit", "source.custmers", "--quasi", "city", "--today", DAY]);
    assert!(unknown.code == 2 && unknown.err.contains("source.customers"), "{}", unknown.err);
    let table = project.run(&["audit", "source.customers", "--quasi", "city", "--k", "2", "--today", DAY]);
    assert!(table.code == 0 && table.out.contains("12 rows in 4 classes"), "{}{}", table.out, table.err);
}
