//! Pages as authors write them: queries per page, translations, errors that name the place and the right word.

use crate::support::TestProject;

const PAGE: &str = "+++\ntitle = \"试页\"\n[queries.trend]\nsql = \"select store_id, net_sales from {{ ref('store_summary') }}\"\norder = [\"store_id\"]\n+++\n";

fn page(body: &str) -> TestProject {
    TestProject::small().file("content/try.md", format!("{PAGE}{body}"))
}

/// The build fails, names file and line, and publishes nothing.
fn refused(project: &TestProject, place: &str, words: &[&str]) {
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(place), "expected {place} in:\n{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "expected {word} in:\n{}", ran.err);
    }
    assert!(!project.path("output/index.html").exists(), "something was published");
}

#[test]
fn a_wrong_query_name_is_named_with_its_place() {
    refused(
        &page("text\n\n{{ chart(\"line\", trand, x=\"store_id\", y=\"net_sales\") }}\n"),
        "content/try.md:9",
        &["trand", "trend"],
    );
}

#[test]
fn a_wrong_column_is_named_with_the_nearest_one() {
    refused(&page("{{ table(trend, columns=[\"net_sale\"]) }}\n"), "content/try.md:7", &["net_sale", "net_sales"]);
    refused(&page("{% for row in trend %}{{ row.net_salse }}{% endfor %}\n"), "content/try.md:7", &["net_sales"]);
}

#[test]
fn a_template_error_has_its_line() {
    refused(&page("fine\n\n{{ kpi( }}\n"), "content/try.md:9", &[]);
    refused(&page("{{ trend | moeny }}\n"), "content/try.md:7", &["moeny"]);
}

#[test]
fn an_unknown_option_chart_or_page_is_named() {
    refused(&page("{{ table(trend, serach=true) }}\n"), "content/try.md:7", &["serach", "search"]);
    refused(
        &page("{{ chart(\"lien\", trend, x=\"store_id\", y=\"net_sales\") }}\n"),
        "content/try.md:7",
        &["lien", "line"],
    );
    refused(&page("{{ link(\"stores/[stor]\", key=\"S1\") }}\n"), "content/try.md:7", &["stores/[store]"]);
    refused(&page("[x](stores/indx.md)\n"), "content/try.md:7", &["stores/index"]);
}

#[test]
fn a_failing_query_shows_its_line_in_the_page() {
    let project = TestProject::small()
        .file("content/try.md", "+++\ntitle = \"T\"\n[queries.q]\nsql = \"\"\"\nselect 1,\n  nope\nfrom {{ ref('store_summary') }}\n\"\"\"\n+++\n{{ table(q) }}\n");
    refused(&project, "content/try.md:6", &["nope"]);
}

#[test]
fn a_model_that_does_not_exist_is_named() {
    let project = TestProject::small().file(
        "content/try.md",
        "+++\ntitle = \"T\"\n[queries.q]\nsql = \"select 1 from {{ ref('store_sumary') }}\"\n+++\n",
    );
    refused(&project, "content/try.md:4", &["store_summary"]);
}

#[test]
fn a_public_page_cannot_show_figures() {
    let project = TestProject::small().file(
        "content/try.md",
        "+++\ntitle = \"T\"\naudience = \"public\"\n[queries.q]\nsql = \"select net_sales from {{ ref('store_summary') }}\"\n+++\n{{ table(q) }}\n",
    );
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("publishable"), "{}", ran.err);
}

#[test]
fn front_matter_mistakes_are_placed() {
    let project = TestProject::small().file("content/try.md", "+++\ntitle = \"T\"\naudeince = \"hq\"\n+++\n");
    refused(&project, "content/try.md:3", &["audience"]);
    let project = TestProject::small().file("content/try.en.md", "+++\ntitle = \"T\"\n+++\n");
    refused(&project, "content/try.en.md", &["try.md"]);
}

#[test]
fn a_translation_brings_only_title_and_text() {
    let project = page("中文 {{ trend | length }}\n")
        .file("content/try.en.md", "+++\ntitle = \"Trial\"\n+++\nEnglish {{ trend | length }}\n");
    project.build();
    assert!(project.read("output/try/index.html").contains("<p>中文 2</p>"));
    let english = project.read("output/en/try/index.html");
    assert!(english.contains("<p>English 2</p>") && english.contains("lang=\"en\""), "{english}");
}

#[test]
fn one_query_is_split_over_its_pages_in_order() {
    let project = TestProject::small().file(
        "content/goods/[sku].md",
        "+++\ntitle = \"{{ item.sku }}\"\nfor_each = { query = \"select distinct sku from {{ ref('order_lines') }} order by sku desc\", as = \"item\", slug = \"item.sku\" }\n\
         [queries.sold]\nby = \"sku\"\norder = [\"amount desc\"]\nsql = \"select sku, transaction_id, amount from {{ ref('order_lines') }}\"\n\
         [queries.all]\nsql = \"select count(*) as n from {{ ref('order_lines') }}\"\n+++\n\
         {% for row in sold %}{{ row.transaction_id }} {% endfor %}of {{ all[0].n }}\n",
    );
    project.build();
    assert!(project.read("output/goods/a/index.html").contains("<p>T3 T1 of 4</p>"));
    assert!(project.read("output/goods/b/index.html").contains("<p>T4 T2 of 4</p>"));
}

#[test]
fn a_page_without_input_is_left_out_and_reported() {
    let project =
        TestProject::small().file("content/try.md", "+++\ntitle = \"T\"\nrequires = [\"feedback_recent\"]\n+++\nx\n");
    let ran = project.build();
    assert!(ran.out.contains("try: model feedback_recent has no rows"), "{}", ran.out);
    assert!(!project.path("output/try").exists());
}

#[test]
fn two_pages_cannot_stand_at_one_address() {
    let project = TestProject::small()
        .file("content/try.md", "+++\ntitle = \"A\"\n+++\n")
        .file("content/try/index.md", "+++\ntitle = \"B\"\n+++\n");
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("try/"), "{}", ran.err);
}

#[test]
fn a_theme_file_and_a_string_can_be_overridden() {
    let project = TestProject::small()
        .file("themes/default/static/style.css", "body{color:red}")
        .file("themes/default/locales/en.ftl", "group-sales = Turnover\n");
    project.build();
    let page = project.read("output/en/overview/index.html");
    assert!(page.contains("Turnover"), "the string was not overridden");
    let style = project.tree().into_iter().find(|(path, _)| path.starts_with("assets/style.")).expect("a stylesheet");
    assert_eq!(style.1, b"body{color:red}");
}

#[test]
fn links_are_relative_and_lead_somewhere() {
    let project = TestProject::small();
    project.build();
    let checked = project.run(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    for (path, bytes) in project.tree() {
        if path.ends_with(".html") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            assert!(!text.contains("href=\"/") && !text.contains("src=\"/"), "{path} has an absolute link");
        }
    }
}

#[test]
fn a_translation_cannot_change_who_may_read() {
    let project = page("x\n").file("content/try.en.md", "+++\ntitle = \"T\"\naudience = \"public\"\n+++\nx\n");
    refused(&project, "content/try.en.md", &["translation"]);
}
