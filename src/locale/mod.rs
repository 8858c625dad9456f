//! One language of the book: its strings (Fluent) and its ways to write numbers, money and dates.
//!
//! A `Locale` is read-only once built, so one copy behind an `Arc` serves every rendering thread. What a page asked
//! for and no file holds is remembered in `Locale::missing`, so that a build can report it instead of hiding it.

pub mod format;
pub mod slug;

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use jiff::civil::{Date, DateTime};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use crate::problem::{Problem, Result, line_column};
use format::{Currency, Lang, Num};

/// A value for a placeable `{ $name }` of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arg<'a> {
    Text(&'a str),
    /// Chooses the plural form, and is written with thousands separators.
    Number(f64),
}

/// Beyond this a number is handed to Fluent as text: its plural rules count in `u64` and panic when they overflow.
const LARGEST_PLURAL: f64 = 1e15;

#[derive(RustEmbed)]
#[folder = "themes/default/locales"]
struct BuiltIn;

/// The strings and formats of one language.
pub struct Locale {
    code: String,
    lang: Lang,
    currency: Currency,
    bundle: FluentBundle<FluentResource>,
    missing: Mutex<BTreeSet<String>>,
    fingerprint: String,
}

impl Locale {
    /// Reads the Fluent texts (file name, text); a later text overrides messages of an earlier one. `currency` is an
    /// ISO 4217 code, `money_scale` the number of decimals money is written with.
    ///
    /// # Errors
    /// An unknown language code (usage), or a syntax error or a message defined twice in one file, with file, line
    /// and column.
    pub fn new(code: &str, ftl_texts: &[(&str, &str)], currency: &str, money_scale: u8) -> Result<Locale> {
        let tag: LanguageIdentifier = code.parse().map_err(|_| {
            Problem::usage(format!("\"{code}\" is not a language code")).hint("write it like \"zh-CN\" or \"en\"")
        })?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(write_number));
        // The only built-in is NUMBER; it can fail only when the name is taken, and the bundle is new.
        let _ = bundle.add_builtins();
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{code} {currency} {money_scale}").as_bytes());
        for (file, text) in ftl_texts {
            bundle.add_resource_overriding(parse(file, text)?);
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        Ok(Locale {
            code: code.to_owned(),
            lang: Lang::of(code),
            currency: Currency::new(currency, money_scale),
            bundle,
            missing: Mutex::default(),
            fingerprint: hasher.finalize().to_hex()[..32].to_owned(),
        })
    }

    /// The program's own strings, of English where there are none of the language: for what is said before a project is
    /// open.
    ///
    /// # Errors
    /// As [`Locale::new`].
    pub fn built_in(code: &str, currency: &str, money_scale: u8) -> Result<Locale> {
        let known = BuiltIn::get(&format!("{code}.ftl")).map(|file| (code, file));
        let Some((code, file)) = known.or_else(|| BuiltIn::get("en.ftl").map(|file| ("en", file))) else {
            return Locale::new("en", &[], currency, money_scale);
        };
        Locale::new(code, &[(&format!("{code}.ftl"), &String::from_utf8_lossy(&file.data))], currency, money_scale)
    }

    /// The code it was made with: `zh-CN`, `en`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Hash of everything it was made from.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The family of formats this locale uses.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The language's name in itself (message `language-name`), for the language switch.
    pub fn name(&self) -> String {
        self.t("language-name", &[])
    }

