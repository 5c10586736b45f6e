//! From tokens to a syntax tree, with recovery.

use super::{Parsed, ast, token::Tokens};

pub fn parse<'s>(_text: &'s str, _tokens: &Tokens<'s>) -> Parsed<'s> {
    let file = ast::SourceFile { span: Default::default(), declarations: vec![], expressions: vec![] };
    Parsed { file, diagnostics: vec![] }
}
