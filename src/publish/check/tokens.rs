//! Drives html5ever's tokenizer and gives each token its line and column, which the tokenizer does not keep.
//!
//! The tokenizer alone is used, not its tree builder: the builder repairs what it reports, loses positions, and takes
//! time quadratic in the depth of a hostile page.

use std::cell::{Cell, RefCell};

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::position::Position;

/// Line and column from 1; 0 where unknown.
pub(super) type At = (u64, u64);

/// How the text after a start tag is read.
pub(super) enum Content {
    Markup,
    Raw(RawKind),
    /// Everything up to the end of the file.
    Plain,
}

/// Receives the tokens of a page in order.
pub(super) trait Handler {
    fn start(&mut self, tag: &Tag, at: At) -> Content;
    fn end(&mut self, tag: &Tag, at: At);
    fn text(&mut self, text: &str, line: u64);
    fn doctype(&mut self, doctype: &Doctype);
    fn fault(&mut self, message: &str, line: u64);
    /// Whether the parser stands inside SVG or MathML, where CDATA sections exist.
    fn in_foreign(&self) -> bool;
}

/// Bytes given to the tokenizer at a time.
const CHUNK: usize = 32 * 1024;
/// A tag with more gaps than this is not read further. The tokenizer compares each attribute of a tag with all others,
/// so one tag of some megabytes would take minutes. One long value (an image, a ciphertext) has few gaps.
const MOST_GAPS: usize = 30_000;

/// Runs `handler` over a page. `false` when it was given up because of an endless tag.
pub(super) fn each<H: Handler>(text: &str, handler: &mut H) -> bool {
    let queue = BufferQueue::default();
    let sink = Sink {
        text,
        queue: &queue,
        fed: Cell::new(0),
        last: Cell::new(0),
        silent: Cell::new(true),
        state: RefCell::new((handler, Position::new(text))),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let mut at = 0;
    let mut gaps = 0;
    while at < text.len() {
        let mut end = (at + CHUNK).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        queue.push_back(StrTendril::from_slice(&text[at..end]));
        let start = at;
        at = end;
        tokenizer.sink.fed.set(at);
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        let gap = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'"' | b'\'');
        gaps = if tokenizer.sink.silent.replace(true) {
            gaps + text.as_bytes()[start..end].iter().filter(|byte| gap(byte)).count()
        } else {
            0
        };
        if gaps > MOST_GAPS {
            return false;
        }
    }
    tokenizer.end();
    true
}

struct Sink<'t, H> {
    text: &'t str,
    queue: &'t BufferQueue,
    /// Bytes given to the tokenizer so far.
    fed: Cell<usize>,
    /// No token has come since this was last asked.
    silent: Cell<bool>,
    /// Where the last tag, comment or doctype ended.
    last: Cell<usize>,
    state: RefCell<(&'t mut H, Position<'t>)>,
}

impl<H> Sink<'_, H> {
    /// The offset up to which the tokenizer has read. Exact after a `>`: what is left of the chunk lies in one buffer.
    fn offset(&self) -> usize {
        let rest = self.queue.peek_front_chunk_mut().map_or(0, |chunk| chunk.len());
        self.fed.get().saturating_sub(rest)
    }

    /// The `<` of the tag that ended at `end`. Text before a start tag cannot hold `<` and a letter; text before an
    /// end tag can, in scripts, so there the last `</` counts.
    fn tag_start(&self, end: usize, kind: TagKind) -> usize {
        let from = self.last.get().min(end);
        let Some(region) = self.text.get(from..end) else { return from };
        let found = match kind {
            TagKind::EndTag => region.rfind("</"),
            TagKind::StartTag => {
                let opens = |at: &usize| region.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic);
                region.match_indices('<').map(|(at, _)| at).find(opens)
            }
        };
        from + found.unwrap_or(0)
    }
}

impl<H: Handler> TokenSink for Sink<'_, H> {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        if !matches!(token, Token::ParseError(_)) {
            self.silent.set(false);
        }
        let mut state = self.state.borrow_mut();
        let (handler, position) = &mut *state;
        match token {
            Token::TagToken(tag) => {
                let end = self.offset();
                let at = position.at(self.tag_start(end, tag.kind));
                self.last.set(end);
                if tag.kind == TagKind::EndTag {
                    handler.end(&tag, at);
                    return TokenSinkResult::Continue;
                }
                return match handler.start(&tag, at) {
                    Content::Markup => TokenSinkResult::Continue,
                    Content::Raw(kind) => TokenSinkResult::RawData(kind),
                    Content::Plain => TokenSinkResult::Plaintext,
                };
            }
            Token::DoctypeToken(doctype) => {
                self.last.set(self.offset());
                handler.doctype(&doctype);
            }
            Token::CommentToken(_) => self.last.set(self.offset()),
            Token::CharacterTokens(text) => handler.text(&text, line),
            Token::ParseError(message) => handler.fault(&message, line),
            Token::NullCharacterToken | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.state.borrow().0.in_foreign()
    }
}
