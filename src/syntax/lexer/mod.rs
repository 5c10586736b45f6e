//! From characters to tokens.
//!
//! Follows `darklang/dark backend/src/LibParser/Lexer.fs` token for token. It never fails: a malformed lexeme becomes
//! a token of the kind it seems to be, with a diagnostic beside it.

mod categories;
mod escapes;
mod interpolation;
mod literals;
mod numbers;
mod trivia;

use std::borrow::Cow;

pub use escapes::{normalize, unescape};
pub use interpolation::expression_end;
pub use literals::plain_text;
pub(in crate::syntax) use literals::{NONCHARACTER, NOT_NORMALIZED, normalizes};
pub use numbers::int_value;

use super::token::{Token, TokenKind, Tokens};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{Position, Span};

/// The code of diagnostics about malformed lexemes.
pub const LEX: &str = "LEX";

/// Tokenizes a whole source text, which must be shorter than 4 GiB.
pub fn tokenize(text: &str) -> Tokens<'_> {
    tokenize_region(text, Span::new(0, text.len() as u32), Position::default())
}

/// Tokenizes one region of a source text as though it were a text of its own, such as the `{…}` of an
/// interpolated string. `start` is the position of the region's first character; the spans and positions of
/// the tokens count from the beginning of `source`, the token indices in `docs` from the region's.
pub fn tokenize_region(source: &str, region: Span, start: Position) -> Tokens<'_> {
    let text = &source[..region.end as usize];
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: region.start as usize,
        row: start.row,
        column_base: region.start.wrapping_sub(start.column),
        out: Tokens::default(),
        doc: None,
        string_unclosed: false,
        char_unclosed: false,
        failed_interpolations: 0,
    };
    lexer.out.tokens.reserve((region.end - region.start) as usize / BYTES_PER_TOKEN + 1);
    lexer.run();
    lexer.out
}

/// A low guess of how many bytes of source there are to one token: the token vector rarely grows then.
const BYTES_PER_TOKEN: usize = 6;

struct Lexer<'s> {
    /// The source up to the end of the region: nothing past that end can be looked at.
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    row: u32,
    /// What to take from a byte offset in this row to get its column. Wraps where the region does not start its row.
    column_base: u32,
    out: Tokens<'s>,
    /// The `///` text that waits for the next token.
    doc: Option<Cow<'s, str>>,
    /// No `"` closes a string from here on; see `literals::closing_quote`.
    string_unclosed: bool,
    /// The same for `'`.
    char_unclosed: bool,
    failed_interpolations: u32,
}

