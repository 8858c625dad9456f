//! Damage, wrong places, and lists that lie: each is noticed, named, and changes nothing.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Bench, furnished, joined, key};
use crate::support::tree;

/// The blob of a file of the project: the one that a change of the file would not need any more.
fn any_blob(bench: &Bench) -> PathBuf {
    // The largest is that of the sales: damage can be anywhere in it.
    let blobs = bench.blobs();
    let largest = blobs.iter().max_by_key(|(_, bytes)| bytes.len()).expect("a blob").0;
    bench.path("repository/blobs").join(largest)
}

#[test]
fn damage_is_found_named_and_never_restored() {
    type Damage = fn(&Path);
    let flip: Damage = |path| {
        let mut bytes = std::fs::read(path).expect("read");
        let at = bytes.len() - 20;
        bytes[at] ^= 1;
        std::fs::write(path, bytes).expect("write");
    };
    let truncate: Damage = |path| {
        let bytes = std::fs::read(path).expect("read");
        std::fs::write(path, &bytes[..bytes.len() - 1]).expect("write");
    };
    let remove: Damage = |path| std::fs::remove_file(path).expect("remove");
    let empty: Damage = |path| std::fs::write(path, "").expect("write");
    // A flipped bit is found by reading only; everything else by looking.
    for (what, damage, seen) in
        [("flipped", flip, false), ("truncated", truncate, true), ("missing", remove, true), ("empty", empty, true)]
    {
        let bench = Bench::of(furnished());
        bench.back_up(&[]);
        let blob = any_blob(&bench);
        damage(&blob);
        let name = blob.file_name().expect("a name").to_string_lossy().into_owned();
        let looked = bench.verify(false);
        assert_eq!(looked.code, i32::from(seen), "{what}: {}{}", looked.out, looked.err);
        let read = bench.verify(true);
        assert_eq!(read.code, 1, "{what}: {}{}", read.out, read.err);
        assert!(read.out.contains(&name) && read.out.contains("data/transactions.csv"), "{what}: {}", read.out);
        let restored = bench.try_restore("copy", &[]);
        assert_eq!(restored.code, 1, "{what}: {}", restored.err);
        assert!(restored.err.contains("damaged"), "{what}: {}", restored.err);
        // Nothing that looks like a project is left, and no scratch folder.
        let left: Vec<String> =
            tree(bench.folder.path()).into_keys().filter(|path| !path.starts_with("repository")).collect();
        assert_eq!(left, ["me.key"], "{what}");
        if seen {
            // The next run notices the size and writes the content anew; the old snapshot is whole with it.
            assert_eq!(bench.back_up(&[])["written"], 1, "{what}");
            bench.whole(what);
        }
    }
}

#[test]
fn damaged_lists_and_keys_are_found() {
    for (file, seen) in [("manifest.age", false), ("index.json", true), ("key", false), ("card", true)] {
        let bench = Bench::of(furnished());
        bench.back_up(&[]);
        let id = bench.list().remove(0);
        let only_key = tree(&bench.path("repository/keys")).into_keys().next().expect("a key");
        let path = match file {
            "key" => bench.path("repository/keys").join(only_key),
            "card" => bench.path("repository/repository.json"),
            list => bench.path("repository/snapshots").join(&id).join(list),
        };
        let mut bytes = std::fs::read(&path).expect("read");
        let last = bytes.len() - 2;
        bytes[last] = if bytes[last] == b'x' { b'y' } else { b'x' };
        std::fs::write(&path, bytes).expect("write");
        let looked = bench.verify(false);
        assert_eq!(looked.code, i32::from(seen), "{file}: {}{}", looked.out, looked.err);
        let read = bench.verify(true);
        assert_eq!(read.code, 1, "{file}: {}{}", read.out, read.err);
        assert_eq!(bench.try_restore("copy", &[]).code, 1, "{file}");
        assert!(!bench.path("copy").exists());
    }
}

