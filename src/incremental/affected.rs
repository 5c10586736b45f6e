//! Which content hashes an edit can change.

use std::collections::HashSet;

use super::package_set::{BeforeFile, Rebuild};
use crate::base::location::{ItemKind, Location};
use crate::diff::OpId;
use crate::diff::changes::{Affected, Was};
use crate::program::world::ItemId;

/// Everything that may have changed, content hash by content hash, and the names that are gone.
pub fn affected<'l>(
    rebuild: &Rebuild<'_, 'l, '_>,
    before: &[BeforeFile<'l>],
    dirty: &HashSet<ItemId>,
) -> (Affected<'l>, Vec<(ItemKind, Location)>) {
    let inventory = &rebuild.inventory;
    let mut affected = Affected::new();
    let mut removed = Vec::new();
    for item in dirty {
        affected.entry(rebuild.hashes[item.index()]).or_default();
        if let Some(known) = inventory.get(*item).known {
            affected.entry(known.hash()).or_default();
        }
    }
    let stored = || {
        let items = before.iter().flat_map(|file| (0..).zip(&file.items).map(|at| (file.path, at)));
        items.filter_map(|(path, (place, item))| Some(((path, place), item, item.known?)))
    };
    for ((path, place), item, known) in stored() {
        match inventory.find(item.key).map(|now| inventory.get(now)) {
            None => {
                removed.push((item.kind, Location::new(item.location)));
                affected.entry(known.hash()).or_default();
            }
            // Of names that share a hash the last in load order has the row, so a move counts, within a file too.
            Some(now) if now.kind != item.kind || rebuild.path(now) != path || now.place != place => {
                affected.entry(known.hash()).or_default();
            }
            Some(_) => {}
        }
    }
    if affected.is_empty() {
        return (affected, removed);
    }
    for (_, item, known) in stored() {
        if let Some(sharing) = affected.get_mut(&known.hash()) {
            sharing.before.push(Was {
                kind: item.kind,
                location: item.location,
                row: known.row(),
                add_op: OpId(known.add_op()),
            });
        }
    }
    for (id, _) in inventory.live() {
        if let Some(sharing) = affected.get_mut(&rebuild.hashes[id.index()]) {
            sharing.now.push(id);
        }
    }
    (affected, removed)
}
