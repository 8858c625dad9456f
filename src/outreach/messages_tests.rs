//! What templates may do, what they must not, and what the built-in texts say.

use std::path::Path;

use super::messages::{FOLDER, Facts, KINDS, Message, Messages, tidy};
use super::sms::{length, sms_text};
use crate::problem::{Kind, Problem, Result};

fn locales() -> Vec<String> {
    vec!["zh-CN".into(), "en".into()]
}

/// A project with one text of its own.
fn project(name: &str, text: &str) -> (tempfile::TempDir, Result<Messages>) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
    let messages = Messages::load(root.path(), &locales());
    (root, messages)
}

fn birthday(template: &str, facts: &Facts) -> Result<Message> {
    project("birthday.en.txt", template).1?.render("birthday", "en", facts)
}

fn some(text: &str) -> Option<String> {
    Some(text.into())
}

/// What is known of a customer with usual names.
fn usual(locale: &str) -> Facts {
    let zh = locale == "zh-CN";
    let either = |chinese: &str, english: &str| some(if zh { chinese } else { english });
    Facts {
        name: either("李雷", "Ann"),
        store: either("东湖店", "Lake Rd"),
        store_phone: some("0571-88001234"),
        chain: either("禾木生活", "Hemu"),
        product: either("洗衣液", "soap"),
        points: some("1,200"),
        points_value: some("¥12"),
        expires_on: either("12月31日", "31 Dec"),
        days: some("30"),
        holiday: either("中秋节", "Mid-Autumn"),
        age: some("40"),
    }
}

fn place(problem: &Problem) -> (String, Option<usize>, Option<usize>) {
    let place = problem.place().unwrap();
    (place.file.file_name().unwrap().to_string_lossy().into_owned(), place.line, place.column)
}

#[test]
fn c26_built_in_messages_are_one_short_message_each() {
    let messages = Messages::load(Path::new("/nowhere"), &locales()).unwrap();
    assert_eq!(messages.list().count(), 16);
    assert!(messages.list().all(|listed| listed.file.is_none()));
    for locale in ["zh-CN", "en"] {
        for kind in KINDS {
            let message = messages.render(kind, locale, &usual(locale)).unwrap();
            let sms = sms_text("禾木生活", &message.text, true).unwrap();
            let size = length(&sms);
            assert!(size.parts == 1, "{kind} {locale}: {} in {sms}", size.characters);
            assert!(message.subject.is_some_and(|subject| !subject.contains("{")));
            assert!(!message.text.contains('\n') && !message.text.contains("  "), "{}", message.text);
        }
    }
}

#[test]
fn c26_built_in_messages_do_without_what_is_not_known() {
    let messages = Messages::load(Path::new("/nowhere"), &locales()).unwrap();
    for locale in ["zh-CN", "en"] {
        for kind in KINDS {
            let whole = usual(locale);
            // What a message of this kind is about is known, nothing else.
            let facts = Facts {
                chain: whole.chain,
                holiday: whole.holiday,
                points: whole.points,
                expires_on: whole.expires_on,
                ..Facts::default()
            };
            let message = messages.render(kind, locale, &facts).unwrap();
            for text in [message.text, message.subject.unwrap()] {
                assert!(!text.contains("  ") && !text.starts_with([',', '，', ' ']), "{kind} {locale}: {text}");
                assert!(!text.contains("none") && !text.contains("undefined"), "{text}");
            }
        }
    }
}

#[test]
fn c26_texts_read_as_they_should() {
    let messages = Messages::load(Path::new("/nowhere"), &locales()).unwrap();
    let say = |kind, locale| messages.render(kind, locale, &usual(locale)).unwrap();
    assert_eq!(say("birthday", "zh-CN").text, "李雷，生日快乐！愿新的一岁平安、顺心。东湖店全体伙伴敬上");
    assert_eq!(say("points_expiring", "zh-CN").subject.unwrap(), "您有1,200积分将于12月31日到期");
    assert_eq!(say("revisit", "en").text, "Ann, is all well with soap? Call 0571-88001234. Lake Rd");
    let nobody = Facts { chain: some("Hemu"), ..Facts::default() };
    assert_eq!(messages.render("win_back", "en", &nobody).unwrap().text, "It has been a while. Drop in any time. Hemu");
}

#[test]
fn c26_a_projects_own_text_comes_first_and_changes_the_fingerprint() {
    let built_in = Messages::load(Path::new("/nowhere"), &locales()).unwrap();
    let (root, own) = project("birthday.en.txt", "\u{feff}Subject: Hi {{ name }}\r\n\r\nDear {{ name }}\r\nBye\r\n");
    let own = own.unwrap();
    let message = own.render("birthday", "en", &usual("en")).unwrap();
    assert_eq!(message, Message { subject: some("Hi Ann"), text: "Dear Ann\nBye".into() });
    assert_ne!(own.fingerprint(), built_in.fingerprint());
    assert_eq!(built_in.fingerprint(), Messages::load(Path::new("/elsewhere"), &locales()).unwrap().fingerprint());
    let listed: Vec<_> = own.list().filter(|listed| listed.file.is_some()).collect();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].kind, listed[0].locale), ("birthday", "en"));
    assert!(listed[0].file.unwrap().starts_with(root.path()));
}

