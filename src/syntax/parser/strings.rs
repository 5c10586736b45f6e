//! Interpolated strings: their literal text, and the expressions between its braces.

use std::borrow::Cow;

use super::errors::code;
use super::limits::MAX_INTERPOLATIONS;
use super::{ItemScope, List, Parser};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{Position, Span, utf16_length};
use crate::syntax::ast::{Expr, ExprKind, StringSegment};
use crate::syntax::lexer;

/// Walks the text of one interpolated string.
struct Scan<'s> {
    text: &'s str,
    /// Where the text to look at next starts, and where its row and column are.
    at: usize,
    position: Position,
    /// Where the token ends.
    end: usize,
    /// In `$"""…"""` a backslash and a single quote mean nothing.
    raw: bool,
}

/// What ends a piece of literal text.
enum Stop {
    Quotes,
    /// An expression, and the offset of its `}`; none if it does not close.
    Brace(Option<usize>),
    EndOfToken,
}

impl<'s> Parser<'_, 's> {
    /// `$"text {expr} text"`.
    pub(super) fn interpolated_string(&mut self) -> Expr<'s> {
        let token = *self.token(self.at);
        let raw = self.token_text(self.at).starts_with("$\"\"\"");
        let mut scan = Scan {
            text: self.text,
            at: token.span.start as usize,
            position: token.start,
            end: token.span.end as usize,
            raw,
        };
        scan.advance(scan.at + if raw { 4 } else { 2 });
        let mut segments = List::new();
        loop {
            let (literal, stop) = scan.literal();
            if !literal.is_empty() {
                let text = decode(literal, raw);
                if !lexer::normalizes(&text) {
                    self.report_always(lexer::NONCHARACTER, self.at, lexer::NOT_NORMALIZED);
                }
                segments.push(StringSegment::Text(self.kept(&text)));
            }
            let Stop::Brace(Some(close)) = stop else { break };
            scan.advance(scan.at + 1);
            let start = scan.position;
            let body = Span::new(scan.at as u32, close as u32);
            scan.advance(close);
            let expr = self.interpolation(body, start, scan.position);
            segments.push(StringSegment::Interpolation(expr));
            scan.advance(close + 1);
        }
        self.at += 1;
        Expr { span: token.span, kind: ExprKind::String(self.list_of(&segments)) }
    }

    /// Parses what is between the braces, as a script of its own.
    fn interpolation(&mut self, body: Span, start: Position, end: Position) -> Expr<'s> {
        let nothing = Expr { span: body, kind: ExprKind::Unit };
        if self.budget.interpolations >= MAX_INTERPOLATIONS {
            let message = format!(
                "string interpolation nested too deeply (over {MAX_INTERPOLATIONS} levels); parsing abandoned"
            );
            self.report(code::TOO_DEEP, self.at, message);
            self.budget.abandoned = true;
            return nothing;
        }
        let tokens = lexer::tokenize_region(self.text, body, start);
        if !self.budget.abandoned {
            self.diagnostics.extend_from_slice(&tokens.lexical);
        }
        let mut inner = Parser::new(self.text, &tokens, self.arena);
        inner.budget.inherit(&self.budget);
        let file = inner.file(ItemScope::Script);
        self.budget.excess = inner.budget.excess;
        self.diagnostics.append(&mut inner.diagnostics);

        let count = file.expressions.len();
        let complaint = match (file.declarations.is_empty(), count) {
            (true, 1) => None,
            (true, 0) => Some("Interpolation body cannot be empty"),
            (true, _) => Some("Interpolation body must contain exactly one expression"),
            (false, _) => Some("Interpolation body must be one expression, not a declaration"),
        };
        if let Some(message) = complaint {
            let message = message.to_owned();
            self.diagnostics.push(Diagnostic::error(code::INTERPOLATION, start, end, message));
        }
        match file.expressions.first() {
            Some(first) if file.declarations.is_empty() => *first,
            _ => nothing,
        }
    }
}

impl<'s> Scan<'s> {
    /// Takes literal text up to what ends it.
    fn literal(&mut self) -> (&'s str, Stop) {
        let bytes = &self.text.as_bytes()[..self.end];
        let quotes: &[u8] = if self.raw { b"\"\"\"" } else { b"\"" };
        let mut at = self.at;
        let stop = loop {
            match bytes.get(at) {
                None => break Stop::EndOfToken,
                Some(b'"') if bytes[at..].starts_with(quotes) => break Stop::Quotes,
                Some(b'\\') if !self.raw && at + 1 < self.end => at += 2,
                Some(brace @ (b'{' | b'}')) if bytes.get(at + 1) == Some(brace) => at += 2,
                Some(b'{') => break Stop::Brace(lexer::expression_end(bytes, at + 1)),
                Some(_) => at += 1,
            }
        };
        let literal = &self.text[self.at..at.min(self.end)];
        self.advance(at.min(self.end));
        (literal, stop)
    }

    fn advance(&mut self, to: usize) {
        let passed = &self.text[self.at..to];
        match passed.rfind('\n') {
            Some(newline) => {
                self.position.row += passed.bytes().filter(|byte| *byte == b'\n').count() as u32;
                self.position.column = utf16_length(&passed[newline + 1..]);
            }
            None => self.position.column += utf16_length(passed),
        }
        self.at = to;
    }
}

/// Resolves doubled braces before escapes, so that `\{\{` stays two braces.
fn decode(literal: &str, raw: bool) -> Cow<'_, str> {
    if !literal.contains("{{") && !literal.contains("}}") {
        return decode_escapes(literal, raw);
    }
    let single = literal.replace("{{", "{").replace("}}", "}");
    Cow::Owned(decode_escapes(&single, raw).into_owned())
}

fn decode_escapes(literal: &str, raw: bool) -> Cow<'_, str> {
    if raw { lexer::normalize(literal) } else { lexer::unescape(literal) }
}
