use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::Ordering;

use tempfile::TempDir;

use super::*;
use crate::problem::Kind;
use crate::publish::options::Limits;
use crate::publish::swap::SwapMode;
use crate::publish::{Published, Release, verify};

fn release() -> Release {
    Release {
        generator: "storebook 0.1.0".into(),
        as_of: "2026-01-31".into(),
        today: "2026-02-01".into(),
        ..Release::default()
    }
}

fn publish_as(output: &Path, options: Options, files: &[(&str, &str)]) -> Result<Published> {
    let stage = Stage::open(output, options)?;
    for (path, text) in files {
        stage.write(path, text.as_bytes())?;
    }
    stage.finish(&release())
}

fn publish(output: &Path, files: &[(&str, &str)]) -> Published {
    publish_as(output, Options::default(), files).unwrap()
}

const OLD: &[(&str, &str)] =
    &[("index.html", "old"), ("assets/a.css", "same"), ("gone/page.html", "old"), ("swap", "file")];
const NEW: &[(&str, &str)] =
    &[("index.html", "new"), ("assets/a.css", "same"), ("stores/s1/index.html", "new"), ("swap/x", "dir")];

/// Every file below `dir` with its bytes, dot-files included.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(dir).follow_root_links(true).into_iter().map(|entry| entry.unwrap());
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (verify::slashed(dir, entry.path()), fs::read(entry.path()).unwrap()))
        .collect()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        dir.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn site() -> (TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let output = temp.path().join("output");
    (temp, output)
}

fn assert_is(output: &Path, files: &[(&str, &str)]) {
    assert!(verify(output).unwrap().ok(), "{:?}", verify(output));
    let mut found = tree(output);
    found.retain(|path, _| !path.starts_with('.') && path != MANIFEST && path != RELEASE);
    let wanted: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_first_and_a_second_release_are_counted_and_leave_nothing_beside_them() {
    let (temp, output) = site();
    let first = publish(&output, OLD);
    assert_eq!((first.written, first.unchanged, first.removed, first.bytes), (4, 0, 0, 3 + 4 + 3 + 4));
    assert_is(&output, OLD);
    let second = publish(&output, NEW);
    // Same: the stylesheet. New or changed: index, store, swap/x. Gone: gone/page.html and the file swap.
    assert_eq!((second.written, second.unchanged, second.removed), (3, 1, 2));
    assert_eq!(second.swap, Some(SwapMode::Exchange));
    assert_is(&output, NEW);
    assert_eq!(names(temp.path()), ["output"]);
    assert_ne!(first.release_id, second.release_id);
    assert_eq!(first.release_id.len(), 16);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (_one, one) = site();
    let (_two, two) = site();
    publish(&one, NEW);
    let mut reversed = NEW.to_vec();
    reversed.reverse();
    publish(&two, OLD);
    publish(&two, &reversed);
    assert_eq!(tree(&one), tree(&two));
    let card = String::from_utf8(fs::read(one.join(RELEASE)).unwrap()).unwrap();
    assert!(
        card.contains("\"generator\": \"storebook 0.1.0\"") && card.contains("\"as_of\": \"2026-01-31\""),
        "{card}"
    );
}

#[test]
fn many_threads_may_write() {
    let (_temp, output) = site();
    let stage = Stage::open(&output, Limits::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let stage = &stage;
            scope.spawn(move || {
                for page in 0..50 {
                    stage.write(&format!("stores/s{page}/p{thread}.html"), b"page").unwrap();
                }
            });
        }
    });
    assert_eq!(stage.finish(&release()).unwrap().written, 400);
    assert!(verify(&output).unwrap().ok());
}

#[test]
fn a_foreign_directory_is_refused_and_untouched() {
    let (temp, output) = site();
    fs::create_dir(&output).unwrap();
    fs::write(output.join("thesis.doc"), "work").unwrap();
    let problem = publish_as(&output, Options::default(), NEW).unwrap_err();
    assert_eq!(problem.kind(), Kind::Refused);
    assert_eq!(names(&output), ["thesis.doc"]);
    assert_eq!(names(temp.path()), ["output"]);
    let file = output.join("thesis.doc");
    assert_eq!(publish_as(&file, Options::default(), NEW).unwrap_err().kind(), Kind::Refused);
    let forbidden = guard::Places { whole: vec![temp.path().join("project")], inputs: vec![] };
    let options = Options { forbidden, ..Options::default() };
    assert_eq!(publish_as(temp.path(), options, NEW).unwrap_err().kind(), Kind::Refused);
}

