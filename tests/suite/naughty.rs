//! A chain whose every text attacks: each string of `tests/naughty/strings.json` in every text column of every table of
//! the contract. What the pages make of it is tested in chromium (`tests/browser/naughty.test.mjs`); here stand the
//! tables, the terminal, the logs of a CI and the files beside the site.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use storebook::sources::contract::{ColumnSpec, TABLES, TableSpec, Type};

use crate::support::{Ran, TestProject};

fn strings() -> &'static [String] {
    static STRINGS: OnceLock<Vec<String>> = OnceLock::new();
    STRINGS.get_or_init(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/naughty/strings.json");
        let text = std::fs::read_to_string(file).expect("the strings");
        let groups: BTreeMap<String, Vec<String>> = serde_json::from_str(&text).expect("lists of strings");
        groups.into_values().flatten().collect()
    })
}

fn string(at: usize) -> &'static str {
    &strings()[at % strings().len()]
}

/// What names the rows of the tables; the same string speaks of the same row in all of them.
const KEYS: [&str; 6] = ["transaction_id", "record_id", "store_id", "staff_id", "sku", "feedback_id"];

/// The text of a column in row `at`: hostile where the column takes any text, else something it takes.
fn value(table: &TableSpec, column: &ColumnSpec, at: usize, shift: usize) -> String {
    match (table.name, column.name) {
        ("transactions", "kind") => return "sale".into(),
        ("transactions", "currency") => return "CNY".into(),
        ("stores", "closed_on") | ("staff", "left_on") => return String::new(),
        // Another name of a store is none of the names of stores, or it would lead back to itself.
        ("store_aliases", "alias") => return format!("{}~", string(at + shift)),
        ("store_successions", "successor_id") => return string(at + 1).to_owned(),
        // Most are to come: the pages announce them.
        ("store_successions", "effective_on") if !at.is_multiple_of(8) => return "2027-03-01".into(),
        _ => {}
    }
    match column.kind {
        Type::Id if KEYS.contains(&column.name) => string(at).to_owned(),
        // A store whose telephone costs it its row would cost others theirs.
        Type::Id if table.name == "stores" => format!("{}?", string(at + shift)),
        Type::Id | Type::Text | Type::Code { open: true, .. } => string(at + shift).to_owned(),
        Type::Code { allowed, open: false } => allowed[at % allowed.len()].0.to_owned(),
        Type::Money | Type::Quantity => (10 + at % 7).to_string(),
        Type::Integer { .. } => (1 + at % 5).to_string(),
        Type::Date => format!("2026-0{}-1{}", 1 + at % 9, at % 10),
        Type::Month => format!("2026-0{}", 1 + at % 9),
        Type::DateTime => format!("2026-{:02}-1{} 10:00:00", 2 + at % 9, at % 10),
        Type::Bool => "yes".into(),
        Type::Source | Type::IdSpace | Type::DayOf(_) => unreachable!("filled by the program"),
    }
}

const EXTRA: [&str; 3] =
    ["<script>alert(1)</script>", "{{ 7 * 7 }}\"; drop table x; --", "\u{202e}\u{1b}[31m::error::x"];

