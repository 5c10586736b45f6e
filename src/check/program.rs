//! What the check asks of the program around the items that it checks.

use darkc_cache_format::model::{Code, ItemKind};

use crate::link::LinkedItem;
use crate::program::inventory::Inventory;
use crate::program::lookup::ItemId;
use crate::program::resolve::Resolution;
use crate::state::keys::ItemKey;

/// An item as it was written, and what its sites resolved to: one element for each site of the code.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'p> {
    pub code: &'p Code<'p>,
    pub resolutions: &'p [Resolution],
}

/// A linked package set. What is asked for may be loaded and linked on demand.
pub trait Program: Sync {
    /// How many declarations there are: the bound of every [`ItemId`].
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The fully qualified name.
    fn name(&self, item: ItemId) -> &str;

    fn kind(&self, item: ItemId) -> ItemKind;

    fn find(&self, fully_qualified: &str) -> Option<ItemId>;

    /// `None` where the item cannot be had; its types are then unknown.
    fn linked(&self, item: ItemId) -> Option<Linked<'_>>;
}

/// A package set of which every live item has been loaded and linked.
pub struct Whole<'p> {
    inventory: &'p Inventory,
    resolutions: Vec<Option<&'p [Resolution]>>,
}

impl<'p> Whole<'p> {
    pub fn new(inventory: &'p Inventory, linked: &'p [LinkedItem]) -> Self {
        let mut resolutions = vec![None; inventory.len()];
        for item in linked {
            resolutions[item.id.index()] = Some(item.resolutions.as_slice());
        }
        Whole { inventory, resolutions }
    }
}

impl Program for Whole<'_> {
    fn len(&self) -> usize {
        self.inventory.len()
    }

    fn name(&self, item: ItemId) -> &str {
        self.inventory.name(item)
    }

    fn kind(&self, item: ItemId) -> ItemKind {
        self.inventory.kind(item)
    }

    fn find(&self, fully_qualified: &str) -> Option<ItemId> {
        self.inventory.find(ItemKey::of(fully_qualified))
    }

    fn linked(&self, item: ItemId) -> Option<Linked<'_>> {
        let written = self.inventory.written(item)?;
        Some(Linked { code: &written.item.code, resolutions: self.resolutions[item.index()]? })
    }
}
