//! Looks names up as Darklang does: from written names to items.

pub mod builtins;
pub mod candidates;
pub mod diagnose;
pub mod names;

pub use builtins::Builtins;

use std::collections::HashSet;

use darkc_cache_format::model::Code;

use crate::base::hash::Fingerprint;
use crate::base::parallel;
use crate::program::inventory::Inventory;
use crate::program::lookup::ItemId;
use crate::program::resolve::Resolution;
use crate::program::tree::{NameError, Target};
use crate::state::keys::{CandidateKey, KeyHasher};

/// A set of names that began or ceased to exist.
pub type ChangedNames = HashSet<CandidateKey, KeyHasher>;

/// An item whose names have been looked up.
#[derive(Debug)]
pub struct LinkedItem {
    pub id: ItemId,
    /// One for each site of the item's code.
    pub resolutions: Vec<Resolution>,
    /// Of the resolutions, comparable across runs.
    pub links: Fingerprint,
    /// Every name that was tried, sorted.
    pub candidates: Vec<CandidateKey>,
    /// Whether a type's name means nothing, which Darklang refuses. Functions and values may stay unresolved until
    /// they run.
    pub lacks_type: bool,
    /// Names of built-ins that sites ask for and the compiled list lacks, whether or not they were found.
    pub lacked_builtins: Vec<String>,
}

/// Looks up the names of the given items, each of which has its code loaded, among the `live` ones.
pub fn link(
    inventory: &Inventory,
    live: &Inventory,
    builtins: &Builtins,
    items: &[ItemId],
    threads: usize,
) -> Vec<LinkedItem> {
    const BLOCK: usize = 32;
    parallel::map(threads, BLOCK, items, |id| link_item(inventory, live, builtins, *id))
}

fn link_item(inventory: &Inventory, live: &Inventory, builtins: &Builtins, id: ItemId) -> LinkedItem {
    let scope = inventory.location(id).scope();
    let mut linked = LinkedItem {
        id,
        resolutions: Vec::new(),
        links: Fingerprint::default(),
        candidates: Vec::new(),
        lacks_type: false,
        lacked_builtins: Vec::new(),
    };
    let Some(written) = inventory.written(id) else { return linked };
    let sites = &written.item.code.sites;
    let mut buffer = String::new();
    linked.resolutions.reserve_exact(sites.len());
    for site in sites.iter() {
        let resolution = names::resolve(live, builtins, scope, site, &mut buffer, &mut linked.candidates);
        linked.lacked_builtins.extend(builtins::lacked(site).map(str::to_owned));
        linked.lacks_type |= matches!(resolution, Resolution::Type(Err(_)));
        linked.resolutions.push(resolution);
    }
    linked.candidates.sort_unstable();
    linked.candidates.dedup();
    linked.links = fingerprint(inventory, &linked.resolutions);
    linked
}

/// What the sites of an item's code mean to an item that lives in `scope`, one for each site.
pub fn resolutions(live: &Inventory, builtins: &Builtins, scope: &str, code: &Code<'_>) -> Vec<Resolution> {
    let (mut buffer, mut candidates) = (String::new(), Vec::new());
    let resolve = |site| names::resolve(live, builtins, scope, site, &mut buffer, &mut candidates);
    code.sites.iter().map(resolve).collect()
}

/// What the sites resolved to, in terms that mean the same in the next run.
fn fingerprint(inventory: &Inventory, resolutions: &[Resolution]) -> Fingerprint {
    let mut bytes = Vec::with_capacity(resolutions.len() * 18);
    let mut put = |resolved: Result<Target<'_>, NameError>| match resolved {
        Err(NameError::NotFound) => bytes.push(0),
        Err(NameError::InvalidName) => bytes.push(1),
        // Which built-in it is follows from the name as written.
        Ok(Target::Builtin { .. }) => bytes.push(2),
        Ok(Target::Item(item)) => {
            bytes.push(3);
            bytes.extend_from_slice(&inventory.key(item).0.to_le_bytes());
        }
    };
    for resolution in resolutions {
        match *resolution {
            Resolution::Type(found) => put(found.map(Target::Item)),
            Resolution::Term { value, function } => {
                put(value);
                put(function);
            }
        }
    }
    Fingerprint::of(&bytes)
}

/// The live items whose meaning may have changed because a name began or ceased to exist, each with one such
/// name's key.
pub fn touched(inventory: &Inventory, changed: &ChangedNames) -> Vec<(ItemId, CandidateKey)> {
    if changed.is_empty() {
        return Vec::new();
    }
    let touched = inventory.live().filter_map(|id| {
        let mut candidates = inventory.known(id)?.candidates();
        candidates.find(|candidate| changed.contains(candidate)).map(|because| (id, because))
    });
    touched.collect()
}
