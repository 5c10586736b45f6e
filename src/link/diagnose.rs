//! Names that mean nothing, as diagnostics: what is missing, and what may have been meant.

use super::{builtins, names};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::LineIndex;
use crate::program::resolve::{Missing, Unresolved};
use crate::program::similar::{NameIndex, SUGGESTIONS, Wanted, distance, last_part};
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

const BUILTIN: &str = "Builtin";

/// Returns the diagnostics of one item's unresolved names, in order of place. `names` are all that may have been
/// meant.
pub fn diagnose(
    names: &mut NameIndex<'_>,
    item: &str,
    unresolved: &[Unresolved<'_>],
    lines: &LineIndex<'_>,
) -> Vec<Diagnostic> {
    let scope = item.rsplit_once('.').map_or("", |(scope, _)| scope);
    let mut diagnostics: Vec<Diagnostic> =
        unresolved.iter().map(|unresolved| diagnostic(names, item, scope, unresolved, lines)).collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.start);
    diagnostics
}

fn diagnostic(
    index: &mut NameIndex<'_>,
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
            let namespace = if matches!(what, Missing::Type(_)) { Namespace::Type } else { Namespace::Term };
            let mut suggestions = similar_variables(&spelled, &name.in_scope);
            let wanted = Wanted { written: &name.written, namespace: Some(namespace), scope };
            suggestions.extend(index.suggest(&wanted));
            suggestions.truncate(SUGGESTIONS);
            suggestions
        }
    };
    Diagnostic { item: Some(item.to_owned()), suggestions, ..found }
}

/// Variables in scope that are spelled like a bare name.
fn similar_variables(name: &str, in_scope: &[String]) -> Vec<String> {
    let mut similar: Vec<(usize, &str)> =
        in_scope.iter().filter_map(|bound| Some((distance(name, bound)?, bound.as_str()))).collect();
    similar.sort_unstable();
    similar.dedup();
    similar.into_iter().map(|(_, bound)| bound.to_owned()).collect()
}
