//! Checks after parsing: lexical well-formedness and what a package file may hold.

use super::{Parsed, token::Tokens};

pub fn package_source<'s>(_text: &'s str, _tokens: &Tokens<'s>, _parsed: &mut Parsed<'s>) {}
