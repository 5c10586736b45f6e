//! Every declaration of the package set: what was written, or what the last reload found out about it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use darkc_cache_format::model;

use super::lookup::ItemId;
use crate::base::hash::Fingerprint;
use crate::base::location::{ItemKind, Location};
use crate::load::FileContent;
use crate::state::keys::{ItemKey, KeyHasher};
use crate::state::known::Known;
use crate::state::{Remembered, RememberedId};

/// All declarations in order of file, then of place in the file; an [`ItemId`] is an index. Where a name is
/// declared more than once, the last declaration has it and the others are shadowed.
///
/// Files that were loaded say what they declare. What the others declare is remembered from the last reload.
#[derive(Debug, Default)]
pub struct Inventory {
    before: Remembered,
    /// In load order.
    files: Vec<DeclaringFile>,
    items: Vec<Entry>,
    locations: Vec<OnceLock<Location>>,
    /// For each file of `before` that is not written anew: its first declaration.
    first_of_before: Vec<Option<u32>>,
    /// The names that a file which changed declares or declared, with who has them now.
    touched: HashMap<ItemKey, Option<ItemId>, KeyHasher>,
    duplicates: Vec<(ItemId, ItemId)>,
}

/// A file, as input of the inventory.
#[derive(Debug)]
pub struct FileDeclarations {
    /// The file of the same path in what is remembered.
    pub before: Option<usize>,
    /// What is written in it, where that may be other than what is remembered.
    pub content: Option<Arc<FileContent>>,
}

#[derive(Debug)]
struct DeclaringFile {
    first_item: u32,
    /// Where its declarations are those that are remembered of it.
    before: Option<usize>,
    /// Present when it was looked into in this run.
    content: Option<Arc<FileContent>>,
}

/// One declaration.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: ItemKey,
    file: u32,
    /// What is remembered of the name, where it held the same kind of item.
    known: Option<RememberedId>,
    kind: ItemKind,
    shadowed: bool,
    revived: bool,
}

/// What stands in the source.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub item: &'a model::Item<'a>,
    /// Of the encoded code, as the sidecar has it.
    pub code: Fingerprint,
}

impl Written<'_> {
    /// Returns the fingerprint of the item's description.
    pub fn description(&self) -> Fingerprint {
        Fingerprint::of(self.item.description.as_bytes())
    }
}

impl Inventory {
    /// Returns an inventory of which nothing is known yet but what is remembered.
    pub fn undeclared(before: Remembered) -> Self {
        Inventory { before, ..Inventory::default() }
    }

    /// Takes stock of the given files, which are in load order. One that has neither content nor anything remembered
    /// declares nothing.
    pub fn new(before: Remembered, files: impl IntoIterator<Item = FileDeclarations>) -> Self {
        let mut inventory = Inventory {
            first_of_before: vec![None; before.file_count()],
            items: Vec::with_capacity(before.item_count()),
            files: Vec::with_capacity(before.file_count()),
            before,
            ..Inventory::default()
        };
        // Every declaration of a name that may have changed hands.
        let mut contested: Vec<(ItemKey, ItemId)> = Vec::new();
        for file in files {
            inventory.add_file(file, &mut contested);
        }
        inventory.settle_names(contested);
        inventory.locations.resize_with(inventory.items.len(), OnceLock::new);
        inventory
    }

    fn add_file(&mut self, file: FileDeclarations, contested: &mut Vec<(ItemKey, ItemId)>) {
        let first_item = self.items.len() as u32;
        let index = self.files.len() as u32;
        let before = file.before.filter(|_| file.content.is_none());
        let remembered = &self.before;
        let holder_of = |key, kind| remembered.find(key).filter(|holder| remembered.kind(*holder) == kind);
        if let Some(content) = &file.content {
            for item in content.file().items {
                let (kind, key) = (item.kind, ItemKey::of(item.location));
                let known = holder_of(key, kind);
                contested.push((key, ItemId(self.items.len() as u32)));
                self.items.push(Entry { key, file: index, known, kind, shadowed: false, revived: false });
            }
        } else if let Some(before) = before {
            self.first_of_before[before] = Some(first_item);
            self.items.extend(remembered.items_in(before).map(|item| {
                let (kind, key) = (remembered.kind(item), remembered.key(item));
                // A declaration whose name was another one's cannot be known by that name.
                let revived = remembered.is_shadowed(item);
                let known = if revived { holder_of(key, kind) } else { Some(item) };
                Entry { key, file: index, known, kind, shadowed: revived, revived }
            }));
        }
        self.files.push(DeclaringFile { first_item, before, content: file.content });
    }