#[test]
fn dot_files_of_the_owner_outlive_a_swap_and_ours_do_not() {
    let (_temp, output) = site();
    fs::create_dir(&output).unwrap();
    fs::write(output.join(".gitignore"), "*\n").unwrap();
    publish(&output, &[("index.html", "1"), (".nojekyll", ""), (".well-known/ours", "1")]);
    fs::create_dir_all(output.join(".git/refs")).unwrap();
    fs::write(output.join(".git/refs/main"), "abc").unwrap();
    fs::write(output.join(".well-known/theirs"), "2").unwrap();
    symlink("refs/main", output.join(".git/HEAD")).unwrap();
    fs::set_permissions(&output, fs::Permissions::from_mode(0o750)).unwrap();
    publish(&output, &[("index.html", "2")]);
    let found: Vec<String> = tree(&output).into_keys().collect();
    assert_eq!(
        found,
        [".git/refs/main", ".gitignore", ".well-known/theirs", "index.html", "manifest.json", "release.json"]
    );
    assert_eq!(fs::read_to_string(output.join(".git/HEAD")).unwrap(), "abc");
    assert_eq!(output.metadata().unwrap().permissions().mode() & 0o777, 0o750);
}

#[test]
fn paths_that_collide_or_lead_out_are_refused() {
    let (temp, output) = site();
    let stage = Stage::open(&output, Limits::default()).unwrap();
    stage.write("a/Page.html", b"1").unwrap();
    for path in [
        "a/Page.html",
        "a/page.html",
        "A/other.html",
        "a",
        "a/Page.html/x",
        "../../etc/x",
        "/etc/x",
        "a\\b",
        "C:",
        "a//b",
        "",
        "release.json",
        "Manifest.JSON",
        "manifest.json/x",
        ".storebook-incoming/x",
    ] {
        assert!(stage.write(path, b"2").is_err(), "{path:?} was accepted");
    }
    stage.write("a/other.html", b"1").unwrap();
    stage.finish(&release()).unwrap();
    assert_is(&output, &[("a/Page.html", "1"), ("a/other.html", "1")]);
    assert_eq!(names(temp.path()), ["output"]);
}

#[test]
fn the_limits_of_the_host_are_kept_and_explained() {
    let (_temp, output) = site();
    let stage = Stage::open(&output, Limits { max_files: 4, max_file_bytes: 5 }).unwrap();
    stage.check_count(2).unwrap();
    assert_eq!(stage.check_count(3).unwrap_err().kind(), Kind::Refused);
    assert!(stage.check_count(u64::MAX).is_err());
    let problem = stage.write("big.html", b"123456").unwrap_err();
    assert!(problem.kind() == Kind::Refused && problem.to_string().contains("max_file_bytes"));
    stage.write("1.html", b"12345").unwrap();
    stage.write("2.html", b"1").unwrap();
    let problem = stage.write("3.html", b"1").unwrap_err();
    assert!(problem.kind() == Kind::Refused && problem.to_string().contains("max_files"), "{problem}");
    stage.finish(&release()).unwrap();
}

#[test]
fn an_unchanged_file_is_carried_over_by_link_and_a_tampered_one_is_not() {
    let (_temp, output) = site();
    publish(&output, OLD);
    let inode = output.join("assets/a.css").metadata().unwrap().ino();
    fs::write(output.join("index.html"), "bad").unwrap();
    let stage = Stage::open(&output, Limits::default()).unwrap();
    assert!(stage.carry("assets/a.css").unwrap());
    assert!(!stage.carry("index.html").unwrap(), "its bytes are not those of the manifest");
    assert!(!stage.carry("never.html").unwrap());
    assert!(stage.carry("../x").is_err());
    assert!(stage.carry("assets/a.css").is_err(), "twice");
    stage.write("index.html", b"new").unwrap();
    let published = stage.finish(&release()).unwrap();
    assert_eq!((published.written, published.unchanged, published.removed), (1, 1, 2));
    assert_eq!(output.join("assets/a.css").metadata().unwrap().ino(), inode);
    assert_is(&output, &[("assets/a.css", "same"), ("index.html", "new")]);
}

