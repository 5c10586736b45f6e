//! What the check asks of the program around the items that it checks.

use darkc_cache_format::model::{Code, ItemKind};

use crate::link::LinkedItem;
use crate::program::inventory::Inventory;
use crate::program::resolve::Resolution;
use crate::program::world::ItemId;
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
pub struct Whole<'p, 'i> {
    inventory: &'p Inventory<'i>,
    resolutions: Vec<Option<&'p [Resolution]>>,
}

impl<'p, 'i> Whole<'p, 'i> {
    pub fn new(inventory: &'p Inventory<'i>, linked: &'p [LinkedItem]) -> Self {
        let mut resolutions = vec![None; inventory.items.len()];
        for item in linked {
            resolutions[item.id.index()] = Some(item.resolutions.as_slice());
        }
        Whole { inventory, resolutions }
    }
}

impl Program for Whole<'_, '_> {
    fn len(&self) -> usize {
        self.inventory.items.len()
    }

    fn name(&self, item: ItemId) -> &str {
        self.inventory.get(item).name.as_str()
    }

    fn kind(&self, item: ItemId) -> ItemKind {
        self.inventory.get(item).kind
    }

    fn find(&self, fully_qualified: &str) -> Option<ItemId> {
        self.inventory.find(ItemKey::of(fully_qualified))
    }

    fn linked(&self, item: ItemId) -> Option<Linked<'_>> {
        let written = self.inventory.get(item).written?;
        Some(Linked { code: &written.item.code, resolutions: self.resolutions[item.index()]? })
    }
}
