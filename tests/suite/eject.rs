//! Copies of built-in files: listed, copied, compared, and followed when their originals change.

use std::path::Path;

use crate::support::TestProject;

fn original(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the original")
}

#[test]
fn everything_built_in_is_listed_by_its_place_in_the_project() {
    let project = TestProject::small();
    let ran = project.run(&["eject"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for path in [
        "content/overview.md",
        "content/overview.en.md",
        "models/staging/order_lines.sql",
        "themes/default/templates/base.html",
        "themes/default/static/style.css",
        "themes/default/locales/en.ftl",
    ] {
        assert!(ran.out.lines().any(|line| line == format!("  {path}")), "{path}: {}", ran.out);
    }
}

#[test]
fn a_copy_is_the_original_and_is_recorded() {
    let project = TestProject::small();
    let before = {
        project.build();
        project.tree()
    };
    let ran = project.run(&["eject", "content/overview.md"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "copied content/overview.md\ncopied content/overview.en.md\n"),
        "{}",
        ran.err
    );
    for path in ["built-in models/staging/order_lines.sql", "themes/default/static/style.css", "en.ftl", "store_months"]
    {
        let ran = project.run(&["eject", path]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.err);
    }
    for path in [
        "content/overview.md",
        "content/overview.en.md",
        "themes/default/static/style.css",
        "themes/default/locales/en.ftl",
    ] {
        assert_eq!(std::fs::read(project.path(path)).expect("the copy"), original(path), "{path}");
    }
    assert_eq!(
        std::fs::read(project.path("models/staging/order_lines.sql")).expect("the copy"),
        original("src/models/staging/order_lines.sql")
    );
    let record: toml::Value = toml::from_str(&project.read("ejected.toml")).expect("TOML");
    assert_eq!(record["file"].as_array().map(Vec::len), Some(6));
    // Copies change nothing.
    project.build();
    let after = project.tree();
    let changed: Vec<_> =
        after.keys().chain(before.keys()).filter(|path| after.get(*path) != before.get(*path)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(project.run(&["eject"]).out.contains("* content/overview.md\n"));
    let checked = project.run(&["check"]);
    assert_eq!((checked.code, checked.out.contains("0 warnings")), (0, true), "{}", checked.out);
}

#[test]
fn a_file_of_the_project_is_never_overwritten() {
    let project = TestProject::small().file("content/overview.en.md", "mine");
    // The translation stands already: the page is not copied either.
    let ran = project.run(&["eject", "content/overview.md"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.err.contains("overview.en.md") && ran.err.contains("--diff"), "{}", ran.err);
    assert!(!project.path("content/overview.md").exists() && !project.path("ejected.toml").exists());
    assert_eq!(project.read("content/overview.en.md"), "mine");
}

#[test]
fn a_wrong_name_is_told_with_the_nearest_one() {
    let project = TestProject::small();
    for path in ["content/overviev.md", "../../etc/passwd", "/etc/passwd", "content/../storebook.toml", ""] {
        let ran = project.run(&["eject", path]);
        assert_eq!(ran.code, 2, "{path}: {}", ran.out);
    }
    let ran = project.run(&["eject", "content/overviev.md"]);
    assert!(ran.err.contains("content/overview.md"), "{}", ran.err);
}

#[test]
fn a_theme_of_another_name_gets_the_copies() {
    let project = TestProject::small()
        .file("storebook.toml", "[site]\ntheme = \"ours\"\n")
        .file("themes/ours/static/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let ran = project.run(&["eject", "themes/default/templates/base.html"]);
    assert_eq!(ran.out, "copied themes/ours/templates/base.html\n", "{}", ran.err);
    project.build();
}

#[test]
fn the_check_warns_when_an_original_has_changed_until_it_was_seen() {
    let project = TestProject::small();
    project.build();
    assert_eq!(project.run(&["eject", "content/overview.md"]).code, 0);
    // As if the program had brought another text since.
    let record = project.read("ejected.toml");
    let hash = record.split("hash = \"").nth(2).and_then(|rest| rest.split('"').next()).expect("a hash").to_owned();
    let project =
        project.change("ejected.toml", &hash, &"0".repeat(32)).change("content/overview.md", "+++\n", "+++\n# ours\n");
    let ran = project.run(&["check"]);
    assert_eq!(ran.code, 0, "a warning is no error: {}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("ejected.toml: warning: the built-in content/overview.md has changed since it was copied")
            && ran.out.contains("storebook eject --diff content/overview.md")
            && ran.out.contains("1 warnings"),
        "{}",
        ran.out
    );
    let diff = project.run(&["eject", "--diff", "content/overview.md"]);
    assert!(
        diff.out.contains("--- built-in content/overview.md") && diff.out.contains("+++ content/overview.md"),
        "{}",
        diff.out
    );
    assert!(diff.out.contains("+# ours"), "{}", diff.out);
    assert_eq!(project.run(&["eject", "--seen", "content/overview.md"]).code, 0);
    let ran = project.run(&["check"]);
    assert!(ran.out.contains("0 warnings"), "{}", ran.out);
    // A recorded file that is gone, an original that is gone, a record that is broken.
    std::fs::remove_file(project.path("content/overview.en.md")).expect("remove");
    assert!(project.run(&["check"]).out.contains("no longer in the project"));
    let project = project.change("ejected.toml", "origin = \"content/overview.md\"", "origin = \"content/gone.md\"");
    assert!(project.run(&["check"]).out.contains("no longer there"));
    let project = project.file("ejected.toml", "[[file]]\npath = 1\n");
    let ran = project.run(&["check"]);
    assert_eq!((ran.code, ran.err.contains("ejected.toml:2")), (2, true), "{}", ran.err);
}

#[test]
fn the_check_reads_the_project_too() {
    let project = TestProject::small();
    project.build();
    for (path, text, named) in [
        ("content/bad.md", "no front matter", "content/bad.md"),
        ("models/bad.sql", "select * from {{ ref('nothing') }}", "models/bad.sql"),
        ("themes/default/templates/base.html", "{% if %}", "base.html"),
        ("themes/default/locales/en.ftl", "= x", "en.ftl"),
    ] {
        let project = project.path(path);
        std::fs::create_dir_all(project.parent().expect("a folder")).expect("create");
        std::fs::write(&project, text).expect("write");
        let root = project.ancestors().find(|folder| folder.join("data").is_dir()).expect("the project").to_owned();
        let ran = crate::support::storebook(&["--project", &root.to_string_lossy(), "check"]);
        assert_ne!(ran.code, 0, "{path}: {}", ran.out);
        assert!(ran.err.contains(named), "{path}: {}", ran.err);
        std::fs::remove_file(&project).expect("remove");
    }
    assert_eq!(project.run(&["check"]).code, 0);
}
