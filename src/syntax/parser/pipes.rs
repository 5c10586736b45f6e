//! Pipes, the loosest of all expressions: `head |> part |> part`.

use super::errors::code;
use super::kinds::{can_start_atom, infix_of};
use super::{List, Parser};
use crate::syntax::ast::{Expr, ExprKind, Infix, PipePart, PipePartKind};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn pipe(&mut self) -> Expr<'s> {
        let head = self.infix();
        if self.kind() != TokenKind::Pipe {
            return head;
        }
        let mut parts = List::new();
        while self.kind() == TokenKind::Pipe {
            let pipe = self.at;
            self.at += 1;
            let part = match self.piped_operator() {
                Some(infix) => Some(self.operator_part(infix)),
                None => pipe_part(self.infix()),
            };
            match part {
                Some(part) => parts.push(part),
                None => self.report(code::PIPE_SEGMENT, pipe + 1, "unsupported pipe segment"),
            }
            self.progress(pipe);
        }
        let span = head.span.to(self.span(self.at - 1));
        Expr { span, kind: ExprKind::Pipe(self.node(head), self.list_of(&parts)) }
    }

    /// `(op) arg` behind a pipe, where the piped value is the left operand. Without an argument, `(op)` is a
    /// function like any other.
    fn piped_operator(&self) -> Option<Infix> {
        let argument = self.at + 3;
        let infix = infix_of(self.ahead(1))?;
        let is_section = self.kind() == TokenKind::LeftParen && self.ahead(2) == TokenKind::RightParen;
        let has_argument = can_start_atom(self.kind_at(argument)) || self.is_negative_argument(argument);
        (is_section && has_argument).then_some(infix)
    }

    fn operator_part(&mut self, infix: Infix) -> PipePart<'s> {
        let operator = self.span(self.at + 1);
        self.at += 3;
        let operand = self.infix();
        PipePart { span: operator.to(operand.span), kind: PipePartKind::Infix(infix, operand) }
    }
}

/// What an expression means as a part of a pipe; `None` if it means nothing there.
fn pipe_part(expr: Expr<'_>) -> Option<PipePart<'_>> {
    let kind = match expr.kind {
        ExprKind::Apply(call) => {
            let ExprKind::FnName(name) = call.callee.kind else { return None };
            PipePartKind::FnCall { name, type_args: call.type_args, args: call.args }
        }
        ExprKind::FnName(name) => PipePartKind::FnCall { name, type_args: &[], args: &[] },
        ExprKind::Variable(name) => PipePartKind::VariableOrFnCall(name),
        ExprKind::Lambda(lambda) => PipePartKind::Lambda(lambda),
        ExprKind::Enum(value) => PipePartKind::Enum(value),
        _ => return None,
    };
    Some(PipePart { span: expr.span, kind })
}
