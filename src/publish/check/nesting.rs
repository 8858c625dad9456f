//! Which elements are open, by the rules of the HTML standard on what ends what.
//!
//! Stricter than a browser, which mends in silence: an element must be closed unless its end tag is optional.

use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::report::Findings;
use super::rules::MARKUP;
use super::tokens::At;

/// Browsers stop nesting here (512 in Chromium), so nothing beyond is shown as written.
const DEEPEST: usize = 512;

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
const END_OPTIONAL: &[&str] = &[
    "html", "head", "body", "li", "dt", "dd", "p", "rt", "rp", "optgroup", "option", "colgroup", "caption", "thead",
    "tbody", "tfoot", "tr", "td", "th",
];
/// Start tags that end an open paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];
/// Elements an open paragraph outside of them is not seen through.
const SCOPES: &[&str] = &[
    "applet",
    "button",
    "caption",
    "desc",
    "foreignobject",
    "html",
    "marquee",
    "object",
    "table",
    "td",
    "template",
    "th",
];
const HEAD_CONTENT: &[&str] =
    &["base", "link", "meta", "noscript", "script", "style", "template", "title", "basefont", "bgsound", "noframes"];
const TABLE_PARTS: &[&str] = &["td", "th", "tr", "tbody", "thead", "tfoot"];
/// HTML elements that end an SVG or formula they stand in.
const BREAKOUT: &[&str] = &[
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "strike",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];
/// Elements of SVG that hold HTML again.
const INTEGRATION: &[&str] = &["foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext"];

struct Open {
    name: LocalName,
    at: At,
    foreign: bool,
}

/// The stack of open elements.
#[derive(Default)]
pub(super) struct Nesting {
    open: Vec<Open>,
    /// How many of each name are open, so that a stray end tag costs nothing.
    counts: HashMap<LocalName, usize>,
    /// Too deep: nothing more is said about nesting.
    lost: bool,
}

impl Nesting {
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn lost(&self) -> bool {
        self.lost
    }

    /// The innermost open element, and whether it is one of SVG or MathML.
    pub(super) fn current(&self) -> Option<(&str, bool)> {
        self.open.last().map(|open| (&*open.name, open.foreign))
    }

    /// Whether a start tag would now make an SVG or MathML element.
    pub(super) fn in_foreign(&self) -> bool {
        self.current().is_some_and(|(name, foreign)| foreign && !INTEGRATION.contains(&name))
    }

    pub(super) fn start(&mut self, tag: &Tag, at: At, findings: &mut Findings) {
        if self.lost {
            return;
        }
        let name = &*tag.name;
        if self.in_foreign() {
            if !BREAKOUT.contains(&name) {
                if !tag.self_closing {
                    self.push(tag, at, true, findings);
                }
                return;
            }
            findings.error(MARKUP, at, format!("<{name}> cannot stand in a drawing or formula, and ends it here"));
            while self.in_foreign() {
                self.pop();
            }
        }
        while self.current().is_some_and(|(open, _)| gives_way(open, name)) {
            self.pop();
        }
        self.end_paragraph(name, at, findings);
        self.check_parent(name, at, findings);
        if VOID.contains(&name) {
            return;
        }
        let foreign = matches!(name, "svg" | "math");
        if tag.self_closing {
            if !foreign {
                findings.error(MARKUP, at, format!("<{name}/> does not close itself: the slash is ignored"));
            }
            return;
        }
        self.push(tag, at, foreign, findings);
    }

    pub(super) fn end(&mut self, tag: &Tag, at: At, findings: &mut Findings) {
        if self.lost {
            return;
        }
        let name = &*tag.name;
        if VOID.contains(&name) {
            findings.error(MARKUP, at, format!("<{name}> has no end tag"));
        } else if self.counts.get(&tag.name).is_none_or(|count| *count == 0) {
            findings.error(MARKUP, at, format!("</{name}> closes nothing that is open"));
        } else {
            while let Some(open) = self.pop().filter(|open| open.name != tag.name) {
                if open.foreign || !END_OPTIONAL.contains(&&*open.name) {
                    let message = format!("<{}> is not closed before the </{name}> in line {}", open.name, at.0);
                    findings.error(MARKUP, open.at, message);
                }
            }
        }
    }

