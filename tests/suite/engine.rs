//! How much of the machine the engine may use, and where it puts what does not fit.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::TestProject;

/// Four million rows in an order of their own: far more than the memory the tests give.
const LARGE: &str = "select count(*) as n, max(t) as t, max(place) as place from (select t, row_number() over (order by t) as place from \
                     (select md5(range::varchar) as t from range(4000000)))";

#[test]
fn nonsense_is_named_with_its_line() {
    for (setting, word) in [
        ("memory_limit = \"lots\"", "engine.memory_limit"),
        ("memory_limit = \"1MB\"", "engine.memory_limit"),
        ("max_disk = \"lots\"", "engine.max_disk"),
        ("max_memory = \"60%\"", "engine.max_memory"),
        ("max_memory = \"1MB\"", "engine.max_memory"),
        ("max_seconds = -1", "max_seconds"),
        ("max_seconds = 100000", "engine.max_seconds"),
        ("threads = 100000", "engine.threads"),
        ("threads = -1", "threads"),
        ("temp_dir = \"output/tmp\"", "engine.temp_dir"),
        ("temp_dir = \"data\"", "engine.temp_dir"),
        ("temp_dir = \".\"", "engine.temp_dir"),
        ("temp_dir = \"../x\"", "engine.temp_dir"),
        ("temp_dir = \"data/stores.csv\"", "engine.temp_dir"),
    ] {
        let project = TestProject::small().file("storebook.toml", format!("[engine]\n{setting}\n"));
        let ran = project.try_build(&[]);
        assert_eq!(ran.code, 2, "{setting}: {}", ran.out);
        assert!(ran.err.contains("storebook.toml:2") && ran.err.contains(word), "{setting}: {}", ran.err);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let ran = TestProject::small().file("storebook.toml", "[engine]\ntemp_dir = \"/proc/nowhere\"\n").try_build(&[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("/proc/nowhere") && ran.err.contains("engine.temp_dir"), "{}", ran.err);
}

#[test]
fn a_query_larger_than_the_memory_uses_the_folder_and_leaves_it_empty() {
    let aside = tempfile::tempdir().expect("a folder");
    for (setting, place) in
        [(String::new(), None), (format!("temp_dir = \"{}\"", aside.path().display()), Some(aside.path()))]
    {
        let project = TestProject::small()
            .file("storebook.toml", format!("[engine]\nmemory_limit = \"150MB\"\nthreads = 2\n{setting}\n"));
        let place = place.map_or_else(|| project.path(".storebook/tmp"), std::path::Path::to_path_buf);
        // The folder of a build that was killed; no process has this number.
        std::fs::create_dir_all(place.join("storebook-2000000000-0/left")).expect("create");
        let mut child = project
            .command(&["query", LARGE, "--format", "csv", "--today", "2026-11-05"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start");
        let deadline = Instant::now() + Duration::from_secs(300);
        let (mut most, mut mode) = (0, None);
        while child.try_wait().expect("look").is_none() && Instant::now() < deadline {
            for folder in std::fs::read_dir(&place).into_iter().flatten().flatten() {
                mode = mode.or(mode_of(&folder.path()));
                let files = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
                most = most.max(files.filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum::<u64>());
            }
            std::thread::yield_now();
        }
        let output = child.wait_with_output().expect("wait");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // The largest of four million MD5 sums, by: seq 0 3999999 | while read n; do printf %s $n | md5sum; done | sort | tail -1
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(out.starts_with("n,t,place\n4000000,ffff"), "{out}");
        assert!(most > 10_000_000, "only {most} bytes were put aside");
        assert_eq!(mode, Some(0o700));
        assert_eq!(std::fs::read_dir(&place).expect("read").count(), 0, "nothing stays");
        assert!(!project.path(".tmp").exists() && !std::path::Path::new(".tmp").exists());
    }
}

#[cfg(unix)]
fn mode_of(path: &std::path::Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    if path.ends_with("storebook-2000000000-0") {
        return None;
    }
    std::fs::metadata(path).ok().map(|data| data.permissions().mode() & 0o777)
}

#[test]
fn memory_and_threads_change_no_byte() {
    let project = TestProject::small();
    project.build();
    let tree = project.tree();
    std::fs::remove_dir_all(project.path(".storebook")).expect("remove the cache");
    let project = project.file("storebook.toml", "[engine]\nmemory_limit = \"256MiB\"\nthreads = 1\n");
    project.build();
    assert_eq!(project.tree(), tree);
}
