//! What all values share: compatibility forms (NFKC), simplified characters, small letters.

use std::collections::HashMap;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

/// NFKC, small letters, simplified characters, no control characters; every kind of blank becomes one space.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        if letter.is_whitespace() || letter.is_control() || invisible(letter) {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(simplified(letter));
    }
    out
}

/// The letters and digits of a text in their [`plain`] form: punctuation and blanks say nothing about a person.
pub fn letters(text: &str) -> String {
    plain(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Character by character, so that a character's form never depends on its neighbours: two spellings of one name must
/// come out alike whatever stands around them.
pub fn simplified(letter: char) -> char {
    if !is_han(letter) {
        return letter;
    }
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    *TABLE.get_or_init(simplifications).get(&letter).unwrap_or(&letter)
}

fn simplifications() -> HashMap<char, char> {
    let mut table = HashMap::new();
    for letter in ('\u{3400}'..='\u{4dbf}').chain('\u{4e00}'..='\u{9fff}') {
        let converted = hanconv::t2s(letter.to_string());
        let mut converted = converted.chars();
        if let (Some(simple), None) = (converted.next(), converted.next())
            && simple != letter
        {
            table.insert(letter, simple);
        }
    }
    table
}

pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Marks without width that copying from web pages leaves in values.
fn invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{00ad}')
}

/// Words that stand where nothing was known.
pub fn says_nothing(plain: &str) -> bool {
    const WORDS: [&str; 22] = [
        "",
        "-",
        "--",
        "/",
        ".",
        "?",
        "0",
        "n/a",
        "na",
        "nan",
        "nil",
        "null",
        "none",
        "undefined",
        "unknown",
        "无",
        "没有",
        "未知",
        "不详",
        "未填",
        "空",
        "保密",
    ];
    WORDS.contains(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_forms_of_one_text_come_out_alike() {
        assert_eq!(plain("  ＡＢＣ\u{3000}公司\u{feff} "), "abc 公司");
        assert_eq!(plain("陳大文"), "陈大文");
        assert_eq!(plain("張國榮"), plain("张国荣"));
        assert_eq!(letters("O'Neil-Smith, Jr."), "oneilsmithjr");
    }

    #[test]
    fn a_characters_form_does_not_depend_on_its_neighbours() {
        for text in ["乾隆", "餅乾", "乾"] {
            assert_eq!(plain(text).chars().find(|c| *c == '乾' || *c == '干'), Some(simplified('乾')), "{text}");
        }
    }
}
