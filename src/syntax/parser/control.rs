//! `let`, `if`, `match` and `fun`.

use smallvec::smallvec;

use super::cursor::end_of;
use super::errors::code;
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{Expr, ExprKind, If, Lambda, Let, LetPattern, LetPatternKind, MatchCase};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn let_expr(&mut self) -> Expr<'s> {
        let keyword = self.span(self.at);
        self.at += 1;
        let pattern = self.let_pattern();
        if matches!(pattern.kind, LetPatternKind::Variable(_)) && self.kind() == TokenKind::LeftParen {
            return self.local_function(keyword, pattern);
        }
        if self.kind() == TokenKind::Colon {
            self.refuse_annotation();
        }
        if self.take(TokenKind::Equals).is_err() {
            self.expected(self.at, "'=' in let binding");
        }
        let value = self.block();
        let body = self.let_body();
        let span = keyword.to(self.span(self.at - 1));
        Expr { span, kind: ExprKind::Let(self.node(Let { pattern, value, body })) }
    }

    /// Reports `: Type` on a value and skips the type.
    pub(super) fn refuse_annotation(&mut self) {
        self.report_always(code::UNEXPECTED, self.at, "Value annotations are not supported");
        self.at += 1;
        self.type_ref();
    }

    fn let_body(&mut self) -> Expr<'s> {
        if self.kind() == TokenKind::In {
            self.at += 1;
        }
        self.block()
    }

    /// `let f (x: T) () : R = body`: a lambda bound to a name. The types are read over.
    fn local_function(&mut self, keyword: Span, pattern: LetPattern<'s>) -> Expr<'s> {
        let params = self.span(self.at);
        let mut patterns = List::new();
        while self.kind() == TokenKind::LeftParen {
            let opening = self.at;
            patterns.push(self.local_parameter());
            if self.at == opening {
                break;
            }
        }
        if self.kind() == TokenKind::Colon {
            self.at += 1;
            self.type_ref();
        }
        if self.take(TokenKind::Equals).is_err() {
            self.expected(self.at, "'=' in function binding");
        }
        let lambda_body = self.block();
        let body = self.let_body();
        let value = Expr {
            span: params.to(lambda_body.span),
            kind: ExprKind::Lambda(
                self.node(Lambda { patterns: self.list_of(&patterns), body: lambda_body }),
            ),
        };
        let span = keyword.to(body.span);
        Expr { span, kind: ExprKind::Let(self.node(Let { pattern, value, body })) }
    }

    /// A parameter of a local function. Stays where it is if the parameter does not close.
    fn local_parameter(&mut self) -> LetPattern<'s> {
        let opening = self.at;
        let inner = self.span(opening + 1);
        if self.ahead(1) == TokenKind::RightParen {
            self.at += 2;
            return LetPattern { span: self.span(opening).to(inner), kind: LetPatternKind::Unit };
        }
        let is_name = self.ahead(1) == TokenKind::Identifier;
        let name = if is_name { self.name(opening + 1) } else { "_" };
        self.at += 2;
        if self.kind() == TokenKind::Colon {
            self.at += 1;
            self.type_ref();
        }
        if self.take(TokenKind::RightParen).is_err() {
            self.expected(self.at, "')'");
            self.at = opening;
        }
        LetPattern { span: inner, kind: LetPatternKind::Variable(name) }
    }

    /// `column` is that of the first `if` of the chain: an `else` further left belongs to an `if` around it.
    pub(super) fn if_expr(&mut self, column: u32) -> Expr<'s> {
        let keyword = self.span(self.at);
        if !self.enter_chain() {
            return self.hole(keyword);
        }
        self.at += 1;
        let condition = self.expr();
        if self.take(TokenKind::Then).is_err() {
            self.expected(self.at, "'then'");
        }
        let then = self.block();
        let otherwise = self.otherwise(column);
        self.leave_chain();
        let span = keyword.to(otherwise.as_ref().unwrap_or(&then).span);
        Expr { span, kind: ExprKind::If(self.node(If { condition, then, otherwise })) }
    }

    /// `else …`, `else if …` on one row and `elif …`; the latter two continue the chain.
    fn otherwise(&mut self, column: u32) -> Option<Expr<'s>> {
        if self.column(self.at) < column {
            return None;
        }
        match self.kind() {
            TokenKind::Elif => Some(self.if_expr(column)),
            TokenKind::Else => {
                self.at += 1;
                let continues_chain =
                    self.kind() == TokenKind::If && self.row(self.at) == self.row(self.at - 1);
                Some(if continues_chain { self.if_expr(column) } else { self.block() })
            }
            _ => None,
        }
    }

    pub(super) fn match_expr(&mut self) -> Expr<'s> {
        let keyword = self.span(self.at);
        self.at += 1;
        let subject = self.match_subject();
        let with = self.take(TokenKind::With).unwrap_or_else(|missing| {
            self.expected(self.at, "'with' in match");
            missing
        });
        let cases_start = self.at;
        let cases = self.match_cases();
        if cases.is_empty() {
            self.expected(cases_start, "at least one match case starting with '|'");
        }
        let end = cases.last().map_or(with, |case| case.body.span);
        Expr { span: keyword.to(end), kind: ExprKind::Match(self.node(subject), cases) }
    }

    /// An expression, or a tuple without parentheses.
    fn match_subject(&mut self) -> Expr<'s> {
        let first = self.expr();
        if self.kind() != TokenKind::Comma {
            return first;
        }
        let start = first.span;
        let mut parts: List<_> = smallvec![first];
        while self.kind() == TokenKind::Comma {
            self.at += 1;
            parts.push(self.expr());
        }
        let end = parts.last().map_or(start, |last| last.span);
        Expr { span: start.to(end), kind: ExprKind::Tuple(self.list_of(&parts)) }
    }

    /// The cases stand below the first one's `|` or on its row; a `|` elsewhere belongs to a match around this.
    fn match_cases(&mut self) -> &'s [MatchCase<'s>] {
        let (row, column) = (self.row(self.at), self.column(self.at));
        let mut cases = List::new();
        while self.kind() == TokenKind::Bar && (self.row(self.at) == row || self.column(self.at) == column) {
            self.at += 1;
            let pattern = self.match_pattern();
            let guard = (self.kind() == TokenKind::When).then(|| {
                self.at += 1;
                self.expr()
            });
            if self.take(TokenKind::Arrow).is_err() {
                self.expected(self.at, "'->' in match case");
            }
            cases.push(MatchCase { pattern, guard, body: self.block() });
        }
        self.list_of(&cases)
    }

    /// `fun pattern pattern -> body`.
    pub(super) fn lambda(&mut self) -> Expr<'s> {
        let keyword = self.span(self.at);
        self.at += 1;
        let mut patterns = List::new();
        while matches!(self.kind(), TokenKind::Identifier | TokenKind::Underscore | TokenKind::LeftParen) {
            patterns.push(self.let_pattern());
        }
        if patterns.is_empty() {
            self.expected(self.at, "at least one lambda parameter");
        }
        if self.take(TokenKind::Arrow).is_err() {
            self.expected(self.at, "'->' in lambda");
        }
        let body = self.block();
        let lambda = Lambda { patterns: self.list_of(&patterns), body };
        Expr { span: keyword.to(body.span), kind: ExprKind::Lambda(self.node(lambda)) }
    }

    /// `(op)`: a function of both operands.
    pub(super) fn operator_section(&mut self) -> Expr<'s> {
        let (opening, operator) = (self.at, self.at + 1);
        self.at += 3;
        let span = self.span(opening).to(self.span(opening + 2));
        let place = end_of(self.span(operator));
        let operand = |name| Expr { span: place, kind: ExprKind::Variable(name) };
        let pattern = |name| LetPattern { span: place, kind: LetPatternKind::Variable(name) };
        let body = self.operation(operator, span, operand("a"), operand("b"));
        let lambda = Lambda { patterns: self.list_of(&[pattern("a"), pattern("b")]), body };
        Expr { span, kind: ExprKind::Lambda(self.node(lambda)) }
    }
}