#[test]
fn an_old_index_that_is_damaged_stops_no_new_backup_and_no_blob_is_given_up() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    std::fs::write(bench.project.path("data/stores.csv"), "2").expect("write");
    bench.back_up(&[]);
    let second = bench.list().remove(1);
    std::fs::write(bench.path("repository/snapshots").join(&second).join("index.json"), "{").expect("write");
    let blobs = bench.blobs().len();
    let done = bench.try_back_up(&["--keep", "2"]);
    // The snapshot is there; what the damaged one needs cannot be known, so nothing is removed.
    assert_eq!(done.code, 1, "{}{}", done.out, done.err);
    assert!(joined(&done.err).contains("index.json"), "{}", done.err);
    assert_eq!(bench.blobs().len(), blobs);
    assert_eq!(bench.restore("copy", &["--snapshot", "000003"]).len(), 11);
}

#[test]
fn a_wrong_identity_is_refused_and_what_is_none_is_usage() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    key(bench.folder.path(), "other.key");
    let (repository, other, none) = (bench.repository(), bench.text("other.key"), bench.text("none.key"));
    std::fs::write(&none, "AGE-SECRET-KEY-1SECRETSECRET\n").expect("write");
    for (file, code) in [(&other, 3), (&none, 2), (&bench.text("absent.key"), 2)] {
        let read = bench.project.run(&["backup", "verify", &repository, "--read-all", "--identity", file]);
        assert_eq!(read.code, code, "{file}: {}", read.err);
        assert!(!read.err.contains("SECRETSECRET"), "{}", read.err);
        let to = bench.text("copy");
        let restored = bench.project.run(&["backup", "restore", &repository, "--to", &to, "--identity", file]);
        assert_eq!(restored.code, code, "{file}: {}", restored.err);
        assert!(!bench.path("copy").exists());
    }
    assert_eq!(bench.project.run(&["backup", "verify", &repository, "--read-all"]).code, 2);
    assert_eq!(bench.project.run(&["backup", "verify", &bench.text("nowhere")]).code, 2);
    assert_eq!(bench.project.run(&["backup", "restore", &repository, "--identity", &other]).code, 2, "--to or --drill");
}

/// What somebody can write who has the recipients and the folder, and nothing else.
fn forge(bench: &Bench, change: &dyn Fn(&mut serde_json::Value)) {
    let identity = |text: &str| -> age::x25519::Identity {
        text.lines().rfind(|line| line.starts_with("AGE-")).and_then(|line| line.parse().ok()).expect("an identity")
    };
    let mine = identity(&std::fs::read_to_string(bench.path("me.key")).expect("read"));
    let (_, sealed) = tree(&bench.path("repository/keys")).into_iter().next().expect("a key");
    let text = String::from_utf8(age::decrypt(&mine, &sealed).expect("decrypt")).expect("text");
    let opens = identity(&text);
    let snapshot = bench.path("repository/snapshots").join(bench.list().pop().expect("a snapshot"));
    let manifest = std::fs::read(snapshot.join("manifest.age")).expect("read");
    let plain = age::decrypt(&opens, &manifest).expect("decrypt");
    let mut manifest: serde_json::Value = serde_json::from_slice(&plain).expect("JSON");
    change(&mut manifest);
    let sealed = age::encrypt(&opens.to_public(), &serde_json::to_vec(&manifest).expect("JSON")).expect("encrypt");
    std::fs::write(snapshot.join("manifest.age"), &sealed).expect("write");
    let index = snapshot.join("index.json");
    let mut clear: serde_json::Value = serde_json::from_slice(&std::fs::read(&index).expect("read")).expect("JSON");
    clear["manifest"] = sealed.len().into();
    std::fs::write(index, serde_json::to_vec(&clear).expect("JSON")).expect("write");
}

