//! A running `watch` or `serve`: what it says, its end, and a plain HTTP client for it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::TestProject;

/// Longer than any build on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Waits for a condition; says what was expected when it does not come true.
pub fn until(what: &str, condition: impl FnMut() -> bool) {
    let mut condition = condition;
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "this did not happen: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Data files written just now would be waited for: this makes them two days old.
pub fn aged(project: TestProject) -> TestProject {
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 86_400);
    for entry in walkdir::WalkDir::new(project.path("data")) {
        let entry = entry.expect("walk the data");
        if entry.file_type().is_file() {
            let file = std::fs::File::options().write(true).open(entry.path()).expect("open");
            file.set_modified(long_ago).expect("set the time");
        }
    }
    project
}

/// The program running beside the test; killed when dropped.
pub struct Running {
    child: Child,
    said: Arc<(Mutex<String>, Condvar)>,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start storebook");
        let said = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let (out, err) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
        listen(out, Arc::clone(&said));
        listen(err, Arc::clone(&said));
        Running { child, said }
    }

    /// Everything said so far on both streams.
    pub fn said(&self) -> String {
        self.said.0.lock().expect("no panic").clone()
    }

    /// Waits until `text` was said after the first `after` bytes; returns the length of what was said by then.
    pub fn hears(&self, after: usize, text: &str) -> usize {
        let end = Instant::now() + PATIENCE;
        let mut said = self.said.0.lock().expect("no panic");
        loop {
            if let Some(at) = said.get(after..).and_then(|rest| rest.find(text)) {
                return after + at + text.len();
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{text:?} was not said; but:\n{said}");
            said = self.said.1.wait_timeout(said, left).expect("no panic").0;
        }
    }

    /// Lines about builds that were published.
    pub fn builds(&self) -> Vec<String> {
        self.said().lines().filter(|line| line.contains(" files written")).map(ToOwned::to_owned).collect()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("signal");
    }

    /// Ctrl-C; the exit code.
    pub fn interrupt(mut self) -> i32 {
        self.signal(Signal::INT);
        self.code()
    }

    /// Waits for the end.
    pub fn code(&mut self) -> i32 {
        let mut code = None;
        until("the program ends", || {
            code = self.child.try_wait().expect("wait");
            code.is_some()
        });
        code.and_then(|status| status.code()).unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the program said:\n{}", self.said());
        }
    }
}

fn listen(stream: impl Read + Send + 'static, said: Arc<(Mutex<String>, Condvar)>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut text = said.0.lock().expect("no panic");
            text.push_str(&line);
            text.push('\n');
            said.1.notify_all();
        }
    });
}

/// An answer of a server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// One request as written here: the path is sent as it is, which other clients would not do.
pub fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(PATIENCE)).expect("timeout");
    stream.write_all(format!("{request}\r\n").as_bytes()).expect("ask");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("headers");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).expect("status");
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let body = bytes.split_off(end + 4);
    let chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    Answer { status, body: if chunked { unchunked(&body) } else { body }, headers }
}

pub fn get(address: &str, path: &str) -> Answer {
    ask(address, "GET", path, &[])
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|window| window == b"\r\n").expect("a chunk");
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).expect("a size"), 16).expect("a size");
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}

/// An open stream of events.
pub struct Events(BufReader<TcpStream>);

impl Events {
    pub fn of(address: &str) -> Events {
        let mut stream = TcpStream::connect(address).expect("connect");
        stream.set_read_timeout(Some(PATIENCE)).expect("timeout");
        write!(stream, "GET /__storebook/events HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("ask");
        Events(BufReader::new(stream))
    }

    /// The next event for which the condition holds.
    pub fn next(&mut self, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).expect("an event in time") > 0, "the stream ended");
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                let event: serde_json::Value = serde_json::from_str(data).expect("JSON");
                if wanted(&event) {
                    return event;
                }
            }
        }
    }

    /// The server ends the stream.
    pub fn ends(mut self) {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = self.0.read_to_end(&mut rest);
    }
}

/// What builds leave beside an output while they run.
pub fn stages(beside: &Path) -> Vec<String> {
    let names =
        beside.read_dir().expect("list").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains(".stage-") || name.contains(".new-")).collect()
}
