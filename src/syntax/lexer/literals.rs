//! String, character and interpolated literals, and the type variables that look like characters.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::escapes::unescape_checked;
use super::interpolation::{self, Quotes, Scan};
use super::{Lexer, categories, normalize};
use crate::base::diagnostic::Diagnostic;
use crate::syntax::token::TokenKind;

/// The code of diagnostics about the content of string and character literals.
/// Darklang has no diagnostic for it: its parser throws (.NET's `String.Normalize` refuses the text).
pub(in crate::syntax) const NONCHARACTER: &str = "LEX-NONCHARACTER";
pub(in crate::syntax) const NOT_NORMALIZED: &str =
    "U+FFFE is no character; a text that holds it cannot be normalized";
const ESCAPE: &str = "PARSE-ESCAPE";
/// The code of diagnostics about the braces of interpolated strings.
const INTERPOLATION: &str = "PARSE-INTERPOLATION";

const TRIPLE: &str = "\"\"\"";

/// How many interpolated strings may turn out unclosed before the search for their end stays on its line. Each
/// such search runs to the end of the file; the file is refused by then, so only further diagnostics can differ.
const MAX_FAILED_INTERPOLATIONS: u32 = 256;

impl<'s> Lexer<'s> {
    pub(super) fn string(&mut self) {
        if self.bytes[self.at..].starts_with(TRIPLE.as_bytes()) {
            return self.raw_string();
        }
        let content = self.at + 1;
        let unclosed = match self.closing_quote(content, b'"') {
            Some(close) => return self.push_text(TokenKind::String, content, close, close + 1),
            None => self.line_end(content),
        };
        self.push_text(TokenKind::String, content, unclosed, unclosed);
        self.complain("unterminated string literal".into());
    }

    fn raw_string(&mut self) {
        let content = self.at + TRIPLE.len();
        let close = self.text[content..].find(TRIPLE).map(|index| content + index);
        let content_end = close.unwrap_or(self.bytes.len());
        let text = normalize(&self.text[content..content_end]);
        let normalizes = normalizes(&text);
        self.push_saying(TokenKind::String, text, close.map_or(content_end, |at| at + TRIPLE.len()));
        if close.is_none() {
            self.complain("unterminated triple-quoted string literal".into());
        }
        if !normalizes {
            self.refuse(NONCHARACTER, NOT_NORMALIZED);
        }
    }

    /// A type variable where the token before makes a type likely, else a character literal.
    pub(super) fn tick(&mut self) {
        let content = self.at + 1;
        let rest = &self.text[content..];
        let starts_name =
            rest.chars().next().is_some_and(|first| first == '_' || categories::is_letter(first));
        if starts_name && self.in_type_context() {
            let named = |character| character != '\'' && categories::continues_word(character);
            let end = content + rest.find(|character| !named(character)).unwrap_or(rest.len());
            return match self.bytes.get(end) {
                Some(b'\'') => self.push_text(TokenKind::Char, content, end, end + 1),
                _ => self.push(TokenKind::Identifier, end),
            };
        }
        if rest.starts_with('\\') {
            return match self.closing_quote(content, b'\'') {
                Some(close) => self.push_text(TokenKind::Char, content, close, close + 1),
                None => self.unclosed_char(content, self.line_end(content)),
            };
        }
        let end = content + first_grapheme_length(rest);
        match self.bytes.get(end) {
            Some(b'\'') => self.push_text(TokenKind::Char, content, end, end + 1),
            _ => self.unclosed_char(content, end),
        }
    }

    fn unclosed_char(&mut self, content: usize, end: usize) {
        self.push_text(TokenKind::Char, content, end, end);
        self.complain("unterminated char literal".into());
    }

    fn in_type_context(&self) -> bool {
        use TokenKind::*;
        let previous = self.out.tokens.last().map(|token| token.kind);
        matches!(previous, Some(LeftParen | Star | Less | Comma | Colon | Arrow | Equals | Of))
    }

    pub(super) fn interpolated(&mut self) {
        let start = self.at;
        let raw = self.bytes[start + 1..].starts_with(TRIPLE.as_bytes());
        let lead = if raw { "$\"\"\"" } else { "$\"" };
        let content = start + lead.len();
        let limit = if self.failed_interpolations < MAX_FAILED_INTERPOLATIONS {
            self.bytes.len()
        } else {
            self.line_end(start + 2)
        };
        let mut scan = interpolation::scan(&self.bytes[..limit], content, raw, Quotes::Close);
        let end = scan.end.unwrap_or_else(|| self.line_end(start + 2));
        self.push(TokenKind::InterpolatedString, end);
        if scan.end.is_none() {
            self.failed_interpolations += 1;
            self.complain("unterminated interpolated string".into());
            scan = interpolation::scan(
                strip_delimiters(&self.text[start..end], lead, &lead[1..]).as_bytes(),
                0,
                raw,
                Quotes::Content,
            );
        }
        self.complain_of_interpolated(scan, raw);
    }

