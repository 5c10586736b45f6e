//! Comments: skipped, except that `///` text is kept for the token that follows.

use std::borrow::Cow;

use super::{LEX, Lexer};
use crate::base::diagnostic::Diagnostic;

const SLASHES: usize = 3;

impl Lexer<'_> {
    pub(super) fn line_comment(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        // Four slashes are an ordinary comment again.
        if self.peek(2) == Some(b'/') && self.peek(SLASHES) != Some(b'/') {
            let text = self.text[start + SLASHES..end].trim();
            self.doc = Some(match self.doc.take() {
                None => Cow::Borrowed(text),
                Some(before) => {
                    let mut joined = before.into_owned();
                    joined.push(' ');
                    joined.push_str(text);
                    Cow::Owned(joined)
                }
            });
        }
        // The comment ends its row, so its columns need no count.
        self.at = end;
        if end == self.bytes.len() {
            self.at = start;
            self.advance(end);
        }
    }

    /// `(* … (* … *) … *)`.
    pub(super) fn block_comment(&mut self) {
        let start = self.position();
        let (length, closed) = comment_length(&self.bytes[self.at..]);
        self.advance(self.at + length);
        if !closed {
            let end = self.position();
            self.out.lexical.push(Diagnostic::error(LEX, start, end, "unterminated block comment"));
        }
    }
}

/// The length of the block comment that `bytes` start with, comments within it included, and whether it is closed.
pub(super) fn comment_length(bytes: &[u8]) -> (usize, bool) {
    let mut index = 2;
    let mut depth = 1_u32;
    while depth > 0 && index < bytes.len() {
        match (bytes[index], bytes.get(index + 1)) {
            (b'(', Some(b'*')) => {
                depth += 1;
                index += 2;
            }
            (b'*', Some(b')')) => {
                depth -= 1;
                index += 2;
            }
            _ => index += 1,
        }
    }
    (index, depth == 0)
}
