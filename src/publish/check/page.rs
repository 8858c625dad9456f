//! The rules one HTML page is held to.

use std::collections::HashSet;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag};

use super::links::{Links, Use, hash, srcset};
use super::nesting::Nesting;
use super::report::Findings;
use super::tokens::{self, At, Content, Handler};
use super::tree::SiteTree;
use super::{Checked, rules};

/// Checks a page and collects its anchors.
pub(super) fn check(tree: &SiteTree, number: usize, text: &str, findings: Findings) -> Checked {
    let mut page = Page {
        findings,
        links: Links::new(tree, number),
        nesting: Nesting::default(),
        ids: HashSet::new(),
        names: HashSet::new(),
        references: Vec::new(),
        drawings: Vec::new(),
        title: None,
        in_title: false,
        headings: 0,
        has_doctype: false,
        has_lang: false,
        forwards: false,
    };
    let complete = tokens::each(text, &mut page);
    page.finish(complete)
}

struct Page<'t> {
    findings: Findings,
    links: Links<'t>,
    nesting: Nesting,
    /// Hashes of ids, and of names of `<a name>`.
    ids: HashSet<u64>,
    names: HashSet<u64>,
    /// Ids that `for` and `aria-…` attributes speak of.
    references: Vec<(At, u64, String)>,
    drawings: Vec<Drawing>,
    title: Option<String>,
    in_title: bool,
    headings: u32,
    has_doctype: bool,
    has_lang: bool,
    /// The page only sends the reader on.
    forwards: bool,
}

/// An open `<svg role="img">` that has no name yet.
struct Drawing {
    depth: usize,
    at: At,
    named: bool,
}

impl Handler for Page<'_> {
    fn start(&mut self, tag: &Tag, at: At) -> Content {
        self.nesting.start(tag, at, &mut self.findings);
        self.close_drawings();
        self.check_attributes(tag, at);
        self.check_references(tag, at);
        self.check_element(tag, at);
        // The element itself is on the stack by now: raw text is a matter of HTML elements only.
        let foreign = self.nesting.current().is_some_and(|(name, foreign)| foreign && *name == *tag.name);
        if foreign || self.nesting.in_foreign() { Content::Markup } else { content(&tag.name) }
    }

    fn end(&mut self, tag: &Tag, at: At) {
        self.in_title = false;
        self.nesting.end(tag, at, &mut self.findings);
        self.close_drawings();
    }

    fn text(&mut self, text: &str, line: u64) {
        if self.in_title {
            self.title.get_or_insert_default().push_str(text);
        }
        if text.trim().is_empty() {
            return;
        }
        if self.nesting.current() == Some(("title", true))
            && let Some(drawing) = self.drawings.last_mut()
        {
            // Only a child names the drawing; a title deeper inside names a part of it.
            drawing.named |= self.nesting.depth() == drawing.depth + 1;
        }
        self.nesting.text(line, &mut self.findings);
    }

    fn doctype(&mut self, doctype: &Doctype) {
        self.has_doctype |=
            !doctype.force_quirks && doctype.name.as_deref() == Some("html") && doctype.public_id.is_none();
    }

    fn fault(&mut self, message: &str, line: u64) {
        let message = match message {
            open if open.ends_with("in state TagOpen") => "a bare \"<\" starts no tag (write &lt;)".to_owned(),
            other => format!("broken markup: {}", other.escape_debug()),
        };
        self.findings.error(rules::MARKUP, (line, 0), message);
    }

    fn in_foreign(&self) -> bool {
        self.nesting.in_foreign()
    }
}

