//! Let and match patterns against values.

use super::code::{LetPattern, MatchPattern};
use super::value::Value;
use crate::compile::Register;

/// What a pattern binds.
pub type Bound = Vec<(Register, Value)>;

/// Whether a let pattern matches; what it bound until it failed is in `bound` either way.
pub fn bind(pattern: &LetPattern, value: &Value, bound: &mut Bound) -> bool {
    match (pattern, value) {
        (LetPattern::Variable(register), value) => {
            bound.push((*register, value.clone()));
            true
        }
        (LetPattern::Wildcard, _) | (LetPattern::Unit, Value::Unit) => true,
        (LetPattern::Tuple(patterns), Value::Tuple(parts)) => {
            patterns.len() == parts.len()
                && patterns.iter().zip(parts.iter()).all(|(pattern, part)| bind(pattern, part, bound))
        }
        _ => false,
    }
}

/// Whether a match pattern matches; what it bound until it failed is in `bound` either way.
pub fn matches(pattern: &MatchPattern, value: &Value, bound: &mut Bound) -> bool {
    match (pattern, value) {
        (MatchPattern::Variable(register), value) => {
            bound.push((*register, value.clone()));
            true
        }
        (MatchPattern::Literal(literal), value) => is_literal(literal, value),
        (MatchPattern::List(patterns), Value::List(_, items)) => all(patterns, items.iter(), bound),
        (MatchPattern::Cons(head, tail), Value::List(typ, items)) => match items.split_first() {
            Some((first, rest)) => {
                matches(head, first, bound) && matches(tail, &Value::List(typ.clone(), rest.clone()), bound)
            }
            None => false,
        },
        (MatchPattern::Tuple(patterns), Value::Tuple(parts)) => all(patterns, parts.iter(), bound),
        // The type is not compared.
        (MatchPattern::Enum(case, patterns), Value::Enum(value)) => {
            *case == value.case && all(patterns, value.fields.iter(), bound)
        }
        (MatchPattern::Or(alternatives), value) => alternatives.iter().any(|alternative| {
            let before = bound.len();
            let found = matches(alternative, value, bound);
            if !found {
                bound.truncate(before);
            }
            found
        }),
        _ => false,
    }
}

fn all<'v>(
    patterns: &[MatchPattern],
    mut values: impl ExactSizeIterator<Item = &'v Value>,
    bound: &mut Bound,
) -> bool {
    patterns.len() == values.len()
        && patterns.iter().all(|pattern| values.next().is_some_and(|value| matches(pattern, value, bound)))
}

fn is_literal(literal: &Value, value: &Value) -> bool {
    match (literal, value) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Char(left), Value::Char(right)) | (Value::String(left), Value::String(right)) => {
            left == right
        }
        _ => false,
    }
}
