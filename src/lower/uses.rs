//! Where an item uses its name sites: every place, which the sites themselves do not tell.
//!
//! Sidecars keep the first place of each distinct name, which is all that linking needs. A finding about a name is
//! about each of its uses, so the source is lowered again for it.

use bumpalo::Bump;
use darkc_cache_format::model::{NameRule, Namespace, SiteId};

use super::{Collector, Lowering};
use crate::base::text::{LineIndex, Span};
use crate::syntax::ast::{Identifier, SourceFile};

/// One use of a name, in the order of an item's lowering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub rule: UseRule,
    pub span: Span,
    /// The parts of the name as written.
    pub written: Vec<String>,
    /// For a bare term: the local variables and parameters that are in scope, innermost first.
    pub in_scope: Vec<String>,
}

/// How a use reads its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseRule {
    Type(SiteId),
    Name(SiteId, NameRule),
    /// `a.b.c`, a qualified name if there is one, and otherwise a field of what the next `inner` uses mean.
    Path {
        site: SiteId,
        inner: usize,
    },
    /// The function of a pipe part.
    Pipe {
        site: SiteId,
        or_variable: bool,
    },
    /// A case with fields whose type is not written.
    CaseWithoutType,
}

impl UseRule {
    /// The index of the site that is used.
    pub fn site(self) -> Option<usize> {
        match self {
            UseRule::Type(site)
            | UseRule::Name(site, _)
            | UseRule::Path { site, .. }
            | UseRule::Pipe { site, .. } => Some(site as usize),
            UseRule::CaseWithoutType => None,
        }
    }
}

/// Every use of a name in a file that [`file`](super::file) lowers: one list for each of its items, in their order.
pub fn uses(text: &str, file: &SourceFile<'_>) -> Vec<Vec<Use>> {
    let arena = Bump::new();
    let lines = LineIndex::new(text);
    let mut lowering = Lowering::new(&arena, &lines);
    lowering.uses = Some(Vec::new());
    let mut collector = Collector::new(lowering);
    collector.declarations("", file.declarations);
    collector.uses.into_iter().flatten().collect()
}

impl<'t, 'a: 't> Lowering<'t, 'a> {
    /// The site of a type's name.
    pub(super) fn type_use(&mut self, written: &[&str], span: Span) -> SiteId {
        let site = self.site(Namespace::Type, written, span);
        self.note_use(UseRule::Type(site), written, span, false);
        site
    }

    /// The site of a function's or a value's name.
    pub(super) fn term_use(
        &mut self,
        written: &[&str],
        span: Span,
        rule: impl FnOnce(SiteId) -> UseRule,
    ) -> SiteId {
        let site = self.site(Namespace::Term, written, span);
        self.note_use(rule(site), written, span, written.len() == 1);
        site
    }

    pub(super) fn note_case_without_type(&mut self, case: Identifier<'_>) {
        self.note_use(UseRule::CaseWithoutType, &[case.name], case.span, false);
    }

    fn note_use(&mut self, rule: UseRule, written: &[&str], span: Span, with_scope: bool) {
        let Some(uses) = &mut self.uses else { return };
        let written = written.iter().map(|part| (*part).to_owned()).collect();
        let in_scope = if with_scope { self.scope.names() } else { Vec::new() };
        uses.push(Use { rule, span, written, in_scope });
    }

    /// Notes how many uses the path that was noted at `at` covers.
    pub(super) fn close_path(&mut self, at: usize) {
        let Some(uses) = &mut self.uses else { return };
        let count = uses.len();
        if let Some(Use { rule: UseRule::Path { inner, .. }, .. }) = uses.get_mut(at) {
            *inner = count - at - 1;
        }
    }

    /// How many uses have been noted.
    pub(super) fn noted(&self) -> usize {
        self.uses.as_ref().map_or(0, Vec::len)
    }
}
