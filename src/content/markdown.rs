//! Markdown to HTML, with values kept as opaque tokens.
//!
//! A value never passes through the Markdown parser: the template writes a token (a number between two private-use
//! characters), the parser sees a word, and the HTML of the value takes the token's place at the very end. So a store
//! called `[x](javascript:…)` stays that text. Raw HTML of authors is sanitised while the tokens still stand.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use super::component::Piece;
use crate::discreet;
use crate::problem::{Problem, Result, line_column};

pub const TOKEN_START: char = '\u{e000}';
pub const TOKEN_END: char = '\u{e001}';

/// A heading that can be linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TocEntry {
    pub level: u8,
    pub id: String,
    pub text: String,
}

/// HTML in which tokens still stand.
#[derive(Debug, Default)]
pub struct Html {
    pub html: String,
    pub toc: Vec<TocEntry>,
}

/// Turns an address written by an author into the one to print: pages (`stores/index.md`) become relative links.
pub type Resolve<'a> = &'a dyn Fn(&str) -> Result<String>;

/// The text of a token.
pub fn token(number: usize) -> String {
    format!("{TOKEN_START}{number}{TOKEN_END}")
}

/// Calls `text` for what stands between tokens and `piece` for each token.
pub fn split<'a>(source: &'a str, mut text: impl FnMut(&'a str), mut piece: impl FnMut(usize)) {
    let mut rest = source;
    while let Some(start) = rest.find(TOKEN_START) {
        text(&rest[..start]);
        let after = &rest[start + TOKEN_START.len_utf8()..];
        match after.find(TOKEN_END).and_then(|end| Some((end, after[..end].parse::<usize>().ok()?))) {
            Some((end, number)) => {
                piece(number);
                rest = &after[end + TOKEN_END.len_utf8()..];
            }
            None => rest = after,
        }
    }
    text(rest);
}

/// The text with every token replaced by its plain words.
pub fn plain(source: &str, pieces: &[Piece]) -> String {
    // Two closures write to one text, one after the other.
    let out = std::cell::RefCell::new(String::with_capacity(source.len()));
    split(
        source,
        |text| out.borrow_mut().push_str(text),
        |number| {
            if let Some(piece) = pieces.get(number) {
                out.borrow_mut().push_str(piece.plain());
            }
        },
    );
    out.into_inner()
}

/// Renders a page's Markdown. Errors have the line within `source`.
pub fn render(source: &str, pieces: &[Piece], resolve: Resolve<'_>) -> Result<Html> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut walk = Walk { source, pieces, resolve, toc: Vec::new(), raw: false, open_divs: 0, events: Vec::new() };
    let events: Vec<(Event<'_>, std::ops::Range<usize>)> =
        Parser::new_ext(source, options).into_offset_iter().collect();
    let mut at = 0;
    while at < events.len() {
        at = walk.take(&events, at)?;
    }
    let mut html = String::with_capacity(source.len() * 2);
    pulldown_cmark::html::push_html(&mut html, walk.events.into_iter());
    // The parser aligns cells by style attributes, which a strict policy forbids.
    for side in ["left", "center", "right"] {
        let style = format!(" style=\"text-align: {side}\"");
        if html.contains(&style) {
            html = html.replace(&style, &format!(" class=\"{side}\""));
        }
    }
    if walk.raw || walk.open_divs != 0 {
        html = sanitiser().clean(&html).to_string();
    }
    Ok(Html { html, toc: walk.toc })
}

fn sanitiser() -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::default();
    builder
        .add_generic_attributes(["class", "id", "lang", "role", "aria-label", "aria-hidden"])
        .add_tags(["section", "figure", "figcaption", "input"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(None);
    builder
}

struct Walk<'a> {
    source: &'a str,
    pieces: &'a [Piece],
    resolve: Resolve<'a>,
    toc: Vec<TocEntry>,
    /// Authors' HTML was seen: the result must be sanitised.
    raw: bool,
    open_divs: i64,
    events: Vec<Event<'a>>,
}

type Events<'a> = [(Event<'a>, std::ops::Range<usize>)];

