//! Type references, from the loosest to the tightest: functions, tuples, single types.

use smallvec::smallvec;

use super::errors::{PARENS, code};
use super::kinds::starts_upper;
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{QualifiedType, TypeRef, TypeRefKind};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn type_ref(&mut self) -> TypeRef<'s> {
        let start = self.span(self.at);
        if !self.enter() {
            return TypeRef { span: start, kind: TypeRefKind::Unit };
        }
        // A damaged type may have left a `>` over; it is not this type's.
        self.pending_greater = 0;
        let typ = self.fn_type();
        self.leave();
        typ
    }

    /// `A -> B -> C`: arguments and, last, the result.
    fn fn_type(&mut self) -> TypeRef<'s> {
        let first = self.tuple_type();
        if self.kind() != TokenKind::Arrow {
            return first;
        }
        let start = first.span;
        let mut args = List::new();
        let mut result = first;
        while self.kind() == TokenKind::Arrow {
            self.at += 1;
            args.push(result);
            result = self.tuple_type();
        }
        TypeRef { span: start.to(result.span), kind: TypeRefKind::Fn(self.list_of(&args), self.node(result)) }
    }

    /// `A * B * C`. While a `>` is pending, a `*` belongs to a tuple outside the generic type.
    fn tuple_type(&mut self) -> TypeRef<'s> {
        let first = self.atom_type();
        if !self.is_tuple_star() {
            return first;
        }
        let start = first.span;
        let mut parts: List<_> = smallvec![first];
        while self.is_tuple_star() {
            self.at += 1;
            parts.push(self.atom_type());
        }
        let end = parts.last().map_or(start, |last| last.span);
        TypeRef { span: start.to(end), kind: TypeRefKind::Tuple(self.list_of(&parts)) }
    }

    fn is_tuple_star(&self) -> bool {
        self.kind() == TokenKind::Star && self.pending_greater == 0
    }

    pub(super) fn atom_type(&mut self) -> TypeRef<'s> {
        match self.kind() {
            TokenKind::LeftParen => self.parenthesized_type(),
            TokenKind::Identifier => self.named_type(),
            _ => {
                self.expected(self.at, "a type");
                let span = self.span(self.at);
                self.skip_unless_barrier();
                TypeRef { span, kind: TypeRefKind::Unit }
            }
        }
    }

    /// Parentheses belong to the span of a tuple alone.
    fn parenthesized_type(&mut self) -> TypeRef<'s> {
        let opening = self.at;
        if !self.enter_chain() {
            return TypeRef { span: self.span(opening), kind: TypeRefKind::Unit };
        }
        self.at += 1;
        let mut inner = self.fn_type();
        self.leave_chain();
        let is_closed = self.kind() == TokenKind::RightParen;
        let closing = self.close(&PARENS, opening);
        if is_closed && matches!(inner.kind, TypeRefKind::Tuple(_)) {
            inner.span = self.span(opening).to(closing);
        }
        inner
    }

    fn named_type(&mut self) -> TypeRef<'s> {
        let start = self.at;
        let span = self.span(start);
        let name = self.name(start);
        if self.ahead(1) == TokenKind::Less && matches!(name, "List" | "Dict") {
            return self.collection(name);
        }
        // With a tick it is a variable, whatever its case; without, a lower-case name is one too.
        let has_tick = self.token_text(start).starts_with('\'');
        if !has_tick && let Some(kind) = primitive(name) {
            self.at += 1;
            return TypeRef { span, kind };
        }
        if has_tick || !starts_upper(name) {
            self.at += 1;
            return TypeRef { span, kind: TypeRefKind::Variable(name) };
        }
        let mut name = self.qualified();
        if self.kind() == TokenKind::Less {
            self.check_type_args_adjacent();
        }
        let (type_args, closing) = self.type_args();
        name.span = closing.map_or(name.span, |closing| name.span.to(closing));
        let span = name.span;
        TypeRef { span, kind: TypeRefKind::Custom(self.node(QualifiedType { name, type_args })) }
    }

    /// `List<T>` or `Dict<T>`.
    fn collection(&mut self, name: &str) -> TypeRef<'s> {
        let start = self.span(self.at);
        self.at += 1;
        self.check_type_args_adjacent();
        self.at += 1;
        let inner = self.type_ref();
        let inner = self.node(inner);
        let closing = self.close_generic();
        let kind = if name == "List" { TypeRefKind::List(inner) } else { TypeRefKind::Dict(inner) };
        TypeRef { span: start.to(closing), kind }
    }

    fn check_type_args_adjacent(&mut self) {
        if !self.is_adjacent(self.at) {
            let message = "Generic type arguments must be adjacent to the type name";
            self.report(code::EXPECTED, self.at, message);
        }
    }

    /// `<A, B>` if there is one, with the span of its `>`.
    pub(super) fn type_args(&mut self) -> (&'s [TypeRef<'s>], Option<Span>) {
        if self.kind() != TokenKind::Less {
            return (&[], None);
        }
        self.at += 1;
        let mut args: List<_> = smallvec![self.type_ref()];
        while self.kind() == TokenKind::Comma && self.pending_greater == 0 {
            self.at += 1;
            args.push(self.type_ref());
        }
        (self.list_of(&args), Some(self.close_generic()))
    }

    /// Takes one `>`. Of a `>>` it takes the first half and leaves the other to the type around this one.
    fn close_generic(&mut self) -> Span {
        if self.pending_greater > 0 {
            self.pending_greater -= 1;
            return self.pending_greater_span;
        }
        let span = self.span(self.at);
        match self.kind() {
            TokenKind::Greater => {
                self.at += 1;
                span
            }
            TokenKind::ShiftRight => {
                self.at += 1;
                self.pending_greater += 1;
                self.pending_greater_span = Span::new(span.start + 1, span.end);
                Span::new(span.start, span.start + 1)
            }
            _ => {
                self.expected(self.at, "'>'");
                self.span_after(self.at)
            }
        }
    }
}

fn primitive<'s>(name: &str) -> Option<TypeRefKind<'s>> {
    Some(match name {
        "Unit" => TypeRefKind::Unit,
        "Bool" => TypeRefKind::Bool,
        "Int" => TypeRefKind::Int,
        "Int8" => TypeRefKind::Int8,
        "UInt8" => TypeRefKind::UInt8,
        "Int16" => TypeRefKind::Int16,
        "UInt16" => TypeRefKind::UInt16,
        "Int32" => TypeRefKind::Int32,
        "UInt32" => TypeRefKind::UInt32,
        "Int64" => TypeRefKind::Int64,
        "UInt64" => TypeRefKind::UInt64,
        "Int128" => TypeRefKind::Int128,
        "UInt128" => TypeRefKind::UInt128,
        "Float" => TypeRefKind::Float,
        "Char" => TypeRefKind::Char,
        "String" => TypeRefKind::String,
        "DateTime" => TypeRefKind::DateTime,
        "Uuid" => TypeRefKind::Uuid,
        "Blob" => TypeRefKind::Blob,
        _ => return None,
    })
}
