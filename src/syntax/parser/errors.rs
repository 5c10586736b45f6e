//! Diagnostics of the parser: their codes and their wording, which tools compare.

use super::Parser;
use super::kinds::is_recovery_barrier;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::Span;
use crate::syntax::token::TokenKind;

/// The stable codes (`LibParser/GRAMMAR.md`).
pub(super) mod code {
    pub const EXPECTED: &str = "PARSE-EXPECTED";
    pub const UNCLOSED: &str = "PARSE-UNCLOSED";
    pub const INT_RANGE: &str = "PARSE-INT-RANGE";
    pub const TOO_DEEP: &str = "PARSE-TOO-DEEP";
    pub const UNEXPECTED: &str = "PARSE-UNEXPECTED";
    pub const PIPE_SEGMENT: &str = "PARSE-PIPE-SEGMENT";
    pub const PATTERN: &str = "PARSE-PATTERN";
    pub const INTERPOLATION: &str = "PARSE-INTERPOLATION";
    pub const INTERNAL_LOOP: &str = "PARSE-INTERNAL-LOOP";
}

/// How much of a token a message shows, in UTF-16 units.
const SHOWN_UNITS: usize = 24;

/// A pair of brackets: how it opens and how it closes.
pub(super) struct Brackets {
    open: char,
    close: char,
    closing: TokenKind,
}

pub(super) const PARENS: Brackets = Brackets { open: '(', close: ')', closing: TokenKind::RightParen };
pub(super) const SQUARE: Brackets = Brackets { open: '[', close: ']', closing: TokenKind::RightBracket };
pub(super) const BRACES: Brackets = Brackets { open: '{', close: '}', closing: TokenKind::RightBrace };

impl Parser<'_, '_> {
    /// Reports a token, unless the parse has been abandoned: later errors only follow from the first.
    pub(super) fn report(&mut self, code: &'static str, index: usize, message: impl Into<String>) {
        if !self.budget.abandoned {
            self.report_always(code, index, message);
        }
    }

    /// For the diagnostics that Darklang reports even after it has abandoned a parse.
    pub(super) fn report_always(&mut self, code: &'static str, index: usize, message: impl Into<String>) {
        let token = self.token(index);
        let (start, end) = (token.start, token.end(self.text));
        self.diagnostics.push(Diagnostic::error(code, start, end, message));
    }

    pub(super) fn expected(&mut self, index: usize, what: &str) {
        self.report(code::EXPECTED, index, format!("expected {what}, found {}", self.found(index)));
    }

    /// Takes the closing bracket; its span, or the empty one behind what stands there instead.
    pub(super) fn close(&mut self, brackets: &Brackets, opening: usize) -> Span {
        self.take(brackets.closing).unwrap_or_else(|missing| {
            self.unclosed(brackets, opening);
            missing
        })
    }

    fn unclosed(&mut self, brackets: &Brackets, opening: usize) {
        let Brackets { open, close, .. } = brackets;
        let start = self.token(opening).start;
        let message = format!(
            "expected '{close}' to close the '{open}' at line {}:{}, found {}",
            start.row + 1,
            start.column + 1,
            self.found(self.at)
        );
        self.report(code::UNCLOSED, self.at, message);
    }

    /// The token at an index, as a message shows it.
    pub(super) fn found(&self, index: usize) -> String {
        if self.kind_at(index) == TokenKind::EndOfFile {
            return "end of file".to_owned();
        }
        let shown = self.token_text(index).replace('\n', "\\n");
        let units: Vec<u16> = shown.encode_utf16().take(SHOWN_UNITS + 1).collect();
        if units.len() <= SHOWN_UNITS {
            return format!("'{shown}'");
        }
        // Darklang may cut a surrogate pair in half, too.
        format!("'{}…'", String::from_utf16_lossy(&units[..SHOWN_UNITS]))
    }

    /// Skips the token that no construct could start with, unless the constructs around need it.
    pub(super) fn skip_unless_barrier(&mut self) {
        if self.at < self.tokens.len() && !is_recovery_barrier(self.kind()) {
            self.at += 1;
        }
    }

    /// Reports two elements on one row with nothing between them.
    pub(super) fn expect_separator(&mut self, previous: Span, what: &str) {
        let next = self.at;
        if self.kind() != TokenKind::EndOfFile
            && (self.span(next).start <= previous.end || self.is_on_row_of(next, previous))
        {
            self.expected(next, what);
        }
    }
}
