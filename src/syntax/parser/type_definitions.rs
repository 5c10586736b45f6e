//! Type declarations: aliases, records and enums.

use super::errors::{BRACES, code};
use super::kinds::starts_upper;
use super::{List, Parser};
use crate::syntax::ast::{EnumCase, EnumField, RecordField, TypeDecl, TypeDefinition};
use crate::syntax::token::TokenKind;

impl<'s> Parser<'_, 's> {
    /// `type Name<'a> = definition`.
    pub(super) fn type_declaration(&mut self) -> TypeDecl<'s> {
        let keyword = self.at;
        let name = self.expect_identifier_at(keyword + 1, "a type name");
        self.at += 2;
        let type_params = self.type_params();
        if self.take(TokenKind::Equals).is_err() {
            self.expected(self.at, "'=' in type definition");
        }
        let definition = self.type_definition();
        let span = self.span(keyword).to(self.span(self.at - 1));
        TypeDecl { span, name, type_params, definition, description: self.doc(keyword) }
    }

    fn type_definition(&mut self) -> TypeDefinition<'s> {
        match self.kind() {
            TokenKind::LeftBrace => self.record_definition(),
            TokenKind::Bar => self.enum_definition(),
            TokenKind::Identifier
                if matches!(self.ahead(1), TokenKind::Of | TokenKind::Bar)
                    && starts_upper(self.name(self.at)) =>
            {
                self.enum_definition()
            }
            _ => TypeDefinition::Alias(self.type_ref()),
        }
    }

    fn record_definition(&mut self) -> TypeDefinition<'s> {
        let opening = self.at;
        self.at += 1;
        let mut fields = List::new();
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::EndOfFile) {
            if self.kind() != TokenKind::Identifier || self.ahead(1) != TokenKind::Colon {
                self.expected(self.at, "a record field 'name : Type'");
                break;
            }
            let name = self.identifier_at(self.at);
            self.at += 2;
            let typ = self.type_ref();
            let last = typ.span;
            fields.push(RecordField { span: name.span.to(last), name, typ });
            match self.kind() {
                TokenKind::Semicolon | TokenKind::Comma => self.at += 1,
                TokenKind::RightBrace => {}
                _ => self.expect_separator(last, "a comma, semicolon, or newline between record-type fields"),
            }
        }
        if fields.is_empty() && self.kind() == TokenKind::RightBrace {
            self.report(code::EXPECTED, self.at, "a record type needs at least one field");
        }
        self.close(&BRACES, opening);
        TypeDefinition::Record(self.list_of(&fields))
    }

    /// `| A | B of T * label: U`. Only the first case may do without its `|`: a name on the next line would
    /// else be one more case.
    fn enum_definition(&mut self) -> TypeDefinition<'s> {
        let mut cases: List<EnumCase<'s>> = List::new();
        while cases.is_empty() || self.kind() == TokenKind::Bar {
            if self.kind() == TokenKind::Bar {
                self.at += 1;
            }
            if self.kind() != TokenKind::Identifier || !starts_upper(self.name(self.at)) {
                break;
            }
            let name = self.identifier_at(self.at);
            self.at += 1;
            let fields = self.enum_fields();
            let end = fields.last().map_or(name.span, |last| last.span);
            cases.push(EnumCase { span: name.span.to(end), name, fields });
        }
        if cases.is_empty() {
            self.report(code::EXPECTED, self.at, "an enum type needs at least one case");
        }
        TypeDefinition::Enum(self.list_of(&cases))
    }

    fn enum_fields(&mut self) -> &'s [EnumField<'s>] {
        let mut fields = List::new();
        if self.kind() != TokenKind::Of {
            return &[];
        }
        self.at += 1;
        fields.push(self.enum_field());
        while self.kind() == TokenKind::Star {
            self.at += 1;
            fields.push(self.enum_field());
        }
        self.list_of(&fields)
    }

    /// A field's type is a single one: `*` separates fields, a tuple takes parentheses.
    fn enum_field(&mut self) -> EnumField<'s> {
        let is_labelled = self.kind() == TokenKind::Identifier && self.ahead(1) == TokenKind::Colon;
        let label = is_labelled.then(|| self.identifier_at(self.at));
        if is_labelled {
            self.at += 2;
        }
        let typ = self.atom_type();
        let span = label.map_or(typ.span, |label| label.span.to(typ.span));
        EnumField { span, label, typ }
    }
}
