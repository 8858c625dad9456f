//! Sending a message: one request, one more try when the service was not reached or answered with 5xx, and never a word
//! of the address or the secret.

use std::time::Duration;

use serde_json::Value;

use super::robot::{Outgoing, signed};
use crate::problem::{Problem, Result};
use crate::project::{NotifyKind, NotifyTarget};

/// Between the two tries.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest answer that is read.
const ANSWER: u64 = 64 * 1024;

/// Where a message goes: what the environment says for one `[[notify]]`. Not `Debug`, so that it cannot be printed.
pub struct Destination {
    address: String,
    secret: String,
    timeout: Duration,
}

/// What became of one try.
enum Tried {
    Done,
    /// Another try may help.
    Again(Problem),
    Failed(Problem),
}

impl Destination {
    /// Reads the variables that `target` names, through `variable`.
    ///
    /// Errors: usage, naming the variable, never its value.
    pub fn of(target: &NotifyTarget, variable: &dyn Fn(&str) -> Option<String>) -> Result<Destination> {
        let read = |name: &str| {
            variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).ok_or_else(|| {
                Problem::usage(format!("the environment variable {name} is not set"))
                    .hint("it holds what [[notify]] in storebook.toml must not: the address, or the secret")
            })
        };
        let address = read(&target.url_env)?;
        let odd = address.chars().any(|c| c.is_whitespace() || c.is_control());
        if odd || !(address.starts_with("https://") || is_here(&address)) {
            return Err(Problem::usage(format!("the address in {} cannot be used", target.url_env))
                .hint("it begins with https:// (http:// is for this machine only) and holds no blanks"));
        }
        let secret = if target.secret_env.is_empty() { String::new() } else { read(&target.secret_env)? };
        Ok(Destination { address, secret, timeout: Duration::from_secs(u64::from(target.timeout_seconds)) })
    }

    /// Text of others without what must not be shown.
    fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let query = self.address.split_once('?').map_or("", |(_, query)| query);
        let values = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1));
        let path = self.address.split("://").nth(1).and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
        for hidden in [self.address.as_str(), path, query, self.secret.as_str()].into_iter().chain(values) {
            if hidden.len() >= 4 {
                text = text.replace(hidden, "***");
            }
        }
        super::words::tidy(&text, 200)
    }
}

/// Plain http is for a service on this machine.
fn is_here(address: &str) -> bool {
    let host = address.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// Sends it; `now` is the time in milliseconds, for the signature.
pub fn send(outgoing: &Outgoing, destination: &Destination, now: &dyn Fn() -> i64) -> Result<()> {
    match once(outgoing, destination, now()) {
        Tried::Done => Ok(()),
        Tried::Failed(problem) => Err(problem),
        Tried::Again(_) => {
            std::thread::sleep(PAUSE);
            match once(outgoing, destination, now()) {
                Tried::Done => Ok(()),
                Tried::Again(problem) | Tried::Failed(problem) => Err(problem),
            }
        }
    }
}

fn once(outgoing: &Outgoing, destination: &Destination, now: i64) -> Tried {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(destination.timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("storebook/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let address = if destination.secret.is_empty() {
        destination.address.clone()
    } else {
        signed(&destination.address, &destination.secret, now)
    };
    let body = outgoing.body.to_string();
    match agent.post(&address).header("content-type", "application/json; charset=utf-8").send(body.as_bytes()) {
        Ok(mut response) => {
            let status = response.status().as_u16();
            let text = response.body_mut().with_config().limit(ANSWER).read_to_string().unwrap_or_default();
            judge(outgoing.kind, status, &text, destination)
        }
        // The message may have been taken: a second one could come twice.
        Err(ureq::Error::Timeout(_)) => {
            let seconds = destination.timeout.as_secs();
            Tried::Failed(Problem::failed(format!("the service did not answer within {seconds} s")))
        }
        Err(error) => unreached(&error),
    }
}

/// Only kinds of errors are told: their texts may hold the address.
fn unreached(error: &ureq::Error) -> Tried {
    let problem = |text: &str| Problem::failed(text.to_owned());
    match error {
        ureq::Error::HostNotFound => Tried::Again(problem("the service's host was not found")),
        ureq::Error::Io(error) => Tried::Again(problem(&format!("the service was not reached: {}", error.kind()))),
        ureq::Error::ConnectionFailed => Tried::Again(problem("the service was not reached")),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            Tried::Failed(problem("the service's certificate was not accepted"))
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Tried::Failed(problem("the address is not one of a web service"))
        }
        ureq::Error::Protocol(_) => Tried::Failed(problem("the service's answer is not HTTP")),
        _ => Tried::Failed(problem("the message could not be sent")),
    }
}

/// The robots answer 200 also when they refuse: `errcode` tells.
fn judge(kind: NotifyKind, status: u16, text: &str, destination: &Destination) -> Tried {
    if status >= 500 {
        return Tried::Again(Problem::failed(format!("the service answered with status {status}")));
    }
    if !(200..300).contains(&status) {
        return Tried::Failed(Problem::failed(format!("the service refused the message with status {status}")));
    }
    if kind == NotifyKind::Generic {
        return Tried::Done;
    }
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    match answer["errcode"].as_i64() {
        Some(0) => Tried::Done,
        Some(code) => {
            let words = destination.masked(answer["errmsg"].as_str().unwrap_or_default());
            Tried::Failed(Problem::failed(
                format!("the robot refused the message: errcode {code} {words}").trim_end().to_owned(),
            ))
        }
        None => Tried::Failed(
            Problem::failed("the answer is not that of the robot").hint("check the address in the variable"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(secret: &str) -> NotifyTarget {
        NotifyTarget {
            kind: NotifyKind::Dingtalk,
            url_env: "URL".into(),
            secret_env: secret.into(),
            locale: String::new(),
            timeout_seconds: 1,
        }
    }

    fn with(address: &str) -> Result<Destination> {
        let address = address.to_owned();
        Destination::of(&target("SECRET"), &move |name| match name {
            "URL" => Some(address.clone()),
            "SECRET" => Some("SECabcdef".into()),
            _ => None,
        })
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for good in ["https://a.example/x", "http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:9/x"] {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/x",
            "ftp://a",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "https://a b",
            "",
            "javascript:alert(1)",
        ] {
            let problem = with(bad).err().unwrap();
            assert!(bad.is_empty() || !problem.to_string().contains(bad), "{problem}");
        }
    }

    #[test]
    fn what_is_secret_is_masked_in_the_answers_of_others() {
        let destination = with("https://oapi.example/robot/send?access_token=0123abcd").unwrap();
        let shown =
            destination.masked("bad token 0123abcd for /robot/send?access_token=0123abcd signed SECabcdef\u{1b}[31m");
        for secret in ["0123abcd", "SECabcdef", "access_token", "\u{1b}"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.starts_with("bad token ***"), "{shown}");
    }
}
