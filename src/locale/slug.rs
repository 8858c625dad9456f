//! Names for files and addresses: from any text to `[a-z0-9-]`, readable where that is possible.

use std::collections::{HashMap, HashSet};

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest slug in bytes; with a folder and an extension it stays within every file system's limits.
pub const MOST_BYTES: usize = 80;

/// Hex digits of the hash that stands for what a slug could not say.
const HASH_DIGITS: usize = 8;

/// Names Windows keeps for devices, in any folder and with any extension.
const DEVICES: [&str; 24] = [
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt0",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// `上海·South 2 店` → `shang-hai-south-2-dian`. Compatibility forms are folded (NFKC), accents dropped, Han letters
/// written in pinyin, everything else becomes a hyphen. A text without a usable letter becomes `x` and its hash; one
/// too long is cut and ends in its hash. The same text always gives the same slug; different texts may share one,
/// which [`Slugs`] sorts out.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        if let Some(pinyin) = letter.to_pinyin() {
            hyphen(&mut out);
            out.push_str(&ascii(pinyin.plain()));
            // The hyphen after a syllable is put by whatever follows it.
            out.push('-');
        } else {
            for base in std::iter::once(letter).nfd().filter(|part| !is_combining_mark(*part)) {
                if base.is_ascii_alphanumeric() {
                    out.push(base.to_ascii_lowercase());
                } else if let Some(letters) = spelled_out(base) {
                    out.push_str(letters);
                } else if !matches!(base, '\'' | '’' | '\u{200b}'..='\u{200d}' | '\u{feff}') {
                    hyphen(&mut out);
                }
            }
        }
        if out.len() > 4 * MOST_BYTES {
            break;
        }
    }
    let out = out.trim_matches('-');
    if out.is_empty() {
        format!("x{}", hash(text))
    } else if out.len() > MOST_BYTES {
        with_hash(out, text)
    } else if DEVICES.contains(&out) {
        format!("{out}-x")
    } else {
        out.to_owned()
    }
}

/// One hyphen between words, none at the start.
fn hyphen(out: &mut String) {
    if !out.is_empty() && !out.ends_with('-') {
        out.push('-');
    }
}

/// Latin letters that no decomposition takes apart.
fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ı' => "i",
        'þ' => "th",
        _ => return None,
    })
}

/// Pinyin's `ü` is typed as `v`.
fn ascii(syllable: &str) -> String {
    syllable.replace('ü', "v").nfd().filter(char::is_ascii_alphanumeric).collect::<String>()
}

fn hash(text: &str) -> String {
    let mut digits = blake3::hash(text.as_bytes()).to_hex().to_string();
    digits.truncate(HASH_DIGITS);
    digits
}

/// `slug-1a2b3c4d`, the slug cut (at a hyphen where one is near) so that both fit.
fn with_hash(slug: &str, text: &str) -> String {
    let room = MOST_BYTES - HASH_DIGITS - 1;
    let mut cut = &slug[..slug.len().min(room)];
    if cut.len() < slug.len()
        && let Some(at) = cut.rfind('-').filter(|at| *at > room / 2)
    {
        cut = &cut[..at];
    }
    format!("{}-{}", cut.trim_end_matches('-'), hash(text))
}

/// Hands out slugs that differ from each other. All are lower case, so they also differ where case does not count.
#[derive(Debug, Default, Clone)]
pub struct Slugs {
    taken: HashSet<String>,
}

impl Slugs {
    pub fn new() -> Slugs {
        Slugs::default()
    }

    /// Slugs for a whole set at once, in the order given, independent of that order: where several texts would share
    /// a slug, each of them gets a hash of its own text (only one that is spelled exactly like the slug keeps it).
    /// Texts that are equal cannot be told apart and are numbered in the order given.
    pub fn give_all(&mut self, texts: &[&str]) -> Vec<String> {
        let plain: Vec<String> = texts.iter().map(|text| slug(text)).collect();
        let mut uses: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (text, slug) in texts.iter().zip(&plain) {
            uses.entry(slug).or_default().insert(text);
        }
        let wanted: Vec<(&str, String)> = texts
            .iter()
            .zip(&plain)
            .map(|(text, slug)| {
                let shared = uses.get(slug.as_str()).is_some_and(|texts| texts.len() > 1);
                let name = if shared && text != slug { with_hash(slug, text) } else { slug.clone() };
                (*text, name)
            })
            .collect();
        wanted.into_iter().map(|(text, name)| self.take(text, name)).collect()
    }

