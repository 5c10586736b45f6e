//! Why items are other than they were: at the last reload, or in another revision.

use std::collections::HashMap;

use super::deps::PlacedItem;
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::incremental::{Before, Cause, PackageSet, Relinked};
use crate::program::lookup::{ItemId, ItemLookup};

/// An item that is other than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemReason {
    pub item: PlacedItem,
    pub hash: ContentHash,
    /// Where its source is.
    pub file: SourceAt,
    /// Where its source was; `None` for an item that is new.
    pub was_in: Option<SourceAt>,
    /// Whether it had the same hash.
    pub same_hash: bool,
    /// `None` where it has only moved to another file.
    pub why: Option<Why>,
}

/// An item that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedItem {
    pub item: PlacedItem,
    pub hash: ContentHash,
}

/// A source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceAt {
    /// Relative to the packages folder.
    pub path: String,
    pub fingerprint: Fingerprint,
}

/// Why an item is other than it was; see [`Cause`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Added,
    OtherKind,
    Edited,
    /// What changed about the meaning of a name in it, as a clause.
    Relinked(String),
    /// Kind and name of the item that changed.
    Follows(ItemKind, String),
    Unknown,
    Described,
}

/// All items that are other than they were, and those that are gone, each in order of name.
#[derive(Debug, Default)]
pub struct Reasons {
    pub items: Vec<ItemReason>,
    pub removed: Vec<RemovedItem>,
}

/// What items were, as a run of the past knows it.
pub trait Past {
    /// Returns what the item that had a name was.
    fn before(&self, now: &PackageSet, item: ItemId) -> Option<(Before, SourceAt)>;
    /// Returns the items whose names nothing has any more.
    fn removed(&self, now: &PackageSet) -> Vec<RemovedItem>;
    /// Returns what changed about the meaning of a name in an item whose code is the same.
    fn relinked(&self, now: &PackageSet, item: ItemId) -> String;
}

/// Returns what is other than it was.
pub fn reasons(set: &PackageSet, past: &dyn Past) -> Reasons {
    let mut causes = set.causes(|item| past.before(set, item).map(|(before, _)| before));
    let name = |item| set.inventory.name(item).to_owned();
    let mut items: Vec<ItemReason> = Vec::new();
    for item in set.inventory.live() {
        let cause = causes.remove(&item);
        // Where files are asked about costs more than it tells, unless something may have changed.
        if cause.is_none() && set.inventory.written(item).is_none() {
            continue;
        }
        let before = past.before(set, item);
        let file = source_at(set, item);
        let is_moved = before.as_ref().is_some_and(|(_, was_in)| was_in.path != file.path);
        if cause.is_none() && !is_moved {
            continue;
        }
        let why = cause.map(|cause| match cause {
            Cause::Added => Why::Added,
            Cause::OtherKind => Why::OtherKind,
            Cause::Edited => Why::Edited,
            Cause::Relinked => Why::Relinked(past.relinked(set, item)),
            Cause::Follows(other) => Why::Follows(set.inventory.kind(other), name(other)),
            Cause::Unknown => Why::Unknown,
            Cause::Described => Why::Described,
        });
        let hash = set.hash(item);
        items.push(ItemReason {
            item: PlacedItem::of(set, item),
            hash,
            file,
            same_hash: before.as_ref().is_some_and(|(before, _)| before.hash == hash),
            was_in: before.map(|(_, was_in)| was_in),
            why,
        });
    }
    items.sort_by(|one, other| one.item.cmp(&other.item));
    let mut removed = past.removed(set);
    removed.sort_by(|one, other| one.item.cmp(&other.item));
    Reasons { items, removed }
}

fn source_at(set: &PackageSet, item: ItemId) -> SourceAt {
    let file = set.inventory.file(item);
    SourceAt { path: set.sources.path(file).to_owned(), fingerprint: set.sources.fingerprint(file) }
}

/// The last reload, as far as the set remembers it.
pub struct LastReload<'r> {
    because: HashMap<&'r str, &'r str>,
}

impl<'r> LastReload<'r> {
    /// Takes the items that were linked again because of a name that began or ceased to exist.
    pub fn new(relinked: &'r [Relinked]) -> Self {
        let because = relinked.iter().map(|item| (item.location.as_str(), item.because.as_str()));
        LastReload { because: because.collect() }
    }
}

impl Past for LastReload<'_> {
    fn before(&self, now: &PackageSet, item: ItemId) -> Option<(Before, SourceAt)> {
        let remembered = now.inventory.before();
        let file = remembered.file(remembered.find(now.inventory.key(item))?);
        let was_in =
            SourceAt { path: remembered.path(file).to_owned(), fingerprint: remembered.source(file) };
        Some((now.before(item)?, was_in))
    }

    fn removed(&self, now: &PackageSet) -> Vec<RemovedItem> {
        let remembered = now.inventory.before();
        let gone = now.inventory.touched().into_iter().filter(|(_, has)| has.is_none());
        let removed = gone.filter_map(|(had, _)| {
            let had = had?;
            let path = remembered.path(remembered.file(had));
            let item = PlacedItem {
                name: remembered.location(had).to_owned(),
                kind: remembered.kind(had),
                path: now.sources.shown(path),
                line: 0,
            };
            Some(RemovedItem { item, hash: remembered.known(had)?.hash() })
        });
        removed.collect()
    }

    fn relinked(&self, now: &PackageSet, item: ItemId) -> String {
        match self.because.get(now.inventory.name(item)) {
            Some(because) => format!("a name in it means something else, since {because} came or went"),
            None => "a name in it means something else".to_owned(),
        }
    }
}

/// Another package set, loaded, linked and hashed as a whole.
impl Past for PackageSet {
    fn before(&self, now: &PackageSet, item: ItemId) -> Option<(Before, SourceAt)> {
        let was = self.inventory.find(now.inventory.key(item))?;
        Some((self.now(was)?, source_at(self, was)))
    }

    fn removed(&self, now: &PackageSet) -> Vec<RemovedItem> {
        let gone =
            self.inventory.live().filter(|item| now.inventory.find(self.inventory.key(*item)).is_none());
        gone.map(|item| RemovedItem { item: PlacedItem::of(self, item), hash: self.hash(item) }).collect()
    }

    fn relinked(&self, now: &PackageSet, item: ItemId) -> String {
        let was = self.inventory.find(now.inventory.key(item)).and_then(|was| self.fresh(was));
        let (Some(was), Some(fresh), Some(written)) = (was, now.fresh(item), now.inventory.written(item))
        else {
            return "a name in it means something else".to_owned();
        };
        let sites = written.item.code.sites.iter().zip(was.resolutions().iter().zip(fresh.resolutions()));
        let meanings = sites.filter_map(|(site, (was, is))| {
            let (was, is) = (self.meaning(was), now.meaning(is));
            (was != is).then(|| format!("`{}` means {is}, not {was}", site.written.join(".")))
        });
        meanings.collect::<Vec<_>>().join("; ")
    }
}
