//! Names in expressions: variables, functions, constructors and the literals that start with a type's name.
//!
//! This module and `expressions` call each other, as their productions do: a name may begin a record or a constructor,
//! whose fields are expressions.

use super::cursor::end_of;
use super::errors::PARENS;
use super::kinds::starts_upper;
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{EnumExpr, Expr, ExprKind, Identifier, QualifiedName, QualifiedType, TypeRef};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    pub(super) fn identifier_at(&self, index: usize) -> Identifier<'s> {
        Identifier { span: self.span(index), name: self.name(index) }
    }

    /// The identifier at an index; where there is none, `_` and a diagnostic.
    pub(super) fn expect_identifier_at(&mut self, index: usize, what: &str) -> Identifier<'s> {
        if self.kind_at(index) == TokenKind::Identifier {
            return self.identifier_at(index);
        }
        self.expected(index, what);
        Identifier { span: self.span(index), name: "_" }
    }

    /// `Module.Path.name`. Only an upper-case segment is a module: what follows a lower-case one is a field.
    pub(super) fn qualified(&mut self) -> QualifiedName<'s> {
        let start = self.span(self.at);
        let mut name = self.identifier_at(self.at);
        let mut modules = List::new();
        self.at += 1;
        while self.kind() == TokenKind::Dot
            && self.ahead(1) == TokenKind::Identifier
            && starts_upper(name.name)
        {
            modules.push(name);
            name = self.identifier_at(self.at + 1);
            self.at += 2;
        }
        QualifiedName { span: start.to(name.span), modules: self.list_of(&modules), name }
    }

    /// Everything that starts with a name: `x`, `f<T>`, `Mod.f`, `Type { … }`, `Dict { … }`, `Type.Case (…)`.
    pub(super) fn named(&mut self) -> Expr<'s> {
        let mut name = self.qualified();
        // A `<` with a blank before it is a comparison.
        let mut type_args: &[_] = &[];
        if self.kind() == TokenKind::Less && self.is_adjacent(self.at) {
            type_args = self.type_args().0;
        }
        if !type_args.is_empty() && self.starts_case_after_type() {
            // In `Type<T>.Case` the type is one more segment before the case.
            let case = self.identifier_at(self.at + 1);
            self.at += 2;
            let modules: List<_> = name.modules.iter().copied().chain([name.name]).collect();
            let span = name.span.to(case.span);
            name = QualifiedName { span, modules: self.list_of(&modules), name: case };
        }
        if !starts_upper(name.name.name) {
            return self.term(name, type_args);
        }
        if !self.starts_record_literal() {
            return self.constructor(name, type_args);
        }
        if name.modules.is_empty() && name.name.name == "Dict" {
            return self.dict(name.span);
        }
        let span = name.span;
        self.record(QualifiedType { name, type_args }, span)
    }

    fn starts_case_after_type(&self) -> bool {
        self.kind() == TokenKind::Dot
            && self.ahead(1) == TokenKind::Identifier
            && starts_upper(self.name(self.at + 1))
    }

    /// `{ }` and `{ field = …` are literals of the type before them; `{ expr with …` is an argument.
    fn starts_record_literal(&self) -> bool {
        self.kind() == TokenKind::LeftBrace && self.starts_record_fields(self.at + 1)
    }

    pub(super) fn starts_record_fields(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::RightBrace => true,
            TokenKind::Identifier => self.kind_at(index + 1) == TokenKind::Equals,
            _ => false,
        }
    }

    /// A variable, a function or a value. Type arguments make it a call that waits for its arguments.
    fn term(&self, name: QualifiedName<'s>, type_args: &'s [TypeRef<'s>]) -> Expr<'s> {
        let span = name.span;
        if type_args.is_empty() {
            let kind = if name.modules.is_empty() {
                ExprKind::Variable(name.name.name)
            } else {
                ExprKind::FnName(self.node(name))
            };
            return Expr { span, kind };
        }
        let callee = Expr { span, kind: ExprKind::FnName(self.node(name)) };
        let span = span.to(self.span(self.at - 1));
        self.apply(span, callee, type_args, &[])
    }

    /// `Module.Type.Case`, with its fields only where their parenthesis touches it; other fields are arguments,
    /// and whether they are its own depends on what stands before it.
    fn constructor(&mut self, name: QualifiedName<'s>, type_args: &'s [TypeRef<'s>]) -> Expr<'s> {
        let QualifiedName { span: start, modules, name: case } = name;
        let type_name = match modules.split_last() {
            Some((&name, modules)) => {
                let first = modules.first().map_or(name.span, |module| module.span);
                let span = first.to(name.span);
                QualifiedType { name: QualifiedName { span, modules, name }, type_args }
            }
            None => no_type(case.span),
        };
        let mut fields: &[_] = &[];
        let mut end = case.span;
        if self.kind() == TokenKind::LeftParen && self.span(self.at).start == case.span.end {
            fields = self.constructor_fields();
            end = self.span(self.at - 1);
        }
        Expr { span: start.to(end), kind: ExprKind::Enum(self.node(EnumExpr { type_name, case, fields })) }
    }

    /// `(a, b)` behind a constructor: a comma separates fields, so that a tuple takes a second pair of
    /// parentheses; `()` is one field.
    pub(super) fn constructor_fields(&mut self) -> &'s [Expr<'s>] {
        let opening = self.at;
        self.at += 1;
        self.with_parens(self.column(self.at), |parser| {
            let mut fields = List::new();
            while !matches!(parser.kind(), TokenKind::RightParen | TokenKind::EndOfFile)
                && !parser.is_next_declaration()
            {
                let start = parser.at;
                let field = parser.expr();
                let span = field.span;
                fields.push(field);
                if parser.kind() == TokenKind::Comma {
                    parser.at += 1;
                } else if parser.at == start {
                    break;
                } else if parser.kind() != TokenKind::RightParen {
                    parser.expect_separator(span, "a comma or newline between constructor fields");
                }
            }
            parser.close(&PARENS, opening);
            if fields.is_empty() {
                let span = parser.span(opening).to(parser.span(parser.at - 1));
                fields.push(Expr { span, kind: ExprKind::Unit });
            }
            parser.list_of(&fields)
        })
    }

    /// The function that an operator calls, all of it at the operator's place.
    pub(super) fn operator_function(&self, span: Span, modules: &[&'s str], name: &'s str) -> Expr<'s> {
        let modules: List<_> = modules.iter().map(|name| Identifier { span, name }).collect();
        let name = QualifiedName { span, modules: self.list_of(&modules), name: Identifier { span, name } };
        Expr { span, kind: ExprKind::FnName(self.node(name)) }
    }
}

/// The type of a constructor or record that is written without one.
pub(super) fn no_type<'s>(before: Span) -> QualifiedType<'s> {
    let span = end_of(before);
    let name = QualifiedName { span, modules: &[], name: Identifier { span, name: "" } };
    QualifiedType { name, type_args: &[] }
}
