//! `name = value` between braces: records, dictionaries and record updates.

use super::errors::BRACES;
use super::{List, Parser};
use crate::base::text::Span;
use crate::syntax::ast::{Expr, ExprKind, Identifier, QualifiedType, Text};
use crate::syntax::token::TokenKind;

/// How a kind of field list is called in messages.
struct Wording {
    field: &'static str,
    separator: &'static str,
}

const RECORD: Wording = Wording {
    field: "a record field 'name = value'",
    separator: "a comma, semicolon, or newline between record fields",
};

const DICT: Wording = Wording {
    field: "a dict entry 'key = value'",
    separator: "a comma, semicolon, or newline between dict entries",
};

const UPDATE: Wording = Wording {
    field: "a record-update field 'name = value'",
    separator: "a comma, semicolon, or newline between record-update fields",
};

impl<'s> Parser<'_, 's> {
    /// `{ name = value; … }` of a type whose name has been read.
    pub(super) fn record(&mut self, typ: QualifiedType<'s>, name: Span) -> Expr<'s> {
        let opening = self.at;
        self.at += 1;
        let fields = self.with_elements(|parser| parser.fields(&RECORD));
        let closing = self.close(&BRACES, opening);
        Expr { span: name.to(closing), kind: ExprKind::Record(self.node(typ), self.list_of(&fields)) }
    }

    /// `{ key = value; … }` behind the word `Dict`.
    pub(super) fn dict(&mut self, keyword: Span) -> Expr<'s> {
        let opening = self.at;
        self.at += 1;
        let entries = self.with_elements(|parser| parser.fields(&DICT));
        let closing = self.close(&BRACES, opening);
        let entries: List<(Text<'s>, Expr<'s>)> =
            entries.iter().map(|(key, value)| (key.name, *value)).collect();
        Expr { span: keyword.to(closing), kind: ExprKind::Dict(self.list_of(&entries)) }
    }

    /// `{ record with name = value; … }`.
    pub(super) fn record_update(&mut self) -> Expr<'s> {
        let opening = self.at;
        self.at += 1;
        let (record, updates) = self.with_elements(|parser| {
            let record = parser.expr();
            if parser.take(TokenKind::With).is_err() {
                parser.expected(parser.at, "'with' in record update");
            }
            let start = parser.at;
            let updates = parser.fields(&UPDATE);
            if updates.is_empty() {
                parser.expected(start, "at least one 'field = value' in a record update");
            }
            (record, updates)
        });
        let closing = self.close(&BRACES, opening);
        let span = self.span(opening).to(closing);
        Expr { span, kind: ExprKind::RecordUpdate(self.node(record), self.list_of(&updates)) }
    }

    fn fields(&mut self, wording: &Wording) -> List<(Identifier<'s>, Expr<'s>)> {
        let mut fields = List::new();
        while !matches!(self.kind(), TokenKind::RightBrace | TokenKind::EndOfFile) {
            if self.kind() != TokenKind::Identifier || self.ahead(1) != TokenKind::Equals {
                self.expected(self.at, wording.field);
                break;
            }
            let name = self.identifier_at(self.at);
            self.start_element();
            self.at += 2;
            let value = self.expr();
            let span = value.span;
            fields.push((name, value));
            match self.kind() {
                TokenKind::Semicolon | TokenKind::Comma => self.at += 1,
                TokenKind::RightBrace => {}
                _ => self.expect_separator(span, wording.separator),
            }
        }
        fields
    }
}
