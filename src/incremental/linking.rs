//! Links what an edit can reach: changed items, and items with a name whose meaning may have changed.

use std::collections::{HashMap, HashSet};

use super::failure::Failure;
use super::findings::Relinked;
use super::package_set::{PackageSet, builtin_location};
use crate::base::diagnostic::{FileDiagnostics, Level};
use crate::base::hash::Fingerprint;
use crate::link::{self, ChangedNames, LinkedItem};
use crate::program::lookup::ItemId;
use crate::state::keys::{CandidateKey, name_key};

impl PackageSet {
    /// Returns the keys of names that began or ceased to exist since the last run, or hold another kind of item, and
    /// how each is spelled.
    fn changed_names(&self) -> (ChangedNames, HashMap<CandidateKey, String>) {
        let (inventory, before) = (&self.inventory, self.inventory.before());
        let mut keys = ChangedNames::default();
        let mut spelled = HashMap::new();
        // Where nothing is remembered, nothing was linked before.
        if before.is_empty() {
            return (keys, spelled);
        }
        let mut add = |location: &str| {
            let key = CandidateKey::from(name_key(location));
            keys.insert(key);
            spelled.entry(key).or_insert_with(|| location.to_owned());
        };
        for (had, has) in inventory.touched() {
            if let Some(has) = has.filter(|has| !inventory.is_known(*has)) {
                add(inventory.name(has));
            }
            if let Some(had) = had
                && has.is_none_or(|has| inventory.kind(has) != before.kind(had))
            {
                add(before.location(had));
            }
        }
        self.lookup.changed().for_each(|name| add(&builtin_location(name)));
        (keys, spelled)
    }

    /// Whether an item's code may differ from what the last run linked.
    fn is_written_anew(&self, item: ItemId) -> bool {
        let inventory = &self.inventory;
        match inventory.written(item) {
            Some(written) => inventory.known(item).is_none_or(|known| written.code != known.code()),
            None => inventory.is_revived(item) || !inventory.is_known(item),
        }
    }

    /// Links changed items and those that a changed name may touch. Returns the items whose links differ from those of
    /// the last run, ascending.
    ///
    /// # Errors
    /// The names that Darklang refuses to leave unresolved, file by file.
    pub fn link(&mut self) -> Result<Vec<ItemId>, Failure> {
        let (changed_names, spelled) = self.changed_names();
        let mut due: Vec<ItemId> = self.inventory.live().filter(|id| self.is_written_anew(*id)).collect();
        let anew = due.len();
        for (id, because) in link::touched(&self.inventory, &changed_names) {
            if due[..anew].binary_search(&id).is_ok() {
                continue;
            }
            self.relinked.push(Relinked {
                kind: self.inventory.kind(id),
                location: self.inventory.name(id).to_owned(),
                because: spelled.get(&because).cloned().unwrap_or_default(),
            });
            due.push(id);
        }
        due.sort_unstable();
        let linked = self.link_items(&due)?;
        let is_changed = |linked: &LinkedItem| {
            let (written, known) = (self.inventory.written(linked.id), self.inventory.known(linked.id));
            match (written, known) {
                (Some(written), Some(known)) if !self.inventory.is_revived(linked.id) => {
                    written.code != known.code() || linked.links != known.links()
                }
                _ => true,
            }
        };
        let changed: Vec<LinkedItem> = linked.into_iter().filter(is_changed).collect();
        let ids: Vec<ItemId> = changed.iter().map(|linked| linked.id).collect();
        self.changed.clone_from(&ids);
        self.canonicalize(changed);
        Ok(ids)
    }

    /// Links and canonicalizes those of the given items that this run has not looked into yet.
    pub fn look_into(&mut self, items: &[ItemId]) -> Result<(), Failure> {
        let lacking: Vec<ItemId> = items.iter().copied().filter(|item| self.fresh(*item).is_none()).collect();
        let linked = self.link_items(&lacking)?;
        self.canonicalize(linked);
        // What belongs to no change keeps its group; a change of it is found when it is hashed.
        for item in lacking {
            let group = self.inventory.known(item).map_or(Fingerprint::default(), |known| known.group());
            if let Some(fresh) = &mut self.fresh[item.index()] {
                fresh.group = group;
            }
        }
        Ok(())
    }

    /// Loads the code of the given items where it is not loaded, and looks their names up.
    fn link_items(&mut self, items: &[ItemId]) -> Result<Vec<LinkedItem>, Failure> {
        self.load_code(items)?;
        let threads = self.sources.threads();
        let mut linked = link::link(&self.inventory, &self.inventory, &self.builtins, items, threads);
        self.counts.items_linked += linked.len();
        let lacked = linked.iter().flat_map(|linked| linked.lacked_builtins.iter().cloned()).collect();
        if self.lookup.find(lacked) {
            self.builtins = self.lookup.builtins();
            let again: Vec<usize> =
                (0..linked.len()).filter(|at| !linked[*at].lacked_builtins.is_empty()).collect();
            let items: Vec<ItemId> = again.iter().map(|at| linked[*at].id).collect();
            let anew = link::link(&self.inventory, &self.inventory, &self.builtins, &items, threads);
            again.into_iter().zip(anew).for_each(|(at, anew)| linked[at] = anew);
        }
        let failures = self.missing(&linked);
        if failures.is_empty() { Ok(linked) } else { Err(Failure::Sources(failures)) }
    }

    /// Loads the files of those of the given items whose code is not loaded.
    pub(super) fn load_code(&mut self, items: &[ItemId]) -> Result<(), Failure> {
        let lacking = items.iter().filter(|id| self.inventory.written(**id).is_none());
        let files: HashSet<usize> = lacking.map(|id| self.inventory.file(*id)).collect();
        if files.is_empty() {
            return Ok(());
        }
        self.sources.load(files.iter().copied());
        let failures = self.sources.failures();
        if !failures.is_empty() {
            return Err(Failure::Sources(failures));
        }
        for file in files {
            if let Some(content) = self.sources.content(file) {
                self.inventory.take_content(file, content.clone());
            }
        }
        Ok(())
    }

    /// The names of types that mean nothing, which Darklang refuses.
    fn missing(&self, linked: &[LinkedItem]) -> Vec<FileDiagnostics> {
        let lacking = linked.iter().filter(|item| item.lacks_type);
        let lacking: Vec<_> = lacking.map(|item| (item.id, &*item.resolutions)).collect();
        if lacking.is_empty() {
            return Vec::new();
        }
        let mut failures = self.diagnose(&lacking);
        for failure in &mut failures {
            failure.diagnostics.retain(|diagnostic| diagnostic.level == Level::Error);
        }
        failures
    }
}
