//! What a site means among all live names of the package set.

use darkc_cache_format::model::{ItemKind, Namespace, Site, Text};

use super::builtins::Builtins;
use super::candidates::Written;
use crate::program::inventory::Inventory;
use crate::program::lookup::ItemId;
use crate::program::resolve::Resolution;
use crate::program::tree::{NameError, Target};
use crate::state::keys::{CandidateKey, NameKey, name_key};

/// What a site means to an item that lives in `scope` (owner and modules, dotted). Every name that was
/// tried is added to `candidates`: only if one of these begins or ceases to exist can the meaning change.
pub fn resolve(
    live: &Inventory,
    builtins: &Builtins,
    scope: &str,
    site: &Site<'_>,
    buffer: &mut String,
    candidates: &mut Vec<CandidateKey>,
) -> Resolution {
    let Some(written) = Written::parse(site.namespace, site.written) else {
        let invalid = Err(NameError::InvalidName);
        return match site.namespace {
            Namespace::Type => Resolution::Type(Err(NameError::InvalidName)),
            Namespace::Term => Resolution::Term { value: invalid, function: invalid },
        };
    };
    if site.namespace == Namespace::Type {
        let mut found = None;
        written.candidates(scope, buffer, |name| {
            let key = name_key(name);
            candidates.push(key.into());
            found = get(live, key, ItemKind::Type);
            found.is_some()
        });
        return Resolution::Type(found.ok_or(NameError::NotFound));
    }

    let (mut value, mut function) = (None, None);
    // `Builtin.x` is tried as it stands, after the enclosing modules; no owner is called Builtin.
    written.candidates(scope, buffer, |name| {
        let key = name_key(name);
        candidates.push(key.into());
        value = value.or_else(|| get(live, key, ItemKind::Value).map(Target::Item));
        function = function.or_else(|| get(live, key, ItemKind::Fn).map(Target::Item));
        value.is_some() && function.is_some()
    });
    if written.is_builtin() {
        let builtin = |kind| {
            builtins
                .find(kind, written.name, written.version)
                .map(|name| Target::Builtin { name, version: written.version })
        };
        value = value.or_else(|| builtin(ItemKind::Value));
        function = function.or_else(|| builtin(ItemKind::Fn));
    }
    Resolution::Term {
        value: value.ok_or(NameError::NotFound),
        function: function.ok_or(NameError::NotFound),
    }
}

fn get(live: &Inventory, key: NameKey, kind: ItemKind) -> Option<ItemId> {
    live.find(key.into()).filter(|id| live.kind(*id) == kind)
}

/// Every candidate of a name, for the message that it was not found.
pub fn tried(scope: &str, namespace: Namespace, written: &[String]) -> Vec<String> {
    let written: Vec<Text<'_>> = written.iter().map(String::as_str).collect();
    let mut tried = Vec::new();
    if let Some(written) = Written::parse(namespace, &written) {
        written.candidates(scope, &mut String::new(), |name| {
            tried.push(name.to_owned());
            false
        });
    }
    tried
}
