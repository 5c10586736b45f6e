//! Blocks: statements below each other at one column.

use smallvec::smallvec;

use super::kinds::closes_or_separates;
use super::{List, Parser};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    /// The body of a function, a branch, a case or a binding. Its first token sets the column.
    pub(super) fn block(&mut self) -> Expr<'s> {
        let column = self.column(self.at);
        self.with_statements(column, |parser| parser.block_at(column))
    }

    fn block_at(&mut self, column: u32) -> Expr<'s> {
        let start = self.at;
        let first = self.expr();
        if !self.takes_next_statement(start, column) {
            return first;
        }
        let mut statements: List<_> = smallvec![first];
        while self.may_link(statements.len()) {
            let start = self.at;
            statements.push(self.expr());
            if !self.takes_next_statement(start, column) {
                break;
            }
        }
        self.sequence(statements).unwrap_or_else(|| self.hole(self.span(start)))
    }

    /// Whether another statement follows the one from `start`; takes the `;` between them.
    fn takes_next_statement(&mut self, start: usize, column: u32) -> bool {
        if self.at == start {
            return false;
        }
        if self.kind() == TokenKind::Semicolon {
            self.at += 1;
            return true;
        }
        self.column(self.at) == column && self.kind() != TokenKind::Bar && !closes_or_separates(self.kind())
    }

    /// Nests statements to the right: `(a; (b; c))`. `None` if there are none.
    pub(super) fn sequence(&self, mut statements: List<Expr<'s>>) -> Option<Expr<'s>> {
        let mut sequence = statements.pop()?;
        while let Some(first) = statements.pop() {
            let span = first.span.to(sequence.span);
            sequence = Expr { span, kind: ExprKind::Statement(self.node((first, sequence))) };
        }
        Some(sequence)
    }
}
