//! Why each item is other than it was: it was edited, or it follows one that was.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::package_set::PackageSet;
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::program::lookup::{ItemId, ItemLookup};

/// Why an item is other than it was. The first cause that holds counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing had its name.
    Added,
    /// Another kind of item had its name.
    OtherKind,
    /// Its code is written otherwise.
    Edited,
    /// A name in it means something else.
    Relinked,
    /// Its hash is another because it refers, perhaps through others, to this item, whose hash changed for one of the
    /// reasons above. Of several such items it is one of the nearest, and among these the first by name.
    Follows(ItemId),
    /// Its hash is another for none of these reasons.
    Unknown,
    /// Only its description is another.
    Described,
}

/// What an item was.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    pub kind: ItemKind,
    pub code: Fingerprint,
    pub description: Fingerprint,
    pub links: Fingerprint,
    pub hash: ContentHash,
}

impl PackageSet {
    /// Returns what the last reload found out about the item that had a name.
    pub fn before(&self, item: ItemId) -> Option<Before> {
        let before = self.inventory.before();
        let holder = before.find(self.inventory.key(item))?;
        let known = before.known(holder)?;
        Some(Before {
            kind: before.kind(holder),
            code: known.code(),
            description: known.description(),
            links: known.links(),
            hash: known.hash(),
        })
    }

    /// Returns what an item of a set that was loaded, linked and hashed as a whole is now.
    pub fn now(&self, item: ItemId) -> Option<Before> {
        let (written, fresh) = (self.inventory.written(item)?, self.fresh(item)?);
        Some(Before {
            kind: self.inventory.kind(item),
            code: written.code,
            description: written.description(),
            links: fresh.links,
            hash: self.hash(item),
        })
    }

    /// Returns why each live item that is other than `before` says is so. What this run has not looked into is as it was.
    pub fn causes(&self, before: impl Fn(ItemId) -> Option<Before>) -> BTreeMap<ItemId, Cause> {
        let mut causes = BTreeMap::new();
        let mut following = Vec::new();
        let mut sources = Vec::new();
        for item in self.inventory.live() {
            let Some(was) = before(item) else {
                causes.insert(item, Cause::Added);
                continue;
            };
            let written = self.inventory.written(item);
            let is_moved = self.hash(item) != was.hash;
            let cause = if self.inventory.kind(item) != was.kind {
                Cause::OtherKind
            } else if written.is_some_and(|written| written.code != was.code) {
                Cause::Edited
            } else if self.fresh(item).is_some_and(|fresh| fresh.links != was.links) {
                Cause::Relinked
            } else if is_moved {
                following.push(item);
                Cause::Unknown
            } else if written.is_some_and(|written| written.description() != was.description) {
                Cause::Described
            } else {
                continue;
            };
            if is_moved && cause != Cause::Unknown {
                sources.push(item);
            }
            causes.insert(item, cause);
        }
        self.attribute(sources, &following, &mut causes);
        causes
    }

    /// Finds the nearest source for each item that follows one: breadth first, from all sources at once.
    fn attribute(
        &self,
        mut sources: Vec<ItemId>,
        following: &[ItemId],
        causes: &mut BTreeMap<ItemId, Cause>,
    ) {
        let mut dependents: HashMap<ItemId, Vec<ItemId>> = HashMap::new();
        for item in following {
            for dependency in self.fresh(*item).map_or(&[][..], |fresh| &fresh.dependencies) {
                dependents.entry(*dependency).or_default().push(*item);
            }
        }
        sources.sort_by_key(|source| self.inventory.name(*source));
        let mut pending: VecDeque<(ItemId, ItemId)> =
            sources.iter().map(|source| (*source, *source)).collect();
        while let Some((item, source)) = pending.pop_front() {
            for dependent in dependents.remove(&item).unwrap_or_default() {
                if causes.get(&dependent) == Some(&Cause::Unknown) {
                    causes.insert(dependent, Cause::Follows(source));
                    pending.push_back((dependent, source));
                }
            }
        }
    }
}
