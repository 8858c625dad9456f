//! Mails against real SMTP servers on this machine: each goes exactly once, or is told as unsent or not known, whatever the
//! server does and whenever the program dies.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use jiff::{ToSpan, Zoned};
use storebook::outbox::Outcome::{self, Before, Refused, Sent, Unknown, Unsent, Would};
use storebook::outbox::{Clock, Entries, Entry, Job, Mail, Outbox, Quiet, Report, Sender, Server, What, dry_run, send};
use storebook::project::lock::Wait;
use storebook::project::{MailSettings, Security};

use server::{Smtp, certificate};

#[cfg(unix)]
mod exim;
mod killed;
mod server;

/// A morning that only moves when somebody waits.
struct Morning {
    now: RefCell<Zoned>,
    waits: RefCell<Vec<Duration>>,
    stop_after: Cell<usize>,
}

impl Morning {
    fn at(time: &str) -> Morning {
        let now: Zoned = format!("2026-11-04T{time}[Asia/Shanghai]").parse().expect("a time");
        Morning { now: RefCell::new(now), waits: RefCell::default(), stop_after: Cell::new(usize::MAX) }
    }
}

impl Clock for Morning {
    fn now(&self) -> Zoned {
        self.now.borrow().clone()
    }

    fn pause(&self, time: Duration) {
        self.waits.borrow_mut().push(time);
        let later = self.now().checked_add(i64::try_from(time.as_millis()).expect("short").milliseconds());
        *self.now.borrow_mut() = later.expect("later");
    }

    fn stopped(&self) -> bool {
        self.waits.borrow().len() >= self.stop_after.get()
    }
}

fn mail(to: &str) -> Mail {
    Mail {
        id: Entry { person: to, kind: "birthday", due_on: "2026-11-04", subject: "", channel: "email" }.id(),
        to: format!("{to}@example.com"),
        name: "李雷".into(),
        subject: "李雷，生日快乐".into(),
        text: "李雷，生日快乐！\n.\n禾木".into(),
    }
}

fn mails(to: &[&str]) -> Vec<Mail> {
    to.iter().map(|to| mail(to)).collect()
}

struct Post {
    folder: tempfile::TempDir,
    settings: MailSettings,
    quiet: Option<Quiet>,
}

impl Post {
    fn with(settings: MailSettings) -> Post {
        Post { folder: tempfile::tempdir().expect("a folder"), settings, quiet: None }
    }

    fn send_at(&self, to: &[&str], clock: &Morning) -> Report {
        let report = run(self.folder.path(), &self.settings, self.quiet, &mails(to), clock);
        let shown =
            format!("{report:?}{}", std::fs::read_to_string(self.folder.path().join("journal.ndjson")).unwrap());
        assert!(!shown.contains("tok-4711") && !shown.contains("dG9rLTQ3MTE"), "{shown}");
        report
    }

    fn send(&self, to: &[&str]) -> Report {
        self.send_at(to, &Morning::at("10:00"))
    }

    fn state(&self, to: &str) -> Option<What> {
        Entries::read(self.folder.path()).expect("the journal").state_of(&mail(to).id)
    }
}

fn run(folder: &Path, settings: &MailSettings, quiet: Option<Quiet>, mails: &[Mail], clock: &dyn Clock) -> Report {
    let server = Server::of(settings, &|_| Some("tok-4711-secret".into())).expect("settings");
    let sender = Sender::new(&settings.from, &settings.reply_to, &settings.unsubscribe).expect("a sender");
    let mut outbox = Outbox::open(folder, "send", Wait::No).expect("the outbox");
    let job = Job { server: &server, sender: &sender, quiet, per_minute: settings.per_minute };
    send(mails, &job, &mut outbox, clock)
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.mails.iter().map(|told| told.outcome).collect()
}

#[test]
fn c26_each_mail_goes_once_however_often_it_is_sent() {
    let smtp = Smtp::start(&[]);
    let post = Post::with(smtp.settings());
    let clock = Morning::at("10:00");
    assert_eq!(outcomes(&dry_run(&mails(&["a", "b"]), &Entries::default())), [Would, Would]);
    assert!(smtp.seen().is_empty());
    let report = post.send_at(&["a", "b", "a"], &clock);
    assert_eq!(outcomes(&report), [Sent, Sent, Outcome::Twice]);
    assert!(report.stopped.is_none());
    assert_eq!(report.mails[0].note, "250 2.0.0 taken");
    // One a second.
    assert_eq!(*clock.waits.borrow(), [Duration::from_secs(1)]);
    assert_eq!(outcomes(&post.send(&["a", "b", "c"])), [Before(What::Sent), Before(What::Sent), Sent]);
    assert_eq!(smtp.to("taken"), ["a@example.com", "b@example.com", "c@example.com"]);
    assert_eq!(smtp.connections(), 2);
    let seen = smtp.seen();
    let ids: Vec<&str> = seen.iter().filter_map(|seen| seen["id"].as_str()).collect();
    assert_eq!(ids[0], format!("<{}.storebook@hemu.example>", mail("a").id));
    // Base64 of the text, so that the single full stop of its second line ends nothing.
    let text = seen.iter().find_map(|seen| seen["text"].as_str()).expect("a text");
    assert!(text.contains("Content-Transfer-Encoding: base64") && !text.replace("\r\n", "").contains('\n'));
}

