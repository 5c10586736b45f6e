//! From what was and what is, content hash by content hash, to the rows that must change.
//!
//! Ops and rows belong to content hashes, and several names may share one: their Add ops differ where their
//! descriptions or spellings do, and the row is that of the last of them in load order. When Darklang folds its
//! log again it does so commit by commit, in the order of commit hashes, and takes a SetName without its Add in
//! the same commit for a rename. So all ops of one content hash stay together in one commit, Adds before names,
//! in load order; where that cannot be kept by leaving ops alone, all of that hash's ops move to the new commit.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Binding, Dependencies, DependencyRow, Op, OpId, Plan, Row};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::compile::item::CompiledItem;
use crate::program::lookup::{ItemId, ItemLookup};

/// A name that had a content hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Was {
    pub kind: ItemKind,
    pub location: Location,
    pub row: Fingerprint,
    pub add_op: OpId,
}

/// The names of one content hash, before and now, both in load order.
#[derive(Debug, Default)]
pub struct Sharing {
    pub before: Vec<Was>,
    pub now: Vec<ItemId>,
}

impl Sharing {
    /// Whether the hash has the very names that it had, of the same kinds and in the same order.
    fn same_names(&self, lookup: &impl ItemLookup) -> bool {
        let same = |(was, now): (&Was, &ItemId)| {
            was.kind == lookup.kind(*now) && was.location == *lookup.location(*now)
        };
        self.before.len() == self.now.len() && self.before.iter().zip(&self.now).all(same)
    }
}

/// Content hashes that are gone with their rows, each by a name that it had: what that name holds now has the old
/// dependency rows replaced by its own.
type Gone<'a> = BTreeMap<&'a str, ContentHash>;

/// Every content hash at which anything may have changed.
pub type Affected = BTreeMap<ContentHash, Sharing>;

/// The items whose stored forms the plan needs: all names of a hash as soon as anything about it is new.
pub fn to_compile(affected: &Affected, dirty: &HashSet<ItemId>, lookup: &impl ItemLookup) -> Vec<ItemId> {
    let mut items = Vec::new();
    for sharing in affected.values() {
        let is_dirty = sharing.now.iter().any(|item| dirty.contains(item));
        if is_dirty || !sharing.same_names(lookup) {
            items.extend_from_slice(&sharing.now);
        }
    }
    items.sort_unstable();
    items
}

/// Plans the change of all affected hashes. `compiled` has every item that [`to_compile`] named; `unbind` are
/// the names that are gone, and `kept` the content that somebody else's ops need as well.
pub fn plan(
    affected: &Affected,
    mut compiled: HashMap<ItemId, CompiledItem>,
    unbind: Vec<Location>,
    kept: &HashSet<ContentHash>,
    lookup: &impl ItemLookup,
) -> Plan {
    let mut plan = Plan { unbind, ..Plan::default() };
    let mut gone = Gone::new();
    // Those that are gone come first, for they have no first name.
    for (hash, sharing) in in_load_order(affected) {
        if sharing.now.is_empty() {
            drop_hash(&mut plan, *hash, &sharing.before, kept.contains(hash), &mut gone);
        } else {
            plan_hash(&mut plan, *hash, sharing, &mut compiled, &mut gone, lookup);
        }
    }
    plan.drop_dependencies = gone.into_values().collect();
    plan
}

/// The hashes in the order of their first name: a fresh log is in load order throughout.
pub(super) fn in_load_order(affected: &Affected) -> Vec<(&ContentHash, &Sharing)> {
    let mut hashes: Vec<_> = affected.iter().collect();
    hashes.sort_by_key(|(_, sharing)| sharing.now.first().copied());
    hashes
}