    /// Text that is not white space, which a table cannot hold directly.
    pub(super) fn text(&self, line: u64, findings: &mut Findings) {
        if let Some((name @ ("table" | "thead" | "tbody" | "tfoot" | "tr"), false)) = self.current()
            && !self.lost
        {
            findings.error(MARKUP, (line, 0), format!("text cannot stand directly in <{name}>"));
        }
    }

    /// Reports what the end of the file finds open.
    pub(super) fn finish(&mut self, findings: &mut Findings) {
        if self.lost {
            return;
        }
        for open in &self.open {
            if open.foreign || !END_OPTIONAL.contains(&&*open.name) {
                findings.error(MARKUP, open.at, format!("<{}> is never closed", open.name));
            }
        }
    }

    fn push(&mut self, tag: &Tag, at: At, foreign: bool, findings: &mut Findings) {
        if self.open.len() >= DEEPEST {
            findings.error(
                MARKUP,
                at,
                format!("nested more than {DEEPEST} deep; the nesting is not checked from here on"),
            );
            self.lost = true;
            return;
        }
        *self.counts.entry(tag.name.clone()).or_insert(0) += 1;
        self.open.push(Open { name: tag.name.clone(), at, foreign });
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        if let Some(count) = self.counts.get_mut(&open.name) {
            *count -= 1;
        }
        Some(open)
    }

    fn is_open(&self, name: &str) -> bool {
        self.counts.get(&LocalName::from(name)).is_some_and(|count| *count > 0)
    }

    /// A block ends the paragraph around it, even when an element in the paragraph is still open.
    fn end_paragraph(&mut self, name: &str, at: At, findings: &mut Findings) {
        if !BLOCKS.contains(&name) || !self.is_open("p") {
            return;
        }
        let paragraph = self.open.iter().rposition(|open| &*open.name == "p" || SCOPES.contains(&&*open.name));
        let Some(paragraph) = paragraph.filter(|at| &*self.open[*at].name == "p") else { return };
        let message =
            format!("<{name}> cannot stand in the <p> of line {}, and ends it here", self.open[paragraph].at.0);
        findings.error(MARKUP, at, message);
        while self.open.len() > paragraph {
            self.pop();
        }
    }

    fn check_parent(&self, name: &str, at: At, findings: &mut Findings) {
        let parent = self.current().map_or("", |(parent, _)| parent);
        let fits = match parent {
            "table" => matches!(
                name,
                "caption" | "colgroup" | "col" | "thead" | "tbody" | "tfoot" | "tr" | "script" | "style" | "template"
            ),
            "thead" | "tbody" | "tfoot" => matches!(name, "tr" | "script" | "template"),
            "tr" => matches!(name, "td" | "th" | "script" | "template"),
            "template" => true,
            _ => {
                !TABLE_PARTS.contains(&name)
                    && !matches!(name, "caption" | "colgroup")
                    && (name != "col" || parent == "colgroup")
            }
        };
        if !fits {
            let parent = if parent.is_empty() { "the page".to_owned() } else { format!("<{parent}>") };
            findings.error(MARKUP, at, format!("<{name}> cannot stand directly in {parent}"));
        }
        if matches!(name, "a" | "button" | "form") && self.is_open(name) {
            findings.error(MARKUP, at, format!("<{name}> cannot stand inside another <{name}>"));
        }
    }
}

/// Whether an open element ends by itself when `next` starts.
fn gives_way(open: &str, next: &str) -> bool {
    match open {
        "p" => BLOCKS.contains(&next) || TABLE_PARTS.contains(&next),
        "li" => next == "li" || TABLE_PARTS.contains(&next),
        "dt" | "dd" => matches!(next, "dt" | "dd") || TABLE_PARTS.contains(&next),
        "option" => matches!(next, "option" | "optgroup" | "hr"),
        "optgroup" => matches!(next, "optgroup" | "hr"),
        "rt" | "rp" => matches!(next, "rt" | "rp"),
        "td" | "th" => TABLE_PARTS.contains(&next),
        "tr" => matches!(next, "tr" | "tbody" | "thead" | "tfoot"),
        "tbody" | "thead" | "tfoot" => matches!(next, "tbody" | "thead" | "tfoot"),
        "caption" => TABLE_PARTS.contains(&next) || matches!(next, "colgroup" | "col"),
        "colgroup" => !matches!(next, "col" | "template"),
        "head" => !HEAD_CONTENT.contains(&next),
        _ => false,
    }
}
