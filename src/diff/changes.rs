//! From what was and what is, content hash by content hash, to the rows that must change.
//!
//! Ops and rows belong to content hashes, and several names may share one: their Add ops differ where their
//! descriptions or spellings do, and the row is that of the last of them in load order. When Darklang folds its
//! log again it does so commit by commit, in the order of commit hashes, and takes a SetName without its Add in
//! the same commit for a rename. So all ops of one content hash stay together in one commit, Adds before names,
//! in load order; where that cannot be kept by leaving ops alone, all of that hash's ops move to the new commit.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::others::Others;
use super::retained::{ByHash, NameNow, Retained, name_stays};
use super::{Binding, Comparison, Dependencies, DependencyRow, Op, OpId, Plan, Row};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::compile::item::{CompiledItem, CompiledItems};
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

impl Was {
    /// The name once no source has its content any more.
    fn retained(&self, hash: ContentHash) -> Retained {
        let location = self.location.to_string();
        Retained { hash, kind: self.kind, location, add_op: self.add_op, named: true }
    }
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

/// Every content hash that the change may leave without a source, or that was left so by an earlier one: it goes
/// unless others reach it.
pub fn candidates(affected: &Affected, retained: &[Retained]) -> Vec<ContentHash> {
    let is_left = |hash: &ContentHash| affected.get(hash).is_none_or(|sharing| sharing.now.is_empty());
    let gone = affected.iter().filter(|(_, sharing)| sharing.now.is_empty()).map(|(hash, _)| *hash);
    let retained = retained.iter().map(|retained| retained.hash).filter(is_left);
    let mut candidates: Vec<ContentHash> = gone.chain(retained).collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates
}

/// Plans the change of all affected hashes. `compiled` has every item that [`to_compile`] named; `unbind` are
/// the names that are gone, `retained` is what the last reload left without a source, and `others` knows what they
/// reach of the [`candidates`].
pub fn plan(
    affected: &Affected,
    mut compiled: CompiledItems,
    unbind: Vec<Location>,
    retained: &[Retained],
    others: &Others,
    lookup: &impl ItemLookup,
) -> Comparison {
    let mut comparison = Comparison { plan: Plan { unbind, ..Plan::default() }, adopted: Vec::new() };
    let plan = &mut comparison.plan;
    let mut gone = Gone::new();
    let mut former = ByHash::new();
    retained.iter().for_each(|retained| former.entry(retained.hash).or_default().push(retained));
    let mut kept: Vec<Retained> = Vec::new();
    // Those that are gone come first, for they have no first name.
    for (hash, sharing) in in_load_order(affected) {
        if !sharing.now.is_empty() {
            let former = former.remove(hash).unwrap_or_default();
            if former.is_empty()
                && let Some(adopted) = kept_ops(sharing, &compiled, lookup)
            {
                comparison.adopted.extend(adopted);
            } else {
                plan_hash(plan, *hash, sharing, &former, &mut compiled, &mut gone, others, lookup);
            }
        } else if others.reached.contains(hash) {
            kept.extend(sharing.before.iter().map(|was| was.retained(*hash)));
        } else {
            drop_hash(plan, *hash, &sharing.before, &mut gone);
        }
    }
    let mut former: Vec<_> = former.into_iter().collect();
    former.sort_unstable_by_key(|(hash, _)| *hash);
    for (hash, former) in former {
        if others.reached.contains(&hash) {
            kept.extend(former.into_iter().cloned());
        } else {
            plan.forget_retained(hash, &former);
        }
    }
    plan.drop_dependencies.extend(gone.into_values());
    settle_names(plan, kept, retained, others);
    // What others have put into the log first was never a loader's.
    plan.drop_ops.retain(|op| !others.ops.contains(op));
    comparison
}

/// The Add ops of a hash of which nothing is new, where they are not those that were compiled: an item is compiled
/// again as soon as its file was edited, and what was adopted from another loader has other node ids. Returns `None`
/// where something is new.
fn kept_ops(
    sharing: &Sharing,
    compiled: &CompiledItems,
    lookup: &impl ItemLookup,
) -> Option<Vec<(ItemId, OpId)>> {
    if !sharing.same_names(lookup) {
        return None;
    }
    let mut kept = Vec::new();
    for (was, item) in sharing.before.iter().zip(&sharing.now) {
        let Some(item) = compiled.get(item) else { continue };
        if was.row != item.fingerprint() {
            return None;
        }
        if was.add_op != item.add_op.id {
            kept.push((item.id, was.add_op));
        }
    }
    Some(kept)
}

/// Decides which SetName ops of retained content can stay, now that it is known what becomes of every name.
fn settle_names(plan: &mut Plan, mut kept: Vec<Retained>, before: &[Retained], others: &Others) {
    if kept.is_empty() {
        return;
    }
    let unbound: HashSet<&str> = plan.unbind.iter().map(Location::as_str).collect();
    let bound: HashMap<&str, OpId> =
        plan.bind.iter().map(|binding| (binding.location.as_str(), binding.op)).collect();
    for retained in kept.iter_mut().filter(|retained| retained.named) {
        let now = match bound.get(&*retained.location) {
            Some(op) => NameNow::Bound(*op),
            None if unbound.contains(&*retained.location) => NameNow::Gone,
            // The plan does nothing about the name, so whatever wins over the op still does.
            None => continue,
        };
        let theirs = others.bound.get(&Location::new(&*retained.location));
        // Whatever loaders have put into the log is older than what has won over it.
        retained.named = name_stays("", now, theirs, others);
        if !retained.named {
            plan.drop_ops.push(retained.set_name());
        }
    }
    plan.retained = kept.iter().map(|retained| retained.hash).collect();
    let before: HashSet<&Retained> = before.iter().collect();
    let changed: HashSet<ContentHash> =
        kept.iter().filter(|retained| !before.contains(retained)).map(|retained| retained.hash).collect();
    let mut rewritten: Vec<ContentHash> = changed.iter().copied().collect();
    rewritten.sort_unstable();
    plan.drop_retained.extend(rewritten);
    plan.put_retained.extend(kept.into_iter().filter(|retained| changed.contains(&retained.hash)));
}

/// The hashes in the order of their first name: a fresh log is in load order throughout.
pub(super) fn in_load_order(affected: &Affected) -> Vec<(&ContentHash, &Sharing)> {
    let mut hashes: Vec<_> = affected.iter().collect();
    hashes.sort_by_key(|(_, sharing)| sharing.now.first().copied());
    hashes
}

#[expect(clippy::too_many_arguments, reason = "the parts of one plan, each used")]
fn plan_hash(
    plan: &mut Plan,
    hash: ContentHash,
    sharing: &Sharing,
    former: &[&Retained],
    compiled: &mut CompiledItems,
    gone: &mut Gone<'_>,
    others: &Others,
    lookup: &impl ItemLookup,
) {
    let now: Option<Vec<&CompiledItem>> =
        sharing.now.iter().map(|item| compiled.get(item).map(|item| &**item)).collect();
    // Nothing is new about the hash where its items were not compiled, and it is not retained.
    let Some(now) = now.filter(|now| !now.is_empty()) else { return };
    let forms: Vec<Fingerprint> = now.iter().map(|item| item.fingerprint()).collect();
    let Some(owner) = row_owner(&forms) else { return };
    // What was adopted from another loader has other node ids in its op and its row, and where the forms differ the
    // row may be another one's.
    let is_row = |was: &Was| was.row == forms[owner] && was.add_op == now[owner].add_op.id;
    let same_row = former.is_empty()
        && !sharing.before.is_empty()
        && sharing.before.iter().all(is_row)
        && !others.adds.contains_key(&hash);
    if let Some(theirs) = others.adds.get(&hash) {
        plan.contested.insert(hash, theirs.clone());
    }
    if !former.is_empty() {
        plan.release_retained(hash, former);
    }
    plan_ops(plan, hash, sharing, &now, others, lookup);
    if !same_row && let Some(item) = compiled.remove(&sharing.now[owner]) {
        let instead_of = gone.remove(lookup.location(item.id).as_str());
        put_item(plan, *item, instead_of, lookup);
    }
}

/// Which of the names that share a hash has the row, by the fingerprints of all in load order: the last one whose
/// form is not an earlier one's, because an op that is in the log already is not applied again.
pub(super) fn row_owner(forms: &[Fingerprint]) -> Option<usize> {
    (0..forms.len()).rev().find(|index| !forms[..*index].contains(&forms[*index]))
}

fn drop_hash<'a>(plan: &mut Plan, hash: ContentHash, before: &'a [Was], gone: &mut Gone<'a>) {
    let Some(last) = before.last() else { return };
    plan.drop_rows.push((last.kind, hash));
    gone.insert(last.location.as_str(), hash);
    drop_ops(plan, hash, before);
}