    pub fn has(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// The message `key` with its placeables filled. A missing message reads `⟦key⟧`; it, and a placeable without a
    /// value, are remembered in [`Locale::missing`].
    pub fn t(&self, key: &str, args: &[(&str, Arg)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            self.note(key.to_owned());
            return format!("⟦{key}⟧");
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, fluent_value(*value));
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        for error in errors {
            match error {
                FluentError::ResolverError(error) => self.note(format!("{key} ({error})")),
                other => self.note(format!("{key} ({other})")),
            }
        }
        text
    }

    /// What was asked for in vain so far, sorted: a message's key, or `key (what is wrong inside it)`.
    pub fn missing(&self) -> Vec<String> {
        match self.missing.lock() {
            Ok(missing) => missing.iter().cloned().collect(),
            Err(poisoned) => poisoned.into_inner().iter().cloned().collect(),
        }
    }

    fn note(&self, what: String) {
        // A poisoned set is still a whole set: inserting a string cannot leave it half done.
        self.missing.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(what);
    }

    /// The heading of a column: message `col-net-sales` for `net_sales`, else the name made readable (`Net sales`).
    pub fn label(&self, column: &str) -> String {
        let key = format!("col-{}", column.to_lowercase().replace(['_', ' '], "-"));
        if self.has(&key) { self.t(&key, &[]) } else { humanised(column) }
    }

    /// See [`format::number`].
    pub fn number(&self, value: Num, decimals: u8) -> String {
        format::number(value, decimals)
    }
    /// See [`format::number_short`].
    pub fn number_short(&self, value: Num) -> String {
        format::number_short(value, self.lang)
    }
    /// See [`format::money`].
    pub fn money(&self, value: Num) -> String {
        format::money(value, &self.currency)
    }
    /// See [`format::money_short`].
    pub fn money_short(&self, value: Num) -> String {
        format::money_short(value, &self.currency, self.lang)
    }
    /// See [`format::percent`].
    pub fn percent(&self, ratio: Num) -> String {
        format::percent(ratio)
    }
    /// See [`format::date`].
    pub fn date(&self, date: Date) -> String {
        format::date(date, self.lang)
    }
    /// See [`format::date_short`].
    pub fn date_short(&self, date: Date) -> String {
        format::date_short(date, self.lang)
    }
    /// See [`format::month`].
    pub fn month(&self, date: Date) -> String {
        format::month(date, self.lang)
    }
    /// See [`format::datetime`].
    pub fn datetime(&self, moment: DateTime) -> String {
        format::datetime(moment, self.lang)
    }
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locale").field("code", &self.code).finish_non_exhaustive()
    }
}

