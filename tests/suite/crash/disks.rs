//! Places that cannot be written, other disks, full ones, and mount points.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Before, Mode, build, edition, killed_at, output, release_of, small_book, succeed, whole};
use crate::support::tree;

/// A small disk of our own, where we may mount one; the second word of the options is its size.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path, options: &str) -> Option<Disk> {
        std::fs::create_dir_all(folder).expect("a folder");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).stderr(Stdio::null());
        let mounted = command.status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("not tested: no right to mount a small disk");
        }
        mounted.then(|| Disk(folder.to_path_buf()))
    }

    fn fill(&self) {
        let _ = std::fs::write(self.0.join("filler"), vec![0_u8; 8 << 20]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_that_cannot_be_written_publishes_nothing() {
    for options in ["size=64k", "size=1m,ro"] {
        let before = Before::of(Mode::Exchange, false);
        let project = before.copy();
        let people = project.read("state/people.csv");
        let Some(disk) = Disk::mount(&project.path("state"), options) else { return };
        if !options.contains("ro") {
            std::fs::write(project.path("state/people.csv"), &people).expect("the state on its disk");
            disk.fill();
        }
        let ran = build(&project, Mode::Exchange).output().expect("start storebook");
        let said = String::from_utf8_lossy(&ran.stderr).to_lowercase();
        assert_eq!(ran.status.code(), Some(1), "{said}");
        assert!(said.contains("state") && (said.contains("space") || said.contains("read-only")), "{said}");
        assert!(tree(&output(&project)) == before.old, "{options}: the site changed");
        drop(disk);
        assert_eq!(project.read("state/people.csv"), people);
        before.next_build(&project, options);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_on_another_disk_is_as_safe_and_a_full_one_keeps_its_releases() {
    let project = small_book();
    let place = project.path("disk");
    let Some(disk) = Disk::mount(&place, "size=4m") else { return };
    let site = place.join("site");
    let command = || {
        let mut command = build(&project, Mode::Exchange);
        command.arg("--output").arg(&site);
        command
    };
    let verified = || {
        let site = site.to_string_lossy().into_owned();
        let ran = project.run(&["releases", "--verify", "--output", &site]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ran.out.lines().count()
    };
    succeed(command());
    edition(&project, 2);
    killed_at(command(), "swap-exchanged");
    whole(&site, "killed on another disk");
    // The list settles what the killed build left, so the release before is back.
    assert_eq!(verified(), 2);
    edition(&project, 3);
    succeed(command());
    let before = tree(&site);
    assert_eq!(verified(), 2);
    disk.fill();
    edition(&project, 4);
    let ran = command().output().expect("start storebook");
    assert_eq!(ran.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("disk is full"), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(tree(&site) == before);
    assert_eq!(verified(), 2);
}

/// The output is a mount point: exchanged it cannot be, so it is copied into, and a kill in between is completed.
#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_is_copied_into_and_a_cut_copy_is_completed() {
    let project = small_book();
    let Some(_disk) = Disk::mount(&project.path("output"), "size=8m") else { return };
    succeed(build(&project, Mode::Exchange));
    let old = release_of(&output(&project)).expect("a release");
    edition(&project, 2);
    for point in ["copy-begun", "copy-assets", "copy-pages", "copy-card", "copy-orphans"] {
        killed_at(build(&project, Mode::Exchange), point);
        // Completed before anything else happens, from the copy that is kept beside the mount point.
        succeed(build(&project, Mode::Exchange));
        whole(&output(&project), point);
        let ran = project.run(&["rollback", &old]);
        assert_eq!(ran.code, 0, "{point}: {}", ran.err);
        whole(&output(&project), point);
        assert_eq!(release_of(&output(&project)).as_deref(), Some(old.as_str()));
    }
}
