//! Handing one mail to a server (RFC 5321), and knowing what has become of it.
//!
//! The one thing that matters is when a mail changes hands: with the server's answer to the dot that ends the text. Whatever
//! goes wrong before the dot is written, no server has the mail. Whatever goes wrong after it without an answer, nobody here
//! knows. lettre's own `send` tells these apart by no means, so its commands are used one by one.

use std::io::ErrorKind;
use std::time::Duration;

use base64::Engine as _;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};

use crate::outreach::tidy;
use crate::problem::{Problem, Result};
use crate::project::{MailSettings, Security};

/// A server with its password. Not `Debug`, so that it cannot be printed.
pub struct Server {
    host: String,
    port: u16,
    tls: Option<(Security, TlsParameters)>,
    credentials: Option<Credentials>,
    /// What must not be shown: the password, and how it goes over the line.
    hidden: Vec<String>,
    timeout: Duration,
    accept: Duration,
}

/// What has become of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server has it; with its answer.
    Accepted(String),
    /// The server does not want it, now or later.
    Refused(String),
    /// The server does not want it now.
    Later(String),
    /// The server wants no mail from this sender; the next mail would fare the same.
    Sender(String),
    /// The connection broke before the mail was handed over: nobody has it.
    Broken(String),
    /// The connection broke after the mail was handed over, before the answer.
    Unknown(String),
}

impl Delivery {
    /// Takes the recipient's address out of what the server said: it is told to people and stays in the journal.
    pub fn without(self, address: &str) -> Delivery {
        let plain = |said: String| if address.is_empty() { said } else { said.replace(address, "***") };
        match self {
            Delivery::Accepted(said) => Delivery::Accepted(plain(said)),
            Delivery::Refused(said) => Delivery::Refused(plain(said)),
            Delivery::Later(said) => Delivery::Later(plain(said)),
            Delivery::Sender(said) => Delivery::Sender(plain(said)),
            Delivery::Broken(said) => Delivery::Broken(plain(said)),
            Delivery::Unknown(said) => Delivery::Unknown(plain(said)),
        }
    }
}

/// A connection on which mails can be handed over.
pub struct Connection<'a> {
    server: &'a Server,
    inner: SmtpConnection,
    usable: bool,
}

impl Server {
    /// Checks the settings and reads the password through `variable`.
    ///
    /// # Errors
    /// Usage, naming the setting or the variable, never the password.
    pub fn of(settings: &MailSettings, variable: &dyn Fn(&str) -> Option<String>) -> Result<Server> {
        check(settings)?;
        let mut hidden = Vec::new();
        let mut credentials = None;
        if !settings.user.is_empty() {
            let name = &settings.password_env;
            let password = variable(name).filter(|value| !value.is_empty()).ok_or_else(|| {
                Problem::usage(format!("the environment variable {name} is not set"))
                    .hint("it holds what password_env of the mail settings must not: the password")
            })?;
            let coded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            hidden = vec![coded(&format!("\0{}\0{password}", settings.user)), coded(&password), password.clone()];
            credentials = Some(Credentials::new(settings.user.clone(), password));
        }
        Ok(Server {
            host: settings.host.clone(),
            port: settings.port(),
            tls: tls(settings)?,
            credentials,
            hidden,
            timeout: Duration::from_secs(settings.timeout_seconds.into()),
            accept: Duration::from_secs(settings.accept_seconds.into()),
        })
    }

    /// Connects, encrypts and signs in.
    ///
    /// # Errors
    /// Failed, with what the server said.
    pub fn connect(&self) -> Result<Connection<'_>> {
        let failed = |doing: &str, error: &Error| {
            Problem::failed(format!("could not {doing} {}:{}: {}", self.host, self.port, self.said(error)))
                .hint("check the mail settings and try again; no mail was handed over")
        };
        let hello = ClientId::default();
        let wrapped = self.tls.as_ref().filter(|(security, _)| *security == Security::Tls).map(|(_, tls)| tls);
        let address = (self.host.trim_matches(['[', ']']), self.port);
        let mut inner = SmtpConnection::connect(address, Some(self.timeout), &hello, wrapped, None)
            .map_err(|error| failed("connect to the mail server", &error))?;
        if let Some((Security::Starttls, tls)) = &self.tls {
            inner.starttls(tls, &hello).map_err(|error| failed("encrypt the connection to the mail server", &error))?;
        }
        if let Some(credentials) = &self.credentials {
            inner
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .map_err(|error| failed("sign in to the mail server", &error))?;
        }
        Ok(Connection { server: self, inner, usable: true })
    }

    /// An error or an answer in one line, without what must not be shown.
    fn said(&self, error: &Error) -> String {
        let text = match cause(error) {
            Some(ErrorKind::TimedOut | ErrorKind::WouldBlock) => "no answer in time".to_owned(),
            _ => match error.status() {
                Some(code) => {
                    format!("{code} {}", std::error::Error::source(error).map(ToString::to_string).unwrap_or_default())
                }
                None => error.to_string(),
            },
        };
        self.masked(&text)
    }

    fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for hidden in &self.hidden {
            text = text.replace(hidden, "***");
        }
        tidy(&text)
    }
}

