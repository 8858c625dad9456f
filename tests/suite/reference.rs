//! The reference project: every figure of `tests/reference/expected` was worked out by hand (see its README).

use crate::support::TestProject;

#[test]
fn c12_every_hand_worked_figure_comes_out_of_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let project = TestProject::of("reference/project");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder.join("queries")).expect("the queries") {
        let query = entry.expect("an entry").path();
        let name = query.file_stem().expect("a name").to_string_lossy().into_owned();
        let sql = std::fs::read_to_string(&query).expect("the query");
        let expected =
            std::fs::read_to_string(folder.join("expected").join(format!("{name}.csv"))).expect("the answer");
        let answer = project.query(sql.trim().trim_end_matches(';'));
        for (at, (expected, answer)) in expected.trim_end().lines().zip(answer.trim_end().lines()).enumerate() {
            if expected != answer {
                wrong.push(format!("{name} line {}: expected {expected}, got {answer}", at + 1));
            }
        }
        assert_eq!(expected.trim_end().lines().count(), answer.trim_end().lines().count(), "{name}: number of lines");
        compared += 1;
    }
    assert!(compared >= 15, "only {compared} queries were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn models_declare_keys_that_hold() {
    let project = TestProject::of("reference/project");
    let listed = project.run(&["models"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let mut name = "";
    let mut checked = 0;
    let mut checks = Vec::new();
    for line in listed.out.lines() {
        if !line.starts_with(' ') {
            name = line;
        } else if let Some((_, key)) = line.split_once("; key ")
            && !key.is_empty()
        {
            let columns: Vec<String> = key.split(", ").map(|column| format!("\"{column}\"")).collect();
            checks.push(format!(
                "select '{name}' as model, count(*) as rows, count(distinct coalesce(columns::varchar, 'null')) as keys from (select ({}) as columns from {name})",
                columns.iter().map(|column| format!("coalesce({column}::varchar, '∅')")).collect::<Vec<_>>().join(" || '␟' || ")
            ));
            checked += 1;
        }
    }
    assert!(checked > 25, "only {checked} models declare a key");
    let answer = project.query(&format!("select model from ({}) where rows <> keys", checks.join(" union all ")));
    assert_eq!(answer, "model\n", "these models break their key");
}

#[test]
fn every_model_stands_in_the_documentation_and_has_the_columns_told_there() {
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md"))
        .expect("the page");
    let project = TestProject::small();
    let listed = project.run(&["models"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let names: Vec<&str> = listed.out.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert!(names.contains(&"people") && names.contains(&"identity_links"), "{names:?}");
    let mut asks = Vec::new();
    for name in names {
        assert!(text.contains(&format!("| [`{name}`](#{name}) | ")), "{name} is not in the list");
        let section = text.split(&format!("\n#### {name}\n")).nth(1).unwrap_or_else(|| panic!("{name} has no section"));
        let section = section.split("\n###").next().unwrap_or_default();
        let told =
            section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(column, _)| column);
        let columns: Vec<String> =
            told.filter(|column| !column.contains('`')).map(|column| format!("\"{column}\"")).collect();
        assert!(!columns.is_empty(), "{name} has no table of columns");
        asks.push(format!("select count(*) as n from (select {} from {name})", columns.join(", ")));
    }
    // A column that is told and not there is an error that names it.
    project.query(&asks.join(" union all "));
}

/// Every setting that a table of figures depends on is told on the definitions page of both languages, with its value.
#[test]
fn c22_every_setting_of_a_model_stands_on_the_definitions_page() {
    let project = TestProject::small();
    let told = project.query("select distinct parameter from model_parameters order by parameter");
    let settings: Vec<&str> = told.lines().skip(1).map(str::trim).collect();
    assert!(settings.contains(&"alerts.sales_down") && settings.len() > 50, "{settings:?}");
    for page in ["content/about/definitions.md", "content/about/definitions.en.md"] {
        let text = std::fs::read_to_string(page).expect("the page");
        let missing: Vec<_> =
            settings.iter().filter(|name| name.contains('.') && !text.contains(&format!("settings.{name}"))).collect();
        assert!(missing.is_empty(), "{page} does not tell {missing:?}");
    }
}

/// The catalog knows every model, in both languages.
#[test]
fn c22_every_model_is_explained_in_both_languages() {
    let project = TestProject::small();
    let sql = "select model from model_catalog
        where summary is null or summary_zh is null or grain is null or definition is null or definition_zh is null or room = 'own'";
    assert_eq!(project.query(sql).lines().skip(1).collect::<Vec<_>>(), Vec::<&str>::new());
    let listed = project.query("select model from model_catalog").lines().count() - 1;
    let known = project.run(&["models"]).out.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).count();
    assert_eq!(listed, known);
}
