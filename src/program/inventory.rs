//! Every declaration of the package set: what was written, or what the last reload found out about it.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use darkc_cache_format::model;

use super::world::ItemId;
use crate::base::hash::Fingerprint;
use crate::base::location::{ItemKind, Location};
use crate::state::keys::{ItemKey, KeyHasher};
use crate::state::known::Known;

/// All declarations in order of file, then of place in the file; an [`ItemId`] is an index. Where a name is
/// declared more than once, the last declaration has it and the others are shadowed.
#[derive(Debug, Default)]
pub struct Inventory<'a> {
    pub items: Vec<Declared<'a>>,
    by_key: HashMap<ItemKey, ItemId, KeyHasher>,
    /// (shadowed, the one that has the name)
    pub duplicates: Vec<(ItemId, ItemId)>,
}

/// One declaration.
#[derive(Debug)]
pub struct Declared<'a> {
    pub kind: ItemKind,
    pub name: Name<'a>,
    pub key: ItemKey,
    /// Index of the file in the list of sources.
    pub file: u32,
    /// Place in the file, in Darklang's order of application.
    pub place: u32,
    /// Present when the file was looked into in this run.
    pub written: Option<Written<'a>>,
    /// Present when the last reload had the same kind of item under this name.
    pub known: Option<Known<'a>>,
    /// Had lost its name to another declaration at the last reload, and what is known is that one's.
    pub revived: bool,
    pub shadowed: bool,
}

/// A fully qualified name, and its [`Location`] as soon as something asks for that, as of most items nothing does.
#[derive(Debug)]
pub struct Name<'a> {
    text: &'a str,
    location: OnceLock<Location>,
}

impl<'a> Name<'a> {
    pub fn new(text: &'a str) -> Self {
        Name { text, location: OnceLock::new() }
    }

    pub fn as_str(&self) -> &'a str {
        self.text
    }

    pub fn location(&self) -> &Location {
        self.location.get_or_init(|| Location::new(self.text))
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// What stands in the source.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub item: &'a model::Item<'a>,
    /// Of the encoded code, as the sidecar has it.
    pub code: Fingerprint,
}

impl Written<'_> {
    pub fn description(&self) -> Fingerprint {
        Fingerprint::of(self.item.description.as_bytes())
    }
}

impl<'a> Inventory<'a> {
    pub fn with_capacity(items: usize) -> Self {
        Inventory {
            items: Vec::with_capacity(items),
            by_key: HashMap::with_capacity_and_hasher(items, KeyHasher),
            duplicates: Vec::new(),
        }
    }

    /// Adds a declaration behind all others; it takes the name from an earlier one.
    pub fn add(&mut self, declared: Declared<'a>) {
        let id = ItemId(self.items.len() as u32);
        let earlier = self.by_key.insert(declared.key, id);
        if let Some(earlier) = earlier {
            self.items[earlier.index()].shadowed = true;
            self.duplicates.push((earlier, id));
        }
        self.items.push(declared);
    }

    pub fn get(&self, item: ItemId) -> &Declared<'a> {
        &self.items[item.index()]
    }

    pub fn find(&self, key: ItemKey) -> Option<ItemId> {
        self.by_key.get(&key).copied()
    }

    pub fn key(&self, item: ItemId) -> ItemKey {
        self.get(item).key
    }

    /// The declarations that have their name.
    pub fn live(&self) -> impl Iterator<Item = (ItemId, &Declared<'a>)> {
        let ids = (0..).map(ItemId);
        ids.zip(&self.items).filter(|(_, declared)| !declared.shadowed)
    }
}
