//! Expressions, from the loosest to the tightest: operators, application, field access.
//!
//! This module and `names` call each other, as their productions do: a name may begin a record or a constructor, whose
//! fields are expressions.

use super::errors::code;
use super::kinds::{binding_power, can_start_atom, infix_of};
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{Apply, EnumExpr, Expr, ExprKind, Identifier, QualifiedName, TypeRef};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn expr(&mut self) -> Expr<'s> {
        let start = self.at;
        if !self.enter() {
            return self.hole(self.span(start));
        }
        let column = self.column(start);
        let expr = match self.kind() {
            TokenKind::Let => self.with_statements(column, Self::let_expr),
            TokenKind::If => self.with_statements(column, |parser| parser.if_expr(column)),
            TokenKind::Match => self.with_statements(column, Self::match_expr),
            _ => self.pipe(),
        };
        self.leave();
        expr
    }

    pub(super) fn hole(&self, span: Span) -> Expr<'s> {
        Expr { span, kind: ExprKind::Error }
    }

    pub(super) fn infix(&mut self) -> Expr<'s> {
        let left = self.application();
        self.infix_tail(1, left)
    }

    /// Precedence climbing: takes every operator that binds at least as tightly as `power`.
    fn infix_tail(&mut self, power: u8, mut left: Expr<'s>) -> Expr<'s> {
        let mut links = 0;
        while let Some((own_power, nests_right)) = binding_power(self.kind())
            && own_power >= power
            && self.operator_continues(left.span)
        {
            let operator = self.at;
            if !self.may_link(links) {
                break;
            }
            links += 1;
            self.at += 1;
            let right = self.right_operand(if nests_right { own_power } else { own_power + 1 });
            left = self.operation(operator, left.span.to(right.span), left, right);
        }
        left
    }

    fn right_operand(&mut self, power: u8) -> Expr<'s> {
        let right = self.application();
        if binding_power(self.kind()).is_none_or(|(own_power, _)| own_power < power) || !self.enter_chain() {
            return right;
        }
        let right = self.infix_tail(power, right);
        self.leave_chain();
        right
    }

    /// `left op right`. `@` is a call of the function that appends lists.
    pub(super) fn operation(&self, operator: usize, span: Span, left: Expr<'s>, right: Expr<'s>) -> Expr<'s> {
        match infix_of(self.kind_at(operator)) {
            Some(infix) => Expr { span, kind: ExprKind::Infix(infix, self.node((left, right))) },
            None => {
                let callee = self.operator_function(self.span(operator), &["Stdlib", "List"], "append");
                self.apply(span, callee, &[], &[left, right])
            }
        }
    }

    /// `f a b`, and `Case a b` where the constructor is the head.
    pub(super) fn application(&mut self) -> Expr<'s> {
        let head = self.at;
        let callee = self.atom();
        let takes_args = match &callee.kind {
            ExprKind::Enum(value) => value.fields.is_empty(),
            ExprKind::Variable(_)
            | ExprKind::FnName(_)
            | ExprKind::Apply(_)
            | ExprKind::FieldAccess(..)
            | ExprKind::Lambda(_) => true,
            _ => false,
        };
        if !takes_args || !self.starts_argument(head) {
            return callee;
        }
        let mut args = List::new();
        if matches!(callee.kind, ExprKind::Enum(_)) && self.kind() == TokenKind::LeftParen {
            // With a blank before it, a parenthesis still holds the fields: `Case (a, b)` has two.
            args.extend_from_slice(self.constructor_fields());
        } else {
            args.push(self.atom());
        }
        while self.starts_argument(head) {
            args.push(self.atom());
        }
        let last = args.last().map_or(callee.span, |last| last.span);
        self.applied(callee, last, &args)
    }

    fn starts_argument(&self, head: usize) -> bool {
        (can_start_atom(self.kind()) || self.is_negative_argument(self.at)) && self.continues(head)
    }

    /// A primary expression with the fields taken from it: `a.b.c`.
    pub(super) fn atom(&mut self) -> Expr<'s> {
        let mut expr = self.primary();
        let mut links = 0;
        while self.kind() == TokenKind::Dot && self.ahead(1) == TokenKind::Identifier && self.may_link(links)
        {
            let field = self.identifier_at(self.at + 1);
            self.at += 2;
            links += 1;
            let span = expr.span.to(field.span);
            expr = Expr { span, kind: ExprKind::FieldAccess(self.node(expr), field) };
        }
        expr
    }

    /// A sign before anything but a number: the whole application after it is negated.
    pub(super) fn negation(&mut self) -> Expr<'s> {
        let sign = self.span(self.at);
        if !self.enter_chain() {
            return self.hole(sign);
        }
        self.at += 1;
        let operand = self.application();
        self.leave_chain();
        let callee = self.operator_function(sign, &["Builtin"], "negate");
        self.apply(sign.to(operand.span), callee, &[], &[operand])
    }

    pub(super) fn reserved_operator(&mut self) -> Expr<'s> {
        let operator = self.token_text(self.at);
        let message = format!("'{operator}' is reserved but not supported by the expression grammar");
        self.report(code::UNEXPECTED, self.at, message);
        self.at += 1;
        self.hole(self.span(self.at - 1))
    }

    pub(super) fn apply(
        &self,
        span: Span,
        callee: Expr<'s>,
        type_args: &'s [TypeRef<'s>],
        args: &[Expr<'s>],
    ) -> Expr<'s> {
        let args = self.list_of(args);
        Expr { span, kind: ExprKind::Apply(self.node(Apply { callee, type_args, args })) }
    }

    /// Adds arguments to a callee: a constructor takes them as fields, a call that has only type arguments takes
    /// them in, and a bare name becomes a function's name.
    fn applied(&self, callee: Expr<'s>, last: Span, args: &[Expr<'s>]) -> Expr<'s> {
        let Expr { span: start, kind } = callee;
        let span = start.to(last);
        match kind {
            ExprKind::Apply(call) if call.args.is_empty() => {
                self.apply(span, call.callee, call.type_args, args)
            }
            ExprKind::Enum(value) => {
                let value = EnumExpr { fields: self.list_of(args), ..*value };
                Expr { span, kind: ExprKind::Enum(self.node(value)) }
            }
            ExprKind::Variable(name) => {
                let name = Identifier { span: start, name };
                let name = QualifiedName { span: start, modules: &[], name };
                self.apply(span, Expr { span: start, kind: ExprKind::FnName(self.node(name)) }, &[], args)
            }
            kind => self.apply(span, Expr { span: start, kind }, &[], args),
        }
    }
}