    /// The slug of one text: the plain one if it is free, else with a hash of the text.
    pub fn give(&mut self, text: &str) -> String {
        let plain = slug(text);
        let name = if self.taken.contains(&plain) { with_hash(&plain, text) } else { plain };
        self.take(text, name)
    }

    fn take(&mut self, text: &str, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        // The same text again, or a name that looks like another's hash: number it.
        let mut number = 2_u64;
        loop {
            let name = with_hash(&name, &format!("{text}\u{0}{number}"));
            if self.taken.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn readable_texts_stay_readable() {
        for (text, expected) in [
            ("S001", "s001"),
            ("上海南京路店", "shang-hai-nan-jing-lu-dian"),
            ("A店2号", "a-dian-2-hao"),
            ("女装", "nv-zhuang"),
            ("Café Größe", "cafe-grosse"),
            ("ＦＵＬＬ　ｗｉｄｔｈ　①", "full-width-1"),
            ("Mother's day", "mothers-day"),
            ("--a__b--", "a-b"),
        ] {
            assert_eq!(slug(text), expected);
        }
    }

    #[test]
    fn hostile_texts_become_harmless() {
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("<script>alert(1)</script>"), "script-alert-1-script");
        assert_eq!(slug("CON"), "con-x");
        assert_eq!(slug("com¹"), "com1-x");
        assert_eq!(slug("nul.txt"), "nul-txt");
        for text in ["", ".", "..", "🎉🎉", "Привет", "\u{0}", "-", "\u{202e}"] {
            assert!(slug(text).starts_with('x') && slug(text).len() == 9, "{text:?} gives {}", slug(text));
        }
        assert_ne!(slug("🎉"), slug("🎈"));
    }

    #[test]
    fn long_texts_are_cut_and_stay_apart() {
        let long = "店".repeat(3_400);
        let longer = format!("{long}x");
        assert!(slug(&long).len() <= MOST_BYTES);
        assert!(slug(&long).starts_with("dian-dian-"));
        assert_ne!(slug(&long), slug(&longer));
    }

    #[test]
    fn a_set_gets_the_same_names_in_any_order() {
        let texts = ["南京店", "nan jing dian", "nan-jing-dian", "北京店", "南京店!"];
        let forward = Slugs::new().give_all(&texts);
        let mut reversed = texts;
        reversed.reverse();
        let mut backward = Slugs::new().give_all(&reversed);
        backward.reverse();
        assert_eq!(forward, backward);
        assert_eq!(forward[2], "nan-jing-dian");
        assert_eq!(forward[3], "bei-jing-dian");
        assert!(forward[0].starts_with("nan-jing-dian-"));
    }

    #[test]
    fn equal_texts_still_get_different_names() {
        let mut slugs = Slugs::new();
        let names: HashSet<String> = (0..50).map(|_| slugs.give("店")).collect();
        assert_eq!(names.len(), 50);
        assert!(names.contains("dian"));
    }

    fn is_safe(slug: &str) -> bool {
        !slug.is_empty()
            && slug.len() <= MOST_BYTES
            && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !slug.starts_with('-')
            && !slug.ends_with('-')
            && !DEVICES.contains(&slug)
    }

    proptest! {
        #[test]
        fn every_text_has_a_safe_slug(text in "\\PC*|.*|[一-龥]{0,60}|[A-Za-z0-9 ./\\\\-]{0,120}") {
            prop_assert!(is_safe(&slug(&text)), "{}", slug(&text));
        }

        #[test]
        fn a_slug_is_its_own_slug(text in "[一-龥a-z0-9 ]{1,30}") {
            prop_assert_eq!(slug(&slug(&text)), slug(&text));
        }

        #[test]
        fn handed_out_names_are_safe_and_unique(texts in prop::collection::vec("[aA店 -]{0,3}|CON|.{0,5}", 0..30)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut slugs = Slugs::new();
            let mut all = slugs.give_all(&texts);
            all.extend(texts.iter().map(|text| slugs.give(text)));
            prop_assert!(all.iter().all(|name| is_safe(name)));
            prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        }
    }
}
