//! Which items a change can reach, grouped and ordered so that what they depend on is hashed before them.

use std::collections::HashSet;

use super::scc::{self, Group};
use crate::base::hash::Fingerprint;
use crate::program::inventory::Inventory;
use crate::program::lookup::ItemId;
use crate::state::keys::{ItemKey, KeyHasher};

/// What every live item refers to, as far as a change can reach.
#[derive(Debug, Default)]
pub struct Graph {
    /// Item `i` refers to `edges[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    edges: Vec<ItemId>,
}

impl Graph {
    /// The dependencies of an item are those of this run where `linked` has them, as it has for all that are
    /// `changed`; else they are the last run's.
    pub fn new<'l>(
        inventory: &Inventory,
        linked: impl Fn(ItemId) -> Option<&'l [ItemId]>,
        changed: &[ItemId],
    ) -> Self {
        let mut known =
            inventory.live().filter(|id| linked(*id).is_none()).filter_map(|id| inventory.known(id));
        let keys: HashSet<ItemKey, KeyHasher> = changed.iter().map(|item| inventory.key(*item)).collect();
        // Where nothing else mentions what has changed, the rest need not be looked up by name: with that the
        // edit of a leaf takes 0.92 of the time.
        let reaches_others = known.any(|known| known.dependencies().any(|key| keys.contains(&key)));

        let mut graph = Graph { starts: vec![0], edges: Vec::new() };
        for id in (0..inventory.len() as u32).map(ItemId) {
            let known = || inventory.known(id).filter(|_| !inventory.is_shadowed(id));
            if let Some(dependencies) = linked(id) {
                graph.edges.extend_from_slice(dependencies);
            } else if reaches_others && let Some(known) = known() {
                graph.edges.extend(known.dependencies().filter_map(|key| inventory.find(key)));
            }
            graph.starts.push(graph.edges.len() as u32);
        }
        graph
    }

    pub fn dependencies(&self, item: ItemId) -> &[ItemId] {
        let index = item.index();
        &self.edges[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    /// Returns the graph in which each item leads to those that refer to it.
    pub fn reversed(&self) -> Graph {
        let items = self.starts.len() - 1;
        let mut starts = vec![0; items + 1];
        for to in &self.edges {
            starts[to.index() + 1] += 1;
        }
        for index in 0..items {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut edges = vec![ItemId(0); self.edges.len()];
        for from in (0..items as u32).map(ItemId) {
            for to in self.dependencies(from) {
                edges[next[to.index()] as usize] = from;
                next[to.index()] += 1;
            }
        }
        Graph { starts, edges }
    }

    /// The given items and all that depend on them, through whatever number of others; ascending.
    pub fn dependents(&self, of: &[ItemId]) -> Vec<ItemId> {
        let reversed = self.reversed();
        let mut reached = vec![false; self.starts.len() - 1];
        let mut found = Vec::new();
        let mut pending = of.to_vec();
        while let Some(item) = pending.pop() {
            if !std::mem::replace(&mut reached[item.index()], true) {
                found.push(item);
                pending.extend_from_slice(reversed.dependencies(item));
            }
        }
        found.sort_unstable();
        found
    }

    /// The groups of all items that a change of `changed` can reach, level by level: a group mentions groups
    /// of lower levels alone, so the groups of one level can be hashed side by side.
    ///
    /// Every cycle through a reached item lies wholly within what is reached, so the groups are those of the
    /// whole program. Members are in order of name.
    pub fn levels(&self, inventory: &Inventory, changed: &[ItemId]) -> Vec<Vec<Group>> {
        let items = self.starts.len() - 1;
        let reached = self.dependents(changed);
        const OUTSIDE: u32 = u32::MAX;
        let mut level_of = vec![OUTSIDE; items];
        let mut levels: Vec<Vec<Group>> = Vec::new();
        for mut group in scc::groups(items, &reached, |item| self.dependencies(item)) {
            let mentioned = group.members.iter().flat_map(|member| self.dependencies(*member));
            let below = mentioned.map(|item| level_of[item.index()]).filter(|level| *level != OUTSIDE).max();
            let level = below.map_or(0, |level| level + 1);
            for member in &group.members {
                level_of[member.index()] = level;
            }
            group.members.sort_by_key(|member| inventory.name(*member));
            if levels.len() <= level as usize {
                levels.resize_with(level as usize + 1, Vec::new);
            }
            levels[level as usize].push(group);
        }
        levels
    }
}

/// Identity of a group across runs: its members' names; zero for an item in no cycle.
pub fn group_fingerprint(inventory: &Inventory, group: &Group) -> Fingerprint {
    if !group.cyclic {
        return Fingerprint::default();
    }
    let mut bytes = Vec::with_capacity(group.members.len() * 8);
    for member in &group.members {
        bytes.extend_from_slice(&inventory.key(*member).0.to_le_bytes());
    }
    Fingerprint::of(&bytes)
}
