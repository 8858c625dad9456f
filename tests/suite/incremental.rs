//! A warm build gives the bytes of a cold one, whatever was changed, and renders only what changed.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{TODAY, TestProject, storebook, tree};

/// A change a user may make between two builds; the number makes each one different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    AddSale,
    ChangeAmount,
    NewFile,
    DeleteFile,
    RenameFile,
    RenameStore,
    NewStore,
    ContentText,
    ContentQuery,
    RemoveContent,
    TranslationText,
    Template,
    Style,
    String,
    RemoveTheme,
    Title,
    Setting,
    Model,
    Touch,
    Nothing,
}

const EDITS: [Edit; 20] = [
    Edit::AddSale,
    Edit::ChangeAmount,
    Edit::NewFile,
    Edit::DeleteFile,
    Edit::RenameFile,
    Edit::RenameStore,
    Edit::NewStore,
    Edit::ContentText,
    Edit::ContentQuery,
    Edit::RemoveContent,
    Edit::TranslationText,
    Edit::Template,
    Edit::Style,
    Edit::String,
    Edit::RemoveTheme,
    Edit::Title,
    Edit::Setting,
    Edit::Model,
    Edit::Touch,
    Edit::Nothing,
];

const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n";

/// Pages of the project's own: one alone, one per store, in two languages.
fn chain() -> TestProject {
    TestProject::small()
        .file("data/late.csv", format!("{HEADER}L1,2026-10-05 09:00:00,S2,R2,A,茶,饮品,1,11.00\n"))
        .file(
            "content/shops/[shop].md",
            "+++\ntitle = \"{{ shop.name }}\"\naudience = { store = \"shop.store_id\" }\n\
             for_each = { query = \"select store_id, name, net_sales from {{ ref('store_summary') }} order by store_id\", \
             as = \"shop\", slug = \"shop.store_id\" }\n\
             [queries.months]\nby = \"store_id\"\norder = [\"month\"]\n\
             sql = \"select store_id, month, net_sales from {{ ref('store_months') }}\"\n+++\n\
             ## 月份\n{{ table(months, columns=[\"month\", \"net_sales\"], download=true) }}\n",
        )
        .file("content/shops/[shop].en.md", "+++\ntitle = \"{{ shop.name }}\"\n+++\n## Months\n{{ settings.rfm.window }}\n")
        .file(
            "content/own.md",
            "+++\ntitle = \"自己\"\naudience = \"hq\"\n[queries.stores]\nsql = \"select store_id, name from {{ ref('own_stores') }}\"\n+++\n\
             {{ table(stores, columns=[\"store_id\"], links={\"store_id\": \"shops/[shop]\"}) }}\n\n{{ today }} {{ site.title }}\n",
        )
        .file("storebook.toml", "[site]\ntitle = \"链\"\n")
        .file("models/own_stores.sql", own_model(0))
}

fn own_model(n: usize) -> String {
    format!(
        "-- own_stores: names of the stores\n-- grain: store\n-- key: store_id\n-- column name: n\n\
         select store_id, name || '{n}' as name from {{{{ source('stores') }}}}\n"
    )
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("create the folder");
    std::fs::write(path, text).expect("write the file");
}

fn append(root: &Path, path: &str, text: &str) {
    if let Ok(old) = std::fs::read_to_string(root.join(path)) {
        write(root, path, &format!("{old}{text}"));
    }
}

fn replace(root: &Path, path: &str, from: &str, to: &str) {
    if let Ok(old) = std::fs::read_to_string(root.join(path)) {
        write(root, path, &old.replacen(from, to, 1));
    }
}

fn built_in(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the repository")
}