    fn complain_of_interpolated(&mut self, scan: Scan, raw: bool) {
        if scan.bad_escape {
            self.refuse(ESCAPE, "Invalid escape sequence or codepoint in interpolated string");
        }
        if scan.single_brace && raw {
            self.refuse(
                INTERPOLATION,
                "Single '}' in raw interpolated string text; use '}}' for a literal brace",
            );
        } else if scan.single_brace {
            self.refuse(
                INTERPOLATION,
                "Single '}' in interpolated string text; use '}}' or '\\}' for a literal brace",
            );
        }
    }

    /// Emits a string or a character, and notes what it says where that is not what stands between its quotes.
    fn push_saying(&mut self, kind: TokenKind, text: Cow<'s, str>, end: usize) {
        let plain = plain_text(&self.text[self.at..end]);
        let is_plain = std::ptr::eq(plain, &*text) || plain == text;
        self.push(kind, end);
        if !is_plain {
            self.out.texts.push((self.out.tokens.len() as u32 - 1, text));
        }
    }

    /// Emits a string or a character whose content ends at `content_end` and whose token ends at `end`.
    fn push_text(&mut self, kind: TokenKind, content: usize, content_end: usize, end: usize) {
        let start = self.at;
        let (text, mut valid) = unescape_checked(&self.text[content..content_end]);
        // An unclosed literal may end in an escaped quote, which upstream's check takes for the closing one.
        if content_end == end {
            let quote = if kind == TokenKind::Char { "'" } else { "\"" };
            let checked = strip_delimiters(&self.text[start..end], quote, quote);
            valid = unescape_checked(checked).1;
        }
        let normalizes = normalizes(&text);
        let one_grapheme = kind != TokenKind::Char || text.graphemes(true).take(2).count() == 1;
        self.push_saying(kind, text, end);
        if !valid {
            let place = if kind == TokenKind::Char { "character" } else { "string" };
            self.refuse(ESCAPE, &format!("Invalid escape sequence or codepoint in {place} literal"));
        }
        if !normalizes {
            self.refuse(NONCHARACTER, NOT_NORMALIZED);
        }
        if !one_grapheme {
            self.refuse(ESCAPE, "Character literal must contain exactly one grapheme");
        }
    }

    /// Reports the content of the token that was emitted last.
    fn refuse(&mut self, code: &'static str, message: &str) {
        if let Some(token) = self.out.tokens.last() {
            let (start, end) = (token.start, token.end(self.text));
            self.out.literal.push(Diagnostic::error(code, start, end, message));
        }
    }

    /// Finds the quote that closes a literal whose content starts at `from`.
    ///
    /// Once a search has failed, every later one for the same quote fails too: it starts just past a quote that
    /// the failed search passed, so as an escaped one, and both go on from there in step. Remembering that keeps
    /// a file full of unclosed literals from costing the square of its length.
    fn closing_quote(&mut self, from: usize, quote: u8) -> Option<usize> {
        let unclosed = if quote == b'"' { &mut self.string_unclosed } else { &mut self.char_unclosed };
        if *unclosed {
            return None;
        }
        let mut index = from;
        while let Some(&byte) = self.bytes.get(index) {
            if byte == quote {
                return Some(index);
            }
            index += if byte == b'\\' { 2 } else { 1 };
        }
        *unclosed = true;
        None
    }
}

/// What stands between the quotes of a string or character literal.
pub fn plain_text(literal: &str) -> &str {
    let quotes = match literal.as_bytes() {
        [b'"', b'"', b'"', ..] => TRIPLE,
        [b'\'', ..] => "'",
        _ => "\"",
    };
    let content = literal.strip_prefix(quotes).unwrap_or(literal);
    content.strip_suffix(quotes).unwrap_or(content)
}

/// Whether .NET can bring a text into a normal form.
pub(in crate::syntax) fn normalizes(text: &str) -> bool {
    !text.contains('\u{FFFE}')
}

/// Takes the delimiters off a token's text as upstream's literal checks do; empty when they overlap.
fn strip_delimiters<'t>(text: &'t str, lead: &str, close: &str) -> &'t str {
    let Some(content) = text.strip_prefix(lead) else { return text };
    if content.is_empty() || !text.ends_with(close) {
        return content;
    }
    content.strip_suffix(close).unwrap_or("")
}

/// The length in bytes of the grapheme that a text starts with. An ASCII character before another one is always a
/// grapheme of its own, but for a carriage return before a newline.
fn first_grapheme_length(text: &str) -> usize {
    match text.as_bytes() {
        [first, second, ..] if first.is_ascii() && second.is_ascii() && *first != b'\r' => 1,
        _ => text.graphemes(true).next().map_or(0, str::len),
    }
}