#[test]
fn c26_refused_mails_are_not_tried_again_and_delayed_ones_are() {
    let smtp = Smtp::start(&[]);
    let post = Post::with(smtp.settings());
    let all = ["a", "refuse", "later-once", "bad", "busy-once", "z"];
    let report = post.send(&all);
    assert_eq!(outcomes(&report), [Sent, Refused, Unsent, Refused, Unsent, Sent]);
    assert!(report.stopped.is_none());
    assert_eq!(report.mails[1].note, "550 5.1.1 <***> no such mailbox");
    assert_eq!(report.mails[2].note, "451 4.7.1 come back later");
    assert_eq!(smtp.connections(), 1);
    let again = post.send(&all);
    assert_eq!(outcomes(&again)[1..5], [Before(What::Refused), Sent, Before(What::Refused), Sent]);
    let mut taken = smtp.to("taken");
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 4);
    assert_eq!(smtp.to("taken").len(), 4);
}

#[test]
fn c26_a_connection_that_breaks_before_the_text_costs_no_mail() {
    let smtp = Smtp::start(&[]);
    for word in ["drop", "leave", "hang"] {
        let post = Post::with(smtp.settings());
        // Once: the same mail goes on a new connection.
        let once = format!("{word}-once.{word}");
        let report = post.send(&["a", &once, "z"]);
        assert_eq!(outcomes(&report), [Sent, Sent, Sent], "{word}: {report:?}");
        // Always: the run stops after the second connection, and says so of the rest.
        let report = post.send(&[word, "y", "x"]);
        assert_eq!(outcomes(&report), [Unsent, Unsent, Unsent], "{word}");
        assert!(report.stopped.expect("a reason").message().contains("broke twice"));
        assert_eq!(post.state(word), Some(What::Unsent));
        assert_eq!(post.state("y"), None);
        assert_eq!(outcomes(&post.send(&["y"])), [Sent]);
        let taken = smtp.to("taken");
        assert_eq!(taken.iter().filter(|to| **to == format!("{once}@example.com")).count(), 1);
    }
}

#[test]
fn c26_a_mail_without_an_answer_is_not_known_and_never_sent_again_by_itself() {
    let smtp = Smtp::start(&[]);
    for word in ["after", "wait", "middle"] {
        let post = Post::with(smtp.settings());
        let next = format!("next.{word}");
        let report = post.send(&[word, &next]);
        assert_eq!(outcomes(&report), [Unknown, Sent], "{word}: {report:?}");
        assert_eq!(post.state(word), Some(What::Sending));
        let tried = smtp.to("rcpt").len();
        for _ in 0..2 {
            assert_eq!(outcomes(&post.send(&[word])), [Unknown]);
        }
        assert_eq!(smtp.to("rcpt").len(), tried);
        let mut outbox = Outbox::open(post.folder.path(), "mark", Wait::No).unwrap();
        outbox.mark(&[mail(word).id], true, Morning::at("11:00").now().timestamp()).unwrap();
        drop(outbox);
        assert_eq!(outcomes(&post.send(&[word])), [Before(What::Sent)]);
    }
    // Those that the server has kept, it has kept once.
    assert_eq!(smtp.to("kept"), ["after@example.com", "wait@example.com"]);
    // Twice in a row, the run stops.
    let post = Post::with(smtp.settings());
    let report = post.send(&["after.1", "after.2", "after.3"]);
    assert_eq!(outcomes(&report), [Unknown, Unknown, Unsent]);
    assert!(report.stopped.is_some());
    // Marked as unsent, it goes again.
    let mut outbox = Outbox::open(post.folder.path(), "mark", Wait::No).unwrap();
    outbox.mark(&[mail("after.1").id], false, Morning::at("11:00").now().timestamp()).unwrap();
    drop(outbox);
    assert_eq!(outcomes(&dry_run(&mails(&["after.1"]), &Entries::read(post.folder.path()).unwrap())), [Would]);
}

#[test]
fn c26_a_long_mail_cut_off_in_the_middle_is_unsent() {
    let smtp = Smtp::start(&[]);
    let post = Post::with(smtp.settings());
    // More than the buffers of both ends hold, so that writing it fails before the dot.
    let long = Mail { text: "长".repeat(20_000_000), ..mail("middle.long") };
    let report = run(post.folder.path(), &post.settings, None, &[long], &Morning::at("10:00"));
    assert_eq!(outcomes(&report), [Unsent], "{report:?}");
    assert_eq!(post.state("middle.long"), Some(What::Unsent));
}

