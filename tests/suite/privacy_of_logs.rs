//! C47: nothing a person's record holds stands in what the program says: not in reports, warnings, errors, logs.

use crate::support::{Ran, TestProject, storebook};

/// What may not be seen, in pieces: part of a number is too much as well.
const SECRET: [&str; 12] = [
    "13912345678",
    "1391234",
    "2345678",
    "欧阳",
    "明月",
    "Quentin",
    "Zhabrovsky",
    "privat.example",
    "幸福路",
    "1987-03",
    "6222021234567890123",
    "秘密的话",
];

const STORES: &str = "store_id,name,region,city\nS1,东湖店,华东,杭州\nS2,西街店,华东,苏州\n";

/// Personal values in the columns they belong to, and in every other one.
fn hostile() -> TestProject {
    TestProject::empty()
        .file("data/stores.csv", STORES)
        .file(
            "data/customers.csv",
            "record_id,name,phone,email,birthday,gender,city,store_id,registered_on\n\
             R1,欧阳明月,13912345678,q@privat.example,1987-03-14,女,杭州,S1,2026-01-02\n\
             R2,13912345678,欧阳明月,1987-03-14,欧阳明月,欧阳明月,幸福路88号,欧阳明月,Quentin Zhabrovsky\n\
             13912345678,Quentin Zhabrovsky,1987-03-14,6222021234567890123,q@privat.example,1,13912345678,S1,13912345678\n\
             R4,Quentin \"Zhabrovsky,13912345678,x\n\
             R5,Quentin Zhabrovsky,13912345678,q@privat.example,1987-03-14,女,杭州,S1,2026-01-02\n",
        )
        .file(
            "data/transactions.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n\
             T1,2026-10-01 10:00:00,S1,R1,A,茶,饮品,1,10.00\n\
             T2,2026-10-02 10:00:00,S2,13912345678,欧阳明月,欧阳明月,饮品,2,20.00\n\
             T3,欧阳明月 13912345678,S1,R1,A,茶,饮品,1,10.00\n\
             T4,2026-10-03 10:00:00,13912345678,R1,A,茶,饮品,1,10.00\n\
             T5,2026-10-03 10:00:00,S1,R1,A,茶,饮品,Quentin Zhabrovsky,10.00\n\
             T6,2026-10-03 10:00:00,S1,R1,A,茶,饮品,1,q@privat.example\n\
             T7,2026-10-03 10:00:00,S1,R1,A,茶,饮品,13912345678,6222021234567890123\n\
             13912345678,1987-03-14,S1,R1,A,茶,饮品,1,10.00\n\
             13912345678,1987-03-14,S1,R1,A,茶,饮品,1,99.00\n\
             欧阳明月,\"2026-10-03,S1\n",
        )
        .file(
            "data/feedback.csv",
            "feedback_id,at,store_id,kind,rating,text\n\
             F1,2026-10-03 10:00:00,S1,review,5,秘密的话 13912345678\n\
             F2,秘密的话,欧阳明月,秘密的话,13912345678,1987-03-14\n",
        )
        .file("data/rows.csv", "欧阳明月,13912345678,q@privat.example\nQuentin Zhabrovsky,13912345678,x\n")
        .file("data/people.ndjson", "{\"欧阳明月\": 1\n\"秘密的话\"\n{\"a\": \"13912345678\"}\n")
}

fn silent(ran: &Ran, what: &str) {
    for secret in SECRET {
        for (stream, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
            assert!(!text.contains(secret), "{what}: {secret} stands in {stream}:\n{text}");
        }
    }
}

#[test]
fn c47_no_command_tells_what_a_record_holds() {
    let project = hostile();
    let built = project.try_build(&["-vvv"]);
    assert_eq!(built.code, 0, "{}", built.err);
    assert!(built.out.contains("quarantined"), "{}", built.out);
    silent(&built, "build");
    for arguments in [
        vec!["-vvv", "build", "--unsealed", "--today", "2026-11-05", "--json"],
        vec!["-vvv", "build", "--unsealed", "--today", "2026-11-05", "--dry-run"],
        vec!["-vvv", "build", "--unsealed", "--today", "1987-01-01"],
        vec!["-vvv", "build", "--today", "2026-11-05"],
        vec!["-vvv", "inspect"],
        vec!["-vvv", "inspect", "data/rows.csv"],
        vec!["-vvv", "inspect", "--write"],
        vec!["-vvv", "models"],
        vec!["-vvv", "models", "--dot"],
        vec!["-vvv", "check"],
        vec!["-vvv", "eject"],
        vec![
            "-vvv",
            "query",
            "select column_name, rule, count(*) as n from quarantine_summary group by all",
            "--today",
            "2026-11-05",
        ],
        vec!["-vvv", "query", "select name::int from {{ source('customers') }}", "--today", "2026-11-05"],
        vec!["-vvv", "query", "select strptime(name, '%Y') from {{ source('customers') }}", "--today", "2026-11-05"],
        vec![
            "-vvv",
            "query",
            "select error('so: ' || name || phone) from {{ source('customers') }}",
            "--today",
            "2026-11-05",
        ],
    ] {
        let ran = project.run(&arguments);
        silent(&ran, &arguments.join(" "));
    }
    // The rows themselves are where they belong: in the quarantine's files.
    let rows: String = std::fs::read_dir(project.path("quarantine"))
        .expect("the folder")
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("its text"))
        .collect();
    assert!(rows.contains("欧阳明月"));
}