impl Page<'_> {
    /// What any element may carry.
    fn check_attributes(&mut self, tag: &Tag, at: At) {
        for attribute in &tag.attrs {
            let value = &*attribute.value;
            match &*attribute.name.local {
                "style" => self.findings.error(rules::INLINE_STYLE, at, format!("style attribute on <{}>", tag.name)),
                "id" if value.is_empty() || value.contains(|c: char| c.is_ascii_whitespace()) => {
                    self.findings.error(rules::DUPLICATE_ID, at, format!("{value:?} cannot be an id"));
                }
                "id" if !self.ids.insert(hash(value)) => {
                    self.findings.error(rules::DUPLICATE_ID, at, format!("the id {value:?} is taken already"));
                }
                "name" if &*tag.name == "a" => {
                    self.names.insert(hash(value));
                }
                "for" | "headers" | "list" | "aria-labelledby" | "aria-describedby" => {
                    let ids = value.split_ascii_whitespace().map(|id| (at, hash(id), id.to_owned()));
                    self.references.extend(ids);
                }
                name if name.len() > 2 && name.starts_with("on") => {
                    self.findings.error(rules::INLINE_HANDLER, at, format!("{name} attribute on <{}>", tag.name));
                }
                _ => {}
            }
        }
    }

    /// Every address an element carries.
    fn check_references(&mut self, tag: &Tag, at: At) {
        let element = &*tag.name;
        for attribute in &tag.attrs {
            let value = &*attribute.value;
            let used = match (element, &*attribute.name.local) {
                ("a" | "area", "href" | "xlink:href") => Use::Follow,
                ("link", "href") => use_of_link(attribute_of(tag, "rel").unwrap_or_default()),
                ("script", "src" | "href" | "xlink:href")
                | ("iframe" | "frame" | "embed", "src")
                | ("object", "data") => Use::Load,
                ("img" | "input" | "source" | "audio" | "video" | "track", "src") | ("video", "poster") => Use::Fetch,
                ("use" | "image" | "feimage" | "mpath" | "textpath" | "pattern", "href" | "xlink:href") => Use::Fetch,
                ("img" | "source", "srcset") | ("link", "imagesrcset") => {
                    for candidate in srcset(value) {
                        self.links.check(&mut self.findings, at, candidate, Use::Fetch);
                    }
                    continue;
                }
                ("form", "action") | ("button" | "input", "formaction") => Use::Submit,
                _ => continue,
            };
            self.links.check(&mut self.findings, at, value, used);
        }
    }

    /// What single elements must or must not be.
    fn check_element(&mut self, tag: &Tag, at: At) {
        let has = |name: &str| attribute_of(tag, name).is_some_and(|value| !value.trim().is_empty());
        match &*tag.name {
            "html" => self.has_lang |= has("lang"),
            "title" if self.nesting.current() == Some(("title", false)) => {
                if self.title.is_some() {
                    self.findings.error(rules::TITLE, at, "a second <title>");
                }
                self.title.get_or_insert_default();
                self.in_title = true;
            }
            "h1" if !self.nesting.in_foreign() => {
                self.headings += 1;
                if self.headings > 1 {
                    self.findings.error(rules::H1, at, "a second <h1>: a page has one");
                }
            }
            "img" if attribute_of(tag, "alt").is_none() => {
                self.findings.error(rules::IMG_ALT, at, "an image without alt (empty when it only decorates)");
            }
            "script" if !has("src") && !has("href") && is_code(attribute_of(tag, "type")) => {
                self.findings.error(rules::INLINE_SCRIPT, at, "inline script, which the policy forbids");
            }
            "style" => self.findings.error(rules::INLINE_STYLE, at, "inline style sheet, which the policy forbids"),
            "base" => self.findings.error(rules::BASE_ELEMENT, at, "<base> changes where every link of the page leads"),
            "meta" if attribute_of(tag, "http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh")) => {
                self.check_refresh(attribute_of(tag, "content").unwrap_or_default(), at);
            }
            "svg" if attribute_of(tag, "role") == Some("img") && !has("aria-label") && !has("aria-labelledby") => {
                self.open_drawing(tag.self_closing, at);
            }
            _ => {}
        }
    }

    /// `<meta http-equiv=refresh content="0; url=other.html">`
    fn check_refresh(&mut self, content: &str, at: At) {
        let url = content.split_once([';', ',']).map(|(_, rest)| rest.trim());
        let Some(url) =
            url.and_then(|rest| rest.split_once('=')).filter(|(key, _)| key.trim().eq_ignore_ascii_case("url"))
        else {
            return;
        };
        self.forwards = true;
        self.links.check(&mut self.findings, at, url.1.trim().trim_matches(['"', '\'']), Use::Follow);
    }

    fn open_drawing(&mut self, empty: bool, at: At) {
        if empty {
            nameless(&mut self.findings, at);
        } else if !self.nesting.lost() {
            self.drawings.push(Drawing { depth: self.nesting.depth(), at, named: false });
        }
    }

    fn close_drawings(&mut self) {
        while let Some(drawing) = self.drawings.pop_if(|drawing| drawing.depth > self.nesting.depth()) {
            if !drawing.named {
                nameless(&mut self.findings, drawing.at);
            }
        }
    }

    fn finish(mut self, complete: bool) -> Checked {
        let whole = (0, 0);
        if complete {
            self.nesting.finish(&mut self.findings);
        } else {
            self.findings.error(
                rules::MARKUP,
                whole,
                "a tag or comment without end, or with too many attributes; the rest was not read",
            );
        }
        if !self.has_doctype {
            self.findings.error(
                rules::MARKUP,
                whole,
                "no <!doctype html>: browsers fall back to the layout of the nineties",
            );
        }
        if !self.has_lang {
            self.findings.error(rules::HTML_LANG, whole, "<html> has no lang");
        }
        if self.title.as_deref().is_none_or(|title| title.trim().is_empty()) {
            self.findings.error(rules::TITLE, whole, "no <title>, or an empty one");
        }
        if self.headings == 0 && !self.forwards {
            self.findings.error(rules::H1, whole, "no <h1>");
        }
        for (at, id, text) in &self.references {
            if complete && !self.ids.contains(id) {
                self.findings.error(rules::BROKEN_REFERENCE, *at, format!("no element has the id {text:?}"));
            }
        }
        let mut anchors: Vec<u64> = self.ids.union(&self.names).copied().collect();
        anchors.sort_unstable();
        for (at, anchor, link) in &self.links.own {
            if complete && anchors.binary_search(anchor).is_err() {
                self.findings.error(
                    rules::BROKEN_ANCHOR,
                    *at,
                    format!("{link:?} leads to an anchor that the page does not have"),
                );
            }
        }
        Checked { findings: self.findings.into_vec(), links: self.links.count, anchors, wanted: self.links.wanted }
    }
}

fn nameless(findings: &mut Findings, at: At) {
    findings.error(
        rules::SVG_NAME,
        at,
        "a drawing of role img without a name (aria-label, aria-labelledby or <title>)",
    );
}

fn attribute_of<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// How the text after an HTML start tag is read.
fn content(name: &str) -> Content {
    match name {
        "title" | "textarea" => Content::Raw(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Content::Raw(RawKind::Rawtext),
        "script" => Content::Raw(RawKind::ScriptData),
        "plaintext" => Content::Plain,
        _ => Content::Markup,
    }
}

/// Whether a script of this type runs, or steers what runs; other types are blocks of data.
fn is_code(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "" | "module" | "importmap" | "speculationrules")
        || kind.contains("javascript")
        || kind.contains("ecmascript")
}

fn use_of_link(rel: &str) -> Use {
    let mut words = rel.split_ascii_whitespace().map(str::to_ascii_lowercase);
    let mentions = ["canonical", "alternate", "author", "help", "license", "me", "next", "prev", "search", "shortlink"];
    if rel.to_ascii_lowercase().contains("stylesheet") {
        Use::Load
    } else if words.all(|word| mentions.contains(&word.as_str())) {
        Use::Mention
    } else {
        Use::Fetch
    }
}
