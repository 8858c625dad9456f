//! Short messages: how long they are, in how many parts they go, and the file that SMS platforms take.
//!
//! Lengths follow 3GPP TS 23.038 (the 7-bit alphabet, UCS-2) and TS 23.040 (the header of a message in parts, which takes
//! 7 septets or 3 UTF-16 units of each). What stands before and after the text, 【签名】 and 拒收请回复R, is what
//! platforms in mainland China ask of marketing.

use super::messages::tidy;
use crate::problem::{Problem, Result};

/// The default alphabet of TS 23.038, section 6.2.1, without the escape; each counts one.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension, section 6.2.1.1; each counts two, for the escape before it.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";
/// What platforms want at the end of marketing.
const OPT_OUT: &str = "拒收请回复R";
/// Characters of a signature, without its brackets.
const SIGNATURE: std::ops::RangeInclusive<usize> = 2..=12;

/// How the characters of a message are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// 7 bits a character: 160 in one message, 153 in each part of a longer one.
    Gsm,
    /// 16 bits: 70, and 67.
    Ucs2,
}

impl Alphabet {
    /// Units in a message of one part, and in each part of a longer one.
    fn limits(self) -> (usize, usize) {
        match self {
            Alphabet::Gsm => (160, 153),
            Alphabet::Ucs2 => (70, 67),
        }
    }

    /// Units of a character; `None` when the alphabet does not have it.
    fn units(self, c: char) -> Option<usize> {
        match self {
            Alphabet::Gsm if ALPHABET.contains(c) => Some(1),
            Alphabet::Gsm if EXTENSION.contains(c) => Some(2),
            Alphabet::Gsm => None,
            Alphabet::Ucs2 => Some(c.len_utf16()),
        }
    }
}

/// The size of a short message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub alphabet: Alphabet,
    /// What is counted against the limits: septets, or UTF-16 units (a Chinese character is one, an emoji two or more).
    pub characters: usize,
    /// Messages that are paid for.
    pub parts: usize,
}

/// The size of `text`, which goes in the 7-bit alphabet when that has all of its characters.
pub fn length(text: &str) -> Length {
    let gsm = text.chars().all(|c| Alphabet::Gsm.units(c).is_some());
    let alphabet = if gsm { Alphabet::Gsm } else { Alphabet::Ucs2 };
    let (single, part) = alphabet.limits();
    let units = || text.chars().filter_map(|c| alphabet.units(c));
    let characters = units().sum();
    if characters <= single {
        return Length { alphabet, characters, parts: 1 };
    }
    // A character of two units goes to the next part as a whole when one unit is left.
    let (mut parts, mut used) = (1, 0);
    for unit in units() {
        if used + unit > part {
            parts += 1;
            used = 0;
        }
        used += unit;
    }
    Length { alphabet, characters, parts }
}

/// A message as a platform takes it: `【signature】text`, and the words for opting out when `opt_out`.
///
/// Lines become one line, and 【】 inside the text become [ ]: some platforms take the last pair for the signature.
///
/// # Errors
/// Usage when the signature is not one that platforms take.
pub fn sms_text(signature: &str, text: &str, opt_out: bool) -> Result<String> {
    check_signature(signature)?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.replace('【', "[").replace('】', "]");
    Ok(format!("【{signature}】{line}{}", if opt_out { OPT_OUT } else { "" }))
}

/// 2 to 12 characters without brackets, blanks and control characters, not all of them digits.
fn check_signature(signature: &str) -> Result<()> {
    let characters = signature.chars().count();
    let fault = if signature.chars().any(|c| "【】[]［］「」".contains(c)) {
        "has brackets; they are put around it"
    } else if signature.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "has blanks or control characters"
    } else if !SIGNATURE.contains(&characters) {
        "is too short or too long"
    } else if signature.chars().all(char::is_numeric) {
        "has digits only"
    } else {
        return Ok(());
    };
    Err(Problem::usage(format!("the SMS signature \"{}\" {fault}", tidy(signature)))
        .hint("SMS platforms take 2 to 12 characters, such as the name of the chain that they have registered"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> (Alphabet, usize, usize) {
        let size = length(text);
        (size.alphabet, size.characters, size.parts)
    }

    #[test]
    fn c26_the_7_bit_alphabet_takes_160_and_153() {
        use Alphabet::Gsm;
        assert_eq!(size(""), (Gsm, 0, 1));
        for (characters, parts) in [(160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)] {
            assert_eq!(size(&"a".repeat(characters)), (Gsm, characters, parts));
        }
        // TS 23.038 has 128 places: 127 characters and the escape.
        assert_eq!(ALPHABET.chars().count(), 127);
        assert_eq!(size("Ärger mit Øl, ΔΣ @£¥"), (Gsm, 20, 1));
        // Not in the alphabet although it looks so: the small ç, and typographic marks.
        assert_eq!(size("ça").0, Alphabet::Ucs2);
        assert_eq!(size("it’s").0, Alphabet::Ucs2);
    }

    #[test]
    fn c26_characters_of_the_extension_count_two_and_stay_whole() {
        use Alphabet::Gsm;
        assert_eq!(size("€"), (Gsm, 2, 1));
        assert_eq!(size("^{}\\[~]|€"), (Gsm, 18, 1));
        assert_eq!(size(&"€".repeat(80)), (Gsm, 160, 1));
        // 152 septets and a pair: the pair begins the second part, in which 153 fit.
        let text = "a".repeat(152) + "€" + &"a".repeat(151);
        assert_eq!(size(&text), (Gsm, 305, 2));
        assert_eq!(size(&(text + "a")), (Gsm, 306, 3));
    }

    #[test]
    fn c26_ucs_2_takes_70_and_67() {
        use Alphabet::Ucs2;
        for (characters, parts) in [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)] {
            assert_eq!(size(&"字".repeat(characters)), (Ucs2, characters, parts));
        }
        assert_eq!(size("abc字"), (Ucs2, 4, 1));
        // The extension counts one here.
        assert_eq!(size("字€"), (Ucs2, 2, 1));
    }

    #[test]
    fn c26_an_emoji_at_the_border_is_not_split() {
        use Alphabet::Ucs2;
        assert_eq!(size("🎂"), (Ucs2, 2, 1));
        assert_eq!(size(&("字".repeat(68) + "🎂")), (Ucs2, 70, 1));
        // 66 units and a pair: 67 would cut it; 2 + 65 fill the second part.
        let text = "字".repeat(66) + "🎂" + &"字".repeat(65);
        assert_eq!(size(&text), (Ucs2, 133, 2));
        assert_eq!(size(&(text + "字")), (Ucs2, 134, 3));
    }

    #[test]
    fn c26_signature_text_and_the_way_out() {
        assert_eq!(sms_text("禾木生活", "生日快乐！", true).unwrap(), "【禾木生活】生日快乐！拒收请回复R");
        assert_eq!(sms_text("禾木", " 一\n二【三】 ", false).unwrap(), "【禾木】一 二[三]");
        for wrong in ["", "禾", "一二三四五六七八九十一二三", "【禾木】", "禾 木", "禾\n木", "12345"]
        {
            let problem = sms_text(wrong, "x", true).unwrap_err();
            assert!(problem.hint_text().unwrap().contains("2 to 12"), "{wrong}");
        }
        assert!(sms_text("一二三四五六七八九十一二", "x", true).is_ok());
    }
}
