//! C47: pages that are not public are sealed; keys are made, kept, replaced and taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Ran, TODAY, TestProject, tree};

pub fn staffed() -> TestProject {
    TestProject::small()
        .file("data/staff.csv", "staff_id,name,store_id,role,left_on\nE1,Wang,S1,店长,2090-01-10\nE2,Li,S2,店长,\n")
}

pub fn build(project: &TestProject, more: &[&str]) -> Ran {
    let ran = project.run(&[&["build", "--today", TODAY], more].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    ran
}

pub fn done(ran: &Ran) -> &str {
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    &ran.out
}

fn code(project: &TestProject, who: &str) -> String {
    let ran = project.run(&["keys", "show", who]);
    done(&ran).lines().nth(1).expect("the code stands in the second line").to_owned()
}

/// Paths of the files that differ between two trees.
pub fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[test]
fn c47_the_first_build_makes_keys_and_says_how_to_see_the_owners_code() {
    let project = staffed();
    let ran = build(&project, &[]);
    assert!(ran.out.contains("storebook keys show owner"), "{}", ran.out);
    let mode = |path: &str| std::fs::metadata(project.path(path)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("state/keys"), mode("state/keys/keys.json")), (0o700, 0o600));
    assert!(!build(&project, &[]).out.contains("keys show"), "said once");
    // 26 characters and a check digit in groups of four.
    let code = code(&project, "owner");
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4, 4, 3]);
    for (path, bytes) in project.tree() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")), "{path} holds the owner's code");
    }
    let keys = project.read("state/keys/keys.json");
    let list = project.run(&["-vvv", "keys", "list", "--json"]);
    for secret in keys.split('"').filter(|word| word.len() >= 32) {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret) && !list.out.contains(secret));
    }
}

#[test]
fn c47_equal_keys_give_equal_bytes_warm_and_cold_on_one_thread_and_many() {
    let project = staffed();
    done(&project.run(&["keys", "init"]));
    done(&project.run(&["keys", "grant", "--staff", "all"]));
    build(&project, &[]);
    let first = project.tree();
    assert_eq!(first.keys().filter(|path| path.starts_with("keys/")).count(), 4, "{:?}", first.keys());
    for threads in ["1", "4"] {
        std::fs::remove_dir_all(project.path(".storebook")).expect("the cache is there");
        let output = project.path(&format!("out-{threads}"));
        let output_text = output.to_string_lossy().into_owned();
        done(&project.run(&["--threads", threads, "build", "--today", TODAY, "--output", &output_text]));
        assert_eq!(changed(&first, &tree(&output)), BTreeSet::new());
    }
    build(&project, &[]);
    assert_eq!(changed(&first, &project.tree()), BTreeSet::new());
}

#[test]
fn c47_new_keys_for_one_store_change_its_pages_and_keyrings_alone() {
    let project = staffed();
    done(&project.run(&["keys", "init"]));
    done(&project.run(&["keys", "grant", "--staff", "all"]));
    build(&project, &[]);
    let before = project.tree();
    done(&project.run(&["keys", "rotate", "--audience", "store:S1"]));
    build(&project, &[]);
    let after = project.tree();
    let touched = changed(&before, &after);
    let own = |path: &String| path.contains("/s1/") || path.starts_with("keys/") || path.ends_with(".json");
    assert!(touched.iter().all(own), "{touched:?}");
    assert!(touched.contains("stores/s1/index.html") && touched.contains("en/stores/s1/index.html"), "{touched:?}");
    // The owner's ring and that of S1's manager; S2's manager notices nothing.
    assert_eq!(touched.iter().filter(|path| path.starts_with("keys/")).count(), 2, "{touched:?}");
    std::fs::remove_dir_all(project.path(".storebook")).expect("the cache is there");
    build(&project, &[]);
    assert_eq!(changed(&after, &project.tree()), BTreeSet::new());
    // A lost code: the person's ring moves, the old one is gone and known as retired.
    let lost = project.read("state/keys/keys.json");
    done(&project.run(&["keys", "rotate", "E2"]));
    build(&project, &[]);
    let retired = project.read("output/keys/retired.js");
    let id = retired.split('"').nth(1).expect("one retired code").to_owned();
    assert!(lost.contains(&id) && !project.path(&format!("output/keys/{id}.js")).exists());
}