impl Connection<'_> {
    /// Hands over one mail. `text` is the whole mail with its headers.
    pub fn deliver(&mut self, envelope: &Envelope, text: &[u8]) -> Delivery {
        let delivery = self.hand_over(envelope, text);
        match &delivery {
            Delivery::Broken(_) | Delivery::Unknown(_) => self.usable = false,
            // A transaction that was not finished would take the next recipient in.
            Delivery::Refused(_) | Delivery::Later(_) | Delivery::Sender(_) => {
                self.usable = self.inner.command(Rset).is_ok();
            }
            Delivery::Accepted(_) => {}
        }
        delivery
    }

    /// Whether another mail can be tried on it.
    pub fn usable(&self) -> bool {
        self.usable
    }

    /// Says goodbye; what the server makes of it does not matter.
    pub fn quit(mut self) {
        if self.usable {
            drop(self.inner.quit());
        }
    }

    fn hand_over(&mut self, envelope: &Envelope, text: &[u8]) -> Delivery {
        if let Err(error) = self.inner.command(Mail::new(envelope.from().cloned(), Vec::new())) {
            return match self.before(&error) {
                Delivery::Refused(said) => Delivery::Sender(said),
                other => other,
            };
        }
        for to in envelope.to() {
            if let Err(error) = self.inner.command(Rcpt::new(to.clone(), Vec::new())) {
                return self.before(&error);
            }
        }
        match self.inner.command(Data) {
            Ok(answer) if answer.has_code(354) => {}
            Ok(answer) => {
                return Delivery::Broken(format!("an answer to DATA that makes no sense: {}", self.line(&answer)));
            }
            Err(error) => return self.before(&error),
        }
        self.text(text)
    }

    /// The text and the dot.
    fn text(&mut self, text: &[u8]) -> Delivery {
        if let Err(error) = self.inner.set_timeout(Some(self.server.accept)) {
            return Delivery::Broken(error.to_string());
        }
        let mut dot = false;
        let mut parts = std::iter::once(text);
        // The dot is written when there are no more parts: from the moment that is known, the mail may have gone.
        let answer = self.inner.message_iter(std::iter::from_fn(|| {
            let part = parts.next();
            dot |= part.is_none();
            part
        }));
        let restored = self.inner.set_timeout(Some(self.server.timeout));
        let delivery = match answer {
            Ok(answer) if answer.code().severity == Severity::PositiveCompletion => {
                Delivery::Accepted(self.line(&answer))
            }
            Ok(answer) => Delivery::Unknown(self.line(&answer)),
            Err(error) => match self.before(&error) {
                Delivery::Broken(why) if error.status().is_none() && dot => Delivery::Unknown(why),
                other => other,
            },
        };
        self.usable &= restored.is_ok();
        delivery
    }

    /// An error that shows that no server has the mail.
    fn before(&self, error: &Error) -> Delivery {
        let said = self.server.said(error);
        match error.status() {
            // The server takes its leave (RFC 5321, 3.8).
            Some(code) if code.to_string() == "421" => Delivery::Broken(said),
            Some(_) if error.is_permanent() => Delivery::Refused(said),
            Some(_) => Delivery::Later(said),
            None => Delivery::Broken(said),
        }
    }

    fn line(&self, answer: &Response) -> String {
        self.server.masked(&format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
    }
}

/// What the system said, if it was the system.
fn cause(error: &Error) -> Option<ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(next) = source {
        if let Some(system) = next.downcast_ref::<std::io::Error>() {
            return Some(system.kind());
        }
        source = next.source();
    }
    None
}

