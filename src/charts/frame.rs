//! The frame around the marks: the `<svg>` element with its names for screen readers, title, legend, texts and lines.

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::text::{fit, width};
use super::{ChartSpec, Drawn, GRID, MUTED, PALETTE, TEXT, Words, describe};

/// The reader's own fonts, those with Chinese letters named.
const FONTS: &str = "system-ui,-apple-system,'PingFang SC','Hiragino Sans GB','Microsoft YaHei',\
    'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC',sans-serif";

/// Font sizes in pixels.
pub(super) const SMALL: f32 = 12.0;
pub(super) const TITLE: f32 = 14.0;

/// Space kept free around everything.
pub(super) const EDGE: f32 = 8.0;

/// The part of the drawing where the marks go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Area {
    pub fn right(&self) -> f32 {
        self.left + self.width
    }
    pub fn bottom(&self) -> f32 {
        self.top + self.height
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Everything drawn so far, without the `<svg>` around it.
#[derive(Default)]
pub(super) struct Sheet {
    pub body: String,
}

impl Sheet {
    /// A text whose vertical middle is at `y`.
    pub fn text(&mut self, x: f32, y: f32, anchor: Anchor, text: &str) {
        self.styled(x, y, anchor, text, (SMALL, TEXT, false));
    }

    pub fn muted(&mut self, x: f32, y: f32, anchor: Anchor, text: &str) {
        self.styled(x, y, anchor, text, (SMALL, MUTED, false));
    }

    /// `style` is size, colour, bold. The baseline is set by number: browsers differ on `dominant-baseline`.
    pub fn styled(&mut self, x: f32, y: f32, anchor: Anchor, text: &str, style: (f32, &str, bool)) {
        if text.is_empty() {
            return;
        }
        let (size, colour, bold) = style;
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        self.push(format_args!(
            "<text x=\"{}\" y=\"{}\"{anchor} font-size=\"{}\"{weight} fill=\"{colour}\">{}</text>",
            number(x),
            number(y + size * 0.36),
            number(size),
            escape(text)
        ));
    }

    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), colour: &str) {
        self.push(format_args!(
            "<path d=\"M{} {}L{} {}\" stroke=\"{colour}\"/>",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1)
        ));
    }

    /// A see-through rectangle that shows `tooltip` where the pointer rests.
    pub fn hover(&mut self, area: Area, tooltip: &str) {
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"><title>{}</title></rect>",
            number(area.left),
            number(area.top),
            number(area.width),
            number(area.height),
            escape(tooltip)
        ));
    }

    /// A filled square as the key of a colour.
    pub fn swatch(&mut self, x: f32, middle: f32, colour: &str) {
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" rx=\"2\" fill=\"{colour}\"/>",
            number(x),
            number(middle - 5.0)
        ));
    }

    /// Marks drawn elsewhere, moved to `left`, `top`.
    pub fn moved(&mut self, left: f32, top: f32, marks: &str) {
        self.push(format_args!("<g transform=\"translate({} {})\">{marks}</g>", number(left), number(top)));
    }

    pub fn push(&mut self, what: fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = self.body.write_fmt(what);
    }

    /// The title, if there is one; gives the y below it.
    pub fn title(&mut self, spec: &ChartSpec) -> f32 {
        let Some(title) = spec.title.as_deref().filter(|title| !title.trim().is_empty()) else { return EDGE };
        let shown = fit(title, TITLE * 1.05, spec.width - 2.0 * EDGE);
        self.styled(EDGE, EDGE + TITLE / 2.0, Anchor::Start, &shown, (TITLE, TEXT, true));
        EDGE + TITLE + 10.0
    }

    /// The names of the series with their colours, in as many rows as they need; gives the y below them. `dash` says
    /// how the line of a series is dashed, `None` that it is drawn as an area.
    pub fn legend(&mut self, spec: &ChartSpec, top: f32, dash: &dyn Fn(usize) -> Option<&'static str>) -> f32 {
        if spec.series.len() < 2 {
            return top;
        }
        const KEY: f32 = 22.0;
        const ROW: f32 = 20.0;
        let (mut x, mut y) = (EDGE, top + ROW / 2.0);
        for (at, series) in spec.series.iter().enumerate() {
            let name = fit(&series.name, SMALL, (spec.width - 2.0 * EDGE - KEY).min(200.0));
            let wide = KEY + width(&name, SMALL);
            if x > EDGE && x + wide > spec.width - EDGE {
                (x, y) = (EDGE, y + ROW);
            }
            match dash(at) {
                Some(dash) => self.push(format_args!(
                    "<path d=\"M{} {}h16\" stroke=\"{}\" stroke-width=\"2.5\"{}/>",
                    number(x),
                    number(y),
                    colour(at),
                    dash_attribute(dash)
                )),
                None => self.swatch(x + 4.0, y, colour(at)),
            }
            self.text(x + KEY, y, Anchor::Start, &name);
            x += wide + 16.0;
        }
        y + ROW / 2.0 + 4.0
    }

    /// The finished `<svg>`.
    pub fn finish(self, spec: &ChartSpec, height: f32, description: String) -> Drawn {
        let id = &spec.id;
        let title = spec.title.as_deref().unwrap_or_default();
        // A title element without text would be read out as an empty name.
        let (labels, title) = if title.trim().is_empty() {
            (format!("{id}-d"), String::new())
        } else {
            (format!("{id}-t {id}-d"), format!("<title id=\"{id}-t\">{}</title>", escape(title)))
        };
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"100%\" \
             preserveAspectRatio=\"xMidYMid meet\" role=\"img\" aria-labelledby=\"{labels}\" font-family=\"{FONTS}\" \
             fill=\"none\">{title}<desc id=\"{id}-d\">{}</desc>{}</svg>",
            number(spec.width),
            number(height),
            escape(&description),
            self.body
        );
        Drawn { svg, description }
    }
}