#[test]
fn verify_finds_a_flipped_byte_a_missing_and_an_extra_file() {
    let (_temp, output) = site();
    publish(&output, OLD);
    fs::write(output.join("index.html"), "olD").unwrap();
    fs::remove_file(output.join("gone/page.html")).unwrap();
    fs::write(output.join("assets/b.css"), "").unwrap();
    fs::write(output.join("assets/.DS_Store"), "").unwrap();
    fs::remove_file(output.join("swap")).unwrap();
    symlink("index.html", output.join("swap")).unwrap();
    let report = verify(&output).unwrap();
    assert!(!report.ok());
    assert_eq!(report.changed, ["index.html", "swap"]);
    assert_eq!(report.missing, ["gone/page.html"]);
    assert_eq!(report.extra, ["assets/b.css"]);
    assert_eq!((report.files, report.bytes, report.card_matches), (4, 14, true));
    publish(&output, NEW);
    let manifest = fs::read(output.join(MANIFEST)).unwrap();
    fs::write(output.join(MANIFEST), [&manifest[..], b" "].concat()).unwrap();
    assert!(!verify(&output).unwrap().card_matches);
    fs::remove_file(output.join(MANIFEST)).unwrap();
    assert!(verify(&output).is_err());
}

#[test]
fn a_full_disk_leaves_the_old_site_and_no_staging_directory() {
    let (temp, output) = site();
    publish(&output, OLD);
    for room in 0..12 {
        let stage = Stage::open(&output, Limits::default()).unwrap();
        stage.room.store(room, Ordering::Relaxed);
        let result = NEW.iter().try_for_each(|(path, text)| stage.write(path, text.as_bytes()));
        let problem = match result {
            Err(problem) => {
                // Even a caller that goes on cannot publish a site with a hole.
                assert!(stage.finish(&release()).is_err());
                problem
            }
            Ok(()) => stage.finish(&release()).unwrap_err(),
        };
        assert!(problem.hint_text().unwrap().contains("disk is full"), "{problem}");
        assert_is(&output, OLD);
        assert_eq!(names(temp.path()), ["output"]);
    }
}

#[test]
fn what_dead_builds_left_is_removed_and_a_living_one_refuses() {
    let (temp, output) = site();
    // Ids above every kernel's limit belong to nobody; our own id stands for a reused one, told by the missing lock.
    for pid in [u32::MAX / 2, std::process::id()] {
        let stale = temp.path().join(format!(".output.stage-{pid}"));
        fs::create_dir_all(stale.join("deep")).unwrap();
        fs::write(stale.join("deep/page.html"), "half").unwrap();
    }
    fs::create_dir(temp.path().join(".output.stage-x")).unwrap();
    fs::create_dir(temp.path().join(".output2.stage-1073741824")).unwrap();
    let living = Stage::open(&output, Limits::default()).unwrap();
    let problem = Stage::open(&output, Limits::default()).err().unwrap();
    assert_eq!(problem.kind(), Kind::Refused);
    living.write("index.html", b"1").unwrap();
    living.finish(&release()).unwrap();
    assert_eq!(names(temp.path()), [".output.stage-x", ".output2.stage-1073741824", "output"]);
}

#[test]
fn a_stage_that_is_dropped_leaves_nothing() {
    let (temp, output) = site();
    let stage = Stage::open(&output.join("deeper"), Limits::default()).unwrap();
    stage.write("index.html", b"1").unwrap();
    drop(stage);
    assert_eq!(names(&output), [] as [&str; 0]);
    assert_eq!(names(temp.path()), ["output"]);
}

#[test]
fn tampering_with_the_staged_files_is_found_before_the_swap() {
    let (_temp, output) = site();
    publish(&output, OLD);
    let stage = Stage::open(&output, Limits::default()).unwrap();
    stage.write("index.html", b"new").unwrap();
    fs::write(stage.place.staging.join("index.html"), "nEw").unwrap();
    assert!(stage.finish(&release()).unwrap_err().to_string().contains("index.html"));
    assert_is(&output, OLD);
}

#[test]
fn ordered_copy_makes_the_same_tree_and_keeps_the_directory_itself() {
    let (_temp, output) = site();
    let options = || Options { swap: Some(SwapMode::OrderedCopy), ..Options::default() };
    fs::create_dir(&output).unwrap();
    fs::write(output.join(".gitignore"), "*\n").unwrap();
    let inode = output.metadata().unwrap().ino();
    assert_eq!(publish_as(&output, options(), OLD).unwrap().swap, Some(SwapMode::OrderedCopy));
    assert_is(&output, OLD);
    fs::write(output.join("stray.txt"), "x").unwrap();
    publish_as(&output, options(), NEW).unwrap();
    assert_is(&output, NEW);
    // And back: a folder gives way to a file of its name.
    publish_as(&output, options(), OLD).unwrap();
    assert_is(&output, OLD);
    assert_eq!(output.metadata().unwrap().ino(), inode);
    assert_eq!(names(&output), [".gitignore", "assets", "gone", "index.html", "manifest.json", "release.json", "swap"]);
}