#[test]
fn a_manifest_that_leads_out_writes_nothing() {
    for path in [
        "../escaped",
        "data/../../escaped",
        "/tmp/storebook-escaped",
        "data/./escaped",
        ".git/hooks/post-checkout",
        "state/keys/master",
        "state/.pending/record.json",
        "output/index.html",
        "",
    ] {
        let bench = Bench::of(furnished());
        bench.back_up(&[]);
        forge(&bench, &|manifest| manifest["files"][0]["path"] = path.into());
        let restored = bench.try_restore("inner/copy", &[]);
        assert_eq!(restored.code, 1, "{path}: {}", restored.err);
        assert!(joined(&restored.err).contains("damaged"), "{path}: {}", restored.err);
        assert!(!bench.path("inner/copy").exists() && !bench.path("escaped").exists(), "{path}");
        assert!(!Path::new("/tmp/storebook-escaped").exists());
        assert_eq!(bench.verify(true).code, 1, "{path}");
    }
}

#[test]
fn a_manifest_with_other_contents_names_or_places_is_refused() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 6] = [
        ("a blob that is a path", |manifest| manifest["files"][0]["blob"] = "../../../../etc/passwd".into()),
        ("another hash", |manifest| manifest["files"][0]["hash"] = "0".repeat(64).into()),
        ("a smaller size", |manifest| manifest["files"][0]["size"] = 0.into()),
        ("twice the same", |manifest| manifest["files"][1]["path"] = manifest["files"][0]["path"].clone()),
        ("another snapshot", |manifest| manifest["snapshot"] = "000009-x".into()),
        ("a file for a folder", |manifest| manifest["files"][1]["path"] = "data".into()),
    ];
    for (what, change) in changes {
        let bench = Bench::of(furnished());
        bench.back_up(&[]);
        forge(&bench, &change);
        let restored = bench.try_restore("copy", &[]);
        assert_eq!(restored.code, 1, "{what}: {}", restored.err);
        assert!(!bench.path("copy").exists(), "{what}");
    }
}

#[test]
fn keys_that_lead_out_are_not_restored() {
    let bench = Bench::of(furnished());
    bench.back_up(&[]);
    let archive = r#"{"format":1,"about":"","files":[{"path":"../../../escaped","base64":"eA=="}]}"#;
    let recipient: age::x25519::Recipient = bench.recipient.parse().expect("a recipient");
    std::fs::write(bench.path("keys.age"), age::encrypt(&recipient, archive.as_bytes()).expect("encrypt"))
        .expect("write");
    let restored = bench.try_restore("inner/copy", &["--keys", &bench.text("keys.age")]);
    assert_eq!(restored.code, 1, "{}", restored.err);
    assert!(joined(&restored.err).contains("leads elsewhere"), "{}", restored.err);
    assert!(!bench.path("escaped").exists() && !bench.path("inner/escaped").exists());
}

#[test]
fn links_are_followed_but_never_into_what_is_kept_out() {
    let bench = Bench::of(furnished());
    let share = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(share.path().join("may")).expect("a folder");
    std::fs::write(share.path().join("may/till.csv"), "sold").expect("write");
    let data = bench.project.path("data");
    symlink(share.path(), data.join("share")).expect("a link");
    symlink("stores.csv", data.join("again.csv")).expect("a link");
    symlink("nowhere", data.join("dead")).expect("a link");
    symlink(&data, data.join("门店 五月/round")).expect("a link");
    let done = bench.back_up(&[]);
    assert_eq!(done["left_out"], serde_json::json!(["data/dead", "data/门店 五月/round"]));
    let found = bench.restore("copy", &[]);
    assert_eq!((found.len(), &found["data/share/may/till.csv"][..]), (13, &b"sold"[..]));
    assert_eq!(found["data/again.csv"], found["data/stores.csv"]);
    assert!(!bench.path("copy/data/share").is_symlink());

    let root = bench.project.root();
    for target in ["state/keys", "state/keys/master", ".storebook", "output/index.html", ".", ".git"] {
        symlink(root.join(target), data.join("sly")).expect("a link");
        let refused = bench.try_back_up(&[]);
        assert_eq!(refused.code, 3, "{target}: {}{}", refused.out, refused.err);
        assert!(joined(&refused.err).contains("data/sly"), "{target}: {}", refused.err);
        std::fs::remove_file(data.join("sly")).expect("remove");
    }
    symlink(bench.path("repository"), data.join("sly")).expect("a link");
    assert_eq!(bench.try_back_up(&[]).code, 3);
    assert_eq!(bench.list().len(), 1);
}