fn check(settings: &MailSettings) -> Result<()> {
    let wrong = |what: &str, hint: &str| Err(Problem::usage(format!("the mail settings {what}")).hint(hint.to_owned()));
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@<>".contains(c);
    if settings.host.is_empty() || settings.host.chars().any(odd) {
        return wrong("name no server", "set host to the name of the mail server, such as smtp.example.com");
    }
    if settings.security == Security::None && !is_here(&settings.host) {
        return wrong("leave the connection open", "security = \"none\" is for a server on this machine only");
    }
    if settings.user.is_empty() != settings.password_env.is_empty() {
        return wrong("have half of a name and password", "set both user and password_env, or none of them");
    }
    if !(1..=6000).contains(&settings.per_minute) {
        return wrong("have a per_minute that cannot be kept", "set per_minute to 1 to 6000");
    }
    if ![settings.timeout_seconds, settings.accept_seconds].iter().all(|seconds| (1..=3600).contains(seconds)) {
        return wrong(
            "have a time that is too short or too long",
            "set timeout_seconds and accept_seconds to 1 to 3600",
        );
    }
    Ok(())
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn tls(settings: &MailSettings) -> Result<Option<(Security, TlsParameters)>> {
    if settings.security == Security::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.trim_matches(['[', ']']).to_owned());
    if !settings.ca_file.is_empty() {
        let file = std::path::Path::new(&settings.ca_file);
        let pem = std::fs::read(file).map_err(|error| Problem::io("read the certificate", file, &error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|_| no_certificate(file))?;
        builder = builder.add_root_certificate(certificate);
    }
    match builder.build_rustls() {
        Ok(tls) => Ok(Some((settings.security, tls))),
        Err(_) => Err(no_certificate(std::path::Path::new(&settings.ca_file))),
    }
}

fn no_certificate(file: &std::path::Path) -> Problem {
    Problem::usage("this file holds no certificate that can be trusted").at(file).hint("ca_file is a PEM file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MailSettings {
        MailSettings { host: "smtp.example.com".into(), from: "a@example.com".into(), ..MailSettings::default() }
    }

    fn refused(settings: &MailSettings) -> String {
        Server::of(settings, &|_| None).err().map(|problem| problem.to_string()).unwrap_or_default()
    }

    #[test]
    fn c26_settings_that_cannot_work_are_told() {
        assert_eq!(refused(&settings()), "");
        assert!(refused(&MailSettings::default()).contains("no server"));
        assert!(refused(&MailSettings { security: Security::None, ..settings() }).contains("this machine only"));
        for host in ["localhost", "127.0.0.1", "[::1]", "127.3.2.1"] {
            let here = MailSettings { security: Security::None, host: host.into(), ..settings() };
            assert_eq!(refused(&here), "", "{host}");
        }
        assert!(refused(&MailSettings { user: "u".into(), ..settings() }).contains("password_env"));
        let named = MailSettings { user: "u".into(), password_env: "SB_MAIL".into(), ..settings() };
        assert!(refused(&named).contains("SB_MAIL is not set"));
        assert!(refused(&MailSettings { per_minute: 0, ..settings() }).contains("per_minute"));
        assert!(refused(&MailSettings { timeout_seconds: 0, ..settings() }).contains("timeout_seconds"));
        assert!(refused(&MailSettings { ca_file: "/nowhere.pem".into(), ..settings() }).contains("nowhere.pem"));
    }

    #[test]
    fn c26_the_settings_have_defaults_and_no_other_names() {
        let read: MailSettings = toml::from_str("host = \"x\"\nsecurity = \"tls\"").unwrap();
        assert_eq!((read.port(), read.per_minute, read.timeout_seconds), (465, 30, 30));
        assert!(toml::from_str::<MailSettings>("password = \"x\"").is_err());
    }

    #[test]
    fn c26_the_password_is_not_shown() {
        let named = MailSettings { user: "u".into(), password_env: "SB_MAIL".into(), ..settings() };
        let server = Server::of(&named, &|_| Some("tok-4711".into())).unwrap();
        // printf '\0u\0tok-4711' | base64; printf tok-4711 | base64
        let said = server.masked("535 no: tok-4711 AHUAdG9rLTQ3MTE= dG9rLTQ3MTE=\r\nx");
        assert_eq!(said, "535 no: *** *** ***  x");
    }
}
