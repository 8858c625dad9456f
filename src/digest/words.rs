//! Free text in a message: names from data files and reasons of failures, made harmless for every robot.

use std::sync::LazyLock;

use regex::Regex;

/// What could name a person: e-mail addresses and runs of digits as long as a telephone number, however they are spaced.
static PERSONAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[^\s@<>]+@[^\s@<>]+|\+?\d(?:[\s().-]?\d){6,}").ok());
/// A dot between letters, where a chat program would see an address.
static DOTTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"([A-Za-z0-9])\.([A-Za-z])").ok());

/// One line without control characters, addresses and long numbers, at most `most` characters.
///
/// Dates stay: `2026-10-31` is no telephone number.
pub fn tidy(text: &str, most: usize) -> String {
    let line: String =
        text.chars().map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c }).collect();
    let line: String = line.chars().filter(|c| !is_invisible(*c)).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = match PERSONAL.as_ref() {
        Some(personal) => personal
            .replace_all(
                &line,
                |found: &regex::Captures<'_>| {
                    if is_date(&found[0]) { found[0].to_owned() } else { "…".to_owned() }
                },
            )
            .into_owned(),
        None => String::new(),
    };
    clip(&line, most)
}

/// Marks that change the direction of text or take no room: they could make a name read as something else.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Text for the robots' Markdown, which knows no escapes: what could be markup, a mention or an address is written in its
/// full-width form, which reads the same.
pub fn plain(text: &str) -> String {
    let wide: String = text
        .chars()
        .map(|c| match c {
            '*' | '_' | '`' | '~' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '|' | '\\' | '!' | '@' | '&' | ':' => {
                // The full-width forms stand 0xFEE0 above ASCII.
                char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(' ')
            }
            other => other,
        })
        .collect();
    match DOTTED.as_ref() {
        Some(dotted) => dotted.replace_all(&wide, "${1}．${2}").into_owned(),
        None => wide,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_names_a_person_passes() {
        assert_eq!(tidy("东湖店 13800138000", 40), "东湖店 …");
        assert_eq!(tidy("call +86 138-0013-8000 now", 40), "call … now");
        assert_eq!(tidy("li.lei@example.com 投诉", 40), "… 投诉");
        assert_eq!(tidy("data/pos/s01.csv:12 of 2026-10-31", 60), "data/pos/s01.csv:12 of 2026-10-31");
        assert_eq!(tidy("a\u{202e}b\r\nc\td", 40), "ab c d");
        assert_eq!(tidy("一二三四五", 4), "一二三…");
    }

    #[test]
    fn markup_becomes_letters() {
        assert_eq!(plain("[x](https://a.cn)<@all>**!"), "［x］（https：//a．cn）＜＠all＞＊＊！");
        assert_eq!(plain("东湖店 3.5"), "东湖店 3.5");
    }
}
