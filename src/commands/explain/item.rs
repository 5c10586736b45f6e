//! What is known of one item: where it stands, what it means, and what hangs on it.

use super::store::{self, InStore, Since};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::check::written;
use crate::commands::deps::PlacedItem;
use crate::commands::settings::Settings;
use crate::hash::scc;
use crate::incremental::PackageSet;
use crate::link::names::tried;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::resolve::Resolution;
use crate::program::tree::Target;

#[derive(Debug)]
pub struct ExplainedItem {
    pub item: PlacedItem,
    /// The declaration without its body, on one line.
    pub signature: String,
    pub hash: ContentHash,
    /// The names that it uses, in order of first use.
    pub references: Vec<Reference>,
    /// The names that mean nothing: what is wrong, and what may have been meant.
    pub unresolved: Vec<(String, Vec<String>)>,
    /// The items that refer to it, in order of name.
    pub referred_by: Vec<PlacedItem>,
    /// How many items depend on it, through whatever number of others.
    pub dependents: usize,
    /// The names of the other items in its cycle; its hash depends on them and theirs on it.
    pub cycle: Vec<String>,
    pub store: InStore,
    pub since: Since,
}

/// A name that an item uses.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub written: String,
    pub meaning: Meaning,
    /// The names that were tried before the one that was found, in order.
    pub tried: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    Item(PlacedItem),
    /// A built-in function or value, with its version where that is not 0.
    Builtin(String),
}

pub fn explain(set: &PackageSet, item: ItemId, settings: &Settings) -> ExplainedItem {
    let graph = set.graph();
    let reversed = graph.reversed();
    let mut referred_by: Vec<PlacedItem> = reversed
        .dependencies(item)
        .iter()
        .filter(|other| **other != item)
        .map(|other| PlacedItem::of(set, *other))
        .collect();
    referred_by.sort();
    let dependents = graph.dependents(&[item]);
    let cycle = scc::groups(set.inventory.len(), &dependents, |item| graph.dependencies(item))
        .into_iter()
        .find(|group| group.members.contains(&item));
    let others = cycle.map(|group| group.members).unwrap_or_default();
    let mut cycle: Vec<String> = others
        .into_iter()
        .filter(|other| *other != item)
        .map(|other| set.inventory.name(other).to_owned())
        .collect();
    cycle.sort();
    let (store, since) = store::look(settings, set, item);
    ExplainedItem {
        item: PlacedItem::of(set, item),
        signature: signature(set, item),
        hash: set.hash(item),
        references: references(set, item),
        unresolved: unresolved(set, item),
        referred_by,
        dependents: dependents.len().saturating_sub(1),
        cycle,
        store,
        since,
    }
}

fn signature(set: &PackageSet, item: ItemId) -> String {
    let name = set.inventory.location(item).name();
    let Some(declared) = set.inventory.written(item) else { return name.to_owned() };
    let text = written::declaration(name, &declared.item.code);
    match set.type_of_value(item).filter(|_| set.inventory.kind(item) == ItemKind::Value) {
        Some(typ) => format!("{text} : {typ}"),
        None => text,
    }
}

/// Returns the names that mean something. A name in both namespaces of terms means what the item depends on.
fn references(set: &PackageSet, item: ItemId) -> Vec<Reference> {
    let (Some(fresh), Some(declared)) = (set.fresh(item), set.inventory.written(item)) else {
        return Vec::new();
    };
    let scope = set.inventory.location(item).scope();
    let depends = |target: &Target<'_>| match target {
        Target::Item(other) => fresh.dependencies.contains(other),
        Target::Builtin { .. } => true,
    };
    let sites = declared.item.code.sites.iter().zip(fresh.resolutions());
    let found = sites.filter_map(|(site, resolution)| {
        let target = match resolution {
            Resolution::Type(found) => found.ok().map(Target::Item),
            Resolution::Term { value, function } => {
                [*value, *function].into_iter().flatten().find(|target| depends(target))
            }
        }?;
        let parts: Vec<String> = site.written.iter().map(|part| (*part).to_owned()).collect();
        let mut tried = tried(scope, site.namespace, &parts);
        let meaning = match target {
            Target::Item(other) => {
                let name = set.inventory.name(other);
                tried.truncate(tried.iter().position(|candidate| candidate == name).unwrap_or(tried.len()));
                Meaning::Item(PlacedItem::of(set, other))
            }
            Target::Builtin { name, version: 0 } => Meaning::Builtin(format!("Builtin.{name}")),
            Target::Builtin { name, version } => Meaning::Builtin(format!("Builtin.{name}_v{version}")),
        };
        Some(Reference { written: parts.join("."), meaning, tried })
    });
    found.collect()
}

fn unresolved(set: &PackageSet, item: ItemId) -> Vec<(String, Vec<String>)> {
    let Some(fresh) = set.fresh(item).filter(|fresh| fresh.unresolved > 0) else { return Vec::new() };
    let found = set.diagnose(&[(item, fresh.resolutions())]);
    let found = found.into_iter().flat_map(|file| file.diagnostics);
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for diagnostic in found {
        let one = (diagnostic.message, diagnostic.suggestions);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}
