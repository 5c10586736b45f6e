//! From source text to a syntax tree with diagnostics: lexer, parser, validation.

pub mod ast;
pub mod hints;
pub mod lexer;
pub mod parser;
pub mod token;
pub mod validate;

use bumpalo::Bump;

use crate::base::diagnostic::Diagnostic;

/// A parsed file. The tree is complete even when there are diagnostics; holes are `Error` nodes.
#[derive(Debug)]
pub struct Parsed<'s> {
    pub file: ast::SourceFile<'s>,
    /// In Darklang's order: lexical, then grammar, then validation.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and validates a package file; the tree is in the arena.
pub fn parse<'s>(text: &'s str, arena: &'s Bump) -> Parsed<'s> {
    let tokens = lexer::tokenize(text);
    let mut parsed = parser::parse(text, &tokens, arena);
    drop(tokens);
    validate::package_source(text, &mut parsed);
    parsed
}
