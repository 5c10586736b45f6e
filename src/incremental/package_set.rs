//! From loaded files to hashed items: what changed is linked again, and hashed as far as the change reaches.

use std::collections::{HashMap, HashSet};

use crate::base::diagnostic::{Diagnostic, FileDiagnostics};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::base::parallel;
use crate::binary::writer::Writer;
use crate::compile::item::{CompiledItem, NodeIdMode};
use crate::hash::canonical::{Canonical, Canonicalizer};
use crate::hash::content::{self, Member};
use crate::hash::graph::{Graph, group_fingerprint};
use crate::hash::scc::Group;
use crate::link::{self, ChangedNames, LinkedItem};
use crate::program::inventory::{Declared, Inventory, Name, Written};
use crate::program::resolve::{Resolution, resolve};
use crate::program::tree::Item;
use crate::program::world::{ItemId, World};
use crate::state::StoredItem;
use crate::state::keys::{CandidateKey, ItemKey, KeyHasher, name_key};
use crate::state::known::Known;

use super::findings::{Counts, Relinked};
use super::sources::Sources;

/// The items of one file at the last reload.
#[derive(Debug)]
pub struct BeforeFile<'b> {
    pub path: &'b str,
    pub items: Vec<StoredItem<'b>>,
}

/// What this run found out about an item that it looked into.
#[derive(Debug)]
pub struct Fresh {
    resolutions: Vec<Resolution>,
    pub links: Fingerprint,
    pub candidates: Vec<CandidateKey>,
    canonical: Canonical,
    pub dependencies: Vec<ItemId>,
    pub group: Fingerprint,
}

/// The package set of this run.
pub struct Rebuild<'r, 'l, 's> {
    sources: &'r Sources<'l, 's>,
    threads: usize,
    pub inventory: Inventory<'l>,
    /// The first declaration of each file, and one more at the end.
    first_of_file: Vec<u32>,
    /// One an item; those of items not hashed in this run are the last run's.
    pub hashes: Vec<ContentHash>,
    pub fresh: Vec<Option<Box<Fresh>>>,
    pub counts: Counts,
    pub relinked: Vec<Relinked>,
}

/// How the later stages see the items.
pub struct View<'v, 'l> {
    inventory: &'v Inventory<'l>,
    hashes: &'v [ContentHash],
}

impl World for View<'_, '_> {
    fn kind(&self, item: ItemId) -> ItemKind {
        self.inventory.get(item).kind
    }

    fn location(&self, item: ItemId) -> &Location {
        self.inventory.get(item).name.location()
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        self.hashes[item.index()]
    }
}

