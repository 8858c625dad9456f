//! Names that want to be something else: paths, scripts, Markdown, reserved names, names that differ in case only.

use crate::support::TestProject;

const NAMES: [&str; 8] = [
    "../../etc",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "CON",
    "con",
    "{{ 7 * 8191 }}",
    "a|b*c*",
    "\u{202e}gnp.exe\u{0007}",
];

fn project() -> TestProject {
    let mut stores = String::from("store_id,name,region,city\n");
    let mut sales =
        String::from("transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n");
    for (at, name) in NAMES.iter().enumerate() {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        stores.push_str(&format!("{quoted},{quoted},{quoted},{quoted}\n"));
        sales.push_str(&format!(
            "T{at},2026-10-{:02} 10:00:00,{quoted},{quoted},{quoted},{quoted},{quoted},1,10.00\n",
            at + 20
        ));
    }
    TestProject::empty().file("data/stores.csv", stores).file("data/transactions.csv", sales)
}

#[test]
fn hostile_names_stay_text() {
    let project = project();
    project.build();
    let tree = project.tree();
    let pages: Vec<&String> =
        tree.keys().filter(|path| path.starts_with("stores/") && path.ends_with("/index.html")).collect();
    assert_eq!(pages.len(), NAMES.len() + 1, "{pages:?}");
    for (path, bytes) in &tree {
        assert!(!path.contains("..") && path.is_ascii(), "{path}");
        if !path.ends_with(".html") {
            continue;
        }
        let html = String::from_utf8(bytes.clone()).expect("UTF-8");
        assert!(!html.contains("<script>alert"), "{path}: a script came through");
        assert!(!html.to_lowercase().contains("href=\"javascript:"), "{path}: a script address came through");
        assert!(!html.contains("57337") && !html.contains("57,337"), "{path}: a name was run as a template");
        assert!(!html.contains("<em>c</em>"), "{path}: a name was read as Markdown");
        assert!(!html.contains('\u{e000}') && !html.contains('\u{e001}'), "{path}: a token was left over");
    }
    let folders: std::collections::BTreeSet<String> = pages.iter().map(|path| path.to_lowercase()).collect();
    assert_eq!(folders.len(), pages.len(), "two pages differ by case only");
    assert!(
        !tree.keys().any(|path| path.split('/').any(|part| ["con", "nul"].contains(&part.to_lowercase().as_str())))
    );
    let checked = project.run(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
}

#[test]
fn nothing_is_written_outside_the_project() {
    let project = project();
    project.build();
    let top: std::collections::BTreeSet<String> = std::fs::read_dir(project.root())
        .expect("read")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    // `.output.releases` is where replaced sites are kept.
    assert_eq!(
        top,
        [".output.releases", ".storebook", "data", "deploy", "output", "state"].map(ToOwned::to_owned).into()
    );
}
