//! Patterns, and the variables that they bind.

use darkc_cache_format::model::{FloatLiteral, IntLiteral, LetPattern, MatchPattern, Text};
use unicode_normalization::UnicodeNormalization;

use super::Lowering;
use crate::syntax::ast::{self, LetPatternKind, MatchPatternKind};

impl<'t, 'a: 't> Lowering<'t, 'a> {
    pub fn let_pattern(&mut self, pattern: &'t ast::LetPattern<'t>) -> LetPattern<'a> {
        self.at(pattern.span);
        match &pattern.kind {
            LetPatternKind::Unit => LetPattern::Unit,
            LetPatternKind::Wildcard => LetPattern::Wildcard,
            LetPatternKind::Variable(name) => {
                self.scope.bind(name);
                LetPattern::Variable(self.text(name))
            }
            LetPatternKind::Tuple(parts) => {
                let arena = self.arena;
                LetPattern::Tuple(
                    arena.alloc_slice_fill_iter(parts.iter().map(|part| self.let_pattern(part))),
                )
            }
        }
    }

    pub fn match_pattern(&mut self, pattern: &'t ast::MatchPattern<'t>) -> MatchPattern<'a> {
        self.at(pattern.span);
        match &pattern.kind {
            MatchPatternKind::Variable(name) => {
                self.scope.bind(name);
                MatchPattern::Variable(self.text(name))
            }
            // A file with a hole has a diagnostic and is refused before it gets here.
            MatchPatternKind::Unit | MatchPatternKind::Error => MatchPattern::Unit,
            MatchPatternKind::Bool(value) => MatchPattern::Bool(*value),
            MatchPatternKind::Int(literal) => MatchPattern::Int(self.int(literal)),
            MatchPatternKind::Float(literal) => MatchPattern::Float(self.float(literal)),
            MatchPatternKind::Char(text) => MatchPattern::Char(self.normalized(text)),
            MatchPatternKind::String(text) => MatchPattern::String(self.normalized(text)),
            MatchPatternKind::Enum { case, fields } => {
                self.mentions(case.span);
                MatchPattern::Enum { case: self.text(case.name), fields: self.match_patterns(fields) }
            }
            MatchPatternKind::Tuple(parts) => MatchPattern::Tuple(self.match_patterns(parts)),
            MatchPatternKind::List(parts) => MatchPattern::List(self.match_patterns(parts)),
            MatchPatternKind::Or(parts) => MatchPattern::Or(self.match_patterns(parts)),
            MatchPatternKind::Cons(head, tail) => {
                let head = self.match_pattern(head);
                let tail = self.match_pattern(tail);
                MatchPattern::Cons(self.arena.alloc(head), self.arena.alloc(tail))
            }
        }
    }

    fn match_patterns(&mut self, patterns: &'t [ast::MatchPattern<'t>]) -> &'a [MatchPattern<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(patterns.iter().map(|pattern| self.match_pattern(pattern)))
    }

    pub fn int(&self, literal: &ast::IntLiteral<'_>) -> &'a IntLiteral<'a> {
        self.arena.alloc(match *literal {
            IntLiteral::Int(digits) => IntLiteral::Int(self.text(digits)),
            IntLiteral::Int8(value) => IntLiteral::Int8(value),
            IntLiteral::UInt8(value) => IntLiteral::UInt8(value),
            IntLiteral::Int16(value) => IntLiteral::Int16(value),
            IntLiteral::UInt16(value) => IntLiteral::UInt16(value),
            IntLiteral::Int32(value) => IntLiteral::Int32(value),
            IntLiteral::UInt32(value) => IntLiteral::UInt32(value),
            IntLiteral::Int64(value) => IntLiteral::Int64(value),
            IntLiteral::UInt64(value) => IntLiteral::UInt64(value),
            IntLiteral::Int128(value) => IntLiteral::Int128(value),
            IntLiteral::UInt128(value) => IntLiteral::UInt128(value),
        })
    }

    pub fn float(&self, literal: &ast::FloatLiteral<'_>) -> &'a FloatLiteral<'a> {
        self.arena.alloc(FloatLiteral {
            negative: literal.negative,
            whole: self.text(literal.whole),
            fraction: self.text(literal.fraction),
        })
    }

    /// Literal texts are kept in normal form C, so that canonically equal texts are equal.
    pub fn normalized(&self, text: &str) -> Text<'a> {
        if text.is_ascii() || unicode_normalization::is_nfc(text) {
            self.text(text)
        } else {
            self.text(&text.nfc().collect::<String>())
        }
    }
}
