//! Names that mean nothing, as diagnostics: what is missing, and what may have been meant.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{builtins, names};
use crate::base::diagnostic::Diagnostic;
use crate::base::location::ItemKind;
use crate::base::text::LineIndex;
use crate::program::inventory::Inventory;
use crate::program::resolve::{Missing, Unresolved};
use crate::program::tree::NameError;
use darkc_cache_format::model::Namespace;

/// The codes of names that mean nothing.
pub mod code {
    /// A qualified name of a function or value, or the name of a type.
    pub const UNRESOLVED: &str = "NAME-UNRESOLVED";
    /// A bare name, which is then a variable that nothing binds.
    pub const UNBOUND: &str = "NAME-UNBOUND";
    pub const BUILTIN: &str = "NAME-BUILTIN";
    /// A name that is declared more than once.
    pub const DUPLICATE: &str = "NAME-DUPLICATE";

    /// Those of names that mean nothing.
    pub const UNRESOLVED_NAMES: [&str; 3] = [UNRESOLVED, UNBOUND, BUILTIN];
    pub const ALL: [&str; 4] = [UNRESOLVED, UNBOUND, BUILTIN, DUPLICATE];
}

const SUGGESTIONS: usize = 3;
const BUILTIN: &str = "Builtin";

/// Every live name by its last part, to find what may have been meant.
pub struct NameIndex<'n> {
    /// Sorted by last part, then by whole name.
    names: Vec<(&'n str, &'n str, Namespace)>,
    /// Where the names of one last part start, in `names`.
    last_parts: Vec<usize>,
    /// The last parts that are spelled like a name, as places in `last_parts`, with their distance.
    similar: HashMap<(String, bool), Vec<(usize, usize)>>,
}

/// A name that means nothing, and where it stands.
struct Wanted<'w> {
    written: &'w [String],
    namespace: Namespace,
    /// The scope of the item that uses it.
    scope: &'w str,
}