/// The header and the rows of one table.
fn rows(table: &TableSpec) -> Vec<Vec<String>> {
    let columns: Vec<&ColumnSpec> = table.mapped().collect();
    let header = columns.iter().map(|column| column.name.to_owned()).chain(EXTRA.map(ToOwned::to_owned)).collect();
    let row = |at: usize| {
        let own = columns.iter().enumerate().map(|(place, column)| value(table, column, at, 1 + place * 11));
        own.chain((0..EXTRA.len()).map(|place| string(at + 3 + place * 5).to_owned())).collect()
    };
    // Every second store has the next one for its successor: a chain through all of them would leave one store.
    let every = if table.name == "store_successions" { 2 } else { 1 };
    let last = strings().len() - (every - 1);
    std::iter::once(header).chain((0..last).step_by(every).map(row)).collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// Parts of file names; line ends and escapes included.
const FILES: [&str; 6] = [
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "line\n::error file=x::boom\r\u{1b}[31m",
    "\u{202e}gnp.exe",
    "$(touch owned) `id`; '--",
    "=cmd|' !A1,\"b\"",
];

fn project() -> TestProject {
    let mut project = TestProject::empty().file("storebook.toml", "[project]\ncurrency = \"CNY\"\n");
    for (table, file) in TABLES.iter().zip(FILES.iter().cycle()) {
        project = project.file(&format!("data/{} {file}.csv", table.name), csv(&rows(table)));
    }
    project
}

/// The rows that cannot be taken: a number that lost its digits is no id, and a word for nobody names no person.
fn refused(table: &TableSpec, row: &[String]) -> bool {
    let lost = table.mapped().zip(row).any(|(column, cell)| column.kind == Type::Id && cell == "1.0e+10");
    let nobody = table.mapped().zip(row).any(|(column, cell)| {
        let person = ["record_id", "referrer_record_id"].contains(&column.name);
        person && column.required && ["null", "NULL", "N/A", "散客", "-"].contains(&cleaned(cell))
    });
    lost || nobody
}

/// Blanks and line ends at the ends are taken off on purpose; of an id, wide letters become plain ones.
fn cleaned(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n', '\u{c}', '\u{3000}', '\u{a0}'])
}

fn wide(text: &str) -> bool {
    text.contains(|c: char| matches!(c, '\u{3000}' | '\u{ff01}'..='\u{ff5e}'))
}

/// Nothing in it moves the cursor, colours, or shows a line in another order; and no line is a command of a CI that is
/// not the program's own.
fn does_nothing(what: &str, ran: &Ran) {
    for line in ran.out.split('\n').chain(ran.err.split('\n')) {
        let acts = |c: char| {
            c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
        };
        assert!(!line.contains(acts), "{what}: {line:?}");
        let own = line.contains("title=storebook ") && line.matches("::").count() >= 2;
        assert!(own || !line.trim_start().starts_with("::"), "{what}: {line:?}");
    }
    assert!(!ran.err.contains("fault of the program"), "{what}: {}", ran.err);
}

#[test]
fn the_contract_in_the_documentation_is_that_of_the_program() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data.md")).expect("the page");
    let chapter = text.split("\n## The contract\n").nth(1).expect("a chapter").split("\n## ").next().expect("its text");
    let mut told: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    let mut table = "";
    for line in chapter.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            table = if TABLES.iter().any(|known| known.name == name) { name } else { "" };
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let [name, holds] = cells.as_slice()
            && name.contains('`')
            && !table.is_empty()
            && !holds.starts_with('`')
        {
            told.entry(table).or_default().push((name.replace('`', ""), (*holds).to_owned()));
        }
    }
    for table in TABLES {
        let words = |column: &ColumnSpec| match column.kind {
            Type::Id => "id".to_owned(),
            Type::Text => "text".into(),
            Type::Money => "money".into(),
            Type::Quantity => "quantity".into(),
            Type::Integer { .. } => "integer".into(),
            Type::Date => "date".into(),
            Type::Month => "month".into(),
            Type::DateTime => "date and time".into(),
            Type::Bool => "yes/no".into(),
            Type::Code { allowed, open } => {
                let words: Vec<String> = allowed.iter().map(|(word, _)| format!("`{word}`")).collect();
                if open {
                    format!("code: {}, or any other word", words.join(", "))
                } else {
                    format!("one of {}", words.join(", "))
                }
            }
            Type::Source | Type::IdSpace | Type::DayOf(_) => "filled by the program".into(),
        };
        let written: Vec<(String, String)> = table
            .columns
            .iter()
            .map(|column| {
                (if column.required { format!("**{}**", column.name) } else { column.name.to_owned() }, words(column))
            })
            .collect();
        let told = told.get(table.name).cloned().unwrap_or_default();
        assert_eq!(
            told.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            written.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            "{}",
            table.name
        );
        for ((name, holds), (_, words)) in told.iter().zip(&written) {
            let exact = words.starts_with("code") || words.starts_with("one of");
            assert!(
                if exact { holds == words } else { holds.starts_with(words.as_str()) },
                "{} {name}: {holds} is {words}",
                table.name
            );
        }
    }
}

