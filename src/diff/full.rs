//! The comparison of all that ought to be in a store with all that is: for a store that somebody else may have
//! changed, or that darkc has never loaded.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::adopt::{Adopted, Group};
use super::changes::{Affected, add_named, binding, in_load_order, put_dependencies, put_item};
use super::others::{Batch, Others};
use super::retained::{NameNow, Retained, name_stays};
use super::{Comparison, OpId, Plan};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::compile::item::{CompiledItem, CompiledItems};
use crate::ops::read::OpHead;
use crate::program::lookup::{ItemId, ItemLookup};

/// What loaders, darkc or Darklang's own, have put into a store, and what others have.
#[derive(Debug, Default)]
pub struct Actual {
    /// The ops of loaders' commits on main, oldest first.
    pub ops: Vec<ActualOp>,
    /// Loaders' commits.
    pub batches: Vec<Batch>,
    /// The names on main that loaders' commits bound, live or set aside.
    pub locations: Vec<ActualName>,
    /// Every item row; others' own are among them.
    pub rows: Vec<ActualRow>,
    /// The [`dependencies_fingerprint`](super::dependencies_fingerprint) of each item that has dependency rows.
    pub dependencies: HashMap<ContentHash, Fingerprint>,
    pub others: Others,
    /// What darkc remembers to have retained.
    pub retained: Vec<Retained>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActualOp {
    pub id: OpId,
    pub head: OpHead,
    /// Of its commit, in [`Actual::batches`].
    pub commit: usize,
    pub origin_ts: String,
    /// Of an Add op: the first of the items by that hash which adds the same, node ids apart.
    pub like: Option<ItemId>,
    /// Of the content that an Add op adds, node ids and all.
    pub content: Fingerprint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActualName {
    pub location: Location,
    pub kind: ItemKind,
    pub hash: ContentHash,
    pub live: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActualRow {
    pub kind: ItemKind,
    pub hash: ContentHash,
    /// [`row_fingerprint`](super::row_fingerprint) of it.
    pub fingerprint: Fingerprint,
    /// The first of the items by that hash which has the same row, node ids apart.
    pub like: Option<ItemId>,
    /// Of `pt_def`, node ids and all.
    pub content: Fingerprint,
    /// Whether a value is evaluated; true of all else.
    pub has_result: bool,
}

impl Actual {
    /// The values whose result is there and stays. A result belongs to its row, since both hold node ids: where the row
    /// is none of the compiled items', it is rewritten, and the result with it.
    pub fn evaluated<'c>(&self, compiled: impl Iterator<Item = &'c CompiledItem>) -> HashSet<ContentHash> {
        let ours: HashSet<(ContentHash, Fingerprint)> = compiled.map(|item| (item.hash, item.row)).collect();
        let stays = |row: &&ActualRow| row.like.is_some() || ours.contains(&(row.hash, row.fingerprint));
        let values = self.rows.iter().filter(|row| row.kind == ItemKind::Value && row.has_result);
        values.filter(stays).map(|row| row.hash).collect()
    }

    /// All content that is in the store and in no source: it goes unless others reach it.
    pub fn candidates(&self, affected: &Affected) -> Vec<ContentHash> {
        let ops = self.ops.iter().map(|op| op.head.hash());
        let rows = self.rows.iter().map(|row| row.hash);
        let names = self.locations.iter().map(|name| name.hash);
        let all = ops.chain(rows).chain(names).chain(self.dependencies.keys().copied());
        let candidates: BTreeSet<ContentHash> = all.filter(|hash| !affected.contains_key(hash)).collect();
        candidates.into_iter().collect()
    }
}

/// Plans what makes the store say what the compiled items say. `affected` has the live items
/// of every content hash, all of which are compiled, and nothing of before.
pub fn plan(
    actual: &Actual,
    affected: &Affected,
    mut compiled: CompiledItems,
    lookup: &impl ItemLookup,
) -> Comparison {
    let others = &actual.others;
    let mut plan = Plan::default();
    let mut adopted = Vec::new();
    let mut ops: HashMap<ContentHash, Vec<&ActualOp>> = HashMap::new();
    actual.ops.iter().for_each(|op| ops.entry(op.head.hash()).or_default().push(op));
    let rows: HashMap<ContentHash, &ActualRow> = actual.rows.iter().map(|row| (row.hash, row)).collect();
    let mut names: HashMap<&Location, Vec<&ActualName>> = HashMap::new();
    actual.locations.iter().for_each(|name| names.entry(&name.location).or_default().push(name));
    // What becomes of each name that a source has.
    let mut now: HashMap<Location, NameNow<'_>> = HashMap::new();

    for (hash, sharing) in in_load_order(affected) {
        let items: Vec<&CompiledItem> =
            sharing.now.iter().filter_map(|item| compiled.get(item)).map(|item| &**item).collect();
        let Some(group) = Group::new(&items) else { continue };
        let there = ops.remove(hash).unwrap_or_default();
        let stands = group.adopt(&there, others).filter(|_| !wins_over_others(&there, others));
        let theirs = others.adds.get(hash);
        let row = rows.get(hash).copied();
        let dependencies = actual.dependencies.get(hash).copied();
        let ours = || there.last().and_then(|op| actual.batches.get(op.commit));
        let is_row = |stands: &Adopted| match row {
            // The row is that of somebody's op, of the same content; how it is described is theirs too.
            Some(_) if theirs.is_some_and(|theirs| ours().is_none_or(|ours| ours < theirs)) => true,
            Some(row) => group.is_row(stands, row, dependencies),
            None => false,
        };
        let has_ops = stands.is_some();
        let stands = stands.filter(|stands| !stands.is_foreign() || is_row(stands));
        // A row of another loader stays as it is: where it lacks a result, Darklang evaluates it.
        let has_result =
            row.is_some_and(|row| row.has_result) || items.iter().all(|item| item.result.is_none());
        let as_it_should = match &stands {
            Some(stands) if stands.is_foreign() => true,
            Some(stands) => is_row(stands) && has_result,
            // The fold takes the row from the new op. Where that is the row which is there, it may stay.
            None => theirs.is_none() && has_result && row.is_some_and(|row| group.is_ours(row, dependencies)),
        };
        match &stands {
            Some(stands) => {
                for (item, add_op) in items.iter().zip(&stands.add_ops) {
                    if *add_op != item.add_op.id {
                        adopted.push((item.id, *add_op));
                    }
                    let set_name = there.iter().find(|op| op.id == item.set_name.id);
                    let kept = NameNow::Kept(set_name.map_or("", |op| &op.origin_ts));
                    let location = lookup.location(item.id);
                    let is_bound =
                        names.get(location).is_some_and(|names| is_bound(names, item, location, others));
                    let is_theirs = set_name.is_none() && others.bound.contains_key(location);
                    if !is_bound && !is_theirs {
                        plan.bind.push(binding(item, others, lookup));
                    }
                    now.insert(location.clone(), kept);
                }
            }
            None => {
                plan.drop_ops.extend(there.iter().map(|op| op.id));
                for item in &items {
                    add_named(&mut plan, item, others, lookup);
                    now.insert(lookup.location(item.id).clone(), NameNow::Bound(item.set_name.id));
                }
                if let Some(theirs) = theirs {
                    plan.contested.insert(*hash, theirs.clone());
                    if has_ops {
                        let ours = items.iter().flat_map(|item| [item.add_op.id, item.set_name.id]);
                        plan.for_others.ops.extend(there.iter().map(|op| op.id).chain(ours));
                        plan.for_others.content.insert(*hash);
                    }
                }
            }
        }
        let owner = group.owner().id;
        if !as_it_should && let Some(item) = compiled.remove(&owner) {
            let is_ours = |row: &ActualRow| row.kind == item.kind && row.fingerprint == item.row;
            if has_result && row.is_some_and(is_ours) {
                put_dependencies(&mut plan, &item, None, lookup);
            } else {
                put_item(&mut plan, *item, None, lookup);
            }
        }
    }
    let retained = retain(&mut plan, actual, &ops, &now);
    drop_left_over(&mut plan, actual, affected, &ops, retained);
    settle_locations(&mut plan, actual, &now, affected, lookup);
    Comparison { plan, adopted }
}

/// Whether one of the ops would take a name from somebody in the fold, who has it in the table.
fn wins_over_others(there: &[&ActualOp], others: &Others) -> bool {
    there.iter().any(|op| match &op.head {
        OpHead::SetName(location, ..) => others.bound.get(location).is_some_and(|theirs| {
            theirs.hash != op.head.hash()
                && theirs.origin_ts.as_ref().is_some_and(|theirs| *theirs <= op.origin_ts)
        }),
        OpHead::Add(..) => false,
    })
}

/// Whether a loader's row binds the name to the item: a live one, or one that is set aside for somebody's.
fn is_bound(names: &[&ActualName], item: &CompiledItem, location: &Location, others: &Others) -> bool {
    let live = !others.bound.contains_key(location);
    names.iter().any(|name| name.live == live && name.kind == item.kind && name.hash == item.hash)
}

/// Settles what is retained: content that is in no source and that others reach, as far as loaders have added or
/// named it. Returns it.
fn retain<'a>(
    plan: &mut Plan,
    actual: &'a Actual,
    ops: &HashMap<ContentHash, Vec<&'a ActualOp>>,
    now: &HashMap<Location, NameNow<'_>>,
) -> Vec<Retained> {
    let others = &actual.others;
    let mut set_aside: HashMap<ContentHash, Vec<&ActualName>> = HashMap::new();
    for name in actual.locations.iter().filter(|name| others.reached.contains(&name.hash)) {
        set_aside.entry(name.hash).or_default().push(name);
    }
    let mut reached: Vec<_> = ops.iter().filter(|(hash, _)| others.reached.contains(hash)).collect();
    reached.sort_unstable_by_key(|(hash, _)| **hash);
    let mut retained = Vec::new();
    for (hash, ops) in reached {
        let adds: Vec<(OpId, ItemKind)> = ops
            .iter()
            .filter_map(|op| match op.head {
                OpHead::Add(kind, _) => Some((op.id, kind)),
                OpHead::SetName(..) => None,
            })
            .collect();
        // Without an op of a loader's that adds it, the content is not a loader's.
        let Some((_, kind)) = adds.first().copied() else {
            plan.drop_ops.extend(ops.iter().map(|op| op.id));
            continue;
        };
        let mut names: Vec<(&Location, bool)> = Vec::new();
        for op in ops {
            if let OpHead::SetName(location, ..) = &op.head {
                let now = now.get(location).copied().unwrap_or(NameNow::Gone);
                let stays = name_stays(&op.origin_ts, now, others.bound.get(location), others);
                if !stays {
                    plan.drop_ops.push(op.id);
                }
                names.push((location, stays));
            }
        }
        for name in set_aside.get(hash).into_iter().flatten() {
            if !names.iter().any(|(location, _)| **location == name.location) {
                names.push((&name.location, false));
            }
        }
        for index in 0..adds.len().max(names.len()) {
            let (add_op, _) = adds[index.min(adds.len() - 1)];
            let (location, named) = names
                .get(index)
                .map_or((String::new(), false), |(location, named)| (location.to_string(), *named));
            retained.push(Retained { hash: *hash, kind, location, add_op, named });
        }
    }
    retained
}

/// Drops what is left of items that are gone and not reached. Ops, rows and dependencies may each have been lost
/// without the others, so each is searched. A row that no op adds would be gone after a fold as well.
fn drop_left_over(
    plan: &mut Plan,
    actual: &Actual,
    affected: &Affected,
    ops: &HashMap<ContentHash, Vec<&ActualOp>>,
    retained: Vec<Retained>,
) {
    let is_left = |hash: &ContentHash| !affected.contains_key(hash) && !actual.others.reached.contains(hash);
    let mut gone: Vec<_> = ops.iter().filter(|(hash, _)| is_left(hash)).collect();
    gone.sort_unstable_by_key(|(hash, _)| **hash);
    plan.drop_ops.extend(gone.into_iter().flat_map(|(_, ops)| ops.iter().map(|op| op.id)));
    let rows = actual.rows.iter().filter(|row| is_left(&row.hash));
    plan.drop_rows = rows.map(|row| (row.kind, row.hash)).collect();
    plan.drop_rows.sort_unstable_by_key(|(_, hash)| *hash);
    let left = plan.drop_rows.iter().map(|(_, hash)| *hash);
    plan.for_others.content.extend(left.filter(|hash| !ops.contains_key(hash)));
    plan.drop_dependencies = actual.dependencies.keys().filter(|hash| is_left(hash)).copied().collect();
    plan.drop_dependencies.sort_unstable();

    plan.retained = retained.iter().map(|retained| retained.hash).collect();
    let (before, now): (BTreeSet<&Retained>, BTreeSet<&Retained>) =
        (actual.retained.iter().collect(), retained.iter().collect());
    let changed: BTreeSet<ContentHash> = before.symmetric_difference(&now).map(|one| one.hash).collect();
    plan.put_retained.extend(retained.into_iter().filter(|retained| changed.contains(&retained.hash)));
    plan.drop_retained = changed.into_iter().collect();
}

/// Takes names away that no source has, and rows that were set aside for what is no longer retained.
fn settle_locations(
    plan: &mut Plan,
    actual: &Actual,
    now: &HashMap<Location, NameNow<'_>>,
    affected: &Affected,
    lookup: &impl ItemLookup,
) {
    let hashes: HashMap<&str, ContentHash> = affected
        .iter()
        .flat_map(|(hash, sharing)| sharing.now.iter().map(|item| (lookup.location(*item).as_str(), *hash)))
        .collect();
    let mut unbound = HashSet::new();
    for name in &actual.locations {
        let location = &name.location;
        if name.live {
            if !now.contains_key(location) && unbound.insert(location) {
                plan.unbind.push(location.clone());
            }
            continue;
        }
        let is_under =
            actual.others.bound.contains_key(location) && hashes.get(location.as_str()) == Some(&name.hash);
        if !is_under && !plan.retained.contains(&name.hash) {
            plan.drop_names.push((location.clone(), name.hash));
        }
    }
}