#[test]
fn c26_a_sender_that_is_not_allowed_stops_the_run() {
    let smtp = Smtp::start(&[]);
    let post = Post::with(MailSettings { from: "nosender@hemu.example".into(), ..smtp.settings() });
    let report = post.send(&["a", "b"]);
    assert_eq!(outcomes(&report), [Unsent, Unsent]);
    assert!(report.stopped.expect("a reason").to_string().contains("553 5.1.8 sender not allowed"));
    let post = Post { settings: smtp.settings(), ..post };
    assert_eq!(outcomes(&post.send(&["a", "b"])), [Sent, Sent]);
}

#[test]
fn c26_a_server_that_is_not_there_leaves_no_trace_in_the_journal() {
    let smtp = Smtp::start(&[]);
    let post = Post::with(smtp.settings());
    drop(smtp);
    let report = post.send(&["a", "b"]);
    assert_eq!(outcomes(&report), [Unsent, Unsent]);
    assert!(report.stopped.expect("a reason").to_string().contains("connect to the mail server 127.0.0.1"));
    assert_eq!(post.state("a"), None);
    // One that takes the connection and says nothing; one that speaks something else.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = Post::with(MailSettings { port: Some(port), ..post.settings.clone() });
    let report = silent.send(&["a"]);
    assert!(report.stopped.expect("a reason").to_string().contains("no answer in time"));
    let other = std::thread::spawn(move || {
        // The first connection is that of the silent server.
        drop(listener.accept());
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    assert_eq!(outcomes(&silent.send(&["a"])), [Unsent]);
    other.join().unwrap();
    assert_eq!(silent.state("a"), None);
}

#[test]
fn c26_quiet_hours_begin_in_the_middle_of_a_run() {
    let smtp = Smtp::start(&[]);
    let time = |hour| jiff::civil::time(hour, 0, 0, 0);
    let post = Post { quiet: Some(Quiet { from: time(20), until: time(9) }), ..Post::with(smtp.settings()) };
    let report = post.send_at(&["a", "b", "c"], &Morning::at("19:59:59"));
    assert_eq!(outcomes(&report), [Sent, Unsent, Unsent]);
    assert!(report.stopped.expect("a reason").to_string().contains("from 20:00 to 09:00"));
    assert_eq!(outcomes(&post.send_at(&["a", "b"], &Morning::at("08:59:59"))), [Before(What::Sent), Unsent]);
    assert_eq!(outcomes(&post.send_at(&["b"], &Morning::at("09:00:00"))), [Sent]);
    // Nor after somebody has asked to stop.
    let clock = Morning::at("10:00");
    clock.stop_after.set(1);
    let report = post.send_at(&["d", "e", "f"], &clock);
    assert_eq!(outcomes(&report), [Sent, Unsent, Unsent]);
    assert!(report.stopped.expect("a reason").to_string().contains("interrupted"));
}

#[test]
fn c26_encrypted_and_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = certificate(folder.path());
    for (wrapped, security) in [(None, Security::Starttls), (Some("--wrapped"), Security::Tls)] {
        let mut arguments = vec!["--tls", &certificate, &key, "--user", "care", "tok-4711-secret"];
        arguments.extend(wrapped);
        let smtp = Smtp::start(&arguments);
        let known = MailSettings {
            security,
            host: "localhost".into(),
            user: "care".into(),
            password_env: "SB_TEST_MAIL".into(),
            ca_file: certificate.clone(),
            timeout_seconds: 5,
            ..smtp.settings()
        };
        let stranger = Post::with(MailSettings { ca_file: String::new(), ..known.clone() });
        let report = stranger.send(&["a"]);
        assert_eq!(outcomes(&report), [Unsent], "{report:?}");
        let wrong = Post::with(MailSettings { user: "somebody".into(), ..known.clone() });
        let report = wrong.send(&["a"]);
        assert_eq!(outcomes(&report), [Unsent]);
        assert!(report.stopped.expect("a reason").to_string().contains("535"));
        assert!(smtp.to("rcpt").is_empty());
        // A server that repeats the password is not repeated.
        let report = Post::with(known).send(&["a", "echo"]);
        assert_eq!(outcomes(&report), [Sent, Refused], "{security:?}");
        assert_eq!(report.mails[1].note, "550 *** *** no");
        assert_eq!(smtp.to("taken"), ["a@example.com"]);
    }
    // A server that cannot encrypt gets nothing.
    let smtp = Smtp::start(&[]);
    let post = Post::with(MailSettings { security: Security::Starttls, ..smtp.settings() });
    assert_eq!(outcomes(&post.send(&["a"])), [Unsent]);
    assert!(smtp.to("rcpt").is_empty());
}
