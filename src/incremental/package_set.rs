//! The package set of a run: its files, its declarations, and what the run has found out about them.

use std::collections::HashMap;

use super::builtins::BuiltinLookup;
use super::failure::Failure;
use super::findings::{Counts, Relinked};
use super::sources::Sources;
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::base::parallel;
use crate::binary::writer::Writer;
use crate::check;
use crate::compile::item::{CompiledItems, NodeIdMode};
use crate::hash::canonical::{Canonical, canonicalize};
use crate::hash::graph::Graph;
use crate::link::{Builtins, LinkedItem};
use crate::program::inventory::{FileDeclarations, Inventory};
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::resolve::{Resolution, resolve};
use crate::program::tree::{Item, Target};
use crate::state::keys::{CandidateKey, name_key};
use crate::state::{NextFile, Remembered, Stamp};

/// Items that a thread takes at a time where each costs some microseconds.
const BLOCK: usize = 32;

/// What this run found out about an item that it looked into.
#[derive(Debug)]
pub struct Fresh {
    pub(super) resolutions: Vec<Resolution>,
    /// How many uses of names mean nothing.
    pub unresolved: u32,
    pub links: Fingerprint,
    pub candidates: Vec<CandidateKey>,
    pub(super) canonical: Canonical,
    pub dependencies: Vec<ItemId>,
    pub group: Fingerprint,
    /// Of a function's parameter and result types.
    pub signature: Fingerprint,
    /// Present when this run has hashed the item.
    pub(super) hash: Option<ContentHash>,
}

impl Fresh {
    /// Returns what each site of the item's code means.
    pub fn resolutions(&self) -> &[Resolution] {
        &self.resolutions
    }
}

/// The package set of this run.
#[derive(Debug)]
pub struct PackageSet {
    pub sources: Sources,
    pub inventory: Inventory,
    /// One for each item.
    pub fresh: Vec<Option<Box<Fresh>>>,
    pub(super) counts: Counts,
    pub relinked: Vec<Relinked>,
    /// The files whose sources are not those of the last run, ascending.
    pub stale: Vec<usize>,
    /// The items whose links differ from those of the last run.
    pub(super) changed: Vec<ItemId>,
    /// How many findings the bodies have that this run has checked, and `None` for those that it ought to have.
    pub(super) findings: HashMap<ItemId, Option<u32>>,
    /// The files of what is to be remembered once the plan is carried out.
    pub next: Vec<NextFile>,
    pub lookup: BuiltinLookup,
    pub(super) builtins: Builtins,
}

/// The candidate by which a site that asks for a built-in is found.
pub(super) fn builtin_location(name: &str) -> String {
    format!("Builtin.{name}")
}

/// What later stages ask about items. Of an item that this run has not hashed, the hash is the last run's.
impl ItemLookup for PackageSet {
    fn kind(&self, item: ItemId) -> ItemKind {
        self.inventory.kind(item)
    }

    fn location(&self, item: ItemId) -> &Location {
        self.inventory.location(item)
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        let hashed = self.fresh(item).and_then(|fresh| fresh.hash);
        let known = || self.inventory.known(item).map(|known| known.hash());
        hashed.or_else(known).unwrap_or(ContentHash([0; 32]))
    }
}

impl PackageSet {
    /// Returns a set of the given files with nothing declared yet.
    pub fn new(sources: Sources, before: Remembered, lookup: BuiltinLookup) -> Self {
        PackageSet {
            sources,
            inventory: Inventory::undeclared(before),
            fresh: Vec::new(),
            counts: Counts::default(),
            relinked: Vec::new(),
            stale: Vec::new(),
            changed: Vec::new(),
            findings: HashMap::new(),
            next: Vec::new(),
            builtins: lookup.builtins(),
            lookup,
        }
    }