impl<'r, 'l, 's> Rebuild<'r, 'l, 's> {
    /// Takes stock: the declarations of loaded files from their content, of the others from the last run.
    /// `before` is in load order, one entry for each file that had been loaded then.
    pub fn new(sources: &'r Sources<'l, 's>, before: &[BeforeFile<'l>]) -> Self {
        // Only what was written anew or got its name back has to be found by name.
        let anew = (0..sources.len()).filter_map(|file| sources.content(file));
        let anew = anew.flat_map(|content| content.file.items).map(|item| ItemKey::of(item.location));
        let all = || before.iter().flat_map(|file| &file.items);
        let revived = all().filter(|item| item.known.is_none()).map(|item| item.key);
        let wanted: HashSet<ItemKey, KeyHasher> =
            if before.is_empty() { HashSet::default() } else { anew.chain(revived).collect() };
        let known: HashMap<ItemKey, &StoredItem<'l>, KeyHasher> = all()
            .filter(|item| item.known.is_some() && wanted.contains(&item.key))
            .map(|item| (item.key, item))
            .collect();
        let known = |kind, key: ItemKey| -> Option<Known<'l>> {
            known.get(&key).filter(|item| item.kind == kind)?.known
        };

        let mut inventory = Inventory::with_capacity(before.iter().map(|file| file.items.len()).sum());
        let mut first_of_file = vec![0];
        let mut unloaded = before.iter().map(|file| (file.path, file)).collect::<HashMap<_, _>>();
        for file in 0..sources.len() {
            let stored = unloaded.remove(sources.path(file));
            let mut place = 0;
            let mut add = |kind, name, key, written, known, revived| {
                let name = Name::new(name);
                let file = file as u32;
                let shadowed = false;
                inventory.add(Declared { kind, name, key, file, place, written, known, revived, shadowed });
                place += 1;
            };
            if let Some(content) = sources.content(file) {
                for (item, code) in content.file.items.iter().zip(content.code_fingerprints) {
                    let written = Written { item, code: Fingerprint(*code) };
                    let key = ItemKey::of(item.location);
                    add(item.kind, item.location, key, Some(written), known(item.kind, key), false);
                }
            } else if let Some(stored) = stored {
                for item in &stored.items {
                    // A declaration whose name was another one's cannot be known by that name.
                    let revived = item.known.is_none();
                    let known = item.known.or_else(|| known(item.kind, item.key));
                    add(item.kind, item.location, item.key, None, known, revived);
                }
            }
            first_of_file.push(inventory.items.len() as u32);
        }
        let hash =
            |declared: &Declared<'_>| declared.known.map_or(ContentHash([0; 32]), |known| known.hash());
        Rebuild {
            sources,
            threads: sources.threads(),
            first_of_file,
            hashes: inventory.items.iter().map(hash).collect(),
            fresh: inventory.items.iter().map(|_| None).collect(),
            inventory,
            counts: Counts::default(),
            relinked: Vec::new(),
        }
    }

    pub fn view(&self) -> View<'_, 'l> {
        View { inventory: &self.inventory, hashes: &self.hashes }
    }

    /// The keys of names that began or ceased to exist since `before`, or hold another kind of item.
    fn changed_names(&self, before: &[BeforeFile<'l>]) -> (ChangedNames, HashMap<CandidateKey, String>) {
        let mut keys = ChangedNames::default();
        let mut spelled = HashMap::new();
        let mut add = |location: &str| {
            let key = CandidateKey::from(name_key(location));
            keys.insert(key);
            spelled.entry(key).or_insert_with(|| location.to_owned());
        };
        for (_, declared) in self.inventory.live().filter(|(_, declared)| declared.known.is_none()) {
            add(declared.name.as_str());
        }
        for item in before.iter().flat_map(|file| &file.items).filter(|item| item.known.is_some()) {
            let now = self.inventory.find(item.key);
            if now.is_none_or(|now| self.inventory.get(now).kind != item.kind) {
                add(item.location);
            }
        }
        (keys, spelled)
    }

    /// Links what was written anew and what a changed name may touch; gives the items that came out otherwise
    /// than in the last run, ascending.
    ///
    /// # Errors
    /// The names that Darklang refuses to leave unresolved, file by file.
    pub fn link(&mut self, before: &[BeforeFile<'l>]) -> Result<Vec<ItemId>, Vec<FileDiagnostics>> {
        let (changed_names, spelled) = self.changed_names(before);
        let written_anew = |declared: &Declared<'_>| match (declared.written, declared.known) {
            (Some(written), Some(known)) => written.code != known.code(),
            (None, known) => known.is_none() || declared.revived,
            (Some(_), None) => true,
        };
        let mut due: Vec<ItemId> =
            self.inventory.live().filter(|(_, declared)| written_anew(declared)).map(|(id, _)| id).collect();
        let anew = due.len();
        for (id, because) in link::touched(&self.inventory, &changed_names) {
            if due[..anew].binary_search(&id).is_ok() {
                continue;
            }
            let declared = self.inventory.get(id);
            self.relinked.push(Relinked {
                kind: declared.kind,
                location: declared.name.to_string(),
                because: spelled.get(&because).cloned().unwrap_or_default(),
            });
            due.push(id);
        }
        due.sort_unstable();
        let linked = self.link_items(&due)?;
        let changed = linked.into_iter().filter(|linked| {
            let declared = self.inventory.get(linked.id);
            match (declared.written, declared.known) {
                (Some(written), Some(known)) if !declared.revived => {
                    written.code != known.code() || linked.links != known.links()
                }
                _ => true,
            }
        });
        let changed: Vec<LinkedItem> = changed.collect();
        let ids = changed.iter().map(|linked| linked.id).collect();
        self.canonicalize(changed);
        Ok(ids)
    }

    /// Sees to it that the code of the given items is at hand, and looks their names up.
    fn link_items(&mut self, items: &[ItemId]) -> Result<Vec<LinkedItem>, Vec<FileDiagnostics>> {
        let lacking = items.iter().map(|id| self.inventory.get(*id)).filter(|item| item.written.is_none());
        let files: HashSet<usize> = lacking.map(|item| item.file as usize).collect();
        if !files.is_empty() {
            self.sources.load(files.iter().copied());
            let failures = self.sources.failures();
            if !failures.is_empty() {
                return Err(failures);
            }
            let mut files: Vec<usize> = files.into_iter().collect();
            files.sort_unstable();
            files.into_iter().for_each(|file| self.take_code(file));
        }
        let linked = link::link(&self.inventory, &self.inventory, items, self.threads);
        self.counts.items_linked += linked.len();
        let failures = self.missing(&linked);
        if failures.is_empty() { Ok(linked) } else { Err(failures) }
    }

    /// Gives the declarations of a file their code. The file's declarations are those of the inventory: both
    /// were made from the same source.
    fn take_code(&mut self, file: usize) {
        let Some(content) = self.sources.content(file) else { return };
        let declarations = &mut self.inventory.items
            [self.first_of_file[file] as usize..self.first_of_file[file + 1] as usize];
        for ((declared, item), code) in
            declarations.iter_mut().zip(content.file.items).zip(content.code_fingerprints)
        {
            if declared.name.as_str() == item.location {
                declared.written = Some(Written { item, code: Fingerprint(*code) });
            }
        }
    }

    fn missing(&self, linked: &[LinkedItem]) -> Vec<FileDiagnostics> {
        let mut failures: Vec<(u32, FileDiagnostics)> = Vec::new();
        for item in linked.iter().filter(|item| !item.missing.is_empty()) {
            let file = self.inventory.get(item.id).file;
            let diagnostics = item.missing.iter().map(Diagnostic::from);
            match failures.iter_mut().find(|(of, _)| *of == file) {
                Some((_, failure)) => failure.diagnostics.extend(diagnostics),
                None => {
                    let path = self.sources.shown_path(file as usize);
                    let text = self.sources.text(file as usize);
                    let diagnostics = diagnostics.collect();
                    failures.push((file, FileDiagnostics { path, text, diagnostics, others: Vec::new() }));
                }
            }
        }
        for (_, failure) in &mut failures {
            failure.diagnostics.sort_by_key(|diagnostic| diagnostic.start);
        }
        failures.into_iter().map(|(_, failure)| failure).collect()
    }

    fn tree<'t>(&'t self, id: ItemId, resolutions: &'t [Resolution]) -> Option<Item<'t>> {
        let written = self.inventory.get(id).written?;
        Some(resolve(id, written.item.description, &written.item.code, resolutions))
    }

    fn canonicalize(&mut self, linked: Vec<LinkedItem>) {
        const BLOCK: usize = 32;
        let this = &*self;
        let canonical = parallel::map(self.threads, BLOCK, &linked, |linked| {
            let tree = this.tree(linked.id, &linked.resolutions)?;
            Some(Canonicalizer::new().canonicalize(&tree))
        });
        for (linked, canonical) in linked.into_iter().zip(canonical) {
            let canonical = canonical.unwrap_or_default();
            self.fresh[linked.id.index()] = Some(Box::new(Fresh {
                resolutions: linked.resolutions,
                links: linked.links,
                candidates: linked.candidates,
                dependencies: canonical.dependencies(),
                canonical,
                group: Fingerprint::default(),
            }));
        }
    }

    /// Links and canonicalizes those of the given items that this run has not looked into yet.
    pub fn look_into(&mut self, items: &[ItemId]) -> Result<(), Vec<FileDiagnostics>> {
        let lacking: Vec<ItemId> =
            items.iter().copied().filter(|item| self.fresh[item.index()].is_none()).collect();
        let linked = self.link_items(&lacking)?;
        self.canonicalize(linked);
        // What belongs to no change keeps its group; a change of it is found when it is hashed.
        for item in lacking {
            let group = self.inventory.get(item).known.map_or(Fingerprint::default(), |known| known.group());
            if let Some(fresh) = &mut self.fresh[item.index()] {
                fresh.group = group;
            }
        }
        Ok(())
    }

    /// Hashes the changed items and, level by level, whatever mentions an item whose hash came out another;
    /// gives all items whose hash is another than in the last run, ascending.
    pub fn hash(&mut self, changed: &[ItemId]) -> Result<Vec<ItemId>, Vec<FileDiagnostics>> {
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = &self.fresh;
        let dependencies = |id: ItemId| fresh[id.index()].as_ref().map(|fresh| &*fresh.dependencies);
        let graph = Graph::new(&self.inventory, dependencies, changed);
        let mut is_changed = vec![false; self.inventory.items.len()];
        changed.iter().for_each(|item| is_changed[item.index()] = true);
        let mut moved = vec![false; self.inventory.items.len()];
        for level in graph.levels(&self.inventory, changed) {
            let due = level.into_iter().filter_map(|group| {
                let fingerprint = group_fingerprint(&self.inventory, &group);
                let due = group.members.iter().any(|member| {
                    let known = self.inventory.get(*member).known;
                    is_changed[member.index()]
                        || known.is_none_or(|known| known.group() != fingerprint)
                        || graph.dependencies(*member).iter().any(|item| moved[item.index()])
                });
                due.then_some((group, fingerprint))
            });
            let due: Vec<(Group, Fingerprint)> = due.collect();
            let members: Vec<ItemId> = due.iter().flat_map(|(group, _)| group.members.clone()).collect();
            if members.iter().any(|member| self.fresh[member.index()].is_none()) {
                // A hash that moved moves the hash of all that mentions it, so the whole cone of what has moved
                // will be due: looked into at once it keeps all threads busy, level by level it would not.
                let moved_items = (0..).map(ItemId).zip(&moved).filter(|(_, moved)| **moved);
                let moved_items: Vec<ItemId> = moved_items.map(|(id, _)| id).collect();
                self.look_into(&graph.dependents(&moved_items))?;
                self.look_into(&members)?;
            }
            self.hash_level(&due);
            for member in members {
                let known = self.inventory.get(member).known;
                moved[member.index()] = known.is_none_or(|known| known.hash() != self.hashes[member.index()]);
            }
        }
        Ok((0..).map(ItemId).zip(moved).filter(|(_, moved)| *moved).map(|(id, _)| id).collect())
    }

    fn hash_level(&mut self, groups: &[(Group, Fingerprint)]) {
        /// Items to hash before a second thread pays for itself.
        const BLOCK: usize = 64;
        let this = &*self;
        let view = this.view();
        let hashed = parallel::map(self.threads, BLOCK, groups, |(group, _)| {
            let canonical = |id: ItemId| this.fresh[id.index()].as_ref().map(|fresh| &fresh.canonical);
            let members: Vec<Member<'_>> = group
                .members
                .iter()
                .filter_map(|id| Some(Member { id: *id, canonical: canonical(*id)? }))
                .collect();
            match members.as_slice() {
                [member] if !group.cyclic => vec![content::alone(member.canonical, &view)],
                members => content::group(members, &view),
            }
        });
        for ((group, fingerprint), hashes) in groups.iter().zip(hashed) {
            self.counts.items_hashed += group.members.len();
            for (member, hash) in group.members.iter().zip(hashes) {
                self.hashes[member.index()] = hash;
                if let Some(fresh) = &mut self.fresh[member.index()] {
                    fresh.group = *fingerprint;
                }
            }
        }
    }

    pub fn count(&self, counts: &mut Counts) {
        counts.items_linked = self.counts.items_linked;
        counts.items_hashed = self.counts.items_hashed;
        counts.items_compiled = self.counts.items_compiled;
    }

    /// The path of the file that a declaration stands in.
    pub fn path(&self, declared: &Declared<'_>) -> &'s str {
        self.sources.path(declared.file as usize)
    }

    pub fn declared_in(&self, file: usize) -> impl Iterator<Item = ItemId> {
        (self.first_of_file[file]..self.first_of_file[file + 1]).map(ItemId)
    }

    /// Whether anything about a file's declarations may be other than in the last run: one of them was looked
    /// into, or gained or lost its name.
    pub fn may_differ(&self, file: usize) -> bool {
        self.sources.get(file).is_some()
            || self.declared_in(file).any(|id| {
                let declared = self.inventory.get(id);
                declared.shadowed || declared.known.is_none()
            })
    }

    /// One sentence for each name that is declared more than once.
    pub fn duplicate_warnings(&self) -> Vec<String> {
        let warning = |(earlier, later): &(ItemId, ItemId)| {
            let (earlier, later) = (self.inventory.get(*earlier), self.inventory.get(*later));
            let path = |declared: &Declared<'_>| self.sources.shown_path(declared.file as usize);
            format!(
                "{} is declared in {} and in {}; the last one counts",
                later.name,
                path(earlier),
                path(later)
            )
        };
        self.inventory.duplicates.iter().map(warning).collect()
    }

    /// Items whose description is another than in the last run, ascending.
    pub fn described_anew(&self) -> Vec<ItemId> {
        let anew = self.inventory.live().filter(|(_, declared)| match (declared.written, declared.known) {
            (Some(written), Some(known)) => written.description() != known.description(),
            _ => false,
        });
        anew.map(|(id, _)| id).collect()
    }

    /// Compiles items that this run has looked into.
    pub fn compile(&mut self, items: &[ItemId], mode: NodeIdMode) -> Vec<CompiledItem> {
        const BLOCK: usize = 32;
        let this = &*self;
        let view = this.view();
        let compiled = parallel::map(self.threads, BLOCK, items, |id| {
            let fresh = this.fresh[id.index()].as_ref()?;
            let tree = this.tree(*id, &fresh.resolutions)?;
            let mentions = fresh.canonical.mentions();
            Some(crate::compile::item::item(&tree, mentions, &view, mode, &mut Writer::new()))
        });
        let compiled: Vec<CompiledItem> = compiled.into_iter().flatten().collect();
        self.counts.items_compiled += compiled.len();
        compiled
    }
}
