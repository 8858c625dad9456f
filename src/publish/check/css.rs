//! The addresses in a stylesheet: fonts, images and further sheets are requests too.

use super::Checked;
use super::links::{Links, Use};
use super::position::Position;
use super::report::Findings;
use super::tree::SiteTree;

/// Checks every `url(…)` and `@import "…"` outside comments.
pub(super) fn check(tree: &SiteTree, number: usize, text: &str, mut findings: Findings) -> Checked {
    let mut links = Links::new(tree, number);
    let mut position = Position::new(text);
    for (offset, address, import) in addresses(text) {
        let at = position.at(offset);
        // `url(#gradient)` names something in the page that uses the sheet.
        if !address.starts_with('#') {
            links.check(&mut findings, at, &address, if import { Use::Load } else { Use::Fetch });
        }
    }
    Checked { findings: findings.into_vec(), links: links.count, ..Checked::default() }
}

/// Offset, address and whether it is imported, in order.
fn addresses(text: &str) -> Vec<(usize, String, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut import = false;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = at;
        if let Some(comment) = rest.strip_prefix("/*") {
            at += comment.find("*/").map_or(rest.len(), |end| end + 4);
        } else if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            let (string, length) = quoted(rest, quote);
            at += length;
            if import {
                found.push((start, string, true));
                import = false;
            }
        } else if starts_with(rest, "@import") {
            import = true;
            at += "@import".len();
        } else if starts_with(rest, "url(") {
            let (address, length) = url(rest);
            at += length;
            found.push((start, address, import));
            import = false;
        } else {
            if rest.starts_with([';', '{']) {
                import = false;
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// A quoted string at the start of `text`, unescaped, and its length with the quotes. It ends at a line's end at last.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut string = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == quote => return (string, at + quote.len_utf8()),
            '\n' => return (string, at),
            '\\' => string.extend(characters.next().map(|(_, escaped)| escaped)),
            other => string.push(other),
        }
    }
    (string, text.len())
}

/// The address of the `url(` at the start of `text`, and the length up to where reading goes on.
fn url(text: &str) -> (String, usize) {
    let open = "url(".len();
    let inside = &text[open..];
    let trimmed = inside.trim_start();
    let skipped = open + inside.len() - trimmed.len();
    match trimmed.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (string, length) = quoted(trimmed, quote);
            (string, skipped + length)
        }
        _ => {
            let length = trimmed.find(')').unwrap_or(trimmed.len());
            (trimmed[..length].trim_end().to_owned(), skipped + length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Vec<(String, bool)> {
        addresses(text).into_iter().map(|(_, address, import)| (address, import)).collect()
    }

    #[test]
    fn addresses_are_found_outside_comments_and_strings() {
        let sheet = "/* url(no.png) */ @import \"a.css\"; @import url('b.css') print;\n\
            a::after { content: \"url(no.png)\"; background: URL( c.png ) }\n\
            @font-face { src: url(\"d.woff2\") format('woff2'), url(e\\2e) }";
        let wanted = [("a.css", true), ("b.css", true), ("c.png", false), ("d.woff2", false), ("e\\2e", false)];
        assert_eq!(only(sheet), wanted.map(|(address, import)| (address.to_owned(), import)));
    }

    #[test]
    fn broken_sheets_end() {
        for sheet in ["url(", "url('", "/*", "'", "@import", "\\", "url(店", "\"\\"] {
            addresses(sheet);
        }
        assert_eq!(addresses(&"url(".repeat(100_000)).len(), 1);
    }
}