/// `net_sales` → `Net sales`.
fn humanised(column: &str) -> String {
    let words = column.split(['_', '-', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().map_or_else(|| column.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

fn fluent_value(arg: Arg<'_>) -> FluentValue<'_> {
    match arg {
        Arg::Text(text) => FluentValue::from(text),
        Arg::Number(value) if value.is_finite() && value.abs() < LARGEST_PLURAL => {
            // Nine decimals are more than any message shows, and keep the plural rules' u64 from overflowing.
            FluentValue::Number(FluentNumber::new((value * 1e9).round() / 1e9, FluentNumberOptions::default()))
        }
        Arg::Number(value) => FluentValue::from(format::number_short(Num::Float(value), Lang::En)),
    }
}

/// Writes numbers inside messages with separators: as many decimals as they have, within NUMBER()'s limits.
fn write_number<M>(value: &FluentValue, _memoizer: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let own = number.value.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let most = number.options.maximum_fraction_digits.unwrap_or(usize::MAX);
    let decimals = own.min(most).max(number.options.minimum_fraction_digits.unwrap_or(0)).min(20);
    let text = format::number(Num::Float(number.value), u8::try_from(decimals).unwrap_or(20));
    Some(if number.options.use_grouping { text } else { text.replace(',', "") })
}

fn parse(file: &str, text: &str) -> Result<FluentResource> {
    let place = |problem: Problem, offset: usize| {
        let (line, column) = line_column(text, offset);
        problem.at(file).line(line).column(column).text(text)
    };
    // Windows line ends would shift the columns Fluent reports for multi-line messages, but are legal.
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let first = errors.first();
        let offset = first.map_or(0, |error| error.pos.start);
        let what = first.map_or_else(|| "syntax error".to_owned(), ToString::to_string);
        place(Problem::failed(what).hint("a message is written as: key = text"), offset)
    })?;
    let mut seen = HashMap::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let name = message.id.name;
        let offset = (name.as_ptr() as usize).saturating_sub(resource.source().as_ptr() as usize);
        if let Some(earlier) = seen.insert(name, offset) {
            let line = line_column(text, earlier).0;
            let problem = Problem::failed(format!("the message \"{name}\" is defined twice"));
            return Err(place(problem.hint(format!("it already stands in line {line}")), offset));
        }
    }
    Ok(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(texts: &[(&str, &str)]) -> Locale {
        Locale::new("en", texts, "USD", 2).unwrap()
    }

    #[test]
    fn a_locale_is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Locale>();
    }

    #[test]
    fn later_texts_override_earlier_ones() {
        let locale = english(&[("theme.ftl", "a = one\nb = two"), ("project.ftl", "b = zwei")]);
        assert_eq!((locale.t("a", &[]), locale.t("b", &[])), ("one".into(), "zwei".into()));
    }

    #[test]
    fn a_missing_key_is_shown_and_remembered_once() {
        let locale = english(&[("a.ftl", "a = { $who } and { $what }")]);
        assert_eq!(locale.t("nope", &[]), "⟦nope⟧");
        assert_eq!(locale.t("nope", &[]), "⟦nope⟧");
        assert_eq!(locale.t("a", &[("who", Arg::Text("she"))]), "she and {$what}");
        assert_eq!(locale.missing(), ["a (Unknown variable: $what)", "nope"]);
    }

    #[test]
    fn values_are_not_wrapped_in_isolation_marks() {
        let locale = english(&[("a.ftl", "a = for { $who }.")]);
        assert_eq!(locale.t("a", &[("who", Arg::Text("{ b } <b>"))]), "for { b } <b>.");
    }

    #[test]
    fn numbers_choose_the_plural_and_carry_separators() {
        let text = "n = { $n ->\n    [one] { $n } order\n   *[other] { $n } orders\n }\nyear = { NUMBER($n, useGrouping: \"false\") }";
        let locale = english(&[("a.ftl", text)]);
        let say = |n: f64| locale.t("n", &[("n", Arg::Number(n))]);
        assert_eq!(say(1.0), "1 order");
        assert_eq!(say(1234.0), "1,234 orders");
        assert_eq!(say(0.5), "0.5 orders");
        assert_eq!(say(-3.0), "-3 orders");
        assert_eq!(locale.t("year", &[("n", Arg::Number(2026.0))]), "2026");
        assert_eq!(say(f64::NAN), "– orders");
        for hostile in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 1e-300, 0.1 + 0.2, 123_456_789.123_456_78, 5e-324] {
            say(hostile);
        }
        assert!(locale.missing().is_empty());
    }

    #[test]
    fn a_syntax_error_says_where() {
        let problem = Locale::new("en", &[("themes/a.ftl", "a = one\nb two\n")], "USD", 2).unwrap_err();
        let place = problem.place().unwrap();
        assert_eq!((place.file.to_str(), place.line, place.column), (Some("themes/a.ftl"), Some(2), Some(3)));
    }

    #[test]
    fn a_message_defined_twice_in_one_file_is_an_error() {
        let problem = Locale::new("en", &[("a.ftl", "a = 1\nb = 2\na = 3\n")], "USD", 2).unwrap_err();
        assert_eq!(problem.to_string(), "a.ftl:3:1: the message \"a\" is defined twice (it already stands in line 1)");
    }

    #[test]
    fn an_unknown_language_code_is_refused() {
        assert!(Locale::new("no such code!", &[], "USD", 2).is_err());
    }

    #[test]
    fn columns_get_their_message_or_a_readable_name() {
        let locale = english(&[("a.ftl", "col-net-sales = Net revenue")]);
        assert_eq!(locale.label("net_sales"), "Net revenue");
        assert_eq!(locale.label("return_rate"), "Return rate");
        assert_eq!(locale.label("净销售额"), "净销售额");
        assert_eq!(locale.label(""), "");
        assert!(locale.missing().is_empty());
    }

    #[test]
    fn a_locale_writes_in_its_own_way() {
        let chinese = Locale::new("zh-CN", &[("a.ftl", "language-name = 简体中文")], "CNY", 2).unwrap();
        assert_eq!(chinese.name(), "简体中文");
        assert_eq!(chinese.money(Num::Decimal { unscaled: -123_450, scale: 2 }), "-￥1,234.50");
        assert_eq!(chinese.money_short(Num::Int(12_345)), "￥1.23万");
        assert_eq!(english(&[]).money_short(Num::Int(12_345)), "$12.35K");
    }
}