#[test]
fn c26_what_a_name_holds_stays_text() {
    for name in ["{{ store }}", "{% for x in name %}", "<b>&amp;", "a|b*c*", "'; drop table", "{# x #}"] {
        let facts = Facts { name: some(name), ..usual("en") };
        assert_eq!(birthday("Hi {{ name }}!", &facts).unwrap().text, format!("Hi {name}!"));
    }
    assert_eq!(tidy(" a\r\nb\tc\u{0}d\u{2028}e\u{202e}f "), "a  b c d e f");
    let facts = Facts { name: some("A\r\nBcc: x@evil.example"), ..usual("en") };
    let message = birthday("subject: Hi {{ name }}\n\n{{ name }}", &facts).unwrap();
    assert_eq!(message.subject.as_deref(), Some("Hi A  Bcc: x@evil.example"));
    assert_eq!(message.text, "A  Bcc: x@evil.example");
}

#[test]
fn c26_a_wrong_template_is_told_with_line_column_and_the_names() {
    // line, column, part of the message
    for (template, line, column, said) in [
        ("Hi\n字 {{ nmae }}", 2, 6, "called \"nmae\""),
        ("subject: {{ nmae }}\n\nHi", 1, 13, "called \"nmae\""),
        ("subject: x\n\nHi\n{{ nmae }}", 4, 4, "called \"nmae\""),
        ("subject: x\n\nHi {{ name", 3, 7, "cannot be read"),
        ("subject: x\n\n{% if name %}\nHi", 3, 14, "cannot be read"),
        ("subject: x\nHi", 2, 1, "empty line"),
        ("Hi\n {% include 'x' %}", 2, 2, "include"),
        ("{%- macro x() %}{% endmacro %}", 1, 1, "macro"),
        ("{% set x = 1 %}", 1, 1, "set"),
        ("Hi {{ name|tojson }}", 1, 12, "unknown filter"),
    ] {
        let problem = birthday(template, &usual("en")).unwrap_err();
        assert!(problem.message().contains(said), "{problem}");
        assert_eq!(place(&problem), ("birthday.en.txt".into(), Some(line), Some(column)), "{problem}");
        assert!(problem.hint_text().is_some(), "{problem}");
    }
    let problem = birthday("{{ nmae }}", &usual("en")).unwrap_err();
    let hint = problem.hint_text().unwrap();
    assert!(hint.starts_with("did you mean \"name\"?") && hint.contains("points_value"), "{hint}");
}

#[test]
fn c26_a_value_that_is_missing_is_told_when_it_is_needed() {
    let facts = Facts { product: some("  "), ..Facts::default() };
    let problem = birthday("subject: x\n\nHi\n  {{ product }}!", &facts).unwrap_err();
    assert!(problem.message().contains("\"product\""), "{problem}");
    assert_eq!(place(&problem), ("birthday.en.txt".into(), Some(4), Some(6)));
    assert!(birthday("Hi{% if product %} {{ product }}{% endif %}", &facts).is_ok());
    assert!(birthday("{% if product %}x{% endif %}", &facts).unwrap_err().message().contains("says nothing"));
}

#[test]
fn c26_a_template_ends_and_stays_small() {
    let facts = Facts { name: some(&"x".repeat(500)), ..Facts::default() };
    let loops = "{% for a in name %}{% for b in name %}{% for c in name %}{% endfor %}{% endfor %}{% endfor %}";
    assert!(birthday(loops, &facts).unwrap_err().message().contains("does not end"));
    let wide = "{% for a in name %}{{ name }}{% endfor %}";
    assert!(birthday(wide, &facts).unwrap_err().message().contains("longer than"));
    assert!(project("birthday.en.txt", &"x".repeat(5000)).1.unwrap_err().message().contains("too long"));
}

#[test]
fn c26_files_with_wrong_names_are_told() {
    let problem = project("birthdy.en.txt", "x").1.unwrap_err();
    assert!(problem.to_string().contains("did you mean \"birthday\"?"), "{problem}");
    let problem = project("birthday.zh_CN.txt", "x").1.unwrap_err();
    assert!(problem.to_string().contains("did you mean \"zh-CN\"?"), "{problem}");
    assert!(project("birthday.txt", "x").1.is_err());
    assert!(project("README.md", "x").1.is_ok());
    let messages = project("README.md", "x").1.unwrap();
    assert_eq!(messages.render("birthdy", "en", &usual("en")).unwrap_err().kind(), Kind::Usage);
    assert_eq!(messages.render("birthday", "fr", &usual("en")).unwrap_err().kind(), Kind::Usage);
    let (root, _) = project("README.md", "x");
    std::fs::write(root.path().join(FOLDER).join("churn.en.txt"), [0xff, 0xfe, 0x41]).unwrap();
    assert!(Messages::load(root.path(), &locales()).unwrap_err().message().contains("UTF-8"));
}

#[test]
fn c26_another_language_takes_the_nearest_texts() {
    let messages = Messages::load(Path::new("/nowhere"), &["zh-TW".into(), "fr".into()]).unwrap();
    assert!(messages.render("birthday", "zh-TW", &usual("zh-CN")).unwrap().text.contains("生日快乐"));
    assert!(messages.render("birthday", "fr", &usual("en")).unwrap().text.starts_with("Happy birthday"));
}

proptest::proptest! {
    #[test]
    fn c26_no_template_brings_the_program_down(template in r"(subject: .{0,20}\n\n)?(\{\{|\}\}|\{%|%\}|name|if|endif| |\||'|.){0,30}") {
        drop(birthday(&template, &usual("en")));
    }
}