impl<'a> Walk<'a> {
    /// Takes the event at `at` (with all it holds, for paragraphs and headings) and gives the next position.
    fn take(&mut self, events: &Events<'a>, at: usize) -> Result<usize> {
        let (event, range) = &events[at];
        match event {
            Event::Start(Tag::Paragraph) => {
                let end = closing(events, at, |tag| *tag == TagEnd::Paragraph);
                if let Some(html) = self.blocks(&events[at + 1..end], range.start)? {
                    self.events.push(Event::Html(html.into()));
                    return Ok(end + 1);
                }
                self.events.push(event.clone());
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                let end = closing(events, at, |tag| matches!(tag, TagEnd::Heading(_)));
                let text = self.words(&events[at + 1..end]);
                let id = self.heading_id(id.as_deref(), &text);
                self.toc.push(TocEntry { level: level_number(*level), id: id.clone(), text });
                self.events.push(Event::Start(Tag::Heading {
                    level: *level,
                    id: Some(id.into()),
                    classes: classes.clone(),
                    attrs: attrs.clone(),
                }));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = self.address(dest_url, range.start)?.into();
                let (title, id) = (CowStr::from(plain(title, self.pieces)), id.clone());
                self.events.push(Event::Start(Tag::Link { link_type: *link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = self.address(dest_url, range.start)?.into();
                let (title, id) = (CowStr::from(plain(title, self.pieces)), id.clone());
                self.events.push(Event::Start(Tag::Image { link_type: *link_type, dest_url, title, id }));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                self.raw_html(html, range.start)?;
                self.events.push(event.clone());
            }
            _ => self.events.push(event.clone()),
        }
        Ok(at + 1)
    }

    /// The HTML of a paragraph that holds nothing but components; `None` for any other paragraph.
    fn blocks(&self, inner: &Events<'a>, start: usize) -> Result<Option<String>> {
        let mut words = String::new();
        for (event, _) in inner {
            match event {
                Event::Text(text) => words.push_str(text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => words.push('x'),
            }
        }
        let mut numbers = Vec::new();
        let mut blank = true;
        split(&words, |text| blank &= text.trim().is_empty(), |number| numbers.push(number));
        let is_block = |number: &usize| self.pieces.get(*number).is_some_and(Piece::is_block);
        if !numbers.iter().any(is_block) {
            return Ok(None);
        }
        if !blank || !numbers.iter().all(is_block) {
            let (line, _) = line_column(self.source, start);
            return Err(Problem::failed("a chart, table or kpi stands in the middle of a text")
                .line(line)
                .hint("put blank lines before and after it"));
        }
        let mut html = String::new();
        let mut in_kpis = false;
        for number in numbers {
            let kpi = self.pieces.get(number).is_some_and(Piece::is_kpi);
            if kpi != in_kpis {
                html.push_str(if kpi { "<div class=\"kpis\">" } else { "</div>\n" });
                in_kpis = kpi;
            }
            html.push_str(&token(number));
        }
        html.push_str(if in_kpis { "</div>\n" } else { "\n" });
        Ok(Some(html))
    }

    fn words(&self, inner: &Events<'a>) -> String {
        let mut words = String::new();
        for (event, _) in inner {
            if let Event::Text(text) | Event::Code(text) = event {
                words.push_str(text);
            }
        }
        plain(&words, self.pieces)
    }

    fn heading_id(&self, wanted: Option<&str>, text: &str) -> String {
        let mut id: String = wanted.map_or_else(|| identifier(text), identifier);
        if id.is_empty() {
            id = "section".to_owned();
        }
        let taken = |id: &str| self.toc.iter().any(|entry| entry.id == id);
        if !taken(&id) {
            return id;
        }
        (2..).map(|n| format!("{id}-{n}")).find(|id| !taken(id)).unwrap_or(id)
    }

    fn address(&self, written: &str, start: usize) -> Result<String> {
        let out = std::cell::RefCell::new(String::new());
        split(
            written,
            |text| out.borrow_mut().push_str(text),
            |number| {
                if let Some(piece) = self.pieces.get(number) {
                    percent_encode(piece.plain(), &mut out.borrow_mut());
                }
            },
        );
        let address = out.into_inner();
        let line = || line_column(self.source, start).0;
        if let Some(scheme) = scheme(&address)
            && !["http", "https", "mailto", "tel"].contains(&scheme.to_ascii_lowercase().as_str())
        {
            let shown =
                if discreet::stands_in(scheme, self.source) { scheme.into() } else { discreet::outline(scheme) };
            return Err(Problem::failed(format!("a link cannot begin with \"{shown}:\""))
                .line(line())
                .hint("use https:, mailto:, tel: or the name of a page such as stores/index.md"));
        }
        (self.resolve)(&address).map_err(|problem| {
            if self.source.contains(address.as_str()) {
                return problem.line(line());
            }
            // The address holds a value: it is data.
            Problem::failed("a link that is put together from data leads to no page").line(line())
        })
    }

    /// Authors' HTML: a plain `<div class="…">` or `</div>` passes as it is; anything else is sanitised later. A value
    /// inside a tag could become an attribute or an address, so it is refused.
    fn raw_html(&mut self, html: &str, start: usize) -> Result<()> {
        let mut inside = false;
        for c in html.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                TOKEN_START if inside => {
                    let (line, _) = line_column(self.source, start);
                    return Err(Problem::failed("a value stands inside an HTML tag")
                        .line(line)
                        .hint("use link(…) or Markdown; values may stand between tags, not in them"));
                }
                _ => {}
            }
        }
        for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let class = line.strip_prefix("<div class=\"").and_then(|rest| rest.strip_suffix("\">"));
            match class {
                Some(class) if class.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-') => {
                    self.open_divs += 1
                }
                _ if line == "</div>" => self.open_divs -= 1,
                _ => self.raw = true,
            }
        }
        Ok(())
    }
}