#[test]
fn what_is_no_file_is_named() {
    let bench = Bench::of(furnished());
    let made = Command::new("mkfifo").arg(bench.project.path("data/pipe")).status().expect("mkfifo");
    assert!(made.success());
    // A pipe would be waited for for ever.
    let ran = bench.try_back_up(&[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(joined(&ran.err).contains("data/pipe"), "{}", ran.err);
    std::fs::remove_file(bench.project.path("data/pipe")).expect("remove");
    let name = std::os::unix::ffi::OsStrExt::from_bytes(&b"\xb5\xea.csv"[..]);
    std::fs::write(bench.project.path("data").join::<&std::ffi::OsStr>(name), "x").expect("write");
    let ran = bench.try_back_up(&[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(joined(&ran.err).contains("not Unicode"), "{}", ran.err);
}

#[test]
fn targets_where_a_backup_would_be_lost_or_would_destroy_are_refused() {
    let bench = Bench::of(furnished());
    let outside = bench.text("link");
    symlink(bench.project.path("data"), &outside).expect("a link");
    let inside = |name: &str| bench.project.path(name).to_string_lossy().into_owned();
    let to = |target: &str| bench.project.run(&["backup", target, "--recipient", &bench.recipient]);
    for target in [inside("backup"), inside("data/backup"), inside(""), format!("{outside}/new"), inside("data/../b")] {
        let ran = to(&target);
        assert_eq!(ran.code, 3, "{target}: {}", ran.err);
        assert!(joined(&ran.err).contains("inside the project"), "{target}: {}", ran.err);
    }
    let keys = bench.project.run(&["backup", "--keys", &inside("data/keys.age"), "--recipient", &bench.recipient]);
    assert_eq!(keys.code, 3, "{}", keys.err);
    assert!(!bench.project.path("data/backup").exists() && !bench.project.path("data/keys.age").exists());

    std::fs::create_dir(bench.path("photos")).expect("a folder");
    std::fs::write(bench.path("photos/one.jpg"), "x").expect("write");
    let foreign = to(&bench.text("photos"));
    assert_eq!(foreign.code, 3, "{}", foreign.err);
    assert_eq!(tree(&bench.path("photos")).len(), 1);

    bench.back_up(&[]);
    let full = bench.try_restore("photos", &[]);
    assert_eq!(full.code, 3, "{}", full.err);
    assert_eq!(bench.try_restore("repository/copy", &[]).code, 3);
    // An empty folder is as good as none.
    std::fs::create_dir(bench.path("empty")).expect("a folder");
    assert_eq!(bench.restore("empty", &[]).len(), 11);
}

/// A small disk of our own, where we may mount one.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path) -> Option<Disk> {
        std::fs::create_dir_all(folder).expect("a folder");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder).stderr(Stdio::null());
        let mounted = command.status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("not tested: no right to mount a small disk");
        }
        mounted.then(|| Disk(folder.to_path_buf()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_earlier_snapshots_stay() {
    let bench = Bench::of(furnished());
    let Some(_disk) = Disk::mount(&bench.path("repository")) else { return };
    bench.back_up(&[]);
    let mut large = std::fs::File::create(bench.project.path("data/large.bin")).expect("create");
    large.write_all(&vec![7; 400_000]).expect("write");
    let full = bench.try_back_up(&[]);
    assert_eq!(full.code, 1, "{}", full.err);
    assert!(joined(&full.err).contains("the disk is full"), "{}", full.err);
    bench.whole("a full disk");
    assert_eq!(bench.list().len(), 1);
    std::fs::remove_file(bench.project.path("data/large.bin")).expect("remove");
    bench.back_up(&[]);
    assert!(!bench.whole("room again").contains("Loose"));
}
