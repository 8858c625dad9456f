//! A receiver that runs, and a client that says to it what browsers say, and what they never would.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::SITE;
use crate::live::Running;
use crate::support::TestProject;

/// `storebook receive`, until it is dropped.
pub struct Receiver {
    pub run: Running,
    pub address: String,
}

impl Receiver {
    pub fn start(project: &TestProject, more: &[&str]) -> Receiver {
        let mut arguments = vec!["receive", "--port", "0"];
        arguments.extend(more);
        Receiver::of(project.command(&arguments))
    }

    pub fn of(command: Command) -> Receiver {
        let run = Running::start(command);
        run.hears(0, "Receiving on http://");
        let said = run.said();
        let rest = said.split("Receiving on http://").nth(1).expect("an address");
        Receiver { run, address: rest.split('/').next().expect("an address").to_owned() }
    }

    /// Sends a form as a script does.
    pub fn send(&self, form: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let answer =
            Post::to(form, fields).header("accept", "application/json").send(&self.address).expect("an answer");
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }
}

/// A form that is posted.
pub struct Post {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Post {
    pub fn to(form: &str, fields: &[(&str, &str)]) -> Post {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("origin", SITE), ("content-type", "application/x-www-form-urlencoded")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Post { path: format!("/{form}"), headers, body }
    }

    pub fn header(mut self, name: &str, value: &str) -> Post {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Post {
        self.headers.remove(name);
        self
    }

    pub fn send(&self, address: &str) -> std::io::Result<Answer> {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let (path, body) = (&self.path, &self.body);
        let length = body.len();
        raw(
            address,
            &format!(
                "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
            ),
        )
    }
}

pub fn raw(address: &str, request: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // A server may answer and close before it has heard everything.
    let _ = stream.write_all(request.as_bytes());
    let mut text = Vec::new();
    let read = stream.read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Err(read.err().unwrap_or_else(|| std::io::Error::other("no answer")));
    };
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(std::io::Error::other("no status"))?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

pub fn get(address: &str, path: &str) -> Answer {
    raw(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")).expect("an answer")
}
