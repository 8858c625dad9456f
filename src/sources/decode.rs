//! The encoding of a text file, and its text as UTF-8.
//!
//! What `[[source]]` says comes first, then a byte order mark, then UTF-8 if every byte fits. A file that is none of these
//! is read as the encoding under which most names of columns are known, since a wrong one turns names into nonsense; if
//! that decides nothing, as chardetng guesses. A file of which one byte does not fit is refused with the place: half a
//! file in one encoding and half in another cannot be told apart from a damaged one.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use encoding_rs::{BIG5, DecoderResult, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::sniff;
use crate::problem::{Problem, Result};
use crate::project::private;

/// Tried where nothing is said; in the order in which equals are preferred.
const CANDIDATES: [&Encoding; 5] = [GB18030, BIG5, SHIFT_JIS, EUC_KR, WINDOWS_1252];
/// Bytes that are looked at for a guess.
const HEAD: usize = 1 << 18;
const CHUNK: usize = 1 << 20;

/// The encoding called `name` in the settings; any label of the WHATWG's standard.
pub fn named(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    // GB 18030 holds all of GBK and GB 2312.
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// Bytes that are no UTF-8, as Chinese Windows would read them.
pub fn gb18030(bytes: &[u8]) -> String {
    GB18030.decode_without_bom_handling(bytes).0.into_owned()
}

/// The encoding of a file that is no sound UTF-8, or of which it is said.
///
/// # Errors
/// Usage: none that fits can be found; the settings must say it.
pub fn find(path: &Path, told: Option<&str>) -> Result<Option<&'static Encoding>> {
    let problem = |error: io::Error| Problem::io("read a data file", path, &error);
    let mut head = Vec::with_capacity(HEAD);
    File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head)).map_err(problem)?;
    if let Some((marked, _)) = Encoding::for_bom(&head) {
        return Ok(Some(marked));
    }
    if let Some(told) = told.and_then(named) {
        return Ok(Some(told));
    }
    if let Some(wide) = wide(&head) {
        return Ok(Some(wide));
    }
    Ok(None)
}

/// UTF-16 without a mark: every other byte of Latin letters, digits and commas is zero.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if half < 2 => None,
        () if odd * 4 > half && even * 50 < half => Some(UTF_16LE),
        () if even * 4 > half && odd * 50 < half => Some(UTF_16BE),
        () => None,
    }
}

/// The likeliest encoding of a file whose byte at `wrong` is not UTF-8; none when most of its text is UTF-8 all the same:
/// then it is damaged, or put together from several.
pub fn guess(path: &Path, wrong: u64) -> Result<Option<&'static Encoding>> {
    let sample = sample(path, wrong).map_err(|error| Problem::io("read a data file", path, &error))?;
    let (mut sound, mut unsound) = (0, 0);
    for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() { sound += 1 } else { unsound += 1 }
    }
    if sound >= unsound {
        return Ok(None);
    }
    // Known names outweigh a byte that does not fit: it is then named with its place, instead of being made into
    // nonsense by an encoding in which everything fits.
    let rank = |encoding: &'static Encoding| {
        let (text, unfit) = encoding.decode_without_bom_handling(&sample);
        (sniff::known_names(&text), !unfit && !text.chars().any(strange))
    };
    let ranked: Vec<(&'static Encoding, (usize, bool))> =
        CANDIDATES.iter().map(|encoding| (*encoding, rank(encoding))).collect();
    let most = ranked.iter().map(|(_, rank)| *rank).max().unwrap_or_default();
    if most == (0, false) {
        return Ok(None);
    }
    let best: Vec<&'static Encoding> =
        ranked.iter().filter(|(_, rank)| *rank == most).map(|(encoding, _)| *encoding).collect();
    if let [only] = best[..] {
        return Ok(Some(only));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&sample, true);
    let guessed = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Deny);
    let guessed = if guessed == GBK { GB18030 } else { guessed };
    Ok(best.iter().copied().find(|encoding| *encoding == guessed).or_else(|| best.first().copied()))
}

/// Characters that no text of a till has: of private use, or control codes.
fn strange(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}')
}

/// Whole lines from the beginning of a file, and more from the one that holds the byte at `place`.
fn sample(path: &Path, place: u64) -> io::Result<Vec<u8>> {
    let mut input = File::open(path)?;
    let mut sample = Vec::with_capacity(2 * HEAD);
    (&mut input).take(HEAD as u64).read_to_end(&mut sample)?;
    if sample.len() < HEAD {
        return Ok(sample);
    }
    cut_line(&mut sample);
    if place >= sample.len() as u64 {
        // From some way before it on; the first line of that may be half a one.
        input.seek(SeekFrom::Start(place.saturating_sub(HEAD as u64 / 4)))?;
        let mut more = Vec::with_capacity(HEAD);
        input.take(HEAD as u64).read_to_end(&mut more)?;
        if more.len() == HEAD {
            cut_line(&mut more);
        }
        let from = more.iter().position(|byte| *byte == b'\n').map_or(more.len(), |at| at + 1);
        sample.extend_from_slice(&more[from..]);
    }
    Ok(sample)
}

