//! What patterns bind: no name twice, and the same names in every branch of an or-pattern.

use super::{Checker, Rule};
use crate::base::text::Span;
use crate::syntax::ast::{LetPattern, LetPatternKind, MatchPattern, MatchPatternKind};

impl<'t> Checker<'t> {
    /// Adds the names of a `let` or lambda pattern to the bindings at hand.
    pub(super) fn bind_let(&mut self, pattern: &'t LetPattern<'_>) {
        match &pattern.kind {
            LetPatternKind::Variable(name) => self.bindings.push((name, pattern.span)),
            LetPatternKind::Tuple(parts) => parts.iter().for_each(|part| self.bind_let(part)),
            LetPatternKind::Unit | LetPatternKind::Wildcard => {}
        }
    }

    /// Reports every binding after the first of its name, and forgets the bindings. Names come in ordinal order
    /// (by UTF-16 unit, as .NET compares), the bindings of one name in source order.
    pub(super) fn duplicates(&mut self) {
        if self.bindings.len() > 1 {
            let mut bindings = std::mem::take(&mut self.bindings);
            bindings.retain(|(name, _)| !is_ignored(name));
            bindings.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            for pair in bindings.windows(2) {
                let (name, span) = pair[1];
                if pair[0].0 == name {
                    let message = format!("Duplicate binding '{name}' in the same pattern");
                    self.refuse(span, Rule::DuplicateBinder, &message);
                }
            }
            self.bindings = bindings;
        }
        self.bindings.clear();
    }

    pub(super) fn match_pattern(&mut self, pattern: &'t MatchPattern<'_>) {
        self.duplicates_in(pattern);
        self.pattern_structure(pattern);
    }

    /// Branches of an or-pattern at the top are patterns of their own.
    fn duplicates_in(&mut self, pattern: &'t MatchPattern<'_>) {
        if let MatchPatternKind::Or(branches) = &pattern.kind {
            branches.iter().for_each(|branch| self.duplicates_in(branch));
        } else {
            bind_match(pattern, &mut self.bindings);
            self.duplicates();
        }
    }

    fn pattern_structure(&mut self, pattern: &'t MatchPattern<'_>) {
        match &pattern.kind {
            MatchPatternKind::Or(branches) => {
                branches.iter().for_each(|branch| self.pattern_structure(branch));
                let Some((first, rest)) = branches.split_first() else {
                    let message = "An or-pattern must have at least one alternative";
                    return self.refuse(pattern.span, Rule::EmptyOrPattern, message);
                };
                let expected = usable_names(first);
                for branch in rest {
                    if usable_names(branch) != expected {
                        let message = "Every branch of an or-pattern must bind the same names";
                        self.refuse(branch.span, Rule::OrBindingMismatch, message);
                    }
                }
            }
            MatchPatternKind::Error => {
                self.refuse(pattern.span, Rule::RecoveryHole, "A recovered pattern cannot be lowered");
            }
            _ => inner_patterns(pattern).for_each(|inner| self.pattern_structure(inner)),
        }
    }
}

/// Adds the names that a pattern binds; the first branch speaks for a whole or-pattern.
fn bind_match<'t>(pattern: &'t MatchPattern<'_>, bindings: &mut Vec<(&'t str, Span)>) {
    match &pattern.kind {
        MatchPatternKind::Variable(name) => bindings.push((name, pattern.span)),
        MatchPatternKind::Or(branches) => {
            branches.iter().take(1).for_each(|first| bind_match(first, bindings))
        }
        _ => inner_patterns(pattern).for_each(|inner| bind_match(inner, bindings)),
    }
}

/// The patterns directly inside one that is not an or-pattern, in source order.
fn inner_patterns<'t, 's>(pattern: &'t MatchPattern<'s>) -> impl Iterator<Item = &'t MatchPattern<'s>> {
    let (parts, pair): (&[_], Option<[&MatchPattern<'s>; 2]>) = match &pattern.kind {
        MatchPatternKind::Enum { fields: parts, .. }
        | MatchPatternKind::Tuple(parts)
        | MatchPatternKind::List(parts) => (parts, None),
        MatchPatternKind::Cons(head, tail) => (&[], Some([head, tail])),
        _ => (&[], None),
    };
    parts.iter().chain(pair.into_iter().flatten())
}

fn usable_names<'t>(pattern: &'t MatchPattern<'_>) -> Vec<&'t str> {
    let mut bindings = vec![];
    bind_match(pattern, &mut bindings);
    let mut names: Vec<_> =
        bindings.into_iter().map(|(name, _)| name).filter(|name| !is_ignored(name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The blank name, `_`, and any name that starts with an underscore may be bound again and again.
fn is_ignored(name: &str) -> bool {
    name.is_empty() || name.starts_with('_')
}