    /// Finds out who has each name that a changed file declares or declared, and each that had been declared more
    /// than once. All other names are held by whom they were held.
    fn settle_names(&mut self, mut contested: Vec<(ItemKey, ItemId)>) {
        let mut keys: Vec<ItemKey> = contested.iter().map(|(key, _)| *key).collect();
        let changed = (0..self.before.file_count()).filter(|file| self.first_of_before[*file].is_none());
        keys.extend(changed.flat_map(|file| self.before.items_in(file)).map(|item| self.before.key(item)));
        keys.extend(self.before.shadowed().map(|item| self.before.key(item)));
        keys.sort_unstable();
        keys.dedup();
        let holders = keys.iter().filter_map(|key| self.before.find(*key));
        for item in holders.chain(self.before.shadowed()) {
            contested.extend(self.now(item).map(|id| (self.before.key(item), id)));
        }
        contested.sort_unstable();

        self.touched = keys.into_iter().map(|key| (key, None)).collect();
        for same_name in contested.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((&(key, holder), others)) = same_name.split_last() else { continue };
            self.touched.insert(key, Some(holder));
            self.items[holder.index()].shadowed = false;
            for (_, other) in others {
                self.items[other.index()].shadowed = true;
            }
            self.duplicates.extend(same_name.windows(2).map(|pair| (pair[0].1, pair[1].1)));
        }
        self.duplicates.sort_unstable_by_key(|(_, later)| *later);
    }

    /// Returns the declaration that a remembered one is now, where its file has not changed.
    fn now(&self, item: RememberedId) -> Option<ItemId> {
        let first = self.first_of_before[self.before.file(item)]?;
        Some(ItemId(first + self.before.place(item)))
    }

    /// Notes what is written in a file whose declarations were remembered. Does nothing where it declares something
    /// else, as it may if it was changed meanwhile.
    pub fn take_content(&mut self, file: usize, content: Arc<FileContent>) {
        let written = content.file().items;
        let same = written.len() == self.declared_in(file).len()
            && self.declared_in(file).zip(written).all(|(id, item)| self.name(id) == item.location);
        if same {
            self.files[file].content = Some(content);
        }
    }

    /// Returns what was remembered when the inventory was taken.
    pub fn before(&self) -> &Remembered {
        &self.before
    }

    pub fn into_before(self) -> Remembered {
        self.before
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the declarations of a file.
    pub fn declared_in(&self, file: usize) -> impl ExactSizeIterator<Item = ItemId> + use<> {
        let end = self.files.get(file + 1).map_or(self.items.len() as u32, |next| next.first_item);
        (self.files[file].first_item..end).map(ItemId)
    }

    /// Returns the declarations that have their name.
    pub fn live(&self) -> impl Iterator<Item = ItemId> {
        (0..).map(ItemId).zip(&self.items).filter(|(_, entry)| !entry.shadowed).map(|(id, _)| id)
    }

    /// Returns the declaration that has a name.
    pub fn find(&self, key: ItemKey) -> Option<ItemId> {
        match self.touched.get(&key) {
            Some(holder) => *holder,
            None => self.now(self.before.find(key)?),
        }
    }

    /// Returns the names that may have changed hands: who had each, and who has it now. In order of who had them;
    /// names without a former owner come first, in order of their new one.
    pub fn touched(&self) -> Vec<(Option<RememberedId>, Option<ItemId>)> {
        let mut names: Vec<_> =
            self.touched.iter().map(|(key, now)| (self.before.find(*key), *now)).collect();
        names.sort_unstable();
        names
    }

    /// Returns pairs of declarations of one name, the earlier one first: each shadowed one with the next after it.
    pub fn duplicates(&self) -> &[(ItemId, ItemId)] {
        &self.duplicates
    }

    pub fn kind(&self, item: ItemId) -> ItemKind {
        self.items[item.index()].kind
    }

    pub fn key(&self, item: ItemId) -> ItemKey {
        self.items[item.index()].key
    }

    /// Returns the index of the file that an item is declared in.
    pub fn file(&self, item: ItemId) -> usize {
        self.items[item.index()].file as usize
    }

    /// Returns an item's place in its file, in Darklang's order of application.
    pub fn place(&self, item: ItemId) -> u32 {
        item.0 - self.files[self.file(item)].first_item
    }

    pub fn is_shadowed(&self, item: ItemId) -> bool {
        self.items[item.index()].shadowed
    }

    /// Whether the declaration had lost its name to another one at the last reload. What is known is that one's.
    pub fn is_revived(&self, item: ItemId) -> bool {
        self.items[item.index()].revived
    }

    /// Returns an item's fully qualified name.
    pub fn name(&self, item: ItemId) -> &str {
        let file = &self.files[self.file(item)];
        let place = item.0 - file.first_item;
        match (file.before, &file.content) {
            (Some(before), _) => match self.before.items_in(before).nth(place as usize) {
                Some(remembered) => self.before.location(remembered),
                None => "",
            },
            (None, content) => {
                let items = content.as_ref().map_or(&[][..], |content| content.file().items);
                items.get(place as usize).map_or("", |item| item.location)
            }
        }
    }

    /// Returns an item's name as a location, which is made when something first asks for it.
    pub fn location(&self, item: ItemId) -> &Location {
        self.locations[item.index()].get_or_init(|| Location::new(self.name(item)))
    }

    /// Returns what stands in the source, where the item's file was looked into in this run.
    pub fn written(&self, item: ItemId) -> Option<Written<'_>> {
        let file = &self.files[self.file(item)];
        let content = file.content.as_ref()?;
        let place = (item.0 - file.first_item) as usize;
        let code = content.code_fingerprints().get(place).copied().unwrap_or_default();
        Some(Written { item: content.file().items.get(place)?, code: Fingerprint(code) })
    }

    /// Whether the last reload had the same kind of item under this name.
    pub fn is_known(&self, item: ItemId) -> bool {
        self.items[item.index()].known.is_some()
    }

    /// Returns what the last reload found out about the same kind of item under this name.
    pub fn known(&self, item: ItemId) -> Option<Known<'_>> {
        self.before.known(self.items[item.index()].known?)
    }
}