fn plan_hash(
    plan: &mut Plan,
    hash: ContentHash,
    sharing: &Sharing,
    compiled: &mut HashMap<ItemId, CompiledItem>,
    gone: &mut Gone<'_>,
    lookup: &impl ItemLookup,
) {
    let now: Option<Vec<OpId>> =
        sharing.now.iter().map(|item| compiled.get(item).map(|item| item.add_op.id)).collect();
    // Nothing is new about the hash where its items were not compiled.
    let Some(owner) = now.and_then(|ops| sharing.now.get(row_owner(&ops)?)) else { return };
    plan_ops(plan, hash, sharing, compiled, lookup);
    let before: Vec<OpId> = sharing.before.iter().map(|was| was.add_op).collect();
    let row_before = row_owner(&before).map(|owner| sharing.before[owner].row);
    if let Some(item) = compiled.remove(owner).filter(|item| row_before != Some(item.fingerprint())) {
        let instead_of = gone.remove(lookup.location(item.id).as_str());
        put_item(plan, item, instead_of, lookup);
    }
}

/// Which of the items that share a hash has the row, by their Add ops in load order: the last one whose op is
/// not an earlier one's. An op that is in the log already is not applied again.
pub(super) fn row_owner(add_ops: &[OpId]) -> Option<usize> {
    (0..add_ops.len()).rev().find(|index| !add_ops[..*index].contains(&add_ops[*index]))
}

fn drop_hash<'a>(plan: &mut Plan, hash: ContentHash, before: &'a [Was], kept: bool, gone: &mut Gone<'a>) {
    let Some(last) = before.last() else { return };
    if kept {
        plan.drop_ops.extend(before.iter().map(|was| set_name(was, hash)));
    } else {
        plan.drop_rows.push((last.kind, hash));
        gone.insert(last.location.as_str(), hash);
        drop_ops(plan, hash, before);
    }
}

fn set_name(was: &Was, hash: ContentHash) -> OpId {
    Op::set_name(&was.location, was.kind, hash).id
}

fn plan_ops(
    plan: &mut Plan,
    hash: ContentHash,
    sharing: &Sharing,
    compiled: &HashMap<ItemId, CompiledItem>,
    lookup: &impl ItemLookup,
) {
    let now: Vec<&CompiledItem> = sharing.now.iter().filter_map(|item| compiled.get(item)).collect();
    if sharing.same_names(lookup) {
        let mut pairs = sharing.before.iter().zip(&now);
        if pairs.all(|(was, item)| was.add_op == item.add_op.id) {
            return;
        }
        if let ([was], [item]) = (sharing.before.as_slice(), now.as_slice()) {
            plan.amend_ops.push((was.add_op, item.add_op.clone()));
            return;
        }
    }
    drop_ops(plan, hash, &sharing.before);
    now.into_iter().for_each(|item| add_named(plan, item, lookup));
}

/// The item's row and dependency rows.
pub(super) fn put_item(
    plan: &mut Plan,
    item: CompiledItem,
    instead_of: Option<ContentHash>,
    lookup: &impl ItemLookup,
) {
    let CompiledItem { kind, hash, pt_def, runtime, result, description, mentions, .. } = item;
    let rows = mentions.iter().map(|mention| DependencyRow {
        hash: lookup.hash(*mention),
        kind: lookup.kind(*mention),
        location: Some(lookup.location(*mention).clone()),
    });
    plan.put_dependencies.push(Dependencies { item: hash, instead_of, rows: rows.collect() });
    plan.put_rows.push(Row { kind, hash, pt_def, runtime, result, description });
}

/// The ops that add and name an item, and the name's binding.
pub(super) fn add_named(plan: &mut Plan, item: &CompiledItem, lookup: &impl ItemLookup) {
    plan.bind.push(binding(item, lookup));
    plan.add_ops.push(item.add_op.clone());
    plan.add_ops.push(item.set_name.clone());
}

pub(super) fn binding(item: &CompiledItem, lookup: &impl ItemLookup) -> Binding {
    let location = lookup.location(item.id).clone();
    Binding { location, kind: item.kind, hash: item.hash, op: item.set_name.id }
}

fn drop_ops(plan: &mut Plan, hash: ContentHash, before: &[Was]) {
    let first = plan.drop_ops.len();
    for was in before {
        if !plan.drop_ops[first..].contains(&was.add_op) {
            plan.drop_ops.push(was.add_op);
        }
        plan.drop_ops.push(set_name(was, hash));
    }
}