fn set_name(was: &Was, hash: ContentHash) -> OpId {
    Op::set_name(&was.location, was.kind, hash).id
}

/// The ops of a hash of which something is new.
fn plan_ops(
    plan: &mut Plan,
    hash: ContentHash,
    sharing: &Sharing,
    now: &[&CompiledItem],
    others: &Others,
    lookup: &impl ItemLookup,
) {
    // An op that others have put into the log stays as it is, and so does the commit that decides who has the row.
    let is_contested = |was: &Was| others.adds.contains_key(&hash) || others.ops.contains(&was.add_op);
    if let ([was], [item], true) = (sharing.before.as_slice(), now, sharing.same_names(lookup))
        && !is_contested(was)
    {
        if was.add_op != item.add_op.id {
            plan.amend_ops.push((was.add_op, item.add_op.clone()));
        }
        return;
    }
    drop_ops(plan, hash, &sharing.before);
    now.iter().for_each(|item| add_named(plan, item, others, lookup));
}

/// The item's dependency rows.
pub(super) fn put_dependencies(
    plan: &mut Plan,
    item: &CompiledItem,
    instead_of: Option<ContentHash>,
    lookup: &impl ItemLookup,
) {
    let rows = item.mentions.iter().map(|mention| DependencyRow {
        hash: lookup.hash(*mention),
        kind: lookup.kind(*mention),
        location: Some(lookup.location(*mention).clone()),
    });
    plan.put_dependencies.push(Dependencies { item: item.hash, instead_of, rows: rows.collect() });
}

/// The item's row and dependency rows.
pub(super) fn put_item(
    plan: &mut Plan,
    item: CompiledItem,
    instead_of: Option<ContentHash>,
    lookup: &impl ItemLookup,
) {
    put_dependencies(plan, &item, instead_of, lookup);
    let CompiledItem { kind, hash, pt_def, runtime, result, description, .. } = item;
    plan.put_rows.push(Row { kind, hash, pt_def, runtime, result, description });
}

/// The ops that add and name an item, and the name's binding.
pub(super) fn add_named(plan: &mut Plan, item: &CompiledItem, others: &Others, lookup: &impl ItemLookup) {
    plan.bind.push(binding(item, others, lookup));
    plan.add_ops.push(item.add_op.clone());
    plan.add_ops.push(item.set_name.clone());
}

pub(super) fn binding(item: &CompiledItem, others: &Others, lookup: &impl ItemLookup) -> Binding {
    let location = lookup.location(item.id).clone();
    let below = others.bound.get(&location).and_then(|theirs| theirs.origin_ts.clone());
    Binding { location, kind: item.kind, hash: item.hash, op: item.set_name.id, below }
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
