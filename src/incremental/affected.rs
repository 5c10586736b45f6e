//! Which content hashes an edit can change.

use std::collections::HashSet;

use super::package_set::PackageSet;
use crate::base::location::{ItemKind, Location};
use crate::diff::OpId;
use crate::diff::changes::{self, Affected, Was};
use crate::program::lookup::{ItemId, ItemLookup};

/// What an edit can change in the store.
#[derive(Debug)]
pub struct Reach {
    /// The items whose code, links, description or hash differ from the last run.
    pub dirty: HashSet<ItemId>,
    /// Every content hash at which anything may have changed.
    pub affected: Affected,
    /// The names that are gone.
    pub removed: Vec<(ItemKind, Location)>,
}

impl Reach {
    /// `changed` and `moved` are the items whose links, and those whose hash, differ from the last run.
    pub fn of(set: &PackageSet, changed: Vec<ItemId>, moved: Vec<ItemId>) -> Self {
        let mut dirty: HashSet<ItemId> = changed.into_iter().chain(moved).collect();
        dirty.extend(set.redescribed());
        let (affected, removed) = affected(set, &dirty);
        Reach { dirty, affected, removed }
    }

    /// Returns the items whose stored forms the plan needs.
    pub fn to_compile(&self, set: &PackageSet) -> Vec<ItemId> {
        changes::to_compile(&self.affected, &self.dirty, set)
    }
}

fn affected(set: &PackageSet, dirty: &HashSet<ItemId>) -> (Affected, Vec<(ItemKind, Location)>) {
    let (inventory, before) = (&set.inventory, set.inventory.before());
    let mut affected = Affected::new();
    let mut removed = Vec::new();
    for item in dirty {
        affected.entry(set.hash(*item)).or_default();
        if let Some(known) = inventory.known(*item) {
            affected.entry(known.hash()).or_default();
        }
    }
    for (had, has) in inventory.touched() {
        let Some((had, known)) = had.and_then(|had| Some((had, before.known(had)?))) else { continue };
        // The row belongs to the last in load order of the names that share a hash, so a move counts, even in a file.
        let stays = has.is_some_and(|has| {
            inventory.kind(has) == before.kind(had)
                && set.path(has) == before.path(before.file(had))
                && inventory.place(has) == before.place(had)
        });
        if !stays {
            affected.entry(known.hash()).or_default();
        }
        if has.is_none() {
            removed.push((before.kind(had), Location::new(before.location(had))));
        }
    }
    if affected.is_empty() {
        return (affected, removed);
    }
    for item in before.live() {
        let Some(known) = before.known(item) else { continue };
        if let Some(sharing) = affected.get_mut(&known.hash()) {
            sharing.before.push(Was {
                kind: before.kind(item),
                location: Location::new(before.location(item)),
                row: known.row(),
                add_op: OpId(known.add_op()),
            });
        }
    }
    for item in inventory.live() {
        if let Some(sharing) = affected.get_mut(&set.hash(item)) {
            sharing.now.push(item);
        }
    }
    (affected, removed)
}
