//! Mails: plain text in the form of RFC 5322, ready for a server or as a draft that a mail program opens.
//!
//! The same entry gives the same bytes: date and Message-ID come from the caller and the entry. Names and subjects are one
//! line each before they reach a header, and headers are encoded by RFC 2047, so that no text makes a header of its own.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::{Address, Message};

use crate::outreach::tidy;
use crate::problem::{Problem, Result};

/// One mail to one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Of its entry in the outbox.
    pub id: String,
    pub to: String,
    /// The customer's name; may be empty.
    pub name: String,
    pub subject: String,
    pub text: String,
}

/// Who writes: addresses with or without a name, `禾木生活 <care@example.com>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// `mailto:` or `https:`, for List-Unsubscribe.
    unsubscribe: Option<String>,
}

impl Sender {
    /// `reply_to` and `unsubscribe` may be empty; the latter is a mail address or a page (`https://`).
    ///
    /// # Errors
    /// Usage, naming the setting, when an address cannot be used.
    pub fn new(from: &str, reply_to: &str, unsubscribe: &str) -> Result<Sender> {
        let reply_to = (!reply_to.trim().is_empty()).then(|| mailbox("reply_to", reply_to)).transpose()?;
        Ok(Sender { from: mailbox("from", from)?, reply_to, unsubscribe: way_out(unsubscribe)? })
    }

    /// The bare address, for the envelope.
    pub fn address(&self) -> &Address {
        &self.from.email
    }
}

/// A mail for a server.
///
/// # Errors
/// Failed when the customer's address cannot be used. The message says so without the address.
pub fn build(mail: &Mail, sender: &Sender, at: Timestamp) -> Result<Message> {
    finish(start(mail, sender, at)?, mail)
}

/// A mail as an `.eml` file that mail programs open for sending (`X-Unsent`). Without a `sender` the program fills in its
/// owner.
///
/// # Errors
/// As [`build`].
pub fn draft(mail: &Mail, sender: Option<&Sender>, at: Timestamp) -> Result<Vec<u8>> {
    // The builder insists on a sender; this one is taken out again.
    let nobody = Sender { from: mailbox("from", "nobody@localhost.invalid")?, reply_to: None, unsubscribe: None };
    let start = start(mail, sender.unwrap_or(&nobody), at)?.header(Unsent);
    let mut message = finish(start, mail)?;
    if sender.is_none() {
        message.headers_mut().remove_raw("From");
        message.headers_mut().remove_raw("Message-ID");
    }
    Ok(message.formatted())
}

/// An address that every server takes: ASCII, without quotes or blanks.
pub fn address(text: &str) -> Option<Address> {
    let odd = |c: char| !c.is_ascii_graphic() || "\"\\<>(),;:".contains(c);
    let text = text.trim();
    if text.len() > 254 || text.chars().any(odd) { None } else { text.parse().ok() }
}

fn start(mail: &Mail, sender: &Sender, at: Timestamp) -> Result<MessageBuilder> {
    let Some(to) = address(&mail.to) else {
        return Err(Problem::failed(format!("the mail address of the entry {} cannot be used", tidy(&mail.id)))
            .hint("correct it in the customers' data"));
    };
    let name = tidy(&mail.name);
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(tidy(&mail.subject))
        .date(SystemTime::from(at))
        .message_id(Some(message_id(&mail.id, sender.address())));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if let Some(unsubscribe) = &sender.unsubscribe {
        builder = builder.header(ListUnsubscribe(unsubscribe.clone()));
    }
    Ok(builder)
}

fn finish(builder: MessageBuilder, mail: &Mail) -> Result<Message> {
    // The text may have lines, but no other control characters.
    let text: String = mail.text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    builder
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(text.trim_end().to_owned() + "\n")
        .map_err(|error| Problem::failed(format!("the mail of the entry {} cannot be made: {error}", tidy(&mail.id))))
}

/// The same entry has the same id however often it is tried, so that a receiver can tell a repetition.
fn message_id(entry: &str, from: &Address) -> String {
    let plain: String = entry.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("<{plain}.storebook@{}>", from.domain())
}

fn mailbox(setting: &str, text: &str) -> Result<Mailbox> {
    let text = tidy(text);
    let (name, plain) = match text.rsplit_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"').trim(), rest.strip_suffix('>').unwrap_or_default()),
        None => ("", text.as_str()),
    };
    match address(plain) {
        Some(address) => Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)),
        None => Err(Problem::usage(format!("{setting} of the mail settings is not a mail address"))
            .hint("write care@example.com, or 禾木生活 <care@example.com>")),
    }
}

fn way_out(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let bare = text.strip_prefix("mailto:").unwrap_or(text);
    let page = text.starts_with("https://") && text.chars().all(|c| c.is_ascii_graphic() && !"<>,\"".contains(c));
    match address(bare) {
        Some(address) => Ok(Some(format!("mailto:{address}"))),
        None if page => Ok(Some(text.to_owned())),
        None => Err(Problem::usage("unsubscribe of the mail settings is neither a mail address nor a page")
            .hint("write unsubscribe@example.com, or https://example.com/unsubscribe")),
    }
}

/// RFC 2369.
#[derive(Debug, Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ListUnsubscribe(text.trim_matches(['<', '>']).to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}

