//! `robots.txt` and `sitemap.xml`: what search engines are told.
//!
//! `robots.txt` forbids nothing. It is public, so a path in it would tell where to look; and a page that may not be
//! fetched cannot say `noindex`. Pages that are not public carry `noindex` themselves.

use std::fmt::Write as _;

use super::{Plan, Site};
use crate::content::Audience;

/// Paths and texts. Without `site.base_url` there are no full addresses, hence no site map.
pub fn files(site: &Site<'_>, plan: &Plan) -> Vec<(&'static str, String)> {
    let base = site.config.site.base_url.trim_end_matches('/');
    let mut robots = String::from("User-agent: *\nDisallow:\n");
    if base.is_empty() {
        return vec![("robots.txt", robots)];
    }
    let _ = writeln!(robots, "Sitemap: {}/sitemap.xml", written(base));
    vec![("robots.txt", robots), ("sitemap.xml", sitemap(site, plan, base))]
}

/// Every public page in every language, each with its other languages.
fn sitemap(site: &Site<'_>, plan: &Plan, base: &str) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for planned in &plan.pages {
        let page = &site.pages[planned.page];
        if page.front.audience != Audience::Public {
            continue;
        }
        for item in &planned.items {
            let codes = site.config.site.locales.iter();
            let all: Vec<(&str, String)> = codes
                .map(|code| {
                    let address = plan.links.address(code, &page.id, item.slug.as_deref());
                    (code.as_str(), xml(&format!("{}/{}", written(base), encoded(&address))))
                })
                .collect();
            for (_, address) in &all {
                let _ = writeln!(text, "<url><loc>{address}</loc>");
                if all.len() > 1 {
                    for (code, other) in &all {
                        let _ = writeln!(
                            text,
                            "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{other}\"/>",
                            xml(code)
                        );
                    }
                    let default = &all[0].1;
                    let _ = writeln!(text, "<xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"{default}\"/>");
                }
                text.push_str("</url>\n");
            }
        }
    }
    text.push_str("</urlset>\n");
    text
}

/// An address of the settings on one line, without what could end it.
fn written(base: &str) -> String {
    base.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

/// A path as it stands in an address: everything but unreserved characters and `/` percent-encoded (RFC 3986).
fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_safe_in_xml() {
        assert_eq!(encoded("通知/a b/"), "%E9%80%9A%E7%9F%A5/a%20b/");
        assert_eq!(xml("a&b<c>\"d\""), "a&amp;b&lt;c&gt;&quot;d&quot;");
        assert_eq!(written("https://x.example\n/b"), "https://x.example/b");
    }
}
