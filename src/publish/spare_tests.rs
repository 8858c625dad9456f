use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::publish::keep::Keep;
use crate::publish::{Options, Published, Release, Stage, verify};

fn publish(output: &Path, files: &[(&str, &str)]) -> Published {
    let options = Options { keep: Some(Keep { releases: 1, days: 9 }), ..Options::default() };
    let stage = Stage::open(output, options).unwrap();
    for (path, text) in files {
        stage.write(path, text.as_bytes()).unwrap();
    }
    stage.finish(&Release { generator: "storebook 0.1.0".into(), ..Release::default() }).unwrap()
}

fn site() -> (TempDir, PathBuf, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let output = temp.path().join("output");
    let spare = temp.path().join(".output.releases/spare");
    (temp, output, spare)
}

/// Every path below, folders with a slash at their end.
fn paths(tree: &Path) -> Vec<String> {
    let entries = WalkDir::new(tree).min_depth(1).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let path = |entry: &walkdir::DirEntry| slashed(tree, entry.path());
    let entries = entries.filter(|entry| entry.file_name() != LISTING);
    entries.map(|entry| if entry.file_type().is_dir() { path(&entry) + "/" } else { path(&entry) }).collect()
}

fn shows(output: &Path, files: &[(&str, &str)]) {
    assert!(verify(output).unwrap().ok(), "{:?}", verify(output));
    for (path, text) in files {
        assert_eq!(std::fs::read_to_string(output.join(path)).unwrap(), *text);
    }
}

#[test]
fn a_pruned_release_leaves_its_folders_and_what_the_site_still_holds() {
    let (_temp, output, spare) = site();
    let first = [("same.css", "same"), ("stores/s1/index.html", "secret of the first"), ("gone/x/index.html", "gone")];
    publish(&output, &first);
    publish(&output, &[("same.css", "same"), ("stores/s1/index.html", "second")]);
    assert!(!spare.exists(), "both releases are kept");
    publish(&output, &[("same.css", "same"), ("stores/s1/index.html", "third"), ("new/index.html", "new")]);
    assert_eq!(paths(&spare), ["same.css", "stores/", "stores/s1/"]);
    let inode = |path: &Path| path.metadata().unwrap().ino();
    assert_eq!(inode(&spare.join("same.css")), inode(&output.join("same.css")));

    let folder = inode(&spare.join("stores/s1"));
    let fourth = [("same.css", "same"), ("stores/s1/index.html", "fourth"), ("new/index.html", "new")];
    publish(&output, &fourth);
    shows(&output, &fourth);
    assert_eq!(inode(&output.join("stores/s1")), folder, "the new site grew on the spare tree");
    assert_eq!(
        paths(&output),
        [
            "manifest.json",
            "new/",
            "new/index.html",
            "release.json",
            "same.css",
            "stores/",
            "stores/s1/",
            "stores/s1/index.html"
        ]
    );
}

#[test]
fn what_stands_in_the_way_on_a_spare_tree_gives_way() {
    let (_temp, output, spare) = site();
    let published: [&[(&str, &str)]; 4] = [
        &[("a", "a file"), ("b/index.html", "a folder"), ("c.css", "1")],
        &[("a", "a file"), ("b/index.html", "a folder"), ("c.css", "2")],
        &[("a", "a file"), ("b/index.html", "a folder"), ("c.css", "3")],
        &[("a/b/index.html", "a folder now"), ("b", "a file now"), ("c.css", "3")],
    ];
    for files in published {
        publish(&output, files);
        shows(&output, files);
    }
    // Strange things in the spare tree are not published.
    std::fs::create_dir_all(spare.join("b/evil/deep")).unwrap();
    std::fs::write(spare.join("b/evil/x.html"), "evil").unwrap();
    std::fs::write(spare.join("evil.html"), "evil").unwrap();
    std::fs::write(spare.join(".evil"), "evil").unwrap();
    let _ = std::fs::remove_file(spare.join("c.css"));
    std::fs::write(spare.join("c.css"), "evil").unwrap();
    let last = [("a/b/index.html", "a folder now"), ("b", "a file now"), ("c.css", "3"), ("d", "new")];
    publish(&output, &last);
    shows(&output, &last);
    assert_eq!(paths(&output), ["a/", "a/b/", "a/b/index.html", "b", "c.css", "d", "manifest.json", "release.json"]);
}

#[test]
fn the_same_release_again_leaves_the_site_alone_unless_it_is_damaged() {
    let (_temp, output, spare) = site();
    let files = [("index.html", "home"), ("stores/index.html", "stores")];
    for first in ["1", "2"] {
        publish(&output, &[("index.html", first), files[1]]);
    }
    publish(&output, &files);
    let held = paths(&spare);
    assert_eq!(held, ["stores/", "stores/index.html"]);
    let inode = || output.metadata().unwrap().ino();
    let before = inode();
    let again = publish(&output, &files);
    assert_eq!((again.swap, again.written, again.unchanged, inode()), (None, 0, 2, before));
    assert_eq!(paths(&spare), held);
    assert!(
        matches!(Listing::take(&spare), Some(held) if held == ["stores/index.html"]),
        "and it is known what it holds"
    );

    std::fs::remove_file(output.join("index.html")).unwrap();
    std::fs::write(output.join("index.html"), "h0me").unwrap();
    assert!(publish(&output, &files).swap.is_some());
    shows(&output, &files);
    // Owners' dot-files never go into the spare tree.
    std::fs::write(output.join(".htaccess"), "mine").unwrap();
    publish(&output, &files);
    assert!(!paths(&spare).contains(&".htaccess".to_owned()));
    assert_eq!(std::fs::read_to_string(output.join(".htaccess")).unwrap(), "mine");
}

#[test]
fn a_link_in_the_spare_tree_leads_nowhere() {
    let (temp, output, spare) = site();
    for text in ["1", "2", "home"] {
        publish(&output, &[("index.html", text), ("stores/index.html", "stores")]);
    }
    let outside = temp.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("index.html"), "not ours").unwrap();
    std::fs::remove_dir_all(spare.join("stores")).unwrap();
    std::os::unix::fs::symlink(&outside, spare.join("stores")).unwrap();
    let changed = [("index.html", "home"), ("stores/index.html", "other")];
    publish(&output, &changed);
    shows(&output, &changed);
    assert_eq!(std::fs::read_to_string(outside.join("index.html")).unwrap(), "not ours");
    assert!(output.join("stores").symlink_metadata().unwrap().is_dir());
}