impl<'n> NameIndex<'n> {
    pub fn of(live: &'n Inventory) -> Self {
        let entry = |name: &'n str, kind| {
            let namespace = if kind == ItemKind::Type { Namespace::Type } else { Namespace::Term };
            (last_part(name), name, namespace)
        };
        let mut names: Vec<_> = live.live().map(|id| entry(live.name(id), live.kind(id))).collect();
        names.sort_unstable_by_key(|(last, name, _)| (*last, *name));
        let starts = |at: &usize| *at == 0 || names[*at - 1].0 != names[*at].0;
        let last_parts = (0..names.len()).filter(starts).collect();
        NameIndex { names, last_parts, similar: HashMap::new() }
    }

    /// The diagnostics of one item's unresolved names, in order of place.
    pub fn diagnose(
        &mut self,
        item: &str,
        unresolved: &[Unresolved<'_>],
        lines: &LineIndex<'_>,
    ) -> Vec<Diagnostic> {
        let scope = item.rsplit_once('.').map_or("", |(scope, _)| scope);
        let mut diagnostics: Vec<Diagnostic> =
            unresolved.iter().map(|unresolved| self.diagnostic(item, scope, unresolved, lines)).collect();
        diagnostics.sort_by_key(|diagnostic| diagnostic.start);
        diagnostics
    }

    fn diagnostic(
        &mut self,
        item: &str,
        scope: &str,
        unresolved: &Unresolved<'_>,
        lines: &LineIndex<'_>,
    ) -> Diagnostic {
        let Unresolved { name, what } = unresolved;
        let (start, end) = (lines.position(name.span.start), lines.position(name.span.end));
        let spelled = name.written.join(".");
        let found = match what {
            Missing::Type(NameError::NotFound) => {
                let tried = names::tried(scope, Namespace::Type, &name.written).join(", ");
                let message = format!("no type is called `{spelled}`");
                let error = Diagnostic::error(code::UNRESOLVED, start, end, message);
                Diagnostic { notes: vec![format!("tried: {tried}")], ..error }
            }
            Missing::Type(NameError::InvalidName) => {
                let message = format!("`{spelled}` cannot be the name of a type");
                Diagnostic::error(code::UNRESOLVED, start, end, message)
            }
            Missing::Term(NameError::NotFound) if name.written[0] == BUILTIN => {
                Diagnostic::warning(code::BUILTIN, start, end, format!("there is no built-in `{spelled}`"))
            }
            Missing::Term(NameError::NotFound) => {
                let message = format!("no function or value is called `{spelled}`");
                Diagnostic::warning(code::UNRESOLVED, start, end, message)
            }
            Missing::Term(NameError::InvalidName) => {
                let message = format!("`{spelled}` cannot be the name of a function or value");
                Diagnostic::warning(code::UNRESOLVED, start, end, message)
            }
            Missing::Variable => {
                let message = format!("no variable, value or function is called `{spelled}`");
                Diagnostic::warning(code::UNBOUND, start, end, message)
            }
            Missing::CaseWithoutType => {
                let message = format!("the case `{spelled}` stands without its type");
                let note = format!("write the type in front of it, as in `SomeType.{spelled}`");
                let warning = Diagnostic::warning(code::UNRESOLVED, start, end, message);
                Diagnostic { notes: vec![note], ..warning }
            }
        };
        let suggestions = match what {
            Missing::CaseWithoutType => Vec::new(),
            Missing::Term(_) if found.code == code::BUILTIN => {
                builtins::similar(last_part(&spelled), SUGGESTIONS)
            }
            _ => {
                let namespace =
                    if matches!(what, Missing::Type(_)) { Namespace::Type } else { Namespace::Term };
                let mut suggestions = similar_variables(&spelled, &name.in_scope);
                suggestions.extend(self.suggest(&Wanted { written: &name.written, namespace, scope }));
                suggestions.truncate(SUGGESTIONS);
                suggestions
            }
        };
        Diagnostic { item: Some(item.to_owned()), suggestions, ..found }
    }

    /// Names with the same last part, else those whose last part is spelled alike: first the most alike, then
    /// those in modules of the written names, then those in modules that are spelled alike, then the nearest to
    /// the scope.
    fn suggest(&mut self, wanted: &Wanted<'_>) -> Vec<String> {
        let last = wanted.written.last().map_or("", String::as_str);
        let same = self.with_last_part(last, wanted.namespace);
        let mut found: Vec<(usize, &str)> = same.map(|name| (0, name)).collect();
        if found.is_empty() {
            let similar = self.similar_last_parts(last, wanted.namespace);
            let names = similar.into_iter().flat_map(|(place, distance)| {
                let last = self.names[self.last_parts[place]].0;
                self.with_last_part(last, wanted.namespace).map(move |name| (distance, name))
            });
            found = names.collect();
        }
        let modules = wanted.written.split_last().map_or(&[][..], |(_, modules)| modules);
        found.sort_by_cached_key(|(distance, name)| {
            let scope = scope_of(name);
            let same_modules = common(scope.rsplit('.'), modules.iter().rev().map(String::as_str));
            let alike_modules = modules.iter().filter(|module| has_alike(scope, module)).count();
            let near = common(name.split('.'), wanted.scope.split('.'));
            (*distance, Reverse(same_modules), Reverse(alike_modules), Reverse(near), name.len(), *name)
        });
        found.iter().take(SUGGESTIONS).map(|(_, name)| (*name).to_owned()).collect()
    }

    fn with_last_part(
        &self,
        last: &str,
        namespace: Namespace,
    ) -> impl Iterator<Item = &'n str> + use<'_, 'n> {
        let from = self.names.partition_point(|entry| entry.0 < last);
        let to = from + self.names[from..].partition_point(|entry| entry.0 == last);
        self.names[from..to].iter().filter(move |entry| entry.2 == namespace).map(|entry| entry.1)
    }

    fn similar_last_parts(&mut self, last: &str, namespace: Namespace) -> Vec<(usize, usize)> {
        let key = (last.to_owned(), namespace == Namespace::Type);
        if let Some(similar) = self.similar.get(&key) {
            return similar.clone();
        }
        let similar = self.last_parts.iter().enumerate().filter_map(|(place, at)| {
            let distance = distance(last, self.names[*at].0)?;
            self.with_last_part(self.names[*at].0, namespace).next()?;
            Some((place, distance))
        });
        let mut similar: Vec<(usize, usize)> = similar.collect();
        similar.sort_by_key(|(place, distance)| (*distance, *place));
        self.similar.insert(key, similar.clone());
        similar
    }
}

/// Variables in scope that are spelled like a bare name.
fn similar_variables(name: &str, in_scope: &[String]) -> Vec<String> {
    let mut similar: Vec<(usize, &str)> =
        in_scope.iter().filter_map(|bound| Some((distance(name, bound)?, bound.as_str()))).collect();
    similar.sort_unstable();
    similar.dedup();
    similar.into_iter().map(|(_, bound)| bound.to_owned()).collect()
}

/// How many edits lead from one name to another; `None` where they are too many for a slip.
pub(super) fn distance(one: &str, other: &str) -> Option<usize> {
    /// One edit for every so many characters.
    const CHARACTERS_AN_EDIT: usize = 3;
    let allowed = (one.chars().count() / CHARACTERS_AN_EDIT).max(1);
    if one.len().abs_diff(other.len()) > 4 * allowed {
        return None;
    }
    let distance = strsim::osa_distance(one, other);
    // A name of which nothing is left is no likeness.
    (distance <= allowed && distance < other.chars().count()).then_some(distance)
}

/// How many parts two names share from their start on.
fn common<'a>(one: impl Iterator<Item = &'a str>, other: impl Iterator<Item = &'a str>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether one of the parts of `modules` is spelled like `module`.
fn has_alike(modules: &str, module: &str) -> bool {
    modules.split('.').any(|part| distance(module, part).is_some())
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn scope_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(scope, _)| scope)
}
