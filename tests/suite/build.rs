//! Building and publishing: same input same bytes, nothing by halves, the output folder respected.

use std::os::unix::fs::MetadataExt as _;

use crate::support::{TestProject, tree};

#[test]
fn pages_that_are_not_public_are_readable_only_by_an_explicit_word() {
    let project = TestProject::small();
    let ran = project.run(&["build", "--today", "2026-11-05"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!project.read("output/overview/index.html").contains("class=\"kpi\""));
    assert!(project.read("output/release.json").contains("\"unsealed\": false"));
    project.build();
    assert!(project.read("output/overview/index.html").contains("class=\"kpi\""));
    assert!(project.read("output/release.json").contains("\"unsealed\": true"));
}

#[test]
fn the_same_input_gives_the_same_bytes_at_any_number_of_threads() {
    let project = TestProject::of("reference/project");
    let mut trees = Vec::new();
    for threads in ["1", "4"] {
        let _ = std::fs::remove_dir_all(project.path(".storebook"));
        let output = project.path(&format!("out-{threads}"));
        let mut command =
            project.command(&["--threads", threads, "build", "--unsealed", "--today", "2026-11-05", "--output"]);
        command.arg(&output);
        let run = command.output().expect("start storebook");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        trees.push(tree(&output));
    }
    assert!(trees[0].len() > 40, "only {} files", trees[0].len());
    for (path, bytes) in &trees[0] {
        assert!(trees[1].get(path) == Some(bytes), "{path} differs");
    }
    assert_eq!(trees[0].len(), trees[1].len());
}

#[test]
fn a_second_build_changes_nothing_and_says_so() {
    let project = TestProject::small();
    project.build();
    let first = project.tree();
    // The first publication gave the people their ids; from then on nothing is new.
    project.build();
    let folder = project.path("output").metadata().expect("a site").ino();
    let second = project.build();
    assert!(second.out.contains("0 computed"), "{}", second.out);
    assert!(second.out.contains("0 written") && second.out.contains(", as it stood)"), "{}", second.out);
    assert_eq!(first, project.tree());
    assert_eq!(project.path("output").metadata().expect("a site").ino(), folder, "nothing was swapped");
}

#[test]
fn pages_that_vanish_are_removed() {
    let project = TestProject::small();
    project.build();
    assert!(project.path("output/stores/s2/index.html").exists());
    let project = project.change("data/stores.csv", "S2,西街店,华东,苏州\n", "").change(
        "data/transactions.csv",
        "T3,2026-10-03 10:00:00,S2,R3,A,茶,饮品,3,30.00\nT4,2026-10-31 10:00:00,S2,R1,B,饼,零食,4,40.00\n",
        "",
    );
    project.build();
    assert!(!project.path("output/stores/s2").exists());
    assert!(project.path("output/stores/s1/index.html").exists());
}

#[test]
fn a_foreign_output_folder_is_refused_and_untouched() {
    let project = TestProject::small().file("output/precious.txt", "mine");
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("output"), "{}", ran.err);
    assert_eq!(project.tree().into_keys().collect::<Vec<_>>(), ["precious.txt"]);
}

#[test]
fn the_project_itself_is_no_output_folder() {
    let project = TestProject::small();
    let root = project.root().to_string_lossy().into_owned();
    let ran = project.try_build(&["--output", &root]);
    assert_ne!(ran.code, 0);
    assert!(project.path("data/stores.csv").exists());
}

#[test]
fn dot_files_of_the_output_survive() {
    let project = TestProject::small().file("output/.gitignore", "*\n");
    project.build();
    assert_eq!(project.read("output/.gitignore"), "*\n");
    project.build();
    assert_eq!(project.read("output/.gitignore"), "*\n");
}

