//! Where an item lives: its kind and its dotted, fully qualified name.

use std::fmt;
use std::sync::Arc;

pub use darkc_cache_format::model::ItemKind;

/// An owner, modules and a name, joined by dots (`Darklang.Stdlib.List.map`). No part holds a dot, so the
/// parts can always be told apart again. A clone is the same text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(Arc<str>);

impl Location {
    pub fn new(dotted: impl Into<Arc<str>>) -> Self {
        Location(dotted.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn owner(&self) -> &str {
        self.0.split_once('.').map_or(&self.0, |(owner, _)| owner)
    }

    /// The modules between the owner and the name, dotted; empty when there are none.
    pub fn modules_dotted(&self) -> &str {
        let start = self.owner().len() + 1;
        let end = self.0.rfind('.').unwrap_or(0);
        if start < end { &self.0[start..end] } else { "" }
    }

    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules_dotted().split('.').filter(|module| !module.is_empty())
    }

    pub fn name(&self) -> &str {
        self.0.rsplit_once('.').map_or(&self.0, |(_, name)| name)
    }

    /// The owner and the modules: the scope in which the item's own names are looked up.
    pub fn scope(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(scope, _)| scope)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
