//! The file that SMS platforms take.

use crate::exchange::csv::{MARK, text_line};
use crate::outreach::{Facts, NAMES, length};

/// One message of a platform's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsRow {
    /// The telephone number, with or without +86.
    pub phone: String,
    /// The whole message, as `sms_text` makes it.
    pub text: String,
    pub facts: Facts,
}

/// The file for a platform: CSV in UTF-8 with a byte order mark and CRLF; phone, text, characters, parts, and each
/// variable in a column of its own, for platforms that fill in templates themselves.
pub fn sms_file(rows: &[SmsRow]) -> String {
    let mut file = MARK.to_owned();
    file += &text_line(["phone", "text", "characters", "parts"].into_iter().chain(NAMES));
    for row in rows {
        let size = length(&row.text);
        let mut cells = vec![phone(&row.phone), row.text.clone(), size.characters.to_string(), size.parts.to_string()];
        cells.extend(row.facts.pairs().map(|(_, value)| value.unwrap_or_default()));
        file += &text_line(cells.iter().map(String::as_str));
    }
    file
}

/// The number as platforms take it: 11 digits for mainland China, else 00 and the code of the country.
fn phone(number: &str) -> String {
    let plain: String = number.chars().filter(|c| !c.is_whitespace() && !"-()".contains(*c)).collect();
    let abroad = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00"));
    match abroad {
        Some(rest) if rest.len() == 13 && rest.starts_with("861") => rest[2..].to_owned(),
        Some(rest) => format!("00{rest}"),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c26_the_platform_file_has_a_mark_crlf_and_no_formulas() {
        let facts = Facts { name: Some("=cmd|' /C calc'!A0".into()), points: Some("1,200".into()), ..Facts::default() };
        let row =
            |phone: &str| SmsRow { phone: phone.into(), text: "【禾木】好\"的\"".into(), facts: facts.clone() };
        let file = sms_file(&[row("+86 138-0013-8000"), row("13800138000"), row("+852 5123 4567")]);
        let lines: Vec<&str> = file.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "\u{feff}phone,text,characters,parts,name,store,store_phone,chain,product,points,points_value,expires_on,\
             days,holiday,age"
        );
        assert_eq!(lines[1], "13800138000,\"【禾木】好\"\"的\"\"\",8,1,'=cmd|' /C calc'!A0,,,,,\"1,200\",,,,,");
        assert!(lines[2].starts_with("13800138000,") && lines[3].starts_with("0085251234567,"));
        assert_eq!(lines.len(), 5);
        assert!(lines[4].is_empty());
    }
}
