//! `darkc items`: all live items and their hashes, without a database.

use super::Failure;
use super::outcome::{ListedItem, Outcome};
use super::program::{Stage, ask};
use super::settings::Settings;
use crate::base::diagnostic::{FileDiagnostics, merge};
use crate::incremental::PackageSet;
use crate::program::lookup::ItemLookup;

/// The items, and the diagnostics of names in them.
#[derive(Default)]
struct Listed {
    items: Vec<ListedItem>,
    names: Vec<FileDiagnostics>,
    unresolved_elsewhere: usize,
}

/// Returns all live items and their hashes, without a database.
///
/// # Errors
/// Why the tool could not; the user's errors are in the outcome.
pub fn items(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let answered = ask(settings, Stage::Hashed, |set, _| list(set))?;
    let Listed { items, names, unresolved_elsewhere } = answered.answer.unwrap_or_default();
    let mut outcome = Outcome {
        failures: answered.failures,
        names,
        unresolved_elsewhere,
        warnings: answered.warnings,
        counts: answered.counts,
        timings: answered.timings,
        ..Outcome::default()
    };
    outcome.counts.items = items.len();
    Ok((outcome, items))
}

fn list(set: &mut PackageSet) -> Result<Listed, Failure> {
    let parsed: Vec<bool> = set.sources.files().map(|file| set.sources.is_parsed(file)).collect();
    let names = set.unresolved_names(|file, _| parsed[file])?;
    let live = set.inventory.live().map(|id| ListedItem {
        kind: set.inventory.kind(id),
        location: set.inventory.name(id).to_owned(),
        hash: set.hash(id),
    });
    let items = live.collect();
    Ok(Listed { items, unresolved_elsewhere: names.elsewhere, names: merge(set.duplicates(), names.files) })
}
