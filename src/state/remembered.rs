//! What is known of the package set that a store was last loaded from.

use std::collections::HashMap;

use super::codec::{self, ItemReader};
use super::keys::{ItemKey, KeyHasher};
use super::known::Known;
use super::{Stamp, StoredFile, StoredItem};
use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;

/// Index of a declaration in a [`Remembered`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RememberedId(pub u32);

impl RememberedId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every declaration of the package set at the last reload, with what that reload found out about it.
///
/// The value owns all that it holds, so a process can keep it from one reload to the next. It is a function of the
/// sources and the tool, as the rows of `darkc_files` are: only the stamp says whether it fits a store.
///
/// Of an item only its key and where its bytes begin are decoded. The rest is read where it lies, when something
/// asks for it.
#[derive(Debug, Default)]
pub struct Remembered {
    /// The stamp of the store. `None` where nothing is remembered.
    stamp: Option<Stamp>,
    /// In load order.
    files: Vec<RememberedFile>,
    /// In order of file, then of place in the file.
    items: Vec<RememberedItem>,
    /// The declaration that has each name.
    holders: HashMap<ItemKey, RememberedId, KeyHasher>,
}

#[derive(Debug)]
struct RememberedFile {
    path: String,
    source: Fingerprint,
    /// As stored ([`codec`]).
    row: Vec<u8>,
    first_item: u32,
}

#[derive(Clone, Copy, Debug)]
struct RememberedItem {
    key: ItemKey,
    file: u32,
    /// Where its bytes begin in its file's row.
    offset: u32,
    kind: ItemKind,
    shadowed: bool,
}

/// One file of the next [`Remembered`].
#[derive(Debug)]
pub struct NextFile {
    pub path: String,
    pub source: Fingerprint,
    pub row: NextRow,
}

#[derive(Debug)]
pub enum NextRow {
    /// The row of this file of the present one, unchanged.
    Same(usize),
    New(Vec<u8>),
}

impl Remembered {
    /// Takes the rows that a reload left in a store, whose manifest gives their order and whose `stamp` says what
    /// they are of. Returns `None` where the bytes cannot be read or do not fit each other.
    pub fn from_rows(stamp: Stamp, rows: Vec<StoredFile>, manifest: &[u8]) -> Option<Self> {
        let manifest = codec::decode_manifest(manifest)?;
        if manifest.is_empty() || manifest.len() != rows.len() {
            return None;
        }
        let mut by_path: HashMap<String, Vec<u8>> =
            rows.into_iter().map(|row| (row.path, row.items)).collect();
        let mut remembered = Remembered { stamp: Some(stamp), ..Remembered::default() };
        remembered.files.reserve_exact(manifest.len());
        remembered.reserve(by_path.values().map(Vec::len).sum::<usize>() / codec::USUAL_LENGTH);
        for entry in manifest {
            let (path, row) = by_path.remove_entry(entry.path)?;
            remembered.push(path, entry.source, row)?;
        }
        remembered.hold(0);
        Some(remembered)
    }

    fn reserve(&mut self, items: usize) {
        self.items.reserve(items);
        self.holders.reserve(items);
    }

    /// Adds a file behind all others; `None` where its row cannot be read.
    fn push(&mut self, path: String, source: Fingerprint, row: Vec<u8>) -> Option<()> {
        let file = self.files.len() as u32;
        let first_item = self.items.len() as u32;
        let mut reader = ItemReader::new(&row);
        while let Some(offset) = reader.offset() {
            let StoredItem { kind, key, known, .. } = reader.next_item()?;
            self.items.push(RememberedItem { key, file, offset, kind, shadowed: known.is_none() });
        }
        self.files.push(RememberedFile { path, source, row, first_item });
        Some(())
    }

    /// Enters the names of all items from `first` on.
    fn hold(&mut self, first: usize) {
        let ids = (first as u32..).map(RememberedId);
        let named = ids.zip(&self.items[first..]).filter(|(_, item)| !item.shadowed);
        self.holders.extend(named.map(|(id, item)| (item.key, id)));
    }

