//! `_headers`, as Netlify and Cloudflare Pages read it: copy it to the top of what is uploaded.
//!
//! Rules that match the same path add up, so no header stands in two of them for one path. These hosts ask for pages
//! anew by themselves (`max-age=0, must-revalidate`); only the assets need a rule for that.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{FOR_EVER, Facts};

pub fn text(facts: &Facts) -> String {
    let base = facts.base();
    let mut text = format!(
        "# For Netlify and Cloudflare Pages: copy it beside index.html of what you upload. Such hosts serve every file there\n\
         # is, so leave manifest.json out.\n{}\n{base}*\n",
        facts.caution()
    );
    for (name, value) in facts.headers() {
        let _ = writeln!(text, "  {name}: {value}");
    }
    let _ = writeln!(text, "\n{base}assets/*\n  Cache-Control: {FOR_EVER}");
    for path in unlisted(facts) {
        let _ = writeln!(text, "\n{base}{path}\n  X-Robots-Tag: noindex");
    }
    text
}

/// Paths that cover every private page and no public one: whole folders (`lists/*`) where nothing public stands below.
/// Such hosts take a hundred rules, so folders are taken as high as they can be.
fn unlisted(facts: &Facts) -> Vec<String> {
    let mut rules = BTreeSet::new();
    for address in &facts.private {
        let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
        let folders = (1..=parts.len()).map(|count| format!("{}/", parts[..count].join("/")));
        let free = folders.into_iter().find(|folder| {
            // The set is sorted: the first address at or after the folder tells whether any begins with it.
            facts.public.range(folder.clone()..).next().is_none_or(|address| !address.starts_with(folder.as_str()))
        });
        match free {
            Some(folder) => {
                rules.insert(format!("{folder}*"));
            }
            None => {
                rules.insert(address.clone());
                rules.insert(format!("{address}index.html"));
            }
        }
    }
    rules.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::tests::facts;

    #[test]
    fn private_pages_are_covered_by_as_few_rules_as_can_be() {
        // stores/ is private, but a public page stands below it; below lists/ everything is private.
        let expected = ["en/overview/*", "lists/*", "overview/*", "stores/", "stores/index.html", "stores/s1/*"];
        assert_eq!(unlisted(&facts("")), expected);
    }

    #[test]
    fn a_path_has_each_header_once() {
        let text = text(&facts("https://x.example/book/"));
        assert!(
            text.contains("\n/book/*\n  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\n"),
            "{text}"
        );
        assert!(text.contains("\n/book/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n"), "{text}");
        assert_eq!(text.matches("Cache-Control").count(), 1);
    }
}
