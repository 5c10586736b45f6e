//! What kinds of token may start, continue or end a construct.

use super::super::token::TokenKind::{self, *};
use crate::syntax::ast::Infix;

/// The operator of an infix expression. `@` has none: it calls a function.
pub(super) fn infix_of(kind: TokenKind) -> Option<Infix> {
    Some(match kind {
        Plus => Infix::Plus,
        Minus => Infix::Minus,
        Star => Infix::Multiply,
        Slash => Infix::Divide,
        Percent => Infix::Modulo,
        PlusPlus => Infix::StringConcat,
        EqualsEquals => Infix::Equals,
        NotEquals => Infix::NotEquals,
        Less => Infix::LessThan,
        Greater => Infix::GreaterThan,
        LessEquals => Infix::LessThanOrEqual,
        GreaterEquals => Infix::GreaterThanOrEqual,
        And => Infix::And,
        Or => Infix::Or,
        Caret => Infix::Power,
        _ => return None,
    })
}

/// How tightly an infix operator binds, and whether it nests to the right.
pub(super) fn binding_power(kind: TokenKind) -> Option<(u8, bool)> {
    Some(match kind {
        Or => (1, false),
        And => (2, false),
        EqualsEquals | NotEquals | Less | Greater | LessEquals | GreaterEquals => (3, false),
        At => (4, true),
        Plus | Minus | PlusPlus => (5, false),
        Star | Slash | Percent => (6, false),
        Caret => (7, true),
        _ => return None,
    })
}

pub(super) fn can_start_atom(kind: TokenKind) -> bool {
    matches!(
        kind,
        Int | Float
            | Char
            | True
            | False
            | String
            | InterpolatedString
            | Identifier
            | LeftParen
            | LeftBracket
            | LeftBrace
    )
}

/// `-` is among them: a negative number may be the field of an enum pattern.
pub(super) fn can_start_pattern(kind: TokenKind) -> bool {
    matches!(
        kind,
        Int | Underscore
            | Minus
            | Float
            | Char
            | True
            | False
            | String
            | Identifier
            | LeftParen
            | LeftBracket
    )
}

/// Tokens that no statement starts with, because they belong to a construct around it.
pub(super) fn closes_or_separates(kind: TokenKind) -> bool {
    matches!(
        kind,
        RightParen
            | RightBracket
            | RightBrace
            | Semicolon
            | Comma
            | In
            | Then
            | Else
            | With
            | Arrow
            | EndOfFile
    )
}

/// Tokens that a hole leaves alone, so that the enclosing construct still closes and the next declaration
/// survives.
pub(super) fn is_recovery_barrier(kind: TokenKind) -> bool {
    closes_or_separates(kind) || starts_declaration(kind)
}

pub(super) fn starts_declaration(kind: TokenKind) -> bool {
    matches!(kind, Let | Type | Val)
}

/// Whether a name starts with an upper-case letter in .NET's sense: one UTF-16 unit of category Lu.
pub(super) fn starts_upper(name: &str) -> bool {
    match name.as_bytes() {
        [first, ..] if first.is_ascii() => first.is_ascii_uppercase(),
        _ => name.chars().next().is_some_and(is_upper_case_letter),
    }
}

/// Rust counts upper-case Roman numerals and circled letters in, which are no letters to .NET, and letters
/// beyond the basic plane, which are two units there.
fn is_upper_case_letter(c: char) -> bool {
    c.is_uppercase() && c <= '\u{FFFF}' && !matches!(c, '\u{2160}'..='\u{216F}' | '\u{24B6}'..='\u{24CF}')
}
