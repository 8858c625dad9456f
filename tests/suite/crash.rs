//! Crash safety: whatever kills the program, and whenever, the output is the old site or the new one, complete, the
//! state belongs to it, and the next build gives what an undisturbed one gives.
#![cfg(unix)]

mod disks;
mod releases;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use storebook::failpoint::{self, Failpoint, Leaves, Way};

use crate::support::{TODAY, TestProject, tree};

type Tree = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Exchange,
    Symlink,
    OrderedCopy,
}

/// A project as it stands before a publish, and what an undisturbed publish makes of it.
struct Before {
    project: TestProject,
    mode: Mode,
    old: Tree,
    new: Tree,
    new_people: String,
    /// The release that stands before the publish; none before the first.
    old_release: Option<String>,
}

/// A few small pages instead of the built-in ones: one per person, showing the ids that state must not lose.
fn small_book() -> TestProject {
    let mut project = TestProject::small()
        .file("storebook.toml", "[site]\nlocales = [\"en\"]\n[publish]\nkeep_releases = 1\n")
        .file("content/edition.md", "+++\ntitle = \"Edition\"\naudience = \"public\"\n+++\nEdition 1\n");
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    for entry in walkdir::WalkDir::new(&built_in) {
        let entry = entry.expect("a built-in page");
        let name = entry.path().strip_prefix(&built_in).expect("below content").to_string_lossy().into_owned();
        if !name.ends_with(".md") || name.ends_with(".en.md") {
            continue;
        }
        let text = if name.contains('[') {
            let slug = name.replace(['/', '[', ']', '.'], "");
            format!(
                "+++\ntitle = \"{slug}\"\n[for_each]\nquery = \"select person_id, record_id from {{{{ ref('person_records') }}}} order by person_id\"\n\
                 as = \"p\"\nslug = \"p.person_id\"\n+++\n{{{{ p.person_id }}}} is {{{{ p.record_id }}}}\n"
            )
        } else {
            "+++\ntitle = \"A page\"\naudience = \"public\"\n+++\nText.\n".to_owned()
        };
        project = project.file(&format!("content/{name}"), text);
    }
    project.copy_at(copy_of(project.root()))
}

/// Records the person registry knows: its lines below the header.
fn records(registry: &str) -> usize {
    registry.lines().count().saturating_sub(1)
}

fn edition(project: &TestProject, number: u32) {
    let text = format!("+++\ntitle = \"Edition\"\naudience = \"public\"\n+++\nEdition {number}\n");
    std::fs::write(project.path("content/edition.md"), text).expect("write the page");
}

/// New sales by a person whose record sorts before all others: a build on a lost registry would mix the ids up.
fn new_person(project: &TestProject) {
    let path = project.path("data/transactions.csv");
    let text = std::fs::read_to_string(&path).expect("read the sales");
    let text = text.replace("T1,2026", "T0,2026-10-01 09:00:00,S1,A0,A,茶,饮品,1,1.00\nT1,2026");
    std::fs::write(path, text).expect("write the sales");
}