#[test]
fn a_reader_never_sees_a_mixture_while_sites_are_exchanged() {
    let (_temp, output) = site();
    publish(&output, &[("a.html", "0"), ("b.html", "0")]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // A directory handle pins one release, as a page load through one open directory would.
                let dir = fs::File::open(&output).expect("the output always exists");
                let read = |name: &str| {
                    use std::io::Read;
                    let file = rustix::fs::openat(&dir, name, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty());
                    let mut text = String::new();
                    fs::File::from(file.ok()?).read_to_string(&mut text).ok()?;
                    Some(text)
                };
                // `None`: the pinned release was already removed behind the swap.
                if let (Some(a), Some(b)) = (read("a.html"), read("b.html")) {
                    assert_eq!(a, b);
                }
                assert!(output.join("a.html").exists());
            }
        });
        for round in 1..20 {
            let text = round.to_string();
            publish(&output, &[("a.html", &text), ("b.html", &text)]);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// Not a test by itself: the process that [`a_kill_at_any_moment_leaves_a_whole_site`] starts and that aborts.
#[test]
fn child_that_publishes() {
    let Some(output) = std::env::var_os("STOREBOOK_TEST_OUTPUT") else { return };
    let swap = std::env::var_os("STOREBOOK_TEST_ORDERED").map(|_| SwapMode::OrderedCopy);
    publish_as(Path::new(&output), Options { swap, ..Options::default() }, NEW).unwrap();
}

fn publish_in_child(output: &Path, failpoint: &str, ordered: bool) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "publish::stage::tests::child_that_publishes"]);
    child.env("STOREBOOK_TEST_OUTPUT", output).env("STOREBOOK_FAILPOINT", failpoint);
    if ordered {
        child.env("STOREBOOK_TEST_ORDERED", "1");
    }
    child.output().unwrap().status.success()
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_site() {
    let steps = [
        ("open-created", OLD),
        ("write-file", OLD),
        ("finish-begin", OLD),
        ("finish-release", OLD),
        ("finish-manifest", OLD),
        ("finish-verified", OLD),
        ("finish-dotfiles", OLD),
        ("finish-synced", OLD),
        ("swap-before", OLD),
        ("swap-done", NEW),
    ];
    let exchange = [("swap-exchanged", NEW)];
    let linked = [("swap-release", OLD), ("swap-link", OLD), ("swap-relinked", NEW)];
    for (link, (failpoint, expected)) in steps
        .iter()
        .chain(&exchange)
        .map(|step| (false, step))
        .chain(steps.iter().chain(&linked).map(|step| (true, step)))
    {
        let (temp, output) = site();
        if link {
            let releases = temp.path().join("releases");
            let first = publish(&releases.join("first"), OLD).release_id;
            fs::rename(releases.join("first"), releases.join(&first)).unwrap();
            symlink(Path::new("releases").join(first), &output).unwrap();
        } else {
            publish(&output, OLD);
        }
        fs::write(output.join(".owner"), "x").unwrap();
        assert!(!publish_in_child(&output, failpoint, false), "{failpoint} was not reached");
        assert_is(&output, expected);
        assert!(output.join(".owner").exists(), "{failpoint}");
        assert!(publish_in_child(&output, "", false), "{failpoint}");
        assert_is(&output, NEW);
        assert!(output.join(".owner").exists(), "{failpoint}");
        let beside = if link { vec!["output", "releases"] } else { vec!["output"] };
        assert_eq!(names(temp.path()), beside, "{failpoint}");
    }
}

#[test]
fn a_killed_ordered_copy_is_completed_by_the_next_build() {
    for failpoint in ["finish-synced", "copy-incoming", "copy-assets", "copy-pages", "copy-card", "copy-orphans"] {
        for first in [false, true] {
            let (temp, output) = site();
            if !first {
                publish(&output, OLD);
            }
            assert!(!publish_in_child(&output, failpoint, true), "{failpoint} was not reached");
            assert!(publish_in_child(&output, "", true), "{failpoint}");
            assert_is(&output, NEW);
            assert_eq!(names(temp.path()), ["output"]);
            assert!(!output.join(guard::INCOMING).exists());
        }
    }
}

#[test]
fn a_read_only_parent_is_named_in_the_error() {
    let (temp, output) = site();
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // A superuser may write anyway; then there is nothing to refuse.
    if let Err(problem) = publish_as(&output, Options::default(), NEW) {
        assert!(problem.hint_text().unwrap().contains("must be writable"), "{problem}");
    }
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
