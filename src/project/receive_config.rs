//! `[receive]`: how the forms of the portal are taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// How submissions are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Receive {
    /// Sites whose forms are taken, as `https://www.example.com`; empty = that of `site.base_url`.
    pub origins: Vec<String>,
    /// Whether a web server in front says who is asking.
    pub behind_proxy: bool,
    /// Submissions a minute of one sender.
    pub per_minute: u32,
    /// Seconds after which what was taken stands in the drop folder.
    pub deliver_seconds: u32,
    /// Days for which a submission that is sent again is known.
    pub remember_days: u32,
}

impl Default for Receive {
    fn default() -> Self {
        Receive { origins: Vec::new(), behind_proxy: false, per_minute: 20, deliver_seconds: 60, remember_days: 7 }
    }
}

impl Receive {
    /// The sites whose forms are taken.
    pub fn origins(&self, base_url: &str) -> Vec<String> {
        let written: Vec<&str> =
            if self.origins.is_empty() { vec![base_url] } else { self.origins.iter().map(String::as_str).collect() };
        written.into_iter().filter_map(origin).collect()
    }
}

/// Scheme, host and port of an address, as browsers write it.
fn origin(url: &str) -> Option<String> {
    let uri: axum::http::Uri = url.trim().parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let host = uri.host()?.to_lowercase();
    let port = uri.port_u16().filter(|port| (scheme, *port) != ("https", 443) && (scheme, *port) != ("http", 80));
    Some(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

pub(super) fn check(receive: &Receive) -> Result<()> {
    between("receive.per_minute", receive.per_minute, 1, 1_000_000)?;
    between("receive.deliver_seconds", receive.deliver_seconds, 1, 86_400)?;
    between("receive.remember_days", receive.remember_days, 1, 90)?;
    for url in &receive.origins {
        if origin(url).is_none() {
            return Err(wrong("receive.origins", url, "an address of a site, such as https://www.example.com"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c41_sites_are_named_as_browsers_name_them() {
        let of = |origins: &[&str], base: &str| {
            Receive { origins: origins.iter().map(|origin| (*origin).to_owned()).collect(), ..Receive::default() }
                .origins(base)
        };
        assert_eq!(of(&[], "https://WWW.Example.com/shop/"), ["https://www.example.com"]);
        assert_eq!(
            of(&["http://a.example:80/", "https://b.example:8443"], ""),
            ["http://a.example", "https://b.example:8443"]
        );
        assert!(of(&[], "").is_empty() && of(&[], "www.example.com").is_empty() && of(&[], "file:///srv").is_empty());
    }
}