#[test]
fn c47_who_leaves_is_locked_out_by_the_next_build() {
    let project = staffed();
    done(&project.run(&["keys", "init"]));
    done(&project.run(&["keys", "grant", "--staff", "all"]));
    build(&project, &[]);
    let before = project.tree();
    let ran = project.run(&["build", "--today", "2090-01-09"]);
    assert!(!done(&ran).contains("new keys"));
    let ran = project.run(&["build", "--today", "2090-01-10"]);
    assert!(done(&ran).contains("1 of the people who hold a code left"), "{}", ran.out);
    let list = project.run(&["keys", "list"]);
    assert!(done(&list).lines().any(|line| line.contains("E1") && line.contains("2090-01-10")), "{}", list.out);
    let after = project.tree();
    assert_eq!(after.keys().filter(|path| path.starts_with("keys/")).count(), 3);
    assert_ne!(before["stores/s1/index.html"], after["stores/s1/index.html"]);
    let shown = project.run(&["keys", "show", "E1"]);
    assert_eq!(shown.code, 2);
    assert!(shown.err.contains("revoked") && shown.err.contains("keys grant"), "{}", shown.err);
}

#[test]
fn c47_a_sealed_site_is_not_sealed_anew_with_other_keys() {
    let project = staffed();
    build(&project, &[]);
    let before = project.tree();
    let line = project.path("keys.line");
    done(&project.run(&["keys", "export", "--out", &line.to_string_lossy()]));
    std::fs::remove_dir_all(project.path("state/keys")).expect("keys are there");
    let refused = project.run(&["build", "--today", TODAY]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("no keys") && refused.err.contains("backup"), "{}", refused.err);
    // Also on a machine that has the state and not the site, as CI does.
    let elsewhere = project.path("elsewhere").to_string_lossy().into_owned();
    let refused = project.run(&["build", "--today", TODAY, "--output", &elsewhere]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    done(&project.run(&["keys", "init"]));
    let refused = project.run(&["build", "--today", TODAY]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("other keys"), "{}", refused.err);
    assert_eq!(changed(&before, &project.tree()), BTreeSet::new(), "nothing was published");
    // As CI supplies them: by file, and by variable.
    std::fs::remove_dir_all(project.path("state/keys")).expect("keys are there");
    let text = std::fs::read_to_string(&line).expect("the line was written");
    for (name, value) in [("STOREBOOK_KEYS_FILE", line.to_string_lossy().into_owned()), ("STOREBOOK_KEYS", text)] {
        let output = project.command(&["build", "--today", TODAY]).env(name, value).output().expect("start storebook");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!project.path("state/keys").exists(), "keys of the environment are not written down");
        assert_eq!(changed(&before, &project.tree()), BTreeSet::new());
    }
    let wrong = project
        .command(&["build", "--today", TODAY])
        .env("STOREBOOK_KEYS", "c2VjcmV0")
        .output()
        .expect("start storebook");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&wrong.stderr).contains("c2VjcmV0"));
}

