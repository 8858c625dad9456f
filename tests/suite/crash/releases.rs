//! Earlier releases: put back, refused where they are damaged, and removed by count and age.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Before, Mode, build, edition, output, release_of, shelf, small_book, succeed, whole};
use crate::support::{TODAY, TestProject, tree};

#[test]
fn an_older_release_is_put_back_and_the_state_follows() {
    for mode in [Mode::Exchange, Mode::Symlink, Mode::OrderedCopy] {
        let before = Before::of(mode, false);
        let project = before.copy();
        succeed(build(&project, mode));
        std::fs::write(project.path("output/.later"), "mine too").expect("a dot-file");
        let people = project.read("state/people.csv");
        let rollback = |arguments: &[&str]| {
            let mut command = project.command(&["rollback"]);
            command.args(arguments);
            if mode == Mode::OrderedCopy {
                command.env("STOREBOOK_SWAP", "ordered-copy");
            }
            command.output().expect("start storebook")
        };
        let run = rollback(&[]);
        assert!(run.status.success(), "{mode:?}: {}", String::from_utf8_lossy(&run.stderr));
        let mut found = tree(&output(&project));
        assert_eq!(found.remove(".later").as_deref(), Some(&b"mine too"[..]), "the owner's files stay");
        assert!(found == before.old, "{mode:?}: the site is not what it was");
        whole(&output(&project), "rollback");
        // A person who was given an id keeps it.
        assert_eq!(project.read("state/people.csv"), people);
        let published: serde_json::Value = serde_json::from_str(&project.read("state/published.json")).expect("JSON");
        let last = published["releases"].as_array().and_then(|all| all.last()).expect("a release");
        assert_eq!(last["release_id"].as_str(), before.old_release.as_deref());

        let list = project.run(&["releases", "--json", "--verify"]);
        let list: serde_json::Value = serde_json::from_str(&list.out).expect("JSON");
        let list = list.as_array().expect("a list");
        assert_eq!(list.len(), 2, "{mode:?}: {list:?}");
        assert!(list.iter().all(|line| line["intact"] == true), "{list:?}");
        assert_eq!((&list[0]["current"], &list[1]["current"]), (&false.into(), &true.into()));
        // And forward again, by the beginning of its name.
        let id = list[0]["release"].as_str().expect("an id").to_owned();
        assert!(rollback(&[&id[..6]]).status.success());
        found = tree(&output(&project));
        found.remove(".later");
        assert!(found == before.new, "{mode:?}");
        assert_eq!(rollback(&[&id]).status.code(), Some(2), "it stands there already");
        assert_eq!(rollback(&["ffffffff"]).status.code(), Some(2));
        before.next_build(&project_without(project, "output/.later"), "after rollbacks");
    }
}

fn project_without(project: TestProject, path: &str) -> TestProject {
    std::fs::remove_file(project.path(path)).expect("remove");
    project
}

#[test]
fn a_damaged_release_is_never_put_back() {
    let before = Before::of(Mode::Exchange, false);
    let project = before.copy();
    let kept = shelf(&project).pop().expect("a kept release");
    let page = project.path(&format!(".output.releases/{kept}/edition/index.html"));
    let bytes = std::fs::read(&page).expect("read");
    std::fs::remove_file(&page).expect("remove");
    std::fs::write(&page, [&bytes[..], b" "].concat()).expect("write");
    let ran = project.run(&["rollback"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("edition/index.html"), "{}", ran.err);
    assert!(tree(&output(&project)) == before.old);
    let ran = project.run(&["releases", "--verify", &kept]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("DAMAGED") && ran.out.contains("changed edition/index.html"), "{}", ran.out);
}

#[test]
fn old_releases_go_by_count_and_age_and_the_newest_stays() {
    let project = small_book();
    let settings = |count: u32, days: u32| {
        let text = format!("[site]\nlocales = [\"en\"]\n[publish]\nkeep_releases = {count}\nkeep_days = {days}\n");
        std::fs::write(project.path("storebook.toml"), text).expect("write the settings");
    };
    let shelf = || shelf(&project);
    let publish = |number: u32| {
        edition(&project, number);
        succeed(build(&project, Mode::Exchange));
        release_of(&output(&project)).expect("a release")
    };
    settings(3, 30);
    let ids: Vec<String> = (1..=5).map(publish).collect();
    assert_eq!(shelf().into_iter().collect::<BTreeSet<_>>(), ids[1..4].iter().cloned().collect());
    // The oldest of them was published 31 days ago.
    let card = std::fs::File::open(project.path(&format!(".output.releases/{}/release.json", ids[1]))).expect("open");
    card.set_modified(std::time::SystemTime::now() - Duration::from_secs(31 * 86_400)).expect("set the time");
    settings(9, 30);
    publish(6);
    assert_eq!(shelf().into_iter().collect::<BTreeSet<_>>(), ids[2..5].iter().cloned().collect());
    settings(1, 0);
    let sixth = release_of(&output(&project)).expect("a release");
    publish(7);
    assert_eq!(shelf(), [sixth]);
    let ran = project.run(&["build", "--unsealed", "--today", TODAY]);
    assert_eq!(ran.code, 0, "the same release again: {}", ran.err);
    assert_eq!(shelf().len(), 1);
    let wrong = project.change("storebook.toml", "keep_releases = 1", "keep_releases = 0").try_build(&[]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
}
