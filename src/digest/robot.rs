//! A message in the form a service takes: 企业微信, 钉钉, or JSON for any other.
//!
//! 企业微信: `{"msgtype": "markdown", "markdown": {"content": …}}`, at most 4,096 bytes of UTF-8 (developer.work.weixin.qq.com,
//! 群机器人配置说明). 钉钉: `{"msgtype": "markdown", "markdown": {"title": …, "text": …}}` (open.dingtalk.com, 自定义机器人接入).

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Digest, Message, words};
use crate::project::NotifyKind;

/// 企业微信 takes no longer Markdown; the other robot keeps to it too.
const MOST_BYTES: usize = 4096;

/// A body ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub kind: NotifyKind,
    pub body: Value,
}

/// The body for one kind of service.
pub fn outgoing(kind: NotifyKind, message: &Message, digest: Option<&Digest>) -> Outgoing {
    let body = match kind {
        NotifyKind::Wecom => json!({ "msgtype": "markdown", "markdown": { "content": markdown(message, "\n") } }),
        NotifyKind::Dingtalk => json!({
            "msgtype": "markdown",
            "markdown": { "title": message.heading, "text": markdown(message, "\n\n") },
        }),
        NotifyKind::Generic => generic(message, digest),
    };
    Outgoing { kind, body }
}

/// Heading, lines and link; the last lines go first when it would be too long, the link stays.
fn markdown(message: &Message, between: &str) -> String {
    let mut parts = vec![format!("**{}**", message.heading)];
    parts.extend(message.lines.iter().map(|line| format!("> {line}")));
    let link = message.link.as_ref().map(|(words, address)| format!("[{words}]({address})"));
    let room = MOST_BYTES.saturating_sub(link.as_ref().map_or(0, |link| link.len() + between.len()));
    let mut text = String::new();
    for part in parts {
        let wanted = if text.is_empty() { part } else { format!("{between}{part}") };
        if text.len() + wanted.len() > room {
            break;
        }
        text.push_str(&wanted);
    }
    if let Some(link) = link {
        text.push_str(between);
        text.push_str(&link);
    }
    text
}

/// Figures and the same sentences, for any other service.
fn generic(message: &Message, digest: Option<&Digest>) -> Value {
    let mut figures = digest.cloned().unwrap_or_default();
    for name in &mut figures.stores.missing {
        *name = words::tidy(name, 40);
    }
    let address = message.link.as_ref().map(|(_, address)| address);
    json!({
        "version": 1,
        "status": message.status,
        "heading": message.heading,
        "text": message.lines,
        "link": address,
        "figures": digest.map(|_| figures),
    })
}

/// The address with 钉钉's signature: `timestamp` in milliseconds, and `sign` = Base64(HMAC-SHA256(secret, timestamp ‖ "\n" ‖
/// secret)), percent-encoded.
pub fn signed(address: &str, secret: &str, milliseconds: i64) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return address.to_owned() };
    mac.update(format!("{milliseconds}\n{secret}").as_bytes());
    let sign = base64(&mac.finalize().into_bytes()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}timestamp={milliseconds}&sign={sign}")
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let joined = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(LETTERS[(joined >> (18 - 6 * place) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Status;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        // Section 10 of the RFC.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_signature_is_what_openssl_gives() {
        // printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64
        let sign = "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM%3D";
        assert_eq!(
            signed("https://oapi.dingtalk.com/robot/send?access_token=x", "SECabc", 1_700_000_000_000),
            format!("https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1700000000000&sign={sign}")
        );
    }

    #[test]
    fn a_long_message_keeps_its_heading_and_its_link() {
        let message = Message {
            status: Status::Gaps,
            heading: "店".repeat(60),
            lines: (0..200).map(|_| "缺".repeat(40)).collect(),
            link: Some(("打开".into(), "https://book.example/data/arrivals/index.html".into())),
        };
        let text = markdown(&message, "\n");
        assert!(text.len() <= 4096, "{}", text.len());
        assert!(text.len() > 3800);
        assert!(text.starts_with("**店") && text.ends_with("(https://book.example/data/arrivals/index.html)"));
    }
}