#[test]
fn only_renders_one_page_and_keeps_the_rest() {
    let project = TestProject::small();
    project.build();
    let before = project.tree();
    let project = project.change(
        "data/transactions.csv",
        "T1,2026-10-01 10:00:00,S1,R1,A,茶,饮品,1,10.00",
        "T1,2026-10-01 10:00:00,S1,R1,A,茶,饮品,1,11.00",
    );
    let ran = project.try_build(&["--only", "stores/s1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let after = project.tree();
    let changed: Vec<&String> = before.keys().filter(|path| before[*path] != after[*path]).collect();
    assert!(!changed.is_empty());
    assert!(changed.iter().all(|path| path.contains("stores/s1/") || path.ends_with(".json")), "{changed:?}");
    assert_eq!(before.len(), after.len());
    let wrong = project.try_build(&["--only", "stores/s9"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
}

#[test]
fn a_dry_run_publishes_nothing() {
    let project = TestProject::small();
    let ran = project.try_build(&["--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(project.tree().is_empty() || !project.path("output/index.html").exists());
    assert!(!project.path("state").exists(), "a dry run must not touch the state");
}

#[test]
fn people_keep_their_ids_when_the_cache_is_gone_and_new_ones_join() {
    let project = TestProject::small();
    project.build();
    let sql = "select record_id, person_id from person_records order by record_id";
    assert_eq!(project.query(sql), "record_id,person_id\nR1,P0000001\nR2,P0000002\nR3,P0000003\n");
    let project =
        project.change("data/transactions.csv", "T1,2026", "T0,2026-10-01 09:00:00,S1,A0,A,茶,饮品,1,1.00\nT1,2026");
    std::fs::remove_dir_all(project.path(".storebook")).expect("remove the cache");
    project.build();
    assert_eq!(project.query(sql), "record_id,person_id\nA0,P0000004\nR1,P0000001\nR2,P0000002\nR3,P0000003\n");
}

#[test]
fn the_report_as_json_has_the_counts() {
    let project = TestProject::small();
    let ran = project.try_build(&["--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["rows"]["rows_in"], 6);
    assert_eq!(report["rows"]["loaded"], 6);
    assert_eq!(report["as_of"], "2026-10-31");
    assert!(report["pages"].as_u64().expect("pages") > 20);
}

/// A folder nobody may write to: by permission, or, for the superuser whom permissions do not stop, a disk mounted
/// read-only. `None` where neither can be had.
#[cfg(target_os = "linux")]
fn closed_folder(project: &TestProject) -> Option<(std::path::PathBuf, bool)> {
    use std::os::unix::fs::PermissionsExt;
    let folder = project.path("closed");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).expect("close it");
    if std::fs::write(folder.join("probe"), "x").is_err() {
        return Some((folder, false));
    }
    std::fs::remove_file(folder.join("probe")).expect("remove the probe");
    mount(&folder, "size=1m,ro").then_some((folder, true))
}

#[cfg(target_os = "linux")]
fn mount(folder: &std::path::Path, options: &str) -> bool {
    let mut command = std::process::Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
fn unmount(folder: &std::path::Path) {
    let unmounted = std::process::Command::new("umount").arg(folder).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_place_is_a_clear_error() {
    use std::os::unix::fs::PermissionsExt;
    let project = TestProject::small();
    let Some((folder, mounted)) = closed_folder(&project) else {
        eprintln!("not tested: the superuser of a container without the right to mount can write everywhere");
        return;
    };
    let output = folder.join("site").to_string_lossy().into_owned();
    let ran = project.try_build(&["--output", &output]);
    if mounted {
        unmount(&folder);
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("open it");
    assert_eq!(ran.code, 1, "{}", ran.out);
    let said = ran.err.to_lowercase();
    assert!(said.contains("closed") && (said.contains("permission") || said.contains("read-only")), "{}", ran.err);
}

/// `/dev/full` cannot be a folder, so the disk that is full is a small one of our own, where we may mount it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_published_site() {
    let project = TestProject::small();
    let disk = project.path("disk");
    std::fs::create_dir(&disk).expect("a folder");
    if !mount(&disk, "size=8m") {
        // Without the right to mount, the same promise is tested on the writer of `publish` itself.
        eprintln!("not tested: no right to mount a small disk");
        return;
    }
    let output = disk.join("site").to_string_lossy().into_owned();
    let first = project.try_build(&["--output", &output]);
    let before = tree(std::path::Path::new(&output));
    std::fs::write(disk.join("filler"), vec![0_u8; 8 << 20]).ok();
    let second = project.try_build(&["--output", &output, "--as-of", "2026-10-20"]);
    let after = tree(std::path::Path::new(&output));
    unmount(&disk);
    assert_eq!(first.code, 0, "{}", first.err);
    assert_eq!(second.code, 1, "{}", second.err);
    assert!(second.err.contains("full") || second.err.contains("space"), "{}", second.err);
    assert!(!before.is_empty() && before == after, "the published site changed");
}

#[test]
fn a_damaged_cache_is_made_anew() {
    let project = TestProject::small();
    project.build();
    let before = project.tree();
    for damage in ["truncate", "flip"] {
        for entry in walkdir::WalkDir::new(project.path(".storebook/store")) {
            let entry = entry.expect("an entry");
            if entry.file_type().is_file() {
                let mut bytes = std::fs::read(entry.path()).expect("read");
                let middle = bytes.len() / 2;
                if damage == "truncate" {
                    bytes.truncate(middle);
                } else {
                    bytes[middle] ^= 1;
                }
                std::fs::write(entry.path(), bytes).expect("write");
            }
        }
        project.build();
        assert!(before == project.tree(), "{damage} changed the book");
    }
}
