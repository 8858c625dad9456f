//! Street addresses in one form.

use super::text;

/// Letters and digits in their plain form; words that are written or left out at will are gone. `None` when nothing is
/// left that could tell one home from another.
pub fn address(text: &str) -> Option<String> {
    let plain = text::plain(text);
    if text::says_nothing(&plain) || plain.contains('*') {
        return None;
    }
    let mut out = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            '#' => out.push('号'),
            '幢' | '座' => out.push('栋'),
            '房' => out.push('室'),
            letter if letter.is_alphanumeric() => out.push(letter),
            _ => {}
        }
    }
    for word in ["中国", "号楼", "省", "市", "单元"] {
        let short = match word {
            "号楼" => "栋",
            _ => "",
        };
        out = out.replace(word, short);
    }
    let out = out.trim_end_matches('室').to_owned();
    (out.chars().count() >= 4).then_some(out)
}

/// The runs of digits: house, staircase, flat.
pub fn numbers(address: &str) -> impl Iterator<Item = &str> {
    address.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_one_home_written_twice() {
        let forms = [
            "浙江省杭州市西湖区文三路 12 号 3 号楼 501 室",
            "浙江杭州西湖区文三路12號3幢501",
            "浙江省杭州市西湖区文三路12#3座501房",
        ];
        for form in forms {
            assert_eq!(address(form).as_deref(), Some("浙江杭州西湖区文三路12号3栋501"), "{form}");
        }
        assert_eq!(numbers("文三路12号3栋501").collect::<Vec<_>>(), ["12", "3", "501"]);
    }

    #[test]
    fn a_blank_address_is_none() {
        assert_eq!(["无", "", "--", "***路"].map(address), [None, None, None, None]);
    }
}
