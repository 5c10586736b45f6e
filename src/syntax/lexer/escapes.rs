//! The escape sequences of string and character literals.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Decodes escapes and brings the result into normal form C. An invalid escape keeps its backslash.
pub fn unescape(content: &str) -> Cow<'_, str> {
    unescape_checked(content).0
}

/// Like [`unescape`]; also tells whether every escape was valid.
pub fn unescape_checked(content: &str) -> (Cow<'_, str>, bool) {
    if !content.contains('\\') {
        return (normalize(content), true);
    }
    let mut valid = true;
    let mut decoded = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(index) = rest.find('\\') {
        decoded.push_str(&rest[..index]);
        rest = &rest[index..];
        let (character, length) = decode(rest.as_bytes()).unwrap_or_else(|| {
            valid = false;
            ('\\', 1)
        });
        decoded.push(character);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    match normalize(&decoded) {
        Cow::Owned(normal) => (Cow::Owned(normal), valid),
        Cow::Borrowed(_) => (Cow::Owned(decoded), valid),
    }
}

/// The text in normal form C, in which Darklang stores every literal text.
pub fn normalize(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Decodes the escape that `bytes` starts with: its character and its length in bytes.
pub fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let simple = |character| Some((character, 2));
    match bytes.get(1)? {
        b'n' => simple('\n'),
        b't' => simple('\t'),
        b'r' => simple('\r'),
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'v' => simple('\x0B'),
        b'f' => simple('\x0C'),
        b'0' => simple('\0'),
        escaped @ (b'\\' | b'"' | b'\'' | b'/' | b'{' | b'}') => simple(*escaped as char),
        b'x' => hexadecimal(bytes, 2),
        b'X' | b'u' => hexadecimal(bytes, 4),
        b'U' => hexadecimal(bytes, 8),
        _ => None,
    }
}

/// `\xHH` and its longer kin; surrogates and numbers past the last code point are invalid.
fn hexadecimal(bytes: &[u8], count: usize) -> Option<(char, usize)> {
    let length = 2 + count;
    let digits = bytes.get(2..length)?;
    // .NET's number parser lets NUL characters trail the digits.
    let zeros = digits.iter().rev().take_while(|byte| **byte == 0).count();
    let digits = &digits[..count - zeros];
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0_u32, |number, byte| {
        let digit = (*byte as char).to_digit(16)?;
        Some(number << 4 | digit)
    })?;
    Some((char::from_u32(number)?, length))
}
