//! Primary expressions: what stands between operators and arguments.

use std::borrow::Cow;

use super::Parser;
use super::cursor::end_of;
use super::errors::code;
use super::names::no_type;
use crate::base::text::Span;
use crate::syntax::ast::{Expr, ExprKind, StringSegment, Text};
use crate::syntax::lexer;
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn primary(&mut self) -> Expr<'s> {
        match self.kind() {
            TokenKind::Identifier => self.named(),
            TokenKind::Int => {
                self.check_magnitude();
                let literal = self.int_value(self.at);
                self.single(ExprKind::Int(self.node(literal)))
            }
            TokenKind::Float => {
                let literal = self.float_literal(self.at, false);
                self.single(ExprKind::Float(self.node(literal)))
            }
            TokenKind::String => {
                let text = self.text_value(self.at);
                self.single(ExprKind::String(self.list_of(&[StringSegment::Text(text)])))
            }
            TokenKind::Char => {
                let text = self.text_value(self.at);
                self.single(ExprKind::Char(text))
            }
            TokenKind::InterpolatedString => self.interpolated_string(),
            TokenKind::True => self.single(ExprKind::Bool(true)),
            TokenKind::False => self.single(ExprKind::Bool(false)),
            TokenKind::Minus => self.signed(),
            TokenKind::LeftParen => self.parenthesized(),
            TokenKind::LeftBracket => self.list(),
            TokenKind::LeftBrace => self.braced(),
            TokenKind::Fun => self.lambda(),
            TokenKind::ShiftLeft
            | TokenKind::ShiftRight
            | TokenKind::BitAnd
            | TokenKind::BitOr
            | TokenKind::BitNot
            | TokenKind::Not
            | TokenKind::DotDotDot => self.reserved_operator(),
            _ => self.missing_expression(),
        }
    }

    /// An expression of one token.
    fn single(&mut self, kind: ExprKind<'s>) -> Expr<'s> {
        self.at += 1;
        Expr { span: self.span(self.at - 1), kind }
    }

    fn missing_expression(&mut self) -> Expr<'s> {
        self.expected(self.at, "an expression");
        let start = self.span(self.at).start;
        self.skip_unless_barrier();
        self.hole(Span::new(start, start))
    }

    /// `-`: the sign of a number, or the negation of an application.
    fn signed(&mut self) -> Expr<'s> {
        if !self.is_signed_number(self.at + 1) {
            return self.negation();
        }
        let kind = match self.ahead(1) {
            TokenKind::Float => {
                let literal = self.float_literal(self.at + 1, true);
                ExprKind::Float(self.node(literal))
            }
            _ => ExprKind::Int(self.node(self.negated_int(self.at + 1))),
        };
        self.at += 2;
        Expr { span: self.span(self.at - 2).to(self.span(self.at - 1)), kind }
    }

    /// A brace without a type before it: an update, or a record without a type, which there is not.
    fn braced(&mut self) -> Expr<'s> {
        if !self.starts_record_fields(self.at + 1) {
            return self.record_update();
        }
        let message = "Anonymous records are not supported; use a named record type";
        self.report(code::EXPECTED, self.at, message);
        let brace = self.span(self.at);
        self.record(no_type(end_of(brace)), brace)
    }

    /// The decoded text of a string or character token.
    pub(super) fn text_value(&self, index: usize) -> Text<'s> {
        match self.texts.binary_search_by_key(&(index as u32), |(token, _)| *token) {
            Ok(at) => self.kept(&self.texts[at].1),
            Err(_) => lexer::plain_text(self.token_text(index)),
        }
    }

    /// A text for as long as the tree is there.
    pub(super) fn kept(&self, text: &Cow<'s, str>) -> Text<'s> {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.arena.alloc_str(text),
        }
    }
}
