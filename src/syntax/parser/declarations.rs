//! Declarations of functions and values.

use super::errors::{PARENS, code};
use super::{List, Parser};
use crate::syntax::ast::{Declaration, FnDecl, FnParam, Identifier, Text, ValueDecl};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    /// `let name<'a> (p: T) … : R = body`, or `val name = body`. The parameters make the difference, whatever
    /// the keyword.
    pub(super) fn fn_or_value(&mut self) -> Declaration<'s> {
        let keyword = self.at;
        let name = self.expect_identifier_at(keyword + 1, "a declaration name");
        self.at += 2;
        let type_params = self.type_params();
        if self.kind() == TokenKind::LeftParen {
            let function = self.function(keyword, name, type_params);
            return Declaration::Fn(self.node(function));
        }
        if self.kind() == TokenKind::Colon {
            self.refuse_annotation();
        }
        if self.take(TokenKind::Equals).is_err() {
            self.expected(self.at, "'='");
        }
        let body = self.block();
        let span = self.span(keyword).to(body.span);
        let description = self.doc(keyword);
        Declaration::Value(self.node(ValueDecl { span, name, body, description }))
    }

    fn function(
        &mut self,
        keyword: usize,
        name: Identifier<'s>,
        type_params: &'s [Identifier<'s>],
    ) -> FnDecl<'s> {
        let first_param = self.at;
        let mut params = List::new();
        while self.kind() == TokenKind::LeftParen {
            params.push(self.parameter());
        }
        self.refuse_blank_parameters(first_param, &params);
        if self.take(TokenKind::Colon).is_err() {
            self.expected(self.at, "':' before the return type");
        }
        let return_type = self.type_ref();
        if self.take(TokenKind::Equals).is_err() {
            self.expected(self.at, "'='");
        }
        let body = self.block();
        let span = self.span(keyword).to(body.span);
        let (params, description) = (self.list_of(&params), self.doc(keyword));
        FnDecl { span, name, type_params, params, return_type, body, description }
    }

    /// `(name: Type)`, `(_: Type)` or `()`.
    fn parameter(&mut self) -> FnParam<'s> {
        let opening = self.at;
        let start = self.span(opening);
        if self.ahead(1) == TokenKind::RightParen {
            self.at += 2;
            return FnParam::Unit(start.to(self.span(opening + 1)));
        }
        let name = if self.ahead(1) == TokenKind::Underscore {
            Identifier { span: self.span(opening + 1), name: "_" }
        } else {
            self.expect_identifier_at(opening + 1, "a parameter name")
        };
        self.at += 2;
        if self.take(TokenKind::Colon).is_err() {
            self.expected(self.at, "':'");
        }
        let typ = self.type_ref();
        let closing = self.close(&PARENS, opening);
        FnParam::Normal { span: start.to(closing), name, typ }
    }

    /// Reports `___`, which a lambda may take but a function may not.
    fn refuse_blank_parameters(&mut self, first: usize, params: &[FnParam<'s>]) {
        let mut index = first;
        for param in params {
            let FnParam::Normal { name, .. } = param else { continue };
            if name.name.is_empty() {
                while self.span(index) != name.span {
                    index += 1;
                }
                let message = "Blank parameter '___' is not allowed in a package function";
                self.report_always(code::PATTERN, index, message);
            }
        }
    }

    /// `<'a, 'b>` behind a declared name, without the ticks.
    pub(super) fn type_params(&mut self) -> &'s [Identifier<'s>] {
        let mut names = List::new();
        if self.kind() != TokenKind::Less {
            return &[];
        }
        let opening = self.at;
        if !self.is_adjacent(opening) {
            let message = "Generic type parameters must be adjacent to the declaration name";
            self.report(code::EXPECTED, opening, message);
        }
        self.at += 1;
        let mut expects_name = true;
        while !matches!(self.kind(), TokenKind::Greater | TokenKind::ShiftRight | TokenKind::EndOfFile) {
            match (expects_name, self.kind()) {
                (true, TokenKind::Identifier) => {
                    self.check_tick();
                    names.push(self.identifier_at(self.at));
                    expects_name = false;
                    self.at += 1;
                }
                (false, TokenKind::Comma) => {
                    expects_name = true;
                    self.at += 1;
                }
                (false, TokenKind::Identifier) => {
                    self.expected(self.at, "a comma between type parameters");
                    expects_name = true;
                }
                _ => {
                    self.expected(self.at, "a type parameter");
                    self.at += 1;
                }
            }
        }
        if names.is_empty() {
            self.expected(opening + 1, "at least one type parameter");
        } else if expects_name {
            self.expected(self.at, "a type parameter after ','");
        }
        if self.kind() == TokenKind::EndOfFile {
            self.expected(self.at, "'>' to close the type-parameter list");
        } else {
            self.at += 1;
        }
        self.list_of(&names)
    }

    fn check_tick(&mut self) {
        if !self.token_text(self.at).starts_with('\'') {
            let message = "Declared type parameters must start with an apostrophe, such as 'a";
            self.report(code::EXPECTED, self.at, message);
        }
    }

    /// The doc comment above a keyword.
    pub(super) fn doc(&self, keyword: usize) -> Text<'s> {
        let found = self.docs.binary_search_by_key(&keyword, |(index, _)| *index as usize);
        found.ok().and_then(|found| self.docs.get(found)).map(|(_, text)| self.kept(text)).unwrap_or_default()
    }
}
