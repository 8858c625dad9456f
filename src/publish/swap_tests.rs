//! Outputs that are symbolic links: which of them may be turned, and that no directory behind one is lost.

use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;
use crate::problem::Kind;
use crate::publish::{Options, Published, Release, Stage, verify};

fn publish_as(output: &Path, text: &str, swap: Option<SwapMode>) -> Result<Published> {
    let stage = Stage::open(output, Options { swap, ..Options::default() })?;
    stage.write("index.html", text.as_bytes())?;
    stage.finish(&Release { generator: "storebook 0.1.0".into(), ..Release::default() })
}

fn publish(output: &Path, text: &str) -> Published {
    publish_as(output, text, None).unwrap()
}

/// The same files under a card of another day.
fn publish_again(output: &Path, text: &str, today: &str) -> Published {
    let stage = Stage::open(output, Options::default()).unwrap();
    stage.write("index.html", text.as_bytes()).unwrap();
    stage.finish(&Release { generator: "storebook 0.1.0".into(), today: today.into(), ..Release::default() }).unwrap()
}

fn shows(dir: &Path, text: &str) {
    assert_eq!(fs::read_to_string(dir.join("index.html")).unwrap(), text, "{}", dir.display());
    assert!(verify(dir).unwrap().ok(), "{}", dir.display());
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        dir.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with an empty `project`, and one with an empty `web`.
fn folders() -> (TempDir, PathBuf, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let (project, web) = (temp.path().join("project"), temp.path().join("web"));
    fs::create_dir(&project).unwrap();
    fs::create_dir(&web).unwrap();
    (temp, project, web)
}

/// Publishes into `releases/<release id>`, as the swap mode symlink leaves it; returns the id.
fn first_release(releases: &Path, text: &str) -> String {
    let id = publish(&releases.join("first"), text).release_id;
    fs::rename(releases.join("first"), releases.join(&id)).unwrap();
    id
}

#[test]
fn a_link_to_a_web_root_stays_and_so_does_the_web_root() {
    for absolute in [true, false] {
        // Absent, empty, or a site of ours under a name of the server's choice.
        for before in ["absent", "empty", "ours"] {
            let (_temp, project, web) = folders();
            let (output, site) = (project.join("output"), web.join("site"));
            let text = if absolute { site.clone() } else { PathBuf::from("../web/site") };
            symlink(&text, &output).unwrap();
            match before {
                "empty" => fs::create_dir(&site).unwrap(),
                "ours" => drop(publish(&site, "0")),
                _ => {}
            }
            for (round, today) in [("1", "a"), ("2", "a"), ("2", "b"), ("3", "b")] {
                assert_eq!(publish_again(&output, round, today).swap, Some(SwapMode::Exchange), "{before}");
                shows(&site, round);
                shows(&output, round);
                assert_eq!(output.read_link().unwrap(), text);
                assert_eq!((names(&web), names(&project)), (vec!["site".into()], vec!["output".into()]));
            }
        }
    }
}

#[test]
fn a_link_to_a_link_is_not_turned() {
    let (_temp, project, web) = folders();
    let id = first_release(&web.join("rel"), "0");
    for target in ["r0", &id] {
        let output = project.join("output");
        if target == "r0" {
            publish(&web.join("rel/r0"), "0");
        }
        let current = web.join("current");
        let _ = fs::remove_file(&current);
        let _ = fs::remove_file(&output);
        symlink(Path::new("rel").join(target), &current).unwrap();
        symlink(&current, &output).unwrap();
        publish(&output, "1");
        publish(&output, "2");
        for dir in [&output, &current, &web.join("rel").join(target)] {
            shows(dir, "2");
        }
        assert_eq!(output.read_link().unwrap(), current);
        assert_eq!(current.read_link().unwrap(), Path::new("rel").join(target));
    }
    assert_eq!(names(&web.join("rel")).len(), 2);
}

#[test]
fn links_that_lead_to_nothing_yet_are_followed_to_the_end() {
    let (_temp, project, web) = folders();
    let output = project.join("output");
    symlink("between", &output).unwrap();
    symlink("../web/deep/site", project.join("between")).unwrap();
    publish(&output, "1");
    shows(&web.join("deep/site"), "1");
    assert_eq!(names(&project), ["between", "output"]);
    assert_eq!(project.join("between").read_link().unwrap(), Path::new("../web/deep/site"));
}

#[test]
fn a_link_to_a_release_is_turned() {
    let (_temp, project, web) = folders();
    let releases = web.join("releases");
    let first = first_release(&releases, "0");
    let output = web.join("current");
    symlink(Path::new("releases").join(&first), &output).unwrap();
    fs::write(output.join(".owner"), "x").unwrap();
    // However the output is spelt.
    let second = publish(&project.join("../web/current"), "1");
    assert_eq!(second.swap, Some(SwapMode::Symlink));
    assert_eq!(output.read_link().unwrap(), Path::new("releases").join(&second.release_id));
    shows(&output, "1");
    assert!(output.join(".owner").exists());
    assert_eq!(names(&releases), [second.release_id.as_str()]);
    assert_eq!(publish(&output, "1").swap, None);
    assert_eq!(names(&releases), [second.release_id.as_str()]);
    // The same release again, built on another day, needs another name, and its predecessor still goes.
    for (name, today) in [(format!("{}-2", second.release_id), "2026-11-02"), (second.release_id.clone(), "2026-11-03")]
    {
        assert_eq!(publish_again(&output, "1", today).swap, Some(SwapMode::Symlink));
        shows(&output, "1");
        assert_eq!(names(&releases), [name]);
    }
    assert_eq!(names(&web), ["current", "releases"]);
}

#[test]
fn only_the_name_on_the_card_makes_a_release() {
    let (_temp, project, web) = folders();
    let id = first_release(&web, "0");
    let other = "0123456789abcdef";
    publish(&web.join(other), "0");
    fs::create_dir(web.join("fedcba9876543210")).unwrap();
    symlink(&id, web.join("link")).unwrap();
    assert!(names_release(&web.join(&id)));
    for name in [other, "fedcba9876543210", "link", "absent", &format!("{id}/."), &format!("{id}/..")] {
        assert_eq!(names_release(&web.join(name)), name.ends_with("/."), "{name}");
    }
    let output = project.join("output");
    symlink(web.join(other), &output).unwrap();
    let problem = publish_as(&output, "1", Some(SwapMode::Symlink)).unwrap_err();
    assert_eq!(problem.kind(), Kind::Usage);
    assert_eq!(publish(&output, "1").swap, Some(SwapMode::Exchange));
    shows(&web.join(other), "1");
}

#[test]
fn a_link_that_would_miss_the_release_is_never_put_in_place() {
    let (_temp, project, web) = folders();
    let id = first_release(&web, "0");
    let output = project.join("output");
    symlink(web.join(&id), &output).unwrap();
    let mut place = Place::find(&output).unwrap();
    place.create_staging().unwrap();
    // As if the link's text and the place it leads to had come apart.
    place.release_link = Some(project.join("elsewhere").join(&id));
    let nothing = Manifest::new(std::collections::BTreeMap::new());
    let wish = Wish { mode: None, new: &nothing, old: &nothing, release_id: "0123456789abcdef", keep: None };
    assert!(place.swap_link(&wish).is_err());
    shows(&output, "0");
    assert_eq!(names(&web), [id]);
    assert_eq!(names(&project), ["output"]);
}

#[test]
fn two_ways_to_one_site_shut_each_other_out() {
    let (_temp, project, web) = folders();
    symlink(web.join("site"), project.join("output")).unwrap();
    let living = Stage::open(&web.join("site"), Options::default()).unwrap();
    assert_eq!(Stage::open(&project.join("output"), Options::default()).err().unwrap().kind(), Kind::Refused);
    drop(living);
    publish(&project.join("output"), "1");
}
