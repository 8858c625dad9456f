//! People's names taken apart: surname, given name, how they sound, and the form of address that may stand for them.

use std::collections::HashSet;
use std::sync::OnceLock;

use pinyin::ToPinyin;

use super::text::{self, is_han};
use super::titles::{AFTER, BEFORE, COMPOUND, LATIN, NOBODY, READINGS};

/// A name as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName {
    /// Characters (Han) or words joined by a space (Latin), without forms of address.
    pub whole: String,
    pub surname: String,
    /// Empty when only the surname is known.
    pub given: String,
    /// The whole name in pinyin or Latin letters, surname first, without blanks.
    pub sound: String,
    pub surname_sound: String,
    /// What the form of address says: `Some(true)` = a woman.
    pub female: Option<bool>,
    pub script: Script,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Surname and given name in Han characters.
    Han,
    /// A surname with a form of address (王女士, 小王): the given name is not known.
    HanTitle,
    /// A given name alone, as friends say it (阿芳, 芳芳).
    HanPet,
    Latin,
}

/// `None` for a blank, a placeholder (散客, test) or a masked name (张*明).
pub fn name(text: &str) -> Option<PersonName> {
    let plain = text::plain(text);
    if text::says_nothing(&plain) || plain.contains('*') {
        return None;
    }
    // What stands in brackets is a remark.
    let plain = plain.split(['(', '（', '[', '【']).next().unwrap_or_default().trim();
    let letters: String = plain.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let nobody = letters.is_empty()
        || NOBODY.contains(&letters.as_str())
        || letters.chars().any(|letter| letter.is_ascii_digit());
    if nobody {
        return None;
    }
    if letters.chars().any(is_han) { han(&letters) } else { latin(plain) }
}

fn han(letters: &str) -> Option<PersonName> {
    let mut letters: String = letters.chars().filter(|letter| is_han(*letter)).collect();
    let mut female = None;
    let mut titled = false;
    // A title only where a name is left: 张总 is one, 李工 too, 王工匠 is a name.
    while let Some((title, gender)) = AFTER
        .iter()
        .find(|(title, _)| letters.strip_suffix(title).is_some_and(|rest| !rest.is_empty() && fits(title, rest)))
    {
        letters.truncate(letters.len() - title.len());
        female = female.or(*gender);
        titled = true;
    }
    let count = letters.chars().count();
    if count == 2 && !titled {
        let mut two = letters.chars();
        if let (Some(first), Some(second)) = (two.next(), two.next()) {
            if first != '阿' && BEFORE.contains(first) && surname_like(second) {
                return Some(build(second.to_string(), String::new(), None, Script::HanTitle));
            }
            if first == '阿' || first == second {
                return Some(build(String::new(), second.to_string(), None, Script::HanPet));
            }
        }
    }
    let surname = surname_of(&letters);
    let given = letters[surname.len()..].to_owned();
    let script = match given.is_empty() {
        true if titled => Script::HanTitle,
        true if count > 2 => Script::HanTitle,
        // One character alone names nobody.
        true if count == 1 => return None,
        true => Script::HanTitle,
        false => Script::Han,
    };
    Some(build(surname, given, female, script))
}

/// A form of address of one character follows a surname alone; else it is part of a given name.
fn fits(title: &str, rest: &str) -> bool {
    title.chars().count() > 1 || rest.chars().count() == 1 || COMPOUND.contains(&rest)
}

fn surname_of(letters: &str) -> String {
    let two: String = letters.chars().take(2).collect();
    if COMPOUND.contains(&two.as_str()) { two } else { letters.chars().take(1).collect() }
}

/// Enough to tell 小王 from a given name like 小雨.
fn surname_like(letter: char) -> bool {
    SURNAMES.contains(letter)
}

/// The commonest surnames, and the compound ones.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";

fn surname_sound(word: &str) -> bool {
    static SOUNDS: OnceLock<HashSet<String>> = OnceLock::new();
    let sounds = SOUNDS.get_or_init(|| {
        let single = SURNAMES.chars().map(String::from);
        single.chain(COMPOUND.iter().map(|name| (*name).to_owned())).map(|name| reading(&name)).collect()
    });
    sounds.contains(word)
}

/// Letters that pinyin can be made of: no word of it ends in another letter.
fn pinyin_like(word: &str) -> bool {
    word.is_ascii() && word.ends_with(['a', 'e', 'i', 'o', 'u', 'v', 'n', 'g', 'r'])
}

