//! Looks every name up as Darklang does.

mod builtins;
pub mod candidates;

use std::collections::HashMap;

use darkc_cache_format::model::{ItemKind, Namespace, Site, Text};

use crate::program::keys::{KeyHasher, NameKey, name_key};
use crate::program::resolve::Resolution;
use crate::program::tree::{NameError, Target};
use crate::program::world::ItemId;
use candidates::Written;

/// Which item a fully qualified name means, in each namespace.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slots {
    pub typ: Option<ItemId>,
    pub value: Option<ItemId>,
    pub function: Option<ItemId>,
}

impl Slots {
    pub fn slot(&mut self, kind: ItemKind) -> &mut Option<ItemId> {
        match kind {
            ItemKind::Type => &mut self.typ,
            ItemKind::Value => &mut self.value,
            ItemKind::Fn => &mut self.function,
        }
    }
}

/// Every live name.
#[derive(Debug, Default)]
pub struct Names {
    by_key: HashMap<NameKey, Slots, KeyHasher>,
}

impl Names {
    pub fn with_capacity(items: usize) -> Self {
        Names { by_key: HashMap::with_capacity_and_hasher(items, KeyHasher) }
    }

    /// Gives a name to an item and returns the item that had it before.
    pub fn bind(&mut self, kind: ItemKind, location: NameKey, item: ItemId) -> Option<ItemId> {
        self.by_key.entry(location).or_default().slot(kind).replace(item)
    }

    pub fn get(&self, location: NameKey) -> Slots {
        self.by_key.get(&location).copied().unwrap_or_default()
    }

    /// What a site means to an item that lives in `scope` (owner and modules, dotted).
    pub fn resolve(&self, scope: &str, site: &Site<'_>, buffer: &mut String) -> Resolution {
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
                found = self.get(name_key(name)).typ;
                found.is_some()
            });
            return Resolution::Type(found.ok_or(NameError::NotFound));
        }

        let (mut value, mut function) = (None, None);
        // `Builtin.x` is tried as it stands, after the enclosing modules; no owner is called Builtin.
        written.candidates(scope, buffer, |name| {
            let slots = self.get(name_key(name));
            value = value.or(slots.value.map(Target::Item));
            function = function.or(slots.function.map(Target::Item));
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

/// Whether a change to what `changed` names can change what the site means.
pub fn may_mean(
    scope: &str,
    site: &Site<'_>,
    buffer: &mut String,
    changed: impl Fn(NameKey) -> bool,
) -> bool {
    Written::parse(site.namespace, &site.written)
        .is_some_and(|written| written.candidates(scope, buffer, |name| changed(name_key(name))))
}

/// Every candidate of a site, for the message about a name that was not found.
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
