//! Parentheses and lists.

use smallvec::smallvec;

use super::errors::{PARENS, SQUARE, code};
use super::kinds::infix_of;
use super::{List, Parser};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    /// `()`, `(op)`, `(a, b)` or `(block)`.
    pub(super) fn parenthesized(&mut self) -> Expr<'s> {
        let opening = self.at;
        if self.ahead(1) == TokenKind::RightParen {
            self.at += 2;
            return Expr { span: self.span(opening).to(self.span(opening + 1)), kind: ExprKind::Unit };
        }
        let is_operator = infix_of(self.ahead(1)).is_some() || self.ahead(1) == TokenKind::At;
        if is_operator && self.ahead(2) == TokenKind::RightParen {
            return self.operator_section();
        }
        self.at += 1;
        self.with_parens(self.column(self.at), |parser| {
            let first = parser.expr();
            if parser.kind() == TokenKind::Comma {
                parser.tuple(opening, first)
            } else {
                parser.group(opening, first)
            }
        })
    }

    fn tuple(&mut self, opening: usize, first: Expr<'s>) -> Expr<'s> {
        let mut parts: List<_> = smallvec![first];
        while self.kind() == TokenKind::Comma {
            let comma = self.at;
            self.at += 1;
            parts.push(self.expr());
            // `,,` behind the second part ends the tuple, in front of the first of the commas.
            if parts.len() > 2 && self.at == comma + 1 && self.kind() == TokenKind::Comma {
                self.at = comma;
                break;
            }
        }
        let closing = self.close(&PARENS, opening);
        Expr { span: self.span(opening).to(closing), kind: ExprKind::Tuple(self.list_of(&parts)) }
    }

    /// An expression or the statements of a block. The parentheses are not part of the node.
    fn group(&mut self, opening: usize, first: Expr<'s>) -> Expr<'s> {
        let mut statements = List::new();
        let mut first = Some(first);
        while !matches!(self.kind(), TokenKind::RightParen | TokenKind::EndOfFile | TokenKind::Comma)
            && !self.is_next_declaration()
            && self.may_link(statements.len())
        {
            let start = self.at;
            let statement = self.expr();
            if self.at == start {
                break;
            }
            statements.extend(first.take());
            statements.push(statement);
        }
        let group = first.or_else(|| self.sequence(statements));
        self.close(&PARENS, opening);
        group.unwrap_or_else(|| self.hole(self.span(opening)))
    }

    /// `[a; b]`, with commas or line ends for the semicolons.
    pub(super) fn list(&mut self) -> Expr<'s> {
        let opening = self.at;
        self.at += 1;
        let parts = self.with_elements(Self::list_parts);
        let closing = self.close(&SQUARE, opening);
        Expr { span: self.span(opening).to(closing), kind: ExprKind::List(parts) }
    }

    fn list_parts(&mut self) -> &'s [Expr<'s>] {
        let mut parts = List::new();
        while !matches!(self.kind(), TokenKind::RightBracket | TokenKind::EndOfFile)
            && !self.is_next_declaration()
        {
            let start = self.at;
            self.start_element();
            let part = self.expr();
            let span = part.span;
            if self.at == start {
                self.report(code::UNEXPECTED, start, format!("unexpected {} in list", self.found(start)));
                break;
            }
            parts.push(part);
            match self.kind() {
                TokenKind::Semicolon | TokenKind::Comma => self.at += 1,
                TokenKind::RightBracket => {}
                _ => {
                    self.expect_separator(span, "a comma, semicolon, or newline between list elements");
                }
            }
        }
        self.list_of(&parts)
    }
}