#[test]
fn c47_a_model_or_page_that_fails_does_not_quote_the_row() {
    let customers = "{{ source('customers') }}";
    let models = [
        format!("select record_id, phone::integer as n from {customers}"),
        format!("select record_id, phone::date as n from {customers}"),
        format!("select record_id, cast(name as decimal(9, 2)) as n from {customers}"),
        format!("select strptime(name, '%Y-%m-%d') as n from {customers}"),
        format!("select error('bad: ' || name || ' ' || phone) as n from {customers}"),
        format!("select cast('{{\"' || name as json) as n from {customers}"),
        format!("select phone::bigint * 9000000000000000 as n from {customers}"),
        format!("select date_trunc(name, current_timestamp) as n from {customers}"),
        format!("select regexp_matches('x', '(' || name) as n from {customers}"),
        format!("select printf(name || '%d', 'x') as n from {customers}"),
        format!("select (select name from {customers} union all select phone from {customers}) as n"),
        format!("-- x: y\n-- key: name\nselect name from {customers} union all select name from {customers}"),
    ];
    // One project for all, so that its files are loaded once.
    let mut project = hostile();
    for sql in &models {
        project = project.file("models/failing.sql", sql);
        let ran = project.try_build(&["-vvv"]);
        assert_eq!(ran.code, 1, "{sql}: {}", ran.out);
        assert!(ran.err.contains("models/failing.sql"), "{sql}: {}", ran.err);
        silent(&ran, sql);
    }
    std::fs::remove_file(project.path("models/failing.sql")).expect("remove the model");
    let front =
        format!("+++\ntitle = \"x\"\n[queries.q]\nsql = \"select name, phone from {customers} order by 1, 2\"\n+++\n");
    for body in [
        "{{ kpi(q[0].name, label=\"x\", format=\"money\") }}",
        "{{ q[0].name | money }}",
        "{{ q[0].name | date }}",
        "{{ q[0].name | int }}",
        "{{ t(q[0].name) }}",
        "{{ t(q[0].phone) }}",
        "{{ q[0].name + 1 }}",
        "{{ q[0][q[0].name] }}",
        "{{ link(q[0].name) }}",
        "{{ chart(\"line\", q, x=\"name\", y=\"phone\") }}",
        "{{ table(q, columns=[q[0].name]) }}",
        "[x]({{ q[0].name }}:{{ q[0].phone }})",
        "[x]({{ q[0].name }}.md)",
        "{{ chart(q[0].name, q, x=\"name\", y=\"phone\") }}",
        "{{ kpi(1, format=q[0].name) }}",
    ] {
        project = project.file("content/failing.md", format!("{front}{body}\n"));
        let ran = project.try_build(&["-vvv"]);
        silent(&ran, body);
    }
    std::fs::remove_file(project.path("content/failing.md")).expect("remove the page");
    // One page per person, whose addresses cannot be made.
    let each = format!(
        "+++\ntitle = \"{{{{ p.name }}}}\"\nfor_each = {{ query = \"select name, phone from {customers}\", as = \"p\", slug = \"p.nobody\" }}\n+++\n{{{{ p.phone }}}}\n"
    );
    for (from, to) in [("p.nobody", "p.nobody"), ("p.nobody", "p.name | int"), ("p.nobody", "p.name ~ 1 / 0")] {
        project = project.file("content/people/[p].md", each.replace(from, to));
        silent(&project.try_build(&["-vvv"]), to);
    }
}

#[test]
fn c47_files_that_cannot_be_read_are_not_quoted() {
    let mut project = hostile();
    for (name, content) in [
        ("data/a.json", "[{\"name\": \"欧阳明月\"}, \"秘密的话 13912345678\"]"),
        ("data/a.json", "[{\"name\": \"欧阳明月\"}, {\"phone\": 13912345678 \"1987-03-14\"}]"),
        ("data/a.json", "[{\"欧阳明月\": "),
        ("data/a.ndjson", "\"欧阳明月\"\n13912345678\n"),
        ("data/a.parquet", "PAR1 欧阳明月 13912345678 PAR1"),
        ("data/a.csv", "欧阳明月\n"),
        ("data/a.csv", "\"欧阳明月,13912345678\n秘密的话"),
        ("state/people.csv", "欧阳明月,13912345678,P1\n"),
        ("state/people.csv", "id_space,record_id,person_id\nmain,13912345678,P000001\nmain,13912345678,P000002\n"),
        ("state/people.csv", "id_space,record_id,person_id\nmain,13912345678,欧阳明月\n"),
    ] {
        project = project.file(name, content);
        silent(&project.try_build(&["-vvv"]), name);
        silent(&project.run(&["-vvv", "inspect"]), name);
        std::fs::remove_file(project.path(name)).expect("remove the file");
    }
    // A [[source]] that names columns a file without a header line does not have.
    let settings = "[[source]]\ntable = \"customers\"\nfiles = [\"rows.csv\"]\ncolumns = { record_id = \"nr\" }\n";
    project = project.file("storebook.toml", settings);
    silent(&project.try_build(&["-vvv"]), settings);
    let settings = "[[source]]\ntable = \"customers\"\nfiles = [\"rows.csv\"]\nfilter = \"nr = 1\"\n";
    silent(&project.file("storebook.toml", settings).try_build(&["-vvv"]), settings);
}

#[test]
fn inspect_shows_forms_and_values_only_when_asked() {
    let project = hostile();
    let forms = project.run(&["inspect", "data/customers.csv"]);
    assert!(forms.out.contains("99999999999") && forms.out.contains("字字字字"), "{}", forms.out);
    let values = project.run(&["inspect", "data/customers.csv", "--values"]);
    assert!(values.out.contains("13912345678") && values.out.contains("欧阳明月"), "{}", values.out);
    assert_eq!(storebook(&["inspect", "--help"]).code, 0);
}
