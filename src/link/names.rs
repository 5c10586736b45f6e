//! Every live name of the package set, and what a site means among them.

use std::collections::HashMap;

use darkc_cache_format::model::{ItemKind, Namespace, Site, Text};

use super::builtins;
use super::candidates::Written;
use crate::program::inventory::Inventory;
use crate::program::keys::{CandidateKey, KeyHasher, NameKey, name_key};
use crate::program::resolve::Resolution;
use crate::program::tree::{NameError, Target};
use crate::program::world::ItemId;

/// Which item a fully qualified name means.
#[derive(Debug, Default)]
pub struct Names {
    by_key: HashMap<NameKey, (ItemKind, ItemId), KeyHasher>,
}

impl Names {
    pub fn of(inventory: &Inventory<'_>) -> Self {
        let mut by_key = HashMap::with_capacity_and_hasher(inventory.items.len(), KeyHasher);
        for (id, declared) in inventory.live() {
            by_key.insert(name_key(declared.location.as_str()), (declared.kind, id));
        }
        Names { by_key }
    }

    fn get(&self, key: NameKey, kind: ItemKind) -> Option<ItemId> {
        self.by_key.get(&key).filter(|(of, _)| *of == kind).map(|(_, id)| *id)
    }

    /// What a site means to an item that lives in `scope` (owner and modules, dotted). Every name that was
    /// tried is added to `candidates`: only if one of these begins or ceases to exist can the meaning change.
    pub fn resolve(
        &self,
        scope: &str,
        site: &Site<'_>,
        buffer: &mut String,
        candidates: &mut Vec<CandidateKey>,
    ) -> Resolution {
        let Some(written) = Written::parse(site.namespace, &site.written) else {
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
                found = self.get(key, ItemKind::Type);
                found.is_some()
            });
            return Resolution::Type(found.ok_or(NameError::NotFound));
        }

        let (mut value, mut function) = (None, None);
        // `Builtin.x` is tried as it stands, after the enclosing modules; no owner is called Builtin.
        written.candidates(scope, buffer, |name| {
            let key = name_key(name);
            candidates.push(key.into());
            value = value.or_else(|| self.get(key, ItemKind::Value).map(Target::Item));
            function = function.or_else(|| self.get(key, ItemKind::Fn).map(Target::Item));
            value.is_some() && function.is_some()
        });
        if written.is_builtin() {
            let builtin = |kind| {
                builtins::find(kind, written.name, written.version)
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
}

/// Every candidate of a name, for the message that it was not found.
pub fn tried(scope: &str, namespace: Namespace, written: &[Text<'_>]) -> Vec<String> {
    let mut tried = Vec::new();
    if let Some(written) = Written::parse(namespace, written) {
        written.candidates(scope, &mut String::new(), |name| {
            tried.push(name.to_owned());
            false
        });
    }
    tried
}
