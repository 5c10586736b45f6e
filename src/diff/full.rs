//! The comparison of all that ought to be in a store with all that is: for a store that somebody else may have
//! changed, or that darkc has never loaded.

use std::collections::{HashMap, HashSet};

use super::changes::{Affected, add_named, binding, in_load_order, put_item, row_owner};
use super::{OpId, Plan};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::compile::item::CompiledItem;
use crate::program::lookup::{ItemId, ItemLookup};

/// What loaders, darkc or Darklang's own, have put into a store.
#[derive(Debug, Default)]
pub struct Actual {
    /// The ops of loaders' commits on main, oldest first, with the content hash that each is about, and whether
    /// it adds that content.
    pub ops: Vec<(OpId, ContentHash, bool)>,
    /// The live names on main that loaders' commits bound.
    pub locations: Vec<(Location, ItemKind, ContentHash)>,
    /// Every item row, with its [`row_fingerprint`](super::row_fingerprint); users' own are among them.
    pub rows: Vec<(ItemKind, ContentHash, Fingerprint)>,
    /// The [`dependencies_fingerprint`](super::dependencies_fingerprint) of each item that has dependency rows.
    pub dependencies: HashMap<ContentHash, Fingerprint>,
    /// The values whose result is there.
    pub evaluated: HashSet<ContentHash>,
    /// Content that ops of other commits add or name, which must stay whatever loaders do.
    pub kept: HashSet<ContentHash>,
}

/// Plans what makes the store say what the compiled items say. `affected` has the live items
/// of every content hash, all of which are compiled, and nothing of before.
pub fn plan(
    actual: &Actual,
    affected: &Affected,
    mut compiled: HashMap<ItemId, CompiledItem>,
    lookup: &impl ItemLookup,
) -> Plan {
    let mut plan = Plan::default();
    let mut ops: HashMap<ContentHash, Vec<OpId>> = HashMap::new();
    for (op, about, adds) in &actual.ops {
        let needed = *adds && !affected.contains_key(about) && actual.kept.contains(about);
        let ops = ops.entry(*about).or_default();
        if !needed {
            ops.push(*op);
        }
    }
    let rows: HashMap<ContentHash, (ItemKind, Fingerprint)> =
        actual.rows.iter().map(|(kind, hash, row)| (*hash, (*kind, *row))).collect();
    let bound: HashMap<&Location, (ItemKind, ContentHash)> =
        actual.locations.iter().map(|(location, kind, hash)| (location, (*kind, *hash))).collect();

    for (hash, sharing) in in_load_order(affected) {
        let items: Vec<&CompiledItem> = sharing.now.iter().filter_map(|item| compiled.get(item)).collect();
        let add_ops: Vec<OpId> = items.iter().map(|item| item.add_op.id).collect();
        let Some(owner) = row_owner(&add_ops).map(|owner| items[owner].id) else { continue };
        let there = ops.remove(hash).unwrap_or_default();
        if there != expected_ops(&items) {
            plan.drop_ops.extend(there);
            items.iter().for_each(|item| add_named(&mut plan, item, lookup));
        } else {
            let unbound = items
                .iter()
                .filter(|item| bound.get(lookup.location(item.id)).copied() != Some((item.kind, item.hash)));
            plan.bind.extend(unbound.map(|item| binding(item, lookup)));
        }
        let as_it_should = compiled.get(&owner).is_some_and(|item| {
            let dependencies = (!item.mentions.is_empty()).then_some(item.dependencies);
            rows.get(hash) == Some(&(item.kind, item.row))
                && (item.result.is_none() || actual.evaluated.contains(hash))
                && actual.dependencies.get(hash).copied() == dependencies
        });
        if let Some(item) = compiled.remove(&owner).filter(|_| !as_it_should) {
            put_item(&mut plan, item, None, lookup);
        }
    }
    let mut gone: Vec<(ContentHash, Vec<OpId>)> = ops.into_iter().collect();
    gone.sort_unstable_by_key(|(hash, _)| *hash);
    plan.drop_ops.extend(gone.into_iter().flat_map(|(_, ops)| ops));
    // Ops, rows and dependencies may each have been lost without the others, so what is left of an item that is
    // gone is looked for in each. A row that nobody's op adds would be gone after a fold as well.
    let is_left = |hash: &ContentHash| !affected.contains_key(hash) && !actual.kept.contains(hash);
    plan.drop_rows = actual
        .rows
        .iter()
        .filter(|(_, hash, _)| is_left(hash))
        .map(|(kind, hash, _)| (*kind, *hash))
        .collect();
    plan.drop_rows.sort_unstable_by_key(|(_, hash)| *hash);
    plan.drop_dependencies = actual.dependencies.keys().filter(|hash| is_left(hash)).copied().collect();
    plan.drop_dependencies.sort_unstable();
    let live: HashSet<&str> = affected
        .values()
        .flat_map(|sharing| &sharing.now)
        .map(|item| lookup.location(*item).as_str())
        .collect();
    let unbound = actual.locations.iter().map(|(location, ..)| location);
    plan.unbind = unbound.filter(|location| !live.contains(location.as_str())).cloned().collect();
    plan
}

/// The ids of a content hash's ops in the order in which they ought to stand in the log, each once.
fn expected_ops(items: &[&CompiledItem]) -> Vec<OpId> {
    let mut ops: Vec<OpId> = Vec::new();
    for item in items {
        for op in [item.add_op.id, item.set_name.id] {
            if !ops.contains(&op) {
                ops.push(op);
            }
        }
    }
    ops
}