fn build(project: &TestProject, mode: Mode) -> Command {
    let mut command = project.command(&["-q", "build", "--unsealed", "--today", TODAY]);
    if mode == Mode::OrderedCopy {
        command.env("STOREBOOK_SWAP", "ordered-copy");
    }
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn succeed(mut command: Command) {
    let output = command.output().expect("start storebook");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The exact copy of a folder: links, times and all.
fn copy_of(folder: &Path) -> tempfile::TempDir {
    // In memory where that can be had: each of a thousand publishes brings its tree to the disk, and waiting for a disk
    // proves nothing about a killed process.
    let target = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder");
    let copied = Command::new("cp").arg("-a").arg(folder.join(".")).arg(target.path()).status();
    assert!(copied.expect("cp").success());
    target
}

impl Before {
    /// Two releases stand there (or none, before the first); the third brings a new person and an edition.
    fn of(mode: Mode, first: bool) -> Before {
        let project = small_book();
        if !first {
            // A link can be turned from the second release on.
            succeed(build(&project, if mode == Mode::Symlink { Mode::Exchange } else { mode }));
            if mode == Mode::Symlink {
                let rel = project.path("rel");
                std::fs::create_dir(&rel).expect("a folder");
                let id = release_of(&project.path("output")).expect("a release");
                std::fs::rename(project.path("output"), rel.join(&id)).expect("move the release");
                symlink(Path::new("rel").join(id), project.path("output")).expect("a link");
            }
            std::fs::write(project.path("output/.owner"), "mine").expect("a dot-file");
            edition(&project, 2);
            succeed(build(&project, mode));
        }
        edition(&project, 3);
        new_person(&project);
        let old = tree(&output(&project));
        let old_release = release_of(&output(&project));
        // The undisturbed publish also fills the cache, so that what the kills hit is the publishing.
        let copy = copy_of(project.root());
        let undisturbed = project.copy_at(copy);
        succeed(build(&undisturbed, mode));
        let new = tree(&output(&undisturbed));
        let new_people = undisturbed.read("state/people.csv");
        assert!(old != new && new_people.contains(if first { "A0,P0000001" } else { "A0,P0000004" }), "{new_people}");
        let cache = project.path(".storebook");
        let _ = std::fs::remove_dir_all(&cache);
        let copied = Command::new("cp").arg("-a").arg(undisturbed.path(".storebook")).arg(&cache).status();
        assert!(copied.expect("cp").success());
        Before { project, mode, old, new, new_people, old_release }
    }

    fn copy(&self) -> TestProject {
        self.project.copy_at(copy_of(self.project.root()))
    }

    /// What a kill left, before anything else ran.
    fn right_after_a_kill(&self, project: &TestProject, leaves: Option<Leaves>, what: &str) {
        let mut found = tree(&output(project));
        // Where a copy keeps files on their way in; no host serves it, and no page leads there.
        found.retain(|path, _| !path.starts_with(".storebook-incoming/"));
        let expected = match leaves {
            Some(Leaves::Old) => found == self.old,
            Some(Leaves::New) => found == self.new,
            Some(Leaves::Between) => return,
            // With the copy in order, any moment may lie between.
            None if self.mode == Mode::OrderedCopy => return,
            None => found == self.old || found == self.new,
        };
        assert!(expected, "{what}: neither the old site nor the new one: {:?}", found.keys().collect::<Vec<_>>());
        whole(&output(project), what);
    }

    /// What the next command finds, and what the next build makes of it.
    fn recovered(&self, project: &TestProject, what: &str) {
        let ran = project.run(&["releases", "--verify"]);
        assert_eq!(ran.code, 0, "{what}: {}{}", ran.out, ran.err);
        let found = tree(&output(project));
        assert!(found == self.new || found == self.old || self.mode == Mode::OrderedCopy, "{what}: no whole site");
        if found == self.new || found == self.old {
            whole(&output(project), what);
            let known = std::fs::read_to_string(project.path("state/people.csv")).unwrap_or_default();
            for id in ids(&found) {
                assert!(known.contains(&id), "{what}: {id} is shown and not in the state");
            }
            let expected = if found == self.new { 4 } else { ids(&self.old).len() };
            assert_eq!(records(&known), expected, "{what}: the state is not that of the site");
        }
        assert!(!project.path("state/.pending").exists(), "{what}");
        self.next_build(project, what);
    }

    fn next_build(&self, project: &TestProject, what: &str) {
        let output_of = build(project, self.mode).output().expect("start storebook");
        assert!(output_of.status.success(), "{what}: {}", String::from_utf8_lossy(&output_of.stderr));
        let found = tree(&output(project));
        let differing: Vec<&String> = self.new.keys().filter(|path| found.get(*path) != self.new.get(*path)).collect();
        assert!(found == self.new, "{what}: the next build gives other bytes: {differing:?}");
        assert_eq!(project.read("state/people.csv"), self.new_people, "{what}");
        self.nothing_left(project, what);
    }

    /// No staging directory, no scratch, no half-removed release; the old release can be put back.
    fn nothing_left(&self, project: &TestProject, what: &str) {
        assert!(!project.path("state/.pending").exists(), "{what}");
        let hidden: Vec<String> =
            names(project.root()).into_iter().filter(|name| name.starts_with(".output.")).collect();
        assert_eq!(hidden, [".output.releases"], "{what}");
        let current = release_of(&output(project)).expect("a release");
        let mut shelf: BTreeSet<String> = shelf(project).into_iter().collect();
        if self.mode == Mode::OrderedCopy {
            assert!(shelf.remove(&current), "{what}: {shelf:?}");
        }
        let expected: BTreeSet<String> = self.old_release.iter().cloned().collect();
        assert_eq!(shelf, expected, "{what}: the release before is kept, and it alone");
        if self.mode == Mode::Symlink {
            let trees: BTreeSet<String> = names(&project.path("rel"))
                .into_iter()
                .map(|name| name.strip_suffix("-2").unwrap_or(&name).to_owned())
                .collect();
            assert_eq!(trees, shelf.into_iter().chain([current]).collect(), "{what}");
        }
    }

    fn comes_past(&self, point: &Failpoint) -> bool {
        let first = self.old_release.is_none();
        match point.way {
            Way::Any | Way::State => true,
            Way::Exchange => self.mode == Mode::Exchange && !first,
            Way::Symlink => self.mode == Mode::Symlink,
            Way::OrderedCopy => self.mode == Mode::OrderedCopy,
            Way::Prune => !first,
            Way::Spare => !first && self.mode != Mode::Symlink,
            Way::Recovery | Way::Build | Way::Backup | Way::BackupRead => false,
        }
    }

    fn at_every_failpoint(&self) {
        let mut tried = 0;
        for point in failpoint::ALL.iter().filter(|point| self.comes_past(point)) {
            let what = format!("{:?}, first {}: {}", self.mode, self.old_release.is_none(), point.name);
            let project = self.copy();
            killed_at(build(&project, self.mode), point.name);
            self.right_after_a_kill(&project, Some(point.leaves), &what);
            self.recovered(&project, &what);
            tried += 1;
        }
        eprintln!("{:?}, first {}: {tried} failpoints", self.mode, self.old_release.is_none());
    }
}

fn output(project: &TestProject) -> PathBuf {
    // Through the link, where it is one.
    project.path("output/.")
}

/// The releases in the shelf. The spare tree beside them holds nothing but files of the current site.
fn shelf(project: &TestProject) -> Vec<String> {
    let spare = project.path(".output.releases/spare");
    // The listing says what it holds.
    for (path, bytes) in tree(&spare).into_iter().filter(|(path, _)| path != ".listing") {
        assert_eq!(std::fs::read(output(project).join(&path)).ok(), Some(bytes), "{path} in the spare tree");
    }
    names(&project.path(".output.releases")).into_iter().filter(|name| name != "spare").collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn release_of(site: &Path) -> Option<String> {
    let card: serde_json::Value = serde_json::from_slice(&std::fs::read(site.join("release.json")).ok()?).ok()?;
    Some(card["release_id"].as_str()?.to_owned())
}

/// Runs a command that must die at a failpoint.
fn killed_at(mut command: Command, name: &str) {
    let output = command.env("STOREBOOK_FAILPOINT", name).output().expect("start storebook");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(9), "{name} was not reached: {} {said}", output.status);
}

/// Checked by hand, not by the program: every listed file with its hash, and no file that is not listed.
fn whole(site: &Path, what: &str) {
    let found = tree(site);
    let Some(manifest) = found.get("manifest.json") else {
        assert!(found.keys().all(|path| path.starts_with('.')), "{what}: files and no manifest");
        return;
    };
    let sha256 = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let listed: serde_json::Value = serde_json::from_slice(manifest).expect("a manifest");
    let listed = listed["files"].as_object().expect("files");
    for (path, entry) in listed {
        let bytes = found.get(path).unwrap_or_else(|| panic!("{what}: {path} is missing"));
        assert_eq!(entry["sha256"], sha256(bytes), "{what}: {path}");
        assert_eq!(entry["size"], bytes.len(), "{what}: {path}");
    }
    let card: serde_json::Value = serde_json::from_slice(&found["release.json"]).expect("a card");
    assert_eq!(card["manifest_sha256"], sha256(manifest), "{what}");
    for path in
        found.keys().filter(|path| !path.starts_with('.') && *path != "manifest.json" && *path != "release.json")
    {
        assert!(listed.contains_key(path), "{what}: {path} is not listed");
    }
}

/// Ids of people that any page shows.
fn ids(site: &Tree) -> BTreeSet<String> {
    let pattern = regex::Regex::new(r"P[0-9]{7}").expect("a pattern");
    let pages = site.iter().filter(|(path, _)| path.ends_with(".html"));
    pages
        .flat_map(|(_, bytes)| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            pattern.find_iter(&text).map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_kill_at_every_failpoint_of_a_first_publish() {
    Before::of(Mode::Exchange, true).at_every_failpoint();
}

#[test]
fn a_kill_at_every_failpoint_of_an_exchange() {
    Before::of(Mode::Exchange, false).at_every_failpoint();
}

#[test]
fn a_kill_at_every_failpoint_of_a_turned_link() {
    Before::of(Mode::Symlink, false).at_every_failpoint();
}

#[test]
fn a_kill_at_every_failpoint_of_a_copy_in_order() {
    Before::of(Mode::OrderedCopy, false).at_every_failpoint();
}

#[test]
fn a_kill_at_every_failpoint_of_a_first_copy_in_order() {
    Before::of(Mode::OrderedCopy, true).at_every_failpoint();
}

#[test]
fn every_failpoint_is_on_some_way_that_is_tried() {
    for point in failpoint::ALL {
        let tried = match point.way {
            // Below: while recovering; where tests hold the program; and in the tests of drills.
            Way::Recovery => ["recover-begin", "recover-forward"].contains(&point.name),
            Way::Build => ["build-locked", "sources-found", "drill-keys"].contains(&point.name),
            _ => true,
        };
        assert!(tried, "{}", point.name);
    }
    let names: BTreeSet<&str> = failpoint::ALL.iter().map(|point| point.name).collect();
    assert_eq!(names.len(), failpoint::ALL.len());
}

#[test]
fn a_kill_while_recovering_is_recovered() {
    for (mode, first, then) in [
        (Mode::Exchange, "swap-before", &["recover-begin", "commit-record", "pending-removed"][..]),
        (
            Mode::Exchange,
            "swap-exchanged",
            &["keep-stripped", "keep-moved", "keep-told", "recover-forward", "commit-file"][..],
        ),
        (Mode::Exchange, "commit-file", &["recover-begin", "commit-files", "commit-record"][..]),
        (Mode::Symlink, "swap-release", &["prune-doomed", "prune-removed", "keep-told", "commit-record"][..]),
        (
            Mode::OrderedCopy,
            "copy-begun",
            &["copy-assets", "copy-pages", "copy-card", "copy-orphans", "keep-told", "commit-file"][..],
        ),
        (Mode::OrderedCopy, "copy-kept", &["prune-doomed", "keep-told", "pending-removed"][..]),
    ] {
        let before = Before::of(mode, false);
        for second in then {
            let what = format!("{mode:?}: {first}, then {second}");
            let project = before.copy();
            killed_at(build(&project, mode), first);
            killed_at(build(&project, mode), second);
            before.recovered(&project, &what);
        }
    }
}

/// A build that waits at a failpoint until it is told to go on.
struct Held {
    child: Child,
    sign: PathBuf,
}

impl Held {
    fn at(mut command: Command, name: &str, sign: PathBuf) -> Held {
        let _ = std::fs::remove_file(sign.with_extension("reached"));
        let _ = std::fs::remove_file(sign.with_extension("go"));
        let child =
            command.env("STOREBOOK_HOLD", format!("{name}={}", sign.display())).spawn().expect("start storebook");
        let mut held = Held { child, sign };
        let deadline = Instant::now() + Duration::from_secs(120);
        while !held.sign.with_extension("reached").exists() {
            assert!(Instant::now() < deadline, "{name} was not reached in two minutes");
            assert!(held.child.try_wait().expect("wait").is_none(), "the program ended before {name}");
            std::thread::yield_now();
            std::thread::park_timeout(Duration::from_millis(1));
        }
        held
    }

    fn go(&self) {
        std::fs::write(self.sign.with_extension("go"), "").expect("give the sign");
    }

    fn end(mut self) -> (ExitStatus, String) {
        use std::io::Read;
        let mut said = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            stderr.read_to_string(&mut said).expect("read");
        }
        (self.child.wait().expect("wait"), said)
    }
}

/// Xorshift: a few random moments need no more.
struct Moments(u64);

impl Moments {
    /// Below `most`.
    fn next(&mut self, most: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        most.mul_f64((self.0 % 1_000_003) as f64 / 1_000_003.0)
    }
}

/// Kills publishes at random moments until `wanted` of them died in the middle of it.
fn at_random_moments(mode: Mode, seed: u64, wanted: u32) {
    let before = Before::of(mode, false);
    let mut moments = Moments(seed);
    let publish = |kill: Option<Duration>| {
        let project = before.copy();
        let mut held = Held::at(build(&project, mode), "build-planned", project.path("hold"));
        let start = Instant::now();
        held.go();
        if let Some(delay) = kill {
            // This is the moment, not a wait for something to happen.
            while start.elapsed() < delay && held.child.try_wait().expect("wait").is_none() {
                std::thread::park_timeout(Duration::from_micros(200).min(delay.saturating_sub(start.elapsed())));
            }
            let _ = held.child.kill();
        }
        let (status, said) = held.end();
        let took = start.elapsed();
        for name in ["hold.reached", "hold.go"] {
            std::fs::remove_file(project.path(name)).expect("remove the sign");
        }
        (project, status, said, took)
    };
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        let (_, status, said, took) = publish(None);
        assert!(status.success(), "{said}");
        longest = longest.max(took);
    }
    let (mut hit, mut missed, mut new) = (0, 0, 0);
    while hit < wanted {
        assert!(missed < wanted * 4 + 40, "{missed} publishes ended before they were killed");
        let delay = moments.next(longest);
        let (project, status, said, _) = publish(Some(delay));
        if status.signal() != Some(9) {
            assert!(status.success(), "{said}");
            missed += 1;
            continue;
        }
        hit += 1;
        let what = format!("{mode:?}, seed {seed}, kill {hit} after {delay:?} of {longest:?}");
        before.right_after_a_kill(&project, None, &what);
        new += u32::from(tree(&output(&project)) == before.new);
        before.recovered(&project, &what);
    }
    eprintln!(
        "{mode:?}, seed {seed}: {hit} kills in publishes of {longest:?}, {new} of them after the swap; {missed} came too late"
    );
}

#[test]
fn random_kills_of_an_exchange() {
    at_random_moments(Mode::Exchange, 20_261_101, 100);
}

#[test]
fn random_kills_of_a_turned_link() {
    at_random_moments(Mode::Symlink, 20_261_102, 50);
}

#[test]
fn random_kills_of_a_copy_in_order() {
    at_random_moments(Mode::OrderedCopy, 20_261_103, 50);
}

#[test]
fn two_builds_at_once_do_not_share_the_state() {
    for flock in [true, false] {
        let project = small_book();
        let elsewhere = project.path("elsewhere").to_string_lossy().into_owned();
        let command = |more: &[&str]| {
            let mut command = build(&project, Mode::Exchange);
            command.args(more);
            if !flock {
                command.env("STOREBOOK_NO_FLOCK", "1");
            }
            command
        };
        let first = Held::at(command(&[]), "build-planned", project.path("hold"));
        // Also into another folder: the state is one.
        let second = command(&["--output", &elsewhere]).output().expect("start storebook");
        let said = String::from_utf8_lossy(&second.stderr).replace("\n  │", "");
        assert_eq!(second.status.code(), Some(3), "{said}");
        assert!(said.contains(&format!("process {}", first.child.id())) && said.contains("since 20"), "{said}");
        assert!(!Path::new(&elsewhere).exists());
        let brief = command(&["--wait", "0"]).output().expect("start storebook");
        assert_eq!(brief.status.code(), Some(3));
        // Whoever only reads is let in.
        assert_eq!(project.query("select count(*) as n from people"), "n\n3\n");
        let waiting = command(&["--wait", "--output", &elsewhere]).spawn().expect("start storebook");
        first.go();
        assert!(first.end().0.success());
        let waited = waiting.wait_with_output().expect("wait");
        assert!(waited.status.success(), "{}", String::from_utf8_lossy(&waited.stderr));
        assert_eq!(ids(&tree(Path::new(&elsewhere))), ids(&tree(&output(&project))));

        // A lock whose owner was killed is nobody's.
        let _ = std::fs::remove_file(project.path("hold.go"));
        let mut dead = Held::at(command(&[]), "build-locked", project.path("hold"));
        dead.child.kill().expect("kill");
        assert_eq!(dead.end().0.signal(), Some(9));
        succeed(command(&[]));
    }
}

#[test]
fn personal_data_is_closed_to_others() {
    let project = small_book().change("data/transactions.csv", "T1,2026-10-01 10:00:00", "T1,no day at all");
    succeed(build(&project, Mode::Exchange));
    let mode = |path: &str| project.path(path).metadata().expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("state"), mode("state/people.csv")), (0o700, 0o600));
    assert_eq!((mode("quarantine"), mode("quarantine/transactions.csv")), (0o700, 0o600));
    assert_eq!(mode(".storebook"), 0o700);
}

#[test]
fn a_file_that_vanishes_while_it_is_read_is_named_and_nothing_is_published() {
    let before = Before::of(Mode::Exchange, false);
    let project = before
        .copy()
        .file("data/late.csv", "transaction_id,ordered_at,store_id,amount\nT9,2026-10-30 10:00:00,S1,9.00\n");
    let held = Held::at(build(&project, Mode::Exchange), "sources-found", project.path("hold"));
    std::fs::remove_file(project.path("data/late.csv")).expect("remove");
    held.go();
    let (status, said) = held.end();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("late.csv"), "{said}");
    assert!(tree(&output(&project)) == before.old);
    assert_eq!(records(&project.read("state/people.csv")), 3);
    before.next_build(&project, "after a file vanished");
}