#[test]
fn c10_every_text_of_every_column_is_kept_as_it_was_written() {
    let project = project();
    project.build();
    let why = || project.query("select table_name, column_name, rule, value from source.quarantine order by all");
    for table in TABLES.iter().copied() {
        let rows = rows(table);
        let (taken, turned): (Vec<_>, Vec<_>) = rows[1..].iter().partition(|row| !refused(table, row));
        let texts = table.mapped().enumerate().filter(|(_, column)| {
            matches!(column.kind, Type::Id | Type::Text | Type::Code { open: true, .. }) && column.name != "currency"
        });
        let texts: Vec<(usize, &ColumnSpec)> = texts.collect();
        let names: Vec<&str> = texts.iter().map(|(_, column)| column.name).collect();
        let sql = format!("select {} from source.{}", names.join(", "), table.name);
        let found = project.run(&["query", &sql, "--format", "json", "--today", crate::support::TODAY]);
        assert_eq!(found.code, 0, "{}", found.err);
        let found: Vec<BTreeMap<String, Option<String>>> = serde_json::from_str(&found.out).expect("rows");
        let gone = turned.len();
        assert_eq!(found.len(), taken.len(), "{}: {gone} rows cannot be taken\n{}", table.name, why());
        for (place, column) in texts {
            let found: BTreeSet<&str> = found.iter().filter_map(|row| row[column.name].as_deref()).collect();
            // Words of a code have their own form, and so have words for nobody.
            let open = matches!(column.kind, Type::Code { .. });
            let person = column.name.ends_with("record_id");
            for row in &taken {
                let text = cleaned(&row[place]);
                let nobody = person && ["null", "NULL", "N/A", "散客", "-"].contains(&text);
                if !(open || nobody || (column.kind == Type::Id && wide(text))) {
                    assert!(found.contains(text), "{}.{}: {text:?} is not there", table.name, column.name);
                }
            }
        }
    }
}

#[test]
fn c47_no_command_and_no_log_does_what_a_text_of_the_data_says() {
    let project = project();
    let day = ["--today", crate::support::TODAY];
    let built = project.run(&[&["build", "--unsealed", "-v"], day.as_slice()].concat());
    assert_eq!(built.code, 0, "{}", built.err);
    does_nothing("build", &built);
    let commands: [&[&str]; 13] = [
        &["check"],
        &["build", "--unsealed", "--dry-run", "-vv"],
        &["build", "--unsealed", "--dry-run", "--strict"],
        &["query", "select * from source.stores limit 200"],
        &["query", "select * from source.feedback limit 200"],
        &["inspect"],
        &["inspect", "--values"],
        &["explain", "stores/index"],
        &["diff"],
        &["releases"],
        &["models"],
        &["audit", "source.customers", "--quasi", "city,gender"],
        &["notify"],
    ];
    for command in commands {
        let plain = !["check", "inspect", "releases", "models", "explain", "notify", "diff"].contains(&command[0]);
        let arguments = if plain { [command, day.as_slice()].concat() } else { command.to_vec() };
        let ran = project.run(&arguments);
        assert!(ran.code < 4, "{command:?}: {}", ran.err);
        assert!(!ran.err.contains("unexpected argument"), "{command:?}: {}", ran.err);
        does_nothing(&format!("{command:?}"), &ran);
    }
    for (name, value) in [("GITHUB_ACTIONS", "true"), ("GITLAB_CI", "true")] {
        let mut command =
            project.command(&["build", "--unsealed", "--dry-run", "-v", "--today", crate::support::TODAY]);
        let summary = project.path("summary.md");
        command.env(name, value).env("GITHUB_STEP_SUMMARY", &summary).current_dir(project.root());
        let output = command.output().expect("start storebook");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ran =
            Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) };
        assert_eq!(ran.code, 0, "{}", ran.err);
        does_nothing(name, &ran);
        let summary = std::fs::read_to_string(summary).unwrap_or_default();
        assert!(!summary.contains("<img") && !summary.contains("](javascript"), "{summary}");
    }
    // Nothing of the data in what servers read, and nothing in a name of a file.
    for (name, bytes) in crate::support::tree(&project.path("deploy")) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        for bad in ["alert(1)", "evil.example", "passwd", "{{", "{%", "\u{202e}", "\u{1b}"] {
            assert!(!text.contains(bad), "{name} holds {bad:?}");
        }
    }
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c);
    for name in project.tree().keys() {
        assert!(name.chars().all(safe) && !name.contains(".."), "{name}");
    }
}

