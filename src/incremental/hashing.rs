//! Hashes what an edit can reach: the changed items and, level by level, whatever mentions an item whose hash changed.

use super::failure::Failure;
use super::package_set::PackageSet;
use crate::base::hash::Fingerprint;
use crate::base::parallel;
use crate::hash::canonical::Reference;
use crate::hash::content::{self, Member};
use crate::hash::graph::{Graph, group_fingerprint};
use crate::hash::scc::Group;
use crate::hash::transcript::transcribe;
use crate::program::lookup::{ItemId, ItemLookup};

impl PackageSet {
    /// Hashes the changed items and, level by level, whatever mentions an item whose hash changed. Returns
    /// all items whose hash differs from that of the last run, ascending.
    ///
    /// # Errors
    /// What is wrong with a file that only this loads.
    pub fn hash_changed(&mut self, changed: &[ItemId]) -> Result<Vec<ItemId>, Failure> {
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = &self.fresh;
        let dependencies = |id: ItemId| fresh[id.index()].as_ref().map(|fresh| &*fresh.dependencies);
        let graph = Graph::new(&self.inventory, dependencies, changed);
        let mut is_changed = vec![false; self.inventory.len()];
        changed.iter().for_each(|item| is_changed[item.index()] = true);
        let mut moved = vec![false; self.inventory.len()];
        for level in graph.levels(&self.inventory, changed) {
            let due = level.into_iter().filter_map(|group| {
                let fingerprint = group_fingerprint(&self.inventory, &group);
                let due = group.members.iter().any(|member| {
                    is_changed[member.index()]
                        || self.inventory.known(*member).is_none_or(|known| known.group() != fingerprint)
                        || graph.dependencies(*member).iter().any(|item| moved[item.index()])
                });
                due.then_some((group, fingerprint))
            });
            let due: Vec<(Group, Fingerprint)> = due.collect();
            let members: Vec<ItemId> = due.iter().flat_map(|(group, _)| group.members.clone()).collect();
            if members.iter().any(|member| self.fresh(*member).is_none()) {
                // A hash that changed changes the hashes of all dependents, so all of them will be due. Looked into
                // together they keep all threads busy, level by level they would not.
                let moved_items = (0..).map(ItemId).zip(&moved).filter(|(_, moved)| **moved);
                let moved_items: Vec<ItemId> = moved_items.map(|(id, _)| id).collect();
                self.look_into(&graph.dependents(&moved_items))?;
                self.look_into(&members)?;
            }
            self.hash_level(&due);
            for member in members {
                let known = self.inventory.known(member);
                moved[member.index()] = known.is_none_or(|known| known.hash() != self.hash(member));
            }
        }
        Ok((0..).map(ItemId).zip(moved).filter(|(_, moved)| *moved).map(|(id, _)| id).collect())
    }

    /// Returns the canonical form of an item that this run has hashed, as text; the names that it mentions come with
    /// what they are hashed as.
    pub fn transcript(&self, item: ItemId) -> Option<String> {
        let fresh = self.fresh(item)?;
        let tree = self.tree(item, &fresh.resolutions)?;
        let in_group = |other: ItemId| {
            let group = self.fresh(other).map(|other| other.group);
            fresh.group != Fingerprint::default() && group == Some(fresh.group)
        };
        let fill = |reference: &Reference| content::filling(reference, in_group(reference.item), self);
        Some(transcribe(&tree, fill))
    }

    fn hash_level(&mut self, groups: &[(Group, Fingerprint)]) {
        /// Items to hash before a second thread pays for itself.
        const BLOCK: usize = 64;
        let this = &*self;
        let hashed = parallel::map(self.sources.threads(), BLOCK, groups, |(group, _)| {
            let member = |id: &ItemId| Some(Member { id: *id, canonical: &this.fresh(*id)?.canonical });
            let members: Vec<Member<'_>> = group.members.iter().filter_map(member).collect();
            match members.as_slice() {
                [member] if !group.cyclic => vec![content::alone(member.canonical, this)],
                members => content::group(members, this),
            }
        });
        for ((group, fingerprint), hashes) in groups.iter().zip(hashed) {
            self.counts.items_hashed += group.members.len();
            for (member, hash) in group.members.iter().zip(hashes) {
                if let Some(fresh) = &mut self.fresh[member.index()] {
                    fresh.hash = Some(hash);
                    // No item is hashed twice; what mentions it asks for its hash.
                    fresh.canonical.bytes = Box::default();
                    fresh.group = *fingerprint;
                }
            }
        }
    }
}
