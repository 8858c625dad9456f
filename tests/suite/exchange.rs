//! C10: exports as files of other programs, and the same rows from them again.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};

use crate::support::{Ran, TestProject, storebook};

const DAY: &str = "2026-11-05";

fn export(project: &TestProject, arguments: &[&str]) -> Ran {
    project.run(&[&["export", "--today", DAY], arguments].concat())
}

fn done(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}

fn at(project: &TestProject, name: &str) -> String {
    project.path(name).to_string_lossy().into_owned()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

/// Every contract table as lines of JSON, by name.
fn tables(project: &TestProject, folder: &str) -> BTreeMap<String, String> {
    done(&export(project, &["--all", "--format", "ndjson", "--out", &at(project, folder)]));
    let files = std::fs::read_dir(project.path(folder)).expect("the folder");
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    (files.map(|entry| entry.expect("a file").path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
        .map(|path| (name(&path), std::fs::read_to_string(&path).expect("text")))
        .collect()
}

fn sheet(project: &TestProject, file: &str, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook(project.path(file)).expect("a workbook");
    book.worksheet_range(name).expect("the sheet").rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn c10_the_messy_demo_comes_back_whole_through_one_workbook() {
    let demo = TestProject::empty();
    let folder = demo.root().to_string_lossy().into_owned();
    done(&storebook(&[
        "demo",
        &folder,
        "--messy",
        "--stores",
        "4",
        "--customers",
        "150",
        "--days",
        "120",
        "--seed",
        "7",
        "--end",
        "2026-10-31",
    ]));
    let before = tables(&demo, "before");
    assert!(before.len() >= 5 && before.contains_key("transactions.ndjson"), "{:?}", before.keys());
    done(&export(&demo, &["--all", "--workbook", "--out", &at(&demo, "hq.xlsx")]));
    let again = TestProject::empty().file("storebook.toml", demo.read("storebook.toml"));
    std::fs::copy(demo.path("hq.xlsx"), again.path("data/hq.xlsx")).expect("copy the workbook");
    std::fs::copy(demo.path("hq.schema.json"), again.path("data/hq.schema.json")).expect("copy the schema");
    let after = tables(&again, "after");
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (name, rows) in &before {
        let (rows, came): (Vec<&str>, Vec<&str>) = (rows.lines().collect(), after[name].lines().collect());
        assert_eq!(rows.len(), came.len(), "{name}");
        for (row, came) in rows.iter().zip(came) {
            assert_eq!(*row, came, "{name}");
        }
    }
    assert_eq!(again.query("select count(*) as n from source.quarantine"), "n\n0\n");
}

fn shop() -> TestProject {
    TestProject::small().file(
        "data/customers.csv",
        "record_id,name,phone,birthday,points_balance,职业\n007,=cmd|' /C calc'!A0,13912340001,1990-03-04,-12.50,教师\n8,\"李,\"\"娜\"\"\",,,,\n",
    )
}

#[test]
fn c10_each_format_holds_what_it_should() {
    let project = shop();
    let out = at(&project, "out");
    for format in ["csv", "ndjson", "xlsx", "parquet"] {
        done(&export(&project, &["source.customers", "--format", format, "--out", &out, "--force"]));
    }
    let csv = project.read("out/customers.csv");
    assert!(csv.starts_with("\u{feff}source,id_space,record_id,"), "{csv}");
    assert!(csv.contains("customers,main,007,,'=cmd|' /C calc'!A0,") && csv.contains(",-12.50,"), "{csv}");
    assert!(
        csv.contains("\"李,\"\"娜\"\"\"") && csv.lines().next().unwrap_or_default().ends_with(",extra_职业"),
        "{csv}"
    );
    let ndjson = project.read("out/customers.ndjson");
    let first = json(ndjson.lines().next().unwrap_or_default());
    assert_eq!(first["record_id"], "007");
    assert_eq!(first["points_balance"], "-12.50");
    assert_eq!(first["birthday"], "1990-03-04");
    assert!(first["email"].is_null() && first["extra_职业"] == "教师", "{first}");
    let rows = sheet(&project, "out/customers.xlsx", "customers");
    let column = |name: &str| rows[0].iter().position(|cell| cell == name).expect("the column");
    assert_eq!(rows[1][column("record_id")], Data::String("007".into()));
    assert_eq!(rows[1][column("name")], Data::String("=cmd|' /C calc'!A0".into()));
    assert_eq!(rows[1][column("points_balance")], Data::Float(-12.5));
    assert!(matches!(rows[1][column("birthday")], Data::DateTime(_)));
    let notes = sheet(&project, "out/customers.xlsx", "字段说明");
    assert_eq!(notes[1][1].to_string(), "source");
    done(&export(&project, &["source.customers", "--language", "en", "--out", &at(&project, "en.xlsx")]));
    assert_eq!(sheet(&project, "en.xlsx", "Field notes")[0][1].to_string(), "Field");
    // The same rows, the same bytes.
    done(&export(&project, &["source.customers", "--language", "en", "--out", &at(&project, "again.xlsx")]));
    let bytes = |name: &str| std::fs::read(project.path(name)).expect("a workbook");
    assert!(bytes("en.xlsx") == bytes("again.xlsx"));
}

#[test]
fn c10_a_schema_says_what_each_column_is() {
    let project = shop();
    done(&export(&project, &["--all", "--marts", "--format", "ndjson", "--out", &at(&project, "out")]));
    let schema = json(&project.read("out/schema.json"));
    assert_eq!((&schema["format"], &schema["version"]), (&"storebook-export".into(), &1.into()));
    let sales = &schema["tables"]["source.transactions"];
    assert_eq!(
        (&sales["file"], &sales["rows"], &sales["contract"]),
        (&"transactions.ndjson".into(), &4.into(), &1.into())
    );
    let column = |name: &str| {
        let columns = sales["columns"].as_array().expect("columns");
        columns.iter().find(|column| column["name"] == name).expect("the column").clone()
    };
    assert_eq!((&column("amount")["type"], &column("amount")["nullable"]), (&"decimal".into(), &false.into()));
    assert_eq!((&column("transaction_id")["type"], &column("transaction_id")["key"]), (&"id".into(), &true.into()));
    // A model says what its header says, and is of no contract.
    let model = &schema["tables"]["store_summary"];
    assert!(model["contract"].is_null() && model["rows"] == 2, "{model}");
    assert!(schema["tables"].get("source.feedback").is_none(), "a table without rows");
    // Every row of every table is as its schema says: the keys, and the types.
    for (name, table) in schema["tables"].as_object().expect("tables") {
        let rows = project.read(&format!("out/{}", table["file"].as_str().expect("a file")));
        assert_eq!(rows.lines().count() as u64, table["rows"].as_u64().expect("a count"), "{name}");
        let properties = table["rows_schema"]["properties"].as_object().expect("properties");
        for row in rows.lines().map(json) {
            let row = row.as_object().expect("an object").clone();
            assert!(row.keys().eq(properties.keys()), "{name}");
            for (key, value) in row {
                let kind = match &value {
                    serde_json::Value::Null => "null",
                    serde_json::Value::Bool(_) => "boolean",
                    serde_json::Value::Number(number) if number.is_i64() => "integer",
                    serde_json::Value::Number(_) => "number",
                    serde_json::Value::String(_) => "string",
                    serde_json::Value::Array(_) => "array",
                    serde_json::Value::Object(_) => "object",
                };
                let kinds = properties[&key]["type"].as_array().expect("types");
                let whole = kind == "integer" && kinds.contains(&"number".into());
                assert!(whole || kinds.contains(&kind.into()), "{name}.{key} is {kind}, not {kinds:?}");
            }
        }
    }
}

#[test]
fn what_is_there_is_not_replaced_and_nothing_half_stays() {
    let project = shop().file("there.csv", "mine");
    let ran = export(&project, &["source.customers", "--out", &at(&project, "there.csv")]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(project.read("there.csv"), "mine");
    let ran = export(&project, &["source.customers", "--force", "--out", &at(&project, "there.csv")]);
    done(&ran);
    assert!(ran.err.contains("in clear") && ran.err.contains("--anonymise"), "{}", ran.err);
    assert!(project.read("there.csv").contains("007"));
    let names: Vec<String> = std::fs::read_dir(project.root())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!names.iter().any(|name| name.ends_with(".part") || name.starts_with(".export-")), "{names:?}");
    #[cfg(unix)]
    for name in ["there.csv", "there.schema.json"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(project.path(name)).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // A text that no cell holds: the workbook is refused, and nothing is left of it.
    let project =
        TestProject::small().file("data/customers.csv", format!("record_id,name\n1,{}\n", "长".repeat(40_000)));
    let ran = export(&project, &["source.customers", "--out", &at(&project, "long.xlsx")]);
    assert!(ran.code == 1 && ran.err.contains("32,767"), "{}", ran.err);
    assert!(!project.path("long.xlsx").exists() && !project.path("long.xlsx.part").exists());
    done(&export(&project, &["source.customers", "--out", &at(&project, "long.csv")]));
}

#[test]
fn wrong_wishes_are_told_with_the_next_step() {
    let project = shop();
    for (arguments, word) in [
        (&["--out", "x.csv"][..], "--all"),
        (&["source.custmers", "--out", "x.csv"], "source.customers"),
        (&["source.customers", "source.stores", "--out", "x.csv"], "--workbook"),
        (&["--all", "--workbook", "--out", "x.csv"], ".xlsx"),
        (&["source.customers", "--format", "parquet", "--out", "x.csv"], ".parquet"),
        (&["--all", "--workbook", "--format", "csv", "--out", "x.xlsx"], "--format"),
        (&["source.customers", "--language", "fr", "--out", "x.csv"], "fr"),
        (&["source.customers", "--quasi", "city", "--out", "x.csv"], "--anonymise"),
        (&["--all", "--anonymise", "--quasi", "city", "--out", "x.csv"], "--anonymise"),
    ] {
        let ran = export(&project, arguments);
        assert_eq!(ran.code, 2, "{arguments:?} {}", ran.err);
        assert!(ran.err.contains(word), "{arguments:?} {}", ran.err);
    }
    assert!(!Path::new("x.csv").exists());
}