#[test]
fn c47_people_with_hostile_names_get_keys_and_nothing_else() {
    let project = project();
    assert_eq!(project.run(&["keys", "init"]).code, 0);
    let ids = [
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "=cmd|'/c calc'!A1",
        "line\r\nbreaks\n\nin\rit",
        "{{ 7 * 7 }}",
    ];
    for id in ids {
        let granted = project.run(&["keys", "grant", &format!("--staff={id}")]);
        assert_eq!(granted.code, 0, "{id}: {}", granted.err);
        does_nothing("keys grant", &granted);
        does_nothing("keys show", &project.run(&["keys", "show", "--", id]));
    }
    does_nothing("keys list", &project.run(&["keys", "list"]));
    assert_eq!(project.run(&["keys", "sheet", "--out", &project.path("codes.html").to_string_lossy()]).code, 0);
    let sheet = std::fs::read_to_string(project.path("codes.html")).expect("the sheet");
    assert!(!sheet.contains("<script>alert"), "a script in the sheet of codes");
    let built = project.run(&["build", "--today", crate::support::TODAY]);
    assert_eq!(built.code, 0, "{}", built.err);
    for (name, bytes) in project.tree() {
        let text = String::from_utf8_lossy(&bytes);
        let public = name.ends_with(".html") && !text.contains("class=\"variant\"");
        assert!(public || !text.contains("alert(1)"), "{name}");
    }
}

#[test]
fn c5_a_text_of_a_megabyte_is_kept_or_turned_away_with_its_reason() {
    let row = |id: &str, text: &str| format!("{id},2026-10-01 10:00:00,S1,R1,{text}\n");
    let (taken, long) = ("<b>".repeat(333_333), "x".repeat(1_100_000));
    let text = format!(
        "feedback_id,at,store_id,record_id,text\n{}{}{}",
        row("F1", &taken),
        row("F2", &long),
        row("F3", "short")
    );
    let project = TestProject::small().file("data/feedback.csv", text);
    let ran = project.build();
    assert!(ran.out.contains("1 quarantined"), "{}", ran.out);
    assert_eq!(
        project
            .query("select feedback_id, length(text) as letters from source.feedback order by feedback_id")
            .lines()
            .collect::<Vec<_>>(),
        ["feedback_id,letters", "F1,999999", "F3,5"]
    );
    let quarantine = project.read("quarantine/feedback.csv");
    assert!(quarantine.len() < 10_000 && quarantine.contains("longer than 1 MiB"), "{}", &quarantine[..400]);
}

#[test]
fn c5_a_wrong_value_does_not_choose_the_reason_it_is_turned_away_for() {
    // The characters that part the errors of a row inside the program.
    let project = TestProject::small().file(
        "data/more.csv",
        "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n\
         T9,2026-10-01 10:00:00,S1,R1,A,1,a\u{1e}b\u{1f}::error::Wang Wei\u{1f}x\n\
         T8,2026-10-01 10:00:00,S1,R1,A,\u{1f}future_date\u{1e},1\n",
    );
    project.build();
    let rules = project.query("select column_name, rule, value from source.quarantine order by record");
    assert_eq!(
        rules.lines().collect::<Vec<_>>(),
        ["column_name,rule,value", "amount,type,a b ::error::Wang Wei x", "quantity,type, future_date "]
    );
    let ran = project
        .command(&["build", "--unsealed", "--today", crate::support::TODAY])
        .env("GITHUB_ACTIONS", "true")
        .output();
    let said = String::from_utf8_lossy(&ran.expect("start storebook").stdout).into_owned();
    assert!(said.contains("this row was not loaded: type (amount)") && !said.contains("Wang"), "{said}");
}