fn apply(root: &Path, edit: Edit, n: usize) {
    let sales = "data/transactions.csv";
    match edit {
        Edit::AddSale => append(root, sales, &format!("N{n},2026-10-1{} 10:00:00,S1,R{n},A,茶,饮品,1,{n}.50\n", n % 9)),
        Edit::ChangeAmount => replace(root, sales, "20.00", &format!("2{}.00", n % 10)),
        Edit::NewFile => {
            write(
                root,
                &format!("data/new{n}.csv"),
                &format!("{HEADER}F{n},2026-10-2{} 08:00:00,S2,R1,B,饼,零食,1,5.00\n", n % 9),
            );
        }
        Edit::DeleteFile => {
            let _ = std::fs::remove_file(root.join("data/late.csv"));
        }
        Edit::RenameFile => {
            let _ = std::fs::rename(root.join("data/late.csv"), root.join(format!("data/late{n}.csv")));
        }
        Edit::RenameStore => replace(root, "data/stores.csv", "东湖店", &format!("东湖{n}店")),
        Edit::NewStore => {
            append(root, "data/stores.csv", &format!("X{n},新店{n},华北,北京\n"));
            append(root, sales, &format!("X{n}T,2026-10-30 10:00:00,X{n},R9,A,茶,饮品,1,9.00\n"));
        }
        Edit::ContentText => append(root, "content/own.md", &format!("\nAnother line {n}: {{{{ as_of }}}}.\n")),
        Edit::ContentQuery => {
            // Sound however often it is applied: the second time finds nothing to replace.
            replace(root, "content/own.md", "select store_id", "select distinct store_id")
        }
        Edit::RemoveContent => {
            let _ = std::fs::remove_file(root.join("content/own.md"));
        }
        Edit::TranslationText => {
            append(root, "content/shops/[shop].en.md", &format!("\nText {n} {{{{ shop.net_sales }}}}\n"))
        }
        Edit::Template => {
            let text = built_in("themes/default/templates/components/kpi.html");
            write(root, "themes/default/templates/components/kpi.html", &format!("{text}<!-- {n} -->"));
        }
        Edit::Style => {
            let text = built_in("themes/default/static/style.css");
            write(root, "themes/default/static/style.css", &format!("{text}\n/* {n} */\n"));
        }
        Edit::String => write(root, "themes/default/locales/en.ftl", &format!("language-name = English {n}\n")),
        Edit::RemoveTheme => {
            let _ = std::fs::remove_dir_all(root.join("themes"));
        }
        Edit::Title => replace(root, "storebook.toml", "title = \"链", &format!("title = \"链{n}")),
        Edit::Setting => {
            write(root, "storebook.toml", &format!("[site]\ntitle = \"链\"\n[rfm]\nwindow = {}\n", 200 + n))
        }
        Edit::Model => write(root, "models/own_stores.sql", &own_model(n)),
        Edit::Touch => append(root, sales, ""),
        Edit::Nothing => {}
    }
}

