//! Where interpolated strings and the expressions inside them end.

use super::escapes;
use super::trivia::comment_length;

/// What the literal text of an interpolated string was seen to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Just past the closing quotes.
    pub end: Option<usize>,
    pub bad_escape: bool,
    /// A `}` that neither closes an expression nor is doubled.
    pub single_brace: bool,
}

/// Whether the text that is scanned can end at a quote, or is all content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    Close,
    Content,
}

/// Scans the literal text from `from` on, past whole `{…}` regions.
pub fn scan(bytes: &[u8], from: usize, raw: bool, quotes: Quotes) -> Scan {
    let close: &[u8] = if raw { b"\"\"\"" } else { b"\"" };
    let mut found = Scan::default();
    let mut index = from;
    while index < bytes.len() {
        let next = bytes.get(index + 1);
        match bytes[index] {
            b'"' if quotes == Quotes::Close && bytes[index..].starts_with(close) => {
                found.end = Some(index + close.len());
                return found;
            }
            b'\\' if !raw => {
                found.bad_escape |= escapes::decode(&bytes[index..]).is_none();
                index += 2;
            }
            b'{' if next == Some(&b'{') => index += 2,
            b'}' if next == Some(&b'}') => index += 2,
            b'{' => match expression_end(bytes, index + 1) {
                Some(end) => index = end + 1,
                None => return found,
            },
            b'}' => {
                found.single_brace = true;
                index += 1;
            }
            _ => index += 1,
        }
    }
    found
}

/// Finds the `}` that closes an expression which starts at `from`, just past its `{`. Braces inside comments,
/// strings and character literals do not count. An interpolated string inside is skipped as a plain one is.
pub fn expression_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut index = from;
    while index < bytes.len() {
        let rest = &bytes[index..];
        match rest[0] {
            b'/' if rest.get(1) == Some(&b'/') => {
                index += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            }
            // Unlike between tokens, `(*)` opens a comment here.
            b'(' if rest.get(1) == Some(&b'*') => index += comment_length(rest).0,
            b'"' if rest.starts_with(b"\"\"\"") => {
                index +=
                    rest[3..].windows(3).position(|three| three == b"\"\"\"").map_or(rest.len(), |at| at + 6);
            }
            b'"' => index += quoted_length(rest, b'"'),
            b'\'' => index += tick_length(rest),
            b'{' => {
                depth += 1;
                index += 1;
            }
            b'}' if depth == 0 => return Some(index),
            b'}' => {
                depth -= 1;
                index += 1;
            }
            _ => index += 1,
        }
    }
    None
}

fn quoted_length(bytes: &[u8], close: u8) -> usize {
    let mut index = 1;
    while index < bytes.len() {
        match bytes[index] {
            b'\\' => index += 2,
            byte if byte == close => return index + 1,
            _ => index += 1,
        }
    }
    bytes.len()
}

/// A character literal, or the lone tick of a type variable or a name. Only a single UTF-16 unit between two
/// ticks counts as a literal; longer graphemes are passed over one by one.
fn tick_length(bytes: &[u8]) -> usize {
    let unit_length = match bytes.get(1) {
        Some(b'\\') => return quoted_length(bytes, b'\''),
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..) | None => return 1,
        Some(_) => 1,
    };
    if bytes.get(1 + unit_length) == Some(&b'\'') { unit_length + 2 } else { 1 }
}
