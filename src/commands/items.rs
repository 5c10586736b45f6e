//! `darkc items`: all live items and their hashes, without a database.

use std::sync::OnceLock;

use super::failure::Failure;
use super::load_options;
use super::outcome::{ListedItem, Outcome};
use super::settings::Settings;
use crate::base::parallel;
use crate::discover::{self, SourceFile};
use crate::incremental::package_set::Rebuild;
use crate::incremental::sources::Sources;
use crate::load::{Sidecars, Slot};

/// All live items and their hashes, without a database.
pub fn items(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut outcome = Outcome::default();
    let found =
        outcome.timings.time("discover", || discover::sources(&settings.packages, settings.threads))?;
    let listed = parallel::on_large_stack(|| list_items(settings, found, &mut outcome));
    let items = listed.map_err(Failure::Thread)?;
    Ok((outcome, items))
}

fn list_items(settings: &Settings, found: Vec<SourceFile>, outcome: &mut Outcome) -> Vec<ListedItem> {
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sources =
        Sources::new(&settings.packages, &slots, &loaded, load_options(settings, Sidecars::ReadOnly));
    outcome.timings.time("load", || sources.load(0..sources.len()));
    sources.count(&mut outcome.counts);
    outcome.failures = sources.failures();
    if !outcome.failures.is_empty() {
        return Vec::new();
    }
    let mut rebuild = Rebuild::new(&sources, &[]);
    let hashed = outcome
        .timings
        .time("link", || rebuild.link(&[]))
        .and_then(|changed| outcome.timings.time("hash", || rebuild.hash(&changed)));
    if let Err(failures) = hashed {
        outcome.failures = failures;
        return Vec::new();
    }
    outcome.warnings.extend(rebuild.duplicate_warnings());
    let live = rebuild.inventory.live().map(|(id, declared)| ListedItem {
        kind: declared.kind,
        location: declared.name.to_string(),
        hash: rebuild.hashes[id.index()],
    });
    let items: Vec<ListedItem> = live.collect();
    outcome.counts.items = items.len();
    items
}