    /// Loads the files whose sources are not those of the last run.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn load_stale(&mut self) -> Result<(), Failure> {
        let before = self.inventory.before();
        let remembered = before.files_at(self.sources.paths());
        let is_stale = |(file, old): &(usize, Option<usize>)| {
            old.is_none_or(|old| before.source(old) != self.sources.fingerprint(*file))
        };
        self.stale = self.sources.files().zip(remembered).filter(is_stale).map(|(file, _)| file).collect();
        self.sources.load(self.stale.iter().copied());
        let failures = self.sources.failures();
        if failures.is_empty() { Ok(()) } else { Err(Failure::Sources(failures)) }
    }

    /// Collects the declarations: of loaded files from their content, of the others from what is remembered.
    pub fn declare(&mut self) {
        let before = std::mem::take(&mut self.inventory).into_before();
        let remembered = before.files_at(self.sources.paths());
        let files = remembered
            .into_iter()
            .zip(self.sources.files())
            .map(|(before, file)| FileDeclarations { before, content: self.sources.content(file).cloned() });
        self.inventory = Inventory::new(before, files);
        self.fresh.resize_with(self.inventory.len(), || None);
    }

    /// Whether all stale files were loaded without errors.
    pub fn is_loaded(&self) -> bool {
        self.stale.iter().all(|file| self.sources.content(*file).is_some())
    }

    /// Whether a live item asks for a built-in.
    pub fn tries_builtin(&self, name: &str) -> bool {
        let key = CandidateKey::from(name_key(&builtin_location(name)));
        self.inventory.live().any(|id| match (self.fresh(id), self.inventory.known(id)) {
            (Some(fresh), _) => fresh.candidates.binary_search(&key).is_ok(),
            (None, Some(known)) => known.candidates().any(|candidate| candidate == key),
            (None, None) => false,
        })
    }

    pub fn fresh(&self, item: ItemId) -> Option<&Fresh> {
        self.fresh[item.index()].as_deref()
    }

    pub(super) fn tree<'t>(&'t self, id: ItemId, resolutions: &'t [Resolution]) -> Option<Item<'t>> {
        let written = self.inventory.written(id)?;
        Some(resolve(id, written.item.description, &written.item.code, resolutions))
    }

    /// Brings linked items into canonical form.
    pub(super) fn canonicalize(&mut self, linked: Vec<LinkedItem>) {
        let this = &*self;
        let canonical = parallel::map(self.sources.threads(), BLOCK, &linked, |linked| {
            let tree = this.tree(linked.id, &linked.resolutions)?;
            let signature = check::signature(&tree, |item| this.inventory.key(item));
            Some((canonicalize(&tree), signature, tree.unresolved))
        });
        for (linked, canonical) in linked.into_iter().zip(canonical) {
            let (canonical, signature, unresolved) = canonical.unwrap_or_default();
            self.fresh[linked.id.index()] = Some(Box::new(Fresh {
                resolutions: linked.resolutions,
                unresolved,
                links: linked.links,
                candidates: linked.candidates,
                dependencies: canonical.dependencies(),
                canonical,
                group: Fingerprint::default(),
                signature,
                hash: None,
            }));
        }
    }

    /// Compiles items that this run has looked into.
    pub fn compile(&mut self, items: &[ItemId], mode: NodeIdMode) -> CompiledItems {
        let this = &*self;
        let compiled = parallel::map(self.sources.threads(), BLOCK, items, |id| {
            let fresh = this.fresh(*id)?;
            let tree = this.tree(*id, &fresh.resolutions)?;
            let mentions = fresh.canonical.mentions();
            Some(Box::new(crate::compile::item::item(&tree, mentions, this, mode, &mut Writer::new())))
        });
        let compiled: CompiledItems = compiled.into_iter().flatten().map(|item| (item.id, item)).collect();
        self.counts.items_compiled += compiled.len();
        compiled
    }

    /// Returns what is remembered of the store: of the state that `stamp` is of, with the given files, or else what was
    /// remembered before.
    pub fn remember(self, stamp: Stamp, next: Option<Vec<NextFile>>) -> Remembered {
        let before = self.inventory.into_before();
        match next {
            Some(files) => before.advance(stamp, files),
            None => before,
        }
    }

    /// Adds up what became of the files and items.
    pub fn count(&self, counts: &mut Counts) {
        self.sources.count(counts);
        counts.items_linked = self.counts.items_linked;
        counts.items_hashed = self.counts.items_hashed;
        counts.items_compiled = self.counts.items_compiled;
        counts.bodies_checked = self.counts.bodies_checked;
        // The check of types opens sidecars that nothing else needs.
        counts.sidecars_read += self.counts.sidecars_read;
    }

    /// Returns what a site means, in words: fully qualified names, or that it means nothing.
    pub fn meaning(&self, resolution: &Resolution) -> String {
        let name = |target: Target<'_>| match target {
            Target::Item(item) => self.inventory.name(item).to_owned(),
            Target::Builtin { name, .. } => builtin_location(name),
        };
        let (one, other) = match *resolution {
            Resolution::Type(found) => (found.ok().map(Target::Item), None),
            Resolution::Term { value, function } => (value.ok(), function.ok()),
        };
        match (one, other) {
            (None, None) => "nothing".to_owned(),
            (Some(one), Some(other)) => format!("{} or {}", name(one), name(other)),
            (Some(only), None) | (None, Some(only)) => name(only),
        }
    }

    /// Returns what each live item refers to, of a set in which all items have been looked into.
    pub fn graph(&self) -> Graph {
        let dependencies = |item| self.fresh(item).map(|fresh: &Fresh| fresh.dependencies.as_slice());
        Graph::new(&self.inventory, dependencies, &[])
    }

    /// Returns the path of the file that an item is declared in.
    pub fn path(&self, item: ItemId) -> &str {
        self.sources.path(self.inventory.file(item))
    }

    /// Whether anything about a file's declarations may differ from the last run: one of them was looked into, or
    /// gained or lost its name.
    pub fn may_differ(&self, file: usize) -> bool {
        let changed_hands = |id| {
            self.inventory.is_shadowed(id) || self.inventory.is_revived(id) || !self.inventory.is_known(id)
        };
        let changed_findings =
            |id| self.inventory.known(id).is_none_or(|known| known.findings() != self.findings_in(id));
        let may_differ = |id| changed_hands(id) || (self.findings.contains_key(&id) && changed_findings(id));
        self.sources.get(file).is_some() || self.inventory.declared_in(file).any(may_differ)
    }

    /// How many findings the check of an item's body has; `None` where it was not checked as it is now.
    pub fn findings_in(&self, item: ItemId) -> Option<u32> {
        if self.inventory.kind(item) == ItemKind::Type {
            return Some(0);
        }
        let before = || self.inventory.known(item).and_then(|known| known.findings());
        self.findings.get(&item).copied().unwrap_or_else(before)
    }

    /// Returns the items whose description differs from that of the last run, ascending.
    pub fn redescribed(&self) -> Vec<ItemId> {
        let differs = |id: &ItemId| {
            let Some(written) = self.inventory.written(*id) else { return false };
            self.inventory.known(*id).is_some_and(|known| written.description() != known.description())
        };
        self.inventory.live().filter(differs).collect()
    }
}
