//! `config_version` and `storebook upgrade`. The steps themselves are tested beside them: there is one version so far.

use crate::support::{TestProject, storebook};

#[test]
fn the_version_may_be_absent_or_one() {
    for text in ["", "config_version = 1\n", "# x\nconfig_version = 1 # the first\n[site]\ntitle = \"x\"\n"] {
        let project = TestProject::small().file("storebook.toml", text);
        let ran = project.run(&["models"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let ran = project.run(&["upgrade"]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (0, "storebook.toml is up to date (config_version 1)\n"),
            "{}",
            ran.err
        );
        assert_eq!(project.run(&["upgrade", "--dry-run"]).code, 0);
        assert_eq!(project.read("storebook.toml"), text, "nothing was touched");
    }
}

#[test]
fn settings_of_a_newer_program_are_refused_before_their_names_are_read() {
    let project = TestProject::small().file("storebook.toml", "\nconfig_version = 7\n[hologram]\nsize = 3\n");
    for command in ["build", "upgrade", "models", "inspect"] {
        let ran = project.run(&[command]);
        assert_eq!(ran.code, 2, "{command}: {}", ran.out);
        assert!(ran.err.contains("storebook.toml:2") && ran.err.contains("config_version 7"), "{command}: {}", ran.err);
        assert!(ran.err.contains("use a newer storebook") && !ran.err.contains("unknown field"), "{}", ran.err);
    }
}

#[test]
fn nonsense_is_named_with_its_line() {
    for text in ["config_version = 0", "config_version = \"one\"", "config_version = 1.0", "[config_version]"] {
        let ran = TestProject::small().file("storebook.toml", text).run(&["models"]);
        assert_eq!((ran.code, ran.err.contains("storebook.toml:1")), (2, true), "{text}: {}", ran.err);
    }
}

#[test]
fn a_new_project_says_its_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("chain");
    assert_eq!(storebook(&["init", &dir.to_string_lossy()]).code, 0);
    let text = std::fs::read_to_string(dir.join("storebook.toml")).expect("read");
    assert!(text.contains("\nconfig_version = 1\n"), "{text}");
}

#[test]
fn a_project_without_settings_has_nothing_to_upgrade() {
    let ran = TestProject::small().run(&["upgrade"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("storebook.toml"), "{}", ran.err);
}