/// ` stroke-dasharray="…"`, or nothing for a whole line.
fn dash_attribute(dash: &str) -> String {
    if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") }
}

/// The colour of the series or slice with this position.
pub(super) fn colour(at: usize) -> &'static str {
    PALETTE[at % PALETTE.len()]
}

/// A frame that says in words that there is nothing to show.
pub(super) fn no_data(spec: &ChartSpec, words: &Words) -> Drawn {
    let mut sheet = Sheet::default();
    let top = sheet.title(spec);
    let said = words("chart-no-data", &[]);
    let height = spec.height.min(160.0).max(top + 60.0);
    let middle = (top + height) / 2.0;
    sheet.push(format_args!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" stroke=\"{GRID}\" stroke-dasharray=\"4 4\"/>",
        number(EDGE),
        number(top),
        number(spec.width - 2.0 * EDGE),
        number(height - top - EDGE)
    ));
    sheet.muted(spec.width / 2.0, middle - EDGE / 2.0, Anchor::Middle, &fit(&said, SMALL, spec.width - 4.0 * EDGE));
    let description = describe::pair(spec.title.as_deref().unwrap_or_default(), &said);
    sheet.finish(spec, height, description)
}

/// A coordinate as it is written: with at most one decimal.
#[derive(Clone, Copy)]
pub(super) struct Coordinate(f32);

/// A coordinate ready to be written.
pub(super) fn number(value: f32) -> Coordinate {
    Coordinate(value)
}

impl fmt::Display for Coordinate {
    /// By integers: a chart has hundreds of coordinates, and writing floats is slow.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = if self.0.is_finite() { (self.0 * 10.0).round() as i64 } else { 0 };
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        if tenth == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{tenth}") }
    }
}

/// Letters that XML has no way to write.
pub(super) fn forbidden(letter: char) -> bool {
    matches!(letter, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Text for an element or a quoted attribute; letters that XML forbids become the replacement character.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter: char| matches!(letter, '<' | '>' | '&' | '"' | '\'') || forbidden(letter)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if forbidden(letter) => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}
