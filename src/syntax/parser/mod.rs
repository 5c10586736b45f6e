//! From tokens to a syntax tree, with the recovery and the diagnostics of Darklang's parser.
//!
//! Mirrors `darklang/dark backend/src/LibParser/Parser.fs`: recursive descent over a token index, precedence
//! climbing for operators, the offside rule as a column to compare with. A production leaves the index behind
//! what it consumed and always returns a node; where there is none to return, the node is a hole and there is
//! a diagnostic. Nothing backtracks except the heading of a `let` that may turn out to be an expression.

mod atoms;
mod blocks;
mod brackets;
mod control;
mod cursor;
mod declarations;
mod errors;
mod expressions;
mod items;
mod kinds;
mod limits;
mod match_patterns;
mod names;
mod numbers;
mod pipes;
mod records;
mod strings;
mod type_definitions;
mod types;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bumpalo::Bump;
use smallvec::SmallVec;

use self::cursor::Scope;
use self::limits::Budget;
use super::token::{Token, TokenKind, Tokens};
use super::{Parsed, ast};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{Position, Span};

/// Parses the tokens of a package file; the tree is in the arena.
pub fn parse<'s>(text: &'s str, tokens: &Tokens<'s>, arena: &'s Bump) -> Parsed<'s> {
    let mut parser = Parser::new(text, tokens, arena);
    parser.diagnostics.extend_from_slice(&tokens.lexical);
    let file = parser.file(ItemScope::Module);
    Parsed { file, diagnostics: parser.diagnostics }
}

/// What a `let` without parameters means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemScope {
    /// An expression: the body of an interpolation.
    Script,
    /// A value declaration, written with the wrong keyword: package files and modules.
    Module,
}

/// The elements of a list that is being read; most lists are short.
type List<T> = SmallVec<[T; 4]>;

/// All state of one parse.
struct Parser<'t, 's> {
    arena: &'s Bump,
    text: &'s str,
    tokens: &'t [Token],
    texts: &'t [(u32, Cow<'s, str>)],
    docs: &'t [(u32, Cow<'s, str>)],
    literal_diagnostics: &'t [Diagnostic],
    /// What stands at every index past the last token.
    end: Token,
    /// Index of the token to parse next.
    at: usize,
    diagnostics: Vec<Diagnostic>,
    scope: Scope,
    /// How many `>` of a split `>>` wait for the enclosing type to take them, and where the next one stands.
    pending_greater: u32,
    pending_greater_span: Span,
    /// Column of the declaration being parsed; a declaration keyword at or left of it ends every construct.
    declaration_column: Option<u32>,
    budget: Budget,
}

impl<'t, 's> Parser<'t, 's> {
    fn new(text: &'s str, tokens: &'t Tokens<'s>, arena: &'s Bump) -> Self {
        let end = Token { kind: TokenKind::EndOfFile, span: Span::default(), start: Position::default() };
        Parser {
            arena,
            text,
            tokens: &tokens.tokens,
            texts: &tokens.texts,
            docs: &tokens.docs,
            literal_diagnostics: &tokens.literal,
            end: tokens.tokens.last().copied().unwrap_or(end),
            at: 0,
            diagnostics: Vec::new(),
            scope: Scope::NONE,
            pending_greater: 0,
            pending_greater_span: Span::default(),
            declaration_column: None,
            budget: Budget::new(tokens.tokens.len()),
        }
    }

    fn file(&mut self, scope: ItemScope) -> ast::SourceFile<'s> {
        self.diagnostics.extend_from_slice(self.literal_diagnostics);
        let (declarations, expressions) = self.items(scope, 0);
        let last = self.tokens.len().saturating_sub(2);
        ast::SourceFile {
            span: self.span(0).to(self.span(last)),
            declarations: self.list_of(&declarations),
            expressions: self.list_of(&expressions),
        }
    }

    fn node<T: Copy>(&self, node: T) -> &'s T {
        self.arena.alloc(node)
    }

    fn list_of<T: Copy>(&self, elements: &[T]) -> &'s [T] {
        if elements.is_empty() { &[] } else { self.arena.alloc_slice_copy(elements) }
    }
}
