//! Integer and float literals.

use super::Lexer;
use super::categories::{continues_word, is_digit};
use crate::syntax::token::{IntLiteral, TokenKind};

/// The suffixes in the order they are tried: a longer one comes before its own first letter.
const SUFFIXES: [(&str, Suffix); 10] = [
    ("uy", Suffix::UInt8),
    ("us", Suffix::UInt16),
    ("ul", Suffix::UInt32),
    ("UL", Suffix::UInt64),
    ("L", Suffix::Int64),
    ("Q", Suffix::Int128),
    ("Z", Suffix::UInt128),
    ("y", Suffix::Int8),
    ("s", Suffix::Int16),
    ("l", Suffix::Int32),
];

#[derive(Clone, Copy, Debug)]
enum Suffix {
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    UInt128,
    Int8,
    Int16,
    Int32,
    Int64,
    Int128,
}

/// What stands in for the value of a literal that is malformed or out of range.
const PLACEHOLDER: IntLiteral<'static> = IntLiteral::Int64(0);

/// The value of an integer token, from its text.
pub fn int_value(token: &str) -> IntLiteral<'_> {
    let digits_end = digits_end(token, 0);
    let (suffix, end) = suffix_at(token, digits_end);
    match integer(&token[..digits_end], suffix) {
        Ok(literal) if end == token.len() => literal,
        _ => PLACEHOLDER,
    }
}

/// The suffix that the digits end in, and where that ends.
fn suffix_at(text: &str, digits_end: usize) -> (Option<Suffix>, usize) {
    let rest = &text.as_bytes()[digits_end..];
    match SUFFIXES.iter().find(|(suffix, _)| rest.starts_with(suffix.as_bytes())) {
        Some((text, suffix)) => (Some(*suffix), digits_end + text.len()),
        None => (None, digits_end),
    }
}

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let digits_end = digits_end(self.text, self.at);
        let fraction = self.bytes.get(digits_end) == Some(&b'.')
            && self::digits_end(self.text, digits_end + 1) > digits_end + 1;
        if fraction || matches!(self.bytes.get(digits_end), Some(b'e' | b'E')) {
            return self.float(digits_end, fraction);
        }
        let digits = &self.text[self.at..digits_end];
        let (suffix, end) = suffix_at(self.text, digits_end);
        match integer(digits, suffix) {
            Ok(_) if self.continues(end) => self.glued(TokenKind::Int, end),
            Ok(_) => self.push(TokenKind::Int, end),
            Err(message) => {
                self.push(TokenKind::Int, end);
                self.complain(message);
            }
        }
    }

    fn float(&mut self, digits_end: usize, fraction: bool) {
        let mut end = if fraction { self::digits_end(self.text, digits_end + 1) } else { digits_end };
        let mut exponent_is_empty = false;
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            end += 1;
            if matches!(self.bytes.get(end), Some(b'+' | b'-')) {
                end += 1;
            }
            let exponent = end;
            end = self::digits_end(self.text, exponent);
            exponent_is_empty = end == exponent;
        }
        // .NET reads ASCII digits only, though upstream scans the digits of every script.
        let text = &self.text[self.at..end];
        if exponent_is_empty || !text.is_ascii() {
            self.push(TokenKind::Float, end);
            self.complain(format!("malformed float literal: {text}"));
        } else if self.continues(end) {
            self.glued(TokenKind::Float, end);
        } else {
            self.push(TokenKind::Float, end);
        }
    }

    /// A number with identifier characters after it is one malformed literal, not two tokens.
    fn glued(&mut self, kind: TokenKind, from: usize) {
        let start = self.at;
        let end = self.word_end(from);
        self.push(kind, end);
        self.complain(format!("invalid number literal: {}", &self.text[start..end]));
    }

    fn continues(&self, at: usize) -> bool {
        self.text[at..].chars().next().is_some_and(continues_word)
    }
}

/// Where the digits from `from` on end.
fn digits_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = from;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if bytes.get(end).is_none_or(u8::is_ascii) {
        return end;
    }
    let rest = text[end..].char_indices().find(|(_, character)| !is_digit(*character));
    rest.map_or(bytes.len(), |(index, _)| end + index)
}

/// The magnitude of a type's least value passes: the parser wants a minus before it.
fn integer(digits: &str, suffix: Option<Suffix>) -> Result<IntLiteral<'_>, String> {
    let out_of_range = |name: &str| format!("out of range for {name}: {digits}");
    macro_rules! parse {
        ($literal:ident, $number:ty) => {
            digits
                .parse::<$number>()
                .map(IntLiteral::$literal)
                .map_err(|_| out_of_range(stringify!($literal)))
        };
    }
    macro_rules! parse_signed {
        ($literal:ident, $number:ty) => {
            match parse!($literal, $number) {
                // Only the bare spelling of the magnitude: one more leading zero and it is out of range.
                Err(_) if is_magnitude(digits, <$number>::MIN.unsigned_abs()) => {
                    Ok(IntLiteral::$literal(<$number>::MIN))
                }
                parsed => parsed,
            }
        };
    }
    match suffix {
        Some(Suffix::UInt8) => parse!(UInt8, u8),
        Some(Suffix::UInt16) => parse!(UInt16, u16),
        Some(Suffix::UInt32) => parse!(UInt32, u32),
        Some(Suffix::UInt64) => parse!(UInt64, u64),
        Some(Suffix::UInt128) => parse!(UInt128, u128),
        Some(Suffix::Int8) => parse_signed!(Int8, i8),
        Some(Suffix::Int16) => parse_signed!(Int16, i16),
        Some(Suffix::Int32) => parse_signed!(Int32, i32),
        Some(Suffix::Int64) => {
            parse_signed!(Int64, i64).map_err(|_: String| format!("Integer literal too large: {digits}"))
        }
        Some(Suffix::Int128) => parse_signed!(Int128, i128),
        None if digits.is_ascii() => {
            let significant = digits.trim_start_matches('0');
            let decimal = if significant.is_empty() { "0" } else { significant };
            Ok(IntLiteral::Int(decimal))
        }
        None => Err(format!("Invalid integer literal: {digits}")),
    }
}

fn is_magnitude(digits: &str, magnitude: impl Into<u128>) -> bool {
    !digits.starts_with('0') && digits.parse() == Ok::<u128, _>(magnitude.into())
}