impl<'s> Lexer<'s> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.row += 1;
                    self.column_base = self.at as u32;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
                b'0'..=b'9' => self.number(),
                b'"' => self.string(),
                b'\'' => self.tick(),
                b'$' if self.peek(1) == Some(b'"') => self.interpolated(),
                b'`' if self.peek(1) == Some(b'`') => self.backticks(),
                b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
                // `(*)` is the multiplication operator in parentheses.
                b'(' if self.peek(1) == Some(b'*') && self.peek(2) != Some(b')') => self.block_comment(),
                0x80.. => self.non_ascii(),
                _ => self.operator(byte),
            }
        }
        self.push_simple(TokenKind::EndOfFile, self.at);
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn position(&self) -> Position {
        Position { row: self.row, column: (self.at as u32).wrapping_sub(self.column_base) }
    }

    /// Moves to `end` over anything: counts rows, and UTF-16 units where bytes and units differ.
    fn advance(&mut self, end: usize) {
        for (index, byte) in self.bytes[self.at..end].iter().enumerate() {
            match byte {
                b'\n' => {
                    self.row += 1;
                    self.column_base = (self.at + index + 1) as u32;
                }
                // Two bytes are one unit; three bytes are one unit; four bytes are two units.
                0xC0..=0xDF => self.column_base = self.column_base.wrapping_add(1),
                0xE0.. => self.column_base = self.column_base.wrapping_add(2),
                _ => {}
            }
        }
        self.at = end;
    }

    /// Emits the token that ends at `end` and is known to be ASCII without a newline.
    fn push_simple(&mut self, kind: TokenKind, end: usize) {
        let start = self.position();
        let offset = self.at as u32;
        self.at = end;
        self.push_token(kind, offset, start);
    }

    /// Emits the token that ends at `end`, whatever its text holds.
    fn push(&mut self, kind: TokenKind, end: usize) {
        let start = self.position();
        let offset = self.at as u32;
        self.advance(end);
        self.push_token(kind, offset, start);
    }

    fn push_token(&mut self, kind: TokenKind, offset: u32, start: Position) {
        if let Some(doc) = self.doc.take() {
            self.out.docs.push((self.out.tokens.len() as u32, doc));
        }
        self.out.tokens.push(Token { kind, span: Span::new(offset, self.at as u32), start });
    }

    /// Reports the token that was emitted last.
    fn complain(&mut self, message: String) {
        if let Some(token) = self.out.tokens.last() {
            let (start, end) = (token.start, token.end(self.text));
            self.out.lexical.push(Diagnostic::error(LEX, start, end, message));
        }
    }

    fn word(&mut self) {
        let mut end = self.at + 1;
        while self.bytes.get(end).is_some_and(|byte| categories::WORD[*byte as usize]) {
            end += 1;
        }
        if self.bytes.get(end).is_some_and(|byte| !byte.is_ascii()) {
            let ascii_end = end;
            end = self.word_end(end);
            // A character that no word holds ends one, so that a keyword before it is a keyword.
            if end > ascii_end {
                return self.push(TokenKind::Identifier, end);
            }
        }
        let kind = keyword(&self.bytes[self.at..end]);
        self.push_simple(kind, end);
    }

    /// Where the identifier characters from `from` on end.
    fn word_end(&self, from: usize) -> usize {
        self.text[from..]
            .char_indices()
            .find(|(_, character)| !categories::continues_word(*character))
            .map_or(self.bytes.len(), |(index, _)| from + index)
    }

    /// The end of the line that holds `from`.
    fn line_end(&self, from: usize) -> usize {
        self.bytes[from..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.bytes.len(), |index| from + index)
    }

    /// ` ``any name`` ` on one line.
    fn backticks(&mut self) {
        let content = self.at + 2;
        let line_end = self.line_end(content);
        match self.bytes[content..line_end].windows(2).position(|pair| pair == b"``") {
            Some(index) => self.push(TokenKind::Identifier, content + index + 2),
            None => {
                self.push(TokenKind::Identifier, line_end);
                self.complain("unterminated backtick identifier".into());
            }
        }
    }

    fn non_ascii(&mut self) {
        let Some(character) = self.text[self.at..].chars().next() else { return };
        if categories::is_letter(character) {
            let end = self.word_end(self.at);
            self.push(TokenKind::Identifier, end);
        } else if categories::is_digit(character) {
            self.number();
        } else {
            self.unexpected(character);
        }
    }

    fn operator(&mut self, byte: u8) {
        use TokenKind::*;
        let (kind, length) = match (byte, self.peek(1), self.peek(2)) {
            (b'~', Some(b'~'), Some(b'~')) => (BitNot, 3),
            (b'|', Some(b'|'), Some(b'|')) => (BitOr, 3),
            (b'.', Some(b'.'), Some(b'.')) => (DotDotDot, 3),
            (b'+', Some(b'+'), _) => (PlusPlus, 2),
            (b'-', Some(b'>'), _) => (Arrow, 2),
            (b'=', Some(b'='), _) => (EqualsEquals, 2),
            (b'!', Some(b'='), _) => (NotEquals, 2),
            (b'<', Some(b'<'), _) => (ShiftLeft, 2),
            (b'<', Some(b'='), _) => (LessEquals, 2),
            (b'>', Some(b'>'), _) => (ShiftRight, 2),
            (b'>', Some(b'='), _) => (GreaterEquals, 2),
            (b'&', Some(b'&'), _) => (And, 2),
            (b'|', Some(b'|'), _) => (Or, 2),
            (b'|', Some(b'>'), _) => (Pipe, 2),
            (b':', Some(b':'), _) => (Cons, 2),
            (b'+', ..) => (Plus, 1),
            (b'-', ..) => (Minus, 1),
            (b'*', ..) => (Star, 1),
            (b'/', ..) => (Slash, 1),
            (b'(', ..) => (LeftParen, 1),
            (b')', ..) => (RightParen, 1),
            (b'{', ..) => (LeftBrace, 1),
            (b'}', ..) => (RightBrace, 1),
            (b'[', ..) => (LeftBracket, 1),
            (b']', ..) => (RightBracket, 1),
            (b':', ..) => (Colon, 1),
            (b',', ..) => (Comma, 1),
            (b';', ..) => (Semicolon, 1),
            (b'.', ..) => (Dot, 1),
            (b'=', ..) => (Equals, 1),
            (b'!', ..) => (Not, 1),
            (b'<', ..) => (Less, 1),
            (b'>', ..) => (Greater, 1),
            (b'&', ..) => (BitAnd, 1),
            (b'^', ..) => (Caret, 1),
            (b'%', ..) => (Percent, 1),
            (b'@', ..) => (At, 1),
            (b'|', ..) => (Bar, 1),
            _ => return self.unexpected(byte as char),
        };
        self.push_simple(kind, self.at + length);
    }

    /// Skips a character that no token starts with. Upstream sees UTF-16 units: outside the basic plane each
    /// half of the surrogate pair gets a diagnostic of its own, in which it cannot be printed.
    fn unexpected(&mut self, character: char) {
        let shown = if character.len_utf16() == 1 { character } else { char::REPLACEMENT_CHARACTER };
        let start = self.position();
        for unit in 0..character.len_utf16() as u32 {
            let start = Position { column: start.column + unit, ..start };
            let end = Position { column: start.column + 1, ..start };
            let message = format!("unexpected character: '{shown}'");
            self.out.lexical.push(Diagnostic::error(LEX, start, end, message));
        }
        self.advance(self.at + character.len_utf8());
    }
}

/// Keywords are ASCII and have at most five letters.
fn keyword(word: &[u8]) -> TokenKind {
    match word {
        b"_" => TokenKind::Underscore,
        b"in" => TokenKind::In,
        b"if" => TokenKind::If,
        b"of" => TokenKind::Of,
        b"let" => TokenKind::Let,
        b"val" => TokenKind::Val,
        b"fun" => TokenKind::Fun,
        b"elif" => TokenKind::Elif,
        b"then" => TokenKind::Then,
        b"else" => TokenKind::Else,
        b"type" => TokenKind::Type,
        b"with" => TokenKind::With,
        b"when" => TokenKind::When,
        b"true" => TokenKind::True,
        b"match" => TokenKind::Match,
        b"false" => TokenKind::False,
        _ => TokenKind::Identifier,
    }
}

#[cfg(test)]
mod tests;
