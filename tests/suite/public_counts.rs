//! C51: counts that public pages may show: made fit by the build, attacked by `audit`. Figures worked out by hand.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

/// A chain with so many sales in each store and month; the last day decides what is closed.
fn visited(visits: &[(&str, &str, u32)]) -> TestProject {
    let mut sales = String::from("transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n");
    for (store, day, count) in visits {
        for n in 0..*count {
            sales.push_str(&format!("{store}-{day}-{n},{day} 10:00:00,{store},R{n},A,1,5.00\n"));
        }
    }
    TestProject::empty().file("data/transactions.csv", sales)
}

const VISITS: [(&str, &str, u32); 4] =
    [("S1", "2026-09-10", 20), ("S2", "2026-09-11", 4), ("S3", "2026-09-12", 33), ("S1", "2026-10-15", 50)];

const COUNTED: &str = "-- visits_public: visits by store and month.\n-- key: month, store_id\n-- publishable: counts\n\
    select store_id, cast(date_trunc('month', ordered_on) as date) as month, count(*) as visits\n\
    from {{ ref('orders') }} group by all\n";

fn shown(project: &TestProject) -> String {
    let select = "select * from visits_public order by month, store_id nulls last";
    let ran = project.run(&["query", select, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

#[test]
fn c51_a_build_makes_true_counts_fit_to_be_published() {
    let page = "+++\ntitle = \"Visits\"\naudience = \"public\"\n[queries.visits]\norder = [\"month\", \"store_id\"]\n\
                sql = \"select month, store_id, visits from {{ ref('visits_public') }}\"\n+++\n{{ table(visits) }}\n";
    let project = visited(&VISITS).file("models/visits_public.sql", COUNTED).file("content/visits.md", page);
    // October runs until the newest sale. 4 is hidden; from 57 (55), 20 and 33 (35) it would be at most 57 − 18 − 33 = 6,
    // so the next smallest is hidden with it: then both are anything from 0 to 57 − 33 = 24.
    assert_eq!(
        shown(&project),
        "store_id,month,visits\nS1,2026-09-01,\nS2,2026-09-01,\nS3,2026-09-01,35\n,2026-09-01,55\n"
    );
    let audit = project.run(&["audit", "--today", DAY]);
    assert_eq!(audit.code, 0, "{}{}", audit.out, audit.err);
    assert!(audit.out.contains("4 cells, 2 suppressed"), "{}", audit.out);
    project.build();
    let html = project.read("output/visits/index.html");
    assert!(html.contains(">35<") && !html.contains(">33<") && !html.contains(">20<"), "{html}");
    // The true counts lie in no table of the cache either.
    let all = project.run(&[
        "query",
        "select count(*) as n from visits_public where visits in (4, 20, 33, 50, 57)",
        "--format",
        "csv",
        "--today",
        DAY,
    ]);
    assert_eq!(all.out, "n\n0\n");
    // Months that are closed by hand are shown when they are closed.
    let project = project.file("storebook.toml", "[periods]\nclosed_through = \"2026-08\"\n");
    assert_eq!(shown(&project), "store_id,month,visits\n");
}

#[test]
fn c51_counts_that_do_not_add_up_stand_alone() {
    let project = visited(&VISITS).file(
        "models/visits_public.sql",
        COUNTED.replace("publishable: counts\n", "publishable: counts\n-- totals: no\n"),
    );
    assert_eq!(shown(&project), "store_id,month,visits\nS1,2026-09-01,20\nS2,2026-09-01,\nS3,2026-09-01,35\n");
}

#[test]
fn c51_what_cannot_be_protected_is_refused() {
    for (from, to, word) in [
        ("-- key: month, store_id", "-- key: store_id", "no month among its keys"),
        ("count(*) as visits", "avg(net_amount) as visits", "no whole number"),
        ("count(*) as visits", "sum(net_amount) as visits", "no whole number"),
        ("count(*) as visits", "-count(*) as visits", "below 0"),
        ("-- publishable", "-- counts: visits\n-- publishable", "holds person_id"),
        ("store_id, cast(", "nullif(store_id, 'S2') as store_id, cast(", "without store_id"),
        ("cast(date_trunc('month', ordered_on) as date)", "ordered_on", "two rows of one key"),
    ] {
        let mut sql = COUNTED.replace(from, to);
        if word == "holds person_id" {
            sql = sql.replace("select store_id", "select person_id, store_id");
        }
        if word == "two rows of one key" {
            sql = sql.replace(
                "from {{ ref('orders') }}",
                "from {{ ref('orders') }} where store_id = 'S1' or ordered_on < '2026-09-12'",
            );
        }
        let word = word.replace("holds person_id", "tells of single people");
        let visits = [&VISITS[..], &[("S1", "2026-09-28", 1)]].concat();
        let ran = visited(&visits).file("models/visits_public.sql", sql.clone()).try_build(&[]);
        assert_eq!(ran.code, 1, "{sql}\n{}", ran.out);
        assert!(ran.err.contains("models/visits_public.sql") && ran.err.contains(&word), "{sql}\n{}", ran.err);
    }
}

fn publishable(rows: &str) -> TestProject {
    TestProject::small().file(
        "models/visits_public.sql",
        format!(
            "-- visits_public: visits by store and month.\n-- key: store, month\n-- counts: visits\n-- publishable: yes\n\
             select store, month, visits from (values {rows}) t(store, month, visits) where exists (from {{{{ source('stores') }}}})"
        ),
    )
}

#[test]
fn published_tables_are_attacked() {
    let project = TestProject::small();
    let ran = project.run(&["audit", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("store_directory: no counts"), "{}", ran.out);

    // The hidden cell is 23 − 22 = 1 to 27 − 18 = 9 by its row, and 43 − 42 to 47 − 38 by its column.
    let naked = "('s1','m1',null), ('s1','m2',20), ('s2','m1',40), ('s2','m2',50), ('s1',null,25), ('s2',null,90), \
                 (null,'m1',45), (null,'m2',70), (null,null,115)";
    let project = publishable(naked);
    let ran = project.run(&["audit", "--today", DAY]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("visits in visits_public: 9 cells, 1 suppressed"), "{}", ran.out);
    assert!(ran.out.contains("month=m1, store=s1 is suppressed, but is between 1 and 9"), "{}", ran.out);
    let json = project.run(&["audit", "--json", "--today", DAY]);
    let said: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let exposed =
        serde_json::json!({ "cell": { "month": "m1", "store": "s1" }, "why": "suppressed", "lowest": 1, "highest": 9 });
    assert_eq!(said["figures"][0]["exposed"], serde_json::json!([exposed]));
    assert_eq!(said["safe"], false);

    // With two more hidden it is 0 to 11.
    let hidden = naked.replace("'m2',20", "'m2',null").replace("'m1',40", "'m1',null");
    let ran = publishable(&hidden).run(&["audit", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("9 cells, 3 suppressed") && ran.out.contains("No cell"), "{}", ran.out);
}

#[test]
fn published_counts_against_the_rules_are_found() {
    let ran = publishable("('s1','m1',7), ('s2','m1',13)").run(&["audit", "--today", DAY]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("shows 7, which is below 10"), "{}", ran.out);
    assert!(ran.out.contains("shows 13, which is not rounded to 5"), "{}", ran.out);
    let other =
        publishable("('s1','m1',7), ('s2','m1',13)").run(&["audit", "--threshold", "5", "--base", "1", "--today", DAY]);
    assert_eq!(other.code, 0, "{}{}", other.out, other.err);
    let contradictory = publishable("('s1','m1',10), (null,'m1',50)").run(&["audit", "--today", DAY]);
    assert!(contradictory.code == 1 && contradictory.out.contains("NOT PROVED"), "{}", contradictory.out);
    let negative = publishable("('s1','m1',-5)").run(&["audit", "--today", DAY]);
    assert!(negative.code == 1 && negative.err.contains("is no count"), "{}", negative.err);
}

#[test]
fn a_public_table_of_single_people_is_found() {
    let project = TestProject::small().file(
        "models/people_public.sql",
        "-- people_public: who bought.\n-- key: person_id\n-- publishable: yes\nselect person_id from {{ ref('people') }}",
    );
    let ran = project.run(&["audit", "--today", DAY]);
    assert!(ran.code == 1 && ran.out.contains("person_id tells of single people"), "{}{}", ran.out, ran.err);
    let wrong = TestProject::small().file(
        "models/wrong_public.sql",
        "-- wrong_public: x.\n-- counts: vists\n-- publishable: yes\nselect count(*) as visits from {{ source('stores') }}",
    );
    let ran = wrong.run(&["audit", "--today", DAY]);
    assert!(ran.code == 2 && ran.err.contains("did you mean \"visits\""), "{}", ran.err);
}