    /// Whether it is of a store with this stamp.
    pub fn is_of(&self, stamp: &Stamp) -> bool {
        self.stamp.is_some_and(|own| {
            own.tool == stamp.tool && own.sources == stamp.sources && own.zero_ids == stamp.zero_ids
        })
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    pub fn path(&self, file: usize) -> &str {
        &self.files[file].path
    }

    /// Returns the fingerprint of a file's source.
    pub fn source(&self, file: usize) -> Fingerprint {
        self.files[file].source
    }

    /// Returns a file's items as they are stored.
    pub fn row(&self, file: usize) -> &[u8] {
        &self.files[file].row
    }

    /// Returns the remembered file at each of the given paths.
    pub fn files_at<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Vec<Option<usize>> {
        let mut next = 0;
        let mut by_path = None;
        let find = |path: &str| {
            // Mostly the files are the same ones, in the same order.
            let found = if self.files.get(next).is_some_and(|file| file.path == path) {
                Some(next)
            } else {
                let index =
                    || self.files.iter().zip(0..).map(|(file, at)| (file.path.as_str(), at)).collect();
                let by_path: &HashMap<&str, usize> = by_path.get_or_insert_with(index);
                by_path.get(path).copied()
            };
            next = found.map_or(next, |found| found + 1);
            found
        };
        paths.map(find).collect()
    }

    /// Returns the declarations of a file.
    pub fn items_in(&self, file: usize) -> impl ExactSizeIterator<Item = RememberedId> + use<> {
        let end = self.files.get(file + 1).map_or(self.items.len() as u32, |next| next.first_item);
        (self.files[file].first_item..end).map(RememberedId)
    }

    /// Returns the declarations that have their name.
    pub fn live(&self) -> impl Iterator<Item = RememberedId> {
        let ids = (0..).map(RememberedId);
        ids.zip(&self.items).filter(|(_, item)| !item.shadowed).map(|(id, _)| id)
    }

    /// Returns the declarations whose name another one has.
    pub fn shadowed(&self) -> impl Iterator<Item = RememberedId> {
        let ids = (0..).map(RememberedId);
        ids.zip(&self.items).filter(|(_, item)| item.shadowed).map(|(id, _)| id)
    }

    /// Returns the declaration that has a name.
    pub fn find(&self, key: ItemKey) -> Option<RememberedId> {
        self.holders.get(&key).copied()
    }

    pub fn kind(&self, item: RememberedId) -> ItemKind {
        self.items[item.index()].kind
    }

    pub fn key(&self, item: RememberedId) -> ItemKey {
        self.items[item.index()].key
    }

    pub fn file(&self, item: RememberedId) -> usize {
        self.items[item.index()].file as usize
    }

    /// Returns an item's place in its file.
    pub fn place(&self, item: RememberedId) -> u32 {
        item.0 - self.files[self.file(item)].first_item
    }

    pub fn is_shadowed(&self, item: RememberedId) -> bool {
        self.items[item.index()].shadowed
    }

    pub fn location(&self, item: RememberedId) -> &str {
        let RememberedItem { file, offset, .. } = self.items[item.index()];
        codec::location_at(&self.files[file as usize].row[offset as usize..]).unwrap_or_default()
    }

    /// Returns what was found out about an item; `None` for one whose name another declaration has.
    pub fn known(&self, item: RememberedId) -> Option<Known<'_>> {
        let RememberedItem { file, offset, shadowed, .. } = self.items[item.index()];
        if shadowed { None } else { codec::known_at(&self.files[file as usize].row[offset as usize..]) }
    }

    /// Returns the value for the state that `stamp` is of, whose files are the given ones in load order. Only new
    /// rows are decoded. Returns a value that remembers nothing where one of them cannot be read.
    pub fn advance(self, stamp: Stamp, files: Vec<NextFile>) -> Self {
        self.try_advance(stamp, files).unwrap_or_default()
    }

    fn try_advance(mut self, stamp: Stamp, files: Vec<NextFile>) -> Option<Self> {
        let mut next = Remembered { stamp: Some(stamp), ..Remembered::default() };
        next.files.reserve_exact(files.len());
        next.items.reserve(self.items.len());
        let mut same_ids = files.len() == self.files.len();
        let mut new_files = Vec::new();
        for NextFile { path, source, row } in files {
            let file = next.files.len();
            match row {
                NextRow::Same(old) => {
                    same_ids &= old == file;
                    let first_item = next.items.len() as u32;
                    let items = self.items_in(old).map(|item| self.items[item.index()]);
                    next.items.extend(items.map(|item| RememberedItem { file: file as u32, ..item }));
                    let row = std::mem::take(&mut self.files[old].row);
                    next.files.push(RememberedFile { path, source, row, first_item });
                }
                NextRow::New(row) => {
                    next.push(path, source, row)?;
                    new_files.push(file);
                    same_ids &= self.files.get(file).is_some_and(|old| old.path == next.files[file].path)
                        && next.items_in(file).len() == self.items_in(file).len();
                }
            }
        }
        if same_ids {
            // Every id is what it was, so that only the names in new rows may have moved.
            next.holders = self.holders;
            let ids = new_files.iter().flat_map(|file| next.items_in(*file));
            let ids: Vec<RememberedId> = ids.collect();
            for id in &ids {
                let key = self.items[id.index()].key;
                if next.holders.get(&key) == Some(id) {
                    next.holders.remove(&key);
                }
            }
            let named = ids.into_iter().filter(|id| !next.items[id.index()].shadowed);
            next.holders.extend(named.map(|id| (next.items[id.index()].key, id)));
        } else {
            next.holders.reserve(next.items.len());
            next.hold(0);
        }
        Some(next)
    }
}
