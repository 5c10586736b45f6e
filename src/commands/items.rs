//! `darkc items`: all live items and their hashes, without a database.

use std::sync::OnceLock;

use super::failure::Failure;
use super::outcome::{ListedItem, Outcome};
use super::patience::{Patience, Wait};
use super::settings::Settings;
use super::{load_options, sources_digest, were_passing};
use crate::base::parallel;
use crate::discover::{self, Found, SourceFile};
use crate::incremental::package_set::Rebuild;
use crate::incremental::sources::{self, Sources};
use crate::load::{Sidecars, Slot};

/// All live items and their hashes, without a database.
///
/// # Errors
/// Why the tool could not; the user's errors are in the outcome.
pub fn items(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut silent = |_: &Wait| {};
    Patience::new(settings.lock_timeout, &mut silent).until_done(|_| items_once(settings))
}

fn items_once(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut outcome = Outcome::default();
    let Found { sources, bad, .. } =
        outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let digest = sources_digest(&sources);
    outcome.failures = sources::unread(bad);
    let listed = parallel::on_large_stack(|| list_items(settings, sources, &mut outcome));
    let items = listed.map_err(Failure::Thread)?;
    match outcome.failures.first() {
        Some(failure) if were_passing(settings, digest) => {
            Err(Failure::ChangedMeanwhile(failure.path.clone()))
        }
        _ => Ok((outcome, items)),
    }
}

fn list_items(settings: &Settings, found: Vec<SourceFile>, outcome: &mut Outcome) -> Vec<ListedItem> {
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sources =
        Sources::new(&settings.packages, &slots, &loaded, load_options(settings, Sidecars::ReadOnly));
    outcome.timings.time("load", || sources.load(0..sources.len()));
    sources.count(&mut outcome.counts);
    outcome.failures.extend(sources.failures());
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