/// Makes mail programs open the file for writing.
#[derive(Debug, Clone, Copy)]
struct Unsent;

impl Header for Unsent {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Unsent")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Unsent)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            id: "0123456789abcdef".into(),
            to: "li.lei@example.com".into(),
            name: "李雷".into(),
            subject: "李雷，生日快乐".into(),
            text: "李雷，生日快乐！".into(),
        }
    }

    fn at() -> Timestamp {
        "2026-11-04T08:30:00Z".parse().unwrap()
    }

    fn sender() -> Sender {
        Sender::new("禾木生活 <care@hemu.example>", "shop@hemu.example", "bye@hemu.example").unwrap()
    }

    fn text(message: &Message) -> String {
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn c26_a_mail_is_ascii_and_the_same_each_time() {
        let message = build(&mail(), &sender(), at()).unwrap();
        let text = text(&message);
        assert!(text.is_ascii());
        // printf 李雷，生日快乐 | base64, and so on.
        assert!(text.contains("Subject: =?utf-8?b?5p2O6Zu377yM55Sf5pel5b+r5LmQ?=\r\n"), "{text}");
        assert!(text.contains("From: =?utf-8?b?56a+5pyo55Sf5rS7?= <care@hemu.example>\r\n"), "{text}");
        assert!(text.contains("To: =?utf-8?b?5p2O6Zu3?= <li.lei@example.com>\r\n"), "{text}");
        assert!(text.contains("Reply-To: shop@hemu.example\r\n"), "{text}");
        assert!(text.contains("Date: Wed, 04 Nov 2026 08:30:00 +0000\r\n"), "{text}");
        assert!(text.contains("Message-ID: <0123456789abcdef.storebook@hemu.example>\r\n"), "{text}");
        assert!(text.contains("List-Unsubscribe: <mailto:bye@hemu.example>\r\n"), "{text}");
        assert!(text.contains("Content-Type: text/plain; charset=utf-8\r\n"), "{text}");
        assert!(text.contains("Content-Transfer-Encoding: base64\r\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        assert_eq!(message.formatted(), build(&mail(), &sender(), at()).unwrap().formatted());
    }

    #[test]
    fn c26_names_and_subjects_make_no_headers() {
        let attack = "x\r\nBcc: all@evil.example\r\n\r\nbody";
        for hostile in [
            attack.to_owned(),
            format!("李雷{attack}"),
            "\" <a@evil.example>, \"".to_owned(),
            "=?utf-8?q?=0ABcc:_a@evil.example?=".to_owned(),
            "a\u{2028}Bcc: x@evil.example".to_owned(),
            "x".repeat(500),
        ] {
            let mail = Mail { name: hostile.clone(), subject: hostile.clone(), ..mail() };
            let message = build(&mail, &sender(), at()).unwrap();
            let text = text(&message);
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split_once(':').map_or(line, |(name, _)| name))
                .collect();
            assert_eq!(names.len(), 10, "{head}");
            assert!(!names.contains(&"Bcc"), "{head}");
            assert_eq!(message.envelope().to().len(), 1);
            assert_eq!(message.envelope().to()[0].to_string(), "li.lei@example.com");
        }
        for wrong in ["a@b\r\nRCPT TO:<x@evil.example>", "", "a", "李@example.com", "a b@example.com", "<a@b.example>"]
        {
            let problem = build(&Mail { to: wrong.into(), ..mail() }, &sender(), at()).unwrap_err();
            assert!(!problem.to_string().contains("evil"), "{problem}");
        }
    }

    #[test]
    fn c26_a_draft_opens_for_sending() {
        let own = String::from_utf8(draft(&mail(), Some(&sender()), at()).unwrap()).unwrap();
        assert!(own.contains("X-Unsent: 1\r\n") && own.contains("From: "));
        let anyone = String::from_utf8(draft(&mail(), None, at()).unwrap()).unwrap();
        assert!(anyone.contains("X-Unsent: 1\r\n") && !anyone.contains("From: ") && !anyone.contains("invalid"));
    }

    #[test]
    fn c26_settings_that_are_no_addresses_are_named() {
        assert!(Sender::new("nobody", "", "").unwrap_err().to_string().contains("from"));
        assert!(Sender::new("a@b.example", "x y", "").unwrap_err().to_string().contains("reply_to"));
        assert!(Sender::new("a@b.example", "", "http://x").unwrap_err().to_string().contains("unsubscribe"));
        let page = Sender::new("a@b.example", "", "https://b.example/bye?x=1").unwrap();
        assert_eq!(page.unsubscribe.as_deref(), Some("https://b.example/bye?x=1"));
    }

    proptest::proptest! {
        #[test]
        fn c26_any_name_subject_and_text_give_a_whole_mail(name in ".{0,120}", subject in ".{0,300}", body in "(?s).{0,300}") {
            let mail = Mail { name, subject, text: body, ..mail() };
            let text = text(&build(&mail, &sender(), at()).unwrap());
            proptest::prop_assert!(text.is_ascii());
            proptest::prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let fields = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).count();
            proptest::prop_assert_eq!(fields, 10);
            proptest::prop_assert!(text.lines().all(|line| line.len() <= 998));
        }
    }
}