fn closing(events: &Events<'_>, at: usize, is_end: impl Fn(&TagEnd) -> bool) -> usize {
    (at..events.len()).find(|at| matches!(&events[*at].0, Event::End(tag) if is_end(tag))).unwrap_or(events.len() - 1)
}

fn level_number(level: HeadingLevel) -> u8 {
    level as u8
}

/// `[a-z0-9-]` and letters of any script: readable anchors for Chinese headings.
fn identifier(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_end_matches('-').to_owned()
}

fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    // A colon after a slash, question mark or hash belongs to the path.
    (!scheme.contains(['/', '?', '#'])).then_some(scheme)
}

fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// Text for an HTML page: safe between tags and in quoted attributes.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str, texts: &[&str]) -> Result<String> {
        let pieces: Vec<Piece> = texts.iter().map(|text| Piece::Text((*text).to_owned())).collect();
        let html = render(source, &pieces, &|address| Ok(address.to_owned()))?.html;
        let out = std::cell::RefCell::new(String::new());
        split(
            &html,
            |text| out.borrow_mut().push_str(text),
            |number| escape(pieces[number].plain(), &mut out.borrow_mut()),
        );
        Ok(out.into_inner())
    }

    #[test]
    fn a_value_stays_text_whatever_it_holds() {
        let source = format!("Hello **{}** and {}", token(0), token(1));
        assert_eq!(
            html(&source, &["[x](javascript:alert(1))", "<script>*a*|b"]).unwrap(),
            "<p>Hello <strong>[x](javascript:alert(1))</strong> and &lt;script&gt;*a*|b</p>\n"
        );
    }

    #[test]
    fn a_value_in_a_link_cannot_choose_its_scheme() {
        let page = html(&format!("[go]({})", token(0)), &["javascript:alert(1)"]).unwrap();
        assert_eq!(page, "<p><a href=\"javascript%3Aalert%281%29\">go</a></p>\n");
        assert!(html("[go](javascript:alert(1))", &[]).is_err());
        assert!(html(&format!("<a href=\"{}\">x</a>", token(0)), &["x"]).is_err());
    }

    #[test]
    fn authors_html_is_sanitised() {
        let page = html("<div class=\"columns\">\n\ntext\n\n</div>\n", &[]).unwrap();
        assert_eq!(page, "<div class=\"columns\">\n<p>text</p>\n</div>\n");
        let page = html("a <b onclick=\"x()\">b</b> <script>alert(1)</script>", &[]).unwrap();
        assert_eq!(page, "<p>a <b>b</b> </p>\n");
    }

    #[test]
    fn headings_have_unique_readable_ids() {
        let pieces = [Piece::Text("北京".into())];
        let toc = render(&format!("## 销售 {}\n## 销售 {}\n", token(0), token(0)), &pieces, &|a| Ok(a.to_owned()))
            .unwrap()
            .toc;
        assert_eq!(toc.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["销售-北京", "销售-北京-2"]);
    }

    #[test]
    fn aligned_tables_carry_no_style() {
        let page = html("|a|b|\n|:-|-:|\n|1|2|\n", &[]).unwrap();
        assert!(page.contains("class=\"right\"") && !page.contains("style="), "{page}");
    }
}
