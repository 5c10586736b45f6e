//! Looking at tokens, and the offside rule: which columns belong to the construct being parsed.

use super::Parser;
use super::kinds::starts_declaration;
use crate::base::text::Span;
use crate::syntax::token::{Token, TokenKind, identifier_name};

/// The column that statements of the innermost scope start at.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// `None` outside all statements.
    column: Option<u32>,
    /// In parentheses `)` is the delimiter: a token that is not exactly at the column continues the statement,
    /// even to the left of it.
    exact: bool,
}

impl Scope {
    pub(super) const NONE: Scope = Scope { column: None, exact: false };
}

impl<'s> Parser<'_, 's> {
    pub(super) fn token(&self, index: usize) -> &Token {
        self.tokens.get(index).unwrap_or(&self.end)
    }

    pub(super) fn kind_at(&self, index: usize) -> TokenKind {
        self.token(index).kind
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.kind_at(self.at)
    }

    /// The kind of the token `distance` behind the next one.
    pub(super) fn ahead(&self, distance: usize) -> TokenKind {
        self.kind_at(self.at + distance)
    }

    pub(super) fn span(&self, index: usize) -> Span {
        self.token(index).span
    }

    /// The empty span behind a token, for what is missing there.
    pub(super) fn span_after(&self, index: usize) -> Span {
        end_of(self.span(index))
    }

    pub(super) fn column(&self, index: usize) -> u32 {
        self.token(index).start.column
    }

    pub(super) fn row(&self, index: usize) -> u32 {
        self.token(index).start.row
    }

    pub(super) fn token_text(&self, index: usize) -> &'s str {
        let span = self.span(index);
        &self.text[span.start as usize..span.end as usize]
    }

    /// The name in an identifier token.
    pub(super) fn name(&self, index: usize) -> &'s str {
        identifier_name(self.token_text(index))
    }

    pub(super) fn is_name(&self, index: usize, name: &str) -> bool {
        self.kind_at(index) == TokenKind::Identifier && self.name(index) == name
    }

    /// Whether a token starts right behind the one before it.
    pub(super) fn is_adjacent(&self, index: usize) -> bool {
        index == 0 || self.span(index).start == self.span(index - 1).end
    }

    /// Takes the next token if it is of the kind; its span, or the empty one behind what stands there instead.
    pub(super) fn take(&mut self, kind: TokenKind) -> Result<Span, Span> {
        if self.kind() == kind {
            self.at += 1;
            Ok(self.span(self.at - 1))
        } else {
            Err(self.span_after(self.at))
        }
    }

    /// Moves on if nothing has been consumed since `start`.
    pub(super) fn progress(&mut self, start: usize) {
        self.at = self.at.max(start + 1);
    }

    pub(super) fn go_to_end(&mut self) {
        self.at = self.tokens.len().saturating_sub(1);
    }

    /// Whether a token starts on the row that a node ends on. The node may end inside the token.
    pub(super) fn is_on_row_of(&self, index: usize, node: Span) -> bool {
        let token = self.token(index);
        match index.checked_sub(1).map(|before| self.token(before)) {
            Some(before) if before.span.end == node.end => before.end_row(self.text) == token.start.row,
            _ => {
                let (from, to) = (node.end.min(token.span.start), node.end.max(token.span.start));
                !self.text.as_bytes()[from as usize..to as usize].contains(&b'\n')
            }
        }
    }

    /// Parses with a scope of its own for statements at `column`.
    pub(super) fn with_statements<T>(&mut self, column: u32, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.with_scope(Scope { column: Some(column), exact: false }, parse)
    }

    /// Parses what is in parentheses, its first token at `column`.
    pub(super) fn with_parens<T>(&mut self, column: u32, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.with_scope(Scope { column: Some(column), exact: true }, parse)
    }

    /// Parses elements, each of which is to call [`Self::start_element`].
    pub(super) fn with_elements<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.with_scope(Scope { exact: false, ..self.scope }, parse)
    }

    fn with_scope<T>(&mut self, scope: Scope, parse: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.scope, scope);
        let parsed = parse(self);
        self.scope = outer;
        parsed
    }

    /// An element is a statement at its own column, so that it cannot take the next element for an argument.
    pub(super) fn start_element(&mut self) {
        self.scope.column = Some(self.column(self.at));
    }

    /// Whether the next token belongs to the construct whose head is at `head`: it is on the same row, or
    /// further right than the head or than the statement.
    pub(super) fn continues(&self, head: usize) -> bool {
        let (token, head) = (self.token(self.at).start, self.token(head).start);
        token.row == head.row || token.column > head.column || self.is_inside_statement(token.column)
    }

    fn is_inside_statement(&self, column: u32) -> bool {
        match self.scope {
            Scope { column: None, .. } => false,
            Scope { column: Some(statement), exact: true } => column != statement,
            Scope { column: Some(statement), exact: false } => column > statement,
        }
    }

    /// Whether the operator that comes next belongs to the statement that `left` ends. On a row of its own a
    /// pure operator may stand at the statement's column, but `-` there starts a new statement.
    pub(super) fn operator_continues(&self, left: Span) -> bool {
        let column = self.column(self.at);
        let may_start_statement = self.kind() == TokenKind::Minus;
        let continues = match self.scope.column {
            None => true,
            Some(_) if self.is_inside_statement(column) => true,
            Some(statement) => !may_start_statement && (self.scope.exact || column == statement),
        };
        continues || self.is_on_row_of(self.at, left)
    }

    /// A declaration keyword where the next declaration would start: an unclosed bracket must not swallow it.
    pub(super) fn is_next_declaration(&self) -> bool {
        starts_declaration(self.kind())
            && self.declaration_column.is_some_and(|column| self.column(self.at) <= column)
    }

    /// `-` with a blank before it and a signed number right behind it is an argument: `f a -1`.
    pub(super) fn is_negative_argument(&self, index: usize) -> bool {
        self.kind_at(index) == TokenKind::Minus
            && self.is_signed_number(index + 1)
            && self.is_adjacent(index + 1)
            && (index == 0 || !self.is_adjacent(index))
    }
}

/// The empty span at the end of another.
pub(super) fn end_of(span: Span) -> Span {
    Span::new(span.end, span.end)
}
