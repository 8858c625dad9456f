//! The JSON Schema of the settings, and what the program makes of itself: completions and man pages.

use std::process::{Command, Stdio};

use crate::support::storebook;

fn schema() -> serde_json::Value {
    let ran = storebook(&["schema"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

#[test]
fn what_the_comments_say_reaches_the_editor() {
    // Which settings fit is judged by a validator of JSON Schema in tests/browser/schema.test.mjs.
    let schema = schema();
    let site = &schema["$defs"]["Site"]["properties"];
    assert!(site["title"]["description"].as_str().is_some_and(|text| text.contains("Name of the chain")), "{site}");
    assert_eq!(site["locales"]["default"], serde_json::json!(["zh-CN", "en"]));
}

/// Runs a checker with a text on its standard input; `None` where the system does not have it.
fn checked(program: &str, arguments: &[&str], input: &str) -> Option<(bool, String)> {
    use std::io::Write;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("write");
    let output = child.wait_with_output().expect("wait");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn completions_are_sound_in_their_shells() {
    for (shell, check) in
        [("bash", Some("-n")), ("zsh", Some("-n")), ("fish", Some("--no-execute")), ("powershell", None)]
    {
        let ran = storebook(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        for command in ["build", "eject", "upgrade", "completions"] {
            assert!(ran.out.contains(command), "{shell}: {command}");
        }
        if let Some((sound, said)) = check.and_then(|check| checked(shell, &[check], &ran.out)) {
            assert!(sound, "{shell}: {said}");
        } else {
            assert_ne!(shell, "bash", "bash is everywhere");
        }
    }
    assert_eq!(storebook(&["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_completes_commands_and_options() {
    let script = storebook(&["completions", "bash"]).out;
    let ask = |words: &str, at: usize| {
        let program = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}; _storebook storebook \"${{COMP_WORDS[{at}]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        checked("bash", &["-s"], &program).expect("bash").1
    };
    assert_eq!(ask("storebook ej", 1).trim(), "eject");
    assert!(ask("storebook build --un", 2).contains("--unsealed"));
}

#[test]
fn man_pages_are_written_for_every_command_and_format_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("man1");
    let ran = storebook(&["man", &dir.to_string_lossy()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for name in ["storebook", "storebook-build", "storebook-eject", "storebook-query"] {
        let text = std::fs::read_to_string(dir.join(format!("{name}.1"))).expect("a page");
        assert!(text.contains(".TH"), "{name}");
        if let Some((sound, said)) = checked("groff", &["-man", "-Tutf8", "-ww", "-z"], &text) {
            assert!(sound && said.is_empty(), "{name}: {said}");
        }
    }
    let first = storebook(&["man"]);
    assert_eq!(first.out, std::fs::read_to_string(dir.join("storebook.1")).expect("a page"));
}
