//! Patterns, and the variables that they bind.

use std::borrow::Cow;

use darkc_cache_format::model::{FloatLiteral, LetPattern, MatchPattern, Text};
use unicode_normalization::UnicodeNormalization;

use super::Lowering;
use crate::syntax::ast::{self, LetPatternKind, MatchPatternKind};

impl<'s> Lowering<'_, 's> {
    pub fn let_pattern(&mut self, pattern: &ast::LetPattern<'s>) -> LetPattern<'s> {
        match &pattern.kind {
            LetPatternKind::Unit => LetPattern::Unit,
            LetPatternKind::Wildcard => LetPattern::Wildcard,
            LetPatternKind::Variable(name) => {
                self.scope.bind(name);
                LetPattern::Variable(Cow::Borrowed(name))
            }
            LetPatternKind::Tuple(parts) => {
                LetPattern::Tuple(parts.iter().map(|part| self.let_pattern(part)).collect())
            }
        }
    }

    pub fn match_pattern(&mut self, pattern: &ast::MatchPattern<'s>) -> MatchPattern<'s> {
        match &pattern.kind {
            MatchPatternKind::Variable(name) => {
                self.scope.bind(name);
                MatchPattern::Variable(Cow::Borrowed(name))
            }
            // A file with a hole has a diagnostic and is refused before it gets here.
            MatchPatternKind::Unit | MatchPatternKind::Error => MatchPattern::Unit,
            MatchPatternKind::Bool(value) => MatchPattern::Bool(*value),
            MatchPatternKind::Int(literal) => MatchPattern::Int(literal.clone()),
            MatchPatternKind::Float(literal) => MatchPattern::Float(float(literal)),
            MatchPatternKind::Char(text) => MatchPattern::Char(normalize(text)),
            MatchPatternKind::String(text) => MatchPattern::String(normalize(text)),
            MatchPatternKind::Enum { case, fields } => {
                MatchPattern::Enum { case: Cow::Borrowed(case.name), fields: self.match_patterns(fields) }
            }
            MatchPatternKind::Tuple(parts) => MatchPattern::Tuple(self.match_patterns(parts)),
            MatchPatternKind::List(parts) => MatchPattern::List(self.match_patterns(parts)),
            MatchPatternKind::Or(parts) => MatchPattern::Or(self.match_patterns(parts)),
            MatchPatternKind::Cons(head, tail) => {
                let head = self.match_pattern(head);
                MatchPattern::Cons(Box::new(head), Box::new(self.match_pattern(tail)))
            }
        }
    }

    fn match_patterns(&mut self, patterns: &[ast::MatchPattern<'s>]) -> Vec<MatchPattern<'s>> {
        patterns.iter().map(|pattern| self.match_pattern(pattern)).collect()
    }
}

pub fn float<'s>(literal: &ast::FloatLiteral<'s>) -> FloatLiteral<'s> {
    FloatLiteral {
        negative: literal.negative,
        whole: literal.whole.clone(),
        fraction: literal.fraction.clone(),
    }
}

/// Literal texts are kept in normal form C, so that canonically equal texts are equal.
pub fn normalize<'s>(text: &Text<'s>) -> Text<'s> {
    if text.is_ascii() || unicode_normalization::is_nfc(text) {
        text.clone()
    } else {
        Cow::Owned(text.nfc().collect())
    }
}
