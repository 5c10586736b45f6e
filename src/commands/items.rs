//! `darkc items`: all live items and their hashes, without a database.

use super::outcome::{ListedItem, Outcome};
use super::patience::Patience;
use super::settings::Settings;
use super::{Failure, Wait, builtin_sources, load_options, unless_passing};
use crate::base::diagnostic::merge;
use crate::base::parallel;
use crate::base::timing::Timings;
use crate::discover::{self, Found};
use crate::incremental::{BuiltinLookup, PackageSet, Sources};
use crate::load::Sidecars;
use crate::program::lookup::ItemLookup;
use crate::state::Remembered;

/// Returns all live items and their hashes, without a database.
///
/// # Errors
/// Why the tool could not; the user's errors are in the outcome.
pub fn items(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut silent = |_: &Wait| {};
    Patience::new(settings.lock_timeout, &mut silent).until_done(|_| items_once(settings))
}

fn items_once(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut outcome = Outcome::default();
    let found = outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let digest = found.digest();
    let listed = parallel::on_large_stack(|| list_items(settings, found, &mut outcome));
    let items = match listed.map_err(Failure::Thread)? {
        Err(Failure::Sources(failures)) => {
            unless_passing(settings, digest, &failures)?;
            outcome.failures = failures;
            Vec::new()
        }
        listed => listed?,
    };
    Ok((outcome, items))
}

fn list_items(settings: &Settings, found: Found, outcome: &mut Outcome) -> Result<Vec<ListedItem>, Failure> {
    let options = load_options(settings, Sidecars::ReadOnly);
    let sources = Sources::new(settings.packages.clone(), found, options);
    let lookup = BuiltinLookup::new(builtin_sources(settings));
    let mut set = PackageSet::new(sources, Remembered::default(), lookup);
    let hashed = hash_all(&mut set, &mut outcome.timings);
    set.sources.count(&mut outcome.counts);
    hashed?;
    let parsed: Vec<bool> = set.sources.files().map(|file| set.sources.is_parsed(file)).collect();
    let names = set.unresolved_names(|file, _| parsed[file])?;
    outcome.unresolved_elsewhere = names.elsewhere;
    outcome.names = merge(set.duplicates(), names.files);
    outcome.warnings.append(&mut set.lookup.warnings);
    let live = set.inventory.live().map(|id| ListedItem {
        kind: set.inventory.kind(id),
        location: set.inventory.name(id).to_owned(),
        hash: set.hash(id),
    });
    let items: Vec<ListedItem> = live.collect();
    outcome.counts.items = items.len();
    Ok(items)
}

fn hash_all(set: &mut PackageSet, timings: &mut Timings) -> Result<(), Failure> {
    timings.time("load", || set.load_stale())?;
    set.declare();
    let changed = timings.time("link", || set.link())?;
    timings.time("hash", || set.hash_changed(&changed))?;
    Ok(())
}
