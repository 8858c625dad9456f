//! `[mail]` and `[messages]`: where mails are handed in, and what messages to customers have in common.

use jiff::civil::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// The mail server, who writes, and how fast. The password is never in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// The server's name; empty = mails are not sent from here.
    pub host: String,
    /// Without one, 587 for `starttls`, 465 for `tls`, 25 for `none`.
    pub port: Option<u16>,
    pub security: Security,
    /// Empty = the server asks for no name.
    pub user: String,
    /// Name of the environment variable that holds the password of `user`.
    pub password_env: String,
    /// PEM file of an authority to trust beside the usual ones, such as a company's own; empty = none.
    pub ca_file: String,
    /// Who writes: `care@example.com`, or `Hemu <care@example.com>`.
    pub from: String,
    /// Who gets the answers; empty = `from`.
    pub reply_to: String,
    /// Where a customer opts out: a mail address, or a page (`https://`); empty = no such line in the mail.
    pub unsubscribe: String,
    /// Most mails in a minute.
    pub per_minute: u32,
    /// Seconds for connecting, and for the answer to each command.
    pub timeout_seconds: u32,
    /// Seconds for the last answer, by which the server takes the mail; RFC 5321 asks for ten minutes. When it does not
    /// come, nobody knows whether the mail went.
    pub accept_seconds: u32,
}

impl Default for MailSettings {
    fn default() -> Self {
        MailSettings {
            host: String::new(),
            port: None,
            security: Security::default(),
            user: String::new(),
            password_env: String::new(),
            ca_file: String::new(),
            from: String::new(),
            reply_to: String::new(),
            unsubscribe: String::new(),
            per_minute: 30,
            timeout_seconds: 30,
            accept_seconds: 600,
        }
    }
}

/// How the connection is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Begins open and is encrypted before anything is told; a server that cannot do it gets nothing.
    #[default]
    Starttls,
    /// Encrypted from the start.
    Tls,
    /// Not encrypted: for a server on this machine only.
    None,
}

/// `[messages]`: what all messages to customers have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MessageSettings {
    /// Stands in brackets before text messages, 2 to 12 characters; empty = the name of the chain, where that is short enough.
    pub signature: String,
    /// Whether marketing by text message ends with the words for opting out (拒收请回复R).
    pub opt_out: bool,
    /// Nothing is sent from this time of day (HH:MM) …
    pub quiet_from: String,
    /// … until this one, on the next day where it is earlier.
    pub quiet_until: String,
}

impl Default for MessageSettings {
    fn default() -> Self {
        MessageSettings {
            signature: String::new(),
            opt_out: true,
            quiet_from: "20:00".into(),
            quiet_until: "09:00".into(),
        }
    }
}

impl MessageSettings {
    /// The hours in which nothing is sent.
    ///
    /// # Errors
    /// Usage, naming the setting, when a time is none.
    pub fn quiet(&self) -> Result<(Time, Time)> {
        let time = |name: &str, text: &str| {
            let plain = Some(text.trim()).filter(|text| text.len() == 5).unwrap_or_default();
            Time::strptime("%H:%M", plain).map_err(|_| wrong(name, text, "a time of day as HH:MM, for example 20:00"))
        };
        Ok((time("messages.quiet_from", &self.quiet_from)?, time("messages.quiet_until", &self.quiet_until)?))
    }
}

pub(super) fn check(mail: &MailSettings, messages: &MessageSettings) -> Result<()> {
    between("mail.per_minute", mail.per_minute, 1, 6000)?;
    between("mail.timeout_seconds", mail.timeout_seconds, 1, 600)?;
    between("mail.accept_seconds", mail.accept_seconds, 1, 3600)?;
    messages.quiet().map(drop)
}

impl MailSettings {
    /// The port, also when none is set.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Starttls => 587,
            Security::Tls => 465,
            Security::None => 25,
        })
    }
}
