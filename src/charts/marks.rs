//! The marks inside an SVG that charts-rs drew: only known elements and attributes pass.
//!
//! charts-rs writes data attributes, classes and, on request, styles and whatever an author's raw option object
//! smuggles into an attribute. The Content-Security-Policy would refuse the styles, and the page must not trust the
//! rest, so its output is read tag by tag and rebuilt from an allow-list.

use super::frame::{escape, forbidden};
use crate::problem::{Problem, Result};

const ELEMENTS: [&str; 16] = [
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "defs",
    "linearGradient",
    "stop",
    "clipPath",
];

const ATTRIBUTES: [&str; 43] = [
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "dx",
    "dy",
    "width",
    "height",
    "d",
    "points",
    "id",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "transform",
    "font-size",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "clip-path",
    "clipPathUnits",
    "clip-rule",
    "viewBox",
    "stroke-miterlimit",
];

/// What to take from a drawing.
#[derive(Default)]
pub(super) struct Marks<'a> {
    /// Prefix for ids, which must be unique in the page.
    pub id: &'a str,
    /// Texts are dropped where the caller lays them out itself.
    pub texts: bool,
    /// Puts the n-th of these as tooltip into the n-th element of that name.
    pub tooltips: Option<(&'a str, &'a [String])>,
}

impl Marks<'_> {
    /// Everything inside the outermost `<svg>`.
    ///
    /// # Errors
    /// When the text is not made of complete tags; charts-rs never writes that.
    pub fn of(&self, svg: &str) -> Result<String> {
        if svg.contains(forbidden) {
            return self.of(&svg.replace(forbidden, "\u{fffd}"));
        }
        let mut out = String::with_capacity(svg.len());
        let mut rest = svg;
        let mut tooltips = self.tooltips.map(|(_, texts)| texts.iter());
        // Depth of the elements that are being left out, and of open `svg` elements.
        let (mut skipping, mut depth) = (0_usize, 0_usize);
        while let Some(at) = rest.find('<') {
            if skipping == 0 && depth > 0 {
                out.push_str(rest[..at].trim_matches(['\n', '\r']));
            }
            let Some(tag) = Tag::read(&rest[at..]) else {
                return Err(Problem::failed("the chart library wrote a tag without an end"));
            };
            rest = &rest[at + tag.length..];
            if !tag.is_element {
                continue;
            }
            let keep = ELEMENTS.contains(&tag.name) && (self.texts || !matches!(tag.name, "text" | "tspan"));
            if skipping > 0 || !keep {
                match (tag.closes, tag.empty) {
                    (true, _) => skipping = skipping.saturating_sub(1),
                    (false, false) => skipping += 1,
                    (false, true) => {}
                }
                continue;
            }
            if tag.name == "svg" {
                if tag.closes {
                    depth = depth.saturating_sub(1);
                } else {
                    depth += 1;
                }
                if depth == usize::from(!tag.closes) {
                    continue;
                }
            }
            let tooltip = match (self.tooltips, &mut tooltips) {
                (Some((name, _)), Some(texts)) if name == tag.name && !tag.closes => texts.next(),
                _ => None,
            };
            self.write(&tag, tooltip, &mut out);
        }
        Ok(out)
    }

    fn write(&self, tag: &Tag, tooltip: Option<&String>, out: &mut String) {
        if tag.closes {
            out.push_str("</");
            out.push_str(tag.name);
            out.push('>');
            return;
        }
        out.push('<');
        out.push_str(tag.name);
        for (name, value) in &tag.attributes {
            if ATTRIBUTES.contains(name) {
                self.attribute(name, value, out);
            }
        }
        match (tooltip, tag.empty) {
            (None, true) => out.push_str("/>"),
            (None, false) => out.push('>'),
            (Some(text), empty) => {
                out.push_str("><title>");
                out.push_str(&escape(text));
                out.push_str("</title>");
                if empty {
                    out.push_str("</");
                    out.push_str(tag.name);
                    out.push('>');
                }
            }
        }
    }

    /// Values are already escaped by charts-rs; a bare `<` or `"` cannot be in one, for the tag was read by them.
    fn attribute(&self, name: &str, value: &str, out: &mut String) {
        let value = value.replace('<', "&lt;");
        let value = if name == "id" {
            format!("{}-{value}", self.id)
        } else if let Some(target) = value.strip_prefix("url(#") {
            format!("url(#{}-{target}", self.id)
        } else if value.to_ascii_lowercase().contains("url(") {
            return;
        } else {
            value
        };
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        out.push_str(&value);
        out.push('"');
    }
}