/// Everything but cache and output, as a cold build would find it.
fn copy_inputs(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().expect("a temporary folder");
    let own = |name: &std::ffi::OsStr| [".storebook", "output", "quarantine"].iter().any(|other| name == *other);
    for entry in
        walkdir::WalkDir::new(from).into_iter().filter_entry(|entry| entry.depth() != 1 || !own(entry.file_name()))
    {
        let entry = entry.expect("walk the project");
        let target = to.path().join(entry.path().strip_prefix(from).expect("below the project"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("create the folder");
        } else {
            std::fs::copy(entry.path(), target).expect("copy the file");
        }
    }
    to
}

/// Builds warm and, from a copy without any cache, cold: the trees of output and state must be the same.
fn compare(project: &TestProject, what: &str) {
    let cold = copy_inputs(project.root());
    let warm = project.run(&["build", "--unsealed", "--today", TODAY]);
    let root = cold.path().to_str().expect("a plain path");
    let ran = storebook(&["--project", root, "build", "--unsealed", "--today", TODAY]);
    assert_eq!((warm.code, ran.code), (0, 0), "{what}: warm\n{}\ncold\n{}", warm.err, ran.err);
    for folder in ["output", "state"] {
        let (warm, cold) = (tree(&project.path(folder)), tree(&cold.path().join(folder)));
        assert_eq!(warm.keys().collect::<Vec<_>>(), cold.keys().collect::<Vec<_>>(), "{what}: files of {folder}");
        for (path, bytes) in &warm {
            assert!(
                bytes == &cold[path],
                "{what}: {folder}/{path} differs\nwarm: {}\ncold: {}",
                text(bytes),
                text(&cold[path])
            );
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(4000).collect()
}

#[test]
fn warm_equals_cold_after_every_kind_of_change() {
    let project = chain();
    compare(&project, "the first build");
    for (n, edit) in EDITS.into_iter().enumerate() {
        apply(project.root(), edit, n + 1);
        compare(&project, &format!("{edit:?}"));
    }
}

#[test]
fn warm_equals_cold_after_random_changes() {
    let edits = prop::collection::vec((0..EDITS.len(), 0usize..90), 6..8);
    let config = Config { cases: 2, max_shrink_iters: 8, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&edits, |edits| {
            let project = chain();
            project.build();
            for (at, n) in &edits {
                apply(project.root(), EDITS[*at], *n);
                compare(&project, &format!("{edits:?} at {:?}", EDITS[*at]));
            }
            Ok(())
        })
        .expect("warm and cold agree");
}

/// The numbers of the JSON report.
fn report(project: &TestProject) -> (u64, u64, u64) {
    let ran = project.try_build(&["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    (number(&report["pages"]), number(&report["reused"]), number(&report["models"]["computed"]))
}

#[test]
fn without_a_change_nothing_is_computed_or_rendered() {
    let project = chain();
    project.build();
    project.build();
    let (pages, reused, computed) = report(&project);
    assert_eq!((reused, computed), (pages, 0));
}

#[test]
fn a_text_renders_its_own_page_only() {
    let project = chain();
    project.build();
    project.build();
    let project = project.change("content/shops/[shop].en.md", "## Months", "## The months");
    let (pages, reused, computed) = report(&project);
    assert_eq!((pages - reused, computed), (2, 0), "two stores in English\n{}", project.run(&["explain"]).out);
    assert!(project.read("output/en/shops/s1/index.html").contains("The months"));
}

#[test]
fn a_setting_renders_only_the_pages_that_name_it() {
    let project = chain()
        .file("storebook.toml", "[site]\ntitle = \"链\"\n[best_sellers]\ncount = 20\n")
        .file("content/own.md", "+++\ntitle = \"自己\"\naudience = \"hq\"\n+++\n{{ settings.alerts.sales_down }}\n");
    project.build();
    project.build();
    let before = project.tree();
    let project = project.file("storebook.toml", "[site]\ntitle = \"链\"\n[alerts]\nsales_down = 0.21\n");
    let (..) = report(&project);
    let after = project.tree();
    assert!(String::from_utf8_lossy(&after["own/index.html"]).contains("0.21"));
    assert_eq!(before["shops/s1/index.html"], after["shops/s1/index.html"]);
    let why = project.run(&["explain", "own"]).out;
    assert!(why.contains("a setting that it names changed"), "{why}");
    let why = project.run(&["explain", "shops/s1"]).out;
    assert!(why.contains("taken over"), "{why}");
}

#[test]
fn one_stores_sale_renders_that_stores_page_and_not_the_others() {
    let project = chain();
    project.build();
    project.build();
    // The sale lies in September: neither the newest day nor another store's figures move.
    append(project.root(), "data/transactions.csv", "N1,2026-09-01 10:00:00,S1,R1,A,茶,饮品,1,5.00\n");
    let (pages, reused, computed) = report(&project);
    assert!(reused > 0 && reused < pages && computed > 0);
    let why = project.run(&["explain", "shops/s1"]).out;
    assert!(why.contains("rendered by the last build, because the rows of the query \"months\" changed"), "{why}");
    assert!(why.contains("* source.transactions"), "{why}");
    let why = project.run(&["explain", "shops/s2"]).out;
    assert!(why.contains("taken over by the last build"), "{why}");
    let why = project.run(&["explain", "en/shops/s2"]).out;
    assert!(why.contains("in en"), "{why}");
    let why = project.run(&["explain", "store_months"]).out;
    assert!(why.contains("computed by the last run, because its input"), "{why}");
    let why = project.run(&["explain", "transactions"]).out;
    assert!(why.contains("* data/transactions.csv") && why.contains("  data/late.csv"), "{why}");
}

#[test]
fn a_file_changed_in_the_output_is_rendered_anew() {
    let project = chain();
    project.build();
    let good = project.tree();
    std::fs::write(project.path("output/shops/s1/index.html"), "vandalised").expect("write");
    std::fs::remove_file(project.path("output/own/index.html")).expect("remove");
    project.build();
    assert_eq!(project.tree(), good);
    let why = project.run(&["explain", "shops/s1"]).out;
    assert!(why.contains("its file in the output was changed or removed"), "{why}");
}

#[test]
fn a_damaged_memory_of_pages_is_no_harm() {
    let project = chain();
    project.build();
    let good = project.tree();
    for entry in std::fs::read_dir(project.path(".storebook/pages")).expect("the page memory") {
        std::fs::write(entry.expect("an entry").path(), "{\"format\":1,").expect("write");
    }
    std::fs::write(project.path(".storebook/models.json"), "[]").expect("write");
    project.build();
    assert_eq!(project.tree(), good);
}

#[test]
fn a_build_of_one_page_leaves_the_rest_known() {
    let project = chain();
    project.build();
    let project = project.change("content/shops/[shop].en.md", "## Months", "## The months");
    assert_eq!(project.try_build(&["--only", "en/shops/s1"]).code, 2, "addresses are those of the default language");
    assert_eq!(project.try_build(&["--only", "shops/s1"]).code, 0);
    // The other store's English page still has its old text: the next build must not take it over.
    assert!(!project.read("output/en/shops/s2/index.html").contains("The months"));
    let (pages, reused, _) = report(&project);
    assert!(reused > 0 && reused < pages);
    assert!(project.read("output/en/shops/s2/index.html").contains("The months"));
    assert!(project.read("output/en/shops/s1/index.html").contains("The months"));
}

#[test]
fn explain_names_what_it_does_not_know() {
    let project = chain();
    let ran = project.run(&["explain", "own"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("storebook build"), "{}", ran.err);
    project.build();
    let ran = project.run(&["explain", "shops/s9"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("shops/s1"), "{}", ran.err);
    let ran = project.run(&["explain"]);
    assert!(ran.out.contains("shops/[shop]: 4 of 4 rendered"), "{}", ran.out);
}