/// Takes the half line at the end away.
fn cut_line(bytes: &mut Vec<u8>) {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.truncate(end);
}

/// Looks for lines in UTF-8 among those of another encoding, in which they would become other words.
///
/// Few bytes of Chinese text can be read both ways. What settles it are bytes from 0x80 to 0xA0: half of those of UTF-8
/// are, and none of the characters of GB 2312, Big5 and EUC-KR has one.
#[derive(Default)]
struct Strangers {
    line: Vec<u8>,
    lines: usize,
}

impl Strangers {
    /// A line longer than this is not looked at.
    const LONGEST: usize = 1 << 16;

    /// The line in UTF-8, if one ends in this chunk.
    fn take(&mut self, chunk: &[u8]) -> Option<usize> {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() < Self::LONGEST {
                self.line.extend_from_slice(piece);
            }
            if piece.ends_with(b"\n") {
                self.lines += 1;
                if self.is_utf8() {
                    return Some(self.lines);
                }
                self.line.clear();
            }
        }
        None
    }

    fn is_utf8(&self) -> bool {
        if self.line.is_ascii() || self.line.len() >= Self::LONGEST {
            return false;
        }
        let Ok(text) = std::str::from_utf8(&self.line) else { return false };
        let wide = text.chars().filter(|c| c.len_utf8() == 3).count();
        wide >= 4 || (wide >= 2 && self.line.iter().any(|byte| (0x80..=0xa0).contains(byte)))
    }

    fn problem(encoding: &'static Encoding, line: usize) -> Problem {
        let what = format!("this file is {}, but line {line} is UTF-8: it was put together from two", encoding.name());
        Problem::failed(what).line(line).hint(
            "save its parts in one encoding; or, if all of it is one, say which: encoding = \"gbk\" in its [[source]]",
        )
    }
}

/// Writes the text of `from` to `to` as UTF-8, without a byte order mark, line by line as it was. Where the encoding was
/// `guessed`, a line in UTF-8 is a fault.
///
/// # Errors
/// A byte that the encoding does not have, with its place; `shown` is the file the reader of the error knows.
pub fn decode(from: &Path, (encoding, guessed): (&'static Encoding, bool), to: &Path, shown: &Path) -> Result<()> {
    // Half of the characters of Shift_JIS begin like UTF-8 goes on.
    let mut strangers = (guessed && encoding != SHIFT_JIS).then(Strangers::default);
    let problem = |error: io::Error| Problem::io("read a data file", shown, &error);
    let written = |error: io::Error| Problem::io("write a decoded copy to the cache", to, &error);
    let mut input = File::open(from).map_err(problem)?;
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut chunk = vec![0u8; CHUNK];
    let mut text =
        String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(CHUNK).unwrap_or(4 * CHUNK));
    let (mut before, mut lines) = (0u64, 0usize);
    loop {
        let read = input.read(&mut chunk).map_err(problem)?;
        let stranger = strangers.as_mut().and_then(|lines| lines.take(if read == 0 { b"\n" } else { &chunk[..read] }));
        if let Some(line) = stranger {
            return Err(Strangers::problem(encoding, line).at(shown));
        }
        let mut done = 0;
        loop {
            text.clear();
            let (result, taken) =
                decoder.decode_to_string_without_replacement(&chunk[done..read], &mut text, read == 0);
            done += taken;
            output.write_all(text.as_bytes()).map_err(written)?;
            lines += text.bytes().filter(|byte| *byte == b'\n').count();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let at = before + done as u64 - u64::from(length) - u64::from(after);
                    return Err(wrong(encoding, at, lines).at(shown));
                }
            }
        }
        if read == 0 {
            return output.flush().map_err(written);
        }
        before += read as u64;
    }
}

fn wrong(encoding: &'static Encoding, at: u64, lines: usize) -> Problem {
    let problem = Problem::failed(format!(
        "this file is not UTF-8, and byte {} cannot be read as {} either",
        at + 1,
        encoding.name()
    ));
    problem.line(lines + 1).hint(
        "save it again as UTF-8 (in Excel: Save as, CSV UTF-8), or say what it is: encoding = \"gbk\" in its [[source]]",
    )
}