#[test]
fn c47_mistakes_with_keys_are_told_with_a_way_out() {
    let project = staffed();
    let none = project.run(&["keys", "show", "owner"]);
    assert!(none.code == 2 && none.err.contains("keys init"), "{}", none.err);
    done(&project.run(&["keys", "init"]));
    for (arguments, code, said) in [
        (vec!["keys", "init"], 3, "has keys already"),
        (vec!["keys", "show", "ovner"], 2, "owner"),
        (vec!["keys", "grant", "x"], 2, "--role"),
        (vec!["keys", "grant", "x", "--role", "manager"], 2, "--store"),
        (vec!["keys", "grant", "--role", "owner"], 2, "rotate owner"),
        (vec!["keys", "grant", "--staff", "E9"], 2, "E9"),
        (vec!["keys", "rotate"], 2, "--all"),
        (vec!["keys", "rotate", "--audience", "stores"], 2, "store:S001"),
        (vec!["keys", "sheet", "--out", "output/codes.html"], 3, "published site"),
    ] {
        let mut command = project.command(&arguments);
        let output = command.current_dir(project.root()).output().expect("start storebook");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    std::fs::write(project.path("state/keys/keys.json"), "{\"format\": 1, \"salt\": ").expect("write");
    let damaged = project.run(&["build", "--today", TODAY]);
    assert!(
        damaged.code == 1 && damaged.err.contains("keys.json") && damaged.err.contains("backup"),
        "{}",
        damaged.err
    );
}

#[test]
fn c47_going_back_behind_a_revocation_needs_a_word() {
    let project = staffed();
    done(&project.run(&["keys", "init"]));
    done(&project.run(&["keys", "grant", "--staff", "all"]));
    build(&project, &[]);
    let first = project.tree();
    let project = project.file("content/own.md", "+++\ntitle = \"A\"\naudience = \"hq\"\n+++\nwords\n");
    build(&project, &[]);
    done(&project.run(&["rollback"]));
    build(&project, &[]);
    done(&project.run(&["keys", "revoke", "E1"]));
    build(&project, &[]);
    let ran = project.run(&["rollback"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.err.contains("--reopen") && ran.err.contains("old codes"), "{}", ran.err);
    assert!(project.path("output/own/index.html").exists());
    let listed = project.run(&["releases", "--json"]);
    let releases: serde_json::Value = serde_json::from_str(done(&listed)).expect("JSON");
    let oldest = releases.as_array().and_then(|list| list.last()?["release"].as_str()).expect("an id").to_owned();
    done(&project.run(&["rollback", &oldest, "--reopen"]));
    assert_eq!(changed(&first, &project.tree()), BTreeSet::new());
}

#[test]
fn c47_the_register_says_who_holds_a_code_and_who_waits_for_one() {
    let project = staffed();
    let register = |project: &TestProject| {
        let select = "select person, role, everything, stores, granted_on, revoked_on, active from source.access_register order by person";
        done(&project.run(&["query", select, "--format", "csv", "--today", TODAY])).to_owned()
    };
    let head = "person,role,everything,stores,granted_on,revoked_on,active\n";
    assert_eq!(register(&project), head, "a query makes no keys");
    build(&project, &[]);
    let waiting = |id: &str, store: &str| format!("{id},manager,false,{store},,,false\n");
    let granted = |text: String| {
        text.lines().map(|line| if line.starts_with("owner") { "owner" } else { line }).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(granted(register(&project)), format!("{head}{}{}owner", waiting("E1", "S1"), waiting("E2", "S2")));
    assert!(project.read("output/about/security/index.html").contains("unlock-form"));
    done(&project.run(&["keys", "grant", "--staff", "E1"]));
    let before = project.tree();
    build(&project, &[]);
    assert!(changed(&before, &project.tree()).contains("about/security/index.html"));
    assert!(register(&project).contains("\nE1,manager,false,S1,2026-") && register(&project).contains(",,true\n"));
    // On the day of the staff file, not on that of the build.
    let project = project.change("data/staff.csv", "2090-01-10", "2026-11-01");
    let line = register(&project).lines().nth(1).map(ToOwned::to_owned);
    assert!(line.is_some_and(|line| line.ends_with(",2026-11-01,false")), "{}", register(&project));
}

#[test]
fn c47_sheets_are_for_their_owner_alone() {
    let project = staffed();
    done(&project.run(&["keys", "init"]));
    done(&project.run(&["keys", "grant", "--staff", "all"]));
    let sheet = project.path("codes.html");
    done(&project.run(&["keys", "sheet", "--out", &sheet.to_string_lossy()]));
    assert_eq!(std::fs::metadata(&sheet).expect("it is there").permissions().mode() & 0o777, 0o600);
    let html = std::fs::read_to_string(&sheet).expect("it is text");
    assert_eq!((html.matches("<section>").count(), html.matches("<svg").count()), (3, 3));
    assert!(html.contains(&code(&project, "E1")));
}

#[test]
fn c47_a_page_that_no_role_may_see_stays_at_its_own_address() {
    let roles = ["owner", "marketing", "service", "finance", "data_protection", "region", "manager", "clerk"];
    let config: String = roles.iter().map(|role| format!("[roles.{role}]\npeople = false\n")).collect();
    let page = "+++\ntitle = \"{{ one.record_id }}\"\naudience = \"hq\"\n\
                for_each = { query = \"select record_id from {{ source('transactions') }} group by all order by all\", as = \"one\", slug = \"one.record_id\" }\n\
                +++\nwords\n";
    let project = staffed().file("storebook.toml", config).file("content/one/[one].md", page);
    build(&project, &[]);
    assert!(project.read("output/one/r1/index.html").contains("unlock-form"));
    assert!(!project.read("output/one/r1/index.html").contains("<template"), "nobody can open it");
    assert!(project.read("output/index.html").contains("class=\"portal\""), "the home page is the home page");
}

#[test]
fn c47_only_a_sealed_page_may_fetch_and_only_from_its_own_host() {
    let project = staffed();
    build(&project, &[]);
    let policy = |path: &str| {
        let page = project.read(path).replace("&#x27;", "'").replace("&#39;", "'");
        let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).expect("a policy");
        policy.split('"').next().unwrap_or_default().to_owned()
    };
    for path in ["output/overview/index.html", "output/en/stores/s1/index.html", "output/unlock/index.html"] {
        assert!(policy(path).contains("; connect-src 'self';"), "{path}: {}", policy(path));
    }
    for path in ["output/index.html", "output/en/privacy/index.html", "output/feedback/index.html", "output/404.html"] {
        assert!(!policy(path).contains("connect-src"), "{path}: {}", policy(path));
    }
    // A host's header stands beside the page's own policy, and both must allow it.
    assert!(project.read("deploy/_headers").contains("; connect-src 'self';"));
    // Nobody reads a page that is not sealed with scripts that fetch.
    build(&project, &["--unsealed", "--output", &project.path("open").to_string_lossy()]);
    assert!(!policy("open/overview/index.html").contains("connect-src"));
}
