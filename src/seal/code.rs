//! Access codes: 128 random bits as 26 characters of Crockford's base 32 and a check digit, in groups of four.
//!
//! Codes are generated, never chosen. The check digit makes a typing mistake known at once, before the slow derivation
//! of the key: it is the sum of the characters weighted by powers of a generator of the field with 32 elements, which
//! finds every single wrong character and every two that changed places.

use getrandom::fill;

use super::primitive::{hex, unhex};
use crate::problem::{Problem, Result};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters before the check digit.
const LENGTH: usize = 26;

/// An access code.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; 16]);

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Code(…)")
    }
}

/// Why what was typed is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Characters that count, instead of 27.
    Length(usize),
    /// A character no code has, and which one it is, counted from 1.
    Letter(char, usize),
    /// A typing mistake.
    Check,
}

impl Code {
    pub fn random() -> Result<Code> {
        let mut bytes = [0; 16];
        fill(&mut bytes).map_err(|error| Problem::failed(format!("the system gives no random numbers: {error}")))?;
        Ok(Code(bytes))
    }

    pub fn new(bytes: [u8; 16]) -> Code {
        Code(bytes)
    }

    /// The 26 characters from which keys are derived: no check digit, no hyphens.
    pub fn letters(&self) -> String {
        self.digits().iter().map(|digit| char::from(ALPHABET[usize::from(*digit)])).collect()
    }

    /// The code as people see it: `XXXX-XXXX-…-XXC`.
    pub fn shown(&self) -> String {
        let digits = self.digits();
        let check = check_digit(&digits);
        let letters: Vec<char> =
            digits.iter().chain([&check]).map(|digit| char::from(ALPHABET[usize::from(*digit)])).collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// Reads what a person typed or pasted: small letters, full-width letters, spaces, any hyphens, `O` for `0`, `I` and
    /// `L` for `1`, or the whole link it stands in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(typed: &str) -> std::result::Result<Code, Fault> {
        let typed = typed.rsplit('#').next().unwrap_or(typed);
        let mut digits = Vec::new();
        for (at, letter) in typed.chars().filter_map(plain).enumerate() {
            let letter = match letter {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = ALPHABET.iter().position(|known| char::from(*known) == letter);
            let digit = digit.and_then(|digit| u8::try_from(digit).ok()).ok_or(Fault::Letter(letter, at + 1))?;
            digits.push(digit);
        }
        if digits.len() != LENGTH + 1 {
            return Err(Fault::Length(digits.len()));
        }
        let check = digits.pop().unwrap_or_default();
        // The first character holds three bits only.
        if check != check_digit(&digits) || digits[0] > 7 {
            return Err(Fault::Check);
        }
        let value = digits.iter().fold(0_u128, |value, digit| value << 5 | u128::from(*digit));
        Ok(Code(value.to_be_bytes()))
    }

    fn digits(&self) -> Vec<u8> {
        let value = u128::from_be_bytes(self.0);
        (0..LENGTH).rev().map(|place| u8::try_from(value >> (5 * place) & 31).unwrap_or_default()).collect()
    }

    /// For the key file.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    pub fn from_hex(text: &str) -> Option<Code> {
        unhex(text)?.try_into().ok().map(Code)
    }
}

/// One typed character in its plain form; `None` for what only separates.
fn plain(letter: char) -> Option<char> {
    let letter = match letter {
        // Full-width forms, as Chinese keyboards give them.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    };
    let hyphen = matches!(letter, '-' | '_' | '.' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let unseen = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    (!hyphen && !unseen && !letter.is_whitespace()).then(|| letter.to_ascii_uppercase())
}

/// Sum of digit · αⁱ over the field with 32 elements (x⁵ + x² + 1, α = x), i from 1.
fn check_digit(digits: &[u8]) -> u8 {
    let times_x = |value: u8| if value & 16 == 0 { value << 1 } else { value << 1 & 31 ^ 5 };
    // Horner: the last digit is multiplied once, the first as often as there are digits.
    digits.iter().fold(0, |sum, digit| times_x(sum ^ digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        Code::new(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f")
    }

    #[test]
    fn the_characters_are_those_of_crockford() {
        // 0x000102030405060708090a0b0c0d0e0f in base 32, worked out with Python's int and divmod.
        assert_eq!(code().letters(), "00041061050R3GG28A1C60T3GF");
        assert_eq!(Code::new([0xff; 16]).letters(), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        // A single 1 in the last place before the check digit weighs α, which is 2.
        assert_eq!(Code::new(1_u128.to_be_bytes()).shown(), "0000-0000-0000-0000-0000-0000-012");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let shown = code().shown();
        let spaced = shown.replace('-', " ").to_lowercase();
        let wide: String = shown.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let o = shown.replace('0', "O").replace('1', "l");
        let link = format!("https://shop.example/unlock/index.html#{shown}");
        for typed in [shown, spaced, wide, o, link] {
            assert_eq!(Code::read(&format!(" {typed}\n")), Ok(code()), "{typed}");
        }
    }

    #[test]
    fn every_single_mistake_and_every_swap_is_found() {
        let letters: Vec<char> = code().shown().replace('-', "").chars().collect();
        for at in 0..letters.len() {
            for other in ALPHABET.iter().map(|letter| char::from(*letter)).filter(|other| *other != letters[at]) {
                let mut wrong = letters.clone();
                wrong[at] = other;
                assert_eq!(Code::read(&wrong.iter().collect::<String>()), Err(Fault::Check), "{at} {other}");
            }
            for other in (0..at).filter(|other| letters[*other] != letters[at]) {
                let mut wrong = letters.clone();
                wrong.swap(at, other);
                assert_eq!(Code::read(&wrong.iter().collect::<String>()), Err(Fault::Check), "{at} {other}");
            }
        }
    }

    #[test]
    fn what_is_no_code_says_why() {
        assert_eq!(Code::read(""), Err(Fault::Length(0)));
        assert_eq!(Code::read("1234"), Err(Fault::Length(4)));
        assert_eq!(Code::read("12U4"), Err(Fault::Letter('U', 3)));
        assert_eq!(Code::read("13800138000生日"), Err(Fault::Letter('生', 12)));
        assert_eq!(Code::from_hex("00"), None);
    }
}
