//! Where the ids of expressions, patterns and pipe parts come from.

use crate::base::hash::ContentHash;
use crate::program::tree::NodeIndex;

pub trait NodeIds {
    fn id(&self, node: NodeIndex) -> u64;
}

/// Every id is 0: what ids are while an op or a blob is compared, not stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zero;

impl NodeIds for Zero {
    fn id(&self, _: NodeIndex) -> u64 {
        0
    }
}

/// Ids have 61 bits, in two halves that leave bits 63, 31 and 30 clear, as Darklang's own do
/// (`darklang/dark Prelude/Prelude.fs`, `gid`).
const LOW_BITS: u32 = 30;
const HIGH_HALF: u32 = 32;
const ID_BITS: u32 = 61;
const ID_SPACE: u64 = (1 << ID_BITS) - 1;

/// Ids that follow from an item's content: the item's hash picks a place in the space of ids, and its nodes take
/// the ids from there on, in order.
///
/// Two nodes of one item never share an id. Two items of different content can only overlap where their places
/// are closer than the items are long: for 6,000 items of 1,000 nodes each that is a chance of about 1 in 60
/// million, less than for ids drawn one by one. An item whose hash changes moves all its ids.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    first: u64,
}

impl Derived {
    pub fn new(item: ContentHash) -> Self {
        let mut place = [0; 8];
        place.copy_from_slice(&item.0[..8]);
        Derived { first: u64::from_le_bytes(place) }
    }
}

impl NodeIds for Derived {
    fn id(&self, node: NodeIndex) -> u64 {
        let number = self.first.wrapping_add(u64::from(node)) & ID_SPACE;
        let low = number & ((1 << LOW_BITS) - 1);
        number >> LOW_BITS << HIGH_HALF | low
    }
}

/// How long an id is where it is stored.
const ID_LENGTH: usize = size_of::<u64>();

/// Whether stored bytes differ from ours in node ids alone. `places` is where ours have their ids; ids all have one
/// length, so bytes that say the same have theirs at the same places.
pub fn same_but_ids(ours: &[u8], places: &[u32], stored: &[u8], scratch: &mut Vec<u8>) -> bool {
    if ours.len() != stored.len() {
        return false;
    }
    scratch.clear();
    scratch.extend_from_slice(stored);
    for place in places {
        let id = *place as usize..*place as usize + ID_LENGTH;
        if let (Some(stored), Some(ours)) = (scratch.get_mut(id.clone()), ours.get(id)) {
            stored.copy_from_slice(ours);
        }
    }
    scratch == ours
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits that Darklang's own ids may have.
    const MASK: u64 = 0x7FFF_FFFF_3FFF_FFFF;

    #[test]
    fn ids_of_one_item_differ_and_stay_inside_the_mask() {
        for byte in [0, 0x5A, 0xFF] {
            let ids = Derived::new(ContentHash([byte; 32]));
            let mut seen: Vec<u64> = (0..3_000).map(|node| ids.id(node)).collect();
            assert!(seen.iter().all(|id| id & !MASK == 0));
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 3_000);
        }
    }

    #[test]
    fn only_ids_may_differ() {
        let blob = |id: u64, tail: u8| [&[1, 2][..], &id.to_le_bytes(), &[tail]].concat();
        let same = |stored: &[u8]| same_but_ids(&blob(5, 7), &[2], stored, &mut Vec::new());
        assert!(same(&blob(5, 7)) && same(&blob(u64::MAX, 7)));
        assert!(!same(&blob(5, 8)));
        assert!(!same(&blob(5, 7)[1..]));
        assert!(!same(&[0; 11]));
    }

    #[test]
    fn every_bit_of_the_mask_is_used() {
        assert_eq!(Derived::new(ContentHash([0xFF; 32])).id(0), MASK);
    }
}
