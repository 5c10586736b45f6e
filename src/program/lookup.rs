//! The items that references point to, and what is known of each.

use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};

/// Dense index of a declaration. Ids are given out in order of file path, then of place in the file, so that the
/// later of two is the one whose ops Darklang would apply last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

impl ItemId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the later stages ask about an item that something refers to. Hashes are known only once the item's
/// own SCC group has been hashed.
pub trait ItemLookup {
    fn kind(&self, item: ItemId) -> ItemKind;
    fn location(&self, item: ItemId) -> &Location;
    fn hash(&self, item: ItemId) -> ContentHash;
}