pub(super) struct Tag<'a> {
    pub name: &'a str,
    pub attributes: Vec<(&'a str, &'a str)>,
    pub closes: bool,
    pub empty: bool,
    /// False for comments, declarations and processing instructions.
    pub is_element: bool,
    /// Bytes from `<` to `>`.
    pub length: usize,
}

impl<'a> Tag<'a> {
    /// Reads the tag at the start of `text`.
    pub fn read(text: &'a str) -> Option<Tag<'a>> {
        if text.starts_with("<!") || text.starts_with("<?") {
            let end = if text.starts_with("<!--") { text.find("-->")? + 3 } else { text.find('>')? + 1 };
            let attributes = Vec::new();
            return Some(Tag { name: "", attributes, closes: false, empty: true, is_element: false, length: end });
        }
        let closes = text.starts_with("</");
        let body = &text[if closes { 2 } else { 1 }..];
        let name_end = body.find(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '>'))?;
        let name = &body[..name_end];
        let mut attributes = Vec::new();
        let mut rest = body[name_end..].trim_start();
        loop {
            if let Some(after) = rest.strip_prefix('>') {
                let length = text.len() - after.len();
                return Some(Tag { name, attributes, closes, empty: false, is_element: true, length });
            }
            if let Some(after) = rest.strip_prefix("/>") {
                let length = text.len() - after.len();
                return Some(Tag { name, attributes, closes, empty: true, is_element: true, length });
            }
            let equals = rest.find(['=', '>'])?;
            if rest.as_bytes().get(equals) != Some(&b'=') {
                rest = &rest[equals..];
                continue;
            }
            let key = rest[..equals].trim();
            let value = rest[equals + 1..].trim_start();
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let end = value[1..].find(quote)?;
            // A value in single quotes may hold a double one.
            if quote == '"' {
                attributes.push((key, &value[1..=end]));
            }
            rest = value[end + 2..].trim_start();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(svg: &str) -> String {
        Marks { id: "c1", texts: true, tooltips: None }.of(svg).unwrap()
    }

    #[test]
    fn only_known_elements_and_attributes_pass() {
        let dirty = "<?xml version=\"1.0\"?>\n<svg width=\"9\" onload=\"x()\"><style>a{}</style>\n\
            <script>alert(1)</script><rect x=\"1\" style=\"fill:red\" onclick=\"x()\" class=\"a\" data-series=\"s\" fill=\"#FFF\"/>\
            <a href=\"javascript:x\"><text x=\"2\">in a link</text></a><g><text>a &lt; b</text></g></svg>";
        assert_eq!(clean(dirty), "<rect x=\"1\" fill=\"#FFF\"/><g><text>a &lt; b</text></g>");
    }

    #[test]
    fn ids_are_made_unique_and_foreign_urls_dropped() {
        let svg = "<svg><linearGradient id=\"g\"/><rect fill=\"url(#g)\"/><rect fill=\"URL(https://x)\"/></svg>";
        assert_eq!(clean(svg), "<linearGradient id=\"c1-g\"/><rect fill=\"url(#c1-g)\"/><rect/>");
    }

    #[test]
    fn tooltips_go_into_the_elements_in_order() {
        let texts = ["a < b".to_owned()];
        let marks = Marks { id: "c", texts: false, tooltips: Some(("path", &texts)) };
        let svg = "<svg><text>no</text><path d=\"M1\"/><path d=\"M2\"/></svg>";
        assert_eq!(marks.of(svg).unwrap(), "<path d=\"M1\"><title>a &lt; b</title></path><path d=\"M2\"/>");
    }

    #[test]
    fn broken_markup_is_an_error() {
        assert!(Marks::default().of("<svg><rect x=\"1").is_err());
        assert!(Marks::default().of("<svg><rect x=1/></svg>").is_err());
    }
}
