//! Patterns: of `match`, from the loosest `a | b` over `a, b` and `a :: b` to single ones, and of `let`.

use smallvec::smallvec;

use super::errors::{PARENS, SQUARE, code};
use super::kinds::{can_start_pattern, starts_upper};
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{LetPattern, LetPatternKind, MatchPattern, MatchPatternKind};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn match_pattern(&mut self) -> MatchPattern<'s> {
        self.alternatives(Self::tuple_pattern)
    }

    /// The field of a constructor, where a comma separates fields.
    fn field_pattern(&mut self) -> MatchPattern<'s> {
        self.alternatives(Self::cons_pattern)
    }

    fn alternatives(&mut self, parse: fn(&mut Self) -> MatchPattern<'s>) -> MatchPattern<'s> {
        self.separated(TokenKind::Bar, parse, MatchPatternKind::Or)
    }

    fn tuple_pattern(&mut self) -> MatchPattern<'s> {
        self.separated(TokenKind::Comma, Self::cons_pattern, MatchPatternKind::Tuple)
    }

    fn separated(
        &mut self,
        separator: TokenKind,
        parse: fn(&mut Self) -> MatchPattern<'s>,
        combine: fn(&'s [MatchPattern<'s>]) -> MatchPatternKind<'s>,
    ) -> MatchPattern<'s> {
        let first = parse(self);
        if self.kind() != separator {
            return first;
        }
        let mut span = first.span;
        let mut parts: List<_> = smallvec![first];
        while self.kind() == separator {
            self.at += 1;
            let part = parse(self);
            span = span.to(part.span);
            parts.push(part);
        }
        MatchPattern { span, kind: combine(self.list_of(&parts)) }
    }

    /// `head :: tail`, nesting to the right.
    fn cons_pattern(&mut self) -> MatchPattern<'s> {
        let head = self.single_pattern();
        if self.kind() != TokenKind::Cons || !self.enter_chain() {
            return head;
        }
        self.at += 1;
        let tail = self.cons_pattern();
        self.leave_chain();
        let span = head.span.to(tail.span);
        MatchPattern { span, kind: MatchPatternKind::Cons(self.node(head), self.node(tail)) }
    }

    fn single_pattern(&mut self) -> MatchPattern<'s> {
        let start = self.span(self.at);
        if !self.enter() {
            return MatchPattern { span: start, kind: MatchPatternKind::Error };
        }
        let pattern = self.single_pattern_inside();
        self.leave();
        pattern
    }

    fn single_pattern_inside(&mut self) -> MatchPattern<'s> {
        let start = self.at;
        let kind = match self.kind() {
            TokenKind::Underscore => MatchPatternKind::Variable("_"),
            TokenKind::Int => {
                self.check_magnitude();
                MatchPatternKind::Int(self.node(self.int_value(start)))
            }
            TokenKind::Float => {
                let literal = self.float_literal(start, false);
                MatchPatternKind::Float(self.node(literal))
            }
            TokenKind::True => MatchPatternKind::Bool(true),
            TokenKind::False => MatchPatternKind::Bool(false),
            TokenKind::String => MatchPatternKind::String(self.text_value(start)),
            TokenKind::Char => MatchPatternKind::Char(self.text_value(start)),
            TokenKind::Minus => return self.negative_pattern(),
            TokenKind::LeftParen => return self.parenthesized_pattern(),
            TokenKind::LeftBracket => return self.list_pattern(),
            TokenKind::Identifier if starts_upper(self.name(start)) => return self.enum_pattern(),
            TokenKind::Identifier => MatchPatternKind::Variable(self.name(start)),
            TokenKind::DotDotDot => {
                let message = "'...' rest patterns are reserved but not supported";
                self.report(code::UNEXPECTED, start, message);
                MatchPatternKind::Error
            }
            _ => {
                self.expected(start, "a pattern");
                self.skip_unless_barrier();
                let start = self.span(start).start;
                return MatchPattern { span: Span::new(start, start), kind: MatchPatternKind::Error };
            }
        };
        self.at += 1;
        MatchPattern { span: self.span(start), kind }
    }

    fn negative_pattern(&mut self) -> MatchPattern<'s> {
        let sign = self.at;
        if !self.is_signed_number(sign + 1) {
            self.expected(sign, "a pattern");
            self.at += 1;
            return MatchPattern { span: self.span(sign), kind: MatchPatternKind::Error };
        }
        let kind = match self.ahead(1) {
            TokenKind::Float => {
                let literal = self.float_literal(sign + 1, true);
                MatchPatternKind::Float(self.node(literal))
            }
            _ => MatchPatternKind::Int(self.node(self.negated_int(sign + 1))),
        };
        self.at += 2;
        MatchPattern { span: self.span(sign).to(self.span(sign + 1)), kind }
    }

    /// `()` or any pattern; the parentheses belong to the span of a tuple alone.
    fn parenthesized_pattern(&mut self) -> MatchPattern<'s> {
        let opening = self.at;
        self.at += 1;
        if self.kind() == TokenKind::RightParen {
            self.at += 1;
            let span = self.span(opening).to(self.span(opening + 1));
            return MatchPattern { span, kind: MatchPatternKind::Unit };
        }
        let mut inner = self.match_pattern();
        let closing = self.close(&PARENS, opening);
        if matches!(inner.kind, MatchPatternKind::Tuple(_)) {
            inner.span = self.span(opening).to(closing);
        }
        inner
    }

    fn list_pattern(&mut self) -> MatchPattern<'s> {
        let opening = self.at;
        self.at += 1;
        let mut parts = List::new();
        while !matches!(self.kind(), TokenKind::RightBracket | TokenKind::EndOfFile) {
            let start = self.at;
            let part = self.single_pattern();
            let span = part.span;
            if self.at == start {
                let message = format!("unexpected {} in list pattern", self.found(start));
                self.report(code::UNEXPECTED, start, message);
                break;
            }
            parts.push(part);
            match self.kind() {
                TokenKind::Semicolon | TokenKind::Comma => self.at += 1,
                TokenKind::RightBracket => {}
                _ => self
                    .expect_separator(span, "a comma, semicolon, or newline between list-pattern elements"),
            }
        }
        let closing = self.close(&SQUARE, opening);
        MatchPattern {
            span: self.span(opening).to(closing),
            kind: MatchPatternKind::List(self.list_of(&parts)),
        }
    }

    /// `Case`, `Case a b` or `Case (a, b)`.
    fn enum_pattern(&mut self) -> MatchPattern<'s> {
        let start = self.at;
        let name = self.qualified();
        let case = name.name;
        if !name.modules.is_empty() {
            let path: Vec<&str> = name.modules.iter().map(|module| module.name).collect();
            let message = format!(
                "Invalid match pattern. Enum patterns use the unqualified case name (e.g. `| {case} n`), not a \
                 qualified path like `| {path}.{case} n`.",
                case = case.name,
                path = path.join("."),
            );
            self.report(code::PATTERN, start, message);
        }
        let (fields, end) = if self.kind() == TokenKind::LeftParen {
            self.parenthesized_fields()
        } else {
            let mut fields = List::new();
            while can_start_pattern(self.kind()) && self.continues(start) {
                fields.push(self.single_pattern());
            }
            let end = fields.last().map_or(case.span, |last: &MatchPattern| last.span);
            (self.list_of(&fields), end)
        };
        MatchPattern { span: name.span.to(end), kind: MatchPatternKind::Enum { case, fields } }
    }

    /// The fields of a constructor and the span of what ends them; `()` is one unit field.
    fn parenthesized_fields(&mut self) -> (&'s [MatchPattern<'s>], Span) {
        let opening = self.at;
        self.at += 1;
        let mut fields = List::new();
        while !matches!(self.kind(), TokenKind::RightParen | TokenKind::EndOfFile) {
            let start = self.at;
            let field = self.field_pattern();
            let span = field.span;
            fields.push(field);
            if self.kind() == TokenKind::Comma {
                self.at += 1;
            } else if self.at == start {
                break;
            } else if self.kind() != TokenKind::RightParen {
                self.expect_separator(span, "a comma or newline between constructor-pattern fields");
            }
        }
        self.close(&PARENS, opening);
        let end = self.span(opening.max(self.at - 1));
        if fields.is_empty() {
            let span = self.span(opening).to(end);
            fields.push(MatchPattern { span, kind: MatchPatternKind::Unit });
        }
        (self.list_of(&fields), end)
    }

    /// The pattern of a binding or of a lambda's parameter.
    pub(super) fn let_pattern(&mut self) -> LetPattern<'s> {
        let start = self.at;
        let kind = match self.kind() {
            TokenKind::Underscore => LetPatternKind::Wildcard,
            TokenKind::Identifier => LetPatternKind::Variable(self.name(start)),
            TokenKind::LeftParen => return self.parenthesized_let_pattern(),
            _ => {
                self.expected(start, "a pattern");
                self.skip_unless_barrier();
                return LetPattern { span: self.span(start), kind: LetPatternKind::Variable("_") };
            }
        };
        self.at += 1;
        LetPattern { span: self.span(start), kind }
    }

    fn parenthesized_let_pattern(&mut self) -> LetPattern<'s> {
        let opening = self.at;
        let start = self.span(opening);
        if self.ahead(1) == TokenKind::RightParen {
            self.at += 2;
            return LetPattern { span: start.to(self.span(opening + 1)), kind: LetPatternKind::Unit };
        }
        if !self.enter_chain() {
            return LetPattern { span: start, kind: LetPatternKind::Wildcard };
        }
        self.at += 1;
        let first = self.let_pattern();
        let mut parts = List::new();
        while self.kind() == TokenKind::Comma {
            self.at += 1;
            parts.push(self.let_pattern());
        }
        self.leave_chain();
        let closing = self.close(&PARENS, opening);
        if parts.is_empty() {
            return first;
        }
        parts.insert(0, first);
        LetPattern { span: start.to(closing), kind: LetPatternKind::Tuple(self.list_of(&parts)) }
    }
}
