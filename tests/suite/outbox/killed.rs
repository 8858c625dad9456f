//! Runs that are killed: between two mails, inside one, and at every step.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Zoned;
use storebook::outbox::Outcome::{Before, Sent, Unknown};
use storebook::outbox::{Clock, Entries, What};
use storebook::project::{MailSettings, Security};

use super::server::Smtp;
use super::{Morning, mail, mails, outcomes, run};

/// What the process to be killed is told by the environment: the outbox and the port.
const DOOMED: &str = "STOREBOOK_TEST_DOOMED";
const STEPS: [&str; 3] = ["s1", "s2", "s3"];
const KILLED: [&str; 4] = ["k1", "k2", "wait.k3", "k4"];

/// The step at which it is killed, counted by looks at the clock.
const DEADLY: &str = "STOREBOOK_TEST_DEADLY";

/// Says when it waits between two mails, and goes on when it is told to; or kills itself at a step.
#[derive(Default)]
struct Doomed {
    steps: Cell<usize>,
    deadly: Option<usize>,
}

impl Clock for Doomed {
    fn now(&self) -> Zoned {
        self.steps.set(self.steps.get() + 1);
        if self.deadly == Some(self.steps.get()) {
            let id = std::process::id().to_string();
            Command::new("kill").args(["-9", &id]).status().expect("a killer");
            loop {
                std::thread::park();
            }
        }
        Morning::at("10:00").now()
    }

    fn pause(&self, _: Duration) {
        if self.deadly.is_some() {
            return;
        }
        println!("\nbetween");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).expect("a word");
    }
}

/// Not a test: the process that [`c26_a_killed_run_sends_nothing_twice`] kills.
#[test]
fn doomed() {
    let Some(told) = std::env::var_os(DOOMED) else { return };
    let told = PathBuf::from(told);
    let port = std::fs::read_to_string(told.join("port")).unwrap().parse().unwrap();
    let deadly = std::env::var(DEADLY).ok().map(|step| step.parse().unwrap());
    let to = if deadly.is_some() { &STEPS[..] } else { &KILLED };
    run(&told.join("outbox"), &doomed_settings(port), None, &mails(to), &Doomed { deadly, ..Doomed::default() });
}

/// This test program, as the process of [`doomed`].
fn victim(folder: &Path) -> Command {
    let name = module_path!().split_once("::").map_or("doomed".to_owned(), |(_, path)| format!("{path}::doomed"));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name.as_str(), "--exact", "--nocapture"]).env(DOOMED, folder);
    command
}

fn doomed_settings(port: u16) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".into(),
        port: Some(port),
        security: Security::None,
        from: "care@hemu.example".into(),
        timeout_seconds: 60,
        accept_seconds: 60,
        ..MailSettings::default()
    }
}

#[test]
fn c26_a_killed_run_sends_nothing_twice() {
    let smtp = Smtp::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("port"), smtp.port.to_string()).unwrap();
    let start = || victim(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let between = |child: &mut Child| {
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "between"));
    };
    let outbox = folder.path().join("outbox");
    // Killed between the first mail and the second.
    let mut child = start();
    between(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(smtp.to("taken"), ["k1@example.com"]);
    let state = |to: &str| Entries::read(&outbox).unwrap().state_of(&mail(to).id);
    assert_eq!([state("k1"), state("k2")], [Some(What::Sent), None]);
    // Killed while the server has the third and has not answered.
    let mut child = start();
    between(&mut child);
    child.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
    smtp.until("kept");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!([state("k2"), state("wait.k3"), state("k4")], [Some(What::Sent), Some(What::Sending), None]);
    // The next run says which is not known, sends the rest, and nothing twice.
    let report = run(&outbox, &doomed_settings(smtp.port), None, &mails(&KILLED), &Morning::at("11:00"));
    assert_eq!(outcomes(&report), [Before(What::Sent), Before(What::Sent), Unknown, Sent]);
    let mut had: BTreeMap<String, usize> = BTreeMap::new();
    for to in smtp.to("taken").into_iter().chain(smtp.to("kept")) {
        *had.entry(to).or_default() += 1;
    }
    assert_eq!(had.len(), 4);
    assert!(had.values().all(|times| *times == 1), "{had:?}");
}

#[test]
fn c26_killed_at_any_step_each_mail_goes_once_or_is_told_as_not_known() {
    let mut unknown = 0;
    for step in 1.. {
        let smtp = Smtp::start(&[]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("port"), smtp.port.to_string()).unwrap();
        let status = victim(folder.path()).env(DEADLY, step.to_string()).stdout(Stdio::null()).status().unwrap();
        let outbox = folder.path().join("outbox");
        let settings = doomed_settings(smtp.port);
        let first = run(&outbox, &settings, None, &mails(&STEPS), &Morning::at("11:00"));
        let second = run(&outbox, &settings, None, &mails(&STEPS), &Morning::at("12:00"));
        let taken = smtp.to("taken");
        for (told, to) in first.mails.iter().zip(STEPS) {
            let times = taken.iter().filter(|taken| **taken == format!("{to}@example.com")).count();
            match told.outcome {
                Sent | Before(What::Sent) => assert_eq!(times, 1, "step {step}: {to}"),
                Unknown => assert!(times <= 1, "step {step}: {to}"),
                other => panic!("step {step}: {to} {other:?}"),
            }
        }
        assert_eq!(second.count(Sent), 0);
        assert!(first.count(Unknown) <= 1, "step {step}: {first:?}");
        unknown += first.count(Unknown);
        if status.success() {
            // Four looks at the clock for each mail: before it, for its date, and for each of two lines of the journal.
            assert_eq!(step, 4 * STEPS.len() + 1);
            break;
        }
    }
    // Of each mail, once: killed after the server had it, before that was written down.
    assert_eq!(unknown, STEPS.len());
}
