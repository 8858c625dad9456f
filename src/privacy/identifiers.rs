//! What names a person outright: columns by their names, values by their form.

use std::sync::LazyLock;

use regex::Regex;

/// What a column says about a person by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Names or reaches a person: never exported.
    Direct,
    /// The id of a person, record or card: only as a pseudonym.
    Person,
    /// A day of birth: by the month at most.
    Birth,
}

const NAMES: [&str; 16] = [
    "name",
    "full_name",
    "first_name",
    "last_name",
    "given_name",
    "family_name",
    "surname",
    "real_name",
    "nickname",
    "nick_name",
    "display_name",
    "customer_name",
    "person_name",
    "member_name",
    "user_name",
    "username",
];

const REACHES: [&str; 17] = [
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "cellphone",
    "cell",
    "email",
    "mail",
    "address",
    "address1",
    "street",
    "wechat",
    "openid",
    "unionid",
    "passport",
    "ssn",
];

const IN_CHINESE: [&str; 12] =
    ["姓名", "名字", "手机", "电话", "邮箱", "邮件", "地址", "住址", "微信", "身份证", "护照", "银行卡"];

const PEOPLE: [&str; 8] = ["person", "customer", "member", "record", "card", "user", "household", "shopper"];

/// What a column's name gives away; none for a column that is no identifier by its name.
pub fn of_column(name: &str) -> Option<Identity> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let joined = words.join("_");
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if NAMES.contains(&joined.as_str()) || has(&REACHES) || joined.contains("e_mail") || joined.contains("id_card") {
        return Some(Identity::Direct);
    }
    if IN_CHINESE.iter().any(|part| lower.contains(part)) {
        return Some(Identity::Direct);
    }
    if has(&["birthday", "birthdate", "dob"])
        || joined.contains("birth_da")
        || joined.contains("date_of_birth")
        || ["生日", "出生日期", "出生年月"].iter().any(|part| lower.contains(part))
    {
        return Some(Identity::Birth);
    }
    let numbered = has(&["id", "no", "number", "code", "key"]);
    if numbered && has(&PEOPLE) || ["卡号", "会员编号", "会员号"].iter().any(|part| lower.contains(part)) {
        return Some(Identity::Person);
    }
    None
}

static MOBILE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|\D)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?:\D|$)").ok());
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\s@]+[@＠][^\s@]+\.[^\s@]+").ok());
static IDENTITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|\D)\d{6}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?:\W|$)").ok());
static LONG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d{13,19}").ok());

/// What a value is by its form, in words for a message; the value itself must not be told.
pub fn of_value(text: &str) -> Option<&'static str> {
    let matches = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    if matches(&IDENTITY) {
        return Some("an identity number");
    }
    if matches(&MOBILE) {
        return Some("a mobile number");
    }
    if matches(&MAIL) {
        return Some("an e-mail address");
    }
    let card = LONG.as_ref().is_some_and(|long| long.find_iter(text).any(|found| luhn(found.as_str())));
    card.then_some("a card number")
}

/// The check digit of payment cards (ISO/IEC 7812-1, annex B).
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names() {
        for name in
            ["name", "Phone", "phone_2", "contact email", "e-mail", "home_address", "客户姓名", "手机号", "wechat_id"]
        {
            assert_eq!(of_column(name), Some(Identity::Direct), "{name}");
        }
        for name in ["person_id", "record_id", "card_no", "会员卡号", "customer number"] {
            assert_eq!(of_column(name), Some(Identity::Person), "{name}");
        }
        for name in ["birthday", "date_of_birth", "birth_date", "生日"] {
            assert_eq!(of_column(name), Some(Identity::Birth), "{name}");
        }
        for name in ["store_name", "product_name", "store_id", "city", "orders", "birth_year", "record_count", "门店"]
        {
            assert_eq!(of_column(name), None, "{name}");
        }
    }

    #[test]
    fn values_are_known_by_their_form() {
        assert_eq!(of_value("请打 138-0013-8000 找我"), Some("a mobile number"));
        assert_eq!(of_value("+8613800138000"), Some("a mobile number"));
        assert_eq!(of_value("li.wei@example.com"), Some("an e-mail address"));
        assert_eq!(of_value("11010519491231002X"), Some("an identity number"));
        // 4111 1111 1111 1111: doubled digits 8+2·7=22, others 8·1=8, together 30.
        assert_eq!(of_value("4111111111111111"), Some("a card number"));
        assert_eq!(of_value("4111111111111112"), None);
        for harmless in ["", "杭州", "2026-10-01", "310000", "12345.67", "S001", "20261001123456"] {
            assert_eq!(of_value(harmless), None, "{harmless}");
        }
    }
}
