//! Tokens: what the lexer hands to the parser.

use std::borrow::Cow;

use crate::base::diagnostic::Diagnostic;
use crate::base::text::{Position, Span};
pub use darkc_cache_format::model::IntLiteral;

/// The kinds of token (`darklang/dark backend/src/LibParser/Tokenizer.fs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// Any integer literal; [`int_value`](super::lexer::int_value) has its value.
    Int,
    /// A float literal; its text is the spelling.
    Float,
    /// A string literal; [`Tokens::texts`] tells what it says.
    String,
    /// A character literal; the same.
    Char,
    /// `$"…{expr}…"`; the parser scans the token's text again.
    InterpolatedString,
    True,
    False,
    Plus,
    PlusPlus,
    Minus,
    Star,
    Slash,
    LeftParen,
    RightParen,
    Let,
    Val,
    In,
    If,
    Elif,
    Then,
    Else,
    Type,
    Cons,
    Colon,
    Comma,
    Semicolon,
    Dot,
    LeftBrace,
    RightBrace,
    Bar,
    Of,
    Match,
    With,
    Fun,
    Arrow,
    Underscore,
    When,
    LeftBracket,
    RightBracket,
    Equals,
    EqualsEquals,
    NotEquals,
    Less,
    Greater,
    LessEquals,
    GreaterEquals,
    And,
    Or,
    Not,
    Pipe,
    DotDotDot,
    Percent,
    ShiftLeft,
    ShiftRight,
    BitAnd,
    BitOr,
    /// `^`: exponentiation, in spite of upstream's token name.
    Caret,
    BitNot,
    At,
    Identifier,
    EndOfFile,
}

/// One token. Its text is `&source[span]`. What follows from the text is not kept: of a source that is a long list there
/// are twenty bytes of tokens for two of text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
    pub start: Position,
}

impl Token {
    /// Where the token ends.
    pub fn end(&self, source: &str) -> Position {
        self.start.after(&source[self.span.start as usize..self.span.end as usize])
    }

    /// The row that the token ends on; all but texts end where they start.
    pub fn end_row(&self, source: &str) -> u32 {
        match self.kind {
            TokenKind::String | TokenKind::Char | TokenKind::InterpolatedString => self.end(source).row,
            _ => self.start.row,
        }
    }
}

/// A whole token stream, ending in `EndOfFile`.
#[derive(Debug, Default)]
pub struct Tokens<'s> {
    pub tokens: Vec<Token>,
    /// What string and character literals say, each with the index of its token; sorted by index. A literal that is not
    /// here says what stands between its quotes ([`plain_text`](super::lexer::plain_text)).
    pub texts: Vec<(u32, Cow<'s, str>)>,
    /// `///` comments, each with the index of the token that follows it; sorted by index.
    pub docs: Vec<(u32, Cow<'s, str>)>,
    /// Malformed lexemes, in source order; reported before everything else.
    pub lexical: Vec<Diagnostic>,
    /// Diagnostics of the content of well-delimited literals, in source order; reported after `lexical` and
    /// before what the parser finds in the same tokens.
    pub literal: Vec<Diagnostic>,
}

/// The name in the text of an identifier token: without the tick of a type variable or the
/// backticks of a quoted name. The blank `___` has the empty name.
pub fn identifier_name(text: &str) -> &str {
    match text.as_bytes() {
        b"___" => "",
        [b'\'', ..] => &text[1..],
        [b'`', b'`', ..] => {
            let name = &text[2..];
            name.strip_suffix("``").unwrap_or(name)
        }
        _ => text,
    }
}