fn reading(surname: &str) -> String {
    let special = READINGS.iter().find(|(name, _)| *name == surname);
    special.map_or_else(|| sound(surname), |(_, reading)| (*reading).to_owned())
}

fn build(surname: String, given: String, female: Option<bool>, script: Script) -> PersonName {
    let surname_sound = reading(&surname);
    let mut whole_sound = surname_sound.clone();
    whole_sound.push_str(&sound(&given));
    PersonName { whole: format!("{surname}{given}"), surname, given, sound: whole_sound, surname_sound, female, script }
}

/// Pinyin without tones and blanks; a character without a reading stands for itself.
pub fn sound(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter.to_pinyin() {
            // ü is typed as v or u; both become u.
            Some(pinyin) => out.extend(pinyin.plain().chars().map(|c| if c == 'ü' || c == 'v' { 'u' } else { c })),
            None => out.push(letter),
        }
    }
    out
}

fn latin(plain: &str) -> Option<PersonName> {
    let (ordered, turned) = match plain.split_once(',') {
        Some((surname, given)) => (format!("{given} {surname}"), true),
        None => (plain.to_owned(), false),
    };
    let mut female = None;
    let mut titled = false;
    let mut words: Vec<String> = Vec::new();
    for word in ordered.split([' ', '.', '/', '·', '_']) {
        let word: String = word.chars().filter(|letter| letter.is_alphabetic()).collect();
        match LATIN.iter().find(|(title, _)| *title == word) {
            Some((_, gender)) => {
                female = female.or(*gender);
                titled = true;
            }
            None if word.is_empty() => {}
            None => words.push(word),
        }
    }
    // Pinyin is written surname first; names of other languages end with it.
    if !turned && words.len() > 1 && surname_sound(&words[0]) && words.iter().all(|word| pinyin_like(word)) {
        words.rotate_left(1);
    }
    let surname = words.last()?.clone();
    let only = words.len() == 1;
    if only && surname.chars().count() < 2 {
        return None;
    }
    let given = words[..words.len() - 1].join(" ");
    let sound = format!("{surname}{}", given.replace(' ', ""));
    Some(PersonName {
        whole: words.join(" "),
        given,
        sound,
        surname_sound: surname.clone(),
        surname,
        female,
        script: if only && titled { Script::HanTitle } else { Script::Latin },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String, Script) {
        let name = name(text).unwrap_or_else(|| panic!("{text} is a name"));
        (name.surname, name.given, name.sound, name.script)
    }

    #[test]
    fn c06_names_are_taken_apart() {
        let of = |a: &str, b: &str, c: &str, d| (a.to_owned(), b.to_owned(), c.to_owned(), d);
        assert_eq!(parts("張偉"), of("张", "伟", "zhangwei", Script::Han));
        assert_eq!(parts("欧阳 修文"), of("欧阳", "修文", "ouyangxiuwen", Script::Han));
        assert_eq!(parts("曾　丽"), of("曾", "丽", "zengli", Script::Han));
        assert_eq!(parts("王女士"), of("王", "", "wang", Script::HanTitle));
        assert_eq!(parts("张伟先生"), of("张", "伟", "zhangwei", Script::Han));
        assert_eq!(parts("小王"), of("王", "", "wang", Script::HanTitle));
        assert_eq!(parts("芳芳"), of("", "芳", "fang", Script::HanPet));
        assert_eq!(parts("吕秀梅"), of("吕", "秀梅", "luxiumei", Script::Han));
        assert_eq!(parts("Zhang Wei"), of("zhang", "wei", "zhangwei", Script::Latin));
        assert_eq!(parts("Mr. John SMITH"), of("smith", "john", "smithjohn", Script::Latin));
        assert_eq!(parts("Smith, John"), of("smith", "john", "smithjohn", Script::Latin));
    }

    #[test]
    fn c06_a_placeholder_is_no_name() {
        for text in [
            "",
            "先生",
            "女士",
            "散客",
            "test",
            "Test User",
            "微信用户",
            "会员1234",
            "张*",
            "无",
            "N/A",
            "-",
            "匿名",
            "xx",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn a_form_of_address_tells_whom_it_speaks_of() {
        assert_eq!(name("李小姐").and_then(|name| name.female), Some(true));
        assert_eq!(name("陈先生").and_then(|name| name.female), Some(false));
        assert_eq!(name("周老师").and_then(|name| name.female), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_name_or_none(text in "\\PC{0,12}") {
            if let Some(name) = name(&text) {
                proptest::prop_assert!(!name.sound.is_empty());
            }
        }
    }
}
