//! E-mail addresses in one form.

use super::text;

/// Small letters, no label after `+`; points before a Gmail `@` say nothing. `None` for what is no address or names
/// nobody.
pub fn email(text: &str) -> Option<String> {
    let text = text::plain(text).replace(' ', "");
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    if text.contains('*') {
        return None;
    }
    let (local, domain) = text.split_once('@')?;
    let domain = domain.trim_end_matches('.');
    let host = domain.contains('.')
        && !domain.starts_with('.')
        && domain.chars().all(|c| c.is_alphanumeric() || "-.".contains(c));
    if !host || local.is_empty() || local.contains('@') {
        return None;
    }
    let local = local.split('+').next().unwrap_or_default();
    let gmail = domain == "gmail.com" || domain == "googlemail.com";
    let local = if gmail { local.replace('.', "") } else { local.to_owned() };
    (!placeholder(&local)).then(|| format!("{local}@{}", if gmail { "gmail.com" } else { domain }))
}

fn placeholder(local: &str) -> bool {
    const NOBODY: [&str; 24] = [
        "test", "tester", "none", "no", "na", "nil", "null", "noemail", "nomail", "noreply", "no-reply", "unknown",
        "email", "mail", "abc", "abcd", "asdf", "qwerty", "123", "1234", "12345", "123456", "admin", "info",
    ];
    let mut letters = local.chars();
    let first = letters.next();
    NOBODY.contains(&local) || letters.all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_one_mailbox_has_one_form() {
        assert_eq!(email(" Li.Na+shop@GMail.com ").as_deref(), Some("lina@gmail.com"));
        assert_eq!(email("Li.Na@163.com").as_deref(), Some("li.na@163.com"));
        assert_eq!(email("ｌｉｎａ＠ｑｑ.com").as_deref(), Some("lina@qq.com"));
    }

    #[test]
    fn c06_no_mailbox_no_match() {
        for text in
            ["", "无", "test@test.com", "none@x.cn", "aaa@b.cn", "li@localhost", "l***a@qq.com", "@qq.com", "a@b@c.cn"]
        {
            assert_eq!(email(text), None, "{text}");
        }
    }
}
