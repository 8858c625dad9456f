//! `tests/smtp/server.py` as a test uses it.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use storebook::project::{MailSettings, Security};

/// The longest that a test waits for an event; none should take a second.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// `tests/smtp/server.py`, until it is dropped.
pub struct Smtp {
    child: Child,
    /// The server ends when this closes.
    input: ChildStdin,
    events: Receiver<Value>,
    seen: RefCell<Vec<Value>>,
    pub port: u16,
}

impl Smtp {
    pub fn start(arguments: &[&str]) -> Smtp {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/server.py");
        let mut child = Command::new(python())
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("start the server");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        let first: Value = events.recv_timeout(PATIENCE).expect("the server's port");
        let port = u16::try_from(first["port"].as_u64().expect("a port")).expect("a port");
        Smtp { input: child.stdin.take().expect("its input"), child, events, seen: RefCell::default(), port }
    }

    /// Everything that has happened so far. The server tells of a mail before it answers, and of this question after
    /// that, so nothing is missing.
    pub fn seen(&self) -> Vec<Value> {
        (&self.input).write_all(b"?\n").expect("ask the server");
        self.until("asked");
        self.seen.borrow().iter().filter(|seen| seen["event"] != "asked").cloned().collect()
    }

    /// Waits for an event.
    pub fn until(&self, event: &str) {
        loop {
            let next = self.events.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {event}"));
            let found = next["event"] == event;
            self.seen.borrow_mut().push(next);
            if found {
                return;
            }
        }
    }

    /// The recipients of an event, in order.
    pub fn to(&self, event: &str) -> Vec<String> {
        let seen = self.seen();
        let wanted = seen.iter().filter(|seen| seen["event"] == event);
        wanted.map(|seen| seen["to"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub fn connections(&self) -> usize {
        self.seen().iter().filter(|seen| seen["event"] == "connected").count()
    }

    pub fn settings(&self) -> MailSettings {
        MailSettings {
            host: "127.0.0.1".into(),
            port: Some(self.port),
            security: Security::None,
            from: "禾木 <care@hemu.example>".into(),
            per_minute: 60,
            timeout_seconds: 1,
            accept_seconds: 1,
            ..MailSettings::default()
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A Python that has aiosmtpd.
fn python() -> &'static str {
    let has = |python: &&str| {
        let tried = Command::new(python).args(["-c", "import aiosmtpd.smtp"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3"].iter().find(|python| has(python)).expect("install python3-aiosmtpd for this test")
}

/// A key and a certificate for localhost that signs itself.
pub fn certificate(folder: &Path) -> (String, String) {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("start openssl").success());
    (key.display().to_string(), certificate.display().to_string())
}
